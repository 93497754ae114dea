"""Who may do what with articles, as one table. Pure; every route and page asks here.

Agents read what is published in categories they may see, write drafts of their own, and change internal articles of the
categories that name a queue of theirs. Supervisors work on every article. Administrators also set up categories,
synonyms and automatic routing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from router.errors import Forbidden, NotFound
from router.records import Agent, Queue, Role
from storage.knowledge import Article, ArticleState, Category

RANK = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}
LIVE = frozenset({ArticleState.INTERNAL, ArticleState.PUBLIC})


def leads(agent: Agent) -> bool:
    """Whether somebody works on every article: a supervisor or an administrator."""
    return RANK[agent.role] >= RANK[Role.SUPERVISOR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the categories let somebody see and change."""

    unseen: frozenset[int] = frozenset()  #: categories that do not exist for them
    inner: frozenset[int] = frozenset()  #: categories of which they see only what citizens see, too
    edits: frozenset[int] = frozenset()  #: categories whose internal articles they change without asking

    @property
    def narrow(self) -> bool:
        """Whether anything is kept from them."""
        return bool(self.unseen or self.inner)

    def hides(self, article: Article) -> bool:
        """Whether an article does not exist for them, whatever else they may."""
        return article.category in self.unseen or (
            article.category in self.inner and article.state is not ArticleState.PUBLIC)

    def holds(self, category: Category) -> bool:
        """Whether they may put articles into a category."""
        return category.id not in self.unseen and category.id not in self.inner


def rights(agent: Agent, categories: Iterable[Category], queues: Iterable[Queue]) -> Rights:
    """By role; by skill and by queue where a category names some. Who leads sees every category of their role. Articles
    for citizens are for every agent: a queue keeps to itself only what is not for citizens."""
    mine = serves(agent, queues)
    unseen: set[int] = set()
    inner: set[int] = set()
    changes: set[int] = set()
    for each in categories:
        if RANK[agent.role] < RANK[Role(each.least_role)]:
            unseen.add(each.id)
        elif leads(agent):
            continue
        elif each.skills and not any(agent.skills.get(skill, 0) > 0 for skill in each.skills):
            unseen.add(each.id)
        elif each.queues and not mine.intersection((*each.queues, *each.editors)):
            (inner if each.public else unseen).add(each.id)
        elif mine.intersection(each.editors):
            changes.add(each.id)
    return Rights(unseen=frozenset(unseen), inner=frozenset(inner), edits=frozenset(changes))


def serves(agent: Agent, queues: Iterable[Queue]) -> frozenset[str]:
    """Names of the queues that somebody works in: those open ones whose skills they all have. A queue that was merged
    stands for the one it went into."""
    known = {queue.id: queue for queue in queues}
    found = set()
    for queue in known.values():
        into = known.get(queue.merged_into, queue) if queue.merged_into is not None else queue
        if into.active and all(agent.skills.get(skill, 0) > 0 for skill in into.skills):
            found.add(queue.name)
    return frozenset(found)


def private(categories: Iterable[Category]) -> frozenset[int]:
    """Categories that citizens do not see."""
    return frozenset(each.id for each in categories if not each.public or each.least_role != Role.AGENT.value)


def mine(agent: Agent, article: Article) -> bool:
    """Whether somebody wrote or owns it."""
    return agent.id in (article.author, article.owner)


def reads(agent: Agent, article: Article, granted: Rights) -> bool:
    """Whether somebody may read an article as it stands."""
    if granted.hides(article):
        return False
    return leads(agent) or article.state in LIVE or (article.state is ArticleState.DRAFT and mine(agent, article))


def readable(agent: Agent, article: Article, granted: Rights) -> Article:
    """The article; NotFound when somebody may not read it."""
    if not reads(agent, article, granted):
        raise NotFound(f"there is no article {article.id}")
    return article


def edits(agent: Agent, article: Article, granted: Rights, *, four_eyes: bool) -> bool:
    """Whether somebody may change its words without asking."""
    if leads(agent) or (article.state is ArticleState.DRAFT and mine(agent, article) and not waits(article)):
        return True
    return by_queue(article, granted) and not four_eyes


def by_queue(article: Article, granted: Rights) -> bool:
    """Whether it is an internal article of a category whose articles the agents of a queue change."""
    return article.state is ArticleState.INTERNAL and article.category in granted.edits and not waits(article)


def waits(article: Article) -> bool:
    """Whether its words go before more people by themselves: till then they stay as somebody let them pass."""
    return article.publish_at is not None and article.publish_state in LIVE


def editable(agent: Agent, article: Article, granted: Rights, *, four_eyes: bool = False) -> None:
    """Forbidden unless somebody may change its words without asking."""
    if not edits(agent, article, granted, four_eyes=four_eyes):
        raise Forbidden("this article is not yours; ask for approval of your words instead")


def publishes(agent: Agent, writer: int | None, *, four_eyes: bool) -> None:
    """Forbidden unless somebody may put these words before agents or citizens."""
    if not leads(agent):
        raise Forbidden("ask for approval; a supervisor publishes")
    if four_eyes and writer == agent.id:
        raise Forbidden("who wrote the words does not publish them here; ask somebody else to approve")
