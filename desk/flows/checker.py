"""What is wrong with definitions beyond their form: ways that lead nowhere, words missing or too long. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from desk.flows import days, link
from desk.flows.definition import GIVEN, Reading, read
from desk.flows.model import END, Answer, Definition, Fault, Step, Text
from desk.flows.render import filled_names

#: Longest text that a medium carries well, in characters of the words without variables: (Persian, English). A text
#: message of three parts; what a caller still remembers at the end of a sentence.
FITS: Mapping[str, tuple[int, int]] = {"sms": (201, 459), "voice": (350, 450), "telegram": (4_000, 4_000),
                                       "webchat": (4_000, 4_000), "email": (20_000, 20_000)}
#: Answers that cannot be given there.
_CANNOT: Mapping[str, frozenset[str]] = {"voice": frozenset({"file", "location"}), "sms": frozenset({"file"})}
_KEYS = 9  #: choices that one key of a telephone can tell apart
_A_DAY = date(2026, 3, 21)  #: any; only whether a limit is a day is asked
_OUTSIDE = re.compile(r"https?://", re.IGNORECASE)


def check(files: Mapping[str, str], *, queues: Sequence[str] = (), endpoints: Sequence[str] = (),
          known: Mapping[str, Definition] | None = None) -> tuple[dict[str, Definition], list[Fault]]:
    """Definitions by name, and every fault. `known` are definitions that the files may run besides one another; empty
    `queues` or `endpoints` = not known here, so not checked."""
    made: dict[str, Definition] = {}
    faults: list[Fault] = []
    of_file: dict[str, str] = {}
    for file, source in files.items():
        definition, found = read(file, source)
        faults += found
        if definition is None:
            continue
        if definition.name in made:
            faults.append(Fault(file=file, line=1, place="flow.name",
                                message=f"{definition.name!r} stands in two files"))
            continue
        made[definition.name], of_file[definition.name] = definition, file
    everything = {**(known or {}), **made}
    for name, definition in made.items():
        faults += _checked(of_file[name], definition, everything, queues, endpoints)
    return made, sorted(faults, key=lambda fault: (fault.file, fault.line, fault.place))


def _checked(file: str, flow: Definition, known: Mapping[str, Definition], queues: Sequence[str],
             endpoints: Sequence[str]) -> list[Fault]:
    reading = Reading(file, flow.source)
    if flow.start not in flow.steps:
        reading.fault("flow.start", f"there is no step {flow.start!r}")
    if flow.on_code and flow.on_code not in flow.steps:
        reading.fault("flow.on_code", f"there is no step {flow.on_code!r}")
    for place, text in _texts(flow):
        _check_text(flow, place, text, reading)
    for key, step in flow.steps.items():
        _check_step(flow, key, step, known, queues, endpoints, reading)
    if flow.queue and queues and flow.queue not in queues:
        reading.fault("flow.queue", f"there is no queue {flow.queue!r}")
    for old, new in flow.migrate.items():
        if new != END and new not in flow.steps:
            reading.fault(f"migrate.{old}", f"there is no step {new!r}")
        if old in flow.steps:
            reading.fault(f"migrate.{old}", "this step still exists", serious=False)
    _check_ways(flow, known, reading)
    _check_names(flow, known, reading)
    return reading.faults


def _texts(flow: Definition) -> Iterator[tuple[str, Text]]:
    yield "flow.title", flow.title
    for key, step in flow.steps.items():
        for name in ("text", "again", "comment"):
            if text := getattr(step, name):
                yield f"steps.{key}.{name}", text
        for at, option in enumerate(step.options):
            yield f"steps.{key}.options[{at}].label", option.label


def _check_text(flow: Definition, place: str, text: Text, reading: Reading) -> None:
    for language in flow.languages:
        words = text.get(language, "")
        if not words:
            reading.fault(place, f"there are no words in {language!r}")
            continue
        for medium in flow.media:
            most = FITS.get(medium, (20_000, 20_000))[0 if language == "fa" else 1]
            if len(words) > most:
                reading.fault(f"{place}.{language}", f"{len(words)} characters; {medium} carries {most} well")
        if "voice" in flow.media and _OUTSIDE.search(words):
            reading.fault(f"{place}.{language}", "an address of the web cannot be spoken", serious=False)


def _check_step(flow: Definition, key: str, step: Step, known: Mapping[str, Definition], queues: Sequence[str],
                endpoints: Sequence[str], reading: Reading) -> None:
    place = f"steps.{key}"
    for name in ("next", "otherwise", "failed", "closed", "helped", "unhelped"):
        target = getattr(step, name)
        if target and target != END and target not in flow.steps:
            reading.fault(f"{place}.{name}", f"there is no step {target!r}")
    for at, (_, target) in enumerate(step.cases):
        if target != END and target not in flow.steps:
            reading.fault(f"{place}.cases[{at}].to", f"there is no step {target!r}")
    for at, option in enumerate(step.options):
        if option.to and option.to != END and option.to not in flow.steps:
            reading.fault(f"{place}.options[{at}].to", f"there is no step {option.to!r}")
    if step.kind == "run" and step.flow not in known:
        reading.fault(f"{place}.flow", f"there is no flow {step.flow!r}")
    if step.queue and queues and step.queue not in queues:
        reading.fault(f"{place}.queue", f"there is no queue {step.queue!r}")
    if step.endpoint and endpoints and step.endpoint not in endpoints:
        reading.fault(f"{place}.endpoint", f"there is no endpoint {step.endpoint!r} in the settings")
    if step.kind == "ask":
        _check_question(flow, place, step, reading)


def _check_question(flow: Definition, place: str, step: Step, reading: Reading) -> None:
    if (step.answer is Answer.CHOICE) != bool(step.options):
        reading.fault(place, "a choice has options, and no other answer has")
    if "voice" in flow.media and len(step.options) > _KEYS:
        reading.fault(f"{place}.options", f"a telephone tells {_KEYS} choices apart; {len(step.options)} are here")
    cannot = [medium for medium in flow.media if step.answer.value in _CANNOT.get(medium, ())]
    if cannot and step.id in _unbranched(flow):
        there = " and ".join(cannot)
        reading.fault(f"{place}.answer", f"{there} cannot bring a {step.answer}; branch on medium before")
    for name in ("least", "most"):
        limit = getattr(step, name)
        if limit is not None and isinstance(limit, str) != (step.answer is Answer.DATE):
            reading.fault(f"{place}.{name}", "a day for dates, a number for everything else")
        elif isinstance(limit, str) and days.bound(limit, _A_DAY) is None:
            reading.fault(f"{place}.{name}", f"{limit!r} is no day")
    numbers = isinstance(step.least, int | float) and isinstance(step.most, int | float)
    if numbers and float(step.least or 0) > float(step.most or 0):
        reading.fault(f"{place}.least", "is more than most")


def _check_ways(flow: Definition, known: Mapping[str, Definition], reading: Reading) -> None:
    """Every step can be reached, from every step the end can, and no circle goes round without a question."""
    ways = {key: [t for t in link.targets(step) if t == END or t in flow.steps] for key, step in flow.steps.items()}
    reached = _closure([each for each in (flow.start, flow.on_code) if each in flow.steps], ways)
    for key in flow.steps.keys() - reached - set(flow.migrate.values()):
        reading.fault(f"steps.{key}", "no way leads here")
    back: dict[str, list[str]] = {}
    finals = [key for key, step in flow.steps.items() if step.kind in ("end", "hand-over")]
    for key, nexts in ways.items():
        for target in nexts:
            back.setdefault(target, []).append(key)
    ends = _closure([END, *finals], back)
    for key in sorted(reached - ends):
        reading.fault(f"steps.{key}", "no way leads from here to an end")
    silent = {key: [t for t in ways[key] if t in flow.steps and not _stops(flow.steps[t])]
              for key, step in flow.steps.items() if not _stops(step)}
    for key in sorted(silent):
        if key in _closure(silent[key], silent):
            reading.fault(f"steps.{key}", "goes round in a circle in which nothing is asked")
    if _runs_itself(flow.name, known):
        reading.fault("flow.name", "runs itself, directly or around a corner")


def _unbranched(flow: Definition) -> set[str]:
    """Steps that are reached whatever the medium is."""
    ways = {key: [] if any("medium" in when.names for when, _ in step.cases) else link.targets(step)
            for key, step in flow.steps.items()}
    return _closure([flow.start], ways)


def _stops(step: Step) -> bool:
    """Whether a dialogue waits here."""
    return step.kind in ("ask", "language", "survey", "lookup", "call", "hand-over", "end")


def _runs_itself(name: str, known: Mapping[str, Definition]) -> bool:
    calls = {each: [step.flow for step in flow.steps.values() if step.kind == "run"] for each, flow in known.items()}
    return name in _closure(calls.get(name, []), calls)


def _closure(start: Sequence[str], ways: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += ways.get(here, ())
    return found


def _sets(flow: Definition) -> set[str]:
    found = set()
    for step in flow.steps.values():
        if step.save:
            found.add(step.save)
        if step.kind == "call":
            found |= set(step.values)
    return found


def _check_names(flow: Definition, known: Mapping[str, Definition], reading: Reading) -> None:
    """Variables that nothing ever gives a value: in this flow, those it runs and those that run it."""
    family = {name for name in known if flow.name in link.closure(name, known)}
    there = set(GIVEN)
    for name in {*family, *(part for each in family for part in link.closure(each, known))}:
        there |= _sets(known[name])
    for place, text in _texts(flow):
        for language, words in text.items():
            for name in sorted(filled_names(words) - there):
                reading.fault(f"{place}.{language}", f"nothing gives {{{name}}} a value")
    for key, step in flow.steps.items():
        used = {"question": [step.question] if step.question else [],
                "values": list(step.values.values()) if step.kind == "remember" else [],
                "send": list(step.send.values()), "path": sorted(filled_names(step.path))}
        for name, variables in used.items():
            for variable in [v for v in variables if v not in there]:
                reading.fault(f"steps.{key}.{name}", f"nothing gives {variable!r} a value")
        for at, (when, _) in enumerate(step.cases):
            for variable in sorted(when.names - there):
                reading.fault(f"steps.{key}.cases[{at}].when", f"nothing gives {variable!r} a value")
