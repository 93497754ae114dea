"""Finds where an inbound message belongs and who reads along, inside intake's transaction. Knows no network.

The rule is `rules.threads`; here its evidence is looked up, and what it decided is kept where people see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router.events import ContactEdited
from router.model import Bounce, ContactId, QueueId, Said
from router.ports import Tx
from router.records import Contact, KnownAddress
from router.rules import subjects, suppression, text, threads
from router.rules.triage import ChannelPolicy

READERS = 50  #: so many may read along with one contact
RECENT = 10  #: contacts of the sender that are compared by subject
_SUBJECT = 300


def where(tx: Tx, said: Said, policy: ChannelPolicy, address: KnownAddress, key: str) -> threads.Verdict:
    """Which contact it continues."""
    by_token = next((c for c in (tx.contacts.by_token(t) for t in said.thread.tokens[:5]) if c is not None), None)
    references = (said.thread.reply_to, *said.thread.references) if said.thread.reply_to else said.thread.references
    kin = None
    if not policy.one_thread and not said.automatic and (
            said.thread.conversation or "[#" in said.subject or subjects.answers(said.subject)):
        kin = threads.kin(tx.contacts.recent_of(said.channel, address.id, limit=RECENT), subject=said.subject,
                          conversation=said.thread.conversation)
    evidence = threads.Evidence(
        sender=address.id, value=address.value, by_token=by_token, by_kin=kin,
        by_reference=tx.contacts.by_reference_ids(said.channel, references) if references else None,
        by_key=tx.contacts.newest_on(said.channel, key) if key else None)
    return threads.decide(evidence, now=tx.now, reopen=policy.reopen)


def opening(said: Said, verdict: threads.Verdict) -> dict[str, Any]:
    """What a new contact keeps of its first message."""
    made: dict[str, Any] = {"related": verdict.related.id} if verdict.related else {}
    if verdict.claims:
        made["claims"] = True
    if said.by_hand is not None and said.data.get("address"):
        made["postal"] = str(said.data["address"])[:500]
    if said.thread.conversation:
        made["conversation"] = said.thread.conversation
    if not said.automatic and (readers := merged((), said)):
        made["people"] = readers
    return made


def growing(said: Said, contact: Contact, address: KnownAddress) -> dict[str, Any]:
    """What a later message adds: who reads along from now on, and the subject that answers should have."""
    made: dict[str, Any] = {}
    known = contact.data.get("people", ())
    if said.people or address.id != contact.address:
        readers = merged(known, said, also=None if address.id == contact.address else address)
        if list(known) != readers:
            made["people"] = readers
    about = text.clean(said.subject)[:_SUBJECT]
    if about and subjects.base(about) not in ("", subjects.base(str(contact.data.get("subject", contact.subject)))):
        made["subject"] = about
    return made


def merged(known: Sequence[Mapping[str, str]], said: Said, also: KnownAddress | None = None) -> list[dict[str, str]]:
    """Those who read along, each address once, oldest first."""
    found = {each["address"]: dict(each) for each in known}
    new = [(also.value, also.name)] if also is not None else []
    for value, name in [*new, *((each.value, each.name) for each in said.people)]:
        found.setdefault(value, {"address": value, "name": text.clean(name)[:150]})
    return list(found.values())[:READERS]


def noted(said: Said, verdict: threads.Verdict, contact: Contact, address: KnownAddress) -> dict[str, Any]:
    """What a message keeps for its readers: why it stands here, and who wrote when it is not the citizen."""
    made = dict(said.data)
    if verdict.weighed:
        made["thread"] = {"reason": verdict.reason, "weighed": [list(each) for each in verdict.weighed]}
    if address.id != contact.address:
        made["from"] = address.value
    return made


def twin(tx: Tx, said: Said, policies: Mapping[str, ChannelPolicy], queue: QueueId) -> Contact | None:
    """The contact of the same mail in another mailbox of ours. From now on it shows in both queues, and answers to
    either copy find it; nobody else is asked to answer."""
    if policies[said.channel].one_thread:
        return None  # only a mail is the same mail in another mailbox
    own = policies[said.channel].medium
    channels = [name for name, each in policies.items() if each.medium is own and name != said.channel]
    if not channels:
        return None
    found = tx.items.elsewhere(channels, said.external_id)
    if found is None or found[0] is None:
        return None
    contact = tx.contacts.get(found[0])
    if found[1] is not None:
        message = tx.messages.get(found[1])
        for reference in said.ids[:5]:
            tx.messages.remember(said.channel, reference, message)
    also = [*contact.data.get("also", ()), {"channel": said.channel, "queue": int(queue)}]
    if any(each["channel"] == said.channel for each in also[:-1]):
        return contact
    changed = tx.contacts.change(contact, data={**contact.data, "also": also[:20]})
    tx.emit(ContactEdited(about=contact.id, fields=("also",)), actor=f"channel:{said.channel}")
    return changed


def suppress(tx: Tx, bounce: Bounce, contact: ContactId, *, actor: str) -> None:
    """Write no more to an address that does not exist, or whose owner complained; of a copy's reader, to theirs."""
    reason, address = suppression.why(bounce), tx.people.address(contact)
    if not reason:
        return
    if bounce.recipient and bounce.recipient != address.value:
        other = tx.people.find(address.medium, bounce.recipient)
        if other is None:
            return
        address = other
    tx.people.suppress(address, reason)
    tx.emit(ContactEdited(about=contact, fields=("suppressed",)), actor=actor)
