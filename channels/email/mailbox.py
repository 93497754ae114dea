"""Follows one IMAP folder: takes every mail in once, marks it read after the commit, and reconnects for ever.

Which mail is new is decided by UID, not by the read flag: a colleague who reads the mailbox elsewhere hides nothing.
The mark "<UIDVALIDITY> <last UID> <day>" is kept by the store; when the server's UIDVALIDITY changes, what is unread
or arrived since the day before the last take is looked at again, and what was taken before is a duplicate.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from channels.email.child import Reader
from channels.email.imap import BEGINNING_BYTES, SET, Connection, Lost, Withheld
from channels.email.oauth import Tokens
from channels.email.parse import Arrival, beginning_of, quarantined
from channels.email.settings import Settings
from channels.email.tls import Denied
from router.errors import PishkhanError, Unavailable
from router.model import Health
from router.ports import Wire

log = logging.getLogger("pishkhan.email")

_MARK = "imap"
_GROUP_MAILS, _GROUP_BYTES = 20, 4_000_000  #: fetched at once
_TRIES = 2  #: fetches of a group that fail before it is fetched mail by mail, and of one mail before it is given up
_BACKOFF = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  #: seconds between attempts to connect
_STORE_RETRY = 2.0  #: seconds until a mail that could not be committed is tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far we have come."""

    validity: int
    uid: int
    day: date

    def __str__(self) -> str:
        return f"{self.validity} {self.uid} {self.day.isoformat()}"


def read_mark(text: str) -> Mark | None:
    """The remembered mark, None when there is none that makes sense."""
    words = text.split()
    try:
        return Mark(validity=int(words[0]), uid=int(words[1]), day=date.fromisoformat(words[2]))
    except (IndexError, ValueError):
        return None


