"""Shows what intake would make of raw mails, in the same limited reader process as in service. For `run.py inspect`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from channels.email.child import Reader
from channels.email.parse import Arrival
from router.model import Fate, Said

MAX_BYTES = 100_000_000
_PARTICULAR = ("events", "cards", "signed", "encrypted", "forwarded")


async def inspect(files: Sequence[str], *, as_json: bool, write: Callable[[str], Any]) -> int:
    """One account per file, whatever is in it. Returns 1 when a file could not be opened, else 0."""
    reader = Reader()
    arrival = Arrival(channel="inspect", now=datetime.now(UTC))
    missing = 0
    try:
        for name in files:
            try:
                raw = await asyncio.to_thread(_content, name)
            except OSError as error:
                missing += 1
                _unopened(name, error.strerror or "cannot be read", as_json, write)
                continue
            seen = account(name, await reader.read(raw, arrival))
            write(_json(seen) if as_json else _shown(seen))
    finally:
        await reader.close()
    return 1 if missing else 0


def account(name: str, said: Said) -> dict[str, Any]:
    """What is known of a mail, as plain values."""
    bounce = said.bounce
    return {
        "file": name, "fate": fate(said).value,
        "sender": {"address": "" if said.quarantine else said.sender.value, "name": said.sender.name},
        "subject": said.subject, "text": said.text, "new_text": said.new_text or said.text, "html": bool(said.html),
        "attachments": [{"name": each.name, "media_type": each.media_type, "size": len(each.content),
                         "inline_id": each.inline_id} for each in said.uploads],
        "automatic": said.automatic,
        "bounce": None if bounce is None else {
            "permanent": bounce.permanent, "recipient": bounce.recipient, "code": bounce.code, "reason": bounce.reason,
            "references": list(bounce.references)},
        "language": said.language, "external_id": said.external_id, "references": list(said.thread.references),
        "quarantine": said.quarantine, "date": said.at.isoformat(), "tokens": list(said.thread.tokens),
        "notes": list(said.data.get("notes", ())),
        **{name: said.data[name] for name in _PARTICULAR if name in said.data},
    }


def fate(said: Said) -> Fate:
    """The fate as far as the mail alone tells; whether a contact is known only the desk's database knows."""
    if said.quarantine:
        return Fate.QUARANTINED
    if said.bounce is not None:
        return Fate.BOUNCE
    if said.automatic:
        return Fate.AUTOMATIC
    return Fate.CONTINUES if said.thread.tokens else Fate.NEW


def _content(name: str) -> bytes:
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES)


def _unopened(name: str, reason: str, as_json: bool, write: Callable[[str], Any]) -> None:
    write(_json({"file": name, "error": reason}) if as_json else f"{name}: {reason}\n")


def _json(values: Mapping[str, Any]) -> str:
    return orjson.dumps(values).decode()


def _shown(seen: Mapping[str, Any]) -> str:
    """For a person at a terminal."""
    sender = f"{seen['sender']['name']} <{seen['sender']['address']}>".strip()
    lines = [f"== {seen['file']}", f"fate        {seen['fate']}" + (
        f" ({seen['quarantine'] or seen['automatic']})" if seen["quarantine"] or seen["automatic"] else ""),
        f"from        {sender}", f"subject     {seen['subject']}", f"date        {seen['date']}"]
    if seen["bounce"]:
        bounce = seen["bounce"]
        kind = "will not arrive" if bounce["permanent"] else "is delayed"
        lines.append(f"bounce      {kind}: {bounce['recipient']} {bounce['code']} {bounce['reason']}")
    if seen["tokens"] or seen["references"]:
        lines.append(f"thread      {' '.join([*seen['tokens'], *seen['references'][:3]])}")
    for each in seen["attachments"]:
        lines.append(f"attachment  {each['name']} ({each['media_type']}, {each['size']} bytes)")
    lines += [f"note        {each}" for each in seen["notes"]]
    lines += [f"event       {each['kind']}: {each['title']} {each['start']}" for each in seen.get("events", ())]
    lines += [f"card        {each['name']} {' '.join(each['phones'])}" for each in seen.get("cards", ())]
    if "signed" in seen:
        lines.append(f"signed      {seen['signed']['kind']} {seen['signed']['state']} {seen['signed']['by']}".rstrip())
    if "encrypted" in seen:
        lines.append(f"encrypted   {seen['encrypted']}")
    lines += [f"language    {seen['language'] or '?'}", "", seen["new_text"]]
    if seen["new_text"].strip() != seen["text"].strip():
        lines += ["", "-- with quotes and signature --", seen["text"]]
    return "\n".join(lines) + "\n"
