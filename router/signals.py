"""What a citizen's signals (opened, chose, asked for a person, left) do to a contact, inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from router import identity
from router.events import ContactChanged, ContactEdited, ContactOpened, ContactQueued, MessageAdded, OfferEnded
from router.model import OutKind, QueueId, Said, Signal, SignalKind
from router.ports import Tx
from router.records import Contact, ContactState, Direction, KnownAddress
from router.rules import phrases, states, text, triage
from router.rules.triage import ChannelPolicy

AGAIN = timedelta(seconds=30)  #: an agent who could not be connected is not asked again for so long
#: What it carries of one wait: other ways, and one taken; where rules moved it, and which steps it had.
_OF_A_WAIT = ("instead", "callback", "left", "via", "overflow")


def apply(tx: Tx, signal: Signal, policy: ChannelPolicy, address: KnownAddress, key: str,
          queue: QueueId) -> Contact | None:
    """The contact after the signal; None when it concerns none."""
    if signal.kind in (SignalKind.OPT_OUT, SignalKind.OPT_IN):
        return _consent(tx, signal, policy, address, key)
    if signal.kind is SignalKind.RECOGNISED:
        identity.recognise(tx, signal, address)
        return tx.contacts.newest_on(signal.channel, key)
    contact = tx.contacts.live_on(signal.channel, key)
    if signal.kind is SignalKind.LEFT:
        return None if contact is None else leave(tx, contact, policy, signal)
    if signal.kind is SignalKind.TRANSCRIPT:
        return contact or tx.contacts.newest_on(signal.channel, key)
    if signal.kind is SignalKind.STATED:
        facts = identity.stated(signal)
        return _remember(tx, contact, facts, f"customer:{address.customer}") if contact and facts else contact
    if contact is None and policy.connects:
        over = tx.contacts.newest_on(signal.channel, key)
        if over is not None:
            return over  # a call that ended cannot ask for anything; its last steps may arrive late
    if contact is None:
        contact = _open(tx, signal, policy, address, key)
    actor = f"customer:{address.customer}"
    if signal.kind is SignalKind.CHOICE and signal.value.strip():
        note(tx, contact, text.clean(signal.value)[:500], actor=actor, kind="choice")
    elif signal.kind is SignalKind.CONNECTED:
        note(tx, contact, "", actor=actor, kind="connected")
    elif signal.kind is SignalKind.CALLBACK:
        number = text.clean(signal.value)[:40]
        note(tx, contact, number, actor=actor, kind="callback")
        contact = _remember(tx, contact, {"callback": number}, actor)
        if contact.state is ContactState.SELF_SERVICE:
            contact = enqueue(tx, contact, queue, reason="callback", actor=actor)
    elif signal.kind is SignalKind.ENQUEUE and contact.state is ContactState.SELF_SERVICE:
        contact = enqueue(tx, contact, queue, reason="asked", actor=actor, language=signal.language)
    elif signal.kind is SignalKind.ENQUEUE and contact.state is ContactState.ACTIVE and signal.data.get("missed"):
        contact = missed(tx, contact, contact.queue or queue, actor)
    return contact


def starting(said: Said) -> Signal:
    """A start word of somebody who had said stop."""
    return Signal(channel=said.channel, external_id=said.external_id, sender=said.sender, at=said.at,
                  kind=SignalKind.OPT_IN, value=said.text, thread=said.thread, language=said.language,
                  data=said.data["start"])


def _consent(tx: Tx, signal: Signal, policy: ChannelPolicy, address: KnownAddress, key: str) -> Contact | None:
    """Remember what the citizen allows. Where the channel asks for it a change is confirmed, once: the confirmation is
    the one message that may still go to who said stop."""
    stops = signal.kind is SignalKind.OPT_OUT
    changes = (address.opted_out_at is None) is stops
    if changes:
        tx.people.opt_out(address, tx.now if stops else None)
    contact = tx.contacts.live_on(signal.channel, key)
    if not (changes and signal.data.get("confirm")):
        return contact
    contact = contact or tx.contacts.newest_on(signal.channel, key) or _closed(tx, signal, policy, address, key)
    note(tx, contact, text.clean(signal.value)[:200], actor=f"customer:{address.customer}", kind=signal.kind.value)
    words = phrases.say("stopped" if stops else "started", signal.language or contact.language)
    message = tx.messages.add(contact.id, Direction.OUT, at=tx.now, text=words, language=contact.language,
                              kind=OutKind.ACK.value, data={"consent": signal.kind.value, "lane": "answer"})
    delivery = tx.outbox.add(message, contact, OutKind.ACK, key=f"consent:{signal.channel}:{signal.external_id}",
                             data={})
    tx.emit(MessageAdded(about=contact.id, message=message.id, direction="out", delivery=delivery.id,
                         channel=contact.channel), actor="router")
    return contact


def missed(tx: Tx, contact: Contact, queue: QueueId, actor: str) -> Contact:
    """The agent accepted but could not be connected: back into the queue in its place; this agent is not asked again
    for a moment."""
    assert contact.agent is not None
    note(tx, contact, "", actor=actor, kind="agent-missed")
    changed = tx.contacts.change(
        contact, state=states.move(contact.state, ContactState.WAITING), queue=queue, agent=None, answered_at=None,
        queued_at=contact.queued_at or tx.now, excluded=(*contact.excluded, contact.agent))
    tx.timers.set("reoffer", contact.id, tx.now + AGAIN)
    tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value,
                           was_agent=contact.agent, reason="agent-missed"), actor=actor)
    tx.emit(ContactQueued(about=contact.id, queue=queue, reason="agent-missed"), actor=actor)
    return changed


def enqueue(tx: Tx, contact: Contact, queue: QueueId, *, reason: str, actor: str, language: str = "",
            data: Mapping[str, Any] | None = None) -> Contact:
    """Put a contact into a queue as of now; what was decided about it before is forgotten, but not who had it. So is
    what was held out instead of a wait that is over."""
    known = contact.data if data is None else data
    if contact.state is not ContactState.SELF_SERVICE:
        known = {name: value for name, value in known.items() if name not in _OF_A_WAIT}
    changed = tx.contacts.change(
        contact, state=states.move(contact.state, ContactState.WAITING), queue=queue, queued_at=tx.now, agent=None,
        last_agent=contact.agent or contact.last_agent, excluded=(), step=0, answered_at=None, closed_at=None,
        disposition="", language=language or contact.language, data=known)
    tx.timers.clear("wake", contact.id)
    if contact.state is not ContactState.SELF_SERVICE:
        tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value,
                               was_agent=contact.agent, reason=reason), actor=actor)
    moves = contact.queue not in (None, queue)
    why = {"from": tx.desk.queue(contact.queue).name} if moves and contact.queue is not None else {}
    tx.emit(ContactQueued(about=contact.id, queue=queue, reason=reason, why=why), actor=actor)
    return changed


def leave(tx: Tx, contact: Contact, policy: ChannelPolicy, signal: Signal) -> Contact:
    """The citizen hung up or closed the window."""
    actor = f"customer:{contact.customer}"
    kept = any(contact.data.get(each) for each in ("callback", "voicemail", "stated"))
    kept = kept or "write" in contact.data.get("instead", ())  # told that we have the message and shall write
    if contact.state in (ContactState.SELF_SERVICE, ContactState.WAITING, ContactState.OFFERED):
        note(tx, contact, text.clean(signal.value)[:200], actor=actor, kind="left")
        if kept:
            return _remember(tx, contact, {"left": True}, actor)
        if contact.state is ContactState.OFFERED:
            offer = tx.offers.live(contact.id)
            if offer is not None:
                tx.offers.end(offer.id, "rescinded")
                tx.timers.clear("offer", offer.id)
                tx.emit(OfferEnded(about=contact.id, offer=offer.id, agent=offer.agent, outcome="rescinded",
                                   reason="citizen-left"), actor=actor)
        return _end(tx, contact, ContactState.ABANDONED, actor)
    if contact.state is ContactState.ACTIVE and policy.connects:
        note(tx, contact, text.clean(signal.value)[:200], actor=actor, kind="left")
        return _end(tx, contact, ContactState.WRAP_UP, actor)
    return contact


def note(tx: Tx, contact: Contact, words: str, *, actor: str, kind: str) -> None:
    """A line for colleagues in the conversation; `kind` tells the console how to word it."""
    message = tx.messages.add(contact.id, Direction.SYSTEM, at=tx.now, text=words, kind=kind, data={"kind": kind})
    tx.emit(
        MessageAdded(about=contact.id, message=message.id, direction="system", channel=contact.channel), actor=actor
    )


def _end(tx: Tx, contact: Contact, state: ContactState, actor: str) -> Contact:
    ended = {"closed_at": tx.now, "agent": None} if state is ContactState.ABANDONED else {}
    changed = tx.contacts.change(contact, state=states.move(contact.state, state), **ended)
    tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=state.value, agent=changed.agent,
                           was_agent=contact.agent, reason="citizen-left"), actor=actor)
    return changed


def _open(tx: Tx, signal: Signal, policy: ChannelPolicy, address: KnownAddress, key: str) -> Contact:
    customer = tx.people.customer(address.customer)
    contact = tx.contacts.open(
        channel=signal.channel, medium=policy.medium.value, thread_key=key, customer=address.customer,
        address=address.id, state=ContactState.SELF_SERVICE, queue=None, priority=policy.priority, effort=policy.effort,
        language=triage.language(policy, signal.language, customer.language), segment=customer.segment,
        data=dict(signal.data))
    tx.emit(ContactOpened(about=contact.id, channel=signal.channel, medium=policy.medium.value,
                          customer=address.customer), actor=f"customer:{address.customer}")
    return contact


def _closed(tx: Tx, signal: Signal, policy: ChannelPolicy, address: KnownAddress, key: str) -> Contact:
    """A contact for a stranger's stop or start word: kept, and nobody's work."""
    contact = tx.contacts.open(
        channel=signal.channel, medium=policy.medium.value, thread_key=key, customer=address.customer,
        address=address.id, state=ContactState.CLOSED, queue=None, priority=policy.priority, effort=policy.effort,
        closed_at=tx.now, disposition="automatic",
        language=triage.language(policy, signal.language, tx.people.customer(address.customer).language))
    tx.emit(ContactOpened(about=contact.id, channel=signal.channel, medium=policy.medium.value,
                          customer=address.customer), actor=f"customer:{address.customer}")
    return contact


def _remember(tx: Tx, contact: Contact, facts: Mapping[str, Any], actor: str) -> Contact:
    changed = tx.contacts.change(contact, data={**contact.data, **facts})
    tx.emit(ContactEdited(about=contact.id, fields=tuple(facts)), actor=actor)
    return changed
