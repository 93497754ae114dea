"""One frozen dataclass per thing that can happen. The journal stores them; everything else follows from them.

`Event.about` names the contact an event belongs to. Fields are JSON-able. Never words, addresses or names of a
citizen: the journal is kept longer than messages are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from router.model import ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and is committed."""

    name: ClassVar[str] = "event"
    about: ContactId | None = None

    def payload(self) -> dict[str, Any]:
        """The JSON-able fields, without `about`."""
        data = asdict(self)
        del data["about"]
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTaken(Event):
    """An inbound item reached its fate."""

    name: ClassVar[str] = "item-taken"
    item: int
    fate: str
    reason: str = ""
    channel: str = ""
    message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefused(Event):
    """A request failed its signature, secret or origin check; nothing was stored as a message."""

    name: ClassVar[str] = "request-refused"
    channel: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOpened(Event):
    """A contact began."""

    name: ClassVar[str] = "contact-opened"
    channel: str
    medium: str
    customer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactQueued(Event):
    """A contact waits in a queue; `reason` is new, transfer, reopened, declined, expired, rescinded, woke."""

    name: ClassVar[str] = "contact-queued"
    queue: int
    reason: str
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAdded(Event):
    """A message (in, out, note, system) was appended."""

    name: ClassVar[str] = "message-added"
    message: int
    direction: str
    delivery: int | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged(Event):
    """An outgoing message moved forward or was rescheduled."""

    name: ClassVar[str] = "delivery-changed"
    delivery: int
    message: int
    state: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """The router proposed the contact to an agent; `why` holds every term of the decision."""

    name: ClassVar[str] = "offer-made"
    offer: int
    agent: int
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(Event):
    """An offer ended: accepted, declined, expired or rescinded."""

    name: ClassVar[str] = "offer-ended"
    offer: int
    agent: int
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Event):
    """A contact moved to another state; `was` and `state` name them."""

    name: ClassVar[str] = "contact-changed"
    was: str
    state: str
    agent: int | None = None
    was_agent: int | None = None
    reason: str = ""
    disposition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEdited(Event):
    """Something about a contact changed that is no state: subject, language, customer, data."""

    name: ClassVar[str] = "contact-edited"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged(Event):
    """An agent's state or profile changed."""

    name: ClassVar[str] = "agent-changed"
    agent: int
    state: str = ""
    reason: str = ""
    profile: bool = False  #: skills, capacity, role or name changed


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged(Event):
    """A queue's settings changed."""

    name: ClassVar[str] = "queue-changed"
    queue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(Event):
    """A customer file changed."""

    name: ClassVar[str] = "customer-changed"
    customer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleChanged(Event):
    """An article was created, edited or archived."""

    name: ClassVar[str] = "article-changed"
    article: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlesSuggested(Event):
    """Articles were proposed for a contact; `shown` lists (article id, score)."""

    name: ClassVar[str] = "articles-suggested"
    shown: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionUsed(Event):
    """An agent put a suggested article into a reply."""

    name: ClassVar[str] = "suggestion-used"
    article: int
    agent: int
    how: str = "inserted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """Somebody signed in or out, or was refused."""

    name: ClassVar[str] = "signed-in"
    agent: int | None
    outcome: str


def registry() -> dict[str, type[Event]]:
    """Every event by its journal name."""
    return {cls.name: cls for cls in Event.__subclasses__()}
