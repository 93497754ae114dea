"""A call led by JSON: the routes as a telephone system uses them, and the documented Asterisk script as it stands."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from agents import offers
from channels.voice import dialplan, twiml
from channels.voice.dialplan import HEADER, read, signature, verbs
from router.errors import BadRequest
from router.records import ContactState
from tests.house import agent, running, until
from tests.house import read as look

SECRET = "d" * 40
SCRIPT = Path(__file__).parent.parent / "docs" / "examples" / "pishkhan_agi.py"


@contextlib.asynccontextmanager
async def line(tmp_path: Path, **own: Any) -> AsyncIterator[Any]:
    table = {"medium": "voice", "effort": 6, "wait_seconds": 2, **own}
    async with running(tmp_path, {"line": table}, environ={"PISHKHAN_LINE_DIALPLAN_SECRET": SECRET}) as house:
        yield house


async def post(http: aiohttp.ClientSession, url: str, event: Any, *, secret: str = SECRET) -> tuple[int, Any]:
    body = event if isinstance(event, bytes) else orjson.dumps(event)
    async with http.post(url, data=body, headers={HEADER: signature(secret, url, body)}) as answer:
        return answer.status, await answer.json() if answer.status == 200 else None


async def contacts(house: Any) -> Any:
    return await look(house, lambda tx: tx.contacts.listed())


def test_verbs_as_json() -> None:
    gather = twiml.Gather(action="u", digits=1, prompts=(twiml.Say(text="سلام", language="fa-IR"),))
    dial = twiml.Dial(to=twiml.Number(number="+98"), action="a", timeout=5)
    assert verbs((gather, dial, twiml.Hangup())) == [
        {"verb": "gather", "action": "u", "timeout": 5, "digits": 1, "finish": "#",
         "prompts": [{"verb": "say", "text": "سلام", "language": "fa-IR"}]},
        {"verb": "dial", "to": {"verb": "number", "number": "+98"}, "action": "a", "timeout": 5}, {"verb": "hangup"}]


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"7", b'"x"', b"\xff\xfe"])
def test_what_is_no_event(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read(body)


def test_an_event_as_a_form() -> None:
    body = orjson.dumps({"call": "1.2", "keys": 7, "recording": {"seconds": 3}, "speech": None, "status": ["x"]})
    assert read(body) == [("CallSid", "1.2"), ("Digits", "7"), ("RecordingDuration", "3")]


async def test_a_call_from_the_menu_to_the_queue_and_the_end(tmp_path: Path) -> None:
    async with line(tmp_path) as house, aiohttp.ClientSession() as http:
        base, call = f"{house.url}/channels/line/json", {"call": "17.1", "from": "09121234567", "to": "100"}
        status, document = await post(http, f"{base}/incoming", call)
        assert status == 200 and [each["verb"] for each in document["verbs"]] == ["gather", "redirect"]
        assert document["verbs"][0]["action"].startswith(base)
        status, again = await post(http, f"{base}/incoming", call)
        assert again == document and len(await contacts(house)) == 1
        _, held = await post(http, document["verbs"][0]["action"], {**call, "keys": "۱"})
        assert held["verbs"][0]["verb"] == "gather"
        (contact,) = await contacts(house)
        assert contact.state is ContactState.WAITING and contact.thread_key == "17.1"
        who = await agent(house, phone="+989350000009")

        async def dialled() -> Any:
            _, found = await post(http, held["verbs"][-1]["url"], call)
            return next((each for each in found["verbs"] if each["verb"] == "dial"), None)

        async def accepted() -> bool:
            offer = await look(house, lambda tx: tx.offers.live(contact.id))
            if offer is None:
                return False
            limits = {"line": house.channels["line"].limits}
            await house.store.run(lambda tx: offers.accept(tx, tx.desk.agent(who.id), offer.id, limits=limits))
            return True
        await until(accepted, what="an offer")
        dial = await until(dialled, what="the connection")
        assert dial["to"]["number"] == "+989350000009"
        _, end = await post(http, dial["action"], {**call, "dialled": "completed"})
        assert end["verbs"][-1]["verb"] == "hangup"
        (contact,) = await contacts(house)
        assert contact.state is ContactState.WRAP_UP


async def test_who_may_not(tmp_path: Path) -> None:
    async with line(tmp_path) as house, aiohttp.ClientSession() as http:
        url = f"{house.url}/channels/line/json/incoming"
        assert (await post(http, url, {"call": "1"}, secret="x"))[0] == 403
        assert (await post(http, url, b"no"))[0] == 400
        assert (await post(http, url, {"from": "+98"}))[0] == 400
        assert (await post(http, url, b"x" * (dialplan.MAX_BYTES + 1)))[0] == 413
        async with http.post(url, data=b"{}", headers={HEADER: "é"}) as answer:
            assert answer.status == 403
        assert await contacts(house) == []


async def test_without_a_secret_the_routes_are_not_there(tmp_path: Path) -> None:
    table = {"line": {"medium": "voice"}}
    async with running(tmp_path, table) as house, aiohttp.ClientSession() as http:
        assert (await post(http, f"{house.url}/channels/line/json/incoming", {"call": "1"}))[0] == 404


class FakeAsterisk:
    """The other side of the script: what Asterisk would answer, with a caller who presses keys."""

    def __init__(self, process: asyncio.subprocess.Process, keys: str) -> None:
        self.process, self.keys = process, list(keys)
        self.commands: list[str] = []
        self.frames = 0  #: of sound that was played

    async def serve(self) -> None:
        assert self.process.stdout is not None and self.process.stdin is not None
        while raw := await self.process.stdout.readline():
            command = raw.decode().strip()
            self.commands.append(command)
            self.process.stdin.write(f"200 result={self.result(command)}\n".encode())
            await self.process.stdin.drain()

    def result(self, command: str) -> str:
        if command.startswith("STREAM FILE"):
            with wave.open(command.split('"')[1] + ".wav") as sound:
                assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
                self.frames += sound.getnframes()
            return "0 endpos=8000"
        if command.startswith("WAIT FOR DIGIT"):
            if not self.keys:
                return "-1"  # hangs up
            key = self.keys.pop(0)
            return "0" if key == " " else str(ord(key))
        if command.startswith("RECORD FILE"):
            return "0 (timeout) endpos=24000"
        return "1"


async def test_the_documented_script_leads_a_call(tmp_path: Path) -> None:
    """Silence, then 2 (voice message): the house speaks Persian as sound files, the message stands in the queue."""
    async with line(tmp_path, speaker="house") as house:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env={"PISHKHAN_URL": f"{house.url}/channels/line/json", "PISHKHAN_SECRET": SECRET})
        assert process.stdin is not None
        process.stdin.write(b"agi_uniqueid: 17.5\nagi_callerid: 09121234567\nagi_dnid: 100\n\n")
        asterisk = FakeAsterisk(process, " 2")
        async with asyncio.timeout(60):
            await asterisk.serve()
            assert await process.wait() == 0
        assert asterisk.frames > 8000 * 5, "more than five seconds were spoken"
        assert any(command.startswith("RECORD FILE") for command in asterisk.commands)
        assert asterisk.commands[-1] == "HANGUP"
        (contact,) = await contacts(house)
        assert contact.state is ContactState.WAITING and contact.data["voicemail"]
        messages = await look(house, lambda tx: tx.messages.of(contact.id))
        assert any("۳ ثانیه" in message.text and "file://" in message.text for message in messages)


async def test_the_script_tells_when_the_caller_hangs_up(tmp_path: Path) -> None:
    async with line(tmp_path, speaker="house") as house:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env={"PISHKHAN_URL": f"{house.url}/channels/line/json", "PISHKHAN_SECRET": SECRET})
        assert process.stdin is not None
        process.stdin.write(b"agi_uniqueid: 17.6\nagi_callerid: 09121234567\nagi_dnid: 100\n\n")
        async with asyncio.timeout(60):
            await FakeAsterisk(process, "1").serve()
            assert await process.wait() == 0
        (contact,) = await contacts(house)
        assert contact.state is ContactState.ABANDONED
