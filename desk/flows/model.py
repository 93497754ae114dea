"""A dialogue's definition as frozen values, and what its walk takes and gives. Pure; nothing here does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from desk.flows.expr import Expression

END = "end"  #: as a target: the dialogue (or the part that another one ran) is over
LANGUAGES = ("fa", "en")

Text = Mapping[str, str]  #: language -> words, with {variables}


class Answer(StrEnum):
    """What a question wants to hear."""

    CHOICE = "choice"  #: one of its options
    TEXT = "text"  #: any words
    NUMBER = "number"  #: a number, in any script
    MOBILE = "mobile"  #: an Iranian mobile number
    NATIONAL_ID = "national-id"  #: an Iranian national id, check digit included
    DATE = "date"  #: a day of the Iranian or the Gregorian calendar, or a word such as tomorrow
    FILE = "file"  #: at least one file
    LOCATION = "location"  #: a place shared, or described in words
    YES_NO = "yes-no"  #: yes or no
    CODE = "code"  #: a tracking code of ours, check digit included


class Waits(StrEnum):
    """What a dialogue waits for."""

    ANSWER = "answer"  #: the citizen's next word
    LOOKUP = "lookup"  #: what knowledge has to say
    CALL = "call"  #: an answer of another system
    NOTHING = ""  #: it is over


class Outcome(StrEnum):
    """How a dialogue ended."""

    CONTAINED = "contained"  #: it said what it had to say; nobody else was needed
    HANDED_OVER = "handed-over"  #: a person goes on
    DROPPED = "dropped"  #: the citizen stopped answering, or left


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a question."""

    id: str
    label: Text
    words: tuple[str, ...] = ()  #: further words that mean it
    to: str = ""  #: where it leads; "" = the step's `next`


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. Which fields count depends on `kind`; `definition` refuses the others."""

    id: str
    kind: str
    text: Text = field(default_factory=dict)
    again: Text = field(default_factory=dict)  #: said after an answer that was not understood, instead of the usual
    next: str = END
    otherwise: str = ""  #: branch: none applied; status, lookup: nothing found
    failed: str = ""  #: call: no usable answer
    closed: str = ""  #: hand-over: the queue is closed now
    helped: str = ""  #: lookup: the citizen said that the answer helped
    unhelped: str = ""  #: lookup: ... or that it did not
    answer: Answer = Answer.TEXT
    save: str = ""  #: variable that takes the answer
    options: tuple[Option, ...] = ()
    least: float | str | None = None  #: smallest number, length, count or day ("today", "+7", "1405/01/01")
    most: float | str | None = None
    optional: bool = False  #: may be skipped
    types: tuple[str, ...] = ()  #: media types of files, "image/" = all of them
    cases: tuple[tuple[Expression, str], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)  #: remember: key -> variable; call: saved name -> path
    question: str = ""  #: lookup, status: the variable asked with
    endpoint: str = ""
    method: str = "GET"
    path: str = ""
    send: Mapping[str, str] = field(default_factory=dict)
    service: str = ""
    flow: str = ""  #: run: the other definition
    queue: str = ""
    scale: str = "five"  #: survey: "five" or "yes-no"
    comment: Text = field(default_factory=dict)
    outcome: Outcome = Outcome.CONTAINED


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One file."""

    name: str
    title: Text
    start: str
    steps: Mapping[str, Step]
    on_code: str = ""  #: where first words with a tracking code of ours lead; "" = nowhere special
    languages: tuple[str, ...] = LANGUAGES
    media: tuple[str, ...] = ()  #: media it is meant for, as words of the checker; () = all
    queue: str = ""  #: where people wait when a step names none; "" = the channel's
    reminder_minutes: float = 0  #: 0 = none
    timeout_minutes: float = 60
    on_timeout: str = "close"  #: or "hand-over"
    misses: int = 3  #: so many misunderstandings lead to a person
    upgrade: str = "pinned"  #: a running dialogue keeps its version, or "now" = goes over at its next word
    migrate: Mapping[str, str] = field(default_factory=dict)  #: step that is gone -> step that stands for it
    source: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)  #: dotted place -> line of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A definition linked with all that it runs: steps by "flow/step". `version` is the digest of all sources."""

    name: str
    version: str
    start: str
    steps: Mapping[str, Step]
    head: Definition
    parts: tuple[str, ...]  #: names of all definitions in it
    migrate: Mapping[str, str] = field(default_factory=dict)  #: "flow/step" that is gone -> its successor


@dataclass(frozen=True, slots=True, kw_only=True)
class Carries:
    """What the medium can show and take, as data."""

    buttons: int = 0  #: choices shown as buttons; 0 = numbered lines
    text_chars: int = 100_000  #: one message
    keys: bool = False  #: words are heard, answers are keys of a telephone
    several: bool = False  #: questions without a branch between them are put in one message
    files: bool = True  #: the citizen can send files
    today: str = ""  #: not of the medium, but as fixed: the day where the desk is, ISO


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came to a dialogue."""

    kind: str  #: "open", "words", "silence", "late" (time is over), "remind", "found", "called", "left"
    text: str = ""
    whole: str = ""  #: with what is quoted, where that was taken out of `text`
    button: str = ""  #: value of a pressed button
    files: tuple[tuple[str, str], ...] = ()  #: (name, media type)
    location: tuple[float, float] | None = None
    early: bool = False  #: said before the open question had left the house
    result: Mapping[str, Any] | None = None  #: of a lookup or call; None = nothing, or failed


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a dialogue stands. JSON-able by `states.dump`."""

    mark: str  #: of this dialogue, part of its buttons' values
    step: str
    language: str
    values: Mapping[str, Any] = field(default_factory=dict)
    trail: tuple[tuple[str, ...], ...] = ()  #: questions answered so far, each with its stack, for "back"
    stack: tuple[str, ...] = ()  #: steps of callers to go on with
    misses: int = 0
    part: str = ""  #: within a step: "" the question, "helped", "comment"
    sheet: tuple[str, ...] = ()  #: questions put in one message, and what is said between them; () = only `step`
    stacks: tuple[tuple[str, ...], ...] = ()  #: the stack of each; () = that of the dialogue
    filled: tuple[str, ...] = ()  #: those of them that are answered
    waits: Waits = Waits.ANSWER
    turn: int = 0  #: inputs taken
    visit: int = 0  #: questions put; a button belongs to one
    reminded: bool = False
    chosen: bool = False  #: the citizen chose the language


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to answer, as shown."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Words for the citizen, before a medium is thought of."""

    text: str
    choices: tuple[Choice, ...] = ()
    takes: str = ""  #: "" nothing, "key" one key, "keys" several, "words", "files"
    first: bool = False  #: the first question: what can be done at any point is worth saying


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that cannot be done inside a transaction."""

    kind: str  #: "lookup" or "call"
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The answer to one input."""

    state: State
    prompts: tuple[Prompt, ...] = ()
    steps: tuple[str, ...] = ()  #: walked in this turn
    understood: str = "yes"  #: "yes", "no", "command", "ignored"
    job: Job | None = None
    outcome: Outcome | None = None
    reason: str = ""  #: why it ended or was handed over
    queue: str = ""
    remember: Mapping[str, Any] = field(default_factory=dict)
    added: str = ""  #: variable whose text the citizen went on with


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong with a definition: where, what, and how bad."""

    file: str
    line: int
    place: str  #: "steps.menu.options[2].to"
    message: str
    serious: bool = True  #: False = a warning
