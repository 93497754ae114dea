"""The walk of a call that a dialogue of the house leads: its words as documents, the caller's keys back to it.

Decides nothing: what is said and what comes next is told by intake, in the answer to the caller's own input.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from channels.voice import flow, words
from channels.voice.flow import Script
from channels.voice.menu import Sentence
from channels.voice.outgoing import Outgoing
from channels.voice.parse import Call, Hook, Place
from channels.voice.twiml import Gather, Pause, Record, Redirect, Say, Verb
from router.model import Fate, SignalKind, Upload
from router.ports import Accepted, Wire
from router.records import ContactState
from router.rules.text import digits_latin
from router.rules.told import Told

Step = Callable[[Hook, Place], Awaitable[Sequence[Verb]]]
KEYS_SECONDS = 8  #: silence that ends an input of several keys
POLL_SECONDS = 2  #: between two looks while another system is asked
_CODE = re.compile(r"\d{3}-\d{3}-\d{4}|\+?\d{10,15}")
_MARKS = re.compile("[\u2066-\u2069\u200e\u200f]")
_ADDRESS = re.compile(r"\S*://\S*")
_QUEUED = (ContactState.WAITING, ContactState.OFFERED)


def spoken(text: str, language: str) -> str:
    """The words for a voice: codes digit by digit, no address of the web, no direction marks."""
    plain = _ADDRESS.sub("", _MARKS.sub("", text))
    found = digits_latin(plain)
    pieces, at = [], 0
    for match in _CODE.finditer(found):
        pieces += [plain[at:match.start()], words.spelled(match.group(), language)]
        at = match.end()
    return " ".join("".join([*pieces, plain[at:]]).split())


def document(script: Script, told: Told, place: Place, *, silent: bool = False) -> tuple[Verb, ...]:
    """What the caller hears, and where the next input goes. `silent`: the words were heard, only the wait goes on."""
    said = () if silent else tuple(_says(script, told))
    after = Place(language=told.language, n=place.n + 1)
    action = script.url("flow", after)
    if told.takes == "moment":
        # The same request again is answered with what was said since.
        return (*said, Pause(seconds=POLL_SECONDS), Redirect(url=script.url("flow", place)))
    if told.takes in ("words", "files") and not script.speech:
        recorded = script.url("flow-words", after)
        return (*said, Record(action=recorded, max_seconds=script.record_seconds), Redirect(url=recorded))
    speech = script.tags.get(told.language, "") if told.takes == "words" else ""
    if told.takes == "key":
        return (Gather(action=action, digits=1, timeout=script.menu_seconds, prompts=said), Redirect(url=action))
    return (Gather(action=action, timeout=KEYS_SECONDS, prompts=said, speech=speech), Redirect(url=action))


def _says(script: Script, told: Told) -> list[Say]:
    found = (spoken(text, told.language) for text in told.texts)
    return [script.say(Sentence(text=text, language=told.language)) for text in found if text]


class Dialogue:
    """The steps of calls that a dialogue leads."""

    def __init__(self, name: str, script: Script, outgoing: Outgoing, wire: Wire, stand: Step) -> None:
        self._name, self._script, self._outgoing, self._wire, self._stand = name, script, outgoing, wire, stand

    def documents(self) -> Mapping[str, tuple[Step, str]]:
        """Steps that answer with a document."""
        return {"flow": (self._keys, "a key in a dialogue"), "flow-words": (self._words, "words said in a dialogue")}

    def _call(self, hook: Hook, place: Place) -> Call:
        return Call(channel=self._name, hook=hook, language="", at=self._wire.clock())

    async def _keys(self, hook: Hook, place: Place) -> Sequence[Verb]:
        self._outgoing.calls.get(hook.sid, self._wire.clock()).polled(place, self._wire.clock())
        call, keys = self._call(hook, place), hook.keys or place.keys
        if hook.speech:
            accepted = await self._wire.accept(call.said(f"flow:{place.n}", hook.speech))
        else:
            accepted = await self._wire.accept(call.signal(SignalKind.CHOICE, f"flow:{place.n}", keys))
        return await self.answer(hook, replace(place, keys=keys), accepted)

    async def _words(self, hook: Hook, place: Place) -> Sequence[Verb]:
        """The recorder ended; silence is an input too."""
        if not hook.recording or not hook.seconds:
            return await self._keys(hook, place)
        self._outgoing.calls.get(hook.sid, self._wire.clock()).polled(place, self._wire.clock())
        found = await self._outgoing.carrier.recording(hook.recording, 10_000_000, flow.FETCH)
        name = f"recording-{hook.recording_id or place.n}.wav"
        uploads = () if found is None else (Upload(name=name, media_type=found.media_type, content=found.content),)
        text = words.phrase("said", place.language, seconds=words.number(hook.seconds, place.language))
        said = self._call(hook, place).said(f"flow:{place.n}", text if uploads else f"{text}\n{hook.recording}",
                                            uploads=uploads, recording=hook.recording, seconds=hook.seconds)
        return await self.answer(hook, place, await self._wire.accept(said))

    async def answer(self, hook: Hook, place: Place, accepted: Accepted) -> Sequence[Verb]:
        """The document for what intake told; where no dialogue speaks, the call stands as any other."""
        told = accepted.told
        if told is None:
            return await self._stand(hook, place)
        if not told.over:
            again = accepted.fate is Fate.DUPLICATE and told.takes == "moment"
            return document(self._script, told, place, silent=again)
        place = replace(place, language=told.language, keys="", n=place.n + 1, said=0)
        line = await self._wire.reads.line(self._name, hook.sid)
        said = tuple(_says(self._script, told))
        if line is not None and line.contact.state in _QUEUED:
            before = tuple(Sentence(text=spoken(text, told.language), language=told.language) for text in told.texts)
            return flow.hold(self._script, line, place, before=before)
        return (*said, *flow.goodbye(self._script, place))
