"""One definition from its TOML text; every fault is named with its line, step and key. Pure: reads no file.

    [flow]                         [steps.topic]
    name = "complaint"             kind = "ask"
    start = "topic"                answer = "text"
                                   save = "topic"
                                   text = { fa = "...", en = "..." }
                                   next = "confirm"
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from desk.flows import expr
from desk.flows.model import LANGUAGES, Answer, Definition, Fault, Option, Outcome, Step

LONGEST = 200_000  #: characters of a file
STEPS = 300
OPTIONS = 50
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HEAD = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"-]+)\s*=")

#: What a step of each kind may say beside `kind`; a star marks what it must.
KINDS: Mapping[str, str] = {
    "say": "text* next",
    "ask": "answer* text* again save* options least most optional types next",
    "language": "text next",
    "branch": "cases* otherwise*",
    "remember": "values* next",
    "lookup": "question* helped* unhelped* otherwise*",
    "call": "endpoint* method path send values text next* failed*",
    "case": "service* question text next",
    "status": "question* next* otherwise*",
    "run": "flow* next",
    "hand-over": "queue text closed",
    "survey": "scale text comment next",
    "end": "text outcome",
}
_FLOW = frozenset({"name", "title", "start", "languages", "media", "queue", "reminder_minutes", "timeout_minutes",
                   "on_timeout", "misses", "upgrade", "on_code"})
_TARGETS = ("next", "otherwise", "failed", "closed", "helped", "unhelped")
#: Names that are always there.
GIVEN = frozenset({"reference", "desk", "name", "case_code", "case_state", "survey_score", "survey_comment", "medium",
                   "language", "helped", "given_code"})


class Reading:
    """Collects faults while a file becomes a definition."""

    def __init__(self, file: str, source: str) -> None:
        self.file, self.lines = file, lines_of(source)
        self.faults: list[Fault] = []

    def fault(self, place: str, message: str, *, serious: bool = True) -> None:
        """Remember one."""
        self.faults.append(Fault(file=self.file, line=line_at(self.lines, place), place=place, message=message,
                                 serious=serious))


def read(file: str, source: str) -> tuple[Definition | None, list[Fault]]:
    """The definition, or None when it cannot even be looked at, and everything that is wrong with its form."""
    if len(source) > LONGEST:
        return None, [Fault(file=file, line=1, place="", message=f"the file is longer than {LONGEST} characters")]
    try:
        table = tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else 1
        return None, [Fault(file=file, line=line, place="", message=f"not valid TOML: {error}")]
    reading = Reading(file, source)
    definition = _definition(table, source, reading)
    return definition, reading.faults


def lines_of(source: str) -> dict[str, int]:
    """Where each table and key stands, by dotted place."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    where = ""
    for number, line in enumerate(source.split("\n"), 1):
        if match := _HEAD.fullmatch(line):
            where = match[2].replace('"', "").replace(" ", "")
            if match[1] == "[[":
                counts[where] = counts.get(where, -1) + 1
                where = f"{where}[{counts[where]}]"
            found.setdefault(where, number)
        elif match := _KEY.match(line):
            found.setdefault(f"{where}.{match[1].replace(chr(34), '')}".lstrip("."), number)
    return found


def line_at(lines: Mapping[str, int], place: str) -> int:
    """The line of a place, or of the nearest that contains it."""
    while place:
        if place in lines:
            return lines[place]
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return 1


