"""Past questions are learned in a process of their own: the same lessons, whatever becomes of the process."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import school
from knowledge.library import Library
from knowledge.material import Material, learned, packed, packed_lessons, unpacked, unpacked_lessons
from knowledge.suggest import Article, Engine
from tests.house import until

TOPICS = {1: "water meter bill leak", 2: "passport renewal photo fee", 3: "parking permit street car"}


def _engine() -> Engine[int]:
    engine: Engine[int] = Engine()
    for number, words in TOPICS.items():
        engine.put(Article(id=number, title=words.split()[0]))
    past = [(f"{words.split()[at % 4]} چه {at} {words.split()[(at + 1) % 4]}", number)
            for at in range(40) for number, words in TOPICS.items()]
    for _ in engine.teach(past, train=False):
        pass
    return engine


def _here(material: Material[int]) -> Any:
    steps = learned(material)
    while True:
        try:
            next(steps)
        except StopIteration as over:
            return over.value


async def test_a_process_learns_the_same() -> None:
    engine = _engine()
    material = engine.material()
    here, there = _here(material), await school.attend(material)
    assert there is not None and there.keys == here.keys and set(there.unmet) == set(here.unmet) != set()
    assert np.array_equal(there.network.early, here.network.early)
    assert np.array_equal(there.network.second, here.network.second)
    for _ in engine.take(material, there):
        pass
    away = [(each.id, each.score) for each in engine.suggest("meter leak")]
    for _ in engine.train():
        pass
    assert away == [(each.id, each.score) for each in engine.suggest("meter leak")]


def test_material_and_lessons_come_back_the_same() -> None:
    material = _engine().material()
    back = unpacked(packed(material))
    assert (back.titles, back.past, back.probe) == (material.titles, material.past, material.probe)
    assert unpacked_lessons(packed_lessons(None)) is None
    assert unpacked_lessons(packed_lessons(_here(material))).table.telling.tolist()


async def test_nothing_to_tell_apart() -> None:
    assert await school.attend(Material(titles=((1, "one"),), past=((0, "one", 1),), probe=frozenset())) is None


FAULTS = {
    "there is no such program": ("no-such-program", "no process"),
    "it ends at once": ("#!/bin/sh\nexit 3\n", "ended with 3"),
    "it is killed": ("#!/bin/sh\nkill -9 $$\n", "ended with -9"),
    "it says something else": ("#!/bin/sh\ncat >/dev/null\necho PKnonsense\n", "cannot be read"),
    "it never ends": ("#!/bin/sh\nexec sleep 1000\n", "too long"),
}


@pytest.mark.parametrize("label", FAULTS)
async def test_a_process_that_fails_is_told(label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    what, told = FAULTS[label]
    program = tmp_path / "python"
    if what.startswith("#!"):
        program.write_text(what)
        program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(school.NoSchool, match=told):
        await school.attend(_engine().material(), longest=0.5 if "never" in label else 30)


async def test_whoever_is_cancelled_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, mark = tmp_path / "python", tmp_path / "started"
    program.write_text(f"#!/bin/sh\necho $$ > {mark}.new; mv {mark}.new {mark}\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    task = asyncio.create_task(school.attend(_engine().material()))
    await until(mark.exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


@pytest.mark.parametrize("broken", [False, True])
async def test_a_library_learns_there_and_without_it_by_itself(
        broken: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    monkeypatch.setattr(school, "APART", 10)
    if broken:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    library, engine = Library(None, None), _engine()  # type: ignore[arg-type]
    await library._learn(engine)
    library.close()
    assert engine.suggest("meter leak")[0].lessons > 0 and not engine.behind
    assert ("no process can be started" in caplog.text) is broken
