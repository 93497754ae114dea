"""One Bot API update as our words: a message, a pressed button, a citizen who blocked us. Pure: fetches no file.

Never raises on any JSON: what cannot be understood is marked `quarantine`, what is nobody's business `ignored`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User

from channels.telegram.content import FIELDS, Wanted, content_of, integer, word
from router.model import Address, Item, Medium, Said, Signal, SignalKind, Thread
from router.rules.phone import canonical
from router.rules.text import clean

#: The kinds of update that we ask the server for; it keeps everything else to itself.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_GROUPS = ("channel_post", "edited_channel_post")
#: Everything that the library's constructors were seen to raise on wrong types, missing fields or depth.
_FAULTS = (TypeError, ValueError, KeyError, AttributeError, IndexError, ArithmeticError, RecursionError)
_DEPTH = 60
_START = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """An item for intake, and what the adapter should do around it."""

    item: Item
    files: tuple[Wanted, ...] = ()  #: to fetch before the item is handed on
    callback: str = ""  #: the pressed button's query, to be answered so that it stops turning


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The circumstances of one update."""

    channel: str
    messenger: str
    raw: bytes
    now: datetime
    update: int = 0


# {"update_id": 123, "message": {"message_id": 7, "date": 1763752840, "text": "سلام",
#   "chat": {"id": 77, "type": "private", "first_name": "Ali"},
#   "from": {"id": 77, "is_bot": false, "first_name": "Ali", "language_code": "fa"}}}
def parse(update: Any, raw: bytes, *, channel: str, now: datetime, messenger: str = "telegram") -> Parsed:
    """What an update says. `raw` is its JSON as it came, kept with the item."""
    number = integer(update.get("update_id")) if isinstance(update, Mapping) else None
    if number is None or number < 0 or _deeper(update, _DEPTH):
        return _unclear(Place(channel=channel, messenger=messenger, raw=raw, now=now), "no-update")
    place = Place(channel=channel, messenger=messenger, raw=raw, now=now, update=number)
    kind = next((each for each in update if each != "update_id"), "nothing")
    if kind not in KINDS:
        return _ignored(place, "channel-post" if kind in _GROUPS else f"kind-{clean(str(kind), limit=40)}")
    try:
        known = Update.de_json(_mended(update), None)
    except _FAULTS as fault:
        return _unclear(place, f"malformed-{kind} ({type(fault).__name__})")
    try:
        said = update.get(kind)
        return _read(known, frozenset(said) if isinstance(said, Mapping) else frozenset(), place)
    except _FAULTS as fault:
        return _unclear(place, f"unread-{kind} ({type(fault).__name__})")


def _read(update: Update, fields: frozenset[str], place: Place) -> Parsed:
    if update.message is not None:
        return _message(update.message, fields, place)
    if update.edited_message is not None:
        return _edited(update.edited_message, fields, place)
    if update.callback_query is not None:
        return _pressed(update.callback_query, place)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, place)
    return _unclear(place, "empty")


def _message(message: Message, fields: frozenset[str], place: Place) -> Parsed:
    if message.chat.type != Chat.PRIVATE:
        return _ignored(place, f"not-private ({clean(word(message.chat.type), limit=20)})")
    if message.from_user is None or message.from_user.is_bot:
        return _ignored(place, "from-a-bot" if message.from_user else "no-sender")
    content = content_of(message, fields, _language(message.from_user))
    if content is None:
        return _ignored(place, "service-message")
    data = dict(content.data)
    if message.media_group_id:
        data["album"] = clean(word(message.media_group_id), limit=100)
    if fields & {"forward_origin", "forward_from", "forward_date", "forward_from_chat"}:
        data["forwarded"] = True
    code = _start_code(content.text)
    if code:
        data["start"] = code
    said = Said(
        channel=place.channel, external_id=f"u{place.update}", sender=_address(message.from_user, message.chat, place),
        at=_moment(message.date, place), text=content.text, language=_language(message.from_user), data=data,
        vouched=_own_number(data), ids=(message_id(message.chat.id, message.message_id),), raw=place.raw,
        thread=Thread(key=str(integer(message.chat.id)), reply_to=_answered(message)))
    return Parsed(item=said, files=content.files)


