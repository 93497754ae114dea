"""Raw mail becomes a `Said`. PURE; never raises: what cannot be read is quarantined with the reason, the raw kept.

`external_id` is "<Message-ID>:<digest>". The digest covers who wrote, when, about what, and the undecoded body, but
not the trace headers: the same mail fetched again, or delivered twice along different ways, is a duplicate, while
another mail under a re-used Message-ID (some senders do that) is a new one. Without a Message-ID the digest stands
alone. Replies are found by the plain Message-ID, which is in `ids`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from channels.email import automatic, bodies, bounces, forwards, marks, seals
from channels.email.addresses import Box, boxes, same_place
from channels.email.mime import Headers, Mail, split
from channels.email.quotes import new_text
from channels.email.words import header
from router.model import Address, Medium, Said, Thread
from router.rules import text as words

MAX_BYTES = 30_000_000
_SHOWN_ADDRESSES = 50
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
#: Stands for a mail system that signs with no address at all; `.invalid` never exists (RFC 2606).
NOBODY = "mailer-daemon@invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the reader must know that is not in the mail."""

    channel: str
    now: datetime
    own: tuple[str, ...] = ()  #: our addresses, canonical; none = where this mail was delivered
    ours: tuple[str, ...] = ()  #: every address of the house, also of its other mailboxes
    colleagues: tuple[str, ...] = ()  #: addresses whose forwards are attributed to their first sender
    authority: str = ""  #: how our mail server signs Authentication-Results
    zone: str = "Asia/Tehran"  #: the desk's time zone: invitations may name none


def parse(raw: bytes, arrival: Arrival) -> Said:
    """The mail as the house understands it."""
    try:
        return _parse(raw, arrival)
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, AssertionError) as error:
        # A fault of ours or an unheard-of accident: the mail must not stop the mailbox, a person looks at it.
        return quarantined(raw, arrival, f"unreadable ({type(error).__name__})")


def beginning_of(said: Said, size: int, limit: int) -> Said:
    """A mail of which only the beginning was fetched, `size` bytes being more than `limit`. The part that the cut went
    through is no file any more, and a signature says nothing; what is left is a message that says so."""
    if said.quarantine:
        return replace(said, quarantine=f"larger than {limit} bytes ({size}); {said.quarantine}"[:300])
    kept = {name: value for name, value in said.data.items() if name != "signed"}
    return replace(said, uploads=said.uploads[:-1], data={**kept, "cut": {"bytes": size, "limit": limit}})


def quarantined(raw: bytes, arrival: Arrival, reason: str) -> Said:
    """A mail that is kept as it is, for a person."""
    digest = hashlib.sha256(raw).hexdigest()
    return Said(channel=arrival.channel, external_id=f"raw:{digest[:32]}", at=arrival.now, text="", quarantine=reason,
                raw=raw, sender=Address(medium=Medium.EMAIL, value=NOBODY))


def _parse(raw: bytes, arrival: Arrival) -> Said:
    if not raw.strip():
        return quarantined(raw, arrival, "empty")
    mail = split(raw[:MAX_BYTES])
    headers, digest = mail.headers, _digest(mail)
    mail, seal = seals.opened(mail, raw[:MAX_BYTES])
    own = arrival.own or _delivered(headers)
    box, doubt = _sender(headers)
    subject = header(headers.get("subject"), limit=500)
    body = bodies.read(mail, zone=arrival.zone)
    bounce = bounces.read(mail, subject=subject, sender=box.address, text=body.text, own=own)
    reply_to = [each.address for raw_ in headers.all("reply-to")[:3] for each in boxes(raw_) if each.address][:10]
    reason = automatic.reason(headers, subject=subject, sender=box.address, reply_to=reply_to,
                              own=(*own, *arrival.ours), report=bounces.report(mail)) or ("bounce" if bounce else "")
    identity = next((each for value in headers.all("message-id")[:2] for each in marks.ids(value)), "")
    references = marks.references(headers)
    texts = (body.text, body.html_text) if body.html_text != body.text else (body.text,)
    fresh = new_text(body.text, sender=box.name)
    quarantine = "" if box.address or bounce else "no sender address" if headers.fields else "no mail: it has no header"
    notes = sorted({*mail.notes, *body.notes} | ({doubt} if doubt else set()))
    said = Said(
        channel=arrival.channel, external_id=f"{identity[:250]}:{digest}".lstrip(":"),
        sender=Address(medium=Medium.EMAIL, value=box.address or NOBODY, name=box.name),
        at=_date(headers, arrival.now), text=body.text, html=body.html, subject=subject,
        new_text="" if fresh == body.text.strip() else fresh, uploads=body.uploads,
        thread=Thread(tokens=marks.tokens(headers, references, texts, own), references=references,
                      conversation=marks.conversation(headers)),
        automatic=reason, bounce=bounce, quarantine=quarantine, language=words.language(fresh or body.text or subject),
        ids=(identity,) if identity else (), data={**_extras(headers, reply_to, notes), **body.data, **seal}, raw=raw,
        people=_people(headers, {*own, *arrival.ours, box.address}))
    if said.automatic or not forwards.colleague(box.address, headers, arrival.colleagues, arrival.authority):
        return said
    return _forwarded(said, mail, arrival)


