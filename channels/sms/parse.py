"""What an SMS gateway's webhook says, as our words: Kannel's get-url and a generic JSON or form body.

Pure: bytes in, values out. Never raises on what a stranger wrote; what cannot be understood is marked `quarantine`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from channels.lenient import read_json
from channels.sms.settings import Settings
from router.errors import BadRequest
from router.model import Address, DeliveryId, DeliveryState, Medium, Receipt, Said
from router.rules.phone import canonical
from router.rules.text import clean, digits_latin, language

FIELDS = 100
RECORDS = 200
ID_CHARS = 200

#: Kannel's %d (user guide, "Delivery reports"): 8 and 4 only say that it is on its way.
KANNEL_STATES = {
    "1": (DeliveryState.DELIVERED, ""),
    "2": (DeliveryState.FAILED, "not delivered to the phone"),
    "4": (DeliveryState.SENT, "waits at the message centre"),
    "8": (DeliveryState.SENT, "taken by the message centre"),
    "16": (DeliveryState.FAILED, "rejected by the message centre"),
}
#: Names that gateways use for character sets. Others are read as UTF-8 with replacement characters.
CHARSETS = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf-16be": "utf-16-be", "ucs-2": "utf-16-be", "ucs2": "utf-16-be",
    "utf-16": "utf-16-be", "utf-16le": "utf-16-le", "iso-8859-1": "latin-1", "latin1": "latin-1",
    "windows-1252": "cp1252", "windows-1256": "cp1256", "us-ascii": "ascii", "ascii": "ascii",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The circumstances of a request: which channel, by which settings, and when."""

    channel: str
    settings: Settings
    now: datetime
    delivery: DeliveryId | None = None  #: our own id of what is reported on, when the request was sealed for it


def number_of(texts: Mapping[str, bytes]) -> DeliveryId | None:
    """Our own delivery id in a report's address; None when there is none."""
    stated = texts.get("delivery", b"")
    return DeliveryId(int(stated)) if stated.isdigit() and len(stated) <= 18 else None


def fields(raw: str) -> dict[str, bytes]:
    """Query string or form body by name, values as bytes (they may be UTF-16). First of equals; at most 100."""
    found: dict[str, bytes] = {}
    for pair in raw.split("&", FIELDS)[:FIELDS]:
        name, _, value = pair.partition("=")
        key = unquote_to_bytes(name.replace("+", " ")).decode("utf-8", "replace")
        found.setdefault(key, unquote_to_bytes(value.replace("+", " ")))
    return found


def without(raw: str, name: str) -> bytes:
    """The query string as it may be kept: the parameter with the secret taken out."""
    return "&".join(pair for pair in raw.split("&") if pair.partition("=")[0] != name).encode("utf-8", "replace")


# from=%2B989121234567&to=3000&text=%D8%B3%D9%84%D8%A7%D9%85&ts=2026-11-21+19:20:33&coding=0&charset=UTF-8
# &smsc=FAKE&id=1c6b3d7e-...&udh=&mclass=-1&service=default&secret=...
def kannel_said(raw: str, arrival: Arrival) -> Said:
    """A citizen's message from Kannel's get-url."""
    found = fields(raw)
    texts = {name: value.decode("utf-8", "replace") for name, value in found.items() if name != "text"}
    body = found.get("text", b"")
    text = _decoded(body, texts.get("coding", ""), texts.get("charset", ""))
    data: dict[str, Any] = {"smsc": clean(texts["smsc"], limit=50)} if texts.get("smsc") else {}
    part = concatenation(found.get("udh", b""))
    if part:
        data["part"] = {"ref": part[0], "of": part[1], "number": part[2]}
    return said(arrival, sender=texts.get("from", ""), to=texts.get("to", ""), text=text, stated=texts.get("ts", ""),
                 own_id=texts.get("id", ""), data=data, quarantine="binary" if texts.get("coding") == "1" else "",
                 raw=without(raw, arrival.settings.secret_field))


# delivery=71&status=1&ts=2026-11-21+19%3A20%3A40&secret=...
def kannel_receipt(raw: str, arrival: Arrival) -> Receipt | None:
    """Kannel's report on a message of ours; None when it is not one."""
    found = fields(raw)
    number, status = number_of(found), found.get("status", b"").strip().decode("utf-8", "replace")
    if number is None or status not in KANNEL_STATES:
        return None
    state, detail = KANNEL_STATES[status]
    return Receipt(channel=arrival.channel, external_id=f"dlr-{number}-{status}", part_id="", delivery=number,
                   state=state, detail=detail,
                   at=moment(found.get("ts", b"").decode("utf-8", "replace"), arrival) or arrival.now,
                   raw=without(raw, arrival.settings.secret_field))


def records(body: Any, items: str) -> list[Mapping[str, Any]]:
    """The messages in a generic JSON body: one object, a list, or the list at the path `items`; at most 200."""
    inner = at(body, items) if items else body
    if isinstance(inner, Mapping):
        return [inner]
    if isinstance(inner, Sequence) and not isinstance(inner, str | bytes):
        return [each for each in inner[:RECORDS] if isinstance(each, Mapping)]
    return []


def at(body: Any, path: str) -> Any:
    """What stands at a dotted path ("data.from", "result.0.id"); None when nothing does."""
    for step in path.split(".")[:8]:
        if isinstance(body, Mapping):
            body = body.get(step)
        elif isinstance(body, Sequence) and not isinstance(body, str | bytes) and step.isascii() and step.isdigit():
            body = body[int(step)] if len(step) < 4 and int(step) < len(body) else None
        else:
            return None
    return body


