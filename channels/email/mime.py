"""A raw mail split into its parts, in one pass and without recursion. PURE; never raises.

The standard parser nests one generator per multipart level and looks at every line in each of them: 1,000 levels
raise RecursionError, 60,000 parts take seconds. Here one scan over the lines that begin with `--` does it, with
limits on header bytes, parts and depth; what lies beyond a limit stays inside the last part and is noted.
"""

from __future__ import annotations

import binascii
import contextlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.charsets import decode
from channels.email.words import parameters, unbase64

MAX_HEADER_BYTES = 256_000
MAX_HEADERS = 1_000
MAX_PARTS = 1_000
MAX_DEPTH = 40

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_DELIMITER = re.compile(rb"(?:\A|(?<=[\r\n]))--([^\r\n]{0,300})")
_MBOX = re.compile(rb">?From [^ :\r\n]{1,300} ")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{0,300}(?:\r\n|\n|\r)", re.MULTILINE)
_LINE = re.compile(rb"\r\n|\n|\r")
_WHOLE_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_TYPE = re.compile(rb"\s*([A-Za-z0-9!#$&^_.+-]{1,80})\s*/\s*([A-Za-z0-9!#$&^_.+-]{1,80})")


class Headers:
    """Header fields in their order; names are compared without case, values are raw bytes, unfolded."""

    __slots__ = ("fields",)

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self.fields = fields

    def all(self, name: str) -> list[bytes]:
        """Every value of a header, in the order of the mail."""
        return [value for key, value in self.fields if key == name]

    def get(self, name: str) -> bytes:
        """The first value, b"" when absent."""
        return next((value for key, value in self.fields if key == name), b"")

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


