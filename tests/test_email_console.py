"""Mail in the console, in a real browser: copies, an invitation, why a mail stands here, a claim that is joined."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.async_api import expect

from channels.email.parse import Arrival, parse
from channels.sandbox.mail import FakeMail
from router.records import ContactState, Role
from tests.house import read, running, until
from tests.servers.browser import Browser
from tests.servers.console import QUEUES, at_desk, spotless, worker

pytestmark = pytest.mark.chromium

INVITATION = ("BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nDTSTART:20261128T070000Z\nDTEND:20261128T080000Z\n"
              "SUMMARY:بازدید از ساختمان\nLOCATION:یزد\nEND:VEVENT\nEND:VCALENDAR").encode()


def first() -> bytes:
    return ("From: Ali <ali@citizen.example>\r\nTo: desk@city.example\r\nCc: Maryam <maryam@citizen.example>\r\n"
            "Subject: permit\r\nMessage-ID: <n1@citizen.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            "پروانه‌ام کی آماده است؟\r\n--b\r\nContent-Type: text/calendar; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n").encode() + base64.encodebytes(INVITATION) + b"\r\n--b--\r\n"


def claim(token: str) -> bytes:
    return ("From: <eve@evil.example>\r\nTo: desk@city.example\r\nSubject: me too\r\n"
            f"Message-ID: <e@evil.example>\r\n\r\nLet me in. [p:{token}]\r\n").encode()


async def test_mail_in_the_console(tmp_path: Path, browser: Browser) -> None:
    mail = FakeMail()
    await mail.start_smtp()
    channels = {"town": {"medium": "email", "queue": "general", "from_address": "desk@city.example",
                         "smtp_host": "127.0.0.1", "smtp_port": mail.smtp_port, "smtp_tls": "none"}}
    try:
        async with running(tmp_path, channels, environ={"PISHKHAN_TOWN_PASSWORD": mail.password},
                           queues=QUEUES) as house:
            def arrival() -> Arrival:
                return Arrival(channel="town", now=house.clock(), own=("desk@city.example",))
            one = (await house.intake(parse(first(), arrival()))).line.contact
            two = (await house.intake(parse(claim(one.token), arrival()))).line.contact
            await worker(house, "sara", "سارا", role=Role.SUPERVISOR)
            page = await at_desk(browser, house, "sara", ready=False)
            await page.locator("#tab-waiting").click()
            await page.locator(f".contact-row[data-contact='{one.id}']").click()
            await expect(page.locator(".particulars")).to_contain_text("بازدید از ساختمان")
            await page.locator("[data-deed=take]").first.click()
            await expect(page.locator(".copies .chip")).to_contain_text("maryam@citizen.example")
            await page.locator(".copies input").fill("Reza@citizen.example")
            await page.locator(".copies input").press("Enter")
            await expect(page.locator(".copies .chip")).to_have_count(2)
            await page.locator("#composer-text").fill("فردا آماده است.")
            await page.screenshot(path=str(tmp_path / "mail.png"))
            await page.locator("#composer-send").click()
            await until(lambda: mail.sent, what="the answer")
            assert mail.sent[0].to == ("ali@citizen.example", "maryam@citizen.example", "reza@citizen.example")
            await page.locator("#tab-waiting").click()
            await page.locator(f".contact-row[data-contact='{two.id}']").click()
            await page.locator("[data-deed=take]").first.click()
            banner = page.locator(".talk > .notice.warn")
            await expect(banner).to_be_visible()
            await page.screenshot(path=str(tmp_path / "claim.png"))
            await banner.locator("button").last.click()

            async def joined() -> bool:
                found = await read(house, lambda tx: tx.contacts.get(two.id))
                return found.state is ContactState.CLOSED and found.disposition == "joined"
            await until(joined, what="the claim is joined")
            await expect(page.locator(".message.in", has_text="Let me in")).to_be_visible()
            spotless(browser, house)
    finally:
        await mail.stop_smtp()
