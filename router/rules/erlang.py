"""How many people one kind of work needs: Erlang B and C, and Erlang A with impatient callers. Pure; asks no clock.

Erlang A is computed by the integrals of Zeltyn and Mandelbaum (2005, "Call centers with impatient customers"), with the
largest exponent taken out first, so that overload and thousands of agents neither overflow nor lose digits. One kind of
work and one pool only: several skills are a matter for simulation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

MOST_AGENTS = 100_000
_DEPTH = 45.0  #: what is smaller than e^-45 of the peak is left out of an integral
_STEPS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What arrives and how it is."""

    rate: float  #: contacts a second
    handling: float  #: seconds of an agent's time for one, after-contact work included
    patience: float | None = None  #: mean seconds until somebody waiting gives up; None = never

    @property
    def erlangs(self) -> float:
        """Agents' time asked for, in agents."""
        return self.rate * self.handling


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a number of agents makes of a load. Shares are 0..1, times seconds; infinite where a queue only grows."""

    agents: int
    waits: float  #: share who wait at all
    within: float  #: share of all who arrive that is answered within the target
    abandons: float  #: share who give up
    wait: float  #: mean wait of everybody
    queue: float  #: mean number waiting
    occupancy: float  #: share of their time that agents work


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is asked for. Shares are 0..1."""

    target: float  #: seconds
    within: float = 0.8  #: share answered within the target
    max_occupancy: float = 1.0
    max_abandons: float = 1.0
    shrinkage: float = 0.0  #: share of paid time that is not at the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How many it takes: at the desk, and on the payroll for that interval."""

    agents: int
    positions: int
    service: Service
    binding: str  #: what asks for that many: within, occupancy, abandons, nothing


