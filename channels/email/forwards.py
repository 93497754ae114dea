"""Mail that a colleague passed on: who wrote it first. PURE.

A forward is attributed to its first sender only when it certainly comes from a colleague: the address is one of those
named in the settings, and our own mail server says that the sender's domain vouches for it. From anybody else it stays
the mail of whoever sent it, or a stranger could write in the name of any citizen.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from channels.email import lexicon
from channels.email.addresses import Box, boxes
from channels.email.mime import Headers, Mail, Part
from channels.email.words import header, line

_LINES = 400
_FIELD = re.compile(r"[ \t>*]{0,6}([^\W\d][^:：\n*]{0,24}?)[ \t\xa0]*\*?[ \t\xa0]?[:：]\*?(?:[ \t\xa0]|$)(.{0,500})")
_SUBJECTS = frozenset({"subject", "betreff", "objet", "asunto", "oggetto", "konu", "тема", "موضوع", "عنوان", "الموضوع"})
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PASSES = re.compile(r"\b(dmarc|dkim)=pass\b([^;]{0,500})", re.IGNORECASE)
_SIGNER = re.compile(r"header\.(?:d|i)=@?(?:[^\s;@]{0,100}@)?([A-Za-z0-9.-]{1,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """A message quoted whole in the text of a forward."""

    sender: Box
    subject: str
    text: str  #: what was passed on
    note: str  #: what the colleague wrote above it


def colleague(sender: str, headers: Headers, colleagues: Collection[str], authority: str) -> bool:
    """Whether a mail certainly comes from one of these addresses (`name@domain`, or `@domain` for all of it)."""
    domain = sender.rpartition("@")[2]
    if not authority or not sender or (sender not in colleagues and f"@{domain}" not in colleagues):
        return False
    # Only the topmost is written by our own server (RFC 8601 section 5); the ones below anybody may have brought.
    said = header(headers.get("authentication-results"), limit=4_000)
    if said.split(";")[0].split()[:1] != [authority]:
        return False
    for found in _PASSES.finditer(said):
        if found.group(1).lower() == "dmarc":
            return True
        signer = _SIGNER.search(found.group(2))
        if signer and (domain == signer.group(1).lower() or domain.endswith("." + signer.group(1).lower())):
            return True
    return False


def attached(mail: Mail) -> Part | None:
    """The mail that hangs on a forward, when there is exactly one."""
    found = [part for part in mail.leaves() if part.media_type == "message/rfc822" and part.body.strip()]
    return found[0] if len(found) == 1 else None


def inline(text: str) -> Inline | None:
    """The message in the text of a forward; None when its sender cannot be told."""
    lines = [_MARKS.sub("", each) for each in text.split("\n")[:_LINES]]
    for place, each in enumerate(lines):
        if lexicon.FORWARDED.fullmatch(each.strip()) or lexicon.ORIGINAL.fullmatch(each.strip()):
            return _read(text, lines, place, place + 1)
        found = _FIELD.match(each)
        if found and found.group(1).strip().lower() in lexicon.FROM_FIELDS and "@" in found.group(2):
            return _read(text, lines, place, place)
    return None


def _read(text: str, lines: list[str], top: int, start: int) -> Inline | None:
    sender, subject, fields, place = Box(address=""), "", 0, start
    for place in range(start, min(start + 16, len(lines))):
        found = _FIELD.match(lines[place])
        if found is None:
            if lines[place].strip() or (fields and sender.address):
                break
            continue
        name, value = found.group(1).strip().lower(), found.group(2)
        fields += 1
        if name in lexicon.FROM_FIELDS and not sender.address:
            value = value.replace("[mailto:", "<").replace("]", ">")
            sender = next((box for box in boxes(value.encode("utf-8", "replace")) if box.address), sender)
        elif name in _SUBJECTS:
            subject = line(value, limit=300)
        elif name not in lexicon.TOLD_FIELDS | lexicon.OTHER_FIELDS and not sender.address:
            break
    if not sender.address or fields < 2:
        return None
    whole = text.split("\n")
    return Inline(sender=sender, subject=subject, text="\n".join(whole[place:]).strip("\n"),
                  note="\n".join(whole[:top]).strip())
