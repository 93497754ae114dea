"""Where a contact may belong, from what resolved contacts teach: proposed always, done without a person only above an
administrator's threshold, always recorded, and taken back by one call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from knowledge import permits
from knowledge.given import Given
from knowledge.guide import FIELDS, MOST, Hint
from router.errors import BadRequest, Conflict
from router.events import ContactEdited, ContactQueued, KnowledgeSet, RoutingSuggested, RoutingUndone
from router.model import ContactId
from router.records import Agent, Contact, ContactState, Queue
from storage.tx import StoreTx

OWNER, MARK = "knowledge", "automatic"
_PAGE = 200
AUTOMATIC = ("queue", "service", "kind")  #: a disposition is a person's word


def thresholds(tx: StoreTx) -> dict[str, float]:
    """By field: from which confidence it is done without a person; a field that is missing never is."""
    return {name: float(value) for name, value in json.loads(tx.marks.get(OWNER, MARK) or "{}").items()}


def set_thresholds(tx: StoreTx, agent: Agent, data: Mapping[str, Any]) -> dict[str, float]:
    """An administrator's choice; null switches a field off."""
    now = thresholds(tx)
    for name, value in data.items():
        if name not in AUTOMATIC:
            raise BadRequest(f"only {', '.join(AUTOMATIC)} can be set without a person", field=name)
        if value is None:
            now.pop(name, None)
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 1:
            raise BadRequest("a threshold lies between 0.5 and 1, or is null", field=name)
        else:
            now[name] = float(value)
    tx.marks.set(OWNER, MARK, json.dumps(now, sort_keys=True))
    tx.emit(KnowledgeSet(what="routing"), actor=f"agent:{agent.id}")
    return now


def labels(tx: StoreTx, queue: int | None, disposition: str, data: Mapping[str, Any]) -> dict[str, str]:
    """What a closed contact teaches."""
    named = {name: str(data[name])[:100] for name in ("service", "kind") if data.get(name)}
    found = {"disposition": disposition, **named}
    if queue is not None:
        found["queue"] = tx.desk.queue(queue).name  # type: ignore[arg-type]
    return found


async def learn(given: Given, contact: Contact, question: str) -> None:
    """A contact was closed: it teaches at once, and a proposal made for it is compared with where it ended."""
    def ended(tx: StoreTx) -> dict[str, str]:
        told = labels(tx, contact.queue, contact.disposition, contact.data)
        tx.knowledge.gaps.ended(contact.id, told)
        return told
    told = await given.store.run(ended)
    await given.library.teach_routing(contact.id, question, told)


async def remember(given: Given) -> None:
    """Learn from resolved contacts of before, newest first, a page at a time."""
    before: int | None = None
    for _ in range(MOST // _PAGE):
        def read(tx: StoreTx, before: int | None = before) -> list[tuple[int, str, dict[str, str]]]:
            return [(row["id"], tx.knowledge.question(row["id"]),
                     labels(tx, row["queue_id"], row["disposition"], row["data"]))
                    for row in tx.knowledge.gaps.closed(before, limit=_PAGE)]
        page = await given.store.snapshot(read)
        for contact, question, told in page:
            await given.library.teach_routing(contact, question, told)
        if len(page) < _PAGE:
            return
        before = page[-1][0]


async def consider(given: Given, number: ContactId) -> dict[str, Any]:
    """Propose, record the first time, and do what an administrator allowed; the row as it stands."""
    def read(tx: StoreTx) -> tuple[dict[str, Any] | None, str]:
        return tx.knowledge.gaps.hint(number), tx.knowledge.question(number)
    known, question = await given.store.snapshot(read)
    if known is not None or not question:
        return known or {"proposed": {}, "applied": {}, "undone_at": None}
    hints = await given.library.guide(question)

    def unit(tx: StoreTx) -> dict[str, Any]:
        proposed = {name: asdict(hint) for name, hint in hints.items()}
        if tx.knowledge.gaps.propose(number, proposed, {}) and proposed:
            applied = _apply(tx, number, hints)
            tx.knowledge.gaps.apply(number, applied)
            tx.emit(RoutingSuggested(about=number, proposed={n: h.confidence for n, h in hints.items()},
                                     applied=dict.fromkeys(applied, True)), actor="knowledge")
        return tx.knowledge.gaps.hint(number) or {}
    return await given.store.run(unit)


def _apply(tx: StoreTx, number: ContactId, hints: Mapping[str, Hint]) -> dict[str, Any]:
    """Only a contact that waits is touched; a place it has by somebody's choice is only left for a better one."""
    above = thresholds(tx)
    contact = tx.contacts.get(number)
    if contact.state is not ContactState.WAITING:
        return {}
    sure = {name: hint.value for name, hint in hints.items() if name in above and hint.confidence >= above[name]}
    applied: dict[str, Any] = {}
    data = dict(contact.data)
    for name in ("service", "kind"):
        if name in sure and not data.get(name):
            applied[name] = {"was": None, "now": sure[name]}
            data[name] = sure[name]
    if applied:
        contact = tx.contacts.change(contact, data=data)
        tx.emit(ContactEdited(about=number, fields=("data",)), actor="knowledge")
    queue = _open_queue(tx, sure.get("queue", ""))
    if queue is not None and contact.queue != queue.id:
        applied["queue"] = {"was": contact.queue, "now": queue.id}
        tx.contacts.change(contact, queue=queue.id)
        tx.emit(ContactQueued(about=number, queue=queue.id, reason="suggested"), actor="knowledge")
    return applied


def _open_queue(tx: StoreTx, name: str) -> Queue | None:
    found = tx.desk.queue_named(name) if name else None
    return found if found is not None and found.active else None


def undo(tx: StoreTx, agent: Agent, contact: Contact) -> list[str]:
    """Take back what was done without a person; what a person changed since stays."""
    hint = tx.knowledge.gaps.hint(contact.id)
    if hint is None or not hint["applied"]:
        raise Conflict("nothing was done without a person here")
    if contact.agent not in (None, agent.id) and not permits.leads(agent):
        raise Conflict("somebody else works on this contact")
    tx.knowledge.gaps.undo(contact.id, agent.id)
    data, back = dict(contact.data), []
    for name in ("service", "kind"):
        done = hint["applied"].get(name)
        if done and data.get(name) == done["now"]:
            data.pop(name)
            back.append(name)
    if back:
        contact = tx.contacts.change(contact, data=data)
        tx.emit(ContactEdited(about=contact.id, fields=("data",)), actor=f"agent:{agent.id}")
    done = hint["applied"].get("queue")
    if done and contact.queue == done["now"] and done["was"] is not None and contact.state is ContactState.WAITING:
        tx.contacts.change(contact, queue=done["was"])
        tx.emit(ContactQueued(about=contact.id, queue=done["was"], reason="suggestion-undone"),
                actor=f"agent:{agent.id}")
        back.append("queue")
    tx.emit(RoutingUndone(about=contact.id, fields=tuple(back)), actor=f"agent:{agent.id}")
    return back


def record(hints: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By field: of the proposals with at least so much confidence, how many were right."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in FIELDS:
        made = [(hint["proposed"][name], hint["ended"].get(name)) for hint in hints if name in hint["proposed"]]
        made = [(proposal, ended) for proposal, ended in made if ended]
        found[name] = [{"from": least, "of": len(above), "right": sum(one["value"] == ended for one, ended in above)}
                       for least in (0.5, 0.6, 0.7, 0.8, 0.9)
                       for above in [[pair for pair in made if pair[0]["confidence"] >= least]]]
    return found


