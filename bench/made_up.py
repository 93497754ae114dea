"""Made-up articles of realistic length and vocabulary, and questions drawn from them: what time and memory hang on."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np

from knowledge.suggest import Article

_ONSETS = "بپتجچحخدرزسشصطعغفقکگلمنوهی"
_TAILS = ("", "", "ها", "های", "ی", "ان", "تر", "‌ها", "‌های")
_LITTLE = ["و", "در", "از", "به", "با", "برای", "که", "این", "را", "است", "یا", "هم", "تا", "بر", "آن", "شده", "باید"]


def _words(chance: random.Random, count: int) -> list[str]:
    """Words of a made-up language with stems, endings, names and numbers; short ones first, as people use them."""
    stems = dict.fromkeys("".join(chance.choice(_ONSETS) + chance.choice(("", "ا", "ی", "و"))
                                  for _ in range(chance.choice((2, 2, 3, 3, 4)))) for _ in range(count))
    made = [stem + chance.choice(_TAILS) for stem in sorted(stems, key=len)]
    return _LITTLE + made + [str(chance.randrange(1_000_000)) for _ in range(count // 50)]


def synthetic(count: int) -> tuple[Iterator[Article[str]], list[tuple[str, str]]]:
    """Articles of realistic length over a vocabulary with Zipf's tail, and questions drawn from some of them,
    with the article each was drawn from."""
    chance = random.Random(5)
    numbers = np.random.default_rng(5)
    words = _words(chance, 80_000)
    weights = 1 / (np.arange(len(words)) + 2.7)
    lengths = np.clip(numbers.lognormal(4.4, 0.6, count), 15, 900).astype(int)
    drawn = numbers.choice(len(words), size=int(lengths.sum()), p=weights / weights.sum())
    ends = np.cumsum(lengths)

    def text(at: int) -> list[str]:
        return [words[n] for n in drawn[ends[at] - lengths[at] : ends[at]]]

    def articles() -> Iterator[Article[str]]:
        for at in range(count):
            found = text(at)
            yield Article(id=f"a{at}", title=" ".join(found[:5]), body=" ".join(found[5:]), language="fa")
    asked = []
    for at in range(0, count, max(1, count // 400)):
        own = chance.sample(text(at), 6)
        if at % 3 == 0:
            own[0] = own[0][1:] or own[0]  # a letter lost
        asked.append((" ".join([*own, *chance.choices(_LITTLE, k=3)]), f"a{at}"))
    return articles(), asked
