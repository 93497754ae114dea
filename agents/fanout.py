"""What one socket is told: of a change, of everything, or of what it missed. Pure: from views and an eye to bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from agents.projector import Loaded, Touched
from agents.scene import Changes, Scene, Shown
from agents.sight import Eye, reads, sees
from agents.views import View
from router.model import AgentId
from router.records import Contact, Entry

Put = dict[str, dict[str, Any]]
Drop = dict[str, list[int | str]]
LONGEST_GAP = 5000  #: journal entries that a resume bridges
_SMALL = ("agent", "queue", "channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a hello or an open reads from the database."""

    contacts: Mapping[int, Contact] = field(default_factory=dict)  #: the opened ones
    messages: Mapping[int, View] = field(default_factory=dict)  #: of those that may be read
    hidden: Sequence[int] = ()  #: messages of those that may not
    entries: Sequence[Entry] | None = None  #: since the client's position; None = not asked or too far


def frame(prev: int, seq: int, put: Put, drop: Drop) -> bytes:
    """One `changes` word."""
    return orjson.dumps({"op": "changes", "prev": prev, "seq": seq, "put": put, "drop": drop})


def snapshot(scene: Scene, who: Eye, agent: AgentId, messages: Mapping[int, View], seq: int) -> bytes:
    """Everything this agent may see."""
    state = {kind: _wires(scene.shown[kind]) for kind in _SMALL}
    state["contact"] = {str(number): shown.wire for number, shown in scene.shown["contact"].items()
                        if sees(who, scene.cards[number].contact)}  # type: ignore[index]
    mine = scene.shown["me"].get(agent)
    state["me"] = {} if mine is None else {"0": mine.wire}
    state["message"] = {str(number): view for number, view in messages.items()}
    state["alarms"] = _wires(scene.shown["alarms"]) if who.all else {}
    return orjson.dumps({"op": "snapshot", "seq": seq, "state": state}, option=orjson.OPT_NON_STR_KEYS)


def _wires(shown: Mapping[int | str, Shown]) -> dict[str, Any]:
    return {str(number): each.wire for number, each in shown.items()}


def bridge(scene: Scene, after: int, entries: Sequence[Entry], agent: AgentId) -> Touched | None:
    """What happened after a position; None when only a snapshot can tell it: what this agent may see changed, or
    colleagues changed before this process began to watch."""
    touched = Touched.of(entries)
    if touched.queues or agent in touched.signed or (after < scene.first and touched.agents):
        return None
    return touched


def missed(scene: Scene, who: Eye, agent: AgentId, after: int, touched: Touched, messages: Mapping[int, View],
           hidden: Sequence[int]) -> tuple[Put, Drop]:
    """What a client that knows everything up to `after` must be told. `hidden`: messages it may not see any more."""
    put: Put = {}
    for kind in _SMALL:
        _add(put, kind, {str(n): shown.wire for n, shown in scene.shown[kind].items() if shown.stamp >= after})
    if who.all:
        _add(put, "alarms", {str(n): shown.wire for n, shown in scene.shown["alarms"].items() if shown.stamp >= after})
    mine = scene.shown["me"].get(agent)
    if mine is not None and mine.stamp >= after:
        put["me"] = {"0": mine.wire}
    numbers = touched.contacts | {n for customer in touched.customers for n in scene.customers.get(customer, ())}
    numbers |= {int(number) for number, shown in scene.shown["contact"].items() if shown.stamp > after}
    seen = {number for number in numbers if number in scene.cards and sees(who, scene.cards[number].contact)}
    _add(put, "contact", {str(number): scene.shown["contact"][number].wire for number in sorted(seen)})
    _add(put, "message", {str(number): view for number, view in messages.items()})
    drop: Drop = {}
    _add(drop, "contact", sorted(touched.contacts - seen))
    _add(drop, "message", list(hidden))
    _add(drop, "agent", [number for (_, number), stamp in scene.gone.items() if stamp >= after])
    return put, drop


def told(scene: Scene, who: Eye, agent: AgentId, looking: Iterable[int], made: Changes, news: Loaded | None,
         opened: Mapping[int, Contact]) -> tuple[Put, Drop]:
    """One change as this agent sees it. `looking`: contacts this socket has open; `opened`: those of all sockets, as
    they are now."""
    put: Put = {}
    drop: Drop = {}
    for kind in _SMALL:
        _add(put, kind, _wires(made.put.get(kind, {})))
        _add(drop, kind, list(made.gone.get(kind, ())))
    if who.all:
        _add(put, "alarms", _wires(made.put.get("alarms", {})))
    mine = made.put.get("me", {}).get(agent)
    if mine is not None:
        put["me"] = {"0": mine.wire}
    _add(put, "contact", {str(number): shown.wire for number, shown in made.put.get("contact", {}).items()
                          if sees(who, scene.cards[number].contact)})  # type: ignore[index]
    _add(drop, "contact", [
        number for number, (was, now) in made.moved.items()
        if was is not None and sees(who, was) and (now is None or not sees(who, now))])
    if news is not None:
        looking = set(looking)
        _add(put, "message", {str(number): view for number, view in news.messages.items()
                              if view["contact"] in looking and reads(who, opened[view["contact"]])})
        _add(drop, "message", [message for number in sorted(lost(who, looking, made))
                               for message in news.told.get(number, ())])
    return put, drop


def lost(who: Eye, looking: Iterable[int], made: Changes) -> set[int]:
    """Of these contacts, those that moved out of this agent's sight altogether."""
    return {number for number in looking
            if number in made.moved and (now := made.moved[number][1]) is not None and not reads(who, now)}


def found(who: Eye, looking: Iterable[int], made: Changes) -> bool:
    """Whether one of these contacts moved into this agent's sight."""
    return any(number in made.moved and (now := made.moved[number][1]) is not None and reads(who, now)
               for number in looking)


def _add(target: dict[str, Any], kind: str, found: Any) -> None:
    if found:
        target[kind] = found
