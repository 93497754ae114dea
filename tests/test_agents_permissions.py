"""Every route with nobody, every role and every way in. The table of routes is the list; nothing can be left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from agents.sight import RANK
from router.records import Role
from router.routes import Access, Route
from tests.agents_front import Client, Desk, fronted

NEEDS = {Access.AGENT: Role.AGENT, Access.SUPERVISOR: Role.SUPERVISOR, Access.ADMIN: Role.ADMIN}
#: What anybody may do; a route that joins this list is looked at here first.
PUBLIC = {"GET /", "GET /signin", "POST /signin", "GET /healthz", "GET /readyz", "GET /api/openapi.json"}


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        yield made


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


async def asked(client: Client, route: Route, **how: Any) -> int:
    path = re.sub(r"\{\w+\}", "999999", route.path)
    if route.path.startswith("/static/"):
        path = "/static/nothing.js"
    if route.socket:
        how["headers"] = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                          "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **how.get("headers", {})}
    async with client.http.request(route.method, path, allow_redirects=False, **how) as answer:
        return answer.status


def refused(route: Route, status: int) -> bool:
    return status in (401, 403) or (route.page and status == 303)


async def test_what_anybody_may_do_is_a_short_list(desk: Desk) -> None:
    found = {name(route) for route in desk.routes if route.access in (Access.PUBLIC, Access.SIGNED, Access.VISITOR)}
    assert {each for each in found if not each.startswith("GET /static/")} == PUBLIC


async def test_nobody_gets_in_anywhere_else(desk: Desk) -> None:
    nobody = desk.client()
    stranger = desk.client(cookies={"pishkhan": "made-up"}, headers={"X-CSRF-Token": "x"})
    robot = desk.client(headers={"Authorization": "Bearer pshk_made-up"})
    for route in desk.routes:
        if name(route) in PUBLIC or route.path.startswith("/static/"):
            continue
        for client in (nobody, stranger, robot):
            status = await asked(client, route, headers={"X-Forwarded-For": "192.0.2.1"})
            assert refused(route, status), (name(route), status)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("way", ["session", "token"])
async def test_every_route_with_every_role(desk: Desk, role: Role, way: str) -> None:
    person = await desk.agent("person", role=role)
    if way == "token":
        from agents.guard import digest
        await desk.store.run(lambda tx: tx.accounts.add_token(person.agent, "t", role, digest("pshk_t")))
        person = desk.client(headers={"Authorization": "Bearer pshk_t"}, agent=person.agent)
    origin = {"Origin": str(desk.server.make_url("/")).rstrip("/")}
    for route in desk.routes:
        if route.path == "/signout" or (route.access is Access.OPERATOR):
            continue
        needed = NEEDS.get(route.access)
        status = await asked(person, route, headers=origin if way == "session" else {}, **(
            {"json": {}} if route.method == "POST" and not route.form else {}))
        if needed is None:
            assert status not in (401, 500) or route.path == "/signin", (name(route), status)
        elif RANK[role] >= RANK[needed]:
            assert status not in (401, 403, 500) and not (route.page and status == 303), (name(route), status)
        else:
            assert status == 403, (name(route), status)


async def test_a_session_without_its_token_changes_nothing(desk: Desk) -> None:
    admin = await desk.agent("admin", role=Role.ADMIN)
    for route in desk.routes:
        if route.method in ("GET", "HEAD") or route.path == "/signin":
            continue
        for headers in ({"X-CSRF-Token": "wrong"}, {"Origin": "http://evil.example"}):
            assert await asked(admin, route, headers=headers) == 403, name(route)


async def test_operators_are_this_machine_or_an_administrators_token(desk: Desk) -> None:
    from agents.guard import digest
    admin = await desk.agent("admin", role=Role.ADMIN)
    agent = await desk.agent("agent")
    for number, (who, role) in enumerate([(admin, Role.ADMIN), (admin, Role.SUPERVISOR), (agent, Role.ADMIN)]):
        await desk.store.run(lambda tx, who=who, role=role, number=number: tx.accounts.add_token(
            who.agent, "t", role, digest(f"pshk_{number}")))
    far = {"X-Forwarded-For": "192.0.2.1"}
    nobody = desk.client()
    assert (await nobody.get("/metrics"))[0] == 200
    assert (await nobody.get("/metrics", headers=far))[0] == 401
    assert (await admin.get("/metrics", headers=far))[0] == 403, "a session is no API token"
    for number, expected in ((0, 200), (1, 403), (2, 403)):
        got, _ = await nobody.get("/metrics", headers={**far, "Authorization": f"Bearer pshk_{number}"})
        assert got == expected


async def test_no_route_is_too_generous_in_size(desk: Desk) -> None:
    for route in desk.routes:
        assert route.max_bytes <= 1_000_000 or route.path == "/api/uploads", name(route)
    client = await desk.agent("agent")
    status, answer = await client.post("/api/contacts/1/note", data=b'{"key":"k","text":"' + b"x" * 1_000_001 + b'"}')
    assert status == 413 and answer["error"]["code"] == "too_large"
