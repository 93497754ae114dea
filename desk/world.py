"""What a dialogue may see and do at once, inside the transaction that took the citizen's word in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.flows import days
from desk.flows.asking import Standing
from desk.flows.model import Carries
from router.events import CaseOpened
from router.model import Limits
from router.records import Contact, ContactState, Queue
from router.rules import hours
from router.rules.triage import ChannelPolicy
from storage.tx import StoreTx

#: What a conversation's state means to the citizen who asks.
_STATES = {ContactState.SELF_SERVICE: "open", ContactState.WAITING: "open", ContactState.OFFERED: "open",
           ContactState.ACTIVE: "in-progress", ContactState.SNOOZED: "in-progress", ContactState.WRAP_UP: "done",
           ContactState.CLOSED: "done", ContactState.ABANDONED: "done"}
_DATA_VALUES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the composition root tells of the desk and its channels."""

    limits: Mapping[str, Limits]
    zone: str
    desk_names: Mapping[str, str] = field(default_factory=dict)


class InTx:
    """See `desk.flows.asking.World`."""

    def __init__(self, tx: StoreTx, place: Place, policy: ChannelPolicy, contact: Contact) -> None:
        self._tx, self._place, self._policy, self._contact = tx, place, policy, contact
        self.carries = carries(place, policy.name, tx.now)

    def given(self) -> Mapping[str, Any]:
        """Variables that are always there."""
        language = self._contact.language
        return {"reference": self._contact.reference, "desk": self._place.desk_names.get(language, ""),
                "name": self._tx.people.customer(self._contact.customer).name, "medium": self._contact.medium.value}

    def is_open(self, queue: str) -> bool:
        """Whether the queue has its hours now; a queue without hours is always open."""
        found = self._tx.desk.queue_named(queue or self._policy.queue)
        return found is None or open_now(self._tx, found, self._place.zone)

    def open_case(self, service: str, subject: str, values: Mapping[str, Any]) -> str:
        """A new case of this citizen; its tracking code."""
        contact = self._contact
        made = self._tx.cases.open(service=service, subject=subject[:300], customer=contact.customer,
                                   contact=contact.id, data=dict(list(values.items())[:_DATA_VALUES]))
        self._tx.emit(CaseOpened(about=contact.id, case=made.id, service=service), actor="flow")
        return made.code

    def status(self, code: str) -> Standing | None:
        """How a case or conversation stands. Whoever holds a code learns the state; since when, only its owner."""
        case = self._tx.cases.by_code(code)
        if case is not None:
            mine = case.customer == self._contact.customer
            return Standing(state=case.state, day=self._day(case.state_since) if mine else {})
        talk = self._tx.flows.contact_called(code)
        if talk is None:
            return None
        mine = talk.customer == self._contact.customer
        return Standing(state=_STATES[talk.state], day=self._day(talk.state_since) if mine else {})

    def _day(self, at: datetime) -> Mapping[str, str]:
        there = at.astimezone(ZoneInfo(self._place.zone)).date()
        return {language: days.shown(there, language) for language in ("fa", "en")}


def carries(place: Place, channel: str, now: datetime) -> Carries:
    """What a channel can show and take."""
    limits = place.limits.get(channel, Limits())
    return Carries(buttons=limits.buttons, text_chars=limits.text_chars, keys=limits.keys,
                   several=limits.several, today=now.astimezone(ZoneInfo(place.zone)).date().isoformat())


def open_now(tx: StoreTx, queue: Queue, zone: str) -> bool:
    """Whether a queue has its hours."""
    calendar = next((each for each in tx.routing.calendars() if each.name == queue.calendar), None)
    if calendar is None:
        return True
    try:
        return hours.Hours(hours.read({"zone": zone, **calendar.definition})).is_open(tx.now)
    except hours.HoursError:
        return True  # the router refuses such a calendar when it is set; nobody is turned away for it
