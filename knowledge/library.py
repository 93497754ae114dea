"""The articles in memory, kept current by the journal and asked beside the event loop. Does not rank by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

from knowledge import reports, school
from knowledge.encoder import Encoder
from knowledge.guide import Guide, Hint
from knowledge.holding import Progress, Reading, Shelf, Union, learn, put
from knowledge.meaning import Floats, Meanings
from knowledge.suggest import Engine, Suggestion
from knowledge.synonyms import Synonyms
from router.errors import TooMany
from router.model import ContactId
from router.ports import Batch, Bus
from router.records import ContactState, Entry
from storage import knowledge as kept
from storage.knowledge import ArticleState
from storage.store import SqlStore
from storage.tx import StoreTx

log = logging.getLogger("pishkhan.knowledge")
T = TypeVar("T")

#: Agents are shown these; citizens only what is public.
FOR_AGENTS = frozenset({ArticleState.INTERNAL, ArticleState.PUBLIC})
FOR_CITIZENS = frozenset({ArticleState.PUBLIC})
_AT_ONCE = 0.003  #: seconds the engine is busy in one go while it fills or learns
_WAITING = 100  #: questions that may wait for their turn
_PAGE = 200
_WEIGHED_EVERY = 60.0  #: seconds, at least, between two looks at all outcomes
_TRAINED_AFTER = 30  #: new lessons, and a tenth of all, after which everything is learned deeply again


class Library:
    """One per house. `run` fills it and follows what happens; questions before that find what is there so far."""

    def __init__(self, store: SqlStore, bus: Bus, model: Encoder | None = None) -> None:
        self._store, self._bus, self._model = store, bus, model
        self._shelf = self._empty()
        #: The engine is not made for several threads: one of its own keeps the event loop free and needs no lock.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="knowledge")
        self._guide = Guide()
        self._waiting = 0
        self._enough, self._unread = asyncio.Event(), asyncio.Event()
        self._weighed, self._told = 0.0, False  #: whether outcomes came since the last look at all of them
        self.return_days = 7  #: how long an outcome is waited for
        self.ready = asyncio.Event()
        self.followed = 0  #: number of the journal's entry up to which it knows everything

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._train())
            if self._model is not None:
                tasks.create_task(self._read(self._model))

    async def _listen(self) -> None:
        listener = self._bus.subscribe("knowledge", size=5_000)
        try:
            await self._fill()
            self.ready.set()
            while True:
                what = await listener.get()
                if listener.lost:
                    listener.lost = False
                    await self._fill()
                elif isinstance(what, Batch):
                    await self._follow(what.entries)
                    self.followed = max([self.followed, *(each.seq for each in what.entries)])
        finally:
            listener.close()

    async def _train(self) -> None:
        """Learn deeply again whenever enough was learned, beside everything else."""
        while True:
            await self._enough.wait()
            self._enough.clear()
            await self._learn(self._shelf.engine)

    async def _learn(self, engine: Engine[int]) -> None:
        """All that was asked, deeply: much of it in a process of its own, little of it between two questions."""
        material = await self._do(engine.material)
        if len(material.past) >= school.APART:
            try:
                lessons = await school.attend(material)
            except school.NoSchool as fault:
                log.warning("past questions are learned beside other work, which takes longer: %s", fault)
            else:
                await self._steps(engine.take(material, lessons))
                return
        await self._steps(engine.train())

    async def _read(self, model: Encoder) -> None:
        """Whatever is new is read by the model of meaning, some texts at a time; then weights are learned anew."""
        await model.start()
        progress = Progress()
        while model.on:
            await self.ready.wait()
            self._unread.clear()
            shelf = self._shelf
            while (some := await self._do(shelf.unread)) and (vectors := await model.read(some)) is not None:
                progress.tell(*await self._do(partial(shelf.take, some, vectors)))
            if progress.over() and model.on:
                await model.over()
                await self._steps(shelf.engine.refit())
            if model.on:
                await self._unread.wait()
        await self.ready.wait()
        await self._do(lambda: self._shelf.without_meaning())
        await self._steps(self._shelf.engine.refit())

    def _empty(self) -> Shelf:
        return Shelf(Engine(Meanings() if self._model is not None and not self._model.fault else None))

    def close(self) -> None:
        """End the threads; nothing can be asked afterwards."""
        if self._model is not None:
            self._model.close()
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def suggest(self, question: str, *, states: Collection[ArticleState], limit: int = 5, language: str = "",
                      also: Collection[int] = (), among: Collection[int] | None = None) -> list[Suggestion[int]]:
        """The best articles of these states and of some `also`, or only `among` some. TooMany when too many questions
        wait already."""
        if self._waiting >= _WAITING:
            raise TooMany("too many questions at once; try again in a moment")
        shelf, only = self._shelf, among
        if only is None:
            only = Union([*(shelf.by_state[state] for state in states), set(also)])
        self._waiting += 1
        try:
            vector = await self._vector(shelf, question)
            return await self._do(lambda: shelf.engine.suggest(question, limit, language=language, only=only,
                                                               vector=vector))
        finally:
            self._waiting -= 1

    async def meaning(self) -> Reading:
        """How far the model of meaning has read, and whether it counts."""
        if self._model is None:
            return Reading()
        found = await self._do(self._shelf.reading)
        busy = "reading" if found.waiting else "on"
        state = "fault" if self._model.fault else busy if self._model.on else "opening"
        return replace(found, state=state, fault=self._model.fault)

    async def _vector(self, shelf: Shelf, question: str) -> Floats | None:
        """What the model of meaning makes of a question; None where it would not count."""
        if self._model is None or not shelf.engine.uses_meaning:
            return None
        vector = await self._model.question(question)
        if self._model.fault:
            self._unread.set()
        return vector

    async def guide(self, question: str) -> dict[str, Hint]:
        """Where contacts that asked this went."""
        return await self._do(lambda: self._guide.propose(question))

    async def teach_routing(self, contact: int, question: str, labels: Mapping[str, str], *,
                            more: bool = False) -> None:
        """A contact was resolved so. `more`: others follow at once, so what it means for confidence can wait."""
        await self._do(lambda: self._guide.learn(contact, question, labels))
        if not more and self._guide.due:
            await self.judge_routing()

    async def judge_routing(self) -> None:
        """Reckon anew how often proposals of where a contact belongs come true."""
        await self._steps(self._guide.fit())

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _fill(self) -> None:
        """Everything anew from the database; where there is an old state, beside it until the new one is whole."""
        began, shelf, last = time.monotonic(), self._empty(), 0
        head = await self._store.snapshot(lambda tx: tx.journal.head())
        if not self.ready.is_set():
            self._shelf = shelf
        while page := await self._store.snapshot(_page_after(last)):
            last = page[-1].id
            await self._steps(put(shelf, page))
        lessons = await self._store.snapshot(lambda tx: tx.knowledge.lessons())
        await self._understand(shelf)
        await self._weigh(shelf)
        shelf.learned = {(lesson.contact, lesson.article) for lesson in lessons}
        past = [(lesson.question, lesson.article) for lesson in lessons[::-1]]
        await self._steps(shelf.engine.teach(past, train=False))
        await self._learn(shelf.engine)
        self._shelf, self.followed = shelf, max(self.followed, head)
        self._unread.set()
        log.info("%d articles, %d lessons in %.1f s", len(shelf.engine), len(lessons), time.monotonic() - began)

    async def _steps(self, steps: Iterator[None]) -> None:
        """Run long work a little at a time, so that questions get their turn in between."""
        while await self._do(lambda: _some(steps)):
            pass

    async def _follow(self, entries: Iterable[Entry]) -> None:
        changed, closed = set(), set()
        for entry in entries:
            if entry.name == "article-changed":
                changed.add(int(entry.data["article"]))
            elif entry.name == "contact-changed" and entry.data["state"] == ContactState.CLOSED.value and entry.contact:
                closed.add(entry.contact)
            elif entry.name == "knowledge-set" and entry.data["what"] == "synonyms":
                await self._understand(self._shelf)
            elif entry.name == "matter-settled" and entry.contact:
                closed.add(entry.contact)  # what a dialogue told is known only now
            self._told = self._told or entry.name in ("matter-settled", "matter-returned", "matter-rated")
        shelf = self._shelf
        if self._told and time.monotonic() - self._weighed > _WEIGHED_EVERY:
            await self._weigh(shelf)
        if changed:
            articles = await self._store.snapshot(lambda tx: tx.knowledge.many(changed))
            await self._steps(put(shelf, [articles[number] for number in sorted(articles)]))
        for contact in sorted(closed):
            lessons = await self._store.snapshot(_lessons_of(contact))
            await self._steps(learn(shelf, lessons))
        if shelf.fresh >= _TRAINED_AFTER + len(shelf.learned) // 10:
            shelf.fresh = 0
            self._enough.set()
        self._unread.set()

    async def _understand(self, shelf: Shelf) -> None:
        """What administrators say means the same."""
        groups = await self._store.snapshot(lambda tx: [words for _, words in tx.knowledge.life.synonyms()])
        made = Synonyms(groups)
        await self._do(lambda: shelf.engine.understand(made))

    async def _weigh(self, shelf: Shelf) -> None:
        """What became of articles counts in their rank."""
        self._weighed, self._told = time.monotonic(), False
        outcomes = await self._store.snapshot(lambda tx: reports.outcomes(tx, self.return_days))
        await self._do(lambda: shelf.engine.weigh(outcomes))


def _page_after(last: int) -> Callable[[StoreTx], list[kept.Article]]:
    return lambda tx: tx.knowledge.after(last, limit=_PAGE)


def _lessons_of(contact: ContactId) -> Callable[[StoreTx], list[kept.Lesson]]:
    return lambda tx: tx.knowledge.lessons(contact=contact)


def _some(steps: Iterator[None]) -> bool:
    """Some steps; False when there are no more."""
    until = time.perf_counter() + _AT_ONCE
    with contextlib.suppress(StopIteration):
        while True:
            next(steps)
            if time.perf_counter() >= until:
                return True
    return False
