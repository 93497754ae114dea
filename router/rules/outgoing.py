"""How messages of one channel go out, as a value: retry schedule, rate, loop limit, ways out, caps and money. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from router.errors import Capped, Doubtful, Looping, SendError, Throttled
from router.model import Medium, Outbound
from router.records import KnownAddress
from router.rules.retry import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """At most so many parts; 0 = no such cap. A prefix is the beginning of an address."""

    parts: Callable[[Outbound], int]  #: how many parts a message takes
    day: int = 0  #: of the whole channel a day
    address_day: int = 0  #: to one address a day
    prefixes: Mapping[str, int] = field(default_factory=dict)  #: to addresses that begin so, a day
    cost: float = 0.0  #: of one part, in whatever money
    budget: float = 0.0  #: a day; when it is spent nothing goes until the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """See the settings of `[channels.NAME]`."""

    medium: Medium
    schedule: Schedule = field(default_factory=Schedule)
    rate: float = 20.0
    repeats: int = 5  #: the same words to one address go so often within five minutes
    failover: tuple[str, ...] = ()  #: channels that take over a message that failed here, in this order
    follow_up: timedelta = timedelta()  #: an answer that nobody is known to have got after so long goes on as well
    forwards: bool = False  #: this channel only takes in; its messages go by those of `failover` where they can
    caps: Caps | None = None
    zone: str = "UTC"  #: in which a day begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a message takes of a day's allowance."""

    day: str
    needs: int
    scopes: tuple[str, ...]


def account(out: Outbound, caps: Caps, now: datetime, zone: str) -> Account:
    """Which totals a message counts for: the channel's, its address's, and that of every prefix it begins with."""
    prefixes = [f"p:{prefix}" for prefix in caps.prefixes if out.to.value.startswith(prefix)]
    return Account(day=day_of(now, zone), needs=caps.parts(out),
                   scopes=("", f"a:{out.to.value}", *prefixes))


def day_of(now: datetime, zone: str) -> str:
    """The date there."""
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def refusal(asked: Account, spent: Mapping[str, int], caps: Caps, now: datetime, zone: str) -> SendError | None:
    """Why the message may not go now; None = it may. A spent day makes it wait for the next, a cap ends it."""
    total = spent.get("", 0) + asked.needs
    if (caps.budget and total * caps.cost > caps.budget) or (caps.day and total > caps.day):
        return Capped("the day's allowance is spent", retry_after=tomorrow(now, zone) - now, scope="day")
    for scope in asked.scopes[1:]:
        most = caps.address_day if scope.startswith("a:") else caps.prefixes[scope[2:]]
        if most and spent.get(scope, 0) + asked.needs > most:
            kind = "address" if scope.startswith("a:") else "prefix"
            return Capped(f"the day's cap for this {kind} is reached", retry_after=None, scope=kind)
    return None


def tomorrow(now: datetime, zone: str) -> datetime:
    """The beginning of the next day there."""
    here = now.astimezone(ZoneInfo(zone))
    return datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), here.tzinfo).astimezone(now.tzinfo)


def hands_over(error: SendError) -> bool:
    """Whether a message that failed so may go by another channel. Not when it may have gone already, not when it goes
    round in circles or a cap stopped it: those are no fault of the channel."""
    return not isinstance(error, Doubtful | Looping | Capped | Throttled) and not error.parts


def next_way(tried: Sequence[str], plan: Mapping[str, Outgoing], first: str,
             addresses: Sequence[KnownAddress], paused: Mapping[str, object]) -> tuple[str, KnownAddress] | None:
    """The next channel that the first one's settings allow, with the citizen's address there; the citizen must take
    messages at it. None when there is no way left."""
    for name in plan[first].failover if first in plan else ():
        if name in tried or name not in plan or name in paused:
            continue
        for address in addresses:
            if address.medium is plan[name].medium and address.opted_out_at is None and (
                    not address.suppressed):
                return name, address
    return None
