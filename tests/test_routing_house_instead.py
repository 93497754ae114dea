"""Ways out where we write, on a running house: a call is offered by a message, its number read from the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channels import registry
from router.records import ContactState
from router.rules import notices
from router.rules.instead import number_in
from tests import fake
from tests.house import agent, until
from tests.routing_house import contact, desk_of, entries, held_by, say, told

#: What somebody answers, and the number that is called then.
NUMBERS = [
    ("09123456789", "+989123456789"), ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"), ("شماره‌ام 021-88776655 است", "+982188776655"),
    ("call me at +44 20 7946 0958 please", "+442079460958"),
    ("0098 912 345 6789\nبا سپاس\n02188776655", "+989123456789"),
    ("", ""), ("سلام", ""), ("12345", ""), ("شناسهٔ قبض 1234567890123", ""), ("09123456789 یا 09123456780", ""),
    ("x" * 100 + " 09123456789", ""), ("0" * 3000, ""),
]


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_number_is_read_only_where_there_is_one(text: str, number: str) -> None:
    assert number_in(text) == number


def queues(*offer: str) -> dict[str, Any]:
    return {"general": {"skills": ["none"], "overflow": [{"length": 1, "offer": list(offer)}]}}


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_call_is_offered_by_a_message_and_the_answer_is_its_number(
    tmp_path: Path, database: str, language: str
) -> None:
    async with desk_of(tmp_path, database, queues=queues("callback", "voicemail")) as house:
        sent = house.channels["line"].sent
        number = await say(house, 1, "سلام" if language == "fa" else "hello", language=language)
        [step] = await told(house, "overflow-taken", about=number)
        assert step.data["did"] == ["offer:callback", "skipped:voicemail"]
        assert (await contact(house, number)).data["instead"] == ["callback"]
        await until(lambda: len(sent) == 1, what="the offer")
        assert sent[0].text == notices.say("callback", language)
        await say(house, 1, "x", language=language)  # no number: a message as any other
        before = await contact(house, number)
        assert "callback" not in before.data
        for count, written in ((2, "09123456789"), (3, "021 8877 6655")):  # the second corrects the first
            assert await say(house, 1, written, language=language) == number
            await until(lambda count=count: len(sent) == count, what="it is confirmed")
        found = await contact(house, number)
        assert found.data["callback"] == "+982188776655" and found.state is ContactState.WAITING
        assert found.queued_at == before.queued_at  # the place is kept
        assert notices.number("+982188776655", language) in sent[2].text
        notes = await house.store.snapshot(lambda tx: [m.text for m in tx.messages.of(number, limit=20)
                                                       if m.kind == "callback"])
        assert sorted(notes) == ["+982188776655", "+989123456789"]


async def test_a_number_that_nobody_asked_for_is_only_a_message(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues={"general": {"skills": ["none"]}}) as house:
        number = await say(house, 1, "سلام")
        await say(house, 1, "09123456789")
        assert "callback" not in (await contact(house, number)).data


async def test_a_number_after_the_agent_took_it_is_only_a_message(tmp_path: Path) -> None:
    given = {"general": {"overflow": [{"length": 1, "offer": ["callback"]}]}}
    async with desk_of(tmp_path, queues=given) as house:
        number = await say(house, 1, "سلام")
        await told(house, "overflow-taken", about=number)
        sara = await agent(house)
        await held_by(house, number, sara)
        from tests.routing_house import accept
        await accept(house, number)
        await say(house, 1, "09123456789")
        assert "callback" not in (await contact(house, number)).data


async def test_what_a_medium_cannot_do_is_offered_to_nobody(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues=queues("voicemail")) as house:
        number = await say(house, 1, "سلام")
        [step] = await told(house, "overflow-taken", about=number)
        assert step.data["did"] == ["skipped:voicemail"]
        await say(house, 2, "سلام")
        await told(house, "overflow-taken", count=2)
        assert len(await entries(house, "overflow-taken", about=number)) == 1
        assert "instead" not in (await contact(house, number)).data and house.channels["line"].sent == []
