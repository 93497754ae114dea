"""An outgoing message as pieces that Telegram takes, and what its refusals mean. Pure: sends nothing itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from router.errors import (
    Doubtful,
    InvalidMessage,
    Misconfigured,
    OptedOut,
    Refused,
    SendError,
    Throttled,
    Unreachable,
)
from router.model import ORDERS, Attachment, Button, Outbound
from router.rules.text import clean

#: Limits of the Bot API: characters of a message (counted here in UTF-16 units, the stricter way), bytes of a button's
#: value, bytes of a photo and of any file that a bot may send.
TEXT_UNITS = 4096
BUTTON_BYTES = 64
BUTTONS = 50
PHOTO_BYTES = 10_000_000
FILE_BYTES = 50_000_000
PIECES = 16
_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_PHOTOS = frozenset({"image/jpeg", "image/png"})
_VOICES = frozenset({"audio/ogg", "audio/opus"})
#: Where a long text is best cut, best first. A cut in the first half would make too many pieces.
_CUTS = ("\n\n", "\n", ". ", "؟ ", "? ", "! ", "؛ ", "، ", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One request to the server. `index` is stable over retries, so that what went is not sent again."""

    index: int
    kind: str  #: "text", "photo", "voice" or "document"
    text: str = ""
    file: Attachment | None = None
    buttons: tuple[Button, ...] = ()


def pieces(out: Outbound) -> tuple[Piece, ...]:
    """Everything that must be sent, in order: the text, then the files. InvalidMessage when it can never go."""
    if out.kind in ORDERS:
        raise InvalidMessage("a bot cannot connect or end a call", provider_code="kind")
    texts = list(cut(clean(out.text).strip(), TEXT_UNITS))
    if not texts and not out.attachments:
        raise InvalidMessage("the message is empty", provider_code="empty")
    if len(texts) + len(out.attachments) > PIECES:
        raise InvalidMessage(f"the message needs more than {PIECES} pieces", provider_code="length")
    _check_buttons(out.buttons)
    found = [Piece(index=at, kind="text", text=text) for at, text in enumerate(texts)]
    found += [Piece(index=len(texts) + at, kind=_kind(file), file=file) for at, file in enumerate(out.attachments)]
    if out.buttons:
        # Under the last words; without words, under the last file.
        last = len(texts) - 1 if texts else len(found) - 1
        found[last] = Piece(index=last, kind=found[last].kind, text=found[last].text, file=found[last].file,
                            buttons=out.buttons)
    return tuple(found)


def _check_buttons(buttons: tuple[Button, ...]) -> None:
    if len(buttons) > BUTTONS:
        raise InvalidMessage(f"more than {BUTTONS} buttons", provider_code="buttons")
    for button in buttons:
        if not button.label.strip() or not 1 <= len(button.value.encode()) <= BUTTON_BYTES:
            raise InvalidMessage(f"a button needs a label and a value of 1 to {BUTTON_BYTES} bytes",
                                 provider_code="buttons")


def _kind(file: Attachment) -> str:
    if file.size > FILE_BYTES:
        raise InvalidMessage(f"a file is larger than {FILE_BYTES} bytes", provider_code="size")
    if not file.size:
        raise InvalidMessage("a file is empty", provider_code="size")
    media_type = file.media_type.lower().partition(";")[0].strip()
    if media_type in _PHOTOS and file.size <= PHOTO_BYTES:
        return "photo"
    return "voice" if media_type in _VOICES else "document"


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> Iterator[str]:
    """The text in pieces of at most `limit` UTF-16 units, cut at a paragraph, line, sentence or word where one ends in
    the second half, never inside a character with its marks. White space at a cut is dropped, nothing else."""
    start = 0
    while start < len(text):
        end = _reach(text, start, limit)
        if end < len(text):
            end = _safe(text, start, end)
        piece = text[start:end].strip()
        if piece:
            yield piece
        start = end


def _reach(text: str, start: int, limit: int) -> int:
    """How far `limit` units reach from `start`."""
    filled, end = 0, start
    while end < len(text):
        filled += 2 if text[end] > "\uffff" else 1
        if filled > limit:
            break
        end += 1
    return end


def _safe(text: str, start: int, end: int) -> int:
    middle = start + (end - start) // 2
    for mark in _CUTS:
        at = text.rfind(mark, middle, end)
        if at >= 0:
            return at + len(mark)
    hard = end
    while hard > middle and _joined(text[hard], text[hard - 1]):
        hard -= 1
    return hard if hard > middle else end


def _joined(char: str, before: str) -> bool:
    """Whether a character belongs to the one before: marks, joiners, variation and skin, flags, half-space."""
    return (unicodedata.combining(char) != 0 or char in "\u200c\u200d\ufe0e\ufe0f" or before in "\u200c\u200d"
            or "\U0001f3fb" <= char <= "\U0001f3ff" or "\U0001f1e6" <= char <= "\U0001f1ff")


def refusal(status: int, words: str, *, retry_after: float | None, moved: bool, answered: bool) -> SendError:
    """The SendError for an answer that is no success. `words` is the server's description, `answered` whether the
    answer was its JSON and not a gateway's page on the way."""
    said, code = clean(words, limit=200), str(status)
    if moved:
        return Refused("the chat moved to another number", provider_code="migrated")
    if status == 429:
        wait = timedelta(seconds=retry_after) if retry_after is not None else _WAIT
        return Throttled("flood control", retry_after=min(wait, _LONGEST_WAIT), provider_code=code)
    if status == 403:
        return OptedOut(said, provider_code=code)
    if status in (401, 404):
        return Misconfigured("the server does not know this token", provider_code=code)
    if status in (400, 413):
        known = said.lower()
        if "not found" in known or "peer_id_invalid" in known or "deactivated" in known:
            return Refused(said, provider_code=code)
        return InvalidMessage(said, provider_code=code)
    if status == 409 or status == 503 or (answered and status >= 500):
        # With "ok": false the server itself says that it did nothing.
        return Unreachable(f"the server answered {status}", provider_code=code)
    # 200 with a body that is no answer, or another machine's 502: nobody knows.
    return Doubtful(f"the server's answer ({status}) was not understood", provider_code=code)
