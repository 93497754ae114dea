"""Events about agents: what they can, how they are, what else they do, that they go."""

from __future__ import annotations

from router.core import acts, events, moments
from router.core.config import PolicyError, skill_level
from router.core.crews import OFFLINE, READY, STATES, WRITING, Agent
from router.core.holders import LANGUAGE
from router.core.state import State
from router.core.waiting import OFFERED, Contact


def profile(state: State, event: events.AgentProfile, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """What an agent can; offers he could no longer be made are taken back."""
    try:
        for skill, level in [*event.skills.items(), *event.languages.items()]:
            skill_level(f"skills.{skill}", skill, level)
    except PolicyError as error:
        return f"bad-level {error}"
    if event.capacity is not None and not 0 <= event.capacity <= 250:
        return "bad-capacity: 0 to 250"
    if event.backup_after_ms < 0 or any(cost < 0 for cost in [*event.costs.values(), *event.limits.values()]):
        return "bad-profile: nothing in it is under 0"
    skills = dict(event.skills) | {LANGUAGE + word: level for word, level in event.languages.items()}
    now = (tuple(sorted(skills.items())), event.media, event.queues, event.capacity, tuple(sorted(event.costs.items())),
           tuple(sorted(event.limits.items())), event.backup_after_ms)
    agent = state.floor.agents.get(event.agent)
    if agent is not None and agent.profile == now:
        return None
    if agent is None:
        agent = state.floor.agents[event.agent] = Agent(event.agent)
        agent.since = event.at
    backups = set(state.floor.backups)
    agent.profile = now
    acts.move(state, agent)
    for number in sorted(agent.items):
        contact = state.contacts[number]
        if contact.state == OFFERED and not may(state, agent, contact):
            acts.cancel(state, contact, "agent-profile")
            acts.back(state, contact, None, 0)
            contacts.append(contact)
    if backups != set(state.floor.backups):
        rewake(state)
    agents.append(agent)
    return None


def may(state: State, agent: Agent, contact: Contact) -> bool:
    """Could he be offered it, full or not?"""
    need = state.need(state.bases[contact.id], contact.ring, contact.backup)
    return agent.crew is not None and agent.crew.able[need.index] > 0


def rewake(state: State) -> None:
    """There are other moments now at which somebody who stands back may help."""
    heads = [head for line in list(state.lines.values()) if line.n and line.entry and (head := line.head()) is not None]
    for head in sorted(heads, key=lambda each: each.id):
        if head.line is not None:
            state.rewake(head.line, head)


def changed(state: State, event: events.AgentStateChanged, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Ready, away, writing up or offline; offers come back from whoever goes."""
    agent = state.floor.agents.get(event.agent)
    if agent is None:
        return "unknown-agent"
    if event.state not in STATES:
        return f"unknown-state: one of {', '.join(STATES)}"
    acts.turn(state, agent, event.state, event.except_media)
    if event.state == READY:
        agent.missed = 0
        for number in sorted(agent.items):
            contact = state.contacts[number]
            if contact.state == OFFERED and contact.medium in event.except_media:
                _return(state, contact, "agent-state", contacts)
        agents.append(agent)
    elif event.state != WRITING:
        _off(state, agent, "agent-state", contacts)
    return None


def _off(state: State, agent: Agent, reason: str, contacts: list[Contact]) -> None:
    """His offers come back, and nothing is kept for him."""
    for number in sorted(agent.items):
        contact = state.contacts[number]
        if contact.state == OFFERED:
            _return(state, contact, reason, contacts)
    for line in list(state.held_lines.get(agent.id, ())):
        for contact in line.contacts():
            moments.free(state, contact)
            contacts.append(contact)


def _return(state: State, contact: Contact, reason: str, contacts: list[Contact]) -> None:
    acts.cancel(state, contact, reason)
    acts.back(state, contact, None, 0)
    contacts.append(contact)


def load(state: State, event: events.LoadChanged, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Points spent on what the router did not give."""
    agent = state.floor.agents.get(event.agent)
    if agent is None:
        return "unknown-agent"
    if event.points < 0:
        return "bad-points: 0 or more"
    if event.points == agent.external:
        return None
    state.floor.unstand(agent)
    agent.ready = False
    grown = event.points > agent.external
    agent.load += event.points - agent.external
    agent.external = event.points
    if grown or not agent.load:
        agent.since = event.at
    state.floor.stand(agent)
    agents.append(agent)
    return None


def removed(state: State, event: events.AgentRemoved, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """He is gone: his offers come back, what he held the router forgets (the product queues it again)."""
    agent = state.floor.agents.get(event.agent)
    if agent is None:
        return "unknown-agent"
    acts.turn(state, agent, OFFLINE)
    _off(state, agent, "agent-removed", contacts)
    for number in sorted(agent.items):
        del state.contacts[number]
        state.bases.pop(number, None)
    for contact in state.contacts.values():
        if contact.agent == agent.id:
            contact.agent = None
    backups = set(state.floor.backups)
    lost = state.floor.leave(agent)
    del state.floor.agents[event.agent]
    acts.review(state, lost, False)
    if backups != set(state.floor.backups):
        rewake(state)
    return None
