"""The units of work around one hand-over: may it go, what became of it, where does it go instead. No network here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from router.errors import Capped, Doubtful, Looping, NotFound, OptedOut, SendError, Suppressed
from router.events import ChannelAlarm, ContactEdited, DeliveryChanged, DeliveryRerouted
from router.model import ORDERS, Address, DeliveryId, DeliveryState, Medium, Outbound, OutKind, Sent
from router.ports import Tx
from router.records import Delivery, KnownAddress, Timer
from router.rules import loopguard, outgoing, retry
from router.rules.outgoing import Outgoing

_BY_ITSELF = frozenset({OutKind.ACK, OutKind.NOTICE})
Plan = Mapping[str, Outgoing]


def reconcile(tx: Tx) -> None:
    """Whatever was being sent when the process died becomes uncertain."""
    for delivery in tx.outbox.interrupted():
        changed = tx.outbox.fail(delivery.id, state=DeliveryState.UNCERTAIN.value, error=Doubtful.code,
                                 detail="the process ended while this was being sent", due_at=None)
        tell(tx, changed)


def claim(tx: Tx, delivery: Delivery, plan: Plan) -> Outbound | None:
    """Mark it as being sent; None when somebody else took it, the channel was paused, or something forbids it."""
    if delivery.channel in tx.channels.paused():
        return None
    if plan[delivery.channel].forwards and not delivery.trail:
        moved = _elsewhere(tx, delivery, plan)
        if moved is not None:  # by the address that the citizen gave; it is claimed there in its turn
            tell(tx, moved)
            return None
    out = tx.outbox.claim(delivery.id, tx.now)
    if out is None:
        return None
    forbidden = _forbidden(tx, out, plan[out.channel])
    if forbidden is None:
        return out
    if isinstance(forbidden, Looping | Capped):
        _alarm(tx, out, forbidden.provider_code, plan[out.channel].zone)
    settle(tx, out, forbidden, plan)
    return None


def _alarm(tx: Tx, out: Outbound, kind: str, zone: str) -> None:
    """Once a day and cause: a thousand messages that wait for tomorrow are one alarm. Loops are told each time."""
    if kind.startswith("cap-"):
        day = outgoing.day_of(tx.now, zone)
        if tx.outbox.spent(out.channel, day, [f"!{kind}"]):
            return
        tx.outbox.spend(out.channel, day, {f"!{kind}": 1})
    tx.emit(ChannelAlarm(about=out.contact, channel=out.channel, kind=kind, delivery=out.delivery), actor="outbox")


def _forbidden(tx: Tx, out: Outbound, way: Outgoing) -> SendError | None:
    address = _reached(tx, out)
    if out.data.get("consent"):
        return None  # the word that a stop or start was understood
    if address.opted_out_at is not None:
        return OptedOut("the citizen said stop at this address")
    if address.suppressed:
        return Suppressed("mail systems report that this address takes nothing", provider_code=address.suppressed)
    # Calls are no words: a telephone that does not answer may be rung again.
    if out.kind in ORDERS:
        return None
    if loopguard.repeats(tx.outbox.repeated(out.delivery, tx.now - loopguard.WINDOW), way.repeats):
        return Looping("the same words went to this address too often", provider_code="same-text")
    if out.kind in _BY_ITSELF and loopguard.answers_everything(
            tx.outbox.history(address.id, limit=loopguard.HISTORY)):
        return Looping("a machine answers at this address", provider_code="robot")
    return _account(tx, out, way)


def _account(tx: Tx, out: Outbound, way: Outgoing) -> SendError | None:
    if way.caps is None:
        return None
    asked = outgoing.account(out, way.caps, tx.now, way.zone)
    spent = tx.outbox.spent(out.channel, asked.day, asked.scopes)
    refused = outgoing.refusal(asked, spent, way.caps, tx.now, way.zone)
    if refused is None:
        tx.outbox.spend(out.channel, asked.day, {scope: spent.get(scope, 0) + asked.needs for scope in asked.scopes})
    return refused


def settle(tx: Tx, out: Outbound, outcome: Sent | SendError, plan: Plan) -> Delivery:
    """What the provider answered. A message that certainly failed may go on by another channel."""
    if isinstance(outcome, Sent):
        changed = tx.outbox.settle(out.delivery, outcome)
        tell(tx, changed)
        if watched(out, plan):
            tx.timers.set("follow-up", out.delivery, tx.now + plan[out.channel].follow_up)
        return changed
    following = retry.after(outcome, out.attempt, tx.now, plan[out.channel].schedule)
    changed = tx.outbox.fail(out.delivery, state=following.state.value, error=outcome.code,
                             detail=outcome.provider_code or outcome.detail, due_at=following.due_at,
                             parts=outcome.parts)
    if isinstance(outcome, OptedOut) and _reached(tx, out).opted_out_at is None:
        tx.people.opt_out(_reached(tx, out), tx.now)
    if isinstance(outcome, Suppressed) and not _reached(tx, out).suppressed:
        # The server that should take it says that there is no such address: as good as a mail that came back.
        tx.people.suppress(_reached(tx, out), "bounced")
        tx.emit(ContactEdited(about=out.contact, fields=("suppressed",)), actor="outbox")
    if changed.state is DeliveryState.FAILED and outgoing.hands_over(outcome) and not out.parts_done:
        moved = _elsewhere(tx, changed, plan)
        changed = changed if moved is None else moved
    tell(tx, changed)
    return changed


def reported(tx: Tx, delivery: Delivery, plan: Plan) -> Delivery:
    """A delivery that a provider's report has just ended; the same ways on are open to it."""
    moved = _elsewhere(tx, delivery, plan) if delivery.state is DeliveryState.FAILED else None
    return delivery if moved is None else moved


