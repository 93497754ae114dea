"""HTML of an import as a title and our own marks: words, headings, lists, tables, links. Pure; linear; runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import parse_qsl, unquote

from knowledge.grids import DEEPEST, Grid
from knowledge.markup import TARGET
from router.rules.text import digits_latin

LONGEST = 1_000_000  #: characters of one page
_TAG = 5_000  #: characters between < and >
_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]{0,15})")
_HREF = re.compile(r"""\bhref\s{0,5}=\s{0,5}(?:"([^"]{0,600})"|'([^']{0,600})'|([^\s"'>]{1,600}))""", re.IGNORECASE)
_ATTRIBUTE = r"""\s{0,5}=\s{0,5}(?:"([^"]{0,600})"|'([^']{0,600})'|([^\s"'>]{1,600}))"""
_ALT = re.compile(rf"\balt{_ATTRIBUTE}", re.IGNORECASE)
_SRC = re.compile(rf"\bsrc{_ATTRIBUTE}", re.IGNORECASE)
_GONE = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "textarea", "select",
                   "head"})
_BLOCKS = frozenset({"p", "div", "section", "article", "header", "footer", "main", "blockquote", "pre", "ul", "ol",
                     "dl", "dd", "dt", "figure", "figcaption", "hr", "address", "nav", "aside", "form", "caption"})
_EMPTY = re.compile(r"(?:-|\d{1,3}\.|#{1,3}|\*\*)")
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_LINES = re.compile(r"\n{3,}")
_LONG_NUMBER = re.compile(r"&#[0-9]{8,}|&#[xX][0-9a-fA-F]{7,}")
_START = re.compile(r"""\bstart\s{0,5}=\s{0,5}["']?(\d{1,3})\b""", re.IGNORECASE)
_GOAL = re.compile(TARGET)
_OTHERS = re.compile(r"(?:https?://[^\s<>\"]{1,500})")
_ITEM = re.compile(r"(?:-|\d{1,3}\.) ")
_LIKE_A_MARK = re.compile(r"(?:#{1,3}|[-*•]|\d{1,3}[.)])[ \t]|\|")
_ENCODED = str.maketrans({"(": "%28", ")": "%29", "'": "%27"})
DEEPEST_LIST = 50


def unescaped(text: str) -> str:
    """Without entities; a number longer than any letter's is no entity."""
    return unescape(_LONG_NUMBER.sub("\ufffd", text)) if "&" in text else text


def goal(address: str) -> str:
    """An address as our marks have it; "" when they have no such links."""
    address = address.strip()[:1_000]
    if address.startswith("https://www.google.com/url?"):  # how its documents write every link
        address = dict(parse_qsl(address.partition("?")[2])).get("q", address)
    if address.startswith("tel:"):
        address = "tel:" + re.sub(r"[\s()/]", "", digits_latin(unquote(address[4:])))
    address = address.replace(" ", "%20")
    if _OTHERS.fullmatch(address):
        address = address.translate(_ENCODED)
    return address if _GOAL.fullmatch(address) else ""


def plain_line(line: str) -> str:
    """A line that is no mark, though it may look like one."""
    bare = line.lstrip()
    return "\\" + bare if _LIKE_A_MARK.match(bare) else line


