"""Says how long a waiting contact will wait: its place, and an interval that held for so many before it. Pure.

Product and simulator feed the same object. It is told who works and what they can, who waits, who was answered, who
left, and how long work took; times are seconds of any one clock. It counts only people on duty who may take the
contact, others who wait for the same people by how far they do, and lets those who will give up give up:

    wait = ln(1 + theta * work ahead / people) / theta        (theta = 1 / mean patience)

(where some of those ahead have a patience of their own, it counts for them: `bearing`), then corrects that by what was
learned (`model`). A renewed estimate is made from what stands ahead *now*, never from how long it has lasted, so it
cannot grow because it overran. With nobody on duty it says so instead of a number.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Hashable, Mapping
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from router.rules.wait.bearing import reached
from router.rules.wait.kinds import Estimate, Kind, Pace
from router.rules.wait.model import FEW, Model, Record, fitted, leaned, widened

HEARD = 20.0  #: who is answered sooner has heard no announcement: the first estimate is for those who wait longer
_STAGES = (0.0, HEARD, 60.0, 300.0, 1200.0, 4800.0)  #: ages from which an estimate is learned apart
_MOST_PEOPLE_KINDS = 5000
Contact = Hashable
_Asked = tuple[str, frozenset[str], frozenset[frozenset[str]], float]  #: medium, skills, also, helped
_Crew = tuple[frozenset[str], frozenset[str], float]  #: skills, media, seconds that they stand back


@dataclass(slots=True)
class _Wait:
    kind: Kind
    since: float
    asked: dict[int, tuple[float, tuple[float, ...], float, float, float]] = field(default_factory=dict)


@dataclass(slots=True)
class _Medium:
    seat_seconds: float
    gone: float
    waited: float
    last: float = 0.0  #: wait of whoever was answered last
    lean: float = 0.0  #: its own correction of what media that learn together say
    wide: float = 0.0  #: and of how wide
    record: Record = field(default_factory=Record)


class Estimator:
    """One for a house. Every call is cheap but `estimate`, whose cost grows with the kinds that wait."""

    def __init__(self, media: Mapping[str, Pace], *, heard: float = HEARD) -> None:
        self._heard, self._paces = heard, dict(media)
        pools = [pace.pool for pace in media.values() if pace.pool]
        self._alone = {name for name, pace in media.items() if pools.count(pace.pool) < 2}
        self._media: dict[str, _Medium] = {}
        self._agents: dict[Hashable, tuple[_Crew, bool]] = {}
        self._crews: dict[_Crew, int] = {}  #: people on duty
        self._members: dict[_Crew, int] = {}  #: people
        self._waits: dict[Contact, _Wait] = {}
        self._lines: dict[Kind, list[tuple[float, int, Contact]]] = {}
        self._order: dict[Contact, int] = {}
        self._count = 0
        self._last: dict[Kind, float] = {}
        self._models: dict[tuple[str, int], Model] = {}
        self._people: dict[_Asked, tuple[int, frozenset[int]]] = {}
        self._shares: dict[tuple[Any, Any], float] = {}

    # who works

    def agent(self, agent: Hashable, skills: frozenset[str], media: frozenset[str], after: float = 0.0) -> None:
        """What somebody can, and how many seconds they stand back; they keep being on duty or not."""
        on = self._agents[agent][1] if agent in self._agents else False
        self.forget(agent)
        crew = skills, media, after
        self._agents[agent] = (crew, on)
        self._members[crew] = self._members.get(crew, 0) + 1
        self._staff(crew, int(on))

    def forget(self, agent: Hashable) -> None:
        """Nobody by that name any more."""
        known = self._agents.pop(agent, None)
        if known is not None:
            self._members[known[0]] -= 1
            self._staff(known[0], -int(known[1]))

    def duty(self, agent: Hashable, on: bool) -> None:
        """Ready or finishing work (on), away or offline (off)."""
        known = self._agents.get(agent)
        if known is not None and known[1] is not on:
            self._agents[agent] = (known[0], on)
            self._staff(known[0], 1 if on else -1)

    # what happens

    def queued(self, contact: Contact, kind: Kind, at: float) -> None:
        """It waits since `at`; told again it is another kind, and keeps nothing but what is said here."""
        self._leave(contact)
        self._count += 1
        self._waits[contact], self._order[contact] = _Wait(kind=kind, since=at), self._count
        insort(self._lines.setdefault(kind, []), (at, self._count, contact))

    def widened(self, contact: Contact, kind: Kind) -> None:
        """Others may take it too from now on; its place stays, and what was said of it is judged."""
        number, known = self._order.get(contact, 0), self._leave(contact)
        if known is not None:
            known.kind, self._waits[contact], self._order[contact] = kind, known, number
            insort(self._lines.setdefault(kind, []), (known.since, number, contact))

    def answered(self, contact: Contact, at: float) -> None:
        """Somebody took it: what was said is judged and learned from."""
        known = self._leave(contact)
        if known is None:
            return
        medium, wait = self._medium(known.kind.medium), max(0.0, at - known.since)
        if known.kind.patience is None:
            medium.waited += wait
        medium.last = self._last[_alike(known.kind)] = wait
        judged = False
        for stage, (asked_at, x, low, middle, high) in sorted(known.asked.items()):
            rest = at - asked_at
            if asked_at - known.since + rest < self._heard:
                continue
            self._model(known.kind.medium, stage).learn(x, rest)
            if not judged:  # the first that was heard is what people remember
                age = asked_at - known.since
                medium.record.add(age + low, age + middle, age + high, wait)
                judged = True
                if known.kind.medium not in self._alone:
                    medium.lean = leaned(medium.lean, middle, rest)
                    medium.wide = widened(medium.wide, low <= rest <= high)

    def gone(self, contact: Contact, at: float) -> None:
        """It left by itself."""
        known = self._leave(contact)
        if known is not None and known.kind.patience is None:  # one of its own says nothing about the others'
            medium = self._medium(known.kind.medium)
            medium.gone += 1.0
            medium.waited += max(0.0, at - known.since)

    def dropped(self, contact: Contact) -> None:
        """It waits no longer for a reason that teaches nothing (transfer, closed by hand)."""
        self._leave(contact)

    def worked(self, medium: str, seat_seconds: float) -> None:
        """One contact took so much of a seat's time, after-contact work included."""
        known = self._medium(medium)
        known.seat_seconds += 0.01 * (seat_seconds - known.seat_seconds)

    # what can be said

    def estimate(self, contact: Contact, at: float) -> Estimate:
        """The interval for a waiting contact, from now. Remembered, to be judged by what comes true."""
        known = self._waits.get(contact)
        if known is None:
            return Estimate(place=0, people=0, reason="not-waiting")
        kind = known.kind
        people = self._able(kind)[0]
        ahead, work, oldest, own, many = self._ahead(known, contact, people, at)
        place = 1 + round(ahead)
        record = self._medium(kind.medium).record
        said = {"place": place, "people": people, "coverage": record.coverage, "record": record.n, "own": round(many)}
        if not people:
            ever = self._able(replace(kind, helped=math.inf))[1]  # whoever helps later is able, and not there yet
            able = any(self._members.get(crew, 0) for i, crew in enumerate(self._crews) if i in ever)
            return Estimate(reason="nobody-on-duty" if able else "nobody-able", **said)  # type: ignore[arg-type]
        medium = self._medium(kind.medium)
        theta = medium.gone / medium.waited
        seconds = (work + medium.seat_seconds) / people
        base = max(1.0, math.log1p(theta * seconds) / theta if theta > 1e-9 else seconds)
        if own:
            groups = [(its, 1 / patience) for patience, its in own.items()]
            others = work + medium.seat_seconds - sum(own.values())
            base = max(1.0, reached([(others, theta), *groups], people))
        x = (1.0, math.log(base), math.log1p(oldest), math.log1p(self._last.get(_alike(kind), medium.last)),
             math.log1p(medium.last))
        age = at - known.since
        stage = max(number for number, start in enumerate(_STAGES) if age >= start)
        model = self._model(kind.medium, stage)
        low, middle, high = fitted(*model.interval(x), medium.lean, medium.wide)
        if stage not in known.asked:
            known.asked[stage] = (at, x, low, middle, high)
        return Estimate(low=low, middle=middle, high=high, basis="learned" if model.learned >= FEW else "formula",
                        **said)  # type: ignore[arg-type]

    def records(self) -> dict[str, dict[str, Any]]:
        """How well estimates held so far, by medium: to be published."""
        return {name: medium.record.figures() for name, medium in sorted(self._media.items())}

    # what outlives a restart

    def to_data(self) -> dict[str, Any]:
        """What was learned, JSON-able. Who waits and who works is told anew."""
        return {"media": {name: {
            "seat_seconds": m.seat_seconds, "gone": m.gone, "waited": m.waited, "last": m.last, "lean": m.lean,
            "wide": m.wide, "record": list(astuple(m.record))} for name, m in sorted(self._media.items())},
                "models": [[pool, stage, model.to_data()] for (pool, stage), model in sorted(self._models.items())]}

    def learn_from(self, data: Mapping[str, Any]) -> None:
        """Takes over what `to_data` gave."""
        for name, each in data["media"].items():
            self._media[name] = _Medium(seat_seconds=each["seat_seconds"], gone=each["gone"], waited=each["waited"],
                                        last=each["last"], lean=each.get("lean", 0.0),
                                        wide=each.get("wide", 0.0), record=Record(*each["record"]))
        for pool, stage, each in data["models"]:
            self._models[pool, stage] = Model.from_data(each)

    # how it is reckoned

    def _ahead(self, known: _Wait, contact: Contact, people: int, at: float,
               ) -> tuple[float, float, float, dict[float, float], float]:
        """(how many are served before it, their seat-seconds that fall on its people, age of the oldest alike; of these
        seat-seconds those of contacts with a patience of their own, by it, and how many these are)."""
        count = work = oldest = many = 0.0
        own: dict[float, float] = {}
        mine = (known.since, self._order[contact])
        for kind, line in self._lines.items():
            if kind.rank > known.kind.rank or not people:
                continue
            before = len(line) if kind.rank < known.kind.rank else bisect_left(line, mine)
            share = self._share(kind, known.kind) if before or kind == known.kind else 0.0
            count += share * before
            its = share * before * self._medium(kind.medium).seat_seconds
            work += its
            if kind.patience is not None and its:
                own[kind.patience] = own.get(kind.patience, 0.0) + its
                many += share * before
            if _asked(kind) == _asked(known.kind):
                oldest = max(oldest, at - line[0][0])
        return count, work, oldest, own, many

    def _able(self, kind: Kind) -> tuple[int, frozenset[int]]:
        """(people on duty who may take it, numbers of their crews)."""
        key = _asked(kind)
        found = self._people.get(key)
        if found is None:
            if len(self._people) > _MOST_PEOPLE_KINDS:
                self._people.clear()
            crews = [(i, n) for i, ((has, media, after), n) in enumerate(self._crews.items())
                     if after <= kind.helped and kind.medium in media
                     and (kind.skills <= has or any(each <= has for each in kind.also))]
            found = self._people[key] = (sum(n for _, n in crews), frozenset(i for i, _ in crews))
        return found

    def _share(self, other: Kind, mine: Kind) -> float:
        """Which share of those who may take the other one may take mine."""
        key = _asked(other), _asked(mine)
        if key[0] == key[1]:
            return 1.0
        share = self._shares.get(key)
        if share is None:
            if len(self._shares) > 10 * _MOST_PEOPLE_KINDS:
                self._shares.clear()
            people, crews = self._able(other)
            both = crews & self._able(mine)[1]
            on = list(self._crews.values()) if both and people else []
            share = self._shares[key] = sum(on[i] for i in both) / people if on else 0.0
        return share

    def _staff(self, crew: _Crew, change: int) -> None:
        self._crews[crew] = self._crews.get(crew, 0) + change
        self._people.clear()
        self._shares.clear()

    def _leave(self, contact: Contact) -> _Wait | None:
        known = self._waits.pop(contact, None)
        if known is not None:
            line = self._lines[known.kind]
            del line[bisect_left(line, (known.since, self._order.pop(contact)))]
            if not line:
                del self._lines[known.kind]
        return known

    def _medium(self, name: str) -> _Medium:
        known = self._media.get(name)
        if known is None:
            pace = self._paces.get(name, Pace())
            # One departure within the patience said; where nobody says, hardly any.
            known = self._media[name] = _Medium(seat_seconds=pace.seat_seconds, gone=1.0 if pace.patience else 0.001,
                                                waited=pace.patience or 3600.0)
        return known

    def _model(self, medium: str, stage: int) -> Model:
        pool = self._paces.get(medium, Pace()).pool or medium
        found = self._models.get((pool, stage))
        if found is None:
            found = self._models[pool, stage] = Model()
        return found


def _asked(kind: Kind) -> _Asked:
    return kind.medium, kind.skills, kind.also, kind.helped


def _alike(kind: Kind) -> Kind:
    """Who is served alike: patience changes nothing in that."""
    return kind if kind.patience is None else replace(kind, patience=None)
