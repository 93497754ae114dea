"""A citizen's HTML made harmless and readable: sanitised for a sandboxed frame, and as plain text. PURE.

Sanitising is the second wall; the frame and its policy are the first. Nothing is loaded from outside: only `cid:`
images stay. html5ever and lexbor are quadratic in nesting depth, so depth is bounded before either sees the text.
"""

from __future__ import annotations

import html
import re
from collections import Counter

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.charsets import clean

MAX_CHARS = 2_000_000
MAX_TAGS = 20_000
MAX_DEPTH = 120
MAX_ATTRIBUTES = 500

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,30})")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_COLOUR = re.compile(r"rgba?\([\d., %]{1,40}\)")
_BLANK_LINES = re.compile(r"\n(?:(?:> )?\n){3,}")
_ANY_TAG = re.compile(r"<[^<>]{0,5000}>")
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")  #: no letter; `html.unescape` dies of thousands of digits
_HREF = re.compile(
    r"(?:https?://|mailto:|tel:)[!-~\u00a1-\u1fff\u2070-\ud7ff\uf900-\uffef]{1,2000}", re.IGNORECASE)
_CID = re.compile(r"cid:[!-~]{1,250}", re.IGNORECASE)


def _set(*lines: str) -> set[str]:
    return {word for each in lines for word in each.split()}


_VOID = _set("area base br col embed hr img input link meta param source track wbr")
#: Elements that close their own kind: unclosed they stand side by side, not inside one another.
_SELF_CLOSING = _set("p li td th tr dt dd option optgroup tbody thead tfoot colgroup rp rt")
_HIDDEN = _set("head script style title template noscript iframe object svg math select textarea")
_BLOCKS = _set("address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5",
               "h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul")
_PARAGRAPHS = _set("p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre")

_TAGS = _set(
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div",
    "dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s",
    "samp section small span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr")
_CELL = {"colspan", "rowspan", "valign", "bgcolor", "width"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "align", "style"}, "a": {"href"}, "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"}, "td": _CELL, "th": _CELL, "tr": {"valign", "bgcolor"}, "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "bgcolor", "width"}, "col": {"span", "width"},
    "blockquote": {"type"},
}
#: Nothing that positions, overlays or loads.
_STYLES = _set(
    "color background-color direction font-family font-size font-style font-weight text-align text-decoration",
    "line-height border padding width vertical-align white-space list-style-type")
#: What mail programs put around the message that is answered.
_QUOTE_CLASSES = _set(
    "gmail_quote gmail_quote_container yahoo_quoted protonmail_quote tutanota_quote zmail_extra moz-forward-container",
    "ms-outlook-mobile-reference-message mail-editor-reference-message-container quoted_text")
_QUOTE_IDS = _set("divRplyFwdMsg OLK_SRC_BODY_SECTION replySplit isForwardContent isReplyContent orig_msg",
                  "mail-editor-reference-message-container")


def bounded(source: str) -> bool:
    """Whether the source is small and flat enough for a quadratic parser. Never says True to a deep tree of depth
    above what `MAX_TAGS` allows; `_depth` then looks at the real tree."""
    if len(source) > MAX_CHARS:
        return False
    open_: Counter[str] = Counter()
    depth = tags = 0
    for found in _TAG.finditer(source):
        name = found.group(2).lower()
        if name in _VOID or name in _SELF_CLOSING:
            tags += 1
        elif not found.group(1):
            tags += 1
            depth += 1
            open_[name] += 1
        elif open_[name]:
            open_[name] -= 1
            depth -= 1
        if depth > MAX_DEPTH or tags > MAX_TAGS or _attributes(source, found.start()) > MAX_ATTRIBUTES:
            return False
    return True


def _attributes(source: str, at: int) -> int:
    """About how many attributes the tag at this place has; both parsers compare each with all before it."""
    end = source.find(">", at, at + 200_000)
    if 0 <= end < at + 4_000:
        return 0
    return len(_QUOTED.sub("", source[at:end if end >= 0 else at + 200_000]).replace("/", " ").split())


