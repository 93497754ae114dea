"""Turns a recorded day into one that can be lived again under other rules, and says what cannot be. Opens nothing.

`replayed(history, start, end)` gives the day and what really became of it; `compare` lives it under policies.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from router.core import Policy, QueueRules
from router.rules import sla
from router.rules.hours import Hours
from router.rules.plan import LANGUAGES
from router.simulation.day import Arrival, Channel, Day, Worker
from router.simulation.figures import Fate, Outcome, Shift, figures
from router.simulation.history import History, HistoryError, KnownAgent, KnownContact, KnownQueue
from router.simulation.slots import Slots
from router.simulation.tracks import Tracks, Wait
from router.simulation.world import World

RECORDED = "recorded"
_WEIGHTS = {"vip": 5.0, "organisation": 2.0, "potential": 1.5, "ordinary": 1.0}
_SLOW = 900.0
#: What is not as it was: code -> words with {n}.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "profiles": "skills, promises and queues are those of today, not of that day",
        "same-work": "work takes as long as it took, whoever gets it; slowing each other down is in it already",
        "patience": "{n} who were answered: how much longer they would have waited is drawn from those who left",
        "drawn-work": "{n} were never served: their work is drawn from the others of that medium",
        "closed": "{n} were closed while they waited and are left out",
        "moved": "{n} changed queue while they waited and are replayed in the last one",
        "declined": "{n} offers were declined by hand; here agents decline nothing",
        "before": "{n} already waited when the day began; their earlier wait is not counted",
        "open": "{n} were still worked on when the day ended; their work ends there",
        "unknown": "{n} contacts of which nothing but the journal is known are taken as ordinary ones"},
    "fa": {
        "profiles": "مهارت‌ها، وعده‌ها و صف‌ها همان‌اند که امروز هستند، نه در آن روز",
        "same-work": "کار هر تماس همان قدر زمان می‌برد، هر که آن را بگیرد؛ کندی هم‌زمانی در آن هست",
        "patience": "{n} تماس پاسخ گرفتند: این‌که چه قدر دیگر می‌ماندند از روی رفتگان قرعه شد",
        "drawn-work": "{n} تماس هرگز رسیدگی نشد: زمان کارشان از دیگر تماس‌های همان رسانه قرعه شد",
        "closed": "{n} تماس در انتظار بسته شد و کنار گذاشته شد",
        "moved": "{n} تماس در انتظار صفش عوض شد و در صف آخر بازپخش می‌شود",
        "declined": "{n} پیشنهاد با دست رد شد؛ این‌جا کسی رد نمی‌کند",
        "before": "{n} تماس پیش از آغاز روز در انتظار بود؛ انتظار پیشین شمرده نمی‌شود",
        "open": "{n} تماس در پایان روز هنوز در کار بود؛ کارش همان‌جا پایان می‌یابد",
        "unknown": "از {n} تماس جز رخدادنامه چیزی دانسته نیست و عادی شمرده شد"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A day to live again, what really became of it, and what is not as it was: (code of WORDS, how many)."""

    day: Day
    recorded: Outcome
    notes: tuple[tuple[str, int], ...]

    def words(self, language: str = "en") -> tuple[str, ...]:
        """The notes for people."""
        return tuple(WORDS[language][code].format(n=count) for code, count in self.notes)


def compare(history: History, start: datetime, end: datetime, policies: Sequence[Policy], *, seed: int = 1
            ) -> dict[str, Any]:
    """JSON-able: what was, what each policy makes of it, the differences to the first, and the notes."""
    found = replayed(history, start, end, seed=seed)
    results = [figures(World(found.day, policy).run()) for policy in policies]
    first = results[0] if results else {}
    return {
        RECORDED: figures(found.recorded), "notes": [list(note) for note in found.notes],
        "policies": [{"policy": policy.name, **each, "difference": difference(first, each)}
                     for policy, each in zip(policies, results, strict=True)]}


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, float]:
    """After minus before, of promise kept, wait, fairness and load."""
    keys = ("w_miss_pct", "miss_pct", "w_lateness", "aban_pct", "mean_wait", "p95_wait", "max_rel_wait", "occ_mean",
            "occ_gini")
    return {key: round(after[key] - before[key], 4) for key in keys if key in before and key in after}


