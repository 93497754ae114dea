"""Signing in: cookies, throttling, the same work for everybody, forged requests, tokens, first administrator."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents import passwords, throttle, users
from agents.given import Cost
from agents.pages import local_path
from agents.throttle import Throttle
from router.errors import BadRequest, TooMany
from router.records import Role
from tests.agents_front import CHEAP, Client, Clock, Desk, fronted

GOOD = "correct horse battery"


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        await users.add(made.store, "sara", name="سارا", role="supervisor", password=GOOD, cost=CHEAP)
        yield made


async def form(client: Client, **fields: str) -> tuple[int, Any, Any]:
    """Load the form, send it; (status, headers, text)."""
    async with client.http.get("/signin") as page:
        csrf = re.search(r'name="csrf" value="([^"]+)"', await page.text()).group(1)
    data = {"login": "sara", "password": GOOD, "next": "/board", "csrf": csrf} | fields
    async with client.http.post("/signin", data=data, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.text()


async def outcomes(desk: Desk) -> list[tuple[Any, str]]:
    entries = await desk.read(lambda tx: tx.journal.after(0))
    return [(e.data["agent"], e.data["outcome"]) for e in entries if e.name == "signed-in"]


def stored(database: Path) -> bytes:
    """Every byte of the database."""
    return b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))


async def test_signing_in_and_out(desk: Desk) -> None:
    client = desk.client()
    assert (await client.get("/console"))[0] == 303, "a page sends us to the form"
    assert (await client.get("/api/me"))[0] == 401
    status, headers, _ = await form(client, login=" SARA ")
    assert status == 303 and headers["Location"] == "/board"
    cookie = next(line for line in headers.getall("Set-Cookie") if line.startswith("pishkhan="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    secret = cookie.split("=", 1)[1].split(";")[0]
    status, answer = await client.get("/api/me")
    assert status == 200 and answer["me"]["login"] == "sara"
    raw = stored(Path(desk.store._writes.url.database))
    kept = hashlib.sha256(secret.encode()).hexdigest()
    assert secret.encode() not in raw and kept.encode() in raw, "only the hash of the cookie is kept"
    assert GOOD.encode() not in raw
    assert (await client.get("/signin"))[0] == 303, "who is signed in needs no form"
    _, page = await client.get("/board")
    csrf = re.search(rb'"csrf": "([^"]+)"', page).group(1).decode()
    assert (await client.call("POST", "/signout", data={"csrf": "wrong"}))[0] == 403
    assert (await client.call("POST", "/signout", data={"csrf": csrf}))[0] == 303
    assert (await client.get("/api/me"))[0] == 401
    assert await outcomes(desk) == [(1, "in"), (1, "out")]


async def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    async with fronted(tmp_path, server={"base_url": "https://desk.example.org"}) as desk:
        await users.add(desk.store, "sara", password=GOOD, cost=CHEAP)
        client = desk.client(headers={"Origin": "https://desk.example.org"})
        async with client.http.get("/signin") as page:
            csrf = re.search(r'name="csrf" value="([^"]+)"', await page.text()).group(1)
        data = {"login": "sara", "password": GOOD, "csrf": csrf, "next": ""}
        async with client.http.post("/signin", data=data, allow_redirects=False,
                                    cookies={"pishkhan-form": csrf}) as answer:
            cookie = next(c for c in answer.headers.getall("Set-Cookie") if "__Host-pishkhan=" in c)
        assert "Secure" in cookie and "HttpOnly" in cookie and "Domain" not in cookie
        async with client.http.post("/signin", data=data, allow_redirects=False, cookies={"pishkhan-form": csrf},
                                    headers={"Origin": "http://desk.example.org"}) as answer:
            assert answer.status == 403, "the same host without TLS is another site"


@pytest.mark.parametrize(("fields", "status", "error"), [
    ({"password": "wrong password"}, 401, "wrong"), ({"login": "nobody"}, 401, "wrong"), ({"login": ""}, 401, "wrong"),
    ({"csrf": "made up"}, 403, "expired"), ({"csrf": ""}, 403, "expired"), ({"password": "x" * 900}, 401, "wrong")])
async def test_what_is_refused(desk: Desk, fields: dict[str, str], status: int, error: str) -> None:
    client = desk.client()
    got, _, text = await form(client, **fields)
    assert got == status and 'role="alert"' in text
    assert (await client.get("/api/me"))[0] == 401
    if error == "wrong":
        assert (await outcomes(desk))[-1][1] == "wrong"


async def test_a_closed_account_is_told_only_to_who_knows_the_password(desk: Desk) -> None:
    await desk.store.run(lambda tx: tx.desk.set_agent(1, active=False))
    status, _, text = await form(desk.client())
    assert status == 401 and "غیرفعال" in text
    status, _, text = await form(desk.client(), password="wrong password")
    assert status == 401 and "غیرفعال" not in text


async def test_an_account_without_a_password_cannot_be_entered(desk: Desk) -> None:
    await desk.store.run(lambda tx: users.create(tx, "robot", "Robot", Role.ADMIN, "", by="test"))
    assert (await form(desk.client(), login="robot", password=""))[0] == 401


async def test_guessing_is_slowed_down_per_login(desk: Desk) -> None:
    client = desk.client()
    for _ in range(throttle.PER_LOGIN.burst):
        assert (await form(client, password="wrong password"))[0] == 401
    status, headers, text = await form(client)
    assert status == 429 and 1 <= int(headers["Retry-After"]) <= 120 and "role=\"alert\"" in text
    assert (await form(client, login="other", password="x"))[0] == 401, "others are not held up"
    desk.clock.ahead += throttle.PER_LOGIN.refill
    assert (await form(client))[0] == 303


async def test_guessing_is_slowed_down_per_address() -> None:
    clock = Clock()
    slow = Throttle(clock)
    for number in range(throttle.PER_ADDRESS.burst):
        slow.claim(f"login{number}", "192.0.2.1")
    with pytest.raises(TooMany):
        slow.claim("fresh", "192.0.2.1")
    slow.claim("fresh", "192.0.2.2")
    clock.ahead += timedelta(hours=1)
    slow.claim("fresh", "192.0.2.1")


async def test_throttling_takes_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KEYS", 100)
    slow = Throttle(Clock())
    for number in range(1000):
        slow.claim(f"login{number}", f"192.0.{number // 250}.{number % 250}")
    assert len(slow) == 100


@pytest.mark.parametrize(("peer", "forwarded", "expected"), [
    ("192.0.2.9", "", "192.0.2.9"), ("192.0.2.9", "198.51.100.1", "192.0.2.9"),
    ("10.0.0.1", "198.51.100.1", "198.51.100.1"), ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "198.51.100.1, 10.0.0.1", "198.51.100.1"), ("10.0.0.1", "rubbish", "unknown"),
    ("2001:db8:1:2:3::9", "", "2001:db8:1:2::/64")])
def test_whom_a_request_is_counted_for(peer: str, forwarded: str, expected: str) -> None:
    from aiohttp.test_utils import make_mocked_request
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)
    assert throttle.address_of(request, ("10.0.0.1",)) == expected


async def test_an_unknown_login_costs_as_much_as_a_wrong_password(tmp_path: Path) -> None:
    async with fronted(tmp_path, cost=Cost(passes=2, kibibytes=20_000, lanes=1)) as desk:
        await users.add(desk.store, "sara", password=GOOD, cost=Cost(passes=2, kibibytes=20_000, lanes=1))
        took: dict[str, list[float]] = {"sara": [], "nobody": []}
        for _ in range(5):
            for login, times in took.items():
                began = time.process_time()
                await form(desk.client(), login=login, password="wrong password")
                times.append(time.process_time() - began)
        assert 0.4 < min(took["sara"]) / min(took["nobody"]) < 2.5, took


async def test_a_hash_of_another_cost_is_made_anew(desk: Desk) -> None:
    before = await desk.read(lambda tx: tx.accounts.password("sara"))
    old = passwords.Passwords(Cost(passes=2, kibibytes=16, lanes=1))
    hashed = await old.hash(GOOD)
    await desk.store.run(lambda tx: tx.accounts.rehash(1, hashed))
    assert (await form(desk.client()))[0] == 303
    after = await desk.read(lambda tx: tx.accounts.password("sara"))
    assert hashed != after[1] != before[1] and "t=1" in after[1]


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 200), ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"X-CSRF-Token": ""}, 403),
    ({"X-CSRF-Token": "x"}, 403), ({"X-CSRF-Token": "ک"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403), ({"Sec-Fetch-Site": "same-origin"}, 200)])
async def test_requests_of_other_sites(desk: Desk, headers: dict[str, str], status: int) -> None:
    client = await desk.session(1)
    got, answer = await client.post("/api/me/state", {"state": "ready"}, headers=headers)
    assert got == status, answer
    if status == 403:
        assert answer["error"]["code"] == "forged"
        assert (await desk.read(lambda tx: tx.desk.agent(1))).state == "offline"


async def test_our_own_origin_is_ours(desk: Desk) -> None:
    client = await desk.session(1)
    origin = str(desk.server.make_url("/")).rstrip("/")
    assert (await client.post("/api/me/state", {"state": "ready"}, headers={"Origin": origin}))[0] == 200


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_a_socket_of_another_site_is_refused(desk: Desk, origin: str | None) -> None:
    from aiohttp import WSServerHandshakeError
    client = await desk.session(1)
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.http.ws_connect("/api/live", origin=origin)
    assert refused.value.status == 403


async def test_tokens(desk: Desk) -> None:
    admin = await desk.agent("admin", role=Role.ADMIN)
    made = await admin.ok("/api/tokens", {"name": "گزارش", "role": "supervisor"})
    assert made["token"].startswith("pshk_") and made["role"] == "supervisor"
    program = desk.client(headers={"Authorization": f"Bearer {made['token']}"})
    assert (await program.get("/api/board"))[0] == 200
    assert (await program.post("/api/me/language", {"language": "en"}))[0] == 200, "needs neither CSRF nor origin"
    assert (await program.get("/api/agents"))[0] == 403, "at most its own role, though its maker is an admin"
    assert (await program.get("/api/me"))[1]["me"]["role"] == "supervisor"
    status, listed = await admin.get("/api/tokens")
    assert status == 200 and listed["tokens"][0]["used_at"] and "token" not in listed["tokens"][0]
    assert (await admin.call("DELETE", f"/api/tokens/{made['id']}"))[0] == 200
    assert (await program.get("/api/board"))[0] == 401
    assert (await admin.call("DELETE", f"/api/tokens/{made['id']}"))[0] == 404
    cookie = await desk.session(admin.agent)
    status, _ = await cookie.get("/api/me", headers={"Authorization": "Bearer pshk_wrong"})
    assert status == 401, "a wrong token is never a session"


async def test_a_new_password_ends_every_session(desk: Desk) -> None:
    client = desk.client()
    assert (await form(client))[0] == 303
    await users.set_password(desk.store, "sara", password="another long secret", cost=CHEAP)
    assert (await client.get("/api/me"))[0] == 401
    assert (await form(desk.client()))[0] == 401
    assert (await form(desk.client(), password="another long secret"))[0] == 303


async def test_sessions_end_by_themselves(desk: Desk) -> None:
    client = desk.client()
    assert (await form(client))[0] == 303
    desk.clock.ahead += timedelta(hours=12, seconds=1)
    assert (await client.get("/api/me"))[0] == 401


async def test_the_first_administrator(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        password = await users.first_admin(desk.store, CHEAP)
        assert password and len(password) >= 16
        assert await users.first_admin(desk.store, CHEAP) is None
        client = desk.client()
        assert (await form(client, login="admin", password=password))[0] == 303
        assert (await client.get("/api/me"))[1]["me"]["role"] == "admin"


async def test_people_from_the_command_line(desk: Desk) -> None:
    made, password = await users.add(desk.store, "Omid.R", role="agent", cost=CHEAP)
    assert made.login == "omid.r" and len(password) >= 16
    people = await users.listed(desk.store)
    assert [each["login"] for each in people] == ["sara", "omid.r"]
    assert "omid.r" in users.shown(people, as_json=False) and users.shown(people, as_json=True).startswith("[")
    for wrong in ("", "a", "سارا", "a b", "x" * 41):
        with pytest.raises(BadRequest):
            await users.add(desk.store, wrong, cost=CHEAP)
    with pytest.raises(Exception, match="taken"):
        await users.add(desk.store, "sara", cost=CHEAP)
    with pytest.raises(Exception, match="nobody"):
        await users.set_password(desk.store, "ghost", cost=CHEAP)


@pytest.mark.parametrize(("password", "fine"), [
    ("correct horse", True), ("گذرواژهٔ بلند من", True), ("short", False), ("aaaaaaaaaaaa", False),
    ("sara-sara-sara", False), ("x" * 201, False)])
def test_what_a_good_password_is(password: str, fine: bool) -> None:
    if fine:
        assert passwords.fit(password, "sara") == password
    else:
        with pytest.raises(BadRequest):
            passwords.fit(password, "sara")


@pytest.mark.parametrize(("asked", "goes"), [
    ("/board", "/board"), ("/console?x=1", "/console?x=1"), ("", "/console"), ("//evil.example", "/console"),
    ("/\\evil.example", "/console"), ("https://evil.example", "/console"), ("/\tx", "/console"),
    ("/x\r\ny", "/console"), ("/signout", "/console"), ("/signin?next=/", "/console"), ("/" + "x" * 600, "/console"),
    ("javascript:x", "/console")])
def test_where_one_goes_after_signing_in(asked: str, goes: str) -> None:
    assert local_path(asked) == goes
