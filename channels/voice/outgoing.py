"""What we do on a live call out of turn: speak, connect, call back, hang up; and find out which calls are over.

Words that cannot be handed to the carrier now wait for the call's next poll, and the outbox tries again meanwhile:
memory only makes it faster. Knows no webhook.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from channels.voice import flow
from channels.voice.calls import Calls, LiveCall
from channels.voice.carrier import LONGEST_TWIML, CallEnded, Carrier
from channels.voice.flow import Script, Spoken
from channels.voice.parse import ENDED, Call, Hook, Place, caller, part_id
from channels.voice.settings import Settings
from channels.voice.twiml import Verb
from channels.voice.voicing import Voicing
from router.errors import InvalidMessage, Misconfigured, SendError, Throttled, Unavailable
from router.model import Address, DeliveryState, Health, Outbound, OutKind, Part, Sent, SignalKind
from router.ports import Wire
from router.records import Line
from router.rules.phone import canonical
from router.rules.text import clean

log = logging.getLogger("pishkhan.voice")

#: Longest text for one call of a speech engine; a longer answer belongs on another channel.
SPOKEN_CHARS = 1_500
#: So many characters of words go into one document; the carrier takes LONGEST_TWIML characters in all.
_TOGETHER = 2_500
_LIVE_MARK = "live-calls"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_SECONDS = 5.0
#: One message waits for its turn on a call so long; then it gives its place in the outbox to others for a moment.
_PATIENCE = timedelta(seconds=20)
_MOMENT = timedelta(seconds=2)


class Outgoing:
    """The outgoing side of one channel."""

    def __init__(self, name: str, settings: Settings, script: Script, voicing: Voicing, wire: Wire) -> None:
        self._name, self._settings, self._script, self._voicing, self._wire = name, settings, script, voicing, wire
        self.carrier = Carrier(settings.api_base, settings.account_sid, settings.auth_token)
        self.calls = Calls()
        self._marked: str | None = None

    async def send(self, out: Outbound) -> Sent:
        """One message on its call. Raises a SendError."""
        call = self.calls.get(out.thread_key, self._wire.clock())
        if out.kind is OutKind.CONNECT:
            await self._connect(call, out)
        elif out.kind is OutKind.HOLD:
            await self._hold(call, out)
            return Sent(parts=_parts(out), state=DeliveryState.DELIVERED)
        elif out.kind is OutKind.HANGUP:
            return await self._hang_up(call, out)
        elif out.delivery in call.heard or await self._speak(call, out):
            return Sent(parts=_parts(out), state=DeliveryState.DELIVERED)
        return Sent(parts=_parts(out))

    async def _speak(self, call: LiveCall, out: Outbound) -> bool:
        """Whether it was heard already; else the carrier has it. Words never interrupt words: they follow at the next
        poll, which is waited for."""
        now = self._wire.clock()
        if len(out.text) > SPOKEN_CHARS:
            raise InvalidMessage(f"at most {SPOKEN_CHARS} characters can be read out at once")
        if call.ended or _left(await self._wire.reads.line(self._name, call.sid)):
            raise CallEnded("the caller has hung up")
        if call.connected or call.being_connected(now):
            raise InvalidMessage("the caller is on the telephone with an agent: say it there")
        call.pending[out.delivery] = Spoken(delivery=out.delivery, text=clean(out.text), language=out.language)
        busy = call.busy_until(now)
        if busy is not None or not self.carrier.ready:
            patience = max(timedelta(0), busy - now) + _MOMENT if busy is not None else self._round
            if await call.hears(out.delivery, min(patience, _PATIENCE)):
                return True
            if call.ended:
                raise CallEnded("the caller has hung up")
            raise Throttled("the words wait for the call's next poll", retry_after=_MOMENT)
        words = _together(call.pending.values())
        call.tell(words, -1, now)
        await self._tell(call, flow.interrupt(self._script, call.place, words), forget=words)
        return False

    async def _tell(self, call: LiveCall, verbs: Sequence[Verb], *, forget: Sequence[Spoken] = ()) -> None:
        document = await self._voicing.render(*verbs)
        try:
            if len(document) > LONGEST_TWIML:
                raise Throttled("too long to interrupt the call with; the words wait for its next poll",
                                retry_after=self._round)
            await self.carrier.tell(call.sid, document)
            self._wire.report(Health(code="ok"))
        except SendError as error:
            if isinstance(error, Misconfigured):
                self._wire.report(Health(code="misconfigured", en="The carrier refuses our account or token.",
                                         fa="سرویس تلفن حساب یا رمز ما را نمی‌پذیرد."))
            for each in forget:
                call.told.pop(each.delivery, None)  # the next poll shall say it
            if isinstance(error, CallEnded):
                call.end(self._wire.clock())
            raise

    @property
    def _round(self) -> timedelta:
        return timedelta(seconds=self._settings.wait_seconds + 1)

    async def _connect(self, call: LiveCall, out: Outbound) -> None:
        to = self.party(str(out.data.get("to", "")))
        if not to:
            raise InvalidMessage("the agent has no telephone")
        now = self._wire.clock()
        line = await self._wire.reads.line(self._name, call.sid)
        if call.ended or _left(line):
            await self._call_back(call, out, to, line)
            return
        if flow.on_hold(line):
            return  # an order of before; the one to talk on comes after it
        if call.party == to and (call.connected or call.being_connected(now)):
            call.order = out.delivery  # the call's own poll was faster; its connection answers this order
            return
        if self._settings.record_talks and not call.place.consent:
            # The call's own step asks first; it is called at once.
            call.order = out.delivery
            await self._tell(call, flow.back(self._script, replace(call.place, language=out.language)))
            return
        call.connect(to, now)
        place = Place(language=out.language, n=call.place.n, delivery=out.delivery, consent=call.place.consent)
        try:
            await self._tell(call, flow.connect(self._script, to, place, caller_id=call.called))
        except SendError:
            call.ordered = None
            raise

    async def _hold(self, call: LiveCall, out: Outbound) -> None:
        """Take the caller out of the talk: the agent's telephone is free, and is rung anew to go on."""
        line = await self._wire.reads.line(self._name, call.sid)
        if call.ended or _left(line):
            raise CallEnded("the caller has hung up")
        if not flow.on_hold(line):
            return  # they talk on already; this order comes too late
        call.connected, call.ordered, call.party = False, None, ""
        await self._tell(call, flow.held(self._script, replace(call.place, language=out.language, held=0)))

    async def _call_back(self, call: LiveCall, out: Outbound, to: str, line: Line | None) -> None:
        number = str(line.contact.data.get("callback", "")) if line else ""
        if not number:
            raise CallEnded("the caller has hung up and asked for no call back")
        caller_id = self._settings.caller_id or call.called
        if not caller_id:
            raise Misconfigured("caller_id is needed to call somebody back")
        place = Place(language=out.language, n=call.place.n, delivery=out.delivery, call=call.sid)
        document = await self._voicing.render(*flow.call_back(self._script, number, place))
        await self.carrier.place(to, caller_id, document, self._script.url("placed", place),
                                 self._settings.dial_seconds)

    async def _hang_up(self, call: LiveCall, out: Outbound) -> Sent:
        call.dismissed = True
        if not self.carrier.ready:
            return Sent(parts=_parts(out))  # the next poll ends it
        try:
            await self.carrier.end(call.sid)
        except CallEnded:
            call.end(self._wire.clock())  # that is what was wanted
        return Sent(parts=_parts(out), state=DeliveryState.DELIVERED)

    def party(self, phone: str) -> str:
        """An agent's telephone as the carrier dials it: a SIP address, or a number."""
        phone = clean(phone, limit=200).strip()
        if "@" in phone:
            return phone if phone.startswith(("sip:", "sips:")) else f"sip:{phone}"
        return canonical(phone, country=self._settings.country, national=self._settings.national_digits)

    async def remember(self) -> None:
        """Keep which calls are live, so that one that ends while this process is down is found out afterwards."""
        text = " ".join(sorted(call.sid for call in self.calls.live()))
        if text != self._marked:
            await self._wire.reads.set_mark(self._name, _LIVE_MARK, text)
            self._marked = text

    async def watch(self) -> None:
        """Look after calls that fell silent, for ever."""
        for sid in (await self._wire.reads.mark(self._name, _LIVE_MARK)).split():
            if self.calls.known(sid) is None:
                self.calls.get(sid, _EPOCH)
        while True:
            try:
                await self.look()
                await self.remember()
            except Unavailable:
                log.warning("voice channel=%s cannot commit now; looks again", self._name)
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Ask the carrier about calls that should have been heard of, and end those that it says are over."""
        now = self._wire.clock()
        self.calls.forget_ended(now, timedelta(minutes=10))
        if not self.carrier.ready:
            return
        for call in self.calls.silent(now, polling=3 * self._round, talking=timedelta(minutes=2)):
            try:
                state = await self.carrier.state(call.sid)
                status, who = str(state.get("status", "")), str(state.get("from", ""))
            except CallEnded:
                status, who = "completed", ""
            except SendError:
                continue  # asked again at the next look
            if status in ENDED:
                await self.left(call, status, who)
            call.seen = now

    async def items(self, call: LiveCall, language: str) -> Call:
        """What makes a call's items when no webhook of that call is at hand. Raises Unavailable when nobody knows who
        called."""
        return self._items(call, await self._caller(call), language)

    async def _caller(self, call: LiveCall) -> Address:
        if call.caller is None:
            try:
                state = await self.carrier.state(call.sid)
            except SendError:
                raise Unavailable("the carrier cannot say now who called") from None
            call.caller = self._known(call, str(state.get("from", "")))
        return call.caller

    def _known(self, call: LiveCall, who: str) -> Address:
        return call.caller or caller(who, call.sid, self._settings.country, self._settings.national_digits)

    def _items(self, call: LiveCall, sender: Address, language: str) -> Call:
        hook = Hook(sid=call.sid, caller=sender)
        return Call(channel=self._name, hook=hook, language=language, at=self._wire.clock())

    async def left(self, call: LiveCall, status: str, who: str = "", *, key: str = "left") -> None:
        """The caller is gone. Raises Unavailable when that cannot be committed now."""
        item = self._items(call, self._known(call, who), "")
        await self._wire.accept(item.signal(SignalKind.LEFT, key, status))
        call.end(self._wire.clock())


def _parts(out: Outbound) -> tuple[Part, ...]:
    return (Part(index=0, external_id=part_id(out.thread_key, out.delivery)),)


def _left(line: Line | None) -> bool:
    return line is not None and bool(line.contact.data.get("left"))


def _together(pending: Iterable[Spoken]) -> list[Spoken]:
    """The first words that fit into one document; the others follow at the next poll."""
    chosen: list[Spoken] = []
    for each in pending:
        if chosen and sum(len(word.text) for word in chosen) + len(each.text) > _TOGETHER:
            break
        chosen.append(each)
    return chosen
