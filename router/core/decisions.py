"""What the router says is to be done, as pure values. Whoever hears them does them; the router has reckoned so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from router.core.config import Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Ask this agent to take this contact. The points are taken from now on."""

    contact: Id
    agent: Id
    offer: str  #: contact "/" attempt
    expires_at: int
    terms: tuple[Any, ...]  #: what was compared; `why` puts names to it

    @property
    def why(self) -> dict[str, Any]:
        """All terms that decided, JSON-able."""
        return named(self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOffer:
    """The offer no longer stands."""

    contact: Id
    agent: Id
    offer: str
    reason: str  #: gone, agent-state, agent-profile, agent-removed, taken, transferred


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Send `TimerFired` at this moment. There is only this one timer: a later `SetTimer` replaces it."""

    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearTimer:
    """Nothing to wake for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A contact has waited into its next ring, or to those who only help later: more agents may take it now."""

    contact: Id
    ring: int  #: 1 = the first of `rings`
    skipped: int  #: rings passed over because they add nobody
    alarm: bool
    backup_ms: int = 0  #: who stands back for so long, or shorter, may take it too


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAutoAway:
    """The agent let offers lapse: he is away from now; `until` None = until he says ready."""

    agent: Id
    until: int | None
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unservable:
    """Nobody who works here could take this contact, now or in any ring: people and citizen must be told."""

    contact: Id
    missing: tuple[str, ...]  #: the skills (or "medium", "queue", "capacity") that nobody brings


@dataclass(frozen=True, slots=True, kw_only=True)
class Servable:
    """A contact said to be unservable can be taken again."""

    contact: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """The event changed nothing, and why: duplicate, clock-back, unknown-contact, late, ..."""

    event: str  #: kind of event
    reason: str


Decision = Offer | CancelOffer | SetTimer | ClearTimer | Step | AgentAutoAway | Unservable | Servable | Ignored


def named(terms: tuple[Any, ...]) -> dict[str, Any]:
    """Names put to the terms of an offer."""
    rule, names, values, candidates = terms
    return {"rule": rule, "candidates": candidates, **dict(zip(names, values, strict=True))}
