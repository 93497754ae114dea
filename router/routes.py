"""What an HTTP route or socket command is, and who may use it. Pure values; `router.web` serves them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Access(StrEnum):
    """Who may use a route. There is no default: a route that says nothing does not exist."""

    PUBLIC = "public"  #: anybody; reads, or sign-in itself
    SIGNED = "signed"  #: a provider; the handler checks its signature or secret before anything else
    VISITOR = "visitor"  #: a citizen's widget; the handler checks its visitor token and origin
    AGENT = "agent"  #: a signed-in agent (session with CSRF and origin check, or API token)
    SUPERVISOR = "supervisor"  #: same, role supervisor or admin
    ADMIN = "admin"  #: same, role admin
    OPERATOR = "operator"  #: metrics: loopback, or an API token of an admin


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one path. `body` and `answer` are JSON Schemas for the OpenAPI document."""

    method: str
    path: str
    handler: Callable[[Any], Awaitable[Any]]  #: aiohttp request -> response
    access: Access
    summary: str  #: one line, English; goes into the API document
    body: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: name -> JSON Schema
    max_bytes: int = 1_000_000
    api: bool = False  #: listed in /api/openapi.json
    page: bool = False  #: answers HTML; a missing session redirects to sign-in instead of 401
    form: bool = False  #: takes a browser form, CSRF token in the field `csrf`
    socket: bool = False  #: upgrades to a WebSocket
    errors: tuple[int, ...] = ()  #: error statuses beyond those the access implies
    csp: str = ""  #: replaces the strict content security policy for this answer
    frame: bool = False  #: may be shown in a frame of the same origin
    fault: Callable[[Any, Any], Any] | None = None  #: (request, error) -> what a browser shows instead of JSON
    cors: bool = False  #: readable from other origins (widget files)
