"""What happens at each step of a call: tell the core, look how the contact stands, choose the next document.

Raises Unavailable when the core cannot commit; the adapter then has the same step taken again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from channels.voice import flow, menu, parse
from channels.voice.calls import LiveCall
from channels.voice.dialogue import Dialogue
from channels.voice.flow import Script, Spoken
from channels.voice.menu import Action, Sentence, State, Turn
from channels.voice.outgoing import Outgoing
from channels.voice.parse import ENDED, Call, Hook, Place
from channels.voice.settings import Settings
from channels.voice.talks import RECORDING_PATIENCE, Report, Step, Talks, described
from channels.voice.twiml import Hangup, Verb
from channels.voice.words import phrase
from router.model import DeliveryState, SignalKind, Upload
from router.ports import Wire
from router.records import ContactState, Line

#: Whoever took so many steps in the menu does not choose; people take over.
MOST_STEPS = 60

_QUEUED = (ContactState.WAITING, ContactState.OFFERED)
_HELD = (ContactState.ACTIVE, ContactState.SNOOZED)
_UNCONFIRMED = (DeliveryState.SENT.value, DeliveryState.UNCERTAIN.value)



class Steps:
    """The steps of one channel's calls."""

    def __init__(self, name: str, settings: Settings, script: Script, outgoing: Outgoing, wire: Wire,
                 language: str) -> None:
        self._name, self._settings, self._script, self._outgoing = name, settings, script, outgoing
        self._wire, self._language = wire, language
        self._dialogue = Dialogue(name, script, outgoing, wire, self._wait)
        self._talks = Talks(name, settings, script, outgoing, wire, self._wait, self._leg)

    def documents(self) -> Mapping[str, tuple[Step, str]]:
        """Steps that answer with a document."""
        return {"incoming": (self._incoming, "a call comes in"), "digits": (self._digits, "a key in the menu"),
                "wait": (self._wait, "a waiting call asks how it stands"),
                "waiting": (self._waiting, "a key while waiting"),
                "talking": (self._talking, "a key or words to an agent"),
                "number": (self._number, "the number to call back"),
                "recording": (self._recording, "a voice message"),
                "dial-done": (self._dial_done, "the connection to the agent ended"),
                **self._dialogue.documents(), **self._talks.documents()}

    def reports(self) -> Mapping[str, tuple[Report, str]]:
        """Reports that are only noted."""
        return {"status": (self._status, "the call ended"), "leg": (self._leg, "a telephone that we rang was answered"),
                "placed": (self._placed, "a call that we made to call back ended"), **self._talks.reports()}

    def _call(self, hook: Hook, place: Place) -> Call:
        return Call(channel=self._name, hook=hook, language=place.language, at=self._wire.clock())

    def _live(self, hook: Hook, place: Place) -> LiveCall:
        call = self._outgoing.calls.get(hook.sid, self._wire.clock())
        call.caller, call.called = hook.caller, hook.called
        call.polled(place, self._wire.clock())
        return call

    async def _incoming(self, hook: Hook, place: Place) -> Sequence[Verb]:
        opens = replace(self._call(hook, place), language="")  # a caller known from before is greeted in their language
        accepted = await self._wire.accept(opens.signal(SignalKind.OPEN, "open"))
        call = self._live(hook, place)
        await self._outgoing.remember()
        language = accepted.line.contact.language if accepted.line else self._language
        if accepted.told is not None:
            return await self._dialogue.answer(hook, place, accepted)
        if accepted.line is not None and accepted.line.contact.state is not ContactState.SELF_SERVICE:
            return await self._stand(call, replace(place, language=language))  # the carrier's fallback, in mid-call
        return flow.menu(self._script, menu.opening(self._settings.menu, language), place)

    async def _digits(self, hook: Hook, place: Place) -> Sequence[Verb]:
        self._live(hook, place)
        state = State(language=place.language, misses=place.misses)
        turn = menu.step(self._settings.menu, state, hook.keys or place.keys)
        if turn.action is None and place.n >= MOST_STEPS:
            turn = replace(turn, action=Action.QUEUE, said=())
        place = replace(place, language=turn.state.language)
        if turn.choice:
            await self._wire.accept(self._call(hook, place).signal(SignalKind.CHOICE, f"menu:{place.n}", turn.choice))
        if turn.action is None:
            return flow.menu(self._script, turn, place)
        return await self._act(hook, place, turn)

    async def _act(self, hook: Hook, place: Place, turn: Turn) -> Sequence[Verb]:
        if turn.action is Action.VOICEMAIL:
            return self._record(hook, place)
        if turn.action is Action.CALLBACK:
            return await self._callback(hook, place, hook.caller.value if not hook.anonymous else "")
        if turn.action is Action.HANGUP:
            return flow.goodbye(self._script, place)
        accepted = await self._wire.accept(self._call(hook, place).signal(SignalKind.ENQUEUE, "queue", turn.queue))
        if accepted.line is None:
            return flow.still(self._script, place)
        said = turn.said or (Sentence(text=phrase("queued", place.language), language=place.language),)
        return flow.hold(self._script, accepted.line, replace(place, said=0), before=said)

    async def _wait(self, hook: Hook, place: Place) -> Sequence[Verb]:
        call = self._live(hook, place)
        for delivery in place.heard:
            await self._wire.accept(self._call(hook, place).receipt(delivery, DeliveryState.DELIVERED))
        call.confirm(place.heard)
        return await self._stand(call, place)

    async def _recall(self, call: LiveCall) -> None:
        """After a restart: what was handed to the carrier and never confirmed is said once more."""
        for said in await self._wire.reads.thread(self._name, call.sid, limit=20):
            waits = said.delivery is not None and said.state in _UNCONFIRMED and bool(said.text)
            if waits and said.delivery not in call.heard and said.delivery not in call.pending:
                words = Spoken(delivery=int(said.delivery or 0), text=said.text, language=call.place.language)
                call.pending[words.delivery] = words
        call.recalled = True

    async def _stand(self, call: LiveCall, place: Place) -> Sequence[Verb]:
        """The next round of a call, by how its contact stands now."""
        if not call.recalled:
            await self._recall(call)
        line = await self._wire.reads.line(self._name, call.sid)
        state = line.contact.state if line else ContactState.SELF_SERVICE
        if line is not None and state in _QUEUED and not call.dismissed:
            return flow.hold(self._script, line, place, spoken=call.speak_at(place.n, self._wire.clock()))
        if line is not None and state in _HELD and not call.dismissed:
            return self._with_agent(call, place, line)
        if spoken := call.speak_at(place.n, self._wire.clock()):
            return flow.interrupt(self._script, place, spoken)
        if state is not ContactState.SELF_SERVICE or call.dismissed:
            return flow.goodbye(self._script, place)
        offered = menu.offered(self._settings.menu, place.language)
        return flow.menu(self._script, Turn(state=State(language=place.language), said=offered), place)

    def _with_agent(self, call: LiveCall, place: Place, line: Line) -> Sequence[Verb]:
        """Connect with the agent's telephone, or read out what the agent writes."""
        now = self._wire.clock()
        if flow.on_hold(line):
            return flow.held(self._script, place, spoken=call.speak_at(place.n, now))
        place = replace(place, held=0)
        to = self._outgoing.party(line.agent_phone) if line.contact.state is ContactState.ACTIVE else ""
        if to and call.being_connected(now):
            return flow.still(self._script, place)
        if to and (call.missed is None or line.contact.state_since > call.missed):
            if self._settings.record_talks and not place.consent:
                return flow.ask_consent(self._script, place)
            call.connect(to, now)
            return flow.connect(self._script, to, place, caller_id=call.called)
        return flow.talk(self._script, int(line.contact.agent or 0), place, spoken=call.speak_at(place.n, now))

    async def _waiting(self, hook: Hook, place: Place) -> Sequence[Verb]:
        call = self._live(hook, place)
        keys = hook.keys or place.keys
        line = await self._wire.reads.line(self._name, call.sid) if keys else None
        asked = flow.chosen(self._script, line, place, keys)
        if asked == "callback":
            return await self._callback(hook, place, "" if hook.anonymous else hook.caller.value)
        if asked == "voicemail":
            return self._record(hook, place)
        return await self._stand(call, place)

    async def _talking(self, hook: Hook, place: Place) -> Sequence[Verb]:
        self._live(hook, place)
        if hook.speech:
            await self._wire.accept(self._call(hook, place).said(f"speech:{place.n}", hook.speech))
        elif (hook.keys or place.keys).startswith("2"):
            return self._record(hook, place)
        return await self._wait(hook, place)

    def _record(self, hook: Hook, place: Place) -> Sequence[Verb]:
        call = self._outgoing.calls.get(hook.sid, self._wire.clock())
        call.recording = self._wire.clock() + timedelta(seconds=self._settings.record_seconds + 15)
        return flow.record(self._script, place)

    async def _callback(self, hook: Hook, place: Place, number: str) -> Sequence[Verb]:
        if not number:
            return flow.ask_number(self._script, place)
        await self._wire.accept(self._call(hook, place).signal(SignalKind.CALLBACK, "callback", number))
        return flow.will_call(self._script, number, place)

    async def _number(self, hook: Hook, place: Place) -> Sequence[Verb]:
        self._live(hook, place)
        number = parse.callback_number(hook.keys or place.keys, self._settings.country, self._settings.national_digits)
        if number:
            return await self._callback(hook, place, number)
        if place.misses + 1 >= self._settings.menu.misunderstandings:
            return flow.back(self._script, place)
        return flow.ask_number(self._script, place, again=True)

    async def _recording(self, hook: Hook, place: Place) -> Sequence[Verb]:
        """The recorder ended. To an agent who reads it is a message; else a voice message that ends the call."""
        self._live(hook, place)
        if not hook.recording or not hook.seconds:
            return flow.back(self._script, place, "not-recorded")
        found = await self._outgoing.carrier.recording(hook.recording, self._settings.recording_bytes,
                                                       RECORDING_PATIENCE)
        key = f"recording:{hook.recording_id or place.n}"
        uploads = () if found is None else (
            Upload(name=f"{key.replace(':', '-')}.wav", media_type=found.media_type, content=found.content),)
        said = self._call(hook, place).said(
            key, described(place.language, hook, fetched=bool(uploads)),
            uploads=uploads, voicemail=not place.agent, recording=hook.recording, seconds=hook.seconds)
        await self._wire.accept(said)
        if place.agent:
            return flow.back(self._script, place, "recorded")
        return flow.goodbye(self._script, place, "recorded")

    async def _dial_done(self, hook: Hook, place: Place) -> Sequence[Verb]:
        """The connection ended, or the agent's telephone was not answered: then the caller keeps the place."""
        talked = hook.dialled in ("completed", "answered") and self._talks.person(hook)
        if place.call:
            await self._called_back(place, hook.dialled, talked=talked)
            return (Hangup(),)
        call = self._live(hook, place)
        if hook.status not in ENDED and flow.on_hold(await self._wire.reads.line(self._name, hook.sid)):
            return flow.held(self._script, replace(place, held=0))  # the telephone was put down, not the caller
        place = replace(place, delivery=place.delivery or call.order)
        call.ordered, call.order = None, 0
        if talked:
            await self._connected(call, place)
            line = await self._wire.reads.line(self._name, hook.sid)
            if line is not None and line.contact.state in _QUEUED and hook.status not in ENDED:
                return flow.hold(self._script, line, replace(place, said=0))  # the agent passed the caller on
        if talked and hook.status not in ENDED:
            ends = self._call(hook, place).signal(SignalKind.LEFT, f"talked:{place.n}", "agent-ended", listening=True)
            accepted = await self._wire.accept(ends)
            if accepted.told is not None:
                return await self._dialogue.answer(hook, replace(place, delivery=0), accepted)
        if talked or hook.status in ENDED:
            await self._outgoing.left(call, "agent-ended" if talked else hook.status)
            return flow.goodbye(self._script, place)
        call.missed = self._wire.clock()
        line = await self._missed(self._call(hook, place), place, hook.dialled)
        sorry = Sentence(text=phrase("agent-missed", place.language), language=place.language)
        if line is None:
            return flow.back(self._script, place, "agent-missed")
        return flow.hold(self._script, line, place, before=(sorry,))

    async def _missed(self, items: Call, place: Place, how: str) -> Line | None:
        """The agent's telephone was not answered: the citizen still wants a person."""
        if place.delivery:
            await self._wire.accept(items.receipt(place.delivery, DeliveryState.FAILED, how))
        again = items.signal(SignalKind.ENQUEUE, f"missed:{place.n}", missed=True, how=how)
        return (await self._wire.accept(again)).line

    async def _called_back(self, place: Place, how: str, *, talked: bool) -> None:
        """A call back ended: they talked, or the citizen was not reached and the agent decides what next."""
        call = self._outgoing.calls.get(place.call, self._wire.clock())
        call.connected = False
        if talked:
            await self._connected(call, place)
            await self._outgoing.left(call, "agent-ended", key=f"left:{place.n}")
        elif place.delivery:
            items = await self._outgoing.items(call, place.language)
            await self._wire.accept(items.receipt(place.delivery, DeliveryState.FAILED, how))

    async def _placed(self, hook: Hook, place: Place) -> None:
        """The call that we made to an agent ended; not answered, it is as any missed connection."""
        if hook.status in ENDED - {"completed"} and place.call:
            call = self._outgoing.calls.get(place.call, self._wire.clock())
            await self._missed(await self._outgoing.items(call, place.language), place, hook.status)

    async def _status(self, hook: Hook, place: Place) -> None:
        if hook.status in ENDED and not hook.parent:
            call = self._outgoing.calls.get(hook.sid, self._wire.clock())
            call.caller = hook.caller
            await self._outgoing.left(call, hook.status)
            await self._outgoing.remember()

    async def _leg(self, hook: Hook, place: Place) -> None:
        """A telephone that we rang was picked up: an agent's, or that of a citizen whom we call back."""
        call = self._outgoing.calls.get(place.call or hook.parent or hook.sid, self._wire.clock())
        call.connected, call.seen = True, self._wire.clock()
        await self._connected(call, place)

    async def _connected(self, call: LiveCall, place: Place) -> None:
        items = await self._outgoing.items(call, place.language)
        await self._wire.accept(items.signal(SignalKind.CONNECTED, f"connected:{place.n}"))
        if delivery := place.delivery or call.order:
            await self._wire.accept(items.receipt(delivery, DeliveryState.DELIVERED))
