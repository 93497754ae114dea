"""Who may serve a need is found through skills, media and queues, not by asking every crew."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from router.core import (
    AgentProfile,
    AgentRemoved,
    AgentStateChanged,
    Config,
    ContactGone,
    ContactQueued,
    Core,
    MediumRules,
    QueueRules,
    Ring,
    SkillRemoved,
)

SKILLS, MEDIA = ("a", "b", "c"), ("voice", "chat")
RINGS = (Ring(after_ms=10, relax=2), Ring(after_ms=20, drop=frozenset({"a"})), Ring(after_ms=30, queues=("other",)))
CONFIG = Config(
    media={"voice": MediumRules(points=6), "chat": MediumRules(points=2)},
    queues=(QueueRules(id="all", requires={"a": 2}, rings=RINGS), QueueRules(id="other", requires={"c": 1}),
            QueueRules(id="free")))
skills = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5))
profiles = st.tuples(st.integers(1, 6), skills, st.sampled_from((None, frozenset({"voice"}), frozenset({"chat"}))),
                     st.sampled_from((None, frozenset({"all"}), frozenset({"other", "free"}))), st.integers(0, 1))
contacts = st.tuples(st.integers(1, 9), st.sampled_from(("all", "other", "free")), st.sampled_from(MEDIA), skills)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(profiles, contacts, st.integers(1, 6)), max_size=25))
def test_nobody_is_overlooked_and_nobody_too_many(steps: list[object]) -> None:
    """The audit compares every crew with every need the long way."""
    core, at = Core(CONFIG), 0
    for step in steps:
        at += 7
        if isinstance(step, int):
            core.handle(AgentRemoved(at=at, agent=step) if step % 2 else ContactGone(at=at, contact=step))
        elif len(step) == 5:  # type: ignore[arg-type]
            number, has, media, queues, backup = step  # type: ignore[misc]
            core.handle(AgentProfile(at=at, agent=number, skills=has, media=media, queues=queues,
                                     backup_after_ms=15 * backup))
            core.handle(AgentStateChanged(at=at, agent=number, state="ready"))
        else:
            number, queue, medium, needs = step  # type: ignore[misc]
            core.handle(ContactQueued(at=at, contact=number, queue=queue, medium=medium, requires=needs))
        assert core.audit() == []
    core.handle(SkillRemoved(at=at, skill="a"))
    assert core.audit() == []


def test_a_house_where_everybody_is_different_is_told_quickly() -> None:
    """Twice as many people and needs: a matching of each with each would take four times as long."""
    def told(size: int) -> float:
        chance = random.Random(3)
        names = [f"s{n}" for n in range(size // 2)]
        core = Core(Config(media={"chat": MediumRules(points=2)}, queues=(QueueRules(id="all"),)))
        began = time.process_time()
        for agent in range(size):
            core.handle(AgentProfile(at=0, agent=agent, skills=dict.fromkeys(chance.sample(names, 4), 3)))
        for number in range(size):
            core.handle(ContactQueued(at=1, contact=number, queue="all", medium="chat",
                                      requires=dict.fromkeys(chance.sample(names, 2), 1)))
        return time.process_time() - began
    few, many = min(told(600) for _ in range(3)), min(told(2400) for _ in range(3))
    assert many < 14 * few, (few, many)  # four times as many; each with each is sixteen and more