def from_html(source: str, *, whole: bool = True) -> tuple[str, str]:
    """(title, body); the title is that of the page, else its first heading, else "". A piece that is no `whole` page
    keeps its heading."""
    page = _Page()
    for kind, text in _tokens(source[:LONGEST]):
        if kind == "text":
            page.text(text)
        else:
            page.tag(kind, text)
    return page.done(whole=whole)


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    """("text", words) and ("tag" or "/tag", what stands in the brackets), without comments and what nobody reads."""
    at, closes = 0, source.rfind(">")
    lowered = source.replace("\u0130", "I").lower()  # the one letter that is two when it is small: places must stay
    while at < len(source):
        start = source.find("<", at)
        if start < 0:
            yield "text", source[at:]
            return
        if start > at:
            yield "text", source[at:start]
        if source.startswith("<!--", start):
            end = source.find("-->", start)
            at = len(source) if end < 0 else end + 3
            continue
        # A picture within the page may be long; where no bracket closes any more nobody looks for one again.
        reach = len(source) if lowered.startswith("<img", start) else start + _TAG
        end = source.find(">", start, reach) if start < closes else -1
        named = _NAME.match(source, start + 1)
        if end < 0 or not (named or source.startswith(("<!", "<?"), start)):
            yield "text", "<"
            at = start + 1
            continue
        at = end + 1
        if not named:
            continue
        name = named.group(1).lower()
        if name == "title":  # of a page without a head
            close = lowered.find("</title", at, at + 400)  # bounded: there may be many that nobody closes
            yield "title", source[at:close if close >= 0 else at][:300]
            at = max(at, close)
            continue
        if name in _GONE and source[start + 1] != "/":
            close = lowered.find(f"</{name}", at)
            if name == "head":
                yield "title", _titled(source, lowered, start, close if close >= 0 else len(source))
            at = len(source) if close < 0 else close
            continue
        yield ("/" + name if source[start + 1] == "/" else name), source[start + 1:end]


def _titled(source: str, lowered: str, start: int, end: int) -> str:
    title = lowered.find("<title", start, end)
    inner = source.find(">", title, end) + 1
    until = lowered.find("</title", inner, end)
    return source[inner:until][:300] if title >= 0 and inner and until >= 0 else ""


