"""The desk's routes: the flows page with its simulator, figures of dialogues, and cases. Renders and answers only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import jinja2
import orjson
from aiohttp import web

from desk.book import Book
from desk.flows.model import Program
from desk.pagewords import WORDS
from desk.trying import INPUTS, MEDIA, Trial
from desk.world import Place
from router.errors import BadRequest, NotFound
from router.events import CaseChanged
from router.model import ContactId
from router.records import Agent, Contact, Role
from router.routes import Access, Route
from router.rules import codes
from router.rules.text import clean, digits_fa
from storage.cases import STATES, Case
from storage.flows import Counted
from storage.store import SqlStore
from storage.tx import StoreTx

WITHIN = timedelta(days=7)  #: a contained dialogue must stay contained for so long
_FOLDER = Path(__file__).parent
_WORD_CHARS = 500
_LONGEST_TIME = timedelta(days=3660)


class Readable(Protocol):
    """A contact, if this agent may read it; NotFound otherwise."""

    def __call__(self, tx: StoreTx, agent: Agent, contact: ContactId) -> Contact: ...


class Routes:
    """Pages for supervisors; cases for whoever may read their contact."""

    def __init__(self, *, store: SqlStore, book: Book, place: Place, channels: Mapping[str, str],
                 who: Callable[[web.Request], Agent], readable: Readable, clock: Callable[[], datetime]) -> None:
        self._store, self._book, self._place, self._channels = store, book, place, channels
        self._who, self._readable, self._clock = who, readable, clock
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
            trim_blocks=True, lstrip_blocks=True)
        self._sheet = (_FOLDER / "static" / "flows.css").read_bytes()
        self._mark = hashlib.sha256(self._sheet).hexdigest()[:16]

    def routes(self) -> list[Route]:
        """Every route of the desk."""
        def api(method: str, path: str, handler: Any, access: Access, summary: str, **fields: Any) -> Route:
            return Route(method=method, path=path, handler=handler, access=access, summary=summary, api=True, **fields)
        span = {name: {"type": "string", "format": "date-time"} for name in ("since", "until")}
        move = {"type": "object", "properties": {"state": {"enum": sorted(STATES)}}, "required": ["state"],
                "additionalProperties": False}
        return [
            Route(method="GET", path="/flows", handler=self.page, access=Access.SUPERVISOR, page=True,
                  summary="Flows: what there is, how it goes"),
            Route(method="GET", path="/flows/flows.css", handler=self.sheet, access=Access.PUBLIC,
                  summary="The flows pages' style sheet"),
            Route(method="GET", path="/flows/{name}", handler=self.attempt, access=Access.SUPERVISOR, page=True,
                  summary="Try a flow as a medium shows it"),
            api("GET", "/api/flows", self.flows, Access.SUPERVISOR, "Every flow, its version and its faults"),
            api("GET", "/api/flows/figures", self.figures, Access.SUPERVISOR,
                "How dialogues went, and how many stayed contained", query={**span, "flow": {"type": "string"}}),
            api("GET", "/api/cases", self.cases, Access.SUPERVISOR, "Cases, newest first",
                query={"state": {"type": "string"}, "customer": {"type": "integer"}, "before": {"type": "integer"}}),
            api("GET", "/api/cases/{code}", self.case, Access.AGENT, "One case by its tracking code", errors=(404,)),
            api("POST", "/api/cases/{code}/state", self.move, Access.AGENT, "Move a case to another state", body=move,
                errors=(400, 404, 409)),
        ]

    # --- pages

    async def page(self, request: web.Request) -> web.Response:
        """Every flow with its light, and the figures of the last 30 days."""
        language = self._language(request)
        counted = await self._counted(self._clock() - timedelta(days=30), self._clock(), "")
        shown = [{"name": name, "title": flow.title.get(language, name), "own": name in self._book.own,
                  "steps": len(flow.steps), "version": self._book.program(name).version,
                  "channels": sorted(channel for channel, used in self._channels.items() if used == name)}
                 for name, flow in sorted(self._book.definitions.items())]
        return self._page(request, "flows.html", language, "/flows", flows=shown, faults=self._book.faults,
                          figures=_shown(counted, language))

    async def attempt(self, request: web.Request) -> web.Response:
        """A dialogue replayed from its words, which stand in the address: nothing is stored."""
        program = self._program(request.match_info["name"])
        language = self._language(request)
        medium = request.query.get("medium", "webchat")
        if medium not in MEDIA:
            raise BadRequest(f"a medium is one of {', '.join(MEDIA)}", field="medium")
        tongue = request.query.get("in", language)
        said = [clean(each, limit=_WORD_CHARS) for each in request.query.getall("say", [])][:INPUTS]
        today = self._clock().astimezone(ZoneInfo(self._place.zone)).date().isoformat()
        trial = Trial(program, medium, tongue if tongue in ("fa", "en") else language, today=today,
                      names=self._place.desk_names, closed=request.query.get("closed") == "1")
        trial.open()
        for words in said:
            if not trial.over:
                trial.say(words)
        return self._page(request, "try.html", language, f"/flows/{program.name}", name=program.name, lines=trial.lines,
                          title=program.head.title.get(language, program.name), media=list(MEDIA), medium=medium,
                          tongue=tongue, said=said, over=trial.over, closed=request.query.get("closed") == "1",
                          step=trial.state.step, values=dict(trial.state.values), word_chars=_WORD_CHARS)

    async def sheet(self, request: web.Request) -> web.Response:
        """With its mark in the query it never changes."""
        keep = "public, max-age=31536000, immutable" if request.query.get("v") == self._mark else "public, no-cache"
        return web.Response(body=self._sheet, content_type="text/css", charset="utf-8", headers={"Cache-Control": keep})

    def _language(self, request: web.Request) -> str:
        asked = request.query.get("language", "")
        return asked if asked in ("fa", "en") else self._who(request).language

    def _page(self, request: web.Request, template: str, language: str, path: str, **values: Any) -> web.Response:
        text = self._templates.get_template(template).render(
            language=language, other="en" if language == "fa" else "fa", w=WORDS[language], mark=self._mark, path=path,
            places=("console", "board", "knowledge", *(("admin",) if self._who(request).role is Role.ADMIN else ())),
            desk=self._place.desk_names.get(language, ""),
            digits=lambda count: digits_fa(str(count)) if language == "fa" else count, **values)
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    def _program(self, name: str) -> Program:
        if name not in self._book.definitions:
            raise NotFound("there is no such flow")
        return self._book.program(name)

    # --- figures

    async def flows(self, request: web.Request) -> web.Response:
        """As data."""
        return _json({
            "flows": [{"name": name, "title": dict(flow.title), "version": self._book.program(name).version,
                       "own": name in self._book.own, "steps": sorted(flow.steps),
                       "channels": sorted(c for c, used in self._channels.items() if used == name)}
                      for name, flow in sorted(self._book.definitions.items())],
            "faults": [{"file": fault.file, "line": fault.line, "place": fault.place, "message": fault.message,
                        "serious": fault.serious} for fault in self._book.faults]})

    async def figures(self, request: web.Request) -> web.Response:
        """Of the last 30 days unless told otherwise."""
        until = _moment(request, "until") or self._clock()
        since = _moment(request, "since") or until - timedelta(days=30)
        if not timedelta() < until - since <= _LONGEST_TIME:
            raise BadRequest("since lies before until, by ten years at most", field="since")
        counted = await self._counted(since, until, clean(request.query.get("flow", ""), limit=40))
        return _json({"since": since.isoformat(), "until": until.isoformat(), **_figures(counted)})

    async def _counted(self, since: datetime, until: datetime, flow: str) -> Counted:
        return await self._store.snapshot(lambda tx: tx.flows.counted(since, until, within=WITHIN, flow=flow))

    # --- cases

    async def cases(self, request: web.Request) -> web.Response:
        """50 at a time."""
        query = request.query
        states = [state for state in query.get("state", "").split(",") if state]
        if not set(states) <= STATES.keys():
            raise BadRequest(f"a state is one of {', '.join(STATES)}", field="state")
        customer, before = (_number(query.get(name, ""), name) for name in ("customer", "before"))
        found = await self._store.snapshot(lambda tx: tx.cases.listed(state=states, customer=customer, before=before))
        return _json({"cases": [_case(case) for case in found], "next": found[-1].id if len(found) == 50 else None})

    async def case(self, request: web.Request) -> web.Response:
        """With everything that was told; only to whoever may read its conversation."""
        agent, code = self._who(request), _code(request)
        return _json(_case(await self._store.snapshot(lambda tx: self._find(tx, agent, code))))

    async def move(self, request: web.Request) -> web.Response:
        """409 when the table of states does not allow it."""
        agent, code = self._who(request), _code(request)
        try:
            state = orjson.loads(await request.read())["state"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise BadRequest("the body says the state", field="state") from None
        if state not in STATES:
            raise BadRequest(f"a state is one of {', '.join(STATES)}", field="state")

        def unit(tx: StoreTx) -> Case:
            before = self._find(tx, agent, code)
            after = tx.cases.move(before, state)
            tx.emit(CaseChanged(about=before.contact, case=before.id, was=before.state, state=after.state),
                    actor=f"agent:{agent.id}")
            return after
        return _json(_case(await self._store.run(unit, name="case")))

    def _find(self, tx: StoreTx, agent: Agent, code: str) -> Case:
        found = tx.cases.by_code(code)
        if found is None:
            raise NotFound("there is no such case")
        if found.contact is not None:
            self._readable(tx, agent, found.contact)
        return found


def _figures(counted: Counted) -> dict[str, Any]:
    known = counted.started - counted.running - counted.unknown
    kept = counted.contained - counted.came_back - counted.unknown
    return {"started": counted.started, "contained": counted.contained, "handed_over": counted.handed_over,
            "dropped": counted.dropped, "running": counted.running, "came_back": counted.came_back,
            "not_known_yet": counted.unknown, "containment": round(kept / known, 4) if known > 0 else None}


def _shown(counted: Counted, language: str) -> dict[str, str]:
    found = {name: "–" if value is None else f"{value:.0%}" if name == "containment" else str(value)
             for name, value in _figures(counted).items()}
    return {name: digits_fa(value).replace("%", "٪") for name, value in found.items()} if language == "fa" else found


def _case(case: Case) -> dict[str, Any]:
    return {"id": case.id, "code": case.code, "service": case.service, "subject": case.subject, "state": case.state,
            "state_since": case.state_since.isoformat(), "customer": case.customer, "contact": case.contact,
            "opened_at": case.opened_at.isoformat(), "data": dict(case.data)}


def _json(found: Any) -> web.Response:
    return web.Response(body=orjson.dumps(found), content_type="application/json")


def _code(request: web.Request) -> str:
    code = codes.read(request.match_info["code"])
    if code is None:
        raise NotFound("there is no such case")
    return code


def _number(text: str, field: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadRequest("must be a number", field=field)
    return int(text)


def _moment(request: web.Request, name: str) -> datetime | None:
    text = request.query.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest("must be a time such as 2026-11-22T00:00:00Z", field=name) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
