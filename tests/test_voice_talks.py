"""Around a talk: a mailbox is no agent, and nobody is recorded who does not want it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from channels.voice import words
from router.model import DeliveryState
from router.records import ContactState
from tests.house import agent, until
from tests.voicing import accept, contact_of, delivery_of, in_state, line, messages, telephone


async def test_an_agent_takes_the_call_by_key(tmp_path: Path) -> None:
    async with telephone(tmp_path, accept_by_key=True) as (house, carrier), carrier.call() as caller:
        await agent(house, phone="02188776655")
        await caller.hears("عدد یک را فشار دهید")
        caller.press("1")
        delivery = await accept(house)
        assert await caller.connected() == "+982188776655"
        await delivery_of(house, delivery, DeliveryState.DELIVERED)
        caller.agent_leaves()
        await in_state(house, ContactState.WRAP_UP)
        assert [m.data.get("kind") for m in await messages(house)].count("connected") == 1


async def test_a_mailbox_that_picks_up_is_not_an_answer(tmp_path: Path) -> None:
    async with telephone(tmp_path, accept_by_key=True) as (house, carrier), carrier.call() as caller:
        await agent(house, phone="02188770004")
        await caller.hears("عدد یک را فشار دهید")
        caller.press("1")
        delivery = await accept(house)
        await caller.hears("کارشناس پاسخ نداد")
        assert (await delivery_of(house, delivery, DeliveryState.FAILED)).state is DeliveryState.FAILED
        contact = await in_state(house, ContactState.WAITING)
        assert contact.answered_at is None and not caller.talking_to
        assert caller.dialled == [("+982188770004", "completed")], "the carrier itself calls it answered"
        assert "connected" not in [m.data.get("kind") for m in await messages(house)]


@pytest.mark.parametrize("key", ["", "۰"])
async def test_a_talk_is_recorded_unless_the_caller_refuses(tmp_path: Path, key: str) -> None:
    async with telephone(tmp_path, record_talks=True) as (house, carrier), carrier.call() as caller:
        await agent(house, phone="02188776655")
        await caller.hears("عدد یک را فشار دهید")
        caller.press("1")
        delivery = await accept(house)
        await caller.hears("این گفت‌وگو برای بهتر شدن خدمت ضبط می‌شود")
        if key:
            caller.press(key)
        await caller.connected()
        await delivery_of(house, delivery, DeliveryState.DELIVERED)
        caller.agent_leaves()
        await in_state(house, ContactState.WRAP_UP)

        async def told() -> list[str]:
            return [m.text for m in await messages(house)]
        if key:
            assert any("ضبط نمی‌شود" in text for text in await told())
        else:
            await until(lambda: _recorded(house), seconds=20, what="the recording")
        found = [m for m in await messages(house) if m.attachments]
        assert len(found) == (0 if key else 1)
        assert (await contact_of(house)).state is ContactState.WRAP_UP, "a recording is nobody's new word"


async def _recorded(house: object) -> bool:
    return any(m.attachments for m in await messages(house))


def test_outside_the_hours_the_caller_is_told() -> None:
    closed = line(place=3)
    assert words.standing(replace(closed, open=False), "fa") == (words.phrase("closed", "fa"),)
    assert words.standing(closed, "fa") != (words.phrase("closed", "fa"),)
