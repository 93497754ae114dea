"""Who would be missed: for the work that may come, how many hands are still free. Pure state; decides nothing.

Work is told apart by what it asks (a set of skills), and by whether it fills a seat. Every further colleague who is
free for it halves what is lost when one is taken. Whole numbers, made of the learned table and of who is there, alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from router.core.config import Config
from router.core.crews import Crew
from router.core.waiting import Need, Skills, has

Table = Mapping[tuple[str, Skills], int]  #: (medium, required skills) -> agent-time
_PARTS = 1_000  #: all expected work together; less than one part is nothing
_ASKS = 12  #: a crew is missed for so many things at most, those most wanted


class Cover:
    """Expected work by what it asks, and what is free for it: seats nobody uses, and points."""

    __slots__ = ("asks", "by_skill", "config", "fresh", "room", "seats", "small", "table", "unit", "whole")

    def __init__(self) -> None:
        self.fresh = False  #: every crew there is was counted
        self.table: Table = {}  #: of what it was made
        self.config: Config | None = None
        self.asks: dict[Skills, int] = {}  #: skills -> number
        self.by_skill: dict[str, list[Skills]] = {}  #: the first skill -> asks
        self.whole: list[int] = []  #: by number: share of all work, of what fills a seat
        self.small: list[int] = []  #: and of what does not
        self.seats: list[int] = []  #: by number: ready agents with nothing in hand who take what fills a seat
        self.room: list[int] = []  #: by number: points free
        self.unit = 1  #: points of the smallest work

    def count(self, crew: Crew, load: int, n: int) -> None:
        """So many of a crew, with that load, are free for what it is wanted for, or (under 0) no more."""
        free, room = (crew.capacity - load) * n, self.room
        for ask in crew.asks:
            room[ask] += free
        if crew.whole and not load:
            seats = self.seats
            for ask in crew.asks:
                seats[ask] += n

    def refresh(self, used: Table, config: Config, crews: Collection[Crew],
                filled: Callable[[], Table]) -> None:
        """Anew, if the table in force or the configuration is another one, or crews are not counted."""
        if self.fresh and self.table is used and self.config is config:
            return
        self.fresh, self.table, self.config = True, used, config
        self._learn(filled(), config)
        for crew in crews:
            self.adopt(crew)

    def changed(self, crew: Crew) -> None:
        """A crew is new, or is no more."""
        if not self.table:
            self.fresh = False  # what nobody has seen yet is guessed from what the crews can
        elif self.fresh and crew.agents:
            self.adopt(crew)

    def _learn(self, table: Table, config: Config) -> None:
        total = sum(table.values())
        points = {name: medium.points for name, medium in config.media.items()}
        wanted: dict[Skills, list[int]] = {}
        for (medium, skills), work in table.items():
            if skills and work and medium in points:  # for what asks no skill nobody is special
                wanted.setdefault(skills, [0, 0])[points[medium] < config.capacity] += work
        self.unit = min(points.values())
        self.asks = {skills: number for number, skills in enumerate(wanted)}
        self.whole, self.small = ([_PARTS * each[part] // total for each in wanted.values()] for part in (0, 1))
        self.seats, self.room, self.by_skill = [0] * len(wanted), [0] * len(wanted), {}
        for skills in wanted:
            self.by_skill.setdefault(skills[0][0], []).append(skills)

    def adopt(self, crew: Crew) -> None:
        """A crew that was not counted yet: what it is wanted for, and who of it is free."""
        crew.asks = ()
        if crew.backup:
            return  # whoever only helps later is no help to those who come next
        able = [skills for skill in crew.skills for skills in self.by_skill.get(skill, ()) if has(crew.skills, skills)]
        able.sort(key=lambda each: (-self.whole[self.asks[each]] - self.small[self.asks[each]], each))
        crew.asks = tuple(self.asks[skills] for skills in able[:_ASKS])
        for load, n in crew.at.items():
            self.count(crew, load, n)

    def faults(self, crews: Collection[Crew]) -> list[str]:
        """Where the counts are not what is so; nothing is counted before it is asked for."""
        seats, room = [0] * len(self.seats), [0] * len(self.room)
        for crew in crews:
            free = [crew.capacity - agent.load for agent in crew.agents.values() if agent.ready]
            for ask in crew.asks:
                room[ask] += sum(free)
                seats[ask] += free.count(crew.capacity) if crew.whole else 0  # who has nothing in hand
        return [] if (seats, room) == (self.seats, self.room) else ["cover: free hands are counted wrong"]

    def loss(self, crew: Crew, load: int, need: Need) -> int:
        """What is lost for other work when one of that crew, with that load, takes this."""
        lost, unit = 0, self.unit
        places = max(1, crew.able[need.index] // unit)
        seat = crew.whole and not load
        for ask in crew.asks:
            if seat:
                lost += self.whole[ask] >> self.seats[ask]
            small = self.small[ask]
            if small:
                free = self.room[ask] // unit
                lost += (small >> max(0, free - places)) - (small >> free)
        return lost
