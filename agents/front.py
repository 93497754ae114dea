"""The colleagues' side as one part of the house: its routes, its guard, its meter, and what runs beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from agents.actions import Actions
from agents.admin import Admin
from agents.api import Api
from agents.assets import Assets
from agents.auth import Auth
from agents.board import Board
from agents.customers import CustomerFiles
from agents.efforts import Efforts
from agents.files import Files
from agents.given import Cost, Given, Quoted, Routing, Settings, Unrouted, no_articles
from agents.guard import Guard
from agents.health import Health
from agents.lines import Lines
from agents.live import Live
from agents.openapi import OpenApi
from agents.pages import Pages
from agents.passwords import Passwords
from agents.presence import Presence
from agents.routing import RoutingSetUp
from agents.sockets import BEAT, Sockets
from agents.threading import Threading
from agents.whatif.routes import WhatIf
from router.model import ContactId, Finding, Limits
from router.model import Health as Light
from router.ports import Bus, Clock
from router.routes import Route
from storage.store import SqlStore


class Front:
    """Built once by the composition root. `routes`, `guard` and `meter` go to the web application; `run` beside it."""

    def __init__(self, *, store: SqlStore, bus: Bus, settings: Settings, limits: Mapping[str, Limits],
                 health: Callable[[], Mapping[str, Light]], findings: Callable[[str], Awaitable[Sequence[Finding]]],
                 explain: Callable[[ContactId], Mapping[str, Any]], version: str, clock: Clock, url: str,
                 recorders: Mapping[str, str] | None = None, password_cost: Cost | None = None,
                 beat: float = BEAT, routing: Routing | None = None, quoted: Quoted = no_articles) -> None:
        given = Given(store=store, bus=bus, settings=settings, limits=limits, health=health, findings=findings,
                      explain=explain, recorders=recorders or {}, url=url, version=version, clock=clock,
                      cost=password_cost or Cost(), routing=routing or Unrouted(), quoted=quoted)
        passwords = Passwords(given.cost)
        self.presence = Presence(store, settings.desk.presence_seconds)
        self.live = Live(given, self.presence)
        self.guard = Guard(given)
        self.meter = Health(given, self.live, self.guard)
        lines, assets = Lines(given), Assets()
        self._whatif = WhatIf(given)
        self._openapi = OpenApi(version=version, url=url)
        self._api = [Actions(given), Threading(given), Api(given), CustomerFiles(given), Admin(given, passwords),
                     Board(self.live), lines, RoutingSetUp(given), Efforts(given), self._whatif]
        self._rest = [Pages(given, self.guard, Auth(given, passwords), lines, assets), Files(given), assets,
                      Sockets(given, self.live, beat=beat), self.meter]

    def routes(self, others: Sequence[Route] = ()) -> list[Route]:
        """Every route of this side; `others` are the rest of the house's, described with ours in the API document."""
        ours = [route for part in (*self._api, *self._rest) for route in part.routes()]  # type: ignore[attr-defined]
        return [*ours, *self._openapi.routes([*ours, *others])]

    async def run(self) -> None:
        """Until cancelled: the live fan-out, presence, comparisons. Sockets are told to come back when it ends."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.live.run())
                group.create_task(self.presence.run())
                group.create_task(self._whatif.run())
        finally:
            self.live.close()
