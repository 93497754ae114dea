"""Who is ready but has no live console goes offline after a while; their offers return; nobody else is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from router.records import AgentState, ContactState, Role
from tests.agents_front import Client, Desk, fronted, until


def state_of(desk: Desk, client: Client) -> Any:
    async def read() -> Any:
        return await desk.read(lambda tx: tx.desk.agent(client.agent))
    return read


async def offline(desk: Desk, client: Client) -> Any:
    async def gone() -> Any:
        agent = await state_of(desk, client)()
        return agent if agent.state is AgentState.OFFLINE else None
    return await until(gone, what="offline")


async def test_a_lost_console(tmp_path: Path) -> None:
    async with fronted(tmp_path, desk={"presence_seconds": 1}) as desk:
        sara, boss = await desk.agent("sara"), await desk.agent("boss", role=Role.SUPERVISOR)
        away = await desk.agent("away")
        await away.ok("/api/me/state", {"state": "away"})
        watcher, second, staying = await sara.live(), await sara.live(), await boss.live()
        held, offered = await desk.held(sara), await desk.say("reza")
        await desk.offer(offered, sara)
        await watcher.close()
        await second.close()
        gone = await offline(desk, sara)
        assert gone.reason == "connection-lost"
        back = await desk.contact(offered)
        assert back.state is ContactState.WAITING and back.excluded == () and back.agent is None
        assert (await desk.contact(held)).agent == sara.agent, "what she holds stays hers"
        assert (await state_of(desk, boss)()).state is AgentState.READY
        assert (await state_of(desk, away)()).state is AgentState.AWAY
        entries = await desk.read(lambda tx: tx.journal.after(0))
        last = [entry for entry in entries if entry.name == "agent-changed"][-1]
        assert (last.data["reason"], last.actor) == ("connection-lost", "timer")
        await staying.until(lambda: staying.state["agent"][str(sara.agent)]["state"] == "offline", what="the board")


async def test_coming_back_in_time(tmp_path: Path) -> None:
    async with fronted(tmp_path, desk={"presence_seconds": 1}) as desk:
        sara, omid = await desk.agent("sara"), await desk.agent("omid")
        first = await sara.live()
        await first.close()
        await until(lambda: sara.agent in desk.front.presence._deadlines, what="the grace begins")
        again = await sara.live()
        assert sara.agent not in desk.front.presence._deadlines
        await offline(desk, omid)
        assert (await state_of(desk, sara)()).state is AgentState.READY and not again.socket.closed


async def test_after_a_restart_everybody_has_the_same_grace(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        sara, omid = await desk.agent("sara"), await desk.agent("omid")
    async with fronted(tmp_path, desk={"presence_seconds": 1}) as desk:
        back = await desk.session(sara.agent)
        watcher = await back.live()
        await offline(desk, omid)
        assert (await state_of(desk, back)()).state is AgentState.READY and not watcher.socket.closed


async def test_nothing_is_read_while_nothing_happens(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        await (await desk.agent("sara")).live()
        await desk.read(lambda tx: tx.journal.head())
        units, reads = desk.store.writer.units, []
        snapshot = desk.store.snapshot

        async def counted(unit: Any) -> Any:
            reads.append(unit)
            return await snapshot(unit)
        await until(lambda: desk.front.live.scene.seq == desk.bus.head, what="quiet")
        desk.store.snapshot = counted  # type: ignore[method-assign]
        import asyncio
        await asyncio.sleep(0.5)
        assert reads == [] and desk.store.writer.units == units
