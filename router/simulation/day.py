"""A day of a contact centre as values: who comes, who works, and how the place is. Draws nothing.

Times are seconds since the day began.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core import QueueRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One contact, with everything that will happen to it except who serves it and when."""

    id: int
    at: float
    channel: str
    segment: str
    skill: str  #: the main one: an agent's level in it is the agent's speed
    skills: tuple[str, ...]  #: all that are required
    work: float  #: at speed 1
    wrap: float
    patience: float  #: until it leaves; infinite = stays
    accept: float  #: how long the agent takes to accept
    unanswered: bool  #: its first offer lapses
    target: float
    weight: float
    sticky: int | None = None  #: the agent who knows the matter
    queue: str = "all"
    levels: Mapping[str, int] = field(default_factory=dict)  #: skill -> least level, where more than 1
    prefers: Mapping[str, int] = field(default_factory=dict)  #: skill -> level that is better to have
    language: str = ""  #: the agent must speak it; "" = any
    priority: int = 0
    points: int | None = None  #: what it costs, instead of its channel's


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One agent."""

    id: int
    group: str
    skills: Mapping[str, int]  #: skill -> level 1..5
    channels: frozenset[str]
    speed: float  #: own, beside the level's
    shift: tuple[float, float]
    breaks: tuple[tuple[float, float], ...] = ()  #: (from, for), in order
    backup_after: float = 0.0  #: helps only with contacts that have waited so long
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What differs between media."""

    points: int
    offer_timeout: float
    mean: float  #: agent's seconds for one, after-contact work included
    limit: int = 0
    patience: float | None = None  #: how long people wait on average, as far as known
    slow: bool = False  #: nobody sits and waits for the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Everything drawn or recorded; the same for every policy."""

    title: str
    horizon: float  #: nobody comes after it
    drain: float  #: work goes on so long
    capacity: int
    channels: Mapping[str, Channel]
    rates: tuple[float, ...]  #: speed of each of n contacts in hand together
    level_speed: Mapping[int, float]
    sticky_speed: float
    away_after_missed: float
    segments: Mapping[str, float]  #: best first -> weight
    targets: Mapping[str, Mapping[str, float]]  #: channel -> segment -> seconds
    arrivals: tuple[Arrival, ...]
    workers: tuple[Worker, ...]
    open_at: str = "00:00"  #: clock time of second 0
    queues: tuple[QueueRules, ...] = ()  #: what is set for queues, by name; without promises and policies
    closed: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)  #: queue -> (from, until)
    notes: tuple[str, ...] = field(default=())  #: what is not as it was, for a day made from a journal

    @property
    def end(self) -> float:
        """When the clock stops."""
        return self.horizon + self.drain

    def waited(self, queue: str, start: float, end: float) -> float:
        """How long the queue was open between two moments: promises stand still while it is closed."""
        shut = sum(max(0.0, min(end, until) - max(start, since)) for since, until in self.closed.get(queue, ()))
        return max(0.0, end - start - shut)
