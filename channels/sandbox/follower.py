"""Follows TwiML as a carrier does, on whatever carries the sound: asks our webhooks, speaks, takes keys, records and
dials.

The sound itself is a `Media`: simulated for crowds and tests, or a real SIP call. Knows nothing of the desk behind the
webhooks, and takes nothing but its documents.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin
from xml.etree import ElementTree as ET

import aiohttp

from channels.voice.signature import signature

MAILBOX = "0004"  #: a telephone that ends so is picked up by a machine, which presses no key


class Media(Protocol):
    """One call's sound. Times are seconds of the call; everything may be cancelled at any point."""

    async def say(self, text: str, language: str) -> None:
        """Speak to the end."""
        ...

    async def play(self, url: str) -> None:
        """Play a sound file to the end."""
        ...

    async def pause(self, seconds: float) -> None:
        """Wait, in the time of the call."""
        ...

    async def record(self, seconds: float, silence: float) -> tuple[str, str, int] | None:
        """(address, id, length in seconds) of what the caller said; None when nothing was."""
        ...

    async def dial(self, to: str, seconds: float, answered: Coroutine[Any, Any, bool]) -> str:
        """Connect with another telephone until one side hangs up: completed, no-answer, busy or failed. `answered` is
        awaited when it was picked up, closed otherwise; false means that the two are not to be connected."""
        ...

    def talk(self) -> tuple[str, str, int] | None:
        """(address, id, seconds) of the talk's recording, when this side can make one."""
        ...

    async def hang_up(self) -> None:
        """End the call at the telephone."""
        ...


@dataclass(slots=True, kw_only=True)
class Webhooks:
    """How the house is asked: signed forms, tried again while it cannot answer."""

    base: str  #: address of the channel's routes
    account: str
    token: str
    session: aiohttp.ClientSession
    tries: int = 40
    gap: float = 0.25
    asked: list[tuple[str, int]] = field(default_factory=list)  #: (address, status; 0 = no answer)

    async def post(self, url: str, form: Mapping[str, str]) -> str | None:
        """The answer's text; None when the house gave none in time."""
        for turn in range(self.tries):
            if turn:
                await asyncio.sleep(self.gap)
            status, text = await self._once(url, form)
            self.asked.append((url, status))
            if status and status < 500:
                return text if status < 300 else None
        return None

    async def _once(self, url: str, form: Mapping[str, str]) -> tuple[int, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "X-Twilio-Signature": signature(self.token, url, form.items())}
        try:
            async with self.session.post(url, data=urlencode(form), headers=headers) as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """TwiML and the address that it came from."""

    text: str
    url: str