def watched(out: Outbound, plan: Plan) -> bool:
    """Whether it matters that this message is not only sent but got."""
    return out.kind is OutKind.REPLY and bool(plan[out.channel].follow_up)


def follow_up(tx: Tx, timer: Timer, plan: Plan) -> None:
    """An answer was sent and nobody is known to have got it: it goes on by another channel, if there is one."""
    try:
        delivery = tx.outbox.get(DeliveryId(timer.subject))
    except NotFound:
        return
    if delivery.state is DeliveryState.SENT and delivery.channel in plan:
        moved = _elsewhere(tx, replace(delivery, error="not-got"), plan)
        if moved is not None:
            tell(tx, moved)


def _elsewhere(tx: Tx, failed: Delivery, plan: Plan) -> Delivery | None:
    first = failed.trail[0]["channel"] if failed.trail else failed.channel
    tried = [failed.channel, *(each["channel"] for each in failed.trail)]
    contact = tx.contacts.get(failed.contact)
    # What the citizen said of themself reaches them too, after what is known to be theirs.
    stated = [tx.people.known(Address(medium=Medium(each["medium"]), value=each["value"]), contact.language)
              for each in contact.data.get("stated", ())]
    addresses = [tx.people.address(failed.contact), *tx.people.of_customer(contact.customer), *stated]
    found = outgoing.next_way(tried, plan, first, addresses, tx.channels.paused())
    if found is None:
        return None
    channel, address = found
    moved = tx.outbox.reroute(failed.id, channel=channel, address=address.id, error=failed.error)
    tx.emit(DeliveryRerouted(about=failed.contact, delivery=failed.id, message=failed.message,
                             was_channel=failed.channel, channel=channel, error=failed.error), actor="outbox")
    return moved


def _reached(tx: Tx, out: Outbound) -> KnownAddress:
    """The address that this message goes to: the contact's own, or the one of its way around."""
    own = tx.people.address(out.contact)
    if own.medium is out.to.medium and own.value == out.to.value:
        return own
    return tx.people.known(replace(out.to, name=""), "")


def tell(tx: Tx, delivery: Delivery) -> None:
    """Journal how it stands now."""
    tx.emit(DeliveryChanged(about=delivery.contact, delivery=delivery.id, message=delivery.message,
                            state=delivery.state.value, error=delivery.error), actor="outbox")
