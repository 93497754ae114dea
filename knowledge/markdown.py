"""A Markdown page as our own marks: what they lack becomes plain words, so that nobody reads signs. Pure; linear.

Lines of a paragraph that an editor broke become one; lists go on counting; tables of any style, headings of both,
quotes, fences, rules, references, escapes, entities and tags within a line are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.grids import row_of
from knowledge.hypertext import from_html, goal, plain_line, unescaped

_FENCE = re.compile(r" {0,3}(`{3,20}|~{3,20})([^`\n]{0,100})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_ITEM = re.compile(r"( {0,40})([-*+•]|\d{1,3}[.)])[ \t]{1,10}(\S.*)")
_TASK = re.compile(r"\[([ xX])\] ")
_DEFINITION = re.compile(
    r" {0,3}\[([^\[\]\n^][^\[\]\n]{0,99})\]:[ \t]{0,10}<?([^\s<>]{1,600})>?(?:[ \t]{1,10}[\"'(].*)?")
_RULE_CHARS = re.compile(r"[\s|:-]+")
_BORDER = re.compile(r"(?<!\\)\|")

_KEPT = re.compile(
    r"\\([!-/:-@\[-`{-~])"  # an escaped sign
    r"|(?<!`)(`{1,5})(?!`)([^\n]{1,1000}?)(?<!`)\2(?!`)"  # code
    r"|<(https?://[^\s<>]{1,500}|mailto:[^\s<>]{3,200}|[\w.+-]{1,64}@[\w.-]{3,190})>")
_ANCHOR = re.compile(r"<a\s([^<>]{0,600})>([^<>\[\]\n]{1,300})</a>", re.IGNORECASE)
_IMG = re.compile(r"<img\s([^<>]{0,2000})>", re.IGNORECASE)
_VALUE = r"""\s{0,3}=\s{0,3}(?:"([^"]{0,600})"|'([^']{0,600})'|([^\s"'<>]{1,600}))"""
_ALT, _SRC = (re.compile(rf"(?<![\w-]){name}{_VALUE}", re.IGNORECASE) for name in ("alt", "src"))
_ABOVE = re.compile(r"(?:!\[[^\[\]\n]{0,300}\]\([^()\s]{1,600}\)\s{1,20}){1,20}")
_HREF = re.compile(r"""\bhref\s{0,3}=\s{0,3}["']?([^\s"'<>]{1,500})""", re.IGNORECASE)
_LINK = re.compile(
    r"(!?)\[([^\[\]\n]{0,300})\]\([ \t]{0,3}<?([^\s()<>]{0,500}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200}){0,3})>?"
    r"(?:[ \t]{1,3}(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?[ \t]{0,3}\)")
_NAMED = re.compile(r"(!?)\[([^\[\]\n]{1,300})\](?:\[([^\[\]\n]{0,100})\])?(?!\()")
_OWN = re.compile(r"picture:\d{1,6}|file:\d{1,12}")
_STRONG_TAG, _BREAK = re.compile(r"</?(?:b|strong)>", re.IGNORECASE), re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|center|cite|code|del|details|dd|div|dl|dt|em|font|h[1-6]|i|img|ins|kbd|li|mark|ol|p|pre|q|s|small|span"
    r"|strong|sub|summary|sup|table|tbody|td|th|thead|tr|tt|u|ul|var)(?:\s[^<>]{0,600})?/?>", re.IGNORECASE)
_EMPHASIS = (
    (re.compile(r"(?<!\*)\*{3}(?![\s*])([^*]{1,500})(?<!\s)\*{3}(?!\*)"), r"**\1**"),
    (re.compile(r"(?<![\w_])_{2,3}(?![\s_])([^_]{1,500})(?<!\s)_{2,3}(?![\w_])"), r"**\1**"),
    (re.compile(r"(?<![\w*])\*(?![\s*])([^*]{1,500})(?<!\s)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?![\s_])([^_]{1,500})(?<!\s)_(?![\w_])"), r"\1"),
    (re.compile(r"(?<!~)~~(?![\s~])([^~]{1,500})(?<!\s)~~(?!~)"), r"\1"),
)  # fmt: skip
_BROKEN_STRONG = re.compile(r"\*\*([^*\n]{0,500}\n[^*]{0,500})\*\*")
_SOFT = "\ue001"  #: at the end of a line that an editor broke
_SIGN = re.compile(r"[\\`<\[*_~&\u00a0]")  #: without one of these words are words
_PLACE = re.compile("\ue000(\\d{1,7})\ue001")
_MOST_CELLS = 100
WRAPPED = (45, 110)  #: characters of a line that an editor broke


