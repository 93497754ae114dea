"""What the router is told, as pure values. Times are whole milliseconds of one clock that never steps back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.config import Config, Id, QueueRules, Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`id`, when given, makes it safe to tell it twice."""

    at: int
    id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChanged(Event):
    """Everything that is set, anew. Who waits and who works stay as they are."""

    config: Config


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged(Event):
    """One queue is there or is different now; also how it opens and closes."""

    queue: QueueRules


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOpened(Event):
    """Hours begin: its contacts' clocks run on."""

    queue: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueClosed(Event):
    """Hours end: its contacts stay and their clocks stand still. Offers that were made stand."""

    queue: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMerged(Event):
    """`queue` is no more; its contacts wait in `into`, with the age they have."""

    queue: Id
    into: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile(Event):
    """What an agent can; told again when it changes. He is offline until `AgentStateChanged`."""

    agent: Id
    skills: Mapping[str, int] = field(default_factory=dict)  #: skill -> level 1..5
    languages: Mapping[str, int] = field(default_factory=dict)  #: language -> level 1..5
    media: frozenset[str] | None = None  #: None = all
    queues: frozenset[Id] | None = None  #: member of these only; None = whatever the skills allow
    capacity: int | None = None  #: points; None = the house's
    costs: Mapping[str, int] = field(default_factory=dict)  #: medium -> points, instead of the queue's; 0 = takes none
    limits: Mapping[str, int] = field(default_factory=dict)  #: medium -> at once, instead of the medium's
    backup_after_ms: int = 0  #: helps only with contacts that have waited so long


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRemoved(Event):
    """He is gone for good: his offers come back, what he holds is the product's to queue again."""

    agent: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRemoved(Event):
    """Nobody has it and no waiting contact needs it any more."""

    skill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged(Event):
    """`state`: ready, away, wrap-up or offline. `except_media`: ready, but not for these."""

    agent: Id
    state: str
    except_media: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadChanged(Event):
    """Points an agent spends on work the router did not give."""

    agent: Id
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactQueued(Event):
    """A contact waits for a person. Queueing one that is held or offered is a transfer: age and place are kept."""

    contact: Id
    queue: Id
    medium: str
    segment: str = "ordinary"
    requires: Mapping[str, int] = field(default_factory=dict)  #: beside what the queue requires
    prefers: Mapping[str, int] = field(default_factory=dict)
    language: str = ""  #: "" = any
    priority: int = 0  #: added to the queue's
    target_ms: int | None = None  #: None = the queue's promise
    patience_ms: int | None = None  #: its own, for honest waits; it decides nothing. None = the medium's
    sticky: Id | None = None  #: the agent who knows the matter
    queued_at: int | None = None  #: since when its waiting counts (closed hours left out); None = now
    points: int | None = None  #: what it costs, instead of the queue's
    rings: tuple[Ring, ...] | None = None  #: None = the queue's
    excluded: frozenset[Id] = frozenset()  #: agents who declined it lately (after a restart)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Event):
    """Something about a waiting contact is different; None = as it was. The age is kept."""

    contact: Id
    queue: Id | None = None
    segment: str | None = None
    requires: Mapping[str, int] | None = None
    prefers: Mapping[str, int] | None = None
    language: str | None = None
    priority: int | None = None
    target_ms: int | None = None
    sticky: Id | None = None
    patience_ms: int | None = None  #: 0 = the medium's again


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactGone(Event):
    """Hung up, closed, answered elsewhere: the router is done with it, wherever it stood."""

    contact: Id
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTaken(Event):
    """An agent has it without an offer: picked by hand, or known from before a restart."""

    contact: Id
    agent: Id
    medium: str
    queue: Id | None = None
    points: int | None = None
    wrap_up: bool = False  #: the talk is over, he writes up


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTaken(Event):
    """An offer that stands, known from before a restart: `contact` was queued just before this."""

    contact: Id
    agent: Id
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(Event):
    """The agent said yes. `offer` "" = the one that stands."""

    contact: Id
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(Event):
    """The agent said no: the contact waits on with its age and is not offered to him for a while."""

    contact: Id
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(Event):
    """Nobody answered. Who watches the deadline tells it; the router has no clock."""

    contact: Id
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRescinded(Event):
    """The product took it back (or the store refused it): nobody is to blame, the contact waits on."""

    contact: Id
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEnded(Event):
    """The talk is over. With `wrap_up` the agent keeps its points until `WrapUpEnded`."""

    contact: Id
    wrap_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded(Event):
    """After-contact work is done."""

    contact: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSlept(Event):
    """A held contact rests (snoozed, the citizen is silent): its points are free for others."""

    contact: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWoke(Event):
    """It stirs: it waits from now, and its agent is asked first."""

    contact: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandKnown(Event):
    """Expected work from the house's history: what the router starts learning from."""

    work: Mapping[tuple[str, frozenset[str]], int]  #: (medium, required skills) -> agent-seconds per week


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """The moment of the last `SetTimer` has come. Late or too often does no harm."""
