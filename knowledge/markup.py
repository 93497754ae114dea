"""The few marks of an article's body as safe HTML, and without them. Pure; linear time; whatever is no mark stays text.

`# heading`, `- item`, `1. item` (in any digits; it says the number that is written), `| cell | cell |` (a table,
`|---|---|` under its head, a backslash before a bar in a cell), `**strong**`, `[words](https://...)`, `mailto:` and
`tel:` too, `[words](file:3)`, `![picture](file:3)`, a blank line between paragraphs, a backslash before a line that is
no mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

#: What a link may lead to.
TARGET = r"https?://[^\s()<>\"']{1,500}|mailto:[^\s()<>\"']{3,200}|tel:\+?[\d.-]{3,30}"
_LINK = re.compile(rf"(!?)\[([^\[\]\n]{{0,300}})\]\(({TARGET}|file:\d{{1,12}})\)")
_STRONG = re.compile(r"\*\*([^*\n]{1,500})\*\*")
_HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
_BULLET = re.compile(r"[-*•][ \t]+(\S.*)")
_NUMBERED = re.compile(r"(\d{1,3})[.)][ \t]+(\S.*)")
_ROW = re.compile(r"\|(.*)\|")
_OF_A_RULE = re.compile(r"[\s|:-]+")
_BORDER = re.compile(r"(?<!\\)\|")
_PLAIN = re.compile(r"\\(?=[#|•*-]|\d)")  #: before what would be a mark
CELLS = 20  #: in a row of a table
FILES = "/help/files/"


def as_html(body: str, files: str = FILES) -> str:
    """Safe HTML for a page; every piece takes its own direction. `files` is where the article's files are."""
    made = []
    for kind, group in groupby(_lines(body), key=lambda each: each[0]):
        lines = [(text, number) for _, text, number in group]
        if kind == "|":
            made.append(_table([text for text, _ in lines], files))
        elif kind == "p":
            made.append(f'<p dir="auto">{"<br>".join(_inline(text, files) for text, _ in lines)}</p>')
        elif kind == "-":
            made.append(f'<ul dir="auto">{"".join(f"<li>{_inline(text, files)}</li>" for text, _ in lines)}</ul>')
        elif kind == "1":
            made.append(_numbered(lines, files))
        elif kind:
            made += [f'<{kind} dir="auto">{_inline(text, files)}</{kind}>' for text, _ in lines]
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
        if row and _is_rule(stripped):
            continue
        text = heading.group(2) if heading else " · ".join(_cells(row.group(1))) if row else _plain(stripped)
        yield _STRONG.sub(r"\1", _LINK.sub(_words, text))


def _words(link: re.Match[str]) -> str:
    words, target = link.group(2), link.group(3)
    if target.startswith("file:") or link.group(1):
        return words
    where = target if target.startswith("http") else target.partition(":")[2]
    return where if words in ("", where) else f"{words}: {where}"


def _lines(body: str) -> Iterator[tuple[str, str, int]]:
    """Every line; blank ones between items of one list are left out, so that it stays one list."""
    before, blank = "", False
    for line in body.split("\n"):
        found = _line(line.strip())
        if not found[0]:
            blank = True
            continue
        if blank and not (found[0] == before and before in ("-", "1")):
            yield "", "", 0
        yield found
        before, blank = found[0], False


def _line(line: str) -> tuple[str, str, int]:
    """("p", "-", "1", "|", "h2".."h4" or "" for a blank line, text, the number of a numbered item)."""
    if not line:
        return "", "", 0
    if found := _HEADING.fullmatch(line):
        return f"h{len(found.group(1)) + 1}", found.group(2), 0
    if found := _BULLET.fullmatch(line):
        return "-", found.group(1), 0
    if found := _NUMBERED.fullmatch(line):
        return "1", found.group(2), int(found.group(1))
    if found := _ROW.fullmatch(line):
        return "|", found.group(1), 0
    return "p", _plain(line), 0


def _plain(line: str) -> str:
    return line[1:] if _PLAIN.match(line) else line


def _numbered(lines: Sequence[tuple[str, int]], files: str) -> str:
    """A list that says the numbers that are written; while all have the same one, it counts."""
    first = due = lines[0][1]
    items, same = [], True
    for text, number in lines:
        same = same and number == first
        value = "" if same or number == due else f' value="{number}"'
        items.append(f"<li{value}>{_inline(text, files)}</li>")
        due = (number if value else due) + 1
    start = "" if first == 1 else f' start="{first}"'
    return f'<ol{start} dir="auto">{"".join(items)}</ol>'


def _is_rule(row: str) -> bool:
    """Whether a row only divides: two simple looks, as one expression for both would look for ever."""
    return "-" in row and _OF_A_RULE.fullmatch(row) is not None


def _cells(row: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _BORDER.split(row, CELLS)[:CELLS]]


def _table(rows: list[str], files: str) -> str:
    headed = len(rows) > 1 and _is_rule(rows[1])
    made = []
    for place, row in enumerate(rows):
        if place and _is_rule(row):
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
        elif not target.startswith("http"):
            made.append(f'<a href="{escape(target)}">{_strong(words or target.partition(":")[2])}</a>')
        else:  # a picture elsewhere is not loaded: who reads help is told to nobody
            shown = words or escape(target)
            made.append(f'<a href="{escape(target)}" rel="noopener nofollow">{_strong(shown)}</a>')
    return "".join([*made, _strong(text[at:])])


def _strong(text: str) -> str:
    return _STRONG.sub(r"<strong>\1</strong>", escape(text))
