"""How much the text of articles, lessons and like questions count beside each other: learned from past questions that
were judged before anything was learned from them. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Parts: TypeAlias = tuple[float, float, float]

_TEXT = (0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
#: Never nothing: what was resolved since the last training counts only so.
_ALIKE = (0.1, 0.2, 0.4, 0.8)
_ENOUGH = 30  #: past questions from which weights are learned
_DEEP = 3  #: places that count
_SLACK = 0.003  #: a choice so near to the best is as good; the one nearest to the usual weights is taken
_USUAL = 0.12, 0.4  #: of text and alike, lessons being 1: about the best wherever there was much to learn from
_STEEP = 4.0
_PULL = 5.0  #: imagined questions that answered as the usual curve says


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each part counts, and how confidence follows from the score."""

    text: float = 1.0
    lessons: float = 1.0
    alike: float = 0.2
    steep: float = 0.0  #: 0: the usual curve
    start: float = 0.0

    def sum(self, parts: Parts) -> float:
        """The score of an article whose parts these are."""
        return sum(self.weighed(parts))

    def weighed(self, parts: Parts) -> Parts:
        """The parts as they count."""
        return self.text * parts[0], self.lessons * parts[1], self.alike * parts[2]

    def confidence(self, score: float) -> float:
        """About how often a first suggestion of such a score was right, 0..1; rises with the score."""
        if score <= 0:
            return 0.0
        if not self.steep:
            return 1 - math.exp(-_STEEP * score)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.steep * math.log(score) + self.start))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A past question: the parts of its candidates, and which of them was right (None: it was not among them)."""

    parts: tuple[Parts, ...]
    right: int | None


def fit(tried: Sequence[Tried], before: Weights) -> Weights:
    """The weights that put right articles first, and the confidence that came true; `before` while there is little to
    learn from."""
    known = [each for each in tried if each.parts]
    if len(known) < _ENOUGH:
        return before
    wide = max(len(each.parts) for each in known)
    cube = np.zeros((len(known), wide, 3))
    for at, each in enumerate(known):
        cube[at, : len(each.parts)] = each.parts
    right = np.array([-1 if each.right is None else each.right for each in known])
    choices = [(_worth(cube @ np.array([text, 1.0, alike]), right), text, alike) for text in _TEXT for alike in _ALIKE]
    best = max(worth for worth, _, _ in choices)
    _, text, alike = min((abs(math.log(text / _USUAL[0])) + abs(math.log(alike / _USUAL[1])), text, alike)
                         for worth, text, alike in choices if worth >= best - _SLACK)
    even = 1 / max(1.0, text)
    return _calibrated(cube, right, Weights(text=text * even, lessons=even, alike=alike * even))


def _worth(scores: NDArray[np.float64], right: NDArray[np.int64]) -> float:
    """Mean reciprocal rank, deeper places counting nothing."""
    own = scores[np.arange(len(right)), np.maximum(right, 0)][:, None]
    place = (scores > own).sum(axis=1) + 1
    return float(np.where((right >= 0) & (place <= _DEEP), 1 / place, 0).mean())


def _calibrated(cube: NDArray[np.float64], right: NDArray[np.int64], weights: Weights) -> Weights:
    """Platt's curve over the logarithm of the score (Platt, 1999), by Newton's steps."""
    scores = cube @ np.array([weights.text, weights.lessons, weights.alike])
    top = scores.max(axis=1)
    good = (scores.argmax(axis=1) == right).astype(float)
    x = np.stack([np.log(np.maximum(top, 1e-6)), np.ones_like(top)], axis=1)
    usual = np.array([0.05, 0.1, 0.25, 0.5, 1.0])
    x = np.concatenate([x, np.stack([np.log(usual), np.ones(5)], axis=1)])
    good = np.concatenate([good, 1 - np.exp(-_STEEP * usual)])
    mass = np.concatenate([np.ones_like(top), np.full(5, _PULL)])
    line = np.array([1.5, 2.0])
    for _ in range(25):
        share = 1 / (1 + np.exp(-np.clip(x @ line, -30, 30)))
        slope = x.T @ (mass * (good - share)) - 0.1 * (line - [1.5, 2.0])
        bend = (x * (mass * share * (1 - share))[:, None]).T @ x + 0.1 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        line = line + np.clip(step, -1, 1)
    if line[0] <= 0.05:
        return weights
    return Weights(text=weights.text, lessons=weights.lessons, alike=weights.alike, steep=float(line[0]),
                   start=float(line[1]))
