"""Turns a score into the share of times that it comes true, from scores whose outcome is known. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

_BLOCK = 20  #: outcomes that a share is reckoned from, at least
_BLOCKS = 15  #: steps of a curve, at most
_UNKNOWN = 0.5  #: of the score, where nothing is known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Rises with the score; straight between what is known, level beyond it."""

    scores: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()

    def share(self, score: float) -> float:
        """0..1: of proposals with this score, how many come true. Without any experience never more than a half."""
        if not self.scores:
            return _UNKNOWN * min(1.0, max(0.0, score))
        at = bisect_left(self.scores, score)
        if at == 0 or at == len(self.scores):
            return self.shares[min(at, len(self.shares) - 1)]
        low, high = self.scores[at - 1], self.scores[at]
        part = (score - low) / (high - low)
        return self.shares[at - 1] + part * (self.shares[at] - self.shares[at - 1])


def curve(known: Sequence[tuple[float, bool]]) -> Curve:
    """From (score, whether it came true): neighbours in score are taken together, and further until shares rise (pool
    adjacent violators; Zadrozny and Elkan, 2002). One success and one failure are imagined beside each block, so that
    few outcomes never make a certainty."""
    ranked = sorted(known, key=lambda pair: pair[0])
    size = max(_BLOCK, -(-len(ranked) // _BLOCKS))
    pooled: list[tuple[float, float, float]] = []  # successes, outcomes, sum of scores
    at = 0
    while at < len(ranked):
        end = at + size if len(ranked) - at >= size + _BLOCK else len(ranked)  # no rest too small to stand alone
        while end < len(ranked) and ranked[end][0] == ranked[end - 1][0]:
            end += 1  # the same score is the same share
        some, at = ranked[at:end], end
        block = (1.0 + sum(true for _, true in some), 2.0 + len(some), sum(score for score, _ in some))
        while pooled and pooled[-1][0] / pooled[-1][1] >= block[0] / block[1]:
            good, of, total = pooled.pop()
            block = (good + block[0] - 1, of + block[1] - 2, total + block[2])
        pooled.append(block)
    marks: dict[float, float] = {}
    for good, of, total in pooled:
        marks[total / (of - 2)] = good / of
    return Curve(scores=tuple(marks), shares=tuple(marks.values()))