class Mailbox:
    """`run()` until cancelled."""

    def __init__(self, name: str, settings: Settings, wire: Wire, reader: Reader,
                 tokens: Tokens | None = None) -> None:
        self._name, self._settings, self._wire, self._reader = name, settings, wire, reader
        self._tokens = tokens or Tokens(settings)
        self._failures = 0
        self._shown = ("", "")
        self._tried = (0, 0)  # the UID that a fetch began with, and how often it was tried
        self._alone = (0, 0)  # a UIDVALIDITY, and up to which UID of it mails are fetched one by one

    async def run(self) -> None:
        """Connect, take, wait; again and again."""
        self._light("starting", "connecting", "در حال اتصال")
        while True:
            connection = Connection(self._settings, self._tokens)
            pause = 0.0
            try:
                await connection.open()
                await self._follow(connection)
            except Denied as refusal:
                self._light("misconfigured", refusal.en, refusal.fa)
                pause = self._settings.login_retry_seconds
            except Lost as loss:
                pause = _BACKOFF[min(self._failures, len(_BACKOFF) - 1)]
                self._failures += 1
                log.info("imap channel=%s lost: %s; again in %.0f s", self._name, loss, pause)
                if self._failures > 1:
                    self._light("down", f"the mail server cannot be reached ({loss})",
                                "سرور ایمیل در دسترس نیست")
            finally:
                await connection.close()
            await asyncio.sleep(pause)

    async def _follow(self, connection: Connection) -> None:
        while True:
            try:
                await self._take_new(connection)
            except Unavailable:
                self._light("down", "mail waits: the store cannot take it now",
                            "نامه‌ها منتظرند: اکنون نمی‌توان آن‌ها را ثبت کرد")
                await asyncio.sleep(_STORE_RETRY)
                continue
            self._failures = 0
            self._light("ok", "ready", "آماده")
            await connection.wait(self._settings.idle_seconds if connection.idles else self._settings.poll_seconds)

    async def _take_new(self, connection: Connection) -> None:
        mark = read_mark(await self._wire.reads.mark(self._name, _MARK))
        if mark is None or mark.validity != connection.folder.validity:
            await self._first(connection, mark)
            return
        await self._take(connection, await connection.after(mark.uid), mark.validity)

    async def _first(self, connection: Connection, old: Mark | None) -> None:
        """The first look at a folder, or at one whose UIDs mean something else than before."""
        folder = connection.folder
        there = await connection.after(0)
        last = max([folder.next_uid - 1, *there[-1:]])
        start = self._settings.start_from
        if start == "all":
            await self._take(connection, there, folder.validity)
        elif old is not None:
            log.warning("imap channel=%s uidvalidity changed", self._name)
            since = old.day - timedelta(days=1)
            uids = await (connection.unseen(since) if start == "unseen" else connection.since(since))
            await self._take(connection, [uid for uid in uids if uid <= last], 0)
        elif start == "unseen":
            await self._take(connection, [uid for uid in await connection.unseen() if uid <= last], 0)
        await self._remember(folder.validity, last)

    async def _take(self, connection: Connection, uids: Sequence[int], validity: int) -> None:
        """Take mails in by ascending UID; after each group they are marked read and, with a validity, remembered."""
        for start in range(0, len(uids), SET):
            sizes = await connection.sizes(uids[start:start + SET])
            for group in _groups(sizes, self._settings.max_bytes):
                while group:
                    group = group[await self._take_group(connection, group, sizes, validity):]
        if uids and validity:
            await self._remember(validity, uids[-1])

    async def _take_group(self, connection: Connection, group: Sequence[int], sizes: dict[int, int],
                          validity: int) -> int:
        """How many mails of the group, from its beginning, were dealt with."""
        large = sizes[group[0]] > self._settings.max_bytes
        mails, group = await self._fetched(connection, group, large)
        done: list[int] = []
        try:
            for uid in group:
                if uid in mails:
                    await self._accept(mails[uid], sizes[uid] if large else 0)
                    done.append(uid)
        finally:
            # Also when the store failed in the middle: what is committed is marked.
            if done:
                await connection.seen(done)
                if validity:
                    await self._remember(validity, done[-1])
        return len(group)

    async def _fetched(self, connection: Connection, group: Sequence[int],
                       large: bool) -> tuple[dict[int, bytes], Sequence[int]]:
        """The mails of a group. One that the server refuses, or that ends the connection again and again, must not
        hold up those behind it: after some tries its group is fetched one by one, and then a note takes its place."""
        first, validity = group[0], connection.folder.validity
        self._tried = (first, self._tried[1] + 1) if self._tried[0] == first else (first, 1)
        alone = self._alone[0] == validity and first <= self._alone[1]
        if self._tried[1] > _TRIES and not alone:
            self._tried, self._alone, alone = (first, 1), (validity, group[-1]), True
        if alone:
            group = [first]
        if self._tried[1] > _TRIES:
            self._failures = 0
            note = f"UID {first} of {validity}: the mail server does not give this mail out\r\n"
            return {first: note.encode()}, group
        try:
            beginning = min(BEGINNING_BYTES, self._settings.max_bytes) if large else 0
            mails = await connection.contents(group, beginning=beginning)
        except Withheld:
            return await self._fetched(connection, group, large)
        self._tried = (0, 0)
        self._failures = 0
        return mails, group

    async def _accept(self, raw: bytes, too_large: int) -> None:
        settings = self._settings
        arrival = Arrival(channel=self._name, now=self._wire.clock(), own=settings.own, ours=self._wire.ours(),
                          colleagues=tuple(each.lower() for each in settings.colleagues), authority=settings.authority,
                          zone=self._wire.zone)
        said = await self._reader.read(raw, arrival)
        if too_large:
            said = beginning_of(said, too_large, settings.max_bytes)
        try:
            await self._wire.accept(said)
        except Unavailable:
            raise
        except (PishkhanError, ValueError, TypeError, LookupError, AssertionError) as error:
            # One mail that the house cannot digest must not stop the mailbox: it is kept raw for a person.
            log.error("imap channel=%s: a mail was not taken as it is (%s)", self._name, type(error).__name__)
            await self._wire.accept(quarantined(raw, arrival, f"not taken ({type(error).__name__})"))

    async def _remember(self, validity: int, uid: int) -> None:
        mark = Mark(validity=validity, uid=uid, day=self._wire.clock().date())
        await self._wire.reads.set_mark(self._name, _MARK, str(mark))

    def _light(self, code: str, en: str, fa: str) -> None:
        if (code, en) != self._shown:
            self._shown = (code, en)
            self._wire.report(Health(code=code, en=en, fa=fa, since=self._wire.clock()))


def _groups(sizes: dict[int, int], max_bytes: int) -> Iterator[list[int]]:
    """UIDs ascending, in groups that fit into memory; each one that is too large stands alone."""
    group: list[int] = []
    total = 0
    for uid in sorted(sizes):
        size = sizes[uid]
        if group and (size > max_bytes or len(group) >= _GROUP_MAILS or total + size > _GROUP_BYTES):
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
        if size > max_bytes:
            yield group
            group, total = [], 0
    if group:
        yield group
