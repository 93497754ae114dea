"""Sends a citizen the conversation they have on one channel by another: a copy for them, at an address they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.delivering import Plan
from router.events import MessageAdded
from router.model import Address, OutKind, Signal
from router.ports import Tx
from router.records import Contact, Direction
from router.rules import phrases, transcript

KIND = "transcript"
MOST = 3  #: of one contact: whoever wants more keeps the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcripts:
    """`plan` says which channels may carry it: those that the contact's own channel fails over to."""

    plan: Plan
    desk: Mapping[str, str]
    zone: str

    def send(self, tx: Tx, contact: Contact, signal: Signal) -> bool:
        """Queue the copy to the address the citizen stated; false when there is no way or there were enough."""
        messages = tx.messages.of(contact.id)
        way = next(((name, each) for each in signal.stated for name in self._ways(contact.channel, each)), None)
        if way is None or sum(m.kind == KIND for m in messages) >= MOST:
            return False
        channel, stated = way
        language = "en" if contact.language == "en" else "fa"
        desk = self.desk.get(language, "")
        copy = transcript.text([m for m in messages if m.kind != KIND], language=language, desk=desk, zone=self.zone)
        words = phrases.say("transcript", language, desk=desk, reference=contact.reference) + "\n\n" + copy
        message = tx.messages.add(contact.id, Direction.OUT, at=tx.now, text=words, language=language, kind=KIND,
                                  subject=phrases.say("transcript-subject", language, desk=desk))
        delivery = tx.outbox.add(message, contact, OutKind.NOTICE, key=f"transcript:{message.id}", data={})
        address = tx.people.known(stated, language)
        tx.outbox.reroute(delivery.id, channel=channel, address=address.id, error="asked-for")
        tx.emit(MessageAdded(about=contact.id, message=message.id, direction="out", delivery=delivery.id,
                             channel=channel), actor=f"customer:{contact.customer}")
        return True

    def _ways(self, channel: str, stated: Address) -> list[str]:
        known = self.plan[channel].failover if channel in self.plan else ()
        return [name for name in known
                if name in self.plan and self.plan[name].medium is stated.medium]
