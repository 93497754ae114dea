"""Contacts and agents as the simulated world sees them: what is in hand, how fast it goes, how busy the day was.
State on the world's clock; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.simulation.day import Arrival, Day, Worker
from router.simulation.slots import Slots

WAITING, OFFERED, SERVED, DONE, ABANDONED = "waiting", "offered", "served", "done", "abandoned"
OFFLINE, READY, AWAY, WRAP = "offline", "ready", "away", "wrap-up"


class Talk:
    """A contact as the world sees it."""

    __slots__ = ("agent", "answered", "arrival", "attempt", "ended", "hit", "left", "offer", "points", "state")

    def __init__(self, arrival: Arrival, points: int) -> None:
        self.arrival, self.points = arrival, points
        self.state = ""
        self.agent: Seat | None = None
        self.attempt = 0
        self.offer = ""  #: the core's name for the offer that stands
        self.answered = self.ended = -1.0
        self.left = 0.0  #: work still to do, at rate 1
        self.hit = False  #: served by its last agent


class Seat:
    """An agent as the world sees it."""

    __slots__ = ("area", "busy", "busy_from", "handled", "items", "load", "load_at", "offers", "pending", "plan",
                 "seen", "staffed", "staffed_from", "state", "told", "turn", "worker")

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.state = OFFLINE
        self.pending: float | None = None  #: a break until then (infinite: the end of the shift) is due
        self.items: list[Talk] = []
        self.offers = 0
        self.load = 0
        self.told = OFFLINE  #: the state the core knows
        self.plan = self.turn = self.handled = 0
        self.seen = 0.0  #: when `left` of its items was brought up to date
        self.staffed = self.busy = self.area = self.load_at = 0.0
        self.staffed_from = self.busy_from = -1.0

    def take(self, points: int, now: float, slots: Slots) -> None:
        """More (or fewer) points in hand from now on."""
        self.area += self.load * (now - self.load_at)
        slots.worked(self.load_at, now, self.load)
        self.load_at = now
        if self.load == 0 and points > 0:
            self.busy_from = now
        self.load += points
        if self.load == 0 and points < 0:
            self.busy += now - self.busy_from
            self.busy_from = -1.0

    def progress(self, now: float, rates: Sequence[float]) -> None:
        """Everything in hand went on until now."""
        if self.items and now > self.seen:
            done = (now - self.seen) * rate(rates, len(self.items))
            for talk in self.items:
                talk.left -= done
        self.seen = now

    def close(self, now: float, slots: Slots) -> None:
        """The day is over."""
        self.take(0, now, slots)
        if self.busy_from >= 0:
            self.busy += now - self.busy_from
        if self.staffed_from >= 0:
            self.staffed += now - self.staffed_from


def rate(rates: Sequence[float], count: int) -> float:
    """How fast each of so many goes when they are in hand together."""
    return rates[min(count, len(rates)) - 1]


def faults(day: Day, talk: Talk, seat: Seat, now: float) -> list[str]:
    """What is wrong with offering this contact to this agent now. Nobody trusts the router: it is counted."""
    arrival, worker, found = talk.arrival, seat.worker, []
    if talk.state != WAITING:
        found.append(f"it is {talk.state}")
    if seat.load + talk.points > day.capacity:
        found.append("it does not fit beside what the agent has")
    if seat.state != READY or seat.pending is not None:
        found.append("the agent takes none now")
    if arrival.channel not in worker.channels or not _may(day, arrival, worker) \
            or now - arrival.at < worker.backup_after - 0.002:
        found.append("the agent may not take it")
    return [f"{now:.3f}: contact {arrival.id} offered to {worker.id}: {each}" for each in found]


def _may(day: Day, arrival: Arrival, worker: Worker) -> bool:
    """Does the agent bring what it asks, or what its queue is content with sooner or later? When is not judged here: a
    step nobody could serve is skipped."""
    queues = {each.id: each for each in day.queues}
    rules = queues.get(arrival.queue)
    needs = {skill: arrival.levels.get(skill, 1) for skill in arrival.skills}
    if arrival.language and arrival.language not in worker.languages:
        return False
    if _brings(worker, needs):
        return True
    for ring in rules.rings if rules is not None else ():
        kept = {skill: max(1, level - ring.relax) for skill, level in needs.items() if skill not in ring.drop}
        if _brings(worker, kept) or any(_brings(worker, queues[each].requires) for each in ring.queues):
            return True
    return False


def _brings(worker: Worker, needs: Mapping[str, int]) -> bool:
    return all(worker.skills.get(skill, 0) >= level for skill, level in needs.items())
