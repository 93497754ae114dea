"""How many pixels a picture has by what its own header says, so that none is shown that fills a reader's memory. Pure;
linear; decodes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

MOST_SIDE, MOST_PIXELS = 12_000, 40_000_000  #: a photograph of 40 megapixels is shown; nothing on a page needs more
Size = tuple[int, int]
_SVG = re.compile(rb"<svg(?=[\s>/])([^>]{0,5000})", re.IGNORECASE)
_SIDE = re.compile(rb"""(?:^|\s)(width|height)\s{0,5}=\s{0,5}["']\s{0,5}\+?(\d{1,15}(?:\.\d{0,9})?)([a-z%]{0,4})""",
                   re.IGNORECASE)
_UNITS = {b"": 1.0, b"px": 1.0, b"pt": 4 / 3, b"pc": 16.0, b"mm": 3.78, b"cm": 37.8, b"in": 96.0, b"em": 16.0}
_BLOCKS = 200_000  #: pieces of one file that are looked at; a picture that has more is broken
#: A JPEG marker with a length: none of the bytes that fill, of stuffed ones, of those that stand alone.
_MARKER = re.compile(rb"\xff([^\xff\x00\x01\xd0-\xd8])")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  #: those that begin a frame (ITU T.81, table B.1)


def size_of(kind: str, content: bytes) -> Size | None:
    """(width, height); of several frames the largest. None when the header is cut off or broken."""
    wide = high = 0
    try:
        for width, height in _READ[kind](content):
            wide, high = max(wide, width), max(high, height)
    except IndexError:
        return None
    return (wide, high) if wide and high else None


def too_large(size: Size) -> bool:
    """Whether it has more pixels than are shown."""
    return max(size) > MOST_SIDE or size[0] * size[1] > MOST_PIXELS


def drawn(content: bytes) -> Size | None:
    """What an SVG asks for in pixels; None when it is none or leaves it to the reader."""
    found = _SVG.search(content[:100_000].replace(b"\x00", b""))
    if found is None:
        return None
    sides = {each[1].lower(): min(10**9, round(float(each[2]) * _UNITS.get(each[3].lower(), 0.0)))
             for each in _SIDE.finditer(found[1])}
    return (sides.get(b"width", 0), sides.get(b"height", 0)) if sides else None


def _number(content: bytes, at: int, length: int, order: Literal["big", "little"]) -> int:
    """IndexError where the file ends before."""
    if at + length > len(content):
        raise IndexError(at)
    return int.from_bytes(content[at:at + length], order)


def _png(content: bytes) -> Iterator[Size]:
    """IHDR stands first: `length, "IHDR", width, height` (W3C PNG, 11.2.1)."""
    yield _number(content, 16, 4, "big"), _number(content, 20, 4, "big")


def _gif(content: bytes) -> Iterator[Size]:
    """The screen, and each frame: readers make room for a first frame larger than its screen (GIF89a, 18-20)."""
    yield _number(content, 6, 2, "little"), _number(content, 8, 2, "little")
    at, left_over, framed = 13 + _table(content[10]), _BLOCKS, False
    while at < len(content) and content[at] != 0x3B:
        if content[at] == 0x2C:
            left, top, width, height = (_number(content, at + place, 2, "little") for place in (1, 3, 5, 7))
            yield left + width, top + height
            at += 11 + _table(content[at + 9])
            framed = True
        elif content[at] == 0x21:
            at += 2
        else:
            break  # what follows is no block; nobody draws it
        while at < len(content) and content[at] and left_over:
            at, left_over = at + 1 + content[at], left_over - 1
        at, left_over = at + 1, left_over - 1
        if left_over < 0:
            raise IndexError(at)
    if not framed:
        raise IndexError(at)


def _table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _jpeg(content: bytes) -> Iterator[Size]:
    """The first frame header: `FF Cn, length, precision, height, width` (ITU T.81, B.2.2)."""
    at = 2
    for _ in range(_BLOCKS):
        found = _MARKER.search(content, at)
        if found is None or found[1] in (b"\xd9", b"\xda"):
            return
        at = found.end()
        if found[1][0] in _FRAMES:
            yield _number(content, at + 5, 2, "big"), _number(content, at + 3, 2, "big")
            return
        at += max(2, _number(content, at, 2, "big"))


def _webp(content: bytes) -> Iterator[Size]:
    """The canvas, and each picture on it: chunks of `name, length` (RFC 9649, 2.3-2.7)."""
    at = 12
    for _ in range(_BLOCKS):
        if at + 8 > len(content):
            return
        name, length, data = content[at:at + 4], _number(content, at + 4, 4, "little"), at + 8
        if name == b"VP8X":
            yield _number(content, data + 4, 3, "little") + 1, _number(content, data + 7, 3, "little") + 1
        elif name == b"ANMF":
            yield _number(content, data + 6, 3, "little") + 1, _number(content, data + 9, 3, "little") + 1
        elif name == b"VP8L":
            bits = _number(content, data + 1, 4, "little")
            yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif name == b"VP8 ":
            yield _number(content, data + 6, 2, "little") & 0x3FFF, _number(content, data + 8, 2, "little") & 0x3FFF
        at = data + length + length % 2
    raise IndexError(at)


_READ: dict[str, Callable[[bytes], Iterator[Size]]] = {
    "image/png": _png, "image/gif": _gif, "image/jpeg": _jpeg, "image/webp": _webp}
