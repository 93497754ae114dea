"""Assignments a second through the running router: contacts wait, offers are claimed, taken, ended, the next follow.

Everything is real but people: the core, the journal, the database. And how long a restart takes with many waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from bench import table
from house import prepare, utc_now
from router.bus import LocalBus
from router.dispatch import Dispatch
from router.events import AgentChanged, ContactChanged, ContactQueued, OfferEnded
from router.model import Address, ContactId, Medium
from router.ports import Batch
from router.records import AgentState, ContactState, Role
from storage.store import SqlStore, Where
from storage.tx import StoreTx

SKILLS = ("water", "gas", "power", "roads", "permits")
CHUNK = 500
RESTART_S = 5.0  #: so soon after a restart the router decides, with 100,000 waiting


async def run(folder: Path, write: Callable[[str], None], *, contacts: int, agents: int, waiting: int,
              server: str = "") -> None:
    """Assignments, and a restart. `server`: the address of a PostgreSQL server on which databases may be made and
    dropped; then the same is measured there too."""
    given = [await _drain(folder / f"offers-{number}", contacts, agents, ends=False) for number in range(3)]
    ended = [await _drain(folder / f"days-{number}", contacts // 2, agents, ends=True) for number in range(3)]
    bare = [await asyncio.to_thread(_bare, folder / f"offers-{number}" / "pishkhan.db", contacts)
            for number in range(3)]
    table.show(f"Assignments through SQLite, {contacts} contacts, {agents} agents, synchronous=FULL", [
        table.Row(name="the same rows written bare, nothing decided", unit="/s", runs=tuple(bare), limit=True),
        table.Row(name="offers decided, claimed and journalled", unit="/s", runs=tuple(rate for rate, _ in given)),
        table.Row(name="processor time of one", unit="us", runs=tuple(used for _, used in given)),
        table.Row(name="offered, accepted, ended and told again", unit="/s", runs=tuple(rate for rate, _ in ended)),
        table.Row(name="processor time of one", unit="us", runs=tuple(used for _, used in ended))], write)
    await _restarts(folder / "restart", write, waiting, agents)
    if server:
        await _on_postgres(folder, write, server, contacts=contacts, agents=agents, waiting=waiting)


async def _on_postgres(folder: Path, write: Callable[[str], None], server: str, *, contacts: int, agents: int,
                       waiting: int) -> None:
    given, ended = [], []
    for number in range(3):
        with _made(server) as database:
            given.append(await _drain(folder / f"postgres-{number}", contacts, agents, ends=False, database=database))
        with _made(server) as database:
            ended.append(await _drain(folder / f"postgres-{number}", contacts // 2, agents, ends=True,
                                      database=database))
    table.show(f"Assignments through PostgreSQL, {contacts} contacts, {agents} agents", [
        table.Row(name="offers decided, claimed and journalled", unit="/s", runs=tuple(rate for rate, _ in given)),
        table.Row(name="processor time of one, the server's left out", unit="us", runs=tuple(us for _, us in given)),
        table.Row(name="offered, accepted, ended and told again", unit="/s", runs=tuple(rate for rate, _ in ended))],
        write)
    with _made(server) as database:
        await _restarts(folder / "postgres-restart", write, waiting, agents, database)


@contextlib.contextmanager
def _made(server: str) -> Iterator[str]:
    """The address of a new, empty database, dropped afterwards."""
    name = f"pishkhan_bench_{secrets.token_hex(4)}"
    url = make_url(server)
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


async def _restarts(folder: Path, write: Callable[[str], None], waiting: int, agents: int, database: str = "") -> None:
    took, used = await _restart(folder, waiting, agents, database)
    table.show(f"Restart with {waiting} waiting, from {'PostgreSQL' if database else 'SQLite'} to the first decision", [
        table.Row(name="what is promised", unit="s", runs=(RESTART_S,), limit=True),
        table.Row(name="until the router decides", unit="s", runs=(took,)),
        table.Row(name="processor time of it", unit="s", runs=(used,))], write)


async def _opened(folder: Path, database: str = "") -> tuple[SqlStore, LocalBus]:
    where = Where(folder=folder, database=database)
    await asyncio.to_thread(prepare, where)
    bus = LocalBus()
    store = SqlStore(where, utc_now, bus.publish)
    store.start()
    return store, bus


def _staff(tx: StoreTx, agents: int, capacity: int) -> None:
    for skill in SKILLS:
        if tx.desk.queue_named(skill) is None:
            tx.desk.add_queue(skill, skills=[skill], accept_seconds=600)
    for number in range(agents):
        skills = {SKILLS[number % 5]: 4, SKILLS[(number * 3 + 1) % 5]: 2}
        tx.desk.add_agent(f"a{number}", f"a{number}", Role.AGENT, "", skills=skills, capacity=capacity)


def _queue(tx: StoreTx, first: int, count: int) -> None:
    queues = tx.desk.queues()
    for number in range(first, first + count):
        address = tx.people.known(Address(medium=Medium.SMS, value=f"+98{number:010d}"), "fa")
        queue = queues[number % len(queues)]
        made = tx.contacts.open(channel="line", medium="sms", thread_key=f"k{number}", customer=address.customer,
                                address=address.id, state=ContactState.WAITING, queue=queue.id, queued_at=tx.now)
        tx.emit(ContactQueued(about=made.id, queue=queue.id, reason="new"), actor="bench")


async def _fill(store: SqlStore, count: int) -> None:
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        await store.run(lambda tx, first=first, size=size: _queue(tx, first, size))  # type: ignore[misc]


def _work(tx: StoreTx, contacts: list[ContactId]) -> None:
    """Every offer is accepted and its contact closed: the agent is free for the next."""
    for number in contacts:
        contact, offer = tx.contacts.get(number), tx.offers.live(number)
        if offer is None:
            continue
        tx.offers.end(offer.id, "accepted")
        tx.timers.clear("offer", offer.id)
        tx.emit(OfferEnded(about=number, offer=offer.id, agent=offer.agent, outcome="accepted"), actor="bench")
        tx.contacts.change(contact, state=ContactState.CLOSED, agent=None, closed_at=tx.now, answered_at=tx.now,
                           last_agent=offer.agent, disposition="resolved")
        tx.emit(ContactChanged(about=number, was="offered", state="closed", was_agent=offer.agent), actor="bench")


async def _drain(folder: Path, contacts: int, agents: int, *, ends: bool, database: str = "") -> tuple[float, float]:
    """Offers a second and processor microseconds of one. With `ends` an agent has room for three and every offer is
    accepted and its contact closed before the next; without, everybody has room for fifty."""
    store, bus = await _opened(folder, database)
    await store.run(lambda tx: _staff(tx, agents, 6 if ends else 100))
    await _fill(store, contacts)
    dispatch = Dispatch(store, bus, utc_now)
    await dispatch.open()
    listener = bus.subscribe("bench", size=1_000_000)
    gc.collect()
    gc.freeze()  # as `serve` does
    async with asyncio.TaskGroup() as group:
        running = group.create_task(dispatch.run())
        await dispatch.ready.wait()
        began, processor = time.perf_counter(), time.process_time()
        await store.run(_all_ready)
        done = 0
        while done < contacts:
            batch = await listener.get()
            if not isinstance(batch, Batch):
                continue
            offered = [e.contact for e in batch.entries if e.name == "offer-made" and e.contact is not None]
            if offered and ends:
                await store.run(lambda tx, offered=offered: _work(tx, offered))  # type: ignore[misc]
            done += len(offered)
        took, used = time.perf_counter() - began, time.process_time() - processor
        faults = dispatch.desk.core.audit()
        running.cancel()
    await store.close()
    gc.unfreeze()
    if faults or dispatch.refused:
        raise RuntimeError(f"{len(faults)} faults, {dispatch.refused} refused")
    return contacts / took, 1e6 * used / contacts


def _bare(database: Path, contacts: int) -> float:
    """Offers a second that SQLite itself takes: a contact, an offer, its deadline and its entry, 500 a commit."""
    why = json.dumps({"rule": "promise", "candidates": 40, "load": 2, "queue": "water", "terms": list(range(20))})
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("PRAGMA synchronous=FULL")
    db.execute("UPDATE offers SET outcome = 'accepted'")
    numbers = [number for number, in db.execute("SELECT id FROM contacts ORDER BY id LIMIT ?", (contacts,))]
    began = time.perf_counter()
    for first in range(0, len(numbers), CHUNK):
        part = numbers[first:first + CHUNK]
        db.execute("BEGIN IMMEDIATE")
        db.executemany("UPDATE contacts SET state = 'offered', agent_id = 1, state_since = 1, effort = 2, "
                       "version = version + 1 WHERE id = ? AND state != 'closed'", [(each,) for each in part])
        db.executemany("INSERT INTO offers (contact_id, agent_id, made_at, expires_at, outcome, why) "
                       "VALUES (?, 1, 1, 2, '', ?)", [(each, why) for each in part])
        db.executemany("INSERT INTO timers (kind, subject, due_at, data) VALUES ('bare', ?, 2, '{}')",
                       [(each,) for each in part])
        db.executemany("INSERT INTO events (at, name, actor, contact_id, data) "
                       "VALUES (1, 'offer-made', 'router', ?, ?)", [(each, why) for each in part])
        db.execute("COMMIT")
    took = time.perf_counter() - began
    db.close()
    return len(numbers) / took


def _all_ready(tx: StoreTx) -> None:
    for agent in tx.desk.agents():
        tx.desk.set_agent(agent.id, state=AgentState.READY)
        tx.emit(AgentChanged(agent=agent.id, state="ready"), actor="bench")


async def _restart(folder: Path, waiting: int, agents: int, database: str) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    store, bus = await _opened(folder, database)
    await store.run(lambda tx: _staff(tx, agents, 6))
    await _fill(store, waiting)
    dispatch = Dispatch(store, bus, utc_now)
    began, processor = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(dispatch.run())
        await dispatch.ready.wait()
        took, used = time.perf_counter() - began, time.process_time() - processor
        running.cancel()
    await store.close()
    return took, used
