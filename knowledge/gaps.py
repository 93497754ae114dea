"""Questions that found no good answer, gathered into clusters that somebody owns from the first. Units of work; the
likeness of questions is `clusters`' business, whose they are that of `owners`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from knowledge import articles, clusters, drafts, notes, owners, permits
from knowledge.given import Rules
from knowledge.personal import masked
from router.errors import BadRequest, Conflict, Forbidden
from router.events import GapChanged
from router.model import AgentId, ContactId
from router.records import Agent, Contact
from router.rules.text import language
from storage.knowledge import NO_MATTER, ArticleState, Gap
from storage.tx import StoreTx

TITLE_CHARS, WORDS_CHARS = 120, 400
MOST = 2_000  #: gaps kept
WEAK = 0.2  #: an article of less confidence is no answer at all, nor near
AT_ONCE = 100  #: gaps that get an owner in one unit
BY_ITSELF = ("self-service", "dropped")  #: dispositions of contacts that no person had a hand in
STATES = ("open", "owned", "done", "ignored")


def missed(tx: StoreTx, contact: ContactId, rules: Rules, *, fit: str, used: bool, near: int | None) -> Gap | None:
    """A closed contact without a good answer joins the questions like it; once. `near` is the article that came
    nearest."""
    found = tx.contacts.get(contact)
    if fit == "sure" or used or found.disposition in NO_MATTER or not _asked(tx, found):
        return None
    names = [tx.people.customer(found.customer).name, tx.people.address(contact).name]
    return _gather(tx, rules, "contact", contact, tx.knowledge.question(contact), fit=fit, names=names, near=near)


def _asked(tx: StoreTx, contact: Contact) -> bool:
    """Whether somebody wanted to know something: what is typed into a dialogue's form is no question unless the
    dialogue looked for an answer."""
    if contact.disposition not in BY_ITSELF:
        return True
    steps = tx.journal.of_contacts([contact.id], names=("flow-step",))
    return any(step.data.get("waits") == "lookup" for step in steps)


def asked_in_vain(tx: StoreTx, rules: Rules, question: str, near: int | None) -> Gap | None:
    """A citizen searched the help pages and nothing was sure; the same words on the same day count once."""
    day = f"{tx.now.date().isoformat()} {' '.join(sorted(clusters.stems(question)))}"
    number = int.from_bytes(hashlib.sha256(day.encode()).digest()[:6], "big")
    return _gather(tx, rules, "help", number, question, fit="none", names=[], near=near)


def _gather(tx: StoreTx, rules: Rules, source: str, number: int, question: str, *, fit: str, names: list[str],
            near: int | None) -> Gap | None:
    """Put one question where it belongs. None when it says nothing or was gathered before."""
    words = " ".join(masked(question[:4_000], language(question) or "fa", names).split())[:WORDS_CHARS]
    asked = clusters.stems(words)
    if len(asked) < 2 or tx.knowledge.gaps.known(source, number):
        return None
    known = {gap.id: gap for gap in tx.knowledge.gaps.clusters(limit=clusters.MOST)}
    which = clusters.nearest(asked, [(gap.id, gap.words) for gap in known.values()])
    if which is None:
        due = tx.now + timedelta(days=rules.gap_days)
        gap = tx.knowledge.gaps.add(words[:TITLE_CHARS], language(words), clusters.grown({}, 0, asked), due_at=due)
        tx.knowledge.gaps.trim(MOST, spare=gap.id)
        tx.knowledge.gaps.example(gap.id, source, number, fit=fit, words=words, article=near)
    else:
        tx.knowledge.gaps.example(which, source, number, fit=fit, words=words, article=near)
        gap = _grown(tx, rules, known[which], asked)
    tx.emit(GapChanged(gap=gap.id, state=gap.state, what="asked"), actor="ledger")
    if gap.state == "open" and (gap.owner is None or gap.why.get("rule") in owners.BY_DEFAULT):
        gap = _by_rule(tx, rules, gap)
    return gap


def _grown(tx: StoreTx, rules: Rules, gap: Gap, asked: frozenset[str]) -> Gap:
    """One more question: its title is the clearest; what was done is open again, for whoever had it."""
    words = clusters.grown(gap.words, gap.asked, asked)
    texts = [each["words"] for each in tx.knowledge.gaps.examples(gap.id)]
    fields: dict[str, Any] = {"words": words}
    if texts and gap.state != "ignored":
        title = clusters.clearest(texts[::-1], words)
        fields |= {"title": title[:TITLE_CHARS], "language": language(title)}
    if gap.state == "done":
        fields |= {"state": "open", "due_at": tx.now + timedelta(days=rules.gap_days)}
    made = tx.knowledge.gaps.grow(gap.id, **fields)
    if gap.state == "done" and made.owner is not None and not tx.desk.agent(made.owner).active:
        made = _by_rule(tx, rules, made)
    return made


def _by_rule(tx: StoreTx, rules: Rules, gap: Gap, *, without: tuple[int, ...] = (), left: int | None = None) -> Gap:
    """Whose it is as long as nobody decides; nothing happens where the same person is found again."""
    owner, why = owners.choose(tx, owners.of_gap(tx, gap), rules.lead, without=without)
    if owner is None or (owner == gap.owner and why.get("rule") == gap.why.get("rule")):
        return gap
    if left is not None:
        why["left"] = left
    return _give(tx, rules, gap, gap.version, owner, why, actor="ledger", what="given", state="open")


def _give(tx: StoreTx, rules: Rules, gap: Gap, version: int, owner: AgentId, why: owners.Why, *, actor: str, what: str,
          **fields: Any) -> Gap:
    """Somebody's from now on, the draft with it; a day that is over is set anew."""
    if owner != gap.owner and "due_at" not in fields and (gap.due_at is None or gap.due_at <= tx.now):
        fields["due_at"] = tx.now + timedelta(days=rules.gap_days)
    made = tx.knowledge.gaps.change(gap.id, version, owner_id=owner, why=why, **fields)
    written = tx.knowledge.many([gap.article] if gap.article is not None else []).get(gap.article or 0)
    if written is not None and written.state is ArticleState.DRAFT and written.owner == gap.owner != owner:
        tx.knowledge.change(written.id, written.version, owner=owner, own=notes.with_gap(gap.id))
    tx.emit(GapChanged(gap=gap.id, state=made.state, what=what), actor=actor)
    return made


