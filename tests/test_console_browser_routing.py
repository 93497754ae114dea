"""Setting up how contacts are served, in a real browser: hours, policy, promise, a queue's doors, an agent's shift; and
comparing a drafted policy on a recorded day."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from router.core import NAMED
from router.records import Role
from router.rules.plan import PARAMETERS
from tests.house import agent, read, until
from tests.recorded import record
from tests.routing_house import held_by
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker
from tests.test_routing_whatif import lay_in, short_day

pytestmark = pytest.mark.chromium


async def add(page: Page, part: str, **values: str) -> None:
    """Fill in a part's form and save it."""
    await page.locator(f"[data-part={part}] header button").click()
    for name, value in values.items():
        field = page.locator(f"dialog [name='{name}']")
        if await field.evaluate("e => e.localName") == "select":
            await field.select_option(value)
        else:
            await field.fill(value)
    await page.locator("dialog button.primary").click()


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_admin_sets_up_routing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                        language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN, language=language)
        page = await at_desk(browser, house, "boss", to="/admin")
        await page.locator("nav.parts a[href='#routing']").click()
        await add(page, "calendar", name="office", saturday="08:00-12:00, 13:00-16:30",
                  holidays="۱۴۰۵-۰۴-۰۴ ۱۴۰۵-۰۴-۰۵ تاسوعا و عاشورا")
        await expect(page.locator("[data-part=calendar] tbody tr")).to_contain_text("13:00-16:30")
        await add(page, "policy", name="calm", rule="promise_fair", parameters="guard = 6\nsticky = off")
        await expect(page.locator("[data-part=policy] tbody tr")).to_contain_text("guard = 6")
        await add(page, "target", queue="general", segment="vip", seconds="60")
        await expect(page.locator("[data-part=target] tbody tr")).to_have_count(1)
        await browser.shot(page, f"routing-{language}")
        # What cannot be meant so is refused with the key, and nothing is lost.
        await add(page, "policy", name="odd", parameters="guard = -1")
        await expect(page.locator(".toast, [role=alert]").filter(has_text="guard").first).to_be_visible()
        await expect(page.locator("dialog [name=parameters]")).to_have_value("guard = -1")
        # Said in the dialog: what lies behind it is neither read out nor reached.
        await page.locator("dialog .toast").filter(has_text="guard").get_by_role("button").click()
        await expect(page.locator(".toast")).to_have_count(0)
        await page.locator("dialog summary").click()
        meant = page.locator("dialog [data-part=parameters] dd")
        await expect(meant).to_have_count(len(PARAMETERS))
        assert all(" " in text and not text.startswith("param.") for text in await meant.all_inner_texts())
        await page.keyboard.press("Escape")
        await _queue(page)
        await _agent(page)
        found = await read(house, lambda tx: (tx.desk.queue_named("general"), tx.routing.calendars(), tx.desk.agents()))
        _stands(*found)
        # A calendar that is used stays.
        await page.locator("nav.parts a[href='#routing']").click()
        await page.locator("[data-part=calendar] tbody button").last.click()
        await page.locator("dialog button.danger").click()
        used = {"fa": "هنوز صف یا همکاری", "en": "Queues or colleagues still use it"}[language]
        await expect(page.locator(".toast").filter(has_text=used).first).to_be_visible()
        assert len(await read(house, lambda tx: tx.routing.calendars())) == 1
        await page.keyboard.press("Escape")
        spotless(browser, house, "400", "409")


async def test_holidays_that_nobody_touched_stay_what_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                 browser: Browser) -> None:
    before = [{"date": "1405-10-01", "open": "08:00-10:00", "fa": "نیمه‌روز", "en": "Half day"},
              {"every": "06-31", "fa": "جشن", "en": "Feast"}, "2026-12-25",
              {"date": "1405-04-04", "until": "1405-04-05", "fa": "تاسوعا"}]
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN, language="fa")
        await house.store.run(lambda tx: tx.routing.put_calendar(
            "office", {"week": {"saturday": ["08:00-12:00"]}, "iran": True, "holidays": before}))
        page = await at_desk(browser, house, "boss", to="/admin")
        await page.locator("nav.parts a[href='#routing']").click()
        await page.locator("[data-part=calendar] tbody button").first.click()
        field = page.locator("dialog [name=holidays]")
        await field.fill(await field.input_value() + "\n۱۴۰۵-۱۲-۲۹ ۰۸:۰۰-۱۰:۰۰ شب عید / Eve\n۰۷-۰۱ مهر")
        await page.locator("dialog button.primary").click()
        await expect(page.locator("dialog")).to_have_count(0)
        (office,) = await read(house, lambda tx: tx.routing.calendars())
        assert office.definition["holidays"] == [
            *before, {"date": "1405-12-29", "open": ["08:00-10:00"], "fa": "شب عید", "en": "Eve"},
            {"every": "07-01", "fa": "مهر", "en": "مهر"}]
        spotless(browser, house)


async def _queue(page: Page) -> None:
    await page.locator("nav.parts a[href='#queues']").click()
    await page.locator("[data-queue=general] button").click()
    await page.locator("dialog summary").click()
    await page.locator("dialog [name=skills]").fill("گاز ۳، فارسی")
    await page.locator("dialog [name=calendar]").select_option("office")
    await page.locator("dialog [name=policy]").select_option("calm")
    await page.locator("dialog [name=when_closed]").select_option("callback")
    await page.locator("dialog [name=overflow]").fill('{"after": 300, "alarm": true}')
    await page.locator("dialog button.primary").click()
    await expect(page.locator("dialog")).to_have_count(0)


