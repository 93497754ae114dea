"""All that is set for routing as one value: queues, hours, policies, promises, costs; what follows from it. Pure.

Built anew when any of it changes. Keeps what it worked out; equal questions get equal answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from router.core import NAMED, Config, MediumRules, PolicyError, QueueRules, Ring
from router.core import Policy as CorePolicy
from router.errors import BadRequest
from router.model import Medium, QueueId
from router.records import Agent, Calendar, Policy, Queue, Target
from router.rules import hours, overflow, sla
from router.rules.hours import Hours
from router.rules.overflow import Step

SEGMENTS = ("vip", "organisation", "potential", "ordinary")  #: best first
LANGUAGES = ("fa", "en")
_AGENT = re.compile(r"[0-9]{1,18}")
DEFAULT = "default"  #: the policy of queues that name none
_MERGES = 10  #: a queue merged into one that was merged: followed so often
_SECONDS = {"idle_first_seconds": "idle_first_ms", "hold_seconds": "hold_ms", "ageing_seconds": "ageing_ms"}
#: What of a policy may be set, as a supervisor names it.
PARAMETERS = tuple(sorted({f.name for f in fields(CorePolicy)} - {"name", *_SECONDS.values()} | set(_SECONDS)))


class Waits(Protocol):
    """What is asked about a contact."""

    @property
    def queue(self) -> QueueId | None: ...
    @property
    def medium(self) -> str: ...
    @property
    def segment(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def effort(self) -> int: ...
    @property
    def queued_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumPlan:
    """What a contact of a medium asks of an agent, and of the citizen's patience."""

    effort: int = 2  #: points
    at_once: int = 0  #: contacts of it one agent may have; 0 = as many as the points allow
    mean_seconds: int = 300  #: agent's time for one; where learning begins
    tier: int = 0  #: where a policy orders by medium, smaller first
    slow: bool = False  #: nobody sits and waits for the answer
    patience_seconds: int = 0  #: how long people wait; 0 = not known


#: A call fills an agent; what is written leaves room for more.
MEDIA: Mapping[str, MediumPlan] = {
    "voice": MediumPlan(effort=6, at_once=1, mean_seconds=300, patience_seconds=300),
    "webchat": MediumPlan(mean_seconds=480, tier=1, patience_seconds=420),
    "telegram": MediumPlan(mean_seconds=480, tier=1, patience_seconds=1800),
    "sms": MediumPlan(mean_seconds=300, tier=1, patience_seconds=3600),
    "phone": MediumPlan(tier=1), "counter": MediumPlan(tier=1),
    "email": MediumPlan(effort=3, mean_seconds=600, tier=2, slow=True),
    "form": MediumPlan(effort=3, mean_seconds=600, tier=2, slow=True),
    "letter": MediumPlan(effort=3, mean_seconds=900, tier=2, slow=True),
    "fax": MediumPlan(effort=3, mean_seconds=900, tier=2, slow=True),
}


def media(own: Mapping[str, MediumPlan] | None = None) -> dict[str, MediumPlan]:
    """Every medium of the house; `own` replaces what is said here."""
    return {**{medium.value: MEDIA.get(medium.value, MediumPlan()) for medium in Medium}, **(own or {})}


