"""A fake telephone carrier as a real HTTP server: it calls our webhooks, follows our TwiML with callers that a script
plays, and offers the REST interface for live calls and recordings. It keeps the truth of what every caller heard.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import math
import struct
import uuid
import wave
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from channels.sandbox.follower import Document, Leg
from channels.sandbox.rest import Rest

#: The last four digits of a telephone that is dialled decide; any other is picked up and talks for TALK_SECONDS.
MAGIC = {"0001": "no-answer", "0002": "busy", "0003": "failed"}
TALK_SECONDS = 20.0
#: A scripted caller waits so long for what should be said, in the time of the call, and then hangs up.
PATIENCE_SECONDS = 120.0
CHARS_PER_SECOND = 14.0


@dataclass(slots=True, kw_only=True)
class Caller:
    """A simulated telephone: what its owner heard, and what they do."""

    pace: float  #: real seconds for one second of the call
    leg: Leg = field(init=False)
    heard: list[str] = field(default_factory=list)  #: sentences heard to the end
    cut: list[str] = field(default_factory=list)  #: sentences that something interrupted
    dialled: list[tuple[str, str]] = field(default_factory=list)  #: (telephone, how it ended)
    talking_to: str = ""
    message_seconds: int = 0  #: length of what is said to the next recorder; 0 = silence
    keep: Callable[[int], tuple[str, str]]
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _agent_down: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, text: str, language: str) -> None:
        """Hear a sentence."""
        try:
            await self.pause(len(text) / CHARS_PER_SECOND)
        except asyncio.CancelledError:
            self.cut.append(text)
            raise
        self.heard.append(text)
        self._news.set()

    async def play(self, url: str) -> None:
        """Hear a sound; its address stands for it."""
        await self.say(url, "")

    async def pause(self, seconds: float) -> None:
        """Wait in the time of the call."""
        await asyncio.sleep(seconds * self.pace)

    async def record(self, seconds: float, silence: float) -> tuple[str, str, int] | None:
        """Speak to the recorder, if the script says so."""
        if not self.message_seconds:
            await self.pause(silence)
            return None
        spoken = min(self.message_seconds, int(seconds))
        self.message_seconds = 0
        await self.pause(spoken)
        url, sid = self.keep(spoken)
        return url, sid, spoken

    async def dial(self, to: str, seconds: float, answered: Coroutine[Any, Any, bool]) -> str:
        """Ring an agent's telephone."""
        how = MAGIC.get(to.partition("@")[0][-4:], "completed")
        if how != "completed":
            answered.close()
            await self.pause(seconds if how == "no-answer" else 1)
        else:
            await self.pause(2)
            if await answered:
                await self._with(to)
        self.dialled.append((to, how))
        self._news.set()
        return how

    async def _with(self, to: str) -> None:
        """Talk until one side has enough."""
        self.talking_to = to
        self._news.set()
        self._agent_down.clear()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._agent_down.wait(), TALK_SECONDS * self.pace)
        finally:
            self.talking_to = ""  # also when something takes the call out of the talk

    def talk(self) -> tuple[str, str, int]:
        """The recording of a talk."""
        return *self.keep(3), 3

    async def hang_up(self) -> None:
        """Nothing rings on."""

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.leg.keys.put_nowait(key)

    def tell(self, words: str) -> None:
        """Say something that the carrier recognises."""
        self.leg.speech.put_nowait(words)

    def leave(self) -> None:
        """Put the telephone down."""
        self.leg.leave()

    async def follow(self, step: str) -> None:
        """One step of a script; see `FakeCarrier.visit`. AssertionError when it cannot be done."""
        what, _, value = step.partition(" ")
        match what:
            case "hear":
                await self.hears(value, seconds=max(5.0, PATIENCE_SECONDS * self.pace))
            case "press":
                self.press(value)
            case "say":
                self.tell(value)
            case "record":
                self.message_seconds = int(value)
            case "wait":
                await self.pause(float(value))
            case "stay":
                await self.ended(seconds=3600)
            case _:
                raise ValueError(f"no such step: {step!r}")

    def agent_leaves(self) -> None:
        """The agent puts the telephone down."""
        self._agent_down.set()

    async def hears(self, words: str, *, seconds: float = 20.0) -> str:
        """Wait until a sentence with these words was heard to the end; AssertionError after the deadline or when the
        call ended without it."""
        return await self._until(lambda: next((each for each in self.heard if words in each), None), seconds, words)

    async def connected(self, *, seconds: float = 20.0) -> str:
        """Wait until an agent's telephone was picked up; which one."""
        return await self._until(lambda: self.talking_to or None, seconds, "a connection")

    async def ended(self, *, seconds: float = 20.0) -> str:
        """Wait for the end of the call; who ended it."""
        return await self._until(lambda: self.leg.ended_by or None, seconds, "the end")

    async def _until(self, condition: Callable[[], str | None], seconds: float, what: str) -> str:
        deadline = asyncio.get_running_loop().time() + seconds
        while (found := condition()) is None:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or (self.leg.ended_by and what != "the end"):
                raise AssertionError(f"{what!r} did not come; heard {self.heard}, ended by {self.leg.ended_by!r}")
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, 0.05))
        return found