def _definition(table: Mapping[str, Any], source: str, reading: Reading) -> Definition | None:
    for key in table.keys() - {"flow", "steps", "migrate"}:
        reading.fault(key, f"unknown table; known are flow, steps, migrate{_near(key, ('flow', 'steps', 'migrate'))}")
    head, steps = _table(table, "flow", reading), _table(table, "steps", reading)
    for key in head.keys() - _FLOW:
        reading.fault(f"flow.{key}", f"unknown key{_near(key, _FLOW)}")
    name = str(head.get("name", ""))
    if not _NAME.fullmatch(name):
        reading.fault("flow.name", "is missing or not lower-case letters, digits and '-', at most 40")
        return None
    if not steps or len(steps) > STEPS:
        reading.fault("steps", f"a flow has 1 to {STEPS} steps")
        return None
    made = {key: _step(key, part, reading) for key, part in steps.items()}
    for key in made:
        if not _NAME.fullmatch(key) or key == "end":
            reading.fault(f"steps.{key}", "a step's name is lower-case letters, digits and '-', and not \"end\"")
    return Definition(
        name=name, steps=made, source=source, lines=reading.lines,
        title=_text(head.get("title", {}), "flow.title", reading), on_code=str(head.get("on_code", "")),
        start=str(head.get("start", next(iter(made)))), languages=_words(head, "languages", LANGUAGES, reading),
        media=_words(head, "media", (), reading), queue=str(head.get("queue", "")),
        reminder_minutes=_number(head, "reminder_minutes", 0, 0, 10_080, reading),
        timeout_minutes=_number(head, "timeout_minutes", 60, 0.01, 43_200, reading),
        on_timeout=_one_of(head, "on_timeout", ("close", "hand-over"), reading, "flow"),
        misses=int(_number(head, "misses", 3, 1, 10, reading)),
        upgrade=_one_of(head, "upgrade", ("pinned", "now"), reading, "flow"),
        migrate={str(k): str(v) for k, v in _table(table, "migrate", reading).items()})


def _table(table: Mapping[str, Any], name: str, reading: Reading) -> Mapping[str, Any]:
    part = table.get(name, {})
    if isinstance(part, dict):
        return part
    reading.fault(name, f"must be a table, [{name}]")
    return {}


def _step(key: str, part: Any, reading: Reading) -> Step:
    place = f"steps.{key}"
    kind = str(part.get("kind", "")) if isinstance(part, dict) else ""
    if kind not in KINDS:
        reading.fault(f"{place}.kind", f"{kind!r} is no kind of step{_near(kind, KINDS)}")
        return Step(id=key, kind="end")
    known = {word.rstrip("*"): word.endswith("*") for word in KINDS[kind].split()}
    for given in part.keys() - known.keys() - {"kind"}:
        reading.fault(f"{place}.{given}", f"a step of kind {kind!r} has no {given!r}{_near(given, known)}")
    for needed in [word for word, must in known.items() if must and word not in part]:
        reading.fault(place, f"{needed!r} is missing")
    values = {name: _READ[name](part[name], f"{place}.{name}", reading) for name in known.keys() & part.keys()}
    return Step(id=key, kind=kind, **{name: value for name, value in values.items() if value is not None})


def _text(value: Any, place: str, reading: Reading) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(words, str) for words in value.values()):
        reading.fault(place, 'must be words by language, { fa = "...", en = "..." }')
        return {}
    for language in value.keys() - set(LANGUAGES):
        reading.fault(f"{place}.{language}", f"{language!r} is not one of {', '.join(LANGUAGES)}")
    return {language: words.strip() for language, words in value.items() if language in LANGUAGES}


def _string(value: Any, place: str, reading: Reading) -> str | None:
    if isinstance(value, str) and value and len(value) <= 500:
        return value
    reading.fault(place, "must be a text of 1 to 500 characters")
    return None


def _variable(value: Any, place: str, reading: Reading) -> str | None:
    if isinstance(value, str) and _VARIABLE.fullmatch(value):
        return value
    reading.fault(place, "a variable's name is lower-case letters, digits and '_'")
    return None


def _limit(value: Any, place: str, reading: Reading) -> float | str | None:
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    reading.fault(place, 'must be a number, or a day such as "today", "+7" or "1405/01/01"')
    return None


def _truth(value: Any, place: str, reading: Reading) -> bool | None:
    if isinstance(value, bool):
        return value
    reading.fault(place, "must be true or false")
    return None


def _strings(value: Any, place: str, reading: Reading) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(each, str) and each for each in value) and len(value) <= OPTIONS:
        return tuple(value)
    reading.fault(place, "must be a list of texts")
    return None