class _Page:
    """What was read so far, as lines with marks."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._title = ""
        self._lists: list[int] = []  #: the number of the last item, -1 where nothing is numbered
        self._link: tuple[str, int] | None = None
        self._strong: int | None = None
        self._grids: list[Grid] = []
        self._deeper = 0  #: open tables that are too deep to be tables
        self._pre = 0

    def text(self, raw: str) -> None:
        """Words between tags."""
        if self._pre:
            lines = unescaped(raw).replace("\r\n", "\n").split("\n")
            first = lines[0] if self._out and not self._out[-1].endswith("\n") else plain_line(lines[0])
            self._out.append("\n".join([first, *map(plain_line, lines[1:])]))
            return
        words = _SPACE.sub(" ", unescaped(raw))
        if words == " " and (not self._out or self._out[-1].endswith(("\n", " "))):
            return
        self._out.append(words)

    def tag(self, name: str, inner: str) -> None:
        """One tag; `title` carries the page's title."""
        bare = name.lstrip("/")
        if name == "title":
            self._title = self._title or _SPACE.sub(" ", unescaped(inner)).strip()
        elif bare in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._out.append("\n\n" if name != bare else f"\n\n{'#' * min(3, max(1, int(bare[1]) - 1))} ")
        elif bare in ("strong", "b"):
            self._bold(opens=name == bare)
        elif bare == "img":
            self._picture(inner)
        elif bare == "br":
            self._out.append("\n")
        elif name == "li":
            self._item()
        elif bare == "a":
            self._anchor(name, inner)
        elif bare in ("table", "tr", "td", "th"):
            self._table(name, bare, inner)
        elif bare in _BLOCKS:
            self._block(name, bare, inner)

    def _block(self, name: str, bare: str, inner: str) -> None:
        if bare in ("ul", "ol"):
            start = _START.search(inner) if bare == "ol" else None
            number = -1 if bare == "ul" else int(start[1]) - 1 if start else 0
            self._lists = [*self._lists, number][-DEEPEST_LIST:] if name == bare else self._lists[:-1]
        elif bare == "pre":
            self._pre = max(0, self._pre + (1 if name == bare else -1))
        if name != bare or not (self._out and _ITEM.fullmatch(self._out[-1].lstrip("\n"))):
            self._out.append("\n\n")  # but what stands first in an item stays beside its mark

    def _item(self) -> None:
        if self._lists and self._lists[-1] >= 0:
            self._lists[-1] = min(999, self._lists[-1] + 1)
            self._out.append(f"\n{self._lists[-1]}. ")
        else:
            self._out.append("\n- ")

    def _bold(self, *, opens: bool) -> None:
        """Strong words stand in one line; of anything else that is marked so the words stay."""
        start = self._strong
        if opens and start is None:
            self._strong = len(self._out)
            self._out.append("**")
        elif not opens and start is not None:
            self._strong = None
            words = "".join(self._out[start + 1:])
            if "\n" in words or "*" in words or not 0 < len(words.strip()) <= 500:
                self._out[start:start + 1] = [""] if start < len(self._out) else []
            else:
                self._out.append("**")

    def _picture(self, inner: str) -> None:
        """A picture elsewhere becomes a link to it; one that was taken out of the page keeps its place; of any other
        only its words stay."""
        alt, src = (next((unescaped(each) for each in found.groups() if each), "") if found else ""
                    for found in (_ALT.search(inner), _SRC.search(inner)))
        alt = re.sub(r"[\[\]\n]", " ", alt).strip()[:300]
        where = src if re.fullmatch(r"picture:\d{1,6}", src) else goal(src)
        self._out.append(f"![{alt}]({where})" if where else alt)

    def _anchor(self, name: str, inner: str) -> None:
        """One that begins ends the one before: links do not stand within links."""
        link, self._link = self._link, None
        if link:
            target, start = link
            words = re.sub(r"[\[\]\n]", " ", "".join(self._out[start:])).strip()
            if target and "![" not in "".join(self._out[start:]) and 0 < len(words) <= 300:
                self._out[start:] = [f"[{words}]({target})"]
        if name == "a":
            found = _HREF.search(inner)
            self._link = (goal(unescaped(next((each for each in found.groups() if each), ""))) if found else "",
                          len(self._out))

    def _table(self, name: str, bare: str, inner: str) -> None:
        if name == "table":
            if len(self._grids) >= DEEPEST:
                self._deeper += 1
                return
            for outer in self._grids[-1:]:
                outer.inner = True
            self._grids.append(Grid())
        elif self._deeper:
            self._deeper -= name == "/table"
            self._out.append(" ")
        else:
            self._cell(name, bare, inner)

    def _cell(self, name: str, bare: str, inner: str) -> None:
        if not self._grids:
            if name != bare:
                return
            self._grids.append(Grid())  # a row that stands alone
        grid = self._grids[-1]
        self._bold(opens=False)
        self._anchor("", "")
        if grid.start is not None:
            content = "".join(self._out[grid.start:])
            del self._out[grid.start:]
            grid.close(content)
        if name == "tr":
            grid.row()
        elif name in ("td", "th"):
            grid.open(len(self._out), inner, head=name == "th")
        elif name == "/table":
            self._grids.pop()
            self._out.append(grid.written())

    def done(self, *, whole: bool = True) -> tuple[str, str]:
        """(title, body)."""
        self._bold(opens=False)
        self._deeper = 0
        while self._grids:
            self._cell("/table", "table", "")
        lines = [_SPACE.sub(" ", line).strip() for line in "".join(self._out).replace("****", "").split("\n")]
        body = _LINES.sub("\n\n", "\n".join(_tight(line for line in lines if not _EMPTY.fullmatch(line)))).strip()
        title = self._title
        first = body.split("\n", 1)
        if whole and first[0].startswith("#"):
            heading = first[0].lstrip("# ").strip("* ")
            if not title or heading == title:
                title, body = heading, first[1].strip() if len(first) > 1 else ""
        return title, body


def _tight(lines: Iterable[str]) -> Iterator[str]:
    """Items of one list without blank lines between them; Word's own dots as items."""
    item, blank = False, False
    for line in lines:
        line = "- " + line[1:].strip() if line.startswith("· ") else line
        if not line:
            blank = True
            continue
        if blank and not (item and _ITEM.match(line)):
            yield ""
        yield line
        item, blank = _ITEM.match(line) is not None, False
