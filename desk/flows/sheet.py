"""Several questions in one message: which stand together, and which words of a reply answer which. Pure; linear.

    1) water                    > 1) Which service?           the first answer
    2- 0499370899               water
    ۳. tomorrow                 > 2) The national id?         the second answer
                                0499370899

What cannot be told to belong to a number is left to whoever asks: nothing is guessed into a field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desk.flows.model import END, Outcome, Program, Step
from desk.flows.render import filled_names
from router.rules.text import clean, digits_latin, fold

MOST = 12  #: questions of one message
MOST_STACK = 10  #: flows that run one another
LINES = 2_000  #: of a reply, that are looked at
_CHARS = 500  #: of a line, in which a number is looked for
_ROUNDS = 60

_NUMBER = (r"(?:(?:سوال|سؤال|پرسش|پاسخ|جواب|شماره|شمارهٔ|question|answer|no|q|a)[ \t.:]{0,3})?"
           r"[(\[]?(\d{1,2})[ \t\u200c]{0,3}(?:[)\]][ \t]?[.:\-–—ـ]?|[.:\-–—ـ=،,])")
_MARKS = r"[ \t\xa0\u200c-\u200f\u202a-\u202e\u2066-\u2069*•]{0,12}"
_LINE = re.compile(_MARKS + _NUMBER + r"[ \t\u200c-\u200f]{0,8}(.*)", re.IGNORECASE | re.DOTALL)
#: In the middle of a line a number counts only where something stands between it and the words before.
_INSIDE = re.compile(r"(?<=[\s،,;؛])" + _NUMBER + r"(?!\d)[ \t]{0,8}", re.IGNORECASE)
_QUOTED = re.compile(r"[ \t]{0,4}(?:(?:>|&gt;|[|] )[ \t]{0,4})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What stands in a reply."""

    numbered: Mapping[int, str] = field(default_factory=dict)  #: by the number of a question
    parts: tuple[tuple[str, ...], ...] = ()  #: without numbers: its paragraphs, its lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A step that stands in a message: a question, or what is said between two of them."""

    step: str
    stack: tuple[str, ...] = ()  #: steps of callers that it was entered by
    asks: bool = True


def together(program: Program, start: str, decide: Callable[[Step], str], stack: tuple[str, ...] = (),
             ) -> tuple[Put, ...]:
    """What may be put at once from a question on: until a word or a branch depends on an answer, or anything else is to
    be done. What is said stands between two questions, never behind the last; flows are entered and left. `decide`
    tells where a branch leads that depends on no answer."""
    found: list[Put] = []
    saved: set[str] = set()
    target, waiting = start, list[Put]()
    for _ in range(_ROUNDS):
        if target == END and stack:
            caller = program.steps.get(stack[-1])
            target, stack = caller.next if caller is not None else END, stack[:-1]
            continue
        step = program.steps.get(target)
        if step is None or _names(step) & saved:
            break
        if step.kind == "ask":
            if any(each.step == target for each in found):
                break
            found += [*waiting, Put(step=target, stack=stack)]
            waiting = []
            saved.add(step.save)
            if sum(each.asks for each in found) == MOST or any(option.to for option in step.options):
                break
        elif _says(step, stack) and step.text:
            waiting.append(Put(step=target, stack=stack, asks=False))
        following = _past(step, decide, saved, stack)
        if following is None:
            break
        target, stack = following
    return tuple(found)


def _past(step: Step, decide: Callable[[Step], str], saved: set[str], stack: tuple[str, ...],
          ) -> tuple[str, tuple[str, ...]] | None:
    """Where a step leads without an answer, and by whom; None when it does anything else."""
    if step.kind in ("ask", "say"):
        return step.next, stack
    if step.kind == "run" and len(stack) < MOST_STACK:
        return step.flow, (*stack, step.id)
    if step.kind == "end" and _says(step, stack):
        return END, stack
    known = step.kind == "branch" and all(
        not when.names & (saved | {"language"}) and not when.queues for when, _ in step.cases)
    return (decide(step), stack) if known else None


def _says(step: Step, stack: tuple[str, ...]) -> bool:
    """Whether it only says something: the end of a flow that another one ran goes on in that one."""
    return step.kind == "say" or (step.kind == "end" and bool(stack) and step.outcome is Outcome.CONTAINED)


def _names(step: Step) -> frozenset[str]:
    texts = [*step.text.values(), *step.again.values(), *(w for o in step.options for w in o.label.values())]
    return frozenset().union(*(filled_names(text) for text in texts))


