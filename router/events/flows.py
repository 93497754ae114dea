"""What happens in dialogues that answer by themselves, and to the cases they open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStarted(Event):
    """A dialogue began; `version` names the definition it keeps to."""

    name: ClassVar[str] = "flow-started"
    dialogue: int
    flow: str
    version: str
    purpose: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep(Event):
    """A dialogue took an input; `step` is where it stands now, `heard` is yes, no, command or ignored."""

    name: ClassVar[str] = "flow-step"
    dialogue: int
    step: str
    heard: str
    waits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEnded(Event):
    """A dialogue ended: contained, handed-over or dropped, and why."""

    name: ClassVar[str] = "flow-ended"
    dialogue: int
    flow: str
    outcome: str
    reason: str = ""
    purpose: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A case was opened; `case` is its number in the house, never its tracking code."""

    name: ClassVar[str] = "case-opened"
    case: int
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChanged(Event):
    """A case moved to another state."""

    name: ClassVar[str] = "case-changed"
    case: int
    was: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(Event):
    """A citizen said how satisfied they are: 1 to 5, or 0 and 1 for no and yes."""

    name: ClassVar[str] = "survey-answered"
    dialogue: int
    score: int
    scale: str = "five"
