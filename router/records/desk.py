"""Queues and agents as frozen records. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
    priority: int = 0  #: higher is served first
    accept_seconds: int = 30  #: how long an offer stands
    target_seconds: int = 120  #: answered within this counts for the service level
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
    efforts: Mapping[str, int] = field(default_factory=dict)  #: medium -> points
    capacity: int = 6  #: points of effort at once
    language: str = "fa"
    phone: str = ""  #: where a voice contact is connected to
    active: bool = True
