"""Dialogues that ask another system: which addresses may be asked, within which bounds, and what follows a failure."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from desk.fetch import address, allowed, fetch, taken
from router.model import Address, Medium
from settings.flows import Endpoint
from tests.flow_people import Person, town
from tests.house import until


@pytest.mark.parametrize(("where", "private", "fine"), [
    ("93.184.216.34", False, True), ("2606:4700::1111", False, True), ("127.0.0.1", False, False),
    ("10.1.2.3", False, False), ("192.168.1.1", False, False), ("172.16.0.1", False, False),
    ("169.254.169.254", False, False),
    ("169.254.169.254", True, False), ("::1", False, False), ("fe80::1", True, False), ("fd00::1", False, False),
    ("::ffff:127.0.0.1", False, False), ("64:ff9b::7f00:1", False, False), ("2002:7f00:1::", False, False),
    ("0.0.0.0", True, False), ("224.0.0.1", True, False), ("100.64.0.1", False, False), ("127.0.0.1", True, True),
    ("10.1.2.3", True, True), ("not an address", True, False), ("240.0.0.1", True, False),
])
def test_addresses_that_may_be_asked(where: str, private: bool, fine: bool) -> None:
    assert allowed(where, private=private) is fine


def test_paths_and_answers_are_bounded() -> None:
    assert address("/debt/{id}/x", {"id": "../../admin?a=b#c"}) == "debt/%2E%2E%2F%2E%2E%2Fadmin%3Fa%3Db%23c/x"
    assert taken(b'{"a": {"b": [{"c": 5}]}}', {"x": "a.b.0.c", "y": "a.z", "z": "a"}) == {"x": 5, "y": None, "z": None}
    assert taken(b"[1]", {}) is None and taken(b"<html>", {}) is None and taken(b"[" * 100_000, {}) is None


async def _answer(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/slow":
                    await asyncio.sleep(5)
        case "/big":
            return web.Response(body=b"x" * 100_000)
        case "/away":
            raise web.HTTPFound("/fine")
        case "/fault":
            return web.Response(status=500)
    return web.json_response({"debt": {"amount": 5000}, "key": request.headers.get("Idempotency-Key", ""),
                              "auth": request.headers.get("Authorization", "")})


@pytest.mark.parametrize(("path", "amount"), [
    ("/fine", 5000), ("/slow", None), ("/big", None), ("/away", None), ("/fault", None)])
async def test_another_system_is_asked_within_bounds(path: str, amount: int | None) -> None:
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", _answer)
    async with TestServer(application) as server:
        there = Endpoint(base_url=f"http://localhost:{server.port}", private=True, seconds=0.5)
        request = {"method": "GET", "path": path, "values": {}, "send": {}, "take": {"amount": "debt.amount"}}
        found = await fetch(there, request, key="k")
        assert (found or {}).get("amount") == amount
        # The same address is refused where private ones are not allowed, by name and by number.
        for host in ("localhost", "127.0.0.1", "[::1]"):
            outside = Barred(f"http://{host}:{server.port}")
            assert await fetch(outside, request, key="k") is None


class Barred:
    """An endpoint as nobody may configure it: public, and leading home."""

    token, private, seconds, max_bytes = "", False, 1.0, 1000

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url


def test_plain_http_outside_is_refused_in_the_settings() -> None:
    with pytest.raises(ValueError, match="https"):
        Endpoint(base_url="http://inquiry.example.org")


async def test_a_dialogue_asks_another_system_and_goes_on_when_it_fails(tmp_path: Path) -> None:
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", _answer)
    own = tmp_path / "own"
    own.mkdir()
    (own / "debt.toml").write_text("""[flow]
name = "debt"
title = { fa = "بدهی", en = "Debt" }

[steps.who]
kind = "ask"
answer = "national-id"
save = "person"
text = { fa = "کد ملی؟", en = "National id?" }
next = "ask"

[steps.ask]
kind = "call"
endpoint = "tax"
path = "/PATH"
send = { id = "person" }
values = { amount = "debt.amount" }
next = "told"
failed = "sorry"

[steps.told]
kind = "end"
text = { fa = "بدهی: {amount}", en = "Debt: {amount}" }

[steps.sorry]
kind = "end"
text = { fa = "اکنون نمی‌شود.", en = "Not now." }
""".replace("PATH", "fine"), encoding="utf-8")
    async with TestServer(application) as server:
        flows = {"folder": str(own), "endpoints": {"tax": {
            "base_url": f"http://127.0.0.1:{server.port}", "private": True, "seconds": 1.0}}}
        async with town(tmp_path, flow="debt", flows=flows) as house:
            someone = Person(house)
            await someone.says("سلام")
            await someone.says("0499370899")

            async def told() -> bool:
                return "۵۰۰۰" in (await someone.heard())[-1]
            await until(told, what="the answer")
            assert (await someone.dialogue()).outcome == "contained"
            await server.close()
            other = Person(house, Address(medium=Medium.WEBCHAT, value="other"))
            await other.says("سلام")
            await other.says("0499370899")

            async def sorry() -> bool:
                return "نمی‌شود" in (await other.heard())[-1]
            await until(sorry, what="the failure branch")
