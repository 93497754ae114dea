"""Sends what waits: due -> mark sending (committed) -> hand to the channel -> settle. No transaction while sending."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from router.errors import Doubtful, OptedOut, PishkhanError, SendError, Unavailable
from router.events import DeliveryChanged
from router.model import DeliveryId, DeliveryState, Outbound, Sent
from router.ports import Batch, Bus, Channel, Clock, Store, Tx
from router.records import Delivery
from router.rules import retry
from router.rules.retry import Schedule

log = logging.getLogger("pishkhan.outbox")
SEND_SECONDS = 90.0  #: longer than this and nobody knows whether it went
AT_ONCE = 16  #: messages of one channel under way together
_LONGEST = 60.0


class Outbox:
    """One loop; one slow channel never holds up another."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, channels: Mapping[str, Channel],
                 rates: Mapping[str, float], schedule: Schedule | None = None) -> None:
        self._store, self._bus, self._clock, self._channels = store, bus, clock, channels
        self._schedule = schedule or Schedule()
        self._free = dict.fromkeys(channels, AT_ONCE)
        self._pace = {name: _Pace(rates.get(name, 20.0)) for name in channels}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. First, whatever was being sent when the process died becomes uncertain."""
        await self._store.run(self._reconcile, name="reconcile")
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

    async def _listen(self, get: Callable[[], Awaitable[object]]) -> None:
        while True:
            what = await get()
            if isinstance(what, Batch) and any(_concerns(entry.name, entry.data) for entry in what.entries):
                self._wake.set()

    def _reconcile(self, tx: Tx) -> None:
        for delivery in tx.outbox.interrupted():
            changed = tx.outbox.fail(delivery.id, state=DeliveryState.UNCERTAIN.value, error=Doubtful.code,
                                     detail="the process ended while this was being sent", due_at=None)
            _tell(tx, changed)

    async def _send_due(self, group: asyncio.TaskGroup) -> float:
        """Start everything that may go now; returns the seconds until the next look."""
        ready = [name for name, free in self._free.items() if free > 0]
        try:
            now = self._clock()
            due = await self._store.snapshot(lambda tx: tx.outbox.due(now, limit=200, channels=ready))
            following = None if due else await self._store.snapshot(lambda tx: tx.outbox.next_due())
        except Unavailable:
            return 1.0
        started = 0
        for delivery in due:
            if self._free[delivery.channel] > 0:
                self._free[delivery.channel] -= 1
                started += 1
                group.create_task(self._one(delivery))
        if due:
            return _LONGEST if started else 0.5
        if following is None:
            return _LONGEST
        # At least a moment: what is due may belong to a contact or channel that is busy and will wake us itself.
        return min(_LONGEST, max(0.05, (following - now).total_seconds()))

    async def _one(self, delivery: Delivery) -> None:
        try:
            await self._pace[delivery.channel].wait()
            out = await self._store.run(lambda tx: self._claim(tx, delivery.id), name="send-claim")
            if out is not None:
                await self._send(out)
        except Unavailable:
            log.error("outbox cannot commit delivery=%s", delivery.id)
            await asyncio.sleep(0.5)
        finally:
            self._free[delivery.channel] += 1
            self._wake.set()

    def _claim(self, tx: Tx, delivery: DeliveryId) -> Outbound | None:
        out = tx.outbox.claim(delivery, tx.now)
        if out is None:
            return None
        if tx.people.address(out.contact).opted_out_at is not None:
            _tell(
                tx,
                tx.outbox.fail(delivery, state=DeliveryState.FAILED.value, error=OptedOut.code, detail="", due_at=None),
            )
            return None
        return out

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
        while True:
            try:
                changed = await self._store.run(lambda tx: self._settle(tx, out, outcome), name="send-settle")
                break
            except Unavailable:
                await asyncio.sleep(0.5)  # the provider's answer must not be lost
        log.info(
            "delivery=%s channel=%s state=%s error=%s attempt=%d ms=%.0f",
            out.delivery,
            out.channel,
            changed.state,
            changed.error,
            out.attempt,
            (time.perf_counter() - began) * 1000,
        )

    def _settle(self, tx: Tx, out: Outbound, outcome: Sent | SendError) -> Delivery:
        if isinstance(outcome, Sent):
            changed = tx.outbox.settle(out.delivery, outcome)
        else:
            following = retry.after(outcome, out.attempt, tx.now, self._schedule)
            changed = tx.outbox.fail(out.delivery, state=following.state.value, error=outcome.code,
                                     detail=outcome.provider_code or outcome.detail, due_at=following.due_at,
                                     parts=outcome.parts)
            if isinstance(outcome, OptedOut):
                tx.people.opt_out(tx.people.address(out.contact), tx.now)
        _tell(tx, changed)
        return changed


class _Pace:
    """At most so many a second, evenly; a burst of one second is allowed."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second if per_second > 0 else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Until it is our turn."""
        now = time.monotonic()
        self._next = max(self._next, now - 1.0) + self._gap
        if self._next > now:
            await asyncio.sleep(self._next - now)


def _concerns(name: str, data: Mapping[str, object]) -> bool:
    return (name == "message-added" and data.get("delivery") is not None) or (
        name == "delivery-changed" and data.get("state") == DeliveryState.PENDING.value)


def _tell(tx: Tx, delivery: Delivery) -> None:
    tx.emit(DeliveryChanged(about=delivery.contact, delivery=delivery.id, message=delivery.message,
                            state=delivery.state.value, error=delivery.error), actor="outbox")
