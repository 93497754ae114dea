"""What becomes of a delivery after an error: the retry schedule as a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from router.errors import Capped, Doubtful, Misconfigured, SendError, Throttled, Unreachable
from router.model import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long to wait before the second, third, ... try. After the last one the message has failed."""

    delays: tuple[timedelta, ...] = (
        timedelta(seconds=2), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15),
        timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4), timedelta(hours=8),
    )
    mend: timedelta = timedelta(minutes=2)  #: between tries while a person mends the settings
    mend_for: int = 2000  #: tries before giving up on that (about three days)
    longest: timedelta = timedelta(hours=1)  #: a provider's wish to wait is believed up to this


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Pending again at `due_at`, or settled as failed or uncertain."""

    state: DeliveryState
    due_at: datetime | None = None


def after(error: SendError, attempt: int, now: datetime, schedule: Schedule) -> Next:
    """`attempt` counts from 1. An error that says nothing about retrying ends the delivery."""
    if isinstance(error, Doubtful):
        return Next(state=DeliveryState.UNCERTAIN)
    if isinstance(error, Capped):
        if error.retry_after is None:
            return Next(state=DeliveryState.FAILED)
        return Next(state=DeliveryState.PENDING, due_at=now + error.retry_after)
    if isinstance(error, Throttled):
        return Next(state=DeliveryState.PENDING, due_at=now + min(error.retry_after, schedule.longest))
    if isinstance(error, Unreachable) and attempt <= len(schedule.delays):
        return Next(state=DeliveryState.PENDING, due_at=now + schedule.delays[attempt - 1])
    if isinstance(error, Misconfigured) and attempt <= schedule.mend_for:
        return Next(state=DeliveryState.PENDING, due_at=now + schedule.mend)
    return Next(state=DeliveryState.FAILED)
