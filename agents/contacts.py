"""What agents do with a contact: take, transfer, finish, close, snooze, reopen, hang up. Plain units of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from agents import holding, notes
from agents.sight import at_least
from router.dispatch import REOFFER
from router.errors import BadRequest, Conflict, Forbidden
from router.events import ContactChanged, ContactEdited, ContactQueued, OfferMade
from router.model import AgentId, ContactId, Limits, OutKind, QueueId
from router.records import Agent, AgentState, Contact, ContactState, Queue, Role
from router.rules import states
from storage.tx import StoreTx

LONGEST_SNOOZE = timedelta(days=366)
#: From these an agent gives a contact away or puts an end to it.
_OWN = (ContactState.ACTIVE, ContactState.WRAP_UP, ContactState.SNOOZED)


def take(tx: StoreTx, agent: Agent, contact: ContactId, *, limits: Mapping[str, Limits]) -> Contact:
    """Take a waiting contact by hand; a supervisor also what others have or are offered, or a machine talks to."""
    found = holding.readable(tx, agent, contact)
    holding.not_ended(found)
    if found.agent == agent.id and found.state is ContactState.ACTIVE:
        raise Conflict("this contact is yours already")
    if found.state is not ContactState.WAITING and found.agent != agent.id and not at_least(agent, Role.SUPERVISOR):
        raise Conflict(f"this contact is {found.state}; only a waiting one can be taken")
    outcome = "accepted" if found.agent == agent.id else "rescinded"
    holding.end_offer(tx, found, outcome, by=holding.actor(agent), reason="taken")
    return holding.begin(tx, agent, found, limits.get(found.channel, Limits()), reason="taken")


def transfer(tx: StoreTx, agent: Agent, contact: ContactId, *, queue: int | str | None, to: int | None,
             note: str = "") -> Contact:
    """Give a contact to a queue, or offer it to a colleague; the waiting time goes with it."""
    if (queue is None) == (to is None):
        raise BadRequest("name either a queue or an agent", field="queue")
    found = holding.workable(tx, agent, contact)
    holding.not_ended(found)
    if found.state is ContactState.SELF_SERVICE:
        raise Conflict("this contact is with a machine; take it first")
    if note:
        notes.add(tx, agent, found, note)
    if to is not None:
        return _to_agent(tx, agent, found, AgentId(to))
    assert queue is not None
    return _to_queue(tx, agent, found, _queue(tx, queue))


def _queue(tx: StoreTx, queue: int | str) -> Queue:
    found = tx.desk.queue_named(queue) if isinstance(queue, str) else tx.desk.queue(QueueId(queue))
    if found is None or not found.active:
        raise BadRequest(f"there is no open queue {queue!r}", field="queue")
    return found


def _to_queue(tx: StoreTx, agent: Agent, contact: Contact, queue: Queue) -> Contact:
    moves = contact.queue != queue.id
    changed = _back(tx, agent, contact, queue=queue.id, **({"step": 0} if moves else {}))  # its steps begin anew there
    why = {"from": tx.desk.queue(contact.queue).name} if moves and contact.queue is not None else {}
    tx.emit(ContactQueued(about=contact.id, queue=queue.id, reason="transfer", why=why), actor=holding.actor(agent))
    return changed


def _back(tx: StoreTx, agent: Agent, contact: Contact, **fields: object) -> Contact:
    """To waiting, whoever had it; what was waited so far counts on. Who declined before may be asked in the new place;
    who gives it away is not asked again for a while."""
    by = holding.actor(agent)
    fields |= {"agent": None, "excluded": () if contact.agent is None else (contact.agent,),
               "queued_at": contact.queued_at or tx.now}
    if contact.agent is not None:
        tx.timers.set("reoffer", contact.id, tx.now + REOFFER)
    if contact.state is ContactState.WAITING:
        return tx.contacts.change(contact, **fields)
    if contact.state is ContactState.OFFERED:
        holding.end_offer(tx, contact, "rescinded", by=by, reason="transfer")
        return tx.contacts.change(contact, state=states.move(contact.state, ContactState.WAITING), **fields)
    return holding.shift(tx, contact, ContactState.WAITING, by=by, reason="transfer",
                         last_agent=contact.agent or contact.last_agent, **fields)


def _to_agent(tx: StoreTx, agent: Agent, contact: Contact, to: AgentId) -> Contact:
    """A direct offer; declined or lapsed, the contact waits in its queue."""
    target = tx.desk.agent(to)
    if to == agent.id:
        raise BadRequest("you cannot hand it to yourself; take it", field="agent")
    if not target.active or target.state is AgentState.OFFLINE:
        raise Conflict(f"agent {to} is not here")
    if contact.queue is None:
        raise Conflict("this contact has no queue to return to; transfer it to a queue")
    waiting = _back(tx, agent, contact)
    changed = tx.contacts.change(waiting, state=states.move(waiting.state, ContactState.OFFERED), agent=to)
    expires = tx.now + timedelta(seconds=tx.desk.queue(contact.queue).accept_seconds)
    why = {"rule": "direct", "by": agent.id}
    offer = tx.offers.make(changed, target, expires_at=expires, why=why)
    tx.timers.set("offer", offer.id, expires)
    tx.emit(OfferMade(about=contact.id, offer=offer.id, agent=to, why=why), actor=holding.actor(agent))
    return changed


def finish(tx: StoreTx, agent: Agent, contact: ContactId) -> Contact:
    """The talk is over; wrap-up begins."""
    return holding.shift(tx, holding.workable(tx, agent, contact), ContactState.WRAP_UP, by=holding.actor(agent))


def close(tx: StoreTx, agent: Agent, contact: ContactId, disposition: str, *, dispositions: Sequence[str],
          note: str = "") -> Contact:
    """Done, with a disposition. Agents close what is theirs; supervisors also what waits or talks to a machine."""
    if disposition not in dispositions:
        raise BadRequest(f"disposition must be one of {', '.join(dispositions)}", field="disposition")
    found = holding.workable(tx, agent, contact)
    if note:
        notes.add(tx, agent, found, note)
    tx.timers.clear("wrap-up", found.id)
    return holding.shift(tx, found, ContactState.CLOSED, by=holding.actor(agent), closed_at=tx.now, agent=None,
                         last_agent=found.agent or found.last_agent, disposition=disposition)


def snooze(tx: StoreTx, agent: Agent, contact: ContactId, until: datetime) -> Contact:
    """Put aside until a time or the citizen's next word; it takes no capacity meanwhile."""
    if not tx.now < until <= tx.now + LONGEST_SNOOZE:
        raise BadRequest(f"until must lie in the future, at most {LONGEST_SNOOZE.days} days", field="until")
    found = holding.workable(tx, agent, contact)
    changed = holding.shift(tx, found, ContactState.SNOOZED, by=holding.actor(agent), reason="snoozed")
    tx.timers.set("wake", found.id, until)
    return changed


