"""What a contact of a medium costs an agent in a queue, learned from how long agents really worked on such. Pure.

Work on an answer is the time since the agent's last answer to anybody, or since the contact was taken: while that time
ran the agent worked on nothing else that went out. A contact's share of a seat is the work on it over the time for
which it was held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from router.model import QueueId

SEAT = 6  #: points of a whole seat
LEAST = 200  #: contacts of a medium in a queue; fewer say nothing
STEADY = 0.75  #: points by which what is learned must differ before anything changes
_LONGEST_WORK = 300_000  #: ms that one answer counts at most: whoever was away did not work
_LONGEST_HELD = 8 * 3_600_000  #: ms; a working day
Key = tuple[QueueId, str]  #: queue, medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer of an agent in a contact that is over; times in ms."""

    agent: int
    at: int
    contact: int
    key: Key
    taken: int
    over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured of a medium in a queue."""

    contacts: int
    points: float  #: a contact's share of a seat, in points


def seen(answers: Iterable[Answered]) -> dict[Key, Seen]:
    """What `answers`, in the order of their time, say of each queue and medium."""
    last: dict[int, int] = {}
    worked: dict[Key, int] = {}
    held: dict[Key, dict[int, int]] = {}
    for each in answers:
        since = max(last.get(each.agent, 0), each.taken)
        worked[each.key] = worked.get(each.key, 0) + min(max(0, each.at - since), _LONGEST_WORK)
        last[each.agent] = max(each.at, last.get(each.agent, 0))
        held.setdefault(each.key, {})[each.contact] = min(max(1, each.over - each.taken), _LONGEST_HELD)
    return {key: Seen(contacts=len(contacts), points=SEAT * worked[key] / sum(contacts.values()))
            for key, contacts in held.items()}


def learned(measured: Mapping[Key, Seen], given: Callable[[Key], int], now: Mapping[Key, int]) -> dict[Key, int]:
    """Points by queue and medium where they differ from what is `given` (0 = not to be learned), at least half and at
    most twice as much and never more than a seat; `now` is what was learned before, which stays until it is clearly
    wrong."""
    found: dict[Key, int] = {}
    for key, each in measured.items():
        usual = given(key)
        if usual and each.contacts >= LEAST:
            points = _points(each.points, usual, now.get(key, usual))
            if points != usual:
                found[key] = points
    return found


def _points(exact: float, usual: int, now: int) -> int:
    if abs(exact - now) < STEADY:
        return now
    return max(-(-usual // 2), min(round(exact), 2 * usual, max(SEAT, usual)))
