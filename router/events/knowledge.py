"""What happens to knowledge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from router.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleChanged(Event):
    """An article was created, edited or archived; `what` says how."""

    name: ClassVar[str] = "article-changed"
    article: int
    what: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlesSuggested(Event):
    """Articles were proposed for a contact; `shown` lists (article id, score)."""

    name: ClassVar[str] = "articles-suggested"
    shown: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionUsed(Event):
    """An agent put a suggested article into a reply."""

    name: ClassVar[str] = "suggestion-used"
    article: int
    agent: int
    how: str = "inserted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalChanged(Event):
    """Somebody asked that words be published, or somebody decided: open, approved, refused."""

    name: ClassVar[str] = "approval-changed"
    approval: int
    article: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleTaskChanged(Event):
    """Work on an article appeared or was settled; `kind` is wrong, stale or review."""

    name: ClassVar[str] = "article-task-changed"
    task: int
    article: int
    kind: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleGiven(Event):
    """An article, or (`task`) work on it, went to somebody else because who had it (`left`) works here no more; `rule`
    says why to this person."""

    name: ClassVar[str] = "article-given"
    article: int
    task: int | None = None
    owner: int
    left: int | None = None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleOutcome(Event):
    """A step of what became of an article: opened, sent (`value` = share of its words kept), said (1 yes, 0 no),
    dropped (taken out of the answer again)."""

    name: ClassVar[str] = "article-outcome"
    article: int
    step: str
    value: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterSettled(Event):
    """What a closed contact was about, and how well an article fitted: sure, weak, none."""

    name: ClassVar[str] = "matter-settled"
    article: int | None
    used: bool
    fit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterReturned(Event):
    """The citizen came back on the same matter, in contact `by`."""

    name: ClassVar[str] = "matter-returned"
    article: int | None
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRated(Event):
    """A citizen was asked afterwards how content they are, or said it anew: 0 not at all, 1 wholly."""

    name: ClassVar[str] = "matter-rated"
    article: int | None
    rated: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChanged(Event):
    """Questions without a good answer: one more, or somebody took or settled the work."""

    name: ClassVar[str] = "gap-changed"
    gap: int
    state: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSuggested(Event):
    """Where a contact was proposed to go; `applied` holds what was done without a person."""

    name: ClassVar[str] = "routing-suggested"
    proposed: Mapping[str, Any] = field(default_factory=dict)
    applied: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingUndone(Event):
    """A person took back what was done without one."""

    name: ClassVar[str] = "routing-undone"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChanged(Event):
    """A service, fault or warranty changed: articles that depend on it are marked."""

    name: ClassVar[str] = "object-changed"
    kind: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeSet(Event):
    """Categories, synonyms or automatic routing were set."""

    name: ClassVar[str] = "knowledge-set"
    what: str
