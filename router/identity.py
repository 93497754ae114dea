"""Who a sender is, by what others prove: joins what belongs to one person. A stated name or address proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from router.events import AddressVerified, ContactEdited, CustomersJoined
from router.model import Address, Said, Signal
from router.ports import Tx
from router.records import KnownAddress
from router.rules import states, text

ADDRESSES = 5  #: of one message at most
TALKS = 200  #: contacts of one thread that move to another at most


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
        tx.people.join(gone, kept)
        tx.emit(CustomersJoined(customer=kept, gone=gone), actor=f"channel:{channel}")
        sender = replace(sender, customer=kept)
    if fresh:
        tx.emit(AddressVerified(customer=sender.customer, address=known.id, medium=known.medium.value),
                actor=f"channel:{channel}")
    return sender


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
