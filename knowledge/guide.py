"""Where past contacts like this one went: queue, service, kind, disposition, each with its confidence. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.clusters import stems
from knowledge.reliability import Curve, curve

FIELDS = ("queue", "service", "kind", "disposition")
MOST = 20_000  #: past contacts kept, the newest
_NEIGHBOURS = 15
_POSTINGS = 2_000  #: newest contacts looked at for one word
_SHARP = 3  #: likeness counts to this power
_LEAST = 0.15  #: less alike is no neighbour
_JUDGED = 1_500  #: past contacts that confidences are reckoned from, of the newest so many:
_LOOKED_BACK = 3_000
_FRESH = 3  #: contacts learned, and a tenth of all, after which they are reckoned anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A proposal for one field."""

    value: str
    confidence: float  #: 0..1, the share of such proposals that come true
    contacts: int  #: past contacts like this one that went there


class Guide:
    """Past questions in memory. Not safe for several threads at once."""

    def __init__(self) -> None:
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._past: dict[int, tuple[frozenset[str], Mapping[str, str]]] = {}
        self._number: dict[int, int] = {}
        self._next = self._fresh = 0
        self._curves = dict.fromkeys(FIELDS, Curve())

    def __len__(self) -> int:
        return len(self._past)

    def learn(self, contact: int, question: str, labels: Mapping[str, str]) -> None:
        """A contact was resolved so; the same contact again replaces what was learned from it."""
        asked = stems(question)
        if contact in self._number:
            self._past.pop(self._number.pop(contact), None)
        told = {name: labels[name] for name in FIELDS if labels.get(name)}
        if not asked or not told:
            return
        self._number[contact] = self._next
        self._past[self._next] = (asked, told)
        for each in asked:
            self._places[each].append(self._next)
        self._next += 1
        self._fresh += 1
        if len(self._past) > MOST * 5 // 4:
            self._forget()

    def _forget(self) -> None:
        kept = sorted(self._past)[-MOST:]
        past = {number: self._past[number] for number in kept}
        self._number = {contact: number for contact, number in self._number.items() if number in past}
        self._past, self._places = past, defaultdict(list)
        for number in kept:
            for each in past[number][0]:
                self._places[each].append(number)

    def propose(self, question: str) -> dict[str, Hint]:
        """The likeliest value of each field; {} when nothing like it was seen. The confidence is the share of such
        proposals that came true."""
        return {name: Hint(value=value, confidence=round(self._curves[name].share(score), 3), contacts=many)
                for name, (value, score, many) in self._best(stems(question)).items()}

    @property
    def due(self) -> bool:
        """Whether so much was learned since that confidences want to be reckoned anew."""
        return self._fresh > _FRESH + len(self._past) // 10

    def fit(self) -> Iterator[None]:
        """Reckon how often proposals come true: each of some past contacts is asked as if it had never been, and
        compared with where it went. A little at a time."""
        self._fresh = 0
        newest = sorted(self._past)[-_LOOKED_BACK:]
        came: dict[str, list[tuple[float, bool]]] = {name: [] for name in FIELDS}
        for number in newest[::max(1, len(newest) // _JUDGED)]:
            asked, told = self._past.get(number, (frozenset(), {}))
            for name, (value, score, _) in self._best(asked, without=number).items():
                if name in told:
                    came[name].append((score, value == told[name]))
            yield
        self._curves = {name: curve(known) for name, known in came.items()}

    def _best(self, asked: frozenset[str], without: int | None = None) -> dict[str, tuple[str, float, int]]:
        """By field: value, score, contacts that went there."""
        near = self._near(asked, without) if asked else []
        found = {}
        for name in FIELDS:
            votes: defaultdict[str, float] = defaultdict(float)
            backers: Counter[str] = Counter()
            for number, alike in near:
                value = self._past[number][1].get(name)
                if value:
                    votes[value] += alike**_SHARP
                    backers[value] += 1
            if votes:
                value, weight = max(votes.items(), key=lambda pair: (pair[1], pair[0]))
                share, many = weight / sum(votes.values()), backers[value]
                found[name] = value, share * many / (many + 1) * min(1.0, 1.25 * near[0][1]), many
        return found

    def _near(self, asked: frozenset[str], without: int | None) -> list[tuple[int, float]]:
        total = len(self._past)
        weights = {each: math.log1p(total / (1 + len(self._places[each]))) for each in asked if each in self._places}
        scores: defaultdict[int, float] = defaultdict(float)
        for each, weight in weights.items():
            for number in self._places[each][-_POSTINGS:]:
                if number in self._past and number != without:
                    scores[number] += weight * weight
        unseen = math.log1p(total)
        own = math.sqrt(sum(weights.get(each, unseen) ** 2 for each in asked))
        best = sorted(scores.items(), key=lambda pair: (-pair[1], -pair[0]))[:4 * _NEIGHBOURS]
        near = []
        for number, score in best:
            length = math.sqrt(sum(math.log1p(total / (1 + len(self._places[each]))) ** 2
                                   for each in self._past[number][0]))
            near.append((number, score / (own * length) if own * length else 0.0))
        near.sort(key=lambda pair: (-pair[1], -pair[0]))
        return [(number, alike) for number, alike in near[:_NEIGHBOURS] if alike >= _LEAST]
