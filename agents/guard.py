"""Stands before every route: who is it, may they, and did our own page send it. Knows no action."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web

from agents.given import Given
from agents.sight import RANK, at_least
from agents.throttle import is_local
from router.errors import Forbidden, Forged, Unauthorized
from router.records import Agent, Role
from router.routes import Access, Route
from router.web import ACTOR
from storage.tx import StoreTx

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
USED_EVERY = timedelta(minutes=1)  #: how exactly a token's last use is kept
_OPEN = (Access.PUBLIC, Access.SIGNED, Access.VISITOR)
_ROLES = {Access.AGENT: Role.AGENT, Access.SUPERVISOR: Role.SUPERVISOR, Access.ADMIN: Role.ADMIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who sends a request, and by what we know it."""

    agent: Agent
    digest: str  #: of the cookie or token
    csrf: str  #: "" for a token: it needs none
    expires_at: datetime | None


SIGNED: web.RequestKey[Signed] = web.RequestKey("signed", Signed)


def who(request: web.Request) -> Agent:
    """The agent behind a request that passed the guard."""
    return request[SIGNED].agent


def digest(secret: str) -> str:
    """What is kept of a cookie or token."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Guard:
    """See `router.web.Guard`."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._secure = given.settings.server.base_url.startswith("https:")
        #: A cookie of this name is taken by browsers only from HTTPS, for this host and the whole of it.
        self.cookie = "__Host-pishkhan" if self._secure else "pishkhan"

    async def __call__(self, request: web.Request, route: Route) -> None:
        """Raises Unauthorized, Forbidden or Forged; then `who(request)` answers where somebody must be signed in."""
        if route.access in _OPEN:
            return
        if route.access is Access.OPERATOR:
            await self._operator(request)
            return
        signed = await self.peek(request)
        if signed is None:
            raise Unauthorized("sign in first")
        if signed.csrf:
            await self._ours(request, route, signed)
        if not at_least(signed.agent, _ROLES[route.access]):
            raise Forbidden(f"this is for the role {_ROLES[route.access]}")
        request[SIGNED] = signed
        request[ACTOR] = f"agent:{signed.agent.id}"

    async def peek(self, request: web.Request) -> Signed | None:
        """Who sends it, on any route; None when nobody we know. A token that is wrong is never a session."""
        header = request.headers.get("Authorization", "")
        if header[:7].lower() == "bearer ":
            return await self._token(header[7:].strip())
        cookie = request.cookies.get(self.cookie, "")
        if not cookie or len(cookie) > 200:
            return None
        known = digest(cookie)

        def read(tx: StoreTx) -> Signed | None:
            session = tx.accounts.session(known)
            if session is None:
                return None
            return Signed(agent=tx.desk.agent(session.agent), digest=known, csrf=session.csrf,
                          expires_at=session.expires_at)
        return await self._given.store.snapshot(read)

    async def _token(self, secret: str) -> Signed | None:
        known = digest(secret[:200])
        found = await self._given.store.snapshot(lambda tx: tx.accounts.token(known))
        if found is None:
            return None
        agent = await self._given.store.snapshot(lambda tx: tx.desk.agent(found.agent))
        if found.used_at is None or self._given.clock() - found.used_at > USED_EVERY:
            await self._given.store.run(lambda tx: tx.accounts.used(found.id))
        role = min(agent.role, found.role, key=RANK.__getitem__)
        return Signed(agent=replace(agent, role=role), digest=known, csrf="", expires_at=None)

    async def _operator(self, request: web.Request) -> None:
        if is_local(request):
            return
        signed = await self.peek(request)
        if signed is None:
            raise Unauthorized("from elsewhere than this machine only with an administrator's API token")
        if signed.csrf or not at_least(signed.agent, Role.ADMIN):
            raise Forbidden("from elsewhere than this machine only with an administrator's API token")

    async def _ours(self, request: web.Request, route: Route, signed: Signed) -> None:
        """A session's cookie comes with every request a browser makes, so our own page must have made this one."""
        if route.socket:
            if not self.own_origin(request, needed=True):
                raise Forged("the socket was opened by another site")
            return
        if request.method in SAFE:
            return
        if not self.own_origin(request, needed=False):
            raise Forged("the request was made by another site")
        sent = request.headers.get("X-CSRF-Token", "")
        if not sent and route.form:
            sent = str((await request.post()).get("csrf", ""))
        if not hmac.compare_digest(sent.encode(), signed.csrf.encode()):
            raise Forged("the page is out of date; load it again")

    def own_origin(self, request: web.Request, *, needed: bool) -> bool:
        """Whether the browser says that our own page made the request. Without a word of the browser: not `needed`."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("Origin")
        if origin is None:
            return not needed
        base = self._given.settings.server.base_url
        if base:
            parts = urlsplit(base)
            return origin == f"{parts.scheme}://{parts.netloc}"
        return origin == f"{request.scheme}://{request.host}"

    def set_cookie(self, response: web.StreamResponse, secret: str, lifetime: timedelta) -> None:
        """The session's cookie: not for scripts, not from other sites, only over HTTPS where there is HTTPS."""
        response.set_cookie(self.cookie, secret, max_age=int(lifetime.total_seconds()), path="/", httponly=True,
                            samesite="Lax", secure=self._secure)

    def drop_cookie(self, response: web.StreamResponse) -> None:
        """Forget the session in the browser."""
        response.del_cookie(self.cookie, path="/", httponly=True, samesite="Lax", secure=self._secure)
