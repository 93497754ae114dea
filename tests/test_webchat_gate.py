"""Who gets in: origins, tokens, rates, limits, garbage. Over real sockets in a whole house."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSServerHandshakeError

from channels.sandbox.webchat import Visitor
from channels.webchat import protocol
from channels.webchat.gate import Gate
from router.errors import Unavailable
from router.routes import Access
from tests.house import closed_with, read, until
from tests.servers.webchat import chat

PUBLIC = {("GET", "widget.js"), ("GET", "demo"), ("GET", "demo.css"), ("OPTIONS", "upload")}


async def test_every_route_states_its_access_and_stands_under_the_channels_own_path(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, aiohttp.ClientSession() as http:
        for route in house.channels["web"].routes():
            assert route.path.startswith("/channels/web/") and route.max_bytes <= 10_000_000
            name = route.path.removeprefix("/channels/web/")
            assert route.access is (Access.PUBLIC if (route.method, name) in PUBLIC else Access.VISITOR), route.path
            path = route.path.replace("{digest}", "0" * 64)
            async with http.request(route.method, house.url + path) as answer:
                wanted = 200 if route.access is Access.PUBLIC and route.method == "GET" else 403
                assert answer.status == wanted, route.path
                if wanted == 403:
                    assert (await answer.json())["error"]["code"] == "forged"


async def socket_of(http: aiohttp.ClientSession, visitor: Visitor, **headers: str) -> aiohttp.ClientWebSocketResponse:
    return await http.ws_connect(
        visitor.base + "socket",
        headers={"Origin": visitor.origin} | headers,
        protocols=(protocol.SUBPROTOCOL, visitor.token),
        compress=0,
    )


@pytest.mark.parametrize(
    ("allowed", "origin", "comes_in"),
    [
        ([], "{desk}", True),
        ([], "https://town.example", False),
        ([], "null", False),
        ([], "", False),
        (["https://town.example"], "https://town.example", True),
        (["https://town.example/some/page"], "https://TOWN.example", True),
        (["https://town.example"], "http://town.example", False),
        (["https://town.example"], "https://town.example.evil.invalid", False),
        (["https://town.example"], "https://sub.town.example", False),
        (["https://town.example"], "{desk}", True),
        (["*"], "https://anywhere.example", True),
        (["*"], "null", True),
        (["*"], "", False),
        (["town.example"], "https://town.example", False),
    ],
)
async def test_origins(tmp_path: Path, allowed: list[str], origin: str, comes_in: bool) -> None:
    async with chat(tmp_path, allowed_origins=allowed) as house, aiohttp.ClientSession() as http:
        given = origin.replace("{desk}", house.url)
        headers = {"Origin": given} if given else {}
        async with http.post(f"{house.url}/channels/web/session", headers=headers) as answer:
            assert answer.status == (200 if comes_in else 403)
            assert answer.headers.get("Access-Control-Allow-Origin", "") == given
        async with Visitor(house.url, "web") as visitor:
            await visitor.live()
            try:
                socket = await socket_of(http, visitor, Origin=given)
            except WSServerHandshakeError as refused:
                assert refused.status == 403 and not comes_in
            else:
                await socket.close()
                assert comes_in


@pytest.mark.parametrize("token", ["", "x", "v123.5.abc", "a" * 190, "{token}x", "{other}"])
async def test_a_wrong_token_opens_nothing_and_is_journalled(tmp_path: Path, token: str) -> None:
    async with (
        chat(tmp_path) as house,
        aiohttp.ClientSession() as http,
        Visitor(house.url, "web") as visitor,
    ):
        await visitor.live()
        sealer = await house.channels["web"]._gate.sealer()
        other = type(sealer)(key=sealer.key, channel="other").token(visitor.visitor, house.clock())
        visitor.token = token.replace("{token}", visitor.token).replace("{other}", other)
        with pytest.raises((WSServerHandshakeError, ValueError)) as refused:
            await socket_of(http, visitor)
        assert isinstance(refused.value, ValueError) or refused.value.status == 403
        names = [
            e.data["reason"] for e in await read(house, lambda tx: tx.journal.after(0)) if e.name == "request-refused"
        ]
        assert names == ["bad-token"] or isinstance(refused.value, ValueError)


async def test_a_session_keeps_who_it_knows_and_greets_who_it_does_not(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, aiohttp.ClientSession() as http:

        async def session(body: str) -> Any:
            url, headers = f"{house.url}/channels/web/session", {"Origin": house.url}
            async with http.post(url, data=body, headers=headers) as answer:
                return answer.status, await answer.json()

        _, first = await session("")
        _, again = await session(json.dumps({"token": first["token"]}))
        assert again["visitor"] == first["visitor"]
        for body in ('{"token": "forged"}', '{"token": 5}', "[]", "{}"):
            status, other = await session(body)
            assert status == 200 and other["visitor"] != first["visitor"], body
        assert (await session("{"))[0] == 400
        assert (await session("x" * 7000))[0] == 413


async def test_the_key_outlives_a_restart_and_belongs_to_its_channel(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        token = visitor.token
    async with chat(tmp_path) as house, Visitor(house.url, "web", token=token) as visitor:
        await visitor.until(lambda: visitor.own == ["سلام"])


async def test_processes_that_start_together_the_first_time_agree_on_one_key(tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        wire = house.channels["web"]._thread.wire
        gates = [Gate("fresh", wire, (), 60) for _ in range(5)]
        tokens = await asyncio.gather(*(gate.token("v1") for gate in gates for _ in range(10)))
        assert len(set(tokens[:10])) == 1
        for gate in gates:
            await gate.agree()
        assert len({(await gate.sealer()).key for gate in gates}) == 1


async def test_too_many_sessions_from_one_address_wait(tmp_path: Path) -> None:
    async with chat(tmp_path, requests_per_minute=5) as house, aiohttp.ClientSession() as http:
        answers = []
        for _ in range(7):
            url, headers = f"{house.url}/channels/web/session", {"Origin": house.url}
            async with http.post(url, headers=headers) as answer:
                answers.append((answer.status, int(answer.headers.get("Retry-After", "0"))))
        assert [status for status, _ in answers] == [200] * 5 + [429] * 2
        assert answers[-1][1] >= 1


async def test_behind_our_own_proxy_every_citizen_is_counted_alone(tmp_path: Path) -> None:
    async with (
        chat(tmp_path, requests_per_minute=2, server={"trusted_proxies": ("127.0.0.1",)}) as house,
        aiohttp.ClientSession() as http,
    ):
        found = []
        for address in ("198.51.100.1", "198.51.100.2", "198.51.100.1, 203.0.113.9"):
            for _ in range(3):
                headers = {"Origin": house.url, "X-Forwarded-For": address}
                async with http.post(f"{house.url}/channels/web/session", headers=headers) as answer:
                    found.append(answer.status)
        assert (
            found == [200, 200, 429] * 3
        )  # the last counts for 203.0.113.9: what it claims to forward is its own word


async def test_a_flood_of_forged_requests_does_not_flood_the_journal(tmp_path: Path) -> None:
    async with chat(tmp_path, requests_per_minute=5) as house, aiohttp.ClientSession() as http:
        for _ in range(30):
            async with http.get(
                f"{house.url}/channels/web/socket", headers={"Origin": "https://evil.invalid"}
            ) as answer:
                assert answer.status in (403, 429)
        names = [e.name for e in await read(house, lambda tx: tx.journal.after(0))]
        assert names.count("request-refused") <= 6


async def test_too_many_messages_in_a_minute_are_put_off_not_lost(tmp_path: Path) -> None:
    async with chat(tmp_path, messages_per_minute=60) as house, Visitor(house.url, "web") as visitor:
        said = 0
        while not visitor.errors or said < 64:  # one more is allowed each second: on a slow machine it takes some more
            assert await visitor.say(f"m{said}") in ("new", "continues")
            said += 1
            assert said < 1000
        assert {each["code"] for each in visitor.errors} == {"too_many"}
        assert all(each["retry_after"] > 0 for each in visitor.errors)
        await visitor.until(lambda: visitor.own == [f"m{n}" for n in range(said)])


def strange_frames() -> list[str]:
    """Broken and strange JSON; more of it from a folder of .json files named by PISHKHAN_STRINGS."""
    found = [
        "",
        "{",
        "nul",
        "[" * 9000,
        '{"op":"say"',
        '{"op":1}',
        "\ufeff{}",
        '{"op":"hello","after":1e400}',
        "{}" * 50,
    ]
    folder = os.environ.get("PISHKHAN_STRINGS")
    for path in sorted(Path(folder).rglob("*.json")) if folder else ():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [text] if len(text) < 60_000 else []
    return found


async def test_broken_json_is_answered_and_harms_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.webchat.socket.FRAMES_PER_MINUTE", 100_000)
    async with chat(tmp_path) as house, aiohttp.ClientSession() as http, Visitor(house.url, "web") as visitor:
        await visitor.live()
        socket = await socket_of(http, visitor)
        await socket.send_str('{"op":"hello"}')
        assert (await socket.receive_json())["op"] == "snapshot"
        for frame in strange_frames():
            await socket.send_str(frame)
            answer = await socket.receive_json()
            assert answer["op"] == "error" and answer["code"] in ("bad_json", "unknown_op", "bad_command"), frame
        await socket.send_str('{"op":"ping"}')
        assert await socket.receive_json() == {"op": "pong"}
        await socket.close()


@pytest.mark.parametrize(
    ("frame", "code"), [(b"binary", 1003), ("x" * 70_000, 1009)], ids=["binary", "larger than a frame may be"]
)
async def test_frames_that_close_the_socket(tmp_path: Path, frame: bytes | str, code: int) -> None:
    async with chat(tmp_path) as house, aiohttp.ClientSession() as http, Visitor(house.url, "web") as visitor:
        await visitor.live()
        socket = await socket_of(http, visitor)
        await socket.send_str('{"op":"hello"}')
        await socket.receive_json()
        await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
        assert await closed_with(socket) == code
        assert await visitor.say("سلام") == "new"


async def test_a_socket_that_floods_or_stays_silent_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.webchat.socket.HELLO_SECONDS", 0.3)
    async with chat(tmp_path) as house, aiohttp.ClientSession() as http, Visitor(house.url, "web") as visitor:
        await visitor.live()
        silent = await socket_of(http, visitor)
        assert await closed_with(silent) == 1008
        flood = await socket_of(http, visitor)
        await flood.send_str('{"op":"hello"}')
        for _ in range(400):
            if not flood.closed:
                await flood.send_str('{"op":"ping"}')
        assert await closed_with(flood) == 1008


async def test_commands_before_hello_are_refused(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, aiohttp.ClientSession() as http, Visitor(house.url, "web") as visitor:
        await visitor.live()
        socket = await socket_of(http, visitor)
        await socket.send_str('{"op":"say","id":"0123456789","text":"x"}')
        assert (await socket.receive_json())["code"] == "no_hello"
        await socket.close()


async def test_more_windows_than_anybody_needs_are_refused(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, aiohttp.ClientSession() as http, Visitor(house.url, "web") as visitor:
        await visitor.live()
        windows = [await socket_of(http, visitor) for _ in range(7)]
        with pytest.raises(WSServerHandshakeError) as refused:
            await socket_of(http, visitor)
        assert refused.value.status == 429
        await windows[0].close()
        await until(lambda: house.channels["web"]._rooms.count(visitor.visitor) == 7)
        windows.append(await socket_of(http, visitor))
        await asyncio.gather(*(window.close() for window in windows))


async def test_more_visitors_than_the_house_takes_are_asked_to_come_later(tmp_path: Path) -> None:
    async with (
        chat(tmp_path, sockets=1) as house,
        aiohttp.ClientSession() as http,
        Visitor(house.url, "web") as visitor,
    ):
        await visitor.live()
        with pytest.raises(WSServerHandshakeError) as refused:
            await socket_of(http, visitor)
        assert refused.value.status == 503


async def test_what_the_store_cannot_commit_is_not_acknowledged(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.live()
        thread = house.channels["web"]._thread
        wire, taken = thread.wire, house.intake

        async def down(item: Any) -> Any:
            raise Unavailable("the test took the store down")

        thread.wire = type(wire)(**{f: getattr(wire, f) for f in wire.__slots__} | {"accept": down})
        saying = asyncio.ensure_future(visitor.say("سلام"))
        await visitor.until(lambda: visitor.errors)
        assert visitor.errors[0]["code"] == "unavailable" and not visitor.acked
        thread.wire = type(wire)(**{f: getattr(wire, f) for f in wire.__slots__} | {"accept": taken})
        assert await saying == "new"


async def test_opening_the_panel_opens_a_contact_only_where_it_is_wanted(tmp_path: Path) -> None:
    frame = {"op": "open", "id": "0123456789"}
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.live()
        await visitor.send(frame)
        await visitor.until(lambda: [e["code"] for e in visitor.errors] == ["forbidden"])
    async with chat(tmp_path / "greets", greet=True) as house, Visitor(house.url, "web") as visitor:
        await visitor.live()
        await visitor.send(frame)
        await visitor.until(lambda: visitor.line and visitor.line["state"] == "self-service")
        assert await visitor.say("یک کارشناس می‌خواهم") == "continues"
        assert (await read(house, lambda tx: tx.contacts.get(1))).state.value == "waiting"


async def test_the_widget_is_served_packed_cached_and_open_to_every_site(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, aiohttp.ClientSession(auto_decompress=False) as http:
        url = f"{house.url}/channels/web/widget.js"
        async with http.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip" and len(await answer.read()) < 30_000
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
            tag = answer.headers["ETag"]
        async with http.get(url, headers={"If-None-Match": tag}) as answer:
            assert answer.status == 304
        async with http.get(url, headers={"Accept-Encoding": "identity"}) as answer:
            assert "Content-Encoding" not in answer.headers


async def test_the_channel_checks_itself(tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        findings = {each.check: each for each in await house.channels["web"].check()}
        assert all(finding.ok for finding in findings.values()), "a desk that serves only its own pages is well"
        assert all(each.en and each.fa for each in findings.values())
        await until(lambda: house.health["web"].code == "ok")


async def test_whoever_hangs_up_in_the_middle_of_a_request_is_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with chat(tmp_path) as house:
        port, origin = house.settings.server.port, house.url.encode()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST /channels/web/session HTTP/1.1\r\nHost: x\r\nOrigin: " + origin
        writer.write(head + b"\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        async with aiohttp.ClientSession(headers={"Origin": house.url}) as http:
            async def answered() -> bool:
                async with http.post(f"{house.url}/channels/web/session") as answer:
                    return answer.status == 200
            assert await answered()  # by now the first one is being read
            writer.transport.abort()
            assert await answered() and await answered()
        assert [each for each in caplog.records if each.levelname == "ERROR"] == []
