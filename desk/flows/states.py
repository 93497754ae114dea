"""A dialogue's state as JSON and back, and its way over to another version of its program. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from desk.flows.model import END, Program, State, Waits


def begin(program: Program, *, mark: str, language: str) -> State:
    """A state that has heard nothing yet."""
    return State(mark=mark, step=program.start, language=language)


def dump(state: State) -> dict[str, Any]:
    """As it is kept."""
    return asdict(state)


def load(data: Mapping[str, Any]) -> State:
    """The other way. Keys of another release are left out."""
    known = {name: data[name] for name in State.__dataclass_fields__ if name in data}
    for name in ("trail", "stacks"):
        known[name] = tuple(tuple(each) for each in known.get(name, ()))
    for name in ("stack", "sheet", "filled"):
        known[name] = tuple(known.get(name, ()))
    known["waits"] = Waits(known.get("waits", "answer"))
    return State(**known)


def moved(state: State, program: Program) -> tuple[State, str]:
    """The state in another version of the program, and how the citizen stands there: "same" step, "moved" to the step
    that a rule names, or "restart": the step is gone and no rule says what stands for it; what they told is kept."""
    step = _successor(state.step, program)
    stack = tuple(_successor(each, program) for each in state.stack)
    if not step or step == END or not all(stack):
        return replace(state, step=program.start, stack=(), trail=(), part="", misses=0,
                       sheet=(), stacks=(), filled=(), waits=Waits.ANSWER), "restart"
    same = step == state.step
    named = {*state.sheet, *(each for stack in state.stacks for each in stack)}
    sheet = state.sheet if same and named <= program.steps.keys() else ()
    trail = tuple(each for each in state.trail if all(name in program.steps for name in each))
    kept = replace(state, step=step, stack=stack, trail=trail, part=state.part if same else "", sheet=sheet,
                   stacks=state.stacks if sheet else (), filled=state.filled if sheet else ())
    return kept, "same" if same else "moved"


def _successor(step: str, program: Program) -> str:
    for _ in range(10):  # a rule may lead to a step that is gone as well
        if step in program.steps:
            return step
        step = program.migrate.get(step, "")
        if step in ("", END):
            return step
    return ""
