"""Customers and agents on a virtual clock around the product's own router core. Deterministic; draws nothing.

The clock, patience, acceptance, service, wrap-up, breaks and shifts are here; who gets whom is the core's alone.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

from router import core
from router.core import Policy
from router.simulation import seats as state
from router.simulation.day import Day
from router.simulation.fates import fates, shift
from router.simulation.figures import Outcome
from router.simulation.seats import Seat, Talk, faults, rate
from router.simulation.slots import Slots
from router.simulation.told import config, ms, profile, queued

_LOGOUT = math.inf


class World:
    """One day under one policy. The same day and policy give the same outcome, event for event."""

    def __init__(self, day: Day, policy: Policy, *, watch: Callable[[str, Talk | Seat, float], None] | None = None,
                 make: Callable[[core.Config], core.Core] = core.Core) -> None:
        self.day, self.policy, self.now = day, policy, 0.0
        self._watch = watch
        self._heap: list[tuple[float, int, Callable[..., None], Any, int]] = []
        self._order = self._timer = self.told = self.offers = 0
        self.seconds = 0.0
        self.violations: list[str] = []
        self.ignored: dict[str, int] = {}
        self.talks = {a.id: Talk(a, a.points or day.channels[a.channel].points) for a in day.arrivals}
        self.seats = {w.id: Seat(w) for w in day.workers}
        self.slots = Slots(day)
        self.core = make(config(day, policy))

    def run(self) -> Outcome:
        """The whole day at once."""
        for _ in self.steps():
            pass
        return self.outcome()

    def steps(self) -> Iterator[float]:
        """Runs event by event; yields the time after each."""
        for seat in self.seats.values():
            self._tell(profile(seat.worker))
        for queue, spans in self.day.closed.items():
            for since, until in spans:
                self._at(since, self._gate, queue, 0)
                self._at(until, self._gate, queue, 1)
        for talk in self.talks.values():
            self._at(talk.arrival.at, self._arrive, talk)
        for seat in self.seats.values():
            self._at(seat.worker.shift[0], self._login, seat)
            for start, length in seat.worker.breaks:
                self._at(start, self._break, (seat, length))
            self._at(seat.worker.shift[1], self._logout, seat)
        while self._heap and self._heap[0][0] <= self.day.end:
            self.now, _, what, who, number = heapq.heappop(self._heap)
            what(who, number)
            yield self.now
        for seat in self.seats.values():
            seat.close(self.now, self.slots)

    def outcome(self) -> Outcome:
        """What became of it."""
        return Outcome(
            policy=self.policy.name, fates=tuple(fates(self.day, self.talks.values())), capacity=self.day.capacity,
            shifts=tuple(shift(seat) for seat in self.seats.values()), segments=tuple(self.day.segments),
            channels=tuple(self.day.channels), slow=frozenset(n for n, c in self.day.channels.items() if c.slow),
            decisions=self.told, offers=self.offers, seconds=self.seconds, violations=tuple(self.violations),
            slots=self.slots.rows())

    # what happens

    def _gate(self, queue: str, opens: int) -> None:
        self._tell((core.QueueOpened if opens else core.QueueClosed)(at=ms(self.now), queue=queue))

    def _arrive(self, talk: Talk, _: int) -> None:
        arrival = talk.arrival
        talk.state = state.WAITING
        if arrival.patience < math.inf:
            self._at(self.now + arrival.patience, self._leave, talk)
        self.slots.arrived(arrival, self.now)
        self._seen("queued", talk)
        self._tell(queued(arrival, ms(self.now)))
        self._seen("arrived", talk)

    def _leave(self, talk: Talk, _: int) -> None:
        if talk.state not in (state.WAITING, state.OFFERED):
            return
        seat = talk.agent
        talk.state, talk.ended, talk.agent = state.ABANDONED, self.now, None
        self.slots.ended(talk.arrival, self.now, answered=False)
        self._seen("gone", talk)
        if seat is not None:
            seat.offers -= 1
            seat.take(-talk.points, self.now, self.slots)
        self._tell(core.ContactGone(at=ms(self.now), contact=talk.arrival.id, reason="abandoned"))
        if seat is not None:
            self._settle(seat)

    def _accept(self, talk: Talk, attempt: int) -> None:
        if talk.state != state.OFFERED or talk.attempt != attempt:
            return
        seat, arrival = talk.agent, talk.arrival
        assert seat is not None
        seat.progress(self.now, self.day.rates)
        talk.state, talk.answered, talk.hit = state.SERVED, self.now, arrival.sticky == seat.worker.id
        seat.offers -= 1
        speed = self.day.level_speed[seat.worker.skills.get(arrival.skill, 3)] * seat.worker.speed
        talk.left = arrival.work / (speed * self.day.sticky_speed if talk.hit else speed)
        seat.items.append(talk)
        self._plan(seat)
        self.slots.ended(arrival, self.now, answered=True)
        self._seen("answered", talk)
        self._tell(core.OfferAccepted(at=ms(self.now), contact=arrival.id, offer=talk.offer))
        self._settle(seat)

    def _lapse(self, talk: Talk, attempt: int) -> None:
        if talk.state != state.OFFERED or talk.attempt != attempt:
            return
        seat = talk.agent
        assert seat is not None
        talk.state, talk.agent = state.WAITING, None
        seat.offers -= 1
        seat.take(-talk.points, self.now, self.slots)
        self._seen("lapsed", talk)
        self._tell(core.OfferExpired(at=ms(self.now), contact=talk.arrival.id, offer=talk.offer))
        self._settle(seat)

    def _finish(self, seat: Seat, plan: int) -> None:
        if plan != seat.plan:
            return
        seat.progress(self.now, self.day.rates)
        done = [talk for talk in seat.items if talk.left <= 1e-6]
        for talk in done:
            seat.items.remove(talk)
            talk.state, talk.ended = state.DONE, self.now
            seat.handled += 1
        self._plan(seat)
        for talk in done:
            wrap = talk.arrival.wrap
            self._seen("worked", talk)
            if wrap > 0:
                seat.state, seat.turn = state.WRAP, seat.turn + 1
                self._at(self.now + wrap, self._wrapped, (seat, talk), seat.turn)
                self._show(seat)
            else:
                seat.take(-talk.points, self.now, self.slots)
            self._tell(core.WorkEnded(at=ms(self.now), contact=talk.arrival.id, wrap_up=wrap > 0))
        self._settle(seat)

    def _wrapped(self, both: tuple[Seat, Talk], turn: int) -> None:
        seat, talk = both
        seat.take(-talk.points, self.now, self.slots)
        if seat.turn == turn and seat.state == state.WRAP:
            seat.state = state.READY
        self._show(seat)
        self._tell(core.WrapUpEnded(at=ms(self.now), contact=talk.arrival.id))
        self._seen("wrapped", talk)
        self._settle(seat)

    def _login(self, seat: Seat, _: int) -> None:
        seat.state, seat.staffed_from, seat.load_at = state.READY, self.now, self.now
        self._show(seat)

    def _break(self, both: tuple[Seat, float], _: int) -> None:
        seat, length = both
        if seat.state in (state.READY, state.WRAP) and seat.pending is None:
            seat.pending = self.now + length
            self._settle(seat)

    def _logout(self, seat: Seat, _: int) -> None:
        if seat.state in (state.READY, state.WRAP):
            seat.pending = _LOGOUT
            self._settle(seat)

    def _back(self, seat: Seat, turn: int) -> None:
        if seat.turn != turn or seat.state != state.AWAY:
            return
        if self.now >= seat.worker.shift[1]:
            seat.state = state.OFFLINE
        else:
            seat.state, seat.staffed_from = state.READY, self.now
        self._show(seat)

    def _ring(self, _: None, number: int) -> None:
        if number == self._timer:
            self._tell(core.TimerFired(at=ms(self.now)))

    # what the router wants

    def _tell(self, event: core.Event) -> None:
        begin = process_time()
        decisions = self.core.handle(event)
        self.seconds += process_time() - begin
        self.told += 1
        away: list[Seat] = []
        for each in decisions:
            if isinstance(each, core.Offer):
                self._offered(each)
            elif isinstance(each, core.SetTimer):
                self._timer += 1
                self._at(max(self.now, each.at / 1000.0), self._ring, None, self._timer)
            elif isinstance(each, core.ClearTimer):
                self._timer += 1
            elif isinstance(each, core.AgentAutoAway):
                away.append(self.seats[each.agent])  # type: ignore[index]
                self._sent_away(away[-1], each)
            elif isinstance(each, core.CancelOffer):
                self._cancelled(each)
            elif isinstance(each, core.Ignored):
                self.ignored[f"{each.event}: {each.reason}"] = self.ignored.get(f"{each.event}: {each.reason}", 0) + 1
        for seat in away:  # only once every decision is carried out may the core hear of something new
            self._settle(seat)

    def _offered(self, offer: core.Offer) -> None:
        talk, seat = self.talks[offer.contact], self.seats[offer.agent]  # type: ignore[index]
        arrival, points = talk.arrival, talk.points
        self.violations += faults(self.day, talk, seat, self.now)
        talk.state, talk.agent, talk.attempt, talk.offer = state.OFFERED, seat, talk.attempt + 1, offer.offer
        seat.offers += 1
        self.offers += 1
        seat.take(points, self.now, self.slots)
        if arrival.unanswered and talk.attempt == 1:
            self._at(self.now + self.day.channels[arrival.channel].offer_timeout, self._lapse, talk, talk.attempt)
        else:
            self._at(self.now + arrival.accept, self._accept, talk, talk.attempt)
        self._seen("offered", talk)

    def _cancelled(self, cancel: core.CancelOffer) -> None:
        talk = self.talks[cancel.contact]  # type: ignore[index]
        seat = talk.agent
        if talk.state == state.OFFERED and seat is not None:
            talk.state, talk.agent = state.WAITING, None
            seat.offers -= 1
            seat.take(-talk.points, self.now, self.slots)

    def _sent_away(self, seat: Seat, away: core.AgentAutoAway) -> None:
        """The router set an agent away who let offers lapse; a break that is due anyway goes before."""
        seat.told = state.AWAY
        if seat.state == state.READY and seat.pending is None:
            seat.pending = self.now + self.day.away_after_missed if away.until is None else away.until / 1000.0

    # how it works

    def _show(self, seat: Seat) -> None:
        """Tells the core how the agent stands. Somebody whose break is due finishes what is on the desk and takes
        nothing new: that is said as writing up, because going away would take back offers that will be accepted."""
        shown = seat.state
        if seat.pending is not None and shown in (state.READY, state.WRAP):
            shown = state.WRAP
        elif shown == state.WRAP and seat.load >= self.day.capacity:
            shown = state.READY  # the seat is full anyway
        if shown != seat.told:
            seat.told = shown
            self._seen("stands", seat)
            self._tell(core.AgentStateChanged(at=ms(self.now), agent=seat.worker.id, state=shown))

    def _settle(self, seat: Seat) -> None:
        """A break or the end of the shift begins once the desk is empty."""
        if seat.pending is not None and not seat.load and seat.state == state.READY:
            until, seat.pending = seat.pending, None
            seat.staffed += self.now - seat.staffed_from
            seat.staffed_from = -1.0
            if until == _LOGOUT:
                seat.state = state.OFFLINE
            else:
                seat.state, seat.turn = state.AWAY, seat.turn + 1
                self._at(max(until, self.now + 1.0), self._back, seat, seat.turn)
        self._show(seat)

    def _plan(self, seat: Seat) -> None:
        seat.plan += 1
        if seat.items:
            soonest = max(0.0, min(talk.left for talk in seat.items)) / rate(self.day.rates, len(seat.items))
            self._at(self.now + soonest, self._finish, seat, seat.plan)

    def _at(self, when: float, what: Callable[..., None], who: Any, number: int = 0) -> None:
        self._order += 1
        heapq.heappush(self._heap, (when, self._order, what, who, number))

    def _seen(self, what: str, who: Talk | Seat) -> None:
        if self._watch is not None:
            self._watch(what, who, self.now)
