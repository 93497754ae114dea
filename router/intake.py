"""Takes inbound items in: one transaction each, committed before anybody is told. Knows no channel and no network."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from router import belonging, handwork, identity, instead, opening, signals
from router.dialogue import Flow, Silent
from router.errors import NotFound
from router.events import ContactChanged, ContactOpened, ContactQueued, DeliveryChanged, ItemTaken, MessageAdded
from router.model import Attachment, Fate, Item, ItemId, OutKind, QueueId, Receipt, Said, Signal, SignalKind
from router.ports import Accepted, Blobs, Bus, Store, Tx
from router.records import Contact, ContactState, Delivery, Direction, KnownAddress, Line, Message
from router.rules import phrases, states, text, threads, triage
from router.rules.triage import ChannelPolicy

log = logging.getLogger("pishkhan.intake")
INLINE_RAW = 16_384  #: originals up to so many bytes are kept in the row, larger ones as a file
SUBJECT_CHARS = 300
WORDS = 1_000_000  #: characters of one message; the original is kept whole


class Intake:
    """See `router.ports.Accept`. `line_of` tells how a contact stands, inside the same transaction."""

    def __init__(self, store: Store, blobs: Blobs, bus: Bus, policies: Mapping[str, ChannelPolicy], *,
                 desk_names: Mapping[str, str], line_of: Callable[[Tx, Contact], Line],
                 ended: Callable[[Tx, Delivery], Delivery] = lambda tx, delivery: delivery,
                 flow: Flow | None = None, outlook: Callable[[Line], Line] = lambda line: line,
                 promise: Callable[[Tx, Contact], str] = lambda tx, contact: "",
                 transcript: Callable[[Tx, Contact, Signal], bool] = lambda tx, contact, signal: False) -> None:
        self._store, self._blobs, self._bus, self._policies = store, blobs, bus, policies
        self._desk_names, self._line_of, self._ended = desk_names, line_of, ended
        self._flow: Flow = flow or Silent()
        self._outlook, self._promise, self._transcript = outlook, promise, transcript

    async def __call__(self, item: Item) -> Accepted:
        """Returns after the commit; Unavailable when it cannot commit; NotFound for an unknown channel."""
        began = time.perf_counter()
        policy = self._policies.get(item.channel)
        if policy is None:
            raise NotFound(f"there is no channel {item.channel!r}")
        if isinstance(item, Signal) and item.kind is SignalKind.TYPING:
            return await self._typing(item, policy)
        raw, digest = item.raw, ""
        if len(raw) > INLINE_RAW:
            raw, digest = b"", await self._blobs.put(raw)
        if isinstance(item, Said):
            files = [await self._store_upload(u.name, u.media_type, u.content, u.inline_id) for u in item.uploads]
            said = replace(item, uploads=(), raw=b"")
            accepted = await self._store.run(
                lambda tx: self._take_said(tx, said, policy, raw, digest, files), name="said"
            )
        elif isinstance(item, Receipt):
            accepted = await self._store.run(lambda tx: self._take_receipt(tx, item, raw, digest), name="receipt")
        else:
            accepted = await self._store.run(lambda tx: self._take_signal(tx, item, policy, raw, digest), name="signal")
        log.info("item channel=%s fate=%s reason=%s message=%s ms=%.1f", item.channel, accepted.fate, accepted.reason,
                 accepted.message, (time.perf_counter() - began) * 1000)
        return accepted if accepted.line is None else replace(accepted, line=self._outlook(accepted.line))

    async def _store_upload(self, name: str, media_type: str, content: bytes, inline_id: str) -> Attachment:
        return Attachment(name=text.clean(name)[:200] or "file", media_type=media_type, size=len(content),
                          digest=await self._blobs.put(content), inline_id=inline_id)

    async def _typing(self, signal: Signal, policy: ChannelPolicy) -> Accepted:
        contact = await self._store.snapshot(lambda tx: tx.contacts.live_on(signal.channel, _key(signal, policy)))
        if contact is not None:
            preview = {"text": text.clean(signal.value)[:500]} if signal.value else {}
            self._bus.whisper("typing", contact.id, {"who": "customer", **preview})
        return Accepted(fate=Fate.SIGNAL, reason="typing")

    # --- receipts

    def _take_receipt(self, tx: Tx, receipt: Receipt, raw: bytes, digest: str) -> Accepted:
        item = None
        if receipt.external_id:
            item = tx.items.claim(receipt.channel, receipt.external_id, "receipt", raw=raw, digest=digest)
            if item is None:
                return Accepted(fate=Fate.DUPLICATE, reason="receipt")
        delivery = tx.outbox.receipt(receipt)
        reason = "" if delivery else "unknown-part"
        fate = Fate.RECEIPT if delivery else Fate.IGNORED
        if item is not None:
            tx.items.settle(item, fate, reason, contact=delivery.contact if delivery else None,
                            message=delivery.message if delivery else None)
        if delivery is not None:
            handwork.stepped(tx, receipt, delivery)
            actor = receipt.by_hand.actor if receipt.by_hand else f"channel:{receipt.channel}"
            _tell_delivery(tx, self._ended(tx, delivery), actor)
        return Accepted(fate=fate, reason=reason, message=delivery.message if delivery else None)

    # --- signals

    def _take_signal(self, tx: Tx, signal: Signal, policy: ChannelPolicy, raw: bytes, digest: str) -> Accepted:
        item = None
        if signal.external_id:
            item = tx.items.claim(signal.channel, signal.external_id, signal.kind.value, raw=raw, digest=digest)
            if item is None:
                return self._duplicate(tx, signal.channel, signal.external_id)
        address = tx.people.known(signal.sender, signal.language)
        contact = signals.apply(
            tx, signal, policy, address, _key(signal, policy), self._queue(tx, policy, signal.value)
        )
        told = None
        if contact is not None and signal.kind is SignalKind.TRANSCRIPT:
            self._transcript(tx, contact, signal)
        elif contact is not None:
            contact, told = self._flow.signalled(tx, policy, contact, signal)
        if item is not None:
            tx.items.settle(item, Fate.SIGNAL, signal.kind.value, contact=contact.id if contact else None, message=None)
        return Accepted(fate=Fate.SIGNAL, reason=signal.kind.value, told=told,
                        line=self._line_of(tx, contact) if contact is not None else None)

    def _queue(self, tx: Tx, policy: ChannelPolicy, wanted: str) -> QueueId:
        return opening.queue_for(tx, wanted, policy.queue).id

    def _duplicate(self, tx: Tx, channel: str, external_id: str) -> Accepted:
        fate, contact, message = tx.items.earlier(channel, external_id)
        known = tx.contacts.get(contact) if contact is not None else None
        return Accepted(fate=Fate.DUPLICATE, reason=f"was {fate}" if fate else "", message=message,
                        line=self._line_of(tx, known) if known is not None else None,
                        told=self._flow.standing(tx, known) if known is not None else None)

    # --- messages

    def _take_said(self, tx: Tx, said: Said, policy: ChannelPolicy, raw: bytes, digest: str,
                   files: list[Attachment]) -> Accepted:
        item = tx.items.claim(said.channel, said.external_id, "said", raw=raw, digest=digest)
        if item is None:
            return self._duplicate(tx, said.channel, said.external_id)
        if (unspoken := self._unspoken(tx, item, said)) is not None:
            return unspoken
        if (twin := belonging.twin(tx, said, self._policies, self._queue(tx, policy, said.queue))) is not None:
            return _settled(tx, item, said, Fate.DUPLICATE, "other-mailbox", twin, line=Line(contact=twin))
        address = tx.people.known(said.sender, said.language)
        if address.opted_out_at is not None and "start" in said.data:
            contact = signals.apply(tx, signals.starting(said), policy, address, _key(said, policy),
                                    self._queue(tx, policy, said.queue))
            return _settled(tx, item, said, Fate.SIGNAL, SignalKind.OPT_IN.value, contact)
        if address.opted_out_at is not None and not said.automatic and not policy.consent_by_word:
            tx.people.opt_out(address, None)  # whoever writes to us again wants our answer
        if address.suppressed and not said.automatic and not said.bounce:
            tx.people.suppress(address, "")  # nor is gone who writes to us
        if said.vouched:
            address = identity.prove(tx, said, address)
        verdict = belonging.where(tx, said, policy, address, _key(said, policy))
        contact = verdict.contact
        fate = Fate.AUTOMATIC if said.automatic or said.bounce else Fate.CONTINUES if contact else Fate.NEW
        answered = self._flow.answers(tx, policy, contact, said, address)
        if contact is None:
            contact = self._open(tx, said, policy, address, verdict, answered)
        message = self._append(tx, said, contact, files, {
            **belonging.noted(said, verdict, contact, address), **handwork.numbered(tx, said, contact)})
        contact = self._advance(tx, said, policy, contact, verdict, address, answered)
        contact = instead.answered(tx, said, handwork.promised(tx, said, contact))
        told = None
        if answered:
            contact, told = self._flow.heard(tx, policy, contact, said, message)
        elif fate is Fate.NEW:
            self._acknowledge(tx, said, policy, contact, address)
        if "cut" in said.data and fate is not Fate.AUTOMATIC:
            self._tell_cut(tx, said, contact)
        settled = _settled(tx, item, said, fate, said.automatic or verdict.reason, contact, message,
                           line=Line(contact=contact))
        return replace(settled, told=told)

    def _unspoken(self, tx: Tx, item: ItemId, said: Said) -> Accepted | None:
        """What is nobody's word to us: not understood, not for us, or a mail system's report on a message of ours."""
        if said.quarantine:
            return _settled(tx, item, said, Fate.QUARANTINED, said.quarantine)
        if said.ignored:
            return _settled(tx, item, said, Fate.IGNORED, said.ignored)
        delivery = tx.outbox.bounce(said.channel, said.bounce) if said.bounce is not None else None
        if said.bounce is None or delivery is None:
            return None
        delivery = self._ended(tx, delivery)
        belonging.suppress(tx, said.bounce, delivery.contact, actor=f"channel:{said.channel}")
        _tell_delivery(tx, delivery, f"channel:{said.channel}")
        return _settled(tx, item, said, Fate.BOUNCE, said.bounce.code, tx.contacts.get(delivery.contact), message=None)

    def _open(
        self, tx: Tx, said: Said, policy: ChannelPolicy, address: KnownAddress, verdict: threads.Verdict, answered: bool
    ) -> Contact:
        customer = tx.people.customer(address.customer)
        waits = triage.waits(said) and not answered
        begins = ContactState.SELF_SERVICE if answered else ContactState.WAITING if waits else ContactState.CLOSED
        data = {**identity.stated(said), **belonging.opening(said, verdict)}
        contact = tx.contacts.open(
            channel=said.channel, medium=policy.medium.value, thread_key=_key(said, policy), customer=address.customer,
            address=address.id, state=begins,
            queue=self._queue(tx, policy, said.queue), subject=text.clean(said.subject)[:SUBJECT_CHARS],
            language=triage.language(policy, said.language, customer.language), priority=policy.priority,
            effort=policy.effort, segment=customer.segment, queued_at=tx.now if waits else None,
            closed_at=None if waits or answered else tx.now,
            disposition="" if waits or answered else "automatic", data=data)
        actor = said.by_hand.actor if said.by_hand else f"customer:{address.customer}"
        tx.emit(ContactOpened(about=contact.id, channel=said.channel, medium=policy.medium.value,
                              customer=address.customer), actor=actor)
        if waits:
            assert contact.queue is not None
            tx.emit(ContactQueued(about=contact.id, queue=contact.queue, reason="new",
                                  why={"queue": said.queue or policy.queue, "thread": verdict.reason}), actor=actor)
        return contact

    def _append(self, tx: Tx, said: Said, contact: Contact, files: list[Attachment],
                data: Mapping[str, Any]) -> Message:
        message = tx.messages.add(
            contact.id, Direction.IN, at=min(said.at, tx.now), text=text.clean(said.text, limit=WORDS),
            html=text.clean(said.html, limit=WORDS), new_text=text.clean(said.new_text, limit=WORDS),
            subject=text.clean(said.subject)[:SUBJECT_CHARS], author=text.clean(said.sender.name)[:200],
            external_id=said.external_id[:500], automatic=said.automatic, language=said.language, data=dict(data),
            attachments=files)
        for reference in said.ids[:5]:
            tx.messages.remember(said.channel, reference, message)
        tx.emit(MessageAdded(about=contact.id, message=message.id, direction="in", channel=said.channel),
                actor=said.by_hand.actor if said.by_hand else f"customer:{contact.customer}")
        return message

    def _advance(
        self, tx: Tx, said: Said, policy: ChannelPolicy, contact: Contact, verdict: threads.Verdict,
        address: KnownAddress, answered: bool
    ) -> Contact:
        """What a new word of the citizen does to a contact that was there."""
        if verdict.contact is None or said.automatic or said.bounce:
            return contact
        actor = f"customer:{contact.customer}"
        data = {**contact.data, **identity.stated(said), **belonging.growing(said, contact, address)}
        if contact.state is ContactState.WRAP_UP and not answered:
            changed = tx.contacts.change(contact, state=states.move(contact.state, ContactState.ACTIVE), data=data)
            tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value,
                                   agent=changed.agent, was_agent=contact.agent, reason="citizen-wrote"), actor=actor)
            return changed
        reason = {ContactState.SELF_SERVICE: "asked", ContactState.SNOOZED: "woke", ContactState.CLOSED: "reopened",
                  ContactState.ABANDONED: "reopened"}.get(contact.state)
        data |= {"voicemail": True} if said.data.get("voicemail") else {}
        if reason is None or answered:
            return tx.contacts.change(contact, data=data) if data != contact.data else contact
        return signals.enqueue(tx, contact, self._queue(tx, policy, said.queue) if said.queue or contact.queue is None
                               else contact.queue, reason=reason, actor=actor, data=data)

    def _acknowledge(self, tx: Tx, said: Said, policy: ChannelPolicy, contact: Contact, address: KnownAddress) -> None:
        if not policy.acknowledge:
            return
        already = tx.outbox.acknowledged(address.id, tx.now - timedelta(hours=24))
        if not triage.acknowledges(policy, said, already=already):
            return
        words = phrases.say("acknowledge", contact.language, desk=self._desk_names.get(contact.language, ""),
                            reference=contact.reference)
        words = "\n".join(filter(None, (words, self._promise(tx, contact))))
        self._says(tx, contact, words, OutKind.ACK, f"ack:{contact.id}")

    def _tell_cut(self, tx: Tx, said: Said, contact: Contact) -> None:
        """Not all of the message could be taken in; its sender learns it."""
        words = phrases.say("cut", contact.language, size=f"{said.data['cut']['bytes'] / 1e6:.0f}")
        self._says(tx, contact, words, OutKind.NOTICE, f"cut:{said.channel}:{said.external_id}")

    def _says(self, tx: Tx, contact: Contact, words: str, kind: OutKind, key: str) -> None:
        message = tx.messages.add(
            contact.id, Direction.OUT, at=tx.now, text=words, language=contact.language, kind=kind.value,
            subject=phrases.say("acknowledge-subject", contact.language))
        delivery = tx.outbox.add(message, contact, kind, key=key, data={})
        tx.emit(MessageAdded(about=contact.id, message=message.id, direction="out", delivery=delivery.id,
                             channel=contact.channel), actor="router")


def _key(item: Said | Signal, policy: ChannelPolicy) -> str:
    """The thread on the channel; "" where only tokens and references tell (mail)."""
    return item.thread.key or (item.sender.value if policy.one_thread else "")


def _tell_delivery(tx: Tx, delivery: Delivery, actor: str) -> None:
    tx.emit(DeliveryChanged(about=delivery.contact, delivery=delivery.id, message=delivery.message,
                            state=delivery.state.value, error=delivery.error), actor=actor)


def _settled(tx: Tx, item: ItemId, said: Said, fate: Fate, reason: str, contact: Contact | None = None,
             message: Message | None = None, line: Line | None = None) -> Accepted:
    tx.items.settle(
        item, fate, reason, contact=contact.id if contact else None, message=message.id if message else None
    )
    tx.emit(ItemTaken(about=contact.id if contact else None, item=item, fate=fate.value, reason=reason,
                      channel=said.channel, message=message.id if message else None), actor=f"channel:{said.channel}")
    return Accepted(fate=fate, reason=reason, line=line, message=message.id if message else None)
