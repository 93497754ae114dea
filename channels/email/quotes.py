"""What a person newly wrote, without the message they answer and without their signature. PURE and linear.

One pass over the lines, no expression that can backtrack over more than one line. What cannot be told from a quote
stays: too much text is a nuisance, too little is a loss (the full text is kept beside it in any case).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.email import lexicon

MAX_LINES = 20_000
_SCAN = 500  # characters of a line that are looked at
_ATTRIBUTION_LINES = 5

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_QUOTED = re.compile(r"[ \t]{0,4}(?:>|&gt;|[|] )")
_RULE = re.compile(r"[ \t]*(?:[-_=*─—]{3,}|[_]{2,})[ \t]*$")
_DATED_ADDRESS = re.compile(r"@[^\s<>@]{1,200}>?\)?[ \t]*[:：][ \t]*$")
#: Yahoo on Android goes on with the old message in the same line.
_RUNS_ON = re.compile(
    r"[ \t]{0,8}(?:on|در|am|le) .{5,200}?@[^\s<>@]{1,200}>[ \t]{0,3}(?:wrote|نوشت|schrieb)[ \t]{0,3}:", re.IGNORECASE)
_COLONS = (":", "：")
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}:\d{2}|\d{4}")
_OPENERS = ("on ", "am ", "le ", "el ", "il ", "em ", "op ", "den ", "w dniu ", "dne ", "dnia ", "в ", "در ", "بتاريخ ",
            "في ", "at ", "a las ")
_CONTACT = re.compile(
    r"@|https?://|www\.|\+?\d[\d ().-]{6,}|unsubscribe|mailing list|لغو عضویت|تلفن|تلفکس", re.IGNORECASE)
_LIST_FOOTER = re.compile(r"mailing list|listinfo|unsubscribe|@lists?\.|google ?groups|لغو عضویت", re.IGNORECASE)
_DASHED_NAME = re.compile(r"[-–—]{1,2}[^\W\d][^\d:;?!؟]{1,40}")
_FIELD = re.compile(r"[ \t>*]{0,6}([^\W\d][^:：\n*]{0,24}?)[ \t\xa0]*\*?[ \t\xa0]?[:：]\*?(?:[ \t\xa0]|$)(.{0,300})")


def new_text(text: str, *, sender: str = "") -> str:
    """The newly written lines, in order; "" when nothing is left. `sender` is the display name, for signatures."""
    lines = [_MARKS.sub("", line[:_SCAN] if len(line) > _SCAN else line) for line in text.split("\n")[:MAX_LINES]]
    whole = text.split("\n")[:MAX_LINES]
    keep, cut = _unquoted(lines)
    out: list[str] = []
    for segment in _segments(lines, keep, cut):
        end = _without_signature([lines[i] for i in segment], sender, first=not out)
        out.extend(whole[i] for i in segment[:end])
        if end:
            out.append("")
    return _tidy(out)


def _unquoted(lines: list[str]) -> tuple[list[bool], int]:
    """Which lines are not quoted, and where everything that follows is the old message."""
    keep = [True] * len(lines)
    heads = [_head(line) for line in lines]
    index = 0
    while index < len(lines):
        line = lines[index]
        if not line.strip():
            index += 1
        elif _QUOTED.match(line):
            keep[index] = False
            index += 1
        elif lexicon.FORWARDED.fullmatch(line.strip()):
            break  # what is passed on to us is new to us
        elif (lexicon.ORIGINAL.fullmatch(line.strip()) or lexicon.REPLY_ABOVE.fullmatch(line)
              or _old_header(lines, heads, index)):
            return keep, _before_rule(lines, index)
        else:
            span, certain = _attribution(lines, index)
            following = next((lines[i] for i in range(index + span, len(lines)) if lines[i].strip()), ">")
            quoted = bool(_QUOTED.match(following))
            if span and certain and not quoted:
                return keep, index
            if span and quoted:
                keep[index:index + span] = [False] * span
            index += span or 1
    return keep, len(lines)


def _before_rule(lines: list[str], index: int) -> int:
    """A line of dashes above the old message belongs to it."""
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above]) else index


def _attribution(lines: list[str], index: int) -> tuple[int, bool]:
    """How many lines "On <date>, <name> wrote:" takes from here, 0 when there is none; and whether it names a date or
    an address. Without either it only counts above quoted lines: people write "he wrote:" themselves."""
    first = lines[index].strip().lower()
    if not (first.startswith(_OPENERS) or _DATE.search(first) or "@" in first or first.endswith(_COLONS)):
        return 0, False
    if _RUNS_ON.match(lines[index]):
        return 1, True
    joined = ""
    for span in range(1, _ATTRIBUTION_LINES + 1):
        line = lines[index + span - 1].strip() if index + span <= len(lines) else ""
        joined += " " + line
        if not line or _QUOTED.match(line) or len(joined) > 600:
            break
        if line.endswith(_COLONS):
            if lexicon.WROTE.search(joined[-40:]):
                return span, bool(_DIGIT.search(joined)) or "@" in joined
            if _DATED_ADDRESS.search(joined[-250:]) and _DATE.search(joined):
                return span, True
        if span == 1 and line.endswith((".", "!", "?", "؟")):
            break
    return 0, False


@dataclass(frozen=True, slots=True)
class _Head:
    """A line `Name: value` with a name that mail programs put above an old message."""

    kind: str  # "from", "told" or "other"
    name: str
    proof: bool  # no ordinary form would have this line


def _head(line: str) -> _Head | None:
    found = _FIELD.match(line)
    if found is None:
        return None
    name = found.group(1).strip().lower()
    if name in lexicon.FROM_FIELDS:
        return _Head("from", name, "@" in found.group(2))
    if name in lexicon.TOLD_FIELDS:
        return _Head("told", name, True)
    return _Head("other", name, False) if name in lexicon.OTHER_FIELDS else None


def _old_header(lines: list[str], heads: list[_Head | None], index: int) -> bool:
    """Whether a block `From: / Sent: / To: / Subject:` begins here, in any of the languages we know."""
    if heads[index] is None:
        return False
    block: list[_Head] = []
    blank = 0
    for place in range(index, min(index + 16, len(lines))):
        head = heads[place]
        if head is not None:
            block.append(head)
        elif not lines[place].strip():
            blank += 1
            if blank > 1 and len(block) < 2:
                break
        elif blank:
            break  # a value may run over several lines, but not over a blank one
    return (any(head.kind == "from" for head in block) and any(head.proof for head in block)
            and len({head.name for head in block}) >= 3)


def _segments(lines: list[str], keep: list[bool], cut: int) -> list[list[int]]:
    """Runs of kept lines before the cut, each beginning with words."""
    runs: list[list[int]] = [[]]
    for index in range(cut):
        if keep[index] and (lines[index].strip() or runs[-1]):
            runs[-1].append(index)
        elif not keep[index] and runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _without_signature(lines: list[str], sender: str, *, first: bool) -> int:
    """Where the signature of a run of lines begins; its length when there is none."""
    end = _stripped_end(lines, len(lines))
    for index in range(end):
        if lines[index].rstrip() in ("--", "—", "-- ", "--\xa0"):
            return _stripped_end(lines, index) if index or not first else end
    if not first and _RULE.match(lines[0]) and any(_LIST_FOOTER.search(line) for line in lines[:end]):
        return 0
    end = _list_footer(lines, end)
    for _ in range(3):
        last = end - 1
        if last >= 0 and lexicon.SENT_FROM.fullmatch(lines[last].strip(" \t*_.-")):
            end = _stripped_end(lines, last)
    return _signed(lines, end, " ".join(sender.lower().split()))


def _list_footer(lines: list[str], end: int) -> int:
    """A rule near the end with contact data below it: a mailing list's or an office's footer."""
    for index in range(end - 1, max(0, end - 25), -1):
        if _RULE.match(lines[index]):
            below = [line for line in lines[index + 1:end] if line.strip()]
            short = all(len(line) < 120 for line in below)
            if below and short and len(below) <= 15 and any(_CONTACT.search(line) for line in below):
                return _stripped_end(lines, index) or end
    return end


def _signed(lines: list[str], end: int, sender: str) -> int:
    """A line with only the sender's name, or `-Name`, with a few short lines below it."""
    seen = 0
    for index in range(end - 1, 0, -1):
        text = lines[index].strip()
        if not text:
            continue
        seen += 1
        if seen > 8 or len(text) > 80:
            break
        bare = " ".join(text.strip("-–—*,.،~ \t").lower().split())
        before = next((lines[i].lstrip() for i in range(index - 1, -1, -1) if lines[i].strip()), "")
        if before and sender and bare == sender:
            return _stripped_end(lines, index)
        if seen <= 2 and _DASHED_NAME.fullmatch(text) and before and not before.startswith(("-", "–", "*", "•")):
            return _stripped_end(lines, index)
    return end


def _stripped_end(lines: list[str], end: int) -> int:
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    return end


def _tidy(lines: list[str]) -> str:
    out: list[str] = []
    for line in lines:
        if line.strip() or (out and out[-1]):
            out.append(line.rstrip())
    return "\n".join(out).strip()