@dataclass(slots=True, kw_only=True)
class Part:
    """One leaf or multipart. `body` is undecoded; `parent` is the index in the list of parts, -1 for the root."""

    headers: Headers
    media_type: str
    params: dict[str, str]
    parent: int = -1
    depth: int = 0
    body: bytes = b""

    @property
    def multipart(self) -> bool:
        return self.media_type.startswith("multipart/")

    def content(self) -> bytes:
        """The body with its transfer encoding undone; as it stands when the encoding is unknown or broken."""
        encodings = self.headers.all("content-transfer-encoding")
        kind = decode(encodings[0]).strip(" \"';").lower() if encodings else ""
        if kind == "base64":
            return unbase64(self.body) or self.body.strip()
        if kind == "quoted-printable":
            return quopri.decodestring(self.body)
        if kind in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return _unuu(self.body)
        return self.body

    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition and its parameters."""
        raw = self.headers.get("content-disposition")
        return decode(raw.split(b";", 1)[0]).strip().lower(), parameters(raw)


@dataclass(slots=True, kw_only=True)
class Mail:
    """A split mail; `parts[0]` is the mail itself. `notes` says which limits cut it."""

    parts: list[Part] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)

    @property
    def headers(self) -> Headers:
        return self.parts[0].headers

    def leaves(self) -> Iterator[Part]:
        """Everything that is no multipart, in order."""
        return (part for part in self.parts if not part.multipart)


def split(raw: bytes) -> Mail:
    """The parts of a mail. Any bytes give at least one part."""
    if _MBOX.match(raw):
        first = _LINE.search(raw)
        raw = raw[first.end():] if first else b""
    splitter = _Splitter(raw)
    splitter.run()
    return splitter.mail


def read_headers(raw: bytes) -> Headers:
    """The header block at the beginning of a message."""
    return _headers(raw, 0, set())[0]


class _Splitter:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.mail = Mail()
        self.open: list[tuple[bytes, int]] = []  # boundaries and their multiparts, outermost first
        self.last: dict[bytes, int] | None = None  # where each line that begins with -- occurs last
        self.current = 0
        self.start = 0  # where the body of the current part begins

    def run(self) -> None:
        self.begin(0, -1, "text/plain")
        for found in _DELIMITER.finditer(self.raw, self.start):
            if not self.open:
                break
            if found.start() < self.start:
                continue  # inside the header block of the part that has just begun
            level, closing = self.match(found.group(1).rstrip(b" \t"))
            if level < 0:
                continue
            if not closing and len(self.mail.parts) >= MAX_PARTS:
                self.mail.notes.add("too many parts")
                break
            self.finish(found.start())
            owner = self.open[level][1]
            del self.open[level + (0 if closing else 1):]
            if not closing:
                self.child(found.end(), owner)
        self.finish(len(self.raw))

    def match(self, text: bytes) -> tuple[int, bool]:
        """Which open boundary the line is, the innermost first, and whether it closes."""
        for level in range(len(self.open) - 1, -1, -1):
            boundary = self.open[level][0]
            if text == boundary:
                return level, False
            if text.startswith(boundary) and text[len(boundary):] == b"--":
                return level, True
        return -1, False

    def child(self, at: int, owner: int) -> None:
        line = _LINE.search(self.raw, at)
        kind = "message/rfc822" if self.mail.parts[owner].media_type == "multipart/digest" else "text/plain"
        self.begin(line.end() if line else len(self.raw), owner, kind)

    def begin(self, at: int, parent: int, default: str) -> None:
        stops = frozenset((b"--" + boundary).rstrip(b"-") for boundary, _ in self.open)
        headers, self.start = _headers(self.raw, at, self.mail.notes, stops)
        depth = self.mail.parts[parent].depth + 1 if parent >= 0 else 0
        part = Part(headers=headers, media_type=media_type(headers, default),
                    params=parameters(headers.get("content-type")), parent=parent, depth=depth)
        self.current = len(self.mail.parts)
        self.mail.parts.append(part)
        if not part.multipart:
            return
        if depth >= MAX_DEPTH:
            self.mail.notes.add("nested too deep")
        elif boundary := self.boundary(part):
            self.open.append((boundary, self.current))
            return
        part.media_type = "text/plain"

    def boundary(self, part: Part) -> bytes:
        """The declared boundary; or, when it does not occur any more, the first line that looks like one."""
        stated = part.params.get("boundary", "").encode("utf-8", "replace").rstrip()
        if self.last is None:
            self.last = {found.group(1).rstrip(b" \t"): found.start() for found in _DELIMITER.finditer(self.raw)}
        if stated and max(self.last.get(stated, -1), self.last.get(stated + b"--", -1)) >= self.start:
            return stated
        found = _DELIMITER.search(self.raw, self.start)
        text = found.group(1).rstrip() if found else b""
        return text if 0 < len(text) <= 100 and not text.endswith(b"--") else b""

    def finish(self, end: int) -> None:
        """The body of the current part ends before the line break that belongs to the delimiter."""
        if self.current >= 0:
            body = self.raw[self.start:max(end, self.start)]
            if end < len(self.raw):
                body = body[:-2] if body.endswith(b"\r\n") else body[:-1] if body.endswith((b"\n", b"\r")) else body
            self.mail.parts[self.current].body = body
            self.current = -1


def _unuu(body: bytes) -> bytes:
    """uuencoded bytes, line by line; a damaged line is read as far as its length says."""
    found = _UU_BEGIN.search(body)
    if not found:
        return body
    out = []
    for text in _LINE.split(body[found.end():]):
        if text.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(text))
        except binascii.Error:
            length = (((text[0] - 32) & 63) * 4 + 5) // 3 if text else 0
            with contextlib.suppress(binascii.Error):
                out.append(binascii.a2b_uu(text[:length]))
    return b"".join(out)


def media_type(headers: Headers, default: str = "text/plain") -> str:
    """type/subtype, lower case; garbage reads as plain text (RFC 2045 section 5.2)."""
    raw = headers.get("content-type")
    found = _TYPE.match(raw)
    if found:
        return f"{found.group(1).decode().lower()}/{found.group(2).decode().lower()}"
    return "text/plain" if raw else default


def _headers(raw: bytes, at: int, notes: set[str], boundaries: frozenset[bytes] = frozenset()) -> tuple[Headers, int]:
    """The header fields from `at`, and where the body begins.

    The block ends at a blank line or at an open boundary. Lines that are neither a field nor a continuation are
    skipped when a field follows; else the body begins with them: somebody forgot the blank line.
    """
    fields: list[tuple[str, bytes]] = []
    end = min(len(raw), at + MAX_HEADER_BYTES)
    stray = -1
    while at < end:
        found = _WHOLE_LINE.match(raw, at)
        if found is None or found.end() == at:
            break
        text = found.group(1)
        if not text:
            at = found.end()
            break
        if text.startswith(b"--") and text.rstrip(b" \t-") in boundaries:
            break
        if text[:1] in (b" ", b"\t") and fields:
            _fold(fields, text)
        elif (field_ := _FIELD.match(text)) and len(fields) < MAX_HEADERS:
            fields.append((field_.group(1).decode("ascii").lower(), text[field_.end():].strip()))
            stray = -1
        elif stray < 0:
            stray = at
        at = found.end()
    else:
        if at < len(raw):
            notes.add("header block too long")
    if len(fields) >= MAX_HEADERS:
        notes.add("too many headers")
        stray = -1
    return Headers(fields), at if stray < 0 else stray


def _fold(fields: list[tuple[str, bytes]], line: bytes) -> None:
    name, value = fields[-1]
    if len(value) < 100_000:  # joining pieces for ever would be quadratic
        fields[-1] = (name, value + b" " + line.strip())
