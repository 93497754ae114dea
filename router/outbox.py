"""Sends what waits: due -> mark sending (committed) -> hand to the channel -> settle. No transaction while sending."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from router import delivering
from router.errors import Doubtful, PishkhanError, SendError, Unavailable
from router.model import DeliveryId, DeliveryState, Outbound, Sent
from router.pace import Pace
from router.ports import Batch, Bus, Channel, Clock, Store, Tx
from router.records import Delivery
from router.rules.exchange import Exchange
from router.rules.lanes import ANSWER, BULK, LANES
from router.rules.outgoing import Outgoing
from router.rules.text import clean

log = logging.getLogger("pishkhan.outbox")
SEND_SECONDS = 90.0  #: longer than this and nobody knows whether it went
LAST_SECONDS = 5.0  #: for what is under way when the house stops; then it is uncertain
AT_ONCE = {ANSWER: 16, BULK: 8}  #: messages of one channel and lane under way together
_LONGEST = 60.0


class Outbox:
    """One loop; one slow channel never holds up another, and bulk never holds up answers."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, channels: Mapping[str, Channel],
                 plan: Mapping[str, Outgoing], exchanged: Callable[[Exchange], None]) -> None:
        self._store, self._bus, self._clock, self._channels = store, bus, clock, channels
        self._plan, self._exchanged = plan, exchanged
        self._free = {(name, lane): AT_ONCE[lane] for name in channels for lane in LANES}
        self._pace = {name: Pace(plan[name].rate) for name in channels}
        self._started: set[DeliveryId] = set()
        self._handed: set[DeliveryId] = set()  # claimed, and its end not yet written down
        self._closing, self._ended = False, asyncio.Event()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. First, whatever was being sent when the process died becomes uncertain."""
        await self._store.run(delivering.reconcile, name="reconcile")
        listener = self._bus.subscribe("outbox", size=10_000)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(listener.get))
            try:
                while True:
                    wait = await self._send_due(group)
                    # Not wait_for: before Python 3.12 it may swallow a cancellation that meets a result.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(wait):
                            await self._wake.wait()
                    self._wake.clear()
            finally:
                listener.close()

    async def finish(self, seconds: float = LAST_SECONDS) -> None:
        """Begin nothing any more and let what is being sent come to its end, so that a restart leaves no doubt."""
        self._closing = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._handed:
                    self._ended.clear()
                    await self._ended.wait()

    async def _listen(self, get: Callable[[], Awaitable[object]]) -> None:
        while True:
            what = await get()
            if isinstance(what, Batch) and any(_concerns(entry.name, entry.data) for entry in what.entries):
                self._wake.set()

    async def _send_due(self, group: asyncio.TaskGroup) -> float:
        """Start everything that may go now; returns the seconds until the next look."""
        now = self._clock()
        most = max(AT_ONCE.values()) * 2
        ready = [name for name in self._channels if any(self._free[name, lane] for lane in LANES)]

        def look(tx: Tx) -> tuple[Sequence[Delivery], datetime | None]:
            paused = tx.channels.paused()
            due = tx.outbox.due(now, limit=most, channels=[name for name in ready if name not in paused])
            # What is due but belongs to a busy channel wakes us when the channel is free.
            return due, None if due else tx.outbox.next_due([name for name in self._channels if name not in paused])
        try:
            due, following = await self._store.snapshot(look)
        except Unavailable:
            return 1.0
        started = 0
        for delivery in due:
            place = (delivery.channel, delivery.lane)
            if not self._closing and self._free[place] > 0 and delivery.id not in self._started:
                self._free[place] -= 1
                self._started.add(delivery.id)
                started += 1
                group.create_task(self._one(delivery, place))
        if due:
            return _LONGEST if started or self._started else 0.5
        if following is None:
            return _LONGEST
        # At least a moment: what is due may belong to a contact or channel that is busy and will wake us itself.
        return min(_LONGEST, max(0.05, (following - now).total_seconds()))

    async def _one(self, delivery: Delivery, place: tuple[str, int]) -> None:
        try:
            await self._pace[delivery.channel].wait(place[1])
            if self._closing:
                return
            self._handed.add(delivery.id)
            out = await self._store.run(lambda tx: delivering.claim(tx, delivery, self._plan), name="send-claim")
            if out is not None:
                await self._send(out)
        except Unavailable:
            log.error("outbox cannot commit delivery=%s", delivery.id)
            await asyncio.sleep(0.5)
        finally:
            self._free[place] += 1
            self._started.discard(delivery.id)
            self._handed.discard(delivery.id)
            self._ended.set()
            self._wake.set()

    async def _send(self, out: Outbound) -> None:
        began = time.perf_counter()
        outcome: Sent | SendError
        try:
            async with asyncio.timeout(SEND_SECONDS):
                outcome = await self._channels[out.channel].send(out)
        except SendError as error:
            outcome = error
        except TimeoutError:
            outcome = Doubtful("no answer in time")
        except PishkhanError as error:
            outcome = SendError(error.message)
        except Exception:
            # A fault of an adapter: nobody knows how far it came, so it is not sent again by itself.
            log.exception("adapter of channel %s failed delivery=%s", out.channel, out.delivery)
            outcome = Doubtful("a fault in the channel's adapter")
        millis = int((time.perf_counter() - began) * 1000)
        while True:
            try:
                changed = await self._store.run(lambda tx: delivering.settle(tx, out, outcome, self._plan),
                                                name="send-settle")
                break
            except Unavailable:
                await asyncio.sleep(0.5)  # the provider's answer must not be lost
        if delivering.watched(out, self._plan):
            self._bus.whisper("timers", out.contact, {})
        self._exchanged(_told(out, outcome, self._clock(), millis))
        log.info("delivery=%s channel=%s state=%s error=%s attempt=%d ms=%d", out.delivery, out.channel, changed.state,
                 changed.error, out.attempt, millis)


def _told(out: Outbound, outcome: Sent | SendError, at: datetime, millis: int) -> Exchange:
    """The hand-over as a line of the exchange log; what a request looked like is the adapter's own line."""
    sent = isinstance(outcome, Sent)
    answered = (f"parts({len(outcome.parts)})" if isinstance(outcome, Sent)
                else clean(outcome.provider_code)[:60])
    return Exchange(channel=out.channel, at=at, way="out", method="SEND", path=f"/{out.kind.value}", millis=millis,
                    asked=f"text({len(out.text)}), files({len(out.attachments)}), try({out.attempt})",
                    answered=answered, outcome="ok" if sent else getattr(outcome, "code", "error"))


def _concerns(name: str, data: Mapping[str, object]) -> bool:
    return (name == "message-added" and data.get("delivery") is not None) or name == "channel-paused" or (
        name == "delivery-changed" and data.get("state") == DeliveryState.PENDING.value)
