"""What agents do about themselves: ready, away, offline. Plain units of work; committed by whoever runs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from agents import holding
from router.errors import BadRequest
from router.events import AgentChanged
from router.model import AgentId
from router.records import Agent, AgentState, Contact
from storage.tx import StoreTx

WRAP_UP = timedelta(minutes=5)  #: who writes up and forgets to say so is ready again after so long


def change(tx: StoreTx, agent: Agent, state: str, reason: str, *,
           reasons: Sequence[str]) -> tuple[Agent, list[Contact]]:
    """The agent as they are now, and what they hold while not being there. `reasons` are those one may be away for.

    Offers to who goes offline return to their place; what they hold stays theirs.
    """
    if state not in [each.value for each in AgentState]:
        raise BadRequest(f"state must be one of {', '.join(AgentState)}", field="state")
    wanted = AgentState(state)
    if wanted is not AgentState.AWAY:
        reason = ""
    elif reason and reason not in reasons:
        raise BadRequest(f"reason must be one of {', '.join(reasons)}", field="reason")
    now = tx.desk.agent(agent.id)
    if (now.state, now.reason) != (wanted, reason):
        now = _set(tx, now, wanted, reason, actor=holding.actor(agent))
    held = tx.contacts.held_by(agent.id) if wanted is AgentState.OFFLINE else []
    return now, held


def lost(tx: StoreTx, agent: AgentId) -> bool:
    """An agent without a live console for too long goes offline; False when they were not ready any more."""
    now = tx.desk.agent(agent)
    if now.state is not AgentState.READY:
        return False
    _set(tx, now, AgentState.OFFLINE, "connection-lost", actor="timer")
    return True


def _set(tx: StoreTx, agent: Agent, state: AgentState, reason: str, *, actor: str) -> Agent:
    if state is AgentState.OFFLINE:
        for offer in tx.offers.live_to(agent.id):
            holding.rescind(tx, tx.contacts.get(offer.contact), reason="agent-offline", actor=actor)
    fields: dict[str, Any] = {}
    if state is AgentState.READY and not tx.contacts.held_by(agent.id):
        fields["idle_since"] = tx.now
    if state is AgentState.READY:
        fields["missed"] = 0
    changed = tx.desk.set_agent(agent.id, state=state, reason=reason, **fields)
    if state is AgentState.WRAP_UP:
        tx.timers.set("agent-wrap-up", agent.id, tx.now + WRAP_UP)
    else:
        tx.timers.clear("agent-wrap-up", agent.id)
    tx.emit(AgentChanged(agent=agent.id, state=state.value, reason=reason), actor=actor)
    return changed


def leave(tx: StoreTx, agent: Agent, *, by: Agent) -> None:
    """Somebody else sets an agent offline because the account is closed."""
    _set(tx, agent, AgentState.OFFLINE, "account-closed", actor=holding.actor(by))
