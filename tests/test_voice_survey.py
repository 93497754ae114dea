"""Callers are asked how it went: by keys while they are still on the line, else by SMS where one channel is to ask."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agents import contacts
from channels.sandbox.sms import FakeGateway
from channels.sandbox.voice import FakeCarrier
from router.model import Address, Medium
from router.records import ContactState, Direction
from settings import SettingsError
from tests.flow_people import entries
from tests.house import agent, configured, read, running, until
from tests.voicing import TOKEN, accept, in_state, messages, post, telephone


class Desk:
    """A house with a telephone line and an SMS channel."""

    def __init__(self, house: Any, carrier: FakeCarrier, gateway: FakeGateway) -> None:
        self.house, self.carrier, self.gateway = house, carrier, gateway

    async def talks(self, caller: Any) -> None:
        """Until the agent and the caller talk."""
        await caller.hears("عدد یک را فشار دهید")
        caller.press("1")
        await accept(self.house)
        await caller.connected()

    async def closes(self, who: Any, number: int = 1) -> None:
        await in_state(self.house, ContactState.WRAP_UP, number)
        await self.house.store.run(lambda tx: contacts.close(
            tx, tx.desk.agent(who.id), number, "resolved", dispositions=("resolved",)))

    async def scored(self, count: int = 1) -> list[Any]:
        async def there() -> Any:
            found = await entries(self.house, "survey-answered")
            return found if len(found) >= count else None
        return await until(there, what="the survey is answered")

    async def dialogue(self, contact: int) -> Any:
        return await read(self.house, lambda tx: tx.flows.newest(contact))


@contextlib.asynccontextmanager
async def desk(tmp_path: Path, **line: Any) -> AsyncIterator[Desk]:
    carrier, gateway = FakeCarrier(token=TOKEN, pace=0.01), FakeGateway(secret="s3cret", retry_seconds=0.05)
    async with contextlib.AsyncExitStack() as stack:
        await gateway.start()
        stack.push_async_callback(gateway.stop)
        await carrier.start()
        stack.push_async_callback(carrier.stop)
        table = {"medium": "voice", "effort": 6, "account_sid": "AC1", "api_base": carrier.api_base,
                 "rate_per_second": 1000.0, "survey": "survey", **line}
        sms = {"medium": "sms", "send_url": gateway.send_url, "username": "app", "sender": "3000"}
        house = await stack.enter_async_context(running(tmp_path, {"line": table, "town-sms": sms}, environ={
            "PISHKHAN_LINE_AUTH_TOKEN": TOKEN, "PISHKHAN_TOWN_SMS_PASSWORD": "pw",
            "PISHKHAN_TOWN_SMS_WEBHOOK_SECRET": "s3cret"}))
        carrier.hook_url = f"{house.url}/channels/line"
        gateway.inbound_url = f"{house.url}/channels/town-sms/inbound"
        yield Desk(house, carrier, gateway)


async def test_the_agent_hangs_up_and_the_caller_is_asked_by_keys(tmp_path: Path) -> None:
    async with desk(tmp_path, survey_by="town-sms") as town:
        who = await agent(town.house, phone="02188776655")
        async with town.carrier.call() as caller:
            await town.talks(caller)
            caller.agent_leaves()
            await caller.hears("چه نمره‌ای")
            await in_state(town.house, ContactState.WRAP_UP)
            caller.press("9")
            await caller.hears("لطفاً یکی از گزینه‌ها")
            caller.message_seconds = 3
            caller.press("۴")
            await caller.hears("سپاس")
            assert await caller.ended() == "house"
        (scored,) = await town.scored()
        assert scored.contact == 1 and scored.data["score"] == 4
        contact = await read(town.house, lambda tx: tx.contacts.get(1))
        assert contact.state is ContactState.WRAP_UP, "the caller's comment is no new question"
        assert any(m.attachments for m in await messages(town.house)), "what they said is in the conversation"
        await town.closes(who)
        await town.house.store.run(lambda tx: town.house.desk.flow.survey(tx, tx.contacts.get(1)))
        assert (await town.dialogue(1)).outcome == "contained"
        assert town.gateway.sent == [], "nobody is asked twice"


async def test_the_end_of_the_talk_told_twice_asks_once_with_the_same_words(tmp_path: Path) -> None:
    async with telephone(tmp_path, survey="survey") as (house, carrier):
        await agent(house, phone="02188776655")
        form = {"CallSid": "CA1", "From": "+989121234567", "To": "+982112345678", "CallStatus": "in-progress"}
        for step, more in (("incoming", {}), ("digits?l=fa&n=1", {"Digits": "1"})):
            assert (await post(f"{carrier.hook_url}/{step}", form | more))[0] == 200
        await accept(house)
        done = f"{carrier.hook_url}/dial-done?l=fa&n=9", form | {"DialCallStatus": "completed"}
        first = await post(*done)
        assert "چه نمره‌ای" in first[1] and await post(*done) == first
        pressed = f"{carrier.hook_url}/flow?l=fa&n=10", form | {"Digits": "3"}
        assert await post(*pressed) == await post(*pressed)
        begun = [e for e in await entries(house, "flow-started") if e.data["purpose"] == "survey"]
        assert len(begun) == 1 and len(await entries(house, "survey-answered")) == 1


async def test_who_presses_nothing_is_let_go_and_who_presses_zero_gets_a_person(tmp_path: Path) -> None:
    async with desk(tmp_path) as town:
        await agent(town.house, phone="02188776655")
        async with town.carrier.call() as caller:
            await town.talks(caller)
            caller.agent_leaves()
            await caller.hears("چه نمره‌ای")
            assert await caller.ended() == "house", "three silences"
        assert (await town.dialogue(1)).outcome == "dropped"
        assert (await in_state(town.house, ContactState.WRAP_UP)).agent is not None
        async with town.carrier.call("+989121234568") as caller:
            await agent(town.house, "omid", phone="02188776656")
            await caller.hears("عدد یک را فشار دهید")
            caller.press("1")
            await accept(town.house, 2)
            await caller.connected()
            caller.agent_leaves()
            await caller.hears("چه نمره‌ای")
            caller.press("0")
            again = await in_state(town.house, ContactState.OFFERED, 2)
            assert again.queue is not None and (await town.dialogue(2)).reason == "asked"


async def test_a_caller_who_hung_up_is_asked_by_sms(tmp_path: Path) -> None:
    async with desk(tmp_path, survey_by="town-sms") as town:
        who = await agent(town.house, phone="02188776655")
        async with town.carrier.call("+989121234567") as caller:
            await town.talks(caller)
            caller.leave()
        await town.closes(who)
        await until(lambda: town.gateway.sent, what="the text message")
        (sent,) = town.gateway.sent
        assert sent.to == "+989121234567" and "چه نمره‌ای" in sent.text
        assert await town.gateway.say("09121234567", "۵", id="a1") == 200
        (scored,) = await town.scored()
        assert scored.contact == 1 and scored.data["score"] == 5, "the score is the call's"
        asked = await read(town.house, lambda tx: tx.contacts.get(2))
        call = await read(town.house, lambda tx: tx.contacts.get(1))
        assert asked.state is ContactState.CLOSED and asked.customer == call.customer and asked.queue == call.queue
        # A second call on the same day is not asked about again.
        async with town.carrier.call("+989121234567") as caller:
            await caller.hears("عدد یک را فشار دهید")
            caller.press("1")
            await accept(town.house, 3)
            await caller.connected()
            caller.leave()
        await town.closes(who, 3)
        await town.house.store.run(lambda tx: town.house.desk.flow.survey(tx, tx.contacts.get(3)))
        assert len([e for e in await entries(town.house, "flow-started") if e.data["purpose"] == "survey"]) == 1


async def test_other_words_by_sms_go_to_the_people_of_the_call(tmp_path: Path) -> None:
    async with desk(tmp_path, survey_by="town-sms") as town:
        who = await agent(town.house, phone="02188776655")
        async with town.carrier.call("+989121234567") as caller:
            await town.talks(caller)
            caller.leave()
        await town.closes(who)
        await until(lambda: town.gateway.sent, what="the text message")
        await town.gateway.say("09121234567", "هنوز آب نداریم!", id="a1")

        async def goes_on() -> bool:
            return (await read(town.house, lambda tx: tx.contacts.get(2))).state is not ContactState.CLOSED
        await until(goes_on, what="people have it")
        assert (await town.dialogue(2)).reason == "other-words"


@pytest.mark.parametrize("why", ["opted-out", "talking", "landline", "hidden", "unset"])
async def test_who_is_not_asked(tmp_path: Path, why: str) -> None:
    number = {"landline": "+982188990011", "hidden": "anonymous"}.get(why, "+989121234567")
    async with desk(tmp_path, **({} if why == "unset" else {"survey_by": "town-sms"})) as town:
        who = await agent(town.house, phone="02188776655")
        if why == "opted-out":
            assert await town.gateway.say("09121234567", "لغو", id="s1") == 200
            await until(lambda: town.gateway.sent, what="the confirmation")
        elif why == "talking":
            def open_(tx: Any) -> None:
                address = tx.people.known(Address(medium=Medium.SMS, value=number), "fa")
                made = tx.contacts.open(
                    channel="town-sms", medium="sms", thread_key=number, customer=address.customer,
                    address=address.id, state=ContactState.SNOOZED, queue=None, language="fa")
                assert made.id == 1
            await town.house.store.run(open_)
        before = len(town.gateway.sent)
        call = 2 if why in ("opted-out", "talking") else 1
        async with town.carrier.call(number) as caller:
            await caller.hears("عدد یک را فشار دهید")
            caller.press("1")
            await accept(town.house, call)
            await caller.connected()
            caller.leave()
        await town.closes(who, call)
        # The same unit once more, so that the test does not wait for what must not come.
        await town.house.store.run(lambda tx: town.house.desk.flow.survey(tx, tx.contacts.get(call)))
        assert len(town.gateway.sent) == before
        assert not [e for e in await entries(town.house, "flow-started") if e.data["purpose"] == "survey"]
        said = await messages(town.house, call)
        assert not [m for m in said if m.direction is Direction.OUT and "نمره" in m.text]


@pytest.mark.parametrize(("table", "words"), [
    ({"survey": "survey", "survey_by": "nobody"}, "is no SMS channel"),
    ({"survey": "survey", "survey_by": "line"}, "is no SMS channel"),
    ({"survey_by": "town-sms"}, "survey names no dialogue")])
def test_wrong_settings_say_what_is_wrong(tmp_path: Path, table: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        configured(tmp_path, {"line": {"medium": "voice", **table}, "town-sms": {"medium": "sms"}})