def read(text: str, whole: str, questions: Mapping[int, Sequence[str]], said: Sequence[str] = ()) -> Reply:
    """The reply's words by question. `text` is what is new in it, `whole` also what it quotes; `questions` are those
    that are open: their numbers, and their lines as they were shown; `said` are the lines between them."""
    own = {fold(line) for line in said} | {fold(line) for lines in questions.values() for line in lines}
    own |= {fold(f"{number}) {lines[0]}") for number, lines in questions.items() if lines}
    found = (_numbered(text, questions, own) or _beneath(text, whole, questions)
             or _numbered(whole, questions, own, copied=True))
    if found:
        return Reply(numbered=found)
    lines = [line.strip() for line in text.split("\n")[:LINES]]
    paragraphs = tuple(each.strip() for each in "\n".join(lines).split("\n\n") if each.strip())
    return Reply(parts=(paragraphs, tuple(line for line in lines if line)))


def _numbered(text: str, questions: Mapping[int, Sequence[str]], own: set[str], *,
              copied: bool = False) -> dict[int, str]:
    """Answers behind their numbers; `copied`: only behind numbers with the words of their question."""
    lines = text.split("\n")[:LINES]
    marked = {at: got for at, line in enumerate(lines) if (got := _marker(line)) and got[0] in questions}
    if copied:
        marked = {at: each for at, each in marked.items() if _after(each[1], questions[each[0]]) is not None}
    numbers = [number for number, _, _ in marked.values()]
    several = len(set(numbers)) > 1 and numbers == sorted(numbers)
    marked = {at: each for at, each in marked.items() if each[2] or several}
    found: dict[int, list[str]] = {}
    at_number, ends = 0, False
    for at, line in enumerate(lines):
        if at in marked:
            at_number, rest, _ = marked[at]
            after = _after(rest, questions[at_number])
            ends = after is not None  # below a question that was copied nothing says where the answer ends
            found.setdefault(at_number, []).append(rest if after is None else after)
        elif at_number and ends and not line.strip() and (copied or any(found[at_number])):
            at_number = 0
        elif at_number and fold(line) not in own:
            found[at_number].append(line)
    answers = {number: words for number, said in found.items() if (words := "\n".join(said).strip())}
    return _inside(answers, questions) if len(marked) == 1 else answers


def _marker(line: str) -> tuple[int, str, bool] | None:
    """The number that a line begins with, what follows, and whether it can be nothing else: "2.5" may be a number."""
    match = _LINE.match(digits_latin(line[:_CHARS]))
    if match is None:
        return None
    rest = line[match.start(2):].strip()
    touching = match[2][:1].isdigit() and match.start(2) == match.end(1) + 1
    return int(match[1]), rest, not touching or line[match.end(1)] in ")]"


def _after(rest: str, question: Sequence[str]) -> str | None:
    """What follows the words of the question in its own line; None when these are not its words."""
    words = " ".join(question[0].split()) if question else ""
    plain = " ".join(rest.split())
    return plain[len(words):].strip(" \u200f\u200e:") if words and plain.startswith(words) else None


def _inside(answers: dict[int, str], questions: Mapping[int, Sequence[str]]) -> dict[int, str]:
    """All in one line: "1) water 2) 0499370899". A number counts when it was asked and is higher than the last."""
    if len(answers) != 1:
        return answers
    (number, text), = answers.items()
    if "\n" in text:
        return answers
    plain, begins, found = digits_latin(text), 0, {}
    for match in _INSIDE.finditer(plain):
        if int(match[1]) > number and int(match[1]) in questions:
            found[number] = text[begins:match.start()].strip(" \t،,;؛")
            number, begins = int(match[1]), match.end()
    found[number] = text[begins:].strip()
    return {each: words for each, words in found.items() if words}


def _beneath(text: str, whole: str, questions: Mapping[int, Sequence[str]]) -> dict[int, str]:
    """Answers between the quoted questions. What is not new in the mail (signatures, other quotes) is none."""
    fresh = {line.strip() for line in clean(text).split("\n") if line.strip()}
    found: dict[int, list[str]] = {}
    at_number = 0
    for line in whole.split("\n")[:LINES]:
        quoted = _QUOTED.match(line)
        if quoted:
            got = _marker(line[quoted.end():])
            at_number = at_number if got is None else got[0] if got[0] in questions else 0
        elif at_number and line.strip() in fresh:
            found.setdefault(at_number, []).append(line.strip())
    return {number: "\n".join(said) for number, said in found.items()}
