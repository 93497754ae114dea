"""Turns what happened into offers at once: keeps the picture, asks the rule, claims in the database. No policy here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from router.errors import Conflict, NotFound, Unavailable
from router.events import AgentChanged, ContactChanged, ContactEdited, ContactQueued, OfferEnded, OfferMade
from router.model import AgentId, ContactId, OfferId
from router.ports import Batch, Bus, Clock, Store, Tx
from router.records import AgentState, Contact, ContactState, Entry, Timer
from router.rules import assign, states
from router.rules.assign import Picture, Proposal

log = logging.getLogger("pishkhan.dispatch")
REOFFER = timedelta(seconds=30)  #: after so long those who declined may be asked again
_LIVE = (ContactState.WAITING, *states.HOLDING)


class Dispatch:
    """Event driven: nothing is ever polled. One per house."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, *, wrap_up: timedelta = timedelta(0),
                 away_after_missed: bool = True) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._wrap_up, self._away_after_missed = wrap_up, away_after_missed
        self._picture = Picture()
        self.decisions = 0  #: for metrics

    def explain(self, contact: ContactId) -> dict[str, Any]:
        """Why a contact still waits."""
        return assign.explain(self._picture, contact)

    async def run(self) -> None:
        """Until cancelled."""
        listener = self._bus.subscribe("dispatch", size=10_000)
        try:
            await self._reload()
            while True:
                what = await listener.get()
                if listener.lost:
                    listener.lost = False
                    await self._reload()
                elif isinstance(what, Batch):
                    await self._react(what.entries)
        finally:
            listener.close()

    async def _reload(self) -> None:
        def read(tx: Tx) -> Picture:
            picture = Picture()
            for queue in tx.desk.queues():
                picture.put_queue(queue)
            for agent in tx.desk.agents():
                picture.put_agent(agent)
            for contact in tx.contacts.in_state(*_LIVE):
                picture.put_contact(contact)
            return picture
        self._picture = await self._store.snapshot(read)
        await self._offer([c.id for c in self._picture.waiting()], ())

    async def _react(self, entries: Iterable[Entry]) -> None:
        contacts, agents, queues, follow = _touched(entries)
        if not (contacts or agents or queues):
            return
        if follow:
            await self._follow(follow)

        def read(tx: Tx) -> tuple[Any, ...]:
            return ([tx.contacts.get(c) for c in sorted(contacts)], [tx.desk.agent(a) for a in sorted(agents)],
                    [tx.desk.queue(q) for q in sorted(queues)])  # type: ignore[arg-type]
        found_contacts, found_agents, found_queues = await self._store.snapshot(read)
        for queue in found_queues:
            self._picture.put_queue(queue)
        for agent in found_agents:
            self._picture.put_agent(agent)
        for contact in found_contacts:
            if contact.agent is None and (was := self._picture.contacts.get(contact.id)) is not None and was.agent:
                agents.add(was.agent)
            self._picture.put_contact(contact)
        if queues:
            await self._reload()
        else:
            await self._offer(contacts, agents)

    async def _offer(self, contacts: Iterable[ContactId], agents: Iterable[AgentId]) -> None:
        proposals = assign.propose(self._picture, contacts, agents, self._clock())
        while proposals:
            self.decisions += len(proposals)
            # Together, so that they share one commit; the writer still runs them one after the other.
            claimed = await asyncio.gather(*(self._claim(p) for p in proposals))
            refused = [p for p, done in zip(proposals, claimed, strict=True) if not done]
            if not refused:
                return
            await self._correct(refused)
            proposals = assign.propose(self._picture, [p.contact.id for p in refused], [p.agent.id for p in refused],
                                       self._clock())

    async def _claim(self, proposal: Proposal) -> bool:
        try:
            await self._store.run(lambda tx: claim(tx, proposal), name="offer")
        except (Conflict, NotFound) as error:
            log.info(
                "offer refused contact=%s agent=%s reason=%s", proposal.contact.id, proposal.agent.id, error.message
            )
            return False
        except Unavailable:
            log.error("offer could not be committed contact=%s", proposal.contact.id)
            return False
        return True

    async def _correct(self, refused: Iterable[Proposal]) -> None:
        """Put the real objects over what was reserved."""
        refused = list(refused)

        def read(tx: Tx) -> tuple[list[Contact], list[Any]]:
            return ([tx.contacts.get(p.contact.id) for p in refused], [tx.desk.agent(p.agent.id) for p in refused])
        contacts, agents = await self._store.snapshot(read)
        for agent in agents:
            self._picture.put_agent(agent)
        for contact in contacts:
            self._picture.put_contact(contact)

    async def _follow(self, follow: Iterable[tuple[str, int]]) -> None:
        """Timers that follow from what happened."""
        def unit(tx: Tx) -> None:
            for kind, contact in follow:
                if kind == "reoffer":
                    tx.timers.set("reoffer", contact, tx.now + REOFFER)
                elif self._wrap_up:
                    tx.timers.set("wrap-up", contact, tx.now + self._wrap_up)
        await self._store.run(unit, name="follow")

    # --- what timers do; each is a unit

    def expire(self, tx: Tx, timer: Timer) -> None:
        """An offer's deadline passed: the contact keeps its place, the agent is set away."""
        try:
            offer = tx.offers.end(OfferId(timer.subject), "expired")
        except Conflict:
            return
        contact = tx.contacts.get(offer.contact)
        give_back(tx, contact, offer.agent, reason="expired", actor="timer")
        tx.emit(OfferEnded(about=contact.id, offer=offer.id, agent=offer.agent, outcome="expired"), actor="timer")
        agent = tx.desk.agent(offer.agent)
        if self._away_after_missed and agent.state is AgentState.READY:
            tx.desk.set_agent(agent.id, state=AgentState.AWAY, reason="no-answer")
            tx.emit(AgentChanged(agent=agent.id, state="away", reason="no-answer"), actor="timer")

    def reoffer(self, tx: Tx, timer: Timer) -> None:
        """Those who declined may be asked again."""
        contact = tx.contacts.get(ContactId(timer.subject))
        if contact.state is ContactState.WAITING and contact.excluded:
            tx.contacts.change(contact, excluded=())
            tx.emit(ContactEdited(about=contact.id, fields=("excluded",)), actor="timer")

    def wake(self, tx: Tx, timer: Timer) -> None:
        """A snoozed contact is due."""
        contact = tx.contacts.get(ContactId(timer.subject))
        if contact.state is not ContactState.SNOOZED:
            return
        changed = tx.contacts.change(contact, state=ContactState.WAITING, queued_at=tx.now, agent=None, excluded=(),
                                     last_agent=contact.agent or contact.last_agent)
        tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value,
                               was_agent=contact.agent, reason="woke"), actor="timer")
        if changed.queue is not None:
            tx.emit(ContactQueued(about=contact.id, queue=changed.queue, reason="woke"), actor="timer")

    def end_wrap_up(self, tx: Tx, timer: Timer) -> None:
        """Wrap-up lasted long enough."""
        contact = tx.contacts.get(ContactId(timer.subject))
        if contact.state is ContactState.WRAP_UP and contact.state_since + self._wrap_up <= tx.now:
            tx.contacts.change(contact, state=ContactState.CLOSED, closed_at=tx.now, disposition="other", agent=None,
                               last_agent=contact.agent)
            tx.emit(ContactChanged(about=contact.id, was="wrap-up", state="closed", was_agent=contact.agent,
                                   reason="wrap-up-over", disposition="other"), actor="timer")


