"""The supervisors' numbers over HTTP. They come from the live picture; definitions are in docs/numbers.md."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from agents import views
from agents.live import Live
from agents.schemas import many, obj, ref
from router.errors import Unavailable
from router.routes import Access, Route
from router.web import json_answer


class Board:
    """One answer with everything on the board."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def routes(self) -> list[Route]:
        """One."""
        return [Route(method="GET", path="/api/board", handler=self.board, access=Access.SUPERVISOR, api=True,
                      summary="Queues, agents, channels and alarms now, and half hours of today", errors=(503,),
                      answer=obj(queues=many(ref("Queue")), agents=many(ref("Agent")), channels=many(ref("Channel")),
                                 intervals=many(ref("Interval")), alarms=ref("Alarms")))]

    async def board(self, request: web.Request) -> web.Response:
        """What `GET /api/board` answers."""
        return json_answer(self.numbers())

    def numbers(self) -> dict[str, Any]:
        """Everything on the board; Unavailable while there is no picture yet."""
        if not self._live.ready.is_set():
            raise Unavailable("the numbers are being counted; try again in a moment")
        scene = self._live.scene
        found = {f"{kind}s": [shown.view for _, shown in sorted(scene.shown[kind].items())]
                 for kind in ("queue", "agent", "channel")}
        return {**found, "alarms": scene.shown["alarms"][0].view,
                "intervals": [{**half, "at": views.moment(half["at"])} for half in scene.tally.intervals()]}
