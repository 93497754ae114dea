"""Which parts of a mail are its text, which its HTML, and which are files. PURE."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from channels.email import calendar, markup, seals, tnef
from channels.email.charsets import codec, decode
from channels.email.mime import Mail, Part, read_headers
from channels.email.words import filename, header
from router.model import Upload
from router.rules.text import language

MAX_TEXT = 1_000_000
MAX_UPLOADS = 100
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_TEXTS = ("text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown")
_ENDINGS = {"message/rfc822": ".eml", "text/calendar": ".ics", "application/pdf": ".pdf", "image/jpeg": ".jpg",
            "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "application/ms-tnef": ".dat",
            "text/vcard": ".vcf", "text/x-vcard": ".vcf"}
_CARDS = ("text/vcard", "text/x-vcard", "text/directory")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
MAX_THINGS = 20


@dataclass(slots=True, kw_only=True)
class Body:
    """What a mail contains, ready to be shown."""

    text: str = ""
    html: str = ""  #: sanitised
    html_text: str = ""  #: the HTML as text, whether or not there is a plain one
    uploads: tuple[Upload, ...] = ()
    notes: set[str] = field(default_factory=set)
    data: dict[str, Any] = field(default_factory=dict)  #: events, cards, signed, encrypted


@dataclass(slots=True)
class _Pieces:
    """What was found while going through the parts."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)


def read(mail: Mail, *, zone: str) -> Body:
    """The text (plain, or else made from the HTML), the sanitised HTML and the files. `zone`: the desk's, for times of
    invitations that name none."""
    pieces, body = _Pieces(), Body()
    for part in mail.leaves():
        kind = _text_kind(part, bool(pieces.plain or pieces.html))
        if kind:
            (pieces.html if kind == "html" else pieces.plain).append(_decoded(part, kind))
        elif (part.body.strip() or part.media_type not in ("text/plain", "text/html")) and not _opened(part, pieces):
            _particular(part, pieces, zone)
            pieces.uploads.append(_upload(part, len(pieces.uploads) + 1))
    if len(pieces.uploads) > MAX_UPLOADS:
        body.notes.add("too many attachments")
    body.uploads = tuple(pieces.uploads[:MAX_UPLOADS])
    source = "\n".join(pieces.html)
    body.html_text = markup.to_text(source)[:MAX_TEXT] if source else ""
    body.html = markup.sanitise(source) if source else ""
    if source and not body.html:
        body.notes.add("html not shown")
    body.text = "\n\n".join(text.strip("\n") for text in pieces.plain if text.strip())[:MAX_TEXT] or body.html_text
    body.text, found = seals.armoured(body.text)
    body.data.update({"events": pieces.events[:MAX_THINGS]} if pieces.events else {})
    body.data.update({"cards": pieces.cards[:MAX_THINGS]} if pieces.cards else {}, **found)
    if not body.text and pieces.events:
        told = " ".join(f"{each['title']} {each['text'][:200]}" for each in pieces.events)
        shown = (calendar.shown(each, language(told) or "fa", home=zone) for each in pieces.events)
        body.text = "\n\n".join(shown)[:MAX_TEXT]
    return body


def _particular(part: Part, pieces: _Pieces, zone: str) -> None:
    """What an invitation or a visiting card says; the file stays beside it."""
    label = part.params.get("charset", "")
    name = part.disposition()[1].get("filename", "").lower()
    if part.media_type in ("text/calendar", "application/ics") or name.endswith(".ics"):
        found = calendar.events(part.content(), label, home=zone)
        pieces.events += [each for each in found if each not in pieces.events]
    elif part.media_type in _CARDS or name.endswith(".vcf"):
        pieces.cards += calendar.cards(part.content(), label)


def _opened(part: Part, pieces: _Pieces) -> bool:
    """Outlook's winmail.dat taken apart; False when it is none or there is nothing in it."""
    name = part.disposition()[1].get("filename", "") or part.params.get("name", "")
    if part.media_type not in _TNEF and name.lower() != "winmail.dat":
        return False
    found = tnef.read(part.content())
    if found is None or not (found.files or found.text or found.html):
        return False
    if not (pieces.plain or pieces.html):
        pieces.html += [decode(found.html[:4 * MAX_TEXT], found.charset)[:markup.MAX_CHARS]] if found.html else []
        pieces.plain += [found.text[:MAX_TEXT]] if found.text else []
    for each in found.files:
        name = filename(each.name) or f"attachment-{len(pieces.uploads) + 1}.bin"
        kind = each.media_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        pieces.uploads.append(Upload(name=name, media_type=kind, content=each.content, inline_id=each.inline_id))
    return True


def _text_kind(part: Part, has_text: bool) -> str:
    """ "plain", "html", or "" for a file."""
    if part.media_type not in _TEXTS:
        return ""
    disposition, params = part.disposition()
    if disposition.startswith("attachment") or (has_text and ("filename" in params or "name" in part.params)):
        return ""
    return "html" if part.media_type == "text/html" else "plain"


def _decoded(part: Part, kind: str) -> str:
    content = part.content()
    label = part.params.get("charset", "")
    if kind == "html" and not codec(label) and (meta := _META_CHARSET.search(content[:2_000])):
        label = decode(meta.group(1))
    text = decode(content[:4 * MAX_TEXT], label)
    if kind == "plain" and part.params.get("format", "").lower() == "flowed":
        text = unflowed(text, delsp=part.params.get("delsp", "").lower() == "yes")
    if part.media_type in ("text/enriched", "text/richtext"):
        text = re.sub(r"<[^<>]{1,60}>", "", text)
    return text[:markup.MAX_CHARS] if kind == "html" else text[:MAX_TEXT]


def unflowed(text: str, *, delsp: bool) -> str:
    """Paragraphs of format=flowed put together again (RFC 3676 section 4)."""
    return "\n".join(_paragraphs(text.split("\n"), delsp))


def _paragraphs(lines: list[str], delsp: bool) -> Iterator[str]:
    held: list[str] = []
    level = 0
    for each in lines:
        quotes = len(each) - len(each.lstrip(">"))
        content = each[quotes:].removeprefix(" ")
        if held and quotes != level:
            yield _quoted("".join(held), level)
            held = []
        level = quotes
        soft = content.endswith(" ") and content != "-- "
        held.append(content[:-1] if soft and delsp else content)
        if not soft:
            yield _quoted("".join(held), level)
            held = []
    if held:
        yield _quoted("".join(held), level)


def _quoted(text: str, level: int) -> str:
    return f"{'>' * level} {text}" if level else text


def _upload(part: Part, number: int) -> Upload:
    _, params = part.disposition()
    name = filename(params.get("filename", "") or part.params.get("name", ""))
    content = part.content()
    if not name and part.media_type == "message/rfc822":
        title = filename(header(read_headers(content.lstrip()[:20_000]).get("subject"), limit=80))
        name = f"{title}.eml" if title else ""
    if not name:
        ending = _ENDINGS.get(part.media_type) or mimetypes.guess_extension(part.media_type) or ".bin"
        name = f"attachment-{number}{ending}"
    inline = header(part.headers.get("content-id"), limit=250).strip("<> ")
    return Upload(name=name, media_type=part.media_type[:100], content=content, inline_id=inline)
