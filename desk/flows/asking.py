"""What a dialogue asks and how it takes the answer, step by step. Pure; the part of a walk that talks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from desk.flows import answers, phrases, render, sheet, words
from desk.flows.answers import Understood
from desk.flows.model import Answer, Carries, Choice, Heard, Program, Prompt, State, Step
from router.rules.text import clean, digits_fa

_KEYED = frozenset({Answer.NUMBER, Answer.MOBILE, Answer.NATIONAL_ID, Answer.DATE, Answer.CODE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a request stands, for the citizen who knows its code."""

    state: str  #: one of the words `state-...`
    day: Mapping[str, str]  #: since when, by language; empty = not told


class World(Protocol):
    """What a walk may ask and do at once, inside the same transaction."""

    @property
    def carries(self) -> Carries: ...

    def given(self) -> Mapping[str, Any]:
        """Variables that are always there."""
        ...

    def is_open(self, queue: str) -> bool:
        """Whether people work on a queue now; "" = the channel's own."""
        ...

    def open_case(self, service: str, subject: str, values: Mapping[str, Any]) -> str:
        """A new case; its tracking code."""
        ...

    def status(self, code: str) -> Standing | None:
        """How the case or conversation with this code stands."""
        ...


class Asking:
    """The open question of a dialogue."""

    def __init__(self, program: Program, state: State, world: World) -> None:
        self.program, self.state, self.world = program, state, world
        self.values: dict[str, Any] = dict(state.values)
        self.prompts: list[Prompt] = []
        self.wrong: tuple[str, ...] = ()  #: questions whose answer of this turn was not understood

    @property
    def here(self) -> Step:
        """The step the dialogue stands at."""
        return self.program.steps[self.state.step]

    def say(self, name: str, **values: str) -> None:
        """One of our own sentences."""
        self.prompts.append(Prompt(text=phrases.say(name, self.state.language, **values)))

    def filled(self, text: str) -> str:
        """A text of the definition with its variables."""
        return render.filled(text, {**self.values, **self.world.given()}, self.state.language)

    def words(self, text: Mapping[str, str]) -> str:
        """A text of the definition in the citizen's language."""
        found = text.get(self.state.language) or next(iter(text.values()), "")
        return self.filled(found)

    def questions(self) -> list[str]:
        """Those of the sheet, in the order of their numbers."""
        return [name for name in self.state.sheet if self.program.steps[name].kind == "ask"]

    def open(self) -> list[tuple[int, Step]]:
        """The questions of the sheet that are not answered yet, with their numbers."""
        return [(number, self.program.steps[name]) for number, name in enumerate(self.questions(), 1)
                if name not in self.state.filled]

    def between(self) -> list[str]:
        """The lines that stand between the questions of the sheet."""
        steps = [self.program.steps[name] for name in self.state.sheet]
        return [line for step in steps if step.kind != "ask" for line in self.words(step.text).split("\n")]

    def ask_again(self) -> None:
        """The open question, or all of them."""
        step = self.here
        if len(self.open()) > 1:
            self._sheet()
        elif self.state.part == "helped":
            self._prompt(phrases.say("helped", self.state.language), self._yes_no(), "key")
        elif self.state.part == "comment":
            self._prompt(self.words(step.comment), self._skip(), "words", optional=True)
        elif step.kind == "survey" and self.rates_at_once(step):
            blocks = [self._digits(f"{number}) {lines[0]}") for number, lines in self._rating_lines(step).items()]
            blocks[1] += f" {phrases.say('may-skip', self.state.language)}"
            self._numbered("sheet", blocks)
        elif step.kind == "survey":
            self._prompt(self.words(step.text) if step.text else phrases.say("rate", self.state.language),
                         self._scale(step), "key")
        elif step.kind == "language":
            text = self.words(step.text) if step.text else phrases.say("your-language", self.state.language)
            self._prompt(text, tuple(self._choice({"fa": "فارسی", "en": "English"}[each], each)
                                     for each in self.program.head.languages), "key")
        elif step.kind == "ask":
            self._question(step)

    def _sheet(self) -> None:
        """Several questions, each with the number that it keeps until it is answered."""
        language, blocks, numbers = self.state.language, [], {step.id: number for number, step in self.open()}
        for step in [self.program.steps[name] for name in self.state.sheet]:
            if step.kind != "ask" and not self.state.filled:
                blocks.append(self.words(step.text))  # said once; beneath, what is left is asked
            if step.id not in numbers:
                continue
            number = numbers[step.id]
            said = [f"{number}) {line}" if not at else f"   {line}" for at, line in
                    enumerate(self.question_lines(step))]
            said[-1] += f" {phrases.say('may-skip', language)}" if step.optional else ""
            if step.id in self.wrong:
                said.append(f"   {self.hint(step, '')}")
            blocks.append(self._digits("\n".join(said)))
        self._numbered("sheet-rest" if self.state.filled else "sheet", blocks)

    def _numbered(self, intro: str, blocks: list[str]) -> None:
        text = "\n\n".join((phrases.say(intro, self.state.language), *blocks))
        self.prompts.append(Prompt(text=text, takes="words", first=self.state.visit <= 1))

    def _digits(self, text: str) -> str:
        return digits_fa(text) if self.state.language == "fa" else text

    def rates_at_once(self, step: Step) -> bool:
        """Whether a rating and the words about it are asked for in one message."""
        return bool(step.comment) and self.world.carries.several

    def _rating_lines(self, step: Step) -> dict[int, list[str]]:
        rate = self.words(step.text) if step.text else phrases.say("rate", self.state.language)
        return {1: [" ".join(rate.split())], 2: [" ".join(self.words(step.comment).split())]}

    def _rating(self, step: Step, heard: Heard) -> Understood | None:
        """A number in the first line and words below it, or both behind their numbers."""
        reply = sheet.read(heard.text, heard.whole, self._rating_lines(step)).numbered
        first, _, rest = heard.text.strip().partition("\n")
        if 1 in reply:
            first, rest = reply[1].split("\n")[0], reply.get(2, "")
        found = self._scored(step, first)
        comment = clean(rest, limit=answers.LONGEST).strip()
        return found and replace(found, comment=comment if any(c.isalnum() for c in comment) else "")

    @staticmethod
    def _scored(step: Step, text: str) -> Understood | None:
        if step.scale == "yes-no":
            said = answers.yes_no(text)
            return None if said is None else Understood(value=said, shown=text[:20])
        number = answers.amount(text)
        return Understood(value=number, shown=str(number)) if number in (1, 2, 3, 4, 5) else None

    def question_lines(self, step: Step) -> list[str]:
        """A question of a sheet and, where it is a choice, its options. These have no numbers: the questions do."""
        lines = [line for line in self.words(step.text).split("\n") if line.strip()] or [step.id]
        if step.answer is Answer.CHOICE:
            lines += [f"– {self.words(option.label)}" for option in step.options]
        elif step.answer is Answer.YES_NO:
            lines[-1] += " ({} / {})".format(*(phrases.say(each, self.state.language) for each in ("yes", "no")))
        return lines

    def hint(self, step: Step, text: str) -> str:
        """What was wrong with an answer, or what a right one is."""
        if not self.state.part and (said := step.again.get(self.state.language)):
            return self.filled(said)
        name = f"miss-{step.answer.value}"
        if self.state.part == "helped":
            name = "miss-yes-no"
        elif step.kind != "ask":
            name = "miss-choice"
        elif step.answer is Answer.TEXT and len(text) > float(step.most or answers.LONGEST):
            name = "too-long"
        return phrases.say(name, self.state.language)

    def _question(self, step: Step) -> None:
        choices: tuple[Choice, ...] = ()
        if step.answer is Answer.CHOICE:
            choices = tuple(self._choice(self.words(option.label), option.id) for option in step.options)
        elif step.answer is Answer.YES_NO:
            choices = self._yes_no()
        elif step.optional:
            choices = self._skip()
        takes = {Answer.CHOICE: "key", Answer.YES_NO: "key", Answer.FILE: "files"}.get(
            step.answer, "keys" if step.answer in _KEYED else "words")
        self._prompt(self.words(step.text), choices, takes, optional=step.optional)

    def _prompt(self, text: str, choices: tuple[Choice, ...], takes: str, *, optional: bool = False) -> None:
        if optional and not choices:
            hint = "skip-keys" if self.world.carries.keys else "skip-hint"
            text = f"{text}\n{phrases.say(hint, self.state.language)}"
        self.prompts.append(Prompt(text=text, choices=choices, takes=takes, first=self.state.visit <= 1))

    def _choice(self, label: str, value: str) -> Choice:
        return Choice(label=label, value=f"f:{self.state.mark}.{self.state.visit}.{value}")

    def _yes_no(self) -> tuple[Choice, ...]:
        return tuple(self._choice(phrases.say(each, self.state.language), each) for each in ("yes", "no"))

    def _skip(self) -> tuple[Choice, ...]:
        """A button where there are buttons; elsewhere a word says it."""
        skip = self._choice(phrases.say("skip", self.state.language), "-")
        return (skip,) if self.world.carries.buttons and not self.world.carries.keys else ()

    def _scale(self, step: Step) -> tuple[Choice, ...]:
        if step.scale == "yes-no":
            return self._yes_no()
        if not self.world.carries.buttons:
            return ()  # the words say 1 to 5; numbered lines would say it twice
        return tuple(self._choice(digits_fa(str(n)) if self.state.language == "fa" else str(n), str(n))
                     for n in range(1, 6))

    def understand(self, heard: Heard, pressed: str) -> Understood | None:
        """What an input means to the open question; None = nothing."""
        step, text = self.here, heard.text
        if self.state.part == "helped":
            said = answers.yes_no(text)
            return None if said is None else Understood(value=said, shown=text[:20])
        if self.state.part == "comment":
            return answers.read(Step(id="", kind="ask", optional=True), heard, self.state.language, self.world.carries)
        if step.kind == "survey":
            return self._rating(step, heard) if self.rates_at_once(step) else self._scored(step, text)
        if step.kind == "language":
            return self._chosen_language(text)
        if step.kind != "ask":
            return None
        if pressed and step.answer is Answer.CHOICE:
            option = next((each for each in step.options if each.id == pressed), None)
            return None if option is None else Understood(value=option.id, shown=text, option=option)
        return answers.read(step, heard, self.state.language, self.world.carries)

    def _chosen_language(self, text: str) -> Understood | None:
        offered = self.program.head.languages
        number = answers.amount(text)
        found = text if text in offered else words.command(text)
        if number in range(1, len(offered) + 1):
            found = offered[int(number or 1) - 1]
        return Understood(value=found, shown=found) if found in offered else None
