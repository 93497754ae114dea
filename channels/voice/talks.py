"""What stands around a talk on the telephone: the key that takes it, the caller's consent, its recording."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from channels.voice import flow
from channels.voice.flow import Script
from channels.voice.outgoing import Outgoing
from channels.voice.parse import Call, Hook, Place
from channels.voice.settings import Settings
from channels.voice.twiml import Hangup, Verb
from channels.voice.words import phrase
from router.model import SignalKind, Upload
from router.ports import Wire
from router.rules.text import digits_fa

#: The carrier waits about 15 seconds for a document; a recording that takes longer stays there.
RECORDING_PATIENCE = flow.FETCH

Step = Callable[[Hook, Place], Awaitable[Sequence[Verb]]]
Report = Callable[[Hook, Place], Awaitable[None]]


class Talks:
    """The steps around talks of one channel. `stand` goes on with the call, `picked_up` notes that they talk."""

    def __init__(self, name: str, settings: Settings, script: Script, outgoing: Outgoing, wire: Wire, stand: Step,
                 picked_up: Report) -> None:
        self._name, self._settings, self._script, self._outgoing = name, settings, script, outgoing
        self._wire, self._stand, self._picked_up = wire, stand, picked_up

    def documents(self) -> Mapping[str, tuple[Step, str]]:
        """Steps that answer with a document."""
        return {"consent": (self._consent, "whether the talk may be recorded"),
                "screen": (self._screen, "an agent's telephone was picked up"),
                "taken": (self._taken, "a key on an agent's telephone")}

    def reports(self) -> Mapping[str, tuple[Report, str]]:
        """Reports that are only noted."""
        return {"talk": (self._talk, "the recording of a talk can be fetched")}

    def _items(self, hook: Hook, place: Place) -> Call:
        return Call(channel=self._name, hook=hook, language=place.language, at=self._wire.clock())

    async def _consent(self, hook: Hook, place: Place) -> Sequence[Verb]:
        """The caller was told that the talk is recorded. What they chose stands in the conversation."""
        refused = (hook.keys or place.keys).startswith("0")
        await self._wire.accept(self._items(hook, place).signal(
            SignalKind.CHOICE, f"consent:{place.n}", phrase("unrecorded" if refused else "consent", place.language)))
        place = replace(place, consent=flow.REFUSED if refused else flow.CONSENTED, keys="")
        return await self._stand(hook, place)

    async def _screen(self, hook: Hook, place: Place) -> Sequence[Verb]:
        return flow.screen(self._script, place)

    async def _taken(self, hook: Hook, place: Place) -> Sequence[Verb]:
        """A key on the agent's telephone: 1 connects, which the end of the document means."""
        if not hook.keys.startswith("1"):
            return (Hangup(),)
        call = self._outgoing.calls.get(hook.parent or hook.sid, self._wire.clock())
        call.taken = True
        await self._picked_up(hook, place)
        return ()

    async def _talk(self, hook: Hook, place: Place) -> None:
        """A recorded talk, kept with the conversation. It is nobody's new word: it changes nothing else."""
        if not hook.recording:
            return
        found = await self._outgoing.carrier.recording(hook.recording, self._settings.recording_bytes,
                                                       RECORDING_PATIENCE)
        key = f"talk:{hook.recording_id or place.n}"
        uploads = () if found is None else (
            Upload(name=f"{key.replace(':', '-')}.wav", media_type=found.media_type, content=found.content),)
        call = self._outgoing.calls.get(hook.parent or hook.sid, self._wire.clock())
        said = (await self._outgoing.items(call, place.language)).said(
            key, described(place.language, hook, fetched=bool(uploads)), uploads=uploads,
            recording=hook.recording, seconds=hook.seconds)
        await self._wire.accept(replace(said, automatic="recording"))

    def person(self, hook: Hook) -> bool:
        """Whether it was a person who picked up. A process that did not order the connection believes the carrier."""
        call = self._outgoing.calls.known(hook.sid)
        return not self._script.screens or call is None or call.ordered is None or call.taken


def described(language: str, hook: Hook, *, fetched: bool) -> str:
    """How a recording stands in the conversation; its address only when the sound itself could not be taken in."""
    if language == "fa":
        words = f"پیام صوتی، {digits_fa(str(hook.seconds))} ثانیه"
    else:
        words = f"Voice message, {hook.seconds} seconds"
    return words if fetched else f"{words}\n{hook.recording}"
