"""Reads what an agent wrote down about a contact by telephone, fax, letter or at the counter. Pure.

A form, as JSON or as the fields of a multipart body (files beside it):
    {"key": "4f0c1a2b-...", "name": "مریم احمدی", "phone": "۰۹۱۲۳۴۵۶۷۸۹", "date": "۱۴۰۵/۸/۳۰ ۱۰:۱۵",
     "subject": "انشعاب آب", "text": "پرسید که ...", "registration": "۱۲/۳۴۵", "direction": "in"}
Every error names its field and says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from channels.manual.settings import Settings
from router.byhand import ByHand
from router.errors import BadRequest
from router.model import Address, DeliveryId, DeliveryState, Medium, Receipt, Said, Upload
from router.rules import jalali, phone, text

DIRECTIONS = ("in", "out")
#: What may be said of a letter on its way, and what it means for the message.
STATES = {"posted": DeliveryState.SENT, "delivered": DeliveryState.DELIVERED, "returned": DeliveryState.FAILED,
          "failed": DeliveryState.FAILED}
_KEY = re.compile(r"[A-Za-z0-9._:\-]{8,100}")
_DATE = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:[T \-]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,6})?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?", re.ASCII)
#: Years below are of the Jalali calendar: 1599 is far in the future there, 1600 long past in the other.
_JALALI_BEFORE = 1600
#: Clocks of two machines differ; so much later than ours is still now.
_AHEAD = timedelta(minutes=10)
_LENGTHS = {"key": 100, "direction": 3, "name": 200, "phone": 60, "address": 500, "registration": 100, "date": 60,
            "subject": 300, "text": 50_000, "language": 2, "queue": 60,
            "callback": 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was written down, trimmed and bounded."""

    key: str
    direction: str = "in"  #: who sought the contact: "in" the citizen, "out" we did
    name: str = ""
    phone: str = ""
    address: str = ""
    registration: str = ""  #: number in the office's register of letters
    date: str = ""
    subject: str = ""
    text: str = ""
    language: str = ""
    queue: str = ""
    callback: str = ""  #: when we promised to call back


FIELDS = tuple(field.name for field in fields(Form))


def form(data: Mapping[str, object]) -> Form:
    """The form's fields checked one by one. BadRequest names the first that is wrong."""
    values: dict[str, str] = {}
    for name, value in data.items():
        if name not in _LENGTHS:
            raise BadRequest(f"there is no field {name!r}; known are {', '.join(FIELDS)}", field=name[:100])
        if not isinstance(value, str):
            raise BadRequest(f"the field {name!r} must be a text", field=name)
        if len(value) > _LENGTHS[name]:
            raise BadRequest(f"the field {name!r} has more than {_LENGTHS[name]} characters", field=name)
        values[name] = text.clean(value).strip()
    if not _KEY.fullmatch(values.get("key", "")):
        raise BadRequest("the field 'key' must be 8 to 100 letters, digits, '.', '_', ':' or '-', new for each record "
                         "and the same when it is sent again", field="key")
    made = Form(**{name: value for name, value in values.items() if value})
    if made.direction not in DIRECTIONS:
        raise BadRequest("the field 'direction' must be 'in' (the citizen sought us) or 'out' (we did)",
                         field="direction")
    if made.language not in ("", "fa", "en"):
        raise BadRequest("the field 'language' must be 'fa' or 'en'", field="language")
    if not (made.name or made.phone or made.address or made.registration):
        raise BadRequest("say who it was: one of 'name', 'phone', 'address' or 'registration'", field="name")
    return made


