"""Questions that found no good answer, gathered into clusters that somebody owns. Units of work; the likeness of
questions is `clusters`' business."""

from __future__ import annotations

import hashlib
from typing import Any

from knowledge import articles, clusters, permits
from knowledge.personal import masked
from router.errors import BadRequest, Conflict, Forbidden
from router.events import GapChanged
from router.model import AgentId, ContactId
from router.records import Agent, Contact
from router.rules.text import language
from storage.knowledge import NO_MATTER, Gap
from storage.tx import StoreTx

TITLE_CHARS, WORDS_CHARS = 120, 400
MOST = 2_000  #: gaps kept
BY_ITSELF = ("self-service", "dropped")  #: dispositions of contacts that no person had a hand in
STATES = ("open", "owned", "done", "ignored")


def missed(tx: StoreTx, contact: ContactId, *, fit: str, used: bool) -> Gap | None:
    """A closed contact without a good answer joins the questions like it; once."""
    found = tx.contacts.get(contact)
    if fit == "sure" or used or found.disposition in NO_MATTER or not _asked(tx, found):
        return None
    names = [tx.people.customer(found.customer).name, tx.people.address(contact).name]
    return gather(tx, "contact", contact, tx.knowledge.question(contact), fit=fit, names=names)


def _asked(tx: StoreTx, contact: Contact) -> bool:
    """Whether somebody wanted to know something: what is typed into a dialogue's form is no question unless the
    dialogue looked for an answer."""
    if contact.disposition not in BY_ITSELF:
        return True
    steps = tx.journal.of_contacts([contact.id], names=("flow-step",))
    return any(step.data.get("waits") == "lookup" for step in steps)


def asked_in_vain(tx: StoreTx, question: str) -> Gap | None:
    """A citizen searched the help pages and nothing was sure; the same words on the same day count once."""
    day = f"{tx.now.date().isoformat()} {' '.join(sorted(clusters.stems(question)))}"
    number = int.from_bytes(hashlib.sha256(day.encode()).digest()[:6], "big")
    return gather(tx, "help", number, question, fit="none", names=[])


def gather(tx: StoreTx, source: str, number: int, question: str, *, fit: str, names: list[str]) -> Gap | None:
    """Put one question where it belongs. None when it says nothing or was gathered before."""
    words = " ".join(masked(question[:4_000], language(question) or "fa", names).split())[:WORDS_CHARS]
    asked = clusters.stems(words)
    if len(asked) < 2 or tx.knowledge.gaps.known(source, number):
        return None
    near = tx.knowledge.gaps.clusters(limit=clusters.MOST)
    which = clusters.nearest(asked, [(gap.id, gap.words) for gap in near])
    if which is None:
        gap = tx.knowledge.gaps.add(words[:TITLE_CHARS], language(words), clusters.grown({}, 0, asked))
        tx.knowledge.gaps.trim(MOST)
    else:
        gap = next(each for each in near if each.id == which)
        grown = clusters.grown(gap.words, gap.asked, asked)
        tx.knowledge.gaps.grow(gap.id, grown, again=gap.state == "done")
    tx.knowledge.gaps.example(gap.id, source, number, fit=fit, words=words)
    tx.emit(GapChanged(gap=gap.id, state=gap.state, what="asked"), actor="ledger")
    return gap


def change(tx: StoreTx, agent: Agent, number: int, version: int, data: dict[str, Any]) -> Gap:
    """Take it, give it to somebody, settle it or say that it needs no article."""
    gap = tx.knowledge.gaps.get(number)
    fields: dict[str, Any] = {}
    if "state" in data:
        fields["state"] = articles.one_of(data, "state", STATES)
        if fields["state"] == "ignored" and not permits.leads(agent):
            raise Forbidden("a supervisor says that it needs no article")
    if "owner" in data:
        owner = data["owner"]
        if owner is not None and (not isinstance(owner, int) or isinstance(owner, bool)):
            raise BadRequest("owner is a number or null", field="owner")
        if owner not in (None, agent.id) and not permits.leads(agent):
            raise Forbidden("a supervisor gives work to others")
        if owner is not None:
            tx.desk.agent(AgentId(owner))
        fields["owner_id"] = owner
        fields.setdefault("state", "open" if owner is None else "owned")
    if "note" in data:
        fields["note"] = articles.text_of(data, "note", articles.NOTE_CHARS)
    if not fields:
        raise BadRequest("name the state, the owner or a note")
    if gap.owner not in (None, agent.id) and not permits.leads(agent):
        raise Forbidden("somebody else owns this")
    made = tx.knowledge.gaps.change(number, version, **fields)
    tx.emit(GapChanged(gap=number, state=made.state, what=made.state), actor=f"agent:{agent.id}")
    return made


def draft(tx: StoreTx, agent: Agent, number: int, version: int) -> tuple[Gap, int]:
    """A draft with the questions in it, owned by who asked for it; (gap, article)."""
    gap = tx.knowledge.gaps.get(number)
    if gap.article is not None and gap.article in tx.knowledge.many([gap.article]):
        raise Conflict(f"article {gap.article} is written for this gap")
    asked = [each["words"] for each in tx.knowledge.gaps.examples(number)]
    head = "پرسش‌ها" if gap.language == "fa" else "Questions"
    body = f"## {head}\n" + "\n".join(f"- {words}" for words in asked)
    made = articles.create(tx, agent, {"title": gap.title[:articles.TITLE_CHARS], "body": body[:articles.BODY_CHARS],
                                       "language": gap.language or articles.LANGUAGES[0]})
    changed = tx.knowledge.gaps.change(number, version, article_id=made.id, owner_id=agent.id, state="owned")
    tx.emit(GapChanged(gap=number, state=changed.state, what="drafted"), actor=f"agent:{agent.id}")
    return changed, made.id


def view(gap: Gap) -> dict[str, Any]:
    """A gap as the API shows it."""
    return {"id": gap.id, "title": gap.title, "language": gap.language, "state": gap.state, "owner": gap.owner,
            "article": gap.article, "asked": gap.asked, "first_at": gap.first_at, "last_at": gap.last_at,
            "note": gap.note, "version": gap.version}
