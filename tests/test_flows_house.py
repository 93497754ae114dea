"""One flow on the running house: the same ten lines through every medium's own stand-in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.records import ContactState
from router.rules import codes
from router.rules.text import digits_latin
from tests.flow_lines import Talk, citizen
from tests.house import read


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
        await talk.says("۵", "سخنی")
        await talk.says("ممنون، خوب بود", "خدانگهدار")

        house = someone.house
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        case = await read(house, lambda tx: tx.cases.by_code(code))
        assert contact.state is ContactState.CLOSED and contact.disposition == "self-service"
        assert case.service == "complaint" and case.contact == contact.id
        assert case.data["mobile"] == "+989123456789" and case.data["complaint"].startswith("چراغ")
        names = [entry.name for entry in await read(house, lambda tx: tx.journal.after(0, limit=1000))]
        assert names.count("flow-started") == 1 and names.count("flow-ended") == 1 and "survey-answered" in names
        assert "contact-queued" not in names
