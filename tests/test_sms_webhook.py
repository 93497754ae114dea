"""A gateway at our door: who is let in, what is acknowledged, and when."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from channels.sandbox.sms import FakeGateway
from channels.sms.adapter import Adapter, Settings
from channels.sms.compose import report_url
from router.errors import Unavailable
from router.model import DeliveryId
from settings import ChannelSettings, Secret
from tests.recorder import Recorder
from tests.servers.kannel import free_ports

GOOD = "from=%2B989121234567&to=3000&text=hello&ts=2026-11-21+22:16:44&coding=0&charset=UTF-8&id=a1"


class Door:
    """A running channel and a client that knocks."""

    def __init__(self, house: Recorder, session: aiohttp.ClientSession) -> None:
        self.house, self.session = house, session

    async def open(self, **settings: Any) -> None:
        values: dict[str, Any] = {"webhook_secret": Secret("s3cret")}
        adapter = Adapter("town-sms", Settings(**(values | settings)), ChannelSettings(medium="sms"), self.house.wire())
        await self.house.listen(adapter)

    async def knock(self, place: str, query: str = "", **request: Any) -> tuple[int, bytes]:
        method = "POST" if request else "GET"
        url = f"{self.house.base_url}/channels/town-sms/{place}?{query}"
        async with self.session.request(method, url, **request) as got:
            return got.status, await got.read()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    house = Recorder()
    (house.port,) = free_ports(1)
    async with aiohttp.ClientSession() as session:
        yield Door(house, session)
    await house.hang_up()


async def test_a_good_message_is_answered_with_nothing(door: Door) -> None:
    await door.open()
    # Whatever stood in the body, Kannel would send to the citizen as a message.
    assert await door.knock("inbound", GOOD + "&secret=s3cret") == (200, b"")
    assert await door.knock("inbound", GOOD + "&secret=s3cret") == (200, b"")
    (said,) = door.house.said
    assert said.text == "hello" and said.sender.value == "+989121234567" and b"s3cret" not in said.raw
    assert door.house.duplicates == ["a1"]


@pytest.mark.parametrize("query", [GOOD, GOOD + "&secret=", GOOD + "&secret=no", "secret=no&" + GOOD + "&secret=s3cret",
                                   GOOD + "&secret=s3cret%00", GOOD + "&secret=%FF"])
async def test_a_wrong_secret(door: Door, query: str) -> None:
    await door.open()
    for place in ("inbound", "delivery"):
        status, _ = await door.knock(place, query + "&delivery=7&status=1")
        assert status == 403
    assert door.house.items == [] and door.house.refusals == ["bad-secret"] * 2


async def test_no_secret_configured_lets_nobody_in(door: Door) -> None:
    await door.open(webhook_secret=Secret(""))
    for shown in ("", "&secret=", "&secret=s3cret"):
        assert (await door.knock("inbound", GOOD + shown))[0] == 403
    assert door.house.items == [] and door.house.refusals == ["no-secret-configured"] * 3


async def test_the_store_is_down(door: Door) -> None:
    await door.open()
    door.house.down = True
    assert (await door.knock("inbound", GOOD + "&secret=s3cret"))[0] == 503
    door.house.down = False
    assert (await door.knock("inbound", GOOD + "&secret=s3cret"))[0] == 200
    assert len(door.house.said) == 1


async def test_a_seal_opens_one_delivery_only(door: Door) -> None:
    await door.open()
    url = report_url(Settings(webhook_secret=Secret("s3cret")), door.house.base_url, "town-sms", DeliveryId(7))
    query = url.partition("?")[2]
    assert (await door.knock("delivery", query + "&status=1&ts="))[0] == 200
    assert (await door.knock("delivery", query.replace("delivery=7", "delivery=8") + "&status=1"))[0] == 403
    assert (await door.knock("delivery", "delivery=8&" + query + "&status=1"))[0] == 403
    assert (await door.knock("inbound", GOOD + "&" + query))[0] == 403
    assert [receipt.delivery for receipt in door.house.receipts] == [7]


async def test_a_report_that_says_nothing(door: Door) -> None:
    await door.open()
    assert (await door.knock("delivery", "secret=s3cret&delivery=7&status=99"))[0] == 400
    assert door.house.items == []


async def test_generic_by_hmac(door: Door) -> None:
    await door.open(dialect="generic", check="hmac", secret_header="X-Signature")
    body = '{"from":"09121234567","text":"سلام","id":"a1"}'.encode()
    right = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    kind = {"Content-Type": "application/json"}
    for shown, status in ((right, 200), (f"sha256={right}", 200), (right.upper(), 200),
                          (right[:-1] + "x", 403), ("", 403)):
        assert (await door.knock("inbound", data=body, headers={**kind, "X-Signature": shown}))[0] == status
    other = await door.knock("inbound", data=body + b" ", headers={**kind, "X-Signature": right})
    assert other[0] == 403 and door.house.refusals == ["bad-signature"] * 3 and len(door.house.said) == 1
    # The query is no way around.
    assert (await door.knock("inbound", "secret=s3cret", data=body, headers=kind))[0] == 403


async def test_generic_by_get(door: Door) -> None:
    await door.open(dialect="generic", inbound={"from": "sender", "text": "msg", "id": "mid"})
    assert (await door.knock("inbound", "sender=0912&msg=%D8%B3&mid=1&secret=s3cret"))[0] == 200
    assert (await door.knock("inbound", "sender=0912&msg=%D8%B3&mid=2"))[0] == 403
    await door.house.hang_up()
    await door.open(dialect="generic", check="hmac", inbound={"from": "sender", "text": "msg", "id": "mid"})
    query = "sender=0912&msg=b&mid=3"
    signed = {"X-Webhook-Secret": hmac.new(b"s3cret", query.encode(), hashlib.sha256).hexdigest()}
    async with door.session.get(f"{door.house.base_url}/channels/town-sms/inbound?{query}", headers=signed) as got:
        assert got.status == 200
    async with door.session.get(f"{door.house.base_url}/channels/town-sms/inbound?{query}0", headers=signed) as got:
        assert got.status == 403
    assert [said.text for said in door.house.said] == ["س", "b"]


@pytest.mark.parametrize(("body", "kind", "status", "texts"), [
    (b'[{"from":"0912","text":"a","id":"1"},{"from":"0912","text":"b","id":"2"}]', "application/json", 200, ["a", "b"]),
    (b"from=0912&text=%D8%B3+x&id=1&secret=zz", "application/x-www-form-urlencoded", 200, ["س x"]),
    (b'{"from":"0912","text":"a\\ud800","id":"1"}', "application/json", 200, ["a"]),
    (b"{", "application/json", 400, []), (b"", "application/json", 400, []), (b"\xff\xfe", "application/json", 400, []),
    (b"[" * 100_000, "application/json", 400, []),
    (b"[" * 900 + b"]" * 900, "application/json", 200, []),
    (b'{"from":"0912","id":"1","text":' + b"[" * 900 + b"]" * 900 + b"}", "application/json", 200, [""]),
    (b'"' + b"x" * 300_000 + b'"', "application/json", 413, []),
    (b"null", "application/json", 200, []),
], ids=["list", "form", "surrogate", "half", "empty", "no utf-8", "deep", "deep list", "deep text", "large", "null"])
async def test_generic_bodies(door: Door, body: bytes, kind: str, status: int, texts: list[str]) -> None:
    await door.open(dialect="generic", check="header")
    headers = {"Content-Type": kind, "X-Webhook-Secret": "s3cret"}
    got, answer = await door.knock("inbound", data=body, headers=headers)
    assert (got, [said.text for said in door.house.said]) == (status, texts)
    assert answer == b"" if got == 200 else b'"error"' in answer


async def test_a_large_body_without_a_stated_length(door: Door) -> None:
    await door.open(dialect="generic", check="header")

    async def flood() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 10_000

    status, _ = await door.knock("inbound", data=flood(), headers={"X-Webhook-Secret": "s3cret"})
    assert status == 413


async def test_half_a_list_is_repeated_as_a_whole(door: Door) -> None:
    await door.open(dialect="generic", check="header")
    body = b'[{"from":"0912","text":"a","id":"1"},{"from":"0912","text":"b","id":"2"}]'
    headers = {"Content-Type": "application/json", "X-Webhook-Secret": "s3cret"}
    door.house.fails = lambda item: Unavailable("full") if item.external_id == "2" else None
    assert (await door.knock("inbound", data=body, headers=headers))[0] == 503
    door.house.fails = lambda item: None
    assert (await door.knock("inbound", data=body, headers=headers))[0] == 200
    assert [said.text for said in door.house.said] == ["a", "b"] and door.house.duplicates == ["1"]


async def test_the_fake_gateway_speaks_both_dialects(door: Door) -> None:
    await door.open(dialect="generic", check="hmac")
    fake = FakeGateway(inbound_url=f"{door.house.base_url}/channels/town-sms/inbound", secret="s3cret")
    await fake.start()
    assert await fake.say_json("09121234567", "سلام", header="X-Webhook-Secret", signed=True) == 200
    await door.house.hang_up()
    await door.open()
    assert await fake.say("09121234567", "خوبید؟") == 200
    await fake.stop()
    assert [said.text for said in door.house.said] == ["سلام", "خوبید؟"]
