"""Slows down guessing: so many tries per login and per address, then one every while. Bounded memory, no database."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from router.errors import TooMany
from router.ports import Clock

MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many tries at once, then one every `refill`."""

    burst: int
    refill: timedelta


PER_LOGIN = Allowance(burst=8, refill=timedelta(minutes=2))
PER_ADDRESS = Allowance(burst=30, refill=timedelta(seconds=20))


class Throttle:
    """Counts tries by key. Who was quiet longest is forgotten first when there are too many keys."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: OrderedDict[tuple[str, str], tuple[float, datetime]] = OrderedDict()

    def claim(self, login: str, address: str) -> None:
        """One try begins; TooMany says when the next may."""
        wanted = ((("login", login), PER_LOGIN), (("address", address), PER_ADDRESS))
        for key, allowance in wanted:
            left = self._now(key, allowance)
            if left < 1:
                raise TooMany("too many tries", retry_after=(1 - left) * allowance.refill)
        for key, allowance in wanted:
            self._set(key, self._now(key, allowance) - 1)

    def forgive(self, login: str, address: str) -> None:
        """The try was good: it does not count."""
        self._set(("login", login), PER_LOGIN.burst)
        self._set(("address", address), min(PER_ADDRESS.burst, self._now(("address", address), PER_ADDRESS) + 1))

    def __len__(self) -> int:
        return len(self._left)

    def _now(self, key: tuple[str, str], allowance: Allowance) -> float:
        left, at = self._left.get(key, (float(allowance.burst), self._clock()))
        return min(float(allowance.burst), left + (self._clock() - at) / allowance.refill)

    def _set(self, key: tuple[str, str], left: float) -> None:
        self._left[key] = (left, self._clock())
        self._left.move_to_end(key)
        while len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)


def address_of(request: web.Request, trusted: Sequence[str]) -> str:
    """Whom to count a request for: the nearest peer that is no proxy of ours; an IPv6 network counts as one."""
    peer = request.remote or ""
    if peer in trusted:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "")[:1000].split(",") if hop.strip()]
        peer = next((hop for hop in reversed(hops) if hop not in trusted), peer)
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return "unknown"
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def is_local(request: web.Request) -> bool:
    """Whether the request comes from this machine itself and through no proxy."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
