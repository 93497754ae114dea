"""HTML of an import as a title and our own marks: words, headings, lists, tables, links. Pure; linear; runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

LONGEST = 1_000_000  #: characters of one page
_TAG = 5_000  #: characters between < and >
_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]{0,15})")
_HREF = re.compile(r"""\bhref\s{0,5}=\s{0,5}(?:"([^"]{0,600})"|'([^']{0,600})'|([^\s"'>]{1,600}))""", re.IGNORECASE)
_ATTRIBUTE = r"""\s{0,5}=\s{0,5}(?:"([^"]{0,600})"|'([^']{0,600})'|([^\s"'>]{1,600}))"""
_ALT = re.compile(rf"\balt{_ATTRIBUTE}", re.IGNORECASE)
_SRC = re.compile(rf"\bsrc{_ATTRIBUTE}", re.IGNORECASE)
_GONE = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "textarea", "select",
                   "head"})
_BLOCKS = frozenset({"p", "div", "section", "article", "header", "footer", "main", "blockquote", "pre", "table", "ul",
                     "ol", "dl", "dd", "dt", "figure", "figcaption", "hr", "tbody", "thead", "address", "nav", "aside",
                     "form"})
_EMPTY = frozenset({"-", "1.", "#", "##", "###", "**"})
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_LINES = re.compile(r"\n{3,}")


def from_html(source: str) -> tuple[str, str]:
    """(title, body); the title is that of the page, else its first heading, else ""."""
    source = source[:LONGEST]
    page = _Page()
    for kind, text in _tokens(source):
        if kind == "text":
            page.text(text)
        else:
            page.tag(kind, text)
    return page.done()


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    """("text", words) and ("tag" or "/tag", what stands in the brackets), without comments and what nobody reads."""
    at, lowered, closes = 0, source.lower(), source.rfind(">")
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
        self._lists: list[str] = []
        self._href: list[tuple[str, int]] = []
        self._cells: list[str] | None = None
        self._rows = 0

    def text(self, raw: str) -> None:
        """Words between tags."""
        words = _SPACE.sub(" ", unescape(raw))
        if words == " " and (not self._out or self._out[-1].endswith(("\n", " "))):
            return
        self._out.append(words)

    def tag(self, name: str, inner: str) -> None:
        """One tag; `title` carries the page's title."""
        bare = name.lstrip("/")
        if name == "title":
            self._title = self._title or _SPACE.sub(" ", unescape(inner)).strip()
        elif bare in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._out.append("\n\n" if name != bare else f"\n\n{'#' * min(3, max(1, int(bare[1]) - 1))} ")
        elif bare in ("strong", "b"):
            self._out.append("**")
        elif bare == "img":
            self._picture(inner)
        elif bare == "br":
            self._out.append("\n")
        elif bare == "li" and name == bare:
            self._out.append("\n1. " if self._lists and self._lists[-1] == "ol" else "\n- ")
        elif bare == "a":
            self._link(name, inner)
        elif bare in ("tr", "td", "th"):
            self._row(name, bare)
        elif bare in _BLOCKS:
            if bare in ("ul", "ol"):
                self._lists = [*self._lists, bare][-50:] if name == bare else self._lists[:-1]
            self._rows = 0 if bare == "table" else self._rows
            self._out.append("\n\n" if bare not in ("tbody", "thead") else "")

    def _picture(self, inner: str) -> None:
        """A picture elsewhere becomes a link to it; one that was taken out of the page keeps its place; of any other
        only its words stay."""
        alt, src = (next((unescape(each) for each in found.groups() if each), "") if found else ""
                    for found in (_ALT.search(inner), _SRC.search(inner)))
        alt = re.sub(r"[\[\]\n]", " ", alt).strip()[:300]
        where = f"({src})" if re.fullmatch(r"https?://[^\s()<>\"']{1,500}|picture:\d{1,6}", src) else ""
        self._out.append(f"![{alt}]{where}" if where else alt)

    def _link(self, name: str, inner: str) -> None:
        if name == "a":
            found = _HREF.search(inner)
            target = unescape(next((each for each in found.groups() if each), "")) if found else ""
            self._href.append((target, len(self._out)))
        elif self._href:
            target, start = self._href.pop()
            words = re.sub(r"[\[\]\n]", " ", "".join(self._out[start:]))
            if re.fullmatch(r"https?://[^\s()<>\"']{1,500}", target) and 0 < len(words.strip()) <= 300:
                self._out[start:] = [f"[{words.strip()}]({target})"]

    def _row(self, name: str, bare: str) -> None:
        if name == "tr":
            self._out.append("\n")
        elif name in ("td", "th"):
            self._out.append("| ")
        elif name in ("/td", "/th"):
            self._out.append(" ")
        elif name == "/tr":
            self._out.append("|")
            self._rows += 1

    def done(self) -> tuple[str, str]:
        """(title, body)."""
        lines = [_SPACE.sub(" ", line).strip() for line in "".join(self._out).replace("****", "").split("\n")]
        body = _LINES.sub("\n\n", "\n".join(line for line in lines if line not in _EMPTY)).strip()
        title = self._title
        first = body.split("\n", 1)
        if first[0].startswith("#"):
            heading = first[0].lstrip("# ").strip("* ")
            if not title or heading == title:
                title, body = heading, first[1].strip() if len(first) > 1 else ""
        return title, body
