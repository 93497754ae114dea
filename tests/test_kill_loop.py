"""SIGKILL at random moments under traffic on all channels: nothing lost, nothing doubled, doubt is said."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from tests.house import until
from tests.kill.verdict import faults
from tests.kill.world import World


async def loop(world: World, rounds: int) -> None:
    await world.start()
    for token in world.tokens:
        world.own(world.robot(token))
    for _ in range(rounds):
        await world.raise_house()
        moment = world.rng.uniform(0.2, 1.6)
        world.own(world.traffic(moment + 0.3))
        await asyncio.sleep(moment)
        world.kill()


async def settled(world: World, database: Path) -> None:
    """A last quiet life in which everything that waits may go."""
    await world.raise_house()
    for _ in range(4):
        await world.traffic(0.2)
    truth = world.truth

    def done() -> Any:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            kept = {text.strip() for (text,) in db.execute("SELECT text FROM messages WHERE direction = 'in'")}
            waiting = db.execute("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')").fetchone()[0]
        return not waiting and kept.issuperset([*truth.sms, *truth.mail, *truth.telegram])
    await until(done, seconds=60, what="everything that waited has gone")
    # The robots go on answering: what they said meanwhile must go too before the house is asked to end.
    await world.rest()
    await until(done, seconds=60, what="the last answers have gone")


async def test_thirty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    world, database = World(tmp_path, seed=11), tmp_path / "data" / "pishkhan.db"
    try:
        await loop(world, 30)
        try:
            await settled(world, database)
        except AssertionError as error:
            raise AssertionError(f"{error}; {faults(world, database)[:20]}") from None
    finally:
        world.end()
        await world.stop()
    found = faults(world, database)
    assert not found, found
    with sqlite3.connect(database) as db:
        doubtful = db.execute("SELECT count(*) FROM deliveries WHERE state = 'uncertain'").fetchone()[0]
        stored = db.execute("SELECT count(*) FROM messages WHERE direction = 'in'").fetchone()[0]
    print(f"\n{stored} messages in, {len(world.truth.replies)} replies confirmed, {doubtful} uncertain, 30 kills")
    assert stored > 200 and len(world.truth.replies) > 30, "there was too little traffic to prove anything"


async def test_the_loop_notices_an_acknowledgement_before_the_commit(tmp_path: Path) -> None:
    world, database = World(tmp_path, seed=12, module="tests/kill/faulty.py"), tmp_path / "data" / "pishkhan.db"
    try:
        await loop(world, 6)
        await world.raise_house()
        await asyncio.sleep(3)
    finally:
        world.end()
        await world.stop()
    assert any(line.startswith("lost word by") for line in faults(world, database))
