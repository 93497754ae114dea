"""Channels as administrators see them: their lights, their self-check, and the items that nobody could read."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from agents import views
from agents.asks import number_of, query_number
from agents.files import CSP, attached
from agents.given import Given
from agents.schemas import MAYBE_TEXT, NUMBER, TEXT, many, obj, ref
from agents.views import View
from router.errors import NotFound
from router.model import Fate
from router.routes import Access, Route
from router.web import json_answer

MOST_ITEMS = 200


class Lines:
    """One method a read."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        get = partial(Route, method="GET", access=Access.ADMIN)
        return [
            get(path="/api/channels", handler=self.channels, summary="Channels and their lights", api=True,
                answer=obj(channels=many(ref("Channel")))),
            get(path="/api/channels/{name}/findings", handler=self.findings, summary="Run a channel's self-check",
                api=True, answer=obj(findings=many(ref("Finding"))), errors=(404,)),
            get(path="/api/quarantine", handler=self.quarantine, summary="Items that nobody could read", api=True,
                query={"before": TEXT, "limit": NUMBER}, answer=obj(items=many(ref("Item")), next=MAYBE_TEXT)),
            get(path="/api/items/{id}/raw", handler=self.raw, csp=CSP,
                summary="The original of an inbound item, as it came"),
        ]

    async def views(self) -> list[View]:
        """Every channel as it is now."""
        waiting, lights = await self._given.store.snapshot(lambda tx: tx.outbox.waiting()), self._given.health()
        return [views.channel(name, common.medium, lights.get(name), waiting.get(name, 0))
                for name, (common, _) in self._given.settings.channels.items() if common.enabled]

    async def channels(self, request: web.Request) -> web.Response:
        """Their lights."""
        return json_answer({"channels": await self.views()})

    async def findings(self, request: web.Request) -> web.Response:
        """What the self-check found; it changes nothing at the provider."""
        name = request.match_info["name"]
        common = self._given.settings.channels.get(name)
        if common is None or not common[0].enabled:
            raise NotFound(f"there is no channel {name!r}")
        found = await self._given.findings(name)
        return json_answer({"findings": [{"check": each.check, "ok": each.ok, "en": each.en, "fa": each.fa}
                                         for each in found]})

    async def quarantine(self, request: web.Request) -> web.Response:
        """A page of them, newest first."""
        before = query_number(request, "before")
        limit = query_number(request, "limit", most=MOST_ITEMS) or 50
        found = await self._given.store.snapshot(
            lambda tx: tx.items.with_fate(Fate.QUARANTINED, before=before, limit=limit + 1))
        items = [{"id": each["id"], "channel": each["channel"], "kind": each["kind"],
                  "at": views.moment(each["received_at"]), "reason": each["reason"], "size": each["size"]}
                 for each in found[:limit]]
        return json_answer({"items": items, "next": str(items[-1]["id"]) if len(found) > limit else None})

    async def raw(self, request: web.Request) -> web.Response:
        """The bytes, never shown by the browser."""
        number = number_of(request)
        content, digest = await self._given.store.snapshot(lambda tx: tx.items.raw(number))
        if digest:
            content = await self._given.store.blobs.read(digest)
        return attached(content, f"item-{number}.bin", "application/octet-stream")
