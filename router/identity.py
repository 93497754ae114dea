"""Who a sender is, by what others prove: joins what belongs to one person. A stated name or address proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from router.events import AddressVerified, CustomersJoined
from router.model import Said, Signal
from router.ports import Tx
from router.records import KnownAddress
from router.rules import text

ADDRESSES = 5  #: of one message at most


def prove(tx: Tx, said: Said, sender: KnownAddress) -> KnownAddress:
    """The sender with everything the provider vouches for: an address nobody had becomes theirs; one that another
    file has makes the two one, under the older file, so that its history stays where it was."""
    for vouched in said.vouched[:ADDRESSES]:
        known, fresh = tx.people.vouch(sender.customer, vouched)
        if known.customer != sender.customer:
            kept, gone = sorted((known.customer, sender.customer))
            tx.people.join(gone, kept)
            tx.emit(CustomersJoined(customer=kept, gone=gone), actor=f"channel:{said.channel}")
            sender = replace(sender, customer=kept)
        if fresh:
            tx.emit(AddressVerified(customer=sender.customer, address=known.id, medium=known.medium.value),
                    actor=f"channel:{said.channel}")
    return sender


def stated(said: Said | Signal) -> Mapping[str, Any]:
    """What the contact remembers of what the sender says about themself; empty when they say nothing."""
    found = [{"medium": each.medium.value, "value": text.clean(each.value)[:320]} for each in said.stated[:ADDRESSES]]
    return {"stated": found} if found else {}
