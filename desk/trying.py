"""The command line's work on definitions: check files, and talk to one in a terminal as a medium would show it.

Nothing here is stored or sent: cases get invented codes, other systems and knowledge are not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desk.book import SHIPPED, sources
from desk.flows import checker, engine, link, render, states
from desk.flows.asking import Standing
from desk.flows.definition import LONGEST
from desk.flows.model import Carries, Definition, Fault, Heard, Program, State, Turn
from router.rules import codes

Say = Callable[[str], None]

#: What each medium carries, as its channel would say; for trying a flow without a channel.
MEDIA: Mapping[str, Carries] = {
    "webchat": Carries(buttons=12, text_chars=20_000), "telegram": Carries(buttons=50, text_chars=20_000),
    "sms": Carries(text_chars=670), "email": Carries(several=True), "voice": Carries(keys=True, text_chars=2_000),
}
INPUTS = 100  #: words of one trial
WORDS = 100_000  #: characters of one of them


@dataclass(slots=True)
class Pretended:
    """A world that does nothing; see `desk.flows.asking.World`."""

    carries: Carries
    medium: str
    names: Mapping[str, str]
    closed: bool = False
    language: str = "fa"
    cases: list[str] = field(default_factory=list)

    def given(self) -> Mapping[str, Any]:
        """Variables that are always there."""
        return {"reference": codes.reference(1), "desk": self.names.get(self.language, ""), "name": "",
                "medium": self.medium}

    def is_open(self, queue: str) -> bool:
        """As the trial says."""
        return not self.closed

    def open_case(self, service: str, subject: str, values: Mapping[str, Any]) -> str:
        """An invented code, the same for the same trial."""
        self.cases.append(service)
        return codes.reference(482_913_557 + len(self.cases))

    def status(self, code: str) -> Standing | None:
        """Only cases of this trial are known."""
        mine = [codes.reference(482_913_557 + number) for number in range(1, len(self.cases) + 1)]
        return Standing(state="open", day={}) if code in mine else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a trial."""

    who: str  #: "citizen", "desk" or "note"
    text: str
    buttons: tuple[tuple[str, str], ...] = ()  #: (label, what to say to press it)


class Trial:
    """One dialogue without a house. `say` takes the citizen's words; words that begin with "#" stand for what no
    keyboard has: "#file NAME TYPE", "#place 35.7 51.4", "#silence", "#found TEXT", "#called {...}", "#late"."""

    def __init__(self, program: Program, medium: str, language: str, *, today: str, names: Mapping[str, str],
                 closed: bool = False) -> None:
        self.program, self._world = program, Pretended(
            carries=replace(MEDIA[medium], today=today), medium=medium, names=names, closed=closed, language=language)
        self.state: State = states.begin(program, mark="1", language=language)
        self.over = False
        self.lines: list[Line] = []

    def open(self) -> list[Line]:
        """The first words."""
        return self._took(Heard(kind="open"))

    def say(self, words: str) -> list[Line]:
        """What the citizen says, and what comes back."""
        words = words[:WORDS]
        labels = {pressed: label for line in self.lines for label, pressed in line.buttons}
        self.lines.append(Line(who="citizen", text=labels.get(words, words[:2_000])))
        return self._took(heard(words))

    def _took(self, heard: Heard) -> list[Line]:
        before = len(self.lines)
        turn = engine.advance(self.program, self.state, heard, self._world)
        self.state = states.load(states.dump(turn.state))
        self._world.language = self.state.language
        for piece in render.rendered(turn.prompts, self.state.language, self._world.carries):
            pressed = tuple((each.label, f"#press {each.value}") for each in piece.buttons)
            self.lines.append(Line(who="desk", text=piece.text, buttons=pressed))
        self.lines += [Line(who="note", text=text) for text in _noted(turn)]
        self.over = turn.outcome is not None
        return self.lines[before:]


def heard(words: str) -> Heard:
    """Words of a trial as an input."""
    what, _, rest = words.partition(" ")
    match what:
        case "#press":
            return Heard(kind="words", text="", button=rest)
        case "#file":
            name, _, kind = rest.partition(" ")
            return Heard(kind="words", files=((name or "file", kind or "image/jpeg"),))
        case "#place":
            parts = rest.split()
            try:
                return Heard(kind="words", location=(float(parts[0]), float(parts[1])))
            except (ValueError, IndexError):
                return Heard(kind="words", text=words)
        case "#silence" | "#late" | "#remind":
            return Heard(kind=what[1:])
        case "#found":
            return Heard(kind="found", result={"text": rest} if rest else None)
        case "#called":
            return Heard(kind="called", result={"answer": rest} if rest else None)
    return Heard(kind="words", text=words)


def _noted(turn: Turn) -> list[str]:
    found = []
    if turn.job is not None:
        answer = "#found" if turn.job.kind == "lookup" else "#called"
        found.append(f"[{turn.job.kind}: answer with \"{answer} ...\", or \"{answer}\" for nothing]")
    if turn.outcome is not None:
        queue = f", queue {turn.queue}" if turn.queue else ""
        found.append(f"[{turn.outcome.value}: {turn.reason}{queue}]")
    return found


def read_files(paths: Iterable[Path]) -> tuple[dict[str, str], list[Fault]]:
    """The texts of definition files; a file that cannot be read is a fault."""
    found, faults = {}, []
    for path in paths:
        try:
            found[str(path)] = path.read_text(encoding="utf-8")[: LONGEST + 1]
        except (OSError, UnicodeDecodeError) as error:
            what = error.strerror if isinstance(error, OSError) else "not UTF-8"
            faults.append(Fault(file=str(path), line=1, place="", message=f"cannot be read: {what}"))
    return found, faults


def shipped() -> dict[str, Definition]:
    """The definitions that come with the program."""
    return checker.check(sources(SHIPPED))[0]


def check(paths: Iterable[Path], say: Say) -> int:
    """Say every fault with its line, step and key; 0 when there is no serious one."""
    files, faults = read_files(paths)
    _, found = checker.check(files, known=shipped())
    for fault in (*faults, *found):
        kind = "fault" if fault.serious else "warning"
        say(f"{fault.file}:{fault.line}: {kind}: {fault.place}: {fault.message}" if fault.place else
            f"{fault.file}:{fault.line}: {kind}: {fault.message}")
    serious = any(fault.serious for fault in (*faults, *found))
    if not serious:
        say(f"{len(files)} {'file is' if len(files) == 1 else 'files are'} fine")
    return 1 if serious else 0


def attempt(path: Path, medium: str, language: str, *, today: str, words: Iterable[str], say: Say) -> int:
    """A dialogue line by line; 0 when it ended or the words did, 1 when the file cannot be used."""
    files, faults = read_files([path])
    made, found = checker.check(files, known=shipped())
    serious = [fault for fault in (*faults, *found) if fault.serious]
    if serious or not made:
        for fault in serious:
            say(f"{fault.file}:{fault.line}: {fault.place}: {fault.message}")
        return 1
    name = next(iter(made))
    program = link.program(name, {**shipped(), **made})
    trial = Trial(program, medium, language, today=today, names={"fa": "پیشخوان", "en": "Pishkhan"})
    _show(trial.open(), say)
    for count, each in enumerate(words, 1):
        if trial.over or count > INPUTS:
            break
        _show(trial.say(each.rstrip("\r\n")), say)
    return 0


def _show(lines: Iterable[Line], say: Say) -> None:
    for line in lines:
        say(line.text)
        for label, pressed in line.buttons:
            say(f"  [{label}]  {pressed}")
        say("")
