"""What the router learns from its own history: how much work of each kind comes, and how long it takes. Whole numbers.

The share of all work that a crew could do is its flexibility. A table counts, and every so often becomes the one that
is used; so a crew's flexibility is a function of one table, and a restored core has the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from router.core.config import Config, Id
from router.core.crews import Crew
from router.core.holders import LANGUAGE
from router.core.waiting import Skills, has

BANDS = 6  #: steps of flexibility that count as different
_PRIOR_MS = 3_000_000  #: one kind of work nobody has seen yet, in agent-time
_FIRST, _EVERY = 64, 1024  #: arrivals between two tables: doubles from the first to the second
_SPREAD = 32  #: looks at a crew and a kind for every arrival, at most
_KEEP = 98  #: percent of the past that stays in the next table
_MEAN_WEIGHT = 64  #: a new measurement of time counts for one part in so many
Kind = tuple[str, Skills]  #: medium, required skills


class Learner:
    """Counts work by kind, and the time a medium takes in a queue."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.counted: dict[Kind, int] = {}  #: kind -> agent-time, fading
        self.used: dict[Kind, int] = {}  #: the table in force
        self.seen = 0
        self.next = _FIRST
        self.means: dict[tuple[Id, str], int] = {}  #: (queue, medium) -> ms one takes

    def mean(self, queue: Id, medium: str) -> int:
        """How long one takes an agent, in ms."""
        return self.means.get((queue, medium)) or self.config.media[medium].mean_ms

    def took(self, queue: Id, medium: str, ms: int) -> None:
        """One was worked on for so long; bounded to a quarter and four times of what is set."""
        if not self.config.learn:
            return
        given, key = self.config.media[medium].mean_ms, (queue, medium)
        old = self.means.get(key) or given
        new = old + (ms - old) // _MEAN_WEIGHT
        self.means[key] = new if given // 4 <= new <= 4 * given else given // 4 if new < given else 4 * given

    def came(self, kind: Kind, work_ms: int, crews: int) -> bool:
        """One more of a kind; True when a new table is in force. Large tables for many crews come more seldom."""
        self.counted[kind] = self.counted.get(kind, 0) + work_ms
        self.seen += 1
        if not self.config.learn or self.seen < self.next:
            return False
        self.seen = 0
        self.next = max(min(_EVERY, 2 * self.next), crews * len(self.counted) // _SPREAD)
        self.used = {each: work for each, work in self.counted.items() if work > 0}
        self.counted = {each: work * _KEEP // 100 for each, work in self.used.items()}
        return True

    def told(self, work: Mapping[tuple[str, frozenset[str]], int]) -> None:
        """The house's history takes the place of what was counted so far."""
        self.counted = {(medium, tuple(sorted((skill, 1) for skill in skills))): 1000 * seconds
                        for (medium, skills), seconds in work.items()}
        self.used = dict(self.counted)

    def table(self, skilled: Iterable[tuple[str, str]]) -> Mapping[Kind, int]:
        """The work to weigh crews by: what was seen; before that a little of everything somebody is there for."""
        return self.used or {(medium, ((skill, 1),)): _PRIOR_MS for medium, skill in skilled}


def weigh(crews: Iterable[Crew], table: Mapping[Kind, int]) -> list[Crew]:
    """Set the flexibility of crews by the table; answers those whose band is another one now."""
    total = sum(table.values())
    open_to_all = [(medium, work) for (medium, skills), work in table.items() if not skills]
    by_skill: dict[str, list[tuple[str, Skills, int]]] = {}
    for (medium, skills), work in table.items():
        if skills and work:
            by_skill.setdefault(skills[0][0], []).append((medium, skills, work))
    changed = []
    for crew in crews:
        could = sum(work for medium, work in open_to_all if medium in crew.media)
        for skill in crew.skills:
            could += sum(work for medium, skills, work in by_skill.get(skill, ())
                         if medium in crew.media and has(crew.skills, skills))
        if _set(crew, could, total):
            changed.append(crew)
    return changed


def guess(crews: Iterable[Crew], total: int) -> list[Crew]:
    """The same before anything was seen: each of `total` pairs of a medium and a skill is as likely as another."""
    return [crew for crew in crews
            if _set(crew, len(crew.media) * sum(level > 0 and not skill.startswith(LANGUAGE)
                                                for skill, level in crew.skills.items()), total)]


def _set(crew: Crew, could: int, total: int) -> bool:
    band, crew.band = crew.band, BANDS * could // total if total else 0
    crew.flex = could / total if total else 0.0
    return band != crew.band
