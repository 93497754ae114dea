"""Accepting and declining what the router proposes. Plain units of work with compare-and-set."""

from __future__ import annotations

from collections.abc import Mapping

from agents import holding
from router.dispatch import give_back
from router.errors import Conflict, NotFound
from router.events import OfferEnded
from router.model import Limits, OfferId
from router.records import Agent, Contact, ContactState, Offer
from storage.tx import StoreTx


def accept(tx: StoreTx, agent: Agent, offer: OfferId, *, limits: Mapping[str, Limits]) -> Contact:
    """The contact, now active with this agent. Conflict when the offer is over, NotFound when it is another's."""
    found, contact = _mine(tx, agent, offer)
    ended = _end(tx, found, agent, "accepted", "")
    if agent.missed:
        tx.desk.set_agent(agent.id, missed=0)
    return holding.begin(tx, agent, contact, limits.get(contact.channel, Limits()), reason=ended)


def decline(tx: StoreTx, agent: Agent, offer: OfferId, reason: str) -> Contact:
    """The contact, back in its place; this agent is not asked again for a while and stays as they are."""
    found, contact = _mine(tx, agent, offer)
    _end(tx, found, agent, "declined", reason)
    return give_back(tx, contact, agent.id, reason="declined", actor=holding.actor(agent))


def _mine(tx: StoreTx, agent: Agent, offer: OfferId) -> tuple[Offer, Contact]:
    found = tx.offers.get(offer)
    if found.agent != agent.id:
        raise NotFound(f"there is no offer {offer}")
    contact = tx.contacts.get(found.contact)
    if contact.state is not ContactState.OFFERED or contact.agent != agent.id:
        raise Conflict("this offer is over")
    return found, contact


def _end(tx: StoreTx, offer: Offer, agent: Agent, outcome: str, reason: str) -> str:
    tx.offers.end(offer.id, outcome)
    tx.timers.clear("offer", offer.id)
    tx.emit(OfferEnded(about=offer.contact, offer=offer.id, agent=agent.id, outcome=outcome, reason=reason),
            actor=holding.actor(agent))
    return outcome
