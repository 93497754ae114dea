"""Finds the known words that a misspelt one may mean. Pure."""

from __future__ import annotations

from collections import defaultdict

_LIKE = 0.5  #: least likeness (Dice of letter pairs, 0..1) that counts
_AT_MOST = 12  #: known words taken for one unknown
_SHORTEST = 3
_LONGER = 2  #: letters more or fewer


def _pairs(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[at : at + 2] for at in range(len(framed) - 1)}


def _ends(word: str) -> tuple[str, ...]:
    """Both ends of a word, short and long: one typing error leaves one of the halves as it was."""
    return (f"^{word[:2]}", f"^{word[:3]}", f"{word[-2:]}$", f"{word[-3:]}$")


class Vocabulary:
    """The words of an index. Adding one costs microseconds."""

    def __init__(self) -> None:
        self._with: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, word: str) -> None:
        """Make a word known that was not. A number that differs is another number, no typing error."""
        if not any(char.isdigit() for char in word):
            for end in _ends(word):
                self._with[end].append(word)

    def drop(self, word: str) -> None:
        """Forget a word that stands in no text any more."""
        for end in _ends(word):
            if word in self._with.get(end, ()):
                self._with[end].remove(word)

    def near(self, word: str) -> list[tuple[str, float]]:
        """Known words like this one with their likeness, the best first, ties by the word."""
        size = len(word)
        if size < _SHORTEST or any(char.isdigit() for char in word):
            return []
        short, long, tail, long_tail = _ends(word)
        halves = (long, long_tail) if size > 5 else (short, tail)
        pairs = _pairs(word)
        likely = {known for half in halves for known in self._with.get(half, ()) if abs(len(known) - size) <= _LONGER}
        found = []
        for known in likely:
            others = _pairs(known)
            like = 2 * len(pairs & others) / (len(pairs) + len(others))
            if like >= _LIKE:
                found.append((known, like))
        return sorted(found, key=lambda each: (-each[1], each[0]))[:_AT_MOST]
