"""One frozen dataclass per thing that can happen. The journal stores them; everything else follows from them.

`Event.about` names the contact an event belongs to. Fields are JSON-able. Never words, addresses or names of a
citizen: the journal is kept longer than messages are.
"""

from __future__ import annotations

from router.events.channels import (
    ChannelAlarm,
    ChannelPaused,
    DeliveryChanged,
    DeliveryRerouted,
    ItemTaken,
    RequestRefused,
)
from router.events.contacts import (
    AddressVerified,
    ContactChanged,
    ContactEdited,
    ContactOpened,
    ContactQueued,
    CustomerChanged,
    CustomersJoined,
    MessageAdded,
)
from router.events.desk import AgentChanged, OfferEnded, OfferMade, QueueChanged, SignedIn
from router.events.event import Event
from router.events.flows import CaseChanged, CaseOpened, FlowEnded, FlowStarted, FlowStep, SurveyAnswered
from router.events.knowledge import (
    ApprovalChanged,
    ArticleChanged,
    ArticleGiven,
    ArticleOutcome,
    ArticlesSuggested,
    ArticleTaskChanged,
    GapChanged,
    KnowledgeSet,
    MatterRated,
    MatterReturned,
    MatterSettled,
    ObjectChanged,
    RoutingSuggested,
    RoutingUndone,
    SuggestionUsed,
)
from router.events.routing import (
    OverflowTaken,
    PromiseBroken,
    PromiseGiven,
    PromiseNear,
    QueueHours,
    RoutingAlarm,
    RoutingChanged,
)

__all__ = [
    "AddressVerified",
    "AgentChanged",
    "ApprovalChanged",
    "ArticleChanged",
    "ArticleGiven",
    "ArticleOutcome",
    "ArticleTaskChanged",
    "ArticlesSuggested",
    "CaseChanged",
    "CaseOpened",
    "ChannelAlarm",
    "ChannelPaused",
    "ContactChanged",
    "ContactEdited",
    "ContactOpened",
    "ContactQueued",
    "CustomerChanged",
    "CustomersJoined",
    "DeliveryChanged",
    "DeliveryRerouted",
    "Event",
    "FlowEnded",
    "FlowStarted",
    "FlowStep",
    "GapChanged",
    "ItemTaken",
    "KnowledgeSet",
    "MatterRated",
    "MatterReturned",
    "MatterSettled",
    "MessageAdded",
    "ObjectChanged",
    "OfferEnded",
    "OfferMade",
    "OverflowTaken",
    "PromiseBroken",
    "PromiseGiven",
    "PromiseNear",
    "QueueChanged",
    "QueueHours",
    "RequestRefused",
    "RoutingAlarm",
    "RoutingChanged",
    "RoutingSuggested",
    "RoutingUndone",
    "SignedIn",
    "SuggestionUsed",
    "SurveyAnswered",
    "registry",
]


def registry() -> dict[str, type[Event]]:
    """Every event by its journal name."""
    return {cls.name: cls for cls in Event.__subclasses__()}
