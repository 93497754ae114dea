"""Invitations (text/calendar, RFC 5545) and visiting cards (text/vcard) as plain values and readable words. PURE.

Bounded: so many bytes, events and lines; whatever is not understood is left out, the file itself stays attached. Times
without a zone, or with one that nobody knows, are those of the desk (`home`, a name of the tz database).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from channels.email.charsets import decode
from channels.email.words import line
from router.rules import jalali

MAX_BYTES = 500_000
MAX_LINES = 5_000
MAX_THINGS = 20
#: Names of zones as Windows writes them, where they are no zone names of the rest of the world.
_ZONES = {"iran standard time": "Asia/Tehran", "gmt standard time": "Europe/London", "utc": "UTC", "gmt": "UTC",
          "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris",
          "central europe standard time": "Europe/Budapest", "turkey standard time": "Europe/Istanbul",
          "arabian standard time": "Asia/Dubai", "arab standard time": "Asia/Riyadh",
          "arabic standard time": "Asia/Baghdad", "afghanistan standard time": "Asia/Kabul",
          "eastern standard time": "America/New_York", "pacific standard time": "America/Los_Angeles"}
_DURATION = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?)?")
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z?))?")
_PIECE = re.compile(r'(?:[^;"]|"[^"]*"?)+')
_KINDS = {"REQUEST": "invitation", "CANCEL": "cancelled", "REPLY": "answer", "PUBLISH": "event", "COUNTER": "proposal",
          "ADD": "invitation", "REFRESH": "event", "DECLINECOUNTER": "event"}
_WORDS = {
    "invitation": ("Invitation", "دعوت"), "cancelled": ("Cancelled event", "لغو رویداد"), "answer": (
        "Answer to an invitation", "پاسخ دعوت"), "proposal": ("Another time proposed", "پیشنهاد زمان دیگر"),
    "event": ("Event", "رویداد"), "when": ("When", "زمان"), "where": ("Where", "مکان"),
    "by": ("Organiser", "برگزارکننده"),
    "repeats": ("Repeats", "تکرار"), "to": ("to", "تا"), "all-day": ("all day", "تمام روز")}
_DAYS = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

Line = tuple[str, dict[str, str], str]


def events(content: bytes, charset: str = "", *, home: str) -> list[dict[str, Any]]:
    """The events of a calendar file: kind, title, start, end (ISO 8601), all_day, place, organiser, repeats, text."""
    found: list[dict[str, Any]] = []
    event: dict[str, tuple[dict[str, str], str]] | None = None
    kind, depth = "event", 0
    for name, params, value in _lines(content, charset):
        if name == "METHOD":
            kind = _KINDS.get(value.strip().upper(), "event")
        elif name == "BEGIN" and value.strip().upper() == "VEVENT" and event is None:
            event, depth = {}, 0
        elif event is not None and name == "BEGIN":
            depth += 1  # an alarm inside the event has words of its own
        elif event is not None and name == "END" and depth:
            depth -= 1
        elif event is not None and name == "END":
            found.append(_event(event, kind, home))
            event = None
            if len(found) >= MAX_THINGS:
                break
        elif event is not None and not depth:
            event.setdefault(name, (params, value))
    return found


def _event(given: dict[str, tuple[dict[str, str], str]], kind: str, home: str) -> dict[str, Any]:
    def text(name: str, limit: int) -> str:
        return line(_plain(given.get(name, ({}, ""))[1]), limit=limit)
    start, all_day = _moment(*given.get("DTSTART", ({}, "")), home)
    end, _ = _moment(*given.get("DTEND", ({}, "")), home)
    if start and not end and "DURATION" in given:
        end = _later(start, given["DURATION"][1])
    if text("STATUS", 20).upper() == "CANCELLED":
        kind = "cancelled"
    params, organiser = given.get("ORGANIZER", ({}, ""))
    return {"kind": kind, "title": text("SUMMARY", 300), "start": start.isoformat() if start else "",
            "end": end.isoformat() if end else "", "all_day": all_day, "place": text("LOCATION", 300),
            "organiser": line(params.get("CN", "") or re.sub("(?i)^mailto:", "", organiser), limit=200),
            "repeats": line(given.get("RRULE", ({}, ""))[1], limit=200),
            "text": _plain(given.get("DESCRIPTION", ({}, ""))[1])[:20_000].strip()}


def _lines(content: bytes, charset: str) -> Iterator[Line]:
    """Unfolded content lines: name, parameters, value."""
    text = decode(content[:MAX_BYTES], charset).replace("\r\n", "\n").replace("\r", "\n")
    held: list[str] = []
    for count, each in enumerate(text.split("\n")):
        if count > MAX_LINES:
            break
        if each[:1] in (" ", "\t") and held:
            held.append(each[1:])
            continue
        if held:
            yield _split("".join(held))
        held = [each] if each.strip() else []
    if held:
        yield _split("".join(held))


def _split(text: str) -> Line:
    """`NAME;PARAM=value;PARAM="a:b":value` (RFC 5545 section 3.1)."""
    quoted, place = False, len(text)
    for index, char in enumerate(text[:2_000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            place = index
            break
    head, value = text[:place], text[place + 1:]
    name, *rest = _PIECE.findall(head) or [""]
    params = {}
    for each in rest[:20]:
        key, _, said = each.partition("=")
        params[key.strip().upper()] = said.strip('" ')
    return name.strip().upper().rpartition(".")[2], params, value


def _plain(value: str) -> str:
    return re.sub(r"\\([nN\\;,:])", lambda found: "\n" if found.group(1) in "nN" else found.group(1), value)


def _moment(params: dict[str, str], value: str, home: str) -> tuple[datetime | None, bool]:
    found = _STAMP.match(value.strip())
    if found is None:
        return None, False
    year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
    try:
        zone = UTC if found.group(7) else _zone(params.get("TZID", ""), home)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone), found.group(4) is None
    except ValueError:
        return None, False


def _zone(name: str, home: str) -> ZoneInfo:
    name = name.strip('" ')
    for each in (_ZONES.get(name.lower(), name), home):
        if re.fullmatch(r"[A-Za-z0-9_+/-]{1,60}", each):
            try:
                return ZoneInfo(each)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return ZoneInfo("UTC")


def _later(start: datetime, value: str) -> datetime | None:
    found = _DURATION.fullmatch(value.strip().lstrip("+"))
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    try:
        return start + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def shown(event: dict[str, Any], language: str, *, home: str) -> str:
    """An event as lines that people read, for a mail without other text. Persian: Jalali dates, the desk's clock."""
    side = 1 if language == "fa" else 0

    def word(name: str) -> str:
        return _WORDS[name][side]
    lines = [f"{word(event['kind'])}: {event['title']}".rstrip(": ")]
    if event["start"]:
        lines.append(f"{word('when')}: {_when(event, side, home)}")
    for name, key in (("where", "place"), ("by", "organiser"), ("repeats", "repeats")):
        if event[key]:
            lines.append(f"{word(name)}: {event[key]}")
    return "\n".join([*lines, *(["", event["text"]] if event["text"] else [])])


