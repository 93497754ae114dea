"""What is done for contacts that cannot simply wait: door rules, overflow steps, opening and closing. Units of work.

Whatever a rule says, the contact is kept, and its waiting time with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.errors import NotFound
from router.events import ContactEdited, ContactQueued, MessageAdded, OverflowTaken, QueueHours, RoutingAlarm
from router.model import ContactId, OutKind, QueueId
from router.ports import Tx
from router.records import Contact, ContactState, Direction, Queue, Timer
from router.rules import notices
from router.rules.instead import how
from router.rules.overflow import Step
from router.rules.plan import Plan, taking

MOST_MOVES = 5  #: a contact is moved by rules at most so often
_ONCE = ("length", "wait")  #: judged again and again, taken once
AGAIN = timedelta(seconds=30)  #: a step of a contact that is being offered is looked at again after so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that a rule is asked for: the contact, why, and which rule or step."""

    contact: ContactId
    trigger: str  #: closed, full, unstaffed, unable, length, wait, after
    rule: str = ""  #: a door rule
    number: int = 0  #: of the step
    step: Step | None = None
    queue: QueueId | None = None  #: where it waited then; elsewhere the case is over


def begin(tx: Tx, plan: Plan, contact: ContactId) -> None:
    """Set the timer of the contact's next step by time."""
    found = tx.contacts.get(contact)
    if found.state not in (ContactState.WAITING, ContactState.OFFERED) or found.queue is None:
        return
    queue = plan.queues.get(found.queue)
    if queue is not None:
        _set_next(tx, plan, found, queue, found.step)


def _set_next(tx: Tx, plan: Plan, contact: Contact, queue: Queue, done: int) -> None:
    for number, step in enumerate(plan.steps(queue)):
        if number >= done and step.after is not None and step.acts:
            due = plan.hours_of(queue.id).after(contact.queued_at or tx.now, timedelta(seconds=step.after))
            if due is not None:
                tx.timers.set("overflow", contact.id, due, {"step": number, "queue": int(queue.id)})
                return
            break
    tx.timers.clear("overflow", contact.id)  # what was set for another step, or for other hours


def due(tx: Tx, timer: Timer, *, plan: Callable[[], Plan]) -> None:
    """A step by time is due."""
    now = plan()
    contact = tx.contacts.get(ContactId(timer.subject))
    queue = now.queues.get(contact.queue) if contact.queue is not None else None
    if queue is None or queue.id != timer.data.get("queue"):
        return
    if contact.state is ContactState.OFFERED:
        tx.timers.set("overflow", contact.id, tx.now + AGAIN, timer.data)
        return
    steps, number = now.steps(queue), int(timer.data["step"])
    if contact.state is not ContactState.WAITING or number >= len(steps):
        return
    step = steps[number]
    if step.after is None or not step.acts or now.waited(contact, tx.now) < timedelta(seconds=step.after):
        _set_next(tx, now, contact, queue, number)  # it was queued anew, or the steps or the hours changed
        return
    changed = take(tx, now, Case(contact=contact.id, trigger="after", number=number, step=step,
                                   queue=queue.id))
    if changed is not None and changed.queue == queue.id:
        changed = tx.contacts.change(changed, step=number + 1)
        _set_next(tx, now, changed, queue, number + 1)


def take(tx: Tx, plan: Plan, case: Case) -> Contact | None:
    """Do what the rule or step says; the contact after it, None when it does not wait any more."""
    try:
        contact = tx.contacts.get(case.contact)
    except NotFound:
        return None
    if contact.state is not ContactState.WAITING or contact.queue is None or contact.queue not in plan.queues:
        return None
    if case.queue not in (None, contact.queue) or _had(contact, case):
        return contact
    was, did = contact.queue, list[str]()
    step = case.step or _as_step(case.rule)
    if step.notice:
        words = "unable" if case.trigger == "unable" else "longer"
        did += _tell(tx, contact, words, f"{case.trigger}-{case.number}")
    if step.offer:
        contact, more = _offer(tx, contact, step.offer, case)
        did += more
    if step.alarm:
        tx.emit(RoutingAlarm(about=contact.id, code="overflow", queue=was, detail=f"{case.trigger} {case.number}"),
                actor="router")
        did.append("alarm")
    if step.to:
        contact, more = _move(tx, plan, contact, step.to)
        did += more
    if case.trigger in _ONCE and contact.queue == was:
        contact = _mark(tx, contact, case)
    if did:
        tx.emit(OverflowTaken(about=contact.id, queue=was, trigger=case.trigger, step=case.number, did=tuple(did)),
                actor="router")
    return contact


def _since(contact: Contact) -> str:
    """Names this wait in this queue."""
    at = contact.queued_at
    return f"{contact.queue}@{'' if at is None else at.isoformat()}"


def _had(contact: Contact, case: Case) -> bool:
    """Whether this wait had this step: after a restart nobody remembers but the contact."""
    had = contact.data.get("overflow", {})
    return case.trigger in _ONCE and had.get("of") == _since(contact) and case.number in had.get("steps", ())


