"""The citizens' side as one part of the house: its dialogues, their timers, their routes, and what runs beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from aiohttp import web

from desk.book import Book
from desk.dialogues import Dialogues
from desk.fetch import Endpoint
from desk.jobs import Answers, Jobs
from desk.routes import Readable, Routes
from desk.surveys import Surveys
from desk.world import Place
from router.errors import Conflict, PishkhanError
from router.model import ContactId, Limits
from router.ports import Batch, Bus
from router.records import Agent, ContactState, Timer
from router.rules.triage import ChannelPolicy
from storage.store import SqlStore
from storage.tx import StoreTx

log = logging.getLogger("pishkhan.flows")
_WORKED = frozenset({ContactState.ACTIVE.value, ContactState.WRAP_UP.value, ContactState.SNOOZED.value})


class BadFlow(PishkhanError):
    """A channel's dialogue is not there, or a definition has a serious fault."""

    code = "bad-flow"
    status = 500


class Desk:
    """Built once by the composition root."""

    def __init__(self, *, store: SqlStore, bus: Bus, policies: Mapping[str, ChannelPolicy],
                 limits: Mapping[str, Limits], flows: Mapping[str, str], surveys: Surveys,
                 folder: Path | None, queues: Sequence[str], endpoints: Mapping[str, Endpoint], answers: Answers,
                 names: Mapping[str, str], zone: str, who: Callable[[web.Request], Agent], readable: Readable,
                 clock: Callable[[], datetime]) -> None:
        self.store = store
        self.book = Book(folder, queues=queues, endpoints=tuple(endpoints))
        self._must_be_sound(flows, surveys.flows)
        self.place = Place(limits=limits, zone=zone, desk_names=names)
        self.flow = Dialogues(self.book, self.place, policies, flows=flows, surveys=surveys)
        self._jobs = Jobs(store, bus, self.flow, answers=answers, endpoints=endpoints)
        self._bus = bus
        self.routes = Routes(store=store, book=self.book, place=self.place, channels=flows, who=who, readable=readable,
                             clock=clock).routes

    def _must_be_sound(self, *kinds: Mapping[str, str]) -> None:
        for fault in self.book.faults:
            if fault.serious:
                raise BadFlow(f"{fault.file}:{fault.line}: {fault.place}: {fault.message}")
        for kind in kinds:
            for channel, name in kind.items():
                if name not in self.book.definitions:
                    known = ", ".join(sorted(self.book.definitions))
                    raise BadFlow(f"channels.{channel}: there is no flow {name!r}; known are {known}")

    def timers(self) -> dict[str, Callable[[StoreTx, Timer], None]]:
        """What is due by the clock."""
        return {"flow": self.flow.timer, "flow-job": self._jobs.overdue}

    async def run(self) -> None:
        """Until cancelled: answers from elsewhere, and surveys of what colleagues have closed."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._jobs.run())
            group.create_task(self._follow())

    async def _follow(self) -> None:
        listener = self._bus.subscribe("surveys", size=10_000)
        try:
            while True:
                what = await listener.get()
                for entry in what.entries if isinstance(what, Batch) else ():
                    closed = entry.name == "contact-changed" and entry.data.get("state") == ContactState.CLOSED.value
                    if closed and entry.data.get("was") in _WORKED and entry.contact is not None:
                        await self._survey(entry.contact)
        finally:
            listener.close()

    async def _survey(self, contact: ContactId) -> None:
        if not self.flow.surveys.flows:
            return
        try:
            await self.store.run(lambda tx: self.flow.survey(tx, tx.contacts.get(contact)), name="survey")
        except (Conflict, PishkhanError) as error:
            log.warning("no survey for contact=%s: %s", contact, error.code)
