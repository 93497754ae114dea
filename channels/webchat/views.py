"""Messages, files and the line as a visitor's widget shows them. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from router.model import Attachment
from router.ports import ThreadMessage
from router.records import ContactState, Line

#: An outgoing message is the visitor's to see once the outbox has sent it; before that it may still be held back.
SHOWN = frozenset({"sent", "delivered", "read", "uncertain"})
#: What a citizen needs to know of a contact's state; offers and wrap-up are the house's own business.
_STATES = {
    ContactState.SELF_SERVICE: "self-service",
    ContactState.WAITING: "waiting",
    ContactState.OFFERED: "waiting",
    ContactState.ACTIVE: "active",
    ContactState.SNOOZED: "active",
    ContactState.WRAP_UP: "closed",
    ContactState.CLOSED: "closed",
    ContactState.ABANDONED: "closed",
}
#: Other ways than waiting for which the widget has a control.
WAYS = ("callback", "write")
INLINE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def shown(messages: Sequence[ThreadMessage]) -> list[ThreadMessage]:
    """What of a thread the visitor may see now."""
    return [each for each in messages if each.mine or each.state in SHOWN]


def message_view(message: ThreadMessage, visitor: str, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One whole message as the widget keeps it. `key` is the id the widget gave it."""
    return {
        "id": message.id, "mine": message.mine, "at": int(message.at.timestamp() * 1000),
        "text": message.text, "author": "" if message.mine else message.author,
        "key": message.external_id.partition(":")[2] if message.mine else "",
        "state": message.state, "files": list(files), "buttons": buttons(message.data),
    }


def file_view(attachment: Attachment, url: str) -> dict[str, Any]:
    """One attachment as the widget shows it."""
    return {"name": attachment.name, "type": attachment.media_type, "size": attachment.size, "url": url,
            "image": attachment.media_type in INLINE_IMAGES}


def buttons(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The quick replies that came with a message."""
    given = data.get("buttons")
    found = given if isinstance(given, list | tuple) else []
    return [{"label": str(b["label"]), "value": str(b["value"])} for b in found
            if isinstance(b, Mapping) and "label" in b and "value" in b]


def line_view(line: Line | None) -> dict[str, Any] | None:
    """How the conversation stands, in the citizen's terms; None = there is none yet."""
    if line is None:
        return None
    state = _STATES[line.contact.state]
    waiting = state == "waiting"
    ways = offered(line)
    return {
        "state": state, "place": line.place if waiting else 0,
        "wait_low": line.wait_low if waiting else 0, "wait_high": line.wait_high if waiting else 0,
        "agent": line.agent_name if state == "active" else "", "staffed": not waiting or line.ready_agents > 0,
        "open": line.open or not waiting, "opens_at": _moment(line.opens_at) if waiting else 0,
        "answer_by": _moment(line.answer_by) if waiting else 0,
        "instead": list(ways), "callback": str(line.contact.data.get("callback", "")) if "callback" in ways else "",
    }


def offered(line: Line | None) -> tuple[str, ...]:
    """What the visitor may choose now instead of waiting: only what was held out to them, and while they wait."""
    if line is None or _STATES[line.contact.state] != "waiting":
        return ()
    return tuple(each for each in WAYS if each in line.contact.data.get("instead", ()))


def _moment(when: datetime | None) -> int:
    """Milliseconds since 1970, as browsers count; 0 = not known."""
    return int(when.timestamp() * 1000) if when is not None else 0
