"""Somebody chats first and signs in on the host site later: what they wrote becomes theirs, never somebody else's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from channels.sandbox.webchat import Visitor
from router.model import Address, Medium
from router.records import ContactState
from tests.flow_people import entries
from tests.house import agent, free_port, read, running, until
from tests.servers.browser import Browser
from tests.servers.webchat import WIDE, moved, reply
from tests.test_webchat_about import SECRET, signed
from tests.test_webchat_browser import write


@contextlib.asynccontextmanager
async def town(tmp_path: Path, **settings: Any) -> AsyncIterator[Any]:
    async with running(tmp_path, {"web": WIDE | settings},
                       environ={"PISHKHAN_WEB_IDENTITY_SECRET": SECRET}) as house:
        yield house


def person(house: Any, sub: str, before: str = "", **claims: Any) -> Visitor:
    """Somebody who is signed in on a browser that was `before`."""
    made = Visitor(house.url, "web", identity=signed(now=datetime.now(UTC), sub=sub, **claims))
    made.before = before
    return made


async def listed(house: Any) -> Any:
    return await read(house, lambda tx: sorted(tx.contacts.listed(), key=lambda each: each.id))


async def wrote(house: Any, words: str) -> tuple[str, str]:
    """An anonymous talk that was answered; the browser's token and visitor."""
    async with Visitor(house.url, "web") as someone:
        await someone.say(words)
        contact = (await listed(house))[-1]
        await reply(house, contact.id, "پاسخ ما", f"r{contact.id}")
        await someone.until(lambda: someone.answers == ["پاسخ ما"])
        return someone.token, someone.visitor