@dataclass(slots=True, kw_only=True)
class Plan:
    """See the module. `zone` is the desk's; calendars without one of their own take it."""

    queues: Mapping[QueueId, Queue] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    media: Mapping[str, MediumPlan] = field(default_factory=media)
    zone: str = "UTC"
    reoffer_seconds: int = 30
    near_percent: int = sla.NEAR_PERCENT
    learn: bool = True
    learned: Mapping[tuple[QueueId, str], int] = field(default_factory=dict)  #: points by queue and medium
    calendar: str = ""  #: hours of promises of queues that have none of their own
    renewals: int = 2  #: a promised answer is put off at most so often
    segments: tuple[str, ...] = SEGMENTS
    _hours: dict[str, Hours] = field(default_factory=dict)
    _steps: dict[QueueId, tuple[Step, ...]] = field(default_factory=dict)
    _found: dict[tuple[Any, ...], int | None] = field(default_factory=dict)

    def changed(self, **parts: Any) -> Plan:
        """Another plan with these parts anew, and nothing remembered."""
        return replace(self, **parts, _hours={}, _steps={}, _found={})

    def named(self, name: str) -> Queue | None:
        """The queue with this short name."""
        return next((queue for queue in self.queues.values() if queue.name == name), None)

    def hours(self, calendar: str) -> Hours:
        """A calendar ready to be asked; always open where there is none of that name."""
        if calendar not in self._hours:
            known = self.calendars.get(calendar)
            value = hours.always(self.zone) if known is None else hours.read(_zoned(known.definition, self.zone))
            self._hours[calendar] = Hours(value)
        return self._hours[calendar]

    def hours_of(self, queue: QueueId | None) -> Hours:
        """The hours of a queue."""
        known = self.queues.get(queue) if queue is not None else None
        return self.hours(known.calendar if known is not None else "")

    def is_open(self, queue: Queue, at: datetime) -> bool:
        """Whether the queue has its hours."""
        return not queue.calendar or self.hours(queue.calendar).is_open(at)

    def on_shift(self, agent: Agent, at: datetime) -> bool:
        """Whether an agent's hours run now; without any they are whenever the agent is ready."""
        return not agent.shift or self.hours(agent.shift).is_open(at)

    def steps(self, queue: Queue) -> tuple[Step, ...]:
        """The queue's overflow; a step that became impossible (a queue is gone) is left out."""
        if queue.id not in self._steps:
            names = {each.name for each in self.queues.values()}
            found: list[Step] = []
            for step in queue.overflow:
                try:
                    found += overflow.read([step], queues=names, own=queue.name)
                except BadRequest:
                    continue
            self._steps[queue.id] = tuple(found)
        return self._steps[queue.id]

    def target(self, contact: Waits, clock: str = "first") -> int | None:
        """Seconds of working time promised to a contact; None = nothing is promised."""
        queue = self.queues.get(contact.queue) if contact.queue is not None else None
        key = (contact.queue, contact.medium, contact.segment, contact.kind, clock)
        if key not in self._found:
            default = queue.target_seconds if queue is not None and clock == "first" else None
            found = sla.find(self.targets, queue=queue.name if queue else "", medium=str(contact.medium),
                             segment=contact.segment, kind=contact.kind, clock=clock, default=default)
            self._found[key] = found.target.seconds if found.target else None
        return self._found[key]

    def points(self, contact: Waits) -> int:
        """What a contact costs whoever takes it, where the agent has no figure of their own."""
        queue, medium = self.queues.get(contact.queue) if contact.queue is not None else None, str(contact.medium)
        if queue is None or medium in queue.efforts:
            return contact.effort if queue is None else queue.efforts[medium]
        # What a channel's settings say of its own contacts is not learned anew.
        usual = contact.effort == self.media[medium].effort if medium in self.media else False
        return self.learned.get((queue.id, medium), contact.effort) if usual else contact.effort

    def teachable(self, key: tuple[QueueId, str]) -> int:
        """The points of a queue's medium where they may be learned; 0 = nobody may: learning is off, they are set for
        the queue, or an agent has only one of the kind at once."""
        queue, medium = self.queues.get(key[0]), self.media.get(key[1])
        if not self.learn or queue is None or medium is None or key[1] in queue.efforts or medium.at_once == 1:
            return 0
        return medium.effort

    def waited(self, contact: Waits, at: datetime) -> timedelta:
        """Open time since it was queued."""
        if contact.queued_at is None or contact.queued_at >= at:
            return timedelta()
        queue = self.queues.get(contact.queue) if contact.queue is not None else None
        if queue is None or not queue.calendar:
            return at - contact.queued_at
        return self.hours(queue.calendar).working(contact.queued_at, at)

    def config(self, at: datetime, *, away_after: int = 0) -> Config:
        """What the core is set to. Setting an agent away is the product's own work, so the core never does it."""
        return Config(
            media={name: rules(each) for name, each in self.media.items()}, segments=self.segments,
            queues=tuple(self.queue_rules(queue, at) for _, queue in sorted(self.queues.items())),
            policies={name: policy_of(each) for name, each in self.policies.items()},
            reoffer_ms=self.reoffer_seconds * 1000, away_after=away_after, away_ms=0, learn=self.learn)

    def queue_rules(self, queue: Queue, at: datetime) -> QueueRules:
        """A queue as the core needs it."""
        return QueueRules(
            id=queue.id, group=queue.policy if queue.policy in self.policies else DEFAULT,
            requires={skill: max(1, queue.levels.get(skill, 1)) for skill in queue.skills}, prefers=dict(queue.prefers),
            priority=queue.priority, points=dict(queue.efforts), rings=self.rings(queue), open=self.is_open(queue, at))

    def rings(self, queue: Queue) -> tuple[Ring, ...]:
        """Who else may take a contact that waits long."""
        named = {each.name: taking(each, self.queues.get) for each in self.queues.values()}
        return tuple(Ring(after_ms=(step.after or 0) * 1000, relax=step.relax, drop=frozenset(step.drop),
                          queues=tuple(found.id for name in step.queues if (found := named.get(name)) is not None))
                     for step in self.steps(queue) if step.widens)


