"""What follows for contacts that wait: when they arrive, when people leave, when a queue closes. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from router import overflow
from router.dispatch.picture import Desk
from router.events import RoutingAlarm
from router.model import ContactId, QueueId
from router.overflow import Case
from router.ports import Tx
from router.records import ContactState, Entry, Routed
from router.rules.staffing import Staff
from router.rules.telling import Moment

#: Reasons with which a contact comes to a queue; the others keep its place there.
ARRIVES = frozenset({"new", "asked", "callback", "reopened", "woke", "transfer", "merged", "overflow"})

LATELY = 120_000  #: milliseconds


@dataclass(slots=True, kw_only=True)
class Follow:
    """What is to be done in one unit."""

    cases: list[Case] = field(default_factory=list)
    alarms: list[RoutingAlarm] = field(default_factory=list)
    timed: list[ContactId] = field(default_factory=list)  #: whose next step by time is to be set
    hours: bool = False

    def __bool__(self) -> bool:
        return bool(self.cases or self.alarms or self.timed or self.hours)


class Following:
    """Keeps who is at work for which queue, so that nobody leaves unnoticed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.staff = Staff({})
        self.alone: dict[QueueId, str] = {}  #: queues where somebody waits and nobody comes, and why

    def rebuild(self, now: Moment) -> Follow:
        """After everything was read anew: what was told before is not told again. Who came shortly before the end of
        the last run may not have been looked at; looking twice does nothing twice."""
        self.staff = Staff(self._desk.plan.queues)
        self.staff.put_all(self._desk.known.agents.values())
        self._desk.news.clear()
        self.alone = {}
        self._look(Follow(), {each.queue for each in self._waiting() if each.queue is not None})
        made = Follow(hours=True)
        for each in self._waiting():
            if each.queued_ms + now.shift > now.ms - LATELY:
                self._arrives(made, each.id, now.at)
        return made

    def after(self, entries: Iterable[Entry], at: datetime) -> Follow:
        """What follows from these entries, once the core has had its say."""
        made, desk = Follow(), self._desk
        if self.staff.queues is not desk.plan.queues:
            self.staff = Staff(desk.plan.queues)
            self.staff.put_all(desk.known.agents.values())
            made.hours = True
        arrived: dict[ContactId, None] = {}
        closed: set[QueueId] = set()
        left: set[QueueId] = set()
        for entry in entries:
            if entry.name == "contact-queued" and entry.contact is not None and entry.data["reason"] in ARRIVES:
                arrived[entry.contact] = None
            elif entry.name == "agent-changed":
                agent = desk.known.agents.get(entry.data["agent"])
                if agent is not None:
                    left.update(self.staff.put(agent))
            elif entry.name == "queue-hours" and not entry.data["open"]:
                closed.add(QueueId(entry.data["queue"]))
        self._stranded(made)
        behind: dict[QueueId | None, int] = {}
        for contact in reversed(arrived):  # whoever came later does not count for who came before
            known = desk.known.contacts.get(contact)
            if known is not None and known.state is ContactState.WAITING:
                self._arrives(made, contact, at, behind.get(known.queue, 0))
                behind[known.queue] = behind.get(known.queue, 0) + 1
        for each in self._waiting() if closed else ():
            if each.queue in closed:
                self._door(made, each, "closed", desk.plan.queues[each.queue].when_closed)
        self._look(made, left | {known.queue for known in map(desk.known.contacts.get, arrived)
                                 if known is not None and known.queue is not None})
        return made

    def _waiting(self) -> list[Routed]:
        return [each for each in self._desk.known.contacts.values() if each.state is ContactState.WAITING]

    def _stranded(self, made: Follow) -> None:
        news, self._desk.news = self._desk.news, []
        for contact, missing, over in news:
            known = self._desk.known.contacts.get(contact)
            queue = known.queue if known is not None else None
            made.alarms.append(RoutingAlarm(about=contact, code="nobody-able", queue=queue, missing=missing, over=over))
            if not over and known is not None and queue is not None:
                self._door(made, known, "unstaffed", self._desk.plan.queues[queue].when_unstaffed)

    def _arrives(self, made: Follow, contact: ContactId, at: datetime, behind: int = 0) -> None:
        known = self._desk.known.contacts.get(contact)
        if known is None or known.state is not ContactState.WAITING or known.queue is None:
            return
        plan = self._desk.plan
        queue = plan.queues[known.queue]
        steps, length = plan.steps(queue), self._desk.length(queue.id) - behind
        if any(step.after is not None and step.acts for step in steps):
            made.timed.append(contact)
        if not plan.is_open(queue, at):
            self._door(made, known, "closed", queue.when_closed)
        if queue.most_waiting and length > queue.most_waiting:
            self._door(made, known, "full", queue.when_full)
        if self.staff.standing(queue.id) == "nobody-here":
            self._door(made, known, "unstaffed", queue.when_unstaffed)
        for number, step in enumerate(steps):
            if step.length is not None and length >= step.length:
                made.cases.append(Case(contact=contact, trigger="length", number=number, step=step))
            elif step.wait is not None and self._desk.honest_wait(contact) > step.wait:
                made.cases.append(Case(contact=contact, trigger="wait", number=number, step=step))

    def _door(self, made: Follow, contact: Routed, trigger: str, rule: str) -> None:
        if rule != "wait":
            made.cases.append(Case(contact=contact.id, trigger=trigger, rule=rule))

    def _look(self, made: Follow, queues: Iterable[QueueId]) -> None:
        """Queues where somebody waits and nobody is at work, told once; and once when it is over."""
        for number in sorted(set(queues)):
            why = self.staff.standing(number) if self._desk.length(number) else ""
            was = self.alone.get(number, "")
            if why == was:
                continue
            self.alone.pop(number, None)
            if was:
                made.alarms.append(RoutingAlarm(code=was, queue=number, over=True))
            if why:
                self.alone[number] = why
                made.alarms.append(RoutingAlarm(code=why, queue=number))
                rule = self._desk.plan.queues[number].leave_unstaffed
                for each in self._waiting() if rule != "wait" else ():
                    if each.queue == number:
                        self._door(made, each, "unstaffed", rule)


def carry_out(tx: Tx, follow: Follow, desk: Desk) -> None:
    """All of it in one unit."""
    for alarm in follow.alarms:
        tx.emit(alarm, actor="router")
    for contact in follow.timed:
        overflow.begin(tx, desk.plan, contact)
    for case in follow.cases:
        overflow.take(tx, desk.plan, case)
    if follow.hours:
        overflow.set_hours(tx, desk.plan)
