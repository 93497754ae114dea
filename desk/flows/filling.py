"""A message that answers several questions at once, or one of several: what is understood, and what is to be asked
again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from desk.flows import answers, sheet
from desk.flows.answers import Understood
from desk.flows.asking import Asking
from desk.flows.model import Answer, Heard, Step
from router.rules.text import digits_latin

_SPOKEN = (Answer.TEXT, Answer.LOCATION)  #: answers that may run over several lines


@dataclass(slots=True, kw_only=True)
class Filled:
    """What a message brought."""

    understood: dict[str, Understood] = field(default_factory=dict)  #: by step
    wrong: list[str] = field(default_factory=list)  #: answered, but not understood
    all: bool = False  #: it was an answer to the whole message: what may be left out was left out


def read(asking: Asking, heard: Heard) -> Filled:
    """The answers of a message to the open questions of a sheet."""
    found = Filled()
    open_ = [(number, step) for number, step in asking.open()]
    _files(asking, heard, [step for _, step in open_], found)
    worded = [(number, step) for number, step in open_ if step.id not in found.understood]
    if not heard.text.strip() or not worded:
        return found
    shown = {number: asking.question_lines(step) for number, step in open_}
    reply = sheet.read(heard.text, heard.whole, shown, asking.between())
    if len(worded) == 1 and not _numbered_only(reply, worded[0], heard.text):
        reply = sheet.Reply()
    if reply.numbered:
        found.all = len(open_) > 1
        for number, step in worded:
            if number in reply.numbered:
                _judge(asking, step, reply.numbered[number], found)
        return found
    typed = [step for _, step in worded if step.answer is not Answer.FILE]
    for parts in reply.parts:
        read_ = [_read(asking, step, part) for step, part in zip(typed, parts, strict=False)]
        if len(parts) == len(typed) > 1 and all(each is not None for each in read_):
            found.understood |= {step.id: each for step, each in zip(typed, read_, strict=True) if each is not None}
            found.all = True
            return found
    _judge(asking, worded[0][1], heard.text, found)
    return found


def _numbered_only(reply: sheet.Reply, only: tuple[int, Step], text: str) -> bool:
    """With one open question a leading number may be an option, an answer, or the question's own: the last only when
    it is the right one, and words may be anything."""
    number, step = only
    return number in reply.numbered and (step.answer in _SPOKEN or not digits_latin(text).strip().isdigit())


def _files(asking: Asking, heard: Heard, steps: Sequence[Step], found: Filled) -> None:
    wanted = next((step for step in steps if step.answer is Answer.FILE), None)
    if wanted is None or not heard.files:
        return
    got = answers.read(wanted, Heard(kind="words", files=heard.files), asking.state.language, asking.world.carries)
    if got is None:
        found.wrong.append(wanted.id)
    else:
        found.understood[wanted.id] = got


def _judge(asking: Asking, step: Step, text: str, found: Filled) -> None:
    got = _read(asking, step, text)
    if got is None:
        found.wrong.append(step.id)
    else:
        found.understood[step.id] = got


def _read(asking: Asking, step: Step, text: str) -> Understood | None:
    """An answer; of one that is a word or a number, thanks and names below it are no part."""
    heard = Heard(kind="words", text=text)
    got = answers.read(step, heard, asking.state.language, asking.world.carries)
    first = text.strip().split("\n")[0]
    if got is None and step.answer not in _SPOKEN and first != text.strip():
        got = answers.read(step, replace(heard, text=first), asking.state.language, asking.world.carries)
    return got
