"""What travels over the pipe between the desk and its mail reader: length-prefixed JSON and the bytes of files.

The reader has looked at hostile bytes, so the desk believes nothing it says without checking type and size. PURE.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import orjson

from channels.email.parse import Arrival
from router.model import Address, Bounce, Medium, Said, Thread, Upload

LENGTH = struct.Struct(">II")  #: bytes of JSON, bytes that follow it
MAX_JSON = 16_000_000
T = TypeVar("T")


def request(raw: bytes, arrival: Arrival) -> bytes:
    """One mail for the reader, without its last bytes: send `raw` after it."""
    meta = orjson.dumps({"channel": arrival.channel, "now": arrival.now.isoformat(), "own": arrival.own,
                         "ours": arrival.ours, "colleagues": arrival.colleagues, "authority": arrival.authority,
                         "zone": arrival.zone})
    return LENGTH.pack(len(meta), len(raw)) + meta


def arrival_of(meta: bytes) -> Arrival:
    """The reader's side of `request`."""
    given = orjson.loads(meta)
    return Arrival(channel=given["channel"], now=datetime.fromisoformat(given["now"]), own=tuple(given["own"]),
                   ours=tuple(given["ours"]), colleagues=tuple(given["colleagues"]), authority=given["authority"],
                   zone=given["zone"])


def answer(said: Said) -> bytes:
    """What the reader found, without the raw mail."""
    bounce = said.bounce
    meta = {
        "external_id": said.external_id, "sender": [said.sender.value, said.sender.name], "at": said.at.isoformat(),
        "text": said.text, "html": said.html, "subject": said.subject, "new_text": said.new_text,
        "uploads": [[u.name, u.media_type, u.inline_id, len(u.content)] for u in said.uploads],
        "tokens": said.thread.tokens, "references": said.thread.references, "automatic": said.automatic,
        "conversation": said.thread.conversation, "people": [[p.value, p.name] for p in said.people],
        "bounce": None if bounce is None else [bounce.permanent, bounce.recipient, bounce.code, bounce.reason,
                                               bounce.references, bounce.tokens, bounce.complaint],
        "quarantine": said.quarantine, "language": said.language, "ids": said.ids, "data": dict(said.data),
    }
    body = b"".join(u.content for u in said.uploads)
    found = orjson.dumps(meta)
    return LENGTH.pack(len(found), len(body)) + found + body


def said(meta: bytes, body: bytes, raw: bytes, arrival: Arrival) -> Said:
    """The desk's side of `answer`. ValueError when the reader says anything but what it may."""
    try:
        return _said(orjson.loads(meta), memoryview(body), raw, arrival)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"the reader's answer is not understood ({type(error).__name__})") from None


def _said(given: Mapping[str, Any], body: memoryview, raw: bytes, arrival: Arrival) -> Said:
    value, name = _texts(given["sender"], 2)
    found = Said(
        channel=arrival.channel, external_id=_is(str, given["external_id"]),
        sender=Address(medium=Medium.EMAIL, value=value, name=name), at=datetime.fromisoformat(given["at"]),
        text=_is(str, given["text"]), html=_is(str, given["html"]), subject=_is(str, given["subject"]),
        new_text=_is(str, given["new_text"]), uploads=_uploads(given["uploads"], body),
        thread=Thread(tokens=_texts(given["tokens"]), references=_texts(given["references"]),
                      conversation=_is(str, given["conversation"])),
        people=tuple(Address(medium=Medium.EMAIL, value=value, name=name) for value, name in (
            _texts(each, 2) for each in _is(list, given["people"]))),
        automatic=_is(str, given["automatic"]), quarantine=_is(str, given["quarantine"]),
        language=_is(str, given["language"]), ids=_texts(given["ids"]), data=_is(dict, given["data"]), raw=raw)
    if given["bounce"] is None:
        return found
    permanent, recipient, code, reason, references, tokens, complaint = given["bounce"]
    return replace(found, bounce=Bounce(
        permanent=_is(bool, permanent), recipient=_is(str, recipient), code=_is(str, code), reason=_is(str, reason),
        references=_texts(references), tokens=_texts(tokens), complaint=_is(bool, complaint)))


def _uploads(given: Any, body: memoryview) -> tuple[Upload, ...]:
    found, at = [], 0
    for name, media_type, inline, size in _is(list, given):
        if _is(int, size) < 0 or at + size > len(body):
            raise ValueError("the reader's files are shorter than it says")
        found.append(Upload(name=_is(str, name), media_type=_is(str, media_type), content=bytes(body[at:at + size]),
                            inline_id=_is(str, inline)))
        at += size
    return tuple(found)


def _is(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise ValueError("the reader's answer has a wrong type in it")
    return value


def _texts(values: Any, count: int | None = None) -> tuple[str, ...]:
    found = tuple(_is(str, each) for each in _is(list, values))
    if count is not None and len(found) != count:
        raise ValueError("the reader's answer has a wrong length")
    return found
