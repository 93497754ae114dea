"""A day is lived again by the rules it had: levels, languages, who else may after a while, hours of queues."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from router.simulation.history import HistoryError, read_lines
from router.simulation.replay import replayed
from router.simulation.world import World
from tests.recorded import END, PROMISE, START


def told_day(*, after: int = 60, queue: dict[str, Any] | None = None, contact: dict[str, Any] | None = None,
             agent: dict[str, Any] | None = None, others: list[dict[str, Any]] | None = None) -> list[str]:
    """One call at noon that is answered after five minutes; whoever could serve it at once is away for ten."""
    def entry(number: int, at: int, name: str, **data: Any) -> dict[str, Any]:
        return {"seq": number, "at": (START + timedelta(hours=12, seconds=at)).isoformat(), "name": name,
                "contact": 1 if "agent" not in data or name != "agent-changed" else None, "data": data}
    facts = [
        {"fact": "queue", "id": 1, "name": "gas", "skills": ["gas"], "levels": {"gas": 3}, "accept": 30, "target": 60,
         **(queue or {"rings": [{"after": after, "relax": 1}]})},
        {"fact": "queue", "id": 2, "name": "water", "skills": ["water"]},
        {"fact": "agent", "id": 1, "skills": {"gas": 2}, **(agent or {})},
        {"fact": "agent", "id": 9, "skills": {"gas": 3}, "languages": ["en"]},
        {"fact": "contact", "id": 1, "medium": "voice", "effort": 6, **(contact or {})}, *(others or [])]
    return [json.dumps(each) for each in [
        *facts, entry(-2, -90, "agent-changed", agent=9, state="ready"),
        entry(-1, -80, "agent-changed", agent=9, state="away", reason="break"),
        entry(0, 600, "agent-changed", agent=9, state="ready"),
        entry(1, -60, "agent-changed", agent=1, state="ready"),
        entry(2, 0, "contact-queued", queue=1, reason="new"), entry(3, 300, "offer-made", offer=1, agent=1),
        entry(4, 302, "offer-ended", offer=1, agent=1, outcome="accepted"),
        entry(5, 302, "contact-changed", was="offered", state="active", agent=1),
        entry(6, 400, "contact-changed", was="active", state="closed", agent=1)]]


def waited(lines: list[str]) -> float | None:
    """Seconds until the call is answered when the day is lived again; None = it never is."""
    world = World(replayed(read_lines(lines), START, END).day, PROMISE)
    world.run()
    assert world.violations == []
    [talk] = world.talks.values()
    return talk.answered - talk.arrival.at if talk.answered >= 0 else None


@pytest.mark.parametrize(("parts", "seconds"), [
    ({}, 62), ({"after": 120}, 122), ({"agent": {"skills": {"gas": 3}}}, 2), ({"queue": {"rings": []}}, 602),
    ({"agent": {"skills": {"gas": 1}}}, 602),
    ({"queue": {"rings": [{"after": 90, "drop": ["gas"]}]}, "agent": {"skills": {}}}, 92),
    ({"queue": {"rings": [{"after": 30, "queues": ["water"]}]}, "agent": {"skills": {"water": 1}}}, 32),
    ({"agent": {"skills": {"gas": 3}}, "contact": {"needs": {"law": 2}}}, None),
    ({"agent": {"skills": {"gas": 3, "law": 2}}, "contact": {"needs": {"law": 2}}}, 2),
    ({"queue": {"match_language": "require"}, "contact": {"language": "en"},
      "agent": {"skills": {"gas": 3}, "languages": ["fa"]}}, 602),
    ({"queue": {"match_language": "require"}, "contact": {"language": "en"},
      "agent": {"skills": {"gas": 3}, "languages": ["fa", "en"]}}, 2),
])
def test_levels_languages_and_who_else_may_after_a_while_are_lived_again(parts: dict[str, Any], seconds: int | None
                                                                          ) -> None:
    found = waited(told_day(**parts))
    assert found == (None if seconds is None else pytest.approx(seconds, abs=0.01))


def test_a_queue_is_open_when_its_hours_say_and_promises_stand_still_meanwhile() -> None:
    week = dict.fromkeys(("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"), "12:01-12:04")
    lines = told_day(queue={"rings": [], "hours": {"zone": "UTC", "iran": False, "week": week}},
                     agent={"skills": {"gas": 3}})
    found = replayed(read_lines(lines), START, END)
    assert waited(lines) == pytest.approx(62, abs=0.01)  # offered the moment it opens
    world = World(found.day, PROMISE)
    [fate] = world.run().fates
    assert fate.wait == pytest.approx(2, abs=0.01) and fate.wait < fate.target
    [was] = found.recorded.fates
    assert was.wait == pytest.approx(180, abs=0.01)  # answered after five minutes, three of which it was open
    assert sum(row["kept"] * row["arrived"] for row in world.slots.rows()) == 1


@pytest.mark.parametrize("hours", [{"week": {"someday": "1"}}, {"week": 3}, 7, {"week": {}, "zone": "Mars"}])
def test_hours_that_make_no_sense_are_named(hours: Any) -> None:
    with pytest.raises(HistoryError, match=r"journal:1: "):
        read_lines(told_day(queue={"hours": hours}))


@pytest.mark.parametrize(("match", "who"), [("prefer", 2), ("no", 1)])
def test_a_language_that_is_preferred_decides_between_those_who_may(match: str, who: int) -> None:
    other = [{"fact": "agent", "id": 2, "skills": {"gas": 3}, "languages": ["en"]}]
    lines = told_day(queue={"match_language": match}, contact={"language": "en"},
                     agent={"skills": {"gas": 3}, "languages": ["fa"]}, others=other)
    lines.insert(-5, json.dumps({
        "seq": 0, "at": (START + timedelta(hours=11, minutes=59, seconds=30)).isoformat(), "name": "agent-changed",
        "contact": None, "data": {"agent": 2, "state": "ready"}}))
    world = World(replayed(read_lines(lines), START, END).day, PROMISE)
    served: list[int] = []
    world._watch = lambda what, whom, now: served.append(whom.agent.worker.id) if what == "answered" else None
    world.run()
    assert served == [who] and world.violations == []


def test_a_ring_that_makes_no_sense_is_named() -> None:
    lines = told_day(queue={"rings": [{"relax": 1}]})
    with pytest.raises(HistoryError, match=r"journal:1: rings\[0\]\.after: is missing"):
        read_lines(lines)


def test_the_database_tells_levels_steps_and_hours() -> None:
    from router.model import QueueId
    from router.records import Calendar, Queue
    from router.rules.plan import Plan
    from storage.history import _queue
    gas = Queue(id=QueueId(1), name="gas", title_fa="گاز", title_en="Gas", skills=("gas",), levels={"gas": 3},
                calendar="office", overflow=({"after": 60, "relax": 1}, {"after": 120, "queues": ["water"]}))
    water = Queue(id=QueueId(2), name="water", title_fa="آب", title_en="Water")
    office = Calendar(name="office", definition={"iran": False, "week": {"saturday": "08:00-12:00"}})
    plan = Plan(queues={gas.id: gas, water.id: water}, calendars={"office": office}, zone="Asia/Tehran")
    known = _queue(gas, plan)
    assert known.hours is not None and _queue(water, plan).hours is None
    assert known.hours.is_open(datetime.fromisoformat("2026-11-21T08:00:00+03:30"))
    assert not known.hours.is_open(datetime.fromisoformat("2026-11-21T12:00:00+03:30"))
    assert known.levels == {"gas": 3}
    assert [(ring.after_ms, ring.relax, ring.queues) for ring in known.rings] == [
        (60_000, 1, ()), (120_000, 0, ("water",))]
