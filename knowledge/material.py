"""What is learned from, and what was learned, as plain data that may leave the process and come back the same. Pure."""

from __future__ import annotations

import io
from collections.abc import Generator, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import orjson

from knowledge import lessons as learning
from knowledge.lessons import Example, Lessons, Table
from knowledge.network import Panel
from knowledge.tokens import read

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material(Generic[K]):
    """Past questions with their articles, oldest first, and the titles of these articles."""

    titles: tuple[tuple[K, str], ...]
    past: tuple[tuple[int, str, K], ...]
    probe: frozenset[int]  #: numbers of questions whose answers are to be foretold by whoever did not learn from them
    taken: int = 0  #: questions ever kept when it was put together

    @property
    def places(self) -> dict[int, int]:
        """By the number of a question, its place among the examples; titles come before all questions."""
        return {number: len(self.titles) + at for at, (number, _, _) in enumerate(self.past)}


def learned(material: Material[K]) -> Generator[None, None, Lessons[K] | None]:
    """Lessons from it, a few milliseconds at each step. The same material gives the same lessons."""
    examples = []
    for key, title in material.titles:
        examples.append(Example(pieces=learning.pieces(read(title)), key=key, sure=True))
        yield
    for _, question, key in material.past:
        examples.append(Example(pieces=learning.pieces(read(question)), key=key))
        yield
    places = material.places
    probe = {places[number] for number in material.probe if number in places}
    return (yield from learning.learn(examples, probe))


def packed(material: Material[int]) -> bytes:
    """As bytes."""
    return orjson.dumps({"titles": material.titles, "past": material.past, "probe": sorted(material.probe)})


def unpacked(content: bytes) -> Material[int]:
    """What `packed` made."""
    found: dict[str, Any] = orjson.loads(content)
    return Material(titles=tuple((key, title) for key, title in found["titles"]),
                    past=tuple((number, question, key) for number, question, key in found["past"]),
                    probe=frozenset(found["probe"]))


def packed_lessons(lessons: Lessons[int] | None) -> bytes:
    """As bytes; none at all where there was nothing to tell apart."""
    if lessons is None:
        return b""
    places = sorted(lessons.unmet)
    whole = io.BytesIO()
    np.savez(whole, keys=np.array(lessons.keys, dtype=np.int64), words=lessons.table.words, runs=lessons.table.runs,
             telling=lessons.table.telling, border=np.array(lessons.table.border), early=lessons.network.early,
             late=lessons.network.late, second=lessons.network.second,
             about=np.array([lessons.middle, lessons.spread, lessons.doubted]), places=np.array(places, dtype=np.int64),
             unmet=np.array([lessons.unmet[place] for place in places], dtype=np.float32))
    return whole.getvalue()


def unpacked_lessons(content: bytes) -> Lessons[int] | None:
    """What `packed_lessons` made; ValueError, KeyError, OSError or zipfile.BadZipFile when it is something else."""
    if not content:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        middle, spread, doubted = found["about"].tolist()
        return Lessons(
            keys=tuple(found["keys"].tolist()),
            table=Table(words=found["words"], runs=found["runs"], telling=found["telling"],
                        border=int(found["border"])),
            network=Panel(early=found["early"], late=found["late"], second=found["second"]), middle=middle,
            spread=spread, doubted=int(doubted), unmet=dict(zip(found["places"].tolist(), found["unmet"], strict=True)))
