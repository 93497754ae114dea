"""The agents' side on a real database and a real HTTP server, for tests: `async with fronted(tmp_path) as desk`."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

import settings as s
from agents.front import Front
from agents.given import Cost
from agents.guard import digest
from router.bus import LocalBus
from router.dispatch import Dispatch, claim
from router.intake import Intake
from router.model import Address, Finding, Health, Limits, Medium, Said, Signal, SignalKind, Thread
from router.records import AgentState, ContactState, Role
from router.rules.triage import ChannelPolicy
from router.timers import Timers
from router.web import application
from storage.lines import line_of
from storage.migrate import migrate
from storage.store import SqlStore, Where
from tests.agents_watcher import Watcher

CHEAP = Cost(passes=1, kibibytes=8, lanes=1)
LIMITS = {
    "line": Limits(text_chars=300, attachment_bytes=1000, attachments=2, live=True),
    "mail": Limits(html=True), "phone": Limits(connects=True, holds=True, live=True, attachment_bytes=0),
}
MEDIA = {"line": Medium.WEBCHAT, "mail": Medium.EMAIL, "phone": Medium.VOICE}
_numbers = itertools.count(1)


class Clock:
    """Real time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(slots=True)
class Desk:
    """One running front with what a test needs around it."""

    store: SqlStore
    bus: LocalBus
    front: Front
    server: TestServer
    clock: Clock
    intake: Intake
    dispatch: Dispatch
    lights: dict[str, Health]
    routes: list[Any]
    clients: list[Client] = field(default_factory=list)
    sockets: list[Any] = field(default_factory=list)

    async def agent(self, login: str = "sara", *, role: Role = Role.AGENT, ready: bool = True, **fields: Any) -> Client:
        """A new agent with a session, ready unless told otherwise."""
        from agents import users
        fields.setdefault("capacity", 60)
        made = await self.store.run(lambda tx: users.create(tx, login, login.title(), role, "", by="test", **fields))
        client = await self.session(made.id)
        if ready:
            assert (await client.post("/api/me/state", {"state": "ready"}))[0] == 200
        return client

    async def session(self, agent: Any) -> Client:
        """A signed-in browser."""
        secret = f"cookie-{next(_numbers)}"
        await self.store.run(lambda tx: tx.accounts.open_session(digest(secret), agent, "c" * 32, timedelta(days=9)))
        return self.client(cookies={"pishkhan": secret}, headers={"X-CSRF-Token": "c" * 32}, agent=agent)

    def client(self, *, cookies: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
               agent: Any = None) -> Client:
        """A browser or program."""
        made = Client(self, aiohttp.ClientSession(self.server.make_url("/"), cookies=cookies, headers=headers,
                                                  cookie_jar=aiohttp.CookieJar(unsafe=True)), agent)
        self.clients.append(made)
        return made

    async def say(self, sender: str = "ali", text: str = "سلام", *, channel: str = "line", **fields: Any) -> int:
        """A citizen writes; returns the contact."""
        at = self.clock()
        said = Said(channel=channel, external_id=f"m{next(_numbers)}", text=text, at=at,
                    sender=Address(medium=MEDIA[channel], value=sender, name=fields.pop("name", "")), **fields)
        if "thread" not in fields:
            from dataclasses import replace
            said = replace(said, thread=Thread(key=sender))
        message = (await self.intake(said)).message
        return (await self.read(lambda tx: tx.messages.get(message))).contact

    async def leave(self, sender: str = "ali", *, channel: str = "line", kind: SignalKind = SignalKind.LEFT,
                    value: str = "") -> None:
        """A citizen hangs up, or does something else without a message."""
        await self.intake(Signal(channel=channel, external_id=f"s{next(_numbers)}", at=self.clock(), kind=kind,
                                 value=value, sender=Address(medium=MEDIA[channel], value=sender),
                                 thread=Thread(key=sender)))

    async def offer(self, contact: int, client: Client) -> int:
        """The router proposes a contact to an agent; returns the offer."""
        def unit(tx: Any) -> int:
            why = {"rule": "longest-idle", "queue": "general", "candidates": 1}
            claim(tx, contact, client.agent, why)
            return tx.offers.live(contact).id
        return await self.store.run(unit)

    async def held(self, client: Client, sender: str = "ali", **fields: Any) -> int:
        """A contact that this agent works on."""
        contact = await self.say(sender, **fields)
        assert (await client.post(f"/api/offers/{await self.offer(contact, client)}/accept"))[0] == 200
        return contact

    async def read(self, unit: Callable[[Any], Any]) -> Any:
        """A snapshot."""
        return await self.store.snapshot(unit)

    async def contact(self, number: int) -> Any:
        """A contact as it is."""
        return await self.read(lambda tx: tx.contacts.get(number))

    async def story(self, number: int) -> list[tuple[str, Any]]:
        """Names and data of a contact's journal."""
        return [(e.name, e.data) for e in await self.read(lambda tx: tx.journal.of_contacts([number]))]