def _when(event: dict[str, Any], side: int, home: str) -> str:
    start = datetime.fromisoformat(event["start"])
    end = datetime.fromisoformat(event["end"]) if event["end"] else None
    if event["all_day"]:
        last = end - timedelta(days=1) if end and end > start else start  # the stated end is the day after
        days = _day(start.date(), side) + (f" {_WORDS['to'][side]} {_day(last.date(), side)}" if last > start else "")
        return f"{days} ({_WORDS['all-day'][side]})"
    if side:
        zone_here = _zone("", home)
        start, end = start.astimezone(zone_here), end and end.astimezone(zone_here)
    begins = f"{_day(start.date(), side)} {_clock(start, side)}"
    zone = "" if side else f" ({start.strftime('UTC%z')})"
    if end is None:
        return begins + zone
    ends = _clock(end, side) if end.date() == start.date() else f"{_day(end.date(), side)} {_clock(end, side)}"
    return f"{begins} {_WORDS['to'][side]} {ends}{zone}"


def _day(day: date, side: int) -> str:
    if not side:
        return day.strftime("%A %d %B %Y")
    try:
        year, month, number = jalali.from_gregorian(day)
    except ValueError:  # a day of other centuries, which anybody may write into an invitation
        return day.isoformat().translate(_DIGITS)
    return f"{_DAYS[day.weekday()]} {number} {jalali.MONTHS[month - 1]} {year}".translate(_DIGITS)


def _clock(at: datetime, side: int) -> str:
    text = at.strftime("%H:%M")
    return f"ساعت {text}".translate(_DIGITS) if side else text


def cards(content: bytes, charset: str = "") -> list[dict[str, Any]]:
    """Visiting cards: name, organisation, telephone numbers, mail addresses."""
    found: list[dict[str, Any]] = []
    card: dict[str, Any] | None = None
    for name, params, value in _lines(content, charset):
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            card = {"name": "", "organisation": "", "phones": [], "addresses": []}
        elif card is not None and name == "END":
            if any(card.values()) and len(found) < MAX_THINGS:
                found.append(card)
            card = None
        elif card is not None:
            if params.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":  # vCard 2.1
                value = decode(re.sub(rb"=([0-9A-Fa-f]{2})", lambda hit: bytes([int(hit.group(1), 16)]),
                                      value.encode("utf-8", "replace")), params.get("CHARSET", ""))
            _note(card, name, line(_plain(value), limit=200))
    return found


def _note(card: dict[str, Any], name: str, value: str) -> None:
    if name == "FN" or (name == "N" and not card["name"]):
        card["name"] = value if name == "FN" else " ".join(reversed([each for each in value.split(";")[:2] if each]))
    elif name == "ORG":
        card["organisation"] = value.replace(";", " ").strip()
    elif name in ("TEL", "EMAIL"):
        kept = card["phones" if name == "TEL" else "addresses"]
        if value and len(kept) < 10:
            kept.append(re.sub("(?i)^(?:tel|mailto):", "", value))
