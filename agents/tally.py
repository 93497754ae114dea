"""A day's numbers per queue, counted from the journal and from nothing else. Pure. Definitions: docs/numbers.md.

A wait begins when a citizen's contact enters a queue (new, asked for a person, reopened or woken by the citizen's
word) and ends when an agent first accepts, or the citizen leaves, or somebody closes it. Transfers, declined and lapsed
offers keep it going: it counts once, for the queue where it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from router.records import Entry

#: Journal entries that matter here.
NAMES = ("contact-queued", "contact-changed", "promise-near", "promise-broken")
#: Reasons with which a contact begins a new wait.
BEGINS = frozenset({"new", "asked", "callback", "reopened"})
#: Who leaves sooner after the wait began is not held against the service level.
PATIENCE = timedelta(seconds=5)
HALF_HOUR = timedelta(minutes=30)
_ENDS = frozenset({"closed"})


@dataclass(slots=True)
class Wait:
    """One citizen's open wait."""

    queue: int
    since: datetime


@dataclass(slots=True)
class Count:
    """What happened in one queue since the day began."""

    answered: int = 0
    within_target: int = 0
    abandoned: int = 0
    left_at_once: int = 0  #: of the abandoned, those who left within PATIENCE
    near: int = 0  #: promises that were nearly used up
    broken: int = 0  #: promises that were not kept

    def view(self) -> dict[str, Any]:
        """As the queue's view shows it; no service level while nothing counts."""
        base = self.answered + self.abandoned - self.left_at_once
        return {"answered": self.answered, "abandoned": self.abandoned, "within_target": self.within_target,
                "service_level": round(self.within_target / base, 4) if base else None,
                "near": self.near, "broken": self.broken}


@dataclass(slots=True)
class Tally:
    """Feed it the journal in order. `targets` are seconds by queue; only what happens from `day` on is counted."""

    day: datetime
    targets: Mapping[int, int]
    waits: dict[int, Wait] = field(default_factory=dict)  #: by contact
    counts: dict[int, Count] = field(default_factory=dict)  #: by queue
    halves: dict[int, list[int]] = field(default_factory=dict)  #: half hour -> [arrived, answered, abandoned]

    def feed(self, entries: Iterable[Entry]) -> set[int]:
        """Count these entries; returns the queues whose numbers changed."""
        changed: set[int] = set()
        for entry in entries:
            if entry.contact is None:
                continue
            if entry.name == "contact-queued":
                self._queued(entry, entry.contact)
            elif entry.name == "contact-changed":
                changed |= self._moved(entry, entry.contact)
            elif entry.name in ("promise-near", "promise-broken"):
                changed |= self._promised(entry)
        return changed

    def today(self, queue: int) -> dict[str, Any]:
        """The numbers of one queue."""
        return self.counts.get(queue, Count()).view()

    def intervals(self) -> list[dict[str, Any]]:
        """Half hours of the day in which anything happened, in order."""
        return [{"at": self.day + number * HALF_HOUR, "arrived": a, "answered": b, "abandoned": c}
                for number, (a, b, c) in sorted(self.halves.items())]

    def _queued(self, entry: Entry, contact: int) -> None:
        reason, queue = str(entry.data.get("reason", "")), int(entry.data["queue"])
        asked_again = reason == "woke" and entry.actor.startswith("customer:")
        if reason in BEGINS or asked_again:
            self.waits[contact] = Wait(queue=queue, since=entry.at)
            self._half(entry.at, 0)
        elif contact in self.waits:
            self.waits[contact].queue = queue

    def _moved(self, entry: Entry, contact: int) -> set[int]:
        state = entry.data.get("state")
        if contact not in self.waits or state not in ("active", "abandoned", *_ENDS):
            return set()
        wait = self.waits.pop(contact)
        if entry.at < self.day or state in _ENDS:
            return set()
        count = self.counts.setdefault(wait.queue, Count())
        waited = entry.at - wait.since
        if state == "active":
            count.answered += 1
            count.within_target += waited <= timedelta(seconds=self.targets.get(wait.queue, 0))
            self._half(entry.at, 1)
        else:
            count.abandoned += 1
            count.left_at_once += waited < PATIENCE
            self._half(entry.at, 2)
        return {wait.queue}

    def _promised(self, entry: Entry) -> set[int]:
        queue = entry.data.get("queue")
        if queue is None or entry.at < self.day:
            return set()
        count = self.counts.setdefault(int(queue), Count())
        if entry.name == "promise-near":
            count.near += 1
        else:
            count.broken += 1
        return {int(queue)}

    def _half(self, at: datetime, which: int) -> None:
        if at >= self.day:
            self.halves.setdefault((at - self.day) // HALF_HOUR, [0, 0, 0])[which] += 1
