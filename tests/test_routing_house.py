"""Routing on a running house, as stories: skills, capacity, misses, transfers, snoozing, people and queues that go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from router.model import SignalKind
from router.records import AgentState, ContactState, Role
from settings import SettingsError
from tests import fake
from tests.house import agent, until
from tests.routing_house import (
    accept,
    contact,
    decline,
    desk_of,
    entries,
    held_by,
    say,
    says_why,
    state,
    told,
    waits,
)


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def test_level_and_skill_decide_who_is_asked_and_the_offer_says_why(tmp_path: Path, database: str) -> None:
    queues = {"gas": {"skills": ["gas"], "levels": {"gas": 3}}}
    async with desk_of(tmp_path, database, queues=queues) as house:
        await agent(house, "weak", skills={"gas": 2})
        strong = await agent(house, "strong", skills={"gas": 4})
        number = await say(house)
        await held_by(house, number, strong)
        offer = await house.store.snapshot(lambda tx: tx.offers.live(number))
        assert offer.why["queue"] == "gas" and offer.why["policy"] == "default"
        assert {"rule", "candidates", "load", "cost", "idle_seconds", "waited_seconds"} <= set(offer.why)
        [entry] = await entries(house, "offer-made", about=number)
        assert entry.data["why"] == dict(offer.why)


async def test_each_queue_is_served_by_its_own_policy_and_a_new_one_counts_at_once(tmp_path: Path) -> None:
    from router.events import RoutingChanged
    async with desk_of(tmp_path, queues={"general": {"policy": "calm"}, "help": {}},
                       policies={"calm": {"rule": "fifo_longest_idle"}}) as house:
        sara = await agent(house, capacity=4)
        # Whoever comes while the contact waits already is asked by another rule.
        await until(lambda: sara.id in house.dispatch.desk.known.agents, what="the router knows her")
        first = await say(house, 1)
        await held_by(house, first, sara)
        why = (await house.store.snapshot(lambda tx: tx.offers.live(first))).why
        assert (why["policy"], why["rule"]) == ("calm", "longest_idle")

        def other(tx: Any) -> None:
            tx.routing.put_policy("calm", "promise", {"choice": "most_able"})
            tx.emit(RoutingChanged(what="policy", which="calm"), actor="test")
        await house.store.run(other)
        await until(lambda: house.dispatch.plan.policies["calm"].rule == "promise", what="the policy is known")
        second = await say(house, 2)
        await held_by(house, second, sara)
        why = (await house.store.snapshot(lambda tx: tx.offers.live(second))).why
        assert (why["policy"], why["rule"]) == ("calm", "most_able")


async def test_a_call_fills_a_seat_and_text_shares_it(tmp_path: Path) -> None:
    queues = {"general": {"efforts": {"sms": 3}}}
    async with desk_of(tmp_path, queues=queues) as house:
        sara = await agent(house, capacity=6)
        numbers = [await say(house, n) for n in range(1, 4)]
        await held_by(house, numbers[0], sara)
        await held_by(house, numbers[1], sara)
        assert await waits(house, numbers[2])
        assert (await contact(house, numbers[0])).effort == 3
        await says_why(house, numbers[2], "all-busy")
        assert house.dispatch.desk.core.audit() == []


async def test_an_agent_is_set_away_after_so_many_misses_and_an_answer_forgives(tmp_path: Path) -> None:
    queues = {"general": {"accept_seconds": 1}}
    async with desk_of(tmp_path, queues=queues) as house:
        house.dispatch._away_after = 2
        house.timers._handlers = {**house.timers._handlers, **house.dispatch.handlers()}
        sara = await agent(house)
        first = await say(house, 1)
        await told(house, "offer-ended", about=first, outcome="expired")
        now = await house.store.snapshot(lambda tx: tx.desk.agent(sara.id))
        assert now.state is AgentState.READY and now.missed == 1
        second = await say(house, 2)
        await held_by(house, second, sara)
        await accept(house, second)
        assert (await house.store.snapshot(lambda tx: tx.desk.agent(sara.id))).missed == 0
        for number in (3, 4):
            await say(house, number)
        [entry] = await told(house, "agent-changed", state="away", reason="no-answer", seconds=8)
        assert entry.data["agent"] == sara.id


async def test_a_declined_contact_keeps_its_place_and_goes_to_the_next(tmp_path: Path, database: str) -> None:
    async with desk_of(tmp_path, database) as house:
        sara = await agent(house)
        number = await say(house)
        before = await held_by(house, number, sara)
        omid = await agent(house, "omid", ready=False)
        await decline(house, number)
        await until(lambda: waits(house, number), what="it waits")
        await state(house, omid, "ready")
        after = await held_by(house, number, omid)
        assert after.queued_at == before.queued_at and after.excluded == (sara.id,)


async def test_a_transfer_keeps_the_waiting_time(tmp_path: Path) -> None:
    from agents import contacts

    async with desk_of(tmp_path, queues={"general": {}, "gas": {"skills": ["gas"]}}) as house:
        sara = await agent(house)
        number = await say(house)
        before = await held_by(house, number, sara)
        await accept(house, number)
        expert = await agent(house, "expert", skills={"gas": 3})

        def unit(tx: Any) -> Any:
            return contacts.transfer(tx, tx.desk.agent(sara.id), number, queue="gas", to=None)
        await house.store.run(unit)
        after = await held_by(house, number, expert)
        assert after.queued_at == before.queued_at
        assert house.dispatch.desk.core.audit() == []


async def test_a_sleeping_chat_gives_its_slot_back_and_gets_it_again(tmp_path: Path) -> None:
    from agents import contacts

    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)
        first = await say(house, 1)
        await held_by(house, first, sara)
        await accept(house, first)
        second = await say(house, 2)
        assert await waits(house, second)

        def unit(tx: Any) -> Any:
            return contacts.snooze(tx, tx.desk.agent(sara.id), first, tx.now + timedelta(hours=1))
        await house.store.run(unit)
        await held_by(house, second, sara)  # the slot is free at once
        await accept(house, second)
        await house.intake(fake.said("again", "من برگشتم", sender=f"+98912{1:07d}"))
        assert await waits(house, first)

        def close(tx: Any) -> Any:
            return contacts.close(tx, tx.desk.agent(sara.id), second, "resolved", dispositions=("resolved",))
        await house.store.run(close)
        await held_by(house, first, sara)


async def test_a_reopened_contact_goes_to_the_last_agent_on_shift_else_to_the_queue(tmp_path: Path) -> None:
    from agents import contacts

    async with desk_of(tmp_path) as house:
        sara = await agent(house, "sara")
        number = await say(house)
        await held_by(house, number, sara)
        await accept(house, number)
        for login in ("omid", "lale"):
            await agent(house, login)

        async def reopened(text: str) -> Any:
            holder = (await contact(house, number)).agent

            def close(tx: Any) -> Any:
                return contacts.close(tx, tx.desk.agent(holder), number, "resolved", dispositions=("resolved",))
            await house.store.run(close)
            await house.intake(fake.said(text, text, sender=f"+98912{1:07d}"))

            async def asked() -> Any:
                found = await contact(house, number)
                return found if found.state is ContactState.OFFERED else None
            return await until(asked, what="it is offered again")
        assert (await reopened("یک")).agent == sara.id
        offer = await house.store.snapshot(lambda tx: tx.offers.live(number))
        assert offer.why["rule"] == "sticky"
        await accept(house, number)

        def off_shift(tx: Any) -> None:
            from router.events import AgentChanged, RoutingChanged
            tx.routing.put_calendar("never", {"week": {}})
            tx.emit(RoutingChanged(what="calendar", which="never"), actor="test")
            tx.desk.set_agent(sara.id, shift="never")
            tx.emit(AgentChanged(agent=sara.id, state="ready", profile=True), actor="test")
        await house.store.run(off_shift)
        await until(lambda: house.dispatch.desk.known.agents[sara.id].shift == "never", what="the shift is known")
        await reopened("دو")
        offer = await house.store.snapshot(lambda tx: tx.offers.live(number))
        assert offer.why["rule"] != "sticky"


async def test_nobody_has_the_skill_is_said_to_supervisors_and_to_the_citizen(tmp_path: Path, database: str) -> None:
    async with desk_of(tmp_path, database, queues={"gas": {"skills": ["gas"], "when_unstaffed": "callback"}}) as house:
        await agent(house, skills={"water": 3})
        number = await say(house)
        [alarm] = await told(house, "routing-alarm", about=number, code="nobody-able")
        assert "gas" in alarm.data["missing"] and alarm.data["over"] is False
        await told(house, "overflow-taken", about=number, trigger="unstaffed")
        line = await house.lines.line("line", (await contact(house, number)).thread_key)
        assert line.trouble == "nobody-able" and "callback" in line.instead and line.wait_high == 0
        state_now = house.switchboard.state()
        assert [each["contact"] for each in state_now["stranded"]] == [number]
        assert house.dispatch.explain(number)["code"] == "nobody-has-skills"
        expert = await agent(house, "expert", skills={"gas": 1})
        await held_by(house, number, expert)
        over = await told(house, "routing-alarm", about=number, code="nobody-able", over=True)
        assert len(over) == 1 and house.switchboard.state()["stranded"] == []


async def test_a_queue_that_everybody_leaves_is_said_once_and_when_it_is_over(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues={"general": {"leave_unstaffed": "callback"}}) as house:
        sara = await agent(house, capacity=2)
        first, second = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)
        await state(house, sara, "offline")
        await told(house, "routing-alarm", code="nobody-here")
        await told(house, "overflow-taken", about=second, trigger="unstaffed")
        line = await house.lines.line("line", (await contact(house, second)).thread_key)
        assert line.trouble == "nobody-here" and line.instead == ("callback",)
        await state(house, sara, "ready")
        await told(house, "routing-alarm", code="nobody-here", over=True)
        alarms = await entries(house, "routing-alarm")
        assert [each.data["over"] for each in alarms if each.data["code"] == "nobody-here"] == [False, True]


async def test_an_agent_who_is_closed_gives_everything_back(tmp_path: Path) -> None:
    from agents.staff import change_agent

    async with desk_of(tmp_path) as house:
        boss = await agent(house, "boss", ready=False)
        sara = await agent(house, capacity=4)
        held, offered = await say(house, 1), await say(house, 2)
        await held_by(house, held, sara)
        await accept(house, held)
        await held_by(house, offered, sara)
        await house.store.run(lambda tx: change_agent(tx, boss, sara.id, {"active": False}))
        omid = await agent(house, "omid")
        for number in (held, offered):
            await held_by(house, number, omid)
        assert house.dispatch.desk.core.audit() == []


async def test_a_skill_that_is_taken_away_while_contacts_wait(tmp_path: Path) -> None:
    from agents.staff import change_agent

    async with desk_of(tmp_path, queues={"gas": {"skills": ["gas"]}}) as house:
        boss = await agent(house, "boss", ready=False)
        sara = await agent(house, skills={"gas": 3}, capacity=2)
        first, second = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)
        await house.store.run(lambda tx: change_agent(tx, boss, sara.id, {"skills": {"water": 1}}))
        await told(house, "routing-alarm", about=second, code="nobody-able")
        await house.store.run(lambda tx: change_agent(tx, boss, sara.id, {"skills": {"gas": 1}}))
        await told(house, "routing-alarm", about=second, code="nobody-able", over=True)


async def test_a_queue_is_merged_while_contacts_wait(tmp_path: Path, database: str) -> None:
    from agents.staff import merge

    async with desk_of(tmp_path, database, queues={"old": {"skills": ["old"]}, "new": {}}) as house:
        boss = await agent(house, "boss", ready=False)
        number = await say(house)
        before = await contact(house, number)
        old, new = await house.store.snapshot(lambda tx: [tx.desk.queue_named(n).id for n in ("old", "new")])
        _, moved = await house.store.run(lambda tx: merge(tx, boss, old, new, house.switchboard.base))
        assert moved == 1
        await told(house, "contact-queued", about=number, reason="merged", queue=new)
        sara = await agent(house)
        after = await held_by(house, number, sara)
        assert after.queued_at == before.queued_at
        assert (await contact(house, await say(house, 2))).queue == new  # whoever asks for the old one gets the new


async def test_a_queue_that_is_closed_by_hand_still_serves_who_waits(tmp_path: Path) -> None:
    from agents.staff import change_queue

    async with desk_of(tmp_path, queues={"old": {}, "new": {}}) as house:
        boss = await agent(house, "boss", ready=False)
        number = await say(house)
        old, new = await house.store.snapshot(lambda tx: [tx.desk.queue_named(n).id for n in ("old", "new")])
        await house.store.run(lambda tx: change_queue(tx, boss, old, {"active": False}, None, house.switchboard.base))
        assert (await contact(house, await say(house, 2))).queue == new
        await held_by(house, number, await agent(house))


async def test_a_customer_who_becomes_important_goes_first(tmp_path: Path) -> None:
    from agents.customers import set_segment

    async with desk_of(tmp_path) as house:
        boss = await agent(house, "boss", role=Role.SUPERVISOR, ready=False)
        first, second = await say(house, 1), await say(house, 2)
        for number, place in ((first, 1), (second, 2)):
            await until(lambda n=number, p=place: house.dispatch.desk.place(n) == p, what="both stand in line")
        about = await contact(house, second)
        await house.store.run(lambda tx: set_segment(tx, boss, about.customer, "vip"))
        assert (await contact(house, second)).segment == "vip", "in the same unit"
        await until(lambda: house.dispatch.desk.place(second) == 1, what="the order is another at once")
        [entry] = await entries(house, "customer-changed")
        assert entry.actor == f"agent:{boss.id}" and entry.data == {
            "customer": about.customer, "fields": ["segment"], "segment": "vip", "was_segment": "ordinary"}
        sara = await agent(house, capacity=2)
        await held_by(house, second, sara)
        assert await waits(house, first)


async def test_a_contacts_own_segment_survives_other_changes_of_the_file(tmp_path: Path) -> None:
    from agents.customers import set_segment
    from router.events import ContactEdited, CustomerChanged

    async with desk_of(tmp_path) as house:
        boss = await agent(house, "boss", role=Role.SUPERVISOR, ready=False)
        number, _, last = await say(house, 1), await say(house, 2), await say(house, 3)

        def by_hand(tx: Any) -> Any:
            found = tx.contacts.change(tx.contacts.get(number), segment="vip")
            tx.emit(ContactEdited(about=number, fields=("segment",)), actor=f"agent:{boss.id}")
            tx.people.change(found.customer, data={"told": {"city": "x"}})
            tx.emit(CustomerChanged(customer=found.customer), actor="router")
            return found
        found = await house.store.run(by_hand)
        await house.store.run(lambda tx: set_segment(tx, boss, found.customer, "ordinary"))  # what it is already
        await until(lambda: house.dispatch.desk.place(number) == 1, what="it stands in front")
        # What is written later is heard later: when the last one moves, the file's change was looked at.
        await house.store.run(lambda tx: set_segment(tx, boss, tx.contacts.get(last).customer, "vip"))
        await until(lambda: house.dispatch.desk.place(last) == 2, what="the router heard of everything")
        assert (await contact(house, number)).segment == "vip"
        await house.store.run(lambda tx: set_segment(tx, boss, found.customer, "potential"))
        assert (await contact(house, number)).segment == "potential", "the newest word of a person counts"


async def test_all_live_contacts_count_for_what_their_customer_does(tmp_path: Path) -> None:
    from agents import contacts as deeds
    from agents.customers import set_segment

    async with desk_of(tmp_path) as house:
        boss = await agent(house, "boss", role=Role.SUPERVISOR, ready=False)
        sara = await agent(house, capacity=2)
        number = await say(house)
        await held_by(house, number, sara)
        await accept(house, number)
        about = await contact(house, number)
        await house.store.run(lambda tx: set_segment(tx, boss, about.customer, "organisation"))
        await house.store.run(lambda tx: deeds.finish(tx, tx.desk.agent(sara.id), number))
        await house.store.run(lambda tx: deeds.close(tx, tx.desk.agent(sara.id), number, "resolved",
                                                     dispositions=("resolved",)))
        assert (await contact(house, number)).segment == "organisation"
        await house.store.run(lambda tx: set_segment(tx, boss, about.customer, "vip"))
        assert (await contact(house, number)).segment == "organisation", "what is over stays as it was"


async def test_the_router_is_rebuilt_from_the_database(tmp_path: Path, database: str) -> None:
    async with desk_of(tmp_path, database) as house:
        sara = await agent(house, capacity=4)
        numbers = [await say(house, n) for n in range(1, 5)]
        await held_by(house, numbers[0], sara)
        await accept(house, numbers[0])
        await held_by(house, numbers[1], sara)
    async with desk_of(tmp_path, database) as house:
        await house.dispatch.ready.wait()
        assert (await contact(house, numbers[1])).agent == sara.id
        assert house.dispatch.desk.core.audit() == []
        assert house.dispatch.desk.place(numbers[3]) == 2
        await accept(house, numbers[1])
        omid = await agent(house, "omid", capacity=2)
        await held_by(house, numbers[2], omid)
        assert await waits(house, numbers[3])


async def test_a_refused_claim_puts_the_core_right(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        sara = await agent(house, ready=False)
        number = await say(house)
        await until(lambda: house.dispatch.desk.place(number), what="the router knows it as it was")

        def behind_the_back(tx: Any) -> None:
            """Somebody changes the contact and tells nobody; then the agent becomes ready."""
            from router.events import AgentChanged
            tx.contacts.change(tx.contacts.get(number), subject="x")
            tx.desk.set_agent(sara.id, state=AgentState.READY)
            tx.emit(AgentChanged(agent=sara.id, state="ready"), actor="test")
        await house.store.run(behind_the_back)
        await held_by(house, number, sara)
        assert house.dispatch.refused == 1 and house.dispatch.desk.core.audit() == []


async def test_a_citizen_who_leaves_frees_the_agent_for_the_next(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)
        first, second = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)
        await house.intake(fake.signal(SignalKind.LEFT, "gone", sender=f"+98912{1:07d}"))
        await held_by(house, second, sara)


async def test_a_callback_keeps_the_place(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        first, second = await say(house, 1), await say(house, 2)
        before = await contact(house, first)
        await house.intake(fake.signal(SignalKind.CALLBACK, "cb", "+989120000001", sender=f"+98912{1:07d}"))
        await house.intake(fake.signal(SignalKind.LEFT, "bye", sender=f"+98912{1:07d}"))
        after = await contact(house, first)
        assert after.state is ContactState.WAITING and after.queued_at == before.queued_at
        sara = await agent(house, capacity=2)
        await held_by(house, first, sara)
        assert await waits(house, second)


@pytest.mark.parametrize(("queues", "more", "message"), [
    ({"general": {"overflow": [{"after": 60}]}}, {}, "queues.general.overflow.0: does nothing"),
    ({"general": {"overflow": [{"after": 60, "to": "nowhere"}]}}, {}, "overflow.0.to: there is no queue 'nowhere'"),
    ({"general": {"overflow": [{"length": 3, "relax": 1}]}}, {}, "overflow.0: relax, drop and queues need 'after'"),
    ({"general": {"overflow": [{"after": 60, "alarm": 1}]}}, {}, "overflow.0.alarm: must be true or false"),
    ({"general": {"when_full": "shout"}}, {}, "when_full: must be one of wait"),
    ({"general": {"calendar": "moon"}}, {}, "calendar: there is no calendar 'moon'"),
    ({"general": {"policy": "best"}}, {}, "policy: there is no policy 'best'"),
    ({"general": {"levels": {"gas": 2}}}, {}, "levels.gas: is not among the skills"),
])
async def test_impossible_settings_are_refused_with_the_key(
    tmp_path: Path, queues: Any, more: Any, message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        async with desk_of(tmp_path, queues=queues, **more):
            pass
    assert message in str(refused.value)
