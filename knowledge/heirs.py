"""Articles, and the work on them, of somebody who works here no more go to others at once. Units of work; whose it
becomes is `owners`' business."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from knowledge import notes, owners, permits, review
from knowledge.given import Rules
from router.events import ArticleGiven
from router.model import AgentId
from router.records import Agent
from storage.knowledge import Article, Task
from storage.tx import StoreTx

AT_ONCE = 25  #: articles, and tasks, that get an owner in one unit, so that others get their turn


class _People:
    """Who works here, and who of them may read what; looked up once for a unit."""

    def __init__(self, tx: StoreTx) -> None:
        categories, queues = tx.knowledge.life.categories(), tx.desk.queues()
        self.here: dict[AgentId, Agent] = {each.id: each for each in tx.desk.agents() if each.active}
        self._rights = {number: permits.rights(each, categories, queues) for number, each in self.here.items()}

    def readers(self, article: Article) -> dict[AgentId, Agent]:
        """Those to whom the article exists: others would own what they do not see."""
        return {number: each for number, each in self.here.items() if not self._rights[number].hides(article)}


def provide(tx: StoreTx, rules: Rules) -> int:
    """Some of what belongs to nobody who works here gets an owner; how much did. A review whose day is over is due
    anew."""
    people = _People(tx)
    if not people.here:
        return 0
    articles = tx.knowledge.orphans(people.here, limit=AT_ONCE)
    for article in articles:
        _article(tx, rules, people, article)
    tasks = tx.knowledge.life.orphans(people.here, limit=AT_ONCE)
    for task in tasks:
        _task(tx, rules, people, task)
    return len(articles) + len(tasks)


def _article(tx: StoreTx, rules: Rules, people: _People, article: Article) -> None:
    owner, why = _choose(tx, rules, people, article)
    fields: dict[str, Any] = {"owner": owner, "why": {**why, "left": article.owner}}
    if article.review_at is not None and article.review_at <= tx.now:
        fields["review_at"] = tx.now + timedelta(days=rules.gap_days)
    given = tx.knowledge.change(article.id, article.version, own=notes.heir(fields["why"]), **fields)
    review.over(tx, given, "ledger")
    tx.emit(ArticleGiven(article=article.id, owner=owner, left=article.owner, rule=why["rule"]), actor="ledger")


def _task(tx: StoreTx, rules: Rules, people: _People, task: Task) -> None:
    """Whoever owns the article does what there is to do; without an owner whom the rules find."""
    article = tx.knowledge.get(task.article)
    if article.owner in people.readers(article) and article.owner is not None:
        owner, why = article.owner, {"rule": "owner"}
    else:
        owner, why = _choose(tx, rules, people, article)
    tx.knowledge.life.give_task(task.id, owner, why if task.owner is None else {**why, "left": task.owner})
    tx.emit(ArticleGiven(article=article.id, task=task.id, owner=owner, left=task.owner, rule=why["rule"]),
            actor="ledger")


def _choose(tx: StoreTx, rules: Rules, people: _People, article: Article) -> tuple[AgentId, owners.Why]:
    owner, why = owners.choose(tx, owners.of_article(tx, article), rules.lead, among=people.readers(article))
    assert owner is not None  # somebody works here, and the last rule takes anybody
    return owner, why
