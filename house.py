"""The composition root: builds every part of a running house from settings, starts and stops them in one order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from aiohttp import web

from agents.front import Front
from agents.given import Cost
from agents.guard import SIGNED, who
from agents.holding import readable
from agents.throttle import address_of
from agents.users import first_admin
from channels.registry import kind
from desk.parts import BadFlow, Desk
from desk.surveys import Surveys
from knowledge import parts as knowledge
from knowledge.answers import Answers
from knowledge.encoder import Encoder
from knowledge.given import Given as KnowledgeGiven
from knowledge.library import Library
from knowledge.models import identity, opened
from knowledge.vectors import Vectors
from router import delivering, opening
from router.bus import LocalBus
from router.errors import BadRequest
from router.events import RequestRefused
from router.exchanges import Exchanges, logged
from router.intake import Intake
from router.lights import Lights
from router.model import Finding, Health, Limits, Medium
from router.outbox import Outbox
from router.ports import Channel, Clock, Wire
from router.rules import plan as plans
from router.rules.outgoing import Outgoing
from router.rules.plan import Plan
from router.rules.retry import Schedule
from router.rules.triage import ChannelPolicy
from router.switchboard import Switchboard
from router.timers import Timers
from router.transcripts import Transcripts
from router.units import Tx
from router.web import application
from settings import ChannelSettings, Settings, SettingsError
from storage.lines import Lines, line_of
from storage.migrate import Shape, migrate, shape
from storage.pieces import Pieces
from storage.store import SqlStore, Where

log = logging.getLogger("pishkhan.house")
VERSION = "0.1.0"
RESTART = timedelta(seconds=5)  #: a channel whose loop failed unexpectedly starts again after so long


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


class House:
    """One running Pishkhan. `await start()`, then it serves; `await stop()` ends it in reverse order."""

    def __init__(self, settings: Settings, *, clock: Clock = utc_now, schedule: Schedule | None = None,
                 password_cost: Cost | None = None) -> None:
        self.settings, self.clock = settings, clock
        self.url = settings.server.base_url or f"http://{settings.server.host}:{settings.server.port}"
        folder = Path(settings.storage.folder)
        self.where = Where(folder=folder, database=settings.storage.database,
                           synchronous=settings.storage.synchronous, queue_limit=settings.storage.queue_limit)
        self.bus = LocalBus()
        self._lights = Lights(clock, self._lit)
        self.health = self._lights.shown
        self.channels: dict[str, Channel] = {}
        self._schedule, self._password_cost = schedule, password_cost
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the store, build everything, begin to serve. SettingsError when the database does not fit."""
        await asyncio.to_thread(prepare, self.where)
        self.store = SqlStore(self.where, self.clock, self.bus.publish)
        self.store.start()
        self.bus.head = await self.store.snapshot(lambda tx: tx.journal.head())
        try:
            await self.store.run(self._seed)
        except BadRequest as error:
            await self.store.close()
            raise SettingsError(error.message) from None
        self._build_core()
        self._build_channels()
        self._build_pages()
        await self.switchboard.open()
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=2)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.settings.server.host, self.settings.server.port, backlog=1024).start()
        self._run()
        log.info("serving at %s", self.url)

    async def stop(self) -> None:
        """In reverse: no new requests, no new work, what is being sent to its end, then commit what waits."""
        self.front.live.close()
        await self._runner.cleanup()
        await self.outbox.finish()
        running = set(self._tasks)
        for _ in range(5):
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=2) if running else (None, set())
        for task in running:
            log.error("%s does not end", task.get_name())
        self.library.close()
        await self.store.close()

    def _seed(self, tx: Tx) -> None:
        given = self.settings
        opening.seed(
            tx, base_plan(given), queues={name: asdict(each) for name, each in given.queues.items()},
            calendars={name: each.definition() for name, each in given.calendars.items()},
            policies={name: asdict(each) for name, each in given.policies.items()},
            targets=[asdict(each) for each in given.targets])

    def _build_core(self) -> None:
        self.plan: dict[str, Outgoing] = {}
        self.exchanges = Exchanges(self.store, self.clock)
        desk = self.settings.desk
        self.policies: dict[str, ChannelPolicy] = {}
        self.switchboard = Switchboard(
            self.store, self.bus, self.clock, self.policies, base=base_plan(self.settings),
            wrap_up=timedelta(seconds=desk.wrap_up_seconds),
            away_after=self.settings.routing.missed_offers if desk.away_after_missed else 0)
        self.dispatch = self.switchboard.dispatch
        self.lines = Lines(self.store, self.switchboard.outlook)
        self.desk = self._desk()
        self.intake = Intake(self.store, self.store.blobs, self.bus, self.policies,
                             desk_names={"fa": desk.name_fa, "en": desk.name_en},
                             line_of=line_of,  # type: ignore[arg-type]
                             ended=partial(delivering.reported, plan=self.plan),
                             transcript=Transcripts(plan=self.plan, zone=desk.timezone, desk={
                                 "fa": desk.name_fa, "en": desk.name_en}).send,
                             flow=self.desk.flow,  # type: ignore[arg-type]
                             outlook=self.switchboard.outlook, promise=self.switchboard.promises.given)
        self.timers = Timers(self.store, self.bus, self.clock,
                             {**self.switchboard.handlers(), **self.desk.timers(),  # type: ignore[dict-item]
                              **knowledge.timers(self.settings.knowledge),  # type: ignore[dict-item]
                              "follow-up": partial(delivering.follow_up, plan=self.plan)})

    def _desk(self) -> Desk:
        given = self.settings
        enabled = {name: common for name, (common, _) in given.channels.items() if common.enabled}
        self.limits: dict[str, Limits] = {}
        try:
            return Desk(
                store=self.store, bus=self.bus, policies=self.policies, limits=self.limits, who=who,
                readable=readable, clock=self.clock,
                flows={name: common.flow for name, common in enabled.items() if common.flow},
                surveys=Surveys.named((name, each.survey, each.survey_by) for name, each in enabled.items()),
                folder=Path(given.flows.folder) if given.flows.folder else None, queues=tuple(given.queues),
                endpoints=given.flows.endpoints, zone=given.desk.timezone,
                names={"fa": given.desk.name_fa, "en": given.desk.name_en},
                answers=lambda question, language: Answers(self.store, self.library, self.url)(question, language))
        except BadFlow as fault:
            raise SettingsError(str(fault)) from None

    def _build_channels(self) -> None:
        for name, (common, own) in self.settings.channels.items():
            if not common.enabled:
                continue
            wire = Wire(accept=self.intake, reads=self.lines, blobs=self.store.blobs, bus=self.bus, clock=self.clock,
                        report=partial(self._lights.report, name), refused=partial(self._refused, name),
                        ours=self._ours, base_url=self.url, exchanged=self.exchanges, pieces=Pieces(self.store),
                        zone=self.settings.desk.timezone)
            channel = kind(common.medium).adapter(name, own, common, wire)
            self.channels[name] = channel
            self.limits[name] = channel.limits
            self.policies[name] = policy_of(name, common, channel.limits, self.settings.desk.language,
                                            base_plan(self.settings).media)
            self.plan[name] = outgoing_of(common, channel, self._schedule, self.settings.desk.timezone)
            self.health.setdefault(name, Health(code="starting", since=self.clock()))
        self.outbox = Outbox(self.store, self.bus, self.clock, self.channels, self.plan, self.exchanges)

    def _ours(self) -> tuple[str, ...]:
        """Every address of the house itself, whichever channel it belongs to."""
        return tuple(dict.fromkeys(each for channel in self.channels.values() for each in channel.limits.own))

    def _build_pages(self) -> None:
        routes = [logged(route, name, self.exchanges, self.clock) for name, channel in self.channels.items()
                  for route in channel.routes()]
        desk = self.settings.desk
        given = self.settings.knowledge
        model = Encoder(
            partial(opened, given.meaning, given.meaning_prefixes),
            Vectors(self.where.folder / "meaning.vectors", identity(given.meaning, given.meaning_prefixes)),
        ) if given.meaning else None
        self.library = Library(self.store, self.bus, model)
        self.known = KnowledgeGiven(
            store=self.store, library=self.library, who=who, readable=readable, rules=self.settings.knowledge,
            csrf=lambda request: request[SIGNED].csrf, clock=self.clock, url=self.url, name_fa=desk.name_fa,
            name_en=desk.name_en, language=desk.language, timezone=desk.timezone, dispositions=desk.dispositions)
        routes += knowledge.routes(self.known)
        routes += self.desk.routes()
        self.front = Front(
            store=self.store, bus=self.bus, settings=self.settings, clock=self.clock, url=self.url, version=VERSION,
            limits={name: channel.limits for name, channel in self.channels.items()}, health=lambda: self.health,
            findings=self._findings, explain=self.dispatch.explain, routing=self.switchboard, quoted=knowledge.quoted,
            password_cost=self._password_cost,
            recorders={name: route.path for name, channel in self.channels.items() for route in channel.routes()
                       if route.path.endswith("/record")})
        self.app = application([*self.front.routes(routes), *routes], self.front.guard, meter=self.front.meter,
                               peer=partial(address_of, trusted=self.settings.server.trusted_proxies))

    async def first_administrator(self) -> str | None:
        """The password of the administrator made at the very first start; None ever after."""
        return await first_admin(self.store, self._password_cost)

    async def _findings(self, name: str) -> Sequence[Finding]:
        return await self.channels[name].check()

    def _lit(self, name: str, health: Health) -> None:
        log.info("channel %s is %s", name, health.code)
        if self._tasks:
            self.front.live.nudge()

    async def _follow_lights(self) -> None:
        await self._lights.run(self.bus, await self.store.snapshot(lambda tx: tx.channels.paused()))

    async def _refused(self, name: str, reason: str) -> None:
        await self.store.run(lambda tx: tx.emit(RequestRefused(channel=name, reason=reason), actor=f"channel:{name}"))

    def _run(self) -> None:
        parts: Mapping[str, Callable[[], Awaitable[None]]] = {
            "dispatch": self.dispatch.run, "promises": self.switchboard.promises.run,
            "costs": self.switchboard.costs.run, "timers": self.timers.run, "outbox": self.outbox.run,
            "front": self.front.run, "lights": self._follow_lights, "exchanges": self.exchanges.run,
            **knowledge.runs(self.known, self.bus), "desk": self.desk.run,
            **{f"channel:{name}": channel.run for name, channel in self.channels.items()},
        }
        self._tasks = [asyncio.create_task(_kept_running(name, run), name=name) for name, run in parts.items()]


