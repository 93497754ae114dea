"""What supervisors are to know now: alarms that stand, kept from the journal and from nothing else. Pure; tells nobody.

An alarm about a contact stands until the router says that it is over, or somebody takes the contact, or it ends; one
about a queue until it is over; one about the router itself, which nothing ends, until the day does.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.records import ContactState, Entry

Words = dict[str, str]

NAMES = ("routing-alarm", "contact-changed")
SHOWN = 50  #: at once, those about queues first, then the newest
#: In these nobody has a contact yet.
OPEN = (ContactState.WAITING, ContactState.OFFERED)
_OPEN = frozenset(state.value for state in OPEN)
#: What the router ends by itself; the others about no contact stand until the day is over.
_ENDED_BY_ROUTER = frozenset({"nobody-here", "nobody-able"})
WORDS: Mapping[str, Words] = {
    "nobody-able": {"en": "Nobody who works here can take this contact.",
                    "fa": "هیچ همکاری نمی‌تواند این تماس را بپذیرد."},
    "nobody-here": {"en": "People wait in this queue and nobody who serves it is at work.",
                    "fa": "در این صف منتظرند و هیچ‌یک از همکاران آن سر کار نیست."},
    "overflow": {"en": "It has waited so long that a step of its queue calls you.",
                 "fa": "آن‌قدر مانده است که گام سرریز صف شما را خبر می‌کند."},
    "promise-not-renewed": {"en": "What the citizen was told cannot be kept, and it was put off often enough.",
                            "fa": "قولی که به شهروند داده شد نگه داشته نمی‌شود و دیگر هم نمی‌توان آن را عقب انداخت."},
    "audit": {"en": "The router found a fault in its own figures and made them anew.",
              "fa": "مسیریاب در شمارش خود خطایی یافت و آن را از نو ساخت."},
    "clock-stepped": {"en": "The clock of the machine jumped.", "fa": "ساعت دستگاه پرش کرد."},
    "refused-offers": {"en": "The database refuses the router's offers again and again.",
                       "fa": "پایگاه داده پیشنهادهای مسیریاب را پی‌درپی نمی‌پذیرد."},
}
#: Of a queue, where the same code says something else than of one contact.
QUEUE_WORDS: Mapping[str, Words] = {
    "nobody-able": {"en": "People wait in this queue, and nobody who works here can take any of them.",
                    "fa": "در این صف منتظرند و هیچ همکاری نمی‌تواند هیچ‌یک از آنان را بپذیرد."},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One that stands."""

    code: str
    contact: int | None
    queue: int | None
    since: datetime
    seq: int
    missing: tuple[str, ...] = ()

    def view(self) -> dict[str, Any]:
        """As supervisors see it, without its time."""
        words = WORDS.get(self.code, {"en": self.code, "fa": self.code})
        if self.contact is None:
            words = QUEUE_WORDS.get(self.code, words)
        return {"code": self.code, "contact": self.contact, "queue": self.queue, "missing": list(self.missing), **words}


@dataclass(slots=True)
class Standing:
    """Feed it the journal in order."""

    found: dict[tuple[str, int | None, int | None], Alarm] = field(default_factory=dict)
    _of: dict[int, set[str]] = field(default_factory=dict)  #: contact -> codes

    def feed(self, entries: Iterable[Entry]) -> bool:
        """Whether something stands now that did not, or the other way."""
        changed = False
        for entry in entries:
            if entry.name == "routing-alarm":
                changed |= self._told(entry)
            elif entry.name == "contact-changed" and entry.contact in self._of and entry.data["state"] not in _OPEN:
                for code in self._of.pop(entry.contact):
                    del self.found[code, entry.contact, None]
                changed = True
        return changed

    def _told(self, entry: Entry) -> bool:
        code, contact, queue = str(entry.data["code"]), entry.contact, entry.data.get("queue")
        key = (code, contact, None if contact is not None else queue)
        if entry.data.get("over"):
            if contact is not None and (codes := self._of.get(contact)) is not None:
                codes.discard(code)
                if not codes:
                    del self._of[contact]
            return self.found.pop(key, None) is not None
        was = self.found.get(key)
        now = Alarm(code=code, contact=contact, queue=queue, missing=tuple(entry.data.get("missing", ())),
                    since=was.since if was else entry.at, seq=was.seq if was else entry.seq)
        self.found[key] = now
        if contact is not None:
            self._of.setdefault(int(contact), set()).add(code)
        return was != now

    def end_day(self) -> bool:
        """What nothing ends is over with its day; whether there was any."""
        over = [key for key, each in self.found.items() if each.contact is None and each.code not in _ENDED_BY_ROUTER]
        for key in over:
            del self.found[key]
        return bool(over)

    def first(self) -> list[Alarm]:
        """Those that are shown."""
        return heapq.nlargest(SHOWN, self.found.values(), key=lambda each: (each.contact is None, each.seq))
