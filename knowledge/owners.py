"""Who a gap belongs to before anybody takes it, and why this person. Units of work; must not write anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from knowledge import permits
from router.model import AgentId
from router.records import Agent, Role
from router.rules.text import digits_fa, isolate
from storage.knowledge import Category, Gap
from storage.tx import StoreTx

Why = dict[str, Any]
WORKED = timedelta(days=90)  #: how far back work in a queue counts
BY_DEFAULT = ("lead", "admin")  #: rules that know nothing about the gap; whoever is known better takes its place
BY_PERSON = ("taken", "given")


def choose(tx: StoreTx, gap: Gap, lead: str, *, without: Collection[int] = ()) -> tuple[AgentId | None, Why]:
    """The owner by the first rule that names somebody who works here; (None, {}) only where nobody does. `lead` is the
    login of who keeps the knowledge; `without` are passed over as long as there is anybody else."""
    people = {each.id: each for each in tx.desk.agents() if each.active}
    for here in ({number: each for number, each in people.items() if number not in without}, people):
        for rule in (_shelf, _articles, _queue, _lead(lead), _admin):
            found = rule(tx, gap, here)
            if found is not None:
                return found
    return None, {}


Found = tuple[AgentId, Why] | None
Here = Mapping[AgentId, Agent]


def _shelf(tx: StoreTx, gap: Gap, here: Here) -> Found:
    """Who keeps the category of the articles nearest to its questions."""
    shelves = {each.id: each for each in tx.knowledge.life.categories()}
    near = [article.category for article in _near(tx, gap) if article.category in shelves]
    kept = [number for number in near if number is not None and shelves[number].owner in here]
    if not kept:
        return None
    number, count = Counter(kept).most_common(1)[0]
    owner = shelves[number].owner
    return None if owner is None else (AgentId(owner), {"rule": "category", "category": number, "questions": count})


def _articles(tx: StoreTx, gap: Gap, here: Here) -> Found:
    """Who keeps the articles themselves."""
    owners = [(article.owner, article.id) for article in _near(tx, gap) if article.owner in here]
    found = _most(tx, [owner for owner, _ in owners if owner is not None])
    if found is None:
        return None
    article = Counter(number for owner, number in owners if owner == found[0]).most_common(1)[0][0]
    return found[0], {"rule": "articles", "article": article, "questions": found[1]}


def _near(tx: StoreTx, gap: Gap) -> list[Any]:
    """The nearest article of each question that had one."""
    numbers = [each["article"] for each in tx.knowledge.gaps.examples(gap.id) if each["article"] is not None]
    there = tx.knowledge.many(set(numbers))
    return [there[number] for number in numbers if number in there]


def _queue(tx: StoreTx, gap: Gap, here: Here) -> Found:
    """Who has worked most in the queue that its contacts came to."""
    contacts = tx.contacts.many([each["number"] for each in tx.knowledge.gaps.examples(gap.id)
                                 if each["source"] == "contact"])
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


def _lead(login: str) -> Callable[[StoreTx, Gap, Here], Found]:
    def rule(tx: StoreTx, gap: Gap, here: Here) -> Found:
        found = next((number for number, each in here.items() if login and each.login == login), None)
        return None if found is None else (found, {"rule": "lead"})
    return rule


def _admin(tx: StoreTx, gap: Gap, here: Here) -> Found:
    """The first administrator; in a house without one whoever leads, else whoever is there."""
    order = (Role.ADMIN, Role.SUPERVISOR, Role.AGENT)
    found = min(here.values(), key=lambda each: (order.index(each.role), each.id), default=None)
    return None if found is None else (found.id, {"rule": "admin"})


def told(tx: StoreTx, why: Mapping[str, Any]) -> dict[str, str]:
    """Why this person, in English and Persian; empty where nobody owns it."""
    en, fa = _rule(tx, why)
    if why.get("left") is not None:
        name = isolate(_name(tx, why["left"]))
        en, fa = f"{en} Before it was {name}'s, who left.", f"{fa} پیش‌تر با {name} بود که رفته است."
    return {"en": en.strip(), "fa": digits_fa(fa.strip())}


def _rule(tx: StoreTx, why: Mapping[str, Any]) -> tuple[str, str]:
    rule = why.get("rule", "")
    if rule == "category":
        shelf = _open(tx).get(why["category"])
        en, fa = (isolate(shelf.title_en), isolate(shelf.title_fa)) if shelf else ("(internal)", "(داخلی)")
        return (f"Keeps the category {en}, which is nearest to {why['questions']} of the questions.",
                f"مسئول دستهٔ {fa} است که به {why['questions']} پرسش از همه نزدیک‌تر است.")
    if rule == "articles":
        found = tx.knowledge.many([why["article"]]).get(why["article"])
        told_of = found and found.state in permits.LIVE and (found.category is None or found.category in _open(tx))
        title = isolate(found.title) if found and told_of else str(why["article"])
        return (f"Owns the articles nearest to {why['questions']} of the questions, like {title}.",
                f"مسئول مطلب‌هایی است که به {why['questions']} پرسش از همه نزدیک‌ترند، مانند {title}.")
    if rule == "queue":
        queue = next((each for each in tx.desk.queues() if each.id == why["queue"]), None)
        en, fa = (isolate(queue.title_en), isolate(queue.title_fa)) if queue else ("?", "؟")
        return (f"Worked on {why['contacts']} of the last {why['of']} contacts of the queue {en}, where this is asked.",
                f"از {why['of']} تماس اخیر صف {fa} که این را می‌پرسند، {why['contacts']} تماس با او بوده است.")
    if rule in BY_PERSON:
        name = isolate(_name(tx, why.get("by")))
        return ((f"{name} took it.", f"{name} خود آن را برداشت.") if rule == "taken" else
                (f"{name} gave it out.", f"{name} آن را سپرد."))
    return {"lead": ("Keeps the knowledge of this desk; nobody is nearer to the matter.",
                     "مسئول دانش این میز است؛ کسی به موضوع نزدیک‌تر نیست."),
            "admin": ("Is the first administrator; nobody is nearer to the matter.",
                      "نخستین مدیر است؛ کسی به موضوع نزدیک‌تر نیست.")}.get(rule, ("", ""))


def _open(tx: StoreTx) -> dict[int, Category]:
    """Categories that exist for everybody who works here: only they are named."""
    return {each.id: each for each in tx.knowledge.life.categories()
            if each.least_role == Role.AGENT and not each.skills and not each.queues}


def _name(tx: StoreTx, number: Any) -> str:
    return next((each.name for each in tx.desk.agents() if each.id == number), "?")
