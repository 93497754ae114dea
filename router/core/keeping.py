"""What is kept back, and from whom: reserves of idle agents, and seats that empty for a starving contact.

The only reasons, beside declining and holding, for which somebody may wait next to somebody free. Changes nothing.
"""

from __future__ import annotations

from router.core.config import Policy
from router.core.crews import Agent, Crew
from router.core.floor import bits
from router.core.order import GUARDED
from router.core.state import EVER, State
from router.core.waiting import Contact, Line


def barred(state: State, line: Line, head: Contact, policy: Policy) -> tuple[int, int, str]:
    """Crews whose idle agents are kept from it, until when at most, and by which rule."""
    floor, need, now = state.floor, line.need, state.now
    mask, until, rule = 0, 0, ""
    born = head.born + state.paused.get(need.queue, 0)
    if need.slow and policy.reserve_percent:
        ends, waited = line.target * policy.reserve_until_percent // 100, now - born
        full = policy.reserve_percent * 60 * floor.whole_staff
        spare = (floor.whole_idle - 1) * 10_000
        # A share of less than one seat is nobody: a handful of people do not idle beside a letter.
        if full >= 10_000 and waited < ends and spare * ends < full * (ends - waited):
            mask, rule = floor.whole, "reserve"
            until = born + ends - (max(0, spare) * ends // full if full else 0)
    ends = born + line.target * policy.scarce_wait_percent // 100
    if now < ends and policy.scarce_idle:
        idle = floor.at.get(0, 0)
        counts: dict[str, int] = {}
        for crew in (floor.crews[number] for number in bits(idle)):
            for skill in crew.skills if crew else ():
                counts[skill] = counts.get(skill, 0) + crew.at[0]  # type: ignore[union-attr]
        needed = {skill: staffed(state, skill) for skill, _ in need.skills}
        usual = min(needed.values(), default=EVER)
        for skill, n in counts.items():
            if n <= policy.scarce_idle and skill not in needed and staffed(state, skill) < usual:
                mask, until, rule = mask | holders(state, skill), max(until, ends), rule or "scarce"
    if now < ends and policy.vip_idle and line.rank:
        idle = floor.at.get(0, 0) & need.crews
        if sum(crew.at[0] for crew in (floor.crews[n] for n in bits(idle)) if crew) <= policy.vip_idle:
            mask, until, rule = mask | need.crews, max(until, ends), rule or "vip"
    return mask, max(until, now + 1), rule


def staffed(state: State, skill: str) -> int:
    """Agents on duty who have a skill."""
    return sum(crew.duty for crew in state.floor.crew_of.values() if skill in crew.skills)


def holders(state: State, skill: str) -> int:
    """Bits of crews that have a skill."""
    found = 0
    for crew in state.floor.crew_of.values():
        if skill in crew.skills:
            found |= crew.bit
    return found


def may_bar(line: Line, policy: Policy) -> bool:
    """Is there a rule that could keep idle agents from it?"""
    return bool((line.need.slow and policy.reserve_percent) or policy.scarce_idle or policy.vip_idle)


def drains(state: State, agent: Agent, crew: Crew, line: Line) -> Line | None:
    """The starving line that comes before this one and needs more of his seat than is free, if there is one."""
    room = crew.capacity - agent.load
    mine = line.entry[:2] if line.entry is not None and line.level == GUARDED else None
    for group in state.groups.values():
        if not group.policy.drain:
            continue
        for entry in group.levels.get(GUARDED, ()):
            if mine is not None and entry[:2] >= mine:
                break
            other = entry[2]
            if room < crew.able[other.need.index] and other.excluded is None and other.only is None:
                return other
    return None


def starving(state: State) -> bool:
    """Is there anybody for whom seats empty?"""
    return any(group.starving() for group in state.groups.values())