def from_markdown(text: str) -> str:
    """The page with our own marks."""
    return _Page(_without_comments(text.replace("\ue000", "").replace("\ue001", ""))).read()


def first_heading(body: str) -> tuple[str, str]:
    """(heading, the rest) of a page that begins with one, pictures apart that stand above it; else ("", all of it)."""
    above = _ABOVE.match(body)
    first, left = (above[0].strip(), body[above.end():]) if above else ("", body)
    line, _, rest = left.partition("\n")
    return (line.lstrip("# ").strip(), f"{first}\n\n{rest.strip()}".strip()) if line.startswith("#") else ("", body)


def unwrapped(text: str) -> str:
    """A plain text whose paragraphs were broken into lines of about one length, without these breaks."""
    made = []
    for part in text.split("\n\n"):
        lines = part.split("\n")
        even = len(lines) > 1 and all(WRAPPED[0] <= len(line) <= WRAPPED[1] for line in lines[:-1])
        marked = any(_ITEM.fullmatch(line) or line.startswith(("|", "#")) for line in lines)
        made.append(" ".join(line.strip() for line in lines) if even and not marked else part)
    return "\n\n".join(made)


def _without_comments(text: str) -> str:
    made, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        made.append(text[at:start])
        at = end + 3
    return "".join([*made, text[at:]])