def taking(queue: Queue | None, known: Callable[[QueueId], Queue | None]) -> Queue | None:
    """The queue that takes what was meant for this one: itself, or the one that it was merged into, however often."""
    for _ in range(_MERGES):
        if queue is not None and queue.merged_into is not None:
            queue = known(queue.merged_into)
    return queue


def rules(medium: MediumPlan) -> MediumRules:
    """A medium as the core needs it."""
    return MediumRules(points=max(1, medium.effort), limit=medium.at_once, mean_ms=max(1, medium.mean_seconds) * 1000,
                       tier=medium.tier, slow=medium.slow)


def policy_of(policy: Policy) -> CorePolicy:
    """A policy as the core needs it; BadRequest naming the key for a parameter that cannot be meant so."""
    known = NAMED.get(policy.rule)
    if known is None:
        raise BadRequest(f"rule: {policy.rule!r} is none of {', '.join(NAMED)}", field="rule")
    values: dict[str, Any] = {}
    for name, value in policy.parameters.items():
        if name not in PARAMETERS:
            raise BadRequest(f"parameters.{name}: is not known; known are {', '.join(PARAMETERS)}",
                             field=f"parameters.{name}")
        values[_SECONDS.get(name, name)] = _typed(name, value)
    return replace(known, name=policy.name, **values)


def _typed(name: str, value: Any) -> Any:
    kind = {f.name: str(f.type) for f in fields(CorePolicy)}[_SECONDS.get(name, name)]
    key = f"parameters.{name}"
    if name in _SECONDS:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 86_400:
            raise BadRequest(f"{key}: must be a whole number of seconds from 0 to 86400", field=key)
        return value * 1000
    if kind == "bool" and not isinstance(value, bool):
        raise BadRequest(f"{key}: must be true or false", field=key)
    if kind == "int" and (not isinstance(value, int) or isinstance(value, bool)):
        raise BadRequest(f"{key}: must be a whole number", field=key)
    if name == "fixed":
        return tuple(_agents(key, value))
    if name == "weights":
        if not isinstance(value, Mapping) or not all(_AGENT.fullmatch(str(each)[:20]) for each in value):
            raise BadRequest(f"{key}: must be a table of agents' numbers with their shares", field=key)
        return {int(each): share for each, share in value.items()}
    return value


def _agents(key: str, value: Any) -> Iterable[int]:
    if not isinstance(value, list | tuple) or not all(type(each) is int for each in value):
        raise BadRequest(f"{key}: must be a list of agents' numbers", field=key)
    return value


def _zoned(definition: Mapping[str, Any], zone: str) -> dict[str, Any]:
    return {"zone": zone, **definition}


def check(plan: Plan, at: datetime) -> None:
    """BadRequest naming the first thing that cannot be meant so."""
    for name, calendar in plan.calendars.items():
        try:
            hours.read(_zoned(calendar.definition, plan.zone))
        except hours.HoursError as error:
            place, what = error.faults[0]
            raise BadRequest(f"calendars.{name}.{place}: {what}", field=f"calendars.{name}.{place}") from None
    for queue in plan.queues.values():
        check_queue(plan, queue)
    try:
        sla.check(plan.targets)
        plan.config(at)
    except sla.TargetError as error:
        raise BadRequest(str(error), field="seconds") from None
    except PolicyError as error:
        key = _own(error.key)
        raise BadRequest(f"{key}: {error.reason}", field=key) from None


def _own(key: str) -> str:
    """The core's key as a supervisor names it: seconds, not milliseconds."""
    head, dot, last = key.rpartition(".")
    return head + dot + next((name for name, inner in _SECONDS.items() if inner == last), last)


def check_queue(plan: Plan, queue: Queue) -> None:
    """BadRequest naming the key of a queue that cannot be meant so."""
    names = {each.name for each in plan.queues.values()}
    overflow.read(queue.overflow, queues=names, own=queue.name)
    for key in ("when_full", "when_closed", "when_unstaffed", "leave_unstaffed"):
        overflow.door(key, getattr(queue, key), queues=names, own=queue.name)
    if queue.calendar and queue.calendar not in plan.calendars:
        raise BadRequest(f"calendar: there is no calendar {queue.calendar!r}", field="calendar")
    if queue.policy and queue.policy not in plan.policies:
        raise BadRequest(f"policy: there is no policy {queue.policy!r}", field="policy")
    for skill in queue.levels:
        if skill not in queue.skills:
            raise BadRequest(f"levels.{skill}: is not among the skills it needs", field="levels")
