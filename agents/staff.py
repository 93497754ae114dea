"""Changes to agents and queues. Plain units of work; what somebody who leaves was holding goes back to its queue."""

from __future__ import annotations

from typing import Any

from agents import contacts, holding, state, users
from router.errors import BadRequest, Conflict
from router.events import AgentChanged, QueueChanged
from router.model import AgentId, QueueId
from router.records import Agent, AgentState, Queue, Role
from storage.tx import StoreTx


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
    columns = {name: value.value if isinstance(value, Role) else value for name, value in fields.items()}
    changed = tx.desk.set_agent(number, **columns) if columns else tx.desk.agent(number)
    if password_hash:
        users.change_password(tx, number, password_hash, by=holding.actor(by))
    if columns:
        tx.emit(AgentChanged(agent=number, state=changed.state.value, reason=changed.reason, profile=True),
                actor=holding.actor(by))
    return changed


def _leave(tx: StoreTx, agent: Agent, by: Agent) -> None:
    if agent.state is not AgentState.OFFLINE:
        state.leave(tx, agent, by=by)
    contacts.give_all_back(tx, agent, by=by)
    tx.accounts.close_sessions(agent.id)


def create_queue(tx: StoreTx, by: Agent, name: str, fields: dict[str, Any]) -> Queue:
    """Add a queue. Conflict when the name is taken."""
    if tx.desk.queue_named(name) is not None:
        raise Conflict(f"there is a queue {name!r} already")
    made = tx.desk.add_queue(name, **fields)
    tx.emit(QueueChanged(queue=made.id), actor=holding.actor(by))
    return made


def change_queue(tx: StoreTx, by: Agent, number: QueueId, fields: dict[str, Any], name: Any) -> Queue:
    """Write fields of a queue; its name is used in config.toml and stays."""
    was = tx.desk.queue(number)
    if name is not None and name != was.name:
        raise BadRequest("a queue's name cannot be changed", field="name")
    if not fields:
        return was
    changed = tx.desk.set_queue(number, **fields)
    tx.emit(QueueChanged(queue=number), actor=holding.actor(by))
    return changed