def _pairs(value: Any, place: str, reading: Reading) -> dict[str, str] | None:
    if isinstance(value, dict) and all(isinstance(each, str) and _VARIABLE.fullmatch(key)
                                       for key, each in value.items()):
        return dict(value)
    reading.fault(place, 'must be names with texts, { name = "..." }')
    return None


def _member(kind: type[Any]) -> Callable[[Any, str, Reading], Any]:
    def read_one(value: Any, place: str, reading: Reading) -> Any:
        known = [each.value for each in kind]
        if value in known:
            return kind(value)
        reading.fault(place, f"{value!r} is not one of {', '.join(known)}{_near(str(value), known)}")
        return None
    return read_one


def _among(*known: str) -> Callable[[Any, str, Reading], str | None]:
    def read_one(value: Any, place: str, reading: Reading) -> str | None:
        if value in known:
            return str(value)
        reading.fault(place, f"{value!r} is not one of {', '.join(known)}")
        return None
    return read_one


def _options(value: Any, place: str, reading: Reading) -> tuple[Option, ...] | None:
    if not isinstance(value, list) or not 1 <= len(value) <= OPTIONS:
        reading.fault(place, f"a choice has 1 to {OPTIONS} options")
        return None
    made = []
    for at, each in enumerate(value):
        here = f"{place}[{at}]"
        if not isinstance(each, dict) or not {"id", "label"} <= each.keys() <= {"id", "label", "words", "to"}:
            reading.fault(here, "an option has id, label and perhaps words and to")
            continue
        if not _NAME.fullmatch(str(each["id"])) or len(str(each["id"])) > 30:
            reading.fault(f"{here}.id", "lower-case letters, digits and '-', at most 30")
        made.append(Option(id=str(each["id"]), label=_text(each["label"], f"{here}.label", reading),
                           words=_strings(each.get("words", []), f"{here}.words", reading) or (),
                           to=str(each.get("to", ""))))
    if len({option.id for option in made}) < len(made):
        reading.fault(place, "two options have the same id")
    return tuple(made)


def _cases(value: Any, place: str, reading: Reading) -> tuple[tuple[expr.Expression, str], ...]:
    made = []
    for at, each in enumerate(value if isinstance(value, list) else [None]):
        here = f"{place}[{at}]"
        if not isinstance(each, dict) or each.keys() != {"when", "to"}:
            reading.fault(here, 'a case has "when" and "to"')
            continue
        try:
            made.append((expr.parse(str(each["when"])), str(each["to"])))
        except expr.BadExpression as error:
            reading.fault(f"{here}.when", f"no expression: {error}")
    return tuple(made)


def _words(head: Mapping[str, Any], name: str, otherwise: tuple[str, ...], reading: Reading) -> tuple[str, ...]:
    if name not in head:
        return otherwise
    found = _strings(head[name], f"flow.{name}", reading) or otherwise
    if name == "languages" and not set(found) <= set(LANGUAGES):
        reading.fault("flow.languages", f"known are {', '.join(LANGUAGES)}")
        return otherwise
    return found


def _number(head: Mapping[str, Any], name: str, otherwise: float, low: float, high: float, reading: Reading) -> float:
    value = head.get(name, otherwise)
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    reading.fault(f"flow.{name}", f"must be a number from {low:g} to {high:g}")
    return otherwise


def _one_of(head: Mapping[str, Any], name: str, known: tuple[str, ...], reading: Reading, table: str) -> str:
    return _among(*known)(head.get(name, known[0]), f"{table}.{name}", reading) or known[0]


def _near(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word[:60], sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


_READ: Mapping[str, Callable[[Any, str, Reading], Any]] = {
    **dict.fromkeys(_TARGETS, _string), **dict.fromkeys(("text", "again", "comment"), _text),
    "answer": _member(Answer), "save": _variable, "options": _options, "least": _limit, "most": _limit,
    "optional": _truth, "types": _strings, "cases": _cases, "values": _pairs, "send": _pairs, "question": _variable,
    "endpoint": _string, "method": _among("GET", "POST"), "path": _string, "service": _string, "flow": _string,
    "queue": _string, "scale": _among("five", "yes-no"), "outcome": _member(Outcome),
}