@dataclass(slots=True, kw_only=True)
class Leg:
    """One call under way."""

    sid: str
    number: str
    called: str
    media: Media
    hooks: Webhooks
    direction: str = "inbound"
    status: str = "ringing"
    keys: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(100))
    speech: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(100))
    ended_by: str = ""  #: caller, house, carrier, or fault (no usable answer of the house)
    log: list[str] = field(default_factory=list)  #: verbs in the order they ran
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _update: Document | None = None

    @property
    def live(self) -> bool:
        """Whether somebody is on the line."""
        return not self.ended_by

    def update(self, document: Document | None) -> None:
        """From outside (REST): another document takes over at once; None ends the call."""
        self._update = document
        self._changed.set()

    def leave(self, who: str = "caller") -> None:
        """The telephone was put down."""
        self.ended_by = self.ended_by or who
        self._gone.set()

    async def run(self, first: Document | None = None) -> None:
        """From the first webhook (or document) to the report that the call ended."""
        document = first or await self._ask(f"{self.hooks.base}/incoming", {})
        self.status = "in-progress"
        while document is not None and not self._gone.is_set():
            which, following = await first_of(self._gone.wait(), self._changed.wait(), self._follow(document))
            document = following if which == 2 else self._update
            if which == 1:
                self._changed.clear()
        self.ended_by = self.ended_by or "house"
        await self.media.hang_up()
        self.status = "completed"

    async def report(self, url: str = "") -> None:
        """Tell the house that the call ended."""
        await self.hooks.post(url or f"{self.hooks.base}/status", self._form({}))

    def _form(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"CallSid": self.sid, "AccountSid": self.hooks.account, "From": self.number, "To": self.called,
                "CallStatus": self.status, "Direction": self.direction, "ApiVersion": "2010-04-01", **more}

    async def _ask(self, url: str, more: Mapping[str, str]) -> Document | None:
        text = await self.hooks.post(url, self._form(more))
        if text is None:
            self.ended_by = self.ended_by or "fault"
            return None
        return Document(text=text, url=url)

    async def _follow(self, document: Document) -> Document | None:
        """Run the verbs; the document that they lead to, or None at the end."""
        for verb in ET.fromstring(document.text):
            self.log.append(verb.tag)
            match verb.tag:
                case "Hangup" | "Reject":
                    return None
                case "Redirect":
                    return await self._ask(urljoin(document.url, verb.text or ""), {})
                case "Gather":
                    if (given := await self._gather(verb)) is not None:
                        return await self._ask(urljoin(document.url, verb.get("action", "")), given)
                case "Record":
                    if (made := await self._record(verb)) is not None:
                        return await self._ask(urljoin(document.url, verb.get("action", "")), made)
                case "Dial":
                    how = await self._dial(verb, document.url)
                    return await self._ask(urljoin(document.url, verb.get("action", "")), {"DialCallStatus": how})
                case _:
                    await self._prompt(verb)
        return None

    async def _prompt(self, verb: ET.Element) -> None:
        if verb.tag == "Say":
            await self.media.say(verb.text or "", verb.get("language", "en-US"))
        elif verb.tag == "Play":
            await self.media.play(verb.text or "")
        elif verb.tag == "Pause":
            await self.media.pause(float(verb.get("length", "1")))

    async def _gather(self, verb: ET.Element) -> dict[str, str] | None:
        """Keys (or words) given while or after the prompts; None when there were none."""
        silence = float(verb.get("timeout", "5"))
        most, finish = int(verb.get("numDigits", "0")), verb.get("finishOnKey", "#")
        listens = "speech" in verb.get("input", "dtmf")

        async def prompts() -> None:
            for each in verb:
                await self._prompt(each)
            await self.media.pause(silence)

        which, given = await first_of(self.keys.get(), *([self.speech.get()] if listens else []), prompts())
        if which == 1 + listens:
            return None
        if which == 1:
            return {"SpeechResult": str(given), "Confidence": "0.9"}
        pressed = ""
        while given is not None and given != finish:
            pressed += str(given)
            if most and len(pressed) >= most:
                break
            _, given = await first_of(self.keys.get(), self.media.pause(silence))
        return {"Digits": pressed} if pressed else None

    async def _record(self, verb: ET.Element) -> dict[str, str] | None:
        longest, silence = float(verb.get("maxLength", "3600")), float(verb.get("timeout", "5"))
        made = await self.media.record(longest, silence)
        if made is None:
            return None
        url, sid, seconds = made
        return {"RecordingUrl": url, "RecordingSid": sid, "RecordingDuration": str(seconds)}

    async def _dial(self, verb: ET.Element, url: str) -> str:
        party = verb[0]
        to, leg = (party.text or "").strip(), f"{self.sid}-leg{self.log.count('Dial')}"

        form = {"CallSid": leg, "ParentCallSid": self.sid, "AccountSid": self.hooks.account, "To": to,
                "From": verb.get("callerId") or self.called, "CallStatus": "in-progress", "Direction": "outbound-dial"}

        async def answered() -> bool:
            if callback := party.get("statusCallback"):
                await self.hooks.post(urljoin(url, callback), form)
            return await self._screened(party, url, form, "" if to.partition("@")[0].endswith(MAILBOX) else "1")

        how = await self.media.dial(to, float(verb.get("timeout", "30")), answered())
        if (report := verb.get("recordingStatusCallback")) and how == "completed" and (kept := self.media.talk()):
            await self.hooks.post(urljoin(url, report), self._form({
                "RecordingUrl": kept[0], "RecordingSid": kept[1], "RecordingDuration": str(kept[2])}))
        return how

    async def _screened(self, party: ET.Element, url: str, form: dict[str, str], keys: str) -> bool:
        """Lead whoever picked up through the party's own document; whether the two are connected after it."""
        address = party.get("url", "")
        while address:
            text = await self.hooks.post(urljoin(url, address), form)
            if text is None:
                return False
            address = ""
            for verb in ET.fromstring(text):
                if verb.tag == "Gather" and keys:
                    form, address = {**form, "Digits": keys}, verb.get("action", "")
                    break
                if verb.tag in ("Hangup", "Reject"):
                    return False
        return True


async def first_of(*work: Coroutine[Any, Any, Any]) -> tuple[int, Any]:
    """Run side by side; (index, result) of the one that is done first, the others are cancelled."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        winner = next(index for index, task in enumerate(tasks) if task in done)
        for task in tasks:
            task.cancel()
    return winner, tasks[winner].result()
