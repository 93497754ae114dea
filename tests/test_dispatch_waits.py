"""The honest wait beside the core, told the same: both must mean the same people and the same order."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from router import core
from router.dispatch.picture import Desk
from router.model import QueueId
from router.records import Queue
from router.rules.plan import Plan
from router.rules.wait import brought, needed, ranked
from router.simulation.draw import draw
from router.simulation.reading import parse
from router.simulation.waits import Waits as Watcher
from tests.scenarios import town

GAS, HIGH, ALL, WATER = QueueId(1), QueueId(2), QueueId(3), QueueId(4)
QUEUES = {
    GAS: Queue(id=GAS, name="gas", title_fa="گاز", title_en="Gas", skills=("gas",), levels={"gas": 3},
               overflow=({"after": 60, "relax": 2},)),
    HIGH: Queue(id=HIGH, name="high", title_fa="فوری", title_en="Urgent", skills=("gas",), levels={"gas": 3},
                priority=50),
    ALL: Queue(id=ALL, name="all", title_fa="همه", title_en="All"),
    WATER: Queue(id=WATER, name="water", title_fa="آب", title_en="Water", skills=("gas",), levels={"gas": 3},
                 overflow=({"after": 60, "queues": ["all"]},))}


class Told:
    """A desk in memory to which a test tells what happens."""

    def __init__(self) -> None:
        self.desk, self.ms = Desk(Plan(queues=QUEUES)), 0

    def agent(self, number: int, level: int = 0, *, state: str = "ready", paused: tuple[str, ...] = (),
              **more: Any) -> None:
        skills = {"gas": level} if level else {}
        self.desk.tell(core.AgentProfile(at=self.ms, agent=number, skills=skills, **more))
        self.desk.tell(core.AgentStateChanged(at=self.ms, agent=number, state=state, except_media=frozenset(paused)))

    def queue(self, number: int, queue: QueueId = GAS, **more: Any) -> None:
        self.desk.tell(core.ContactQueued(at=self.ms, contact=number, queue=queue, medium=more.pop("medium", "sms"),
                                          **more))

    def wait(self, ms: int) -> None:
        self.ms += ms
        self.desk.tell(core.TimerFired(at=self.ms))

    def both(self, contact: int) -> Any:
        """(what the core says, what the estimator says)"""
        return self.desk.core.explain(contact, self.ms), self.desk.waits.estimate(contact, self.ms)


def busy(told: Told, *agents: int) -> None:
    """Each has as much in hand as fits."""
    for agent in agents:
        told.desk.tell(core.LoadChanged(at=told.ms, agent=agent, points=6))


@pytest.mark.parametrize("weak", [0, 9])
def test_only_who_has_the_level_counts(weak: int) -> None:
    told = Told()
    told.agent(1, 4)
    busy(told, 1)
    for number in range(weak):
        told.agent(10 + number, 1)
    for number in range(6):
        told.queue(100 + number)
    known, said = told.both(105)
    assert (known["able"], said.people) == (1, 1) and said.place == known["place"]["ahead"] + 1 == 6
    alone = Told()
    alone.agent(1, 4)
    for number in range(6):
        alone.queue(100 + number)
    assert said.middle == pytest.approx(alone.both(105)[1].middle, rel=.2)


def test_a_ring_that_lowers_the_level_or_asks_another_queues_agents_adds_them_from_then_on() -> None:
    for queue, level in ((GAS, 1), (WATER, 0)):
        told = Told()
        told.agent(1, 4)
        told.agent(2, level)
        busy(told, 1, 2)
        told.queue(100, queue)
        assert told.both(100)[1].people == 1
        told.wait(61_000)
        known, said = told.both(100)
        assert (known["ring"], known["able"], said.people) == (1, 2, 2)
        told.desk.tell(core.ContactChanged(at=told.ms, contact=100, requires={"welding": 1}))
        assert told.both(100)[1].people == told.both(100)[0]["able"] == (0 if queue == GAS else 2)


def test_a_higher_priority_is_before_whatever_the_segment_and_a_change_of_it_too() -> None:
    told = Told()
    told.agent(1, 4)
    busy(told, 1)
    for number in range(4):
        told.queue(100 + number, segment="vip")
    told.queue(110)
    told.wait(1000)
    for number in range(20):
        told.queue(200 + number, HIGH)
    known, said = told.both(110)
    assert known["place"]["ahead"] == 24 and said.place == 25
    told.desk.tell(core.ContactChanged(at=told.ms, contact=110, priority=60))
    known, said = told.both(110)
    assert known["place"]["ahead"] == 0 and said.place == 1
    told.desk.tell(core.ContactChanged(at=told.ms, contact=110, priority=0, queue=HIGH))
    assert told.both(110)[1].place == told.both(110)[0]["place"]["ahead"] + 1 == 1


def test_nothing_is_said_where_nobody_speaks_it_or_all_have_paused_it_or_only_help_later() -> None:
    told = Told()
    told.agent(1, languages={"fa": 5})
    told.queue(100, ALL, language="en")
    told.queue(101, ALL, language="fa")
    known, said = told.both(100)
    assert (known["able"], said.people, said.basis, said.reason) == (0, 0, "none", "nobody-able")
    assert told.desk.interval(100, told.ms) is None  # type: ignore[arg-type]
    told.agent(2, languages={"en": 5})
    assert told.both(100)[1].people == 1
    told.desk.tell(core.ContactChanged(at=told.ms, contact=100, language="fa"))
    assert told.both(100)[1].people == 1

    told = Told()
    told.agent(1, paused=("sms",))
    told.queue(100, ALL)
    known, said = told.both(100)
    assert (known["able"], said.people, said.basis, said.reason) == (0, 0, "none", "nobody-able")
    told.queue(101, ALL, medium="webchat")
    assert told.both(101)[0]["state"] == "offered" and told.both(101)[1].people == 1
    told.agent(1)
    assert told.both(100)[1].people == 1

    told = Told()
    told.agent(1, backup_after_ms=600_000)
    told.queue(100, ALL)
    said = told.both(100)[1]
    assert (said.people, said.basis, said.reason) == (0, "none", "nobody-on-duty")
    told.agent(1)  # helps at once from now on
    assert told.both(100)[0]["state"] == "offered" and told.both(100)[1].people == 1


@pytest.mark.parametrize("late", [False, True], ids=["who stands back was there", "who stands back comes later"])
def test_who_stands_back_counts_from_the_moment_they_may_help(late: bool) -> None:
    def helpers() -> None:
        told.agent(2, 4, backup_after_ms=120_000)
        told.agent(3, 1, backup_after_ms=60_000)  # in the ring only
        busy(told, 2, 3)

    told = Told()
    told.agent(1, 4)
    busy(told, 1)
    if not late:
        helpers()
    told.queue(100)
    told.wait(1000)
    told.queue(101)
    assert [told.both(each)[1].people for each in (100, 101)] == [1, 1]
    told.wait(118_000)
    if late:
        helpers()
        told.wait(1)
    assert [told.both(each)[1].people for each in (100, 101)] == [2, 2]
    assert [told.both(each)[0]["able"] for each in (100, 101)] == [2, 2]
    before = told.both(101)[1]
    told.wait(1000)
    assert [told.both(each)[1].people for each in (100, 101)] == [3, 2]
    assert [told.both(each)[0]["able"] for each in (100, 101)] == [3, 2]
    assert told.both(100)[1].middle < before.middle
    told.queue(102)  # who comes now is helped by none of them yet
    assert (told.both(102)[1].people, told.both(102)[0]["able"]) == (1, 1)
    told.wait(1000)
    assert [told.both(each)[1].people for each in (100, 101)] == [3, 3]
    told.desk.tell(core.AgentStateChanged(at=told.ms, agent=2, state="away"))
    assert [told.both(each)[1].people for each in (100, 101)] == [2, 2]
    told.desk.tell(core.AgentRemoved(at=told.ms, agent=3))
    assert [told.both(each)[1].people for each in (100, 101)] == [1, 1]
    told.desk.tell(core.AgentStateChanged(at=told.ms, agent=2, state="ready"))
    told.queue(101)  # a transfer keeps what it has waited, and who may help with it
    assert told.both(101)[1].people == told.both(101)[0]["able"] == 2


def test_where_only_they_help_nothing_is_said_until_they_may() -> None:
    told = Told()
    told.agent(1, backup_after_ms=600_000)
    busy(told, 1)
    told.queue(100, ALL)
    told.queue(101, ALL, queued_at=-700_000)  # as after a restart
    assert (told.both(100)[1].reason, told.both(100)[1].people) == ("nobody-on-duty", 0)
    assert (told.both(101)[1].people, told.both(101)[0]["able"]) == (1, 1)
    told.wait(600_000)
    assert [told.both(each)[1].people for each in (100, 101)] == [1, 1]
    assert told.desk.interval(100, told.ms) is not None  # type: ignore[arg-type]


def test_what_a_queue_asks_is_asked_anew_when_it_is_set_otherwise() -> None:
    told = Told()
    told.agent(1, 1)
    told.queue(100, HIGH)
    assert told.both(100)[1].reason == "nobody-able"
    at = told.desk.waits.estimator._waits[100].since
    told.desk.waits.replan(Plan(queues={**QUEUES, HIGH: replace(QUEUES[HIGH], levels={})}))
    assert told.both(100)[1].people == 1 and told.desk.waits.estimator._waits[100].since == at


def test_levels_languages_and_ranks_as_one_comparable_thing() -> None:
    assert needed({"gas": 3}, "en") <= brought({"gas": 3, "water": 1}, ["fa", "en"])
    assert not needed({"gas": 3}) <= brought({"gas": 2}) and not needed({}, "en") <= brought({"en": 5})
    assert needed({"gas": 0}) <= brought({"gas": 1}) and not needed({"gas": 1}) <= brought({"gas": 0})
    assert len(brought({"gas": 10**9})) == 5
    assert ranked(3, 1) < ranked(0) < ranked(1) < ranked(0, -1)


def test_the_simulators_watcher_means_the_same() -> None:
    day = draw(parse(json.dumps(town())), 1)
    arrival = replace(day.arrivals[0], levels={day.arrivals[0].skills[0]: 4}, language="en", priority=2)
    kind = Watcher(day).kind(arrival)
    assert kind.skills == needed({skill: arrival.levels.get(skill, 1) for skill in arrival.skills}, "en")
    assert kind.rank == ranked(list(day.segments).index(arrival.segment), 2)


def test_what_was_said_before_others_may_help_is_judged_by_what_came_true() -> None:
    told = Told()
    told.agent(1, 4)
    told.agent(2, 4, backup_after_ms=60_000)
    busy(told, 1, 2)
    told.queue(100)
    assert told.both(100)[1].people == 1
    told.wait(61_000)
    assert told.both(100)[1].people == 2
    told.desk.tell(core.ContactTaken(at=told.ms, contact=100, agent=2, medium="sms", queue=GAS))
    record = told.desk.waits.estimator.records()["sms"]
    assert (record["n"], record["mean_wait"]) == (1, 61.0)