async def _kept_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """One part that fails unexpectedly is logged and started again; the others go on."""
    while True:
        try:
            await run()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("%s failed and starts again", name)
        await asyncio.sleep(RESTART.total_seconds())


def prepare(where: Where) -> None:
    """The folder and the database, migrated when empty. SettingsError when it is of another version."""
    where.folder.mkdir(parents=True, exist_ok=True)
    stands = shape(where.url)
    if stands is Shape.NEWER:
        raise SettingsError("the database was made by a newer version of Pishkhan; start that version")
    if stands is Shape.OLDER:
        raise SettingsError("the database is of an older version; make a backup, then run `run.py migrate`")
    if stands is Shape.EMPTY:
        migrate(where.url)


def base_plan(settings: Settings) -> Plan:
    """What the settings say about routing; the rest stands in the database."""
    own = {name: replace(plans.MEDIA.get(name, plans.MediumPlan()),
                         **{key: value for key, value in asdict(each).items() if value >= 0})
           for name, each in settings.media.items()}
    routing = settings.routing
    return Plan(media=plans.media(own), zone=settings.desk.timezone, reoffer_seconds=routing.reoffer_seconds,
                near_percent=routing.near_percent, learn=routing.learn, calendar=routing.calendar,
                renewals=routing.renewals)


