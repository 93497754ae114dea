"""What agents write to citizens: a message and a row of the outbox in one transaction. Plain units of work.

The client's key makes it once. What a channel can carry comes as data (`Limits`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents import contacts, holding, markup, notes, threading
from agents.given import Quoted, no_articles
from agents.sight import at_least
from router.errors import BadRequest, Conflict
from router.events import ArticleOutcome, SuggestionUsed
from router.model import Attachment, ContactId, Limits, MessageId, OutKind
from router.records import Agent, Contact, ContactState, Direction, KnownAddress, Role
from router.rules import text as words_of
from storage.tx import StoreTx

LONGEST_HTML = 200_000
_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply as the agent sends it off."""

    key: str
    text: str
    html: str = ""
    uploads: tuple[int, ...] = ()
    suggestion: int | None = None  #: article it was made from
    suggestion_version: int | None = None  #: as it stood when its words were taken
    cc: tuple[str, ...] = ()  #: who else gets it, as the agent chose


def reply(tx: StoreTx, agent: Agent, contact: ContactId, draft: Draft, *, limits: Mapping[str, Limits],
          quoted: Quoted = no_articles) -> MessageId:
    """The message's id; the same key again answers the first message and does nothing."""
    key = f"r:{agent.id}:{notes.checked(draft.key)}"
    again = tx.outbox.with_key(key)
    if again is not None:
        if again.contact != contact:
            raise Conflict("this key was used for another contact")
        return again.message
    found = holding.workable(tx, agent, contact)
    limit = limits.get(found.channel)
    if limit is None:
        raise Conflict(f"the channel {found.channel!r} is not configured any more")
    text, html = _fit(draft, limit)
    draft = _stands(tx, agent, contact, draft, quoted)
    address = tx.people.address(contact)
    if address.opted_out_at is not None:
        raise Conflict("the citizen asked for no more messages at this address")
    if address.suppressed:
        raise Conflict("mail to this address comes back, or its owner complained; lift that first")
    cc = copies(tx, draft.cc, limit, limits, address)
    if found.state is ContactState.WAITING and at_least(agent, Role.SUPERVISOR):
        found = contacts.take(tx, agent, contact, limits=limits)
    if found.state not in (ContactState.ACTIVE, ContactState.WRAP_UP):
        raise Conflict(f"this contact is {found.state}; take or reopen it before you answer")
    files = _files(tx, agent, draft.uploads, limit, html)
    registered = _registered(tx, agent, found, limit)
    found = threading.add_readers(tx, found, cc, by=holding.actor(agent))
    message = tx.messages.add(
        contact, Direction.OUT, at=tx.now, text=text, html=html, kind=OutKind.REPLY.value, agent=agent.id,
        author=agent.public_name or agent.name, language=found.language, attachments=files,
        subject=str(found.data.get("subject", "")),
        data={**({} if draft.suggestion is None else {"suggestion": draft.suggestion}), **({"cc": cc} if cc else {}),
              **registered})
    delivery = tx.outbox.add(message, found, OutKind.REPLY, key=key)
    holding.tell(tx, message, found, by=holding.actor(agent), delivery=int(delivery.id))
    _used(tx, agent, contact, draft)
    return message.id


def _used(tx: StoreTx, agent: Agent, contact: ContactId, draft: Draft) -> None:
    if draft.suggestion is not None:
        tx.knowledge.use(contact, draft.suggestion, agent.id)
        tx.emit(SuggestionUsed(about=contact, article=draft.suggestion, agent=agent.id, how="sent"),
                actor=holding.actor(agent))


_AGAINST = {
    "unknown": "there is no article {number} that you may read",
    "gone": "the article was taken out of use since its words were put in",
    "internal": "the article is for colleagues only since its words were put in",
    "changed": "the article has newer words since its words were put in",
}