def sanitise(source: str) -> str:
    """The HTML with nothing in it that runs, loads or navigates by itself; "" when it is too big or too deep."""
    if not bounded(source) or _depth(LexborHTMLParser(source).root) > 3 * MAX_DEPTH:
        return ""
    harmless = clean(nh3.clean(
        source, tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=_attribute, strip_comments=True,
        clean_content_tags=_HIDDEN, url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow", filter_style_properties=_STYLES, url_relative="deny"))
    return harmless if len(harmless) <= 2 * MAX_CHARS else ""


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _HREF.fullmatch(value) else None
    if name == "src":
        return value if _CID.fullmatch(value) else None
    if name == "dir":
        return value.lower() if value.lower() in ("rtl", "ltr", "auto") else None
    if name == "style":
        return None if "(" in _COLOUR.sub("", value) or "\\" in value else value[:1000]
    return value[:500]


def _depth(root: LexborNode | None) -> int:
    node, depth, deepest = root, 0, 0
    while node is not None:
        if node.child is not None:
            node, depth = node.child, depth + 1
            deepest = max(deepest, depth)
            continue
        while node is not None and node.next is None:
            node, depth = node.parent, depth - 1
        node = node.next if node is not None else None
    return deepest


def _words(source: str) -> str:
    """What is left without tags."""
    return clean(html.unescape(_LONG_NUMBER.sub("\ufffd", _ANY_TAG.sub(" ", source)))).strip()


def to_text(source: str) -> str:
    """Readable plain text; what a mail program marked as quoted stands behind `> `."""
    if not bounded(source):
        return _words(source[:MAX_CHARS])
    root = LexborHTMLParser(source).root
    if root is None or _depth(root) > 3 * MAX_DEPTH:
        return _words(source)
    writer = _Writer()
    writer.walk(root)
    return _BLANK_LINES.sub("\n\n", clean("\n".join(writer.lines()))).strip("\n")


class _Writer:
    """Walks the tree without recursion and writes lines."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.current: list[str] = []
        self.quotes = 0
        self.pre = 0
        self.rest_quoted = False

    def walk(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        while node is not None:
            entered = self.enter(node)
            if entered and node.child is not None:
                node = node.child
                continue
            if entered:
                self.leave(node)
            while node is not None and node.next is None:
                node = node.parent
                if node is not None:
                    self.leave(node)
            node = node.next if node is not None else None

    def enter(self, node: LexborNode) -> bool:
        tag = node.tag or ""
        if tag == "-text":
            self.text(node.text_content or "")
            return False
        if tag.startswith("-") or (tag in _HIDDEN and tag != "html"):
            return tag == "-document"
        if tag == "br":
            self.line(keep=True)
        elif tag == "hr":
            self.line()
            self.current.append("---")
            self.line()
        elif tag == "img":
            self.current.append(" ".join((node.attributes.get("alt") or "").split())[:200])
        elif tag in _BLOCKS:
            self.line()
            if tag in _PARAGRAPHS:
                self.gap()
        elif tag in ("td", "th") and self.current:
            self.current.append("\t")
        if tag == "li":
            self.current.append("- ")
        self.pre += tag == "pre"
        self.quote(node, tag, +1)
        return True

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self.line()
            if tag in _PARAGRAPHS:
                self.gap()
        self.pre -= tag == "pre"
        self.quote(node, tag, -1)

    def quote(self, node: LexborNode, tag: str, step: int) -> None:
        if tag not in ("div", "blockquote", "table", "span", "section"):
            return
        attributes = node.attributes
        name = attributes.get("id") or ""
        if name == "appendonsend" and step > 0:  # Outlook on the web: what follows is the old message
            self.rest_quoted = True
        classes = {word.removeprefix("x_") for word in (attributes.get("class") or "").split()[:20]}
        cited = tag == "blockquote" and attributes.keys() & {"type", "cite"}
        if cited or name.removeprefix("x_") in _QUOTE_IDS or classes & _QUOTE_CLASSES:
            self.line()
            self.quotes += step

    def text(self, text: str) -> None:
        if self.pre:
            first, *rest = text.split("\n")
            self.current.append(first)
            for piece in rest:
                self.line(keep=True)
                self.current.append(piece)
        else:
            words = " ".join(text.split())
            if words:
                lead = " " if text[0].isspace() else ""
                self.current.append(lead + words + (" " if text[-1].isspace() else ""))
            elif text and self.current:
                self.current.append(" ")

    def line(self, keep: bool = False) -> None:
        if not self.current and not keep:
            return  # the edges of nested blocks make one line break, each <br> makes its own
        text = "".join(self.current)
        text = text.rstrip() if self.pre else re.sub(" {2,}", " ", text).strip(" ")
        self.done.append(("> " if self.quotes > 0 or self.rest_quoted else "") + text)
        self.current = []

    def gap(self) -> None:
        if self.done and self.done[-1].strip("> "):
            self.done.append("> " if self.quotes > 0 or self.rest_quoted else "")

    def lines(self) -> list[str]:
        self.line()
        return self.done
