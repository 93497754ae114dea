"""Outlook's winmail.dat (TNEF) opened: its text and its files. PURE, bounded; never raises, reads as far as it goes.

Layout after MS-OXTNEF: signature, key, then attributes (level, id, length, content, checksum); two of them hold MAPI
properties. Text that stands only as compressed RTF (MS-OXRTFCP) is unpacked and its words taken out.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from channels.email.charsets import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES = 2_000
MAX_PROPERTIES = 5_000
MAX_RTF = 2_000_000
_TITLE, _DATA, _BEGINS, _PROPS, _MESSAGE_PROPS, _BODY, _CODEPAGE = (
    0x8010, 0x800F, 0x9002, 0x9005, 0x9003, 0x800C, 0x9007)
_FIXED = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = (0xD, 0x1E, 0x1F, 0x102)
_PLAIN, _HTML, _RTF, _LONG_NAME, _NAME, _MIME, _CONTENT_ID, _OBJECT = (
    0x1000, 0x1013, 0x1009, 0x3707, 0x3704, 0x370E, 0x3712, 0x3701)
#: What every compressed RTF may refer to before its own beginning (MS-OXRTFCP section 2.1.2.1).
_PRESET = (b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
           b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
           b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx")


@dataclass(slots=True, kw_only=True)
class File:
    """A file inside; names and types as stated."""

    name: str = ""
    media_type: str = ""
    inline_id: str = ""
    content: bytes = b""


@dataclass(slots=True, kw_only=True)
class Opened:
    """What was found."""

    text: str = ""
    html: bytes = b""
    files: list[File] = field(default_factory=list)
    charset: str = ""


def read(raw: bytes) -> Opened | None:
    """The contents; None when it is no TNEF."""
    if raw[:4] != SIGNATURE:
        return None
    found, at = Opened(), 6
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > len(raw):
            break
        kind, length = struct.unpack_from("<xIi", raw, at)
        if length < 0:
            break
        _attribute(found, kind & 0xFFFF, raw[at + 9:at + 9 + length])
        at += 9 + length + 2
    found.files = [each for each in found.files if each.content]
    return found


def _attribute(found: Opened, kind: int, content: bytes) -> None:
    if kind == _CODEPAGE and len(content) >= 4:
        found.charset = f"cp{struct.unpack_from('<I', content)[0]}"
    elif kind == _BODY:
        found.text = found.text or _string(content, found.charset)
    elif kind == _BEGINS:
        found.files.append(File())
    elif kind == _MESSAGE_PROPS:
        _message(found, _properties(content))
    elif found.files:
        last = found.files[-1]
        if kind == _TITLE:
            last.name = last.name or _string(content, found.charset)
        elif kind == _DATA:
            last.content = content
        elif kind == _PROPS:
            _file(last, _properties(content), found.charset)


def _message(found: Opened, given: dict[int, tuple[int, bytes]]) -> None:
    if _PLAIN in given:
        found.text = found.text or _value(given[_PLAIN], found.charset)
    if _HTML in given:
        kind, content = given[_HTML]
        found.html = content.decode("utf-16-le", "replace").encode() if kind == 0x1F else content
    if _RTF in given and not found.html and not found.text:
        found.text = words(unpacked(given[_RTF][1]))


def _file(last: File, given: dict[int, tuple[int, bytes]], charset: str) -> None:
    for kind in (_LONG_NAME, _NAME):
        if kind in given:
            last.name = _value(given[kind], charset) or last.name
            break
    if _MIME in given:
        last.media_type = _value(given[_MIME], charset)[:100]
    if _CONTENT_ID in given:
        last.inline_id = _value(given[_CONTENT_ID], charset).strip("<> ")[:250]
    if _OBJECT in given and not last.content:
        last.content = given[_OBJECT][1]


def _value(given: tuple[int, bytes], charset: str) -> str:
    kind, content = given
    return decode(content, "utf-16-le").rstrip("\0") if kind == 0x1F else _string(content, charset)


def _string(content: bytes, charset: str) -> str:
    return decode(content.rstrip(b"\0"), charset)


def _properties(raw: bytes) -> dict[int, tuple[int, bytes]]:
    """MAPI properties: id -> (type, first value). Ends where the bytes make no sense any more."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        (count,), at = struct.unpack_from("<I", raw), 4
        for _ in range(min(count, MAX_PROPERTIES)):
            kind, name = struct.unpack_from("<HH", raw, at)
            at += 4
            if name >= 0x8000:
                (named,) = struct.unpack_from("<I", raw, at + 16)
                at += 20
                at += 4 if named == 0 else 4 + _padded(struct.unpack_from("<I", raw, at)[0])
            many, kind = kind & 0x1000, kind & 0xFFF
            values = 1
            if many or kind in _VARIABLE:
                (values,) = struct.unpack_from("<I", raw, at)
                at += 4
            for place in range(values):
                if kind in _VARIABLE:
                    (length,) = struct.unpack_from("<I", raw, at)
                    at += 4
                elif kind in _FIXED:
                    length = _FIXED[kind]
                else:
                    return found
                if length > len(raw) - at:
                    return found
                if place == 0:
                    found.setdefault(name, (kind, raw[at:at + length]))
                at += _padded(length)
    except struct.error:
        pass
    return found


