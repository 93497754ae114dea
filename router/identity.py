"""Who a sender is, by what others prove: joins what belongs to one person. A stated name or address proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from router.events import AddressVerified, ContactEdited, CustomerChanged, CustomersJoined
from router.model import Address, CustomerId, Said, Signal
from router.ports import Tx
from router.records import Customer, KnownAddress
from router.rules import states, text
from router.rules.plan import SEGMENTS

ADDRESSES = 5  #: of one message at most
TALKS = 200  #: contacts of one thread that move to another at most
SAID_AT = "segment_at"  #: in a customer's file: when a person said last what they count for, in UTC
_IMPORTANCE = {name: place for place, name in enumerate(SEGMENTS)}


def prove(tx: Tx, said: Said | Signal, sender: KnownAddress) -> KnownAddress:
    """The sender with everything the provider vouches for: an address nobody had becomes theirs; one that another
    file has makes the two one, under the older file, so that its history stays where it was."""
    for vouched in said.vouched[:ADDRESSES]:
        sender = _vouched(tx, sender, vouched, said.channel)
    return sender


def _vouched(tx: Tx, sender: KnownAddress, vouched: Address, channel: str) -> KnownAddress:
    known, fresh = tx.people.vouch(sender.customer, vouched)
    if known.customer != sender.customer:
        kept, gone = sorted((known.customer, sender.customer))
        _join(tx, gone, kept, actor=f"channel:{channel}")
        sender = replace(sender, customer=kept)
    if fresh:
        tx.emit(AddressVerified(customer=sender.customer, address=known.id, medium=known.medium.value),
                actor=f"channel:{channel}")
    return sender


def _join(tx: Tx, gone: CustomerId, kept: CustomerId, *, actor: str) -> None:
    """One file of two. It counts for what a person said last, and where nobody did for the more important of both;
    contacts that counted for what their file did follow at once."""
    files = [tx.people.customer(kept), tx.people.customer(gone)]
    follow = [number for each in files for number in tx.routed.live_of(each.id)
              if tx.contacts.get(number).segment == each.segment]
    tx.people.join(gone, kept)
    counts = min(files, key=lambda each: _IMPORTANCE.get(each.segment, len(_IMPORTANCE)))
    said = max(files, key=_said_at)
    counts = said if _said_at(said) else counts
    tx.emit(CustomersJoined(customer=kept, gone=gone, segment=counts.segment), actor=actor)
    if counts.id != kept and (counts.segment, _said_at(counts)) != (files[0].segment, _said_at(files[0])):
        data = {**files[0].data, SAID_AT: _said_at(counts)} if _said_at(counts) else files[0].data
        tx.people.change(kept, segment=counts.segment, data=data)
    if counts.segment != files[0].segment:
        tx.emit(CustomerChanged(customer=kept, fields=("segment",), segment=counts.segment,
                                was_segment=files[0].segment), actor=actor)
    for number in follow:
        contact = tx.contacts.get(number)
        if contact.segment != counts.segment:
            tx.contacts.change(contact, segment=counts.segment)
            tx.emit(ContactEdited(about=number, fields=("segment",)), actor=actor)


def _said_at(file: Customer) -> str:
    return str(file.data.get(SAID_AT, ""))


def recognise(tx: Tx, signal: Signal, sender: KnownAddress) -> None:
    """What the sender said before they were known becomes theirs: one file, and their thread. Nothing happens when
    the earlier address is somebody's already: proved, or in a file with other addresses. A talk that
    goes on stays where it is while another one goes on in the sender's thread: each has its own agent."""
    sender = prove(tx, signal, sender)
    earlier = tx.people.find(signal.sender.medium, signal.value)
    if earlier is None or earlier.id == sender.id:
        return
    if earlier.customer != sender.customer:
        if earlier.verified_at is not None or len(tx.people.of_customer(earlier.customer)) > 1:
            return
        sender = _vouched(tx, sender, Address(medium=earlier.medium, value=earlier.value), signal.channel)
    for number in tx.contacts.on_thread(signal.channel, earlier.value)[-TALKS:]:
        contact = tx.contacts.get(number)
        goes_on = contact.state not in states.ENDED
        if goes_on and tx.contacts.live_on(signal.channel, sender.value) is not None:
            continue
        tx.contacts.change(contact, thread_key=sender.value, address=sender.id)
        tx.emit(ContactEdited(about=contact.id, fields=("thread",)), actor=f"channel:{signal.channel}")


def stated(said: Said | Signal) -> Mapping[str, Any]:
    """What the contact remembers of what the sender says about themself; empty when they say nothing."""
    found = [{"medium": each.medium.value, "value": text.clean(each.value)[:320]} for each in said.stated[:ADDRESSES]]
    return {"stated": found} if found else {}
