"""The live fan-out: one listener and one picture for the process, the same change for every socket that may see it.

The bus only wakes it; what happened is read from the journal, so nothing that was committed is missed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import orjson

from agents import fanout, projector
from agents.alarms import Standing
from agents.fanout import Greeting
from agents.given import Given
from agents.peers import ENDED, Peer
from agents.presence import Presence
from agents.projector import Loaded
from agents.scene import Changes, Scene
from agents.sight import Eye, reads
from agents.tally import Tally
from router.errors import NotFound, TooMany, Unavailable
from router.model import AgentId
from router.ports import Batch, Subscription, Whisper
from router.records import Contact, Message, Role
from storage.tx import StoreTx

log = logging.getLogger("pishkhan.live")
TICK = 5.0  #: seconds between looks at the clock and the channels' lights when nothing happens
MOST_SOCKETS = 5000
MOST_OF_ONE = 20  #: sockets of one agent
MESSAGES = 500  #: newest messages of a contact that are shown


class Live:
    """See docs/console.md. `run` keeps the picture; `join`, `hello`, `open`, `shut`, `leave` are a socket's life."""

    def __init__(self, given: Given, presence: Presence) -> None:
        self._given, self._presence = given, presence
        self._zone = ZoneInfo(given.settings.desk.timezone)
        self._channels = {name: common.medium for name, (common, _) in given.settings.channels.items()
                          if common.enabled}
        self.scene = Scene(self._channels)
        self.ready = asyncio.Event()
        self.peers: set[Peer] = set()
        self._opened: dict[int, Contact] = {}

    async def run(self) -> None:
        """Until cancelled. Begins with a fresh picture; sockets from before say hello again."""
        listener = self._given.bus.subscribe("console")
        try:
            await self._load()
            while True:
                news = False
                try:
                    async with asyncio.timeout(TICK):
                        news = self._heard(await listener.get())
                except TimeoutError:
                    pass
                news |= self._drain(listener)
                try:
                    await self._refresh() if news else await self._tick()
                except Unavailable:
                    log.error("the database cannot be read; the console stands still")
                    await asyncio.sleep(1.0)
        finally:
            listener.close()
            self.ready.clear()

    def nudge(self) -> None:
        """A channel's light changed: show it now instead of at the next tick."""
        if self.ready.is_set():
            self._tell(self.scene.light(self._given.health()))

    def _heard(self, what: Batch | Whisper) -> bool:
        if isinstance(what, Whisper):
            self._typing(what)
            return False
        return True

    def _drain(self, listener: Subscription) -> bool:
        news, listener.lost = listener.lost, False
        while (what := listener.get_nowait()) is not None:
            news |= self._heard(what)
        return news

    # --- the picture

    def _day(self) -> datetime:
        return self._given.clock().astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)

    async def _load(self) -> None:
        day = self._day()

        def read(tx: StoreTx) -> tuple[Loaded, Tally, Standing]:
            all = projector.everything(tx)
            targets = {int(queue.id): queue.target_seconds for queue in (all.queues or {}).values()}
            return all, projector.count(tx, day, targets, until=all.seq), projector.standing(tx, day, until=all.seq)
        all, numbers, alarms = await self._given.store.snapshot(read)
        self.scene = Scene(self._channels)
        self.scene.online = {peer.agent for peer in self.peers}
        self.scene.load(all, numbers, self._given.health(), alarms)
        self.scene.hours(self._given.routing.plan, self._given.clock())
        self._opened.clear()
        self._presence.ready(self.scene.agents.values())
        for peer in self.peers:
            peer.start_over()
        self.ready.set()

    async def _tick(self) -> None:
        self.nudge()
        self._tell(self.scene.hours(self._given.routing.plan, self._given.clock()))
        if self._day() != self.scene.tally.day:
            await self._recount()

    async def _recount(self) -> None:
        targets = {int(queue.id): queue.target_seconds for queue in self.scene.queues.values()}
        count = partial(projector.count, day=self._day(), targets=targets, until=self.scene.seq)
        self._tell(self.scene.recount(await self._given.store.snapshot(count)))

    async def _refresh(self) -> None:
        while True:
            sessions: dict[int, list[str]] = {}
            for peer in self.peers:
                sessions.setdefault(peer.agent, []).append(peer.key)
            opened = self._looked_at()
            news = await self._given.store.snapshot(partial(
                projector.changes, after=self.scene.seq, opened=opened, sessions=sessions))
            if not news.entries:
                break
            await self._late(news, opened)
            self._tell(self.scene.take(news), news)
            if news.agents:
                self._presence.ready(news.agents.values())
            if news.queues is not None:
                await self._recount()
        await self._tick()

    def _looked_at(self) -> frozenset[int]:
        return frozenset(number for peer in self.peers for number in peer.open)

    async def _late(self, news: Loaded, opened: frozenset[int]) -> None:
        """Contacts that were opened while this news was being read are part of it too."""
        while late := self._looked_at() - opened:
            opened |= late
            if late & (news.touched.contacts | set(news.touched.messages.values())):
                messages, told = await self._given.store.snapshot(
                    partial(projector.words, touched=news.touched, opened=late))
                news.messages.update(messages)
                news.told.update(told)
        self._opened = {n: c for n, c in (self._opened | dict(news.contacts)).items() if n in opened}

    # --- the sockets

    def _tell(self, made: Changes, news: Loaded | None = None) -> None:
        """The same change to everybody who may see it; nobody is waited for."""
        if news is not None:
            self._sights(news)
        if not made and (news is None or not news.messages):
            return
        frames: dict[tuple[object, ...], bytes] = {}
        for peer in self.peers:
            if not peer.live:
                continue
            if fanout.found(peer.eye, peer.hidden, made):
                peer.start_over()  # it wants messages that it was not told before
                continue
            looking = peer.open - peer.hidden
            put, drop = fanout.told(self.scene, peer.eye, peer.agent, looking, made, news, self._opened)
            peer.hidden |= fanout.lost(peer.eye, looking, made)
            if not put and not drop:
                continue
            mine = peer.agent if "me" in put else None
            seen = (tuple(part.get(kind, ())) for part in (put, drop) for kind in ("contact", "message"))
            key = (peer.told, mine, "alarms" in put, *seen)
            if key not in frames:
                frames[key] = fanout.frame(peer.told, self.scene.seq, put, drop)
            peer.told = self.scene.seq
            peer.put(frames[key])

    def _sights(self, news: Loaded) -> None:
        """Sessions that ended are closed; who may see other things now starts over."""
        for peer in self.peers:
            if peer.key in news.ended:
                peer.end(ENDED, "the session has ended")
            agent = self.scene.agents.get(peer.agent)
            if agent is None or not (news.agents or news.queues is not None):
                continue
            if peer.look(agent, self.scene.queues.values()) and peer.live:
                peer.start_over()

    def _typing(self, whisper: Whisper) -> None:
        contact = self._opened.get(whisper.contact)
        if whisper.topic != "typing" or contact is None:
            return
        who = str(whisper.data.get("who", ""))
        # The words themselves come only from channels that are set to show them and told their visitors so.
        words = {"text": str(whisper.data["text"])} if whisper.data.get("text") else {}
        frame = orjson.dumps({"op": "typing", "contact": whisper.contact, "who": who, **words})
        for peer in self.peers:
            if whisper.contact in peer.open - peer.hidden and reads(peer.eye, contact) and who != f"agent:{peer.agent}":
                peer.pass_on(frame)

    async def join(self, agent: AgentId, key: str, expires_at: datetime | None, *, at_most: Role = Role.ADMIN) -> Peer:
        """A new socket of a session or token (its digest is the key). TooMany beyond the limits; Unavailable while
        there is no picture."""
        mine = sum(1 for peer in self.peers if peer.agent == agent)
        if len(self.peers) >= MOST_SOCKETS or mine >= MOST_OF_ONE:
            raise TooMany("too many live sockets are open")
        try:
            async with asyncio.timeout(10):
                await self.ready.wait()
        except TimeoutError:
            raise Unavailable("the console is not ready yet") from None
        peer = Peer(agent, key, expires_at, at_most=at_most)
        self.peers.add(peer)
        self._came_or_went(agent)
        return peer

    def leave(self, peer: Peer) -> None:
        """The socket is gone."""
        self.peers.discard(peer)
        self._came_or_went(peer.agent)

    def _came_or_went(self, agent: AgentId) -> None:
        online = any(peer.agent == agent for peer in self.peers)
        (self._presence.came if online else self._presence.went)(agent)
        if online != (agent in self.scene.online):
            self._tell(self.scene.presence(agent, online))

    async def hello(self, peer: Peer, after: int | None, opened: Iterable[int]) -> None:
        """Answer with what was missed after a position, or with everything."""
        seq = self.scene.seq
        peer.hold(seq)
        peer.open, peer.hidden = set(opened), set()
        agent = self.scene.agents.get(peer.agent)
        if agent is None:
            raise Unavailable("the console does not know you yet; try again")
        peer.look(agent, self.scene.queues.values())
        bridged = after is not None and after <= seq <= after + fanout.LONGEST_GAP
        greeting = await self._given.store.snapshot(partial(
            greet, who=peer.eye, opened=frozenset(peer.open), after=after if bridged else None, seq=seq))
        self._know(peer, greeting)
        messages = {number: view for number, view in greeting.messages.items() if view["contact"] not in peer.hidden}
        touched = None
        if after is not None and greeting.entries is not None:
            touched = fanout.bridge(self.scene, after, greeting.entries, peer.agent)
        if after is None or touched is None:
            peer.release(fanout.snapshot(self.scene, peer.eye, peer.agent, messages, seq))
        else:
            put, drop = fanout.missed(self.scene, peer.eye, peer.agent, after, touched, messages, greeting.hidden)
            peer.release(fanout.frame(after, seq, put, drop))

    async def open(self, peer: Peer, contact: int) -> None:
        """Every message of a contact, and from now on what changes in them."""
        peer.open.add(contact)
        greeting = await self._given.store.snapshot(partial(greet, who=peer.eye, opened=frozenset({contact})))
        self._know(peer, greeting, only=contact)
        if contact in peer.hidden:
            peer.open.discard(contact)
            peer.hidden.discard(contact)
            raise NotFound(f"there is no contact {contact} for you")
        peer.put(fanout.frame(peer.told, peer.told, {"message": {str(n): v for n, v in greeting.messages.items()}}, {}))

    def _know(self, peer: Peer, greeting: Greeting, only: int | None = None) -> None:
        for number, contact in greeting.contacts.items():
            known = self._opened.get(number)
            if known is None or known.version < contact.version:
                self._opened[number] = contact
        for number in peer.open if only is None else [only]:
            if number not in self._opened or not reads(peer.eye, self._opened[number]):
                peer.hidden.add(number)

    def close(self) -> None:
        """The house stops: every socket is told to come back."""
        for peer in self.peers:
            peer.end(1001, "the desk is restarting")


def greet(tx: StoreTx, who: Eye, opened: frozenset[int], after: int | None = None, seq: int = 0) -> Greeting:
    """What a hello or an open needs from the database, on one snapshot: opened contacts, their messages, and the
    journal between two positions."""
    contacts = projector.many_contacts(tx, opened)
    messages: list[Message] = []
    hidden: list[int] = []
    for contact in contacts.values():
        found = tx.messages.of(contact.id, limit=MESSAGES)
        if reads(who, contact):
            messages.extend(found)
        else:
            hidden.extend(message.id for message in found)
    entries = None
    if after is not None:
        entries = [entry for entry in tx.journal.after(after, limit=fanout.LONGEST_GAP + 1) if entry.seq <= seq]
    return Greeting(contacts=contacts, messages=projector.message_views(tx, messages), hidden=hidden, entries=entries)
