"""Pictures that stand within the text of an import (`data:`), taken out of it as what they really are. Pure; linear;
trusts no stated type: what is no PNG, JPEG, GIF or WebP by its own bytes is none. SVG may carry scripts and is none.
One of more pixels than are shown is refused."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from knowledge import sizes
from router.errors import BadRequest

MOST = 40  #: of one article, as many as it may have files
MOST_BYTES = 2_000_000  #: of one
_MOST_CHARS = MOST_BYTES * 3  #: written, percent-encoded at worst
GONE = "data:,"  #: stands for one that was left out: its words stay
_IN_HTML = re.compile(
    r"""(\bsrc\s{0,5}=\s{0,5})("\s{0,5}data:[^"]*"|'\s{0,5}data:[^']*'|data:[^\s"'>]+)""", re.IGNORECASE)
_IN_MARKS = re.compile(
    r"!\[([^\[\]\n]{0,300})\]\(\s{0,3}<?(data:[^()\s<>]*)>?\s{0,3}(?:[\"'][^\"'\n()]{0,300}[\"'])?\)", re.IGNORECASE)
#: `[image1]: <data:...>` under a page, and `![words][image1]` in it.
_DEFINED = re.compile(
    r"^ {0,3}\[([^\[\]\n]{1,100})\]:[ \t]{0,3}<?(data:[^\s<>]*)>?[^\n]{0,300}$", re.IGNORECASE | re.MULTILINE)
#: The same of addresses, which may lead to a file beside the page; `_ELSEWHERE` says which do not.
_BESIDE_HTML = re.compile(
    r"""(?P<before><img\b[^<>]{0,5000}?(?<![\w-])src\s{0,5}=\s{0,5})(?P<where>"[^"<>]{1,1000}"|'[^'<>]{1,1000}'|"""
    r"""[^\s"'<>]{1,1000})(?P<after>)""", re.IGNORECASE)
_BESIDE_MARKS = re.compile(
    r"(?P<before>!\[[^\[\]\n]{0,300}\]\()\s{0,3}(?P<where><[^<>\n]{1,1000}>|[^()\s<>]{1,1000})\s{0,3}"
    r"(?:[\"'][^\"'\n()]{0,300}[\"'])?(?P<after>\))")
_BESIDE_DEFINED = re.compile(
    r"^ {0,3}\[([^\[\]\n]{1,100})\]:[ \t]{0,3}<?([^\s<>]{1,1000})>?[^\n]{0,300}$", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]{0,30}:|//|#", re.IGNORECASE)
