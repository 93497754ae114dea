"""What the fake Bot API server remembers and how it refuses; values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The last three digits of a chat decide what sending to it does; any other chat is answered well.
MAGIC = {
    "400": "400: chat not found",
    "403": "403: the citizen blocked the bot",
    "408": "taken, but the answer never comes",
    "409": "400 with migrate_to_chat_id",
    "413": "413: a page of a gateway on the way",
    "429": "429 with retry_after 2, for the first try only",
    "500": "500 with the server's own JSON: it did nothing",
    "502": "502 with a page of a gateway on the way",
    "666": "taken, but the answer is broken JSON",
    "667": "taken, but the answer is JSON of another shape",
    "777": "taken, and the connection is cut before the answer",
}
TOKEN = "123456:SANDBOX-token_of-nobody"
TEXT_UNITS = 4096
GET_FILE_BYTES = 20_000_000


class Refuse(Exception):
    """The server answers with an error."""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass(slots=True, kw_only=True)
class Call:
    """A request as it came: method, parameters, and the status it got (0 = none)."""

    method: str
    values: dict[str, Any]
    status: int = 200


@dataclass(slots=True, kw_only=True)
class Hook:
    """The registered webhook."""

    url: str = ""
    secret: str = ""
    kinds: tuple[str, ...] = ()
    error: str = ""
    error_at: int = 0


@dataclass(slots=True, kw_only=True)
class Push:
    """An update on its way to the webhook, with the status of every try (0 = no answer)."""

    update: int
    statuses: list[int] = field(default_factory=list)


def person(chat: int, language: str = "fa") -> dict[str, Any]:
    """The citizen of a private chat, as the Bot API shows one."""
    return {"id": chat, "is_bot": False, "first_name": f"Citizen {chat}", "language_code": language}


def required(values: dict[str, Any], name: str) -> Any:
    """A parameter that must be there."""
    if name not in values or values[name] == "":
        raise Refuse(400, f"Bad Request: {name} is missing")
    return values[name]


def refuse_magic(chat: int, flooded: set[int]) -> None:
    """Raise what the chat's last three digits ask for."""
    last = str(chat)[-3:]
    if last == "400":
        raise Refuse(400, "Bad Request: chat not found")
    if last == "403":
        raise Refuse(403, "Forbidden: bot was blocked by the user")
    if last == "409":
        raise Refuse(400, "Bad Request: group chat was upgraded to a supergroup", {"migrate_to_chat_id": -100 * chat})
    if last == "500":
        raise Refuse(500, "Internal Server Error: restart")
    if last == "429" and chat not in flooded:
        flooded.add(chat)
        raise Refuse(429, "Too Many Requests: retry after 2", {"retry_after": 2})