def _edited(message: Message, fields: frozenset[str], place: Place) -> Parsed:
    """An edit is a message of its own beside the first one: what an agent already read must not change under it."""
    found = _message(message, fields, place)
    if not isinstance(found.item, Said) or found.item.ignored:
        return found
    first = message_id(message.chat.id, message.message_id)
    said = replace(found.item, at=_moment(message.edit_date, place), ids=(),
                   data={**found.item.data, "edits": first, "edited": True},
                   thread=replace(found.item.thread, reply_to=first))
    # The file came with the first message. Its caption is what usually changes.
    return Parsed(item=said)


def _pressed(query: CallbackQuery, place: Place) -> Parsed:
    chat = query.message.chat if query.message is not None else None
    if chat is not None and chat.type != Chat.PRIVATE:
        return replace(_ignored(place, "not-private"), callback=clean(word(query.id), limit=100))
    value = clean(word(query.data), limit=200)
    asked = message_id(chat.id, query.message.message_id) if chat is not None and query.message is not None else ""
    said = Said(
        channel=place.channel, external_id=f"u{place.update}", sender=_address(query.from_user, chat, place),
        at=place.now, text=_label(query.message, word(query.data)) or value,
        language=_language(query.from_user), data={"button": value}, raw=place.raw,
        thread=Thread(key=str(integer(chat.id if chat is not None else query.from_user.id)), reply_to=asked))
    return Parsed(item=said, callback=clean(word(query.id), limit=100))


def _membership(change: ChatMemberUpdated, place: Place) -> Parsed:
    """The citizen stopped the bot, or started it again (Bot API, ChatMemberUpdated in a private chat)."""
    if change.chat.type != Chat.PRIVATE:
        return _ignored(place, "not-private")
    state = word(change.new_chat_member.status)
    if state not in ("kicked", "member"):
        return _ignored(place, f"membership-{clean(state, limit=20)}")
    signal = Signal(
        channel=place.channel, external_id=f"u{place.update}", sender=_address(change.from_user, change.chat, place),
        at=_moment(change.date, place), kind=SignalKind.OPT_OUT if state == "kicked" else SignalKind.OPT_IN,
        value="blocked" if state == "kicked" else "unblocked", thread=Thread(key=str(integer(change.chat.id))),
        language=_language(change.from_user), raw=place.raw)
    return Parsed(item=signal)


def _own_number(data: Mapping[str, Any]) -> tuple[Address, ...]:
    """The citizen's own number, shared by button: the messenger says whose it is, so calls and texts from it are
    theirs too. A card of somebody else proves nothing."""
    number = canonical(str(data["contact"]["phone"])) if data.get("own_number") and not data.get("forwarded") else ""
    if number.isascii() and number.isdigit() and not number.startswith("0"):
        number = canonical("+" + number)  # Bot API: Contact.phone_number may come without the plus
    return tuple(Address(medium=each, value=number) for each in (Medium.SMS, Medium.VOICE)) if number[:1] == "+" else ()


def _start_code(text: str) -> str:
    """The code of a deep link (t.me/bot?start=CODE arrives as "/start CODE"; 64 of A-Z a-z 0-9 _ - at most)."""
    command, _, code = text.partition(" ")
    code = code.strip()
    return code if command == "/start" and _START.fullmatch(code) else ""


def message_id(chat: object, message: object) -> str:
    """How a message is named in references, ours and theirs: numbers are unique only within a chat."""
    return f"{integer(chat)}:{integer(message)}"


def quarantined(parsed: Parsed, reason: str) -> Parsed:
    """The same update, put aside for a person: intake failed on it too often, and others wait behind it."""
    item = parsed.item
    return Parsed(item=Said(channel=item.channel, external_id=item.external_id, raw=item.raw, at=item.at, text="",
                            sender=Address(medium=Medium.TELEGRAM, value="unknown"), quarantine=reason))


