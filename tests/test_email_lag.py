"""Taking mail in never holds up the desk: the event loop is watched while a running house takes a full mailbox."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.email.parse import Arrival, parse
from channels.sandbox.mail import FakeMail
from router.model import Fate
from tests.house import read, running, until
from tests.test_email_read import PRESENT, stored

MOST = 0.1  #: seconds that the loop may stand still


class Watch:
    """How long the loop stood still at most, in processor time too: on a loaded machine a wait may be another's."""

    def __init__(self) -> None:
        self.worst = self.worst_busy = self.worst_ours = 0.0

    async def run(self) -> None:
        while True:
            began, busy, ours = time.perf_counter(), time.thread_time(), time.process_time()
            await asyncio.sleep(0.005)
            pause = time.perf_counter() - began - 0.005
            self.worst = max(self.worst, pause)
            # Threads of ours may hold the interpreter: no pause of ours is longer than what all of them computed.
            self.worst_ours = max(self.worst_ours, min(pause, time.process_time() - ours))
            # This thread runs nothing but the loop: what it computed in one turn nobody else could use.
            self.worst_busy = max(self.worst_busy, time.thread_time() - busy)


@contextlib.asynccontextmanager
async def watched() -> AsyncIterator[Watch]:
    watch = Watch()
    # As `serve` does at its start; else the collector walks through whatever thousands of other tests left behind.
    gc.collect()
    gc.freeze()
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        gc.unfreeze()


def heavy() -> list[bytes]:
    """Mails that cost their reader the most."""
    top = b"From: <ali@citizen.example>\r\nTo: desk@city.example\r\nDate: Mon, 02 Nov 2026 09:30:00 +0330\r\n"

    def mail(number: int, rest: bytes) -> bytes:
        return b"Message-ID: <heavy%d@citizen.example>\r\n" % number + top + rest
    picture = base64.encodebytes(os.urandom(6_000_000))
    return [
        mail(1, b"Subject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"
                b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + picture + b"--b--\r\n"),
        mail(2, b"Subject: deep\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 60_000),
        mail(3, b"Subject: long\r\n\r\n" + "سلام ".encode() * 400_000),
        mail(4, b"Subject: quotes\r\n\r\n" + b"> x\r\n" * 200_000),
        mail(5, b"To: " + b"a@b.example, " * 10_000 + b"\r\nSubject: many\r\n\r\nx"),
        mail(6, b"Subject: parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000),
        mail(7, b"Subject: ics\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nSUMMARY:x\n"
                b"END:VEVENT\n" * 100_000)]


async def taken(tmp_path: Path, raws: list[bytes]) -> tuple[Watch, dict[str, int]]:
    """A house takes these mails in; how the loop stood, and how many ended in which fate."""
    mail = FakeMail()
    await mail.start()
    for raw in raws:
        mail.deliver(raw)
    try:
        async with watched() as watch:
            channels = {"town-email": {**mail.settings(), "rate_per_second": 1000.0}}
            async with running(tmp_path, channels, environ={"PISHKHAN_TOWN_EMAIL_PASSWORD": mail.password}) as house:
                watch.worst = watch.worst_busy = watch.worst_ours = 0.0  # building the house is not what is measured
                await until(lambda: all("\\Seen" in stored_.flags for stored_ in mail.mails), seconds=240,
                            what="all mails taken")
                fates: dict[str, int] = {}
                for fate in Fate:
                    found = await read(house, lambda tx, fate=fate: tx.items.with_fate(fate, limit=10_000))
                    fates[fate.value] = len(found)
                now = Watch()
                now.worst, now.worst_busy, now.worst_ours = watch.worst, watch.worst_busy, watch.worst_ours
                return now, fates
    finally:
        await mail.stop()


async def test_the_heaviest_mails_do_not_hold_up_the_loop(tmp_path: Path) -> None:
    watch, fates = await taken(tmp_path, heavy())
    print(f"worst pause {watch.worst * 1000:.0f} ms, by us {watch.worst_ours * 1000:.0f} ms, by the loop "
          f"{watch.worst_busy * 1000:.0f} ms; {fates}")
    assert watch.worst_busy < MOST
    assert sum(fates.values()) == len(heavy()), "every one has a fate"


@pytest.mark.parametrize("collection", PRESENT)
async def test_every_mail_of_a_collection_ends_in_a_fate_without_holding_up_the_loop(tmp_path: Path,
                                                                                    collection: str) -> None:
    raws = [path.read_bytes() for path in stored(collection)]
    watch, fates = await taken(tmp_path, raws)
    print(f"{collection}: worst pause {watch.worst * 1000:.0f} ms, by us {watch.worst_ours * 1000:.0f} ms; {fates}")
    assert watch.worst_busy < MOST
    arrival = Arrival(channel="town-email", now=datetime.now(UTC), own=("desk@city.example",))
    distinct = {parse(raw, arrival).external_id for raw in raws}
    assert sum(fates.values()) == len(distinct), "every one has a fate; the same mail twice is one"