def word(value: Any) -> str:
    """A JSON value as text: numbers count as words, everything else that is no text is nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if not isinstance(value, int) or value.bit_length() < 200 else ""
    return ""


# {"from": "09121234567", "to": "3000", "text": "سلام", "id": "a1", "ts": "2026-11-21T19:20:33Z"}
def generic_said(record: Mapping[str, Any], raw: bytes, arrival: Arrival) -> Said:
    """A citizen's message from a provider whose field names the settings map."""
    got = {ours: word(at(record, theirs)) for ours, theirs in arrival.settings.inbound.items() if theirs}
    text_there = isinstance(at(record, arrival.settings.inbound["text"]), str)
    return said(arrival, sender=got.get("from", ""), to=got.get("to", ""), text=got.get("text", ""),
                 stated=got.get("ts", ""), own_id=got.get("id", ""), data={},
                 quarantine="" if text_there else "no-text", raw=raw)


# {"id": "a1", "status": "delivered", "ts": 1763752840}
def generic_receipt(record: Mapping[str, Any], raw: bytes, arrival: Arrival) -> Receipt | None:
    """A provider's report on a message of ours; None when it names no message or a state that is not mapped."""
    got = {ours: word(at(record, theirs)) for ours, theirs in arrival.settings.report.items() if theirs}
    part, status = clean(got.get("id", ""), limit=ID_CHARS), got.get("status", "").strip().lower()
    if status not in arrival.settings.states or not (part or arrival.delivery):
        return None
    # A sealed address speaks for its own delivery only, whatever id the body names.
    subject = arrival.delivery or part
    return Receipt(channel=arrival.channel, external_id=clean(f"dlr-{subject}-{status}", limit=ID_CHARS),
                   part_id="" if arrival.delivery else part, delivery=arrival.delivery,
                   state=DeliveryState(arrival.settings.states[status]), detail=clean(status, limit=50),
                   at=moment(got.get("ts", ""), arrival) or arrival.now, raw=raw)


def said(arrival: Arrival, *, sender: str, to: str, text: str, stated: str, own_id: str, data: dict[str, Any],
          quarantine: str, raw: bytes) -> Said:
    """One message, whatever the dialect: canonical sender, clean text, an identity that a repeat shares."""
    numbers = arrival.settings
    number = canonical(sender, country=numbers.country, national=numbers.national_digits, mobile=numbers.mobile_prefix)
    line = clean(to, limit=50)
    if line:
        data["to"] = line
    words = clean(text)
    return Said(
        channel=arrival.channel, external_id=_identity(own_id, stated, (sender, to, text), arrival, data),
        sender=Address(medium=Medium.SMS, value=number or "unknown"), at=moment(stated, arrival) or arrival.now,
        text=words, language=language(words), data=data, raw=raw,
        quarantine=quarantine or ("" if number else "no-sender"),
    )


def _identity(own_id: str, stated: str, words: tuple[str, str, str], arrival: Arrival, data: dict[str, Any]) -> str:
    """The provider's id. Without one, the same for the same words at the same stated time, so that a repeat is seen."""
    plain = clean(own_id, limit=ID_CHARS + 1).strip()
    if plain and len(plain) <= ID_CHARS:
        return plain
    if not plain and not stated:
        # Neither id nor time: two equal messages cannot be told from a repeat. Twice is better than lost.
        data["no_identity"] = True
        stated = arrival.now.isoformat()
    seal = hashlib.sha256()
    for each in (own_id, stated, *words):
        part = each.encode("utf-8", "surrogatepass")
        seal.update(len(part).to_bytes(8, "big") + part)
    return f"x{seal.hexdigest()[:40]}"


def json_of(raw: bytes) -> Any:
    """The body as JSON; None when it is none."""
    try:
        return read_json(raw)
    except BadRequest:
        return None


def _decoded(body: bytes, coding: str, charset: str) -> str:
    if coding == "1":
        return body.hex(" ")[:1000]
    fallback = "utf-16-be" if coding == "2" and not charset.strip() else "utf-8"
    return body.decode(CHARSETS.get(charset.strip().lower(), fallback), "replace")


def concatenation(udh: bytes) -> tuple[int, int, int] | None:
    """(reference, parts, number) from a user data header (TS 23.040, 9.2.3.24); None = not one of several."""
    at_byte = 1
    while at_byte + 2 <= len(udh):
        kind, size = udh[at_byte], udh[at_byte + 1]
        value = udh[at_byte + 2: at_byte + 2 + size]
        if kind == 0x00 and len(value) == 3:
            return value[0], value[1], value[2]
        if kind == 0x08 and len(value) == 4:
            return value[0] << 8 | value[1], value[2], value[3]
        at_byte += 2 + size
    return None


def moment(stated: str, arrival: Arrival) -> datetime | None:
    """A provider's time as UTC: seconds or milliseconds since 1970, or ISO 8601; None when it is no time.

    A clock that runs ahead by more than an hour is not believed: such a message would stay on top for ever.
    """
    plain = digits_latin(stated.strip())[:40].replace("/", "-")
    try:
        if plain.isascii() and plain.isdigit():
            seconds = int(plain) / (1000 if len(plain) > 11 else 1)
            found = datetime.fromtimestamp(seconds, UTC)
        else:
            found = datetime.fromisoformat(plain)
            if found.tzinfo is None:
                found = found.replace(tzinfo=ZoneInfo(arrival.settings.zone))
            found = found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return min(found, arrival.now) if found <= arrival.now + timedelta(hours=1) else arrival.now
