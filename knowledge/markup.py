"""The few marks of an article's body as safe HTML, and without them. Pure; linear time; whatever is no mark stays text.

`# heading`, `- item`, `1. item` (in any digits), `| cell | cell |` (a table, `|---|---|` under its head), `**strong**`,
`[words](https://...)`, `[words](file:3)`, `![picture](file:3)`, a blank line between paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,300})\]\((https?://[^\s()<>\"']{1,500}|file:\d{1,12})\)")
_STRONG = re.compile(r"\*\*([^*\n]{1,500})\*\*")
_HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
_BULLET = re.compile(r"[-*•][ \t]+(\S.*)")
_NUMBERED = re.compile(r"\d{1,3}[.)][ \t]+(\S.*)")
_ROW = re.compile(r"\|(.*)\|")
_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
_BLOCKS = {"-": "ul", "1": "ol"}
CELLS = 20  #: in a row of a table
FILES = "/help/files/"


def as_html(body: str, files: str = FILES) -> str:
    """Safe HTML for a page; every piece takes its own direction. `files` is where the article's files are."""
    made = []
    for kind, lines in groupby((_line(line.strip()) for line in body.split("\n")), key=lambda each: each[0]):
        texts = [text for _, text in lines]
        if kind == "|":
            made.append(_table(texts, files))
        elif kind == "p":
            made.append(f'<p dir="auto">{"<br>".join(_inline(text, files) for text in texts)}</p>')
        elif kind in _BLOCKS:
            items = "".join(f"<li>{_inline(text, files)}</li>" for text in texts)
            made.append(f'<{_BLOCKS[kind]} dir="auto">{items}</{_BLOCKS[kind]}>')
        elif kind:
            made += [f'<{kind} dir="auto">{_inline(text, files)}</{kind}>' for text in texts]
    return "\n".join(made)


def as_text(body: str) -> str:
    """The body as it is read aloud or put into a plain message: links as words and address, no other marks."""
    return "\n".join(_bare(body))


def files_of(body: str) -> frozenset[int]:
    """The files that a body shows or offers."""
    return frozenset(int(link.group(3)[5:]) for link in _LINK.finditer(body) if link.group(3).startswith("file:"))


def _bare(body: str) -> Iterator[str]:
    for line in body.split("\n"):
        stripped = line.strip()
        heading, row = _HEADING.fullmatch(stripped), _ROW.fullmatch(stripped)
        if row and _RULE.fullmatch(stripped):
            continue
        text = heading.group(2) if heading else " · ".join(_cells(row.group(1))) if row else stripped
        yield _STRONG.sub(r"\1", _LINK.sub(_words, text))


def _words(link: re.Match[str]) -> str:
    words, target = link.group(2), link.group(3)
    return words if target.startswith("file:") or link.group(1) else f"{words}: {target}"


def _line(line: str) -> tuple[str, str]:
    """("p", "-", "1", "|", "h2".."h4" or "" for a blank line, text)."""
    if not line:
        return "", ""
    if found := _HEADING.fullmatch(line):
        return f"h{len(found.group(1)) + 1}", found.group(2)
    if found := _BULLET.fullmatch(line):
        return "-", found.group(1)
    if found := _NUMBERED.fullmatch(line):
        return "1", found.group(1)
    if found := _ROW.fullmatch(line):
        return "|", found.group(1)
    return "p", line


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")[:CELLS]]


def _table(rows: list[str], files: str) -> str:
    headed = len(rows) > 1 and _RULE.fullmatch(rows[1]) is not None
    made = []
    for place, row in enumerate(rows):
        if place and _RULE.fullmatch(row):
            continue
        tag = "th" if headed and not place else "td"
        cells = "".join(f'<{tag} dir="auto">{_inline(cell, files)}</{tag}>' for cell in _cells(row))
        made.append(f"<tr>{cells}</tr>")
    return f'<div class="table"><table>{"".join(made)}</table></div>'


def _inline(text: str, files: str) -> str:
    made, at = [], 0
    for link in _LINK.finditer(text):
        picture, words, target = link.groups()
        if not words and not picture:
            continue
        made.append(_strong(text[at : link.start()]))
        at = link.end()
        if target.startswith("file:"):
            where = f"{files}{target[5:]}"
            made.append(f'<img src="{where}" alt="{escape(words)}" loading="lazy">' if picture
                        else f'<a href="{where}">{_strong(words)}</a>')
        else:  # a picture elsewhere is not loaded: who reads help is told to nobody
            shown = words or escape(target)
            made.append(f'<a href="{escape(target)}" rel="noopener nofollow">{_strong(shown)}</a>')
    return "".join([*made, _strong(text[at:])])


def _strong(text: str) -> str:
    return _STRONG.sub(r"<strong>\1</strong>", escape(text))
