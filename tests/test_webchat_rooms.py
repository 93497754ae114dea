"""Who is here, who left, whose turn it is to be told of a place: as plain values with a clock in the hand."""

from __future__ import annotations

from datetime import UTC, datetime

from channels.webchat.rooms import CONTACTS, Rooms, Stir
from channels.webchat.watch import stirred
from router.model import ContactId
from router.records import Entry


class Chair:
    """A seat that remembers what stirred it."""

    def __init__(self) -> None:
        self.stirs: list[Stir] = []
        self.typed = 0

    def stir(self, what: Stir) -> None:
        self.stirs.append(what)

    def typing(self) -> None:
        self.typed += 1


def test_absence_begins_with_the_last_window_and_ends_with_the_first() -> None:
    rooms, one, two = Rooms(90), Chair(), Chair()
    rooms.enter("v", one)
    rooms.enter("v", two)
    rooms.leave("v", one, 0)
    assert rooms.count("v") == 1 and rooms.due(1000) == []
    rooms.leave("v", two, 10)
    assert rooms.due(99) == [] and rooms.due(100) == ["v"] and rooms.due(200) == []
    rooms.gone("v", 300)
    rooms.gone("v", 380)  # it counts from the first
    rooms.enter("v", one)
    assert rooms.due(1000) == []


def test_a_change_stirs_every_window_of_its_visitor_and_nobody_else() -> None:
    rooms, mine, also, other = Rooms(90), Chair(), Chair(), Chair()
    rooms.enter("a", mine)
    rooms.enter("a", also)
    rooms.enter("b", other)
    assert rooms.learn("a", ContactId(1), waiting=True, place=1, now=0)
    assert not rooms.learn("a", ContactId(1), waiting=True, place=1, now=0)
    assert rooms.changed({ContactId(1): Stir.WORDS, ContactId(9): Stir.LINE}, 0) == {9}
    rooms.typing(ContactId(1))
    assert mine.stirs == also.stirs == [Stir.WORDS] and other.stirs == [] and mine.typed == 1
    rooms.stir_all()
    assert other.stirs == [Stir.ALL]


def test_the_matter_of_an_absent_visitor_starts_their_absence_again() -> None:
    rooms = Rooms(90)
    rooms.learn("a", ContactId(1), waiting=False, place=0, now=0)
    assert rooms.due(1e9) == []
    rooms.changed({ContactId(1): Stir.LINE}, 1000)
    assert rooms.due(1090) == ["a"]


def test_contacts_are_forgotten_from_the_longest_unused() -> None:
    rooms = Rooms(90)
    for number in range(CONTACTS + 5):
        rooms.learn(f"v{number}", ContactId(number), waiting=False, place=0, now=0)
    assert rooms.whose(ContactId(4)) == "" and rooms.whose(ContactId(5)) == "v5"


def test_places_are_told_to_the_front_first_and_to_everybody_in_turn() -> None:
    rooms = Rooms(90)
    for number in range(1, 101):
        rooms.enter(f"v{number}", Chair())
        rooms.learn(f"v{number}", ContactId(number), waiting=True, place=number, now=0)
    seen: set[str] = set()
    for second in range(1, 20):
        told = rooms.outdated(second, 10)
        assert len(told) == 10 and set(told[:5]) == {f"v{n}" for n in range(1, 6)}  # the front, every second
        for visitor in told:
            number = int(visitor[1:])
            rooms.learn(visitor, ContactId(number), waiting=True, place=number, now=second)
        seen.update(told)
    assert len(seen) == 100
    assert len(rooms.outdated(19, 1000)) == 90 and rooms.outdated(0, 1000) == []


def test_what_an_event_may_have_changed() -> None:
    def entry(name: str, contact: int | None) -> Entry:
        about = None if contact is None else ContactId(contact)
        return Entry(seq=1, at=datetime.now(UTC), name=name, actor="", contact=about, data={})

    batch = [
        entry("message-added", 1),
        entry("contact-changed", 1),
        entry("delivery-changed", 2),
        entry("item-taken", 3),
        entry("contact-queued", 4),
        entry("agent-changed", None),
    ]
    assert stirred(batch) == {1: Stir.ALL, 2: Stir.WORDS, 4: Stir.LINE}
