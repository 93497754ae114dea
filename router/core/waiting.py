"""What waits: contacts, lines of contacts that are alike, and the needs behind them. Pure state; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import Any

from router.core.config import Id, Ring

WAITING, OFFERED, HELD, WRAP_UP, ASLEEP = "waiting", "offered", "held", "wrap-up", "asleep"
Skills = tuple[tuple[str, int], ...]  #: (skill, level), sorted


def bits(number: int) -> Iterator[int]:
    """The places of the ones in a number, lowest first."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def has(skills: Mapping[str, int], needed: Skills) -> bool:
    """All of them, at the level needed."""
    return all(skills.get(skill, 0) >= level for skill, level in needed)


class Contact:
    """One contact the router knows of."""

    __slots__ = ("agent", "attempt", "backup", "born", "cost", "excluded", "expires", "hold", "id", "language", "line",
                 "medium", "offered_at", "patience", "points", "prefers", "priority", "queue", "requires", "ring",
                 "rings", "segment", "state", "sticky", "target", "terms", "told")

    def __init__(self, contact: Id) -> None:
        self.id = contact
        self.state = HELD
        self.queue: Id | None = None
        self.medium = ""
        self.segment = ""
        self.requires: Skills = ()  #: its own, beside the queue's
        self.prefers: Skills = ()
        self.language = ""
        self.priority = 0  #: its own, beside the queue's
        self.target: int | None = None
        self.patience: int | None = None
        self.points: int | None = None
        self.rings: tuple[Ring, ...] | None = None
        self.sticky: Id | None = None
        self.born = 0  #: the queue's own clock when its waiting began
        self.ring = 0  #: rings passed
        self.backup = 0  #: agents who help after so long may take it
        self.hold = 0  #: kept for `sticky` until then; 0 = for nobody
        self.excluded: dict[Id, int] = {}  #: agent -> until when he is not asked again
        self.line: Line | None = None  #: where it waits
        self.agent: Id | None = None  #: who has it
        self.cost = 0  #: points it takes of that agent
        self.attempt = 0
        self.offered_at = 0
        self.expires = 0
        self.terms: tuple[Any, ...] = ()
        self.told = False  #: said to be unservable

    def __lt__(self, other: Contact) -> bool:
        return False  # two entries of one contact in a heap are equal


class Need:
    """What a contact asks of an agent, and which crews can give it. Lines of several segments share one."""

    __slots__ = ("backup", "bit", "crews", "fits", "index", "key", "lines", "medium", "points", "prefers", "queue",
                 "ring", "rings", "skills", "slow", "tier", "tiers", "uses", "whole")

    def __init__(self, key: tuple[Any, ...], index: int) -> None:
        self.key, self.index, self.bit = key, index, 1 << index
        self.queue, self.medium, self.points, self.skills, self.prefers, self.rings, self.ring, self.backup = key
        self.slow = False
        self.tier = 0  #: of its medium
        self.whole = False  #: fills a seat
        self.crews = 0  #: bits of crews that may take it now
        self.fits: dict[int, int] = {}  #: load -> bits of crews where it fits beside that load
        self.tiers: dict[str, list[tuple[tuple[int, ...], int]]] = {}  #: policy group -> (terms, bits), best first
        self.lines: dict[Line, None] = {}  #: those where somebody waits
        self.uses = 0  #: lines that exist


class Line:
    """Contacts that differ in nothing but age: only the first of them is ever compared."""

    __slots__ = (
        "asked",
        "entry",
        "excluded",
        "group",
        "heap",
        "key",
        "level",
        "n",
        "need",
        "only",
        "priority",
        "rank",
        "segment",
        "stale",
        "star_at",
        "target",
        "wake_at",
    )

    def __init__(self, key: tuple[Any, ...], need: Need) -> None:
        self.key, self.need = key, need
        _, self.segment, self.rank, self.priority, self.target, self.excluded, self.only, self.group = key
        self.heap: list[tuple[int, Id, Contact]] = []
        self.n = 0
        self.stale = 0
        self.entry: tuple[int, Id, Line] | None = None  #: its head's place in the group's order
        self.level = 0
        self.star_at: int | None = None  #: when the guard looks at it
        self.wake_at: int | None = None  #: when its head comes to the next ring
        self.asked: int | None = None  #: when a reserve is looked at again

    def __lt__(self, other: Line) -> bool:
        return False

    def push(self, contact: Contact) -> None:
        """Another one waits."""
        heappush(self.heap, (contact.born, contact.id, contact))
        contact.line = self
        self.n += 1

    def head(self) -> Contact | None:
        """Who has waited longest; None when nobody does."""
        heap = self.heap
        if not self.stale:
            return heap[0][2] if heap else None
        while heap:
            born, _, contact = heap[0]
            if contact.line is self and contact.born == born:
                return contact
            heappop(heap)
            self.stale -= 1
        return None

    def drop(self, contact: Contact) -> None:
        """It waits here no more."""
        contact.line = None
        self.n -= 1
        if self.heap[0][2] is contact:
            heappop(self.heap)
            return
        self.stale += 1
        if self.stale > self.n + 64:
            self.heap = [entry for entry in self.heap if entry[2].line is self and entry[2].born == entry[0]]
            heapify(self.heap)
            self.stale = 0

    def contacts(self) -> list[Contact]:
        """All who wait here, oldest first."""
        found = {entry[1]: entry[2] for entry in sorted(self.heap, key=lambda entry: entry[:2])
                 if entry[2].line is self and entry[2].born == entry[0]}
        return list(found.values())
