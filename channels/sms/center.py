"""A message centre over SMPP 3.4: one bound session, kept up; parts handed over one by one, deliveries taken in.

The library dials, binds, keeps alive and writes; what it reads is read again by `pdu`, and acknowledged only after the
commit: whoever takes words in is awaited before the library answers.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmpplib import NPI, TON, AbstractHook, OptionalParam, PhoneNumber, SubmitSm

from channels.sms import compose, gsm, parse, pdu
from channels.sms.session import Session, context
from channels.sms.settings import Settings
from router.errors import (
    Doubtful,
    InvalidMessage,
    Misconfigured,
    PishkhanError,
    Refused,
    SendError,
    Throttled,
    Unreachable,
)
from router.model import DeliveryState, Fate, Health, Item, Outbound, Part, Receipt, Sent
from router.ports import Wire
from router.rules.exchange import Exchange

#: Command statuses (5.1.3) by what to do next.
_THROTTLED = frozenset({0x14, 0x58})
_WRONG_LOGIN = frozenset({0x0A, 0x0D, 0x0E, 0x0F, 0x48, 0x49})
_WRONG_MESSAGE = frozenset({0x01, 0x0B, 0x33, 0x50, 0x51})
_LATER = frozenset({0x08, 0x64})
STATES = {
    "DELIVRD": DeliveryState.DELIVERED, "EXPIRED": DeliveryState.FAILED, "DELETED": DeliveryState.FAILED,
    "UNDELIV": DeliveryState.FAILED, "REJECTD": DeliveryState.FAILED, "ACCEPTD": DeliveryState.SENT,
    "ENROUTE": DeliveryState.SENT,
}
AGAIN, _MOMENT = 40, 0.25  #: how often, and after how many seconds, a report that came early is told again
_SAR_REF, _SAR_OF, _SAR_NUMBER = 0x020C, 0x020E, 0x020F


class Center(AbstractHook):  # type: ignore[misc]
    """`run()` keeps the session; `send` hands one message over."""

    def __init__(self, name: str, settings: Settings, wire: Wire, take: Callable[[Item], Awaitable[None]]) -> None:
        self.name, self.settings, self.wire, self._take = name, settings, wire, take
        self._esme: Session | None = None
        self._answers: dict[str, asyncio.Future[bytes]] = {}  #: by our own id
        self._written: dict[int, str] = {}  #: sequence number -> our own id
        self._early: asyncio.Queue[tuple[float, int, Receipt]] = asyncio.Queue(1000)  #: when, how often yet, what
        self._fresh: deque[str] = deque(maxlen=200)  #: ids that may not be committed yet
        self.refused = 0  #: status of the last bind that was refused
        self.unreadable = False  #: the file of certificates cannot be used

    @property
    def bound(self) -> bool:
        """Whether messages can go now."""
        return self._esme is not None and self._esme.session_state.name.startswith("BOUND")

    async def run(self) -> None:
        """Until cancelled; the library dials again by itself."""
        settings = self.settings
        try:
            tls = await asyncio.to_thread(context, settings.ca_file) if settings.tls else None
        except OSError:
            self.unreadable = True
            return
        while True:
            self._esme = Session(
                tls=tls,
                smsc_host=settings.host, smsc_port=settings.port, system_id=settings.username,
                password=str(settings.password), system_type=settings.system_type, hook=self, log_level="CRITICAL",
                socket_timeout=settings.answer_seconds, client_id=self.name)
            try:
                await self._esme.start()
            except (OSError, ValueError):
                await asyncio.sleep(1)

    async def send(self, out: Outbound, text: str) -> Sent:
        """Every part has the centre's own id; what went before is not sent again. Raises a SendError."""
        pieces = gsm.split(text, gsm.UCS2 if self.settings.coding == "ucs2" else None)
        done = {index: own for index, own in out.parts_done.items() if index < len(pieces)}
        for index, piece in enumerate(pieces):
            if index in done:
                continue
            try:
                done[index] = await self._submit(out, piece, index, len(pieces), text)
            except SendError as error:
                error.part, error.parts = index, tuple(sorted(done.items()))
                raise
        return Sent(parts=tuple(Part(index=index, external_id=own) for index, own in sorted(done.items())))

    async def _submit(self, out: Outbound, piece: str, index: int, of: int, whole: str) -> str:
        if not self.bound or self._esme is None:
            raise Unreachable("no session with the message centre", provider_code="unbound")
        plain = self.settings.coding != "ucs2" and gsm.alphabet(whole) is gsm.GSM7
        more = [] if of == 1 else [OptionalParam(_SAR_REF, out.delivery & 0xFFFF), OptionalParam(_SAR_OF, of),
                                   OptionalParam(_SAR_NUMBER, index + 1)]
        own = f"{out.key}/{index}/{out.attempt}"
        message = SubmitSm(
            short_message=piece, source=_number(self.settings.sender), destination=_number(out.to.value),
            encoding="gsm0338" if plain else "ucs2", optional_params=more, log_id=own, registered_delivery=1)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[own] = answer
        began, outcome, status = time.perf_counter(), "ok", 0
        try:
            await self._esme.broker.enqueue(message)
            async with asyncio.timeout(self.settings.answer_seconds):
                got = await answer
            status = pdu.header(got).status
            if status:
                raise meaning(status)
            return pdu.message_id(got) or own
        except TimeoutError:
            outcome = Doubtful.code
            raise Doubtful("the message centre did not answer", provider_code="time-out") from None
        except SendError as error:
            outcome = error.code
            raise
        finally:
            self._answers.pop(own, None)
            self.wire.exchanged(Exchange(
                channel=self.name, at=self.wire.clock(), way="out", method="SUBMIT_SM", path="/", status=status,
                millis=int((time.perf_counter() - began) * 1000), asked=f"text({len(piece)}), part {index + 1}/{of}",
                outcome=outcome))

    # --- what the library tells

    async def sending(self, smpp_message: Any, pdu_: bytes, client_id: str) -> None:
        """Remember which sequence number a message of ours got."""
        if isinstance(smpp_message, SubmitSm):
            self._written[pdu.header(pdu_).sequence] = smpp_message.log_id

    async def received(self, smpp_message: Any, pdu_: bytes, client_id: str) -> None:
        """Awaited before the library acknowledges; ConnectionError leaves it unacknowledged and dials again."""
        head = pdu.header(pdu_)
        if head.command == pdu.SUBMIT_ANSWER:
            answer = self._answers.get(self._written.pop(head.sequence, ""))
            # At once: a report may stand in the very bytes that follow, and is read before whoever waits here goes on.
            self._fresh.append(pdu.message_id(pdu_))
            if answer is not None and not answer.done():
                answer.set_result(pdu_)
        elif head.command == pdu.BIND_ANSWER:
            self.refused = head.status
        elif head.command == pdu.DELIVER:
            await self._delivered(pdu_)

    async def send_error(self, smpp_message: Any, error: Exception, client_id: str) -> None:
        """The library could not write a message: nobody knows how much of it went."""
        answer = self._answers.get(getattr(smpp_message, "log_id", ""))
        if answer is not None and not answer.done():
            wrong = isinstance(error, ValueError)
            answer.set_exception(InvalidMessage("it cannot be written") if wrong else Doubtful("the session broke"))

    async def _delivered(self, content: bytes) -> None:
        arrival = parse.Arrival(channel=self.name, settings=self.settings, now=self.wire.clock())
        began, outcome = time.perf_counter(), "ok"
        try:
            item = item_of(content, arrival)
            await (self._report(item) if isinstance(item, Receipt) else self._take(item))
        except PishkhanError as error:
            outcome = error.code
            raise ConnectionError("the house cannot commit") from None
        finally:
            self.wire.exchanged(Exchange(
                channel=self.name, at=self.wire.clock(), way="in", method="DELIVER_SM", path="/",
                millis=int((time.perf_counter() - began) * 1000), asked=f"bytes({len(content)})", outcome=outcome))

    def health(self) -> Health:
        """The light."""
        now = self.wire.clock()
        if self.bound:
            return Health(code="ok", en="bound to the message centre", fa="به مرکز پیام متصل است", since=now)
        if self.unreadable:
            return Health(code="misconfigured", since=now, fa="پروندهٔ ca_file خوانده نمی‌شود",
                          en="ca_file cannot be read")
        if self._esme is not None and self._esme.distrusted:
            return Health(code="misconfigured", since=now, fa="گواهی مرکز پیام پذیرفتنی نیست",
                          en=f"the message centre's certificate is not trusted ({self._esme.distrusted})")
        if self.refused:
            return Health(code="misconfigured", since=now, fa="مرکز پیام ورود ما را نمی‌پذیرد",
                          en=f"the message centre refuses our login ({self.refused:#x})")
        return Health(code="down", en="no session with the message centre", fa="با مرکز پیام ارتباطی نیست", since=now)

    async def _report(self, receipt: Receipt) -> None:
        """A report may overtake the commit of its own message, and even the answer that names it: then it is told again
        in a moment, beside the reading, because the answers to the other parts are still to be read."""
        accepted = await self.wire.accept(receipt)
        if accepted.fate is Fate.IGNORED and (self._answers or receipt.part_id in self._fresh):
            self._later(receipt, AGAIN)

    def _later(self, receipt: Receipt, left: int) -> None:
        if not self._early.full():
            self._early.put_nowait((asyncio.get_running_loop().time() + _MOMENT, left, receipt))

    async def again(self) -> None:
        """Tell early reports again, until their messages are known; until cancelled."""
        while True:
            due, left, receipt = await self._early.get()
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            try:
                known = (await self.wire.accept(receipt)).fate is not Fate.IGNORED
            except PishkhanError:
                known = False
            if not known and left > 1:
                self._later(receipt, left - 1)  # behind the others: one that nobody knows keeps none of them waiting


