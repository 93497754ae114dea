"""The router's core: who gets which contact, and why. Pure: events in, decisions out; no clock, no chance, no outside.

`Core(config).handle(event)` is all there is to deciding; `explain`, `place` and `audit` read. docs/routing.md is the
manual.
"""

from router.core.config import (
    AGENT_CHOICES,
    CONTACT_ORDERS,
    NAMED,
    Config,
    Id,
    MediumRules,
    Policy,
    PolicyError,
    QueueRules,
    Ring,
    policy,
)
from router.core.core import Core
from router.core.decisions import (
    AgentAutoAway,
    CancelOffer,
    ClearTimer,
    Decision,
    Ignored,
    Offer,
    Servable,
    SetTimer,
    Step,
    Unservable,
)
from router.core.events import (
    AgentProfile,
    AgentRemoved,
    AgentStateChanged,
    ConfigChanged,
    ContactChanged,
    ContactGone,
    ContactQueued,
    ContactSlept,
    ContactTaken,
    ContactWoke,
    DemandKnown,
    Event,
    LoadChanged,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRescinded,
    OfferTaken,
    QueueChanged,
    QueueClosed,
    QueueMerged,
    QueueOpened,
    SkillRemoved,
    TimerFired,
    WorkEnded,
    WrapUpEnded,
)

__all__ = [
    "AGENT_CHOICES", "CONTACT_ORDERS", "NAMED", "AgentAutoAway", "AgentProfile", "AgentRemoved", "AgentStateChanged",
    "CancelOffer", "ClearTimer", "Config", "ConfigChanged", "ContactChanged", "ContactGone", "ContactQueued",
    "ContactSlept", "ContactTaken", "ContactWoke", "Core", "Decision", "DemandKnown", "Event", "Id", "Ignored",
    "LoadChanged", "MediumRules", "Offer", "OfferAccepted", "OfferDeclined", "OfferExpired", "OfferRescinded",
    "OfferTaken", "Policy", "PolicyError", "QueueChanged", "QueueClosed", "QueueMerged", "QueueOpened", "QueueRules",
    "Ring", "Servable", "SetTimer", "SkillRemoved", "Step", "TimerFired", "Unservable", "WorkEnded", "WrapUpEnded",
    "policy",
]