def _forwarded(said: Said, mail: Mail, arrival: Arrival) -> Said:
    """A colleague's forward as the mail of whoever wrote it first; as it is when it is no forward."""
    by = {"by": said.sender.value, "name": said.sender.name}
    part = forwards.attached(mail)
    if part is not None:
        first = _parse(part.content(), replace(arrival, colleagues=()))
        if not first.quarantine and not first.bounce and not _ours(first.sender.value, arrival):
            others = tuple(each for each in said.uploads if each.content != part.content())
            note = said.new_text or said.text
            return replace(first, external_id=said.external_id, ids=(*first.ids, *said.ids), raw=said.raw,
                           uploads=(*first.uploads, *others), at=said.at,
                           data={**first.data, "forwarded": {**by, "note": note[:5_000]}})
    found = forwards.inline(said.text)
    if found is None or _ours(found.sender.address, arrival):
        return said
    sender = Address(medium=Medium.EMAIL, value=found.sender.address, name=found.sender.name)
    fresh = new_text(found.text, sender=found.sender.name)
    return replace(said, sender=sender, subject=found.subject or said.subject, new_text=fresh, people=(),
                   data={**said.data, "forwarded": {**by, "note": found.note[:5_000]}})


def _ours(address: str, arrival: Arrival) -> bool:
    return any(same_place(address, each) for each in (*arrival.own, *arrival.ours))


def _people(headers: Headers, ours: Collection[str]) -> tuple[Address, ...]:
    """Who else got the mail, without ourselves and whoever sent it."""
    found: dict[str, str] = {}
    for name in ("to", "cc"):
        for raw in headers.all(name)[:3]:
            for box in boxes(raw):
                if box.address and not box.doubt and not any(same_place(box.address, each) for each in ours):
                    found.setdefault(box.address, box.name)
    return tuple(Address(medium=Medium.EMAIL, value=value, name=name) for value, name in found.items())[
        :_SHOWN_ADDRESSES]


def _sender(headers: Headers) -> tuple[Box, str]:
    """Who wrote, and why that is in doubt. From counts; without it, what the sending systems say."""
    stated = [box for raw in headers.all("from")[:5] for box in boxes(raw)]
    real = [box for box in stated if box.address]
    if real:
        several = len({box.address for box in real}) > 1
        return real[0], real[0].doubt or ("several-addresses" if several else "")
    name = stated[0].name if stated else ""
    for field in ("sender", "reply-to", "return-path", "x-sender", "x-envelope-from"):
        for raw in headers.all(field)[:2]:
            for box in boxes(raw):
                if box.address and "from" not in headers:
                    return Box(address=box.address, name=box.name or name), f"from-{field}"
    return Box(address="", name=name), ""


def _delivered(headers: Headers) -> tuple[str, ...]:
    """The address a mail was delivered to, as far as it tells."""
    for name in ("delivered-to", "x-original-to", "envelope-to", "to"):
        found = [box.address for raw in headers.all(name)[:1] for box in boxes(raw) if box.address]
        if found:
            return tuple(re.sub(r"\+[^@]{0,80}@", "@", each) for each in found[:10])
    return ()


def _digest(mail: Mail) -> str:
    found = hashlib.sha256()
    for name in ("from", "date", "subject", "content-type"):
        for value in mail.headers.all(name):
            found.update(b"%s:%s\n" % (name.encode(), b" ".join(value.split())))
    for part in mail.parts:
        # Servers on the way may change line ends and add an empty line at the end, nothing else.
        found.update(b"%d %d\n" % (part.parent, part.depth))
        found.update(re.sub(rb"\r\n?", b"\n", part.body).rstrip(b"\n"))
    return found.hexdigest()[:16]


def _date(headers: Headers, now: datetime) -> datetime:
    """When it was written, if that can be true; else now."""
    try:
        at = parsedate_to_datetime(header(headers.get("date"), limit=100))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return now
    return at if _OLDEST <= at <= now + timedelta(days=1) else now


def _extras(headers: Headers, reply_to: Collection[str], notes: Collection[str]) -> Mapping[str, Any]:
    """What a person may want to see besides the text."""
    found: dict[str, Any] = {}
    for name in ("to", "cc"):
        addresses = [box.address for raw in headers.all(name)[:3] for box in boxes(raw) if box.address]
        if addresses:
            found[name] = list(dict.fromkeys(addresses))[:_SHOWN_ADDRESSES]
    if reply_to:
        found["reply_to"] = list(dict.fromkeys(reply_to))
    if notes:
        found["notes"] = list(notes)
    if "disposition-notification-to" in headers or "return-receipt-to" in headers:
        found["asks_receipt"] = True
    return found
