"""What the store hands out: frozen snapshots of rows. Pure values; changing one changes nothing."""

from __future__ import annotations

from router.records.desk import Agent, Queue
from router.records.people import Customer, KnownAddress
from router.records.states import AgentState, ContactState, Direction, Role
from router.records.talk import Contact, Delivery, Line, Message
from router.records.work import Entry, Offer, Timer

__all__ = [
    "Agent",
    "AgentState",
    "Contact",
    "ContactState",
    "Customer",
    "Delivery",
    "Direction",
    "Entry",
    "KnownAddress",
    "Line",
    "Message",
    "Offer",
    "Queue",
    "Role",
    "Timer",
]
