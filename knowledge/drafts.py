"""An article written out of a resolved contact: a draft from the thread, with everything personal marked for removal.

Nothing of the thread is stored until a person has decided on each mark; what the detector still finds then, and nobody
kept on purpose, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from knowledge import articles
from knowledge.personal import Find, find
from router.errors import BadRequest, Conflict, PishkhanError
from router.model import ContactId
from router.records import Agent, Contact, ContactState, Direction
from router.rules.states import ENDED
from router.rules.text import fold, language
from storage.knowledge import Article, Gap
from storage.tx import StoreTx

Reads = Callable[[StoreTx, Agent, ContactId], Any]
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
    return _marked(tx, contact, title, body, tongue)


def looked_at(tx: StoreTx, contact: Contact, data: dict[str, Any]) -> dict[str, Any]:
    """What somebody made of the draft, with what is personal in it now."""
    given = {"title": articles.text_of(data, "title", articles.TITLE_CHARS).replace("\n", " "),
             "body": articles.text_of(data, "body", articles.BODY_CHARS)}
    tongue = articles.one_of({"language": language(f"{given['title']} {given['body']}") or contact.language, **data},
                             "language", articles.LANGUAGES)
    return _marked(tx, contact, given["title"], given["body"], tongue)


def _marked(tx: StoreTx, contact: Contact, title: str, body: str, tongue: str) -> dict[str, Any]:
    names = names_of(tx, contact)
    return {"title": title, "body": body, "language": tongue, "title_finds": _shown(find(title, names), tongue),
            "body_finds": _shown(find(body, names), tongue)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One answer in one line, and where in it something personal stands or stood."""

    words: str
    finds: list[dict[str, Any]]


def of_gap(tx: StoreTx, agent: Agent, gap: Gap, reads: Reads, *, kept: Collection[str] = ()) -> dict[str, Any]:
    """Title and body out of a gap: what was asked, and what colleagues answered as raw material, out of contacts that
    this agent may read. What is personal in the answers stands as a mark, unless it is `kept`; `finds` says what and
    where in the body, so that a person decides. Of questions nothing personal was stored. `removed` counts marks."""
    examples = tx.knowledge.gaps.examples(gap.id)
    tongue = gap.language or articles.LANGUAGES[0]
    said = _answers(tx, [readable for each in examples if each["source"] == "contact"
                         if (readable := _readable(tx, agent, each["number"], reads)) is not None], tongue, kept)
    heads = ("پرسش‌ها", "آنچه همکاران پاسخ داده‌اند") if tongue == "fa" else ("Questions", "What colleagues answered")
    parts = [f"## {heads[0]}\n" + "\n".join(f"- {each['words']}" for each in examples)] if examples else []
    body, finds = "\n\n".join([*parts, *([f"## {heads[1]}"] if said else [])]), []
    for line in said:
        body += "\n- "
        finds += [{**each, "start": len(body) + each["start"], "end": len(body) + each["end"]} for each in line.finds]
        body += line.words
    finds = [each for each in finds if each["end"] <= articles.BODY_CHARS]
    return {"title": gap.title[:articles.TITLE_CHARS], "body": body[:articles.BODY_CHARS], "language": tongue,
            "answers": len(said), "removed": sum(not each["kept"] for each in finds), "finds": finds}


def _readable(tx: StoreTx, agent: Agent, number: int, reads: Reads) -> Contact | None:
    try:
        found: Contact = reads(tx, agent, ContactId(number))
    except PishkhanError:
        return None
    return found


def _answers(tx: StoreTx, contacts: list[Contact], tongue: str, kept: Collection[str]) -> list[_Line]:
    """What colleagues answered in these contacts, each once, the first of them."""
    found: dict[str, _Line] = {}
    for contact in contacts:
        names = names_of(tx, contact)
        for message in tx.messages.of(contact.id, limit=MESSAGES):
            text = message.text[:ANSWER_CHARS]
            if message.kind != "reply" or message.automatic or not text.strip():
                continue
            line = _line(text, tongue, names)
            if (key := fold(line.words)) not in found:
                found[key] = _line(text, tongue, names, kept) if kept else line
            if len(found) == ANSWERS:
                return list(found.values())
    return list(found.values())


def _line(text: str, tongue: str, names: Collection[str], kept: Collection[str] = ()) -> _Line:
    """In one line, with a mark for each find that is not kept."""
    line, finds, at = "", [], 0
    found = find(text, names)
    for each in (*found, None):
        line = _joined(line, text[at:each.start if each else None])
        if each is None:
            break
        words, at = " ".join(each.text.split()), each.end
        shown = words if words in kept else each.mark(tongue)
        finds.append({"kind": each.kind, "text": words, "mark": each.mark(tongue), "start": len(line),
                      "end": len(line) + len(shown), "kept": words in kept})
        line += shown
    return _Line(words=line.rstrip(), finds=finds)


def _joined(line: str, words: str) -> str:
    """Words put behind a line, their spaces made single."""
    before = " " if words[:1].isspace() and line and not line.endswith(" ") else ""
    plain = " ".join(words.split())
    return f"{line}{before}{plain}{' ' if plain and words[-1:].isspace() else ''}"


def kept_of(data: dict[str, Any]) -> list[str]:
    """The marked pieces of a body that stay on purpose, taken out of it."""
    kept = data.pop("kept", [])
    if not isinstance(kept, list) or len(kept) > 500 or not all(isinstance(each, str) for each in kept):
        raise BadRequest("kept is a list of texts that stay", field="kept")
    return kept


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
    kept = kept_of(data)
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
