"""What a citizen who waits is told: the place, an honest interval, until when, what else there is. Asks the core only.

Runs in the event loop, where the core lives; a contact that the core does not know yet keeps what the store said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from router.dispatch import Dispatch
from router.model import ContactId, QueueId
from router.ports import Clock
from router.promises import answer_by
from router.records import Contact, ContactState, Line, Routed
from router.rules.overflow import DOORS
from router.rules.staffing import Staff

_WAITS = (ContactState.WAITING, ContactState.OFFERED)
_KEPT = 1.0  #: seconds that a place is believed before it is counted again
_MOST = 20_000  #: places remembered
_MANY = 2_000  #: contacts from which on a place is remembered at all


class Outlook:
    """`live` names channels where the citizen sits and waits; the others hear a date instead of minutes."""

    def __init__(self, dispatch: Dispatch, clock: Clock, live: Callable[[], Collection[str]]) -> None:
        self._dispatch, self._clock, self._live = dispatch, clock, live
        self._places: dict[ContactId, tuple[float, Routed, int]] = {}

    def __call__(self, line: Line) -> Line:
        """The line with what routing knows about it."""
        contact, plan, now = line.contact, self._dispatch.plan, self._clock()
        queue = plan.queues.get(contact.queue) if contact.queue is not None else None
        if contact.state not in _WAITS or queue is None:
            return line
        its = plan.hours(queue.calendar) if queue.calendar else None
        is_open = its is None or its.is_open(now)
        trouble = self._trouble(contact.id, queue.id, is_open)
        instead = dict.fromkeys(contact.data.get("instead", ()))
        rule = {"closed": queue.when_closed, "": "wait"}.get(trouble, queue.when_unstaffed)
        if rule in DOORS and rule != "wait":
            instead[rule] = None
        said = self._dispatch.desk.interval(contact.id, self._dispatch.ticks.now().ms)
        low, high = said or (line.wait_low, line.wait_high)
        if trouble:
            low = high = 0  # nobody comes: no figure is honest
        # With nobody to serve them nobody is ahead of anybody in the core's eyes; the citizen counts heads.
        place = line.place if trouble else self._place(contact, now.timestamp()) or line.place
        slow = contact.channel not in self._live()
        unable = trouble == "nobody-able"  # colleagues who are ready for others are nothing to this one
        since = contact.queued_at or now
        return replace(
            line, place=place, wait_low=low, wait_high=high,
            ready_agents=0 if unable else len(self._dispatch.following.staff.ready.get(queue.id, ())), open=is_open,
            opens_at=None if is_open or its is None else its.next_opening(now), instead=tuple(instead),
            trouble=trouble,
            answer_by=max(answer_by(plan, contact, since) or now, now) if slow and not unable else None)

    def _trouble(self, contact: ContactId, queue: QueueId, is_open: bool) -> str:
        if not is_open:
            return "closed"
        if contact in self._dispatch.desk.stranded:
            return "nobody-able"
        staff: Staff = self._dispatch.following.staff
        return staff.standing(queue) if self._dispatch.ready.is_set() else ""

    def _place(self, contact: Contact, now: float) -> int:
        """0 where the core does not know the contact as the store has it: then the store's own count stands."""
        known = self._dispatch.desk.known.contacts
        record = known.get(contact.id)
        if record is None or record.version < contact.version:
            return 0
        # Counting is linear in those who wait. With few it is always exact; with many others may have moved for a
        # moment, but a place is never older than the last change of the contact itself.
        kept = self._places.get(contact.id) if len(known) > _MANY else None
        if kept is not None and kept[1] is record and abs(now - kept[0]) < _KEPT:
            return kept[2]
        found = self._dispatch.desk.place(contact.id, self._dispatch.ticks.now().ms)
        if len(self._places) >= _MOST:
            self._places.clear()
        self._places[contact.id] = (now, record, found)
        return found
