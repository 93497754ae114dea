"""Articles written, changed, translated, approved, scheduled and archived: what is allowed in one, and the units of
work. Plain calls inside a unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from knowledge import notes, permits, review, sight
from knowledge.markup import files_of
from router.errors import BadRequest, Conflict, Forbidden, NotFound
from router.events import ArticleChanged
from router.records import Agent, Timer
from router.rules.text import clean, language
from router.web import take
from storage.knowledge import Article, ArticleState
from storage.tx import StoreTx

TITLE_CHARS, BODY_CHARS, NOTE_CHARS = 200, 50_000, 500
KEYWORDS, KEYWORD_CHARS = 30, 60
LANGUAGES = ("fa", "en")
LONGEST_WAIT = timedelta(days=730)  #: for a scheduled publication or a review
#: Where an article may come to stand at a moment that somebody names.
BY_ITSELF = frozenset({ArticleState.INTERNAL, ArticleState.PUBLIC, ArticleState.ARCHIVED})
PUBLISH = "publish"  #: the timer's kind; its subject is the article
#: What agents of a queue change of its internal articles.
WORDS = frozenset({"title", "body", "keywords", "note", "in_step"})
_KNOWN = frozenset({"title", "body", "language", "state", "keywords", "version", "category", "owner", "review_at",
                    "publish_at", "twin", "in_step", "note"})


def fields_of(data: dict[str, Any]) -> dict[str, Any]:
    """Those fields of an article that a body names, checked; BadRequest names the wrong one."""
    unknown = sorted(data.keys() - _KNOWN)
    if unknown:
        raise BadRequest(f"an article has no field {unknown[0]!r}", field=unknown[0])
    found: dict[str, Any] = {}
    if "title" in data:
        found["title"] = text_of(data, "title", TITLE_CHARS, least=1).replace("\n", " ")
    if "body" in data:
        found["body"] = text_of(data, "body", BODY_CHARS)
    if "language" in data:
        found["language"] = one_of(data, "language", LANGUAGES)
    if "state" in data:
        found["state"] = ArticleState(one_of(data, "state", [state.value for state in ArticleState]))
    if "keywords" in data:
        found["keywords"] = keywords_of(take(data, "keywords", list))
    for name in ("category", "owner", "twin"):
        if name in data:
            found[name] = take(data, name, int, default=None)
    for name in ("review_at", "publish_at"):
        if name in data:
            found[name] = moment_of(data, name)
    if "in_step" in data:
        found["in_step"] = take(data, "in_step", bool)
    if "note" in data:
        found["note"] = text_of(data, "note", NOTE_CHARS)
    return found


def text_of(data: dict[str, Any], name: str, most: int, *, least: int = 0) -> str:
    """A text field of a body, cleaned; BadRequest when it is too short or too long."""
    text = clean(take(data, name, str), limit=most + 1).strip()
    if not least <= len(text) <= most:
        raise BadRequest(f"the field {name!r} has {least} to {most} characters", field=name)
    return text


def one_of(data: dict[str, Any], name: str, values: Any) -> str:
    """A field that is one of some words."""
    value = take(data, name, str)
    if value not in values:
        raise BadRequest(f"the field {name!r} is one of {', '.join(values)}", field=name)
    return str(value)


def moment_of(data: dict[str, Any], name: str) -> datetime | None:
    """A time with its zone, or null."""
    text = take(data, name, str, default=None)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"the field {name!r} is a time like 2026-03-21T08:00:00+03:30", field=name) from None
    if at.tzinfo is None:
        raise BadRequest(f"the field {name!r} needs its time zone", field=name)
    return at


def keywords_of(given: list[Any]) -> tuple[str, ...]:
    """Keywords, each once."""
    texts = [" ".join(clean(each).split()) for each in given if isinstance(each, str)]
    if len(given) > KEYWORDS or len(texts) < len(given) or any(not 1 <= len(each) <= KEYWORD_CHARS for each in texts):
        raise BadRequest(f"keywords are at most {KEYWORDS} texts of 1 to {KEYWORD_CHARS} characters", field="keywords")
    return tuple(dict.fromkeys(texts))


def create(tx: StoreTx, agent: Agent, given: Mapping[str, Any], *, four_eyes: bool = False, review_days: int = 0,
           **more: Any) -> Article:
    """A new article, a draft unless told otherwise; its language is seen from its words when nobody says it."""
    values = {name: value for name, value in given.items() if name not in ("in_step", "note", "twin")}
    if "title" not in values:
        raise BadRequest("an article needs a title", field="title")
    state = values.pop("state", ArticleState.DRAFT)
    if state is ArticleState.ARCHIVED:
        raise BadRequest("a new article cannot be archived", field="state")
    if state in permits.LIVE:
        permits.publishes(agent, agent.id, four_eyes=four_eyes)
    if values.pop("publish_at", None) is not None:
        raise BadRequest("write it first, then schedule it", field="publish_at")
    _checked(tx, agent, values)
    values.setdefault("body", "")
    values.setdefault("language", language(f"{values['title']} {values['body']}") or LANGUAGES[0])
    if review_days and "review_at" not in values:
        values["review_at"] = tx.now + timedelta(days=review_days)
    made = tx.knowledge.add(state=state, author=agent.id, **values, **more)
    _tell(tx, agent, made, "created")
    if given.get("twin") is not None:
        made = pair(tx, agent, made, given["twin"])
    return made


def change(tx: StoreTx, agent: Agent, article: int, version: int, given: Mapping[str, Any], *,
           four_eyes: bool = False, own: Mapping[str, Any] | None = None) -> Article:
    """Change some fields; Conflict when somebody changed it since `version`. `own`: what the house says of it."""
    if not given:
        raise BadRequest("name at least one field to change")
    before, granted = tx.knowledge.get(article), sight.rights(tx, agent)
    permits.readable(agent, before, granted)
    permits.editable(agent, before, granted, four_eyes=four_eyes)
    values = dict(given)
    by_queue = not permits.leads(agent) and permits.by_queue(before, granted)
    if by_queue and not values.keys() <= WORDS:
        raise Forbidden("of this article you may change the words; a supervisor does the rest")
    in_step, note = values.pop("in_step", False), values.pop("note", "")
    twin = values.pop("twin", before.twin)
    _checked(tx, agent, values)
    state = values.get("state", before.state)
    written = any(name in values and values[name] != getattr(before, name) for name in ("title", "body"))
    goes_live = state in permits.LIVE or (state is before.state and permits.waits(before))
    if not by_queue and goes_live and (written or state is not before.state):
        permits.publishes(agent, agent.id if written else before.writer, four_eyes=four_eyes)
    if state is not before.state:
        # Whoever decides now ends what was to happen by itself.
        values |= {"publish_at": None, "publish_state": ""}
        tx.timers.clear(PUBLISH, article)
    made = tx.knowledge.change(article, version, by=agent.id, note=note, own=own, **values)
    _tell(tx, agent, made, state.value if state is not before.state else "edited")
    review.over(tx, made, f"agent:{agent.id}", agent)
    if twin != before.twin:
        made = pair(tx, agent, made, twin)
    if in_step and made.twin is not None:
        in_step_with(tx, made)
    return tx.knowledge.get(article)


def _checked(tx: StoreTx, agent: Agent, values: dict[str, Any]) -> None:
    """What an article points to is there, and its times lie where they can."""
    if values.get("category") is not None:
        try:
            category = tx.knowledge.life.category(values["category"])
        except NotFound:
            raise BadRequest("there is no such category", field="category") from None
        if not sight.rights(tx, agent).holds(category):
            raise BadRequest("there is no such category", field="category")
    if values.get("owner") is not None:
        try:
            here = tx.desk.agent(values["owner"]).active
        except NotFound:
            raise BadRequest("there is nobody with this number", field="owner") from None
        if not here:
            raise BadRequest("this person does not work here any more", field="owner")
    for name in ("review_at", "publish_at"):
        at = values.get(name)
        if at is not None and not tx.now - timedelta(days=1) < at <= tx.now + LONGEST_WAIT:
            raise BadRequest(f"{name} lies in the future, at most {LONGEST_WAIT.days} days", field=name)


def _tell(tx: StoreTx, agent: Agent, article: Article, what: str) -> None:
    tx.emit(ArticleChanged(article=article.id, what=what, version=article.version), actor=f"agent:{agent.id}")


def pair(tx: StoreTx, agent: Agent, article: Article, twin: int | None) -> Article:
    """Two articles say the same in two languages, from now on; null parts them."""
    for each in tx.knowledge.many([number for number in (article.twin,) if number is not None]).values():
        tx.knowledge.matched(each.id, None, 0)
    if twin is None:
        tx.knowledge.matched(article.id, None, 0)
        return tx.knowledge.get(article.id)
    found = tx.knowledge.many([twin]).get(twin)
    if found is None or found.id == article.id or found.language == article.language:
        raise BadRequest("a translation is another article in another language", field="twin")
    granted = sight.rights(tx, agent)
    permits.editable(agent, permits.readable(agent, found, granted), granted)
    if found.twin not in (None, article.id):
        raise Conflict(f"article {twin} has a translation already")
    tx.knowledge.matched(article.id, found.id, found.text_version)
    tx.knowledge.matched(found.id, article.id, article.text_version)
    return tx.knowledge.get(article.id)


def in_step_with(tx: StoreTx, article: Article) -> None:
    """Somebody says that both languages say the same now."""
    twin = tx.knowledge.get(article.twin or 0)
    tx.knowledge.matched(article.id, twin.id, twin.text_version)
    tx.knowledge.matched(twin.id, article.id, article.text_version)


def behind(article: Article, twin: Article | None) -> bool:
    """Whether the words of its translation changed and this one did not follow."""
    return twin is not None and twin.text_version > article.twin_version


def unseen(tx: StoreTx, article: Article) -> list[str]:
    """Names of the files in its words that citizens do not get with it: of an article that is not public, or does not
    show them itself."""
    names = []
    for number in sorted(files_of(article.body)):
        try:
            file = tx.knowledge.life.file(number)
        except NotFound:
            names.append(f"file:{number}")
            continue
        home = tx.knowledge.get(file.article)
        if home.id != article.id and (home.state is not ArticleState.PUBLIC or number not in files_of(home.body)):
            names.append(file.name)
    return names


def schedule(tx: StoreTx, agent: Agent, article: int, version: int, at: datetime | None, state: ArticleState, *,
             four_eyes: bool) -> Article:
    """It stands somewhere else by itself from a time on; null forgets that."""
    before = tx.knowledge.get(article)
    permits.publishes(agent, before.writer, four_eyes=four_eyes and at is not None and state in permits.LIVE)
    if at is None and before.publish_at is None:
        if version != before.version:
            raise Conflict("somebody else changed this article; load it again")
        return before
    if at is None:
        tx.timers.clear(PUBLISH, article)
        made = tx.knowledge.change(article, version, by=agent.id, publish_at=None, publish_state="")
    else:
        if not tx.now < at <= tx.now + LONGEST_WAIT:
            raise BadRequest(f"publish_at lies in the future, at most {LONGEST_WAIT.days} days", field="publish_at")
        if state not in BY_ITSELF or state is before.state:
            raise BadRequest("it becomes internal, public or archived, and does not stand there yet", field="state")
        made = tx.knowledge.change(article, version, by=agent.id, publish_at=at, publish_state=state.value)
        tx.timers.set(PUBLISH, article, at)
    _tell(tx, agent, made, "scheduled" if at else "unscheduled")
    return made


def publish(tx: StoreTx, timer: Timer) -> None:
    """The time of a scheduled change of state has come; a change of mind since then wins."""
    found = tx.knowledge.many([timer.subject]).get(timer.subject)
    if found is None or found.publish_at is None or found.publish_state not in BY_ITSELF:
        return
    if found.publish_at > tx.now:
        tx.timers.set(PUBLISH, found.id, found.publish_at)
        return
    made = tx.knowledge.change(found.id, found.version, state=ArticleState(found.publish_state), publish_at=None,
                               publish_state="", own=notes.SCHEDULED)
    tx.emit(ArticleChanged(article=made.id, what=made.state.value, version=made.version), actor="timer")
    review.over(tx, made, "timer")


def restore(tx: StoreTx, agent: Agent, article: int, version: int, old: int, *, four_eyes: bool) -> Article:
    """The words of an earlier version again, as the next version; its state stays as it is."""
    was = tx.knowledge.life.version(article, old)
    given = {"title": was.title, "body": was.body, "keywords": was.keywords}
    return change(tx, agent, article, version, given, four_eyes=four_eyes, own=notes.restored(old))


def view(article: Article) -> dict[str, Any]:
    """An article as the API shows it."""
    return {"id": article.id, "title": article.title, "body": article.body, "language": article.language,
            "state": article.state.value, "keywords": list(article.keywords), "version": article.version,
            "created_at": article.created_at, "updated_at": article.updated_at, "author": article.author,
            "owner": article.owner, "category": article.category, "review_at": article.review_at,
            "publish_at": article.publish_at, "publish_state": article.publish_state, "twin": article.twin}
