"""Files, drafts, parts of a short message, suggestions' keys and contacts recorded by hand, in a real browser."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from router.model import Upload
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
DROP = """([field, kind]) => {
  const data = new DataTransfer();
  data.items.add(new File(["scan"], "رسید بانک.txt", {type: "text/plain"}));
  const target = document.querySelector(field);
  const event = kind === "paste" ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
    : new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
  target.dispatchEvent(event);
}"""


async def test_files_go_by_button_drop_and_paste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        paper = Upload(name="a b.pdf", media_type="application/pdf", content=b"%PDF-1.4")
        await says(house, "عکس قبض", uploads=(Upload(name="قبض.png", media_type="image/png", content=DOT), paper))
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        await expect(page.locator(".picture img")).to_have_js_property("naturalWidth", 1)
        await expect(page.locator(".file-line").nth(1)).to_contain_text("a b.pdf")
        await page.locator("#composer-files").set_input_files(
            {"name": "پاسخ.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 answer"})
        await page.evaluate(DROP, [".composer", "drop"])
        await page.evaluate(DROP, ["#composer-text", "paste"])
        await expect(page.locator(".draft-files .chip.accent")).to_have_count(3)
        await page.locator(".draft-files li").nth(2).get_by_role("button").click()
        await expect(page.locator(".draft-files li")).to_have_count(2)
        await page.locator("#composer-send").click()
        await expect(page.locator(".message.out .file-line")).to_have_count(2)
        sent = await until(lambda: house.channels["town-chat"].sent, what="the answer goes")
        assert [file.name for file in sent[0].attachments] == ["پاسخ.pdf", "رسید بانک.txt"]
        async with page.expect_download() as download:
            await page.locator(".message.out .file-line").first.click()
        assert (await download.value).suggested_filename == "پاسخ.pdf"
        spotless(browser, house)


async def test_drafts_are_kept_by_contact_and_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                   browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        for number in (1, 2):
            await says(house, f"پیام {number}", sender=f"v-{number}", name=f"شهروند {number}")
        await page.locator("#tab-waiting").click()
        for _ in range(2):
            await page.locator(".contact-row .take").first.click()
            await expect(page.locator("#composer-reply")).to_be_visible()
        await page.locator("#tab-mine").click()
        row = {number: page.locator(".contact-open", has_text=f"شهروند {number}") for number in (1, 2)}
        await row[1].click()
        await page.locator("#composer-text").fill("پاسخ به یکم")
        await page.locator("#composer-note").click()
        await page.locator("#composer-text").fill("یادداشت یکم")
        await row[2].click()
        await expect(page.locator("#composer-text")).to_have_value("")
        await page.reload()
        await row[1].click()
        await page.locator("#composer-reply").click()
        await expect(page.locator("#composer-text")).to_have_value("پاسخ به یکم")
        await page.locator("#composer-note").click()
        await expect(page.locator("#composer-text")).to_have_value("یادداشت یکم")
        spotless(browser, house)


async def test_parts_of_a_short_message_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                    browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "Sara", language="en")
        page = await at_desk(browser, house, "sara", ready=False)
        await says(house, "سلام", channel="town-sms", sender="+989121112233", name="")
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        count = page.locator("#sms-count")
        for text, wanted in (("", "0 parts · 160"), ("a" * 160, "1 part · 0"), ("a" * 161, "2 parts · 145"),
                             ("س" * 70, "1 part · 0"), ("س" * 71, "2 parts · 63"), ("€" * 80, "1 part · 0"),
                             ("😀" * 35, "1 part · 0"), ("😀" * 36, "2 parts · 61")):
            await page.locator("#composer-text").fill(text)
            await expect(count).to_contain_text(wanted)
        # What the page counts is what the house cuts.
        from channels.sms import gsm
        parts = await page.evaluate("""async (texts) => {
          const {count} = await import("/static/sms.js");
          return texts.map((text) => count(text, {gsm: [160, 153], ucs2: [70, 67]}).parts);
        }""", TEXTS)
        assert parts == [len(gsm.split(text)) for text in TEXTS]
        spotless(browser, house)


TEXTS = ["a", "a" * 153 + "€" * 5, "a" * 152 + "€" * 5, "{" * 77, "س" * 134, "س" * 135, "😀" * 34, "س" * 66 + "😀" * 3,
         "ñ" * 160, "ñ" * 161, "a\nb" * 100, "س" * 66 + "😀" + "س" * 66]


async def test_a_contact_is_recorded_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await page.locator(".bar-record").click()
        await page.get_by_role("radio", name="نامه").check()
        await page.locator("dialog input[name=name]").fill("شرکت آب‌سازان")
        await page.locator("dialog input[name=registration]").fill("۱۲/۳۴۵")
        await page.locator("dialog input[name=subject]").fill("درخواست انشعاب")
        await page.locator("dialog textarea").fill("درخواست انشعاب برای پلاک ۱۲")
        await page.locator("dialog input[type=file]").set_input_files(
            {"name": "scan.png", "mimeType": "image/png", "buffer": DOT})
        await page.locator("dialog .dialog-foot .primary").click()
        await expect(page.locator(".toast")).to_contain_text("ثبت شد")
        await page.locator("#tab-waiting").click()
        await expect(page.locator(".contact-row")).to_contain_text("شرکت آب‌سازان")
        await page.locator(".contact-row .take").click()
        await expect(page.locator(".picture img")).to_be_visible()
        await page.locator("#composer-text").fill("پاسخ نامه")
        await page.keyboard.press("Control+Enter")
        handed = page.get_by_role("button", name="تحویل شد")
        await expect(handed).to_be_visible()
        await handed.click()
        await expect(page.locator(".message.out .delivery")).to_have_attribute("data-state", "delivered")
        contact = await read(house, lambda tx: tx.contacts.get(1))
        assert contact.medium == "letter" and contact.subject == "درخواست انشعاب"
        spotless(browser, house)


async def test_wrong_record_is_refused_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "Sara", language="en")
        page = await at_desk(browser, house, "sara", ready=False)
        await page.locator(".bar-record").click()
        await page.locator("dialog textarea").fill("somebody called")
        await page.locator("dialog .dialog-foot .primary").click()
        await expect(page.locator(".toast.bad")).to_contain_text("say who it was")
        await expect(page.locator("dialog textarea")).to_have_value("somebody called")
        await page.locator("dialog input[name=phone]").fill("0912 345 67 89")
        await page.locator("dialog .dialog-foot .primary").click()
        await expect(page.locator("dialog")).to_have_count(0)
        spotless(browser, house, "400")


async def suggestions(route: Any) -> None:
    """Two articles, as docs/console.md says they come."""
    if route.request.method == "POST":
        await route.fulfill(json={})
        return
    await route.fulfill(json={"suggestions": [
        {"article": 7, "title": "ساعت کار", "text": "شنبه تا چهارشنبه ۸ تا ۱۴.", "language": "fa", "weak": False,
         "why": {"fa": "واژهٔ «ساعت»", "en": "the word hours"}},
        {"article": 8, "title": "نشانی", "text": "خیابان بهار", "language": "fa", "weak": True,
         "why": {"fa": "کم‌شباهت", "en": "little in common"}}]})


async def test_a_suggestion_goes_in_by_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                               browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await page.route("**/suggestions**", suggestions)
        await says(house, "ساعت کار شما؟")
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        await expect(page.locator(".suggestion.weak")).to_contain_text("نامطمئن")
        await page.locator("#composer-text").fill("سلام.")
        await page.keyboard.press("Alt+Digit1")
        await page.keyboard.type(" با احترام")
        await expect(page.locator("#composer-text")).to_have_value("سلام.\nشنبه تا چهارشنبه ۸ تا ۱۴. با احترام")
        await page.locator(".suggestion .link").first.click()
        await expect(page.locator(".suggestion").first).to_contain_text("واژهٔ «ساعت»")
        async with page.expect_request("**/reply") as asked:
            await page.locator("#composer-text").press("Control+Enter")
        assert (await asked.value).post_data_json["suggestion"] == 7
        await expect(page.locator("dialog .notice")).to_be_visible()  # there is no such article in this house
        spotless(browser, house, "404", "400", "409")