class StaffingError(ValueError):
    """A figure that cannot be meant so. `key` names it."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


def erlang_b(agents: int, erlangs: float) -> float:
    """Share lost when nobody may wait."""
    inverse = _inverse_b(agents, erlangs)
    return 0.0 if math.isinf(inverse) else 1.0 / inverse


def erlang_c(agents: int, erlangs: float) -> float:
    """Share who wait when everybody waits for ever; 1 when there are too few."""
    if agents <= erlangs:
        return 1.0
    lost = erlang_b(agents, erlangs)
    return lost / (1.0 - erlangs / agents * (1.0 - lost))


def service(load: Load, agents: int, target: float) -> Service:
    """What that many agents make of the load."""
    if agents < 0 or target < 0:
        raise StaffingError("agents" if agents < 0 else "target", "must not be negative")
    if load.erlangs == 0:
        return Service(agents=agents, waits=0.0, within=1.0, abandons=0.0, wait=0.0, queue=0.0, occupancy=0.0)
    if agents == 0:
        gone = load.patience is not None
        wait = load.patience if load.patience is not None else math.inf
        return Service(agents=0, waits=1.0, within=0.0, abandons=1.0 if gone else 0.0, wait=wait,
                       queue=load.rate * wait, occupancy=0.0)
    return _patient(load, agents, target) if load.patience is None else _impatient(load, agents, target, load.patience)


def need(load: Load, goal: Goal) -> Need:
    """The fewest agents that reach every part of the goal. StaffingError for figures that cannot be meant."""
    check(load, goal)
    if load.erlangs == 0:
        return Need(agents=0, positions=0, service=service(load, 0, goal.target), binding="nothing")

    def lacks(agents: int) -> str:
        got = service(load, agents, goal.target)
        return ("within" if got.within < goal.within else "abandons" if got.abandons > goal.max_abandons
                else "occupancy" if got.occupancy > goal.max_occupancy else "")

    low, high = 0, max(1, math.ceil(load.erlangs))  # lacks(low), always: nobody answers nobody
    while lacks(high):
        low, high = high, high + max(4, math.ceil(math.sqrt(load.erlangs)))
        if high > 2 * MOST_AGENTS:
            raise StaffingError("within", "no number of agents reaches that")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if lacks(middle) else (low, middle)
    return Need(agents=high, positions=math.ceil(high / (1.0 - goal.shrinkage) - 1e-9),
                service=service(load, high, goal.target), binding=lacks(high - 1) if high > 1 else "within")


def check(load: Load, goal: Goal) -> None:
    """StaffingError with the key of the first figure that cannot be meant so."""
    for key, value in (("rate", load.rate), ("handling", load.handling), ("target", goal.target)):
        if not math.isfinite(value) or value < 0:
            raise StaffingError(key, f"{value} is not a number of 0 or more")
    if load.patience is not None and not (math.isfinite(load.patience) and load.patience > 0):
        raise StaffingError("patience", f"{load.patience} is not above 0; leave it out for people who never give up")
    if load.erlangs > MOST_AGENTS:
        raise StaffingError("rate", f"{load.erlangs:.0f} erlangs are more than {MOST_AGENTS}")
    if not 0 < goal.within < 1:
        raise StaffingError("within", f"{goal.within:.2%} is not between 0 and 100 %")
    if not 0 < goal.max_occupancy <= 1:
        raise StaffingError("max-occupancy", f"{goal.max_occupancy:.0%} is not above 0 and up to 100 %")
    if not 0 < goal.max_abandons <= 1:
        raise StaffingError("max-abandons", f"{goal.max_abandons:.0%} is not above 0 and up to 100 %")
    if not 0 <= goal.shrinkage < 1:
        raise StaffingError("shrinkage", f"{goal.shrinkage:.0%} is not from 0 to under 100 %")


def _inverse_b(agents: int, erlangs: float) -> float:
    inverse = 1.0
    for number in range(1, agents + 1):
        inverse = 1.0 + number / erlangs * inverse
    return inverse


def _patient(load: Load, agents: int, target: float) -> Service:
    offered = load.erlangs
    if agents <= offered:
        return Service(agents=agents, waits=1.0, within=0.0, abandons=0.0, wait=math.inf, queue=math.inf, occupancy=1.0)
    waits, spare = erlang_c(agents, offered), agents - offered
    wait = waits * load.handling / spare
    return Service(agents=agents, waits=waits, within=1.0 - waits * math.exp(-spare * target / load.handling),
                   abandons=0.0, wait=wait, queue=load.rate * wait, occupancy=offered / agents)


def _impatient(load: Load, agents: int, target: float, patience: float) -> Service:
    """M/M/n+M: H(x) = exp(rate * int_0^x G - n mu x), G(x) = exp(-x / patience)."""
    rate, out = load.rate, agents / load.handling

    def exponent(x: float) -> float:
        return -rate * patience * math.expm1(-x / patience) - out * x

    top = max(0.0, patience * math.log(rate / out)) if rate > out else 0.0
    peak = exponent(top)
    end = _beyond(lambda x: exponent(x) - peak, top)
    begin = 0.0 if exponent(0.0) - peak > -_DEPTH else _before(lambda x: exponent(x) - peak, top)
    everyone = _simpson(lambda x: math.exp(exponent(x) - peak), begin, end)
    # served, but later than the target: virtual wait above it and patience above that
    late = _simpson(lambda x: math.exp(exponent(x) - peak - x / patience), max(begin, target), end) if target < end \
        else 0.0
    try:
        idle = _inverse_b(agents - 1, load.erlangs) * math.exp(-peak)
    except OverflowError:
        idle = math.inf
    whole = idle + rate * everyone
    if math.isinf(whole):
        abandons = waits = tardy = 0.0
    else:
        abandons = min(1.0, max(0.0, (math.exp(-peak) + (rate - out) * everyone) / whole))
        waits, tardy = rate * everyone / whole, rate * late / whole
    return Service(agents=agents, waits=waits, within=max(0.0, 1.0 - abandons - tardy), abandons=abandons,
                   wait=abandons * patience, queue=rate * abandons * patience,
                   occupancy=load.erlangs * (1.0 - abandons) / agents)


def _beyond(depth: Callable[[float], float], top: float) -> float:
    """A point right of the peak where the integrand no longer counts."""
    step = 1.0
    while depth(top + step) > -_DEPTH:
        step *= 2.0
    return _cut(depth, top + step / 2.0 if step > 1.0 else top, top + step)


def _before(depth: Callable[[float], float], top: float) -> float:
    """A point left of the peak where the integrand does not count yet."""
    return _cut(depth, top, 0.0)


def _cut(depth: Callable[[float], float], inside: float, outside: float) -> float:
    for _ in range(60):
        middle = (inside + outside) / 2.0
        inside, outside = (middle, outside) if depth(middle) > -_DEPTH else (inside, middle)
    return outside


def _simpson(function: Callable[[float], float], begin: float, end: float) -> float:
    width = (end - begin) / _STEPS
    if width <= 0:
        return 0.0
    odd = math.fsum(function(begin + i * width) for i in range(1, _STEPS, 2))
    even = math.fsum(function(begin + i * width) for i in range(2, _STEPS, 2))
    return width / 3.0 * (function(begin) + function(end) + 4.0 * odd + 2.0 * even)
