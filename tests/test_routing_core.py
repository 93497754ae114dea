"""The router's core, story by story: each policy, each choice, each odd event, and what it says about it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import pytest

from router import core as router
from router.core import (
    AgentAutoAway,
    AgentProfile,
    AgentRemoved,
    AgentStateChanged,
    CancelOffer,
    Config,
    ConfigChanged,
    ContactChanged,
    ContactGone,
    ContactQueued,
    ContactSlept,
    ContactTaken,
    ContactWoke,
    Core,
    Decision,
    DemandKnown,
    Event,
    Ignored,
    LoadChanged,
    MediumRules,
    Offer,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRescinded,
    OfferTaken,
    Policy,
    PolicyError,
    QueueChanged,
    QueueClosed,
    QueueMerged,
    QueueOpened,
    QueueRules,
    Ring,
    Servable,
    SetTimer,
    SkillRemoved,
    Step,
    TimerFired,
    Unservable,
    WorkEnded,
    WrapUpEnded,
)
from tests.test_routing_core_walk import Watch, begin, config, event_of

MEDIA = {"voice": MediumRules(points=6, offer_ms=20_000, target_ms=20_000),
         "chat": MediumRules(points=2, target_ms=60_000, tier=1),
         "mail": MediumRules(points=3, target_ms=3_600_000, slow=True, tier=2)}


class Desk:
    """A core that is easy to talk to."""

    def __init__(self, policy: Policy | str = "promise", *queues: QueueRules, **changes: Any) -> None:
        rules = router.policy(policy) if isinstance(policy, str) else policy
        self.core = Core(Config(media=MEDIA, queues=queues or (QueueRules(id="q"),), policies={"default": rules},
                                **changes))
        self.at = 0

    def tell(self, event: Event) -> list[Decision]:
        self.at = max(self.at, event.at)
        said = self.core.handle(event)
        assert self.core.audit() == []
        return said

    def agent(self, number: int | str, state: str = "ready", at: int = 0, **profile: Any) -> list[Decision]:
        self.tell(AgentProfile(at=at, agent=number, **profile))
        return self.tell(AgentStateChanged(at=at, agent=number, state=state))

    def queue(self, number: int | str, at: int = 0, medium: str = "voice", queue: str = "q",
              **asked: Any) -> list[Decision]:
        return self.tell(ContactQueued(at=at, contact=number, queue=queue, medium=medium, **asked))

    def take(self, number: int | str, at: int = 0, **asked: Any) -> Offer:
        """Queue it and let whoever is asked accept."""
        made = offers(self.queue(number, at, **asked))
        assert made, self.core.explain(number)
        self.tell(OfferAccepted(at=at, contact=number))
        return made[0]


def offers(said: list[Decision]) -> list[Offer]:
    return [each for each in said if isinstance(each, Offer)]


def pairs(said: list[Decision]) -> list[tuple[Any, Any]]:
    return [(each.contact, each.agent) for each in offers(said)]


def freed(desk: Desk, contact: int, at: int) -> list[Any]:
    """Who is offered when the work on that contact ends."""
    return [each.contact for each in offers(desk.tell(WorkEnded(at=at, contact=contact)))]


# Orders of contacts: one agent busy, several wait, he is freed.

ORDERS: list[tuple[str, list[dict[str, Any]], int, int]] = [
    ("promise", [{"segment": "ordinary"}, {"segment": "vip"}], 10_000, 2),
    ("promise", [{"segment": "ordinary", "target_ms": 9_000}, {"segment": "ordinary", "target_ms": 50_000}], 20_000, 2),
    ("promise_strict", [{"segment": "ordinary", "target_ms": 9_000}, {"target_ms": 50_000}], 20_000, 1),
    ("promise", [{"segment": "ordinary", "target_ms": 9_000}, {"segment": "vip", "target_ms": 90_000}], 150_000, 1),
    ("promise", [{"segment": "vip", "target_ms": 9_000}, {"segment": "organisation", "target_ms": 50_000}], 20_000, 2),
    ("promise", [{"segment": "vip", "target_ms": 9_000}, {"segment": "potential", "target_ms": 50_000}], 20_000, 1),
    ("promise", [{"segment": "ordinary", "target_ms": 9_000}, {"segment": "vip", "target_ms": 9_000}], 20_000, 2),
    ("promise", [{"priority": 1, "target_ms": 9_000}, {"segment": "vip", "target_ms": 50_000}], 20_000, 1),
    ("promise", [{"segment": "vip", "target_ms": 9_000}, {"segment": "ordinary", "target_ms": 900_000}], 150_000, 1),
    ("promise", [{"priority": 0, "segment": "vip"}, {"priority": 1}], 10_000, 2),
    ("fifo_longest_idle", [{"segment": "ordinary"}, {"segment": "vip"}], 10_000, 1),
    ("fifo_longest_idle", [{"medium": "chat"}, {"medium": "voice"}], 10_000, 2),
    ("strict_priority", [{"segment": "ordinary"}, {"segment": "organisation"}, {"segment": "vip"}], 900_000, 3),
    ("ageing", [{"segment": "ordinary"}, {"segment": "vip"}], 10_000, 2),
    ("due_time", [{"segment": "vip", "target_ms": 90_000}, {"target_ms": 30_000}], 10_000, 2),
    ("gcmu", [{"target_ms": 90_000}, {"target_ms": 30_000}], 40_000, 2),
    ("queue_ratio", [{"target_ms": 60_000}, {"segment": "vip", "target_ms": 60_000}], 40_000, 2),
    ("keep_for_scarce", [{"segment": "ordinary"}, {"segment": "vip"}], 30_000, 2),
]


@pytest.mark.parametrize(("policy", "asked", "at", "first"), ORDERS)
def test_a_freed_agent_takes_the_first_in_the_policys_order(policy: str, asked: list[dict[str, Any]], at: int,
                                                            first: int) -> None:
    desk = Desk(policy)
    desk.agent(1)
    desk.take(0)
    for number, each in enumerate(asked, 1):
        desk.queue(number, at=number, **each)
    assert freed(desk, 0, at)[0] == first
    why = desk.core.explain_offer(first)
    assert why["rule"] and why["candidates"] >= 1
    json.dumps(why)


@pytest.mark.parametrize(("behind", "segment", "first"), [
    (0, "ordinary", 1), (1, "ordinary", 1), (1, "organisation", 2), (2, "ordinary", 1), (3, "ordinary", 2)])
def test_a_late_one_stands_behind_so_many_segments_as_is_set(behind: int, segment: str, first: int) -> None:
    desk = Desk(Policy(late_behind=behind))
    desk.agent(1)
    desk.take(0)
    desk.queue(1, segment="vip", target_ms=9_000)
    desk.queue(2, segment=segment, target_ms=50_000)
    assert freed(desk, 0, 20_000) == [first]
    why = desk.core.explain_offer(first)
    assert why["late"] is (first == 1) and why["level"] == (behind if first == 1 else 3 if segment == "ordinary" else 1)


@pytest.mark.parametrize("needs", [1, 9])  # few needs are looked at one by one, many down the order
@pytest.mark.parametrize("behind", [0, 1, 3])
def test_every_choice_is_the_first_of_all_who_wait(needs: int, behind: int) -> None:
    chance = random.Random(f"{needs}/{behind}")
    segments = ("vip", "organisation", "potential", "ordinary")
    desk = Desk(Policy(late_behind=behind, sticky="off"))
    desk.agent(1, skills={f"s{number}": 3 for number in range(needs)})
    desk.take(0)
    waiting: dict[int, tuple[int, dict[str, Any]]] = {}
    for number in range(1, 80):
        asked: dict[str, Any] = {"segment": chance.choice(segments), "priority": chance.choice((0, 0, 0, 1)),
                 "target_ms": chance.choice((20_000, 90_000, 300_000))}
        waiting[number] = (number * 1_000, asked)
        asked["requires"] = {f"s{chance.randrange(needs)}": 1}
        desk.queue(number, at=number * 1_000, **asked)

    def key(number: int) -> tuple[Any, ...]:
        born, asked = waiting[number]
        due = born + asked["target_ms"]
        if born + 12 * asked["target_ms"] <= desk.at:
            return -9, 0, False, due, number
        late = due <= desk.at
        return -asked["priority"], segments.index(asked["segment"]) + behind * late, late, due, number

    had, starved, late = 0, 0, 0
    while waiting:
        at = desk.at + chance.choice((500, 9_000))
        desk.tell(TimerFired(at=at))
        made = freed(desk, had, at)
        heads: dict[str, int] = {}  # among those alike nobody is passed
        for number in sorted(waiting, reverse=True):
            heads[str(waiting[number][1])] = number
        had = min(heads.values(), key=key)
        assert made == [had]
        starved, late = starved + (key(had)[0] == -9), late + (waiting[had][0] + waiting[had][1]["target_ms"] <= at)
        del waiting[had]
        desk.tell(OfferAccepted(at=at, contact=had))
    assert starved and 80 > late > starved


def test_ageing_lets_the_long_waiting_pass_a_vip() -> None:
    desk = Desk("ageing")
    desk.agent(1)
    desk.take(0)
    desk.queue(1, at=0)
    desk.queue(2, at=200_000, segment="vip")
    assert freed(desk, 0, 210_000) == [1]


# Choices of agents: several are free, one contact comes.

CHOICES: list[tuple[dict[str, Any], int]] = [
    ({"choice": "specialist"}, 2), ({"choice": "longest_idle"}, 1), ({"choice": "most_able"}, 3),
    ({"choice": "fixed", "fixed": (3, 2)}, 3), ({"choice": "weighted", "weights": {2: 3, 3: 1}}, 2),
    ({"choice": "round_robin"}, 1), ({"choice": "least_effort"}, 1),
]


@pytest.mark.parametrize(("changes", "agent"), CHOICES)
def test_the_agent_is_chosen_by_the_policy(changes: dict[str, Any], agent: int) -> None:
    desk = Desk(Policy(**changes))
    desk.agent(1, at=0, skills={"a": 3, "b": 3, "c": 3})
    desk.agent(2, at=1, skills={"a": 3})
    desk.agent(3, at=2, skills={"a": 5, "b": 3})
    made = offers(desk.queue(1, at=10, requires={"a": 1}))
    assert [each.agent for each in made] == [agent]
    assert made[0].why["candidates"] >= 1


def test_taking_turns_and_weights_are_kept_over_time() -> None:
    turns = Desk(Policy(choice="round_robin"))
    shares = Desk(Policy(choice="weighted", weights={1: 1, 2: 3}))
    for desk in (turns, shares):
        desk.agent(1)
        desk.agent(2)
    got: dict[str, list[Any]] = {"turns": [], "shares": []}
    for number in range(40):
        for name, desk in (("turns", turns), ("shares", shares)):
            got[name].append(desk.take(number, at=number).agent)
            desk.tell(WorkEnded(at=number, contact=number))
    assert got["turns"][:6] == [1, 2, 1, 2, 1, 2]
    assert got["shares"].count(2) == 30


def test_main_skills_before_overflow_and_small_work_away_from_whole_seats() -> None:
    desk = Desk()
    desk.agent(1, skills={"a": 2})
    desk.agent(2, at=5, skills={"a": 3})
    assert offers(desk.queue(1, at=9, requires={"a": 1}))[0].agent == 2
    desk = Desk()
    desk.agent(1, skills={"a": 3})
    desk.agent(2, at=5, skills={"a": 3, "b": 3}, media=frozenset({"chat"}))
    assert offers(desk.queue(1, at=9, medium="chat", requires={"a": 1}))[0].agent == 2


def test_whoever_is_idle_for_long_comes_first_in_the_fair_variant() -> None:
    for policy, chosen in (("promise", 2), ("promise_fair", 1)):
        desk = Desk(policy)
        desk.agent(1, skills={"a": 3, "b": 3})
        desk.agent(2, at=250_000, skills={"a": 3})
        assert offers(desk.queue(1, at=301_000, requires={"a": 1}))[0].agent == chosen, policy


def test_preferred_skills_decide_between_agents_and_wait_for_nobody() -> None:
    desk = Desk()
    desk.agent(1)
    desk.agent(2, at=5, skills={"calm": 4})
    assert offers(desk.queue(1, at=9, prefers={"calm": 3}))[0].agent == 2
    assert offers(desk.queue(2, at=10, prefers={"calm": 3}))[0].agent == 1


def test_one_true_reason_is_said_the_medium_only_where_no_skill_is_missing() -> None:
    desk = Desk()
    desk.agent(1, skills={"a": 2}, media=frozenset({"voice"}))
    assert desk.queue(1, medium="chat", requires={"b": 1}) == [Unservable(contact=1, missing=("b",))]
    assert desk.queue(2, medium="chat", requires={"a": 1}) == [Unservable(contact=2, missing=("medium",))]
    empty = Desk()
    assert empty.queue(1, requires={"a": 1}) == [Unservable(contact=1, missing=("a",))]
    assert empty.queue(2) == [Unservable(contact=2, missing=("medium",))]


def test_language_is_needed_where_it_is_named() -> None:
    desk = Desk()
    desk.agent(1, languages={"fa": 5})
    desk.agent(2, languages={"en": 3})
    assert offers(desk.queue(1, language="en"))[0].agent == 2
    assert offers(desk.queue(2))[0].agent == 1
    assert desk.queue(3, language="ar") == [Unservable(contact=3, missing=("language:ar",))]


# Seats

def test_several_offers_stand_at_once_up_to_the_seat() -> None:
    desk = Desk()
    desk.agent(1)
    assert [pairs(desk.queue(n, medium="chat")) for n in range(4)] == [[(0, 1)], [(1, 1)], [(2, 1)], []]
    assert desk.core.explain(3)["code"] == "all-busy"
    assert pairs(desk.tell(ContactGone(at=1, contact=1))) == [(3, 1)]


def test_limits_costs_and_other_work_count() -> None:
    desk = Desk("promise", QueueRules(id="q", points={"chat": 3}))
    desk.agent(1, limits={"mail": 1}, costs={"voice": 0})
    assert desk.queue(1, medium="voice") == [Unservable(contact=1, missing=("combination",))]
    assert pairs(desk.queue(2, medium="mail")) == [(2, 1)]
    assert pairs(desk.queue(3, medium="mail")) == []
    assert desk.core.explain(3)["code"] == "limit-of-medium"
    assert pairs(desk.queue(4, medium="chat")) == [(4, 1)]
    desk = Desk()
    desk.agent(1)
    desk.tell(LoadChanged(at=0, agent=1, points=5))
    assert desk.queue(1, medium="chat") == []
    assert pairs(desk.tell(LoadChanged(at=1, agent=1, points=4))) == [(1, 1)]


def test_wrap_up_keeps_the_seat_until_it_ends() -> None:
    desk = Desk()
    desk.agent(1)
    desk.take(1)
    desk.queue(2)
    assert desk.tell(WorkEnded(at=5, contact=1, wrap_up=True)) == []
    assert pairs(desk.tell(WrapUpEnded(at=9, contact=1))) == [(2, 1)]


def test_away_for_one_medium_is_ready_for_others() -> None:
    desk = Desk()
    desk.agent(1)
    desk.tell(AgentStateChanged(at=1, agent=1, state="ready", except_media=frozenset({"voice"})))
    assert isinstance(desk.queue(1, at=2)[0], Unservable)
    assert pairs(desk.queue(2, at=2, medium="chat")) == [(2, 1)]
    said = desk.tell(AgentStateChanged(at=3, agent=1, state="ready"))
    assert Servable(contact=1) in said
    assert pairs(desk.tell(ContactGone(at=4, contact=2))) == [(1, 1)]


def test_a_sleeping_chat_gives_its_place_back_and_gets_it_again() -> None:
    desk = Desk()
    desk.agent(1)
    for number in (1, 2, 3):
        desk.take(number, medium="chat")
    desk.queue(4, medium="chat")
    assert pairs(desk.tell(ContactSlept(at=5, contact=1))) == [(4, 1)]
    desk.agent(2, at=6, state="offline")
    assert offers(desk.tell(ContactWoke(at=7, contact=1))) == []
    assert desk.core.explain(1)["held_for"] == 1
    assert desk.tell(ContactWoke(at=7, contact=1)) == [Ignored(event="ContactWoke", reason="not-asleep: waiting")]
    assert pairs(desk.tell(WorkEnded(at=8, contact=2))) == [(1, 1)]


def test_a_woken_chat_goes_to_others_after_a_while_or_when_its_agent_leaves() -> None:
    for leaves in (False, True):
        desk = Desk()
        desk.agent(1)
        desk.take(1, medium="chat")
        desk.tell(ContactSlept(at=5, contact=1))
        desk.tell(LoadChanged(at=5, agent=1, points=6))
        desk.agent(2, at=6)
        assert offers(desk.tell(ContactWoke(at=7, contact=1))) == []
        later = AgentStateChanged(at=9, agent=1, state="away") if leaves else TimerFired(at=30_007)
        assert pairs(desk.tell(later)) == [(1, 2)]


# Offers

def test_an_offer_declined_lapsed_or_taken_back_goes_to_somebody_else() -> None:
    for event in (OfferDeclined, OfferExpired, OfferRescinded):
        desk = Desk(away_after=0)
        desk.agent(1)
        desk.agent(2, at=1)
        assert pairs(desk.queue(1, at=2)) == [(1, 1)]
        assert pairs(desk.tell(event(at=3, contact=1))) == [(1, 2)]
        assert desk.tell(event(at=4, contact=1, offer="1/1"))[0] == Ignored(event=event.__name__,
                                                                            reason="late: another offer stands")
        assert desk.tell(event(at=4, contact=9))[0] == Ignored(event=event.__name__, reason="unknown-contact")


def test_nobody_is_asked_again_at_once_for_what_he_declined() -> None:
    desk = Desk()
    desk.agent(1)
    desk.queue(1)
    said = desk.tell(OfferDeclined(at=5, contact=1))
    assert said == [SetTimer(at=30_005)]
    assert desk.core.explain(1)["code"] == "declined-by-all"
    assert pairs(desk.tell(TimerFired(at=30_005))) == [(1, 1)]
    assert offers(desk.tell(OfferAccepted(at=30_006, contact=1, offer="1/1"))) == []
    assert desk.tell(OfferAccepted(at=30_007, contact=1, offer="1/2")) == []
    assert desk.tell(OfferAccepted(at=30_007, contact=1)) == [Ignored(event="OfferAccepted",
                                                                      reason="late: no offer stands")]


def test_offers_let_lapse_set_away_for_a_while() -> None:
    desk = Desk(away_after=2, away_ms=60_000, reoffer_ms=0)
    desk.agent(1)
    desk.queue(1)
    assert pairs(desk.tell(OfferExpired(at=20_000, contact=1))) == [(1, 1)]
    said = desk.tell(OfferExpired(at=40_000, contact=1))
    assert AgentAutoAway(agent=1, until=100_000, missed=2) in said
    assert desk.core.explain(1)["code"] == "nobody-ready"
    assert pairs(desk.tell(TimerFired(at=100_000))) == [(1, 1)]
    desk = Desk(away_after=1, away_ms=0)
    desk.agent(1)
    desk.queue(1)
    assert AgentAutoAway(agent=1, until=None, missed=1) in desk.tell(OfferExpired(at=9, contact=1))


def test_whoever_goes_gives_his_offers_back() -> None:
    desk = Desk()
    desk.agent(1)
    desk.agent(2, at=1)
    desk.queue(1, at=2)
    said = desk.tell(AgentStateChanged(at=3, agent=1, state="away"))
    assert said[0] == CancelOffer(contact=1, agent=1, offer="1/1", reason="agent-state")
    assert pairs(said) == [(1, 2)]
    said = desk.tell(AgentRemoved(at=4, agent=2))
    assert said[0] == CancelOffer(contact=1, agent=2, offer="1/2", reason="agent-removed")


def test_hanging_up_while_offered_frees_the_seat_at_once() -> None:
    desk = Desk()
    desk.agent(1)
    desk.queue(1)
    desk.queue(2, at=1)
    said = desk.tell(ContactGone(at=2, contact=1))
    assert isinstance(said[0], CancelOffer)
    assert said[0].reason == "gone"
    assert pairs(said) == [(2, 1)]


# Last agent

def test_the_last_agent_is_asked_first_if_free_or_waited_for() -> None:
    free = Desk()
    free.agent(1, skills={"a": 1})
    free.agent(2, at=1)
    made = offers(free.queue(1, at=5, sticky=1))[0]
    assert (made.agent, made.why["rule"]) == (1, "sticky")
    off = Desk(replace(router.policy("promise"), sticky="off"))
    off.agent(2)
    off.agent(1, at=1)
    assert offers(off.queue(1, at=5, sticky=1))[0].agent == 2
    hold = Desk(Policy(sticky="hold", hold_ms=20_000))
    hold.agent(1)
    hold.take(0)
    hold.agent(2)
    assert offers(hold.queue(1, at=5, sticky=1)) == []
    assert hold.core.explain(1)["code"] == "held-for-agent"
    assert pairs(hold.tell(TimerFired(at=20_005))) == [(1, 2)]


# Rings, backups, reserves

def test_rings_widen_step_by_step_and_never_narrow() -> None:
    rings = (Ring(after_ms=10_000, relax=2), Ring(after_ms=20_000, drop=frozenset({"a"}), alarm=True),
             Ring(after_ms=30_000, queues=("other",)))
    desk = Desk("promise", QueueRules(id="q", requires={"a": 4, "b": 1}, rings=rings),
                QueueRules(id="other", requires={"z": 1}))
    desk.agent(1, skills={"a": 2, "b": 1})
    desk.agent(2, skills={"b": 3})
    desk.agent(3, skills={"z": 1})
    for agent in (1, 2, 3):
        desk.tell(ContactTaken(at=0, contact=90 + agent, agent=agent, medium="voice"))
    assert desk.queue(7, at=0)[0] == Step(contact=7, ring=1, skipped=0, alarm=False), "nobody is in ring 0"
    assert desk.tell(TimerFired(at=10_000)) == [SetTimer(at=20_000)]
    assert [each["adds"] for each in desk.core.explain(7)["rings"]] == [1, 1]
    assert desk.tell(TimerFired(at=20_000))[0] == Step(contact=7, ring=2, skipped=0, alarm=True)
    assert desk.tell(TimerFired(at=30_000))[0] == Step(contact=7, ring=3, skipped=0, alarm=False)
    assert {each["agent"] for each in desk.core.explain(7)["who"]} == {1, 2, 3}
    assert pairs(desk.tell(WorkEnded(at=40_000, contact=93))) == [(7, 3)]


def test_a_ring_that_nobody_on_duty_is_in_is_skipped() -> None:
    rings = (Ring(after_ms=10_000, relax=1), Ring(after_ms=60_000, relax=3))
    desk = Desk("promise", QueueRules(id="q", requires={"a": 5}, rings=rings))
    desk.agent(1, skills={"a": 5})
    desk.take(1)
    desk.agent(2, skills={"a": 2})
    assert offers(desk.queue(2, at=5)) == []
    said = desk.tell(AgentStateChanged(at=9, agent=1, state="offline"))
    assert said[0] == Step(contact=2, ring=2, skipped=1, alarm=False)
    assert pairs(said) == [(2, 2)]


def test_backups_help_only_with_those_who_waited() -> None:
    desk = Desk()
    desk.agent(1, backup_after_ms=90_000)
    assert offers(desk.queue(1)) == []
    assert desk.core.explain(1)["code"] == "nobody-in-this-ring"
    assert pairs(desk.tell(TimerFired(at=90_000))) == [(1, 1)]


def test_mail_leaves_seats_to_calls_until_its_own_promise_presses() -> None:
    desk = Desk(replace(router.policy("promise"), reserve_percent=100))
    for agent in range(4):
        desk.agent(agent)
    assert pairs(desk.queue(1, medium="mail")) == [(1, 0)]
    assert pairs(desk.queue(5, medium="mail")) == [(5, 0)], "beside what he has"
    assert offers(desk.queue(2, medium="mail")) == []
    assert desk.core.explain(2)["code"] == "reserve"
    assert pairs(desk.queue(3)) != []
    assert desk.tell(AgentStateChanged(at=5, agent=0, state="wrap-up")) == []
    timers = [each.at for each in desk.tell(TimerFired(at=10)) if isinstance(each, SetTimer)]
    assert timers == []
    assert offers(desk.tell(TimerFired(at=3_600_000 * 80 // 100)))[0].contact == 2


def test_the_last_idle_agents_wait_for_vips_and_for_scarce_skills() -> None:
    vip = Desk(Policy(vip_idle=1))
    vip.agent(1)
    assert offers(vip.queue(1)) == []
    assert vip.core.explain(1)["code"] == "vip"
    assert pairs(vip.queue(2, at=1, segment="vip")) == [(2, 1)]
    scarce = Desk("keep_for_scarce")
    scarce.agent(1, skills={"a": 3, "rare": 3})
    scarce.agent(2, skills={"a": 3})
    scarce.take(9, requires={"a": 1})
    assert offers(scarce.queue(1, requires={"a": 1})) == []
    assert scarce.core.explain(1)["code"] == "scarce"
    assert pairs(scarce.queue(2, at=1, requires={"rare": 1})) == [(2, 1)]
    scarce.tell(OfferAccepted(at=2, contact=2))
    assert pairs(scarce.tell(WorkEnded(at=10_000, contact=2))) == [(1, 1)]


def test_a_seat_empties_for_a_call_that_starves() -> None:
    for drain, then in ((True, []), (False, [4])):
        desk = Desk(Policy(guard=3, drain=drain))
        desk.agent(1)
        desk.take(1, medium="chat")
        desk.take(2, medium="chat")
        desk.queue(3, at=5)
        assert offers(desk.queue(9, at=70_000, medium="chat", segment="vip")) == [] or not drain
        desk.tell(ContactGone(at=70_001, contact=9))
        desk.queue(4, at=70_002, medium="chat")
        assert offers(desk.tell(WorkEnded(at=70_003, contact=1))) == []
        assert (desk.core.explain(4)["state"] == "offered") == bool(then)
        if drain:
            assert desk.core.explain(4)["kept_by"] == "drain"
            assert pairs(desk.tell(WorkEnded(at=70_004, contact=2))) == [(3, 1)]


# Queues, skills, agents that change while somebody waits

def test_a_closed_queue_keeps_its_contacts_and_their_clocks_stand_still() -> None:
    desk = Desk()
    desk.agent(1)
    desk.take(0)
    desk.queue(1, at=1_000)
    desk.tell(QueueClosed(at=2_000, queue="q"))
    assert freed(desk, 0, 3_000) == []
    assert desk.core.explain(1)["code"] == "closed"
    assert pairs(desk.tell(QueueOpened(at=500_000, queue="q"))) == [(1, 1)]
    desk.tell(OfferDeclined(at=500_000, contact=1))
    assert desk.core.explain(1)["waited_ms"] == 1_000
    assert desk.tell(QueueOpened(at=500_001, queue="q"))[0] == Ignored(event="QueueOpened", reason="open")


def test_a_queue_merged_away_hands_its_contacts_on_with_their_age() -> None:
    desk = Desk("promise", QueueRules(id="q", requires={"a": 1}), QueueRules(id="r", requires={"b": 1}))
    desk.agent(1, skills={"b": 3})
    assert isinstance(desk.queue(1)[0], Unservable)
    said = desk.tell(QueueMerged(at=9_000, queue="q", into="r"))
    assert said[0] == Servable(contact=1)
    assert pairs(said) == [(1, 1)]
    assert desk.queue(2, at=9_001)[0] == Ignored(event="ContactQueued", reason="unknown-queue")
    assert desk.tell(QueueMerged(at=9_002, queue="r", into="r"))[0] == Ignored(event="QueueMerged",
                                                                               reason="same-queue")


def test_a_skill_that_is_no_more_is_needed_no_more() -> None:
    desk = Desk("promise", QueueRules(id="q", requires={"a": 1}))
    desk.agent(1, skills={"b": 3})
    assert desk.queue(1, requires={"c": 2}) == [Unservable(contact=1, missing=("a", "c"))]
    desk.tell(SkillRemoved(at=5, skill="a"))
    said = desk.tell(SkillRemoved(at=6, skill="c"))
    assert Servable(contact=1) in said
    assert pairs(said) == [(1, 1)]


def test_what_nobody_can_serve_is_said_at_once_and_said_again_when_somebody_can() -> None:
    desk = Desk()
    desk.agent(1, skills={"a": 2})
    desk.agent(2, skills={"b": 2})
    assert desk.queue(1, requires={"a": 4}) == [Unservable(contact=1, missing=("a",))]
    assert desk.core.explain(1)["code"] == "nobody-has-skills"
    assert desk.core.explain(1)["missing"] == ["a"]
    assert desk.queue(2, requires={"a": 1, "b": 1}) == [Unservable(contact=2, missing=("combination",))]
    said = desk.tell(AgentProfile(at=5, agent=2, skills={"a": 5, "b": 2}))
    assert {each.contact for each in said if isinstance(each, Servable)} == {1, 2}
    assert pairs(said) == [(1, 2)]
    said = desk.tell(AgentRemoved(at=6, agent=2))
    assert {each.contact for each in said if isinstance(each, Unservable)} == {1, 2}


def test_a_profile_that_no_longer_fits_takes_the_offer_back() -> None:
    desk = Desk()
    desk.agent(1, skills={"a": 3})
    desk.queue(1, requires={"a": 3})
    said = desk.tell(AgentProfile(at=2, agent=1, skills={"a": 2}))
    assert said[-1] == CancelOffer(contact=1, agent=1, offer="1/1", reason="agent-profile") or any(
        isinstance(each, CancelOffer) for each in said)
    assert any(isinstance(each, Unservable) for each in said)


def test_a_queue_that_changes_moves_those_who_wait() -> None:
    desk = Desk("promise", QueueRules(id="q", requires={"a": 1}))
    desk.agent(1, skills={"b": 1})
    desk.queue(1)
    said = desk.tell(QueueChanged(at=3, queue=QueueRules(id="q", requires={"b": 1})))
    assert pairs(said) == [(1, 1)]
    bad = desk.tell(QueueChanged(at=4, queue=QueueRules(id="q", requires={"b": 9})))
    assert bad == [Ignored(event="QueueChanged", reason="bad-queue queues.q.requires.b: a level is 1 to 5, not 9")]


def test_a_new_configuration_applies_to_those_who_wait() -> None:
    desk = Desk("fifo_longest_idle")
    desk.agent(1)
    desk.take(0)
    desk.queue(1, at=1)
    desk.queue(2, at=2, segment="vip")
    now = Config(media=MEDIA, queues=(QueueRules(id="q"),), policies={"default": router.policy("promise")})
    desk.tell(ConfigChanged(at=3, config=now))
    assert freed(desk, 0, 4) == [2]
    without = Config(media=MEDIA, queues=(QueueRules(id="x"),))
    assert desk.tell(ConfigChanged(at=5, config=without))[0] == Ignored(event="ConfigChanged",
                                                                        reason="queue-in-use: q; merge it first")


def test_a_transfer_keeps_the_age() -> None:
    desk = Desk("fifo_longest_idle", QueueRules(id="q"), QueueRules(id="r"))
    desk.agent(1)
    desk.take(1, at=0)
    desk.queue(2, at=5, queue="r")
    said = desk.queue(1, at=9, queue="r")
    assert pairs(said) == [(1, 1)], "it came first"


# What is refused

BAD: list[tuple[str, Callable[[], object]]] = [
    ("policies.default.guard", lambda: _with(guard=1)),
    ("policies.default.reserve_percent", lambda: _with(reserve_percent=101)),
    ("policies.default.order", lambda: _with(order="luck")),
    ("policies.default.late_behind", lambda: _with(late_behind=101)),
    ("policies.default.choice", lambda: _with(choice="me")),
    ("policies.default.hold_ms", lambda: _with(sticky="hold")),
    ("policies.default.fixed", lambda: _with(choice="fixed")),
    ("policies.default.weights", lambda: _with(choice="weighted", weights={1: 0})),
    ("policies.default.idle_first_ms", lambda: _with(idle_first_ms=-1)),
    ("media.chat.points", lambda: Config(media={"chat": MediumRules(points=0)})),
    ("media", lambda: Config(media={})),
    ("segments", lambda: Config(media=MEDIA, segments=("a", "a"))),
    ("weights.gold", lambda: Config(media=MEDIA, weights={"gold": 3})),
    ("capacity", lambda: Config(media=MEDIA, capacity=0)),
    ("queues", lambda: Config(media=MEDIA, queues=(QueueRules(id=1), QueueRules(id=1)))),
    ("queues.1.group", lambda: Config(media=MEDIA, queues=(QueueRules(id=1, group="x"),))),
    ("queues.1.targets.chat.vip", lambda: Config(media=MEDIA, queues=(
        QueueRules(id=1, targets={("chat", "vip"): 0}),))),
    ("queues.1.rings.1.after_ms", lambda: Config(media=MEDIA, queues=(
        QueueRules(id=1, rings=(Ring(after_ms=9), Ring(after_ms=3))),))),
    ("queues.1.rings.0.queues", lambda: Config(media=MEDIA, queues=(
        QueueRules(id=1, rings=(Ring(after_ms=9, queues=(7,)),)),))),
    ("policy", lambda: router.policy("chance")),
]


def _with(**changes: Any) -> Config:
    return Config(media=MEDIA, policies={"default": Policy(**changes)})


@pytest.mark.parametrize(("key", "make"), BAD, ids=[key for key, _ in BAD])
def test_a_parameter_that_cannot_be_meant_is_refused_with_its_key(key: str, make: Callable[[], object]) -> None:
    with pytest.raises(PolicyError) as refused:
        make()
    assert refused.value.key == key
    assert refused.value.reason


ODD: list[tuple[Event, str]] = [
    (ContactQueued(at=9, contact=1, queue="?", medium="voice"), "unknown-queue"),
    (ContactQueued(at=9, contact=1, queue="q", medium="pigeon"), "unknown-medium"),
    (ContactQueued(at=9, contact=1, queue="q", medium="voice", segment="king"), "unknown-segment"),
    (ContactQueued(at=9, contact=1, queue="q", medium="voice", requires={"a": 6}), "bad-request"),
    (ContactQueued(at=9, contact="x", queue="q", medium="voice"), "bad-id"),
    (ContactQueued(at=9, contact=1, queue="q", medium="voice", target_ms=0), "bad-target"),
    (AgentStateChanged(at=9, agent=1, state="asleep"), "unknown-state"),
    (AgentStateChanged(at=9, agent=8, state="ready"), "unknown-agent"),
    (AgentProfile(at=9, agent=1, skills={"a": 0}), "bad-level"),
    (LoadChanged(at=9, agent=1, points=-1), "bad-points"),
    (ContactGone(at=9, contact=8), "unknown-contact"), (WorkEnded(at=9, contact=8), "unknown-contact"),
    (WorkEnded(at=9, contact=5), "not-held"), (ContactSlept(at=9, contact=5), "not-held"),
    (QueueClosed(at=9, queue="?"), "unknown-queue"), (AgentRemoved(at=9, agent=8), "unknown-agent"),
    (ContactChanged(at=9, contact=5, queue="?"), "unknown-queue"), (TimerFired(at=4), "clock-back"),
    (OfferTaken(at=9, contact=8, agent=1, attempt=1), "not-waiting"),
    (DemandKnown(at=9, work={("voice", frozenset()): -1}), "bad-work"),
]


@pytest.mark.parametrize(("event", "reason"), ODD, ids=[reason for _, reason in ODD])
def test_an_odd_event_changes_nothing_and_says_why(event: Event, reason: str) -> None:
    desk = Desk()
    desk.agent(1)
    desk.take(4)
    desk.queue(5, at=5)
    before = desk.core.snapshot()
    said = desk.core.handle(event)
    assert len(said) == 1
    assert isinstance(said[0], Ignored)
    assert said[0].reason.startswith(reason)
    after = json.loads(desk.core.snapshot())
    assert {**after, "now": 0} == {**json.loads(before), "now": 0}


def test_an_event_told_twice_counts_once() -> None:
    desk = Desk()
    desk.agent(1)
    desk.tell(ContactQueued(at=1, id="e1", contact=1, queue="q", medium="voice"))
    assert desk.tell(ContactQueued(at=1, id="e1", contact=1, queue="q", medium="voice")) == [
        Ignored(event="ContactQueued", reason="duplicate")]


# Proofs over many events

def _days(seed: int, steps: int = 400) -> tuple[list[Event], list[list[Decision]], Core]:
    chance = random.Random(seed)
    watch = Watch(config())
    begin(watch, chance.randrange)
    while len(watch.log) < steps:
        watch.tell(event_of(watch, chance.randrange, 0))
    return watch.log, watch.said, watch.core


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_replay_gives_the_same_decisions_and_a_snapshot_goes_on_the_same(seed: int) -> None:
    log, said, core = _days(seed)
    again = Core(config())
    assert [again.handle(event) for event in log] == said
    assert again.snapshot() == core.snapshot()
    half = Core(config())
    for event in log[:len(log) // 2]:
        half.handle(event)
    restored = Core.restore(half.snapshot())
    assert restored.snapshot() == half.snapshot()
    assert restored.audit() == []
    assert [restored.handle(event) for event in log[len(log) // 2:]] == said[len(log) // 2:]


@pytest.mark.parametrize("seed", [4, 5])
def test_shifting_time_and_renaming_change_nothing(seed: int) -> None:
    log, said, _ = _days(seed)
    shifted = Core(config())
    for event, before in zip(log, said, strict=True):
        now = [(each.contact, each.agent) for each in shifted.handle(replace(event, at=event.at + 10**12))
               if isinstance(each, Offer)]
        assert now == pairs(before)
    renamed = Core(config())
    for event, before in zip(log, said, strict=True):
        changes = {name: 1000 + 3 * value for name in ("contact", "agent", "sticky")
                   if isinstance(value := getattr(event, name, None), int)}
        now = [((each.contact - 1000) // 3, (each.agent - 1000) // 3) for each in renamed.handle(  # type: ignore[operator]
            replace(event, **changes)) if isinstance(each, Offer)]
        assert now == pairs(before)


def test_the_order_of_equals_at_one_moment_does_not_matter() -> None:
    arrivals = [ContactQueued(at=5, contact=n, queue="q", medium="voice", segment=segment)
                for n, segment in enumerate(("vip", "ordinary", "ordinary"))]
    people = [AgentProfile(at=0, agent=n, skills={"a": 1 + n}) for n in range(3)]
    seen = set()
    for first, second in product(permutations(people), permutations(arrivals)):
        desk = Desk()
        for event in (*first, *second):
            desk.tell(event)
        got = []
        for agent in range(3):
            got += pairs(desk.tell(AgentStateChanged(at=9, agent=agent, state="ready")))
        seen.add(tuple(got))
    assert len(seen) == 1


def test_a_flood_of_vips_starves_nobody() -> None:
    """The bound: at G promises nobody who came later is served before, but for those who starve and are due earlier."""
    guard = 4
    for name, served in (("promise", True), ("strict_priority", False)):
        desk = Desk(replace(router.policy(name), guard=guard if served else 0))
        desk.agent(1)
        desk.take(0)
        desk.queue(1, at=1, target_ms=30_000)
        at, number, held, answered = 1, 1, 0, None
        while at < 2_000_000 and answered is None:
            number += 1
            desk.queue(number, at=at + 1, segment="vip", target_ms=20_000)
            at += 10_000
            if number % 2 == 0:
                made = offers(desk.tell(WorkEnded(at=at, contact=held)))
                held = int(made[0].contact)
                desk.tell(OfferAccepted(at=at, contact=held))
                answered = at if held == 1 else None
        if served:
            # G promises, then those VIPs who starved by then and were due before it, each for one piece of work.
            assert answered is not None and answered <= 30_000 * guard + 20_000 * (30_000 // 10_000 + 2)
        else:
            assert answered is None


def test_flexibility_follows_the_work_that_is_known() -> None:
    desk = Desk()
    desk.agent(1, skills={"a": 3, "b": 3})
    desk.agent(2, skills={"a": 3, "c": 3})
    desk.tell(DemandKnown(at=0, work={("voice", frozenset({"a"})): 100, ("voice", frozenset({"b"})): 900}))
    assert offers(desk.queue(1, at=1, requires={"a": 1}))[0].agent == 2
    assert offers(desk.queue(2, at=2, requires={"a": 1}))[0].why["band"] == 6


def test_of_those_alike_in_all_else_the_most_able_is_asked_and_then_the_longest_idle() -> None:
    desk = Desk()
    for agent, level in ((1, 3), (2, 5), (3, 5), (4, 4)):
        desk.agent(agent, skills={"a": level})
    made = offers(desk.queue(1, at=1, requires={"a": 1}))[0]
    assert made.agent == 2 and made.why["below"] == 0
    assert [offers(desk.queue(number, at=number, requires={"a": 1}))[0].agent for number in (2, 3, 4)] == [3, 4, 1]


def test_place_counts_those_who_come_before() -> None:
    desk = Desk()
    desk.agent(1)
    desk.take(0)
    for number, segment in enumerate(("ordinary", "vip", "ordinary"), 1):
        desk.queue(number, at=number, segment=segment)
    assert [desk.core.place(number)["ahead"] for number in (1, 2, 3)] == [1, 0, 2]
    assert desk.core.place(99) == {}
    assert desk.core.explain(99) == {"state": "unknown"}


def test_a_restart_without_a_snapshot_stands_as_before() -> None:
    desk = Desk()
    for agent in (1, 2):
        desk.agent(agent, state="offline")
    desk.tell(ContactTaken(at=100, contact=1, agent=1, medium="voice", queue="q"))
    desk.queue(2, at=100, queued_at=10)
    desk.tell(OfferTaken(at=100, contact=2, agent=2, attempt=3))
    desk.queue(3, at=100, queued_at=50, excluded=frozenset({2}))
    assert desk.tell(AgentStateChanged(at=101, agent=2, state="ready")) == []
    assert desk.tell(AgentStateChanged(at=101, agent=1, state="ready")) == []
    assert desk.tell(OfferAccepted(at=102, contact=2, offer="2/3")) == []
    assert pairs(desk.tell(WorkEnded(at=103, contact=2))) == []
    assert pairs(desk.tell(WorkEnded(at=103, contact=1))) == [(3, 1)]


def test_whoever_is_missed_least_is_asked_first_and_colleagues_who_are_free_count() -> None:
    desk = Desk(Policy(keep_whole=False))
    desk.agent(1, at=0, skills={"a": 3, "b": 3})
    desk.agent(2, at=1, skills={"a": 3, "c": 3})
    desk.agent(3, at=2, skills={"c": 3})
    desk.tell(DemandKnown(at=3, work={("voice", frozenset({"a"})): 100, ("voice", frozenset({"b"})): 400,
                                      ("voice", frozenset({"c"})): 500}))
    # More work asks for c than for b, but somebody else is free for it.
    made = offers(desk.queue(1, at=4, requires={"a": 1}))[0]
    assert made.agent == 2 and made.why["missed"] == 100 // 4 + 500 // 4
    desk.tell(ContactGone(at=5, contact=1))
    desk.tell(AgentStateChanged(at=6, agent=3, state="away"))
    made = offers(desk.queue(2, at=7, requires={"a": 1}))[0]
    assert made.agent == 1 and made.why["missed"] == 100 // 4 + 400 // 2
    static = Desk(Policy(cover=False))
    static.agent(1, skills={"a": 3, "b": 3})
    assert "missed" not in offers(static.queue(1, at=1, requires={"a": 1}))[0].why


def test_who_is_missed_follows_profiles_and_what_comes() -> None:
    desk = Desk(Policy(keep_whole=False))
    desk.agent(1, at=0, skills={"a": 3, "b": 3})
    desk.agent(2, at=1, skills={"a": 3, "c": 3})
    work = {("voice", frozenset({skill})): 100 * n for skill, n in (("a", 1), ("b", 4), ("c", 3))}
    desk.tell(DemandKnown(at=2, work=work))
    assert offers(desk.queue(1, at=3, requires={"a": 1}))[0].agent == 2
    desk.tell(ContactGone(at=4, contact=1))
    desk.agent(3, at=5, skills={"b": 3})  # new, and of a crew that is new
    assert offers(desk.queue(2, at=6, requires={"a": 1}))[0].agent == 1
    desk.tell(ContactGone(at=7, contact=2))
    desk.tell(AgentRemoved(at=8, agent=3))
    assert offers(desk.queue(3, at=9, requires={"a": 1}))[0].agent == 2
    desk.tell(ContactGone(at=10, contact=3))
    desk.tell(DemandKnown(at=11, work={**work, ("voice", frozenset({"c"})): 900}))
    assert offers(desk.queue(4, at=12, requires={"a": 1}))[0].agent == 1
    assert desk.core.audit() == []


def test_small_work_is_missed_by_the_room_that_is_left() -> None:
    desk = Desk(Policy(keep_whole=False))
    for agent, skill in ((1, "b"), (2, "c")):
        desk.agent(agent, at=agent, skills={"a": 3, skill: 3}, media=frozenset({"chat"}))
    desk.tell(DemandKnown(at=3, work={("chat", frozenset({skill})): 100 for skill in ("b", "c")}))
    assert offers(desk.queue(1, at=4, medium="chat", requires={"b": 1}))[0].agent == 1
    # Two places are left for b, three for c: whoever comes with a leaves b alone.
    made = offers(desk.queue(2, at=5, medium="chat", requires={"a": 1}))[0]
    assert made.agent == 2 and made.why["missed"] == (500 >> 2) - (500 >> 3)


@pytest.mark.parametrize("policy", ["promise", "due_time", "ageing"])
def test_patience_decides_nothing_and_is_named(policy: str) -> None:
    """A long walk once as it is, once with a patience at every contact and told anew in between: the same decisions."""
    chance = random.Random(11)
    watch = Watch(config(policy))
    begin(watch, chance.randrange)
    plain, borne = Core(watch.config), Core(watch.config)
    for number in range(1_500):
        event = event_of(watch, chance.randrange, number)
        watch.tell(event)
        other = replace(event, patience_ms=chance.randrange(1, 900_000)) if isinstance(event, ContactQueued) else event
        assert plain.handle(event) == borne.handle(other)
        if isinstance(other, ContactQueued) and number % 3 == 0:
            borne.handle(ContactChanged(at=event.at, contact=other.contact, patience_ms=chance.randrange(2) * 5_000))
            plain.handle(ContactChanged(at=event.at, contact=other.contact))
    desk = Desk(policy)
    desk.queue(1, patience_ms=90_000)
    desk.queue(2)
    assert [desk.core.explain(each)["patience_ms"] for each in (1, 2)] == [90_000, None]
    desk.tell(ContactChanged(at=1, contact=1, patience_ms=0))
    desk.tell(ContactChanged(at=1, contact=2, patience_ms=7_000))
    assert [desk.core.explain(each)["patience_ms"] for each in (1, 2)] == [None, 7_000]


def test_what_is_said_is_as_of_the_moment_asked_and_changes_nothing() -> None:
    desk = Desk("promise", QueueRules(id="q", requires={"a": 3}, rings=(Ring(after_ms=90_000, relax=2),)))
    desk.agent(1, skills={"a": 3})
    desk.agent(2, skills={"a": 1})
    desk.take(0)
    desk.queue(1, at=0, target_ms=3_000)
    desk.queue(2, at=0, target_ms=2_900, segment="vip")
    before, first = desk.core.snapshot(), desk.core.explain(1)
    assert (first["waited_ms"], first["late"], first["guarded"], first["place"]["ahead"]) == (0, False, False, 1)
    later = desk.core.explain(1, 36_000)
    assert (later["waited_ms"], later["late"], later["guarded"], later["due_at"]) == (36_000, True, True, 3_000)
    assert (first["rings"][0]["in_ms"], later["rings"][0]["in_ms"]) == (90_000, 54_000)
    # Only the second starves after 35 seconds: it comes first, whoever it is.
    assert desk.core.place(2, 35_000)["ahead"] == 0 and desk.core.place(1, 35_000)["ahead"] == 1
    assert desk.core.explain(1, -5) == desk.core.explain(1) == first, "never before the last event"
    assert desk.core.snapshot() == before and desk.core.now == 0 and desk.core.audit() == []
    desk.tell(QueueClosed(at=40_000, queue="q"))
    assert desk.core.explain(1, 10**9)["waited_ms"] == 40_000, "while it is closed nothing passes"
    assert desk.core.explain(99, 5) == {"state": "unknown"} and desk.core.place(99, 5) == {}
