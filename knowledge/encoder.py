"""A model of meaning beside the event loop: opened, asked and turned off in threads of its own. Must not fail a search:
a model that breaks says nothing from then on, and the operator is told once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np

from knowledge.meaning import Floats, Model, Unread
from knowledge.models import MeaningFault, vector_of, vectors
from knowledge.vectors import Vectors

log = logging.getLogger("pishkhan.knowledge")
T = TypeVar("T")

AT_ONCE = 4  #: texts; a question waits for so many at most
_NICE = 10
_ASKED = 8  #: questions that may wait for the model; more are answered without it


class Encoder:
    """`open` makes the model; it is opened once, when the house is up. One text after the other: models need not bear
    several threads. `made` remembers what it made; None where nothing is remembered."""

    def __init__(self, open_model: Callable[[], Model], made: Vectors | None = None) -> None:
        self._open, self._made = open_model, made
        self._model: Model | None = None
        self._lock = threading.Lock()
        self._asked = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meaning")
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meaning-reads", initializer=_give_way)
        self._waiting = 0
        self.fault = ""  #: why it is off

    @property
    def on(self) -> bool:
        """Whether it can be asked."""
        return self._model is not None

    async def start(self) -> None:
        """Open the model; a fault is told and leaves it off."""
        self._model = await self._try(self._reading, self._open)
        if self._model is not None:
            log.info("the model of meaning is open: vectors of %d numbers", self._model.size)
            if self._made is not None:
                found = await self._try(self._reading, partial(self._made.load, self._model.size))
                log.info("%d vectors were made before", found)

    async def question(self, text: str) -> Floats | None:
        """The vector of a question; None when the model is off or has too much to do."""
        model = self._model
        if model is None or self._waiting >= _ASKED:
            return None
        self._waiting += 1
        try:
            return await self._try(self._asked, lambda: vector_of(model, text))
        finally:
            self._waiting -= 1

    async def read(self, some: Sequence[Unread[Any]]) -> Floats | None:
        """Vectors of these, in a thread that gives way to everything else; None when the model is off."""
        model = self._model
        return None if model is None else await self._try(self._reading, lambda: self._vectors(model, some))

    def _vectors(self, model: Model, some: Sequence[Unread[Any]]) -> Floats:
        known = self._made.known(some) if self._made is not None else [None] * len(some)
        new = [each for each, vector in zip(some, known, strict=True) if vector is None]
        made = vectors(model, new)
        if self._made is not None:
            self._made.keep(new, made)
        fresh = iter(made)
        return np.stack([next(fresh) if vector is None else vector for vector in known])

    async def over(self) -> None:
        """Nothing waits any more."""
        if self._made is not None:
            await self._try(self._reading, self._made.over)

    async def _try(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, self._locked, work)
        except MeaningFault as fault:
            if not self.fault:
                log.error("the model of meaning is off, search goes on without it: %s", fault)
            self._model, self.fault = None, str(fault)
            return None

    def _locked(self, work: Callable[[], T]) -> T:
        with self._lock:
            return work()

    def close(self) -> None:
        """End its threads."""
        self._asked.shutdown(wait=True, cancel_futures=True)
        self._reading.shutdown(wait=True, cancel_futures=True)


def _give_way() -> None:
    """Reading in the background yields to everything else; where a thread has no priority of its own, it does not."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