def item_of(content: bytes, arrival: parse.Arrival) -> Item:
    """A delivery as our words: a citizen's message, a part of one, or a report. What cannot be read is put aside."""
    try:
        got = pdu.delivered(content)
    except ValueError:
        return parse.said(arrival, sender="", to="", text="", stated="", data={}, quarantine="cut-off", raw=content,
                          own_id=hashlib.sha256(content[16:]).hexdigest()[:40])
    if got.report and got.receipted and got.state in STATES:
        return Receipt(channel=arrival.channel, external_id="", part_id=got.receipted,
                       state=STATES[got.state], at=arrival.now, detail=got.state, raw=content)
    data: dict[str, Any] = {}
    if got.part:
        data["part"] = {"ref": got.part[0], "of": got.part[1], "number": got.part[2]}
    # The protocol has no id for what it delivers: the same bytes within the same minute are a repeat.
    own = hashlib.sha256(f"{arrival.now:%Y%m%d%H%M}".encode() + content[16:]).hexdigest()[:40]
    return parse.said(arrival, sender=got.sender, to=got.to, text=got.text, stated="", own_id=own, data=data,
                      quarantine=got.unread or ("report" if got.report else ""), raw=content)


def meaning(status: int) -> SendError:
    """What a command status says to do next."""
    code = f"{status:#x}"
    if status in _THROTTLED:
        return Throttled("the message centre wants it slower", retry_after=compose.WAIT, provider_code=code)
    if status in _WRONG_LOGIN:
        return Misconfigured("the login or the sender", provider_code=code)
    if status in _WRONG_MESSAGE:
        return InvalidMessage("the receiver or the length", provider_code=code)
    if status in _LATER:
        return Unreachable("the message centre cannot take it now", provider_code=code)
    return Refused("the message centre refused it", provider_code=code)


def _number(number: str) -> PhoneNumber:
    if number.startswith("+"):
        return PhoneNumber(number[1:21], TON.INTERNATIONAL, NPI.ISDN)
    return PhoneNumber(number[:20], TON.UNKNOWN if number.isdigit() else TON.ALPHANUMERIC, NPI.UNKNOWN)