def replayed(history: History, start: datetime, end: datetime, *, seed: int = 1) -> Replayed:
    """The day between two moments. HistoryError when nobody came or nobody was there."""
    tracks = Tracks(history, start, end)
    notes: Counter[str] = Counter({"profiles": 1, "same-work": 1})
    waits = [w for w in tracks.waits if w.at < tracks.length and (w.ended is None or w.ended > 0)]
    notes["closed"] = sum(w.outcome == "closed" for w in waits)
    waits = [w for w in waits if w.outcome != "closed"]
    if not waits:
        raise HistoryError(f"nobody waited between {start.isoformat()} and {end.isoformat()}")
    notes.update(moved=sum(w.moved for w in waits), declined=tracks.declined, before=sum(w.at < 0 for w in waits))
    maker = _Maker(history, tracks, notes, seed, start)
    arrivals = maker.arrivals(waits)
    workers = maker.workers()
    if not workers:
        raise HistoryError("nobody was at a desk on that day")
    day = maker.day(f"{start:%Y-%m-%d}", arrivals, workers)
    kept = tuple((code, count) for code, count in sorted(notes.items()) if count)
    made = Replayed(day=day, recorded=_recorded(tracks, waits, day, arrivals), notes=kept)
    return replace(made, day=replace(day, notes=made.words()))


