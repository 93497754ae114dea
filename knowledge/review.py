"""Articles whose day of review has come: work for whoever keeps them, once for each day. Units of work; who may settle
it is `duties`' business."""

from __future__ import annotations

from datetime import timedelta

from knowledge import notes
from router.events import ArticleChanged, ArticleTaskChanged
from router.records import Agent
from storage.knowledge import Article, ArticleState, Task
from storage.tx import StoreTx

KIND = "review"
AT_ONCE = 1_000  #: tasks that one sweep makes; what is left comes with the next


def due(tx: StoreTx) -> int:
    """A task for each article that is to be read again by now and has none for that day; how many."""
    found = tx.knowledge.due(limit=AT_ONCE)
    for article in found:
        made = tx.knowledge.life.add_task(article.id, KIND, words="", version=article.version, due_at=article.review_at,
                                          owner_id=article.owner or article.author)
        _told(tx, made, "ledger")
    return len(found)


def over(tx: StoreTx, article: Article, actor: str, by: Agent | None = None) -> None:
    """The day was moved, or nobody reads the article any more: there is nothing to do."""
    for task in tx.knowledge.life.reviews(article.id, state="open"):
        if task.due_at != article.review_at or article.state is ArticleState.ARCHIVED:
            _told(tx, tx.knowledge.life.settle_task(task.id, "done", by.id if by else None), actor)


def read_again(tx: StoreTx, agent: Agent, article: Article, days: int) -> None:
    """Somebody read it and it is right: the next day of review comes in so many days, or nobody says (0)."""
    later = tx.now + timedelta(days=days) if days else None
    made = tx.knowledge.change(article.id, article.version, by=agent.id, review_at=later, own=notes.REREAD)
    tx.emit(ArticleChanged(article=made.id, what="edited", version=made.version), actor=f"agent:{agent.id}")


def _told(tx: StoreTx, task: Task, actor: str) -> None:
    tx.emit(ArticleTaskChanged(task=task.id, article=task.article, kind=task.kind, state=task.state), actor=actor)
