"""What routing asks of the database: its settings, contacts as it sees them, and the promises that run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from router.model import ContactId, CustomerId, OfferId
from router.records import Calendar, Claim, Entry, Policy, Routed, Target
from router.rules.efforts import Answered


class Routing(Protocol):
    """Hours, policies and promises."""

    def calendars(self) -> Sequence[Calendar]: ...

    def put_calendar(self, name: str, definition: Mapping[str, Any]) -> Calendar: ...

    def drop_calendar(self, name: str) -> None: ...

    def policies(self) -> Sequence[Policy]: ...

    def put_policy(self, name: str, rule: str, parameters: Mapping[str, Any]) -> Policy: ...

    def drop_policy(self, name: str) -> None: ...

    def targets(self) -> Sequence[Target]: ...

    def put_target(self, **fields: Any) -> Target: ...

    def drop_target(self, number: int) -> None: ...


class RoutedContacts(Protocol):
    """Contacts as routing sees them."""

    def live(self) -> Sequence[Routed]: ...

    def some(self, ids: Iterable[int]) -> Sequence[Routed]: ...

    def live_of(self, customer: CustomerId) -> Sequence[ContactId]: ...

    def attempts(self) -> Mapping[ContactId, int]:
        """Live offers of the router by contact."""
        ...

    def answers(self, *, most: int) -> Sequence[Answered]:
        """The newest answers of agents in contacts that are over, oldest first."""
        ...

    def claim(self, claims: Sequence[Claim]) -> Sequence[OfferId | None]:
        """waiting -> offered for each, with its offer and deadline; None where the store knows better. Conflict undoes
        all of it."""
        ...


class Clocks(Protocol):
    """Promises that run."""

    def of(self, contacts: Iterable[int]) -> Mapping[ContactId, Mapping[str, Mapping[str, Any]]]: ...

    def put(self, rows: Iterable[tuple[ContactId, str, Mapping[str, Any]]]) -> None: ...

    def drop(self, contact: ContactId, name: str) -> None: ...


class Journal(Protocol):
    """What happened so far."""

    def head(self) -> int: ...

    def after(self, seq: int, *, limit: int = 5000) -> Sequence[Entry]: ...


class Marks(Protocol):
    """Small remembered texts."""

    def get(self, owner: str, name: str) -> str: ...

    def set(self, owner: str, name: str, value: str) -> None: ...
