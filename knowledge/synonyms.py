"""Words that an administrator says mean the same, in one language or across both. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from knowledge.tokens import Question, telling, words

WEIGHT = 0.8  #: a synonym counts so much of the word itself
_GROUPS, _WORDS, _PHRASE = 2_000, 20, 5  #: groups; words of one; stems of one


class Synonyms:
    """Groups of words or short phrases. What is too much is left out, never an error."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._others: defaultdict[tuple[str, ...], dict[tuple[str, ...], None]] = defaultdict(dict)
        for group in list(groups)[:_GROUPS]:
            phrases = [phrase for each in group[:_WORDS] if (phrase := _phrase(each))]
            for phrase in phrases:
                self._others[phrase].update(dict.fromkeys(other for other in phrases if other != phrase))
        self._longest = max((len(each) for each in self._others), default=0)

    def __len__(self) -> int:
        return len(self._others)

    def widen(self, question: Question) -> Question:
        """The question with what its words also mean. A phrase of several words is reached through its last word."""
        if not self._others:
            return question
        also: defaultdict[str, dict[str, float]] = defaultdict(dict)
        stems = question.stems
        for at in range(len(stems)):
            for size in range(1, min(self._longest, len(stems) - at) + 1):
                for other in self._others.get(stems[at : at + size], ()):
                    for word in other:
                        also[stems[at + size - 1]][word] = WEIGHT / max(1, len(other)) ** 0.5
        asked = tuple(dict.fromkeys((*question.asked, *also)))
        return replace(question, asked=asked, also={word: tuple(found.items()) for word, found in also.items()})


def _phrase(text: str) -> tuple[str, ...]:
    stems = telling(words(text[:200]))
    return tuple(stems) if 0 < len(stems) <= _PHRASE else ()


NONE = Synonyms()
