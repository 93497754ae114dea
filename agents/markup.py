"""HTML made harmless before it is shown or sent: what a citizen wrote, for a sandboxed frame, and what an agent wrote.

The second wall; the frame's own policy is the first. Bounded before a parser sees it: nesting and attributes cost
quadratic time. Must not fetch anything: images are those of the message itself.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Collection, Mapping

import nh3

from router.errors import BadRequest

LONGEST = 1_000_000  #: characters
DEEPEST = 400
MOST_TAGS = 30_000
LONGEST_TAG = 20_000  #: characters between < and >

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_HREF = re.compile(r"(?:https?://|mailto:|tel:)[!-~\u00a1-\u1fff\u2070-\ud7ff\uf900-\uffef]{1,2000}", re.IGNORECASE)


def _set(*lines: str) -> set[str]:
    return {word for line in lines for word in line.split()}


_ALONE = _set("area base br col embed hr img input link meta param source track wbr")
#: They close their own kind: unclosed ones stand beside each other.
_SIBLINGS = _set("p li td th tr dt dd option tbody thead tfoot")
_WORDS = _set("a abbr b bdi bdo blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins li mark ol p pre q s",
              "small span strong sub sup u ul")
_LAYOUT = _set("address article aside caption center cite col colgroup details dfn figcaption figure font footer",
               "header img kbd main nav samp section strike summary table tbody td tfoot th thead tr tt var wbr")
_CELL = {"colspan", "rowspan", "valign", "bgcolor", "width"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title", "align", "style"}, "a": {"href"}, "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"}, "td": _CELL, "th": _CELL, "tr": {"valign", "bgcolor"}, "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "bgcolor", "width"},
}
#: Nothing that positions, overlays or loads.
_STYLES = _set("color background-color direction font-family font-size font-style font-weight text-align",
               "text-decoration line-height border padding width vertical-align white-space list-style-type")
_GONE = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea"}


def bounded(source: str) -> bool:
    """Whether it is small and flat enough for a quadratic parser. Linear in its length."""
    if len(source) > LONGEST:
        return False
    opened: Counter[str] = Counter()
    depth = 0
    for tags, found in enumerate(_TAG.finditer(source)):
        name = found.group(2).lower()
        if name not in _ALONE and name not in _SIBLINGS:
            if not found.group(1):
                opened[name] += 1
                depth += 1
            elif opened[name]:
                opened[name] -= 1
                depth -= 1
        if depth > DEEPEST or tags > MOST_TAGS or source.find(">", found.end(), found.end() + LONGEST_TAG) < 0:
            return False
    return True


def sanitised(source: str, uploads: Collection[int] = ()) -> str:
    """What an agent wrote, without anything but words, their look, and pictures of these uploads (`cid:upload-ID`).
    BadRequest when it is nested too deeply."""
    if not bounded(source):
        raise BadRequest("the formatted text is nested too deeply or too long", field="html")
    pictures = {f"upload-{number}": f"cid:upload-{number}" for number in uploads}
    return _clean(source, _WORDS | {"img"} if pictures else _WORDS, pictures)


def shown(source: str, pictures: Mapping[str, str], text: str) -> str:
    """What a citizen wrote, for the frame: `pictures` are data: addresses by Content-ID; `text` stands for HTML that
    cannot be shown."""
    if not bounded(source):
        return f"<pre>{html.escape(text)}</pre>"
    return _clean(source, _WORDS | _LAYOUT, pictures)


def _clean(source: str, tags: set[str], pictures: Mapping[str, str]) -> str:
    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return value if _HREF.fullmatch(value) else None
        if name == "src":
            return pictures.get(value.removeprefix("cid:").removeprefix("CID:"))
        if name == "dir":
            return value.lower() if value.lower() in ("rtl", "ltr", "auto") else None
        if name == "style":
            return None if "(" in value or "\\" in value else value[:1000]
        return value[:500]

    known = {tag: names for tag, names in _ATTRIBUTES.items() if tag == "*" or tag in tags}
    return nh3.clean(source, tags=tags, attributes=known, attribute_filter=attribute, strip_comments=True,
                     clean_content_tags=_GONE, url_schemes={"http", "https", "mailto", "tel", "cid"},
                     link_rel="noopener noreferrer nofollow", filter_style_properties=_STYLES, url_relative="deny")
