"""What the store hands out: frozen snapshots of rows. Pure values; changing one changes nothing."""

from __future__ import annotations

from router.records.desk import Agent, Calendar, Policy, Queue, Target
from router.records.people import Customer, KnownAddress
from router.records.states import AgentState, ContactState, Direction, Role
from router.records.talk import Contact, Delivery, Line, Message
from router.records.work import Claim, Entry, Offer, Routed, Timer

__all__ = [
    "Agent",
    "AgentState",
    "Calendar",
    "Claim",
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
    "Policy",
    "Queue",
    "Role",
    "Routed",
    "Target",
    "Timer",
]
