"""Serves routes over aiohttp: access, size limits, one error shape, security headers. Knows no route itself."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import orjson
from aiohttp import web

from router.errors import BadRequest, PishkhanError, TooLarge, TooMany, Unauthorized
from router.routes import Access, Route

ACTOR: web.RequestKey[str] = web.RequestKey("actor", str)  #: who is signed in, as the journal names them
log = logging.getLogger("pishkhan.web")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROUTE: web.RequestKey[Route] = web.RequestKey("route", Route)
PEER: web.RequestKey[str] = web.RequestKey("peer", str)  #: whom to count a request for, seen through our own proxies

STRICT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
_SEEN_ERRORS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "bad_request"}


class Guard(Protocol):
    """Decides whether a request may use a route; raises Unauthorized, Forbidden or Forged."""

    async def __call__(self, request: web.Request, route: Route) -> None: ...


class Meter(Protocol):
    """Counts finished requests."""

    def __call__(self, route: str, method: str, status: int, seconds: float) -> None: ...


def json_answer(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON response."""
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json", headers=headers)


def error_answer(error: PishkhanError) -> web.Response:
    """The one error shape: {"error": {"code", "message", "field"?}}."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.field:
        body["field"] = error.field
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, int(error.retry_after.total_seconds())))
    return json_answer({"error": body}, status=error.status, headers=headers)


async def json_body(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; BadRequest when it is not one."""
    raw = await request.read()
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is not valid JSON: {error}") from None
    if not isinstance(data, dict):
        raise BadRequest("the body must be a JSON object")
    return data


def take(data: dict[str, Any], name: str, kind: type | tuple[type, ...], *, default: Any = ...) -> Any:
    """One field of a JSON object, of the stated type; BadRequest naming the field otherwise."""
    value = data.get(name, ...)
    if value is ... or (value is None and default is not ...):
        if default is ...:
            raise BadRequest(f"the field {name!r} is missing", field=name)
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        wanted = kind.__name__ if isinstance(kind, type) else " or ".join(k.__name__ for k in kind)
        raise BadRequest(f"the field {name!r} must be {wanted}", field=name)
    return value


def application(routes: Sequence[Route], guard: Guard, *, meter: Meter | None = None,
                peer: Callable[[web.Request], str] | None = None) -> web.Application:
    """An aiohttp application for these routes. Two routes on one method and path are refused. `peer` tells whom a
    request is counted for; without it, whoever holds the connection."""
    app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[_outermost(meter)])
    seen: set[tuple[str, str]] = set()
    for route in routes:
        if not isinstance(route.access, Access):
            raise TypeError(f"{route.method} {route.path} states no access")
        if (route.method, route.path) in seen:
            raise ValueError(f"two routes on {route.method} {route.path}")
        seen.add((route.method, route.path))
        allow_head = {"allow_head": True} if route.method == "GET" and not route.socket else {}
        path = re.sub(r"\{(\w+)\}", r"{\1:[^{}/]+}", route.path)
        if route.method == "GET":
            app.router.add_get(path, _serve(route, guard, peer or _nearest), allow_head=bool(allow_head))
        else:
            app.router.add_route(route.method, path, _serve(route, guard, peer or _nearest))
    return app


def _nearest(request: web.Request) -> str:
    return request.remote or ""


def _serve(route: Route, guard: Guard, peer: Callable[[web.Request], str]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        request[ROUTE] = route
        if request.content_length is not None and request.content_length > route.max_bytes:
            raise TooLarge(f"at most {route.max_bytes} bytes are taken here")
        request = request.clone(client_max_size=route.max_bytes) if not route.socket else request
        request[ROUTE], request[PEER] = route, peer(request)
        await guard(request, route)
        response = await route.handler(request)
        assert isinstance(response, web.StreamResponse)
        return response

    return handle


def _outermost(meter: Meter | None) -> Any:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        response = await _guarded(request, handler)
        # Unmatched paths are one label: a stranger must not be able to grow the metrics.
        route = request.match_info.route.resource
        label = route.canonical if route is not None else "unmatched"
        if meter is not None:
            meter(label, request.method, response.status, time.perf_counter() - began)
        return response

    return answer


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except PishkhanError as error:
        response = _signin(request, error) or _refusal(request, error)
    except web.HTTPRequestEntityTooLarge:
        response = _refusal(request, TooLarge("the body is larger than this route takes"))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = _SEEN_ERRORS.get(error.status, "error")
        response = json_answer({"error": {"code": code, "message": error.reason}}, status=error.status)
    except ConnectionResetError:
        return web.Response(status=499)  # hung up while it was read: no fault, and nobody hears an answer
    except TimeoutError:
        raise
    except Exception:
        log.exception("unexpected fault at %s %s", request.method, request.match_info.route.resource)
        response = json_answer(
            {"error": {"code": "fault", "message": "an unexpected fault; it was logged"}}, status=500
        )
    if not response.prepared:
        _headers(request, response)
    return response


def _signin(request: web.Request, error: PishkhanError) -> web.Response | None:
    route = request.get(ROUTE)
    if isinstance(error, Unauthorized) and route is not None and route.page:
        return web.Response(status=303, headers={"Location": f"/signin?next={request.path}"})
    return None


def _refusal(request: web.Request, error: PishkhanError) -> web.Response:
    """JSON, and for a browser on a route that has one a page that people can read; the status is the same."""
    answer, route = error_answer(error), request.get(ROUTE)
    if route is None or route.fault is None or "text/html" not in request.headers.get("Accept", ""):
        return answer
    page = route.fault(request, error)
    assert isinstance(page, web.Response)
    page.set_status(answer.status)
    page.headers["Content-Security-Policy"] = STRICT_CSP  # the route's own is for what it would have shown
    if "Retry-After" in answer.headers:
        page.headers["Retry-After"] = answer.headers["Retry-After"]
    return page


def _headers(request: web.Request, response: web.StreamResponse) -> None:
    route = request.get(ROUTE)
    headers = response.headers
    policy = (route.csp if route else "") or STRICT_CSP
    if route and route.frame:
        policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if route and route.cors:
        headers.setdefault("Access-Control-Allow-Origin", "*")
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    else:
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
