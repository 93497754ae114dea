"""Calls through the whole house: the carrier's webhooks in, what the caller hears out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agents import contacts
from router.model import DeliveryState, OutKind
from router.records import ContactState, Direction
from tests.house import agent, read, until
from tests.voicing import accept, contact_of, delivery_of, in_state, messages, outgoing, telephone


async def test_a_caller_chooses_waits_and_hears_the_place(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        async with carrier.call() as first, carrier.call("+989120000002") as second:
            await first.hears("به پیشخوان خوش آمدید")
            assert (await contact_of(house)).state is ContactState.SELF_SERVICE
            first.press("۱")
            await first.hears("شما نفر بعدی هستید")
            await second.hears("عدد یک را فشار دهید")
            second.press("1")
            await second.hears("شما نفر دوم صف هستید")
            waiting = await in_state(house, ContactState.WAITING, 2)
            assert waiting.effort == 6 and waiting.medium == "voice"
            first.leave()
            await in_state(house, ContactState.ABANDONED)
            await second.hears("شما نفر بعدی هستید")  # the change is said without being asked
        await in_state(house, ContactState.ABANDONED, 2)
        kinds = [m.data["kind"] for m in await messages(house) if m.direction is Direction.SYSTEM]
        assert kinds == ["choice", "left"]


async def test_english_and_the_next_call_is_greeted_in_it(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier), carrier.call() as caller:
        await caller.hears("For English, press nine.")
        caller.press("9")
        await caller.hears("To speak with an agent, press one.")
        caller.press("1")
        await caller.hears("You are next.")
        assert (await in_state(house, ContactState.WAITING)).language == "en"


async def test_an_agents_telephone_is_connected_and_the_talk_ends_in_wrap_up(tmp_path: Path) -> None:
    async with telephone(tmp_path, wait_seconds=60) as (house, carrier):
        await agent(house, phone="02188776655")
        async with carrier.call() as caller:
            await caller.hears("عدد یک را فشار دهید")
            caller.press("1")
            delivery = await accept(house)
            assert await caller.connected() == "+982188776655"
            await delivery_of(house, delivery, DeliveryState.DELIVERED)
            assert len(carrier.updates) == 1, "the live call was interrupted, once"
            caller.agent_leaves()
            await in_state(house, ContactState.WRAP_UP)
            await caller.hears("خدانگهدار")
            assert await caller.ended() == "house"
        assert caller.dialled == [("+982188776655", "completed")]
        kinds = [m.data["kind"] for m in await messages(house) if m.direction is Direction.SYSTEM]
        assert kinds == ["choice", "connect", "connected", "left"]


async def test_an_agent_passes_the_caller_on_to_a_queue_and_then_to_a_colleague(tmp_path: Path) -> None:
    queues = {"general": {"title_fa": "عمومی", "title_en": "General"},
              "water": {"title_fa": "آب", "title_en": "Water", "skills": ["water"]}}
    async with telephone(tmp_path, queues=queues) as (house, carrier):
        sara = await agent(house, phone="+982100000005")
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            await caller.connected()
            await house.store.run(lambda tx: contacts.transfer(tx, tx.desk.agent(sara.id), 1, queue="water", to=None))
            caller.agent_leaves()
            await in_state(house, ContactState.WAITING)
            await caller.hears("شما نفر بعدی هستید")
            omid = await agent(house, "omid", phone="+982100000006", skills={"water": 3})
            await accept(house)
            assert await caller.connected() == "+982100000006"
            # While they talk, a third agent is to take over: the call is connected anew, not hung up.
            lale = await agent(house, "lale", phone="+982100000007", skills={"water": 3})
            await house.store.run(lambda tx: contacts.transfer(tx, tx.desk.agent(omid.id), 1, queue=None, to=lale.id))
            await accept(house)
            await until(lambda: caller.talking_to == "+982100000007", what="the third telephone")
            caller.agent_leaves()
            await in_state(house, ContactState.WRAP_UP)
            await caller.ended()


async def test_the_caller_hangs_up_while_talking(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house, phone="sip:sara@pbx.example")
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            assert await caller.connected() == "sip:sara@pbx.example"
            caller.leave()
            await in_state(house, ContactState.WRAP_UP)


async def test_an_agent_without_a_telephone_writes_and_the_words_are_read_out(tmp_path: Path) -> None:
    async with telephone(tmp_path, listen=True) as (house, carrier):
        await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            await caller.hears("پاسخ او برای شما خوانده می‌شود")
            one = await outgoing(house, 1, "پروندهٔ شما آماده است.", "r1")
            two = await outgoing(house, 1, "فردا مراجعه کنید.", "r2")
            await caller.hears("فردا مراجعه کنید.")
            await delivery_of(house, one, DeliveryState.DELIVERED)
            await delivery_of(house, two, DeliveryState.DELIVERED)
            assert [t for t in caller.heard if "پرونده" in t or "مراجعه" in t] == [
                "پروندهٔ شما آماده است.", "فردا مراجعه کنید."]
            caller.tell("سپاسگزارم")
            said = await until(lambda: _said(house), what="the caller's words")
            assert said.text == "سپاسگزارم"
            end = await outgoing(house, 1, "", "bye", OutKind.HANGUP)
            assert await caller.ended() == "house"
            await delivery_of(house, end, DeliveryState.DELIVERED)


async def _said(house: Any) -> Any:
    return next((m for m in await messages(house) if m.direction is Direction.IN), None)


async def test_a_reply_after_the_caller_hung_up_is_refused_with_words(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
        await in_state(house, ContactState.WRAP_UP)
        late = await outgoing(house, 1, "یک لحظه", "late")
        failed = await delivery_of(house, late, DeliveryState.FAILED)
        assert failed.error == "refused" and "hung up" in failed.detail
        assert "یک لحظه" not in caller.heard + caller.cut


async def test_without_rest_the_words_wait_for_the_next_poll(tmp_path: Path) -> None:
    async with telephone(tmp_path, account="") as (house, carrier):
        await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            made = await outgoing(house, 1, "پاسخ ما", "r1")
            await caller.hears("پاسخ ما")
            assert carrier.updates == []
            async def confirmed() -> bool:
                found = await read(house, lambda tx: tx.outbox.get(made.id))
                return found.state is DeliveryState.DELIVERED
            await until(confirmed, seconds=30, what="the words were heard")
        assert caller.heard.count("پاسخ ما") == 1


async def test_a_voice_message_is_kept_and_stays_in_the_queue(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        carrier.not_ready = 2
        async with carrier.call() as caller:
            caller.message_seconds = 12
            await caller.hears("عدد دو را فشار دهید")
            caller.press("2")
            await caller.hears("پیام شما ثبت شد.")
            assert await caller.ended() == "house"
        contact = await in_state(house, ContactState.WAITING)

        async def left() -> bool:
            return bool((await contact_of(house)).data.get("left"))
        await until(left, what="the hang-up")
        assert contact.data["voicemail"] is True
        said = await _said(house)
        assert said.text == "پیام صوتی، ۱۲ ثانیه"
        sound = await house.store.blobs.read(said.attachments[0].digest)
        assert sound == next(iter(carrier.recordings.values())) and said.attachments[0].media_type == "audio/x-wav"


async def test_a_recording_that_is_too_large_stays_there_and_its_address_is_kept(tmp_path: Path) -> None:
    async with telephone(tmp_path, recording_bytes=1000) as (house, carrier):
        async with carrier.call() as caller:
            caller.message_seconds = 3
            await caller.hears("عدد دو را فشار دهید")
            caller.press("2")
            await caller.hears("پیام شما ثبت شد.")
        said = await until(lambda: _said(house), what="the message")
        recording = next(iter(carrier.recordings))
        assert said.attachments == () and said.text.endswith(recording) and said.data["recording"].endswith(recording)


async def test_silence_to_the_recorder_leads_back(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        async with carrier.call() as caller:
            await caller.hears("عدد دو را فشار دهید")
            caller.press("2")
            await caller.hears("پیامی شنیده نشد.")
            caller.press("1")
            await in_state(house, ContactState.WAITING)
        await in_state(house, ContactState.ABANDONED)


async def test_a_call_back_keeps_the_place_and_rings_agent_then_citizen(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await caller.hears("شما نفر بعدی هستید")
            caller.press("1")
            await caller.hears("نوبت شما محفوظ است")
            assert await caller.ended() == "house"

        async def kept() -> bool:
            found = await contact_of(house)
            return found.state is ContactState.WAITING and bool(found.data.get("left"))
        await until(kept, what="the place is kept")
        assert (await contact_of(house)).data["callback"] == "+989121234567"
        await agent(house, phone="+982188776655")
        delivery = await accept(house)
        await until(lambda: len(carrier.callers) == 2, what="a call of ours")
        agents_phone = carrier.callers[1]
        assert agents_phone.leg.called == "+982188776655" and agents_phone.leg.direction == "outbound-api"
        assert await agents_phone.connected() == "+989121234567"
        await delivery_of(house, delivery, DeliveryState.DELIVERED)
        agents_phone.agent_leaves()
        await in_state(house, ContactState.WRAP_UP)


async def test_an_anonymous_caller_types_the_number_to_call_back(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        async with carrier.call("anonymous") as caller:
            await caller.hears("عدد سه")
            caller.press("3")
            await caller.hears("شمارهٔ تلفن خود را وارد کنید")
            caller.press("12#")
            await caller.hears("این شماره درست نیست")
            caller.press("۰۹۱۲۷۶۵۴۳۲۱#")
            await caller.hears("نه هشت نه")
        contact = await in_state(house, ContactState.WAITING)
        assert contact.data["callback"] == "+989127654321"
        known = await read(house, lambda tx: tx.people.address(1))
        assert known.value.startswith("anonymous:CA")


async def test_two_anonymous_callers_are_two_customers(tmp_path: Path) -> None:
    async with (telephone(tmp_path) as (house, carrier), carrier.call("anonymous") as one,
                carrier.call("anonymous") as two):
        await one.hears("خوش آمدید")
        await two.hears("خوش آمدید")
        assert (await contact_of(house, 1)).customer != (await contact_of(house, 2)).customer


async def test_nobody_presses_anything(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier), carrier.call() as caller:
        await caller.hears("شما را به کارشناس وصل می‌کنم")
        await in_state(house, ContactState.WAITING)
        assert caller.leg.log.count("Gather") >= 3
