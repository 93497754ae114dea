"""The state as canonical JSON, and back. A restored core answers every later event like the one it was taken from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from router.core.config import Config, MediumRules, Policy, QueueRules, Ring
from router.core.crews import Agent
from router.core.state import State
from router.core.waiting import WAITING, Contact, Line

VERSION = 1
_KINDS = {kind.__name__: kind for kind in (Config, MediumRules, Policy, QueueRules, Ring)}
_CONTACT = [name for name in Contact.__slots__ if name != "line"]
_AGENT = [name for name in Agent.__slots__ if name not in ("crew", "drain", "ready", "version")]


def write(state: State) -> str:
    """All of it."""
    lines = [line for line in state.lines.values() if line.n or line.wake_at is not None or line.asked is not None]
    number = {line: index for index, line in enumerate(lines)}
    wakes = [(when, kind, count, ("id", what) if what is not None and not isinstance(what, Line)
              else ("line", number.get(what) if what is not None else None))
             for when, kind, count, what in sorted(state.wakes, key=lambda each: each[:3])]
    learner = state.learner
    return json.dumps({
        "version": VERSION, "now": state.now, "config": _out(state.config), "told": state.told, "turn": state.turn,
        "count": state.count, "seen": _out(list(state.seen)), "paused": _out(state.paused),
        "closed": _out(state.closed), "learner": _out([learner.counted, learner.used, learner.seen, learner.next,
                                                       learner.means]),
        "agents": [[_out(getattr(agent, name)) for name in _AGENT] for agent in state.floor.agents.values()],
        "bands": [agent.crew.band if agent.crew is not None else 0 for agent in state.floor.agents.values()],
        "contacts": [[_out(getattr(contact, name)) for name in _CONTACT] for contact in state.contacts.values()],
        "based": _out([contact for contact in state.contacts if contact in state.bases]),
        "lines": [[_out(line.key), line.wake_at, line.asked] for line in lines],
        "wakes": _out(wakes), "kept": [number[line] for line in state.kept if line in number],
        "draining": [[number[line], _out(there)] for line, agents in state.draining.items() if (there := [
            each for each in agents if each in state.floor.agents and state.floor.agents[each].drain is line])],
        "seen_idle": state.seen_idle, "seen_staff": state.seen_staff, "finely": state.finely,
        "unserved": _out(list(state.unserved)),
    }, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read(snapshot: str) -> State:
    """A state that is equal in everything that decides."""
    told = json.loads(snapshot)
    if told["version"] != VERSION:
        raise ValueError(f"a snapshot of version {told['version']}; this router reads version {VERSION}")
    state = State(_in(told["config"]))
    state.now, state.told, state.turn, state.count = told["now"], told["told"], told["turn"], told["count"]
    state.seen = dict.fromkeys(_in(told["seen"]))
    state.paused, state.closed = _in(told["paused"]), _in(told["closed"])
    learner = state.learner
    learner.counted, learner.used, learner.seen, learner.next, learner.means = _in(told["learner"])
    for values in told["agents"]:
        _agent(state, values)
    for values in told["contacts"]:
        contact = Contact(0)
        for name, value in zip(_CONTACT, values, strict=True):
            setattr(contact, name, _in(value))
        state.contacts[contact.id] = contact
    state.unserved = dict.fromkeys(_in(told["unserved"]))
    for agent, band in zip(state.floor.agents.values(), told["bands"], strict=True):
        if agent.crew is not None:
            agent.crew.band = band
    _queue(state, told)
    state.seen_idle, state.seen_staff, state.finely = told["seen_idle"], told["seen_staff"], told["finely"]
    state.floor.changed = 0
    state.out = []
    return state


def _agent(state: State, values: list[Any]) -> None:
    agent = Agent(0)
    for name, value in zip(_AGENT, values, strict=True):
        setattr(agent, name, _in(value))
    state.floor.agents[agent.id] = agent
    state.floor.join(agent)
    state.floor.stand(agent)


def _queue(state: State, told: dict[str, Any]) -> None:
    """Everybody in line again, and the moments to come."""
    lines: list[Line] = []
    for key, _, _ in told["lines"]:
        lines.append(state.line(_in(key)))
    out = state.out
    for number in _in(told["based"]):
        state.bases[number] = state.base(state.contacts[number])
    for contact in state.contacts.values():
        if contact.state == WAITING:
            state.enqueue(contact)
    state.out = out
    state.wakes = []
    for line, (_, wake_at, asked) in zip(lines, told["lines"], strict=True):
        line.wake_at, line.asked = wake_at, asked
    for when, kind, count, (what, which) in _in(told["wakes"]):
        line_or_id = (lines[which] if which is not None else None) if what == "line" else which
        state.wakes.append((when, kind, count, line_or_id))
    state.count = told["count"]
    state.retry.clear()
    for index, agents in told["draining"]:
        state.draining[lines[index]] = dict.fromkeys(_in(agents))
        for number in state.draining[lines[index]]:
            state.floor.empty(state.floor.agents[number], lines[index])
    state.kept = {lines[index]: None for index in told["kept"]}


def _out(value: Any) -> Any:
    """Plain JSON; what is no list, text or number carries a mark."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return [_out(each) for each in value]
    if isinstance(value, tuple):
        return {"tuple": [_out(each) for each in value]}
    if isinstance(value, (frozenset, set)):
        return {"set": sorted((_out(each) for each in value), key=json.dumps)}
    if isinstance(value, Mapping):
        return {"map": [[_out(key), _out(each)] for key, each in value.items()]}
    if is_dataclass(value) and type(value).__name__ in _KINDS:
        return {"kind": type(value).__name__, "is": {each.name: _out(getattr(value, each.name))
                                                     for each in fields(value)}}
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def _in(value: Any) -> Any:
    if isinstance(value, list):
        return [_in(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(_in(each) for each in value["tuple"])
    if "set" in value:
        return frozenset(_in(each) for each in value["set"])
    if "map" in value:
        return {_in(key): _in(each) for key, each in value["map"]}
    return _KINDS[value["kind"]](**{name: _in(each) for name, each in value["is"].items()})
