"""How much the text of articles, lessons and like questions count beside each other: learned from past questions that
were judged before anything was learned from them. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Parts: TypeAlias = tuple[float, float, float]

_TEXT = (0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
#: Never nothing: what was resolved since the last training counts only so.
_ALIKE = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
ENOUGH = 30  #: past questions from which weights are learned
_DEEP = 3  #: places that count
_MEANING = (0.25, 0.5, 1.0, 2.0, 4.0)
_GAIN = 0.01  #: a model of meaning must also bring so much more, or it counts nothing
_CERTAIN = 2.0  #: so many standard errors of what a change brings
_SLACK = 0.003  #: a choice so near to the best is as good; the one nearest to the usual weights is taken
_USUAL = 0.12, 0.2  #: of text and alike, lessons being 1: about the best wherever there was much to learn from
_SPARSE = 3.0  #: past questions an article; with fewer, what an article says tells more than what was asked of it
_USUAL_SPARSE = 8.0, 3.2
_STEEP = 4.0
_PULL = 5.0  #: imagined questions that answered as the usual curve says


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each part counts, and how confidence follows from the score."""

    text: float = 1.0
    lessons: float = 1.0
    alike: float = 0.2
    meaning: float = 0.0  #: nothing until past questions say that it helps
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
    meant: tuple[float, ...] = ()  #: what a model of meaning says of each candidate; empty without one


def fit(tried: Sequence[Tried], before: Weights, *, usually: float = math.inf) -> Weights:
    """The weights that put right articles first, and the confidence that came true; `before` while there is little to
    learn from. `usually`: past questions an article has on average."""
    known = [each for each in tried if each.parts]
    if len(known) < ENOUGH:
        return before
    cube, right = _cube(known)
    text, alike = _balance(cube, right, _USUAL if usually >= _SPARSE else _USUAL_SPARSE)
    meaning = 0.0
    if cube[:, :, 3].any():
        text, meaning = _with_meaning(cube, right, text, alike)
    even = 1 / max(1.0, text, meaning)
    return _calibrated(cube, right, Weights(text=text * even, lessons=even, alike=alike * even, meaning=meaning * even))


def _balance(cube: NDArray[np.float64], right: NDArray[np.int64], usual: tuple[float, float]) -> tuple[float, float]:
    """What text and alike count, lessons being 1: the usual, unless something else is better for certain."""
    def judged(text: float, alike: float) -> NDArray[np.float64]:
        return _worths(cube @ np.array([text, 1.0, alike, 0.0]), right)

    plain = judged(*usual)
    gains = {(text, alike): judged(text, alike) - plain for text in _TEXT for alike in _ALIKE}
    best = max(gains.values(), key=lambda gain: float(gain.mean()))
    if best.mean() < _CERTAIN * best.std() / math.sqrt(len(right)):
        return usual
    _, text, alike = min((abs(math.log(text / usual[0])) + abs(math.log(alike / usual[1])), text, alike)
                         for (text, alike), gain in gains.items() if gain.mean() >= best.mean() - _SLACK)
    return text, alike


def fit_alone(tried: Sequence[Tried], before: Weights) -> Weights:
    """What a model of meaning counts beside text where articles have no other question than the one tried, so that
    lessons and like questions could not foretell it; `before` where it does not help."""
    known = [each for each in tried if each.parts and any(each.meant)]
    if len(known) < ENOUGH:
        return before
    cube, right = _cube(known)
    cube[:, :, 1:3] = 0.0
    _, meaning = _with_meaning(cube, right, 1.0, 0.0, texts=(1.0,))
    if not meaning:
        return before
    even = 1 / max(1.0, meaning)
    usual = Weights()
    return _calibrated(cube, right, Weights(text=even, lessons=even, alike=usual.alike * even, meaning=meaning * even))


def _cube(known: Sequence[Tried]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Parts by question and candidate, what a model says being the fourth; the place of the right one, or -1."""
    cube = np.zeros((len(known), max(len(each.parts) for each in known), 4))
    for at, each in enumerate(known):
        cube[at, : len(each.parts), :3] = each.parts
        cube[at, : len(each.meant), 3] = each.meant
    return cube, np.array([-1 if each.right is None else each.right for each in known])


def _with_meaning(cube: NDArray[np.float64], right: NDArray[np.int64], text: float, alike: float, *,
                  texts: Sequence[float] = _TEXT) -> tuple[float, float]:
    """What text and meaning count beside lessons; meaning nothing where it does not help."""
    plain = _worths(cube @ np.array([text, 1.0, alike, 0.0]), right)
    gains = {(meaning, other): _worths(cube @ np.array([other, 1.0, alike, meaning]), right) - plain
             for meaning in _MEANING for other in texts}
    choices = [(float(gain.mean()), meaning, other) for (meaning, other), gain in gains.items()
               if gain.mean() >= max(_GAIN, _CERTAIN * gain.std() / math.sqrt(len(right)))]
    if not choices:
        return text, 0.0
    best = max(worth for worth, _, _ in choices)
    meaning, _, other = min((meaning, abs(math.log(other / text)), other) for worth, meaning, other in choices
                            if worth >= best - _SLACK)
    return other, meaning


def _worths(scores: NDArray[np.float64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Reciprocal ranks, deeper places and what nothing speaks for counting nothing."""
    own = scores[np.arange(len(right)), np.maximum(right, 0)][:, None]
    place = (scores > own).sum(axis=1) + 1
    return np.where((right >= 0) & (own[:, 0] > 0) & (place <= _DEEP), 1 / place, 0.0)


def _calibrated(cube: NDArray[np.float64], right: NDArray[np.int64], weights: Weights) -> Weights:
    """Platt's curve over the logarithm of the score (Platt, 1999), by Newton's steps."""
    scores = cube @ np.array([weights.text, weights.lessons, weights.alike, weights.meaning])
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
    return replace(weights, steep=float(line[0]), start=float(line[1]))
