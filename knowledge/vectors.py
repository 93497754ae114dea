"""Vectors that a model made, kept in one file of this machine, so that a start reads nothing twice. The file may be
deleted at any time; a damaged one is told and made anew. Must not be asked from several threads at once."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from knowledge.meaning import Floats, Unread

log = logging.getLogger("pishkhan.knowledge")

FORMAT = 1
_KEY = 16  #: bytes of a text's digest
_SUM = 32
_SAVED_EVERY = 60.0  #: seconds, while there is something new
_MOST = 4 << 30  #: bytes of a file that is read


class Vectors:
    """By the digest of a text, for one model. Nothing of a text can be read from the file."""

    def __init__(self, path: Path, model: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._model, self._clock = path, model, clock
        self._known: dict[bytes, Floats] = {}
        self._used: set[bytes] = set()
        self._saved, self._new = clock(), False

    def load(self, size: int) -> int:
        """Take in what the file has, when it is of this model and whole; how many vectors it had."""
        try:
            content = self._path.read_bytes() if self._path.stat().st_size <= _MOST else b""
        except FileNotFoundError:
            return 0
        except OSError as error:
            log.warning("the file of vectors cannot be read (%s); everything is read anew", type(error).__name__)
            return 0
        try:
            self._known = self._unpacked(content, size)
        except ValueError as error:
            log.warning("the file of vectors is of no use (%s); everything is read anew", error)
        return len(self._known)

    def _unpacked(self, content: bytes, size: int) -> dict[bytes, Floats]:
        body, checked = content[:-_SUM], content[-_SUM:]
        if hashlib.sha256(body).digest() != checked:
            raise ValueError("it is damaged")
        first, _, rest = body.partition(b"\n")
        head = orjson.loads(first)
        if not isinstance(head, dict) or head != self._head(int(head.get("count", 0)), size):
            raise ValueError("it is of another model")
        keys, rows = rest[: head["count"] * _KEY], rest[head["count"] * _KEY :]
        made = np.frombuffer(rows, dtype="<f4").reshape(head["count"], size).astype(np.float32)
        return {keys[at * _KEY : (at + 1) * _KEY]: made[at] for at in range(head["count"])}

    def _head(self, count: int, size: int) -> dict[str, Any]:
        return {"format": FORMAT, "model": self._model, "size": size, "count": count}

    def known(self, some: Sequence[Unread[Any]]) -> list[Floats | None]:
        """The vector of each, None where the model is to be asked."""
        keys = [_key(each) for each in some]
        self._used.update(keys)
        return [self._known.get(key) for key in keys]

    def keep(self, some: Sequence[Unread[Any]], made: Floats) -> None:
        """What the model made; written now and then."""
        for each, vector in zip(some, made, strict=True):
            self._known[_key(each)] = vector
            self._new = True
        if self._new and self._clock() - self._saved >= _SAVED_EVERY:
            self.save()

    def over(self) -> None:
        """Nothing waits: what no text asked for since the start is left out of the file."""
        gone = self._known.keys() - self._used
        for key in gone:
            del self._known[key]
        if self._new or gone:
            self.save()

    def save(self) -> None:
        """Write the file in one step; a disk that refuses costs only time at the next start."""
        self._saved, self._new = self._clock(), False
        rows = list(self._known.values())
        head = orjson.dumps(self._head(len(rows), len(rows[0]) if rows else 0))
        body = b"\n".join((head, b"".join(self._known) + b"".join(row.astype("<f4").tobytes() for row in rows)))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".vectors-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(body + hashlib.sha256(body).digest())
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self._path)
            except OSError:
                os.unlink(name)
                raise
        except OSError as error:
            log.warning("the file of vectors cannot be written (%s)", type(error).__name__)


def _key(each: Unread[Any]) -> bytes:
    """Questions and articles are read differently, so the same words have two vectors."""
    kind = b"article\0" if each.number is None else b"question\0"
    return hashlib.blake2b(kind + each.text.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()
