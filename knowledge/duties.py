"""Work that articles make: words waiting for approval, articles said to be wrong, articles whose ground moved. Plain
units of work; who may do what is asked of `permits`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from knowledge import articles, merge, notes, owners, permits, review, sight, targets
from router.errors import BadRequest, Conflict, Forbidden
from router.events import ApprovalChanged, ArticleChanged, ArticleTaskChanged, ObjectChanged
from router.records import Agent
from storage.knowledge import Approval, Article, ArticleState, Link, Task
from storage.tx import StoreTx

KINDS = ("service", "fault", "warranty", "page", targets.ARTICLE)
LINKS, TARGET_CHARS = 50, 200


def ask(tx: StoreTx, agent: Agent, article: Article, version: int, given: Mapping[str, Any]) -> Approval:
    """Somebody asks that these words be published; the article itself stays as it is until somebody says yes."""
    if article.version != version:
        raise Conflict("somebody else changed this article; load it again")
    if article.state is ArticleState.ARCHIVED:
        raise Conflict("this article is archived; make it a draft first", field="archived")
    wanted = given.get("state", article.state if article.state in permits.LIVE else ArticleState.PUBLIC)
    if wanted not in permits.LIVE:
        raise BadRequest("what is approved becomes internal or public", field="state")
    at = given.get("publish_at")
    if at is not None and (wanted is article.state or not tx.now < at <= tx.now + articles.LONGEST_WAIT):
        raise BadRequest("publish_at lies in the future, and the article does not stand there yet", field="publish_at")
    made = tx.knowledge.life.ask(
        article.id, agent_id=agent.id, version=version, title=given.get("title", article.title),
        body=given.get("body", article.body), keywords=list(given["keywords"]) if "keywords" in given else None,
        wanted=wanted.value, publish_at=at, note=given.get("note", ""))
    _told(tx, agent, made)
    return made


def approve(tx: StoreTx, agent: Agent, number: int, *, four_eyes: bool) -> Article:
    """The words become the article's; Conflict when the article changed since, so that nobody's words are lost, or was
    archived: nothing comes back by somebody's old request."""
    asked = tx.knowledge.life.approval(number)
    permits.publishes(agent, asked.agent, four_eyes=four_eyes)
    article = tx.knowledge.get(asked.article)
    decided = tx.knowledge.life.decide(number, "approved", agent.id)
    if article.state is ArticleState.ARCHIVED:
        raise Conflict("this article was archived since; make it a draft again, or refuse", field="archived")
    fields: dict[str, Any] = {"title": asked.title, "body": _together(tx, asked, article),
                              "note": asked.note, "own": notes.approved(agent.id)}
    if asked.keywords is not None:
        fields["keywords"] = asked.keywords
    later: datetime | None = None
    # Who asked only for better words of what stood there already gets no say in where it stands now.
    if tx.knowledge.life.version(article.id, asked.version).state != asked.wanted:
        later = asked.publish_at if asked.publish_at and asked.publish_at > tx.now else None
        fields |= _placed(tx, article, ArticleState(asked.wanted), later)
    made = tx.knowledge.change(article.id, article.version, by=asked.agent or agent.id, **fields)
    tx.emit(ArticleChanged(article=made.id, what="scheduled" if later else made.state.value, version=made.version),
            actor=f"agent:{agent.id}")
    _told(tx, agent, decided)
    return made


def _together(tx: StoreTx, asked: Approval, article: Article) -> str:
    """The words asked for, with what changed in other lines since. A change of owner, category or keywords is none."""
    if article.text_version <= asked.version or (asked.title, asked.body) == (article.title, article.body):
        return asked.body
    both = merge.merge(tx.knowledge.life.version(article.id, asked.version).body, asked.body, article.body)
    if both.conflicts or asked.title != article.title:
        raise Conflict("the article changed since these words were written; put both together and ask again",
                       field="changed")
    return both.text


def _placed(tx: StoreTx, article: Article, wanted: ArticleState, later: datetime | None) -> dict[str, Any]:
    """Where it stands from now on, or from later on."""
    if later is not None and article.state is not wanted:
        tx.timers.set(articles.PUBLISH, article.id, later)
        return {"publish_at": later, "publish_state": wanted.value}
    tx.timers.clear(articles.PUBLISH, article.id)
    return {"state": wanted, "publish_at": None, "publish_state": ""}


def refuse(tx: StoreTx, agent: Agent, number: int, words: str) -> Approval:
    """With words that say why; who asked may take it back the same way."""
    asked = tx.knowledge.life.approval(number)
    if not permits.leads(agent) and asked.agent != agent.id:
        raise Forbidden("a supervisor decides, or who asked takes it back")
    decided = tx.knowledge.life.decide(number, "refused", agent.id, words)
    _told(tx, agent, decided)
    return decided


def _told(tx: StoreTx, agent: Agent, approval: Approval) -> None:
    tx.emit(ApprovalChanged(approval=approval.id, article=approval.article, state=approval.state),
            actor=f"agent:{agent.id}")


def flag(tx: StoreTx, agent: Agent, article: Article, words: str, contact: int | None = None) -> Task:
    """Somebody says that an article is wrong: its owner's task."""
    if len(tx.knowledge.life.tasks(article=article.id, limit=50)) >= 50:
        raise Conflict("this article has enough open tasks; its owner must look at them first")
    made = tx.knowledge.life.add_task(
        article.id, "wrong", words=words, version=article.version, contact_id=contact, reporter_id=agent.id,
        owner_id=article.owner or article.author)
    _worked(tx, f"agent:{agent.id}", made)
    return made


