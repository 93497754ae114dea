"""An article written out of a resolved contact: a draft from the thread, with everything personal marked for removal.

Nothing of the thread is stored until a person has decided on each mark; what the detector still finds then, and nobody
kept on purpose, is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from knowledge import articles
from knowledge.personal import Find, find, masked
from router.errors import BadRequest, Conflict, PishkhanError
from router.model import ContactId
from router.records import Agent, Contact, ContactState, Direction
from router.rules.states import ENDED
from router.rules.text import fold, language
from storage.knowledge import Article, Gap
from storage.tx import StoreTx

MESSAGES, MESSAGE_CHARS = 60, 5_000
ANSWERS, ANSWER_CHARS = 20, 1_500  #: of colleagues, in a gap's draft


def proposed(tx: StoreTx, contact: Contact) -> dict[str, Any]:
    """Title and body from the thread, each with its finds. Conflict while the contact goes on."""
    if contact.state not in (*ENDED, ContactState.WRAP_UP):
        raise Conflict("this contact goes on; an article is written out of one that is resolved")
    spoken = [message for message in tx.messages.of(contact.id, limit=MESSAGES)
              if message.direction in (Direction.IN, Direction.OUT) and not message.automatic
              and message.kind not in ("ack", "notice", "connect", "hangup")]
    asked = [message.new_text or message.text for message in spoken if message.direction is Direction.IN]
    answered = [message.text for message in spoken if message.direction is Direction.OUT]
    title = " ".join((contact.subject or next(iter(asked), "")).split())[:articles.TITLE_CHARS]
    tongue = language(" ".join([title, *asked])) or contact.language
    heads = ("پرسش", "پاسخ") if tongue == "fa" else ("Question", "Answer")
    parts = [f"## {head}\n" + "\n\n".join(text.strip()[:MESSAGE_CHARS] for text in texts if text.strip())
             for head, texts in zip(heads, (asked, answered), strict=True) if texts]
    body = "\n\n".join(parts)[:articles.BODY_CHARS]
    names = names_of(tx, contact)
    return {"title": title, "body": body, "language": tongue, "title_finds": _shown(find(title, names), tongue),
            "body_finds": _shown(find(body, names), tongue)}


def of_gap(tx: StoreTx, agent: Agent, gap: Gap, reads: Callable[[StoreTx, Agent, ContactId], Any]) -> dict[str, Any]:
    """Title and body out of a gap: what was asked, and what colleagues answered as raw material, without what is
    personal. Answers only out of contacts that this agent may read. `removed` counts what was taken out of them."""
    examples = tx.knowledge.gaps.examples(gap.id)
    tongue = gap.language or articles.LANGUAGES[0]
    answers: dict[str, str] = {}
    removed = 0
    for number in [each["number"] for each in examples if each["source"] == "contact"]:
        try:
            contact = reads(tx, agent, ContactId(number))
        except PishkhanError:
            continue
        names = names_of(tx, contact)
        for message in tx.messages.of(contact.id, limit=MESSAGES):
            if message.kind != "reply" or message.automatic or not message.text.strip():
                continue
            removed += len(find(message.text[:ANSWER_CHARS], names))
            words = " ".join(masked(message.text[:ANSWER_CHARS], tongue, names).split())
            answers.setdefault(fold(words), words)
    heads = ("پرسش‌ها", "آنچه همکاران پاسخ داده‌اند") if tongue == "fa" else ("Questions", "What colleagues answered")
    parts = [f"## {head}\n" + "\n".join(f"- {each}" for each in texts)
             for head, texts in zip(heads, ([each["words"] for each in examples], list(answers.values())[:ANSWERS]),
                                    strict=True) if texts]
    return {"title": gap.title[:articles.TITLE_CHARS], "body": "\n\n".join(parts)[:articles.BODY_CHARS],
            "language": tongue, "answers": min(len(answers), ANSWERS), "removed": removed}


def names_of(tx: StoreTx, contact: Contact) -> list[str]:
    """Names that stand in the contact's file: the customer's and those of colleagues who answered."""
    known = [tx.people.customer(contact.customer).name, tx.people.address(contact.id).name]
    agents = {message.agent for message in tx.messages.of(contact.id, limit=MESSAGES) if message.agent is not None}
    for number in sorted(agents):
        person = tx.desk.agent(number)
        known += [person.name, person.public_name]
    return [name for name in known if name]


def _shown(found: list[Find], tongue: str) -> list[dict[str, Any]]:
    return [{"kind": each.kind, "start": each.start, "end": each.end, "text": each.text, "mark": each.mark(tongue)}
            for each in found]


def write(tx: StoreTx, agent: Agent, contact: Contact, data: dict[str, Any]) -> Article:
    """The draft, once nothing personal is left in it but what somebody kept on purpose."""
    kept = data.pop("kept", [])
    if not isinstance(kept, list) or len(kept) > 500 or not all(isinstance(each, str) for each in kept):
        raise BadRequest("kept is a list of texts that stay", field="kept")
    given = articles.fields_of(data)
    if not set(given) <= {"title", "body", "language", "keywords", "category"}:
        raise BadRequest("a draft out of a contact has title, body, language, keywords and category")
    names = names_of(tx, contact)
    left = [each for each in (*find(given.get("title", ""), names), *find(given.get("body", ""), names))
            if each.text not in kept]
    if left:
        kinds = ", ".join(sorted({each.kind for each in left}))
        raise BadRequest(f"decide on {len(left)} personal pieces first ({kinds}): take each out, or keep it on purpose",
                         field="kept")
    return articles.create(tx, agent, given, source=contact.id)
