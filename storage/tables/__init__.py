"""Every table, as SQLModel classes. Only `storage/` may import this; migrations must equal it (tested)."""

from storage.tables.cases import Cases
from storage.tables.channels import Exchanges, Pauses, Pieces, Spent
from storage.tables.desk import Agents, Calendars, Policies, Queues, Sessions, Targets, Tokens
from storage.tables.flows import Dialogues, FlowVersions
from storage.tables.knowledge import (
    Approvals,
    ArticleFiles,
    ArticleLinks,
    Articles,
    ArticleTasks,
    ArticleVersions,
    Categories,
    Feedback,
    GapQuestions,
    Gaps,
    Matters,
    RoutingHints,
    Suggestions,
    Synonyms,
)
from storage.tables.people import Addresses, Customers
from storage.tables.register import Registrations
from storage.tables.story import Journal, Marks
from storage.tables.talk import LIVE_CONTACT, Attachments, Contacts, Items, Messages, References
from storage.tables.work import Clocks, Deliveries, Offers, Parts, Timers

__all__ = [
    "LIVE_CONTACT",
    "Addresses",
    "Agents",
    "Approvals",
    "ArticleFiles",
    "ArticleLinks",
    "ArticleTasks",
    "ArticleVersions",
    "Articles",
    "Attachments",
    "Calendars",
    "Cases",
    "Categories",
    "Clocks",
    "Contacts",
    "Customers",
    "Deliveries",
    "Dialogues",
    "Exchanges",
    "Feedback",
    "FlowVersions",
    "GapQuestions",
    "Gaps",
    "Items",
    "Journal",
    "Marks",
    "Matters",
    "Messages",
    "Offers",
    "Parts",
    "Pauses",
    "Pieces",
    "Policies",
    "Queues",
    "References",
    "Registrations",
    "RoutingHints",
    "Sessions",
    "Spent",
    "Suggestions",
    "Synonyms",
    "Targets",
    "Timers",
    "Tokens",
]
