"""Articles written, changed and archived: what is allowed in one, and the units of work. Plain calls inside a unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.errors import BadRequest
from router.events import ArticleChanged
from router.records import Agent
from router.rules.text import clean, language
from router.web import take
from storage.knowledge import Article, ArticleState
from storage.tx import StoreTx

TITLE_CHARS, BODY_CHARS = 200, 50_000
KEYWORDS, KEYWORD_CHARS = 30, 60
LANGUAGES = ("fa", "en")


def fields_of(data: dict[str, Any]) -> dict[str, Any]:
    """Those fields of an article that a body names, checked; BadRequest names the wrong one."""
    unknown = sorted(data.keys() - {"title", "body", "language", "state", "keywords", "version"})
    if unknown:
        raise BadRequest(f"an article has no field {unknown[0]!r}", field=unknown[0])
    found: dict[str, Any] = {}
    if "title" in data:
        found["title"] = _text(data, "title", TITLE_CHARS, least=1).replace("\n", " ")
    if "body" in data:
        found["body"] = _text(data, "body", BODY_CHARS)
    if "language" in data:
        found["language"] = _one_of(data, "language", LANGUAGES)
    if "state" in data:
        found["state"] = ArticleState(_one_of(data, "state", [state.value for state in ArticleState]))
    if "keywords" in data:
        found["keywords"] = _keywords(take(data, "keywords", list))
    return found


def _text(data: dict[str, Any], name: str, most: int, *, least: int = 0) -> str:
    text = clean(take(data, name, str), limit=most + 1).strip()
    if not least <= len(text) <= most:
        raise BadRequest(f"the field {name!r} has {least} to {most} characters", field=name)
    return text


def _one_of(data: dict[str, Any], name: str, values: Any) -> str:
    value = take(data, name, str)
    if value not in values:
        raise BadRequest(f"the field {name!r} is one of {', '.join(values)}", field=name)
    return str(value)


def _keywords(given: list[Any]) -> tuple[str, ...]:
    texts = [" ".join(clean(each).split()) for each in given if isinstance(each, str)]
    if len(given) > KEYWORDS or len(texts) < len(given) or any(not 1 <= len(each) <= KEYWORD_CHARS for each in texts):
        raise BadRequest(f"keywords are at most {KEYWORDS} texts of 1 to {KEYWORD_CHARS} characters", field="keywords")
    return tuple(dict.fromkeys(texts))


def create(tx: StoreTx, agent: Agent, given: Mapping[str, Any]) -> Article:
    """A new article, a draft unless told otherwise; its language is seen from its words when nobody says it."""
    if "title" not in given:
        raise BadRequest("an article needs a title", field="title")
    if given.get("state") is ArticleState.ARCHIVED:
        raise BadRequest("a new article cannot be archived", field="state")
    spoken = language(f"{given['title']} {given.get('body', '')}") or LANGUAGES[0]
    made = tx.knowledge.add(title=given["title"], body=given.get("body", ""), language=given.get("language", spoken),
                            state=given.get("state", ArticleState.DRAFT), keywords=given.get("keywords", ()),
                            author=agent.id)
    tx.emit(ArticleChanged(article=made.id), actor=f"agent:{agent.id}")
    return made


def change(tx: StoreTx, agent: Agent, article: int, version: int, given: Mapping[str, Any]) -> Article:
    """Change some fields; Conflict when somebody changed it since `version`."""
    if not given:
        raise BadRequest("name at least one field to change")
    made = tx.knowledge.change(article, version, **given)
    tx.emit(ArticleChanged(article=article), actor=f"agent:{agent.id}")
    return made


def view(article: Article) -> dict[str, Any]:
    """An article as the API shows it."""
    return {"id": article.id, "title": article.title, "body": article.body, "language": article.language,
            "state": article.state.value, "keywords": list(article.keywords), "version": article.version,
            "created_at": article.created_at, "updated_at": article.updated_at, "author": article.author}
