"""Every short history at small scope keeps the invariants: two agents, three contacts, two skills, two media.

States that can only go on alike are looked at once. `PISHKHAN_ROUTING_DEPTH=7` makes the histories as long as that.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from hashlib import blake2b

from router.core import (
    AgentStateChanged,
    ContactGone,
    ContactQueued,
    Core,
    Event,
    Ignored,
    OfferAccepted,
    OfferDeclined,
    Policy,
    TimerFired,
    WorkEnded,
    snapshots,
)
from tests.test_routing_core import Desk

EVENTS: list[Event] = [
    ContactQueued(at=0, contact=1, queue="q", medium="voice", requires={"a": 1}),
    ContactQueued(at=0, contact=2, queue="q", medium="chat", requires={"b": 1}, segment="vip"),
    ContactQueued(at=0, contact=3, queue="q", medium="chat"),
    AgentStateChanged(at=0, agent=1, state="ready"), AgentStateChanged(at=0, agent=2, state="away"),
    OfferAccepted(at=0, contact=1), OfferDeclined(at=0, contact=2), ContactGone(at=0, contact=1),
    WorkEnded(at=0, contact=1), TimerFired(at=0),
]
STEP_MS = 25_000
FEWEST = {4: 1_500, 5: 7_000, 6: 25_000, 7: 90_000}  #: so many events are told at least: an empty search proves nothing
#: What decides nothing here: numbers that only make things different, statistics, words for people.
_COUNTS = ("count", "turn", "learner", "seen")
_AGENT = [at for at, name in enumerate(snapshots._AGENT) if name not in ("given", "spent", "turn")]
_CONTACT = [at for at, name in enumerate(snapshots._CONTACT) if name not in ("attempt", "terms", "told", "patience")]


def same(snapshot: str) -> bytes:
    """Equal for states that answer every later event alike."""
    told = {name: value for name, value in json.loads(snapshot).items() if name not in _COUNTS}
    told["agents"] = [[agent[at] for at in _AGENT] for agent in told["agents"]]
    told["contacts"] = sorted(([contact[at] for at in _CONTACT] for contact in told["contacts"]), key=json.dumps)
    told["wakes"] = sorted(json.dumps([when, kind, what]) for when, kind, _, what in (
        each["tuple"] for each in told["wakes"]))
    return blake2b(json.dumps(told).encode(), digest_size=16).digest()


def test_every_short_history_keeps_the_invariants() -> None:
    depth = int(os.environ.get("PISHKHAN_ROUTING_DEPTH", "5"))
    desk = Desk(Policy(guard=2))
    desk.agent(1, state="offline", skills={"a": 3})
    desk.agent(2, skills={"a": 3, "b": 3}, capacity=6)
    ends, told = [desk.core.snapshot()], 0
    for step in range(1, depth + 1):
        fresh: dict[bytes, str] = {}
        for snapshot in ends:
            for event in EVENTS:
                core = Core.restore(snapshot)
                said = core.handle(replace(event, at=step * STEP_MS))
                told += 1
                assert core.audit() == [], (snapshot, event, said)
                if step < depth and not any(isinstance(each, Ignored) for each in said):
                    after = core.snapshot()
                    fresh.setdefault(same(after), after)
        ends = list(fresh.values())
    assert told >= FEWEST.get(depth, 0)
