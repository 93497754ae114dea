"""Parts of a longer message become one again, whatever order they come in; what never completes is shown as it is.

A provider is told "received" when its part is kept; the message is taken in when the last part has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from router.model import Address, Medium, Said
from router.ports import Pieces
from router.rules.exchange import Piece
from router.rules.text import language

MOST = 255  #: parts of one message
GAP = "[…]"


def is_part(said: Said) -> bool:
    """Whether this is one of several."""
    part = said.data.get("part")
    return (isinstance(part, dict) and 1 < part["of"] <= MOST and 1 <= part["number"] <= part["of"]
            and not said.quarantine)


async def join(said: Said, pieces: Pieces, now: datetime) -> Said | None:
    """The whole message when this was its last part; None while others are missing or when it came before."""
    part = said.data["part"]
    kept = await pieces.keep(Piece(
        channel=said.channel, whole=name_of(said), number=part["number"], external_id=said.external_id, arrived_at=now,
        content=_packed(said)))
    return put_together(kept) if len(kept) == part["of"] else None


def name_of(said: Said) -> str:
    """Names the whole message within its channel. Reference numbers come round again; the sender's own count of parts
    tells most of them apart, and a number that is taken already the rest (see `storage.channels`)."""
    part = said.data["part"]
    return f"{said.sender.value}/{said.data.get('to', '')}/{part['ref']}/{part['of']}"


def put_together(kept: Sequence[Piece]) -> Said:
    """The message of some or all of its parts; gaps are marked."""
    parts = {piece.number: orjson.loads(piece.content) for piece in kept}
    first, of = parts[min(parts)], parts[min(parts)]["of"]
    missing = [number for number in range(1, of + 1) if number not in parts]
    text = "".join(parts[number]["text"] if number in parts else GAP for number in range(1, of + 1))
    data: dict[str, Any] = {**first["data"], "parts": of, **({"missing": missing} if missing else {})}
    return Said(
        channel=kept[0].channel, external_id=f"whole-{min(piece.external_id for piece in kept)}",
        sender=Address(medium=Medium.SMS, value=first["sender"]), at=datetime.fromisoformat(first["at"]), text=text,
        language=language(text), data=data, raw=orjson.dumps([each["raw"] for _, each in sorted(parts.items())]))


def _packed(said: Said) -> bytes:
    data = {name: value for name, value in said.data.items() if name != "part"}
    return orjson.dumps({"sender": said.sender.value, "at": said.at.isoformat(), "text": said.text, "data": data,
                         "of": said.data["part"]["of"], "raw": said.raw.decode("utf-8", "replace")})
