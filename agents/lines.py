"""Channels as administrators see them: their lights, their self-check, and the items that nobody could read."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from agents import views
from agents.asks import number_of, query_number, text_in
from agents.files import CSP, attached
from agents.given import Given
from agents.guard import who
from agents.schemas import MAYBE_TEXT, NUMBER, TEXT, many, obj, ref
from agents.views import View
from router.errors import Conflict, NotFound
from router.events import ChannelPaused
from router.model import Fate
from router.routes import Access, Route
from router.rules import text as words_of
from router.web import json_answer, json_body
from storage.tx import StoreTx

MOST_ITEMS = 200


class Lines:
    """One method a read."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        get = partial(Route, method="GET", access=Access.ADMIN)
        post = partial(Route, method="POST", access=Access.ADMIN, api=True, errors=(404, 409),
                       answer=obj(channel=TEXT, paused={"type": "boolean"}))
        return [
            get(path="/api/channels", handler=self.channels, summary="Channels and their lights", api=True,
                answer=obj(channels=many(ref("Channel")))),
            get(path="/api/channels/{name}/findings", handler=self.findings, summary="Run a channel's self-check",
                api=True, answer=obj(findings=many(ref("Finding"))), errors=(404,)),
            get(path="/api/channels/{name}/exchanges", handler=self.exchanges, api=True, errors=(404,),
                summary="What was exchanged with a channel's provider this week, redacted",
                query={"before": TEXT, "limit": NUMBER}, answer=obj(exchanges=many(ref("Exchange")), next=MAYBE_TEXT)),
            post(path="/api/channels/{name}/pause", handler=self.pause, summary="Stop what goes out on a channel",
                 body=obj(reason=TEXT)),
            post(path="/api/channels/{name}/resume", handler=self.resume, summary="Let it go out again"),
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
        found = await self._given.findings(self._named(request))
        return json_answer({"findings": [{"check": each.check, "ok": each.ok, "en": each.en, "fa": each.fa}
                                         for each in found]})

    def _named(self, request: web.Request) -> str:
        name = request.match_info["name"]
        common = self._given.settings.channels.get(name)
        if common is None or not common[0].enabled:
            raise NotFound(f"there is no channel {name!r}")
        return name

    async def exchanges(self, request: web.Request) -> web.Response:
        """A page of them, newest first: no word, no address and no secret is in it."""
        name, before = self._named(request), query_number(request, "before")
        limit = query_number(request, "limit", most=MOST_ITEMS) or 50
        found = await self._given.store.snapshot(
            lambda tx: tx.channels.exchanges(name, before=before, limit=limit + 1))
        return json_answer({"exchanges": [views.exchange(number, each) for number, each in found[:limit]],
                            "next": str(found[limit - 1][0]) if len(found) > limit else None})

    async def pause(self, request: web.Request) -> web.Response:
        """Outgoing messages wait; what comes in is taken. 409 when it is paused already."""
        reason = words_of.clean(text_in(await json_body(request), "reason", most=200)).strip()
        return await self._stop(request, True, reason)

    async def resume(self, request: web.Request) -> web.Response:
        """What waited goes. 409 when it is not paused."""
        return await self._stop(request, False, "")

    async def _stop(self, request: web.Request, paused: bool, reason: str) -> web.Response:
        name, actor = self._named(request), f"agent:{who(request).id}"

        def unit(tx: StoreTx) -> None:
            done = tx.channels.pause(name, actor, reason) if paused else tx.channels.resume(name)
            if not done:
                raise Conflict(f"the channel {name!r} is {'paused already' if paused else 'not paused'}")
            tx.emit(ChannelPaused(channel=name, paused=paused, reason=reason), actor=actor)
        await self._given.store.run(unit)
        return json_answer({"channel": name, "paused": paused})

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
