"""What happens at the desk: offers, agents, queues, signing in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from router.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """The router proposed the contact to an agent; `why` holds every term of the decision."""

    name: ClassVar[str] = "offer-made"
    offer: int
    agent: int
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(Event):
    """An offer ended: accepted, declined, expired or rescinded."""

    name: ClassVar[str] = "offer-ended"
    offer: int
    agent: int
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged(Event):
    """An agent's state or profile changed."""

    name: ClassVar[str] = "agent-changed"
    agent: int
    state: str = ""
    reason: str = ""
    profile: bool = False  #: skills, capacity, role or name changed


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged(Event):
    """A queue's settings changed."""

    name: ClassVar[str] = "queue-changed"
    queue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """Somebody signed in or out, or was refused."""

    name: ClassVar[str] = "signed-in"
    agent: int | None
    outcome: str
