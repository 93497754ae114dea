"""A customer's file as supervisors set it: what the customer counts for. Reads stand in `api`; nothing is sent."""

from __future__ import annotations

from datetime import UTC

from aiohttp import web

from agents import abilities, holding, reading
from agents.asks import number_of
from agents.given import Given
from agents.guard import who
from agents.schemas import obj, one_of, ref
from router.dispatch.offers import set_segments
from router.errors import Conflict
from router.events import CustomerChanged
from router.identity import SAID_AT
from router.model import CustomerId
from router.records import Agent
from router.routes import Access, Route
from router.rules.plan import SEGMENTS
from router.web import json_answer, json_body
from storage.tx import StoreTx


def set_segment(tx: StoreTx, by: Agent, customer: CustomerId, segment: str) -> None:
    """Say what a customer counts for; their contacts that are not over follow. The same again changes nothing.
    Conflict when the file was found to be another's."""
    found = tx.people.customer(customer)
    if (into := found.data.get("joined")) is not None:
        raise Conflict(f"this file was joined to customer {into}")
    said = {**found.data, SAID_AT: tx.now.astimezone(UTC).isoformat()}
    if found.segment == segment:
        if SAID_AT not in found.data:  # a person stands by it from now on
            tx.people.change(customer, data=said)
        return
    tx.people.change(customer, segment=segment, data=said)
    tx.emit(CustomerChanged(customer=customer, fields=("segment",), segment=segment, was_segment=found.segment),
            actor=holding.actor(by))
    set_segments(tx, customer, segment, actor=holding.actor(by))


class CustomerFiles:
    """One call."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/api.md."""
        return [Route(method="POST", path="/api/customers/{id}", handler=self.change, access=Access.SUPERVISOR,
                      api=True, summary="Say what a customer counts for", body=obj(segment=one_of(SEGMENTS)),
                      answer=obj(customer=ref("Customer")), errors=(404, 409))]

    async def change(self, request: web.Request) -> web.Response:
        """Refused when the configuration knows no such segment."""
        by, number, data = who(request), CustomerId(number_of(request)), await json_body(request)
        plan = self._given.routing.plan
        segment = abilities.one_in(data, "segment", plan.segments)
        await self._given.store.run(lambda tx: set_segment(tx, by, number, segment))
        view = await self._given.store.snapshot(lambda tx: reading.customer(tx, by, number, plan))
        return json_answer({"customer": view["customer"]})