async def _agent(page: Page) -> None:
    await page.locator("nav.parts a[href='#agents']").click()
    await page.locator("[data-agent] button").first.click()
    await page.locator("dialog summary").click()
    await page.locator("dialog [name=languages][value=fa]").check()
    await page.locator("dialog [name=shift]").select_option("office")
    await page.locator("dialog [name=backup_after]").fill("90")
    await page.locator("dialog button.primary").click()
    await expect(page.locator("dialog")).to_have_count(0)


def _stands(queue: Any, calendars: Any, agents: Any) -> None:
    assert (queue.skills, queue.levels) == (("گاز", "فارسی"), {"گاز": 3})
    assert (queue.calendar, queue.policy, queue.when_closed) == ("office", "calm", "callback")
    assert list(queue.overflow) == [{"after": 300, "alarm": True}]
    (office,) = calendars
    assert office.definition["week"] == {"saturday": ["08:00-12:00", "13:00-16:30"]}
    assert office.definition["holidays"][0]["date"] == "1405-04-04" and office.definition["iran"] is True
    (boss,) = agents
    assert (boss.shift, boss.backup_after, tuple(boss.languages)) == ("office", 90, ("fa",))


@pytest.mark.parametrize(("language", "width"), [("fa", 360), ("en", 1280)])
async def test_a_draft_is_compared_and_switched_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                                  language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN, language=language)
        lines, _ = record(short_day(), NAMED["fifo_longest_idle"])
        await lay_in(house, lines)
        page = await at_desk(browser, house, "boss", to="/admin", width=width)
        await page.locator("nav.parts a[href='#routing']").click()
        part = page.locator("[data-part=whatif]")
        # A day that is none is refused with the key, and the form keeps what was typed.
        await part.locator("[name=day]").fill("۱۴۰۵/۱۳/۴۰")
        await part.locator("button[type=submit]").click()
        await expect(page.locator(".toast").filter(has_text="day").first).to_be_visible()
        await part.locator("[name=day]").fill("۱۴۰۵/۰۸/۳۰" if language == "fa" else "2026-11-21")
        await part.locator("[name=rule]").select_option("fifo_longest_idle")
        await part.locator("[name=parameters]").fill("guard = ۶")
        await part.locator("button[type=submit]").click()
        await expect(part.locator("[data-answer]")).to_be_visible(timeout=240_000)
        kept = part.locator("tr[data-figure=kept]").first
        await expect(kept.locator("td.number")).to_have_count(3)
        if language == "fa":
            assert re.search("[۰-۹]", await kept.inner_text()) and not re.search(
                "[0-9]", await part.locator("[data-answer]").inner_text())
            assert await page.evaluate("document.documentElement.dir") == "rtl"
        await expect(part.locator("[data-table=queues] tbody tr").first).to_be_visible()
        assert await part.locator("img.days").evaluate("async e => (await e.decode(), e.naturalWidth)") > 0
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await part.locator("[data-answer]").scroll_into_view_if_needed()
        await browser.shot(page, f"whatif-{language}")
        await part.locator("button.primary").last.click()
        await expect(page.locator("dialog")).to_contain_text("guard = 6")
        await page.locator("dialog button.primary").click()
        await expect(page.locator("[data-part=policy] tbody tr")).to_contain_text("guard = 6")
        [policy] = await read(house, lambda tx: tx.routing.policies())
        assert (policy.name, policy.rule, policy.parameters) == ("default", "fifo_longest_idle", {"guard": 6})
        spotless(browser, house, "400")


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_console_says_why_a_contact_waits_and_who_could_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str
) -> None:
    from agents import reasons
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR, language=language)
        sara = await agent(house, "sara", name="سارا محمدی", capacity=2)
        first = await says(house, "یک", sender="v-1", name="الف")
        await held_by(house, int(first.line.contact.id), sara)
        second = await says(house, "دو", sender="v-2", name="ب")
        number = int(second.line.contact.id)
        await until(lambda: house.dispatch.explain(number).get("code") == "all-busy", what="the router knows why")
        page = await at_desk(browser, house, "boss", ready=False)
        await page.locator("#tab-waiting").click()
        row = page.locator(".contact-row").filter(has_text="ب").first
        await expect(row).to_contain_text(reasons.WAITING["all-busy"][language])
        await row.locator(".contact-open").click()
        await page.locator(".talk-head .menu > button").last.click()
        await page.get_by_role("menuitem", name={"fa": "چرا", "en": "Why"}[language]).click()
        dialog = page.locator("dialog")
        await expect(dialog).to_contain_text(reasons.WAITING["all-busy"][language])
        who = dialog.locator("[data-term=who]")
        await expect(who).to_contain_text("سارا محمدی")
        await expect(who).to_contain_text("۲ از ۲ ظرفیت" if language == "fa" else "2 of 2 points")
        assert "[object" not in await dialog.inner_text()
        await browser.shot(page, f"why-{language}")
        spotless(browser, house)
