"""A real telephone call: sipp dials baresip over SIP, presses keys over RTP, and hears the house speak."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from channels.sandbox.bridge import RATE, Bridge, SipMedia, loudness
from router.model import DeliveryState, OutKind
from router.records import ContactState, Direction
from tests.house import agent, running, until
from tests.servers.sip import Baresip, Sipp, baresip, sipp
from tests.voicing import TOKEN, accept, contact_of, delivery_of, in_state, messages, outgoing

pytestmark = pytest.mark.sip

#: Short, so that a real call takes seconds and not minutes.
MENU = {"greeting_fa": "سلام.", "timeout_seconds": 30, "choices": {
    "1": {"action": "queue", "fa": "کارشناس یک."}, "2": {"action": "voicemail", "fa": "پیام دو."}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    house: Any
    bridge: Bridge
    endpoint: Baresip
    folder: Path

    @contextlib.asynccontextmanager
    async def call(self, *steps: str) -> AsyncIterator[tuple[Sipp, SipMedia]]:
        """A caller with these steps, and their call as the bridge carries it."""
        async with sipp(self.folder, self.endpoint, list(steps)) as caller:
            try:
                media = await until(lambda: next((c for c in self.bridge.calls if c.call_id == caller.call_id), None),
                                    seconds=15, what="the call is answered")
            except AssertionError as error:
                error.add_note(caller.words())
                raise
            yield caller, media


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with contextlib.AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(baresip(tmp_path))
        bridge = Bridge(control_port=endpoint.control_port, folder=endpoint.folder, token=TOKEN,
                        words_a_minute=400)
        await bridge.start()
        stack.push_async_callback(bridge.stop)
        table = {"medium": "voice", "account_sid": "AC1", "api_base": bridge.api_base, "menu": MENU, "wait_seconds": 2}
        house = await stack.enter_async_context(
            running(tmp_path, {"line": table}, environ={"PISHKHAN_LINE_AUTH_TOKEN": TOKEN}))
        bridge.hook_url = f"{house.url}/channels/line"
        yield Line(house=house, bridge=bridge, endpoint=endpoint, folder=tmp_path)


def voice(samples: bytes) -> bool:
    """Whether somewhere a fifth of a second is louder than a line at rest."""
    window = RATE * 2 // 5
    return any(loudness(samples[at : at + window]) > 500 for at in range(0, len(samples), window))


async def spoken(media: SipMedia, words: str) -> None:
    await until(lambda: any(words in each for each in media.spoken), seconds=30,
                what=f"{words!r} is spoken; so far {media.spoken}, cut {media.cut}")


async def test_greeting_key_queue_place_answer_and_our_hang_up(line: Line) -> None:
    async with line.call("1", "wait-bye") as (caller, media):
        await spoken(media, "سلام")
        contact = await in_state(line.house, ContactState.SELF_SERVICE)
        assert media.leg.number == f"sip:+989121234567@127.0.0.1:{caller.port}"
        assert contact.thread_key == media.leg.sid
        await until(lambda: voice(caller.sound()), what="the caller hears a voice over RTP")
        caller.go_on()
        await in_state(line.house, ContactState.WAITING)
        await spoken(media, "شما نفر بعدی هستید")
        await agent(line.house)
        await accept(line.house)
        await spoken(media, "پاسخ او برای شما")
        before = len(caller.sound())
        reply = await outgoing(line.house, 1, "پروندهٔ شما آماده است", "r1")
        await spoken(media, "پروندهٔ شما آماده است")
        await delivery_of(line.house, reply, DeliveryState.DELIVERED)
        assert voice(caller.sound()[before:])
        assert len(line.bridge.updates) == 1, "the live call was interrupted through REST"
        await outgoing(line.house, 1, "", "bye", OutKind.HANGUP)
        assert await caller.ended() == 0, "sipp saw the call end as its steps say"
        await in_state(line.house, ContactState.WRAP_UP)
        assert media.leg.ended_by == "house"


async def test_the_caller_hangs_up_while_waiting(line: Line) -> None:
    async with line.call("1", "bye") as (caller, media):
        await spoken(media, "سلام")
        caller.go_on()
        await in_state(line.house, ContactState.WAITING)
        caller.go_on()
        assert await caller.ended() == 0
        await in_state(line.house, ContactState.ABANDONED)
        assert media.leg.ended_by == "caller"
    async with line.call("bye") as (again, media):
        await spoken(media, "سلام")
        again.go_on()
        assert await again.ended() == 0, "the line is free for the next call"
        await in_state(line.house, ContactState.ABANDONED, 2)


async def test_a_voice_message_over_rtp_reaches_the_conversation(line: Line) -> None:
    async with line.call("2", "speak", "wait-bye") as (caller, media):
        await spoken(media, "سلام")
        caller.go_on()
        await spoken(media, "پس از شنیدن بوق")
        caller.go_on()
        await spoken(media, "پیام شما ثبت شد")
        assert await caller.ended() == 0
    said = next(m for m in await messages(line.house) if m.direction is Direction.IN)
    sound = await line.house.store.blobs.read(said.attachments[0].digest)
    assert sound[:4] == b"RIFF" and voice(sound[44:])
    assert (await contact_of(line.house)).state is ContactState.WAITING
