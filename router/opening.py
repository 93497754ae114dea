"""Makes queues, hours, policies and promises at a start where there are none of those names. Overwrites nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router import costs
from router.errors import BadRequest, NotFound
from router.events import QueueChanged, RoutingChanged
from router.ports import Tx
from router.records import Queue
from router.rules import plan as plans
from router.rules.plan import Plan
from router.rules.sla import kind_of

Table = Mapping[str, Mapping[str, Any]]
GENERAL = {"general": {"title_fa": "عمومی", "title_en": "General"}}


def seed(tx: Tx, base: Plan, *, queues: Table, calendars: Table, policies: Table,
         targets: Sequence[Mapping[str, Any]]) -> None:
    """All of it or nothing: BadRequest names the section and key that cannot be meant so."""
    known = {queue.name for queue in tx.desk.queues()}
    new = [name for name in queues or ({} if known else GENERAL) if name not in known]
    there = {each.name for each in tx.routing.calendars()}, {each.name for each in tx.routing.policies()}
    for name in calendars.keys() - there[0]:
        tx.routing.put_calendar(name, calendars[name])
        tx.emit(RoutingChanged(what="calendar", which=name), actor="settings")
    for name in policies.keys() - there[1]:
        tx.routing.put_policy(name, policies[name]["rule"], policies[name]["parameters"])
        tx.emit(RoutingChanged(what="policy", which=name), actor="settings")
    if not known:
        for target in targets:
            tx.routing.put_target(**{**target, "kind": kind_of(target["kind"])})
    for name in new:
        made = tx.desk.add_queue(name, **(queues or GENERAL)[name])
        tx.emit(QueueChanged(queue=made.id), actor="settings")
    _named(checked(tx, base), targets)


def _named(plan: Plan, targets: Sequence[Mapping[str, Any]]) -> None:
    """BadRequest for a name in the settings that nothing has: a promise to nobody is a promise forgotten."""
    if plan.calendar and plan.calendar not in plan.calendars:
        raise BadRequest(f"routing.calendar: there is no calendar {plan.calendar!r}", field="routing.calendar")
    names = {queue.name for queue in plan.queues.values()}
    for number, target in enumerate(targets):
        for name, known in (("queue", names), ("medium", plan.media), ("segment", plan.segments)):
            if target[name] and target[name] not in known:
                key = f"targets[{number}].{name}"
                raise BadRequest(f"{key}: {target[name]!r} is none of {', '.join(sorted(known)[:20])}", field=key)


def checked(tx: Tx, base: Plan) -> Plan:
    """All that is set now; BadRequest naming what cannot be meant so."""
    plan = read(tx, base)
    for policy in plan.policies.values():
        try:
            plans.policy_of(policy)
        except BadRequest as error:
            raise BadRequest(f"policies.{policy.name}.{error.message}", field=error.field) from None
    for queue in plan.queues.values():
        try:
            plans.check_queue(plan, queue)
        except BadRequest as error:
            raise BadRequest(f"queues.{queue.name}.{error.message}", field=error.field) from None
    plans.check(plan, tx.now)
    return plan


def read(tx: Tx, base: Plan) -> Plan:
    """What the settings say, with what administrators set."""
    return base.changed(
        queues={queue.id: queue for queue in tx.desk.queues()},
        calendars={each.name: each for each in tx.routing.calendars()},
        policies={each.name: each for each in tx.routing.policies()}, targets=tuple(tx.routing.targets()),
        learned=costs.known(tx))


def queue_for(tx: Tx, *names: str) -> Queue:
    """The first of these queues that takes contacts, following those that were merged; else any. NotFound when there
    is none at all: nobody is lost because a name went out of use."""
    last: Queue | None = None
    for name in names:
        found = plans.taking(tx.desk.queue_named(name) if name else None, tx.desk.queue)
        if found is not None and found.active:
            return found
        last = found or last
    queues = tx.desk.queues()
    if not queues:
        raise NotFound("no queue is set up")
    return next((queue for queue in queues if queue.active), last or queues[0])
