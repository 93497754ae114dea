"""What articles achieved, against comparable contacts without them, with counts and intervals. Reads only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from knowledge import tally
from knowledge.outcome import Outcome
from storage.knowledge import Article, Tally
from storage.tx import StoreTx

_STEPS = ("shown", "opened", "used", "sent", "edited", "yes", "no")


def shares(with_it: Tally, without: Tally) -> dict[str, Any]:
    """Resolved, came back and content in surveys, both ways, and whether the difference says anything."""
    ours, others = tally.wilson(with_it.resolved, with_it.contacts), tally.wilson(without.resolved, without.contacts)
    back = tally.wilson(with_it.returned, with_it.contacts)
    liked, others_liked = (tally.wilson(each.liked, each.rated) for each in (with_it, without))
    others_back = tally.wilson(without.returned, without.contacts)
    return {"resolved": {"with": _share(ours), "without": _share(others), "verdict": tally.verdict(ours, others)},
            "returned": {"with": _share(back), "without": _share(others_back),
                         "verdict": tally.verdict(back, others_back)},
            "liked": {"with": _share(liked), "without": _share(others_liked),
                      "verdict": tally.verdict(liked, others_liked)},
            "open": with_it.open + without.open}


def _share(share: tally.Share) -> dict[str, Any]:
    return {"count": share.count, "of": share.of, "low": round(share.low, 3), "high": round(share.high, 3)}


def article(tx: StoreTx, found: Article, days: int) -> dict[str, Any]:
    """One article's ledger."""
    both = tx.knowledge.outcomes.compared(tx.now - timedelta(days=days))
    steps = tx.knowledge.outcomes.steps([found.id]).get(found.id, dict.fromkeys(_STEPS, 0))
    return {"steps": steps, "return_days": days,
            **shares(both.get((found.id, True), Tally()), both.get((found.id, False), Tally())),
            "feedback": [{**each, "at": each["at"]} for each in tx.knowledge.outcomes.said(found.id, limit=50)]}


def everything(tx: StoreTx, days: int, hidden: frozenset[int]) -> dict[str, Any]:
    """Per article and per category; those used most first."""
    before = tx.now - timedelta(days=days)
    steps = tx.knowledge.outcomes.steps()
    by_article, by_category = tx.knowledge.outcomes.compared(before), tx.knowledge.outcomes.compared(
        before, by_category=True)
    order = sorted(steps, key=lambda number: (-steps[number]["used"], -steps[number]["shown"], number))[:500]
    there = tx.knowledge.many(order)
    rows = [{"article": number, "title": there[number].title, "language": there[number].language,
             "category": there[number].category, "steps": steps[number],
             **shares(by_article.get((number, True), Tally()), by_article.get((number, False), Tally()))}
            for number in order if number in there and there[number].category not in hidden]
    shelves = [{"category": each.id, "title": {"fa": each.title_fa, "en": each.title_en},
                **shares(by_category.get((each.id, True), Tally()), by_category.get((each.id, False), Tally()))}
               for each in tx.knowledge.life.categories() if each.id not in hidden]
    return {"articles": rows, "categories": shelves, "return_days": days}


def outcomes(tx: StoreTx, days: int) -> dict[int, Outcome]:
    """What the ranking may know of each article that was used: resolved of how many contacts, and what is usual where
    it was shown and not used - pulled towards what is usual anywhere, as much as there are few of those."""
    both = tx.knowledge.outcomes.compared(tx.now - timedelta(days=days))
    good, of = sum(each.resolved for each in both.values()), sum(each.contacts for each in both.values())
    anywhere = (good + 1) / (of + 2)
    content = (sum(each.favour for each in both.values()) + 1) / (sum(each.weight for each in both.values()) + 2)
    made = {}
    for (number, used), each in both.items():
        if used and each.contacts:
            without = both.get((number, False), Tally())
            usual = (without.resolved + tally.STRENGTH * anywhere) / (without.contacts + tally.STRENGTH)
            liked = (without.favour + tally.STRENGTH * content) / (without.weight + tally.STRENGTH)
            made[number] = Outcome(shown=each.contacts, resolved=each.resolved, usual=usual, rated=each.weight,
                                   liked=each.favour, usually_liked=liked)
    return made
