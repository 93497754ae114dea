"""Where things stand: the states of contacts and agents, directions, roles. Pure values."""

from __future__ import annotations

from enum import StrEnum


class ContactState(StrEnum):
    """Where a contact stands. `rules.states` holds the one table of transitions."""

    SELF_SERVICE = "self-service"  #: with a menu or bot; nobody waits for an agent yet
    WAITING = "waiting"  #: in a queue
    OFFERED = "offered"  #: proposed to one agent until the deadline
    ACTIVE = "active"  #: an agent works on it
    SNOOZED = "snoozed"  #: put aside until a time or the citizen's next word
    WRAP_UP = "wrap-up"  #: the talk is over; the agent writes up and chooses a disposition
    CLOSED = "closed"  #: done, with a disposition
    ABANDONED = "abandoned"  #: the citizen left before an agent accepted


class Direction(StrEnum):
    """Who said a message."""

    IN = "in"  #: the citizen
    OUT = "out"  #: us, to the citizen
    NOTE = "note"  #: an agent, for colleagues only
    SYSTEM = "system"  #: the house, for colleagues only (menu choices, hang-up)


class AgentState(StrEnum):
    """Whether an agent takes work."""

    READY = "ready"  #: offers may come
    AWAY = "away"  #: signed in, no offers; has a reason
    WRAP_UP = "wrap-up"  #: writes up what was done; no offers; ready again by itself
    OFFLINE = "offline"  #: not here


class Role(StrEnum):
    """What an agent may do; each role includes the one before."""

    AGENT = "agent"  #: works on contacts
    SUPERVISOR = "supervisor"  #: also sees every queue and agent
    ADMIN = "admin"  #: also sets up
