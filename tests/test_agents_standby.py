"""Why contacts wait as lists say it: levels, languages, media and readiness count; nothing is claimed beyond them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents import reading, reasons
from agents import standby as module
from agents.standby import Load, Said, Standby, stuck
from channels import registry
from router.events import QueueChanged
from router.model import AddressId, AgentId, ContactId, CustomerId, Medium, QueueId
from router.records import Agent, AgentState, Calendar, Contact, ContactState, Queue, Role
from router.rules.plan import Plan
from tests import fake
from tests.agents_front import fronted
from tests.house import agent, until
from tests.routing_house import accept, desk_of, held_by, say, says_why

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
GAS = Queue(id=QueueId(1), name="gas", title_fa="گاز", title_en="Gas", skills=("gas",), levels={"gas": 3})


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


def someone(number: int = 1, **fields: Any) -> Agent:
    given: dict[str, Any] = {"state": AgentState.READY, "skills": {"gas": 4}, "capacity": 6, **fields}
    return Agent(id=AgentId(number), login=f"a{number}", name="A", public_name="", role=Role.AGENT,
                 state_since=AT, idle_since=AT, **given)


def waiting(number: int = 1, **fields: Any) -> Contact:
    given: dict[str, Any] = {"medium": Medium.SMS, "queue": GAS.id, "language": "fa", **fields}
    return Contact(id=ContactId(number), reference="r", token="t", channel="line", thread_key="k",
                   customer=CustomerId(1), address=AddressId(1), state=ContactState.WAITING, state_since=AT,
                   agent=None, opened_at=AT, queued_at=AT, **given)


@pytest.mark.parametrize(("queue", "contact", "agents", "code"), [
    (GAS, waiting(), [], "nobody-has-skills"),
    (GAS, waiting(), [someone()], "queued"),
    (GAS, waiting(), [someone(skills={"gas": 2})], "nobody-has-skills"),
    (GAS, waiting(), [someone(skills={"gas": 2}), someone(2, state=AgentState.AWAY)], "nobody-ready"),
    (GAS, waiting(), [someone(state=AgentState.OFFLINE)], "nobody-on-duty"),
    (GAS, waiting(), [someone(active=False)], "nobody-has-skills"),
    (GAS, waiting(), [someone(paused=("sms",))], "nobody-ready"),
    (GAS, waiting(), [someone(paused=("voice",))], "queued"),
    (GAS, waiting(), [someone(efforts={"sms": 0})], "nobody-has-skills"),
    (GAS, waiting(language="en"), [someone(languages=("fa",))], "queued"),
    (replace(GAS, match_language="require"), waiting(language="en"), [someone(languages=("fa",))], "nobody-has-skills"),
    (replace(GAS, match_language="require"), waiting(language="en"), [someone()], "queued"),
    (replace(GAS, match_language="require"), waiting(language="ar"), [someone()], "nobody-has-skills"),
    (replace(GAS, match_language="prefer"), waiting(language="en"), [someone(languages=("fa",))], "queued"),
    # What it needs itself must be in the same person.
    (GAS, waiting(needs={"law": 2}), [someone(), someone(2, skills={"law": 5})], "nobody-has-skills"),
    (GAS, waiting(needs={"law": 2}), [someone(skills={"gas": 3, "law": 2})], "queued"),
    (GAS, waiting(excluded=(AgentId(1),)), [someone()], "declined-by-all"),
    (GAS, waiting(excluded=(AgentId(1),)), [someone(), someone(2)], "queued"),
    # A step that nobody before it can serve is not waited for.
    (replace(GAS, overflow=({"after": 60, "relax": 2},)), waiting(), [someone(skills={"gas": 2})], "queued"),
    (replace(GAS, overflow=({"after": 60, "relax": 1},)), waiting(), [someone(skills={"gas": 1})], "nobody-has-skills"),
    (replace(GAS, overflow=({"after": 60, "relax": 2},)), waiting(),
     [someone(skills={"gas": 2}, state=AgentState.OFFLINE)], "nobody-in-this-ring"),
    (replace(GAS, overflow=({"after": 60, "drop": ["gas"]},), match_language="require"), waiting(language="ar"),
     [someone()], "nobody-has-skills"),
    (GAS, waiting(), [someone(backup_after=60)], "nobody-in-this-ring"),
    # What is in hand leaves no room, or as many of the medium as may be.
    (GAS, waiting(effort=3), [someone(capacity=6), someone(2, capacity=2)], "queued"),
    (GAS, waiting(effort=4), [someone(capacity=3)], "nobody-has-skills"),
    (GAS, waiting(effort=4), [someone(capacity=3, efforts={"sms": 1})], "queued"),
    (replace(GAS, overflow=({"after": 60, "alarm": True},)), waiting(), [someone(skills={})], "nobody-has-skills"),
    (None, waiting(), [someone()], "not-waiting"),
])
def test_why_it_waits(queue: Queue | None, contact: Contact, agents: list[Agent], code: str) -> None:
    assert stuck(contact, queue, agents).code == code
    assert set(reasons.WAITING[code]) == {"en", "fa"}
    assert stuck(contact, queue, agents, closed=True).code == ("closed" if queue else "not-waiting")


@pytest.mark.parametrize(("points", "counts", "more", "code"), [
    (0, {}, {}, "queued"), (4, {"sms": 2}, {}, "queued"), (5, {"sms": 2}, {}, "all-busy"),
    (6, {"voice": 1}, {}, "all-busy"),
    (4, {"sms": 2}, {"limits": {"sms": 2}}, "limit-of-medium"), (2, {"sms": 1}, {"limits": {"sms": 2}}, "queued"),
    (5, {}, {"efforts": {"sms": 1}}, "queued"), (6, {}, {"state": AgentState.AWAY}, "nobody-ready")])
def test_whoever_has_no_room_is_busy_and_not_ready_for_it(points: int, counts: dict[str, int], more: Any,
                                                          code: str) -> None:
    loads = {AgentId(1): Load(points=points, counts=counts)}
    assert stuck(waiting(effort=2), GAS, [someone(**more)], loads=loads) == Said(code=code)
    both = [someone(**more), someone(2)]
    assert stuck(waiting(effort=2), GAS, both, loads=loads).code == "queued"
    assert stuck(waiting(effort=2, excluded=(AgentId(2),)), GAS, both, loads=loads).code == (
        "queued" if code == "queued" else "declined-by-all")


def test_from_when_on_more_may_take_it_is_said_in_the_open_time_of_the_queue() -> None:
    steps = {"overflow": ({"after": 600, "relax": 1}, {"after": 1200, "relax": 2})}
    queue = replace(GAS, **steps, calendar="day")
    day = {"week": {name: ["08:00-09:05", "10:00-20:00"] for name in ("saturday", "sunday", "monday")}}
    plan = Plan(queues={queue.id: queue}, calendars={"day": Calendar(name="day", definition=day)})
    busy = {AgentId(1): Load(points=6)}
    best, late, last = someone(), someone(2, skills={"gas": 2}), someone(3, skills={"gas": 1}, backup_after=300)

    def said(minutes: int, *agents: Agent) -> tuple[str, str]:
        found = stuck(waiting(), queue, agents, plan=plan, loads=busy, at=AT + timedelta(minutes=minutes))
        return found.code, "" if found.more is None else f"{found.more:%H:%M}"
    assert said(0, best) == ("all-busy", "")
    assert said(0, best, late) == said(4, best, late) == ("all-busy", "10:05")  # five minutes, closed, five minutes
    assert said(30, best, late)[1] == "10:05" and said(66, best, late) == ("queued", "")
    assert said(66, best, someone(2, skills={"gas": 2}, state=AgentState.AWAY), last) == ("all-busy", "10:15")
    assert said(0, best, someone(2, skills={"gas": 2}, state=AgentState.OFFLINE)) == ("all-busy", "")
    assert said(0, late) == ("queued", "")  # nobody is asked before them: the step is entered at once
    assert said(0, someone(4, backup_after=120)) == ("nobody-in-this-ring", "09:02")
    assert said(2, someone(4, backup_after=120)) == ("queued", "")
    words = reasons.stands("all-busy", AT + timedelta(minutes=65), "Asia/Tehran")
    busy_words = reasons.WAITING["all-busy"]
    assert words["en"] == f"{busy_words['en']} From 22 November 2026, 13:35 on more colleagues may take it."
    assert "ساعت ۱۳:۳۵" in words["fa"] and words["fa"].startswith(busy_words["fa"])


def test_time_and_loads_are_found_by_looking_and_room_counts_when_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = replace(GAS, overflow=({"after": 60, "relax": 2},))
    plan = Plan(queues={queue.id: queue})
    load, best, low = Load(), someone(), someone(2, skills={"gas": 2})
    agents = {best.id: best, low.id: low}
    standby = Standby(lambda agent: load if agent.id == best.id else Load())
    standby.begin({queue.id: queue}, agents, ())
    standby.look(plan, AT)
    contact = waiting(effort=2)
    standby.place(1, contact)
    assert standby.said(contact) == Said(code="queued")
    load = Load(points=6)
    assert standby.changed([best]) == {1}, "where few wait it is known at once"
    load = Load()
    assert standby.changed([best]) == set() and standby.said(contact) == Said(code="queued")
    monkeypatch.setattr(module, "FEW", 0)
    load = Load(points=6)
    assert standby.changed([best]) == set(), "where many wait loads alone are found by looking"
    assert standby.look(plan, AT + timedelta(seconds=2)) == set(), "not so often"
    assert standby.look(plan, AT + timedelta(seconds=6)) == {1}
    assert standby.said(contact) == Said(code="all-busy", more=AT + timedelta(seconds=60))
    load = Load()
    standby.changed([best])
    assert standby.look(plan, AT + timedelta(seconds=12)) == set(), "whoever is free a moment is being asked"
    load = Load(points=6)
    standby.changed([best])
    load = Load()
    standby.changed([best])
    assert standby.look(plan, AT + timedelta(seconds=18)) == set()
    assert standby.look(plan, AT + timedelta(seconds=24)) == {1} and standby.said(contact).code == "queued"
    load = Load(points=6)
    standby.changed([best])
    assert standby.look(plan, AT + timedelta(seconds=31)) == {1} and standby.said(contact).code == "all-busy"
    assert standby.look(plan, AT + timedelta(seconds=58)) == set()
    assert standby.look(plan, AT + timedelta(seconds=64)) == {1} and standby.said(contact) == Said(code="queued")


async def test_lists_and_cards_say_busy_while_everybody_has_their_hands_full(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)
        first, second = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)
        await accept(house, first)
        await says_why(house, second, "all-busy")

        def card() -> Any:
            shown = house.front.live.scene.shown["contact"].get(second)
            return shown is not None and shown.view["waiting_why"] == reasons.WAITING["all-busy"]
        await until(card, what="the card says so")
        [view] = await house.store.snapshot(lambda tx: reading.contact_views(
            tx, [tx.contacts.get(second)], house.dispatch.plan))
        assert view["waiting_why"] == reasons.WAITING["all-busy"]


def test_what_is_in_line_claims_nobody() -> None:
    assert reasons.WAITING["queued"] == {"en": "In line.", "fa": "در نوبت است."}


def test_kept_along_it_says_the_same_as_afresh() -> None:
    rng = random.Random(5)
    queues = {GAS.id: GAS, QueueId(2): replace(GAS, id=QueueId(2), skills=(), levels={}, match_language="require")}
    agents: dict[AgentId, Agent] = {}
    contacts: dict[int, Contact] = {}
    loads: dict[AgentId, Load] = {}
    standby = Standby(lambda agent: loads.get(agent.id, Load()))
    standby.begin(queues, agents, ())
    for _ in range(1_500):
        before = {number: standby.said(each) for number, each in contacts.items()}
        if rng.random() < 0.4:
            number = rng.randrange(1, 30)
            if number in contacts and rng.random() < 0.5:
                del contacts[number]
                standby.place(number, None)
            else:
                contacts[number] = waiting(number, queue=QueueId(rng.choice([1, 2])), language=rng.choice(["fa", "en"]),
                                           medium=rng.choice([Medium.SMS, Medium.VOICE]),
                                           needs=rng.choice([{}, {"law": 2}]))
                standby.place(number, contacts[number])
        else:
            number = AgentId(rng.randrange(1, 6))
            if rng.random() < 0.6:
                loads[number] = Load(points=rng.randrange(7), counts={"voice": rng.randrange(2)})
            one = agents.get(number) if rng.random() < 0.5 else None
            one = one or someone(number, skills=rng.choice([{"gas": 2}, {"gas": 3}, {"gas": 3, "law": 2}]),
                          state=rng.choice(list(AgentState)), paused=rng.choice([(), ("sms",)]),
                          languages=rng.choice([(), ("fa",)]), efforts=rng.choice([{}, {"voice": 0}]))
            agents[one.id] = one
            again = standby.changed([one])
            assert {n for n, each in contacts.items() if standby.said(each) != before[n]} <= again
        for each in contacts.values():
            assert standby.said(each) == stuck(each, queues[each.queue], agents.values(), loads=loads)
    for number in list(contacts):
        standby.place(number, None)
    assert not standby._fits and not standby._of, "nothing is kept of what is over"


async def test_the_board_counts_levels_and_lists_say_who_cannot(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR, ready=False)
        watcher = await boss.live()
        number = await desk.say(queue="town")
        queue = str((await desk.contact(number)).queue)

        def levels(tx: Any) -> None:
            tx.desk.set_queue(QueueId(int(queue)), skills=("town",), levels={"town": 4})
            tx.emit(QueueChanged(queue=int(queue)), actor="test")
        await desk.store.run(levels)
        await desk.agent("low", skills={"town": 3})

        def view() -> Any:
            return watcher.state["contact"].get(str(number), {})
        nobody = reasons.WAITING["nobody-has-skills"]
        await watcher.until(lambda: view().get("waiting_why") == nobody, what="nobody can")
        await watcher.until(lambda: watcher.state["queue"][queue]["ready_agents"] == 0, what="the count")
        assert (await boss.get(f"/api/contacts/{number}"))[1]["contact"]["waiting_why"] == nobody
        await desk.agent("high", skills={"town": 4})
        await watcher.until(lambda: watcher.state["queue"][queue]["ready_agents"] == 1, what="one can")
        await watcher.until(lambda: view().get("waiting_why") != nobody, what="the reason follows")
