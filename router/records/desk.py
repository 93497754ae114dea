"""Queues and agents, and what routes between them, as frozen records. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.model import AgentId, QueueId
from router.records.states import AgentState, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Where contacts wait."""

    id: QueueId
    name: str  #: stable short name used in config and API
    title_fa: str
    title_en: str
    skills: tuple[str, ...] = ()  #: an agent needs all of them
    levels: Mapping[str, int] = field(default_factory=dict)  #: needed skill -> least level, where more than 1
    prefers: Mapping[str, int] = field(default_factory=dict)  #: skill -> level that is better to have
    match_language: str = "no"  #: whether the agent must speak the citizen's language: no, prefer, require
    priority: int = 0  #: higher is served first
    accept_seconds: int = 30  #: how long an offer stands
    target_seconds: int = 120  #: answered within this counts for the service level, where no finer target is set
    policy: str = ""  #: name of the policy that its group of queues follows; "" = the default
    calendar: str = ""  #: name of its hours; "" = always open
    efforts: Mapping[str, int] = field(default_factory=dict)  #: medium -> points one contact costs here
    most_waiting: int = 0  #: so many may wait; 0 = no limit
    when_full: str = "wait"  #: what a contact gets that is one too many; see `rules.doors`
    when_closed: str = "wait"  #: what it gets outside the hours
    when_unstaffed: str = "wait"  #: what it gets when nobody here can serve it
    leave_unstaffed: str = "wait"  #: what those get who already wait when the last who could serve them leaves
    overflow: tuple[Mapping[str, Any], ...] = ()  #: what is done for those who wait long; see `rules.overflow`
    merged_into: QueueId | None = None  #: whoever asks for this queue gets that one
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who works here. `efforts` overrides the points a medium costs; 0 = takes none of it."""

    id: AgentId
    login: str
    name: str  #: internal name, in the console
    public_name: str  #: what citizens see
    role: Role
    state: AgentState
    reason: str = ""  #: why away
    state_since: datetime
    idle_since: datetime
    skills: Mapping[str, int] = field(default_factory=dict)  #: skill -> level 1..5
    languages: tuple[str, ...] = ()  #: spoken with citizens; empty = all of the house
    efforts: Mapping[str, int] = field(default_factory=dict)  #: medium -> points
    paused: tuple[str, ...] = ()  #: media of which nothing is taken now
    capacity: int = 6  #: points of effort at once
    limits: Mapping[str, int] = field(default_factory=dict)  #: medium -> contacts of it at once
    group: str = ""  #: team, for overflow and reports
    backup_after: int = 0  #: only takes what has waited so many seconds; 0 = no backup
    shift: str = ""  #: name of the calendar of working hours; "" = whenever ready
    missed: int = 0  #: offers in a row that lapsed
    language: str = "fa"
    phone: str = ""  #: where a voice contact is connected to
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Hours of a queue, of the promise clocks, or of a shift; `rules.hours` reads the definition."""

    name: str
    definition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a group of queues chooses: a policy of the core by name, with its parameters."""

    name: str
    rule: str = "promise"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise: answered within so long. Empty fields mean any; the row that says most decides."""

    id: int
    queue: str = ""
    medium: str = ""
    segment: str = ""
    kind: str = ""  #: kind of matter: question, complaint ...
    clock: str = "first"  #: which clock: first answer, next answer, resolution
    seconds: int = 120  #: working time