def policy_of(name: str, common: ChannelSettings, limits: Limits, language: str,
              media: Mapping[str, plans.MediumPlan] = plans.MEDIA) -> ChannelPolicy:
    """What intake needs to know about a configured channel."""
    return ChannelPolicy(
        name=name, medium=Medium(common.medium), queue=common.queue, language=common.language or language,
        acknowledge=common.acknowledge, acknowledge_per_day=common.acknowledge_per_day,
        effort=common.effort or media.get(common.medium, plans.MediumPlan()).effort,
        priority=common.priority, reopen=timedelta(hours=common.reopen_hours), live=limits.live,
        connects=limits.connects, text_chars=limits.text_chars, one_thread=limits.one_thread,
        consent_by_word=limits.consent_by_word)


def outgoing_of(common: ChannelSettings, channel: Channel, schedule: Schedule | None, zone: str) -> Outgoing:
    """What the outbox needs to know about a configured channel; `schedule` (of tests) where none is configured."""
    delays = tuple(timedelta(seconds=each) for each in common.retry_seconds)
    return Outgoing(
        medium=channel.medium, schedule=Schedule(delays=delays) if delays else schedule or Schedule(),
        rate=common.rate_per_second, repeats=common.repeats, failover=common.failover, zone=zone,
        follow_up=timedelta(seconds=common.follow_up_seconds),
        forwards=channel.limits.forwards, caps=getattr(channel, "caps", None))
