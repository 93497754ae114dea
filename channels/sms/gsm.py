"""How long a text is as a text message and where it may be cut (3GPP TS 23.038 and 23.040). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: The default alphabet, code 0 to 127 (TS 23.038, 6.2.1). 0x1B is the escape to the extension table, no character.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
#: The extension table (6.2.1.1): each of these costs two septets, and the pair is never parted.
EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}

_CODES: dict[str, bytes] = {char: bytes((code,)) for code, char in enumerate(BASIC) if code != ESCAPE}
_CODES |= {char: bytes((ESCAPE, code)) for code, char in EXTENSION.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alphabet:
    """What one message and one part of a longer message hold, in the alphabet's own units."""

    name: str  #: "gsm7" (units are septets) or "ucs2" (units are UTF-16 code units)
    single: int
    part: int  #: less by the six-byte header that numbers the parts (TS 23.040, 9.2.3.24.1)


GSM7 = Alphabet(name="gsm7", single=160, part=153)
UCS2 = Alphabet(name="ucs2", single=70, part=67)


def alphabet(text: str) -> Alphabet:
    """GSM7 when every character is in the default alphabet or its extension, else UCS2."""
    return GSM7 if all(char in _CODES for char in text) else UCS2


def cost(char: str, kind: Alphabet) -> int:
    """Units that one character takes: an extension character or one outside the BMP takes two."""
    if kind is GSM7:
        return len(_CODES[char])
    return 2 if ord(char) > 0xFFFF else 1


def units(text: str) -> int:
    """The text's length in units of its own alphabet."""
    kind = alphabet(text)
    return sum(cost(char, kind) for char in text)


def split(text: str, kind: Alphabet | None = None) -> tuple[str, ...]:
    """The parts that a network makes of this text; one part when it fits. No character is ever cut in two.

    `kind` forces UCS2; by default the text's own alphabet. The empty text is one empty part.
    """
    kind = kind or alphabet(text)
    if sum(cost(char, kind) for char in text) <= kind.single:
        return (text,)
    return tuple(_parts(text, kind))


def _parts(text: str, kind: Alphabet) -> Iterator[str]:
    start = filled = 0
    for at, char in enumerate(text):
        need = cost(char, kind)
        if filled + need > kind.part:
            yield text[start:at]
            start, filled = at, 0
        filled += need
    yield text[start:]


def septets(text: str) -> bytes:
    """One byte per septet, escapes included. ValueError when a character is not in the alphabet."""
    try:
        return b"".join([_CODES[char] for char in text])
    except KeyError:
        raise ValueError("the text has a character outside the GSM 7-bit alphabet") from None


def pack(codes: bytes) -> bytes:
    """Septets into octets, the first in the lowest bits (TS 23.038, 6.1.2.1)."""
    out, held, bits = bytearray(), 0, 0
    for code in codes:
        held |= (code & 0x7F) << bits
        bits += 7
        if bits >= 8:
            out.append(held & 0xFF)
            held >>= 8
            bits -= 8
    if bits:
        out.append(held)
    return bytes(out)


def unpack(octets: bytes, count: int) -> bytes:
    """The reverse of `pack`; `count` septets, because seven spare bits look like an eighth character."""
    out, held, bits = bytearray(), 0, 0
    for octet in octets:
        held |= octet << bits
        bits += 8
        while bits >= 7 and len(out) < count:
            out.append(held & 0x7F)
            held >>= 7
            bits -= 7
    return bytes(out)


def decode(codes: bytes) -> str:
    """Text of septets. An escape before a code that the extension lacks shows the basic character (6.2.1.1)."""
    out: list[str] = []
    escaped = False
    for code in codes:
        if escaped:
            out.append(EXTENSION.get(code, BASIC[code & 0x7F]))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            out.append(BASIC[code & 0x7F])
    return "".join(out).replace("\x1b", " ")
