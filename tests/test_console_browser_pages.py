"""Board, admin, start and sign-in pages in a real browser against a whole running house."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from router.model import Health
from router.records import AgentState, Role
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import PASSWORD, at_desk, leaves, says, sign_in, spotless, town, worker

pytestmark = pytest.mark.chromium


def figure(page: Page, name: str) -> Any:
    return page.locator(f".summary [data-figure='{name}'] dd")


async def test_the_board_counts_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    """Waiting, taken, left: every number moves by itself, and says how it is counted."""
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "nader", "Nader", role=Role.SUPERVISOR, language="en")
        await worker(house, "sara", "سارا محمدی")
        board = await at_desk(browser, house, "nader", to="/board")
        await expect(figure(board, "waiting")).to_have_text("0")
        for number in range(3):
            await says(house, "سلام", sender=f"v-{number}", name=f"شهروند {number}")
        await expect(figure(board, "waiting")).to_have_text("3")
        await expect(board.locator(".waiting-now li")).to_have_count(3)
        await expect(board.locator("[data-queue='1']")).to_contain_text("nobody ready")
        before = await figure(board, "longest").inner_text()
        await expect(figure(board, "longest")).not_to_have_text(before)
        sara = await at_desk(browser, house, "sara", ready=False)
        await expect(board.locator("[data-state='offline'] >> text=سارا محمدی")).to_be_visible()
        await sara.locator("#tab-waiting").click()
        await sara.locator(".contact-row .take").first.click()
        await expect(figure(board, "waiting")).to_have_text("2")
        await expect(figure(board, "answered")).to_have_text("1")
        await leaves(house, "v-1")
        await expect(figure(board, "abandoned")).to_have_text("1")
        await expect(board.locator("[data-queue='1'] [data-figure=level] dd")).to_have_text(re.compile("%"))
        meaning = await board.locator("[data-queue='1'] [data-figure=level] dt").get_attribute("title")
        assert meaning is not None and "within 120 s" in meaning
        await sara.locator(".status").click()
        await sara.get_by_role("menuitemradio", name=re.compile("ناهار")).click()
        await expect(board.locator("[data-state='away']")).to_contain_text("lunch")
        down = Health(code="down", en="The gateway does not answer.", fa="درگاه پاسخ نمی‌دهد.")
        house._lights.report("town-sms", down)
        await expect(board.locator("[data-channel='town-sms']")).to_contain_text("The gateway does not answer.",
                                                                                timeout=15_000)
        await board.reload()
        await expect(board.locator(".chart canvas")).to_be_visible()
        spotless(browser, house)


async def test_an_agent_may_not_see_the_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                              browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await expect(page.locator(".places a")).to_have_count(2)
        answer = await page.goto(f"{house.url}/board")
        assert answer is not None and answer.status == 403


async def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        await page.locator(f"dialog [name={name}]").fill(value)


async def save(page: Page) -> None:
    await page.locator("dialog .dialog-foot .primary").click()
    await expect(page.locator("dialog")).to_have_count(0)


async def test_the_admin_sets_up_people_and_queues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                   browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN)
        page = await at_desk(browser, house, "boss", to="/admin")
        await page.locator("#add").click()
        await fill(page, login="mina", name="مینا شریفی", capacity="4", phone="+982188776655",
                   skills="persian 5، ساختمان ۲", password="short")
        await page.locator("dialog .dialog-foot .primary").click()
        await expect(page.locator("dialog")).to_be_visible()  # the browser itself asks for a longer password
        await fill(page, password=PASSWORD)
        await save(page)
        await expect(page.locator("tbody tr", has_text="مینا شریفی")).to_contain_text("ساختمان")
        made = await read(house, lambda tx: next(a for a in tx.desk.agents() if a.login == "mina"))
        assert (made.skills, made.capacity, made.role) == ({"persian": 5, "ساختمان": 2}, 4, Role.AGENT)
        await page.locator("tbody tr", has_text="مینا شریفی").get_by_role("button").click()
        await page.locator("dialog [name=role]").select_option("supervisor")
        await fill(page, password="another pass 8")
        await save(page)
        await expect(page.locator("tbody tr", has_text="مینا شریفی")).to_contain_text("سرپرست")
        await page.locator("#add").click()
        await fill(page, login="mina", name="دیگری", password=PASSWORD)
        await page.locator("dialog .dialog-foot .primary").click()
        await expect(page.locator(".toast", has_text="پیش‌تر گرفته شده")).to_be_visible()
        assert await page.locator("dialog [name=name]").input_value() == "دیگری"  # what was typed is not lost
        await page.keyboard.press("Escape")
        await page.locator(".parts a[href='#queues']").click()
        await page.locator("#add").click()
        await fill(page, name="complaints", title_fa="شکایت‌ها", title_en="Complaints", skills="law، persian",
                   target_seconds="60")
        await save(page)
        queue = await read(house, lambda tx: tx.desk.queue_named("complaints"))
        assert (queue.skills, queue.target_seconds) == (("law", "persian"), 60)
        await expect(page.locator("[data-queue=complaints]")).to_contain_text("شکایت‌ها")
        other = await browser.page(width=1280, height=800)
        await other.goto(f"{house.url}/signin")
        await other.locator("[name=login]").fill("mina")
        await other.locator("[name=password]").fill("another pass 8")
        await other.locator("button.primary").click()
        await other.wait_for_url("**/console")
        spotless(browser, house, "409", "400")


async def test_the_admin_has_tokens_channels_articles_and_leftovers(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "Boss", role=Role.ADMIN, language="en")
        page = await at_desk(browser, house, "boss", to="/admin")
        await page.locator(".parts a[href='#tokens']").click()
        await page.locator("#add").click()
        await fill(page, name="office automation")
        await page.locator("dialog .dialog-foot .primary").click()
        token = await page.locator("#token-text").inner_text()
        await page.locator("dialog .dialog-foot .primary").click()
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            assert (await session.get(f"{house.url}/api/me")).status == 200
            await page.locator("tbody tr", has_text="office automation").get_by_role("button").click()
            await page.get_by_role("button", name="Really take back").click()
            await expect(page.locator("tbody")).to_contain_text("There is no token yet.")
            assert (await session.get(f"{house.url}/api/me")).status == 401
        await page.locator(".parts a[href='#channels']").click()
        await page.locator("[data-channel=town-letters]").get_by_role("button", name="Check").click()
        await expect(page.locator(".findings")).to_contain_text("recorded by hand")
        await page.locator(".parts a[href='#articles']").click()
        await page.locator("#add").click()
        await fill(page, title="Opening hours", body="We open at eight.", keywords="hours, open")
        await page.locator("dialog [name=state]").select_option("public")
        await save(page)
        await page.locator("tbody tr", has_text="Opening hours").get_by_role("button").click()
        await fill(page, body="We open at nine.")
        await save(page)
        help_page = await page.context.new_page()
        await help_page.goto(f"{house.url}/help?language=en&q=opening+hours")
        await expect(help_page.locator("main")).to_contain_text("Opening hours")
        await says(house, "", quarantine="mime-depth", raw=b"From: x\r\n\r\nbroken")
        await page.locator(".parts a[href='#quarantine']").click()
        await expect(page.locator("tbody")).to_contain_text("mime-depth")
        async with page.expect_download() as download:
            await page.locator("tbody a").click()
        raw = await (await download.value).path()
        assert raw.read_bytes() == b"From: x\r\n\r\nbroken"
        spotless(browser, house)


async def test_sign_in_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await browser.page()
        await page.goto(f"{house.url}/console")
        await page.wait_for_url("**/signin?next=/console")
        await expect(page.locator("[name=login]")).to_be_focused()
        await page.locator("[name=login]").fill("sara")
        await page.locator("[name=password]").fill("wrong password")
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=alert]")).to_contain_text("درست نیست")
        assert await page.locator("[name=login]").input_value() == "sara"
        await expect(page.locator("[name=password]")).to_be_focused()
        await page.locator("[name=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console")
        other = await browser.page(language="en")
        await other.goto(f"{house.url}/signin")
        await other.get_by_role("link", name="English").click()
        await expect(other.locator("html")).to_have_attribute("dir", "ltr")
        for _ in range(12):
            await other.locator("[name=login]").fill("sara")
            await other.locator("[name=password]").fill("wrong again")
            await other.locator("button.primary").click()
            await expect(other.locator("[role=alert]")).to_be_visible()
            said = await other.locator("[role=alert]").inner_text()
            if "Too many" in said or "چند بار" in said:
                break
        else:
            raise AssertionError("nobody was told to wait")
        spotless(browser, house, "401", "429")


async def test_the_start_page_shows_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                  browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        page = await browser.page()
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.url)
        await page.goto(house.url)
        await expect(page.locator(".step[data-done=false]").first).to_contain_text("یک مدیر بسازید")
        await page.locator("[data-copy]").first.click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == await page.locator("[data-copy]").first.get_attribute("data-copy")
        await expect(page.locator(".lamp")).to_have_count(6)
        await worker(house, "boss", "مدیر", role=Role.ADMIN)
        await sign_in(page, house, "boss")
        await page.goto(house.url)
        await expect(page.locator("h2").first).to_have_text("پیشخوان آماده است")
        await expect(page.locator(".door")).to_have_count(4)
        agent = await read(house, lambda tx: tx.desk.agents()[-1])
        assert agent.state is AgentState.OFFLINE
        spotless(browser, house)


async def test_presence_follows_the_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    """Who closes the console while ready is set offline after the desk's patience, and the board shows it."""
    async with town(tmp_path, monkeypatch, presence_seconds=1) as house:
        await worker(house, "nader", "Nader", role=Role.SUPERVISOR, language="en")
        await worker(house, "sara", "سارا")
        board = await at_desk(browser, house, "nader", to="/board")
        page = await at_desk(browser, house, "sara")
        await expect(board.locator("[data-agent][data-state=ready]")).to_contain_text("سارا")
        await page.close()

        async def offline() -> bool:
            return all(a.state is AgentState.OFFLINE for a in await read(house, lambda tx: tx.desk.agents()))
        await until(offline, seconds=15, what="she is offline")
        await expect(board.locator("[data-agent][data-state=ready]")).to_have_count(0)
        spotless(browser, house)
