"""A running house with one web chat, and an agent's hand in it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from house import House
from router.events import ContactChanged, MessageAdded
from router.model import OutKind
from router.records import ContactState, Direction
from tests.house import CHEAP, QUICK, agent, configured, read, until

#: Limits that a test does not want to meet by accident.
WIDE = {"medium": "webchat", "requests_per_minute": 60_000, "messages_per_minute": 60_000, "rate_per_second": 1000.0}


@contextlib.asynccontextmanager
async def chat(tmp_path: Path, *, server: Mapping[str, Any] | None = None, **settings: Any) -> AsyncIterator[Any]:
    """A house whose only channel is the web chat "web"; `server`: its port (to be where it was before), its proxies."""
    known = configured(tmp_path, {"web": WIDE | settings})
    house = House(replace(known, server=replace(known.server, **server or {})), schedule=QUICK, password_cost=CHEAP)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


async def reply(house: Any, contact: int, words: str, key: str, *, author: str = "سارا", **fields: Any) -> Any:
    """An agent's answer, queued as the console does it; returns the delivery."""

    def unit(tx: Any) -> Any:
        about = tx.contacts.get(contact)
        message = tx.messages.add(contact, Direction.OUT, at=tx.now, text=words, author=author, **fields)
        delivery = tx.outbox.add(message, about, OutKind.REPLY, key=key)
        tx.emit(MessageAdded(about=contact, message=message.id, direction="out", delivery=delivery.id), actor="agent:1")
        return delivery

    return await house.store.run(unit)


async def moved(house: Any, contact: int, state: ContactState, **fields: Any) -> None:
    """The contact goes to another state, whatever the rules of the desk say about it."""

    def unit(tx: Any) -> None:
        before = tx.contacts.get(contact)
        after = tx.contacts.change(before, state=state, **fields)
        tx.emit(
            ContactChanged(about=contact, was=before.state.value, state=state.value, agent=after.agent), actor="test"
        )

    await house.store.run(unit)


async def accepted(house: Any, contact: int, **fields: Any) -> Any:
    """An agent takes the contact; returns the agent."""
    who = await agent(house, ready=False, **fields)
    await moved(house, contact, ContactState.ACTIVE, agent=who.id)
    return who


async def state_of(house: Any, contact: int = 1) -> ContactState:
    """How a contact stands."""
    return (await read(house, lambda tx: tx.contacts.get(contact))).state


async def becomes(house: Any, contact: int, state: ContactState, *, seconds: float = 8) -> None:
    """Wait until a contact is in a state."""

    async def there() -> bool:
        return await state_of(house, contact) is state

    await until(there, seconds=seconds, what=f"contact {contact} is {state.value}")


def cut_all(house: Any) -> None:
    """Every visitor's connection breaks this instant."""
    for link in list(house.channels["web"]._links):
        link._cut()
