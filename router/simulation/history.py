"""What a recorded day consists of: journal entries and the facts they are about. Reads JSON lines; draws nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.core import Ring
from router.model import ContactId
from router.records import Entry, Target
from router.rules import hours
from router.rules.hours import Hours
from router.simulation import facts

#: Journal entries that a replay looks at.
NAMES = ("contact-queued", "contact-changed", "offer-made", "offer-ended", "agent-changed")
_FACTS = ("queue", "agent", "contact", "target")
LARGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownQueue:
    """A queue as it is set."""

    id: int
    name: str
    skills: tuple[str, ...] = ()
    target: float = 120.0
    accept: float = 30.0
    levels: Mapping[str, int] = field(default_factory=dict)  #: needed skill -> least level, where more than 1
    prefers: Mapping[str, int] = field(default_factory=dict)  #: skill -> level that is better to have
    match_language: str = "no"  #: no, prefer, require
    rings: tuple[Ring, ...] = ()  #: who else may take those who wait long; queues by name
    hours: Hours | None = None  #: None = always open


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAgent:
    """An agent as he is set."""

    id: int
    skills: Mapping[str, int] = field(default_factory=dict)
    without: frozenset[str] = frozenset()  #: media he takes none of
    capacity: int = 6
    backup_after: float = 0.0
    languages: tuple[str, ...] = ()  #: none = all


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownContact:
    """What a contact is; never its words."""

    id: int
    medium: str
    segment: str = "ordinary"
    kind: str = ""
    needs: Mapping[str, int] = field(default_factory=dict)  #: skill -> least level, beside the queue's
    effort: int = 2
    prefers: Mapping[str, int] = field(default_factory=dict)
    language: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Entries in order, and what they are about."""

    entries: tuple[Entry, ...]
    queues: Mapping[int, KnownQueue]
    agents: Mapping[int, KnownAgent]
    contacts: Mapping[int, KnownContact]
    targets: tuple[Target, ...] = ()


class HistoryError(Exception):
    """The lines cannot be used; the text names line and key."""


def read_lines(lines: Iterable[str], name: str = "journal") -> History:
    """JSON lines: journal entries as they are, and facts `{"fact": "queue" | "agent" | "contact" | "target", ...}`."""
    entries: list[Entry] = []
    queues: dict[int, KnownQueue] = {}
    agents: dict[int, KnownAgent] = {}
    contacts: dict[int, KnownContact] = {}
    targets: list[Target] = []
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            if len(line) > LARGEST_LINE:
                raise ValueError("the line is too long")
            given = json.loads(line)
            fact = given.pop("fact", "") if isinstance(given, dict) else "none"
            if fact in _FACTS:
                facts.fact(fact, given)
            if fact == "queue":
                queues[int(given["id"])] = _queue(given)
            elif fact == "agent":
                agents[int(given["id"])] = _agent(given)
            elif fact == "contact":
                contacts[int(given["id"])] = _contact(given)
            elif fact == "target":
                targets.append(Target(**given))
            elif fact:
                raise ValueError("is neither an entry nor a fact about a queue, agent, contact or target")
            elif given.get("name") in NAMES:
                entries.append(_entry(given))
        except KeyError as error:
            faults.append(f"{name}:{number}: {error.args[0]}: is missing")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            faults.append(f"{name}:{number}: {error}")
        if len(faults) >= 20:
            break
    if faults:
        raise HistoryError("\n".join(faults))
    return History(entries=tuple(sorted(entries, key=lambda e: e.seq)), queues=queues, agents=agents,
                   contacts=contacts, targets=tuple(targets))


def _queue(given: Mapping[str, Any]) -> KnownQueue:
    rings = tuple(Ring(after_ms=int(1000 * ring["after"]), relax=int(ring.get("relax", 0)),
                       drop=frozenset(ring.get("drop", ())), queues=tuple(ring.get("queues", ())))
                  for ring in given.get("rings", ()))
    open_in = Hours(hours.read(given["hours"])) if given.get("hours") else None
    return KnownQueue(**{**given, "skills": tuple(given.get("skills", ())), "rings": rings, "hours": open_in})


def _agent(given: Mapping[str, Any]) -> KnownAgent:
    return KnownAgent(**{**given, "without": frozenset(given.get("without", ())),
                         "languages": tuple(given.get("languages", ()))})


def _contact(given: Mapping[str, Any]) -> KnownContact:
    needs = given.get("needs", {})  # a list where levels do not matter
    return KnownContact(**{**given, "needs": dict(needs) if isinstance(needs, Mapping) else dict.fromkeys(needs, 1)})


def _entry(given: Mapping[str, Any]) -> Entry:
    try:
        at = datetime.fromisoformat(str(given["at"]))
    except ValueError:
        raise ValueError(f"at: {str(given['at'])[:40]!r} is no moment; 2026-11-21T08:00:00+03:30 is one") from None
    if at.tzinfo is None:
        raise ValueError("at: has no time zone")
    facts.entry(given)
    contact = given.get("contact")
    return Entry(seq=int(given["seq"]), at=at, name=str(given["name"]), actor=str(given.get("actor", "")),
                 contact=None if contact is None else ContactId(int(contact)), data=dict(given["data"]))
