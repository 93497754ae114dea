"""A caller waits with music while the agent's telephone is free, and they talk on when it rings anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents import contacts
from router.errors import Conflict
from router.model import DeliveryState, OutKind
from router.records import ContactState, Direction
from tests.house import agent, read, until
from tests.voicing import accept, contact_of, delivery_of, in_state, messages, outgoing, post, telephone

MUSIC = "https://desk.example.org/music.mp3"


async def hold(house: Any, who: Any, *, on: bool, number: int = 1) -> Any:
    return await house.store.run(lambda tx: contacts.hold(
        tx, tx.desk.agent(who.id), number, limits={"line": house.channels["line"].limits}, on=on))


async def talking(house: Any, caller: Any) -> None:
    await caller.hears("عدد یک")
    caller.press("1")
    await accept(house)
    await caller.connected()


async def test_on_hold_with_music_and_back(tmp_path: Path) -> None:
    async with telephone(tmp_path, music=MUSIC) as (house, carrier):
        who = await agent(house, phone="02188776655")
        async with carrier.call() as caller:
            await talking(house, caller)
            before = caller.heard.count(MUSIC)
            held = await hold(house, who, on=True)
            assert held.data["on_hold"] == who.id and held.state is ContactState.ACTIVE
            assert await hold(house, who, on=True) == held, "twice is once"
            await caller.hears("پشت خط بمانید")
            await until(lambda: caller.heard.count(MUSIC) > before + 1, what="music, round after round")
            assert not caller.talking_to
            resumed = await hold(house, who, on=False)
            assert "on_hold" not in resumed.data and await hold(house, who, on=False) == resumed
            assert await caller.connected() == "+982188776655"
            caller.agent_leaves()
            await in_state(house, ContactState.WRAP_UP)
            assert await caller.ended() == "house"
        kinds = [m.data["kind"] for m in await messages(house) if m.direction is Direction.SYSTEM]
        assert kinds == ["choice", "connect", "connected", "hold", "connect", "connected", "left"]


async def test_the_caller_gives_up_on_hold(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        who = await agent(house, phone="02188776655")
        async with carrier.call() as caller:
            await talking(house, caller)
            await hold(house, who, on=True)
            await caller.hears("پشت خط بمانید")
            caller.leave()
            await in_state(house, ContactState.WRAP_UP)
        with pytest.raises(Conflict, match="only a talk"):
            await hold(house, who, on=False)


async def test_a_telephone_put_down_while_on_hold_is_not_the_end(tmp_path: Path) -> None:
    """The order to hold and the end of the connection cross: whichever comes first, the caller stays."""
    async with telephone(tmp_path, account="") as (house, carrier):
        who = await agent(house, phone="02188776655")
        form = {"CallSid": "CA1", "From": "+989121234567", "To": "+982112345678", "CallStatus": "in-progress"}
        for step, more in (("incoming", {}), ("digits?l=fa&n=1", {"Digits": "1"})):
            assert (await post(f"{carrier.hook_url}/{step}", form | more))[0] == 200
        await accept(house)

        def held(tx: Any) -> None:
            was = tx.contacts.get(1)
            tx.contacts.change(was, data={**was.data, "on_hold": who.id})
        await house.store.run(held)
        done = f"{carrier.hook_url}/dial-done?l=fa&n=9", form | {"DialCallStatus": "completed"}
        first = await post(*done)
        assert "پشت خط بمانید" in first[1] and await post(*done) == first
        assert (await contact_of(house)).state is ContactState.ACTIVE
        polled = await post(f"{carrier.hook_url}/wait?l=fa&n=10&o=10", form)
        assert "پشت خط بمانید" not in polled[1] and "wait?" in polled[1], "not in every round"


async def test_another_agent_who_takes_the_call_is_not_on_hold(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        who = await agent(house, phone="02188776655")
        async with carrier.call() as caller:
            await talking(house, caller)
            await hold(house, who, on=True)
            await caller.hears("پشت خط بمانید")
            omid = await agent(house, "omid", phone="02188776656")
            await house.store.run(lambda tx: contacts.transfer(tx, tx.desk.agent(who.id), 1, queue=None, to=omid.id))
            await accept(house)
            assert await caller.connected() == "+982188776656"
            assert "on_hold" not in (await contact_of(house)).data


async def test_an_order_that_comes_too_late_changes_nothing(tmp_path: Path) -> None:
    async with telephone(tmp_path) as (house, carrier):
        await agent(house, phone="02188776655")
        async with carrier.call() as caller:
            await talking(house, caller)
            late = await outgoing(house, 1, "", "late", OutKind.HOLD)
            await delivery_of(house, late, DeliveryState.DELIVERED)
            assert caller.talking_to == "+982188776655"


async def test_where_nothing_can_be_held(tmp_path: Path) -> None:
    async with telephone(tmp_path, account="") as (house, carrier):
        assert not house.channels["line"].limits.holds, "without the carrier's account no live call can be interrupted"
        who = await agent(house)
        async with carrier.call() as caller:
            await caller.hears("عدد یک")
            caller.press("1")
            await accept(house)
            with pytest.raises(Conflict, match="no call on a telephone"):
                await hold(house, who, on=True)
            assert (await read(house, lambda tx: tx.contacts.get(1))).data.get("on_hold") is None
