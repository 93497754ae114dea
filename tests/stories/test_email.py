"""Two stories by e-mail: Dovecot holds the mailbox, the answers go to a real SMTP server."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from house import utc_now
from router.records import Direction
from tests.house import until
from tests.servers.browser import Browser
from tests.stories.desk import MILLISECONDS, PATIENCE, PICTURE, town
from tests.stories.lines import Mail

pytestmark = [pytest.mark.dovecot, pytest.mark.chromium]


def text_of(mail: object) -> str:
    """The plain words of a mail."""
    return mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined,no-any-return]


async def test_a_letter_is_answered_with_what_the_desk_knows(tmp_path: Path, browser: Browser) -> None:
    mail = Mail()
    async with town(tmp_path, browser, mail) as desk:
        await desk.knowledge("مدارک تمدید پروانهٔ ساختمان", "اصل پروانه، سند مالکیت و کارت ملی مالک لازم است.",
                             "پروانه", "ساختمان")
        # Citizen: What do I need to renew my building permit?
        question = mail.letter("مریم احمدی <maryam@citizen.example>", "پروانهٔ ساختمان",
                               "سلام، برای تمدید پروانه‌ی ساختماني چه مدارکی لازم است؟")
        mail.writes(question)
        await desk.offered("مریم احمدی", "پروانهٔ ساختمان")
        # The desk, by itself: we have it, here is your reference.
        (contact,) = await desk.contacts()
        ack = await mail.nth(1)
        assert contact.reference in str(ack["Subject"]) and ack["Auto-Submitted"] == "auto-replied"
        await desk.accept(by="key")
        await desk.shows("سلام، برای تمدید پروانه‌ی ساختماني چه مدارکی لازم است؟")
        await desk.knows("maryam@citizen.example", first=True)
        # Agent: takes the ready answer and adds a word.
        await desk.suggested("مدارک تمدید پروانهٔ ساختمان")
        await desk.agent.keyboard.type(" شنبه منتظرتان هستیم.")
        await desk.reply()
        answer = await mail.nth(2)
        assert "اصل پروانه، سند مالکیت" in text_of(answer) and "شنبه منتظرتان هستیم." in text_of(answer)
        assert answer["In-Reply-To"] == question["Message-ID"] and "maryam@citizen.example" in str(answer["To"])
        assert str(answer["Subject"]).startswith("Re: پروانهٔ ساختمان")
        await desk.close("حل شد")
        await desk.journal_tells(
            contact.id,
            "customer opened by email", "customer queued: new", "customer said in", "router said out",
            "router offered", "agent offer accepted", "agent offered -> active",
            "agent suggestion inserted", "agent said out", "agent suggestion sent", "agent active -> closed resolved")
        assert await until(lambda: mail.dovecot.read() == 1, seconds=PATIENCE), "marked read after the commit"
        await desk.counted(answered=1, abandoned=0, waiting=0)


async def test_a_letter_with_a_form_its_answer_and_a_robot(tmp_path: Path, browser: Browser) -> None:
    mail = Mail()
    async with town(tmp_path, browser, mail) as desk:
        # Citizen: here is my form (Persian HTML, with a picture attached).
        first = mail.letter("Reza Karimi <reza@citizen.example>", "فرم درخواست انشعاب")
        first.set_content('<div dir="rtl"><p>با سلام،</p><p>فرم <b>پرشده</b> پیوست است.</p>'
                          '<img src="https://spy.example/seen.gif"><script>top.hacked = 1</script></div>',
                          subtype="html")
        first.add_attachment(PICTURE, maintype="image", subtype="png", filename="فرم انشعاب.png")
        mail.writes(first)
        await desk.offered("Reza Karimi")
        await desk.accept()
        (contact,) = await desk.contacts()
        await expect(desk.agent.locator(".message.in .text")).to_contain_text("فرم پرشده پیوست است.")
        await expect(desk.agent.locator(".message.in .file-line")).to_contain_text("فرم انشعاب.png")
        picture = desk.agent.locator(".message.in .picture img")
        await until(lambda: picture.evaluate("each => each.complete && each.naturalWidth > 0"), seconds=PATIENCE,
                    what="the picture is shown")
        await desk.agent.locator(".message.in .link").last.click()
        await expect(desk.agent.frame_locator(".citizen-html").locator("b")).to_have_text("پرشده")
        # Agent: thank you, sign this one too.
        await desk.agent.locator("#composer-files").set_input_files(
            {"name": "فرم تعهد.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 form"})
        await expect(desk.agent.locator(".draft-files .accent")).to_be_visible()
        await desk.reply("دریافت شد. لطفاً فرم پیوست را هم امضا کنید.")
        answer = await mail.nth(2)
        (attached,) = answer.iter_attachments()
        assert (attached.get_filename(), attached.get_content()) == ("فرم تعهد.pdf", b"%PDF-1.7 form")
        assert answer["In-Reply-To"] == first["Message-ID"]
        # Citizen, with a program that drops every reference: the mark in the quoted mail brings it back here. The
        # computer's clock is an hour late; in the conversation it stands last all the same.
        mark = re.search(r"\[p:[^\]]+\]", text_of(answer))
        assert mark is not None
        quoted = f"> دریافت شد. لطفاً فرم پیوست را هم امضا کنید.\n> {mark[0]}\n"
        signed = mail.letter("reza@citizen.example", "فرم امضاشده", f"امضا کردم، سپاسگزارم.\n\n{quoted}")
        signed.replace_header("Date", format_datetime(utc_now() - timedelta(hours=1)))
        mail.writes(signed)
        await expect(desk.agent.locator(".message").last.locator(".text")).to_have_text(
            "امضا کردم، سپاسگزارم.", timeout=MILLISECONDS)
        # The citizen's mail robot: I am away. It is kept, shown as what it is, and not answered.
        mail.writes(mail.letter("reza@citizen.example", "Automatic reply: away", "I am away until Saturday.",
                                Auto_Submitted="auto-replied", In_Reply_To=str(answer["Message-ID"])))
        robot = desk.agent.locator(".message.in", has_text="I am away until Saturday.")
        await expect(robot).to_be_visible(timeout=MILLISECONDS)
        await expect(robot.locator(".chip")).to_be_visible()
        await desk.close("پاسخ داده شد")
        assert len(mail.received) == 2, "the acknowledgement and the answer; nothing to the robot"
        assert len(await desk.contacts()) == 1
        assert [bool(each.automatic) for each in await desk.said(contact.id, Direction.IN)] == [False, False, True]
        await desk.journal_tells(
            contact.id,
            "customer opened by email", "customer queued: new", "customer said in", "router said out",
            "router offered", "agent offer accepted", "agent offered -> active", "agent said out",
            "customer said in", "customer said in", "agent active -> closed answered")
        await desk.counted(answered=1, abandoned=0, waiting=0)
