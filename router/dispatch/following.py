"""What follows for contacts that wait: when they arrive, when people leave, when a queue closes. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from router import overflow
from router.dispatch.alarms import Alarms
from router.dispatch.picture import Desk
from router.dispatch.watching import Watch
from router.events import QueueHours, RoutingAlarm
from router.model import ContactId, QueueId
from router.overflow import Case
from router.ports import Tx
from router.records import ContactState, Entry, Queue, Routed
from router.rules.overflow import Step
from router.rules.plan import Plan
from router.rules.staffing import Staff
from router.rules.telling import Moment

#: Reasons with which a contact comes to a queue; the others keep its place there.
ARRIVES = frozenset({"new", "asked", "callback", "reopened", "woke", "transfer", "merged", "overflow", "suggested",
                     "suggestion-undone"})

_HERE = (ContactState.WAITING, ContactState.OFFERED)
LATELY = 120_000  #: milliseconds
_SILENT = ("wait", "callback", "voicemail")  #: doors behind which nothing is written to the citizen


@dataclass(slots=True, kw_only=True)
class Follow:
    """What is to be done in one unit."""

    cases: list[Case] = field(default_factory=list)
    alarms: list[RoutingAlarm] = field(default_factory=list)
    timed: list[ContactId] = field(default_factory=list)  #: whose next step by time is to be set
    hours: bool = False
    turned: list[tuple[QueueId, bool]] = field(default_factory=list)  #: opened or closed by an edit
    told: str = ""  #: the alarms that stand now, when these are others

    def __bool__(self) -> bool:
        return bool(self.cases or self.alarms or self.timed or self.hours or self.turned)


class Following:
    """Keeps who is at work for which queue, so that nobody leaves unnoticed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.staff = Staff({})
        self.alarms = Alarms()
        self._watch = self._watching()
        self._set: Plan | None = None  #: by what timers of steps were set last

    @property
    def due(self) -> int | None:
        """When there is something to look at again, in the core's time."""
        return self._watch.due

    def _watching(self) -> Watch:
        return Watch(self._desk.known, self._desk.plan, self._desk.honest_wait)

    def rebuild(self, now: Moment, told: str | None) -> Follow:
        """After everything was read anew. `told`: at a start, the alarms that stood before it; what stands is told
        again. None: only what is different is told. Who came shortly before the end of the last run may not have been
        looked at; looking twice does nothing twice."""
        self.staff = Staff(self._desk.plan.queues)
        self.staff.put_all(self._desk.known.agents.values())
        self._watch = self._watching()
        made = Follow(hours=True)
        self._anew(made, now.at)
        if told is None:
            self._desk.unsure |= {*self.alarms.contacts, *self._desk.stranded}
            self._strand(made)
            self._look(made, {*self._alone(), *self.alarms.queues})
        else:
            self._desk.unsure.clear()
            self._tell(made, self.alarms.again(told, self._stranded(), self._alone()))
        made.told = self.alarms.to_text()
        for each in self._waiting():
            if each.queued_ms + now.shift > now.ms - LATELY:
                self._arrives(made, each.id, now.at)
        made.cases += self._watch.take(now.ms, staff=True)
        return made

    def after(self, entries: Iterable[Entry], now: Moment) -> Follow:
        """What follows from these entries, once the core has had its say."""
        made, desk = Follow(), self._desk
        if self.staff.queues is not desk.plan.queues:
            self.staff = Staff(desk.plan.queues)
            self.staff.put_all(desk.known.agents.values())
            self._watch = self._watching()
            made.hours = True
            self._anew(made, now.at)
        arrived: dict[ContactId, None] = {}
        closed: set[QueueId] = set()
        left: set[QueueId] = set()
        staff = False
        for entry in entries:
            if entry.name == "contact-queued" and entry.contact is not None and entry.data["reason"] in ARRIVES:
                arrived[entry.contact] = None
            elif entry.name == "agent-changed":
                staff = True
                agent = desk.known.agents.get(entry.data["agent"])
                if agent is not None:
                    left.update(self.staff.put(agent))
            elif entry.name == "queue-hours" and not entry.data["open"]:
                closed.add(QueueId(entry.data["queue"]))
        self._strand(made)
        behind: dict[QueueId | None, int] = {}
        for contact in reversed(arrived):  # whoever came later does not count for who came before
            known = desk.known.contacts.get(contact)
            if known is not None and known.state is ContactState.WAITING:
                self._arrives(made, contact, now.at, behind.get(known.queue, 0))
                behind[known.queue] = behind.get(known.queue, 0) + 1
        for each in self._waiting() if closed else ():
            if each.queue in closed:
                self._door(made, each, "closed", desk.plan.queues[each.queue].when_closed)
        self._look(made, left | {known.queue for known in map(desk.known.contacts.get, arrived)
                                 if known is not None and known.queue is not None})
        made.cases += self._watch.take(now.ms, staff=staff)
        made.told = self.alarms.to_text() if made.alarms else ""
        return made

    def _anew(self, made: Follow, at: datetime) -> None:
        """Steps or hours of queues were set otherwise while contacts wait: their next step by time is set anew, and
        a queue that opens or closes with the edit says so. After a start nobody knows what was edited before it."""
        was, plan = self._set, self._desk.plan
        self._set = plan
        if was is None:
            changed = {number for number, queue in plan.queues.items() if _timed(plan, queue)}
        else:
            changed = {number for number, queue in plan.queues.items() if _steps(was, number) != _steps(plan, number)
                       and (_timed(plan, queue) or (number in was.queues and _timed(was, was.queues[number])))}
            for number, queue in plan.queues.items():
                is_open = plan.is_open(queue, at)
                if number in was.queues and was.is_open(was.queues[number], at) != is_open:
                    made.turned.append((number, is_open))
        if changed:
            made.timed += [each.id for each in self._desk.known.contacts.values()
                           if each.queue in changed and each.state in _HERE]

    def _waiting(self) -> list[Routed]:
        return [each for each in self._desk.known.contacts.values() if each.state is ContactState.WAITING]

    def _stranded(self) -> dict[ContactId, tuple[QueueId | None, tuple[str, ...]]]:
        known = self._desk.known.contacts
        return {number: (known[number].queue if number in known else None, missing)
                for number, missing in self._desk.stranded.items()}

    def _alone(self) -> dict[QueueId, str]:
        """Queues where somebody waits and nobody is at work, and why."""
        found = {number: self.staff.standing(number) for number in sorted(self._desk.plan.queues)
                 if self._desk.length(number)}
        return {number: why for number, why in found.items() if why}

    def _strand(self, made: Follow) -> None:
        unsure, self._desk.unsure = self._desk.unsure, set()
        for number in sorted(unsure):
            known = self._desk.known.contacts.get(number)
            self._tell(made, self.alarms.contact(number, None if known is None else known.queue,
                                                 self._desk.lacks(number)))

    def _tell(self, made: Follow, alarms: Iterable[RoutingAlarm]) -> None:
        """Supervisors hear it; whoever cannot be served goes through the door that is for that, and hears so where
        that door says nothing. A house where nobody works yet tells nobody that a skill is missing."""
        works = any(agent.active for agent in self._desk.known.agents.values()) if alarms else False
        for alarm in alarms:
            made.alarms.append(alarm)
            known = self._desk.known.contacts.get(alarm.about) if alarm.about is not None else None
            if alarm.over or known is None or known.queue is None:
                continue
            rule = self._desk.plan.queues[known.queue].when_unstaffed
            self._door(made, known, "unstaffed", rule)
            if works and rule in _SILENT:
                made.cases.append(Case(contact=known.id, trigger="unable", step=Step(notice=True), queue=known.queue))

    def _arrives(self, made: Follow, contact: ContactId, at: datetime, behind: int = 0) -> None:
        known = self._desk.known.contacts.get(contact)
        if known is None or known.state is not ContactState.WAITING or known.queue is None:
            return
        plan = self._desk.plan
        queue = plan.queues[known.queue]
        if _timed(plan, queue):
            made.timed.append(contact)
        if not plan.is_open(queue, at):
            self._door(made, known, "closed", queue.when_closed)
        if queue.most_waiting and self._desk.length(queue.id) - behind > queue.most_waiting:
            self._door(made, known, "full", queue.when_full)
        if self.staff.standing(queue.id) == "nobody-here":
            self._door(made, known, "unstaffed", queue.when_unstaffed)

    def _door(self, made: Follow, contact: Routed, trigger: str, rule: str) -> None:
        if rule != "wait":
            made.cases.append(Case(contact=contact.id, trigger=trigger, rule=rule, queue=contact.queue))

    def _look(self, made: Follow, queues: Iterable[QueueId]) -> None:
        """Queues where somebody waits and nobody is at work, told once; and once when it is over."""
        for number in sorted(set(queues)):
            why = self.staff.standing(number) if self._desk.length(number) else ""
            told = self.alarms.queue(number, why)
            made.alarms += told
            queue = self._desk.plan.queues.get(number)
            if not told or not why or queue is None or queue.leave_unstaffed == "wait":
                continue
            for each in self._waiting():
                if each.queue == number:
                    self._door(made, each, "unstaffed", queue.leave_unstaffed)


def _timed(plan: Plan, queue: Queue) -> bool:
    """Whether the queue has steps by time that do something."""
    return any(step.after is not None and step.acts for step in plan.steps(queue))


def _steps(plan: Plan, number: QueueId) -> object:
    """What the moments of a queue's steps follow from."""
    queue = plan.queues.get(number)
    if queue is None:
        return None
    calendar = plan.calendars.get(queue.calendar)
    return plan.zone, plan.steps(queue), None if calendar is None else calendar.definition


def carry_out(tx: Tx, follow: Follow, desk: Desk) -> None:
    """All of it in one unit."""
    for alarm in follow.alarms:
        tx.emit(alarm, actor="router")
    if follow.told:
        tx.marks.set("routing", "alarms", follow.told)
    for queue, is_open in follow.turned:
        tx.emit(QueueHours(queue=queue, open=is_open), actor="router")
    for contact in dict.fromkeys(follow.timed):
        overflow.begin(tx, desk.plan, contact)
    for case in follow.cases:
        overflow.take(tx, desk.plan, case)
    if follow.hours:
        overflow.set_hours(tx, desk.plan)
