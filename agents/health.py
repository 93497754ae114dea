"""Whether the house lives and works, for machines that watch: liveness, readiness, metrics. No citizen in a label."""

from __future__ import annotations

import time

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from agents.given import Given
from agents.guard import Guard
from agents.live import Live
from agents.throttle import is_local
from router.errors import PishkhanError
from router.model import DeliveryState
from router.records import ContactState
from router.routes import Access, Route
from router.web import json_answer
from storage.tx import StoreTx

PROBE_EVERY = 1.0  #: seconds that a written probe stays true
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Health:
    """Counts requests (it is the house's meter) and looks at the rest when asked."""

    def __init__(self, given: Given, live: Live, guard: Guard) -> None:
        self._given, self._live, self._guard = given, live, guard
        self.registry = CollectorRegistry()
        self._requests = Histogram("pishkhan_request_seconds", "Finished HTTP requests", ("route", "method", "status"),
                                   registry=self.registry, buckets=_BUCKETS)
        self._units = Counter("pishkhan_store_units", "Units of work committed", registry=self.registry)
        self._commits = Counter("pishkhan_store_commits", "Transactions committed", registry=self.registry)
        self._head = Gauge("pishkhan_journal_head", "Last position of the journal", registry=self.registry)
        self._sockets = Gauge("pishkhan_live_sockets", "Open live sockets", registry=self.registry)
        self._contacts = Gauge("pishkhan_contacts", "Contacts by state", ("state",), registry=self.registry)
        self._outbox = Gauge("pishkhan_deliveries", "Outgoing messages by state", ("state",), registry=self.registry)
        self._lights = Gauge("pishkhan_channel_ok", "1 while a channel works", ("channel", "code"),
                             registry=self.registry)
        self._decided = Counter("pishkhan_routing_offers", "Offers the router decided", registry=self.registry)
        self._refused = Counter("pishkhan_routing_refused", "Offers the database refused", registry=self.registry)
        self._faults = Counter("pishkhan_routing_faults", "Broken invariants of the router", registry=self.registry)
        self._stranded = Gauge("pishkhan_contacts_stranded", "Waiting contacts that nobody who works here could serve",
                               registry=self.registry)
        self._seen = {"units": 0, "commits": 0, "decisions": 0, "refused": 0, "faults": 0}
        self._probed = (-PROBE_EVERY, False)

    def __call__(self, route: str, method: str, status: int, seconds: float) -> None:
        """See `router.web.Meter`."""
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).observe(seconds)

    def routes(self) -> list[Route]:
        """Three."""
        return [
            Route(method="GET", path="/healthz", handler=self.alive, access=Access.PUBLIC, summary="The process lives"),
            Route(method="GET", path="/readyz", handler=self.ready, access=Access.PUBLIC,
                  summary="The database takes writes; to operators also the channels' lights"),
            Route(method="GET", path="/metrics", handler=self.metrics, access=Access.OPERATOR,
                  summary="Numbers for Prometheus"),
        ]

    async def alive(self, request: web.Request) -> web.Response:
        """Always, while it can answer."""
        return json_answer({"alive": True, "version": self._given.version})

    async def ready(self, request: web.Request) -> web.Response:
        """503 while nothing can be committed. A channel's red light does not stop the others."""
        writable = await self._writable()
        answer = {"ready": writable, "database": writable}
        if is_local(request):
            answer["channels"] = {name: light.code for name, light in self._given.health().items()}  # type: ignore[assignment]
        return json_answer(answer, status=200 if writable else 503)

    async def _writable(self) -> bool:
        at, known = self._probed
        if time.monotonic() - at < PROBE_EVERY:
            return known
        try:
            await self._given.store.run(lambda tx: tx.marks.set("house", "probe", tx.now.isoformat()), name="probe")
            found = True
        except PishkhanError:
            found = False
        self._probed = (time.monotonic(), found)
        return found

    async def metrics(self, request: web.Request) -> web.Response:
        """The text format of Prometheus."""
        def read(tx: StoreTx) -> tuple[int, dict[str, int], dict[str, int]]:
            return tx.journal.head(), tx.contacts.by_state(), tx.outbox.by_state()
        head, contacts, outbox = await self._given.store.snapshot(read)
        self._head.set(head)
        self._sockets.set(len(self._live.peers))
        for contact in ContactState:
            self._contacts.labels(contact.value).set(contacts.get(contact.value, 0))
        for delivery in DeliveryState:
            self._outbox.labels(delivery.value).set(outbox.get(delivery.value, 0))
        self._lights.clear()
        for name, light in self._given.health().items():
            self._lights.labels(name, light.code).set(light.code == "ok")
        writer = self._given.store.writer
        routing = self._given.routing.state()
        self._stranded.set(len(routing["stranded"]))
        for name, counter, total in (("units", self._units, writer.units), ("commits", self._commits, writer.commits),
                                     ("decisions", self._decided, routing["decisions"]),
                                     ("refused", self._refused, routing["refused"]),
                                     ("faults", self._faults, routing["faults"])):
            counter.inc(total - self._seen[name])
            self._seen[name] = total
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