async def test_the_talk_before_signing_in_is_theirs_and_goes_on(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        token, visitor = await wrote(house, "قبض من اشتباه است")
        async with person(house, "7", token, name="سارا", email="sara@example.org") as sara:
            await sara.until(lambda: sara.own == ["قبض من اشتباه است"] and sara.answers == ["پاسخ ما"])
            assert sara.visitor.startswith("u")
            await sara.say("شماره‌اش ۱۲ است")
            (contact,) = await listed(house)
            assert contact.thread_key == sara.visitor, "the same talk goes on"
            said = await read(house, lambda tx: tx.messages.of(contact.id))
            assert [m.text for m in said if m.text] == ["قبض من اشتباه است", "پاسخ ما", "شماره‌اش ۱۲ است"]
            known = await read(house, lambda tx: tx.people.of_customer(contact.customer))
            assert {each.value for each in known} == {visitor, sara.visitor, "sara@example.org"}
            assert contact.address == next(each.id for each in known if each.value == sara.visitor)
            await reply(house, contact.id, "درست شد", "again")
            await sara.until(lambda: sara.answers[-1:] == ["درست شد"])
        (joined,) = await entries(house, "customers-joined")
        assert joined.data["customer"] == contact.customer and joined.actor == "channel:web"
        assert {e.data["fields"][0] for e in await entries(house, "contact-edited")} == {"thread"}
        # On another device, without the browser's old token: the same person, the same words.
        async with person(house, "7") as there:
            await there.until(lambda: "قبض من اشتباه است" in there.own)


async def test_cases_and_earlier_talks_come_along(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        token, _ = await wrote(house, "اول")

        def case(tx: Any) -> Any:
            was = tx.contacts.get(1)
            made = tx.cases.open(service="water", subject="x", customer=was.customer, contact=was.id, data={})
            tx.contacts.change(was, state=ContactState.CLOSED, closed_at=tx.now)
            return made
        made = await house.store.run(case)
        async with person(house, "7") as sara:
            await sara.say("از تلفن")  # a file of her own, newer than the anonymous one
        async with person(house, "7", token) as sara:
            await sara.until(lambda: sara.own == ["اول", "از تلفن"])
        first, second = await listed(house)
        assert first.customer == second.customer and first.thread_key == second.thread_key
        assert (await read(house, lambda tx: tx.cases.by_code(made.code))).customer == first.customer


async def test_forged_proofs_join_nothing(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        token, visitor = await wrote(house, "محرمانه")
        before = await listed(house)
        async with aiohttp.ClientSession(headers={"Origin": house.url}) as http:
            url = f"{house.url}/channels/web/session"
            async with http.post(url, json={"identity": signed("x" * 40), "token": token}) as answer:
                assert answer.status == 403
            wrong = [f"{visitor}.{token.split('.')[1]}.{'A' * 43}", visitor, token[:-1], "", 7, None, "x" * 5000]
            good = signed(now=datetime.now(UTC), sub="8")
            for each in wrong:
                async with http.post(url, json={"identity": good, "token": each}) as answer:
                    assert answer.status in (200, 413), each
        async with person(house, "8") as other:
            await other.live()
            assert other.own == []
        assert await listed(house) == before and await entries(house, "customers-joined") == []


async def test_two_people_on_one_browser_are_two(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        token, _ = await wrote(house, "من سارا هستم")
        async with person(house, "7", token) as sara:
            await sara.until(lambda: sara.own == ["من سارا هستم"])
        async with person(house, "8", token) as omid:
            await omid.live()
            assert omid.own == []
            await omid.say("من امید هستم")
            await omid.until(lambda: omid.own == ["من امید هستم"])
        first, second = await listed(house)
        assert first.customer != second.customer and first.thread_key == sara.visitor
        assert len(await entries(house, "customers-joined")) == 1
        # A token of somebody who was signed in is no anonymous talk, whoever shows it.
        async with person(house, "8", sara.token) as omid:
            await omid.until(lambda: omid.own == ["من امید هستم"])


async def test_a_talk_that_a_colleague_gave_to_somebody_is_not_moved(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        token, _ = await wrote(house, "من سارا هستم")

        def known(tx: Any) -> None:
            mail = tx.people.known(Address(medium=Medium.EMAIL, value="sara@example.org"), "fa")
            tx.people.join(mail.customer, tx.contacts.get(1).customer)
        await house.store.run(known)
        async with person(house, "8", token) as omid:
            await omid.live()
            assert omid.own == []
        (contact,) = await listed(house)
        assert contact.thread_key.startswith("v")


async def test_who_is_vouched_for_as_the_same_is_the_same(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        token, _ = await wrote(house, "سلام")

        def known(tx: Any) -> None:
            mail, _ = tx.people.vouch(tx.contacts.get(1).customer, Address(medium=Medium.EMAIL, value="s@example.org"))
            assert mail.verified_at is not None
        await house.store.run(known)
        async with person(house, "7", token, email="s@example.org") as sara:
            await sara.until(lambda: sara.own == ["سلام"])


async def test_two_talks_that_both_go_on_become_one_thread_when_one_is_over(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        async with person(house, "7") as sara:
            await sara.say("از تلفن")
        token, _ = await wrote(house, "از رایانه")
        async with person(house, "7", token) as sara:
            await sara.until(lambda: sara.own == ["از تلفن"])
        first, second = await listed(house)
        assert first.customer == second.customer and first.thread_key != second.thread_key
        await moved(house, second.id, ContactState.CLOSED)
        async with person(house, "7") as sara:  # the browser has forgotten the old token; the desk has not
            await sara.until(lambda: sara.own == ["از تلفن", "از رایانه"])
        assert len(await entries(house, "customers-joined")) == 1


async def test_who_never_wrote_leaves_no_file(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        async with Visitor(house.url, "web") as someone:
            await someone.live()
        async with person(house, "7", someone.token) as sara:
            await sara.live()
        assert await listed(house) == []
        assert await read(house, lambda tx: tx.people.find(Medium.WEBCHAT, sara.visitor)) is None


@pytest.mark.chromium
async def test_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    given, port = {"attribute": "", "desk": ""}, free_port()

    async def index(request: web.Request) -> web.Response:
        return web.Response(content_type="text/html", text=(
            '<!doctype html><html lang="en"><title>Site</title><body>'
            f'<script src="{given["desk"]}/channels/web/widget.js" {given["attribute"]} async></script></body></html>'))
    app = web.Application()
    app.router.add_get("/", index)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    site = f"http://127.0.0.1:{port}"

    async def looks(page: Page) -> None:
        await page.goto(site)
        await page.locator(".launcher").click()
        await expect(page.locator(".panel")).to_have_attribute("data-status", "live")
    try:
        async with town(tmp_path, allowed_origins=[site]) as house:
            await agent(house)
            given["desk"] = house.url
            page = await browser.page()
            await looks(page)
            await write(page, "My bill is wrong")
            await until(lambda: listed(house), what="the desk has it")
            given["attribute"] = f'data-identity="{signed(now=datetime.now(UTC), sub="7")}"'
            await looks(page)
            await expect(page.locator(".mine .bubble")).to_have_text("My bill is wrong")
            (contact,) = await listed(house)
            assert contact.thread_key.startswith("u")
            given["attribute"] = ""
            await looks(page)
            await expect(page.locator(".mine .bubble")).to_have_count(0)
    finally:
        await runner.cleanup()
