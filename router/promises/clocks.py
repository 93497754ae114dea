"""What happens to a contact and what that does to its promise clocks. Asks nobody, writes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from router.model import ContactId, QueueId
from router.records import Calendar, Contact, ContactState, Entry, Routed, Target
from router.rules import sla
from router.rules.hours import Hours
from router.rules.plan import Plan
from router.rules.sla import Clock

BEGINS = frozenset({"new", "asked", "callback", "reopened"})
MOVES = frozenset({"transfer", "overflow", "merged", "suggested", "suggestion-undone"})
#: What of a contact decides which promise counts.
DECIDES = frozenset({"queue", "kind", "segment"})
_NAMES = frozenset({"contact-queued", "contact-changed", "message-added"})
_WAITS = (ContactState.WAITING, ContactState.OFFERED)
_OVER = (ContactState.CLOSED, ContactState.ABANDONED)

Clocks = dict[str, Clock]


def answer_by(plan: Plan, contact: Contact | Routed, at: datetime) -> datetime | None:
    """Until when an answer can honestly be promised from now on."""
    seconds = plan.target(contact)
    return None if seconds is None else hours_of(plan, contact).answer_by(at, timedelta(seconds=seconds))


def hours_of(plan: Plan, contact: Contact | Routed) -> Hours:
    """The hours in which a contact's promises count."""
    queue = plan.queues.get(contact.queue) if contact.queue is not None else None
    return plan.hours((queue.calendar if queue is not None else "") or plan.calendar)


def concerns(entry: Entry) -> bool:
    """Whether it may do anything to clocks."""
    return entry.name in _NAMES or turns(entry)


def turns(entry: Entry) -> bool:
    """Whether another promise may count from then on."""
    if entry.name == "contact-queued":
        return entry.data["reason"] in MOVES or bool(_left(entry))
    return entry.name == "contact-edited" and not DECIDES.isdisjoint(entry.data["fields"])


def _left(entry: Entry) -> str:
    """Name of the queue that a contact left with this entry; "" = it left none."""
    return str(entry.data.get("why", {}).get("from", ""))


def stood(entries: Sequence[Entry], contacts: Mapping[ContactId, Routed], plan: Plan) -> list[tuple[Entry, Routed]]:
    """Entries with their contacts, each in the queue where it was then. `contacts` says where they are after all."""
    found: list[tuple[Entry, Routed]] = []
    now = dict(contacts)
    for entry in reversed(entries):
        contact = now.get(entry.contact) if entry.contact is not None else None
        if contact is None:
            continue
        found.append((entry, contact))
        left = plan.named(_left(entry))
        if left is not None:
            now[contact.id] = replace(contact, queue=left.id)
    return found[::-1]


def follow(clocks: Clocks, entry: Entry, contact: Routed, plan: Plan, *, live: bool,
           unanswered: bool = False) -> None:
    """What one entry does to a contact's clocks. Pure but for `clocks`."""
    hours, at = hours_of(plan, contact), entry.at
    if turns(entry):  # what passed until now counts in the hours of the queue it was in
        left = plan.named(_left(entry))
        before = hours if left is None else plan.hours(left.calendar or plan.calendar)
        clocks.update(settled(clocks, at, before))
    if entry.name == "contact-queued":
        _queued(clocks, entry, contact, plan, hours, unanswered=unanswered)
    elif entry.name == "contact-changed":
        state = entry.data["state"]
        if state == "active" and live:
            _stop(clocks, ("first", "next"), at, hours)
        elif state in ("closed", "abandoned"):
            _stop(clocks, tuple(clocks), at, hours)
        if entry.data["was"] == "snoozed":
            _each(clocks, lambda clock: sla.resume(clock, "snoozed", at, hours))
        elif state == "snoozed":
            _each(clocks, lambda clock: sla.pause(clock, "snoozed", at, hours))
    elif entry.name == "contact-edited":
        _anew(clocks, contact, plan, at, hours, unanswered=unanswered)
    elif entry.data["direction"] == "out" and entry.actor.startswith("agent:"):
        _stop(clocks, ("first", "next"), at, hours)
    elif entry.data["direction"] == "in" and entry.actor.startswith("customer:"):
        first = clocks.get("first")
        if first is None or first.stopped:
            _start(clocks, "next", contact, plan, at)


