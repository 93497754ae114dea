"""Which visitors are here, whose contact is whose, and who has been gone for too long. Knows sockets only as `Seat`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Protocol

from router.model import ContactId

CONTACTS = 50_000  #: contacts remembered; the ones unused longest are forgotten


class Stir(Flag):
    """What may have changed, so that nobody reads more than that."""

    WORDS = auto()  #: messages or their delivery
    LINE = auto()  #: state, place, agent
    ALL = WORDS | LINE


class Seat(Protocol):
    """A live socket, as the rooms see it."""

    def stir(self, what: Stir) -> None:
        """Something of yours may have changed: look."""

    def typing(self) -> None:
        """The agent is typing."""


@dataclass(slots=True, kw_only=True)
class Room:
    """A visitor with at least one live socket."""

    seats: set[Seat] = field(default_factory=set)
    waiting: bool = False  #: shown as waiting when somebody last looked
    place: int = 0
    looked_at: float = 0.0  #: when its line was read last


class Rooms:
    """All visitors of one channel in this process. Times are seconds of a monotonic clock, given by the caller."""

    def __init__(self, leave_seconds: float) -> None:
        self._leave = leave_seconds
        self.here: dict[str, Room] = {}
        self.leaving: dict[str, float] = {}  #: visitor -> when their absence counts
        self._contacts: OrderedDict[ContactId, str] = OrderedDict()

    def enter(self, visitor: str, seat: Seat) -> None:
        """A socket opened: whoever was leaving has come back."""
        self.here.setdefault(visitor, Room()).seats.add(seat)
        self.leaving.pop(visitor, None)

    def leave(self, visitor: str, seat: Seat, now: float) -> None:
        """A socket closed; the last one starts the visitor's absence."""
        room = self.here[visitor]
        room.seats.discard(seat)
        if not room.seats:
            del self.here[visitor]
            self.gone(visitor, now)

    def gone(self, visitor: str, now: float) -> None:
        """The visitor has no socket; their absence counts from now unless it counts already."""
        if visitor not in self.here:
            self.leaving.setdefault(visitor, now + self._leave)

    def due(self, now: float) -> list[str]:
        """Visitors whose absence counts now; they are handed out once."""
        found = [visitor for visitor, at in self.leaving.items() if at <= now]
        for visitor in found:
            del self.leaving[visitor]
        return found

    def count(self, visitor: str) -> int:
        """How many sockets the visitor holds."""
        room = self.here.get(visitor)
        return len(room.seats) if room else 0

    def learn(self, visitor: str, contact: ContactId, *, waiting: bool, place: int, now: float) -> bool:
        """The contact is this visitor's and stands so. Whether that it is theirs was news."""
        news = self._contacts.get(contact) != visitor
        self._contacts[contact] = visitor
        self._contacts.move_to_end(contact)
        if len(self._contacts) > CONTACTS:
            self._contacts.popitem(last=False)
        room = self.here.get(visitor)
        if room is not None:
            room.waiting, room.place, room.looked_at = waiting, place, now
        return news

    def whose(self, contact: ContactId) -> str:
        """The contact's visitor, "" when it is none of ours as far as we know."""
        return self._contacts.get(contact, "")

    def changed(self, contacts: Mapping[ContactId, Stir], now: float) -> set[ContactId]:
        """Something was committed about these contacts. Returns those that are nobody's here."""
        unknown: set[ContactId] = set()
        for contact, what in contacts.items():
            visitor = self.whose(contact)
            if not visitor:
                unknown.add(contact)
            elif visitor in self.here:
                self.stir(visitor, what)
            else:
                # The matter of an absent visitor moved, perhaps back into the queue: watch it again.
                self.gone(visitor, now)
        return unknown

    def stir(self, visitor: str, what: Stir) -> None:
        """Every socket of the visitor looks for changes."""
        room = self.here.get(visitor)
        for seat in room.seats if room else ():
            seat.stir(what)

    def stir_all(self) -> None:
        """Every socket looks: we may have missed something."""
        for visitor in self.here:
            self.stir(visitor, Stir.ALL)

    def typing(self, contact: ContactId) -> None:
        """The agent of this contact is typing."""
        room = self.here.get(self.whose(contact))
        for seat in room.seats if room else ():
            seat.typing()

    def waiting(self) -> list[str]:
        """Visitors who are here and wait."""
        return [visitor for visitor, room in self.here.items() if room.waiting]

    def outdated(self, since: float, most: int) -> list[str]:
        """Visitors whose place was read before `since`: at most so many, half of them from the front of the line
        (where a place means most), the others by how long ago it was read, so that everybody has their turn."""
        old = [visitor for visitor in self.waiting() if self.here[visitor].looked_at < since]
        front = sorted(old, key=lambda visitor: self.here[visitor].place)[:most // 2]
        rest = sorted(set(old) - set(front), key=lambda visitor: self.here[visitor].looked_at)
        return front + rest[:most - len(front)]
