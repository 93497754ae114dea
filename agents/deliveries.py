"""What a person decides about a message that failed or may have gone: once more, or leave it. Plain units of work."""

from __future__ import annotations

from agents import holding
from agents.sight import works
from router.errors import Conflict, Forbidden
from router.events import DeliveryChanged
from router.model import DeliveryId, DeliveryState
from router.records import Agent, Delivery
from storage.tx import StoreTx


def retry(tx: StoreTx, agent: Agent, delivery: DeliveryId) -> Delivery:
    """Send a failed or uncertain message once more. Conflict when it waits for no such decision."""
    found = _decidable(tx, agent, delivery)
    if tx.people.address(found.contact).opted_out_at is not None:
        raise Conflict("the citizen asked for no more messages at this address")
    if tx.people.address(found.contact).suppressed:
        raise Conflict("mail to this address comes back, or its owner complained; lift that first")
    return _tell(tx, agent, tx.outbox.again(delivery, [DeliveryState.FAILED, DeliveryState.UNCERTAIN]))


def give_up(tx: StoreTx, agent: Agent, delivery: DeliveryId) -> Delivery:
    """Leave a failed or uncertain message at that."""
    _decidable(tx, agent, delivery)
    return _tell(tx, agent, tx.outbox.give_up(delivery))


def _decidable(tx: StoreTx, agent: Agent, delivery: DeliveryId) -> Delivery:
    """The delivery, when its contact or its message is this agent's."""
    found = tx.outbox.get(delivery)
    contact = holding.readable(tx, agent, found.contact)
    if not works(agent, contact) and tx.messages.get(found.message).agent != agent.id:
        raise Forbidden("this message is not yours")
    return found


def _tell(tx: StoreTx, agent: Agent, delivery: Delivery) -> Delivery:
    tx.emit(DeliveryChanged(about=delivery.contact, delivery=delivery.id, message=delivery.message,
                            state=delivery.state.value, error=delivery.error), actor=holding.actor(agent))
    return delivery
