"""Changes to agents and queues. Plain units of work; what somebody who leaves was holding goes back to its queue."""

from __future__ import annotations

from typing import Any

from agents import contacts, holding, state, users
from router import opening
from router.errors import BadRequest, Conflict
from router.events import AgentChanged, ContactEdited, ContactQueued, QueueChanged
from router.model import AgentId, QueueId
from router.records import Agent, AgentState, ContactState, Policy, Queue, Role
from router.rules import plan as plans
from router.rules.plan import Plan
from storage.tx import StoreTx


def create_agent(tx: StoreTx, by: Agent, login: str, name: str, role: Role, password_hash: str,
                 fields: dict[str, Any]) -> Agent:
    """Add somebody. Conflict when the login is taken."""
    _hours_there(tx, fields)
    return users.create(tx, login, name, role, password_hash, by=f"agent:{by.id}", **fields)


def change_agent(tx: StoreTx, by: Agent, number: AgentId, fields: dict[str, Any], password_hash: str = "") -> Agent:
    """Write fields of an agent. Conflict when nobody could set anything up any more, or the login is taken."""
    was = tx.desk.agent(number)
    stays = fields.get("role", was.role) is Role.ADMIN and fields.get("active", was.active)
    if was.role is Role.ADMIN and was.active and not stays and not any(
            each.role is Role.ADMIN and each.active and each.id != number for each in tx.desk.agents()):
        raise Conflict("this is the last administrator")
    if fields.get("login", was.login) != was.login and tx.accounts.password(fields["login"]) is not None:
        raise Conflict(f"the login {fields['login']!r} is taken")
    if was.active and fields.get("active") is False:
        _leave(tx, was, by)
    _hours_there(tx, fields)
    columns = {name: value.value if isinstance(value, Role) else value for name, value in fields.items()}
    changed = tx.desk.set_agent(number, **columns) if columns else tx.desk.agent(number)
    if password_hash:
        users.change_password(tx, number, password_hash, by=holding.actor(by))
    if columns:
        tx.emit(AgentChanged(agent=number, state=changed.state.value, reason=changed.reason, profile=True),
                actor=holding.actor(by))
    return changed


def _hours_there(tx: StoreTx, fields: dict[str, Any]) -> None:
    shift = fields.get("shift")
    if shift and shift not in {each.name for each in tx.routing.calendars()}:
        raise BadRequest(f"shift: there is no calendar {shift!r}", field="shift")


def _leave(tx: StoreTx, agent: Agent, by: Agent) -> None:
    if agent.state is not AgentState.OFFLINE:
        state.leave(tx, agent, by=by)
    contacts.give_all_back(tx, agent, by=by)
    tx.accounts.close_sessions(agent.id)


def checked(tx: StoreTx, base: Plan) -> None:
    """BadRequest naming what of the routing settings cannot be meant so; the unit is undone."""
    opening.checked(tx, base)


def known_agents(tx: StoreTx, policy: Policy) -> None:
    """BadRequest naming the key of a policy that is about agents who are not there."""
    there = {agent.id for agent in tx.desk.agents()}
    for name in ("fixed", "weights"):
        for number in policy.parameters.get(name) or ():
            if int(number) not in there:
                key = f"parameters.{name}"
                raise BadRequest(f"{key}: there is no agent {int(number)}", field=key)


def merge(tx: StoreTx, by: Agent, number: QueueId, into: QueueId, base: Plan) -> tuple[Queue, int]:
    """Close a queue: who waits in it moves on with their waiting time, whoever holds something of it gives it back
    there. How many were moved."""
    was, target = tx.desk.queue(number), tx.desk.queue(into)
    if number == into or target.merged_into is not None or not target.active:
        raise Conflict(f"the queue {target.name!r} does not take contacts")
    changed = tx.desk.set_queue(number, merged_into=into, active=False)
    for other in tx.desk.queues():
        if other.merged_into == number:
            tx.desk.set_queue(other.id, merged_into=into)
    moved = 0
    for each in tx.routed.live():
        if each.queue != number:
            continue
        contact = tx.contacts.get(each.id)
        tx.contacts.change(contact, queue=into, step=0)
        if each.state is ContactState.WAITING:
            moved += 1
            tx.emit(ContactQueued(about=each.id, queue=into, reason="merged", why={"from": was.name}),
                    actor=holding.actor(by))
        else:
            tx.emit(ContactEdited(about=each.id, fields=("queue",), why={"from": was.name}),
                    actor=holding.actor(by))
    tx.emit(QueueChanged(queue=number), actor=holding.actor(by))
    checked(tx, base)
    return changed, moved


def create_queue(tx: StoreTx, by: Agent, name: str, fields: dict[str, Any], base: Plan) -> Queue:
    """Add a queue. Conflict when the name is taken."""
    if tx.desk.queue_named(name) is not None:
        raise Conflict(f"there is a queue {name!r} already")
    made = tx.desk.add_queue(name, **fields)
    plans.check_queue(opening.read(tx, base), made)
    tx.emit(QueueChanged(queue=made.id), actor=holding.actor(by))
    return made


def change_queue(tx: StoreTx, by: Agent, number: QueueId, fields: dict[str, Any], name: Any, base: Plan) -> Queue:
    """Write fields of a queue; its name is used in config.toml and stays."""
    was = tx.desk.queue(number)
    if name is not None and name != was.name:
        raise BadRequest("a queue's name cannot be changed", field="name")
    if not fields:
        return was
    if fields.get("active"):
        fields["merged_into"] = None
    changed = tx.desk.set_queue(number, **fields)
    plans.check_queue(opening.read(tx, base), changed)
    tx.emit(QueueChanged(queue=number), actor=holding.actor(by))
    return changed
