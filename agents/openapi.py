"""The API's own description (OpenAPI 3.1), made from the route table and nothing else, so it cannot say what is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from agents.schemas import COMPONENTS, Schema, ref
from router.routes import Access, Route
from router.web import json_answer

_IMPLIED: dict[Access, tuple[int, ...]] = {
    Access.PUBLIC: (), Access.SIGNED: (403,), Access.VISITOR: (401, 403), Access.AGENT: (401, 403),
    Access.SUPERVISOR: (401, 403), Access.ADMIN: (401, 403), Access.OPERATOR: (401, 403),
}
_MEANS = {400: "The input is wrong; the message says what", 401: "Nobody is signed in", 403: "Not allowed, or forged",
          404: "No such thing, or not for this caller", 409: "Somebody was first, or the state does not allow it",
          413: "Larger than this route takes", 429: "Too often; Retry-After says when to come back",
          503: "The store cannot commit now; try again"}
_NUMBERS = frozenset({"id", "article"})
_SIGNED_IN = (Access.AGENT, Access.SUPERVISOR, Access.ADMIN, Access.OPERATOR)


def described(routes: Iterable[Route], *, version: str, url: str) -> dict[str, Any]:
    """The document for every route with `api`."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        if route.api:
            paths.setdefault(route.path, {})[route.method.lower()] = operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pishkhan", "version": version, "license": {"name": "GPL-3.0-or-later",
                                                                     "identifier": "GPL-3.0-or-later"},
                 "description": "One JSON error shape; times are ISO 8601 in UTC. Sessions of the console send "
                                "X-CSRF-Token with every unsafe call; API tokens need no such thing."},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {"schemas": COMPONENTS, "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "An API token, made by an administrator"},
            "session": {"type": "apiKey", "in": "cookie", "name": "pishkhan",
                        "description": "The console's session; with HTTPS its name begins with __Host-"}}},
    }


def operation(route: Route) -> dict[str, Any]:
    """One method on one path."""
    answers: dict[str, Any] = {"200": {"description": "Done", "content": {
        "application/json": {"schema": route.answer or {"type": "object"}}}}}
    statuses = {400, 503, *_IMPLIED[route.access], *route.errors}
    if route.method not in ("GET", "HEAD"):
        statuses.add(413)
    for status in sorted(statuses):
        answers[str(status)] = {"description": _MEANS.get(status, "Refused"),
                                "content": {"application/json": {"schema": ref("Error")}}}
    made: dict[str, Any] = {
        "operationId": _name(route), "summary": route.summary, "tags": [route.path.split("/")[2]],
        "x-access": route.access.value, "parameters": [*_in_path(route), *_in_query(route)], "responses": answers,
        "security": [{"token": []}, {"session": []}] if route.access in _SIGNED_IN else [],
    }
    if route.body is not None:
        needed = bool(route.body.get("required")) or "$ref" in route.body
        made["requestBody"] = {"required": needed, "content": {"application/json": {"schema": route.body}}}
    elif route.max_bytes > 1_000_000 and route.method == "POST":
        made["requestBody"] = {"required": True, "content": {"*/*": {}}}
    return made


def _name(route: Route) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", " ", route.path.removeprefix("/api/")).split()
    return "_".join([route.method.lower(), *words])


def _in_path(route: Route) -> list[Schema]:
    return [{"name": name, "in": "path", "required": True,
             "schema": {"type": "integer" if name in _NUMBERS else "string"}}
            for name in re.findall(r"\{(\w+)\}", route.path)]


def _in_query(route: Route) -> list[Schema]:
    found = []
    for name, schema in route.query.items():
        each: Schema = {"name": name, "in": "query", "required": False, "schema": dict(schema)}
        if schema.get("type") == "array":
            each |= {"style": "form", "explode": False}
        found.append(each)
    return found


class OpenApi:
    """Serves the document of a whole house."""

    def __init__(self, *, version: str, url: str) -> None:
        self._version, self._url = version, url
        self._document: dict[str, Any] = {}

    def routes(self, others: Sequence[Route]) -> list[Route]:
        """Its own route; `others` are all that the document describes."""
        self._document = described(others, version=self._version, url=self._url)
        return [Route(method="GET", path="/api/openapi.json", handler=self.serve, access=Access.PUBLIC,
                      summary="This document", cors=True)]

    async def serve(self, request: web.Request) -> web.Response:
        """The document."""
        return json_answer(self._document)
