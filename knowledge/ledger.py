"""Follows the journal and writes down what became of articles: sent, resolved, came back, missing. Does not rank.

It remembers how far it read; what it reads twice after a crash changes nothing the second time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from knowledge import duties, gaps, heirs, merge, routing
from knowledge.given import Given, Rules
from knowledge.library import FOR_AGENTS
from knowledge.markup import as_text
from knowledge.suggest import Suggestion
from knowledge.targets import ARTICLE
from router.events import ArticleOutcome, MatterRated, MatterReturned, MatterSettled
from router.model import ContactId
from router.ports import Batch, Bus
from router.records import Contact, ContactState, Entry
from storage.knowledge import Matter, Shown
from storage.tx import StoreTx

log = logging.getLogger("pishkhan.knowledge")
OWNER, MARK = "knowledge", "followed"
_PAGE = 200
_TRIES = 3
_SURE = 0.6
_DENIED = 0.5  #: the most confidence in what a citizen said did not help
SWEEP = "knowledge-sweep"
EVERY = timedelta(days=1)


class Ledger:
    """One per house, beside the library."""

    def __init__(self, given: Given, bus: Bus) -> None:
        self._given, self._bus = given, bus
        self._read = self._kept = 0
        self._tried = self._tries = 0

    async def run(self) -> None:
        """Until cancelled."""
        listener = self._bus.subscribe("ledger", size=2_000)
        try:
            await self._given.library.ready.wait()
            self._read = self._kept = await self._given.store.run(_begin)
            await routing.remember(self._given)
            await self._provide()
            while True:
                while await self._page():
                    pass
                # Whatever was told meanwhile is in the journal; one notice is as good as many.
                await listener.get()
                while isinstance(listener.get_nowait(), Batch):
                    pass
        finally:
            listener.close()

    async def _page(self) -> bool:
        entries = await self._given.store.snapshot(lambda tx: tx.journal.after(self._read, limit=_PAGE))
        acted = False
        for entry in entries:
            if self._again(entry.seq):
                acted |= await self._one(entry)
            self._read = entry.seq
        # A mark for every message would be a write for every message.
        if acted or self._read - self._kept >= _PAGE:
            last = self._kept = self._read
            await self._given.store.run(lambda tx: tx.marks.set(OWNER, MARK, str(last)))
        return len(entries) == _PAGE

    def _again(self, seq: int) -> bool:
        """Whether to try an entry: one that failed unexpectedly a few times must not stop all that come after it."""
        self._tried, self._tries = seq, self._tries + 1 if self._tried == seq else 1
        if self._tries > _TRIES:
            log.error("journal entry %d cannot be followed; left out", seq)
        return self._tries <= _TRIES

    async def _one(self, entry: Entry) -> bool:
        """Whether it was something to write down."""
        data = entry.data
        if entry.name == "suggestion-used" and data.get("how") == "sent" and entry.contact:
            contact, article = entry.contact, int(data["article"])
            await self._given.store.run(lambda tx: sent(tx, contact, article))
        elif entry.name == "article-outcome" and entry.actor == "flow" and entry.contact:
            await self._given.store.run(lambda tx: told(tx, entry))
        elif entry.name == "contact-changed" and data["state"] == ContactState.CLOSED.value and entry.contact:
            await self._closed(entry.contact)
        elif entry.name == "contact-queued" and data.get("reason") == "new" and entry.contact:
            await routing.consider(self._given, entry.contact)
        elif entry.name == "routing-undone" and entry.contact:
            await routing.corrected(self._given, entry.contact)
        elif entry.name == "survey-answered" and entry.contact:
            await self._given.store.run(lambda tx: rate(tx, entry))
        elif entry.name == "agent-changed" and data.get("profile"):
            return await self._provide()
        elif entry.name == "article-task-changed" and data["state"] == "open":
            return await self._provide()  # work on what somebody left behind
        elif entry.name == "article-changed" and await self._given.store.snapshot(
                lambda tx: bool(tx.knowledge.life.dependents(ARTICLE, str(data["article"])))):
            await self._given.store.run(lambda tx: duties.reworded(tx, data["article"], data["version"]))
        elif entry.name == "object-changed" and not entry.actor.startswith("agent:"):
            await self._given.store.run(lambda tx: duties.moved(tx, data["kind"], data["target"], actor="ledger"))
        else:
            return False
        return True

    async def _provide(self) -> bool:
        """Somebody left or came: no gap, no article and no work on one stays with nobody. Whether one got another
        owner. Gaps first: a draft goes with its gap."""
        acted = False
        rules = self._given.rules
        for provide in (partial(gaps.provide, rules=rules), partial(heirs.provide, rules=rules)):
            while await self._given.store.run(provide):
                acted = True
        return acted

    async def _closed(self, number: ContactId) -> None:
        def read(tx: StoreTx) -> tuple[Contact, str, bool]:
            found = tx.contacts.get(number)
            return found, tx.knowledge.question(number), bool(_helped(tx.knowledge.shown(number)))
        contact, question, used = await self._given.store.snapshot(read)
        if contact.state is not ContactState.CLOSED:
            return  # reopened meanwhile; its next closing is told too
        best: list[Suggestion[int]] = []
        if question and not used:
            best = await self._given.library.suggest(question, states=FOR_AGENTS, limit=1, language=contact.language)
        await self._given.store.run(lambda tx: settle(tx, number, best, self._given.rules))
        await routing.learn(self._given, contact, question)


def _begin(tx: StoreTx) -> int:
    """Where to read on; the first start goes on from here: what was before is history, not outcome."""
    if not tx.marks.get(OWNER, MARK):
        tx.marks.set(OWNER, MARK, str(tx.journal.head()))
    if tx.timers.get(SWEEP, 0) is None:
        tx.timers.set(SWEEP, 0, tx.now + EVERY)
    return int(tx.marks.get(OWNER, MARK))


def sweep(tx: StoreTx, keep: timedelta) -> int:
    """Forget what is older than may be kept; the timer is set again. Returns how many rows went."""
    tx.timers.set(SWEEP, 0, tx.now + EVERY)
    return tx.knowledge.outcomes.sweep(tx.now - keep) + tx.knowledge.gaps.sweep(tx.now - keep)


def sent(tx: StoreTx, contact: ContactId, article: int) -> None:
    """An article went out: how much of its words stood in the answer?"""
    source = tx.knowledge.many([article]).get(article)
    went = [message for message in tx.messages.of(contact, limit=50) if message.data.get("suggestion") == article]
    if source is None or not went:
        return
    share = round(merge.kept(as_text(source.body), went[-1].text), 3)
    tx.knowledge.sent(contact, article, share)
    tx.emit(ArticleOutcome(about=contact, article=article, step="sent", value=share), actor="ledger")


def told(tx: StoreTx, entry: Entry) -> None:
    """A dialogue gave an article to the citizen, or heard whether it helped: no agent had a hand in it."""
    article, contact = int(entry.data["article"]), entry.contact
    if contact is None or article not in tx.knowledge.many([article]):
        return
    tx.knowledge.told(contact, article, entry.at)
    if entry.data["step"] == "said":
        tx.knowledge.say(contact, article, "yes" if entry.data["value"] else "no")


def rate(tx: StoreTx, entry: Entry) -> None:
    """The citizen said how content they are, for the first time or anew: 1 to 5, or 0 and 1. It is about the contact,
    so that contacts with an article and without it can be compared. Before the contact is settled there is nothing to
    write it to; settling looks for it."""
    score = entry.data.get("score")
    least, most = (0, 1) if entry.data.get("scale") == "yes-no" else (1, 5)
    if entry.contact is None or not isinstance(score, int) or not least <= score <= most:
        return
    rated = (score - least) / (most - least)
    if tx.knowledge.outcomes.rate(entry.contact, rated, entry.at):
        matter = tx.knowledge.outcomes.matter(entry.contact)
        tx.emit(MatterRated(about=entry.contact, article=matter.article if matter else None, rated=rated),
                actor="ledger")


def _helped(shown: Sequence[Shown]) -> list[Shown]:
    """Those that went out, without those of which the citizen said that they did not help."""
    return [each for each in shown if each.used_at and each.said != "no"]


def settle(tx: StoreTx, number: ContactId, best: list[Suggestion[int]], rules: Rules) -> None:
    """A contact was closed: what was it about, did the citizen come back for something, is an answer missing?"""
    days = timedelta(days=rules.return_days)
    contact = tx.contacts.get(number)
    known = tx.knowledge.outcomes.matter(number)
    again = known is not None and known.returned_at is None and contact.closed_at != known.closed_at and (
        tx.now - known.closed_at <= days and tx.knowledge.outcomes.answered_after(number, known.closed_at))
    shown = tx.knowledge.shown(number)
    used = _helped(shown)
    article, sure = _about(shown, used, best)
    if not used and any(each.said == "no" for each in shown):
        sure = min(sure, _DENIED)
    category = None if article is None else tx.knowledge.get(article).category
    fit = "sure" if used or sure >= _SURE else "weak" if sure >= gaps.WEAK else "none"
    tx.knowledge.outcomes.settle(number, customer_id=contact.customer, closed_at=contact.closed_at or tx.now,
                                 disposition=contact.disposition, article_id=article, category_id=category,
                                 used=bool(used), fit=fit, confidence=round(sure, 4))
    tx.emit(MatterSettled(about=number, article=article, used=bool(used), fit=fit), actor="ledger")
    for entry in tx.journal.of_contacts([number], names=("survey-answered",))[-1:]:
        rate(tx, entry)
    if again and known is not None:
        _returned(tx, rules, known, number)
    if article is not None:
        since = contact.opened_at - days
        for earlier in tx.knowledge.outcomes.earlier(contact.customer, number, since, contact.opened_at):
            if earlier.article == article or (category is not None and earlier.category == category):
                _returned(tx, rules, earlier, number)
    gaps.missed(tx, number, rules, fit=fit, used=bool(used), near=article if fit != "none" else None)


def _about(shown: Sequence[Shown], used: Sequence[Shown], best: list[Suggestion[int]]) -> tuple[int | None, float]:
    if used:
        last = max(used, key=lambda each: each.used_at or each.shown_at)
        return last.article, 1.0
    if best:
        return best[0].id, best[0].confidence
    if shown:
        return shown[0].article, float(shown[0].why.get("confidence", 0.0))
    return None, 0.0


def _returned(tx: StoreTx, rules: Rules, matter: Matter, by: ContactId) -> None:
    tx.knowledge.outcomes.back(matter.contact, tx.now, by)
    tx.emit(MatterReturned(about=matter.contact, article=matter.article, by=by), actor="ledger")
    gaps.missed(tx, matter.contact, rules, fit="returned", used=False, near=matter.article)