class _Maker:
    def __init__(self, history: History, tracks: Tracks, notes: Counter[str], seed: int, start: datetime) -> None:
        self._h, self._t, self._notes, self._seed, self._start = history, tracks, notes, seed, start
        self._known: dict[int, KnownContact] = {}
        self.room = Counter(a.capacity for a in history.agents.values()).most_common(1)[0][0] if history.agents else 6

    def contact(self, wait: Wait) -> KnownContact:
        found = self._h.contacts.get(wait.contact)
        if found is None:
            if wait.contact not in self._known:
                self._notes["unknown"] += 1
            found = self._known[wait.contact] = KnownContact(id=wait.contact, medium="contact")
        return found

    def queue(self, wait: Wait) -> KnownQueue:
        return self._h.queues.get(wait.queue) or KnownQueue(id=wait.queue, name=f"queue {wait.queue}",
                                                            skills=(f"queue {wait.queue}",))

    def arrivals(self, waits: Sequence[Wait]) -> tuple[Arrival, ...]:
        works: dict[str, list[float]] = {}
        gone: dict[str, list[float]] = {}
        for wait in waits:
            medium = self.contact(wait).medium
            span = gone.setdefault(medium, [0.0, 0.0])
            span[0] += wait.outcome == "abandoned"
            span[1] += (self._t.length if wait.ended is None else wait.ended) - max(0.0, wait.at)
            if wait.outcome == "answered" and wait.work_until is not None:
                works.setdefault(medium, []).append(max(1.0, wait.work_until - (wait.ended or 0.0)))
        self.means = {m: sum(found) / len(found) for m, found in works.items()}
        self.patience = {m: (seconds / count if count else None) for m, (count, seconds) in gone.items()}
        ordered = sorted(waits, key=lambda w: (max(0.0, w.at), w.contact))
        return tuple(self._arrival(number, wait, works) for number, wait in enumerate(ordered))

    def _arrival(self, number: int, wait: Wait, works: Mapping[str, list[float]]) -> Arrival:
        rng = random.Random(f"{self._seed}:{wait.contact}:{number}")
        contact, queue, at = self.contact(wait), self.queue(wait), max(0.0, wait.at)
        work = self._work(wait, contact.medium, works, rng)
        ended, patience = wait.ended if wait.ended is not None else self._t.length, math.inf
        mean = self.patience[contact.medium]
        if wait.outcome == "abandoned":
            patience = max(0.001, ended - at)
        elif mean:
            patience = ended - at + rng.expovariate(1.0 / mean)
            self._notes["patience"] += 1
        found = sla.find(self._h.targets, queue=queue.name, medium=contact.medium, segment=contact.segment,
                         kind=contact.kind, default=max(1, round(queue.target))).target
        assert found is not None
        needs = {skill: max(queue.levels.get(skill, 1) if skill in queue.skills else 1, contact.needs.get(skill, 1))
                 for skill in {*queue.skills, *contact.needs}}
        skills = tuple(sorted(needs))
        return Arrival(
            id=number, at=at, channel=contact.medium, segment=contact.segment, skill=skills[0] if skills else "",
            skills=skills, work=work, wrap=max(0.0, (wait.wrap_until or 0.0) - (wait.work_until or 0.0)),
            patience=patience, accept=min(max(0.0, wait.accept or 0.0), 0.9 * queue.accept),
            unanswered=wait.first_offer == "expired", target=float(found.seconds),
            weight=_WEIGHTS.get(contact.segment, 1.0), sticky=wait.before, queue=queue.name,
            levels={skill: level for skill, level in needs.items() if level > 1}, prefers=_prefers(queue, contact),
            language=contact.language if queue.match_language == "require" else "", priority=contact.priority,
            points=min(self.room, max(1, contact.effort)))

    def _work(self, wait: Wait, medium: str, works: Mapping[str, list[float]], rng: random.Random) -> float:
        if wait.outcome != "answered":
            self._notes["drawn-work"] += 1
            return rng.choice(works[medium]) if works.get(medium) else 300.0
        self._notes["open"] += wait.work_until is None
        until = self._t.length if wait.work_until is None else wait.work_until
        return max(1.0, until - (wait.ended or 0.0))

    def workers(self) -> tuple[Worker, ...]:
        made = []
        media = frozenset(self.means) | frozenset(self.patience)
        tongues = any(queue.match_language != "no" for queue in self._h.queues.values())
        served: dict[int, set[str]] = {}
        for wait in self._t.waits:
            if wait.agent is not None:
                served.setdefault(wait.agent, set()).update(self.queue(wait).skills)
        for agent in sorted(self._t.desks):
            there = self._t.presence(agent)
            if there is None:
                continue
            known = self._h.agents.get(agent) or KnownAgent(id=agent, skills=dict.fromkeys(
                sorted(served.get(agent, ())), 3))
            made.append(Worker(id=agent, group="", skills=known.skills, channels=media - known.without, speed=1.0,
                               shift=there[0], breaks=there[1], backup_after=known.backup_after,
                               languages=(known.languages or LANGUAGES) if tongues else ()))
        return tuple(made)

    def day(self, title: str, arrivals: tuple[Arrival, ...], workers: tuple[Worker, ...]) -> Day:
        efforts: dict[str, Counter[int]] = {}
        for contact in [*self._h.contacts.values(), *self._known.values()]:
            efforts.setdefault(contact.medium, Counter())[contact.effort] += 1
        accept = sorted(q.accept for q in self._h.queues.values()) or [30.0]
        targets: dict[str, dict[str, float]] = {}
        for arrival in arrivals:
            targets.setdefault(arrival.channel, {}).setdefault(arrival.segment, arrival.target)
        present = list(dict.fromkeys([*_WEIGHTS, *sorted({a.segment for a in arrivals})]))
        channels = {name: Channel(
            points=min(self.room, max(1, efforts[name].most_common(1)[0][0])), offer_timeout=accept[len(accept) // 2],
            mean=self.means.get(name, 300.0), patience=self.patience[name],
            slow=self.patience[name] is None and min(targets[name].values()) >= _SLOW) for name in targets}
        closed = {queue.name: spans for queue in self._h.queues.values() if queue.hours is not None
                  and (spans := _closed(queue.hours, self._start, self._t.length))}
        return Day(title=title, horizon=self._t.length, drain=0.0, capacity=self.room, channels=channels, rates=(1.0,),
                   level_speed=dict.fromkeys(range(1, 6), 1.0), sticky_speed=1.0, away_after_missed=60.0,
                   segments={name: _WEIGHTS.get(name, 1.0) for name in present}, targets=targets, arrivals=arrivals,
                   workers=workers, queues=self._queues(), closed=closed)

    def _queues(self) -> tuple[QueueRules, ...]:
        """As they are set. A step that leads to a queue nobody knows is left out."""
        names = {queue.name for queue in self._h.queues.values()}
        return tuple(QueueRules(
            id=queue.name, prefers=queue.prefers,
            requires={skill: queue.levels.get(skill, 1) for skill in queue.skills},
            rings=tuple(replace(ring, queues=tuple(each for each in ring.queues if each in names))
                        for ring in queue.rings)) for queue in self._h.queues.values())


def _closed(hours: Hours, start: datetime, length: float) -> tuple[tuple[float, float], ...]:
    """When it is closed within so many seconds from a moment on: (from, until)."""
    spans, at, end = [], start, start + timedelta(seconds=length)
    while (shut := hours.next_closing(at)) is not None and shut < end:
        at = min(hours.next_opening(shut) or end, end)
        spans.append(((shut - start).total_seconds(), (at - start).total_seconds()))
    return tuple(spans)


def _prefers(queue: KnownQueue, contact: KnownContact) -> Mapping[str, int]:
    tongue = contact.language if queue.match_language == "prefer" else ""
    return {**contact.prefers, f"lang:{tongue}": 1} if tongue else contact.prefers


def _recorded(tracks: Tracks, waits: Sequence[Wait], day: Day, arrivals: Sequence[Arrival]) -> Outcome:
    """What really became of the day, in the same terms."""
    slots, fates = Slots(day), []
    busy: dict[int, list[tuple[float, float]]] = {}
    for wait, arrival in zip(sorted(waits, key=lambda w: (max(0.0, w.at), w.contact)), arrivals, strict=True):
        slots.arrived(arrival, arrival.at)
        ended = day.end if wait.ended is None else wait.ended
        open_for = day.waited(arrival.queue, arrival.at, ended)
        if wait.outcome:
            slots.ended(arrival, ended, answered=wait.outcome == "answered")
        elif open_for < arrival.target:
            continue
        if wait.agent is not None:
            until = max(ended, wait.wrap_until or wait.work_until or day.end)
            busy.setdefault(wait.agent, []).append((ended, until))
            slots.worked(ended, until, arrival.points or day.channels[arrival.channel].points)
        fates.append(Fate(channel=arrival.channel, segment=arrival.segment, weight=arrival.weight,
                          target=arrival.target, at=arrival.at, wait=open_for,
                          outcome=wait.outcome or "left", queue=arrival.queue,
                          sticky=None if arrival.sticky is None or arrival.sticky not in tracks.desks
                          else wait.agent == arrival.sticky))
    shifts = []
    for worker in day.workers:
        staffed = worker.shift[1] - worker.shift[0] - sum(length for _, length in worker.breaks)
        spans = sorted(busy.get(worker.id, []))
        shifts.append(Shift(group=worker.group, staffed=staffed, busy=min(staffed, _union(spans)), points=0.0,
                            handled=len(spans), backup=bool(worker.backup_after)))
    return Outcome(policy=RECORDED, fates=tuple(fates), shifts=tuple(shifts), capacity=day.capacity,
                   segments=tuple(day.segments), channels=tuple(day.channels),
                   slow=frozenset(n for n, c in day.channels.items() if c.slow), decisions=0, offers=0, seconds=0.0,
                   violations=(), slots=slots.rows())


def _union(spans: Sequence[tuple[float, float]]) -> float:
    total, reached = 0.0, -math.inf
    for begin, end in spans:
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
