"""Overflow steps by length and honest wait, judged when a contact joins and again while it waits. Decides nothing else.

Nobody is looked at one by one: a line grows at the place where somebody was put in, and of contacts that are alike the
last has the longest wait (where nobody works, the first), so a look begins at both ends of each line and stops when
neither need be helped. Looks follow events, at most one a second, and a timer while there is somebody to look at.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from router.model import ContactId, QueueId
from router.overflow import Case
from router.records import ContactState, Routed
from router.rules.overflow import Step
from router.rules.plan import Plan
from router.rules.telling import Known

APART = 1_000  #: milliseconds between looks that events ask for
AGAIN = 15_000  #: milliseconds until a look that nothing asked for: paces change by themselves
MOST = 200  #: cases of one look; the rest is due at the next

_Place = tuple[int, ContactId]  #: since when, who


@dataclass(slots=True)
class _Line:
    """Those who wait in one queue and had its steps not yet."""

    all: list[_Place] = field(default_factory=list)  #: everybody, oldest first
    alike: dict[tuple[int, Any], list[_Place]] = field(default_factory=dict)  #: (step by wait, kind) -> oldest first


class Watch:
    """One for a house. `honest` says how many seconds from now a contact still has to wait, 0 = not known."""

    def __init__(self, known: Known, plan: Plan, honest: Callable[[ContactId, int], float]) -> None:
        self._known, self._plan, self._honest = known, plan, honest
        self._lines: dict[QueueId, _Line] = {}
        self._where: dict[ContactId, Routed] = {}  #: as it stands in the lines
        self._taken: dict[ContactId, tuple[QueueId, int, set[int]]] = {}  #: steps it has had in a queue, waiting since
        self._found: deque[Case] = deque()
        self._asked = False
        self._looked = -APART
        self.due: int | None = None  #: when it wants to look, in the core's time
        self._steps = {queue.id: [(number, step) for number, step in enumerate(plan.steps(queue))
                                  if step.length is not None or step.wait is not None]
                       for queue in plan.queues.values()}
        known.moved.update(known.contacts)

    def take(self, now: int, *, staff: bool) -> list[Case]:
        """What is to be done after the contacts that moved since; `staff`: somebody came or went."""
        moved, self._known.moved = self._known.moved, set()
        if not any(self._steps.values()):
            return []
        joined: dict[QueueId, list[_Place]] = {}
        for number in sorted(moved):
            self._move(number, joined)
        for queue, places in joined.items():
            self._joined(queue, places, now)
        self._asked |= staff or bool(moved)
        waiting = any(line.alike for line in self._lines.values())
        if (self._asked and now - self._looked >= APART) or now - self._looked >= AGAIN:
            self._asked, self._looked = False, now
            self._look(now)
        cases = [self._found.popleft() for _ in range(min(MOST, len(self._found)))]
        soon = bool(self._found) or (self._asked and waiting)
        self.due = self._looked + APART if soon else self._looked + AGAIN if waiting else None
        if self.due is not None and self.due <= now:
            self.due = now + APART
        return cases

    # --- the lines

    def _move(self, number: ContactId, joined: dict[QueueId, list[_Place]]) -> None:
        """Put one where it stands now."""
        was, contact = self._where.pop(number, None), self._known.contacts.get(number)
        if contact is None:
            self._taken.pop(number, None)
        waits = contact is not None and contact.state is ContactState.WAITING and contact.queue is not None
        now = contact if waits and contact is not None and self._steps.get(contact.queue) else None  # type: ignore[arg-type]
        if was is not None and was.queue is not None:
            self._leave(was)
        if now is None:
            return
        self._where[number] = now
        self._enter(now)
        assert now.queue is not None
        if was is None or (was.queue, was.queued_ms) != (now.queue, now.queued_ms):
            joined.setdefault(now.queue, []).append((now.queued_ms, now.id))

    def _enter(self, contact: Routed) -> None:
        assert contact.queue is not None
        line, place = self._lines.setdefault(contact.queue, _Line()), (contact.queued_ms, contact.id)
        insort(line.all, place)
        had = self._had(contact)
        for number, step in self._steps[contact.queue]:
            if step.wait is not None and number not in had:
                insort(line.alike.setdefault((number, _kind(contact)), []), place)

    def _leave(self, contact: Routed) -> None:
        assert contact.queue is not None
        line, place = self._lines[contact.queue], (contact.queued_ms, contact.id)
        _drop(line.all, place)
        for number, _ in self._steps[contact.queue]:
            self._off(line, (number, _kind(contact)), place)

    def _off(self, line: _Line, key: tuple[int, Any], place: _Place) -> None:
        alike = line.alike.get(key)
        if alike is not None:
            _drop(alike, place)
            if not alike:
                del line.alike[key]

    # --- judging

    def _joined(self, queue: QueueId, places: list[_Place], now: int) -> None:
        """Who was put in, and whoever stands at the step now because of that."""
        line = self._lines[queue]
        for number, step in self._steps[queue]:
            if step.length is not None:
                first = step.length - 1
                far = [place for place in places if bisect_left(line.all, place) >= first]
                for place in dict.fromkeys([*far, *line.all[first:first + len(places)]]):
                    self._case(place[1], "length", number, step)
            elif len(places) <= MOST:  # a whole house's worth is left to the looks
                for _, contact in places:
                    if self._honest(contact, now) > (step.wait or 0):
                        self._case(contact, "wait", number, step)

    def _look(self, now: int) -> None:
        """From the end of each line of those who are alike."""
        for queue, line in self._lines.items():
            steps = dict(self._steps[queue])
            for key in list(line.alike):
                step = steps[key[0]]
                while (alike := line.alike.get(key)) and len(self._found) < MOST:
                    # The last will wait longest; where nobody works, the first has.
                    far = next((contact for _, contact in (alike[-1], alike[0])
                                if self._honest(contact, now) > (step.wait or 0)), None)
                    if far is None:
                        break
                    self._case(far, "wait", key[0], step)

    def _case(self, contact: ContactId, trigger: str, number: int, step: Step) -> None:
        it = self._where[contact]
        had = self._had(it)
        assert it.queue is not None
        self._off(self._lines[it.queue], (number, _kind(it)), (it.queued_ms, contact))
        if number in had:
            return
        had.add(number)
        self._taken[contact] = (it.queue, it.queued_ms, had)
        self._found.append(Case(contact=contact, trigger=trigger, number=number, step=step, queue=it.queue))

    def _had(self, contact: Routed) -> set[int]:
        """Steps that it has had since it waits in this queue."""
        known = self._taken.get(contact.id)
        return known[2] if known is not None and known[:2] == (contact.queue, contact.queued_ms) else set()


def _kind(contact: Routed) -> Any:
    return contact.medium, contact.segment, frozenset(contact.needs)


def _drop(places: Iterable[_Place], place: _Place) -> None:
    assert isinstance(places, list)
    at = bisect_left(places, place)
    if at < len(places) and places[at] == place:
        del places[at]
