"""What tests of routing on a running house share: a fake line, quick ways to make contacts and to see what happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from router.model import QueueId
from router.records import ContactState
from tests import fake
from tests.databases import storage
from tests.house import running, until

GENERAL: dict[str, Any] = {"title_fa": "عمومی", "title_en": "General"}


class Clock:
    """Real time plus what a test adds; everything that sleeps is told by what the test does next."""

    def __init__(self, at: datetime | None = None) -> None:
        self.ahead = timedelta(0) if at is None else at - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def desk_of(tmp_path: Path, database: str = "", *, queues: dict[str, Any] | None = None,
            channel: dict[str, Any] | None = None, **more: Any) -> Any:
    """A running house with one fake line."""
    given = {name: {**GENERAL, **queue} for name, queue in (queues or {"general": {}}).items()}
    line = {"medium": "sms", "rate_per_second": 1000.0, "queue": next(iter(given)), **(channel or {})}
    return running(tmp_path, {"line": line}, storage=storage(tmp_path, database), queues=given, **more)


async def say(house: Any, number: int = 1, text: str = "سلام", **fields: Any) -> int:
    """A citizen writes; the contact's number."""
    accepted = await house.intake(fake.said(f"m{number}-{text}", text, sender=f"+98912{number:07d}", **fields))
    return int(accepted.line.contact.id)


async def contact(house: Any, number: int) -> Any:
    """As it is now."""
    return await house.store.snapshot(lambda tx: tx.contacts.get(number))


async def held_by(house: Any, number: int, agent: Any, *, seconds: float = 30.0) -> Any:
    """Waits until the contact is offered to this agent, or held by them."""
    async def there() -> Any:
        found = await contact(house, number)
        return found if found.agent == agent.id else None
    return await until(there, seconds=seconds, what=f"contact {number} with {agent.login}")


async def waits(house: Any, number: int) -> bool:
    """Whether it waits."""
    return (await contact(house, number)).state is ContactState.WAITING


async def says_why(house: Any, number: int, code: str) -> None:
    """Waits until dispatch itself says so: it hears of a commit a moment after the database knows it."""
    await until(lambda: house.dispatch.explain(number).get("code") == code, what=f"contact {number} is {code}")


async def entries(house: Any, *names: str, about: int | None = None) -> list[Any]:
    """The journal, of these names."""
    found = await house.store.snapshot(lambda tx: tx.journal.after(0, limit=100_000))
    return [each for each in found if each.name in names and (about is None or each.contact == about)]


async def told(house: Any, name: str, *, about: int | None = None, count: int = 1, seconds: float = 30.0,
               **data: Any) -> list[Any]:
    """Waits until the journal has so many entries with these fields."""
    async def there() -> Any:
        found = [each for each in await entries(house, name, about=about)
                 if all(each.data.get(key) == value for key, value in data.items())]
        return found if len(found) >= count else None
    found: list[Any] = await until(there, seconds=seconds, what=f"{name} {data}")
    return found


async def accept(house: Any, number: int) -> Any:
    """The agent who was asked says yes."""
    from agents import offers
    from router.model import Limits

    def unit(tx: Any) -> Any:
        offer = tx.offers.live(number)
        return offers.accept(tx, tx.desk.agent(offer.agent), offer.id, limits={"line": Limits()})
    return await house.store.run(unit)


async def decline(house: Any, number: int) -> Any:
    """The agent who was asked says no."""
    from agents import offers

    def unit(tx: Any) -> Any:
        offer = tx.offers.live(number)
        return offers.decline(tx, tx.desk.agent(offer.agent), offer.id, "")
    return await house.store.run(unit)


async def act(house: Any, unit: Any) -> Any:
    """A unit of work, and dispatch is told."""
    return await house.store.run(unit)


async def state(house: Any, agent: Any, wanted: str, reason: str = "break") -> None:
    """An agent says how they are."""
    from agents import state as states
    why = reason if wanted == "away" else ""
    await house.store.run(lambda tx: states.change(tx, tx.desk.agent(agent.id), wanted, why, reasons=("break",)))


def poke(house: Any, names: Iterable[str] = ("timers",)) -> None:
    """The clock was set: whoever sleeps looks again."""
    for name in names:
        house.bus.whisper(name, 0, {})


async def move(house: Any, number: int, name: str) -> None:
    """To another queue, as a colleague does it: the waiting time is kept."""
    def unit(tx: Any) -> None:
        from router.events import ContactQueued
        queue = tx.desk.queue_named(name)
        found = tx.contacts.get(number)
        tx.contacts.change(found, queue=queue.id)
        tx.emit(ContactQueued(about=found.id, queue=queue.id, reason="transfer"), actor="agent:1")
    await house.store.run(unit)


async def offered(house: Any, number: int) -> bool:
    return (await contact(house, number)).state is ContactState.OFFERED


def queue_of(house: Any, name: str) -> QueueId:
    found: QueueId = house.dispatch.plan.named(name).id
    return found
