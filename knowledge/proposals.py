"""Suggestions for one contact: asked from the library, recorded as shown, opened, used and said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from knowledge import permits, reasons, sight
from knowledge.given import Given
from knowledge.library import FOR_AGENTS
from knowledge.markup import as_text
from knowledge.suggest import Suggestion
from knowledge.tokens import content
from router.errors import Conflict, NotFound
from router.events import ArticleOutcome, ArticlesSuggested, SuggestionUsed
from router.model import ContactId
from router.records import Agent
from router.rules.states import ENDED
from storage.knowledge import Article, ArticleState
from storage.tx import StoreTx

LIMIT = 5
MORE = 4  #: so many times more is looked for where some may be kept from who asks
_BEHIND = 0.25  #: an article with less of the best one's score is not shown
_KEPT, _TAKEN = 0.1, 0.5  #: of an article's words in an answer, or of an answer's in the article: it is made from it
_DOUBTFUL = 0.1  #: nor one of less confidence


async def propose(given: Given, agent: Agent, contact: ContactId) -> list[dict[str, Any]]:
    """The articles for what the citizen said lately, best first. What is shown for the first time is recorded, but for
    contacts that are over: who reads them again changes no evidence."""
    def asked(tx: StoreTx) -> tuple[str, str, bool]:
        found = given.readable(tx, agent, contact)
        return tx.knowledge.question(contact), found.language, sight.rights(tx, agent).narrow
    question, language, narrow = await given.store.snapshot(asked)
    if not question:
        return []
    best = await given.library.suggest(question, states=FOR_AGENTS, limit=LIMIT * (MORE if narrow else 1),
                                       language=language)
    best = [each for each in best if each.confidence >= _DOUBTFUL]
    if not best:
        return []

    def known(tx: StoreTx) -> list[dict[str, Any]] | None:
        places = {each.article: each.rank for each in tx.knowledge.shown(contact)}
        there = _there(tx, agent, best)
        same = all(places.get(each.id) == rank for rank, (each, _) in enumerate(there, 1))
        return _views(tx, there) if same or _over(tx, contact) else None
    # Consoles ask often; only what is new costs a commit.
    shown = await given.store.snapshot(known)
    return await given.store.run(lambda tx: _show(tx, agent, contact, best)) if shown is None else shown


def _over(tx: StoreTx, contact: ContactId) -> bool:
    return tx.contacts.get(contact).state in ENDED


async def used(given: Given, agent: Agent, contact: ContactId) -> list[dict[str, Any]]:
    """What went into answers here, first to last, with what the citizen said of each."""
    def read(tx: StoreTx) -> list[dict[str, Any]]:
        given.readable(tx, agent, contact)
        rows = sorted((each.used_at, each.article, each.said) for each in tx.knowledge.shown(contact) if each.used_at)
        there, granted = tx.knowledge.many([article for _, article, _ in rows]), sight.rights(tx, agent)
        return [{"article": article, "title": there[article].title, "said": said} for _, article, said in rows
                if article in there and permits.reads(agent, there[article], granted)]
    return await given.store.snapshot(read)


def _there(tx: StoreTx, agent: Agent, best: Sequence[Suggestion[int]]) -> list[tuple[Suggestion[int], Article]]:
    """Articles may have gone or been archived since the library was asked, or not exist for this agent."""
    articles, granted = tx.knowledge.many([each.id for each in best]), sight.rights(tx, agent)
    there = [(each, articles[each.id]) for each in best
             if each.id in articles and articles[each.id].state in FOR_AGENTS
             and permits.reads(agent, articles[each.id], granted)]
    return [pair for pair in there if pair[0].score >= _BEHIND * there[0][0].score][:LIMIT]


def _show(tx: StoreTx, agent: Agent, contact: ContactId, best: Sequence[Suggestion[int]]) -> list[dict[str, Any]]:
    there = _there(tx, agent, best)
    if _over(tx, contact):
        return _views(tx, there)  # it ended meanwhile
    rows = [(each.id, round(each.score, 6), reasons.kept(each)) for each, _ in there]
    first = set(tx.knowledge.show(contact, rows))
    if first:
        shown = tuple((number, score) for number, score, _ in rows if number in first)
        tx.emit(ArticlesSuggested(about=contact, shown=shown), actor=f"agent:{agent.id}")
    return _views(tx, there)


def _views(tx: StoreTx, there: Sequence[tuple[Suggestion[int], Article]]) -> list[dict[str, Any]]:
    marks = tx.knowledge.life.open_tasks([article.id for _, article in there])
    return [{"article": found.id, "version": article.version, "state": article.state.value, "title": article.title,
             "text": as_text(article.body), "language": article.language, "weak": found.weak,
             "why": reasons.told(reasons.kept(found)), "marks": marks.get(found.id, [])}
            for found, article in there]


def use(tx: StoreTx, given: Given, agent: Agent, contact: ContactId, article: int) -> None:
    """The agent put the article into an answer; recorded once. Conflict with a clear word when it went meanwhile."""
    given.readable(tx, agent, contact)
    found = tx.knowledge.get(article)
    if sight.rights(tx, agent).hides(found):
        raise NotFound(f"there is no article {article}")
    if found.state not in FOR_AGENTS:
        if any(each.article == article for each in tx.knowledge.shown(contact)):
            raise Conflict("this article was taken out of use while you had it open; do not send its words unread")
        raise NotFound(f"there is no article {article}")
    if _over(tx, contact):
        raise Conflict("this contact is over; reopen it before you answer")
    if tx.knowledge.use(contact, article, agent.id):
        used = SuggestionUsed(about=contact, article=article, agent=agent.id, how="inserted")
        tx.emit(used, actor=f"agent:{agent.id}")


def dropped(tx: StoreTx, given: Given, agent: Agent, contact: ContactId, article: int) -> None:
    """The agent took its words out of the answer again: it was not used, unless it went out before."""
    given.readable(tx, agent, contact)
    if tx.knowledge.unused(contact, article):
        tx.emit(ArticleOutcome(about=contact, article=article, step="dropped"), actor=f"agent:{agent.id}")


def quoted(tx: StoreTx, agent: Agent, article: int, version: int | None, words: str) -> str:
    """What stands against an answer of this agent that names an article: "unknown" when there is none for them (one
    that is kept from them looks as if it were not there), "other" when the answer is not made of its words, else what
    happened to it since; "" = nothing."""
    found = tx.knowledge.many([article]).get(article)
    if found is None or sight.rights(tx, agent).hides(found):
        return "unknown"
    theirs = permits.leads(agent) or permits.mine(agent, found)
    if not theirs and found.state not in FOR_AGENTS and (
            found.state is ArticleState.DRAFT or not tx.knowledge.was(article, FOR_AGENTS)):
        return "unknown"
    if not _made_of(found.body, words) and not any(  # words may be of a version before
            _made_of(each.body, words) for each in tx.knowledge.life.versions(article)
            if version in (None, each.version)):
        return "other"
    return tx.knowledge.withdrawn(article, version)


def _made_of(body: str, answer: str) -> bool:
    """Whether an answer keeps a part of an article that is worth the name, or is mostly words of it. Stop words stand
    everywhere and say nothing."""
    ours, theirs = (content(text) for text in (as_text(body), answer))
    both = len(ours & theirs)
    return not ours or both >= _KEPT * len(ours) or both >= _TAKEN * max(1, len(theirs))


def opened(tx: StoreTx, given: Given, agent: Agent, contact: ContactId, article: int) -> bool:
    """The agent read it in full; recorded once, when it was shown for this contact and the contact is not over."""
    given.readable(tx, agent, contact)
    known = tx.knowledge.many([article]).get(article)
    if known is not None and sight.rights(tx, agent).hides(known):
        raise NotFound(f"there is no article {article}")
    first = not _over(tx, contact) and tx.knowledge.opened(contact, article)
    if first:
        tx.emit(ArticleOutcome(about=contact, article=article, step="opened"), actor=f"agent:{agent.id}")
    return first


def said(tx: StoreTx, given: Given, agent: Agent, contact: ContactId, article: int, *, helped: bool) -> None:
    """The citizen said whether it helped; the agent writes it down."""
    given.readable(tx, agent, contact)
    if not tx.knowledge.say(contact, article, "yes" if helped else "no"):
        raise NotFound("this article was not used for this contact")
    tx.emit(ArticleOutcome(about=contact, article=article, step="said", value=float(helped)),
            actor=f"agent:{agent.id}")
