"""Who may do what with articles, as one table. Pure; every route and page asks here.

Agents read what is published on shelves they may see, and write drafts of their own. Supervisors work on every
article. Administrators also set up categories, synonyms and automatic routing.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.errors import Forbidden, NotFound
from router.records import Agent, Role
from storage.knowledge import Article, ArticleState, Category

RANK = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}
LIVE = frozenset({ArticleState.INTERNAL, ArticleState.PUBLIC})


def leads(agent: Agent) -> bool:
    """Whether somebody works on every article: a supervisor or an administrator."""
    return RANK[agent.role] >= RANK[Role.SUPERVISOR]


def sees_category(agent: Agent, category: Category) -> bool:
    """By role, and by skill where the category names some; supervisors see every shelf of their role."""
    if RANK[agent.role] < RANK[Role(category.least_role)]:
        return False
    return not category.skills or leads(agent) or any(agent.skills.get(skill, 0) > 0 for skill in category.skills)


def hidden(agent: Agent, categories: Iterable[Category]) -> frozenset[int]:
    """Categories that somebody does not see."""
    return frozenset(each.id for each in categories if not sees_category(agent, each))


def private(categories: Iterable[Category]) -> frozenset[int]:
    """Categories that citizens do not see."""
    return frozenset(each.id for each in categories if not each.public or each.least_role != Role.AGENT.value)


def mine(agent: Agent, article: Article) -> bool:
    """Whether somebody wrote or owns it."""
    return agent.id in (article.author, article.owner)


def reads(agent: Agent, article: Article, unseen: frozenset[int]) -> bool:
    """Whether somebody may read an article as it stands."""
    if article.category in unseen:
        return False
    return leads(agent) or article.state in LIVE or (article.state is ArticleState.DRAFT and mine(agent, article))


def readable(agent: Agent, article: Article, unseen: frozenset[int]) -> Article:
    """The article; NotFound when somebody may not read it."""
    if not reads(agent, article, unseen):
        raise NotFound(f"there is no article {article.id}")
    return article


def editable(agent: Agent, article: Article) -> None:
    """Forbidden unless somebody may change its words without asking."""
    if not leads(agent) and not (article.state is ArticleState.DRAFT and mine(agent, article)):
        raise Forbidden("this article is not yours; ask for approval of your words instead")


def publishes(agent: Agent, writer: int | None, *, four_eyes: bool) -> None:
    """Forbidden unless somebody may put these words before agents or citizens."""
    if not leads(agent):
        raise Forbidden("ask for approval; a supervisor publishes")
    if four_eyes and writer == agent.id:
        raise Forbidden("who wrote the words does not publish them here; ask somebody else to approve")
