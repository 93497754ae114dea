"""What one decision of the router costs, beside a naive scan in the same run: `python -m bench.routing`.

Figures are CPU time of the thread, the clock's own taken off. A desk where everybody is busy is measured twice: as on
an ordinary day, when most who wait can still be answered in time, and a day later, when everybody has waited beyond the
guard. The naive scan compares every waiting contact by the same key.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bench.table import percentile
from router.core import (
    AgentProfile,
    AgentStateChanged,
    Config,
    ContactQueued,
    Core,
    Decision,
    MediumRules,
    Offer,
    OfferAccepted,
    QueueRules,
    TimerFired,
    WorkEnded,
)

MEDIA = {"voice": MediumRules(points=6, target_ms=20_000, mean_ms=300_000),
         "chat": MediumRules(points=2, target_ms=60_000, tier=1, mean_ms=400_000),
         "mail": MediumRules(points=3, target_ms=3_600_000, slow=True, tier=2, mean_ms=330_000)}
SEGMENTS = ("vip", "organisation", "potential", "ordinary")
SHARES = (5, 15, 20, 60)
STRETCH = 5  #: promises are so much longer: a desk that is filled in minutes is then like one on an ordinary day
DAY = 86_400_000
FREED_US, MANY_FREED_US, ARRIVED_US, GROWTH = 10, 60, 15, 8  #: what is promised; MANY: from 1,000 sets of skills
clock = time.thread_time_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a desk is measured."""

    agents: int
    waiting: int
    sets: int  #: different sets of skills, of agents and of contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Microseconds of CPU for each decision, in one state of the desk."""

    state: str
    late: float  #: share of those who wait whose promise is broken
    step: float  #: microseconds of a step of plain Python, taken in between
    freed: list[float]
    arrived: list[float]


def _clock_ns() -> int:
    """What the clock itself takes."""
    found = []
    for _ in range(2_000):
        start = clock()
        found.append(clock() - start)
    return int(statistics.median(found))


class _Kept:
    """Something to call."""

    def __init__(self) -> None:
        self.seen: dict[int, tuple[int, int]] = {}

    def step(self, number: int) -> tuple[int, int] | None:
        """A call, a tuple, a dict written and read."""
        self.seen[number & 63] = (number, number)
        return self.seen.get(number & 63)


def _step(times: int = 200) -> float:
    """Microseconds of one step of plain Python: how fast the machine is at this moment."""
    kept, found = _Kept(), []
    for _ in range(times):
        start = clock()
        for number in range(200):
            kept.step(number)
        found.append((clock() - start) / 200_000)
    return statistics.median(found)