def claim(tx: Tx, proposal: Proposal) -> None:
    """waiting -> offered by compare-and-set; the database's own numbers decide whether there is room."""
    contact = tx.contacts.get(proposal.contact.id)
    if contact.state is not ContactState.WAITING or contact.version != proposal.contact.version:
        raise Conflict("the contact does not wait any more")
    agent = tx.desk.agent(proposal.agent.id)
    if agent.state is not AgentState.READY or not agent.active:
        raise Conflict("the agent is not ready any more")
    load = sum(assign.cost(agent, c) or c.effort for c in tx.contacts.held_by(agent.id))
    if load + assign.cost(agent, contact) > agent.capacity:
        raise Conflict("the agent has no room")
    assert contact.queue is not None
    queue = tx.desk.queue(contact.queue)
    tx.contacts.change(contact, state=states.move(contact.state, ContactState.OFFERED), agent=agent.id)
    expires = tx.now + timedelta(seconds=queue.accept_seconds)
    offer = tx.offers.make(contact, agent, expires_at=expires, why=proposal.why)
    tx.timers.set("offer", offer.id, expires)
    tx.emit(OfferMade(about=contact.id, offer=offer.id, agent=agent.id, why=proposal.why), actor="router")


def give_back(tx: Tx, contact: Contact, agent: AgentId, *, reason: str, actor: str) -> Contact:
    """offered -> waiting, keeping the place; this agent is not asked again for a while."""
    changed = tx.contacts.change(contact, state=states.move(contact.state, ContactState.WAITING), agent=None,
                                 excluded=(*contact.excluded, agent))
    assert changed.queue is not None
    tx.emit(ContactQueued(about=contact.id, queue=changed.queue, reason=reason), actor=actor)
    return changed


def _touched(entries: Iterable[Entry]) -> tuple[set[ContactId], set[AgentId], set[int], list[tuple[str, int]]]:
    contacts: set[ContactId] = set()
    agents: set[AgentId] = set()
    queues: set[int] = set()
    follow: list[tuple[str, int]] = []
    for entry in entries:
        if entry.contact is not None and entry.name not in ("message-added", "delivery-changed", "item-taken"):
            contacts.add(entry.contact)
        agents.update(AgentId(entry.data[k]) for k in ("agent", "was_agent") if entry.data.get(k) is not None)
        if entry.name == "queue-changed":
            queues.add(entry.data["queue"])
        if (
            entry.contact is not None
            and entry.name == "offer-ended"
            and entry.data["outcome"] in ("declined", "expired")
        ):
            follow.append(("reoffer", entry.contact))
        if entry.contact is not None and entry.name == "contact-changed" and entry.data["state"] == "wrap-up":
            follow.append(("wrap-up", entry.contact))
    return contacts, agents, queues, follow
