"""Compares what the house kept with what the outside knows. Every difference is a line."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from pathlib import Path

from tests.kill.world import World


def faults(world: World, database: Path) -> list[str]:
    """Lost, doubled, assigned twice, sent twice, or in a state that nobody can explain."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        return [*_inbound(world, db), *_assignment(db), *_outbound(world, db)]


def _inbound(world: World, db: sqlite3.Connection) -> list[str]:
    kept = Counter(text.strip() for (text,) in db.execute("SELECT text FROM messages WHERE direction = 'in'"))
    truth = world.truth
    said = {"sms": truth.sms, "mail": truth.mail, "telegram": truth.telegram, "chat": truth.chat_acked}
    found = [f"lost word by {way}: {word}" for way, words in said.items() for word in words if kept[word] == 0]
    found += [f"stored {count} times: {word}" for word, count in kept.items() if word.startswith("word-") and count > 1]
    calls = Counter(key for (key,) in db.execute("SELECT thread_key FROM contacts WHERE channel = 'town-line'"))
    found += [f"call {sid} has {count} contacts" for sid, count in calls.items() if count > 1]
    heard = [caller.leg.sid for caller in world.carrier.callers if caller.heard and caller.leg.direction == "inbound"]
    return found + [f"lost call {sid}" for sid in heard if sid not in calls]


def _assignment(db: sqlite3.Connection) -> list[str]:
    found = [f"contact {c} has {n} live offers" for c, n in db.execute(
        "SELECT contact_id, count(*) FROM offers WHERE outcome = '' GROUP BY contact_id HAVING count(*) > 1")]
    holder: dict[int, bool] = defaultdict(bool)
    for contact, name in db.execute(
            "SELECT contact_id, name FROM events WHERE name IN ('offer-made', 'offer-ended') ORDER BY seq"):
        if name == "offer-made" and holder[contact]:
            found.append(f"contact {contact} was offered twice at once")
        holder[contact] = name == "offer-made"
    loads = db.execute("SELECT agent_id, sum(effort) FROM contacts WHERE state IN ('offered', 'active', 'wrap-up') "
                       "GROUP BY agent_id HAVING sum(effort) > 6").fetchall()
    return found + [f"agent {agent} holds {points} points" for agent, points in loads]


def _outbound(world: World, db: sqlite3.Connection) -> list[str]:
    found = []
    went = Counter(_sent_texts(world))
    states = {text.strip(): state for text, state in db.execute(
        "SELECT m.text, d.state FROM deliveries d JOIN messages m ON m.id = d.message_id WHERE d.kind = 'reply'")}
    for text in world.truth.replies:
        state = states.get(text)
        if state is None:
            found.append(f"confirmed reply {text} is not there")
        elif state in ("pending", "sending"):
            found.append(f"reply {text} is still {state}")
    found += [f"sent {count} times by {_channel(text, db)}: {text}, now {states.get(text)}"
              for text, count in went.items() if count > 1]
    counted = {text for text in states if _provider_counts(world, text, db)}
    found += [f"{text} is {states[text]} but never went" for text in counted
              if states[text] in ("sent", "delivered", "read") and went[text] == 0]
    return found + [f"{text} went but is {states[text]}" for text in counted
                    if went[text] and states[text] in ("pending", "sending", "failed")]


def _sent_texts(world: World) -> list[str]:
    texts = [taken.text for taken in world.gateway.sent]
    texts += [str(call.values.get("text")) for call in world.bot.calls
              if call.method.lower() == "sendmessage" and call.status == 200]
    texts += [line for handed in world.mail.sent for line in handed.raw.decode("utf-8", "replace").splitlines()
              if line.startswith("answer-")]
    return [text.strip() for text in texts if text.startswith("answer-")]


def _provider_counts(world: World, text: str, db: sqlite3.Connection) -> bool:
    """Chat and calls have no provider that keeps what it took; the other three do."""
    return _channel(text, db) in ("town-sms", "town-telegram", "town-mail")


def _channel(text: str, db: sqlite3.Connection) -> str:
    found = db.execute("SELECT d.channel FROM deliveries d JOIN messages m ON m.id = d.message_id WHERE m.text = ?",
                       (text,)).fetchone()
    return found[0] if found else ""
