"""One IMAP connection with guard rails around aioimaplib: every call ends, by an answer, a loss or a deadline.

The library never ends a pending call when the connection breaks, recurses once per line of an answer, and damages
quoted strings. So: the loss callback ends the running deadline, answers stay under 200 lines, contents come as
literals only, names are quoted here, and a connection that missed one deadline is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import aioimaplib
from aioimaplib.aioimaplib import AioImapException, Command, quoted

from channels.email.folders import Folder, utf7
from channels.email.notice import Notice, answer_refusals
from channels.email.oauth import Tokens
from channels.email.settings import Settings
from channels.email.tls import Denied, tls_context

logging.getLogger("aioimaplib").setLevel(logging.WARNING)  # below that it logs passwords and mails
log = logging.getLogger("pishkhan.email")

SET = 200  #: messages in one command
BEGINNING_BYTES = 1_000_000  #: what is fetched of a mail that is too large: header and, nearly always, its words
_VALIDITY = re.compile(rb"\[UIDVALIDITY (\d+)\]", re.IGNORECASE)
_NEXT = re.compile(rb"\[UIDNEXT (\d+)\]", re.IGNORECASE)
_FETCH = re.compile(rb"\d+ FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
#: RFC 5530: a refusal for now, not for ever.
_PASSING = (b"UNAVAILABLE", b"INUSE", b"LIMIT", b"SERVERBUG")


class Lost(Exception):
    """The connection is of no use any more; connect again."""


class Withheld(Exception):
    """The server refuses to give out a message that is there."""


def encoded(name: str) -> str:
    """A folder name as it goes over the wire, quoted."""
    return str(quoted(utf7(name)))


class Connection:
    """Logged in, with a folder selected, after `open()`."""

    def __init__(self, settings: Settings, tokens: Tokens | None = None) -> None:
        self._settings = settings
        self._tokens = tokens or Tokens(settings)
        self._client: Any = None
        self._lost = False
        self._notice = Notice()
        self._deadline: asyncio.Timeout | None = None
        self.folder = Folder(validity=0, next_uid=0)

    async def open(self, *, examine: bool = False) -> None:
        """Connect, log in, select (`examine`: without the right to change). Raises Lost or Denied."""
        settings = self._settings
        host, port = settings.imap
        context = tls_context(settings)
        async with self._guard(settings.timeout_seconds):
            kind = aioimaplib.IMAP4_SSL if settings.imap_tls == "tls" else aioimaplib.IMAP4
            extra = {"ssl_context": context} if settings.imap_tls == "tls" else {}
            self._client = kind(host=host, port=port, timeout=settings.timeout_seconds, **extra)
            self._client.protocol.conn_lost_cb = self._gone
            self._notice.watch(self._client.protocol)
            answer_refusals(self._client.protocol)
            await self._client.wait_hello_from_server()
        if settings.imap_tls == "starttls":
            await self._starttls(host, context)
        await self._login()
        await self._select(examine)

    async def _starttls(self, host: str, context: ssl.SSLContext) -> None:
        protocol = self._client.protocol
        async with self._guard(self._settings.timeout_seconds):
            answer = await protocol.execute(Command("STARTTLS", protocol.new_tag()))
            if answer.result != "OK":
                raise Denied("imap-tls", "the IMAP server offers no STARTTLS; set imap_tls to tls",
                             "سرور IMAP دستور STARTTLS را نمی‌پذیرد؛ imap_tls را tls بگذارید")
            if protocol.incomplete_line:  # words in clear behind the answer would be taken for words under TLS
                raise Lost("data in clear after STARTTLS")
            loop = asyncio.get_running_loop()
            protocol.transport = await loop.start_tls(protocol.transport, protocol, context, server_hostname=host)

    async def _login(self) -> None:
        settings = self._settings
        user = settings.username or settings.from_address
        async with self._guard(settings.timeout_seconds):
            token = await self._tokens.get() if settings.oauth_token_url else ""
            try:
                answer = await (self._client.xoauth2(user, token) if token else
                                self._client.login(quoted(user), str(settings.password)))
            except (ValueError, UnicodeError):
                raise Denied("imap-login", "username or password has characters that IMAP cannot carry",
                             "نام کاربری یا گذرواژه نویسه‌ای دارد که IMAP نمی‌پذیرد") from None
            if answer.result != "OK":
                if self._tokens.drop(token):
                    raise Lost("the access token was withdrawn")
                if any(word in line for word in _PASSING for line in answer.lines if isinstance(line, bytes)):
                    raise Lost("the server takes no login now")
                raise Denied("imap-login", "the IMAP server refuses username or password",
                             "سرور IMAP نام کاربری یا گذرواژه را نمی‌پذیرد")
            self._tokens.took(token)
            await self._client.protocol.capability()

    async def _select(self, examine: bool) -> None:
        name = encoded(self._settings.folder)
        async with self._guard(self._settings.timeout_seconds):
            answer = await (self._client.examine(name) if examine else self._client.select(name))
            if answer.result != "OK":
                raise Denied("imap-folder", "there is no such folder on the IMAP server; see `folder`",
                             "چنین پوشه‌ای در سرور IMAP نیست؛ تنظیم folder را ببینید")
        said = b"\n".join(line for line in answer.lines if isinstance(line, bytes))
        validity, following = _VALIDITY.search(said), _NEXT.search(said)
        self.folder = Folder(validity=int(validity.group(1)) if validity else 0,
                             next_uid=int(following.group(1)) if following else 0)

    @property
    def idles(self) -> bool:
        """Whether the server pushes."""
        return bool(self._client.has_capability("IDLE"))

    async def after(self, uid: int) -> list[int]:
        """UIDs above this one, ascending. (`n:*` always names the last message, so it is filtered.)"""
        self._notice.news = False
        return [each for each in await self._search("UID", f"{uid + 1}:*") if each > uid]

    async def unseen(self, since: date | None = None) -> list[int]:
        """UIDs of unread mail, or also of all that arrived since a day."""
        return await self._search("OR", "UNSEEN", "SINCE", since.strftime("%d-%b-%Y")) if since else (
            await self._search("UNSEEN"))

    async def since(self, day: date) -> list[int]:
        """UIDs of what arrived since a day."""
        return await self._search("SINCE", day.strftime("%d-%b-%Y"))

    async def _search(self, *criteria: str) -> list[int]:
        async with self._guard(self._settings.timeout_seconds):
            answer = await self._client.uid_search(*criteria, charset=None)
        if answer.result != "OK":
            raise Lost("the server does not search")
        words = [word for line in answer.lines[:-1] if isinstance(line, bytes) for word in line.split()]
        return sorted({int(word) for word in words if word.isdigit()})

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes of each message that is still there; at most `SET` at once."""
        assert len(uids) <= SET
        found = {}
        for said, _ in await self._fetch(uids, "(UID RFC822.SIZE)"):
            uid, size = _UID.search(said), _SIZE.search(said)
            if uid and size:
                found[int(uid.group(1))] = int(size.group(1))
        return found

    async def contents(self, uids: Sequence[int], *, beginning: int = 0) -> dict[int, bytes]:
        """The raw mails, without marking them read; only their first bytes when told so. Raises Withheld when
        the server refuses."""
        what = f"BODY.PEEK[]<0.{beginning}>" if beginning else "BODY.PEEK[]"
        found = {}
        for said, literal in await self._fetch(uids, f"(UID {what})"):
            uid = _UID.search(said)
            if uid and literal is not None:
                found[int(uid.group(1))] = literal
        return found

    async def _fetch(self, uids: Sequence[int], what: str) -> list[tuple[bytes, bytes | None]]:
        """For each message what the server said around the literal, and the literal."""
        if not uids:
            return []
        # The library's own timer is started anew by every piece that arrives; ours bounds the whole.
        async with self._guard(self._settings.timeout_seconds * 10):
            answer = await self._client.uid("fetch", ",".join(map(str, uids)), what)
        if answer.result != "OK":
            raise Withheld
        found: list[tuple[bytes, bytes | None]] = []
        for line in answer.lines[:-1]:
            if isinstance(line, bytearray):
                if found:
                    found[-1] = (found[-1][0], bytes(line))
            elif _FETCH.match(line):
                found.append((line, None))
            elif found:
                found[-1] = (found[-1][0] + b" " + line, found[-1][1])
        return found

    async def seen(self, uids: Sequence[int]) -> None:
        """Mark as read. A folder that cannot be changed is no fault: what was taken is known by its own mark."""
        for start in range(0, len(uids), SET):
            async with self._guard(self._settings.timeout_seconds):
                names = ",".join(map(str, uids[start:start + SET]))
                answer = await self._client.uid("store", names, "+FLAGS.SILENT", r"(\Seen)")
            if answer.result != "OK":
                log.info("imap: cannot mark as read")

    async def wait(self, seconds: float) -> None:
        """Until the server says that something changed, or the time is over; not at all when it said so before."""
        if self._notice.news:
            return
        if not self.idles:
            await self._quiet(asyncio.sleep(seconds), seconds + 1)
            async with self._guard(self._settings.timeout_seconds):
                await self._client.noop()
            return
        async with self._guard(self._settings.timeout_seconds):
            done = await self._client.idle_start(timeout=seconds + 60)
        push = await self._quiet(self._client.wait_server_push(timeout=seconds + 30), seconds)
        if any(isinstance(line, bytes) and line.upper().startswith(b"BYE") for line in push or ()):
            self.drop()
            raise Lost("the server said goodbye")
        async with self._guard(self._settings.timeout_seconds):
            self._client.idle_done()
            await done
        queue = self._client.protocol.idle_queue
        while not queue.empty():
            queue.get_nowait()

    async def _quiet(self, waiting: Any, seconds: float) -> Any:
        """What is waited for, None when the time is over; Lost when the connection went meanwhile."""
        if self._lost:
            waiting.close()
            raise Lost("the connection broke")
        try:
            async with asyncio.timeout(seconds) as self._deadline:
                return await waiting
        except TimeoutError:
            if self._lost:
                raise Lost("the connection broke") from None
            return None
        finally:
            self._deadline = None

    async def close(self) -> None:
        """Say goodbye if that is still possible."""
        if self._client is not None and not self._lost and self._client.protocol.transport is not None:
            with contextlib.suppress(Lost):
                async with self._guard(2):
                    await self._client.logout()
        self.drop()

    def drop(self) -> None:
        """Let go at once, with everything the library still has running."""
        self._lost = True
        client, self._client = self._client, None
        if client is None:
            return
        client.protocol.conn_lost_cb = None
        if client._idle_waiter is not None:
            client._idle_waiter.cancel()
        for task in (client._client_task, *client.tasks, *client.protocol.tasks):
            task.cancel()
        if client.protocol.transport is not None:
            client.protocol.transport.abort()

    def _gone(self, error: Exception | None) -> None:
        self._lost = True
        if self._deadline is not None:
            with contextlib.suppress(RuntimeError):  # it is ending already
                self._deadline.reschedule(asyncio.get_running_loop().time())

    @contextlib.asynccontextmanager
    async def _guard(self, seconds: float) -> AsyncIterator[None]:
        """Lost instead of waiting for ever; whatever goes wrong drops the connection."""
        if self._lost:
            raise Lost("the connection broke")
        try:
            async with asyncio.timeout(seconds) as self._deadline:
                yield
        except TimeoutError:
            reason = "the connection broke" if self._lost else "no answer in time"
            self.drop()
            raise Lost(reason) from None
        except ssl.SSLCertVerificationError:
            self.drop()
            raise Denied("imap-certificate", "the IMAP server's certificate is not valid for this name; see ca_file",
                         "گواهی سرور IMAP برای این نام معتبر نیست؛ تنظیم ca_file را ببینید") from None
        except (OSError, AioImapException, AttributeError, IndexError) as error:
            # AttributeError, IndexError: the library trips over answers that it did not expect.
            self.drop()
            raise Lost(f"{type(error).__name__}") from None
        except (Denied, Lost, asyncio.CancelledError):
            self.drop()
            raise
        finally:
            self._deadline = None
