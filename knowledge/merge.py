"""What changed between two texts, line by line, and two people's changes of one text put together. Pure; bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_EDITS = 400  #: lines gone or new; beyond, all between the common beginning and end counts as changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines that stand in both texts (`same`), only in the old (`gone`) or only in the new (`new`)."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Both people's changes. Where they changed the same lines, both ways stand between marks."""

    text: str
    conflicts: int


def diff(old: str, new: str) -> list[Piece]:
    """The pieces in order."""
    a, b = old.split("\n"), new.split("\n")
    made: list[tuple[str, list[str]]] = []

    def put(kind: str, line: str) -> None:
        if not made or made[-1][0] != kind:
            made.append((kind, []))
        made[-1][1].append(line)
    i = j = 0
    for x, y in [*_matches(a, b), (len(a), len(b))]:
        while i < x:
            put("gone", a[i])
            i += 1
        while j < y:
            put("new", b[j])
            j += 1
        if x < len(a):
            put("same", a[x])
            i, j = x + 1, y + 1
    return [Piece(kind=kind, lines=tuple(lines)) for kind, lines in made]


def merge(base: str, mine: str, theirs: str, *, marks: tuple[str, str, str] = ("<<<<<<<", "=======", ">>>>>>>"),
          ) -> Merged:
    """Three-way: what only one changed is taken; nothing of either is lost."""
    o, a, b = base.split("\n"), mine.split("\n"), theirs.split("\n")
    in_a, in_b = dict(_matches(o, a)), dict(_matches(o, b))
    out: list[str] = []
    conflicts = 0
    i = x = y = 0
    anchors = [n for n in range(len(o)) if n in in_a and n in in_b]
    for n in [*anchors, len(o)]:
        at_a, at_b = (in_a[n], in_b[n]) if n < len(o) else (len(a), len(b))
        was, one, two = o[i:n], a[x:at_a], b[y:at_b]
        if one == two or two == was:
            out += one
        elif one == was:
            out += two
        else:
            conflicts += 1
            out += [marks[0], *one, marks[1], *two, marks[2]]
        if n < len(o):
            out.append(o[n])
            i, x, y = n + 1, at_a + 1, at_b + 1
    return Merged(text="\n".join(out), conflicts=conflicts)


def kept(source: str, sent: str) -> float:
    """The share of a text's words that stand in another: 1 = all of them. What an answer kept of its article."""
    words = source.split()[:5_000]
    there = set(sent.split())
    return sum(word in there for word in words) / len(words) if words else 1.0


def _matches(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of equal lines, rising in both (Myers, 1986)."""
    low, most = 0, min(len(a), len(b))
    while low < most and a[low] == b[low]:
        low += 1
    high = 0
    while high < most - low and a[-1 - high] == b[-1 - high]:
        high += 1
    yield from ((n, n) for n in range(low))
    yield from ((low + x, low + y) for x, y in _middle(a[low:len(a) - high], b[low:len(b) - high]))
    yield from ((len(a) - high + n, len(b) - high + n) for n in range(high))


def _middle(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    if not a or not b:
        return []
    reach = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(len(a) + len(b), _EDITS) + 1):
        trail.append(dict(reach))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reach[k - 1] < reach[k + 1])
            x = reach[k + 1] if down else reach[k - 1] + 1
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            reach[k] = x
            if x >= len(a) and x - k >= len(b):
                return _back(trail, len(a), len(b))
    return []


def _back(trail: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs = []
    for edits in range(len(trail) - 1, -1, -1):
        reach, k = trail[edits], x - y
        down = k == -edits or (k != edits and reach.get(k - 1, -1) < reach.get(k + 1, -1))
        before = k + 1 if down else k - 1
        from_x = reach[before] if edits else 0
        from_y = from_x - before if edits else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_y
    return pairs[::-1]
