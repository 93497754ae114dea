"""The what-if comparison over HTTP: ask for a day and a draft, see how far it is, read the answer, stop it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from agents.asks import number_of, text_in
from agents.given import Given
from agents.guard import who
from agents.schemas import FREE, NUMBER, TEXT, obj
from agents.whatif.runs import Run, Runs
from router.errors import BadRequest, NotFound
from router.records import Policy
from router.routes import Access, Route
from router.rules.plan import DEFAULT, Plan, check
from router.simulation.command import UsageError, midnights
from router.web import json_answer, json_body, take

#: A picture that is opened by itself may load nothing and run nothing.
PICTURE_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_RUN = obj({"result": FREE}, id=NUMBER, state=TEXT, share={"type": "number"}, error=TEXT)
_LANGUAGES = ("fa", "en")


class WhatIf:
    """One method an operation; `run` beside them."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self.runs = Runs()

    def routes(self) -> list[Route]:
        """See docs/api.md."""
        path = "/api/routing/what-if"
        route = partial(Route, access=Access.SUPERVISOR, api=True)
        return [
            route(method="POST", path=path, handler=self.ask, errors=(429,), answer=obj(run=_RUN),
                  summary="Live a recorded day again as routing is set and as a draft would have it",
                  body=obj({"policy": TEXT, "parameters": FREE}, day=TEXT, rule=TEXT)),
            route(method="GET", path=path + "/{id}", handler=self.look, errors=(404,), answer=obj(run=_RUN),
                  summary="How far a comparison is, and its answer"),
            route(method="DELETE", path=path + "/{id}", handler=self.stop, errors=(404,), answer=obj(run=_RUN),
                  summary="Stop a comparison"),
            Route(method="GET", path=path + "/{id}/picture", handler=self.picture, access=Access.SUPERVISOR,
                  summary="A comparison's waits, promises kept and load by half hour, drawn", csp=PICTURE_CSP),
        ]

    async def run(self) -> None:
        """Until cancelled."""
        await self.runs.run()

    async def ask(self, request: web.Request) -> web.Response:
        """Refused with the key when the day or the draft cannot be meant so."""
        by, data = who(request), await json_body(request)
        start, end = self._day(text_in(data, "day", most=20))
        draft = Policy(name=text_in(data, "policy", most=40, default="") or DEFAULT,
                       rule=text_in(data, "rule", most=40),
                       parameters=take(data, "parameters", dict, default=None) or {})
        plan = self._given.routing.plan
        job = {"url": self._given.store.url, "start": start.isoformat(), "end": end.isoformat(),
               **job_of(plan, draft, self._given.clock())}
        return json_answer({"run": _view(self.runs.ask(by.id, job))})

    def _day(self, text: str) -> tuple[datetime, datetime]:
        try:
            start, end = midnights(text.strip(), self._given.settings.desk.timezone)
        except UsageError:
            raise BadRequest(f"day: {text[:20]!r} is no day; 2026-11-21 and 1405-08-30 are", field="day") from None
        now = self._given.clock()
        if start >= now:
            raise BadRequest("day: it has not begun yet", field="day")
        return start, min(end, now)

    async def look(self, request: web.Request) -> web.Response:
        """Without the pictures."""
        return json_answer({"run": _view(self.runs.get(number_of(request)))})

    async def stop(self, request: web.Request) -> web.Response:
        """What was found so far is dropped."""
        return json_answer({"run": _view(self.runs.stop(number_of(request)))})

    async def picture(self, request: web.Request) -> web.Response:
        """SVG in the language that is asked for."""
        found = self.runs.get(number_of(request)).result.get("pictures", {})
        language = request.query.get("language", "en")
        if language not in _LANGUAGES:
            raise BadRequest("language must be fa or en", field="language")
        if language not in found:
            raise NotFound("the comparison is not done")
        return web.Response(text=found[language], content_type="image/svg+xml")


def job_of(plan: Plan, draft: Policy, at: datetime) -> dict[str, Any]:
    """Both sides of a comparison as JSON. BadRequest with the key for a draft that cannot be meant so."""
    now = dict(plan.policies)
    then = {**now, draft.name: draft}
    check(plan.changed(policies=then), at)
    return {"now": _rules(now), "draft": _rules(then),
            "groups": {queue.name: queue.policy for queue in plan.queues.values() if queue.policy},
            "priorities": {queue.name: queue.priority for queue in plan.queues.values()}}


def _rules(policies: Mapping[str, Policy]) -> dict[str, tuple[str, dict[str, Any]]]:
    return {name: (each.rule, dict(each.parameters)) for name, each in policies.items()}


def _view(run: Run) -> dict[str, Any]:
    shown = {name: value for name, value in run.result.items() if name != "pictures"}
    return {"id": run.id, "state": run.state, "share": run.share, "error": run.error,
            **({"result": shown} if shown else {})}
