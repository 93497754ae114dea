"""The process is killed in the middle of a dialogue: nothing is lost, nothing said twice but what is `uncertain`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from channels.sandbox.sms import FakeGateway
from house import utc_now
from router.records import ContactState, Direction
from storage.store import SqlStore, Where
from tests.house import free_port, until

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """[server]
port = {port}
[storage]
folder = "{folder}"
[queues.general]
title_fa = "عمومی"
title_en = "General"
[channels.town]
medium = "sms"
flow = "main-menu"
send_url = "{send}"
username = "app"
sender = "3000"
repeats = 0
"""
#: A citizen's words, and what the house must have asked before they are said.
TALK = [("سلام", ""), ("شکایت", "چه کمکی"), ("بله", "موافقید"), ("چراغ کوچه خاموش است", "شکایت خود"), ("رد", "چه روزی"),
        ("09121234567", "همراه"), ("نه", "کار دیگری"), ("5", "نمره"), ("رد", "سخنی")]

#: A first word, an answer in the middle, the word that opens a case: each start of a process costs seconds.
KILLED_AFTER = {0, 3, 5}


class Process:
    """A serving house that can be killed."""

    def __init__(self, folder: Path, gateway: FakeGateway) -> None:
        self.port = free_port()
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(port=self.port, folder=folder / "data", send=gateway.send_url))
        self.running: subprocess.Popen[bytes] | None = None

    def spawn(self) -> None:
        """A new process."""
        self.running = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py"), "--config", str(self.config)], cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "PISHKHAN_TOWN_PASSWORD": "pw", "PISHKHAN_TOWN_WEBHOOK_SECRET": "s3cret"})

    async def start(self) -> None:
        """Until it answers."""
        self.spawn()

        async def answers() -> bool:
            try:
                async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}/signin"):
                    return True
            except aiohttp.ClientError:
                return False
        await until(answers, seconds=40, what="the house answers")

    def kill(self) -> None:
        """Without a word."""
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()


async def test_killed_in_the_middle(tmp_path: Path) -> None:
    gateway = FakeGateway(secret="s3cret", retry_seconds=0.2)
    await gateway.start()
    process = Process(tmp_path, gateway)
    gateway.inbound_url = f"http://127.0.0.1:{process.port}/channels/town/inbound"
    await process.start()
    try:
        for number, (words, before) in enumerate(TALK):
            def asked(wanted: str = before) -> bool:
                return any(wanted in taken.text for taken in gateway.sent)
            if number % 2:
                await until(asked, seconds=20, what=before)  # heard; then a word, and the end of the process
            else:
                # Killed before or while it was sent: it comes after the restart, or nobody knows (`uncertain`).
                with contextlib.suppress(AssertionError):
                    await until(asked, seconds=5, what=before)
            assert await gateway.say("09121234567", words, id=f"w{number}") == 200
            if number not in KILLED_AFTER:
                continue
            process.kill()
            await process.start()
            # The gateway did not hear the answer and says it again: it is one word all the same.
            assert await gateway.say("09121234567", words, id=f"w{number}") == 200
        await until(lambda: any("خدانگهدار" in taken.text for taken in gateway.sent), seconds=20, what="the end")
    finally:
        process.kill()
        await gateway.stop()
    await _judge(tmp_path, gateway)


async def _judge(folder: Path, gateway: FakeGateway) -> None:
    store = SqlStore(Where(folder=folder / "data"), utc_now, lambda entries: None)
    store.start()
    try:
        def look(tx: Any) -> Any:
            (contact,) = tx.contacts.listed()
            return (contact, tx.messages.of(contact.id), tx.cases.listed(), tx.flows.newest(contact.id),
                    tx.journal.after(0, limit=5000))
        contact, messages, cases, dialogue, journal = await store.snapshot(look)
    finally:
        await store.close()
    assert [m.text for m in messages if m.direction is Direction.IN] == [words for words, _ in TALK]
    assert dialogue.outcome == "contained" and contact.state is ContactState.CLOSED and len(cases) == 1
    assert cases[0].data["mobile"] == "+989121234567" and cases[0].data["complaint"] == "چراغ کوچه خاموش است"
    assert Counter(e.name for e in journal)["flow-started"] == 1
    ours = Counter(m.text for m in messages if m.direction is Direction.OUT)
    assert all(count == 1 for count in ours.values()), "every turn spoke once"
    sent = Counter(taken.text for taken in gateway.sent)
    states = {m.text: m.delivery.state.value for m in messages if m.delivery is not None}
    assert all(count == 1 for count in sent.values()), "nothing was sent twice"
    assert all(text in sent or state == "uncertain" for text, state in states.items()), states
