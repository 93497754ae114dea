"""The day by half hours, as it goes: who came, what was kept, how long they waited, how much was worked."""

from __future__ import annotations

import math

from router.simulation.day import Arrival, Day

SLOT = 1800.0  #: seconds


class Slots:
    """Counts by the half hour of arrival; work and staff by the half hour in which they were."""

    def __init__(self, day: Day) -> None:
        self._day, self._capacity = day, day.capacity
        count = max(1, math.ceil(day.end / SLOT))
        self._arrived, self._answered, self._kept, self._gone = ([0] * count for _ in range(4))
        self._wait, self._points = [0.0] * count, [0.0] * count
        self._staff = [0.0] * count
        for worker in day.workers:
            if not worker.backup_after:
                self._spread(self._staff, *worker.shift, 1.0)
                for start, length in worker.breaks:
                    self._spread(self._staff, max(start, worker.shift[0]), min(start + length, worker.shift[1]), -1.0)

    def arrived(self, arrival: Arrival, at: float) -> None:
        """A contact came."""
        self._arrived[self._index(at)] += 1

    def ended(self, arrival: Arrival, at: float, *, answered: bool) -> None:
        """Its waiting is over."""
        index, wait = self._index(arrival.at), self._day.waited(arrival.queue, arrival.at, at)
        if answered:
            self._answered[index] += 1
            self._wait[index] += wait
            self._kept[index] += wait <= arrival.target
        else:
            self._gone[index] += 1

    def worked(self, start: float, end: float, points: int) -> None:
        """An agent had so many points in hand."""
        if points:
            self._spread(self._points, start, end, points / self._capacity)

    def rows(self) -> tuple[dict[str, float], ...]:
        """One a half hour: `from` s, `arrived`, `answered`, `abandoned`, `kept` (share), `wait` (mean s), `staff`
        (people at their desks), `load` (share of their seats in use)."""
        made = []
        for index, arrived in enumerate(self._arrived):
            staff = max(0.0, self._staff[index]) / SLOT
            answered = self._answered[index]
            made.append({
                "from": index * SLOT, "arrived": float(arrived), "answered": float(answered),
                "abandoned": float(self._gone[index]), "kept": self._kept[index] / arrived if arrived else 1.0,
                "wait": self._wait[index] / answered if answered else 0.0, "staff": staff,
                "load": min(1.5, self._points[index] / SLOT / staff) if staff > 0.01 else 0.0})
        return tuple(made)

    def _index(self, at: float) -> int:
        return min(int(at // SLOT), len(self._arrived) - 1)

    def _spread(self, row: list[float], start: float, end: float, amount: float) -> None:
        while start < end:
            index = int(start // SLOT)
            if index >= len(row):
                return
            until = min(end, (index + 1) * SLOT)
            row[index] += amount * (until - start)
            start = until
