"""Promise clocks: follows the journal, warns when a promise is near or broken, puts off what a citizen was told.

Every event it acts on is read from the journal by position, so that nothing is missed and nothing counted twice; times
are those of the journal. So are settings: until it has come to an edit, what was set before counts, and the books are
closed under the old hours before the new ones count. What is near and what is broken is found by timers, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from router import opening, overflow
from router.events import PromiseBroken, PromiseGiven, PromiseNear, RoutingAlarm
from router.model import ContactId
from router.ports import Bus, Store, Tx
from router.promises.clocks import (
    Clocks,
    answer_by,
    concerns,
    follow,
    hours_of,
    hours_to_text,
    otherwise,
    settled,
    stood,
    turns,
    with_hours,
)
from router.records import Contact, ContactState, Entry, Timer
from router.rules import notices, sla
from router.rules.hours import Hours
from router.rules.plan import Plan

SETTINGS = frozenset({"queue-changed", "routing-changed"})
TOLD = "told"  #: name of the row that keeps what the citizen was told
CHUNK = 500
_OWNER, _HOURS = ("routing", "promises"), ("routing", "hours")


class Promises:
    """`plan` is all that is set; `live` names channels where the citizen sits and waits: there accepting answers."""

    def __init__(self, store: Store, bus: Bus, plan: Callable[[], Plan], live: Callable[[], Collection[str]]) -> None:
        self._store, self._bus, self._given, self._live = store, bus, plan, live
        self._books: Plan | None = None  #: what was set where it stands in the journal
        self._sure = False  #: nothing was set otherwise while nobody followed

    def _plan(self) -> Plan:
        return self._books or self._given()

    async def open(self) -> None:
        """The first time of all it begins with what happens from now on."""
        if self._books is None:
            self._books = await self._store.run(self._begin, name="promises")

    async def run(self) -> None:
        """Until cancelled. Goes on where it stopped."""
        listener = self._bus.subscribe("promises", size=1000)
        try:
            await self.open()
            while True:
                while await self._next():
                    self._bus.whisper("timers", ContactId(0), {})
                await listener.get()
                while listener.get_nowait() is not None:
                    pass
        finally:
            listener.close()

    async def _next(self) -> int:
        """Take the next entries of the journal; how many there were."""
        count, self._books = await self._store.run(self._step, name="promises")
        self._sure = self._sure or not count
        return count

    def _begin(self, tx: Tx) -> Plan:
        if not tx.marks.get(*_OWNER):
            tx.marks.set(*_OWNER, str(tx.journal.head()))
        plan = opening.read(tx, self._given())
        kept = tx.marks.get(*_HOURS)
        if not kept:
            tx.marks.set(*_HOURS, hours_to_text(plan))
        return with_hours(plan, kept)

    def _step(self, tx: Tx) -> tuple[int, Plan]:
        position, books = int(tx.marks.get(*_OWNER) or 0), self._plan()
        entries = tx.journal.after(position, limit=CHUNK)
        part: list[Entry] = []
        for entry in entries:
            if entry.name in SETTINGS:
                self.take(tx, part, books)
                part, books = [], self._turn(tx, books, entry.at)
            elif entry.contact is not None and concerns(entry):
                part.append(entry)
        self.take(tx, part, books)
        if entries:
            tx.marks.set(*_OWNER, str(entries[-1].seq))
        elif not self._sure:  # what the settings' file says may be otherwise since the last run
            books = self._turn(tx, books, tx.now)
        return len(entries), books

    def _turn(self, tx: Tx, was: Plan, at: datetime) -> Plan:
        """What is set now counts from `at`: the books of those whose hours are others are closed under the old ones."""
        plan = opening.read(tx, self._given())
        queues = otherwise(was, plan)
        if not queues:
            return plan
        found = {each.id: each for each in tx.routed.live() if each.queue in queues}
        for number, rows in tx.clocks.of(found).items():
            clocks = settled(_read(rows), at, hours_of(was, found[number]))
            tx.clocks.put((number, name, sla.to_data(clock)) for name, clock in clocks.items())
            _wake(tx, number, clocks, hours_of(plan, found[number]))
        tx.marks.set(*_HOURS, hours_to_text(plan))
        return plan

    def take(self, tx: Tx, entries: Sequence[Entry], plan: Plan) -> None:
        """What these entries do to the clocks of their contacts."""
        ids = {entry.contact for entry in entries if entry.contact is not None}
        if not ids:
            return
        live = self._live()
        contacts = {contact.id: contact for contact in tx.routed.some(ids)}
        kept = {contact: _read(rows) for contact, rows in tx.clocks.of(ids).items()}
        touched: dict[ContactId, Clocks] = {}
        for entry, contact in stood(entries, contacts, plan):
            clocks = touched.setdefault(contact.id, dict(kept.get(contact.id, {})))
            unanswered = turns(entry) and tx.contacts.get(contact.id).answered_at is None
            follow(clocks, entry, contact, plan, live=contact.channel in live, unanswered=unanswered)
        changed = {number: clocks for number, clocks in touched.items() if clocks != kept.get(number, {})}
        tx.clocks.put((number, name, sla.to_data(clock)) for number, clocks in changed.items()
                      for name, clock in clocks.items() if clock != kept.get(number, {}).get(name))
        for number, clocks in changed.items():
            _wake(tx, number, clocks, hours_of(plan, contacts[number]))

    # --- what timers do; each is a unit

    def tell(self, tx: Tx, timer: Timer) -> None:
        """A promise is near its end or broken: said once in its life."""
        number, plan = ContactId(timer.subject), self._plan()
        rows = tx.clocks.of([number]).get(number)
        found = tx.routed.some([number])
        if rows is None or not found:
            return
        contact, clocks = found[0], _read(rows)
        hours = hours_of(plan, contact)
        for name, clock in list(clocks.items()):
            clocks[name], said = sla.tell(clock, tx.now, hours)
            for each in said:
                kind = PromiseNear if each == "near" else PromiseBroken
                tx.emit(kind(about=number, clock=name, queue=contact.queue, medium=contact.medium,
                             segment=contact.segment, kind=contact.kind,
                             seconds=int(clock.promised.total_seconds())), actor="timer")
        tx.clocks.put((number, name, sla.to_data(clock)) for name, clock in clocks.items())
        _wake(tx, number, clocks, hours)

    def given(self, tx: Tx, contact: Contact) -> str:
        """A promise for a citizen who will be answered later, in words; "" when none can be made. It is watched."""
        plan = self._plan()
        by = answer_by(plan, contact, tx.now)
        if by is None or contact.channel in self._live():
            return ""
        _keep(tx, contact, by, 0, told=True, hours=hours_of(plan, contact))
        return notices.say("promise", contact.language, by=notices.moment(by, contact.language, plan.zone))

    def renew(self, tx: Tx, timer: Timer) -> None:
        """What the citizen was told will not be kept: they hear so before, a bounded number of times."""
        number, plan = ContactId(timer.subject), self._plan()
        rows = tx.clocks.of([number]).get(number, {})
        first, told = rows.get("first"), rows.get(TOLD)
        if told is None:
            return
        contact = tx.contacts.get(number)
        if contact.state in (ContactState.CLOSED, ContactState.ABANDONED) or first is None or first["stopped"]:
            tx.clocks.drop(number, TOLD)
            return
        count = int(told["number"]) + 1
        by = answer_by(plan, contact, tx.now)
        if count > plan.renewals or by is None:
            tx.emit(RoutingAlarm(about=number, code="promise-not-renewed", queue=contact.queue, detail=told["by"]),
                    actor="timer")
            return
        words = notices.say("renewed", contact.language, by=notices.moment(by, contact.language, plan.zone))
        sent = overflow.tell(tx, contact, words, f"renewed:{number}:{count}")
        _keep(tx, contact, by, count, told=sent, hours=hours_of(plan, contact))


def _keep(tx: Tx, contact: Contact, by: datetime, number: int, *, told: bool, hours: Hours) -> None:
    tx.clocks.put([(contact.id, TOLD, {"by": by.isoformat(), "number": number})])
    due = hours.after(tx.now, hours.working(tx.now, by) * 4 / 5) or tx.now + (by - tx.now) * 4 / 5
    tx.timers.set("told", contact.id, due)
    tx.emit(PromiseGiven(about=contact.id, by=by.isoformat(timespec="seconds"), number=number, told=told),
            actor="router")


def _read(rows: Mapping[str, Mapping[str, Any]]) -> Clocks:
    return {name: sla.from_data(data) for name, data in rows.items() if name != TOLD}


def _wake(tx: Tx, contact: ContactId, clocks: Clocks, hours: Hours) -> None:
    moments = [found[0] for found in (sla.next_moment(clock, hours) for clock in clocks.values()) if found is not None]
    if moments:
        tx.timers.set("promise", contact, min(moments))
    else:
        tx.timers.clear("promise", contact)


def standing(tx: Tx, contact: ContactId, plan: Plan) -> dict[str, Any]:
    """How a contact's promises stand, JSON-able: by clock, and what the citizen was told."""
    rows = tx.clocks.of([contact]).get(contact, {})
    found = tx.routed.some([contact])
    if not rows or not found:
        return {}
    hours = hours_of(plan, found[0])
    made: dict[str, Any] = {}
    for name, clock in _read(rows).items():
        due = sla.due(clock, hours)
        made[name] = {"promised_seconds": int(clock.promised.total_seconds()),
                      "used_seconds": int(sla.used(clock, tx.now, hours).total_seconds()),
                      "standing": sla.standing(clock, tx.now, hours),
                      "due_at": None if due is None else due.isoformat()}
    if TOLD in rows:
        made[TOLD] = dict(rows[TOLD])
    return made
