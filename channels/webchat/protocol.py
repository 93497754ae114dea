"""The widget's protocol: what a visitor may send and what we answer. PURE; reads and writes JSON, does nothing else.

A visitor sends                                          We send
{"op":"hello","after":41,"language":"fa"}                {"op":"snapshot","seq":44,"messages":[...],"line":{...}}
{"op":"say","id":"<uuid>","text":"...","uploads":[]}     {"op":"changes","seq":45,"messages":[...],"line":{...}}
{"op":"typing"}                                          {"op":"said","id":"<uuid>","fate":"new"}
{"op":"seen","seq":45,"read":true}                       {"op":"typing","who":"..."}
{"op":"choose","id":"<uuid>","value":"..."}              {"op":"error","code":"too_many","message":"...","id":"<uuid>"}
{"op":"call","id":"<uuid>","phone":"..."}
{"op":"open","id":"<uuid>"}
{"op":"about","id":"<uuid>","email":"...","phone":"..."}
{"op":"transcript","id":"<uuid>","email":"..."}
{"op":"ping"}                                            {"op":"pong"}
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from channels.webchat import about
from router.records import ContactState
from router.routes import Access

SUBPROTOCOL = "pishkhan.1"
FRAME_BYTES = 65_536  #: a longer frame closes the socket
VALUE_CHARS = 200
NAME_CHARS = 80
PAGE_CHARS = 500
PREVIEW_CHARS = 500
IDENTITY_CHARS = 4000
UPLOADS = 10

#: Every socket command and who may use it. There is no command that is not here.
COMMANDS: Mapping[str, Access] = {
    "hello": Access.VISITOR,
    "say": Access.VISITOR,
    "typing": Access.VISITOR,
    "seen": Access.VISITOR,
    "choose": Access.VISITOR,
    "call": Access.VISITOR,
    "open": Access.VISITOR,
    "about": Access.VISITOR,
    "transcript": Access.VISITOR,
    "ping": Access.VISITOR,
}

#: Contacts in these states lose their place when the citizen leaves.
LEAVABLE = frozenset({ContactState.SELF_SERVICE, ContactState.WAITING, ContactState.OFFERED})

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


class Flaw(Exception):
    """A command that cannot be taken. The visitor is told `code` and `message`, and the command's id if it had one."""

    def __init__(self, code: str, message: str, *, about: str = "", retry_after: float = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.about = about
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Begins or resumes: `after` is the last position the visitor holds, 0 = nothing."""

    after: int
    language: str = ""
    name: str = ""  #: as stated by the host page; never an identity
    page: str = ""  #: where the widget stands, without query and fragment
    email: str = ""  #: as stated by the visitor; "" also when it is none
    phone: str = ""
    identity: str = ""  #: the host site's signed word, not yet checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One utterance. `id` is the client's own; sent twice it is still one message."""

    id: str
    text: str
    uploads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """The visitor is typing. What they type travels before they send it only where the channel says so."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything up to `seq` arrived in the browser; with `read`, it was also before somebody's eyes."""

    seq: int
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """A quick reply was pressed."""

    id: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The visitor takes the offer of a call: at this number, +E.164."""

    id: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The panel was opened for a first word from the desk."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """How the visitor can be reached elsewhere, by their own word."""

    id: str
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The visitor wants the conversation by e-mail."""

    id: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Is the line alive?"""


Command = Hello | Say | Typing | Seen | Choose | Call | Open | About | Copy | Ping


def clean(text: str) -> str:
    """A visitor's text without control characters and outer blanks; line ends are \\n."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL).strip()


def read(frame: str, *, text_chars: int) -> Command:
    """One frame from a visitor. Raises Flaw."""
    try:
        data = orjson.loads(frame)
    except orjson.JSONDecodeError:
        raise Flaw("bad_json", "the frame is not valid JSON") from None
    if not isinstance(data, dict):
        raise Flaw("bad_json", "a frame is a JSON object")
    op = data.get("op")
    if not isinstance(op, str) or op not in COMMANDS:
        raise Flaw("unknown_op", "there is no such command")
    match op:
        case "hello":
            return Hello(after=_count(data, "after"), language=_language(data), name=_line(data, "name", NAME_CHARS),
                         page=_page(data), email=about.email(data.get("email")), phone=about.phone(data.get("phone")),
                         identity=_line(data, "identity", IDENTITY_CHARS))
        case "say":
            return _say(data, text_chars)
        case "seen":
            return Seen(seq=_count(data, "seq"), read=data.get("read") is True)
        case "choose":
            value = _line(data, "value", VALUE_CHARS)
            if not value:
                raise Flaw("bad_command", "value is missing or too long", about=_id(data))
            return Choose(id=_id(data), value=value)
        case "call":
            if not (number := about.phone(data.get("phone"))):
                raise Flaw("bad_phone", "this is no telephone number", about=_id(data))
            return Call(id=_id(data), phone=number)
        case "open":
            return Open(id=_id(data))
        case "typing":
            return Typing(text=clean(_line(data, "text", PREVIEW_CHARS)))
        case "about":
            return _about(data)
        case "transcript":
            if not (found := about.email(data.get("email"))):
                raise Flaw("bad_email", "this is no email", about=_id(data))
            return Copy(id=_id(data), email=found)
    return Ping()


def _say(data: Mapping[str, Any], text_chars: int) -> Say:
    about = _id(data)
    text, uploads = data.get("text", ""), data.get("uploads", [])
    if not isinstance(text, str) or not isinstance(uploads, list) or not all(isinstance(u, str) for u in uploads):
        raise Flaw("bad_command", "text is a string and uploads a list of upload ids", about=about)
    text = clean(text)
    if len(text) > text_chars:
        raise Flaw("too_long", f"at most {text_chars} characters", about=about)
    if len(uploads) > UPLOADS or len(set(uploads)) != len(uploads):
        raise Flaw("bad_command", f"at most {UPLOADS} different uploads", about=about)
    if not text and not uploads:
        raise Flaw("empty", "neither text nor file", about=about)
    return Say(id=about, text=text, uploads=tuple(uploads))


def _about(data: Mapping[str, Any]) -> About:
    named = _id(data)
    found = About(id=named, name=_line(data, "name", NAME_CHARS), email=about.email(data.get("email")),
                  phone=about.phone(data.get("phone")))
    for field, value in (("email", found.email), ("phone", found.phone)):
        if data.get(field) and not value:
            raise Flaw(f"bad_{field}", f"this is no {field}", about=named)
    if not (found.name or found.email or found.phone):
        raise Flaw("empty", "neither name nor email nor phone", about=named)
    return found


def _id(data: Mapping[str, Any]) -> str:
    value = data.get("id")
    if not isinstance(value, str) or not _ID.match(value):
        raise Flaw("bad_command", "id is 8 to 64 letters, digits, '-' or '_'")
    return value


def _count(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Flaw("bad_command", f"{name} is a whole number from 0")
    return value


def _line(data: Mapping[str, Any], name: str, limit: int) -> str:
    value = data.get(name, "")
    return clean(value).replace("\n", " ") if isinstance(value, str) and len(value) <= limit else ""


def _language(data: Mapping[str, Any]) -> str:
    value = data.get("language")
    return value if value in ("fa", "en") else ""


def _page(data: Mapping[str, Any]) -> str:
    value = _line(data, "page", PAGE_CHARS)
    return value.split("?")[0].split("#")[0] if value.startswith(("https://", "http://")) else ""


def frame(op: str, **fields: Any) -> str:
    """One frame to a visitor."""
    return orjson.dumps({"op": op, **fields}).decode()


def error(flaw: Flaw) -> str:
    """The error frame for a flaw."""
    fields: dict[str, Any] = {"code": flaw.code, "message": flaw.message}
    if flaw.about:
        fields["id"] = flaw.about
    if flaw.retry_after:
        fields["retry_after"] = math.ceil(flaw.retry_after * 10) / 10  # never rounded to "now"
    return frame("error", **fields)
