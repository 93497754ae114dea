"""Parts of the console one by one in a real browser: what may be done when, dates, search, waiting buttons, offers."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from router.model import ContactId
from router.records import AgentState, Direction
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import QUEUES, at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium

POSSIBLE = """async () => {
  const {possible} = await import("/static/console/deeds.js");
  const me = {id: 1, role: "agent"}, boss = {id: 9, role: "supervisor"};
  const contact = (state, agent, offer = null) => ({id: 5, state, agent, offer});
  return {
    mine: possible(contact("active", 1), me, {}), call: possible(contact("active", 1), me, {connects: true}),
    phone: possible(contact("active", 1), {...me, phone: "200"}, {connects: true, holds: true}),
    music: possible({...contact("active", 1), data: {on_hold: 1}}, {...me, phone: "200"},
                    {connects: true, holds: true}),
    waiting: possible(contact("waiting", null), me), led: possible(contact("waiting", null), boss),
    offered: possible(contact("offered", 1, {agent: 1}), me), others: possible(contact("active", 2), me),
    watched: possible(contact("active", 2), boss), aside: possible(contact("snoozed", 1), me),
    written: possible(contact("wrap-up", 1), me), over: possible(contact("closed", null), me), gone: possible(null, me),
  };
}"""
DATES = """async () => {
  const dates = await import("/static/dates.js");
  const {t, numerals} = await import("/static/words.js");
  return [dates.full("2026-11-21T20:00:05.000Z"), dates.clock("2026-03-20T20:29:59.000Z"),
    dates.dayKey("2026-03-20T20:30:00.000Z"), dates.day("2020-03-19T12:00:00.000Z"), dates.span(7_000),
    dates.span(3_723_000), dates.roughly(7_500_000), dates.size(2_211_333),
    t("sms.count", {n: 3, left: 12}), numerals("PK-12")];
}"""
FINDS = """async () => {
  const {finds} = await import("/static/fold.js");
  return [finds("علي كريمي", "علی کریمی"), finds("۰۹۱۲", "+989120912"), finds("می خواهم", "می‌خواهم"),
    finds("Émile", "émile zola"), finds("نیست", "هست"), finds("آب قبض", "قبض آب"), finds("", "x")];
}"""


DRAWN = """async () => {
  const {known} = await import("/static/page.js");
  const took = [];
  for (let n = 0; n < 20; n += 1) {
    const [id, view] = Object.entries(known.get().contact)[n];
    known.set((old) => ({...old, contact: {...old.contact, [id]: {...view, subject: `changed ${n}`}}}));
    const before = performance.now();
    await new Promise((done) => setTimeout(done, 17));
    took.push(performance.now() - before - 17);
  }
  return took;
}"""


async def test_what_may_be_done_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        assert await page.evaluate(POSSIBLE) == {
            "mine": ["reply", "note", "transfer", "snooze", "finish", "close"],
            "call": ["reply", "note", "transfer", "snooze", "finish", "close", "hangup"],
            "phone": ["reply", "note", "transfer", "snooze", "finish", "close", "hold", "hangup"],
            "music": ["reply", "note", "transfer", "snooze", "finish", "close", "resume", "hangup"],
            "waiting": ["take", "note"], "led": ["take", "note", "transfer"], "offered": ["accept", "decline"],
            "others": ["note"], "watched": ["take", "note", "transfer"],
            "aside": ["reopen", "close", "note", "transfer"], "written": ["close", "reopen", "note"],
            "over": ["reopen"], "gone": []}
        assert await page.evaluate(DATES) == [
            "شنبه ۳۰ آبان ۱۴۰۵، ۲۳:۳۰:۰۵", "۲۳:۵۹", "2026-03-21", "۲۹ اسفند ۱۳۹۸", "۰:۰۷", "۱:۰۲:۰۳",
            "۲ ساعت و ۵ دقیقه", "۲٫۲ مگابایت", "۳ بخش · ۱۲ نویسه مانده", "PK-۱۲"]
        assert await page.evaluate(FINDS) == [True, True, True, True, False, True, True]
        spotless(browser, house)


async def test_a_button_waits_while_its_call_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await says(house, "سلام")
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        await expect(page.locator("#composer-reply")).to_be_visible()
        let_go, asked = asyncio.Event(), []

        async def hold(route: Any) -> None:
            asked.append(route.request.post_data_json["key"])
            await let_go.wait()
            await route.continue_()
        await page.route("**/reply", hold)
        await page.locator("#composer-text").fill("یک بار")
        for _ in range(3):
            await page.keyboard.press("Control+Enter")
        await expect(page.locator("#composer-send")).to_be_disabled()
        await expect(page.locator("#composer-send")).to_have_attribute("aria-busy", "true")
        let_go.set()
        await expect(page.locator(".message.out")).to_have_count(1)
        assert len(asked) == 1
        spotless(browser, house)


async def test_an_offer_that_lapses_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                              browser: Browser) -> None:
    async with town(tmp_path, monkeypatch, queues={"general": QUEUES["general"] | {"accept_seconds": 2}}) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara")
        await says(house, "سلام")
        await expect(page.locator(".offer .countdown")).to_be_visible()
        assert (await page.title()).startswith("(۱) ")
        await expect(page.locator(".offer")).to_have_count(0, timeout=10_000)
        await expect(page.locator(".status")).to_contain_text("پیشنهاد بی‌پاسخ ماند")
        assert not (await page.title()).startswith("(")
        await expect(page.locator("#tab-waiting .count")).to_have_text("۱")
        spotless(browser, house)


async def test_typing_is_told_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await says(house, "سلام")
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        await expect(page.locator("#composer-reply")).to_be_visible()

        async def shows(where: str, words: str, **preview: str) -> bool:
            # It passes and is not kept: the first may come before the page has opened the conversation.
            house.bus.whisper("typing", ContactId(1), {"who": "customer", **preview})
            return words in "".join(await page.locator(where).all_inner_texts())
        await until(lambda: shows(".typing", "در حال نوشتن"), what="the visitor types")
        await until(lambda: shows(".typing-text", "<b>چراغ</b> کوچهٔ ما", text="<b>چراغ</b> کوچهٔ ما"), what="the words")
        listener = house.bus.subscribe("test")
        await page.locator("#composer-text").press_sequentially("سلام")

        async def heard() -> bool:
            found = listener.get_nowait()
            return getattr(found, "topic", "") == "typing" and found.data["who"] == "agent:1"
        await until(heard, what="the citizen's side hears of it")
        listener.close()
        spotless(browser, house)


async def test_three_hundred_wait_and_the_list_stays_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                           browser: Browser) -> None:
    """A long queue is drawn in pieces and searched whole."""
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await asyncio.gather(*(says(house, f"پرسش {n}", sender=f"v-{n}", name="یگانه" if n == 7 else "شهروند")
                               for n in range(300)))
        await expect(page.locator("#tab-waiting .count")).to_have_text("۳۰۰", timeout=20_000)
        await page.locator("#tab-waiting").click()
        await expect(page.locator(".contact-row")).to_have_count(150)
        await page.locator("#search").fill("يگانه")
        await expect(page.locator(".contact-row")).to_have_count(1)
        await page.locator("#search").fill("")
        await expect(page.locator(".contact-row")).to_have_count(150)
        slow = await page.evaluate(DRAWN)
        print(f"one change drawn with 300 waiting: {min(slow):.1f} to {max(slow):.1f} ms")
        agents = await read(house, lambda tx: tx.desk.agents())
        assert agents[-1].state is AgentState.OFFLINE
        spotless(browser, house)


async def test_what_the_house_says_about_itself_is_worded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          browser: Browser) -> None:
    """What happens in a call comes as kinds; a colleague reads sentences."""
    happened = (("choice", "3"), ("callback", "+989121234567"), ("connect", ""), ("agent-missed", ""),
                ("left", "completed"), ("left", ""))
    wanted = ("در منو انتخاب کرد: ۳", "خواست با او تماس بگیریم: +989121234567", "تلفن سارا زنگ می‌خورد",
              "تلفن همکار پاسخ داده نشد", "شهروند گوشی را گذاشت", "شهروند رفت")
    async with town(tmp_path, monkeypatch) as house:
        sara = await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await says(house, "سلام")

        def unit(tx: Any) -> None:
            for kind, said in happened:
                tx.messages.add(ContactId(1), Direction.SYSTEM, at=tx.now, text=said, kind=kind, agent=sara.id,
                                data={"kind": kind})
        await house.store.run(unit)
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        lines = page.locator("p.system")
        await expect(lines).to_have_count(len(happened))
        said = [re.sub("[\u2066-\u2069]", "", each) for each in await lines.all_inner_texts()]
        assert all(words in line for words, line in zip(wanted, said, strict=True)), said
        await browser.shot(page, "console-happened-fa")
        spotless(browser, house)