def settle(tx: StoreTx, agent: Agent, number: int, state: str, words: str = "", *, review_days: int = 0) -> Task:
    """Done: there is a newer version, or it was to be read again and was. Refused: with words that say why."""
    task = tx.knowledge.life.task(number)
    article = tx.knowledge.get(task.article)
    if not permits.leads(agent) and agent.id not in (task.owner, article.owner):
        raise Forbidden("this is the owner's task")
    rereads, same = task.kind == review.KIND, article.text_version <= task.version
    if state == "done" and not rereads and same and article.state is not ArticleState.ARCHIVED:
        raise Conflict("its words are still the same; change them, or refuse with a reason", field="same")
    if state == "refused" and not words:
        raise BadRequest("say why nothing is to be done", field="words")
    made = tx.knowledge.life.settle_task(number, state, agent.id, words)
    if state == "done" and rereads:
        review.read_again(tx, agent, article, review_days)
    _worked(tx, f"agent:{agent.id}", made)
    return made


def view(tx: StoreTx, task: Task) -> dict[str, Any]:
    """A task as the API shows it; `why` it went to this person, where it was somebody else's."""
    about = dict(task.about)
    if about:
        named = next((each.title for each in tx.knowledge.life.links(task.article)
                      if (each.kind, each.target) == (about["kind"], about["target"])), "")
        about["title"] = owners.title_of(tx, int(about["target"])) if about["kind"] == targets.ARTICLE else named
    return asdict(task) | {"why": owners.told(tx, task.why), "about": about or None}


def _worked(tx: StoreTx, actor: str, task: Task) -> None:
    tx.emit(ArticleTaskChanged(task=task.id, article=task.article, kind=task.kind, state=task.state), actor=actor)


def link(tx: StoreTx, article: int, *, add: Sequence[Link] = (), remove: Sequence[Link] = (),
         links: Sequence[Link] | None = None) -> list[Link]:
    """What an article depends on now: some more, or with other words, and some less; or `links` and no others."""
    stand = {(each.kind, each.target): each for each in (tx.knowledge.life.links(article) if links is None else links)}
    for each in remove:
        stand.pop((each.kind, each.target), None)
    stand |= {(each.kind, each.target): each for each in add}
    if len(stand) > LINKS:
        raise Conflict(f"an article has at most {LINKS} links", field="links")
    tx.knowledge.life.link(article, list(stand.values()))
    return tx.knowledge.life.links(article)


def links_of(data: dict[str, Any], name: str) -> list[Link]:
    """The links under a name of a body, checked."""
    given = data.get(name)
    if not isinstance(given, list) or len(given) > LINKS:
        raise BadRequest(f"{name} is a list of at most {LINKS} links", field="links")
    made = []
    for each in given:
        if not isinstance(each, dict):
            raise BadRequest("a link is an object with kind, target, title and url", field="links")
        kind = articles.one_of(each, "kind", KINDS)
        target = articles.text_of(each, "target", TARGET_CHARS, least=1)
        title = articles.text_of({"title": "", **each}, "title", TARGET_CHARS)
        url = articles.text_of({"url": "", **each}, "url", 500)
        if (url and not url.startswith(("https://", "http://", "/"))) or url.startswith("//"):
            raise BadRequest("a link's url begins with https:// or with / for a page of this house", field="links")
        if kind == targets.ARTICLE:
            number = targets.number_in(target, ())
            if number is None:
                raise BadRequest("an article is linked by its number", field="links")
            target, title, url = str(number), "", ""  # they are the article's own and may change
        made.append(Link(article=0, kind=kind, target=target, title=title, url=url))
    return made


def there(tx: StoreTx, agent: Agent, article: int, links: Sequence[Link]) -> None:
    """BadRequest unless each linked article is another one that somebody may read."""
    granted = sight.rights(tx, agent)
    wanted = {int(each.target) for each in links if each.kind == targets.ARTICLE}
    found = {each.id for each in tx.knowledge.many(wanted).values() if permits.reads(agent, each, granted)}
    if wanted - found or article in wanted:
        raise BadRequest("a link leads to another article that is there", field="links")


def moved(tx: StoreTx, kind: str, target: str, *, actor: str, words: str = "") -> list[int]:
    """Something that articles depend on changed: each that has no such task open gets one. Returns the tasks."""
    made = []
    for number in tx.knowledge.life.dependents(kind, target):
        article = tx.knowledge.get(number)
        known = [task for task in tx.knowledge.life.tasks(article=number) if task.kind == "stale"]
        if article.state is ArticleState.ARCHIVED or known:
            continue
        task = tx.knowledge.life.add_task(number, "stale", words=words, version=article.version,
                                          owner_id=article.owner or article.author,
                                          about={"kind": kind, "target": target})
        _worked(tx, actor, task)
        made.append(task.id)
    return made


def reworded(tx: StoreTx, article: int, version: int) -> list[int]:
    """An article got other words, or was taken out of use: what depends on it may be wrong now."""
    if version < 2 or not tx.knowledge.life.dependents(targets.ARTICLE, str(article)):
        return []
    old, new = (tx.knowledge.life.version(article, each) for each in (version - 1, version))
    archived = ArticleState.ARCHIVED.value in (old.state, new.state) and old.state != new.state
    if (old.title, old.body) == (new.title, new.body) and not archived:
        return []
    return moved(tx, targets.ARTICLE, str(article), actor="ledger")


def changed(tx: StoreTx, agent: Agent, kind: str, target: str, words: str) -> list[int]:
    """The hook for other systems: tell that something changed."""
    tx.emit(ObjectChanged(kind=kind, target=target), actor=f"agent:{agent.id}")
    return moved(tx, kind, target, actor=f"agent:{agent.id}", words=words)
