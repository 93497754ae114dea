"""Who a visitor is: what they say of themself, and what the host site signs for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest

from channels.sandbox.webchat import SayRefused, Visitor
from channels.webchat.about import addresses, email, phone
from channels.webchat.identity import read as read_identity
from router.model import Medium
from router.ports import Whisper
from router.records import ContactState
from tests.house import read, running, until
from tests.servers.webchat import WIDE, chat

SECRET = "s" * 40
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def signed(secret: str = SECRET, *, now: datetime = NOW, **claims: Any) -> str:
    """What a host site would give its page."""
    return jwt.encode({"sub": "7", "exp": (now + timedelta(hours=1)).timestamp(), **claims}, secret, algorithm="HS256")


@pytest.mark.parametrize(("given", "found"), [
    ("Ali@Example.org", "ali@example.org"), (" ali@example.org ", "ali@example.org"),
    ("علی@example.org", "علی@example.org"),
    ("ali@@example.org", ""), ("ali@example", ""), ("a b@example.org", ""), ("ali@example.org\nBcc: x@y.zz", ""),
    ("<ali@example.org>", ""), ("a@" + "b" * 260 + ".org", ""), (None, ""), (7, ""), ("", ""),
])
def test_an_email(given: object, found: str) -> None:
    assert email(given) == found


@pytest.mark.parametrize(("given", "found"), [
    ("09121234567", "+989121234567"), ("۰۹۱۲۱۲۳۴۵۶۷", "+989121234567"), ("+44 20 7946 0958", "+442079460958"),
    ("110", ""), ("no number", ""), ("", ""), (None, ""), ("+98" + "1" * 40, ""),
])
def test_a_phone(given: object, found: str) -> None:
    assert phone(given) == found


def test_a_phone_reaches_by_text_and_by_voice() -> None:
    assert {each.medium for each in addresses(email="a@b.org", phone="09121234567")} == {
        Medium.EMAIL, Medium.SMS, Medium.VOICE}


@pytest.mark.parametrize(("token", "fine"), [
    (signed(), True), (signed(aud="web"), True), (signed(aud=["web"]), True), (signed(aud="other"), False),
    (signed("x" * 40), False), (signed(exp=(NOW - timedelta(seconds=1)).timestamp()), False),
    (signed(exp=(NOW + timedelta(days=2)).timestamp()), False), (signed(exp="soon"), False), (signed(sub=""), False),
    (signed(sub="x" * 201), False), ("", False), ("a.b.c", False), ("x" * 5000, False), (signed()[:-2], False),
    (jwt.encode({"sub": "7", "exp": NOW.timestamp() + 60}, None, algorithm="none"), False),
    (jwt.encode({"exp": NOW.timestamp() + 60}, SECRET, algorithm="HS256"), False),
])
def test_a_token_of_the_host_site(token: str, fine: bool) -> None:
    assert (read_identity(token, SECRET, channel="web", now=NOW) is not None) is fine


def test_without_a_secret_nobody_is_believed() -> None:
    assert read_identity(signed(), "", channel="web", now=NOW) is None


def test_what_the_site_does_not_vouch_for_is_not_taken() -> None:
    token = signed(email="a@b.org", email_verified=False, phone_number="09121234567", name="سارا")
    found = read_identity(token, SECRET, channel="web", now=NOW)
    assert found is not None and found.name == "سارا"
    assert {each.medium for each in found.vouched} == {Medium.SMS, Medium.VOICE}


async def test_what_visitors_say_of_themselves_reaches_the_agent_and_joins_nobody(tmp_path: Path) -> None:
    async with chat(tmp_path, ask=["name", "email"]) as house, Visitor(house.url, "web") as visitor:
        await visitor.live()
        await visitor.about(name="سارا", email="sara@example.org", phone="۰۹۱۲۱۲۳۴۵۶۷")
        assert await read(house, lambda tx: tx.contacts.listed()) == []
        await visitor.say("سلام")
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        assert contact.data["stated"][0] == {"medium": "email", "value": "sara@example.org"}
        (address,) = await read(house, lambda tx: tx.people.of_customer(contact.customer))
        assert address.medium is Medium.WEBCHAT and address.name == "سارا"
        await visitor.about(email="other@example.org")
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        assert contact.data["stated"] == [{"medium": "email", "value": "other@example.org"}]
        for wrong, code in (({"email": "no"}, "bad_email"), ({"phone": "12"}, "bad_phone"), ({}, "empty")):
            with pytest.raises(SayRefused, match=code):
                await visitor.about(**wrong)


@pytest.mark.parametrize("reachable", [True, False])
async def test_whoever_said_how_to_be_reached_keeps_the_place_when_they_leave(tmp_path: Path, reachable: bool) -> None:
    async with chat(tmp_path, leave_seconds=1) as house:
        async with Visitor(house.url, "web") as visitor:
            await visitor.say("سلام")
            if reachable:
                await visitor.about(email="sara@example.org")

        async def left() -> bool:
            (contact,) = await read(house, lambda tx: tx.contacts.listed())
            return contact.state is ContactState.ABANDONED or bool(contact.data.get("left"))
        await until(left, seconds=15, what="the desk knows that nobody is there any more")
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        assert contact.state is (ContactState.WAITING if reachable else ContactState.ABANDONED)


async def test_who_is_signed_in_at_the_host_site_is_one_person_on_every_device(tmp_path: Path) -> None:
    secrets = {"PISHKHAN_WEB_IDENTITY_SECRET": SECRET}
    async with running(tmp_path, {"web": WIDE}, environ=secrets) as house:
        now = datetime.now(UTC)
        token = signed(now=now, email="sara@example.org", name="سارا")
        here, there = Visitor(house.url, "web", identity=token), Visitor(house.url, "web", identity=token)
        async with here, there:
            await here.say("سلام از تلفن")
            await there.until(lambda: there.own == ["سلام از تلفن"])
            assert here.visitor == there.visitor and here.visitor.startswith("u")
            (contact,) = await read(house, lambda tx: tx.contacts.listed())
            known = await read(house, lambda tx: tx.people.of_customer(contact.customer))
            assert {(k.medium, k.value, k.verified_at is not None) for k in known} == {
                (Medium.WEBCHAT, here.visitor, False), (Medium.EMAIL, "sara@example.org", True)}
        async with Visitor(house.url, "web", identity=signed(now=now, sub="8")) as another:
            await another.live()
            assert another.visitor != here.visitor and another.own == []
        async with aiohttp.ClientSession(headers={"Origin": house.url}) as http:
            async with http.post(f"{house.url}/channels/web/session", json={"identity": signed("x" * 40)}) as answer:
                assert answer.status == 403
            # The host site's session is over: the token left in the browser is nobody's any more.
            async with http.post(f"{house.url}/channels/web/session", json={"token": here.token}) as answer:
                assert (await answer.json())["visitor"].startswith("v")


@pytest.mark.parametrize("shown", [True, False])
async def test_agents_see_unsent_words_only_where_the_channel_says_so(tmp_path: Path, shown: bool) -> None:
    async with chat(tmp_path, typing_preview=shown) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        heard = house.bus.subscribe("test")
        await visitor.type("دارم می‌نو")
        while not isinstance(whisper := await heard.get(), Whisper) or whisper.topic != "typing":
            pass
        assert dict(whisper.data) == {"who": "customer", **({"text": "دارم می‌نو"} if shown else {})}
        heard.close()
