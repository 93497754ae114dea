"""Loads what views need for a set of ids, in a handful of statements. Reads only; does not decide who sees what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from agents import alarms, tally, views
from agents.views import Card, View
from router.model import AgentId, QueueId
from router.records import Agent, Contact, ContactState, Entry, Message, Queue
from router.rules.states import ENDED
from storage.tx import StoreTx

#: Databases take only so many parameters in one statement.
CHUNK = 500
LIVE_STATES = tuple(state for state in ContactState if state not in ENDED)
#: States in which a citizen's wait may be open.
_MAY_WAIT = (ContactState.WAITING, ContactState.OFFERED, ContactState.SELF_SERVICE)
#: Entries that change no view of a contact.
_QUIET = frozenset({"item-taken", "delivery-changed", "articles-suggested", "suggestion-used", "article-changed",
                    "article-outcome", "matter-settled", "matter-returned", "routing-suggested",
                    "request-refused", "signed-in"})


@dataclass(slots=True)
class Touched:
    """What some journal entries may have changed."""

    contacts: set[int] = field(default_factory=set)
    messages: dict[int, int] = field(default_factory=dict)  #: message -> contact
    agents: set[int] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)
    signed: set[int] = field(default_factory=set)  #: agents whose sessions may have ended
    queues: bool = False
    outbox: bool = False

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Touched:
        """Sort entries by what they touch. An unknown entry about a contact touches the contact."""
        found = cls()
        for entry in entries:
            found._take(entry)
        return found

    def _take(self, entry: Entry) -> None:
        data = entry.data
        if entry.contact is not None and entry.name not in _QUIET:
            self.contacts.add(entry.contact)
        if entry.name in ("message-added", "delivery-changed") and entry.contact is not None:
            self.messages[int(data["message"])] = entry.contact
            self.outbox |= data.get("delivery") is not None
        elif entry.name == "agent-changed":
            self.agents.add(int(data["agent"]))
            if data.get("profile"):
                self.signed.add(int(data["agent"]))
        elif entry.name == "queue-changed":
            self.queues = True
        elif entry.name == "customer-changed":
            self.customers.add(int(data["customer"]))
        elif entry.name == "signed-in" and data.get("agent") is not None:
            self.signed.add(int(data["agent"]))


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What one look at the database brought."""

    seq: int
    touched: Touched
    entries: Sequence[Entry] = ()
    cards: Mapping[int, Card] = field(default_factory=dict)  #: touched contacts that are not over
    contacts: Mapping[int, Contact] = field(default_factory=dict)  #: touched contacts, over or not
    messages: dict[int, View] = field(default_factory=dict)  #: touched messages of opened contacts
    told: dict[int, list[int]] = field(default_factory=dict)  #: opened and touched contact -> all its messages
    agents: Mapping[AgentId, Agent] = field(default_factory=dict)
    queues: Mapping[QueueId, Queue] | None = None
    outbox: Mapping[str, int] | None = None
    ended: frozenset[str] = frozenset()  #: session digests that are over


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """In pieces that a statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start:start + CHUNK]


def cards(tx: StoreTx, contacts: Sequence[Contact]) -> dict[int, Card]:
    """The contacts with all that their views show; five statements a chunk."""
    found: dict[int, Card] = {}
    by_id = {contact.id: contact for contact in contacts}
    for ids in chunks(by_id):
        part = [by_id[each] for each in ids]  # type: ignore[index]
        customers = tx.people.customers(sorted({c.customer for c in part}))
        addresses = tx.people.addresses(sorted({c.address for c in part}))
        last, offers, wakes = tx.messages.last_words(ids), tx.offers.live_of(ids), tx.timers.many("wake", ids)
        for contact in part:
            words, wake = last.get(contact.id), wakes.get(contact.id)
            found[contact.id] = Card(
                contact=contact, customer=customers[contact.customer], address=addresses[contact.address],
                last=None if words is None else (words.direction, words.at, words.text),
                offer=offers.get(contact.id) if contact.state is ContactState.OFFERED else None,
                wake_at=wake.due_at if wake is not None and contact.state is ContactState.SNOOZED else None)
    return found


def many_contacts(tx: StoreTx, ids: Iterable[int]) -> dict[int, Contact]:
    """Contacts by id, those that exist."""
    return {contact.id: contact for part in chunks(ids) for contact in tx.contacts.many(part)}


def message_views(tx: StoreTx, messages: Sequence[Message]) -> dict[int, View]:
    """Messages as views; one statement a chunk for the ids of their files."""
    found: dict[int, View] = {}
    by_id = {message.id: message for message in messages}
    for ids in chunks(message.id for message in messages if message.attachments):
        files = tx.messages.attachment_ids(ids)
        found.update({each: views.message(by_id[each], files[each]) for each in ids})  # type: ignore[index]
    return {each: found.get(each) or views.message(message, ()) for each, message in by_id.items()}


def everything(tx: StoreTx) -> Loaded:
    """All that is live, for the first picture."""
    contacts = tx.contacts.in_state(*LIVE_STATES)
    return Loaded(seq=tx.journal.head(), touched=Touched(), cards=cards(tx, contacts),
                  contacts={contact.id: contact for contact in contacts},
                  agents={agent.id: agent for agent in tx.desk.agents()},
                  queues={queue.id: queue for queue in tx.desk.queues()}, outbox=tx.outbox.waiting())


def changes(tx: StoreTx, after: int, *, opened: frozenset[int], sessions: Mapping[int, Sequence[str]],
            limit: int = 2000) -> Loaded:
    """What the journal says after a position, and everything it touched as it is now.

    `opened`: contacts whose messages somebody looks at; `sessions`: digests by agent, to find those that ended.
    """
    entries = tx.journal.after(after, limit=limit)
    if not entries:
        return Loaded(seq=after, touched=Touched())
    touched = Touched.of(entries)
    for customer in sorted(touched.customers):
        touched.contacts |= {contact.id for contact in tx.contacts.listed(
            customer=customer, state=[state.value for state in LIVE_STATES], limit=CHUNK)}
    contacts = many_contacts(tx, touched.contacts | {c for c in touched.messages.values() if c in opened})
    live = [contact for each, contact in contacts.items() if each in touched.contacts and contact.state not in ENDED]
    messages, told = words(tx, touched, opened)
    return Loaded(
        seq=entries[-1].seq, touched=touched, entries=entries, cards=cards(tx, live), contacts=contacts,
        messages=messages, told=told,
        agents={AgentId(each): tx.desk.agent(AgentId(each)) for each in sorted(touched.agents)},
        queues={queue.id: queue for queue in tx.desk.queues()} if touched.queues else None,
        outbox=tx.outbox.waiting() if touched.outbox else None, ended=_ended(tx, touched.signed, sessions))


def words(tx: StoreTx, touched: Touched, opened: AbstractSet[int]) -> tuple[dict[int, View], dict[int, list[int]]]:
    """Touched messages of opened contacts, and the ids of all messages of touched ones (to take them back)."""
    wanted = [message for message, contact in touched.messages.items() if contact in opened]
    told: dict[int, list[int]] = {}
    for part in chunks(opened & touched.contacts):
        for contact, message in tx.messages.ids_of(part):
            told.setdefault(contact, []).append(message)
    return message_views(tx, [m for part in chunks(wanted) for m in tx.messages.many(part)]), told


def _ended(tx: StoreTx, agents: Iterable[int], sessions: Mapping[int, Sequence[str]]) -> frozenset[str]:
    digests = [digest for agent in agents for digest in sessions.get(agent, ())]
    return frozenset(d for d in digests if tx.accounts.session(d) is None and tx.accounts.token(d) is None)


def standing(tx: StoreTx, day: datetime, *, until: int) -> alarms.Standing:
    """The alarms that stand at a position of the journal: of today those about queues, and of whoever waits all."""
    open = sorted(contact.id for contact in tx.contacts.in_state(*alarms.OPEN))
    story = [entry for part in chunks(open)
             for entry in tx.journal.of_contacts(part, names=alarms.NAMES, limit=1_000_000)]
    story += [entry for entry in tx.journal.since(day, ("routing-alarm",)) if entry.contact is None]
    made = alarms.Standing()
    made.feed(sorted((entry for entry in story if entry.seq <= until), key=lambda entry: entry.seq))
    return made


def count(tx: StoreTx, day: datetime, targets: Mapping[int, int], *, until: int) -> tally.Tally:
    """The numbers of a day from the journal, up to a position: waits may have begun before the day did."""
    made = tally.Tally(day=day, targets=targets)
    today = tx.journal.since(day, tally.NAMES)
    about = {entry.contact for entry in today if entry.contact is not None}
    about |= {contact.id for contact in tx.contacts.in_state(*_MAY_WAIT)}
    story = [entry for part in chunks(about)
             for entry in tx.journal.of_contacts(part, names=tally.NAMES, limit=1_000_000)]
    made.feed(sorted((entry for entry in story if entry.seq <= until), key=lambda entry: entry.seq))
    return made
