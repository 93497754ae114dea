"""Planted faults are found: what watches the router can fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from router.core import AgentProfile, AgentStateChanged, ContactQueued, Core, Decision, Event, Offer
from tests.test_routing_core_walk import Watch, begin, config, event_of


def _busy() -> Any:
    core = Core(config())
    for agent in (1, 2):
        core.handle(AgentProfile(at=0, agent=agent, skills={"b": 3}))
    core.handle(AgentStateChanged(at=0, agent=1, state="ready"))
    for contact in (1, 2, 3):
        core.handle(ContactQueued(at=contact, contact=contact, queue=3, medium="voice"))
    assert core.audit() == []
    return core._state


def _idle(state: Any) -> None:
    agent = state.floor.agents[2]
    state.floor.staffed(agent, -1)
    agent.state = "ready"
    state.floor.staffed(agent, 1)
    state.floor.stand(agent)


def _swap(state: Any) -> None:
    line = state.contacts[2].line
    line.entry = (line.entry[0], 3, line)


PLANTED: list[tuple[str, Callable[[Any], None]]] = [
    ("idle", _idle),
    ("load", lambda state: setattr(state.floor.agents[1], "load", 4)),
    ("items", lambda state: state.floor.agents[2].items.update({9: 0})),
    ("crew", lambda state: state.floor.agents[2].crew.agents.pop(2)),
    ("ready", lambda state: setattr(state.floor.agents[2], "ready", True)),
    ("place", lambda state: setattr(state.contacts[2], "state", "held")),
    ("holder", lambda state: setattr(state.contacts[1], "agent", 2)),
    ("line", lambda state: setattr(state.contacts[2].line, "n", 5)),
    ("order", _swap),
    ("bucket", lambda state: state.floor.at.update({0: state.floor.at.get(0, 0) ^ 1})),
    ("duty", lambda state: setattr(state.floor.agents[1].crew, "duty", 9)),
    ("match", lambda state: setattr(state.contacts[2].line.need, "crews", 0)),
    ("whole idle", lambda state: setattr(state.floor, "whole_idle", 3)),
    ("whole staff", lambda state: setattr(state.floor, "whole_staff", 7)),
    ("waiting", lambda state: setattr(state.floor, "waiting", 0)),
    ("drain", lambda state: setattr(state.floor.agents[1], "drain", state.contacts[2].line)),
]


@pytest.mark.parametrize(("word", "plant"), PLANTED, ids=[word for word, _ in PLANTED])
def test_the_audit_names_a_planted_fault(word: str, plant: Callable[[Any], None]) -> None:
    state = _busy()
    plant(state)
    core = Core.__new__(Core)
    core._state = state
    assert any(fault.startswith(word) for fault in core.audit()), core.audit()


class Faulty(Core):
    """Says something else than it should, every now and then."""

    spoil: Callable[[list[Decision]], list[Decision]]

    def handle(self, event: Event) -> list[Decision]:
        return type(self).spoil(super().handle(event))


def _dropped(said: list[Decision]) -> list[Decision]:
    return [each for each in said if not isinstance(each, Offer)]


def _doubled(said: list[Decision]) -> list[Decision]:
    return said + [each for each in said if isinstance(each, Offer)]


def _stranger(said: list[Decision]) -> list[Decision]:
    return [replace(each, agent=(int(each.agent) + 1) % 5) if isinstance(each, Offer) else each for each in said]


def _longer(said: list[Decision]) -> list[Decision]:
    return [replace(each, expires_at=each.expires_at + 1) if isinstance(each, Offer) else each for each in said]


@pytest.mark.parametrize("spoil", [_dropped, _doubled, _stranger, _longer])
def test_the_watch_notices_decisions_that_are_wrong(spoil: Callable[[list[Decision]], list[Decision]]) -> None:
    chance = random.Random(7)
    watch = Watch(config())
    watch.core = type("Spoilt", (Faulty,), {"spoil": staticmethod(spoil)})(config())
    with pytest.raises((AssertionError, KeyError)):
        begin(watch, chance.randrange)
        for number in range(200):
            watch.tell(event_of(watch, chance.randrange, number))