class FakeCarrier(Rest):
    """`await start()`, point the channel's api_base at `api_base`, then `ring()`."""

    def __init__(self, *, hook_url: str = "", token: str = "carrier-token", account: str = "AC1",
                 called: str = "+982112345678", pace: float = 0.01) -> None:
        super().__init__(hook_url=hook_url, token=token, account=account, called=called)
        self.pace = pace
        self.callers: list[Caller] = []  #: every call, in order
        self.placed: list[dict[str, str]] = []  #: calls that the house asked us to make

    def ring(self, number: str = "+989121234567", *, sid: str = "") -> Caller:
        """A citizen calls. The call goes on by itself until somebody hangs up."""
        caller = self._caller(number, self.called, sid=sid)
        self.own(self.carry(caller.leg))
        return caller

    async def visit(self, number: str, *steps: str) -> Caller:
        """A whole scripted call, for crowds: "hear WORDS", "press KEYS", "say WORDS", "record SECONDS" (what the next
        recorder gets), "wait SECONDS", "stay" (until the other side hangs up). Hangs up at the end or when what should
        be heard does not come; returns the caller with what was heard."""
        async with self.call(number) as caller:
            with contextlib.suppress(AssertionError):
                for step in steps:
                    await caller.follow(step)
        return caller

    @contextlib.asynccontextmanager
    async def call(self, number: str = "+989121234567") -> AsyncIterator[Caller]:
        """The same for the length of a block; at its end the caller has hung up and the house has been told."""
        caller = self._caller(number, self.called)
        task = self.own(self.carry(caller.leg))
        try:
            yield caller
        finally:
            caller.leave()
            await asyncio.wait([task], timeout=15)

    def _caller(self, number: str, called: str, *, sid: str = "", direction: str = "inbound") -> Caller:
        caller = Caller(pace=self.pace, keep=self._keep)
        caller.leg = Leg(sid=sid or f"CA{uuid.uuid4().hex}", number=number, called=called, media=caller,
                         hooks=self.hooks(), direction=direction)
        self.callers.append(caller)
        self.legs[caller.leg.sid] = caller.leg
        return caller

    def _keep(self, seconds: int) -> tuple[str, str]:
        sid = f"RE{uuid.uuid4().hex}"
        return self.keep(sid, tone(seconds)), sid

    async def place(self, form: dict[str, str]) -> Leg:
        """Ring a telephone for the house; a magic number does not answer."""
        self.placed.append(form)
        leg = self._caller(form["From"], form["To"], direction="outbound-api").leg
        how = MAGIC.get(form["To"].partition("@")[0][-4:])
        if how is not None:
            leg.status, leg.ended_by = how, "carrier"
            self.own(leg.report(form["StatusCallback"]))
        else:
            first = Document(text=form["Twiml"], url=f"{self.hook_url}/placed")
            self.own(self.carry(leg, first, form["StatusCallback"]))
        return leg


def tone(seconds: int, hertz: int = 440) -> bytes:
    """A WAV file of a tone, 8 kHz mono."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        one = b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * hertz * i / 8000))) for i in range(8000))
        sound.writeframes(one * seconds)
    return buffer.getvalue()
