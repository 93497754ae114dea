"""What intake asks of dialogues that answer by themselves, as a Protocol, and the one that never answers."""

from __future__ import annotations

from typing import Protocol

from router.model import Said, Signal
from router.ports import Tx
from router.records import Contact, KnownAddress, Message
from router.rules.told import Told
from router.rules.triage import ChannelPolicy


class Flow(Protocol):
    """Called inside the transaction that takes an item in."""

    def answers(self, tx: Tx, policy: ChannelPolicy, contact: Contact | None, said: Said,
                address: KnownAddress) -> bool:
        """Whether a dialogue answers these words; then the contact is opened or kept in self-service."""
        ...

    def heard(self, tx: Tx, policy: ChannelPolicy, contact: Contact, said: Said,
              message: Message) -> tuple[Contact, Told | None]:
        """The dialogue's answer to words that it said it answers."""
        ...

    def signalled(self, tx: Tx, policy: ChannelPolicy, contact: Contact,
                  signal: Signal) -> tuple[Contact, Told | None]:
        """What a citizen's signal does to the dialogue, after it did what it does to the contact."""
        ...

    def standing(self, tx: Tx, contact: Contact) -> Told | None:
        """What was said last: the answer to an input that is repeated."""
        ...


class Silent:
    """No dialogue: people answer everything."""

    def answers(self, tx: Tx, policy: ChannelPolicy, contact: Contact | None, said: Said,
                address: KnownAddress) -> bool:
        """Never."""
        return False

    def heard(self, tx: Tx, policy: ChannelPolicy, contact: Contact, said: Said,
              message: Message) -> tuple[Contact, Told | None]:
        """Nothing is said."""
        return contact, None

    def signalled(self, tx: Tx, policy: ChannelPolicy, contact: Contact,
                  signal: Signal) -> tuple[Contact, Told | None]:
        """Nothing follows."""
        return contact, None

    def standing(self, tx: Tx, contact: Contact) -> Told | None:
        """Nothing was said."""
        return None