class Client:
    """A browser or a program that talks to the desk."""

    def __init__(self, desk: Desk, http: aiohttp.ClientSession, agent: Any) -> None:
        self.desk, self.http, self.agent = desk, http, agent

    async def call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        """(status, JSON or bytes)."""
        async with self.http.request(method, path, allow_redirects=False, **how) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.read()

    async def get(self, path: str, **how: Any) -> tuple[int, Any]:
        """GET."""
        return await self.call("GET", path, **how)

    async def post(self, path: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        """POST of JSON."""
        return await self.call("POST", path, **({} if body is None else {"json": body}), **how)

    async def ok(self, path: str, body: Any = None) -> Any:
        """A POST that must work."""
        status, answer = await self.post(path, body)
        assert status == 200, (path, status, answer)
        return answer

    async def live(self, **how: Any) -> Watcher:
        """Open the live socket and say hello."""
        origin = str(self.desk.server.make_url("/")).rstrip("/")
        watcher = Watcher(await self.http.ws_connect("/api/live", origin=origin), seq=how.get("after") or 0)
        self.desk.sockets.append(watcher.socket)
        if how.get("hello", True):
            await watcher.hello(how.get("after"), how.get("open", ()))
        return watcher


async def until(condition: Callable[[], Awaitable[Any] | Any], *, seconds: float = 5.0, what: str = "") -> Any:
    """Poll until the condition is true; returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < deadline, f"did not happen: {what}"
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def fronted(tmp_path: Path, *, desk: Mapping[str, Any] | None = None, server: Mapping[str, Any] | None = None,
                  dispatch: bool = False, beat: float = 0.2, cost: Cost = CHEAP,
                  database: str = "") -> AsyncIterator[Desk]:
    """A front with three channels and two queues (`general`, and `town` that needs a skill), on a fresh database."""
    clock, bus, folder = Clock(), LocalBus(), tmp_path / "data"
    folder.mkdir(parents=True, exist_ok=True)
    where = Where(folder=folder, database=database, synchronous="NORMAL")
    await asyncio.to_thread(migrate, where.url)
    store = SqlStore(where, clock, bus.publish)
    store.start()
    bus.head = await store.snapshot(lambda tx: tx.journal.head())
    await store.run(lambda tx: [tx.desk.add_queue("general", title_fa="عمومی", title_en="General"),
                                tx.desk.add_queue("town", title_fa="شهر", title_en="Town", skills=["town"])]
                    if not tx.desk.queues() else None)
    config = s.Settings(server=s.Server(**(server or {})), desk=s.Desk(**(desk or {})), channels={
        name: (s.ChannelSettings(medium=medium.value), None) for name, medium in MEDIA.items()})
    policies = {name: ChannelPolicy(name=name, medium=medium, queue="general", language="fa", live=LIMITS[name].live,
                                    connects=LIMITS[name].connects) for name, medium in MEDIA.items()}
    intake = Intake(store, store.blobs, bus, policies, desk_names={}, line_of=line_of)
    router = Dispatch(store, bus, clock, wrap_up=timedelta(0))
    lights = {name: Health(code="ok", since=clock()) for name in MEDIA}

    async def findings(name: str) -> list[Finding]:
        return [Finding(check="settings", ok=True, en=f"{name} is set up", fa="آماده است")]
    url = config.server.base_url or "http://127.0.0.1"
    front = Front(store=store, bus=bus, settings=config, limits=LIMITS, health=lambda: lights, findings=findings,
                  explain=router.explain, version="0", clock=clock, url=url, password_cost=cost, beat=beat,
                  recorders={"phone": "/channels/phone/record"}, quoted=lambda *_: "")
    routes = front.routes()
    running = TestServer(application(routes, front.guard, meter=front.meter))
    await running.start_server()
    made = Desk(store, bus, front, running, clock, intake, router, lights, routes)
    timers = Timers(store, bus, clock, router.handlers())
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(front.run())]
            if dispatch:
                tasks += [group.create_task(router.run()), group.create_task(timers.run())]
            await front.live.ready.wait()
            try:
                yield made
            finally:
                for socket in made.sockets:
                    await socket.close()
                for client in made.clients:
                    await client.http.close()
                for task in tasks:
                    task.cancel()
    finally:
        await running.close()
        await store.close()


__all__ = ["CHEAP", "AgentState", "Client", "ContactState", "Desk", "Role", "SignalKind", "Watcher", "fronted", "until"]
