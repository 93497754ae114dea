"""Records as the JSON objects of docs/console.md. Pure: the same records give the same object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents import reasons
from agents.alarms import Alarm
from router.model import Health
from router.records import Agent, Contact, ContactState, Customer, Direction, Entry, KnownAddress, Message, Offer, Queue
from router.rules.exchange import Exchange

View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A contact with everything that its view shows of others."""

    contact: Contact
    customer: Customer
    address: KnownAddress
    last: tuple[Direction, datetime, str] | None = None  #: last spoken message
    offer: Offer | None = None
    wake_at: datetime | None = None


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond, always as long."""
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def contact(card: Card, why: Mapping[str, str]) -> View:
    """`why` says what keeps it waiting (see `reasons.stands`)."""
    it = card.contact
    waits = it.state is ContactState.WAITING
    return {
        "id": it.id, "reference": it.reference, "channel": it.channel, "medium": it.medium.value,
        "state": it.state.value, "state_since": moment(it.state_since), "queue": it.queue, "agent": it.agent,
        "last_agent": it.last_agent, "subject": it.subject, "language": it.language, "priority": it.priority,
        "effort": it.effort,
        "opened_at": moment(it.opened_at), "queued_at": moment(it.queued_at), "answered_at": moment(it.answered_at),
        "closed_at": moment(it.closed_at), "disposition": it.disposition, "wake_at": moment(card.wake_at),
        "customer": {"id": card.customer.id, "name": card.customer.name, "segment": card.customer.segment,
                     "address": card.address.value, "suppressed": card.address.suppressed},
        "last": None if card.last is None else {
            "direction": card.last[0].value, "text": card.last[2], "at": moment(card.last[1])},
        "offer": None if card.offer is None else {
            "id": card.offer.id, "agent": card.offer.agent, "expires_at": moment(card.offer.expires_at),
            "why": reasons.offer(card.offer.why)},
        "waiting_why": why if waits else None,
        "data": dict(it.data), "version": it.version,
    }


def message(it: Message, files: Sequence[int]) -> View:
    """`files` are the ids of its attachments, in their order."""
    kind = it.kind or (it.delivery.kind.value if it.delivery else "") or str(it.data.get("kind", ""))
    return {
        "id": it.id, "contact": it.contact, "direction": it.direction.value, "kind": kind, "at": moment(it.at),
        "author": it.author, "agent": it.agent, "text": it.text, "new_text": it.new_text, "has_html": bool(it.html),
        "subject": it.subject, "language": it.language, "automatic": it.automatic,
        "attachments": [{"id": number, "name": file.name, "media_type": file.media_type, "size": file.size,
                         "inline_id": file.inline_id} for number, file in zip(files, it.attachments, strict=True)],
        "delivery": None if it.delivery is None else {
            "id": it.delivery.id, "state": it.delivery.state.value, "error": it.delivery.error,
            **reasons.delivery(it.delivery.error), "attempts": it.delivery.attempts,
            "due_at": moment(it.delivery.due_at), "channel": it.delivery.channel,
            "trail": [{"channel": each["channel"], "error": each["error"], **reasons.delivery(each["error"])}
                      for each in it.delivery.trail]},
        "data": dict(it.data),
    }


def me(it: Agent, load: int) -> View:
    """The signed-in agent to themselves."""
    return {"id": it.id, "login": it.login, "name": it.name, "public_name": it.public_name, "role": it.role.value,
            "language": it.language, "state": it.state.value, "reason": it.reason,
            "state_since": moment(it.state_since), "capacity": it.capacity, "load": load, "phone": it.phone}


def agent(it: Agent, load: int, online: bool) -> View:
    """A colleague."""
    return {"id": it.id, "name": it.name, "public_name": it.public_name, "role": it.role.value, "state": it.state.value,
            "reason": it.reason, "state_since": moment(it.state_since), "skills": dict(it.skills),
            "capacity": it.capacity, "load": load, "online": online}


def agent_file(it: Agent) -> View:
    """An agent as the admin sees and edits them."""
    return {"id": it.id, "login": it.login, "name": it.name, "public_name": it.public_name, "role": it.role.value,
            "state": it.state.value, "skills": dict(it.skills), "efforts": dict(it.efforts), "capacity": it.capacity,
            "language": it.language, "phone": it.phone, "active": it.active, "languages": list(it.languages),
            "paused": list(it.paused), "limits": dict(it.limits), "group": it.group, "backup_after": it.backup_after,
            "shift": it.shift}


def queue(it: Queue, *, waiting: int, oldest: datetime | None, ready: int, today: Mapping[str, Any]) -> View:
    """A queue with its numbers."""
    return {"id": it.id, "name": it.name, "title_fa": it.title_fa, "title_en": it.title_en, "skills": list(it.skills),
            "target_seconds": it.target_seconds, "waiting": waiting, "oldest_queued_at": moment(oldest),
            "ready_agents": ready, "today": dict(today)}


def queue_file(it: Queue) -> View:
    """A queue as the admin sees and edits it."""
    return {"id": it.id, "name": it.name, "title_fa": it.title_fa, "title_en": it.title_en, "skills": list(it.skills),
            "priority": it.priority, "accept_seconds": it.accept_seconds, "target_seconds": it.target_seconds,
            "active": it.active, "levels": dict(it.levels), "prefers": dict(it.prefers),
            "match_language": it.match_language, "policy": it.policy, "calendar": it.calendar,
            "efforts": dict(it.efforts), "most_waiting": it.most_waiting, "when_full": it.when_full,
            "when_closed": it.when_closed, "when_unstaffed": it.when_unstaffed, "leave_unstaffed": it.leave_unstaffed,
            "overflow": [dict(step) for step in it.overflow], "merged_into": it.merged_into}


def alarms(found: Sequence[Alarm], total: int) -> View:
    """What supervisors are to know now; of many the first, and how many there are."""
    return {"total": total, "standing": [{**each.view(), "since": moment(each.since)} for each in found]}


def channel(name: str, medium: str, light: Health | None, outbox: int) -> View:
    """A channel with its light and how many messages wait to go."""
    light = light or Health(code="starting")
    return {"name": name, "medium": medium, "code": light.code, "en": light.en, "fa": light.fa,
            "since": moment(light.since), "outbox": outbox}


def exchange(number: int, it: Exchange) -> View:
    """One line of a channel's exchange log."""
    return {"id": number, "at": moment(it.at), "way": it.way, "method": it.method, "path": it.path,
            "status": it.status, "millis": it.millis, "asked": it.asked, "answered": it.answered,
            "outcome": it.outcome}


def customer(it: Customer, addresses: Sequence[KnownAddress]) -> View:
    """A customer file."""
    return {"id": it.id, "name": it.name, "segment": it.segment, "language": it.language, "note": it.note,
            "created_at": moment(it.created_at),
            "addresses": [{"id": a.id, "medium": a.medium.value, "value": a.value, "name": a.name,
                           "opted_out_at": moment(a.opted_out_at), "verified_at": moment(a.verified_at),
                           "suppressed": a.suppressed}
                          for a in addresses]}


def entry(it: Entry) -> View:
    """One line of a contact's story."""
    return {"seq": it.seq, "at": moment(it.at), "name": it.name, "actor": it.actor, "data": dict(it.data)}
