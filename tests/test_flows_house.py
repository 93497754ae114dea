"""One flow on the running house: the same ten lines through every medium's own stand-in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.records import ContactState, Direction
from router.rules import codes
from router.rules.text import digits_latin
from tests.flow_lines import Talk, citizen
from tests.house import read, until
from tests.voicing import telephone


@pytest.mark.parametrize("medium", ["webchat", "sms", "telegram", "email"])
async def test_a_complaint_in_ten_lines(tmp_path: Path, medium: str) -> None:
    async with citizen(medium, tmp_path) as someone:
        talk = Talk(someone)
        await talk.says("سلام", "چه کمکی از ما برمی‌آید")
        await talk.says("شکایت", "موافقید")
        await talk.says("بله", "شکایت خود را")
        await talk.says("چراغ کوچهٔ ما یک هفته است خاموش است", "چه روزی")
        await talk.says("دیروز", "همراه" if medium == "sms" else "عکس")
        if medium != "sms":
            await talk.says("رد", "همراه")
        said = await talk.says("۰۹۱۲۳۴۵۶۷۸۹", "ثبت شد", "کار دیگری")
        code = codes.read(re.findall(r"\d{3}-\d{3}-\d{4}", digits_latin(said))[-1])
        assert code is not None
        await talk.says("نه", "چه نمره‌ای")
        if medium == "email":  # the number and the words about it in one letter
            await talk.says("۵\n\nممنون، خوب بود", "خدانگهدار")
        else:
            await talk.says("۵", "سخنی")
            await talk.says("ممنون، خوب بود", "خدانگهدار")

        house = someone.house
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        case = await read(house, lambda tx: tx.cases.by_code(code))
        assert contact.state is ContactState.CLOSED and contact.disposition == "self-service"
        assert case.service == "complaint" and case.contact == contact.id
        assert case.data["mobile"] == "+989123456789" and case.data["complaint"].startswith("چراغ")
        kept = (await read(house, lambda tx: tx.flows.newest(contact.id))).state["values"]
        assert kept["survey_score"] == 5 and kept["survey_comment"] == "ممنون، خوب بود"
        names = [entry.name for entry in await read(house, lambda tx: tx.journal.after(0, limit=1000))]
        assert names.count("flow-started") == 1 and names.count("flow-ended") == 1 and "survey-answered" in names
        assert "contact-queued" not in names


async def test_the_same_complaint_by_telephone(tmp_path: Path) -> None:
    async with telephone(tmp_path, flow="main-menu") as (house, carrier), carrier.call() as caller:
        await caller.hears("برای شکایت، کلید چهار را فشار دهید")
        caller.press("4")
        await caller.hears("موافقید")
        caller.press("۱")
        caller.message_seconds = 7
        await caller.hears("شکایت خود را")
        await caller.hears("چه روزی")
        await caller.hears("شمارهٔ همراه")  # silence skipped the day
        caller.press("09123456789#")
        await caller.hears("ثبت شد")
        await caller.hears("کار دیگری")
        caller.press("2")
        await caller.hears("چه نمره‌ای")
        caller.press("5")
        await caller.hears("خدانگهدار")
        assert await caller.ended() == "house"
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        (case,) = await read(house, lambda tx: tx.cases.listed())
        assert case.data["mobile"] == "+989123456789" and case.contact == contact.id

        async def over() -> bool:
            found = await read(house, lambda tx: tx.contacts.get(contact.id))
            return found.state is ContactState.CLOSED
        await until(over, what="the contact is closed")
        files = [m.attachments for m in await read(house, lambda tx: tx.messages.of(contact.id)) if m.attachments]
        assert len(files) == 1, "the recording is in the conversation"


async def test_zero_gives_a_caller_to_people_and_the_line_goes_on(tmp_path: Path) -> None:
    async with telephone(tmp_path, flow="main-menu") as (house, carrier), carrier.call() as caller:
        await caller.hears("برای کارشناس صفر")
        caller.press("0")
        await caller.hears("شما نفر بعدی هستید")
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        assert contact.state is ContactState.WAITING
        notes = [m for m in await read(house, lambda tx: tx.messages.of(contact.id)) if m.direction is Direction.NOTE]
        assert notes[0].kind == "gathered"