def _queued(clocks: Clocks, entry: Entry, contact: Routed, plan: Plan, hours: Hours, *, unanswered: bool) -> None:
    reason, at = entry.data["reason"], entry.at
    if reason in BEGINS:
        clocks.pop("first", None)
        _start(clocks, "first", contact, plan, at)
        if "resolution" in clocks:
            clocks["resolution"] = sla.reopen(clocks["resolution"], at)
        else:
            _start(clocks, "resolution", contact, plan, at)
    if turns(entry):
        _anew(clocks, contact, plan, at, hours, unanswered=unanswered)


def _anew(clocks: Clocks, contact: Routed, plan: Plan, at: datetime, hours: Hours, *, unanswered: bool) -> None:
    """Another promise may count from now on; what was used of the time counts, also where nothing was promised yet."""
    for name, clock in list(clocks.items()):
        seconds = plan.target(contact, name)
        if seconds is not None and not clock.stopped and clock.promised != timedelta(seconds=seconds):
            clocks[name] = sla.retarget(clock, Target(id=0, clock=name, seconds=seconds), at, hours)
    begun = {"first": unanswered and contact.state in _WAITS, "resolution": contact.state not in _OVER}
    for name in (each for each, runs in begun.items() if runs):
        seconds = plan.target(contact, name)
        if name not in clocks and seconds is not None and contact.queued_at is not None:
            clocks[name] = _belated(clocks, Target(id=0, clock=name, seconds=seconds), contact.queued_at, plan, hours)


def _belated(clocks: Clocks, target: Target, since: datetime, plan: Plan, hours: Hours) -> Clock:
    """A clock that should have begun with the others: what ran beside it since then knows what was used of it."""
    beside = next((clock for clock in clocks.values() if clock.clock != "next" and not clock.stopped), None)
    first = clocks.get("first")
    made = sla.start(target, since if first is None else first.started_at, near_percent=plan.near_percent)
    if beside is not None:
        made = replace(made, used=beside.used, since=beside.since, pauses=beside.pauses, started_at=beside.started_at)
    return made


def settled(clocks: Clocks, at: datetime, hours: Hours) -> Clocks:
    """The same clocks with the books closed under these hours: others count from now on."""
    return {name: clock if clock.stopped else sla.settle(clock, at, hours) for name, clock in clocks.items()}


def otherwise(was: Plan, plan: Plan) -> set[QueueId | None]:
    """The queues whose contacts' promises count in other hours than before."""
    return {number for number in (*was.queues, *plan.queues, None) if _hours(was, number) != _hours(plan, number)}


def _hours(plan: Plan, number: QueueId | None) -> tuple[str, Mapping[str, Any] | None]:
    queue = plan.queues.get(number) if number is not None else None
    calendar = plan.calendars.get((queue.calendar if queue is not None else "") or plan.calendar)
    return plan.zone, None if calendar is None else calendar.definition


def hours_to_text(plan: Plan) -> str:
    """The hours that are set, to be remembered over a restart."""
    return json.dumps({"zone": plan.zone, "calendar": plan.calendar,
                       "calendars": {name: dict(each.definition) for name, each in plan.calendars.items()},
                       "queues": {str(number): queue.calendar for number, queue in plan.queues.items()}})


def with_hours(plan: Plan, text: str) -> Plan:
    """The plan with the hours that were remembered; without any, as it is."""
    if not text:
        return plan
    kept = json.loads(text)
    return plan.changed(
        zone=kept["zone"], calendar=kept["calendar"],
        calendars={name: Calendar(name=name, definition=each) for name, each in kept["calendars"].items()},
        queues={number: replace(queue, calendar=kept["queues"].get(str(number), queue.calendar))
                for number, queue in plan.queues.items()})


def _start(clocks: Clocks, name: str, contact: Routed, plan: Plan, at: datetime) -> None:
    seconds = plan.target(contact, name)
    running = clocks.get(name)
    if seconds is not None and (running is None or running.stopped):
        clocks[name] = sla.start(Target(id=0, clock=name, seconds=seconds), at, near_percent=plan.near_percent)


def _stop(clocks: Clocks, names: Sequence[str], at: datetime, hours: Hours) -> None:
    for name in names:
        if name in clocks:
            clocks[name] = sla.stop(clocks[name], at, hours)


def _each(clocks: Clocks, change: Callable[[Clock], Clock]) -> None:
    for name in clocks:
        clocks[name] = change(clocks[name])