def _mark(tx: Tx, contact: Contact, case: Case) -> Contact:
    had = contact.data.get("overflow", {})
    steps = had.get("steps", []) if had.get("of") == _since(contact) else []
    changed = tx.contacts.change(contact, data={**contact.data, "overflow": {
        "of": _since(contact), "steps": [*steps, case.number]}})
    tx.emit(ContactEdited(about=contact.id, fields=("data",)), actor="router")
    return changed


def _as_step(rule: str) -> Step:
    if rule.startswith("queue:"):
        return Step(to=rule.removeprefix("queue:"))
    return Step() if rule in ("", "wait") else Step(offer=(rule,))


def _offer(tx: Tx, contact: Contact, offer: Sequence[str], case: Case) -> tuple[Contact, list[str]]:
    """Other ways are held out to the citizen: on the line at once, and by a message where we write."""
    known = list(contact.data.get("instead", ()))
    fresh, skipped = list[str](), list[str]()
    for each in offer:
        way = how(contact.medium, each)
        if each in known:
            continue
        # What the medium cannot do is offered to nobody, nor what cannot be said to somebody.
        asks = each == "callback" and way == "message"
        once = f"{each}-{case.trigger}-{case.number}-{_since(contact)}"  # a wait that is over takes its offers along
        reached = way and (not asks or _tell(tx, contact, each, once))
        (fresh if reached else skipped).append(each)
    told_of = [f"skipped:{each}" for each in skipped]
    if not fresh:
        return contact, told_of
    changed = tx.contacts.change(contact, data={**contact.data, "instead": [*known, *fresh]})
    tx.emit(ContactEdited(about=contact.id, fields=("data",)), actor="router")
    did = [*(f"offer:{each}" for each in fresh), *told_of]
    if "write" in fresh:
        did += _tell(tx, changed, "closed" if case.trigger == "closed" else "write", f"write-{case.trigger}")
    return changed, did


def _move(tx: Tx, plan: Plan, contact: Contact, name: str) -> tuple[Contact, list[str]]:
    """To another queue, once each; the waiting time goes with it."""
    queue = taking(plan.named(name), plan.queues.get)
    via: list[int] = list(contact.data.get("via", ()))
    if queue is None or not queue.active or queue.id == contact.queue or queue.id in via or len(via) >= MOST_MOVES:
        return contact, []
    assert contact.queue is not None
    changed = tx.contacts.change(contact, queue=queue.id, excluded=(), step=0,
                                 data={**contact.data, "via": [*via, int(contact.queue)]})
    tx.timers.clear("overflow", contact.id)
    tx.emit(ContactQueued(about=contact.id, queue=queue.id, reason="overflow",
                          why={"from": plan.queues[contact.queue].name}), actor="router")
    return changed, [f"queue:{queue.name}"]


def _tell(tx: Tx, contact: Contact, what: str, once: str) -> list[str]:
    since = 0 if contact.queued_at is None else int(contact.queued_at.timestamp() * 1000)  # once in this wait
    key = f"notice:{contact.id}:{since}:{once}"
    return ["notice"] if tell(tx, contact, notices.say(what, contact.language), key) else []


def tell(tx: Tx, contact: Contact, words: str, key: str) -> bool:
    """A notice to the citizen through the outbox, once per key; False when it went before or may not go."""
    if tx.outbox.with_key(key) is not None or tx.people.address(contact.id).opted_out_at is not None:
        return False
    message = tx.messages.add(contact.id, Direction.OUT, at=tx.now, text=words, language=contact.language,
                              kind="notice", subject=contact.subject)
    delivery = tx.outbox.add(message, contact, OutKind.NOTICE, key=key, data={})
    tx.emit(MessageAdded(about=contact.id, message=message.id, direction="out", delivery=delivery.id,
                         channel=contact.channel), actor="router")
    return True


# --- hours

def set_hours(tx: Tx, plan: Plan) -> None:
    """A timer for the next opening or closing of each queue that has hours."""
    for queue in plan.queues.values():
        following = _turn(plan, queue, tx.now)
        if following is None:
            tx.timers.clear("hours", queue.id)
        else:
            tx.timers.set("hours", queue.id, following)


def hours(tx: Tx, timer: Timer, *, plan: Callable[[], Plan]) -> None:
    """A queue opens or closes."""
    now = plan()
    queue = now.queues.get(QueueId(timer.subject))
    if queue is None or not queue.calendar:
        return
    tx.emit(QueueHours(queue=queue.id, open=now.is_open(queue, tx.now)), actor="timer")
    following = _turn(now, queue, tx.now)
    if following is not None:
        tx.timers.set("hours", queue.id, following)


def _turn(plan: Plan, queue: Queue, at: datetime) -> datetime | None:
    """The next moment at which it opens or closes."""
    if not queue.calendar:
        return None
    its = plan.hours(queue.calendar)
    return its.next_closing(at) if its.is_open(at) else its.next_opening(at)


