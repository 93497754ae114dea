"""Who a gap belongs to before anybody takes it, who goes on with articles of somebody who left, and why this person.
Units of work; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from knowledge import permits
from router.model import AgentId, ContactId
from router.records import Agent, Role
from router.rules.text import digits_fa, isolate
from storage.knowledge import Article, Category, Gap
from storage.tx import StoreTx

Why = dict[str, Any]
WORKED = timedelta(days=90)  #: how far back work in a queue counts
BY_DEFAULT = ("lead", "admin")  #: rules that know nothing about the gap; whoever is known better takes its place
BY_PERSON = ("taken", "given")
MATES = 50  #: articles of the same category that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the rules look at."""

    shelves: Sequence[int] = ()  #: categories of what is nearest, as often as it is
    #: (owner, article) of the nearest articles, those of the first group before the others
    near: Sequence[Sequence[tuple[AgentId | None, int]]] = ()
    contacts: Sequence[ContactId] = ()  #: that were about it
    of: str = "gap"


def of_gap(tx: StoreTx, gap: Gap) -> Ground:
    """The nearest article of each question that had one, and the contacts that asked."""
    examples = tx.knowledge.gaps.examples(gap.id)
    numbers = [each["article"] for each in examples if each["article"] is not None]
    there = tx.knowledge.many(set(numbers))
    near = [there[number] for number in numbers if number in there]
    return Ground(shelves=[each.category for each in near if each.category is not None],
                  near=[[(each.owner, each.id) for each in near]],
                  contacts=[ContactId(each["number"]) for each in examples if each["source"] == "contact"])


def of_article(tx: StoreTx, article: Article) -> Ground:
    """Its category, its translation, then what stands beside it, and the contacts that it was used for."""
    twin = tx.knowledge.many([article.twin]) if article.twin is not None else {}
    kept = [] if article.category is None else tx.knowledge.owners_in(article.category, permits.LIVE, limit=MATES)
    return Ground(shelves=[] if article.category is None else [article.category],
                  near=[[(each.owner, each.id) for each in twin.values()],
                        [each for each in kept if each[1] != article.id]],
                  contacts=tx.knowledge.used_in(article.id), of="article")


def choose(tx: StoreTx, ground: Ground, lead: str, *, without: Collection[int] = (), among: Here | None = None,
           ) -> tuple[AgentId | None, Why]:
    """The owner by the first rule that names somebody who works here; (None, {}) only where nobody does. `lead` is the
    login of who keeps the knowledge; `without`, and who is not `among` those given, are passed over as long as there is
    anybody else."""
    people = {each.id: each for each in tx.desk.agents() if each.active}
    first = {number: each for number, each in (people if among is None else among).items() if number not in without}
    for here in (first, people):
        for rule in (_shelf, _articles, _queue, _lead(lead), _admin):
            found = rule(tx, ground, here)
            if found is not None:
                owner, why = found
                return owner, why if ground.of == "gap" else {**why, "of_what": ground.of}
    return None, {}


Found = tuple[AgentId, Why] | None
Here = Mapping[AgentId, Agent]


def _shelf(tx: StoreTx, ground: Ground, here: Here) -> Found:
    """Who keeps the category of the articles nearest to it."""
    shelves = {each.id: each for each in tx.knowledge.life.categories()}
    kept = [number for number in ground.shelves if number in shelves and shelves[number].owner in here]
    if not kept:
        return None
    number, count = Counter(kept).most_common(1)[0]
    owner = shelves[number].owner
    return None if owner is None else (AgentId(owner), {"rule": "category", "category": number, "questions": count})


def _articles(tx: StoreTx, ground: Ground, here: Here) -> Found:
    """Who keeps the articles themselves."""
    for near in ground.near:
        owners = [(owner, article) for owner, article in near if owner in here]
        found = _most(tx, [owner for owner, _ in owners if owner is not None])
        if found is not None:
            article = Counter(number for owner, number in owners if owner == found[0]).most_common(1)[0][0]
            return found[0], {"rule": "articles", "article": article, "questions": found[1]}
    return None


def _queue(tx: StoreTx, ground: Ground, here: Here) -> Found:
    """Who has worked most in the queue that its contacts came to."""
    contacts = tx.contacts.many(ground.contacts)
    queues = Counter(contact.queue for contact in contacts if contact.queue is not None)
    for queue, _ in queues.most_common():
        workers = tx.knowledge.gaps.workers(queue, tx.now - WORKED)
        found = _most(tx, [agent for agent in workers if agent in here])
        if found is not None:
            return found[0], {"rule": "queue", "queue": queue, "contacts": found[1], "of": len(workers)}
    return None


