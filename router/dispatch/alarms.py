"""What supervisors are told and not told twice: contacts that nobody could serve, queues where nobody comes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice

from router.events import RoutingAlarm
from router.model import ContactId, QueueId

REMEMBERED = 2_000  #: alarms that a restart knows of
AT_ONCE = 1_000  #: contacts that are told of again after a restart

_ABLE = "nobody-able"


class Alarms:
    """Compares what stands with what was told: who is stranded and saved within one batch is nobody's news."""

    def __init__(self) -> None:
        self.contacts: dict[ContactId, tuple[QueueId | None, tuple[str, ...]]] = {}  #: told: queue, what lacks
        self.queues: dict[QueueId, str] = {}  #: told: why nobody comes

    def contact(self, number: ContactId, queue: QueueId | None, missing: tuple[str, ...] | None) -> list[RoutingAlarm]:
        """What a contact lacks, None when somebody could serve it; alarms when that is different."""
        was = self.contacts.pop(number, None)
        if missing is not None:
            self.contacts[number] = (queue, missing)
        if (None if was is None else was[1]) == missing:
            return []
        made = [RoutingAlarm(about=number, code=_ABLE, queue=was[0], missing=was[1], over=True)] if was else []
        if missing is not None:
            made.append(RoutingAlarm(about=number, code=_ABLE, queue=queue, missing=missing))
        return made

    def queue(self, number: QueueId, why: str) -> list[RoutingAlarm]:
        """Why nobody comes to a queue, "" when somebody does; alarms when that is different."""
        was = self.queues.get(number, "")
        if why == was:
            return []
        self.queues.pop(number, None)
        made = [RoutingAlarm(code=was, queue=number, over=True)] if was else []
        if why:
            self.queues[number] = why
            made.append(RoutingAlarm(code=why, queue=number))
        return made

    def to_text(self) -> str:
        """What was told, for a restart; at most so much."""
        contacts = islice(self.contacts.items(), REMEMBERED)
        return json.dumps({"contacts": [[number, queue, list(missing)] for number, (queue, missing) in contacts],
                           "queues": sorted(self.queues.items())})

    def again(self, text: str, stranded: Mapping[ContactId, tuple[QueueId | None, tuple[str, ...]]],
              alone: Mapping[QueueId, str]) -> list[RoutingAlarm]:
        """After a restart everything that stands is told again, and what was told before and is over."""
        before = json.loads(text) if text else {"contacts": [], "queues": []}
        made = [RoutingAlarm(about=ContactId(number), code=_ABLE, queue=queue, missing=tuple(missing), over=True)
                for number, queue, missing in before["contacts"] if number not in stranded]
        made += [RoutingAlarm(code=why, queue=number, over=True) for number, why in before["queues"]
                 if alone.get(number) != why]
        made += [RoutingAlarm(code=why, queue=number) for number, why in alone.items()]
        made += [RoutingAlarm(about=number, code=_ABLE, queue=queue, missing=missing)
                 for number, (queue, missing) in islice(stranded.items(), AT_ONCE)]
        self.contacts, self.queues = dict(stranded), dict(alone)
        return made
