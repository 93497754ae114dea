"""Joins a definition with all that it runs into one program, whose version is the digest of every source. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from desk.flows.model import END, Definition, Option, Program, Step


def closure(name: str, known: Mapping[str, Definition]) -> list[str]:
    """The definition and every one it runs, itself first; unknown ones are left out."""
    found, waiting = [], [name]
    while waiting:
        here = waiting.pop(0)
        if here in found or here not in known:
            continue
        found.append(here)
        waiting += [step.flow for step in known[here].steps.values() if step.kind == "run"]
    return found


def program(name: str, known: Mapping[str, Definition]) -> Program:
    """The program that starts with a definition. KeyError when it is not known."""
    parts = closure(name, known)
    head = known[name]
    digest = hashlib.sha256()
    steps: dict[str, Step] = {}
    moved: dict[str, str] = {}
    for part in parts:
        moved |= {f"{part}/{old}": f"{part}/{new}" if new != END else END for old, new in known[part].migrate.items()}
        digest.update(f"{part}\0{known[part].source}\0".encode("utf-8", "surrogatepass"))
        for key, step in known[part].steps.items():
            steps[f"{part}/{key}"] = _qualified(step, part, known)
    return Program(name=name, version=digest.hexdigest()[:16], start=f"{name}/{head.start}", steps=steps, head=head,
                   parts=tuple(parts), migrate=moved)


def _qualified(step: Step, part: str, known: Mapping[str, Definition]) -> Step:
    def to(target: str) -> str:
        return target if target in ("", END) else f"{part}/{target}"
    options = tuple(Option(id=o.id, label=o.label, words=o.words, to=to(o.to)) for o in step.options)
    runs = f"{step.flow}/{known[step.flow].start}" if step.kind == "run" and step.flow in known else step.flow
    return replace(
        step, id=f"{part}/{step.id}", next=to(step.next), otherwise=to(step.otherwise), failed=to(step.failed),
        closed=to(step.closed), helped=to(step.helped), unhelped=to(step.unhelped), options=options, flow=runs,
        cases=tuple((when, to(target)) for when, target in step.cases))


def targets(step: Step) -> list[str]:
    """Every step that one may lead to, in order."""
    if step.kind in ("end", "hand-over"):
        return [step.closed] if step.closed else []
    found = [target for _, target in step.cases]
    found += [option.to for option in step.options if option.to]
    fallthrough = step.kind not in ("branch", "lookup") and not (
        step.options and all(option.to for option in step.options) and not step.optional)
    found += [step.next] if fallthrough else []
    return found + [each for each in (step.otherwise, step.failed, step.helped, step.unhelped) if each]
