"""What a web chat can be set to. Reads nothing; wrong values are refused with what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.webchat.protocol import UPLOADS
from settings import Secret

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
FIELDS = ("name", "email", "phone")
IDENTITY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`[channels.<name>]` of a web chat."""

    allowed_origins: tuple[str, ...] = ()  #: sites with the widget, "https://town.example"; ours may always; "*" = any
    title_fa: str = "گفت‌وگو با پیشخوان"
    title_en: str = "Chat with the front desk"
    greeting_fa: str = "سلام! پرسش یا درخواستتان را بنویسید؛ همین‌جا پاسخ می‌دهیم."
    greeting_en: str = "Hello! Write your question or request; we answer right here."
    accent: str = "#0f6b5c"  #: colour of the launcher and the visitor's own messages
    greet: bool = False  #: opening the panel opens a contact, so that a flow can speak first
    leave_seconds: int = 90  #: gone for so long while waiting = left
    messages_per_minute: int = 20  #: of one visitor
    requests_per_minute: int = 60  #: of one address: new sessions and refused requests
    text_chars: int = 4000
    upload_bytes: int = 10_000_000
    uploads: int = 5  #: files in one message
    upload_types: tuple[str, ...] = (
        "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    sockets: int = 5000  #: live at once on this channel
    ask: tuple[str, ...] = ()  #: of name, email, phone: asked before the first message
    ask_required: bool = False  #: nothing can be written before it is answered
    ask_when_away: bool = True  #: with nobody on duty, ask how the visitor can be reached
    typing_preview: bool = False  #: agents see what is being written before it is sent; visitors are told so
    transcript: bool = False  #: visitors may have the conversation sent by e-mail; needs an e-mail channel in failover
    identity_secret: Secret = Secret("")  #: shared with the host site, which signs who is signed in there

    def __post_init__(self) -> None:
        if not _COLOUR.match(self.accent):
            raise ValueError("accent: write a colour as #rrggbb")
        if not 1 <= self.text_chars <= 10_000:
            raise ValueError("text_chars: from 1 to 10000")
        if not 0 <= self.uploads <= UPLOADS:
            raise ValueError(f"uploads: from 0 to {UPLOADS}")
        if set(self.ask) - set(FIELDS) or len(set(self.ask)) != len(self.ask):
            raise ValueError(f"ask: each of {', '.join(map(repr, FIELDS))} once at most")
        if self.ask_required and not self.ask:
            raise ValueError("ask_required: ask names nothing that could be required")
        if self.identity_secret and len(self.identity_secret.encode()) < IDENTITY_BYTES:
            raise ValueError(f"identity_secret: at least {IDENTITY_BYTES} bytes; e.g. openssl rand -hex 32")
