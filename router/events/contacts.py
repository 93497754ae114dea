"""What happens to contacts and customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from router.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOpened(Event):
    """A contact began."""

    name: ClassVar[str] = "contact-opened"
    channel: str
    medium: str
    customer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactQueued(Event):
    """A contact waits in a queue; `reason` is new, transfer, reopened, declined, expired, rescinded, woke. Who comes
    from another queue has its name in `why["from"]`: promises count each part in the hours of the queue it was in."""

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
    """Something about a contact changed that is no state: subject, language, customer, data. Of another queue than
    before, `why["from"]` is the name."""

    name: ClassVar[str] = "contact-edited"
    fields: tuple[str, ...] = ()
    why: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """Without `why` where there is none: most edits have none."""
        return {"fields": self.fields, **({"why": self.why} if self.why else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(Event):
    """A customer file changed; `segment` and `was_segment` when a person said what this customer counts for, or
    when that came with another file of theirs."""

    name: ClassVar[str] = "customer-changed"
    customer: int
    fields: tuple[str, ...] = ()
    segment: str = ""
    was_segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersJoined(Event):
    """Two customer files proved to be one person: everything of `gone` moved to `customer`, who counts for `segment`
    from now on."""

    name: ClassVar[str] = "customers-joined"
    customer: int
    gone: int
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressVerified(Event):
    """A provider or the host site proved that an address is this customer's."""

    name: ClassVar[str] = "address-verified"
    customer: int
    address: int
    medium: str
