"""What people decide about threads: a contact that claims to belong to another is joined to it; an address that came
back is written to again. Plain units of work, and their routes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from agents import holding, reading
from agents.asks import number_of
from agents.given import Given
from agents.guard import who
from agents.schemas import fields, obj, ref
from router.errors import Conflict
from router.events import ContactEdited, CustomerChanged
from router.model import AddressId, ContactId, CustomerId
from router.records import Agent, Contact, ContactState
from router.routes import Access, Route
from router.rules.states import ENDED
from router.signals import enqueue
from router.web import json_answer
from storage.tx import StoreTx

_READERS = 50


def reading_along(contact: Contact, addresses: Sequence[str]) -> list[dict[str, str]]:
    """Who may write in a contact besides its citizen, with some more."""
    found = {each["address"]: dict(each) for each in contact.data.get("people", ())}
    for address in addresses:
        found.setdefault(address, {"address": address, "name": ""})
    return list(found.values())[:_READERS]


def add_readers(tx: StoreTx, contact: Contact, addresses: Sequence[str], *, by: str) -> Contact:
    """Whoever gets a copy may answer in the same contact from now on."""
    people = reading_along(contact, addresses)
    if people == list(contact.data.get("people", ())):
        return contact
    changed = tx.contacts.change(contact, data={**contact.data, "people": people})
    tx.emit(ContactEdited(about=contact.id, fields=("people",)), actor=by)
    return changed


def join(tx: StoreTx, agent: Agent, number: ContactId) -> Contact:
    """A contact that claims to belong to another: its messages go there, its sender may write there, and it is closed.
    Conflict when it claims nothing; the target as it is now."""
    found = holding.workable(tx, agent, number)
    if not found.data.get("claims") or not found.data.get("related"):
        raise Conflict("this contact does not claim to belong to another")
    target = holding.readable(tx, agent, ContactId(int(found.data["related"])))
    if target.id == found.id or found.state in ENDED:
        raise Conflict("there is nothing to join any more")
    by = holding.actor(agent)
    sender = tx.people.address(found.id)
    if found.state is ContactState.OFFERED:
        found = holding.rescind(tx, found, reason="joined", actor=by)
    changed = add_readers(tx, target, [sender.value], by=by)
    for message in tx.messages.move(found.id, target.id):
        holding.tell(tx, message, changed, by=by)
    holding.shift(tx, found, ContactState.CLOSED, by=by, reason="joined", closed_at=tx.now, agent=None,
                  last_agent=found.agent or found.last_agent, disposition="joined",
                  data={**found.data, "claims": False, "joined": target.id})
    if changed.state in ENDED and changed.queue is not None:
        changed = enqueue(tx, changed, changed.queue, reason="reopened", actor=by)
    return changed


def lift(tx: StoreTx, agent: Agent, address: AddressId) -> CustomerId:
    """Write to an address again although mail came back. NotFound when there is none."""
    found = tx.people.addresses([address]).get(address)
    if found is None or not found.suppressed:
        raise Conflict("nothing stands against this address")
    tx.people.suppress(found, "")
    tx.emit(CustomerChanged(customer=found.customer), actor=holding.actor(agent))
    return found.customer


class Threading:
    """The routes of both."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        post = partial(Route, method="POST", access=Access.AGENT, api=True, errors=(404, 409), body=fields())
        return [
            post(path="/api/contacts/{id}/join", handler=self.join, answer=obj(contact=ref("Contact")),
                 summary="Join a contact to the one it claims to belong to"),
            post(path="/api/addresses/{id}/lift", handler=self.lift, answer=obj(customer=ref("Customer")),
                 summary="Write again to an address whose mail came back")]

    async def join(self, request: web.Request) -> web.Response:
        """The claim was true."""
        agent, contact = who(request), ContactId(number_of(request))
        changed = await self._given.store.run(lambda tx: join(tx, agent, contact))
        view = await self._given.store.snapshot(lambda tx: reading.contact_view(
            tx, changed.id, self._given.routing.plan))
        return json_answer({"contact": view})

    async def lift(self, request: web.Request) -> web.Response:
        """Try once more."""
        agent, address, plan = who(request), AddressId(number_of(request)), self._given.routing.plan

        def unit(tx: StoreTx) -> CustomerId:
            found = tx.people.addresses([address]).get(address)
            if found is not None:
                reading.customer(tx, agent, found.customer, plan)  # NotFound where the agent may not read the file
            return lift(tx, agent, address)
        customer = await self._given.store.run(unit)
        view = await self._given.store.snapshot(lambda tx: reading.customer(tx, agent, customer, plan))
        return json_answer({"customer": view["customer"]})
