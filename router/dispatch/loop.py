"""The loop around the core: what was committed goes in, what it decides is claimed. Nothing is polled."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from router import core, opening, overflow
from router.dispatch import offers
from router.dispatch.collector import uncollected
from router.dispatch.following import Follow, Following, carry_out
from router.dispatch.picture import Desk, Seen, read_all, read_some, recosted, touched
from router.errors import Conflict, Unavailable
from router.events import RoutingAlarm
from router.model import AgentId, ContactId, QueueId
from router.ports import Batch, Bus, Clock, Store, Subscription, Tx
from router.records import Claim, ContactState, Entry, Timer
from router.rules.plan import Plan
from router.ticks import Ticks

log = logging.getLogger("pishkhan.dispatch")
_LONGEST = 60.0  #: seconds; bounds how long a clock that steps goes unnoticed
_ROUNDS = 8  #: claims refused so often one after the other: the picture is wrong and made anew
#: The core takes an offer back because the agent is another now; for other reasons the database knows before it does.
_OF_AGENTS = frozenset({"agent-state", "agent-profile", "agent-removed"})
AUDIT_EVERY = 60.0  #: seconds between looks at the core's invariants


class Dispatch:
    """Event driven, one per house. `base` holds what the settings say; the rest of the plan stands in the database."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, *, base: Plan | None = None,
                 wrap_up: timedelta = timedelta(0), away_after: int = 1) -> None:
        self._store, self._bus = store, bus
        self.ticks = Ticks(clock)
        self._wrap_up, self._away_after = wrap_up, away_after
        self.desk = Desk(base or Plan())
        self.following = Following(self.desk)
        self._listener: Subscription | None = None
        self._due: int | None = None  #: when the core wants to be woken, in its own time
        self._again = False
        self._audited = time.monotonic()
        self.ready = asyncio.Event()  #: the first picture stands
        self.decisions = self.refused = self.faults = self.ignored = 0  #: for metrics
        self.took = 0.0  #: seconds spent deciding

    @property
    def plan(self) -> Plan:
        """All that is set for routing, as of the last event."""
        return self.desk.plan

    def explain(self, contact: ContactId) -> dict[str, Any]:
        """Why a contact still waits, or why it went where it is."""
        return self.desk.explain(contact, self.ticks.now())

    async def open(self) -> None:
        """Know what is set and hear what happens, before anybody is let in."""
        self._listener = self._bus.subscribe("dispatch", size=10_000)
        self.desk.plan = await self._store.snapshot(partial(opening.read, base=self.desk.base))

    async def run(self) -> None:
        """Until cancelled."""
        listener, self._listener = self._listener or self._bus.subscribe("dispatch", size=10_000), None
        try:
            await self._reload()
            while True:
                entries = await self._next(listener)
                if listener.lost or self._again:
                    listener.lost = self._again = False
                    await self._reload()
                else:
                    await self._react(entries)
                    if recosted(entries):  # what waits and what is held is counted anew
                        await self._reload()
        finally:
            listener.close()

    async def _next(self, listener: Subscription) -> list[Entry]:
        """What was committed since, or nothing when it is time for the core's timer."""
        what = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._wait()):
                what = await listener.get()
        entries: list[Entry] = []
        while what is not None:
            if isinstance(what, Batch):
                entries += what.entries
            what = listener.get_nowait()
        return entries

    def _wait(self) -> float:
        if self._again:
            return 0.0
        moments = [each for each in (self._due, self.following.due) if each is not None]
        return min(_LONGEST, max(0.0, (min(moments) - self.ticks.now().ms) / 1000)) if moments else _LONGEST

    async def _reload(self) -> None:
        """Everything anew from the database: at the start, and when something was missed."""
        began = time.perf_counter()
        seen = await self._store.snapshot(partial(read_all, base=self.desk.base))
        if not self.ready.is_set() and seen.learned:
            self.desk.waits.estimator.learn_from(json.loads(seen.learned))
        now = self.ticks.now()
        self._due = None
        with uncollected():
            decisions = self.desk.rebuild(seen, now)
        log.info("dispatch rebuilt waiting=%d agents=%d ms=%.0f", len(seen.contacts), len(seen.agents),
                 (time.perf_counter() - began) * 1000)
        await self._carry_out(decisions)
        await self._follow(self.following.rebuild(now, None if self.ready.is_set() else seen.told))
        self.ready.set()

    async def _react(self, entries: Sequence[Entry]) -> None:
        news = touched(entries)
        decisions: list[core.Decision] = []
        if news:
            if self._wrap_up and news.wrap_ups:
                follow = partial(offers.set_wrap_ups, contacts=news.wrap_ups, after=self._wrap_up)
                await self._store.run(follow, name="follow")
            seen = await self._store.snapshot(partial(read_some, news=news, base=self.desk.base))
            began = time.perf_counter()
            decisions = self.desk.take(seen, news, self.ticks.now())
            self.took += time.perf_counter() - began
        now = self.ticks.now()
        if self._due is not None and now.ms >= self._due:
            self._due = None
            decisions += self.desk.tell(core.TimerFired(at=now.ms))
        await self._carry_out(decisions)
        await self._follow(self.following.after(entries, now))
        await self._watch()

    async def _follow(self, follow: Follow) -> None:
        """Door rules, steps, alarms; then whoever runs timers looks at them anew."""
        if not follow:
            return
        with contextlib.suppress(Unavailable, Conflict):
            await self._store.run(partial(carry_out, follow=follow, desk=self.desk), name="follow")
            self._bus.whisper("timers", ContactId(0), {})

    async def _carry_out(self, decisions: list[core.Decision]) -> None:
        """Do what the core decided, and what it decides because the database refused something."""
        for turn in range(_ROUNDS + 1):
            wanted = self._sorted(decisions)
            withdrawn = [each for each in decisions if isinstance(each, core.CancelOffer)]
            if withdrawn:
                await self._withdraw(withdrawn)
            refused = await self._claim(wanted)
            if not refused:
                return
            if turn == _ROUNDS:
                break
            decisions = await self._correct(refused)
        log.error("the database refuses what the core decides; the picture is made anew")
        self.faults += 1
        await self._alarm("refused-offers", f"{len(refused)}")
        self._again = True

    def _sorted(self, decisions: Iterable[core.Decision]) -> list[core.Offer]:
        wanted: dict[ContactId, core.Offer] = {}
        for each in decisions:
            if isinstance(each, core.Offer):
                wanted[ContactId(int(each.contact))] = each
            elif isinstance(each, core.CancelOffer):
                wanted.pop(ContactId(int(each.contact)), None)
            elif isinstance(each, core.SetTimer):
                self._due = each.at
            elif isinstance(each, core.ClearTimer):
                self._due = None
            elif isinstance(each, core.Unservable):
                self.desk.strand(ContactId(int(each.contact)), each.missing)
            elif isinstance(each, core.Servable):
                self.desk.unstrand(ContactId(int(each.contact)))
            elif isinstance(each, core.Ignored):
                self.ignored += 1
                log.info("the core ignored %s: %s", each.event, each.reason)
        return list(wanted.values())

    async def _withdraw(self, cancelled: Sequence[core.CancelOffer]) -> None:
        """Offers that the core took back while the database still has them."""
        ours = [each for each in cancelled if each.reason in _OF_AGENTS]

        def unit(tx: Tx) -> None:
            for each in ours:
                offers.withdraw(tx, ContactId(int(each.contact)), AgentId(int(each.agent)), reason=each.reason)
        if ours:
            await self._store.run(unit, name="withdraw")
            await self._refresh(ContactId(int(each.contact)) for each in ours)

    async def _claim(self, wanted: Sequence[core.Offer]) -> list[core.Offer]:
        """Those that the database refused."""
        if not wanted:
            return []
        now = self.ticks.now()
        claims = [self.desk.claim(each, now) for each in wanted]
        self.decisions += len(claims)
        numbers = await self._claimed(claims)
        refused = []
        for offer, claim, number in zip(wanted, claims, numbers, strict=True):
            if number is None:
                log.info("offer refused contact=%s agent=%s", claim.contact, claim.agent)
                self.refused += 1
                refused.append(offer)
            else:
                self.desk.offered(claim)
        return refused

    async def _claimed(self, claims: Sequence[Claim]) -> list[Any]:
        try:
            return await self._store.run(lambda tx: offers.claim_all(tx, claims), name="offer")
        except Conflict:
            if len(claims) == 1:
                return [None]
            # One of them spoils the unit: each by itself; the writer still commits them together.
            parts = await asyncio.gather(*(self._claimed([each]) for each in claims))
            return [number for part in parts for number in part]
        except Unavailable:
            log.error("%d offers could not be committed", len(claims))
            await asyncio.sleep(0.5)
            return [None] * len(claims)

    async def _correct(self, refused: Sequence[core.Offer]) -> list[core.Decision]:
        """The core takes back what was refused and is told how things really are."""
        now = self.ticks.now()
        decisions: list[core.Decision] = []
        about = Seen.of(contacts=[ContactId(int(each.contact)) for each in refused],
                        agents=[int(each.agent) for each in refused])
        seen = await self._store.snapshot(partial(read_some, base=self.desk.base, news=about))
        decisions += self.desk.take(seen, Seen.of(), now)
        for each in refused:
            known = self.desk.known.contacts.get(ContactId(int(each.contact)))
            if known is not None and known.state is ContactState.WAITING:
                back = core.OfferRescinded(at=now.ms, contact=each.contact, offer=each.offer)
                decisions += self.desk.tell(back)
            elif self.desk.core.explain(each.contact).get("agent") == each.agent and (
                    known is None or known.agent != each.agent):
                self._again = True  # the database was right before, and nothing of it was news
        return decisions

    async def _refresh(self, contacts: Iterable[ContactId]) -> None:
        """Take these as they are in the database, without telling the core: it knows."""
        for contact in await self._store.snapshot(lambda tx: tx.routed.some(list(contacts))):
            self.desk.known.keep(contact)

    async def _watch(self) -> None:
        """Now and then the invariants; a clock that stepped."""
        stepped = self.ticks.take_step()
        if stepped:
            log.error("the clock stepped by %.0f seconds", stepped)
            await self._alarm("clock-stepped", f"{stepped:.0f}")
        if time.monotonic() - self._audited < AUDIT_EVERY:
            return
        self._audited = time.monotonic()
        await self._remember()
        await self.audit()

    async def _remember(self) -> None:
        """What was learned about waits survives a restart."""
        learned = json.dumps(self.desk.waits.estimator.to_data())
        with contextlib.suppress(Unavailable):
            await self._store.run(lambda tx: tx.marks.set("routing", "waits", learned), name="remember")

    async def audit(self) -> list[str]:
        """Look at the invariants now; what is wrong is counted, told, and made anew."""
        faults = self.desk.core.audit()
        if faults:
            self.faults += len(faults)
            for fault in faults[:20]:
                log.error("routing invariant: %s", fault)
            await self._alarm("audit", "; ".join(faults)[:500])
            self._again = True
        return faults

    async def _alarm(self, code: str, detail: str = "", queue: QueueId | None = None) -> None:
        with contextlib.suppress(Unavailable):
            await self._store.run(lambda tx: tx.emit(RoutingAlarm(code=code, queue=queue, detail=detail),
                                                     actor="router"), name="alarm")

    # --- what timers do; each is a unit

    def handlers(self) -> dict[str, Callable[[Tx, Timer], None]]:
        """By kind of timer."""
        return {"offer": partial(offers.expire, away_after=self._away_after), "reoffer": offers.reoffer,
                "wake": offers.wake, "wrap-up": partial(offers.end_wrap_up, wrap_up=self._wrap_up),
                "agent-wrap-up": offers.end_agents_wrap_up,
                "overflow": partial(overflow.due, plan=lambda: self.plan),
                "hours": partial(overflow.hours, plan=lambda: self.plan)}
