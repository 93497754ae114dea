"""What one decision of the router costs, beside a naive scan in the same run: `python -m bench.routing`.

Figures are CPU time. Work ends and contacts come in turns over a full queue; every tenth desk is measured for arrivals
with agents free. The naive scan compares every waiting contact by the same key.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.table import percentile
from router.core import (
    AgentProfile,
    AgentStateChanged,
    Config,
    ContactQueued,
    Core,
    MediumRules,
    Offer,
    OfferAccepted,
    QueueRules,
    WorkEnded,
)

MEDIA = {"voice": MediumRules(points=6, target_ms=20_000, mean_ms=300_000),
         "chat": MediumRules(points=2, target_ms=60_000, tier=1, mean_ms=400_000),
         "mail": MediumRules(points=3, target_ms=3_600_000, slow=True, tier=2, mean_ms=330_000)}
SEGMENTS = ("vip", "organisation", "potential", "ordinary")
SHARES = (5, 15, 20, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a desk is measured."""

    agents: int
    waiting: int
    sets: int  #: different sets of skills, of agents and of contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Microseconds of CPU for each decision."""

    freed: list[float]
    arrived: list[float]


def people(size: Size, chance: random.Random) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
    """Skill sets of agents, and what contacts require: one skill or two that somebody has."""
    skills = [f"s{n}" for n in range(max(12, size.sets // 5))]
    has = [{skill: chance.randint(1, 5) for skill in chance.sample(skills, chance.randint(3, 8))}
           for _ in range(min(size.sets, size.agents))]
    needs: dict[tuple[str, ...], None] = {(skill,): None for each in has for skill in each}
    while len(needs) < size.sets:
        needs[tuple(sorted(chance.sample(sorted(chance.choice(has)), 2)))] = None
    return has, [dict.fromkeys(need, 1) for need in list(needs)[:size.sets]]


def contacts(size: Size, needs: list[dict[str, int]], chance: random.Random, first: int, n: int,
             every_ms: int) -> Iterable[ContactQueued]:
    """So many arrivals, one after the other."""
    media = list(MEDIA)
    for number in range(first, first + n):
        yield ContactQueued(at=number * every_ms, contact=number, queue="all", requires=chance.choice(needs),
                            medium=chance.choices(media, (50, 40, 10))[0],
                            segment=chance.choices(SEGMENTS, SHARES)[0])


def desk(size: Size, chance: random.Random) -> tuple[Core, list[dict[str, int]], list[tuple[int, int]]]:
    """A desk where everybody is busy and `waiting` contacts wait; what is held, as (contact, agent)."""
    core = Core(Config(media=MEDIA, queues=(QueueRules(id="all"),)))
    has, needs = people(size, chance)
    for agent in range(size.agents):
        core.handle(AgentProfile(at=0, agent=agent, skills=has[agent % len(has)]))
    for agent in range(size.agents):
        core.handle(AgentStateChanged(at=0, agent=agent, state="ready"))
    held: list[tuple[int, int]] = []
    number = 0
    while number < size.waiting + len(held):
        for event in contacts(size, needs, chance, number, 1, 1):
            for decision in core.handle(event):
                if isinstance(decision, Offer):
                    held.append((int(decision.contact), int(decision.agent)))
                    core.handle(OfferAccepted(at=event.at, contact=decision.contact))
        number += 1
    return core, needs, held


def measure(size: Size, rounds: int, seed: int = 1) -> Cost:
    """Work ends, somebody waiting is offered; another one comes."""
    chance = random.Random(seed)
    core, needs, held = desk(size, chance)
    number = size.waiting + len(held) + 10
    now, cost = core.now, Cost(freed=[], arrived=[])
    clock = time.perf_counter_ns
    gc.collect()
    gc.freeze()
    gc.disable()
    for arrival in list(contacts(size, needs, chance, number, rounds, 1)):
        now += 1_000
        at = chance.randrange(len(held))
        held[at], held[-1] = held[-1], held[at]
        ended = WorkEnded(at=now, contact=held.pop()[0])
        start = clock()
        decisions = core.handle(ended)
        took = clock() - start
        offers = [each for each in decisions if isinstance(each, Offer)]
        if offers:
            cost.freed.append(took / 1000 / len(offers))
        come = ContactQueued(at=now, contact=arrival.contact, queue="all", requires=arrival.requires,
                             medium=arrival.medium, segment=arrival.segment)
        start = clock()
        decisions = core.handle(come)
        cost.arrived.append((clock() - start) / 1000)
        for each in [*offers, *(d for d in decisions if isinstance(d, Offer))]:
            held.append((int(each.contact), int(each.agent)))
            core.handle(OfferAccepted(at=now, contact=each.contact))
    gc.enable()
    gc.unfreeze()
    return cost


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
    for n, event in enumerate(contacts(size, needs, chance, size.agents, size.agents // 2 + rounds, 1)):
        start = time.perf_counter_ns()
        decisions = core.handle(event)
        spent = (time.perf_counter_ns() - start) / 1000
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
               for n, event in enumerate(contacts(size, needs, chance, 0, size.waiting, 1))]
    took = []
    for n in range(rounds):
        skills = has[n % len(has)]
        start = time.perf_counter_ns()
        best = min((each for each in waiting if all(skills.get(skill, 0) >= level
                                                    for skill, level in each[3].requires.items())),
                   default=None, key=lambda each: (each[0], each[1] <= size.waiting, each[1], each[2]))
        took.append((time.perf_counter_ns() - start) / 1000)
        if best is not None:
            waiting.remove(best)
    return took


def restart(size: Size) -> tuple[float, float]:
    """CPU seconds to write a full desk's snapshot, and to stand again from it."""
    core, _, _ = desk(size, random.Random(1))
    start = time.process_time()
    text = core.snapshot()
    written = time.process_time()
    Core.restore(text)
    return written - start, time.process_time() - written


def run(write: Callable[[str], None], quick: bool) -> None:
    """The table of docs/routing.md."""
    rounds = 400 if quick else 4000
    write("\nOne decision of the router, us of CPU: median / mean / p99; a scan of all who wait beside it")
    most = 10_000 if quick else 100_000
    for size in (Size(agents=1_000, waiting=1_000, sets=200), Size(agents=1_000, waiting=most, sets=200),
                 Size(agents=1_000, waiting=most, sets=2_000), Size(agents=10_000, waiting=most, sets=400)):
        cost, naive = measure(size, rounds), scan(size, 5 if quick else 20)
        name = f"{size.agents:>6} agents {size.waiting:>7} waiting {size.sets:>5} sets"
        write(f"  {name}  freed {_three(cost.freed)}  arrival, all busy {_three(cost.arrived)}"
              f"  scan {statistics.median(naive):>9.0f}")
    for size in (Size(agents=1_000, waiting=0, sets=200), Size(agents=10_000, waiting=0, sets=400)):
        write(f"  {size.agents:>6} agents, half of them free: arrival {_three(idle(size, rounds))}")
    written, read = restart(Size(agents=1_000, waiting=most, sets=200))
    write(f"  {most} waiting: snapshot written in {written:.1f} s, standing again after {read:.1f} s")


def _three(values: list[float]) -> str:
    return f"{statistics.median(values):>6.1f} /{statistics.mean(values):>6.1f} /{percentile(values, 0.99):>7.1f}"


def main() -> None:
    """Measure on this machine."""
    options = argparse.ArgumentParser(prog="python -m bench.routing", description="What a decision costs.")
    options.add_argument("--quick", action="store_true", help="fewer of everything, to see that it works")
    run(print, options.parse_args().quick)


if __name__ == "__main__":
    main()
