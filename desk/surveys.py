"""Who is asked how it went after a colleague's work, and where: in the conversation itself, on the channel that asks
for it, or by keys while a caller is still on the line. Plain synchronous units; talks to no provider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from desk.flows.answers import mobile
from router.events import ContactOpened
from router.model import Address
from router.records import Contact, ContactState, KnownAddress
from router.rules.triage import ChannelPolicy
from storage.tx import StoreTx

#: A number is asked by another channel at most once in so long, however often its owner calls.
AGAIN = timedelta(days=1)
_OVER = (ContactState.CLOSED, ContactState.ABANDONED)
Ask = Callable[[StoreTx, ChannelPolicy, Contact, str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveys:
    """What the settings say: each channel's dialogue that asks, and the channel that asks for it."""

    flows: Mapping[str, str] = field(default_factory=dict)
    by: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def named(cls, channels: Iterable[tuple[str, str, str]]) -> Surveys:
        """From each channel's name, dialogue and asking channel; "" where there is none."""
        found = [each for each in channels if each[1]]
        return cls(flows={name: flow for name, flow, _ in found}, by={name: by for name, _, by in found if by})

    def listening(self, tx: StoreTx, contact: Contact) -> str:
        """The dialogue for a citizen who is still on the line after the talk; "" = none."""
        wanted = self.flows.get(contact.channel, "")
        asks = wanted and contact.state is ContactState.WRAP_UP and tx.flows.live(contact.id) is None
        return wanted if asks and tx.people.address(contact.id).opted_out_at is None else ""

    def closed(self, tx: StoreTx, contact: Contact, policies: Mapping[str, ChannelPolicy], ask: Ask) -> None:
        """Ask about a contact that a colleague has closed, unless it was asked already or the citizen wants nothing."""
        wanted, policy = self.flows.get(contact.channel, ""), policies.get(contact.channel)
        if not wanted or policy is None or contact.state is not ContactState.CLOSED:
            return
        if tx.people.address(contact.id).opted_out_at is not None or _asked(tx, contact, policy):
            return
        other = policies.get(self.by.get(contact.channel, ""))
        if other is not None:
            made = _elsewhere(tx, contact, other)
            if made is not None:
                ask(tx, other, made, wanted)
        elif not policy.connects and not self.by.get(contact.channel):
            ask(tx, policy, contact, wanted)


def _asked(tx: StoreTx, contact: Contact, policy: ChannelPolicy) -> bool:
    last = tx.flows.newest(contact.id)
    if last is None:
        return False
    # A caller may have been asked on the line, before the contact was closed.
    since = contact.answered_at if policy.connects else contact.closed_at
    return not last.outcome or (last.purpose == "survey" and (since is None or last.started_at >= since))


def _elsewhere(tx: StoreTx, contact: Contact, other: ChannelPolicy) -> Contact | None:
    """A contact on the other channel at the citizen's mobile number, nobody's work until they say more than asked.
    None where there is no such number, its owner wants nothing, was asked lately, or is talking with us there."""
    number = mobile(tx.people.address(contact.id).value)
    if not number:
        return None
    address = tx.people.given(contact.customer, Address(medium=other.medium, value=number))
    if address.opted_out_at is not None or address.suppressed:
        return None
    if tx.flows.begun_by(address.id, tx.now - AGAIN, purpose="survey") or _talking(tx, other, address):
        return None
    made = tx.contacts.open(
        channel=other.name, medium=other.medium.value, thread_key=address.value, customer=address.customer,
        address=address.id, state=ContactState.CLOSED, queue=contact.queue, priority=other.priority,
        effort=other.effort, closed_at=tx.now, disposition="survey", language=contact.language,
        data={"survey_of": int(contact.id)})
    tx.emit(ContactOpened(about=made.id, channel=other.name, medium=other.medium.value, customer=address.customer),
            actor="flow")
    return made


def _talking(tx: StoreTx, other: ChannelPolicy, address: KnownAddress) -> bool:
    newest = tx.contacts.newest_on(other.name, address.value)
    if newest is None:
        return False
    return newest.state not in _OVER or tx.flows.live(newest.id) is not None
