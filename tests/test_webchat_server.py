"""The web chat's server side over real sockets in a whole house."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from channels.sandbox.webchat import SayRefused, Visitor
from channels.webchat.parse import Who, said
from channels.webchat.protocol import Say
from router.events import MessageAdded
from router.model import DeliveryState
from router.records import ContactState, Direction
from tests.house import read, until
from tests.servers.webchat import accepted, becomes, chat, moved, reply, state_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


async def delivery_state(house: Any, delivery: Any) -> DeliveryState:
    return (await read(house, lambda tx: tx.outbox.get(delivery.id))).state


async def test_a_word_is_committed_acknowledged_and_comes_back_as_a_message(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        assert await visitor.say("سلام، قبض برق من نیامده است") == "new"
        await visitor.until(lambda: visitor.own == ["سلام، قبض برق من نیامده است"])
        assert await visitor.say("ممنون") == "continues"
        contact = await read(house, lambda tx: tx.contacts.get(1))
        assert contact.thread_key == visitor.visitor and contact.state is ContactState.WAITING
        assert visitor.line is not None and visitor.line["state"] == "waiting" and visitor.line["place"] == 1
        assert not visitor.line["staffed"]


async def test_an_answer_arrives_and_is_settled_as_read(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        delivery = await reply(house, 1, "درود بر شما", "k1")
        await visitor.until(lambda: visitor.answers == ["درود بر شما"])

        async def settled() -> bool:
            return await delivery_state(house, delivery) is DeliveryState.READ

        await until(settled, what="the receipt")
        await visitor.until(lambda: visitor.thread()[-1]["state"] == "read")
        assert visitor.thread()[-1]["author"] == "سارا"


async def test_arrived_is_not_read(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web", reads=False) as visitor:
        await visitor.say("سلام")
        delivery = await reply(house, 1, "درود", "k1")
        await visitor.until(lambda: visitor.answers)
        assert await delivery_state(house, delivery) is DeliveryState.SENT
        await visitor.send({"op": "seen", "seq": visitor.seq, "read": False})
        await visitor.until(lambda: visitor.thread()[-1]["state"] == "delivered")
        await visitor.send({"op": "seen", "seq": visitor.seq, "read": True})
        await visitor.until(lambda: visitor.thread()[-1]["state"] == "read")


async def test_a_report_that_was_lost_with_the_connection_is_made_again(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web", reads=False) as visitor:
        await visitor.say("سلام")
        await reply(house, 1, "درود", "k1")
        await visitor.until(lambda: visitor.answers)
        visitor.cut()
        await visitor.until(lambda: visitor.connects == 2)
        assert visitor.snapshots == 1
        await visitor.send({"op": "seen", "seq": visitor.seq, "read": True})
        await visitor.until(lambda: visitor.thread()[-1]["state"] == "read")


async def test_a_position_not_yet_sent_settles_nothing(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web", reads=False) as visitor:
        await visitor.say("سلام")
        await visitor.send({"op": "seen", "seq": 2**50, "read": True})
        delivery = await reply(house, 1, "درود", "k1")
        await visitor.until(lambda: visitor.answers)
        await visitor.send({"op": "ping"})
        assert await delivery_state(house, delivery) is DeliveryState.SENT


async def test_sent_twice_is_one_message(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        assert await visitor.say("سلام", about="one-and-only") == "new"
        assert await visitor.say("سلام", about="one-and-only") == "duplicate"
        await asyncio.gather(*(visitor.send({"op": "say", "id": "one-and-only", "text": "سلام"}) for _ in range(20)))
        await visitor.say("پایان")
        assert visitor.own == ["سلام", "پایان"] or await visitor.until(lambda: visitor.own == ["سلام", "پایان"])
        assert len(await read(house, lambda tx: tx.messages.of(1))) == 2


async def test_another_visitor_with_the_same_message_id_is_another_message(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as one, Visitor(house.url, "web") as two:
        assert await one.say("از من", about="same-client-id") == "new"
        assert await two.say("از من هم", about="same-client-id") == "new"
        await two.until(lambda: two.own == ["از من هم"])
        await one.until(lambda: one.own == ["از من"])


async def test_a_held_back_message_is_not_shown(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")

        def note(tx: Any) -> None:
            message = tx.messages.add(1, Direction.NOTE, at=tx.now, text="پنهان از شهروند")
            tx.emit(MessageAdded(about=1, message=message.id, direction="note"), actor="agent:1")

        await house.store.run(note)
        await reply(house, 1, "آشکار", "k1")
        await visitor.until(lambda: visitor.answers == ["آشکار"])
        assert "پنهان" not in str(visitor.messages)


async def test_a_quick_reply_is_what_stands_on_it_and_only_what_was_offered(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        with pytest.raises(SayRefused, match="unknown_choice"):
            await visitor.choose("yes")
        await reply(house, 1, "مطمئنید؟", "k1", data={"buttons": [{"label": "بله، مطمئنم", "value": "yes"}]})
        await visitor.until(lambda: visitor.answers)
        assert await visitor.choose("yes") == "continues"
        await visitor.until(lambda: visitor.own == ["سلام", "بله، مطمئنم"])
        assert (await read(house, lambda tx: tx.messages.of(1)))[-1].data["button"] == "yes"


async def test_two_windows_of_one_visitor_show_the_same(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as first:
        await first.say("از پنجرهٔ یکم")
        async with Visitor(house.url, "web", token=first.token) as second:
            await second.live()
            await second.say("از پنجرهٔ دوم")
            await reply(house, 1, "به هر دو", "k1")
            for window in (first, second):
                await window.until(lambda window=window: [m["state"] for m in window.thread()] == ["", "", "read"])
            assert first.thread() == second.thread()


async def test_the_agent_and_the_line_are_told_at_once(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        sara = await accepted(house, 1, public_name="سارا")
        await visitor.until(lambda: (visitor.line or {}).get("agent") == "سارا")
        assert visitor.line is not None and visitor.line["state"] == "active" and visitor.line["place"] == 0
        house.bus.whisper("typing", 1, {"who": f"agent:{sara.id}"})
        await visitor.until(lambda: visitor.typing == ["سارا"])


async def test_a_visitor_who_types_is_announced_without_the_words_and_not_echoed(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        feed = house.bus.subscribe("test")
        await visitor.type()
        while True:
            what = await asyncio.wait_for(feed.get(), 5)
            if getattr(what, "topic", "") == "typing":
                break
        assert what.data == {"who": "customer"}
        await visitor.say("و")
        assert visitor.typing == []


async def test_those_who_wait_move_up_when_somebody_before_them_leaves(tmp_path: Path) -> None:
    async with (
        chat(tmp_path, leave_seconds=1) as house,
        Visitor(house.url, "web") as first,
        Visitor(house.url, "web") as second,
    ):
        await first.say("یکم")
        await second.say("دوم")
        await second.until(lambda: (second.line or {}).get("place") == 2)
        first.hold()
        await second.until(lambda: (second.line or {}).get("place") == 1)
        assert await state_of(house, 1) is ContactState.ABANDONED


async def test_who_left_while_an_agent_had_them_loses_the_place_when_they_are_queued_again(tmp_path: Path) -> None:
    async with chat(tmp_path, leave_seconds=1) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        await accepted(house, 1)
        await visitor.until(lambda: (visitor.line or {}).get("state") == "active")
        visitor.hold()
        rooms = house.channels["web"]._rooms
        await until(lambda: not rooms.here and not rooms.leaving, seconds=6, what="the absence was looked at")
        assert await state_of(house, 1) is ContactState.ACTIVE
        await moved(house, 1, ContactState.WAITING, agent=None, queued_at=house.clock())
        await becomes(house, 1, ContactState.ABANDONED)


async def test_a_contact_that_somebody_else_opened_for_the_visitor_is_found(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.live()
        # Another process of the house takes the visitor's word in: nobody here is told whose contact it is.
        who = Who(channel="web", visitor=visitor.visitor)
        await house.intake(said(who, Say(id="from-elsewhere", text="از جای دیگر"), [], house.clock()))
        await visitor.until(lambda: visitor.own == ["از جای دیگر"])


async def test_a_feed_that_lost_something_makes_everybody_look(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        (feed,) = [each for each in house.bus._listeners if each.name == "webchat:web"]
        while not feed.lost:
            house.bus.whisper("nothing", 0, {})
        await reply(house, 1, "از میان سیل", "k1")
        await visitor.until(lambda: visitor.answers == ["از میان سیل"])
        assert feed not in house.bus._listeners


async def test_a_longer_absence_than_a_window_brings_a_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.webchat.thread.WINDOW", 10)
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        visitor.hold()
        for number in range(15):
            await reply(house, 1, f"r{number}", f"k{number}")
        visitor.resume()
        await visitor.until(lambda: visitor.answers == [f"r{n}" for n in range(5, 15)])
        assert visitor.snapshots == 2


async def test_a_position_from_another_life_of_the_database_brings_a_snapshot(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        async with Visitor(house.url, "web", token=visitor.token, after=10**9) as again:
            await again.live()
            assert again.snapshots == 1 and again.own == ["سلام"]


async def test_leaving_counts_only_after_the_grace_and_coming_back_cancels_it(tmp_path: Path) -> None:
    async with chat(tmp_path, leave_seconds=3) as house, Visitor(house.url, "web") as visitor:
        await visitor.say("سلام")
        visitor.hold()
        await asyncio.sleep(0.5)
        assert await state_of(house, 1) is ContactState.WAITING
        visitor.resume()
        await visitor.until(lambda: visitor.connects == 2)
        await asyncio.sleep(3.5)  # longer than the grace, counted from the first absence
        assert await state_of(house, 1) is ContactState.WAITING
        visitor.hold()
        await becomes(house, 1, ContactState.ABANDONED)
        visitor.resume()
        assert await visitor.say("برگشتم") == "continues"
        assert await state_of(house, 1) is ContactState.WAITING


async def test_after_a_restart_those_who_never_come_back_are_still_found_to_have_left(tmp_path: Path) -> None:
    async with chat(tmp_path, leave_seconds=1) as house:
        visitor = Visitor(house.url, "web")
        async with visitor:
            await visitor.say("سلام")

            async def noted() -> bool:
                return visitor.visitor in await house.lines.mark("web", "waiting")

            await until(noted, seconds=10, what="the waiting visitors are written down")
    async with chat(tmp_path, leave_seconds=1) as house:
        await becomes(house, 1, ContactState.ABANDONED)


async def test_a_file_goes_in_once_and_only_its_own_thread_gets_it_out(tmp_path: Path) -> None:
    async with (
        chat(tmp_path) as house,
        Visitor(house.url, "web") as visitor,
        Visitor(house.url, "web") as other,
        aiohttp.ClientSession() as http,
    ):
        await asyncio.gather(visitor.live(), other.live())
        upload = await visitor.upload("%D9%82%D8%A8%D8%B6.png", "image/png", PNG)
        with pytest.raises(SayRefused, match="upload_unknown"):
            await other.say("مال من نیست", uploads=(upload,))
        await visitor.say("عکس قبض", uploads=(upload,), about="message-with-file")
        assert await visitor.say("عکس قبض", uploads=(upload,), about="message-with-file") == "duplicate"
        with pytest.raises(SayRefused, match="upload_used"):
            await visitor.say("دوباره", uploads=(upload,))
        await visitor.until(lambda: len(visitor.thread()) == 1)
        (file,) = visitor.thread()[0]["files"]
        assert file["name"] == "قبض.png" and file["image"] and file["size"] == len(PNG)
        async with http.get(visitor.base + file["url"]) as answer:
            assert answer.status == 200 and await answer.read() == PNG
            assert answer.headers["Content-Type"] == "image/png"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert answer.headers["Content-Disposition"].startswith("inline")
        stolen = file["url"].replace(visitor.visitor, other.visitor)
        for url in (stolen, file["url"][:-2], file["url"].split("?")[0], file["url"].replace(file["url"][5:9], "0000")):
            async with http.get(visitor.base + url) as answer:
                assert answer.status == 403


async def test_files_that_are_no_use_are_refused(tmp_path: Path) -> None:
    async with chat(tmp_path, upload_bytes=1000) as house, Visitor(house.url, "web") as visitor:
        await visitor.live()
        for name, media_type, content, code in [
            ("page.html", "text/html", b"<script>", "bad_request"),
            ("x.svg", "image/svg+xml", b"<svg/>", "bad_request"),
            ("fake.png", "image/png", b"MZ not an image", "bad_request"),
            ("empty.txt", "text/plain", b"", "bad_request"),
            ("big.txt", "text/plain", b"x" * 1001, "too_large"),
        ]:
            with pytest.raises(SayRefused) as refused:
                await visitor.upload(name, media_type, content)
            assert refused.value.code == code, name


async def test_a_document_is_handed_out_as_a_download(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, Visitor(house.url, "web") as visitor, aiohttp.ClientSession() as http:
        await visitor.live()
        upload = await visitor.upload("..%2F..%2Fa%E2%80%AEgpj.txt", "text/plain", b"<script>alert(1)</script>")
        await visitor.say("", uploads=(upload,))
        await visitor.until(lambda: visitor.thread())
        (file,) = visitor.thread()[0]["files"]
        assert file["name"] == "agpj.txt" and not file["image"]
        async with http.get(visitor.base + file["url"]) as answer:
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_a_slow_socket_is_cut_off_and_the_others_hear_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.webchat.socket.SEND_SECONDS", 1)
    async with chat(tmp_path, text_chars=10_000) as house, Visitor(house.url, "web") as quick:
        await quick.say("سلام")
        async with aiohttp.ClientSession() as http:
            slow = await http.ws_connect(
                quick.base + "socket", headers={"Origin": house.url}, protocols=("pishkhan.1", quick.token), compress=0
            )
            await slow.send_str('{"op":"hello","after":0}')
            transport = slow._conn.transport
            transport.pause_reading()
            adapter = house.channels["web"]
            assert await until(lambda: adapter._rooms.count(quick.visitor) == 2)
            for number in range(120):
                await reply(house, 1, f"{number} " + "م" * 50_000, f"k{number}")
            await quick.until(lambda: len(quick.answers) == 120, seconds=30)
            await until(lambda: adapter._rooms.count(quick.visitor) == 1, seconds=10, what="the slow socket is gone")
            transport.abort()
