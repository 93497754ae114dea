"""Header values as people wrote them: encoded words (RFC 2047), raw 8-bit, folding, parameters (RFC 2231). PURE."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from channels.email.charsets import clean, decode

_WORD = re.compile(rb"=\?([^?\s]{0,60})\?([bBqQ])\?([^?]{0,4000})\?=")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_SPACES = re.compile(r"\s+")
#: Direction overrides and isolates: in a name or a subject they only serve to deceive. ZWNJ and RLM/LRM stay.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PARAMETER = re.compile(
    rb";[ \t\r\n]*([^=;\s\"]{1,80})[ \t]*=[ \t\r\n]*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", re.DOTALL)
_LIMIT = 60_000
_PARAMETERS = 100


def header(raw: bytes, *, limit: int = 2_000) -> str:
    """One line of clean text from a header's raw value."""
    return line(_decoded(raw[:_LIMIT]), limit=limit)


def line(text: str, *, limit: int = 2_000) -> str:
    """Any text as one clean line: no line breaks, controls or direction overrides."""
    return _SPACES.sub(" ", _BIDI.sub("", clean(text))).strip()[:limit]


def _decoded(raw: bytes) -> str:
    if b"=?" not in raw:
        return decode(raw)
    out: list[str] = []
    pending, label, at = b"", "", 0  # bytes of neighbouring words of one charset are joined before they are decoded
    for found in _WORD.finditer(raw):
        between = raw[at:found.start()]
        name = found.group(1).decode("ascii", "replace").split("*")[0].lower()
        if between.strip() or (pending and name != label):
            out.append(decode(pending, label))
            pending = b""
            out.append(decode(between) if between.strip() else "")
        elif between and not at:
            out.append(" ")
        label = name
        pending += _payload(found.group(2), found.group(3))
        at = found.end()
    out.append(decode(pending, label))
    out.append(decode(raw[at:]))
    return "".join(out)


def _payload(kind: bytes, text: bytes) -> bytes:
    if kind in b"qQ":
        return _QUOTED.sub(lambda found: bytes.fromhex(found.group(1).decode()), text.replace(b"_", b" "))
    return unbase64(text)


def unbase64(text: bytes) -> bytes:
    """As many bytes as base64 text gives, whatever stands between and however it ends."""
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        pass
    text = _NOT_BASE64.sub(b"", text)
    text = text[:len(text) - 1] if len(text) % 4 == 1 else text
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def parameters(raw: bytes) -> dict[str, str]:
    """Parameters of a Content-Type or Content-Disposition value, RFC 2231 pieces put together, names lower case."""
    plain: dict[str, bytes] = {}
    pieces: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(raw[:_LIMIT])):
        if count >= _PARAMETERS:
            break
        name = found.group(1).decode("ascii", "replace").lower()
        value = found.group(3).strip() if found.group(2) is None else _unquoted(found.group(2))
        stem, _, rest = name.partition("*")
        if not rest and "*" not in name:
            plain.setdefault(stem, value)
        else:
            number = rest.rstrip("*")
            if (number.isdecimal() and len(number) < 4) or not number:
                pieces.setdefault(stem, {}).setdefault(int(number or 0), (name.endswith("*"), value))
    values = {name: line(_decoded(value), limit=500) for name, value in plain.items()}
    for name, parts in pieces.items():
        values[name] = _joined(parts)
    return values


def _unquoted(value: bytes) -> bytes:
    # A backslash before an ordinary letter is a Windows path, not an escape.
    return re.sub(rb'\\(["\\])', rb"\1", value)


def _joined(parts: dict[int, tuple[bool, bytes]]) -> str:
    label, data = "utf-8", b""
    for number in sorted(parts):
        encoded, value = parts[number]
        if encoded and number == min(parts) and value.count(b"'") >= 2:
            found, _, value = value.split(b"'", 2)
            label = found.decode("ascii", "replace")
        data += unquote_to_bytes(value) if encoded else value
    return line(decode(data, label), limit=500)


def filename(text: str) -> str:
    """A name that is safe to show and to store: last path piece, no controls, at most 150 characters."""
    text = unicodedata.normalize("NFC", line(text, limit=500)).replace("\\", "/")
    text = text.rstrip("/").rsplit("/", 1)[-1].strip(" .\"'")
    text = re.sub(r'[<>:"|?*]', "_", text)
    if len(text) <= 150:
        return text
    stem, dot, ending = text.rpartition(".")
    return f"{stem[:140]}.{ending}" if dot and len(ending) <= 8 else text[:150]
