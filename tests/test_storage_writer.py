"""The writer on both databases: one commit for many, one bad unit alone, 503 when it cannot commit, ordered journal."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel

from house import prepare, utc_now
from router.errors import Conflict, Unavailable
from router.events import QueueChanged
from router.records import Entry
from settings import SettingsError
from storage import tables
from storage.engines import writer_engine
from storage.migrate import Shape, migrate, shape
from storage.store import SqlStore, Where


def opened(tmp_path: Path, database: str, publish: Any = lambda entries: None, **more: Any) -> SqlStore:
    where = Where(folder=tmp_path, database=database, **more)
    prepare(where)
    store = SqlStore(where, utc_now, publish)
    store.start()
    return store


def event(number: int) -> Any:
    return lambda tx: tx.emit(QueueChanged(queue=number), actor="test")


async def test_many_units_share_commits(tmp_path: Path, database: str) -> None:
    store = opened(tmp_path, database)
    await asyncio.gather(*(store.run(event(i)) for i in range(500)))
    assert store.writer.units == 500
    assert store.writer.commits < 100
    assert len(await store.snapshot(lambda tx: tx.journal.after(0))) == 500
    await store.close()


async def test_one_bad_unit_fails_alone(tmp_path: Path, database: str) -> None:
    store = opened(tmp_path, database)

    def bad(tx: Any) -> None:
        tx.marks.set("x", "y", "z")
        tx.emit(QueueChanged(queue=1), actor="test")
        raise Conflict("no")

    def breaks_key(tx: Any) -> None:
        tx.desk.add_queue("same")
        tx.desk.add_queue("same")
    units = [event(1), bad, event(2), breaks_key, event(3)]
    answers = await asyncio.gather(*(store.run(u) for u in units), return_exceptions=True)
    assert [type(a).__name__ for a in answers] == ["NoneType", "Conflict", "NoneType", "Conflict", "NoneType"]
    assert [e.data["queue"] for e in await store.snapshot(lambda tx: tx.journal.after(0))] == [1, 2, 3]
    assert await store.snapshot(lambda tx: tx.marks.get("x", "y")) == ""
    assert await store.snapshot(lambda tx: tx.desk.queues()) == []
    await store.close()


async def test_a_caller_that_goes_away_does_not_undo_its_unit(tmp_path: Path, database: str) -> None:
    store = opened(tmp_path, database)
    task = asyncio.create_task(store.run(event(7)))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.run(event(8))
    assert [e.data["queue"] for e in await store.snapshot(lambda tx: tx.journal.after(0))] == [7, 8]
    await store.close()


async def test_events_are_published_after_the_commit_in_order(tmp_path: Path, database: str) -> None:
    seen: list[Entry] = []
    store = opened(tmp_path, database, seen.extend)
    await asyncio.gather(*(store.run(event(i)) for i in range(50)))
    assert [e.seq for e in seen] == [e.seq for e in await store.snapshot(lambda tx: tx.journal.after(0))]
    assert [e.data["queue"] for e in seen] == list(range(50))
    await store.close()


async def test_a_full_disk_is_503_and_then_it_goes_on(tmp_path: Path) -> None:
    store = opened(tmp_path, "")
    pages = await store.run(lambda tx: tx.connection.execute(text("PRAGMA page_count")).scalar())
    await store.run(lambda tx: tx.connection.execute(text(f"PRAGMA max_page_count={pages + 2}")).scalar())
    with pytest.raises(Unavailable):
        await store.run(lambda tx: tx.marks.set("big", "one", "x" * 200_000))
    await store.run(lambda tx: tx.connection.execute(text("PRAGMA max_page_count=1000000")).scalar())
    await store.run(lambda tx: tx.marks.set("big", "one", "x" * 200_000))
    await store.close()


async def test_a_locked_database_is_503(tmp_path: Path) -> None:
    store = opened(tmp_path, "")
    await store.run(event(1))
    other = writer_engine(f"sqlite:///{tmp_path / 'pishkhan.db'}")
    with other.connect() as held:
        await store.run(lambda tx: tx.connection.execute(text("PRAGMA busy_timeout=50")).scalar())
        with held.begin(), pytest.raises(Unavailable):
            await store.run(event(2))
    await store.run(event(3))
    assert [e.data["queue"] for e in await store.snapshot(lambda tx: tx.journal.after(0))] == [1, 3]
    other.dispose()
    await store.close()


async def test_too_much_waiting_is_503(tmp_path: Path) -> None:
    store = opened(tmp_path, "", queue_limit=10)
    answers = await asyncio.gather(*(store.run(event(i)) for i in range(100)), return_exceptions=True)
    refused = [a for a in answers if isinstance(a, Unavailable)]
    assert refused and len(refused) < 100
    await store.close()


async def test_readers_cannot_write(tmp_path: Path, database: str) -> None:
    store = opened(tmp_path, database)
    with pytest.raises(Unavailable):
        await store.snapshot(lambda tx: tx.marks.set("a", "b", "c"))
    await store.close()


@pytest.mark.postgres
async def test_commit_order_is_journal_order_with_several_nodes(tmp_path: Path, postgres: str) -> None:
    """A reader that follows the journal by position never meets an entry with a lower one later."""
    from tests.databases import fresh
    database = fresh(postgres)
    nodes = [opened(tmp_path / str(n), database) for n in range(3)]
    seen: list[int] = []
    done = asyncio.Event()

    async def follow() -> None:
        while True:
            finished = done.is_set()
            entries = await nodes[0].snapshot(lambda tx: tx.journal.after(seen[-1] if seen else 0))
            seen.extend(e.seq for e in entries)
            if finished and not entries:
                return

    async def write(node: SqlStore) -> None:
        for i in range(60):
            await node.run(event(i))
    follower = asyncio.create_task(follow())
    await asyncio.gather(*(write(node) for node in nodes for _ in range(4)))
    done.set()
    await follower
    assert len(seen) == 3 * 4 * 60
    assert seen == sorted(seen)
    for node in nodes:
        await node.close()


def test_the_migrated_shape_equals_the_tables(tmp_path: Path, database: str) -> None:
    url = Where(folder=tmp_path, database=database).url
    assert shape(url) is Shape.EMPTY
    assert migrate(url)
    assert shape(url) is Shape.CURRENT and migrate(url) == []
    engine = writer_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        made = {c.name for c in SQLModel.metadata.tables["contacts"].columns}
    assert "reference" in made and tables.LIVE_CONTACT
    engine.dispose()


@pytest.mark.parametrize(("revision", "words"), [("9999", "newer"), (None, "older")])
def test_another_version_is_refused_with_a_word(
    tmp_path: Path, database: str, revision: str | None, words: str
) -> None:
    where = Where(folder=tmp_path, database=database)
    prepare(where)
    engine = writer_engine(where.url)
    with engine.begin() as connection:
        if revision:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision})
        else:
            connection.execute(text("DELETE FROM alembic_version"))
    engine.dispose()
    with pytest.raises(SettingsError, match=words):
        prepare(where)


async def test_times_and_json_come_back_exactly(tmp_path: Path, database: str) -> None:
    store = opened(tmp_path, database)
    due = datetime(2026, 3, 21, 20, 29, 59, 123_000, tzinfo=UTC)
    data = {"متن": "سلام\u200c", "n": [1, 2.5, None], "deep": {"a": True}}
    await store.run(lambda tx: tx.timers.set("k", 1, due, data))
    await store.run(lambda tx: tx.timers.set("k", 1, due + timedelta(milliseconds=1), data))
    timer = await store.snapshot(lambda tx: tx.timers.get("k", 1))
    assert timer.due_at == due + timedelta(milliseconds=1) and timer.data == data
    with pytest.raises(StatementError, match="naive"):
        await store.run(lambda tx: tx.timers.set("k", 2, datetime(2026, 1, 1), {}))  # noqa: DTZ001
    await store.close()


async def test_a_wrong_statement_fails_its_own_unit_only(tmp_path: Path, database: str) -> None:
    store = opened(tmp_path, database)
    units = [event(1), lambda tx: tx.connection.execute(text("SELECT no_such_column FROM events")), event(2)]
    answers = await asyncio.gather(*(store.run(u) for u in units), return_exceptions=True)
    assert [type(a).__name__ for a in answers] == ["NoneType", "Unavailable", "NoneType"]
    await store.close()


async def test_many_rows_get_their_keys_in_order_and_none_again(tmp_path: Path, database: str) -> None:
    """Entries of one unit, of a unit that is undone, and after the last entries are gone."""
    store = opened(tmp_path, database)

    def several(*numbers: int) -> Any:
        def unit(tx: Any) -> None:
            for number in numbers:
                tx.emit(QueueChanged(queue=number), actor="test")
        return unit

    def undone(tx: Any) -> None:
        several(98, 99)(tx)
        tx.flush()
        raise Conflict("no")
    units = (several(1, 2, 3), undone, several(4), several(5, 6))
    await asyncio.gather(*(store.run(unit) for unit in units), return_exceptions=True)
    told = await store.snapshot(lambda tx: tx.journal.after(0))
    assert [entry.data["queue"] for entry in told] == [1, 2, 3, 4, 5, 6]
    assert [entry.seq for entry in told] == sorted({entry.seq for entry in told})
    last = told[-1].seq
    await store.run(lambda tx: tx.connection.execute(text("DELETE FROM events WHERE seq >= :least"), {
        "least": told[3].seq}))
    await store.run(several(7, 8))
    after = await store.snapshot(lambda tx: tx.journal.after(0))
    assert [entry.data["queue"] for entry in after] == [1, 2, 3, 7, 8] and after[3].seq > last
    await store.close()
