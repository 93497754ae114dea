"""What contacts cost, as it was learned from the desk's past, for who sets it up. Reads only."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from agents.given import Given
from agents.schemas import NUMBER, TEXT, many, maybe, obj
from router import costs
from router.records import Queue
from router.routes import Access, Route
from router.rules.efforts import LEAST, SEAT
from router.rules.plan import Plan
from router.web import json_answer
from storage.tx import StoreTx

_ROW = obj(queue=NUMBER, name=TEXT, title_fa=TEXT, title_en=TEXT, medium=TEXT, set=maybe(NUMBER),
           learned=maybe(NUMBER), measured=maybe({"type": "number"}), contacts=NUMBER, since=maybe(TEXT), why=TEXT)


class Efforts:
    """One table."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/routing.md."""
        return [Route(method="GET", path="/api/routing/efforts", handler=self.all, access=Access.ADMIN, api=True,
                      summary="What contacts cost by queue and medium: set, learned, from how many, since when",
                      answer=obj(efforts=many(_ROW), least=NUMBER, seat=NUMBER, learn={"type": "boolean"}))]

    async def all(self, request: web.Request) -> web.Response:
        """Those that were measured or learned, by queue."""
        plan = self._given.routing.plan
        rows = await self._given.store.snapshot(lambda tx: listed(tx, plan))
        return json_answer({"efforts": rows, "least": LEAST, "seat": SEAT, "learn": plan.learn})


def listed(tx: StoreTx, plan: Plan) -> list[dict[str, Any]]:
    """A row for each queue and medium of which anything is known. `why` says what stands behind the points: learned,
    same (what was measured fits what is set), few, or what keeps it from being learned: set, single, off, closed."""
    seen, known = costs.measured(tx), costs.known(tx)
    rows = []
    for queue in tx.desk.queues():
        for medium in sorted({key[1] for key in (*seen, *known) if key[0] == queue.id}):
            found, points = seen.get((queue.id, medium)), known.get((queue.id, medium))
            count = found.contacts if found else 0
            rows.append({
                "queue": queue.id, "name": queue.name, "title_fa": queue.title_fa, "title_en": queue.title_en,
                "medium": medium, "set": _set(queue, medium, plan), "learned": points,
                "measured": found.points if found else None, "contacts": count,
                "since": found.since if found else None, "why": _why(queue, medium, plan, points, count)})
    return rows


def _set(queue: Queue, medium: str, plan: Plan) -> int | None:
    media = plan.media.get(medium)
    return queue.efforts.get(medium, media.effort if media else None)


def _why(queue: Queue, medium: str, plan: Plan, points: int | None, count: int) -> str:
    media = plan.media.get(medium)
    held = {"closed": not queue.active or media is None, "off": not plan.learn, "set": medium in queue.efforts,
            "single": media is not None and media.at_once == 1}
    kept = next((name for name, so in held.items() if so), "")
    return kept or ("learned" if points is not None else "few" if count < LEAST else "same")
