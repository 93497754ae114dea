"""How a simulated day is told to the router: what a supervisor would have set, and a contact's arrival."""

from __future__ import annotations

from dataclasses import replace

from router.core import AgentProfile, Config, ContactQueued, MediumRules, Policy, QueueRules
from router.simulation.day import Arrival, Day, Worker

ALL = "all"  #: the queue of a scenario that names none: what a contact requires is its own


def config(day: Day, policy: Policy) -> Config:
    """What a supervisor would have set for such a day."""
    media = {name: MediumRules(
        points=c.points, limit=c.limit, offer_ms=ms(c.offer_timeout), mean_ms=max(1, ms(c.mean)), slow=c.slow,
        tier=2 if c.slow else 0 if c.points >= day.capacity else 1) for name, c in day.channels.items()}
    targets = {(channel, segment): max(1, ms(seconds)) for channel, each in day.targets.items()
               for segment, seconds in each.items()}
    known = {str(rules.id): rules for rules in day.queues}
    return Config(
        media=media, segments=tuple(day.segments),
        weights={name: round(weight * 10) for name, weight in day.segments.items()},
        queues=tuple(replace(known.get(name) or QueueRules(id=name), targets=targets)
                     for name in sorted({arrival.queue for arrival in day.arrivals} | {ALL} | set(known))),
        policies={"default": policy}, capacity=day.capacity,
        away_ms=0, away_after=1 if day.away_after_missed else 0)  # the world brings him back itself


def queued(arrival: Arrival, at: int) -> ContactQueued:
    """How the core is told of a contact."""
    return ContactQueued(
        at=at, contact=arrival.id, queue=arrival.queue, medium=arrival.channel,
        segment=arrival.segment, requires={skill: arrival.levels.get(skill, 1) for skill in arrival.skills},
        prefers=arrival.prefers, language=arrival.language, priority=arrival.priority,
        target_ms=max(1, ms(arrival.target)), sticky=arrival.sticky, points=arrival.points)


def profile(worker: Worker) -> AgentProfile:
    """And of an agent."""
    tongues = {f"lang:{each}": 1 for each in worker.languages}  # so a queue may prefer them, beside requiring
    return AgentProfile(at=0, agent=worker.id, skills={**worker.skills, **tongues}, media=worker.channels,
                        languages=dict.fromkeys(worker.languages, 5), backup_after_ms=ms(worker.backup_after))


def ms(seconds: float) -> int:
    """Whole milliseconds."""
    return round(1000 * seconds)