def moment(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A date (and time) as people write it, Jalali or Gregorian, digits of any script; "" = now. A date of today
    without a time means now. BadRequest for what is no date, lies ahead, or is older than living memory."""
    bare = re.sub(r"[\s،,]+", " ", text.digits_latin(written)).translate(_MARKS).strip()
    if not bare:
        return now
    found = _DATE.fullmatch(bare)
    if found is None:
        raise BadRequest("the field 'date' must be like 1405/08/30 10:15 or 2026-11-21 10:15", field="date")
    try:
        at = _at(found, zone)
    except ValueError:
        raise BadRequest("the field 'date' names a day or time that does not exist", field="date") from None
    if found["hour"] is None and at.date() == now.astimezone(zone).date():
        return now
    if at > now + _AHEAD:
        raise BadRequest("the field 'date' lies in the future", field="date")
    if at.year < 1920:
        raise BadRequest("the field 'date' is too long ago; is the year right?", field="date")
    return min(at, now)


_MARKS = {ord(mark): None for mark in "\u061c\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def promise(written: str, now: datetime, zone: ZoneInfo, days: int) -> datetime | None:
    """When a call back was promised, None = not at all. BadRequest for a time that is past or too far."""
    bare = re.sub(r"[\s،,]+", " ", text.digits_latin(written)).translate(_MARKS).strip()
    if not bare:
        return None
    found = _DATE.fullmatch(bare)
    try:
        at = _at(found, zone) if found and found["hour"] is not None else None
    except ValueError:
        at = None
    if at is None:
        raise BadRequest("the field 'callback' must be a day and a time like 1405/09/02 10:30", field="callback")
    if not now < at <= now + timedelta(days=days):
        raise BadRequest(f"the field 'callback' must lie ahead, at most {days} days", field="callback")
    return at


def _at(found: re.Match[str], zone: ZoneInfo) -> datetime:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if not 1200 <= year <= 2200:
        raise ValueError(year)
    if year < _JALALI_BEFORE:
        date = jalali.to_gregorian(year, month, day)
        year, month, day = date.year, date.month, date.day
    at = datetime(year, month, day, int(found["hour"] or 0), int(found["minute"] or 0), int(found["second"] or 0),
                  tzinfo=zone)
    if found["zone"] and found["hour"] is not None:
        return datetime.strptime(f"{at:%Y-%m-%dT%H:%M:%S}{found['zone']}", "%Y-%m-%dT%H:%M:%S%z")
    return at


def sender(made: Form, medium: Medium, settings: Settings) -> Address:
    """Whom the record is about. A telephone number is one person's address, and so are name and postal address
    together; a name alone is nobody's, so it stays with its record."""
    if made.phone:
        value = phone.canonical(made.phone, country=settings.country, national=settings.national_digits,
                                mobile=settings.mobile_prefix)
        if sum(c.isdigit() for c in value) < 3:
            raise BadRequest("the field 'phone' is no telephone number", field="phone")
    elif made.address:
        value = text.fold(f"{made.name} {made.address}")[:300]
    else:
        value = f"record:{made.key}"
    return Address(medium=medium, value=value, name=made.name)


def said(made: Form, uploads: tuple[Upload, ...], *, channel: str, medium: Medium, settings: Settings,
         now: datetime, actor: str = "") -> Said:
    """The record as the core takes it in; the same key is the same record. BadRequest for an unusable field."""
    zone = ZoneInfo(settings.timezone)
    at = moment(made.date, now, zone)
    until = promise(made.callback, now, zone, settings.promise_days)
    if until is not None and not made.phone:
        raise BadRequest("a promise to call back needs the field 'phone'", field="phone")
    if not made.text and not made.subject and not uploads:
        raise BadRequest("write what it was about, or add a scan", field="text")
    told = {"recorded": True, "direction": made.direction, "registration": made.registration, "address": made.address,
            "phone": made.phone, "date": made.date, "promise": until.isoformat() if until else ""}
    return Said(
        channel=channel, external_id=f"record:{made.key}", sender=sender(made, medium, settings), at=at,
        text=made.text or made.subject, subject=made.subject, uploads=uploads, queue=made.queue,
        language=made.language or text.language(f"{made.subject} {made.text}"),
        data={name: value for name, value in told.items() if value},
        by_hand=ByHand(actor=actor, register=settings.register, until=until) if actor else None)


def handed_over(data: Mapping[str, object], *, channel: str, now: datetime, zone: ZoneInfo,
                actor: str = "") -> Receipt:
    """An agent's word on a reply that goes by hand: {"delivery": 12, "state": "delivered", "detail": "by courier"}.
    BadRequest names the wrong field."""
    delivery, state = data.get("delivery"), data.get("state", "delivered")
    if not isinstance(delivery, int) or isinstance(delivery, bool) or not 0 < delivery < 2**53:
        raise BadRequest("the field 'delivery' must be the number of a delivery", field="delivery")
    if not isinstance(state, str) or state not in STATES:
        raise BadRequest("the field 'state' must be 'posted', 'delivered' or 'returned'", field="state")
    detail, date = data.get("detail", ""), data.get("date", "")
    if not isinstance(detail, str) or len(detail) > 300:
        raise BadRequest("the field 'detail' must be a text of at most 300 characters", field="detail")
    if not isinstance(date, str) or len(date) > _LENGTHS["date"]:
        raise BadRequest("the field 'date' must be a date as text", field="date")
    if unknown := sorted(set(data) - {"delivery", "state", "detail", "date"}):
        raise BadRequest(f"there is no field {unknown[0]!r}; known are delivery, state, detail, date",
                         field=unknown[0][:100])
    words = text.clean(detail).strip()
    step = "returned" if state == "failed" else state
    return Receipt(channel=channel, external_id=f"by-hand:{delivery}:{state}", part_id="",
                   delivery=DeliveryId(delivery), state=STATES[state], at=moment(date, now, zone), detail=words,
                   by_hand=ByHand(actor=actor, step=step, detail=words) if actor else None)