def provide(tx: StoreTx, rules: Rules) -> int:
    """Some of the gaps whose owner left get another; how many did."""
    active = [each.id for each in tx.desk.agents() if each.active]
    given = 0
    for gap in tx.knowledge.gaps.without(active, limit=AT_ONCE):
        made = _by_rule(tx, rules, gap, left=gap.owner)
        given += made.owner != gap.owner
    return given


def change(tx: StoreTx, rules: Rules, agent: Agent, number: int, version: int, data: dict[str, Any]) -> Gap:
    """Take it, give it to somebody or back, set its day, settle it or say that it needs no article."""
    gap, leads = tx.knowledge.gaps.get(number), permits.leads(agent)
    fields = _fields(tx, agent, data)
    owner = data.get("owner") if "owner" in data else gap.owner
    if not fields and "owner" not in data:
        raise BadRequest("name the state, the owner, the day or a note")
    takes = owner == agent.id and "owner" in data and gap.state == "open"
    if gap.owner not in (None, agent.id) and not leads and not takes:
        raise Forbidden("somebody else owns this")
    actor = f"agent:{agent.id}"
    if "owner" not in data:
        made = tx.knowledge.gaps.change(number, version, **fields)
        tx.emit(GapChanged(gap=number, state=made.state, what=made.state), actor=actor)
        return made
    if owner is None:
        kept = tx.knowledge.gaps.change(number, version, **{"state": "open", **fields})
        return _by_rule(tx, rules, kept, without=(gap.owner,) if gap.owner is not None else ())
    rule = "taken" if owner == agent.id else "given"
    return _give(tx, rules, gap, version, _owner(tx, agent, owner), {"rule": rule, "by": agent.id}, actor=actor,
                 what=rule, **{"state": "owned", **fields})


def _owner(tx: StoreTx, agent: Agent, owner: Any) -> AgentId:
    if not isinstance(owner, int) or isinstance(owner, bool):
        raise BadRequest("owner is a number or null", field="owner")
    if owner != agent.id and not permits.leads(agent):
        raise Forbidden("a supervisor gives work to others")
    if not tx.desk.agent(AgentId(owner)).active:
        raise BadRequest("this person does not work here any more", field="owner")
    return AgentId(owner)


def _fields(tx: StoreTx, agent: Agent, data: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "state" in data:
        fields["state"] = articles.one_of(data, "state", STATES)
        if fields["state"] == "ignored" and not permits.leads(agent):
            raise Forbidden("a supervisor says that it needs no article")
    if "due_at" in data:
        fields["due_at"] = _day(tx, agent, data)
    if "note" in data:
        fields["note"] = articles.text_of(data, "note", articles.NOTE_CHARS)
    return fields


def _day(tx: StoreTx, agent: Agent, data: dict[str, Any]) -> datetime:
    at = articles.moment_of(data, "due_at")
    if not permits.leads(agent):
        raise Forbidden("a supervisor sets the day")
    if at is None or not tx.now < at <= tx.now + articles.LONGEST_WAIT:
        raise BadRequest(f"due_at lies in the future, at most {articles.LONGEST_WAIT.days} days", field="due_at")
    return at


Reads = Callable[[StoreTx, Agent, ContactId], Any]


def draft(tx: StoreTx, rules: Rules, agent: Agent, number: int, version: int, reads: Reads,
          kept: Sequence[str] = ()) -> tuple[Gap, int]:
    """The prepared draft becomes an article of whoever asks, with those personal pieces that are kept on purpose; (gap,
    article)."""
    gap = tx.knowledge.gaps.get(number)
    if gap.article is not None and gap.article in tx.knowledge.many([gap.article]):
        raise Conflict(f"article {gap.article} is written for this gap")
    if gap.owner not in (None, agent.id) and gap.state != "open" and not permits.leads(agent):
        raise Forbidden("somebody else owns this")
    prepared = drafts.of_gap(tx, agent, gap, reads, kept=kept)
    made = articles.create(tx, agent, {name: prepared[name] for name in ("title", "body", "language")})
    why = gap.why if gap.owner == agent.id else {"rule": "taken", "by": agent.id}
    changed = _give(tx, rules, gap, version, agent.id, dict(why), actor=f"agent:{agent.id}", what="drafted",
                    article_id=made.id, state="owned")
    return changed, made.id


def view(tx: StoreTx, gap: Gap) -> dict[str, Any]:
    """A gap as the API shows it."""
    return {"id": gap.id, "title": gap.title, "language": gap.language, "state": gap.state, "owner": gap.owner,
            "rule": gap.why.get("rule", ""), "why": owners.told(tx, gap.why), "due_at": gap.due_at,
            "overdue": gap.due_at is not None and gap.due_at < tx.now and gap.state in ("open", "owned"),
            "article": gap.article, "asked": gap.asked, "first_at": gap.first_at, "last_at": gap.last_at,
            "note": gap.note, "version": gap.version}
