"""What goes wrong with calls: forged webhooks, repeated ones, a house that is busy or restarts, an agent or a carrier
that does not answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from agents import contacts
from channels.sandbox.voice import FakeCarrier
from channels.voice.adapter import Adapter, Settings
from house import House
from router.model import DeliveryState, OutKind, SignalKind
from router.records import ContactState
from settings import ChannelSettings, Secret
from tests.house import QUICK, agent, configured, free_port, read, until
from tests.recorder import Recorder
from tests.voicing import TOKEN, accept, contact_of, delivery_of, in_state, messages, outgoing, post, telephone

FORM = {"CallSid": "CA1", "From": "+989121234567", "To": "+982112345678", "CallStatus": "in-progress"}


@contextlib.asynccontextmanager
async def line_alone(token: str = TOKEN) -> AsyncIterator[tuple[Recorder, Adapter]]:
    """The channel's routes without a house behind them."""
    recorder = Recorder()
    recorder.port = free_port()
    adapter = Adapter("line", Settings(auth_token=Secret(token)), ChannelSettings(medium="voice"), recorder.wire())
    await recorder.listen(adapter)
    try:
        yield recorder, adapter
    finally:
        await recorder.hang_up()


STEPS = ["incoming", "digits", "wait", "waiting", "talking", "number", "recording", "dial-done", "status", "leg",
         "placed",
         "taken", "flow-words", "screen", "talk", "flow", "consent"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_forged_webhook_is_refused_and_leaves_nothing(step: str) -> None:
    async with line_alone() as (recorder, adapter):
        assert {r.path for r in adapter.routes()} == {f"/channels/line/{s}" for s in [*STEPS, "speech"]}
        url = f"{recorder.base_url}/channels/line/{step}"
        for token, signed_url in (("other", ""), (TOKEN, url + "?l=en"), (TOKEN, url.replace("line", "lane"))):
            status, body = await post(url, FORM, token=token, signed_url=signed_url)
            assert status == 403 and '"forged"' in body
        assert recorder.items == [] and recorder.refusals == ["bad-signature"] * 3


async def test_without_a_token_everything_is_refused() -> None:
    async with line_alone("") as (recorder, adapter):
        status, _ = await post(f"{recorder.base_url}/channels/line/incoming", FORM, token="")
        assert status == 403 and recorder.refusals == ["no-secret"] and recorder.items == []
        assert not next(f for f in await adapter.check() if f.check == "voice-token").ok


async def test_the_signed_address_is_ours_whatever_the_host_header_says() -> None:
    async with line_alone() as (recorder, _):
        url = f"{recorder.base_url}/channels/line/incoming?l=fa"
        assert (await post(url, FORM, headers={"Host": "evil.example"}))[0] == 200
        forged = "http://evil.example/channels/line/incoming?l=fa"
        assert (await post(url, FORM, signed_url=forged, headers={"Host": "evil.example"}))[0] == 403


async def test_a_form_that_is_none_and_a_call_without_an_id() -> None:
    async with line_alone() as (recorder, _):
        url = f"{recorder.base_url}/channels/line/incoming"
        assert (await post(url, {"From": "1"}))[0] == 400
        assert (await post(url, {"CallSid": "a b"}))[0] == 400
        assert recorder.items == []


async def test_while_the_house_cannot_commit_the_caller_is_held_and_nothing_pressed_is_lost() -> None:
    async with line_alone() as (recorder, _):
        recorder.down = True
        url = f"{recorder.base_url}/channels/line/digits?l=fa&n=1"
        status, body = await post(url, FORM | {"Digits": "1"})
        document = ET.fromstring(body)
        assert status == 200 and [verb.tag for verb in document] == ["Say", "Pause", "Redirect"]
        assert "روی خط بمانید" in (document[0].text or "")
        again = document[2].text or ""
        recorder.down = False
        assert (await post(again, FORM))[0] == 200
        assert [s.kind for s in recorder.signals] == [SignalKind.CHOICE, SignalKind.ENQUEUE]
        assert recorder.signals[0].value == "1"


async def test_a_hang_up_that_cannot_be_committed_is_not_acknowledged() -> None:
    async with line_alone() as (recorder, _):
        recorder.down = True
        url = f"{recorder.base_url}/channels/line/status"
        assert (await post(url, FORM | {"CallStatus": "completed"}))[0] == 503
        recorder.down = False
        assert (await post(url, FORM | {"CallStatus": "completed"}))[0] == 204
        assert [s.kind for s in recorder.signals] == [SignalKind.LEFT]
        assert (await post(url, FORM | {"CallStatus": "ringing"}))[0] == 204
        assert len(recorder.signals) == 1


async def test_the_same_webhook_twice_gets_the_same_document_and_changes_nothing(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        base = carrier.hook_url
        for step, more in (("incoming", {}), ("digits?l=fa&n=1", {"Digits": "7"}),
                           ("digits?l=fa&n=2&m=1", {"Digits": "1"}), ("wait?n=3", {}),
                           ("waiting?l=fa&n=4&p=1&s=4", {"Digits": "5"})):
            first = await post(f"{base}/{step}", FORM | more)
            assert first[0] == 200 and await post(f"{base}/{step}", FORM | more) == first, step
        assert (await contact_of(house)).state is ContactState.WAITING
        assert len(await read(house, lambda tx: tx.contacts.listed())) == 1
        assert [m.data["kind"] for m in await messages(house)] == ["choice"]


async def test_an_agents_telephone_is_not_answered_and_another_agent_takes_over(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house, phone="+982100000001")
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            delivery = await accept(house)
            before = await contact_of(house)
            await caller.hears("کارشناس پاسخ نداد. نوبت شما محفوظ است")
            await delivery_of(house, delivery, DeliveryState.FAILED)
            await agent(house, "omid", phone="+982100000005")

            async def asked() -> bool:
                return (await contact_of(house)).agent == 2
            await until(asked, what="the other agent is asked")
            assert (await contact_of(house)).queued_at == before.queued_at
            await accept(house)
            assert await caller.connected() == "+982100000005"
            caller.agent_leaves()
            await caller.ended()
        assert [how for _, how in caller.dialled] == ["no-answer", "completed"]


async def test_an_order_to_connect_that_the_carrier_refuses_is_carried_out_by_the_next_poll(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house, phone="+982100000005")
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            carrier.faults += [503, 503, 503, 503]
            delivery = await accept(house)
            assert await caller.connected() == "+982100000005"
            await delivery_of(house, delivery, DeliveryState.DELIVERED)
            caller.agent_leaves()
            await in_state(house, ContactState.WRAP_UP)
            await caller.ended()
        assert caller.dialled == [("+982100000005", "completed")], "the agent's telephone rang once"
        assert house.health["line"].code == "ok"


async def test_wrong_credentials_show_on_the_channels_light(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house, phone="+982100000005")
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            carrier.faults += [401]
            await accept(house)
            await until(lambda: house.health["line"].code == "misconfigured", what="the light")
            await caller.connected()


async def test_the_last_words_are_said_before_the_goodbye(tmp_path: Path) -> None:
    async with telephone(tmp_path, account="") as (house, carrier):
        sara = await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            await caller.hears("پاسخ او برای شما")
            made = await outgoing(house, 1, "پروندهٔ شما بسته شد", "r1")
            await until(lambda: house.channels["line"].outgoing.calls.live()[0].pending, what="the words wait")
            await house.store.run(lambda tx: contacts.close(tx, tx.desk.agent(sara.id), 1, "resolved",
                                                            dispositions=("resolved",)))
            await caller.hears("پروندهٔ شما بسته شد")
            await caller.hears("خدانگهدار")
            await delivery_of(house, made, DeliveryState.DELIVERED)


@pytest.mark.parametrize("fault", ["no REST", 503])
async def test_a_hang_up_that_the_carrier_cannot_be_told_happens_at_the_next_poll(tmp_path: Path, fault: Any) -> None:
    async with telephone(tmp_path, account="" if fault == "no REST" else "AC1") as (house, carrier):
        await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            await caller.hears("پاسخ او برای شما")
            carrier.faults += [fault] * 20 if fault != "no REST" else []
            await outgoing(house, 1, "", "bye", OutKind.HANGUP)
            assert await caller.ended() == "house"
        await in_state(house, ContactState.WRAP_UP)


async def test_the_carriers_fallback_in_mid_call_goes_on_where_the_call_stands(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        base = carrier.hook_url
        await post(f"{base}/incoming", FORM)
        await post(f"{base}/digits?l=fa&n=1", FORM | {"Digits": "1"})
        await in_state(house, ContactState.WAITING)
        _, body = await post(f"{base}/incoming", FORM)
        assert "شما نفر بعدی هستید" in body and "خوش آمدید" not in body


async def test_a_scripted_crowd(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        callers = await asyncio.gather(
            carrier.visit("+989120000001", "hear عدد یک", "press 1", "hear نفر", "wait 20"),
            carrier.visit("+989120000002", "hear عدد دو", "record 5", "press 2", "stay"),
            carrier.visit("anonymous", "hear عدد سه", "press 3", "hear شمارهٔ تلفن", "press 09121234567#", "stay"),
            carrier.visit("+989120000004", "hear what is never said", "press 1"))
        assert [each.leg.ended_by for each in callers] == ["caller", "house", "house", "caller"]
        by_number = {c.leg.number: c for c in callers}
        assert "شما نفر" in " ".join(by_number["+989120000001"].heard)
        states = sorted([c.state for c in await read(house, lambda tx: tx.contacts.listed())])
        assert states.count(ContactState.ABANDONED) >= 1 and states.count(ContactState.WAITING) >= 2


@pytest.mark.parametrize("fault", [429, 503, 500, 401, "cut"])
async def test_words_are_heard_once_and_confirmed_whatever_the_carrier_answers(tmp_path: Path, fault: Any) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            await caller.hears("پاسخ او برای شما")
            carrier.faults.append(fault)
            made = await outgoing(house, 1, "پروندهٔ شما آماده است", "r1")
            await caller.hears("پروندهٔ شما آماده است")
            await delivery_of(house, made, DeliveryState.DELIVERED)
        assert caller.heard.count("پروندهٔ شما آماده است") == 1


async def test_words_wait_for_the_recorder(tmp_path: Path) -> None:
    async with telephone(tmp_path, pace=0.05) as (house, carrier):
        await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            await caller.hears("پاسخ او برای شما")
            caller.message_seconds = 8
            caller.press("2")
            await caller.hears("پس از شنیدن بوق")
            made = await outgoing(house, 1, "پاسخ ما", "r1")
            await caller.hears("پیام شما ثبت شد.")
            await caller.hears("پاسخ ما")
            await delivery_of(house, made, DeliveryState.DELIVERED)
        kinds = [m.data.get("seconds") for m in await messages(house) if m.data.get("seconds")]
        assert kinds == [8] and (await contact_of(house)).state is ContactState.WRAP_UP


def house_again(settings: Any) -> House:
    return House(settings, schedule=QUICK)


async def test_a_restart_in_the_middle_of_a_call(tmp_path: Path) -> None:
    carrier = FakeCarrier(token=TOKEN)
    await carrier.start()
    table = {"medium": "voice", "account_sid": "AC1", "api_base": carrier.api_base}
    settings = configured(tmp_path, {"line": table}, environ={"PISHKHAN_LINE_AUTH_TOKEN": TOKEN})
    house = house_again(settings)
    await house.start()
    carrier.hook_url = f"{house.url}/channels/line"
    try:
        stays, leaves = carrier.ring(), carrier.ring("+989120000002")
        for caller in (stays, leaves):
            await caller.hears("عدد یک")
            caller.press("1")
            await caller.hears("صف" if caller is leaves else "نفر بعدی")
        await house.stop()
        leaves.leg.hooks.tries = 1
        leaves.leave()
        await leaves.ended()
        house = house_again(settings)
        await house.start()
        # The hang-up was reported to nobody: the carrier is asked, because the call was remembered as live.
        await in_state(house, ContactState.ABANDONED, 2)
        await agent(house)
        await accept(house)
        await stays.hears("پاسخ او برای شما")
        assert stays.leg.live and (await contact_of(house)).state is ContactState.ACTIVE
    finally:
        await house.stop()
        await carrier.stop()


async def test_words_handed_over_before_a_crash_are_said_after_it(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            await caller.hears("پاسخ او برای شما")

            def sent(tx: Any) -> Any:
                from router.model import Part, Sent
                from router.records import Direction
                about = tx.contacts.get(1)
                message = tx.messages.add(1, Direction.OUT, at=tx.now, text="پیش از قطع برق")
                made = tx.outbox.add(message, about, OutKind.REPLY, key="r1")
                tx.outbox.claim(made.id, tx.now)
                tx.outbox.settle(made.id, Sent(parts=(Part(index=0, external_id=f"{about.thread_key}:{made.id}"),)))
                return made
            made = await house.store.run(sent)
            channel = house.channels["line"]
            channel.outgoing.calls._calls.clear()  # what a restart does to memory
            await caller.hears("پیش از قطع برق")
            await delivery_of(house, made, DeliveryState.DELIVERED)


async def test_the_self_check(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        found = {f.check: f for f in await house.channels["line"].check()}
        assert found["voice-account"].ok and found["voice-token"].ok
        assert not found["voice-address"].ok, "a carrier cannot reach plain http on loopback"
        assert all(f.fa and f.en for f in found.values())
        carrier.faults.append(401)
        assert not next(f for f in await house.channels["line"].check() if f.check == "voice-account").ok


@pytest.mark.sip
async def test_the_house_speaks_by_itself(tmp_path: Path) -> None:
    recorded = {"به پیشخوان خوش آمدید.": "https://m.example/welcome.wav"}
    async with (telephone(tmp_path, speaker="house", recorded=recorded) as (_house, carrier),
                carrier.call() as caller):
        await caller.hears("https://m.example/welcome.wav")
        address = await caller.hears("/channels/line/speech?")
        assert not any("فشار دهید" in heard for heard in caller.heard), "no words go to the carrier"
        async with aiohttp.ClientSession() as session:
            async with session.get(address) as answer:
                sound = await answer.read()
                assert answer.status == 200 and sound[:4] == b"RIFF" and len(sound) > 8000
            async with session.get(address[:-1] + ("0" if address[-1] != "0" else "1")) as answer:
                assert answer.status == 403
