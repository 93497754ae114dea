"""Reads a carrier's webhook form and turns it into what the core knows. Pure: bytes and values in, values out.

A form as Twilio posts it, all values text:
    CallSid=CA1234567890ABCDE&AccountSid=AC1&From=%2B989121234567&To=%2B982112345678&CallStatus=ringing
with Digits and SpeechResult (Gather), RecordingUrl, RecordingSid and RecordingDuration (Record), DialCallStatus (Dial),
ParentCallSid (a leg that Dial made).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from router.errors import BadRequest
from router.model import Address, DeliveryId, DeliveryState, Medium, Receipt, Said, Signal, SignalKind, Thread, Upload
from router.rules.phone import canonical
from router.rules.text import clean, digits_latin

_SID = re.compile(r"[A-Za-z0-9_\-.@]{1,80}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
#: How carriers write a caller who hides: words, and the words typed on a telephone's keys.
_HIDDEN = frozenset({"", "anonymous", "restricted", "unavailable", "unknown", "private", "withheld",
                     "+266696687", "266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
_MOST_FIELDS = 100
_MOST_KEYS = 40
_SPOKEN_CHARS = 4_000

#: Call states after which nobody is on the line (Twilio, "Call status").
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def fields(body: bytes) -> list[tuple[str, str]]:
    """The pairs of a posted form in their order, repeated keys kept. BadRequest when it is none."""
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise BadRequest(f"the body is not a form of at most {_MOST_FIELDS} fields in UTF-8") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One webhook of the carrier."""

    sid: str  #: the call; also the thread of its contact
    caller: Address
    called: str = ""  #: the number that was dialled
    parent: str = ""  #: the caller's call, when this is about a leg that we dialled
    keys: str = ""  #: keys pressed, Latin digits
    status: str = ""
    dialled: str = ""  #: how a Dial ended
    speech: str = ""
    recording: str = ""  #: address of the recording
    recording_id: str = ""
    seconds: int = 0  #: length of the recording
    raw: bytes = b""

    @property
    def anonymous(self) -> bool:
        """Whether the caller gave no number that could be called back."""
        return not _E164.fullmatch(self.caller.value)


def hook(form: Sequence[tuple[str, str]], raw: bytes, country: str, national: int) -> Hook:
    """A form as values; the first of repeated keys counts. BadRequest without a usable CallSid."""
    first: dict[str, str] = {}
    for key, value in form:
        first.setdefault(key, value)
    sid = first.get("CallSid", "")
    if not _SID.fullmatch(sid):
        raise BadRequest("CallSid is missing or not an identifier", field="CallSid")
    return Hook(
        sid=sid, caller=caller(first.get("From", ""), sid, country, national),
        called=clean(first.get("To", ""), limit=100), parent=_sid(first.get("ParentCallSid", "")),
        keys=_keys(first.get("Digits", "")),
        status=first.get("CallStatus", "")[:20], dialled=first.get("DialCallStatus", "")[:20],
        speech=clean(first.get("SpeechResult", ""), limit=_SPOKEN_CHARS).strip(),
        recording=clean(first.get("RecordingUrl", ""), limit=1_000), raw=raw,
        recording_id=_sid(first.get("RecordingSid", "")),
        seconds=_count(first.get("RecordingDuration", "1"), 86_400))


def _sid(text: str) -> str:
    return text if _SID.fullmatch(text) else ""


def caller(value: str, sid: str, country: str, national: int) -> Address:
    """Who calls. A hidden number is nobody we know: each such call is a caller of its own, merged with no other."""
    bare = re.sub(r"^(?:tel|sips?):", "", clean(value, limit=200).strip().lower())
    user, _, host = bare.partition("@")
    number = canonical(user.partition(";")[0], country=country, national=national)
    if user in _HIDDEN:
        return Address(medium=Medium.VOICE, value=f"anonymous:{sid}")
    if _E164.fullmatch(number):
        return Address(medium=Medium.VOICE, value=number)
    return Address(medium=Medium.VOICE, value=f"{number.lower()}@{host.partition(';')[0]}" if host else number.lower())