_NAMED = re.compile(r"!\[([^\[\]\n]{0,300})\]\[([^\[\]\n]{0,100})\]")
_PLACE = re.compile(r"!\[([^\[\]\n]{0,300})\]\(picture:(\d{1,6})\)")
TOO_LARGE = (f"at most {sizes.MOST_SIDE:,} a side and {sizes.MOST_PIXELS // 10**6} million in all are shown; make it "
             "smaller")
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by its own bytes."""

    media_type: str
    content: bytes
    digest: str
    size: sizes.Size

    @property
    def name(self) -> str:
        """A file name that says nothing but what it is."""
        return f"{self.digest[:12]}.{_ENDINGS[self.media_type]}"


class Album:
    """What was taken out of one file; places in the text name pictures by number."""

    def __init__(self, beside: Callable[[str], bytes | None] | None = None) -> None:
        self._beside = beside
        self.pictures: dict[int, Picture] = {}
        self._known: dict[str, int] = {}

    def out_of_html(self, text: str) -> str:
        """The page with `picture:N` where a picture stood."""
        text = _IN_HTML.sub(lambda found: f'{found[1]}"{self._place(found[2])}"', text)
        return text if self._beside is None else _BESIDE_HTML.sub(self._near, text)

    def out_of_marks(self, text: str) -> str:
        """The same for Markdown, of both ways to write one."""
        text = _IN_MARKS.sub(lambda found: _put(found[1], self._place(found[2])), text)
        if self._beside is not None:
            text = _BESIDE_MARKS.sub(self._near, text)
        named: dict[str, str] = {}

        def define(found: re.Match[str]) -> str:
            named.setdefault(found[1].strip().lower(), self._place(found[2]))
            return ""
        text = _DEFINED.sub(define, text)

        def define_near(found: re.Match[str]) -> str:
            place = self._beside_of(found[2])
            return found[0] if place is None else named.setdefault(found[1].strip().lower(), place) and ""
        if self._beside is not None:
            text = _BESIDE_DEFINED.sub(define_near, text)

        def use(found: re.Match[str]) -> str:
            place = named.get((found[2] or found[1]).strip().lower())
            return found[0] if place is None else _put(found[1], place)
        return _NAMED.sub(use, text) if named else text

    def _place(self, uri: str) -> str:
        found = decoded(uri.strip("\"' \t\r\n"))
        return GONE if found is None else self._kept(found)

    def _near(self, found: re.Match[str]) -> str:
        """A picture beside the page, at the place of its address; any other address stays as it is."""
        place = self._beside_of(found["where"].strip("<>\"' \t\r\n"))
        quote = '"' if found.re is _BESIDE_HTML else ""
        return found[0] if place is None else f"{found['before']}{quote}{place}{quote}{found['after']}"

    def _beside_of(self, target: str) -> str | None:
        if self._beside is None or _ELSEWHERE.match(target):
            return None
        content = self._beside(target)
        found = None if content is None else picture_of(content)
        return None if found is None else self._kept(found)

    def _kept(self, found: Picture) -> str:
        number = self._known.setdefault(found.digest, len(self._known))
        self.pictures[number] = found
        return f"picture:{number}"

    def of(self, body: str) -> dict[int, Picture]:
        """Those that a text shows, the first MOST of them."""
        numbers = dict.fromkeys(int(found[2]) for found in _PLACE.finditer(body))
        return {number: self.pictures[number] for number in list(numbers)[:MOST] if number in self.pictures}

    def fault(self, body: str, most: int) -> str:
        """Why a text cannot be taken in with its pictures, which have so many bytes at most; "" = it can."""
        if sum(len(each.content) for each in self.of(body).values()) > most:
            return f"a page has at most {most} bytes with its pictures"
        for each in self.of(body).values():
            if sizes.too_large(each.size):
                return f"a picture in it has {each.size[0]} x {each.size[1]} pixels: {TOO_LARGE}"
        return ""


def _put(words: str, place: str) -> str:
    return words if place == GONE else f"![{words}]({place})"


def decoded(uri: str) -> Picture | None:
    """The picture of a `data:` address; None when it is none, too large or broken."""
    head, comma, written = uri.partition(",")
    if not comma or len(uri) > _MOST_CHARS or not head.lower().replace(" ", "").endswith(";base64"):
        return None
    plain = unquote_to_bytes(written) if "%" in written else written.encode("ascii", "replace")
    plain = plain.translate(None, b" \t\r\n\f").rstrip(b"=")
    if len(plain) * 3 // 4 > MOST_BYTES:
        return None
    try:
        content = base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return picture_of(content)


def picture_of(content: bytes) -> Picture | None:
    """A picture by its own bytes; None when they are none, too many or broken."""
    kind = kind_of(content) if len(content) <= MOST_BYTES else None
    size = None if kind is None else sizes.size_of(kind, content)
    if kind is None or size is None:
        return None
    return Picture(media_type=kind, content=content, digest=hashlib.sha256(content).hexdigest(), size=size)


def kind_of(content: bytes) -> str | None:
    """What a file is by its first bytes; None when it is no picture that we show."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) > 33:
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and len(content) > 20:
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) > 13:
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:15] == b"WEBPVP8" and len(content) > 20:
        return "image/webp"
    return None


def judged(content: bytes, declared: str) -> str:
    """What a file that somebody adds is: a picture by its own bytes, whatever it is called. BadRequest when it is
    called one and is none, when its header is broken, or when it has more pixels than are shown, an SVG too."""
    kind = kind_of(content)
    size = sizes.drawn(content) if kind is None and "svg" in declared else None
    if kind is None and declared in _ENDINGS:
        raise BadRequest("this file is called a picture and is none: PNG, JPEG, GIF and WebP are", field="picture-type")
    if kind is not None:
        size = sizes.size_of(kind, content)
        if size is None:
            raise BadRequest("this picture is cut off or broken: it does not tell its size", field="picture-broken")
    if size is not None and sizes.too_large(size):
        raise BadRequest(f"this picture has {size[0]} x {size[1]} pixels: {TOO_LARGE}", field="picture-size")
    return kind or declared


def placed(body: str, where: Callable[[int], int | None] | Mapping[int, int]) -> str:
    """The body with files of its article where pictures stood; of one that has no file only its words stay."""
    number = where if callable(where) else where.get

    def put(found: re.Match[str]) -> str:
        file = number(int(found[2]))
        return found[1] if file is None else f"![{found[1]}](file:{file})"
    return _PLACE.sub(put, body)
