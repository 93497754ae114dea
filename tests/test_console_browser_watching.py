"""What supervisors watch in a real browser: alarms that stand, promises that run out, what a customer counts for, and
a contact's story; in two languages, on a desk and on a telephone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from agents.alarms import QUEUE_WORDS, WORDS
from router.records import Role
from router.rules.text import digits_fa
from tests.house import agent, read, until
from tests.routing_house import entries, held_by, says_why, told
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium
BOTH = pytest.mark.parametrize(("language", "width"), [("fa", 360), ("en", 1280)])
SOON = {"general": {"title_fa": "امور مشترکان", "title_en": "Subscribers", "target_seconds": 1}}
GAS = {"general": {"title_fa": "گاز", "title_en": "Gas", "skills": ["gas"], "target_seconds": 1,
                   "when_unstaffed": "callback"}}


def shown(number: int, language: str) -> str:
    return digits_fa(str(number)) if language == "fa" else str(number)


async def narrow_enough(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@BOTH
async def test_an_alarm_comes_by_itself_and_goes_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                           browser: Browser, language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch, queues=GAS) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR, language=language)
        await agent(house, skills={"water": 3})
        page = await at_desk(browser, house, "boss", to="/board", width=width)
        alarms = page.locator("[data-alarms]")
        await expect(alarms).to_have_attribute("data-alarms", "0")
        number = int((await says(house, "بوی گاز می‌آید")).line.contact.id)
        mine = alarms.locator(f"li:has(a[href='/console#c{number}'])").first
        await expect(mine).to_contain_text("مریم احمدی")
        await expect(mine).to_contain_text(WORDS["nobody-able"][language])
        await expect(mine).to_contain_text("gas")
        await expect(alarms).to_contain_text(QUEUE_WORDS["nobody-able"][language])
        await narrow_enough(page)
        await alarms.scroll_into_view_if_needed()
        await browser.shot(page, f"alarm-{language}-{width}")
        # It leads to the contact; whoever comes back finds it still standing.
        await mine.locator("a").click()
        await expect(page.locator(".talk-head")).to_contain_text("مریم احمدی")
        await page.go_back()
        await expect(mine).to_be_visible()
        expert = await agent(house, "expert", skills={"gas": 1})
        await held_by(house, number, expert)
        await expect(mine).to_have_count(0)
        await expect(alarms).to_have_attribute("data-alarms", "0")
        spotless(browser, house)


async def test_nobody_at_work_is_an_alarm_of_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR)
        page = await at_desk(browser, house, "boss", to="/board")
        await expect(page.locator("[data-alarms]")).to_have_attribute("data-alarms", "0")
        number = int((await says(house, "کسی هست؟")).line.contact.id)
        mine = page.locator("[data-alarms] li").filter(has_text=WORDS["nobody-here"]["fa"])
        await expect(mine).to_contain_text("امور مشترکان")
        sara = await agent(house, "sara")
        await held_by(house, number, sara)
        await told(house, "routing-alarm", code="nobody-here", over=True)
        await expect(mine).to_have_count(0)
        spotless(browser, house)


@BOTH
async def test_promises_that_run_out_are_counted_as_they_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                            browser: Browser, language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch, queues=SOON) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR, language=language)
        page = await at_desk(browser, house, "boss", to="/board", width=width)
        near, broken = (page.locator(f"[data-queue='1'] [data-figure={name}]") for name in ("near", "broken"))
        await expect(near.locator("dd")).to_have_text(shown(0, language))
        number = int((await says(house, "هنوز منتظرم")).line.contact.id)
        await told(house, "promise-broken", about=number, clock="first")
        await expect(broken.locator("dd")).to_have_text(shown(1, language))
        await expect(broken).to_have_class(re.compile(r"\bbad\b"))
        await says(house, "من هم", sender="v-2", name="رضا")
        await expect(broken.locator("dd")).to_have_text(shown(2, language))
        # On a busy machine a promise may be broken before anybody could say that it was near.
        early = len(await entries(house, "promise-near"))
        await expect(near.locator("dd")).to_have_text(shown(early, language))
        await narrow_enough(page)
        await browser.shot(page, f"promises-{language}-{width}")
        spotless(browser, house)


@BOTH
async def test_what_a_customer_counts_for_is_set_beside_the_talk(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str, width: int) -> None:
    vip, ordinary = ("ویژه", "عادی") if language == "fa" else ("VIP", "ordinary")
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR, language=language)
        await worker(house, "sara", "سارا", language=language)
        numbers = [int((await says(house, text, channel=channel, sender="+989121234567")).line.contact.id)
                   for text, channel in (("از پیامک", "town-sms"), ("باز هم", "town-sms"))]
        page = await at_desk(browser, house, "boss", ready=False, width=width)
        sara = await at_desk(browser, house, "sara", ready=False, width=width)
        for each in (page, sara):
            await opened_aside(each, width, "customer")
        field = page.locator(".side [name=segment]")
        await expect(field).to_have_value("ordinary")
        # Who may not say it reads it.
        await expect(sara.locator(".side-body")).to_contain_text(ordinary)
        await expect(sara.locator(".side [name=segment]")).to_have_count(0)
        await field.select_option("vip")
        await expect(field).to_have_value("vip")
        await expect(field).to_be_enabled()
        await expect(sara.locator(".side-body")).to_contain_text(vip)
        for number in set(numbers):
            async def follows(number: int = number) -> bool:
                return (await read(house, lambda tx: tx.contacts.get(number))).segment == "vip"
            await until(follows, what=f"contact {number} follows")
        await browser.shot(page, f"segment-{language}-{width}")
        await narrow_enough(page)
        await page.goto("about:blank")
        await page.goto(f"{house.url}/console")
        await opened_aside(page, width, "customer")
        await expect(page.locator(".side [name=segment]")).to_have_value("vip")
        spotless(browser, house)


async def opened_aside(page: Page, width: int, tab: str) -> None:
    """The first waiting contact, with a part of the pane beside it."""
    await page.locator("#tab-waiting").click()
    await page.locator(".contact-row .contact-open").first.click()
    await expect(page.locator(".talk-head")).to_be_visible()
    if not await page.locator(f"#side-{tab}").is_visible():
        await page.locator(".talk-head .side-toggle").click()
    await page.locator(f"#side-{tab}").click()
    await expect(page.locator(f"#side-{tab}")).to_have_attribute("aria-selected", "true")


@BOTH
async def test_a_story_tells_what_happened_in_whole_sentences(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch, queues=GAS) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR, language=language)
        await agent(house, skills={"water": 3})
        number = int((await says(house, "بوی گاز می‌آید")).line.contact.id)
        await told(house, "routing-alarm", about=number, code="nobody-able")
        await told(house, "overflow-taken", about=number)
        await told(house, "promise-broken", about=number, clock="first")
        page = await at_desk(browser, house, "boss", ready=False, width=width)
        await opened_aside(page, width, "story")
        story = page.locator(".story")
        wanted = {"fa": ("هیچ همکاری", "نگه داشته نشد", "گاز", "پیام خودکار", "پیشنهاد تماس"),
                  "en": ("nobody who works here", "was not kept", "Gas", "sent a notice", "offered a call back")}
        for words in wanted[language]:
            await expect(story.locator(".story-line").filter(has_text=words).first).to_be_visible()
        # What happens while somebody reads stands there too, and in order.
        expert = await agent(house, "expert", name="لاله", skills={"gas": 1})
        await held_by(house, number, expert)
        over = {"fa": "خبر داده شده بود برطرف", "en": "What supervisors were told is over"}[language]
        await expect(story.locator(".story-line").filter(has_text="لاله").last).to_be_visible()
        await expect(story.locator(".story-line").filter(has_text=over)).to_have_count(1)
        lines = await story.locator(".story-line .say").all_inner_texts()
        assert all(line.strip() and not re.search(r"journal\.|lack\.|did\.|\{|undefined|\[object", line)
                   for line in lines), lines
        times = await story.locator(".story-line time").all_inner_texts()
        assert times == sorted(times)
        if language == "fa":
            assert not re.search("[0-9]", " ".join(times))
        await browser.shot(page, f"story-{language}-{width}")
        await narrow_enough(page)
        spotless(browser, house)


async def test_on_a_telephone_nothing_lies_beside_the_page_or_under_a_button(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN)
        sara = await agent(house, "sara", name="سارا محمدی", capacity=2)
        week = {"saturday": ["08:00-12:00", "13:00-16:30"], "thursday": ["08:00-12:00"]}
        await house.store.run(lambda tx: tx.routing.put_calendar("office", {"week": week}))
        number = int((await says(house, "سلام")).line.contact.id)
        await held_by(house, number, sara)
        second = int((await says(house, "پروانه", sender="v-2", name="رضا")).line.contact.id)
        await says_why(house, second, "all-busy")
        page = await at_desk(browser, house, "boss", to="/admin", width=390)
        parts = [each.split("#")[1] for each in await page.locator("nav.parts a[href^='#']").evaluate_all(
            "all => all.map(each => each.href)")]
        assert len(parts) > 5
        for part in parts:
            await page.locator(f"nav.parts a[href='#{part}']").click()
            await expect(page.locator(f"nav.parts a[href='#{part}']")).to_have_attribute("aria-current", "page")
            await expect(page.locator(".sheet h1, h1").first).to_be_visible()
            await narrow_enough(page)
            if part == "routing":  # what stands there is edited without sliding anything
                await expect(page.locator("[data-part=calendar] tbody button")).to_have_count(2)
                assert await page.locator(".sheet > .card").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
        await page.goto(f"{house.url}/console")
        await page.locator("#tab-waiting").click()
        row = page.locator(f".contact-row[data-contact='{second}']")
        words = row.locator(".why-waits")
        await expect(words).to_be_visible()
        assert await words.evaluate("e => parseFloat(getComputedStyle(e).paddingInlineEnd)") >= await row.locator(
            ".take").evaluate("e => e.offsetWidth")
        await row.locator(".contact-open").click()
        await expect(page.locator(".talk-title .chip")).to_be_visible()
        apart = """() => { const [a, b] = [".talk-title .chip", ".talk-head .deeds button"].map((each) =>
            document.querySelector(each).getBoundingClientRect()); return a.left >= b.right || a.top >= b.bottom
            || b.left >= a.right || b.top >= a.bottom; }"""
        assert await page.evaluate(apart)
        spotless(browser, house)


@BOTH
async def test_why_somebody_was_asked_is_said_in_words(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str, width: int) -> None:
    asked, general = {"fa": ("پیشنهاد شد", "شیوهٔ همگانی"), "en": ("offered", "the general one")}[language]
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR, language=language)
        sara = await agent(house, "sara", name="سارا محمدی")
        number = int((await says(house, "سلام")).line.contact.id)
        await held_by(house, number, sara)
        page = await at_desk(browser, house, "boss", ready=False, width=width)
        await page.goto(f"{house.url}/console#c{number}")
        await page.reload()
        await page.locator(".talk-head .menu > button").last.click()
        await page.get_by_role("menuitem", name={"fa": "چرا", "en": "Why"}[language]).click()
        one = page.locator("dialog .decision").first
        await expect(one.locator(".chip").first).to_have_text(asked)
        await expect(one.locator(".chip.info")).to_have_text("سارا محمدی")
        await expect(one.locator("[data-term=policy]")).to_have_text(general)
        heading = await one.locator("p.say").inner_text()
        assert heading not in await one.locator(".terms dd").all_inner_texts()
        if language == "fa":
            assert not re.search("[A-Za-z]", (await one.inner_text()).replace("سارا محمدی", ""))
        spotless(browser, house)
