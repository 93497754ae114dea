"""What became of each contact and how each agent's day was, once the world stands still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from router.simulation.day import Day
from router.simulation.figures import Fate, Shift
from router.simulation.seats import ABANDONED, Seat, Talk


def fates(day: Day, talks: Iterable[Talk]) -> Iterator[Fate]:
    """One for each contact whose promise was due before the clock stopped, or that was answered or left."""
    for talk in talks:
        arrival = talk.arrival
        outcome = "answered" if talk.answered >= 0 else ABANDONED if talk.state == ABANDONED else "left"
        until = talk.answered if outcome == "answered" else talk.ended if outcome == ABANDONED else day.end
        wait = day.waited(arrival.queue, arrival.at, until)
        if outcome == "left" and wait < arrival.target:
            continue
        yield Fate(channel=arrival.channel, segment=arrival.segment, weight=arrival.weight, target=arrival.target,
                   at=arrival.at, wait=wait, outcome=outcome, queue=arrival.queue,
                   sticky=None if arrival.sticky is None else talk.hit)


def shift(seat: Seat) -> Shift:
    """An agent's day."""
    return Shift(group=seat.worker.group, staffed=seat.staffed, busy=seat.busy, points=seat.area, handled=seat.handled,
                 backup=bool(seat.worker.backup_after))