def _most(tx: StoreTx, numbers: Iterable[AgentId]) -> tuple[AgentId, int] | None:
    """Who is named most often; of equals who has fewer gaps to see to."""
    counts = Counter(numbers)
    if not counts:
        return None
    best = max(counts.values())
    burden = tx.knowledge.gaps.burden()
    number = min((each for each, count in counts.items() if count == best), key=lambda n: (burden.get(n, 0), n))
    return number, best


def _lead(login: str) -> Callable[[StoreTx, Ground, Here], Found]:
    def rule(tx: StoreTx, ground: Ground, here: Here) -> Found:
        found = next((number for number, each in here.items() if login and each.login == login), None)
        return None if found is None else (found, {"rule": "lead"})
    return rule


def _admin(tx: StoreTx, ground: Ground, here: Here) -> Found:
    """The first administrator; in a house without one whoever leads, else whoever is there."""
    order = (Role.ADMIN, Role.SUPERVISOR, Role.AGENT)
    found = min(here.values(), key=lambda each: (order.index(each.role), each.id), default=None)
    return None if found is None else (found.id, {"rule": "admin"})


def told(tx: StoreTx, why: Mapping[str, Any]) -> dict[str, str]:
    """Why this person, in English and Persian; empty where nobody owns it or a person chose."""
    en, fa = _rule(tx, why)
    if why.get("left") is not None:
        name = isolate(name_of(tx, why["left"]))
        en, fa = f"{en} Before it was {name}'s, who left.", f"{fa} پیش‌تر با {name} بود که رفته است."
    return {"en": en.strip(), "fa": digits_fa(fa.strip())}


def _rule(tx: StoreTx, why: Mapping[str, Any]) -> tuple[str, str]:
    rule, article = why.get("rule", ""), why.get("of_what") == "article"
    if rule == "category":
        shelf = _open(tx).get(why["category"])
        en, fa = (isolate(shelf.title_en), isolate(shelf.title_fa)) if shelf else ("(internal)", "(داخلی)")
        if article:
            return f"Keeps the category {en}, in which it stands.", f"مسئول دستهٔ {fa} است که مطلب در آن است."
        return (f"Keeps the category {en}, which is nearest to {why['questions']} of the questions.",
                f"مسئول دستهٔ {fa} است که به {why['questions']} پرسش از همه نزدیک‌تر است.")
    if rule == "articles":
        title = title_of(tx, why["article"])
        if article:
            return (f"Owns what stands nearest to it, like {title}.",
                    f"مسئول مطلب‌هایی است که از همه به آن نزدیک‌ترند، مانند {title}.")
        return (f"Owns the articles nearest to {why['questions']} of the questions, like {title}.",
                f"مسئول مطلب‌هایی است که به {why['questions']} پرسش از همه نزدیک‌ترند، مانند {title}.")
    if rule == "queue":
        queue = next((each for each in tx.desk.queues() if each.id == why["queue"]), None)
        en, fa = (isolate(queue.title_en), isolate(queue.title_fa)) if queue else ("?", "؟")
        asked = ("it was used", "این مطلب در آن به کار رفته است") if article else ("this is asked", "این را می‌پرسند")
        return (f"Worked on {why['contacts']} of the last {why['of']} contacts of the queue {en}, where {asked[0]}.",
                f"از {why['of']} تماس اخیر صف {fa} که {asked[1]}، {why['contacts']} تماس با او بوده است.")
    if rule in BY_PERSON:
        name = isolate(name_of(tx, why.get("by")))
        return ((f"{name} took it.", f"{name} خود آن را برداشت.") if rule == "taken" else
                (f"{name} gave it out.", f"{name} آن را سپرد."))
    return {"owner": ("Owns the article.", "مسئول خود مطلب است."),
            "lead": ("Keeps the knowledge of this desk; nobody is nearer to the matter.",
                     "مسئول دانش این میز است؛ کسی به موضوع نزدیک‌تر نیست."),
            "admin": ("Is the first administrator; nobody is nearer to the matter.",
                      "نخستین مدیر است؛ کسی به موضوع نزدیک‌تر نیست.")}.get(rule, ("", ""))


def title_of(tx: StoreTx, article: int) -> str:
    """Of an article that exists for everybody who works here; of another its number."""
    found = tx.knowledge.many([article]).get(article)
    told_of = found and found.state in permits.LIVE and (found.category is None or found.category in _open(tx))
    return isolate(found.title) if found and told_of else str(article)


def _open(tx: StoreTx) -> dict[int, Category]:
    """Categories that exist for everybody who works here: only they are named."""
    return {each.id: each for each in tx.knowledge.life.categories()
            if each.least_role == Role.AGENT and not each.skills and not each.queues}


def name_of(tx: StoreTx, number: Any) -> str:
    """Of somebody who works or worked here."""
    return next((each.name for each in tx.desk.agents() if each.id == number), "?")