def _stands(tx: StoreTx, agent: Agent, contact: ContactId, draft: Draft, quoted: Quoted) -> Draft:
    """Conflict when the article behind an answer is not what it was, or none that its writer may read: a person looks
    again, then sends it as words of their own (without `suggestion`) or with the newer ones. An answer of which nothing
    is the article's was not made from it."""
    if draft.suggestion is None:
        return draft
    why = quoted(tx, agent, draft.suggestion, draft.suggestion_version, draft.text)
    if why == "other":
        if tx.knowledge.unused(contact, draft.suggestion):
            tx.emit(ArticleOutcome(about=contact, article=draft.suggestion, step="dropped"), actor=holding.actor(agent))
        return replace(draft, suggestion=None)
    if why:
        words = _AGAINST[why].format(number=draft.suggestion)
        raise Conflict(f"{words}; nothing was sent. Look again: without `suggestion` it goes as your own",
                       field="suggestion")
    return draft


def _registered(tx: StoreTx, agent: Agent, contact: Contact, limit: Limits) -> dict[str, Any]:
    """The answer's number in the register of letters, and where it goes by post."""
    if not limit.register:
        return {}
    number = tx.register.take(limit.register, way="out", contact=contact.id, actor=holding.actor(agent))
    return {"registered": number, "postal": str(contact.data.get("postal", ""))}


def copies(tx: StoreTx, given: Sequence[str], limit: Limits, limits: Mapping[str, Limits],
           to: KnownAddress) -> list[str]:
    """Who else gets an answer: real addresses, each once, none of ours, none that takes nothing. BadRequest says which
    one cannot be."""
    ours = {own for each in limits.values() for own in each.own}
    found: dict[str, None] = {}
    for each in given:
        address = words_of.clean(each, limit=400).strip().lower()
        if not _ADDRESS.fullmatch(address):
            raise BadRequest(f"{address[:100]!r} is no address", field="cc")
        local, _, domain = address.partition("@")
        if f"{local.partition('+')[0]}@{domain}" in ours:
            raise BadRequest(f"{address} is an address of ours: an answer never goes there", field="cc")
        known = tx.people.find(to.medium, address)
        if known is not None and (known.suppressed or known.opted_out_at is not None):
            raise BadRequest(f"{address} takes no messages: mail came back, or its owner said so", field="cc")
        if address != to.value:
            found[address] = None
    if len(found) > limit.copies:
        raise BadRequest(f"this channel carries at most {limit.copies} copies", field="cc")
    return list(found)


def _fit(draft: Draft, limit: Limits) -> tuple[str, str]:
    text = words_of.clean(draft.text, limit=len(draft.text)).strip()
    if not text and not draft.uploads:
        raise BadRequest("a reply needs a text or a file", field="text")
    if len(text) > limit.text_chars:
        raise BadRequest(f"the text has {len(text)} characters; this channel carries {limit.text_chars}", field="text")
    if not draft.html:
        return text, ""
    if not limit.html:
        raise BadRequest("this channel carries plain text only", field="html")
    if len(draft.html) > LONGEST_HTML:
        raise BadRequest(f"the formatted text is longer than {LONGEST_HTML} characters", field="html")
    return text, markup.sanitised(draft.html, draft.uploads)


def _files(tx: StoreTx, agent: Agent, uploads: Sequence[int], limit: Limits, html: str) -> list[Attachment]:
    """The uploads; a picture that the HTML shows as `cid:upload-ID` stands in it."""
    if not uploads:
        return []
    if limit.attachment_bytes == 0 or limit.attachments == 0:
        raise BadRequest("this channel carries no files", field="attachments")
    if len(uploads) > limit.attachments or len(set(uploads)) != len(uploads):
        raise BadRequest(f"this channel carries at most {limit.attachments} files, each once", field="attachments")
    files = tx.messages.take_uploads(agent.id, uploads)
    for file in files:
        if file.size > limit.attachment_bytes:
            raise BadRequest(f"a file has {file.size} bytes; this channel carries {limit.attachment_bytes}",
                             field="attachments")
    whole = sum(file.size for file in files)
    if whole > limit.attachment_bytes:
        raise BadRequest(f"the files have {whole} bytes together; this channel carries {limit.attachment_bytes}",
                         field="attachments")
    return [replace(file, inline_id=f"upload-{number}") if f'"cid:upload-{number}"' in html else file
            for number, file in zip(uploads, files, strict=True)]
