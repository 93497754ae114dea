"""A small network that learns which class a bag of features belongs to: one hidden layer, trained a batch at a time,
so that whoever runs it may stop between batches. Pure; the same examples in the same order give the same network."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]

_HIDDEN = 128
_RATE = 0.05
_DROPPED = 0.3  #: share of features, and of hidden units, that a step does without
_START = 0.01  #: spread of the first weights
_JUDGED = 256  #: in one go
_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One example: which features it has and how much each counts."""

    features: Ints
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What was learned."""

    first: NDArray[np.floating[Any]]  #: features x hidden
    second: Floats  #: hidden x classes

    def judge_all(self, rows: Sequence[Row]) -> Generator[None, None, Floats]:
        """How much each class is favoured, row by row; a higher number is more, none is a probability. A little at each
        step."""
        found = [np.zeros((0, self.second.shape[1]), dtype=np.float32)]
        for start in range(0, len(rows), _JUDGED):
            batch, used = _dense(rows[start : start + _JUDGED])
            found.append(np.maximum(batch @ self.first[used], 0) @ self.second)
            yield
        return np.concatenate(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Three networks that judge together: one saw all features, one only the early ones, one only the late ones."""

    early: NDArray[np.floating[Any]]  #: early features x hidden units of the first and the second
    late: NDArray[np.floating[Any]]  #: late features x hidden units of the first and the third
    second: Floats  #: hidden units of all three x classes

    def judge(self, row: Row) -> Floats:
        """How much each class is favoured on average."""
        border, shared = len(self.early), self.early.shape[1] + self.late.shape[1] - len(self.second)
        count = int(np.count_nonzero(row.features < border))  # a row names early features before late ones
        one = row.values[:count] @ self.early[row.features[:count]].astype(np.float32, copy=False)
        two = row.values[count:] @ self.late[row.features[count:] - border].astype(np.float32, copy=False)
        hidden = np.concatenate([one[:shared] + two[:shared], one[shared:], two[shared:]])
        favoured: Floats = np.maximum(hidden, 0) @ self.second
        return favoured


def panel(whole: Network, early: Network, late: Network) -> Panel:
    """These together; the first weights at half the precision, so that three take the room of one."""
    border = len(early.first)
    second = np.concatenate([each.second for each in (whole, early, late)]) / np.float32(3)
    return Panel(early=np.concatenate([whole.first[:border], early.first], axis=1).astype(np.float16),
                 late=np.concatenate([whole.first[border:], late.first], axis=1).astype(np.float16),
                 second=second.astype(np.float32, copy=False))


def train(rows: Sequence[Row], classes: Ints, *, features: int, width: int, epochs: int, batch: int, seed: int = 0,
          ) -> Generator[None, None, Network]:
    """Learn from examples of `width` classes over `features` features (AdaGrad, Duchi 2011; dropout). Each step of the
    generator takes some milliseconds; the network is what it returns. Another seed gives another one as good."""
    chance = np.random.Generator(np.random.PCG64(_SEED + seed))
    first = chance.standard_normal((features, _HIDDEN), dtype=np.float32) * np.float32(_START)
    yield
    second = chance.standard_normal((_HIDDEN, width), dtype=np.float32) * np.float32(0.5 * (2 / _HIDDEN) ** 0.5)
    spent = np.full(features, 1e-3, dtype=np.float32), np.full((_HIDDEN, width), 1e-3, dtype=np.float32)
    steps, step = epochs * -(-len(rows) // batch), 0
    for _ in range(epochs):
        order = chance.permutation(len(rows))
        for start in range(0, len(rows), batch):
            some = order[start : start + batch]
            given, used = _dense([rows[at] for at in some])
            rate = np.float32(_RATE * (1 - step / steps))
            _step(first, second, spent, given * _kept(chance, given), used, classes[some], rate, chance)
            step += 1
            yield
    return Network(first=first, second=second)


def _kept(chance: np.random.Generator, like: Floats) -> Floats:
    kept = (chance.random(like.shape, dtype=np.float32) > _DROPPED).astype(np.float32)
    kept *= np.float32(1 / (1 - _DROPPED))
    return kept


def _step(first: Floats, second: Floats, spent: tuple[Floats, Floats], given: Floats, used: Ints, right: Ints,
          rate: np.float32, chance: np.random.Generator) -> None:
    """One step down the gradient of the cross entropy, in place."""
    weights = first[used]
    raw = given @ weights
    mask = _kept(chance, raw) * (raw > 0).astype(np.float32)
    hidden = raw * mask
    error = share((hidden @ second).astype(np.float32, copy=False))
    error[np.arange(len(right)), right] -= 1
    into_second, into_hidden = hidden.T @ error, (error @ second.T) * mask
    into_first = given.T @ into_hidden
    spent[0][used] += np.square(into_first).mean(axis=1)
    spent[1][...] += np.square(into_second)
    first[used] = weights - rate * into_first / np.sqrt(spent[0][used])[:, None]
    second -= rate * into_second / np.sqrt(spent[1])


def share(favoured: Floats) -> Floats:
    """Favours as shares of one, row by row."""
    raised = np.exp(favoured - favoured.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _dense(rows: Sequence[Row]) -> tuple[Floats, Ints]:
    """Examples as a matrix over those features that any of them has."""
    features = np.concatenate([row.features for row in rows])
    used, columns = np.unique(features, return_inverse=True)
    owner = np.repeat(np.arange(len(rows)), [len(row.features) for row in rows])
    matrix = np.zeros((len(rows), len(used)), dtype=np.float32)
    matrix[owner, columns] = np.concatenate([row.values for row in rows])
    return matrix, used
