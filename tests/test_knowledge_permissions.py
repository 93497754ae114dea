"""Every route of knowledge with nobody and every role: the running house's own table is the list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels import registry
from knowledge.parts import routes
from router.routes import Access, Route
from tests import fake
from tests.knowledge_town import town

RANK = {Access.AGENT: 0, Access.SUPERVISOR: 1, Access.ADMIN: 2}
PEOPLE = {"agent": 0, "lead": 1, "admin": 2}
#: What anybody may do; a route that joins this list is looked at here first.
PUBLIC = {
    "GET /help", "GET /help/", "GET /help/search.json", "GET /help/embed.json", "GET /help/embed.js",
    "GET /help/static/{name}",
    "GET /help/sitemap.xml", "GET /robots.txt", "GET /help/files/{id}", "GET /help/{id}", "POST /help/{id}/feedback",
    "GET /knowledge/static/{name}",
}


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


async def test_every_route_with_everybody(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        every = routes(t.house.known)
        assert {name(each) for each in every if each.access is Access.PUBLIC} == PUBLIC
        for route in every:
            path = re.sub(r"\{\w+\}", "999999", route.path)
            if route.access is Access.PUBLIC:
                continue
            how = {"json": {}} if route.method == "POST" else {}
            async with t.http["nobody"].request(route.method, path, allow_redirects=False, **how) as answer:
                assert answer.status == (303 if route.page else 401), name(route)
            for person, rank in PEOPLE.items():
                status, _ = await t.ask(route.method, path, by=person, **how)
                if rank >= RANK[route.access]:
                    assert status not in (401, 403, 500), (name(route), person, status)
                else:
                    assert status == 403, (name(route), person, status)


async def test_sizes_are_bounded(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        big = {name(each): each.max_bytes for each in routes(t.house.known) if each.max_bytes > 1_000_000}
        assert big == {"POST /api/articles/{id}/files": 10_000_000, "POST /api/knowledge/import": 20_000_000}


async def test_a_browser_session_needs_its_token(tmp_path: Path) -> None:
    """The guard stands before these routes as before all others: a cookie alone changes nothing."""
    from datetime import timedelta

    import aiohttp

    from agents.guard import digest
    async with town(tmp_path) as t:
        await t.house.store.run(lambda tx: tx.accounts.open_session(
            digest("cookie"), t.people["admin"].id, "c" * 32, timedelta(days=1)))
        async with aiohttp.ClientSession(t.house.url, cookies={"pishkhan": "cookie"},
                                         cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            async with http.post("/api/articles", json={"title": "x"}) as answer:
                assert answer.status == 403
            async with http.get("/knowledge") as answer:
                text = await answer.text()
                assert answer.status == 200 and "c" * 32 in text and "script-src 'self'" in answer.headers[
                    "Content-Security-Policy"]
            async with http.post("/api/articles", json={"title": "x"}, headers={"X-CSRF-Token": "c" * 32}) as answer:
                assert answer.status == 200