def _unclear(place: Place, reason: str) -> Parsed:
    identity = f"u{place.update}" if place.update else f"x{hashlib.sha256(place.raw).hexdigest()[:40]}"
    return Parsed(item=Said(channel=place.channel, external_id=identity, at=place.now, text="", raw=place.raw,
                            sender=Address(medium=Medium.TELEGRAM, value="unknown"), quarantine=reason))


def _ignored(place: Place, reason: str) -> Parsed:
    # What strangers say in a group is not ours to keep: no raw.
    return Parsed(item=Said(channel=place.channel, external_id=f"u{place.update}", at=place.now, text="",
                            sender=Address(medium=Medium.TELEGRAM, value="unknown"), ignored=reason))


def address_value(chat: int, messenger: str) -> str:
    """A chat as an address. Telegram's chats are plain numbers; another messenger's carry its name."""
    return str(chat) if messenger == "telegram" else f"{chat}@{messenger}"


def chat_of(value: str, messenger: str) -> int | None:
    """The reverse of `address_value`; None when it is no chat of this messenger."""
    plain = value.partition("@")[0].removeprefix("-")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 19):
        return None
    chat = int(value.partition("@")[0])
    return chat if address_value(chat, messenger) == value else None


def _address(user: User, chat: Chat | None, place: Place) -> Address:
    name = " ".join(clean(word(part), limit=100) for part in (user.first_name, user.last_name) if part)
    number = integer(chat.id if chat is not None else user.id)
    if number is None:
        raise ValueError("the chat has no number")
    return Address(medium=Medium.TELEGRAM, value=address_value(number, place.messenger), name=name.strip())


def _language(user: User) -> str:
    code = word(user.language_code).lower()[:2]
    return code if code in ("fa", "en") else ""


def _answered(message: Message) -> str:
    first = message.reply_to_message
    return message_id(first.chat.id, first.message_id) if first is not None else ""


def _label(message: Any, value: str) -> str:
    """The words on the pressed button: what the citizen meant, not what the program calls it."""
    markup = getattr(message, "reply_markup", None)
    for row in markup.inline_keyboard if markup is not None else ():
        for button in row:
            if button.callback_data == value and value:
                return clean(word(button.text), limit=200)
    return ""


def _moment(stated: object, place: Place) -> datetime:
    """The server's time; ours when it has none or one from the future."""
    if not isinstance(stated, datetime) or stated.tzinfo is None:
        return place.now
    return min(stated.astimezone(UTC), place.now + timedelta(minutes=1))


def _mended(update: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with the fields that the library demands and other servers of this API leave out (Bale, test servers)."""
    mended = dict(update)
    for kind in ("message", "edited_message"):
        if isinstance(mended.get(kind), Mapping):
            mended[kind] = _mended_message(mended[kind])
    query = mended.get("callback_query")
    if isinstance(query, Mapping):
        query = {"chat_instance": "", **query, "from": _mended_user(query.get("from"))}
        if isinstance(query.get("message"), Mapping):
            query["message"] = _mended_message(query["message"])
        mended["callback_query"] = query
    return mended


def _mended_message(message: Mapping[str, Any]) -> dict[str, Any]:
    mended = {key: value for key, value in message.items() if key in FIELDS}
    if isinstance(mended.get("from"), Mapping):
        mended["from"] = _mended_user(mended["from"])
    first = mended.get("reply_to_message")
    if isinstance(first, Mapping):
        mended["reply_to_message"] = {"date": 0} | {
            key: value for key, value in first.items() if key in ("message_id", "chat", "date")}
    return mended


def _mended_user(user: Any) -> Any:
    return {"is_bot": False, "first_name": "", **user} if isinstance(user, Mapping) else user


def _deeper(value: Any, depth: int) -> bool:
    """Whether JSON is nested deeper than `depth`; without recursion, which is what depth attacks."""
    level: list[Any] = [value]
    for _ in range(depth):
        level = [inner for each in level if isinstance(each, dict | list)
                 for inner in (each.values() if isinstance(each, dict) else each)]
        if not level:
            return False
    return True
