"""What a supervisor sets: media, queues, rings, policies, as pure values; impossible ones are refused with the key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Id = int | str  #: whatever the product counts with; one kind per run for contacts, one for agents

CONTACT_ORDERS = ("promise", "promise_strict", "fifo", "strict_priority", "ageing", "due_time", "gcmu", "queue_ratio")
AGENT_CHOICES = ("specialist", "longest_idle", "least_effort", "most_able", "round_robin", "fixed", "weighted")
STICKY = ("off", "if_free", "hold")
_SHARES = ("reserve_percent", "reserve_until_percent", "scarce_wait_percent")
_LEVELS = range(1, 6)


class PolicyError(ValueError):
    """A parameter that cannot be meant so. `key` names it as the supervisor knows it; the text says what would do."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumRules:
    """What one contact of a medium asks of an agent. The core knows media only by these figures."""

    points: int = 2  #: share of a seat
    limit: int = 0  #: at most so many at once for one agent; 0 = as many as the points allow
    offer_ms: int = 30_000  #: how long an offer stands
    mean_ms: int = 300_000  #: agent's time for one, after-contact work included; the start of what is learned
    tier: int = 0  #: where a policy orders by medium, smaller first
    slow: bool = False  #: nobody sits and waits for the answer: the reserve may hold it back
    target_ms: int = 120_000  #: promise where neither contact nor queue names one


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Who else may take a contact once it has waited `after_ms`. Rings only ever add agents."""

    after_ms: int
    relax: int = 0  #: required levels are lowered by so much (never under 1)
    drop: frozenset[str] = frozenset()  #: skills no longer required
    queues: tuple[Id, ...] = ()  #: whoever may serve these queues, too
    alarm: bool = False  #: say `Step(alarm=True)` to the supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one group of queues is served: an order of contacts, a choice of agents, and what is kept back."""

    name: str = "promise"
    order: str = "promise"  #: one of CONTACT_ORDERS
    choice: str = "specialist"  #: one of AGENT_CHOICES
    guard: int = 12  #: who has waited so many promises comes before everybody else; 0 = off
    late_behind: int = 1  #: with order="promise": so many segments further down a late one stands, behind their others
    keep_whole: bool = True  #: small work goes first to agents who take no work that fills a seat
    pack: bool = True  #: where it must go to them, it goes beside other small work: whole seats stay whole
    cover: bool = True  #: specialists first: among them whoever is missed least by other work that may come
    idle_first_ms: int = 0  #: whoever is idle for longer comes first; 0 = off
    sticky: str = "if_free"  #: one of STICKY
    hold_ms: int = 0  #: with sticky="hold": kept for the last agent so long
    reserve_percent: int = 30  #: slow media leave this share of 0.6 x staff as empty seats for the others; 0 = off
    reserve_until_percent: int = 80  #: of the promise; the reserve falls linearly to nothing until then
    drain: bool = True  #: for a starving contact a seat takes no more small work
    ageing_ms: int = 60_000  #: with order="ageing": one point of rank is worth so much waiting
    scarce_idle: int = 0  #: so many idle holders of a skill that is scarcer than what is asked wait for it; 0 = off
    scarce_wait_percent: int = 50  #: of the promise: so long the others wait for that
    vip_idle: int = 0  #: the last idle agents wait as long for the best segment; 0 = off
    fixed: tuple[Id, ...] = ()  #: with choice="fixed": agents in order
    weights: Mapping[Id, int] = field(default_factory=dict)  #: with choice="weighted": agent -> share of contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """A queue as the router needs it."""

    id: Id
    group: str = "default"  #: names a policy
    requires: Mapping[str, int] = field(default_factory=dict)  #: skill -> lowest level
    prefers: Mapping[str, int] = field(default_factory=dict)  #: skill -> level, better if there, waits for nobody
    priority: int = 0  #: higher is served first where the policy says so
    points: Mapping[str, int] = field(default_factory=dict)  #: medium -> points, instead of the medium's own
    targets: Mapping[tuple[str, str], int] = field(default_factory=dict)  #: (medium, segment) -> promise in ms
    rings: tuple[Ring, ...] = ()
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that is set. Unknown media, segments and queues in events are refused, not guessed."""

    media: Mapping[str, MediumRules]
    segments: tuple[str, ...] = ("vip", "organisation", "potential", "ordinary")  #: best first
    weights: Mapping[str, int] = field(default_factory=dict)  #: segment -> what a broken promise costs
    queues: tuple[QueueRules, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)  #: group -> policy; "default" is `promise`
    capacity: int = 6  #: points of an agent who has no capacity of his own
    reoffer_ms: int = 30_000  #: so long nobody is asked again for what he declined
    away_after: int = 1  #: so many offers in a row let lapse set an agent away; 0 = never
    away_ms: int = 60_000  #: for so long; 0 = until he says ready
    learn: bool = True  #: flexibility and effort follow the router's own history

    def __post_init__(self) -> None:
        check(self)


NAMED: Mapping[str, Policy] = {
    "promise": Policy(),
    "promise_fair": Policy(name="promise_fair", idle_first_ms=300_000),
    "promise_strict": Policy(name="promise_strict", order="promise_strict"),
    "fifo_longest_idle": Policy(name="fifo_longest_idle", order="fifo", choice="longest_idle", guard=0,
                                keep_whole=False, sticky="off", reserve_percent=0, drain=False),
    "strict_priority": Policy(name="strict_priority", order="strict_priority", choice="longest_idle", guard=0,
                              keep_whole=False, reserve_percent=0, drain=False),
    "ageing": Policy(name="ageing", order="ageing", choice="longest_idle", guard=0, keep_whole=False,
                     reserve_percent=0, drain=False),
    "due_time": Policy(name="due_time", order="due_time", choice="longest_idle", guard=0, keep_whole=False,
                       reserve_percent=0, drain=False),
    "gcmu": Policy(name="gcmu", order="gcmu", choice="specialist", guard=0),
    "queue_ratio": Policy(name="queue_ratio", order="queue_ratio", choice="longest_idle", guard=0,
                          keep_whole=False, reserve_percent=0, drain=False),
    "keep_for_scarce": Policy(name="keep_for_scarce", scarce_idle=1),
}


def policy(name: str) -> Policy:
    """A policy by its name; PolicyError names those there are."""
    if name not in NAMED:
        raise PolicyError("policy", f"{name!r} is none of {', '.join(NAMED)}")
    return NAMED[name]


def check(config: Config) -> None:
    """Refuse what cannot be meant so: PolicyError with the key."""
    _whole("capacity", config.capacity, 1, 250)
    for name in ("reoffer_ms", "away_after", "away_ms"):
        _whole(name, getattr(config, name), 0)
    if not config.media:
        raise PolicyError("media", "at least one is needed")
    if not config.segments or len(set(config.segments)) != len(config.segments):
        raise PolicyError("segments", "each once, at least one")
    for name, medium in config.media.items():
        _medium(f"media.{name}", medium)
    for name, weight in config.weights.items():
        if name not in config.segments:
            raise PolicyError(f"weights.{name}", f"is none of {', '.join(config.segments)}")
        _whole(f"weights.{name}", weight, 0)
    for group, each in config.policies.items():
        _policy(f"policies.{group}", each)
    names = [queue.id for queue in config.queues]
    if len(set(names)) != len(names):
        raise PolicyError("queues", "an id stands there twice")
    for queue in config.queues:
        check_queue(config, queue, names)


def check_queue(config: Config, queue: QueueRules, names: list[Id]) -> None:
    """Refuse a queue that cannot be meant so; `names` are all queues there are."""
    key = f"queues.{queue.id}"
    if queue.group != "default" and queue.group not in config.policies:
        raise PolicyError(f"{key}.group", f"no policy for {queue.group!r}; there are {', '.join(config.policies)}")
    for skill, level in [*queue.requires.items(), *queue.prefers.items()]:
        skill_level(f"{key}.requires.{skill}", skill, level)
    for medium, points in queue.points.items():
        _known(f"{key}.points", medium, config.media)
        _whole(f"{key}.points.{medium}", points, 1, 250)
    for (medium, segment), target in queue.targets.items():
        _known(f"{key}.targets", medium, config.media)
        _known(f"{key}.targets", segment, config.segments)
        _whole(f"{key}.targets.{medium}.{segment}", target, 1)
    check_rings(f"{key}.rings", queue.rings, names)


def check_rings(key: str, rings: tuple[Ring, ...], names: list[Id]) -> None:
    """Rings follow each other in time, and lead to queues that exist."""
    last = 0
    for number, ring in enumerate(rings):
        _whole(f"{key}.{number}.after_ms", ring.after_ms, 0)
        if ring.after_ms < last:
            raise PolicyError(f"{key}.{number}.after_ms", "rings stand in the order of time")
        last = ring.after_ms
        _whole(f"{key}.{number}.relax", ring.relax, 0, 4)
        for queue in ring.queues:
            if queue not in names:
                raise PolicyError(f"{key}.{number}.queues", f"no queue {queue!r}")


def skill_level(key: str, skill: str, level: int) -> None:
    """A level is 1..5."""
    if not skill or level not in _LEVELS:
        raise PolicyError(key, f"a level is 1 to 5, not {level!r}")


def _medium(key: str, medium: MediumRules) -> None:
    _whole(f"{key}.points", medium.points, 1, 250)
    for name in ("limit", "tier"):
        _whole(f"{key}.{name}", getattr(medium, name), 0)
    for name in ("offer_ms", "mean_ms", "target_ms"):
        _whole(f"{key}.{name}", getattr(medium, name), 1)


def _policy(key: str, policy: Policy) -> None:
    for name, known in (("order", CONTACT_ORDERS), ("choice", AGENT_CHOICES), ("sticky", STICKY)):
        _known(f"{key}.{name}", getattr(policy, name), known)
    for name in _SHARES:
        _whole(f"{key}.{name}", getattr(policy, name), 0, 100)
    _whole(f"{key}.late_behind", policy.late_behind, 0, 100)
    for name in ("idle_first_ms", "hold_ms", "ageing_ms", "scarce_idle", "vip_idle"):
        _whole(f"{key}.{name}", getattr(policy, name), 0)
    if policy.guard != 0:
        _whole(f"{key}.guard", policy.guard, 2, 1000)
    if policy.sticky == "hold" and not policy.hold_ms:
        raise PolicyError(f"{key}.hold_ms", "needed with sticky = hold: how long is it kept?")
    if policy.choice == "fixed" and not policy.fixed:
        raise PolicyError(f"{key}.fixed", "needed with choice = fixed: agents in order")
    if policy.choice == "weighted" and not any(weight > 0 for weight in policy.weights.values()):
        raise PolicyError(f"{key}.weights", "needed with choice = weighted: at least one above 0")
    for agent, weight in policy.weights.items():
        _whole(f"{key}.weights.{agent}", weight, 0)


def _whole(key: str, value: int, low: int, high: int | None = None) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < low or (high is not None and value > high):
        span = f"{low} to {high}" if high is not None else f"{low} or more"
        raise PolicyError(key, f"a whole number, {span}, not {value!r}")


def _known(key: str, value: str, known: object) -> None:
    if value not in known:  # type: ignore[operator]
        raise PolicyError(key, f"{value!r} is none of {', '.join(map(str, known))}")  # type: ignore[call-overload]
