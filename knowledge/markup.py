"""The few marks of an article's body as safe HTML, and without them. Pure; linear time; whatever is no mark stays text.

`# heading`, `- item`, `1. item` (in any digits), `**strong**`, `[words](https://...)`, a blank line between paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((https?://[^\s()<>\"']{1,500})\)")
_STRONG = re.compile(r"\*\*([^*\n]{1,500})\*\*")
_HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
_BULLET = re.compile(r"[-*•][ \t]+(\S.*)")
_NUMBERED = re.compile(r"\d{1,3}[.)][ \t]+(\S.*)")
_BLOCKS = {"-": "ul", "1": "ol"}


def as_html(body: str) -> str:
    """Safe HTML for a page; every piece takes its own direction."""
    made = []
    for kind, lines in groupby((_line(line.strip()) for line in body.split("\n")), key=lambda each: each[0]):
        texts = [_inline(text) for _, text in lines]
        if kind == "p":
            made.append(f'<p dir="auto">{"<br>".join(texts)}</p>')
        elif kind in _BLOCKS:
            tag = _BLOCKS[kind]
            made.append(f'<{tag} dir="auto">{"".join(f"<li>{text}</li>" for text in texts)}</{tag}>')
        elif kind:
            made += [f'<{kind} dir="auto">{text}</{kind}>' for text in texts]
    return "\n".join(made)


def as_text(body: str) -> str:
    """The body as it is read aloud or put into a plain message: links as words and address, no other marks."""
    return "\n".join(_bare(body))


def _bare(body: str) -> Iterator[str]:
    for line in body.split("\n"):
        stripped = line.strip()
        heading = _HEADING.fullmatch(stripped)
        text = heading.group(2) if heading else stripped
        yield _STRONG.sub(r"\1", _LINK.sub(r"\1: \2", text))


def _line(line: str) -> tuple[str, str]:
    """("p", "-", "1", "h2".."h4" or "" for a blank line, text)."""
    if not line:
        return "", ""
    if found := _HEADING.fullmatch(line):
        return f"h{len(found.group(1)) + 1}", found.group(2)
    if found := _BULLET.fullmatch(line):
        return "-", found.group(1)
    if found := _NUMBERED.fullmatch(line):
        return "1", found.group(1)
    return "p", line


def _inline(text: str) -> str:
    made, at = [], 0
    for link in _LINK.finditer(text):
        made.append(_strong(text[at : link.start()]))
        made.append(f'<a href="{escape(link.group(2))}" rel="noopener nofollow">{_strong(link.group(1))}</a>')
        at = link.end()
    return "".join([*made, _strong(text[at:])])


def _strong(text: str) -> str:
    return _STRONG.sub(r"<strong>\1</strong>", escape(text))