def reopen(tx: StoreTx, agent: Agent, contact: ContactId) -> Contact:
    """Work goes on with a contact that was closed, abandoned, put aside or in wrap-up."""
    found = holding.readable(tx, agent, contact)
    if found.state not in (*states.ENDED, ContactState.WRAP_UP, ContactState.SNOOZED):
        raise Conflict(f"this contact is {found.state}; there is nothing to reopen")
    if found.agent not in (None, agent.id) and not at_least(agent, Role.SUPERVISOR):
        raise Forbidden("this contact is not yours")
    newer = tx.contacts.live_on(found.channel, found.thread_key)
    if newer is not None and newer.id != found.id:
        raise Conflict(f"the citizen's thread goes on in contact {newer.id}")
    return holding.shift(tx, found, ContactState.ACTIVE, by=holding.actor(agent), reason="reopened", agent=agent.id,
                         last_agent=found.agent or found.last_agent, answered_at=found.answered_at or tx.now,
                         closed_at=None, disposition="")


def hangup(tx: StoreTx, agent: Agent, contact: ContactId, *, limits: Mapping[str, Limits]) -> Contact:
    """End a live call. The channel reports that it ended; until then nothing changes here."""
    found = holding.workable(tx, agent, contact)
    if not limits.get(found.channel, Limits()).connects:
        raise Conflict("this channel has no call to end")
    holding.not_ended(found)
    holding.command(tx, agent, found, OutKind.HANGUP, {})
    return found


def hold(tx: StoreTx, agent: Agent, contact: ContactId, *, limits: Mapping[str, Limits], on: bool) -> Contact:
    """Let a caller wait with music, or talk on: the telephone of whoever has the call is free meanwhile and rings
    anew. The same again changes nothing."""
    found = holding.workable(tx, agent, contact)
    has = tx.desk.agent(found.agent) if found.agent is not None else None
    if not limits.get(found.channel, Limits()).holds or has is None or not has.phone:
        raise Conflict("there is no call on a telephone that could be put on hold")
    if found.state is not ContactState.ACTIVE:
        raise Conflict(f"this contact is {found.state}; only a talk can be put on hold")
    if (found.data.get("on_hold") == int(has.id)) is on:
        return found
    data = {name: value for name, value in found.data.items() if name != "on_hold"}
    changed = tx.contacts.change(found, data={**data, "on_hold": int(has.id)} if on else data)
    tx.emit(ContactEdited(about=found.id, fields=("on_hold",)), actor=holding.actor(agent))
    if on:
        holding.command(tx, agent, changed, OutKind.HOLD, {})
    else:
        holding.command(tx, agent, changed, OutKind.CONNECT, {"to": has.phone})
    return changed


def give_all_back(tx: StoreTx, agent: Agent, *, by: Agent) -> None:
    """Everything an agent who leaves us holds or put aside returns to its queue."""
    for contact in tx.contacts.listed(state=[state.value for state in (*_OWN, ContactState.OFFERED)],
                                      agent=agent.id, limit=10_000):
        if contact.queue is not None:
            _to_queue(tx, by, contact, tx.desk.queue(contact.queue))
        elif contact.state is not ContactState.OFFERED:
            changed = tx.contacts.change(contact, agent=by.id, last_agent=agent.id)
            tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value, agent=by.id,
                                   was_agent=agent.id, reason="agent-left"), actor=holding.actor(by))
