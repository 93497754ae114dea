"""What a Telegram message holds, as text for a person, files to fetch and data. Pure: fetches nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram import Message

from router.rules.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file that the server holds for us for an hour at least."""

    file_id: str
    name: str
    media_type: str
    size: int = 0  #: bytes as stated; 0 = not stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Words, files and extras of one message."""

    text: str = ""
    files: tuple[Wanted, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


#: (field, name of the file, media type) of what comes as one file; names and types that are stated go first.
_FILES = (
    ("animation", "animation.mp4", "video/mp4"), ("document", "document.bin", "application/octet-stream"),
    ("voice", "voice.ogg", "audio/ogg"), ("audio", "audio.mp3", "audio/mpeg"), ("video", "video.mp4", "video/mp4"),
    ("video_note", "video.mp4", "video/mp4"),
)
#: The fields of a message that are read. The library is given no others: what it stumbles over there loses no message.
FIELDS = frozenset({
    "message_id", "date", "edit_date", "chat", "from", "text", "caption", "photo", "location", "venue", "contact",
    "sticker", "reply_to_message", "reply_markup", "media_group_id", *(name for name, _, _ in _FILES),
})
#: What this channel cannot show, in the words of the agent's language.
_OTHERS = {
    "poll": ("نظرسنجی", "a poll"), "dice": ("تاس", "a dice"), "game": ("بازی", "a game"),
    "story": ("استوری", "a story"),
    "invoice": ("صورت‌حساب", "an invoice"), "checklist": ("فهرست کار", "a checklist"),
    "paid_media": ("رسانهٔ پولی", "paid media"), "giveaway": ("قرعه‌کشی", "a giveaway"),
    "passport_data": ("مدارک هویتی", "identity documents"),
}
#: Notes of the messenger itself in a private chat: nobody said anything.
_SERVICE = (
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "proximity_alert_triggered",
    "chat_background_set", "new_chat_members", "left_chat_member", "users_shared", "chat_shared", "web_app_data",
    "connected_website", "successful_payment", "refunded_payment", "boost_added", "gift", "unique_gift",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created", "migrate_to_chat_id",
    "migrate_from_chat_id", "new_chat_title", "new_chat_photo", "delete_chat_photo",
)


def content_of(message: Message, fields: Collection[str], language: str) -> Content | None:
    """Everything a person should see of the message; None for a note of the messenger itself.

    `fields` names everything that the message had, also what `message` was made without.
    """
    words = clean(word(message.text) or word(message.caption))
    if message.photo:
        # The same picture in several sizes; the last is the largest.
        best = max(message.photo[-10:], key=lambda each: (integer(each.width) or 0) * (integer(each.height) or 0))
        return Content(text=words, files=(_wanted(best, "photo.jpg", "image/jpeg"),), data={"kind": "photo"})
    for name, file_name, media_type in _FILES:
        found = getattr(message, name)
        if found:
            return Content(text=words, files=(_wanted(found, file_name, media_type),), data={"kind": name})
    if words:
        return Content(text=words)
    return _without_words(message, fields, language)


def _without_words(message: Message, fields: Collection[str], language: str) -> Content | None:
    if message.location is not None:
        here = (float(message.location.latitude), float(message.location.longitude))
        if not (-90 <= here[0] <= 90 and -180 <= here[1] <= 180):
            raise ValueError("no place on earth")
        title = clean(word(message.venue.title), limit=200) if message.venue is not None else ""
        data: dict[str, Any] = {"kind": "location", "location": {"latitude": here[0], "longitude": here[1]}}
        return Content(text=f"{title} geo:{here[0]:.6f},{here[1]:.6f}".strip(), data=data)
    if message.contact is not None:
        phone = clean(word(message.contact.phone_number), limit=40)
        name = f"{word(message.contact.first_name)} {word(message.contact.last_name)}"
        card = {"phone": phone, "name": clean(name, limit=200).strip()}
        own = message.from_user is not None and message.contact.user_id == message.from_user.id
        data = {"kind": "contact", "contact": card, "own_number": own}
        return Content(text=f"{card['name']} {phone}".strip(), data=data)
    if message.sticker is not None:
        return Content(text=clean(word(message.sticker.emoji), limit=20) or "[sticker]", data={"kind": "sticker"})
    for name, (fa, en) in _OTHERS.items():
        if name in fields:
            return Content(text=f"[{en if language == 'en' else fa}]", data={"kind": name})
    if any(name in fields for name in _SERVICE):
        return None
    # Something new in the Bot API: the citizen did send something, so a person should know.
    unknown = "پیامی که این کانال نشان نمی‌دهد" if language != "en" else "a message that this channel cannot show"
    return Content(text=f"[{unknown}]", data={"kind": "unknown"})


def _wanted(found: Any, name: str, media_type: str) -> Wanted:
    stated_name = clean(word(getattr(found, "file_name", None)), limit=150).replace("/", "_").replace("\\", "_").strip()
    stated_type = clean(word(getattr(found, "mime_type", None)), limit=100).strip().lower()
    identity = word(found.file_id)
    if not identity or len(identity) > 300:
        raise ValueError("a file without a usable id")
    return Wanted(file_id=identity, name=stated_name or name, size=max(0, integer(found.file_size) or 0),
                  media_type=stated_type if stated_type.count("/") == 1 and stated_type.isascii() else media_type)


def word(value: object) -> str:
    """A text, or "" for whatever else stands in its place: the library checks no types."""
    return str(value) if isinstance(value, str) else ""


def integer(value: object) -> int | None:
    """A whole number of at most 64 bits; None for whatever else stands in its place."""
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    return None
