"""How messages go out: two lanes, pauses, ways around, loops, caps, parts and the log of exchanges."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from house import House, outgoing_of
from router import delivering
from router.errors import Capped, Doubtful, InvalidMessage, Looping, OptedOut, Refused, SendError, Unreachable
from router.events import ChannelPaused, MessageAdded
from router.model import Address, DeliveryState, Medium, Outbound, OutKind, Receipt, Signal, SignalKind
from router.outbox import Outbox
from router.pace import Pace
from router.records import Delivery, Direction
from router.rules import lanes, loopguard, outgoing
from router.rules.exchange import Exchange, path_of, shape
from router.rules.loopguard import Line
from router.rules.outgoing import Caps, Outgoing
from settings import ChannelSettings
from tests import fake
from tests.databases import database, postgres  # noqa: F401
from tests.fake import said
from tests.house import QUICK, configured, read, running, until

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Lines:
    """A house with two test channels that lead to one citizen, `line` (SMS) and `mail`."""

    def __init__(self, house: House, adapters: dict[str, fake.Adapter], outbox: Outbox) -> None:
        self.house, self.adapters, self.outbox = house, adapters, outbox

    @property
    def line(self) -> fake.Adapter:
        return self.adapters["line"]

    async def contact(self) -> Any:
        return (await read(self.house, lambda tx: tx.contacts.listed()))[-1]

    async def write(self, words: str, kind: OutKind = OutKind.REPLY, contact: Any = None, **data: Any) -> Delivery:
        about = contact or await self.contact()

        def unit(tx: Any) -> Any:
            message = tx.messages.add(about.id, Direction.OUT, at=tx.now, text=words, kind=kind.value, data=data)
            delivery = tx.outbox.add(message, about, kind, key=f"k{message.id}")
            tx.emit(MessageAdded(about=about.id, message=message.id, direction="out", delivery=delivery.id), actor="x")
            return delivery
        return await self.house.store.run(unit)  # type: ignore[no-any-return]

    async def stands(self, delivery: Delivery) -> Delivery:
        return await read(self.house, lambda tx: tx.outbox.get(delivery.id))  # type: ignore[no-any-return]

    async def becomes(self, delivery: Delivery, state: DeliveryState, error: str = "") -> Delivery:
        async def there() -> Any:
            now = await self.stands(delivery)
            return now if now.state is state and now.error == error else None
        return await until(there, seconds=15, what=f"{state} {error}")  # type: ignore[no-any-return]

    async def events(self, name: str) -> list[Any]:
        return [entry for entry in await read(self.house, lambda tx: tx.journal.after(0)) if entry.name == name]


class Mail(fake.Adapter):
    """The same on another medium."""

    medium = Medium.EMAIL


@contextlib.asynccontextmanager
async def lines(tmp_path: Path, database: str = "", caps: Caps | None = None, **common: Any) -> AsyncIterator[Lines]:  # noqa: F811
    """Both channels on one house. The outbox is built anew with them, as the composition root does."""
    async with running(tmp_path, storage={"database": database}) as house:
        adapters: dict[str, fake.Adapter] = {}
        for name, kind, medium in (("line", fake.Adapter, "sms"), ("mail", Mail, "email")):
            own = ChannelSettings(medium=medium, **(common if name == "line" else {}))
            wire = None
            adapters[name] = kind(name, fake.Settings(), own, wire)  # type: ignore[arg-type]
            house.plan[name] = outgoing_of(own, adapters[name], QUICK, "Asia/Tehran")
            from house import policy_of
            house.policies[name] = policy_of(name, own, adapters[name].limits, "fa")
        if caps is not None:
            house.plan["line"] = replace(house.plan["line"], caps=caps)
        outbox = Outbox(house.store, house.bus, house.clock, adapters, house.plan, house.exchanges)
        task = asyncio.create_task(outbox.run())
        await house.intake(said("m1"))
        try:
            yield Lines(house, adapters, outbox)
        finally:
            task.cancel()
            await asyncio.wait([task])


async def mailbox(town: Lines, *, stopped: bool = False) -> None:
    """The citizen also has an e-mail address."""
    contact = await town.contact()

    def unit(tx: Any) -> None:
        known = tx.people.known(Address(medium=Medium.EMAIL, value="a@example.org"), "fa")
        from sqlalchemy import update

        from storage.tables import Addresses
        tx.connection.execute(update(Addresses).where(Addresses.id == known.id).values(customer_id=contact.customer))
        if stopped:
            tx.people.opt_out(known, tx.now)
    await town.house.store.run(unit)


# --- lanes and pace

@pytest.mark.parametrize(("kind", "data", "lane"), [
    (OutKind.REPLY, {}, 0), (OutKind.CONNECT, {}, 0), (OutKind.HANGUP, {}, 0), (OutKind.ACK, {}, 1),
    (OutKind.NOTICE, {}, 1), (OutKind.NOTICE, {"lane": "answer"}, 0), (OutKind.REPLY, {"lane": "bulk"}, 1),
    (OutKind.NOTICE, {"lane": ["answer"]}, 1)])
def test_lane_of_a_message(kind: OutKind, data: dict[str, Any], lane: int) -> None:
    assert lanes.lane_of(kind, data) == lane


def test_turns_give_bulk_one_of_five() -> None:
    turns = [lanes.turn(n, True, True) for n in range(100)]
    assert turns.count(lanes.BULK) == 20 and lanes.turn(0, False, True) == lanes.BULK
    assert lanes.turn(4, True, False) == lanes.ANSWER


async def test_an_answer_overtakes_bulk_and_bulk_does_not_starve() -> None:
    pace, order = Pace(50.0), []

    async def go(name: str, lane: int) -> None:
        await pace.wait(lane)
        order.append(name)
    async with asyncio.TaskGroup() as group:
        for n in range(60):
            group.create_task(go(f"b{n}", lanes.BULK))
        await asyncio.sleep(0)
        for n in range(20):
            group.create_task(go(f"a{n}", lanes.ANSWER))
    # The first second's burst went to those who were there first; then four answers to one of bulk.
    late = order[order.index("a0"):]
    last = late.index("a19")
    assert [each for each in late[:last + 1] if each[0] == "a"] == [f"a{n}" for n in range(20)]
    assert 3 <= sum(each[0] == "b" for each in late[:last]) <= 6


async def test_a_ticket_that_was_given_up_takes_no_turn() -> None:
    pace = Pace(2.0)
    waiting = [asyncio.create_task(pace.wait(lanes.BULK)) for _ in range(6)]
    await asyncio.sleep(0)
    for each in waiting[3:5]:
        each.cancel()
    done, _ = await asyncio.wait(waiting, timeout=4)
    assert len(done) == 6 and not waiting[5].cancelled()


async def test_bulk_of_another_contact_does_not_hold_up_an_answer(tmp_path: Path) -> None:
    async with lines(tmp_path, rate_per_second=20.0) as town:
        first = await town.contact()
        town.line.hold = asyncio.Event()
        for n in range(60):
            await town.house.intake(said(f"o{n}", sender=f"+98912100{n:04}"))
        others = [c for c in await read(town.house, lambda tx: tx.contacts.listed(limit=200)) if c.id != first.id]
        for n, contact in enumerate(others):
            await town.write(f"notice {n}", OutKind.NOTICE, contact)
        answer = await town.write("answer", contact=first)
        town.line.hold.set()
        await town.becomes(answer, DeliveryState.SENT)
        before = [out.text for out in town.line.sent].index("answer")
        assert before < 40, "the answer waited behind the notices"
        await until(lambda: len(town.line.sent) == 61, seconds=15)


# --- the end


async def test_what_is_being_sent_comes_to_its_end_before_the_house_stops(tmp_path: Path) -> None:
    async with lines(tmp_path) as town:
        town.line.hold = asyncio.Event()
        first = await town.write("under way")
        await town.becomes(first, DeliveryState.SENDING)
        ending = asyncio.create_task(town.outbox.finish(30))
        await asyncio.sleep(0)
        later = await town.write("for the next start")
        assert not ending.done()
        town.line.hold.set()
        await ending
        assert (await town.stands(first)).state is DeliveryState.SENT
        assert (await town.stands(later)).state is DeliveryState.PENDING


async def test_a_provider_that_does_not_answer_holds_up_no_end(tmp_path: Path) -> None:
    async with lines(tmp_path) as town:
        town.line.hold = asyncio.Event()
        first = await town.write("under way")
        await town.becomes(first, DeliveryState.SENDING)
        await asyncio.wait_for(town.outbox.finish(0.2), 10)
        assert (await town.stands(first)).state is DeliveryState.SENDING, "the next start marks it uncertain"


# --- pauses

async def test_a_paused_channel_takes_in_and_holds_back(tmp_path: Path, database: str) -> None:  # noqa: F811
    async with lines(tmp_path, database) as town:
        def pause(tx: Any) -> None:
            assert tx.channels.pause("line", "agent:1", "gateway moves") and not tx.channels.pause("line", "x", "y")
            tx.emit(ChannelPaused(channel="line", paused=True, reason="gateway moves"), actor="agent:1")
        await town.house.store.run(pause)
        held = await town.write("later")
        assert (await town.house.intake(said("m2"))).fate == "continues"
        await until(lambda: town.house.health["line"].code == "paused")
        assert (await town.stands(held)).state is DeliveryState.PENDING and town.line.sent == []

        def resume(tx: Any) -> None:
            assert tx.channels.resume("line") and not tx.channels.resume("line")
            tx.emit(ChannelPaused(channel="line", paused=False), actor="agent:1")
        await town.house.store.run(resume)
        await town.becomes(held, DeliveryState.SENT)
        await until(lambda: town.house.health["line"].code != "paused")


# --- another way

@pytest.mark.parametrize("error", [Refused("no", provider_code="7"), OptedOut(), InvalidMessage(), SendError("?")])
async def test_what_certainly_failed_goes_by_the_next_channel(tmp_path: Path, error: SendError) -> None:
    async with lines(tmp_path, failover=("mail",)) as town:
        await mailbox(town)
        town.line.errors.append(error)
        delivery = await town.write("important")
        now = await town.becomes(delivery, DeliveryState.SENT)
        assert now.channel == "mail" and now.trail == ({"channel": "line", "error": error.code},)
        (sent,) = town.adapters["mail"].sent
        assert (sent.to.value, sent.thread_key, sent.text) == ("a@example.org", "a@example.org", "important")
        (moved,) = await town.events("delivery-rerouted")
        assert (moved.data["was_channel"], moved.data["channel"]) == ("line", "mail")
        (shown,) = [m for m in await read(town.house, lambda tx: tx.messages.of(now.contact)) if m.delivery]
        assert shown.delivery.trail and shown.delivery.state is DeliveryState.SENT, "one message, one outcome"


@pytest.mark.parametrize("error", [Doubtful(), Unreachable(), Refused("no", parts=((0, "p0"),))])
async def test_what_may_have_gone_or_will_go_stays(tmp_path: Path, error: SendError) -> None:
    async with lines(tmp_path, failover=("mail",)) as town:
        await mailbox(town)
        town.line.errors.append(error)
        delivery = await town.write("important")
        await until(lambda: not town.line.errors)
        async def settled() -> bool:
            return (await town.stands(delivery)).state not in (DeliveryState.PENDING, DeliveryState.SENDING)
        await until(settled)
        assert town.adapters["mail"].sent == [] and (await town.stands(delivery)).channel == "line"


async def test_no_way_around_a_stop(tmp_path: Path) -> None:
    async with lines(tmp_path, failover=("mail",)) as town:
        await mailbox(town, stopped=True)
        town.line.errors.append(Refused())
        await town.becomes(await town.write("x"), DeliveryState.FAILED, "refused")
        assert town.adapters["mail"].sent == []


async def test_a_report_of_failure_opens_the_next_way_once(tmp_path: Path) -> None:
    async with lines(tmp_path, failover=("mail",)) as town:
        await mailbox(town)
        delivery = await town.becomes(await town.write("x"), DeliveryState.SENT)
        for number in (1, 2):
            await town.house.intake(Receipt(
                channel="line", external_id=f"r{number}", part_id=f"x{delivery.id}.1", state=DeliveryState.FAILED,
                at=datetime.now(UTC)))
        await until(lambda: town.adapters["mail"].sent)
        await town.becomes(delivery, DeliveryState.SENT)
        assert len(town.adapters["mail"].sent) == 1 and len(await town.events("delivery-rerouted")) == 1


async def test_an_answer_nobody_is_known_to_have_got_goes_on_as_well(tmp_path: Path) -> None:
    async with lines(tmp_path, failover=("mail",), follow_up_seconds=1) as town:
        await mailbox(town)
        got = await town.becomes(await town.write("one"), DeliveryState.SENT)
        await town.house.intake(Receipt(channel="line", external_id="r1", part_id=f"x{got.id}.1",
                                        state=DeliveryState.DELIVERED, at=datetime.now(UTC)))
        left = await town.write("two")
        await until(lambda: town.adapters["mail"].sent)
        moved = await town.becomes(left, DeliveryState.SENT)
        assert moved.channel == "mail" and moved.trail == ({"channel": "line", "error": "not-got"},)
        assert [sent.text for sent in town.adapters["mail"].sent] == ["two"]
        assert (await town.stands(got)).channel == "line"


async def test_what_citizens_state_of_themselves_is_a_way_too(tmp_path: Path) -> None:
    async with lines(tmp_path, failover=("mail",), follow_up_seconds=1) as town:
        await town.house.intake(replace(said("s1", "سلام"), stated=(
            Address(medium=Medium.EMAIL, value="stated@example.org"),)))
        await town.write("answer")
        await until(lambda: town.adapters["mail"].sent)
        assert town.adapters["mail"].sent[0].to.value == "stated@example.org"


async def test_a_copy_of_the_conversation_goes_by_mail_and_is_no_word_of_it(tmp_path: Path) -> None:
    async with lines(tmp_path, failover=("mail",)) as town:
        town.house.policies["line"] = replace(town.house.policies["line"], language="fa")
        await town.becomes(await town.write("بفرمایید"), DeliveryState.SENT)
        for number in range(5):
            await town.house.intake(Signal(
                channel="line", external_id=f"t{number}", sender=said("m1").sender, at=datetime.now(UTC),
                kind=SignalKind.TRANSCRIPT, thread=said("m1").thread,
                stated=(Address(medium=Medium.EMAIL, value="sara@example.org"),)))
        mail = town.adapters["mail"]
        await until(lambda: len(mail.sent) == 3, what="three, and no more")
        assert mail.sent[0].to.value == "sara@example.org" and "بفرمایید" in mail.sent[0].text
        assert "رونوشت" in mail.sent[0].subject and mail.sent[2].text.count("بفرمایید") == 1
        contact = await town.contact()
        shown = await town.house.lines.thread("line", contact.thread_key)
        assert [each.text for each in shown if not each.mine] == ["بفرمایید"]


def test_next_way() -> None:
    plan = {"a": Outgoing(medium=Medium.SMS, failover=("b", "c")), "b": Outgoing(medium=Medium.EMAIL),
            "c": Outgoing(medium=Medium.TELEGRAM)}
    assert outgoing.next_way(["a"], plan, "a", [], {}) is None
    assert not outgoing.hands_over(Doubtful()) and not outgoing.hands_over(Capped()) and outgoing.hands_over(Refused())


# --- loops

async def test_the_same_words_stop_with_an_alarm(tmp_path: Path) -> None:
    async with lines(tmp_path, repeats=3) as town:
        for n in range(3):
            await town.becomes(await town.write("سلام  كاربر" if n else "سلام کاربر"), DeliveryState.SENT)
        await town.becomes(await town.write("سلام کاربر"), DeliveryState.FAILED, "looping")
        await town.becomes(await town.write("سخن دیگر"), DeliveryState.SENT)
        (alarm,) = await town.events("channel-alarm")
        assert alarm.data["kind"] == "same-text"
        await until(lambda: "line" in town.house.health and town.house.health["line"].code == "alarm")
        # A person may insist.
        stopped = next(d for d in [await town.write("سلام کاربر")])
        await town.becomes(stopped, DeliveryState.FAILED, "looping")

        def again(tx: Any) -> None:
            delivering.tell(tx, tx.outbox.again(stopped.id, [DeliveryState.FAILED]))
        await town.house.store.run(again)
        await town.becomes(stopped, DeliveryState.SENT)


async def test_a_robot_that_answers_everything_gets_three_answers(tmp_path: Path) -> None:
    async with lines(tmp_path, repeats=0) as town:
        sent = 0
        for n in range(8):
            delivery = await town.write(f"We have your message no. {n}.", OutKind.NOTICE)
            async def settled(delivery: Delivery = delivery) -> bool:
                return (await town.stands(delivery)).state in (DeliveryState.SENT, DeliveryState.FAILED)
            await until(settled)
            sent += (await town.stands(delivery)).state is DeliveryState.SENT
            await town.house.intake(said(f"r{n}", f"I am away until {n} December, ticket {n * 7919}."))
        assert sent == 3
        assert {each.data["kind"] for each in await town.events("channel-alarm")} == {"robot"}
        # A colleague can still write.
        await town.becomes(await town.write("Is anybody there?"), DeliveryState.SENT)


def history(*words: tuple[str, str, float]) -> list[Line]:
    at, made = NOON, []
    for who, text, seconds in words:
        at += timedelta(seconds=seconds)
        made.append(Line(ours=who != "c", by_itself=who == "b", at=at, text=text))
    return made


@pytest.mark.parametrize(("words", "robot"), [
    ([("b", "choose", 1), ("c", "1", 6)] * 6, False),  # somebody in a menu
    ([("b", "choose", 1), ("c", "۱", 0.1)] * 4, True),
    ([("b", "Menu: 1 or 2", 1), ("c", "I am on holiday until 5 May.", 20)] * 4, True),
    ([("b", "Menu: 1 or 2", 1), ("c", "I am on holiday until 5 May.", 20)] * 3, False),
    ([("b", "Please choose from the menu", 1), ("c", "You wrote: please choose from the menu", 30)] * 3, True),
    ([("b", "Menu", 1), ("c", "I am on holiday until 5 May.", 900)] * 9, False),  # slow: a person repeats themself
    ([("b", "Menu", 1), ("c", "I am on holiday until 5 May.", 20)] * 4 + [("a", "hello", 1), ("c", "hi", 50)], False),
    ([], False),
])
def test_who_is_a_robot(words: list[tuple[str, str, float]], robot: bool) -> None:
    assert loopguard.answers_everything(history(*words)) is robot


# --- caps and money

def message(to: str = "+989120000001", text: str = "x") -> Outbound:
    from router.model import ContactId, DeliveryId
    return Outbound(delivery=DeliveryId(1), contact=ContactId(1), key="k", kind=OutKind.REPLY, channel="line",
                    to=Address(medium=Medium.SMS, value=to), thread_key="", text=text)


@pytest.mark.parametrize(("caps", "spent", "scope"), [
    ({"day": 10}, {"": 9}, None), ({"day": 10}, {"": 10}, "day"), ({"budget": 1.0, "cost": 0.5}, {"": 1}, None),
    ({"budget": 1.0, "cost": 0.5}, {"": 2}, "day"), ({"address_day": 2}, {"a:+989120000001": 2}, "address"),
    ({"prefixes": {"+98912": 3}}, {"p:+98912": 3}, "prefix"), ({"prefixes": {"+4": 0}}, {"p:+4": 9}, None),
    ({}, {}, None)])
def test_caps(caps: dict[str, Any], spent: dict[str, int], scope: str | None) -> None:
    made = Caps(parts=lambda out: 1, **caps)
    asked = outgoing.account(message(), made, NOON, "Asia/Tehran")
    found = outgoing.refusal(asked, spent, made, NOON, "Asia/Tehran")
    assert (found.scope if isinstance(found, Capped) else None) == scope
    if scope == "day":
        assert isinstance(found, Capped) and found.retry_after == timedelta(hours=11, minutes=30)


async def test_the_money_stop_keeps_messages_for_tomorrow(tmp_path: Path) -> None:
    caps = Caps(parts=lambda out: 2, cost=1.5, budget=7.0)
    async with lines(tmp_path, caps=caps) as town:
        for n in range(2):
            await town.becomes(await town.write(f"w{n}"), DeliveryState.SENT)
        held = [await town.write(f"late{n}") for n in range(2)]
        for each in held[:1]:
            now = await town.becomes(each, DeliveryState.PENDING, "capped")
            assert now.due_at is not None and now.due_at > town.house.clock()
        assert len(await town.events("channel-alarm")) == 1 and len(town.line.sent) == 2
        await until(lambda: "line" in town.house.health and town.house.health["line"].code == "alarm")


# --- the log of exchanges

async def test_every_hand_over_leaves_a_line_without_words(tmp_path: Path, database: str) -> None:  # noqa: F811
    async with lines(tmp_path, database) as town:
        town.line.errors.append(Refused("no", provider_code="E7"))
        await town.becomes(await town.write("secret words"), DeliveryState.FAILED, "refused")
        await town.becomes(await town.write("more secret words"), DeliveryState.SENT)

        async def there() -> Any:
            found = await read(town.house, lambda tx: tx.channels.exchanges("line"))
            return found if len(found) == 2 else None
        ((_, second), (_, first)) = await until(there)
        assert (first.outcome, first.answered, second.outcome) == ("refused", "E7", "ok")
        assert "secret" not in f"{first}{second}" and "+98" not in f"{first}{second}"
        old = town.house.clock() - timedelta(days=3)
        many = [Exchange(channel="x", at=old, way="out", method="GET", path="/") for _ in range(30)]
        await town.house.store.run(lambda tx: tx.channels.keep(many))
        await town.house.store.run(lambda tx: tx.channels.forget(old - timedelta(days=7), most=10))
        assert len(await read(town.house, lambda tx: tx.channels.exchanges("x"))) == 10
        await town.house.store.run(lambda tx: tx.channels.forget(old + timedelta(days=1), most=10))
        assert await read(town.house, lambda tx: tx.channels.exchanges("x")) == []
        assert len(await read(town.house, lambda tx: tx.channels.exchanges("line"))) == 2


@pytest.mark.parametrize(("content", "media", "looks"), [
    (b"", "", ""), (b'{"to":"+98912","n":[1,2,3,4],"ok":true,"x":null}', "application/json",
                    "{to: text(6), n: [int, int, int, ... 4], ok: bool, x: null}"),
    (b'{"+989121234567":1}', "application/json", "{*: int}"), (b"{" * 5000, "application/json", "no json(5000)"),
    ("From=%2B98912&Body=سلام".encode(), "application/x-www-form-urlencoded", "From: text(6), Body: text(8)"),
    (b"\xff" * 99, "image/png", "image.png(99)"), (b"abc", "", "bytes(3)")])
def test_shapes_hold_no_value(content: bytes, media: str, looks: str) -> None:
    assert shape(content, media) == looks


@pytest.mark.parametrize(("url", "path"), [
    ("https://api.example.org/v1/6A5F4B3C2D1E/sms/send.json?receptor=0912&message=hi",
     "/v1/*/sms/send.json?receptor&message"),
    ("/bot123456:AAE-secret/sendMessage", "/*/sendMessage"),
    ("/channels/x/inbound?secret=a&+98912=1", "/channels/x/inbound?secret&*"),
    ("/2010-04-01/Accounts/AC00ff/Messages.json", "/*/Accounts/*/Messages.json")])
def test_paths_hold_no_secret(url: str, path: str) -> None:
    assert path_of(url).replace("/2010-04-01", "/*") == path


def test_the_settings_are_checked(tmp_path: Path) -> None:
    import settings as s
    with pytest.raises(s.SettingsError, match=r"failover.*no other channel 'b'"):
        configured(tmp_path, {"a": {"medium": "webchat", "failover": ["b"]}})
    with pytest.raises(s.SettingsError, match="retry_seconds"):
        configured(tmp_path, {"a": {"medium": "webchat", "retry_seconds": [0]}})


async def test_the_retry_schedule_is_the_channels_own(tmp_path: Path) -> None:
    async with lines(tmp_path, retry_seconds=(0.05,)) as town:
        town.line.errors += [Unreachable(), Unreachable()]
        now = await town.becomes(await town.write("x"), DeliveryState.FAILED, "unreachable")
        assert now.attempts == 2


def test_every_error_has_words_in_both_languages() -> None:
    kinds = [SendError, *SendError.__subclasses__()]
    assert {Looping, Capped} <= set(kinds) and len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind.en and any("\u0600" <= char <= "\u06ff" for char in kind.fa)
