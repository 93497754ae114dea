"""Why it is as it is, made when asked: where a contact stands, what binds, who could take it. Changes nothing."""

from __future__ import annotations

from typing import Any

from router.core import keeping, ranking
from router.core.config import Id
from router.core.crews import OFFLINE, READY, Agent
from router.core.decisions import named
from router.core.floor import bits
from router.core.order import GUARDED
from router.core.state import State
from router.core.waiting import OFFERED, WAITING, Contact, Line, Need

SHOWN = 10  #: so many agents are named


def explain(state: State, number: Id) -> dict[str, Any]:
    """The whole story of one contact, JSON-able."""
    contact = state.contacts.get(number)
    if contact is None:
        return {"state": "unknown"}
    story: dict[str, Any] = {"state": contact.state, "contact": contact.id, "queue": contact.queue,
                             "medium": contact.medium, "agent": contact.agent, "attempt": contact.attempt}
    if contact.state == OFFERED:
        return story | {"expires_at": contact.expires, "why": explain_offer(state, number)}
    line = contact.line
    if contact.state != WAITING or line is None:
        return story
    waited, need = state.waited(contact), line.need
    guard = state.floor.policy(line.group).guard
    story |= {
        "segment": line.segment, "priority": line.priority, "skills": dict(need.skills), "prefers": dict(need.prefers),
        "waited_ms": waited, "target_ms": line.target, "patience_ms": contact.patience,
        "due_at": state.now + line.target - waited, "late": waited >= line.target,
        "guarded": bool(guard) and waited >= guard * line.target,
        "policy": state.floor.policy(line.group).name, "place": place(state, number), "ring": contact.ring,
        "rings": _rings(state, contact, need), "excluded": sorted(contact.excluded, key=str),
        "kept_by": rule(state, line), "held_for": contact.sticky if contact.hold else None,
        "held_until": contact.hold or None}
    counts = _counts(state, line)
    return story | counts | {"code": _code(state, contact, line, counts), "who": _who(state, line),
                             "missing": list(state.missing(contact)) if not counts["able"] else []}


def _counts(state: State, line: Line) -> dict[str, int]:
    """How many agents fall at each condition."""
    able = duty = ready = free = may = 0
    for number in bits(line.need.crews):
        crew = state.floor.crews[number]
        for agent in crew.agents.values() if crew else ():
            able += 1
            duty += agent.state != OFFLINE
            ready += agent.state == READY
            if ranking.able_now(state, agent, line):
                may += 1
            if agent.ready and crew is not None and agent.load + crew.able[line.need.index] <= crew.capacity:
                free += 1
    return {"able": able, "on_duty": duty, "ready": ready, "free": free, "may": may}


def _code(state: State, contact: Contact, line: Line, counts: dict[str, int]) -> str:
    """The one condition that binds: the first at which nobody is left."""
    if line.need.queue in state.closed:
        return "closed"
    if contact.id in state.unserved:
        return "nobody-has-skills"
    for name, code in (("able", "nobody-in-this-ring"), ("on_duty", "nobody-on-duty"), ("ready", "nobody-ready"),
                       ("free", "all-busy")):
        if not counts[name]:
            return code
    if contact.hold:
        return "held-for-agent"
    if not counts["may"]:
        return "declined-by-all" if contact.excluded else "limit-of-medium"
    if line.entry is None or line.entry[1] != contact.id:
        return "others-first"
    return rule(state, line) or "asked-next"


def rule(state: State, line: Line) -> str:
    """The named rule that keeps free agents from the first of this line; "" when none does."""
    head = line.head()
    group = state.groups[line.group]
    if head is None:
        return ""
    if keeping.may_bar(line, group.policy):
        mask, _, why = keeping.barred(state, line, head, group.policy)
        if mask & line.need.crews:
            return why
    for agents in state.draining.values():
        for number in agents:
            agent = state.floor.agents.get(number)
            if agent is not None and agent.drain is not None and agent.crew is not None and (
                    agent.crew.able[line.need.index]):
                return "drain"
    return ""


def _rings(state: State, contact: Contact, need: Need) -> list[dict[str, Any]]:
    """Rings to come: when, and how many agents they add."""
    base, before, found = state.bases[contact.id], need.crews, []
    for number in range(need.ring, len(need.rings)):
        crews = 0
        for crew in state.floor.crew_of.values():
            if crew.bit & ~before and state.floor.could(base, number + 1, need.backup, crew):
                crews |= crew.bit
        adds = sum(len(crew.agents) for crew in (state.floor.crews[n] for n in bits(crews)) if crew)
        found.append({"ring": number + 1, "in_ms": max(0, need.rings[number].after_ms - state.waited(contact)),
                      "adds": adds, "alarm": need.rings[number].alarm})
        before |= crews
    return found


def _who(state: State, line: Line) -> list[dict[str, Any]]:
    """Some of those who could take it and are here, nearest to being free first."""
    here: list[tuple[tuple[int, int, int], str, Agent]] = []
    for number in bits(line.need.crews):
        crew = state.floor.crews[number]
        for agent in crew.agents.values() if crew else ():
            if agent.state != OFFLINE and crew is not None:
                over = max(0, agent.load + crew.able[line.need.index] - crew.capacity)
                here.append(((int(agent.state != READY), over, agent.load), str(agent.id), agent))
    here.sort(key=lambda each: each[:2])
    return [{"agent": agent.id, "state": agent.state, "load": agent.load,
             "capacity": agent.crew.capacity if agent.crew else 0, "lacks_points": key[1],
             "holds": sorted(agent.items, key=str), "elsewhere": agent.external} for key, _, agent in here[:SHOWN]]


def explain_offer(state: State, number: Id) -> dict[str, Any]:
    """Terms of the last offer."""
    contact = state.contacts.get(number)
    return named(contact.terms) if contact is not None and contact.terms else {}


def place(state: State, number: Id) -> dict[str, Any]:
    """How many come before it among those who need the same agents, and how many of these are on duty."""
    contact = state.contacts.get(number)
    if contact is None or contact.line is None:
        return {}
    line = contact.line
    group = state.group(line.group)
    mine = _standing(state, line, contact)
    ahead = behind = 0
    for other in list(group_lines(state, line)):
        if other.need.crews & line.need.crews:
            for each in other.contacts():
                before = (*_standing(state, other, each), each.id) < (*mine, contact.id)
                ahead += before
                behind += not before and each is not contact
    duty = sum(crew.duty for crew in (state.floor.crews[n] for n in bits(line.need.crews)) if crew)
    return {"ahead": ahead, "behind": behind, "on_duty": duty, "order": group.policy.order}


def group_lines(state: State, line: Line) -> list[Line]:
    """Lines of the same policy where somebody waits."""
    return [other for other in state.lines.values() if other.n and other.group == line.group]


def _standing(state: State, line: Line, contact: Contact) -> tuple[int, bool, int]:
    group = state.group(line.group)
    born = contact.born + state.offset(contact.queue)  # type: ignore[arg-type]
    guard = group.policy.guard
    if guard and born + guard * line.target <= state.now:
        return group.terms(GUARDED, born + line.target, state.now)
    level, value = group.place(line, born, group.policy.ageing_ms)
    return group.terms(level, value, state.now)
