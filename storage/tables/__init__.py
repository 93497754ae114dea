"""Every table, as SQLModel classes. Only `storage/` may import this; migrations must equal it (tested)."""

from storage.tables.desk import Agents, Queues, Sessions, Tokens
from storage.tables.knowledge import Articles, Suggestions
from storage.tables.people import Addresses, Customers
from storage.tables.story import Journal, Marks
from storage.tables.talk import LIVE_CONTACT, Attachments, Contacts, Items, Messages, References
from storage.tables.work import Deliveries, Offers, Parts, Timers

__all__ = [
    "LIVE_CONTACT",
    "Addresses",
    "Agents",
    "Articles",
    "Attachments",
    "Contacts",
    "Customers",
    "Deliveries",
    "Items",
    "Journal",
    "Marks",
    "Messages",
    "Offers",
    "Parts",
    "Queues",
    "References",
    "Sessions",
    "Suggestions",
    "Timers",
    "Tokens",
]
