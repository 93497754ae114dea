"""Other ways than waiting in the web chat, over its socket: a call at a number, or a message left, while they stand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.sandbox.webchat import SayRefused, Visitor
from house import House
from router.records import ContactState
from router.rules import notices
from tests.house import CHEAP, QUICK, configured, read, until
from tests.routing_house import told
from tests.servers.webchat import WIDE, accepted, becomes, moved

NUMBER = "+989121234567"


@contextlib.asynccontextmanager
async def offering(tmp_path: Path, *offer: str, length: int = 1, **settings: Any) -> AsyncIterator[Any]:
    """A house whose web chat offers other ways to whoever comes; nobody can serve them."""
    queue = {"title_fa": "عمومی", "title_en": "General", "skills": ["none"],
             "overflow": [{"length": length, "offer": list(offer)}]}
    house = House(configured(tmp_path, {"web": WIDE | settings}, queues={"general": queue}), schedule=QUICK,
                  password_cost=CHEAP)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


def offers(visitor: Visitor) -> list[str]:
    return list((visitor.line or {}).get("instead", []))


async def data(house: Any) -> Any:
    return (await read(house, lambda tx: tx.contacts.get(1))).data


@pytest.mark.parametrize("way", ["form", "words"])
async def test_a_call_is_taken_by_the_form_or_by_writing_the_number(tmp_path: Path, way: str) -> None:
    async with offering(tmp_path, "callback", "voicemail", "write") as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        await visitor.until(lambda: offers(visitor) == ["callback", "write"])
        assert visitor.line is not None and visitor.line["callback"] == ""
        await (visitor.call("۰۹۱۲ ۱۲۳ ۴۵۶۷") if way == "form" else visitor.say("شمارهٔ من ۰۹۱۲۱۲۳۴۵۶۷ است"))
        await visitor.until(lambda: visitor.line is not None and visitor.line["callback"] == NUMBER)
        confirmed = notices.say("will-call", "fa", number=notices.number(NUMBER, "fa"))
        await visitor.until(lambda: confirmed in visitor.answers)
        if way == "form":
            assert NUMBER in visitor.own
        # Another window of theirs, or the page loaded again, knows it too.
        async with Visitor(house.url, "web", token=visitor.token) as again:
            await again.live()
            assert again.line == visitor.line
        await visitor.call("021 8877 6655")  # corrected
        await visitor.until(lambda: visitor.line is not None and visitor.line["callback"] == "+982188776655")
        await accepted(house, 1, public_name="سارا")
        await visitor.until(lambda: (visitor.line or {}).get("agent") == "سارا")
        assert offers(visitor) == [] and visitor.line["callback"] == ""


async def test_what_nobody_offers_is_refused(tmp_path: Path) -> None:
    async with offering(tmp_path, "callback", length=2) as house, Visitor(house.url, "web") as visitor:
        for _ in range(2):  # before there is a contact, and while it only waits
            with pytest.raises(SayRefused) as refused:
                await visitor.call("09121234567")
            assert refused.value.code == "not_offered"
            await visitor.say("سلام")
        assert offers(visitor) == [] and "callback" not in await data(house)
        with pytest.raises(SayRefused) as refused:
            await visitor.call("110")
        assert refused.value.code == "bad_phone"


@pytest.mark.parametrize("offer", ["write", "callback"])
async def test_who_was_told_that_we_write_may_leave(tmp_path: Path, offer: str) -> None:
    """Told that we have the message and write, the place stays; a call that was only offered keeps nothing."""
    async with offering(tmp_path, offer, leave_seconds=1) as house:
        async with Visitor(house.url, "web") as visitor:
            await visitor.say("سلام")
            await visitor.until(lambda: offers(visitor) == [offer])
        if offer == "callback":
            await becomes(house, 1, ContactState.ABANDONED, seconds=30)
        else:
            async def noted() -> bool:
                return bool((await data(house)).get("left"))
            await until(noted, what="that they left is known")
            assert (await read(house, lambda tx: tx.contacts.get(1))).state is ContactState.WAITING


async def test_an_offer_ends_with_its_wait_and_a_new_wait_has_its_own(tmp_path: Path) -> None:
    async with offering(tmp_path, "callback") as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        await visitor.until(lambda: offers(visitor) == ["callback"])
        await visitor.call("09121234567")
        await moved(house, 1, ContactState.CLOSED)
        await visitor.until(lambda: (visitor.line or {}).get("state") == "closed")
        assert offers(visitor) == []
        await visitor.say("باز هم من")
        await told(house, "overflow-taken", about=1, count=2)
        await visitor.until(lambda: offers(visitor) == ["callback"])
        assert visitor.line is not None and visitor.line["callback"] == "" and "callback" not in await data(house)
        asked = notices.say("callback", "fa")
        await visitor.until(lambda: visitor.answers.count(asked) == 2)