def people(size: Size, chance: random.Random) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
    """Skill sets of agents, and what contacts require: one skill or two that somebody has."""
    skills = [f"s{n}" for n in range(max(12, size.sets // 5))]
    has = [{skill: chance.randint(1, 5) for skill in chance.sample(skills, chance.randint(3, 8))}
           for _ in range(min(size.sets, size.agents))]
    needs: dict[tuple[str, ...], None] = {(skill,): None for each in has for skill in each}
    while len(needs) < size.sets:
        needs[tuple(sorted(chance.sample(sorted(chance.choice(has)), 2)))] = None
    return has, [dict.fromkeys(need, 1) for need in list(needs)[:size.sets]]


def contacts(needs: list[dict[str, int]], chance: random.Random, first: int, n: int,
             every_ms: int) -> Iterable[ContactQueued]:
    """So many arrivals, one after the other."""
    media = list(MEDIA)
    for number in range(first, first + n):
        requires, medium = chance.choice(needs), chance.choices(media, (50, 40, 10))[0]
        yield ContactQueued(at=number * every_ms, contact=number, queue="all", requires=requires, medium=medium,
                            segment=chance.choices(SEGMENTS, SHARES)[0], target_ms=target(medium))


def target(medium: str) -> int:
    """What is promised here."""
    return STRETCH * MEDIA[medium].target_ms


class Desk:
    """Everybody is busy and `waiting` contacts wait."""

    def __init__(self, size: Size, chance: random.Random) -> None:
        self.core = Core(Config(media=MEDIA, queues=(QueueRules(id="all"),)))
        self.chance = chance
        has, self.needs = people(size, chance)
        for agent in range(size.agents):
            self.core.handle(AgentProfile(at=0, agent=agent, skills=has[agent % len(has)]))
        for agent in range(size.agents):
            self.core.handle(AgentStateChanged(at=0, agent=agent, state="ready"))
        self.held: list[int] = []
        self.due: dict[int, int] = {}  #: who waits -> until when it was promised
        self.number = 0
        while len(self.due) < size.waiting:
            event = self.next(self.number)
            self.carry_out(event.at, self.core.handle(event))

    def next(self, at: int) -> ContactQueued:
        """Another one comes."""
        event = next(iter(contacts(self.needs, self.chance, self.number, 1, 1)))
        self.due[self.number] = at + target(event.medium)
        self.number += 1
        return replace(event, at=at)

    def carry_out(self, at: int, decisions: Iterable[Decision]) -> int:
        """Whoever is asked says yes; answers how many were."""
        offers = [each for each in decisions if isinstance(each, Offer)]
        for each in offers:
            self.held.append(int(each.contact))
            del self.due[int(each.contact)]
            self.core.handle(OfferAccepted(at=at, contact=each.contact))
        return len(offers)

    def over(self) -> int:
        """Somebody's work is over."""
        at = self.chance.randrange(len(self.held))
        self.held[at], self.held[-1] = self.held[-1], self.held[at]
        return self.held.pop()


def measure(size: Size, rounds: int, seed: int = 1) -> list[Cost]:
    """Work ends, somebody waiting is offered; another one comes. On an ordinary day, then where everybody starves."""
    desk = Desk(size, random.Random(seed))
    gc.collect()
    gc.freeze()
    gc.disable()
    costs = [_rounds(desk, "ordinary", rounds)]
    desk.core.handle(TimerFired(at=desk.core.now + DAY))
    costs.append(_rounds(desk, "starving", rounds))
    gc.enable()
    gc.unfreeze()
    return costs


def _rounds(desk: Desk, state: str, rounds: int) -> Cost:
    now, own, handle = desk.core.now, _clock_ns(), desk.core.handle
    late = sum(due <= now for due in desk.due.values()) / max(1, len(desk.due))
    freed: list[float] = []
    arrived: list[float] = []
    steps: list[float] = []
    for number in range(rounds):
        if not number % 50:
            steps.append(_step(1))
        now += 5
        ended = WorkEnded(at=now, contact=desk.over())
        start = clock()
        decisions = handle(ended)
        took = clock() - start - own
        offers = desk.carry_out(now, decisions)
        if offers:
            freed.append(took / 1000 / offers)
        come = desk.next(now)
        start = clock()
        decisions = handle(come)
        arrived.append((clock() - start - own) / 1000)
        desk.carry_out(now, decisions)
    return Cost(state=state, late=late, step=statistics.median(steps), freed=freed, arrived=arrived)


def idle(size: Size, rounds: int, seed: int = 1) -> list[float]:
    """Arrivals where half of all agents are free."""
    chance = random.Random(seed)
    core = Core(Config(media=MEDIA, queues=(QueueRules(id="all"),)))
    has, needs = people(size, chance)
    for agent in range(size.agents):
        core.handle(AgentProfile(at=0, agent=agent, skills=has[agent % len(has)]))
        core.handle(AgentStateChanged(at=agent, agent=agent, state="ready"))
    took: list[float] = []
    held: list[int] = []
    own = _clock_ns()
    for n, event in enumerate(contacts(needs, chance, size.agents, size.agents // 2 + rounds, 1)):
        start = clock()
        decisions = core.handle(event)
        spent = (clock() - start - own) / 1000
        if n >= size.agents // 2:
            took.append(spent)
        for each in decisions:
            if isinstance(each, Offer):
                core.handle(OfferAccepted(at=event.at, contact=each.contact))
                held.append(int(each.contact))
        if n >= size.agents // 2 and held:
            core.handle(WorkEnded(at=event.at, contact=held.pop(chance.randrange(len(held)))))
    return took


def scan(size: Size, rounds: int, seed: int = 1) -> list[float]:
    """The same question answered by looking at everybody who waits."""
    chance = random.Random(seed)
    has, needs = people(size, chance)
    waiting = [(SEGMENTS.index(event.segment), event.at + MEDIA[event.medium].target_ms, n, event)
               for n, event in enumerate(contacts(needs, chance, 0, size.waiting, 1))]
    took = []
    for n in range(rounds):
        skills = has[n % len(has)]
        start = clock()
        best = min((each for each in waiting if all(skills.get(skill, 0) >= level
                                                    for skill, level in each[3].requires.items())),
                   default=None, key=lambda each: (each[0], each[1] <= size.waiting, each[1], each[2]))
        took.append((clock() - start) / 1000)
        if best is not None:
            waiting.remove(best)
    return took


def restart(size: Size) -> tuple[float, float]:
    """CPU seconds to write a full desk's snapshot, and to stand again from it."""
    core = Desk(size, random.Random(1)).core
    start = time.process_time()
    text = core.snapshot()
    written = time.process_time()
    Core.restore(text)
    return written - start, time.process_time() - written


def run(write: Callable[[str], None], quick: bool) -> None:
    """The table of docs/routing.md."""
    rounds = 400 if quick else 4000
    write("\nOne decision of the router, us of CPU: median / mean / p99, and a scan of all who wait beside it; one "
          f"step of plain Python (a call, a tuple, a dict written and read) takes {1000 * _step():.0f} ns now")
    most = 10_000 if quick else 100_000
    small: dict[str, float] = {}
    for size in (Size(agents=1_000, waiting=1_000, sets=200), Size(agents=1_000, waiting=most, sets=200),
                 Size(agents=1_000, waiting=most, sets=2_000), Size(agents=10_000, waiting=most, sets=400)):
        naive = statistics.median(scan(size, 5 if quick else 20))
        write(f"  {size.agents} agents, {size.waiting} waiting, {size.sets} sets of skills; scan {naive:.0f}")
        for cost in measure(size, rounds):
            freed, limit = statistics.median(cost.freed), MANY_FREED_US if size.sets >= 1_000 else FREED_US
            write(f"    {cost.state} ({cost.late:4.0%} late)  freed {_three(cost.freed, limit)}, "
                  f"{freed / cost.step:.0f} steps of {1000 * cost.step:.0f} ns, a scan takes {naive / freed:.0f} x  "
                  f"arrival, all busy {_three(cost.arrived, ARRIVED_US)}")
            if size.sets == 200:
                grown = freed / small.setdefault(cost.state, freed)
                if size.waiting > 1_000:
                    write(f"    {cost.state}: {grown:.2f} x of what it takes with 1000 waiting; limit {GROWTH} x")
    for size in (Size(agents=1_000, waiting=0, sets=200), Size(agents=10_000, waiting=0, sets=400)):
        write(f"  {size.agents:>6} agents, half of them free: arrival {_three(idle(size, rounds), ARRIVED_US)}")
    written, read = restart(Size(agents=1_000, waiting=most, sets=200))
    write(f"  {most} waiting: snapshot written in {written:.1f} s, standing again after {read:.1f} s")


def _three(values: list[float], limit: float) -> str:
    median = statistics.median(values)
    return (f"{median:.1f} / {statistics.mean(values):.1f} / {percentile(values, 0.99):.1f} ({median / limit:.2f} x "
            f"limit)")


def main() -> None:
    """Measure on this machine."""
    options = argparse.ArgumentParser(prog="python -m bench.routing", description="What a decision costs.")
    options.add_argument("--quick", action="store_true", help="fewer of everything, to see that it works")
    run(print, options.parse_args().quick)


if __name__ == "__main__":
    main()
