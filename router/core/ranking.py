"""Crews in a policy's order before one contact, and the agent whose turn it is in a crew. Reads; picks no contact."""

from __future__ import annotations

from router.core.config import Id, Policy
from router.core.crews import Agent, Crew
from router.core.floor import bits
from router.core.order import Group
from router.core.state import State
from router.core.waiting import Line, Need

_HIGHEST = 5  #: level of a skill


def tiers(state: State, need: Need, group: Group) -> list[tuple[tuple[int, ...], int]]:
    """Crews that may take it, those before the agents themselves are compared equal put together; best first."""
    found = need.tiers.get(group.name)
    if found is not None:
        return found
    policy = group.policy
    masks: dict[tuple[int, ...], int] = {}
    for number in bits(need.crews):
        crew = state.floor.crews[number]
        if crew is not None:
            terms = crew_terms(state, need, crew, policy)
            masks[terms] = masks.get(terms, 0) | crew.bit
    found = need.tiers[group.name] = sorted(masks.items())
    return found


def crew_terms(state: State, need: Need, crew: Crew, policy: Policy) -> tuple[int, ...]:
    """What is compared between crews before this need; the smallest comes first."""
    ring = state.floor.ring_of(need, crew) + (len(need.rings) + 1 if crew.backup else 0)
    lack = sum(crew.skills.get(skill, 0) < level for skill, level in need.prefers)
    if policy.choice == "specialist":
        keep = int(policy.keep_whole and not need.whole and crew.whole)
        overflow = int(any(crew.skills.get(skill, 0) <= 2 for skill, _ in need.skills))
        below = _HIGHEST - min((crew.skills.get(skill, 0) for skill, _ in need.skills), default=_HIGHEST)
        return (ring, keep, lack, overflow, crew.band, below)
    if policy.choice == "most_able":
        return (ring, lack, -sum(crew.skills.get(skill, 0) for skill, _ in need.skills))
    return (ring,)


def first(crew: Crew, load: int, line: Line) -> tuple[int, Id, Agent] | None:
    """The agent of a crew with that load whose turn it is."""
    if line.excluded is None and line.only is None and line.need.medium not in crew.limits:
        top = crew.top(load)
        return None if top is None else (top[0], top[1], top[3])
    found = [(agent.since, agent.id, agent) for agent in crew.ready(load) if free_for(agent, line)]
    return min(found, default=None, key=lambda each: each[:2])


def free_for(agent: Agent, line: Line) -> bool:
    """Nothing but his crew's skills and points to ask: not declined, kept for him or for all, within his limits."""
    crew, medium = agent.crew, line.need.medium
    if crew is None or (line.only is not None and line.only != agent.id):
        return False
    if line.excluded is not None and agent.id in line.excluded:
        return False
    limit = crew.limits.get(medium, 0)
    return not limit or agent.counts.get(medium, 0) < limit


def able_now(state: State, agent: Agent, line: Line) -> bool:
    """Ready, may take it, and it fits beside what he has."""
    crew = agent.crew
    return (crew is not None and agent.ready and crew.able[line.need.index] > 0
            and agent.load + crew.able[line.need.index] <= crew.capacity and free_for(agent, line))
