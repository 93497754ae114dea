"""The tables of config.toml that routing begins with; administrators change them later. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from settings.checks import at_least, need, one_of


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """A queue created at the first start; later changes are made in the admin."""

    title_fa: str
    title_en: str
    skills: tuple[str, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    prefers: Mapping[str, int] = field(default_factory=dict)
    match_language: str = "no"
    priority: int = 0
    accept_seconds: int = 30
    target_seconds: int = 120
    policy: str = ""
    calendar: str = ""
    efforts: Mapping[str, int] = field(default_factory=dict)
    most_waiting: int = 0
    when_full: str = "wait"
    when_closed: str = "wait"
    when_unstaffed: str = "wait"
    leave_unstaffed: str = "wait"
    overflow: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        at_least(self, accept_seconds=1, target_seconds=1, most_waiting=0)
        one_of("match_language", self.match_language, ("no", "prefer", "require"))
        for name, most in (("levels", 5), ("prefers", 5), ("efforts", 100)):
            fine = all(1 <= level <= most for level in getattr(self, name).values())
            need(fine, f"{name}: each is a number from 1 to {most}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSettings:
    """Hours of queues, promises and shifts."""

    zone: str = ""  #: "" = the desk's
    week: Mapping[str, Any] = field(default_factory=dict)  #: weekday -> spans
    iran: bool = False  #: the fixed holidays of the Iranian solar year
    holidays: tuple[Mapping[str, Any], ...] = ()

    def definition(self) -> dict[str, Any]:
        """As it is stored."""
        return {**({"zone": self.zone} if self.zone else {}), "week": dict(self.week), "iran": self.iran,
                "holidays": [dict(each) for each in self.holidays]}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """How a group of queues chooses."""

    rule: str = "promise"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumSettings:
    """What one contact of a medium costs an agent; -1 = as the house has it."""

    effort: int = -1  #: points of an agent's capacity
    at_once: int = -1  #: contacts of it that one agent may have; 0 = as the points allow
    mean_seconds: int = -1  #: an agent's time for one; where learning begins
    patience_seconds: int = -1  #: how long people wait before they leave; 0 = not known

    def __post_init__(self) -> None:
        at_least(self, effort=-1, at_once=-1, mean_seconds=-1, patience_seconds=-1)
        need(self.effort != 0 and self.mean_seconds != 0, "effort: and mean_seconds must be more than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """A promise; what is left out means any."""

    seconds: int
    queue: str = ""
    medium: str = ""
    segment: str = ""
    kind: str = ""
    clock: str = "first"

    def __post_init__(self) -> None:
        at_least(self, seconds=1)
        one_of("clock", self.clock, ("first", "next", "resolution"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSettings:
    """The router as a whole."""

    missed_offers: int = 1  #: an agent who lets so many offers in a row lapse is set away
    reoffer_seconds: int = 30  #: who declined is not asked again for so long
    near_percent: int = 80  #: of a promise used: supervisors are warned
    renewals: int = 2  #: a promised answer is put off with a notice at most so often
    learn: bool = True  #: flexibility, times and points follow the desk's own past
    calendar: str = ""  #: hours of promises that no queue has hours for; "" = always

    def __post_init__(self) -> None:
        at_least(self, missed_offers=1, reoffer_seconds=1, near_percent=1, renewals=0)
        need(self.near_percent <= 100, "near_percent: must be at most 100")
