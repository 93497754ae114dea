"""Mail addresses out of header values (RFC 5322), however badly written. PURE, linear, never raises.

The standard `parseaddr` recurses on comments and can return an address that stands inside the display name
(CVE-2023-27043); here the address in the last angle brackets outside quotes counts, and doubt is reported.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.words import header, line

MAX_ADDRESSES = 200
_MAX_BYTES = 60_000
_SPEC = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\\]{1,255}")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{0,20}}\.?|\[[0-9a-fA-F.:IPv]{{3,50}}\]")
_LOOSE = re.compile(r"[ \t]{0,20}([@.])[ \t]{0,20}")
_SPECIAL = frozenset("()<>,;:")
_TOKEN = re.compile(r"[^\"()<>,;:\\]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One mailbox: canonical address ("" when there is none), display name, and whether it can be trusted to be it."""

    address: str
    name: str = ""
    doubt: str = ""  #: "several-addresses" or "name-is-another-address"


def canonical(text: str) -> str:
    """The address in lower case with an ASCII domain; "" when it is none."""
    local, at, domain = text.strip().strip("<>'").rpartition("@")
    if not at or not local or len(local) > 64 or len(domain) > 255 or not _DOMAIN.fullmatch(domain):
        return ""
    local = unicodedata.normalize("NFC", local.strip('"')).lower()
    if not local or any(char in '<>()[],;:\\"@\r\n\t\0' for char in local):
        return ""
    return f'"{local}"@{_ascii(domain)}' if " " in local else f"{local}@{_ascii(domain)}"


def _ascii(domain: str) -> str:
    domain = unicodedata.normalize("NFC", domain).lower().rstrip(".")
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def boxes(raw: bytes) -> list[Box]:
    """The mailboxes of a From, To or Cc value in their order, groups opened, at most `MAX_ADDRESSES`."""
    found: list[Box] = []
    pieces = _pieces(raw[:_MAX_BYTES].decode("utf-8", "surrogateescape"))
    for piece in itertools.islice(pieces, 5 * MAX_ADDRESSES):
        box = _box(piece)
        if box.address or box.name:
            found.append(box)
        if len(found) >= MAX_ADDRESSES:
            break
    return found


@dataclass(slots=True)
class _Piece:
    """What stood between two commas: phrase and quoted strings, comments, and the contents of angle brackets."""

    phrase: str = ""
    comment: str = ""
    angles: tuple[str, ...] = ()
    plain: str = ""  # the phrase without quoted strings


class _Scanner:
    """Reads a header value token by token; one state each for quotes, comments and angle brackets."""

    def __init__(self) -> None:
        self.depth = 0
        self.quoted = self.escaped = False
        self.angle: list[str] | None = None
        self.begin()

    def begin(self) -> None:
        self.words: list[str] = []
        self.plain: list[str] = []
        self.comment: list[str] = []
        self.angles: tuple[str, ...] = ()

    def piece(self) -> _Piece:
        if self.angle is not None:
            self.close()
        found = _Piece("".join(self.words), "".join(self.comment), self.angles, "".join(self.plain))
        self.begin()
        return found

    def close(self) -> None:
        self.angles = (*self.angles[:3], "".join(self.angle or ()))
        self.angle = None

    def literal(self, token: str) -> None:
        """A token without a meaning of its own."""
        if self.depth:
            self.comment.append(token)
        elif self.angle is not None:
            self.angle.append(token)
        else:
            self.words.append(token)
            if not self.quoted and not self.escaped:
                self.plain.append(token)

    def feed(self, token: str) -> bool:
        """Take a token; True when it ends a mailbox."""
        if self.escaped:
            self.literal(token)
            self.escaped = False
        elif token == "\\":
            self.escaped = True
        elif token == '"' and not self.depth:
            self.quoted = not self.quoted
            if self.angle is not None:
                self.angle.append('"')
        elif self.quoted or token not in _SPECIAL:
            self.literal(token)
        else:
            return self.special(token)
        return False

    def special(self, token: str) -> bool:
        if token == "(":
            self.depth += 1
        elif token == ")" and self.depth:
            self.depth -= 1
            self.comment.append(" ")
        elif self.depth:
            self.comment.append(token)
        elif token == "<":
            self.angle = []
        elif token == ">" and self.angle is not None:
            self.close()
        elif self.angle is not None:
            self.angle.append(token)
        elif token in ",;":
            return True
        elif token == ":" and "@" not in "".join(self.words[-2:]):
            self.words, self.plain = [], []  # the name of a group
        else:
            self.literal(token)
        return False


def _pieces(text: str) -> Iterator[_Piece]:
    scanner = _Scanner()
    for found in _TOKEN.finditer(text):
        if scanner.feed(found.group()):
            yield scanner.piece()
    yield scanner.piece()


def _box(piece: _Piece) -> Box:
    name = _text(piece.phrase)
    stated = [address for address in (_spec(text) for text in piece.angles) if address]
    if stated:
        shown = _spec(name)
        doubt = "several-addresses" if len(set(stated)) > 1 else ""
        if shown and shown != stated[-1]:
            doubt = doubt or "name-is-another-address"
        return Box(address=stated[-1], name=name or _text(piece.comment), doubt=doubt)
    if piece.angles and not _spec(piece.plain):
        return Box(address="", name=name)
    specs = _SPEC.findall(_flat(piece.plain)) or _SPEC.findall(_LOOSE.sub(r"\1", _flat(piece.plain)))
    if not specs and (not piece.plain.strip() or piece.plain.startswith("@")):  # all of it, or its left half, is quoted
        specs = [_flat(piece.phrase)]
    addresses = [address for address in map(canonical, specs[:5]) if address]
    if not addresses:
        return Box(address="", name=name)
    left = _text(_SPEC.sub(" ", piece.phrase, count=5)) if len(addresses) == 1 else ""
    return Box(address=addresses[0], name=left or _text(piece.comment),
               doubt="several-addresses" if len(set(addresses)) > 1 else "")


def _flat(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _spec(text: str) -> str:
    """The address in a piece of text; a source route (`@a,@b:c@d`) is left out (RFC 5322 section 4.4)."""
    found = _SPEC.findall(_LOOSE.sub(r"\1", _flat(text)))
    return canonical(found[-1]) if found else canonical("".join(_flat(text).split()))


def _text(text: str) -> str:
    """A display name: encoded words read, no quotes around it."""
    value = header(text.encode("utf-8", "surrogateescape"), limit=300).strip("\"' ,")
    return line(value, limit=150)


def same_place(address: str, own: str) -> bool:
    """Whether an address is one of ours, with or without a +tag."""
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}" == own
