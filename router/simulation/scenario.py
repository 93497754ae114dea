"""A scenario as values: a kind of day, from which days are drawn. `reading` makes it from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.simulation.day import Channel


class ScenarioError(Exception):
    """The file cannot be used. `faults` are (line, key, what is wrong); line 0 = the file as a whole."""

    def __init__(self, name: str, faults: list[tuple[int, str, str]]) -> None:
        self.name, self.faults = name, tuple(faults)
        super().__init__("\n".join(
            f"{name}:{line}: {key + ': ' if key else ''}{what}" if line else f"{name}: {what}"
            for line, key, what in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something takes."""

    dist: str
    mean: float
    cv: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """How a channel's contacts are."""

    points: int
    work: Spread
    wrap_mean: float
    offer_timeout: float
    accept_mean: float
    no_answer: float
    targets: Mapping[str, float]
    patience: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Contacts of one channel over the day."""

    channel: str
    per_hour: float
    profile: tuple[float, ...]
    skills: Mapping[str, float]
    segments: Mapping[str, float]
    phases: tuple[tuple[float, float, Mapping[str, float]], ...]
    backlog: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Agents alike."""

    name: str
    count: int
    channels: tuple[str, ...]
    skills: Mapping[str, int]
    shifts: tuple[tuple[float, float], ...]
    backup_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """More of some contacts for a while."""

    start: float
    end: float
    factor: float
    skills: frozenset[str] | None
    channels: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A skill that some contacts need beside their own."""

    skill: str
    share: float
    skills: frozenset[str] | None
    channels: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A kind of day, from which days are drawn."""

    title: str
    horizon: float
    drain: float
    open_at: str
    capacity: int
    media: Mapping[str, Medium]
    rates: tuple[float, ...]
    segments: Mapping[str, float]
    level_speed: Mapping[int, float]
    agent_sigma: float
    sticky: tuple[float, float]  #: share who have a last agent, speed with it
    day_cv: float
    slot_cv: float
    lunch: float
    pause: float
    away_after_missed: float
    extras: tuple[Extra, ...]
    surges: tuple[Surge, ...]
    absences: tuple[tuple[float, float, float], ...]  #: from, to, share of agents
    demand: tuple[Demand, ...]
    groups: tuple[Group, ...]
    warnings: tuple[str, ...] = ()

    def channel(self, name: str) -> Channel:
        """What the router is told about a medium."""
        medium = self.media[name]
        known = [p for p in medium.patience.values() if p is not None]
        return Channel(points=medium.points, offer_timeout=medium.offer_timeout,
                       mean=medium.work.mean + medium.wrap_mean, patience=sum(known) / len(known) if known else None,
                       slow=not known)
