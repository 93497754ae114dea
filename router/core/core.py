"""The one door of the router: an event goes in, decisions come out. Keeps state; asks no clock and nobody outside."""

from __future__ import annotations

from typing import Any

from router.core.config import Config, Id
from router.core.decisions import Decision
from router.core.events import Event


class Core:
    """`handle` every event in order; do what it answers. Same events, same decisions, bit for bit."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def handle(self, event: Event) -> list[Decision]:
        """Take one event; the decisions that follow. Never raises for what an event says: `Ignored` tells why."""
        raise NotImplementedError

    def explain(self, contact: Id) -> dict[str, Any]:
        """Where a contact stands and why: what binds, who could take it and what they do, rings to come. JSON-able."""
        raise NotImplementedError

    def explain_offer(self, contact: Id) -> dict[str, Any]:
        """Why this agent got it: every term that was compared. Empty when it was never offered."""
        raise NotImplementedError

    def place(self, contact: Id) -> dict[str, Any]:
        """`ahead`: how many will be asked for before it among those who need the same agents; for the honest wait."""
        raise NotImplementedError

    def audit(self) -> list[str]:
        """Faults of the state as it is now; empty = every invariant holds. Cheap enough to run now and then."""
        raise NotImplementedError

    def snapshot(self) -> str:
        """All of the state as canonical JSON."""
        raise NotImplementedError

    @classmethod
    def restore(cls, snapshot: str) -> Core:
        """A core that goes on exactly where the snapshot was taken."""
        raise NotImplementedError
