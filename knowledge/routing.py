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
from router.model import ContactId, QueueId
from router.records import Agent, Contact, ContactState, Queue
from storage.tx import StoreTx

OWNER, MARK = "knowledge", "automatic"
_PAGE = 200
_LABEL = 100  #: characters of a kind or service
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


def labels(tx: StoreTx, queue: int | None, disposition: str, kind: str, service: str) -> dict[str, str]:
    """What a contact teaches: where it is, what it is about, how it ended."""
    found = {"disposition": disposition, "kind": kind[:_LABEL], "service": service[:_LABEL]}
    if queue is not None:
        found["queue"] = tx.desk.queue(QueueId(queue)).name
    return {name: value for name, value in found.items() if value}


def _labels_of(tx: StoreTx, contact: Contact) -> dict[str, str]:
    return labels(tx, contact.queue, contact.disposition, contact.kind, tx.knowledge.gaps.service(contact.id))


async def learn(given: Given, contact: Contact, question: str) -> None:
    """A contact was closed: it teaches at once, and a proposal made for it is compared with where it ended."""
    def ended(tx: StoreTx) -> dict[str, str]:
        told = _labels_of(tx, contact)
        tx.knowledge.gaps.ended(contact.id, told)
        return told
    told = await given.store.run(ended)
    await given.library.teach_routing(contact.id, question, told)


async def corrected(given: Given, number: ContactId) -> None:
    """An agent took back what was done without a person: that teaches at once, before the contact is closed. What is
    gathered from it when it is closed takes this lesson's place."""
    def read(tx: StoreTx) -> tuple[str, dict[str, str]]:
        return tx.knowledge.question(number), _labels_of(tx, tx.contacts.get(number))
    question, told = await given.store.snapshot(read)
    await given.library.teach_routing(number, question, told)
    await given.library.judge_routing()


async def remember(given: Given) -> None:
    """Learn from resolved contacts of before, newest first, a page at a time."""
    before: int | None = None
    for _ in range(MOST // _PAGE):
        def read(tx: StoreTx, before: int | None = before) -> list[tuple[int, str, dict[str, str]]]:
            return [(row["id"], tx.knowledge.question(row["id"]),
                     labels(tx, row["queue_id"], row["disposition"], row["kind"], row["service"]))
                    for row in tx.knowledge.gaps.closed(before, limit=_PAGE)]
        page = await given.store.snapshot(read)
        for contact, question, told in page:
            await given.library.teach_routing(contact, question, told, more=True)
        if len(page) < _PAGE:
            break
        before = page[-1][0]
    await given.library.judge_routing()


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
    applied: dict[str, Any] = {name: {"was": None, "now": sure[name]} for name in ("service", "kind")
               if name in sure and not _known(tx, contact, name)}
    if applied:
        contact = _set(tx, contact, {name: each["now"] for name, each in applied.items()}, actor="knowledge")
    queue = _open_queue(tx, sure.get("queue", ""))
    if queue is not None and contact.queue != queue.id:
        applied["queue"] = {"was": contact.queue, "now": queue.id}
        tx.contacts.change(contact, queue=queue.id, step=0)
        why = {"from": tx.desk.queue(contact.queue).name} if contact.queue is not None else {}
        tx.emit(ContactQueued(about=number, queue=queue.id, reason="suggested", why=why), actor="knowledge")
    return applied


def _known(tx: StoreTx, contact: Contact, name: str) -> str:
    return contact.kind if name == "kind" else tx.knowledge.gaps.service(contact.id)


def _set(tx: StoreTx, contact: Contact, values: Mapping[str, str], *, actor: str) -> Contact:
    """Kind and service of a contact; "" takes one away."""
    data = {name: value for name, value in contact.data.items() if name != "service" or "service" not in values}
    data |= {"service": values["service"]} if values.get("service") else {}
    tx.emit(ContactEdited(about=contact.id, fields=tuple(values)), actor=actor)
    return tx.contacts.change(contact, kind=values.get("kind", contact.kind), data=data)


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
    back = [name for name in ("service", "kind") if name in hint["applied"]
            and (contact.kind if name == "kind" else contact.data.get(name)) == hint["applied"][name]["now"]]
    if back:
        contact = _set(tx, contact, dict.fromkeys(back, ""), actor=f"agent:{agent.id}")
    done = hint["applied"].get("queue")
    if done and contact.queue == done["now"] and done["was"] is not None and contact.state is ContactState.WAITING:
        tx.contacts.change(contact, queue=done["was"], step=0)
        tx.emit(ContactQueued(about=contact.id, queue=done["was"], reason="suggestion-undone",
                              why={"from": tx.desk.queue(done["now"]).name}), actor=f"agent:{agent.id}")
        back.append("queue")
    tx.emit(RoutingUndone(about=contact.id, fields=tuple(back)), actor=f"agent:{agent.id}")
    return back


def record(hints: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By field: of the proposals with at least so much confidence, how many were right, and their mean confidence."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in FIELDS:
        made = [(hint["proposed"][name], hint["ended"].get(name)) for hint in hints if name in hint["proposed"]]
        made = [(proposal, ended) for proposal, ended in made if ended]
        found[name] = [{"from": least, "of": len(above), "right": sum(one["value"] == ended for one, ended in above),
                        "stated": round(sum(one["confidence"] for one, _ in above) / max(1, len(above)), 3)}
                       for least in (0.5, 0.6, 0.7, 0.8, 0.9)
                       for above in [[pair for pair in made if pair[0]["confidence"] >= least]]]
    return found


