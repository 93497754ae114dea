"""Reads for the API: contacts, customers, stories and reasons, each within what the reader may see. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agents import projector, reasons, standby, views
from agents.holding import eye_of, readable
from agents.sight import reads
from agents.views import View
from router.errors import NotFound
from router.model import AgentId, ContactId, CustomerId
from router.records import Agent, AgentState, Contact, ContactState
from router.rules.effort import cost
from router.rules.plan import Plan
from storage.tx import StoreTx

MESSAGES = 500
ENTRIES = 2000


def contact_views(tx: StoreTx, contacts: Sequence[Contact], plan: Plan) -> list[View]:
    """Contacts as views, in their order. `plan` knows the hours of queues."""
    cards = projector.cards(tx, contacts)
    stuck: dict[int, standby.Said] = {}
    if any(contact.state is ContactState.WAITING for contact in contacts):
        agents, queues = tx.desk.agents(), {queue.id: queue for queue in tx.desk.queues()}
        shut = {queue.id for queue in queues.values() if queue.calendar and not plan.is_open(queue, tx.now)}
        loads = _loads(tx, agents)
        stuck = {contact.id: standby.stuck(contact, queues.get(contact.queue) if contact.queue else None, agents,
                                           closed=contact.queue in shut, plan=plan, loads=loads, at=tx.now)
                 for contact in contacts if contact.state is ContactState.WAITING}
    return [views.contact(cards[contact.id], reasons.stands(said.code, said.more, plan.zone)) for contact in contacts
            for said in [stuck.get(contact.id, standby.Said(code="not-waiting"))]]


def _loads(tx: StoreTx, agents: Sequence[Agent]) -> dict[AgentId, standby.Load]:
    """What everybody who is ready has in hand."""
    known = {agent.id: agent for agent in agents if agent.state is AgentState.READY}
    points, counts = Counter[AgentId](), dict[AgentId, Counter[str]]()
    for number, medium, effort in tx.routed.held(known):
        points[number] += known[number].efforts.get(medium, effort) or effort
        counts.setdefault(number, Counter())[medium] += 1
    return {number: standby.Load(points=points[number], counts=each) for number, each in counts.items()}


def contact_view(tx: StoreTx, contact: ContactId, plan: Plan) -> View:
    """One contact as its view."""
    return contact_views(tx, [tx.contacts.get(contact)], plan)[0]


def me_view(tx: StoreTx, agent: AgentId) -> View:
    """An agent to themselves."""
    me = tx.desk.agent(agent)
    return views.me(me, sum(cost(me, contact) or contact.effort for contact in tx.contacts.held_by(agent)))


def listed(tx: StoreTx, agent: Agent, plan: Plan, /, *, before: int | None, limit: int, **wanted: Any
           ) -> dict[str, Any]:
    """A page of contacts, newest first."""
    who = eye_of(tx, agent)
    within = None if who.all else (agent.id, sorted(who.queues))
    found = tx.contacts.listed(before=before, limit=limit + 1, within=within, **wanted)
    page = [contact for contact in found[:limit] if reads(who, contact)]
    following = str(found[limit - 1].id) if len(found) > limit else None
    return {"contacts": contact_views(tx, page, plan), "next": following}


def messages(tx: StoreTx, agent: Agent, contact: ContactId) -> dict[str, Any]:
    """The newest messages of a contact, oldest first."""
    readable(tx, agent, contact)
    return {"messages": list(projector.message_views(tx, tx.messages.of(contact, limit=MESSAGES)).values())}


def why(tx: StoreTx, agent: Agent, contact: ContactId, waiting: Mapping[str, Any]) -> dict[str, Any]:
    """Every decision about a contact, newest first; `waiting` is the router's word on why it waits now."""
    found = readable(tx, agent, contact)
    names = {int(each.id): each.name for each in tx.desk.agents()}
    decisions = [
        {"at": views.moment(offer.made_at), "outcome": outcome or "offered", "agent": offer.agent, "queue": found.queue,
         **reasons.offer(offer.why), "terms": reasons.terms(offer.why, names)}
        for offer, outcome in tx.offers.of(contact)]
    if found.state is ContactState.WAITING:
        decisions.append({"at": views.moment(tx.now), "outcome": "waiting", "agent": None, "queue": found.queue,
                          **reasons.waiting(waiting), "terms": reasons.terms(waiting, names)})
    return {"contact": contact, "decisions": decisions[::-1]}


def journal(tx: StoreTx, agent: Agent, contact: ContactId) -> dict[str, Any]:
    """A contact's story, oldest first."""
    readable(tx, agent, contact)
    return {"entries": [views.entry(entry) for entry in tx.journal.of_contacts([contact], limit=ENTRIES)]}


def customer(tx: StoreTx, agent: Agent, number: CustomerId, plan: Plan) -> dict[str, Any]:
    """A file with the newest contacts the reader may see; NotFound when that is none."""
    found = tx.people.customer(number)
    page = listed(tx, agent, plan, before=None, limit=20, customer=number)
    if not page["contacts"] and not eye_of(tx, agent).all:
        raise NotFound(f"there is no customer {number}")
    return {"customer": views.customer(found, tx.people.of_customer(number)), "contacts": page["contacts"]}
