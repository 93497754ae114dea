"""The pages: start, sign-in, console, board, admin. Renders templates; what they show live comes by the socket."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from agents import boot, reading
from agents.assets import Assets
from agents.auth import LIFETIME, Auth, Refused
from agents.given import Given
from agents.guard import SIGNED, Guard, Signed
from agents.lines import Lines
from agents.sight import at_least
from agents.throttle import address_of, is_local
from agents.views import View
from router.errors import TooMany
from router.records import Role
from router.routes import Access, Route
from storage.tx import StoreTx

TEMPLATES = Path(__file__).parent / "templates"
_FORM_COOKIE = "pishkhan-form"
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")  #: a path of ours: no other host, no backslash, nothing invisible
LANGUAGES = ("fa", "en")


class Pages:
    """One method a page."""

    def __init__(self, given: Given, guard: Guard, auth: Auth, lines: Lines, assets: Assets,
                 templates: Path = TEMPLATES) -> None:
        self._given, self._guard, self._auth, self._lines = given, guard, auth, lines
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined,
            trim_blocks=True, lstrip_blocks=True)
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
        self._templates.globals["static"] = assets.address

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        return [
            Route(method="GET", path="/", handler=self.start, access=Access.PUBLIC, page=True, summary="Start page"),
            Route(method="GET", path="/signin", handler=self.form, access=Access.PUBLIC, page=True, summary="Sign in"),
            Route(method="POST", path="/signin", handler=self.sign_in, access=Access.PUBLIC, page=True, form=True,
                  summary="Sign in", max_bytes=20_000),
            Route(method="POST", path="/signout", handler=self.sign_out, access=Access.AGENT, page=True, form=True,
                  summary="Sign out", max_bytes=20_000),
            Route(method="GET", path="/console", handler=self.console, access=Access.AGENT, page=True,
                  summary="The agents' console"),
            Route(method="GET", path="/board", handler=self.board, access=Access.SUPERVISOR, page=True,
                  summary="Live queues and agents"),
            Route(method="GET", path="/admin", handler=self.admin, access=Access.SUPERVISOR, page=True,
                  summary="Setting up; supervisors see how routing is set, and what if it were otherwise"),
        ]

    def _page(self, name: str, request: web.Request, signed: Signed | None, me: View | None, *, status: int = 200,
              **values: Any) -> web.Response:
        asked = request.query.get("language", "")
        language = me["language"] if me else asked if asked in LANGUAGES else self._given.settings.desk.language
        given = {"language": language, "desk": boot.desk(self._given), "me": me,
                 "csrf": signed.csrf if signed else "", **values}
        text = self._templates.get_template(name).render(given)
        return web.Response(text=text, content_type="text/html", status=status)

    async def _me(self, signed: Signed | None) -> View | None:
        if signed is None:
            return None
        view = await self._given.store.snapshot(lambda tx: reading.me_view(tx, signed.agent.id))
        return view | {"role": signed.agent.role.value}

    async def start(self, request: web.Request) -> web.Response:
        """What is set up and what is missing; the details only to who may see them."""
        signed = await self._guard.peek(request)
        detailed = at_least(signed.agent, Role.ADMIN) if signed else is_local(request)
        counts, channels = None, []
        if detailed:
            channels = await self._lines.views()
            counts = {**await self._given.store.snapshot(_counts), "channels": len(channels)}
        return self._page("start.html", request, signed, await self._me(signed), detailed=detailed, channels=channels,
                          counts=counts, base_url=self._given.url, version=self._given.version)

    async def console(self, request: web.Request) -> web.Response:
        """The shell; the socket fills it."""
        return await self._shell("console", request)

    async def board(self, request: web.Request) -> web.Response:
        """The same for supervisors."""
        return await self._shell("board", request)

    async def admin(self, request: web.Request) -> web.Response:
        """The same for administrators."""
        return await self._shell("admin", request)

    async def _shell(self, name: str, request: web.Request) -> web.Response:
        signed = request[SIGNED]
        me = await self._me(signed)
        assert me is not None
        values = boot.boot(self._given, name, me, signed.csrf, self._given.clock())
        return self._page(f"{name}.html", request, signed, me, boot=values)

    # --- signing in and out

    async def form(self, request: web.Request) -> web.Response:
        """Who is signed in already goes on."""
        following = local_path(request.query.get("next", ""))
        if await self._guard.peek(request) is not None:
            return web.Response(status=303, headers={"Location": following})
        return self._sign_in_page(request, following)

    def _sign_in_page(self, request: web.Request, following: str, *, login: str = "", error: str = "",
                      retry_after: int = 0, status: int = 200) -> web.Response:
        # Before there is a session, the token of the form is bound to a cookie of its own.
        known = request.cookies.get(_FORM_COOKIE, "")
        token = known if 20 <= len(known) <= 100 else secrets.token_urlsafe(24)
        response = self._page("signin.html", request, None, None, status=status, csrf=token, next=following,
                              login=login, error=error, retry_after=retry_after)
        response.set_cookie(_FORM_COOKIE, token, max_age=int(timedelta(hours=12).total_seconds()), path="/signin",
                            httponly=True, samesite="Strict", secure=self._given.url.startswith("https:"))
        if retry_after:
            response.headers["Retry-After"] = str(retry_after)
        return response

    async def sign_in(self, request: web.Request) -> web.Response:
        """A cookie and a step to where they wanted to go, or the form again."""
        data = {name: str(value) for name, value in (await request.post()).items()}
        login, following = data.get("login", "")[:100], local_path(data.get("next", ""))
        known = request.cookies.get(_FORM_COOKIE, "")
        ours = known and hmac.compare_digest(data.get("csrf", "").encode(), known.encode())
        if not ours or not self._guard.own_origin(request, needed=False):
            return self._sign_in_page(request, following, login=login, error="expired", status=403)
        try:
            opened = await self._auth.sign_in(login, data.get("password", "")[:1000], self._address(request))
        except TooMany as error:
            seconds = max(1, int(error.retry_after.total_seconds()))
            return self._sign_in_page(request, following, login=login, error="too-many", retry_after=seconds,
                                      status=429)
        except Refused as error:
            return self._sign_in_page(request, following, login=login, error=error.code, status=401)
        response = web.Response(status=303, headers={"Location": following})
        self._guard.set_cookie(response, opened.cookie, LIFETIME)
        response.del_cookie(_FORM_COOKIE, path="/signin")
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """Back to the form."""
        await self._auth.sign_out(request[SIGNED])
        response = web.Response(status=303, headers={"Location": "/signin"})
        self._guard.drop_cookie(response)
        return response

    def _address(self, request: web.Request) -> str:
        return address_of(request, self._given.settings.server.trusted_proxies)


def local_path(text: str) -> str:
    """Where to go after signing in: only a path of ours that can be looked at."""
    fine = len(text) <= 500 and _LOCAL.fullmatch(text) and not text.startswith(("/signin", "/signout"))
    return text if fine else "/console"


def _counts(tx: StoreTx) -> dict[str, int]:
    agents = [agent for agent in tx.desk.agents() if agent.active]
    return {"agents": len(agents), "admins": sum(1 for agent in agents if agent.role is Role.ADMIN),
            "queues": sum(1 for queue in tx.desk.queues() if queue.active)}
