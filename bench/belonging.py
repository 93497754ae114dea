"""How true the stated confidence of proposed routing comes: `python -m bench.belonging --sets FOLDER`.

The contacts of every `*.jsonl.gz` there teach where questions belong (the article stands for the queue); its questions,
from which nothing is learned, are proposed for. By tenths of stated confidence: stated, true, how many.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.sets import Set, load
from knowledge.guide import Guide

SIZES = (300, 2_500, 1_000_000)
VARIANTS = ("clean", "noisy")
_TENTHS = 10

Told = tuple[float, bool]


def told(given: Set, size: int) -> list[Told]:
    """(stated confidence, whether it came true) of every question that has an answer and a proposal."""
    guide = Guide()
    for number, (question, key) in enumerate(given.history[:size]):
        guide.learn(number, question, {"queue": key})
    for _ in guide.fit():
        pass
    made = ((guide.propose(query.text).get("queue"), query) for query in given.queries
            if query.right and query.variant in VARIANTS)
    return [(hint.confidence, hint.value in query.right) for hint, query in made if hint is not None]


def tenths(some: Sequence[Told]) -> list[tuple[float, float, int]]:
    """(mean stated, true share, how many) of each tenth that has any."""
    found = []
    for tenth in range(_TENTHS):
        part = [each for each in some if tenth == min(_TENTHS - 1, int(each[0] * _TENTHS))]
        if part:
            found.append((sum(stated for stated, _ in part) / len(part), sum(true for _, true in part) / len(part),
                          len(part)))
    return found


def error(some: Sequence[Told]) -> float:
    """Expected calibration error: how far stated and true lie apart, weighed by how many."""
    return sum(many * abs(stated - true) for stated, true, many in tenths(some)) / max(1, len(some))


def run(write: Callable[[str], None], sets: Sequence[Set], sizes: Sequence[int] = SIZES) -> None:
    """A table for each set and size of its past."""
    for each in sets:
        for size in sizes:
            if not each.history or (size != sizes[0] and len(each.history) <= sizes[sizes.index(size) - 1]):
                continue
            some = told(each, size)
            if not some:
                continue
            write(f"{each.name}, {min(size, len(each.history))} contacts, {len(some)} questions: "
                  f"expected calibration error {100 * error(some):.1f} points")
            write("  stated/true " + "  ".join(f"{100 * stated:.0f}/{100 * true:.0f} ({many})"
                                               for stated, true, many in tenths(some)))


def main() -> None:
    """See the module."""
    options = argparse.ArgumentParser(prog="python -m bench.belonging", description=__doc__)
    options.add_argument("--sets", type=Path, required=True, help="folder of retrieval sets (*.jsonl.gz)")
    run(print, [load(path) for path in sorted(options.parse_args().sets.glob("*.jsonl.gz"))])


if __name__ == "__main__":
    main()