def _padded(length: int) -> int:
    return length + (-length % 4)


def unpacked(raw: bytes) -> bytes:
    """RTF out of its compressed form; b"" when it is none."""
    if len(raw) < 16:
        return b""
    _, size, magic = struct.unpack_from("<III", raw)
    if magic == 0x414C454D:  # "MELA": not compressed
        return raw[16:16 + min(size, MAX_RTF)]
    if magic != 0x75465A4C:  # "LZFu"
        return b""
    ring, write = bytearray(_PRESET.ljust(4096, b" ")), len(_PRESET)
    out, at = bytearray(), 16
    while at < len(raw) and len(out) < min(size, MAX_RTF):
        control = raw[at]
        at += 1
        for bit in range(8):
            if at >= len(raw):
                break
            if not control >> bit & 1:
                offset, length = -1, 1
            elif at + 2 > len(raw):
                return bytes(out)
            else:
                offset, length = (raw[at] << 4) | (raw[at + 1] >> 4), (raw[at + 1] & 15) + 2
                if offset == write % 4096:
                    return bytes(out)  # a reference to itself is the end mark
            for step in range(length):
                byte = raw[at] if offset < 0 else ring[(offset + step) % 4096]
                out.append(byte)
                ring[write % 4096] = byte
                write += 1
            at += 1 if offset < 0 else 2
    return bytes(out)


_RTF_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_SKIPPED = frozenset(("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "htmltag", "mhtmltag", "themedata",
                      "generator", "header", "footer", "listtable", "datastore"))
_BREAKS = {"par": "\n", "line": "\n", "tab": "\t", "row": "\n", "cell": "\t", "lquote": "‘", "rquote": "’",
           "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—", "zwnj": "\u200c"}


def words(rtf: bytes) -> str:
    """The text of an RTF document, without its formatting."""
    charset, out, pending = "cp1252", [], bytearray()
    skipping, depth, after = 0, 0, 0  # the depth at which a group without words began; fallback letters after \\uN
    for found in _RTF_TOKEN.finditer(rtf[:MAX_RTF]):
        word, number, byte, sign, brace, text = found.groups()
        if byte and not skipping:
            if after:
                after -= 1
            else:
                pending.append(int(byte, 16))
            continue
        if pending:
            out.append(decode(bytes(pending), charset))
            pending.clear()
        if brace:
            depth += 1 if brace == b"{" else -1
            skipping = 0 if depth < skipping else skipping
        elif skipping:
            continue
        elif sign == b"*" or (word and word.decode() in _SKIPPED):
            skipping = depth
        elif word == b"ansicpg":
            charset = f"cp{int(number or b'1252')}"
        elif word == b"u" and number:
            out.append(chr(int(number) % 65_536))
            after = 1
        elif word:
            out.append(_BREAKS.get(word.decode(), ""))
        elif sign in (b"~", b"_", b"\\", b"{", b"}"):
            out.append({b"~": " ", b"_": "-"}.get(sign, sign.decode()))
        elif text:
            plain = text[1:] if after else text
            after = 0
            out.append(decode(plain, charset))
    if pending:
        out.append(decode(bytes(pending), charset))
    return re.sub(r"\n{3,}", "\n\n", "".join(out)).strip()