class _Page:
    """A page while it is read, line by line."""

    def __init__(self, text: str) -> None:
        self._named: dict[str, str] = {}
        self._lines = [line for line in text.expandtabs(4).split("\n") if not self._defines(line)]
        self._at = 0
        self._out: list[str] = []
        self._open: list[str] = []  #: lines of the paragraph or item that is being read
        self._mark = ""  #: of the open item
        self._lists: list[tuple[int, int]] = []  #: (indent, last number; -1 = not numbered) of open lists
        self._blank = True
        self._coded = False  #: whether the line was code by its indent

    def _defines(self, line: str) -> bool:
        found = _DEFINITION.fullmatch(line)
        if found and len(self._named) < 10_000:
            self._named.setdefault(" ".join(found[1].lower().split()), found[2])
        return found is not None

    def read(self) -> str:
        """All of it."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            self._line(line)
        self._close()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._out)).strip()

    def _line(self, line: str) -> None:
        line = line.lstrip(" >") if line.lstrip().startswith(">") else line
        bare = line.strip()
        fence, heading, item = _FENCE.fullmatch(line), _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        if not bare:
            self._close()
            self._blank = True
            self._out.append("")
            return
        if fence:
            self._code(fence[1])
        elif heading:
            self._heading(heading[2].rstrip(), len(heading[1]))
        elif self._open and not self._mark and set(bare) in ({"="}, {"-"}):
            title, self._open = " ".join(each.rstrip(_SOFT).strip() for each in self._open), []
            self._heading(title, 1 if bare[0] == "=" else 2)
        elif _divides(bare):
            self._end()
        elif bare.lower().startswith("<table"):
            self._html(line)
        elif self._begins_table(bare):
            self._table(bare)
        elif item and (item[2] in "-*+•" or self._lists or not self._open or item[2][:-1] == "1"):
            self._item(len(item[1]), item[2], item[3])
        else:
            self._words(line)
        self._blank, self._coded = self._coded, False

    def _close(self) -> None:
        """The paragraph or item that was read."""
        if self._open:
            words = inline("\n".join(self._open), self._named)
            # What is no list or heading may look like one: by an escaped sign, or in the middle of a sentence.
            self._out.append(self._mark + words if self._mark else "\n".join(map(plain_line, words.split("\n"))))
        self._open, self._mark = [], ""

    def _end(self) -> None:
        self._close()
        self._lists = []
        self._out.append("")

    def _heading(self, words: str, level: int) -> None:
        self._end()
        words = re.sub(r"(?:^|[ \t])#{1,50}$", "", words) if words.endswith("#") else words
        self._out += ["#" * min(3, level) + " " + inline(words, self._named).replace("\n", " "), ""]

    def _code(self, fence: str) -> None:
        """Its lines as they are."""
        self._close()
        self._out.append("")
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            bare = line.strip()
            if bare.startswith(fence) and not bare.strip(fence[0]):
                break
            self._out.append(plain_line(line))
        self._out.append("")

    def _item(self, indent: int, mark: str, words: str) -> None:
        self._close()
        number = -1 if mark in "-*+•" else int(mark[:-1])
        before = next((last for place, last in reversed(self._lists) if place == indent), None)
        self._lists = [each for each in self._lists if each[0] < indent]
        if number >= 0 and before is not None and before >= 0 and number in (before, before + 1, 1, 0):
            number = min(999, before + 1)  # where all say 1 they are counted, behind a picture too
        self._lists.append((indent, number))
        task = _TASK.match(words)
        words = ("☐ " if task[1] == " " else "☑ ") + words[4:] if task else words
        self._open, self._mark = [words], "- " if number < 0 else f"{number}. "

    def _words(self, line: str) -> None:
        indented = len(line) - len(line.lstrip())
        if self._open:
            before = self._open[-1]
            broken = before.endswith(("  ", "\\"))
            self._open[-1] = before.rstrip().removesuffix("\\") if broken else before.rstrip() + _SOFT
            self._open.append(line.lstrip())
            return
        if self._blank and indented < 2:
            self._lists = []
        if self._blank and indented >= 4 and not self._lists:
            self._out.append(plain_line(line.strip()))
            self._coded = True
            return
        self._open = [line.lstrip()]

    def _begins_table(self, bare: str) -> bool:
        under = self._lines[self._at].strip() if self._at < len(self._lines) else ""
        return (len(bare) > 1 and bare[0] == "|" == bare[-1]) or ("|" in bare and "|" in under and _rules(under))

    def _table(self, head: str) -> None:
        self._end()
        rows = [head]
        while self._at < len(self._lines) and "|" in (row := self._lines[self._at]):
            self._at += 1
            rows.append(row.strip())
        for place, row in enumerate(rows):
            cells = _cells(row)
            rule = place and _rules(row)
            self._out.append("|" + "---|" * len(cells) if rule else row_of(
                [inline(cell, self._named).replace("\n", " ") for cell in cells]))
        self._out.append("")

    def _html(self, line: str) -> None:
        """A table in HTML, to its end."""
        self._end()
        lines = [line]
        while "</table" not in lines[-1].lower() and self._at < len(self._lines):
            lines.append(self._lines[self._at])
            self._at += 1
        self._out += [from_html("\n".join(lines), whole=False)[1], ""]


def _rules(row: str) -> bool:
    return "-" in row and _RULE_CHARS.fullmatch(row) is not None


def _divides(bare: str) -> bool:
    plain = bare.replace(" ", "")
    return len(plain) > 2 and plain[0] in "-*_" and not plain.strip(plain[0])


def _cells(row: str) -> list[str]:
    row = row.removeprefix("|")
    row = row[:-1] if row.endswith("|") and not row.endswith("\\|") else row
    return [cell.strip().replace("\\|", "|") for cell in _BORDER.split(row, _MOST_CELLS)]


def inline(text: str, named: Mapping[str, str]) -> str:
    """What stands within a paragraph, as our marks."""
    text = text.replace(_SOFT + "\n", " ")
    if not _SIGN.search(text):
        return text
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\ue000{len(kept) - 1}\ue001"

    def first(found: re.Match[str]) -> str:
        sign, _, code, address = found.groups()
        if address:
            where = goal(address if ":" in address else f"mailto:{address}")
            return keep(f"[{address.removeprefix('mailto:')}]({where})" if where else address)
        return keep(sign or code.strip())

    def put(picture: str, words: str, target: str) -> str:
        target = unescaped(_PLACE.sub(lambda place: kept[int(place[1])], target))
        where = target if _OWN.fullmatch(target) else goal(target)
        if not where or not (words or picture):
            return words
        return f"{keep(picture + '[')}{words}{keep(f']({where})')}"

    def refer(found: re.Match[str]) -> str:
        target = named.get(" ".join((found[3] or found[2]).lower().split()))
        return found[0] if target is None else put(found[1], found[2], target)

    text = _IMG.sub(lambda found: put("!", *_pictured(found[1])), _KEPT.sub(first, text))
    text = _ANCHOR.sub(lambda found: put("", found[2], href[1] if (href := _HREF.search(found[1])) else ""), text)
    text = _LINK.sub(lambda found: put(found[1], found[2], found[3]), text)
    text = _NAMED.sub(refer, text) if named else text
    text = _TAG.sub("", _STRONG_TAG.sub("**", _BREAK.sub("\n", text)))
    for pattern, instead in _EMPHASIS:
        text = pattern.sub(instead, text)
    text = unescaped(_BROKEN_STRONG.sub(_strong_lines, text)).replace("\u00a0", " ")
    return _PLACE.sub(lambda place: kept[int(place[1])], text)


def _pictured(tag: str) -> tuple[str, str]:
    """Words and address of a picture in HTML."""
    words, target = (next((each for each in found.groups() if each), "") if (found := sign.search(tag)) else ""
                     for sign in (_ALT, _SRC))
    return re.sub(r"[\[\]\n]", " ", words).strip()[:300], target


def _strong_lines(found: re.Match[str]) -> str:
    return "\n".join(f"**{part.strip()}**" for part in found[1].split("\n") if part.strip())