def callback_number(keys: str, country: str, national: int) -> str:
    """The number a caller typed, as E.164; "" when it cannot be one."""
    number = canonical(keys.rstrip("#"), country=country, national=national)
    return number if _E164.fullmatch(number) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the flow a call stands. It travels in the URL of the next step, so that a repeated webhook gets the same
    answer, also from a process that was started in between."""

    language: str = "fa"
    n: int = 0  #: steps so far in this call
    misses: int = 0
    place: int = 0  #: place in line announced last
    said: int = 0  #: the step at which it was announced
    heard: tuple[int, ...] = ()  #: deliveries whose words were spoken to the end
    keys: str = ""  #: keys of a step that is tried again
    delivery: int = 0  #: the message that a dialled connection answers
    agent: int = 0  #: the agent who was announced as answering in writing
    call: str = ""  #: the caller's first call, when this is one that we made to call them back
    held: int = 0  #: the step at which being on hold was announced
    consent: int = 0  #: to being recorded: 0 not asked yet, 1 yes, 2 no
    offers: int = 0  #: what was offered instead of waiting when it was said last, a bit each

    def query(self) -> str:
        """As the query of a URL; defaults are left out."""
        pairs = {"l": self.language, "n": self.n, "m": self.misses, "p": self.place, "s": self.said,
                 "h": ".".join(map(str, self.heard)), "k": self.keys, "d": self.delivery,
                 "a": self.agent, "c": self.call, "r": self.consent, "o": self.held, "f": self.offers}
        return urlencode({key: value for key, value in pairs.items() if value})


def place(query: Mapping[str, str], default_language: str) -> Place:
    """The other way; what is missing or odd becomes the default."""
    language = query.get("l", "")
    heard = [_count(part, 2**53) for part in query.get("h", "").split(".")[:50]]
    return Place(
        language=language if language in ("fa", "en") else default_language, n=_count(query.get("n", ""), 1_000_000),
        misses=_count(query.get("m", ""), 100), place=_count(query.get("p", ""), 1_000_000),
        said=_count(query.get("s", ""), 1_000_000), heard=tuple(d for d in heard if d),
        keys=_keys(query.get("k", "")), delivery=_count(query.get("d", ""), 2**53),
        agent=_count(query.get("a", ""), 2**53), call=_sid(query.get("c", "")),
        consent=_count(query.get("r", ""), 2), held=_count(query.get("o", ""), 1_000_000),
        offers=_count(query.get("f", ""), 3))


def _keys(text: str) -> str:
    return "".join(c for c in digits_latin(text[:_MOST_KEYS]) if c in "0123456789*#")


def _count(text: str, limit: int) -> int:
    return min(int(text), limit) if text.isascii() and text.isdigit() and len(text) < 18 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Makes a call's items for the core; every one has an id that a repeated webhook makes again."""

    channel: str
    hook: Hook
    language: str
    at: datetime

    def signal(self, kind: SignalKind, key: str, value: str = "", **data: Any) -> Signal:
        """Something the caller did; `key` names it within the call."""
        return Signal(
            channel=self.channel, external_id=f"{self.hook.sid}:{key}", sender=self.hook.caller, at=self.at, kind=kind,
            value=value, thread=Thread(key=self.hook.sid), language=self.language, data=data, raw=self.hook.raw)

    def said(self, key: str, text: str, *, uploads: tuple[Upload, ...] = (), queue: str = "", **data: Any) -> Said:
        """Words of the caller, recognised or recorded."""
        return Said(
            channel=self.channel, external_id=f"{self.hook.sid}:{key}", sender=self.hook.caller, at=self.at, text=text,
            uploads=uploads, thread=Thread(key=self.hook.sid), language=self.language, queue=queue, data=data,
            raw=self.hook.raw)

    def receipt(self, delivery: int, state: DeliveryState, detail: str = "") -> Receipt:
        """What became of something we had to say or do on this call."""
        return Receipt(
            channel=self.channel, external_id=f"{self.hook.sid}:{state.value}:{delivery}",
            part_id=part_id(self.hook.sid, delivery), delivery=DeliveryId(delivery), state=state, at=self.at,
            detail=detail, raw=self.hook.raw)


def part_id(sid: str, delivery: int) -> str:
    """Our own id of what is said on a call: carriers give spoken words none."""
    return f"{sid}:{delivery}"
