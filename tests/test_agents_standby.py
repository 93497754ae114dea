"""Why contacts wait as lists say it: levels, languages, media and readiness count; nothing is claimed beyond them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agents import reasons
from agents.standby import Standby, stuck
from router.events import QueueChanged
from router.model import AddressId, AgentId, ContactId, CustomerId, Medium, QueueId
from router.records import Agent, AgentState, Contact, ContactState, Queue, Role
from tests.agents_front import fronted

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
GAS = Queue(id=QueueId(1), name="gas", title_fa="گاز", title_en="Gas", skills=("gas",), levels={"gas": 3})


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
    # Where a later step lets others take it, a level refuses nobody here: the router knows the step.
    (replace(GAS, overflow=({"after": 60, "relax": 2},)), waiting(), [someone(skills={"gas": 2})], "queued"),
    (replace(GAS, overflow=({"after": 60, "alarm": True},)), waiting(), [someone(skills={})], "nobody-has-skills"),
    (None, waiting(), [someone()], "not-waiting"),
])
def test_why_it_waits(queue: Queue | None, contact: Contact, agents: list[Agent], code: str) -> None:
    assert stuck(contact, queue, agents) == code
    assert set(reasons.WAITING[code]) == {"en", "fa"}
    assert stuck(contact, queue, agents, closed=True) == ("closed" if queue else "not-waiting")


def test_what_is_in_line_claims_nobody() -> None:
    assert reasons.WAITING["queued"] == {"en": "In line.", "fa": "در نوبت است."}


def test_kept_along_it_says_the_same_as_afresh() -> None:
    rng = random.Random(5)
    queues = {GAS.id: GAS, QueueId(2): replace(GAS, id=QueueId(2), skills=(), levels={}, match_language="require")}
    agents: dict[AgentId, Agent] = {}
    contacts: dict[int, Contact] = {}
    standby = Standby()
    standby.begin(queues, agents, ())
    for _ in range(1_500):
        before = {number: standby.code(each) for number, each in contacts.items()}
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
            one = someone(rng.randrange(1, 6), skills=rng.choice([{"gas": 2}, {"gas": 3}, {"gas": 3, "law": 2}]),
                          state=rng.choice(list(AgentState)), paused=rng.choice([(), ("sms",)]),
                          languages=rng.choice([(), ("fa",)]), efforts=rng.choice([{}, {"voice": 0}]))
            agents[one.id] = one
            again = standby.changed([one])
            assert {n for n, each in contacts.items() if standby.code(each) != before[n]} <= again
        for each in contacts.values():
            assert standby.code(each) == stuck(each, queues[each.queue], agents.values())
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
