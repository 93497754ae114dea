"""Measures honest waits on a simulated day: the product's own estimator told what happens, judged by what came true.

Beside it the simplest estimate there is, the wait of whoever was answered last, on the same contacts.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Any

from router.rules.wait import Estimate, Estimator, Kind, Pace, Record, brought, needed, ranked
from router.rules.wait.estimator import HEARD
from router.simulation import seats as state
from router.simulation.day import Arrival, Day
from router.simulation.seats import Seat, Talk

_RENEWED = (20.0, 60.0, 300.0, 1200.0, 4800.0)  #: ages at which the estimate is made anew
_OFF = (state.AWAY, state.OFFLINE)


class Waits:
    """Stands by a world as its `watch`."""

    def __init__(self, day: Day, estimator: Estimator | None = None) -> None:
        self._day = day
        self._ranks = {name: rank for rank, name in enumerate(day.segments)}
        self.estimator = Estimator(paces(day)) if estimator is None else estimator
        self._due: list[tuple[float, int, Talk]] = []
        self._last: dict[str, float] = {}
        self._said: dict[int, tuple[Estimate, float]] = {}
        self.plain: dict[str, Record] = {}  #: last answered as the estimate
        for worker in day.workers:
            if not worker.backup_after:
                self.estimator.agent(worker.id, brought(worker.skills, worker.languages), worker.channels)

    def __call__(self, what: str, who: Talk | Seat, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            at, _, talk = heapq.heappop(self._due)
            if talk.state in (state.WAITING, state.OFFERED):
                self.estimator.estimate(talk.arrival.id, at)
        if isinstance(who, Seat):
            self.estimator.duty(who.worker.id, who.told not in _OFF)
        elif what == "arrived":
            self._arrived(who, now)
        elif what in ("answered", "gone"):
            self._over(who, now, answered=what == "answered")
        elif what == "worked":
            arrival = who.arrival
            share = self._day.channels[arrival.channel].points / self._day.capacity
            self.estimator.worked(arrival.channel, share * (now - who.answered + arrival.wrap))

    def take_over(self, before: Waits | None) -> Waits:
        """Begins with what was learned on the day before, its record apart; gives itself back."""
        if before is not None:
            learned = before.estimator.to_data()
            for each in learned["media"].values():
                each["record"] = [0, 0, 0.0, 0.0, 0.0]
            self.estimator.learn_from(learned)
        return self

    def figures(self) -> dict[str, dict[str, Any]]:
        """By channel: n, coverage, error and bias in shares of the mean wait, and the plain estimate's error."""
        found = self.estimator.records()
        return {name: {**each, "last_served_error": self.plain[name].figures()["error"] if name in self.plain else None}
                for name, each in found.items() if each["n"]}

    def kind(self, arrival: Arrival) -> Kind:
        """What is known of a contact when it comes: how long it will bear waiting is not."""
        levels = {skill: arrival.levels.get(skill, 1) for skill in arrival.skills}
        return Kind(medium=arrival.channel, skills=needed(levels, arrival.language),
                    rank=ranked(self._ranks[arrival.segment], arrival.priority))

    def _arrived(self, talk: Talk, now: float) -> None:
        arrival = talk.arrival
        if talk.state != state.WAITING:
            return
        self.estimator.queued(arrival.id, self.kind(arrival), now)
        said = self.estimator.estimate(arrival.id, now)
        self._said[arrival.id] = (said, self._last.get(arrival.channel, 0.0))
        for age in _RENEWED:
            heapq.heappush(self._due, (now + age, arrival.id, talk))

    def _over(self, talk: Talk, now: float, *, answered: bool) -> None:
        arrival = talk.arrival
        if answered and arrival.id in self._said:
            said, last = self._said.pop(arrival.id)
            self.estimator.answered(arrival.id, now)
            if said.basis != "none" and now - arrival.at >= HEARD:
                self.plain.setdefault(arrival.channel, Record()).add(0.0, last, 0.0, now - arrival.at)
            self._last[arrival.channel] = now - arrival.at
        elif not answered:
            self.estimator.gone(arrival.id, now)


def paces(day: Day) -> dict[str, Pace]:
    """What a new house would know of its media."""
    return {name: Pace(seat_seconds=channel.mean * channel.points / day.capacity, patience=channel.patience,
                       pool="slow" if channel.slow else "whole" if channel.points >= day.capacity else "shared")
            for name, channel in day.channels.items()}


def pooled(days: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Figures of several days as one: means weighted by how many waited (errors by how long they did)."""
    made: dict[str, dict[str, Any]] = {}
    each = list(days)
    for name in dict.fromkeys(name for day in each for name in day):
        rows = [day[name] for day in each if name in day]
        count = sum(row["n"] for row in rows)
        waited = sum(row["n"] * row["mean_wait"] for row in rows)
        made[name] = {"n": count, "coverage": round(sum(row["coverage"] * row["n"] for row in rows) / count, 4),
                      "mean_wait": round(waited / count, 2)}
        for key in ("error", "bias", "last_served_error"):
            made[name][key] = round(sum((row[key] or 0.0) * row["n"] * row["mean_wait"] for row in rows) / waited, 4)
    return made
