"""Who holds which skill, takes which medium and belongs to which queue, as bits of crews: finds at once the few crews
that a need may concern. Whether they really may serve it is the floor's to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from router.core.config import Id, QueueRules
from router.core.crews import Crew
from router.core.waiting import Need, has

LANGUAGE = "language:"  #: a language is a skill of this name inside


class Holders:
    """Kept up to date by crews that come and go."""

    __slots__ = ("everybody", "free", "levels", "media", "members", "skilled")

    def __init__(self) -> None:
        self.everybody = 0
        self.free = 0  #: those bound to no queue
        self.levels: dict[str, dict[int, int]] = {}  #: skill -> level -> crews that have just that
        self.media: dict[str, int] = {}  #: medium -> crews that take it
        self.members: dict[Id, int] = {}  #: queue -> crews bound to it
        self.skilled: dict[tuple[str, str], int] = {}  #: (medium, skill), languages left out -> how many crews

    def add(self, crew: Crew) -> None:
        """A crew that is new."""
        self._turn(crew)
        for medium in crew.media:
            for skill in crew.skills:
                if not skill.startswith(LANGUAGE):
                    self.skilled[medium, skill] = self.skilled.get((medium, skill), 0) + 1

    def drop(self, crew: Crew) -> None:
        """A crew that is no more."""
        self._turn(crew)
        for medium in crew.media:
            for skill in crew.skills:
                if not skill.startswith(LANGUAGE):
                    self.skilled[medium, skill] -= 1
                    if not self.skilled[medium, skill]:
                        del self.skilled[medium, skill]

    def _turn(self, crew: Crew) -> None:
        bit = crew.bit
        self.everybody ^= bit
        for skill, level in crew.skills.items():
            levels = self.levels.setdefault(skill, {})
            levels[level] = levels.get(level, 0) ^ bit
        for medium in crew.media:
            self.media[medium] = self.media.get(medium, 0) ^ bit
        if crew.queues is None:
            self.free ^= bit
        for queue in crew.queues or ():
            self.members[queue] = self.members.get(queue, 0) ^ bit

    def of(self, need: Need, queues: Mapping[Id, QueueRules]) -> int:
        """Crews that bring what it asks, now or in a ring it has reached."""
        takes = self.media.get(need.medium, 0)
        mine = takes & (self.free | self.members.get(need.queue, 0))
        found = mine & self._bring(need.skills)
        for ring in need.rings[:need.ring]:
            found |= mine & self._bring((skill, max(1, level - ring.relax)) for skill, level in need.skills
                                        if skill not in ring.drop)
            for other in ring.queues:
                if other in queues:
                    found |= takes & (self.free | self.members.get(other, 0)) & self._bring(
                        queues[other].requires.items())
        return found

    def _bring(self, skills: Iterable[tuple[str, int]]) -> int:
        found = self.everybody
        for skill, level in skills:
            if level > 0:
                enough = 0
                for has, crews in self.levels.get(skill, {}).items():
                    if has >= level:
                        enough |= crews
                found &= enough
        return found


def ring_of(need: Need, crew: Crew, queues: Mapping[Id, QueueRules]) -> int:
    """The first ring in which the crew may serve it (0 = from the start); -1 = in none that it has reached."""
    member = crew.queues is None or need.queue in crew.queues
    if member and has(crew.skills, need.skills):
        return 0
    for number, ring in enumerate(need.rings[:need.ring], 1):
        kept = tuple((s, max(1, level - ring.relax)) for s, level in need.skills if s not in ring.drop)
        if member and has(crew.skills, kept):
            return number
        for other in ring.queues:
            rules = queues.get(other)
            if rules is not None and (crew.queues is None or other in crew.queues) and \
                    has(crew.skills, tuple(rules.requires.items())):
                return number
    return -1
