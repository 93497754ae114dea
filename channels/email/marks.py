"""The marks by which a mail says which conversation it belongs to, ours and the general ones. PURE.

Ours is the contact's token: in the Message-ID `<p.TOKEN.KEY@host>`, in the plus address `desk+TOKEN@host`, in the
header X-Pishkhan-Thread, and as `[p:TOKEN]` at the end of the text for providers that rewrite Message-IDs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable

from channels.email.addresses import boxes
from channels.email.mime import Headers
from channels.email.words import header

THREAD_HEADER = "X-Pishkhan-Thread"
LOOP_HEADER = "X-Pishkhan-Loop"
MAX_REFERENCES = 50
MAX_TOKENS = 5
_TOKEN = r"[0-9a-f]{16,64}"
_OURS = re.compile(rf"(?:^|[<\s])p\.({_TOKEN})\.[A-Za-z0-9_-]{{1,80}}@", re.IGNORECASE)
_MARKER = re.compile(rf"\[p:({_TOKEN})\]", re.IGNORECASE)
_WHOLE = re.compile(_TOKEN, re.IGNORECASE)
_ID = re.compile(rb"<\s{0,20}([^<>\s]{1,250})\s{0,20}>")
_BARE_ID = re.compile(rb"[^<>\s,;\"]{1,200}@[^<>\s,;\"]{1,200}")
_ARRIVED_AT = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")


def message_id(token: str, key: str, host: str) -> str:
    """The Message-ID of an outgoing mail, without brackets. The same delivery always has the same.

    Short, because some mail programs fold a long one into encoded words when they answer, and others forget it then.
    """
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()[:10]).decode().lower()
    return f"p.{token}.{digest}@{host}"


def plus_address(address: str, token: str) -> str:
    """Where replies go: our address with the token behind a plus."""
    local, _, domain = address.partition("@")
    return f"{local}+{token}@{domain}"


def marker(token: str) -> str:
    """What stands at the end of the text."""
    return f"[p:{token}]"


def ids(raw: bytes) -> list[str]:
    """The Message-IDs in a header value, in their order, without brackets; also those that somebody encoded."""
    if b"=?" in raw:
        raw = header(raw, limit=20_000).encode()
    found = _ID.findall(raw) or _BARE_ID.findall(raw)
    return [each.decode("utf-8", "replace") for each in found]


def references(headers: Headers) -> tuple[str, ...]:
    """What a mail refers to, the nearest first."""
    nearest = [each for raw in headers.all("in-reply-to")[:3] for each in ids(raw[:5_000])[:5]]
    chain = [each for raw in headers.all("references")[:3] for each in ids(raw[-20_000:])]
    return tuple(dict.fromkeys([*nearest, *reversed(chain)]))[:MAX_REFERENCES]


def conversation(headers: Headers) -> str:
    """Outlook's name of the conversation: the part of Thread-Index that every answer repeats; "" when there is none."""
    try:
        found = base64.b64decode(b"".join(headers.get("thread-index").split())[:2_000], validate=True)
    except (binascii.Error, ValueError):
        return ""
    return found[6:22].hex() if len(found) >= 22 else ""


def tokens(headers: Headers, referred: Iterable[str], texts: Iterable[str], own: Iterable[str]) -> tuple[str, ...]:
    """Our tokens, the strongest evidence first: where it was delivered, what it answers, header, text."""
    found = [*_plus(headers, frozenset(own)), *in_ids(referred)]
    found += [header(raw) for raw in headers.all(THREAD_HEADER.lower())[:3]]
    for text in texts:
        found += [match.group(1) for match in _MARKER.finditer(text[-200_000:])][-3:]
    return tuple(dict.fromkeys(each.lower() for each in found if _WHOLE.fullmatch(each)))[:MAX_TOKENS]


def in_ids(referred: Iterable[str]) -> list[str]:
    """The tokens in Message-IDs of ours."""
    return [match.group(1) for match in map(_OURS.match, referred) if match]


def _plus(headers: Headers, own: frozenset[str]) -> list[str]:
    found = []
    for name in _ARRIVED_AT:
        for raw in headers.all(name)[:5]:
            if b"+" not in raw:
                continue
            for box in boxes(raw[:20_000]):
                local, _, domain = box.address.partition("@")
                stem, _, tag = local.partition("+")
                if not own or f"{stem}@{domain}" in own:
                    found.append(tag)
    return found
