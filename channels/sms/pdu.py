"""Two SMPP 3.4 messages as bytes: what a message centre delivers, and its answer to what we handed over. Pure.

Read by ourselves because the client library puts parts of long messages together in memory, where a crash loses them.
Sections are those of the SMPP 3.4 specification.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.sms import gsm
from channels.sms.parse import concatenation

SUBMIT, SUBMIT_ANSWER, DELIVER, BIND_ANSWER = 0x00000004, 0x80000004, 0x00000005, 0x80000009
RECEIPTED_ID, MESSAGE_STATE, PAYLOAD = 0x001E, 0x0427, 0x0424
_SAR = (0x020C, 0x020E, 0x020F)
_STATES = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN",
           8: "REJECTD"}
_ID = re.compile(r"\bid:\s*([^\s]{1,65})", re.IGNORECASE)
_STAT = re.compile(r"\bstat:\s*([A-Z]{1,10})", re.IGNORECASE)
_NATIONAL = (0x24, 0x25)  #: header elements of national language tables (TS 23.040, 9.2.3.24.15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What every message begins with (5.1)."""

    command: int
    status: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """deliver_sm (4.6.1): words of a citizen, or a report."""

    sender: str
    to: str
    text: str
    report: bool
    part: tuple[int, int, int] | None  #: reference, parts, number
    unread: str = ""  #: why the text could not be read
    receipted: str = ""  #: the centre's id of the message that is reported on
    state: str = ""  #: DELIVRD, UNDELIV ...


def header(pdu: bytes) -> Header:
    """ValueError when it is shorter than a header."""
    if len(pdu) < 16:
        raise ValueError("a message of less than 16 bytes")
    words = [int.from_bytes(pdu[at:at + 4]) for at in (4, 8, 12)]
    return Header(command=words[0], status=words[1], sequence=words[2])


def message_id(pdu: bytes) -> str:
    """The id in submit_sm_resp (4.4.2); "" when there is none."""
    return pdu[16:].partition(b"\0")[0][:65].decode("ascii", "replace")


def delivered(pdu: bytes) -> Delivered:
    """ValueError when it is cut off."""
    reader = _Reader(pdu[16:])
    reader.text(6)
    reader.take(2)
    sender = reader.text(21)
    reader.take(2)
    to, esm = reader.text(21), reader.take(1)[0]
    reader.take(2)
    reader.text(17)
    reader.text(17)
    reader.take(2)
    coding = reader.take(1)[0]
    reader.take(1)
    words = reader.take(reader.take(1)[0])
    extra = reader.rest()
    words = words or extra.get(PAYLOAD, b"")
    udh = b""
    if esm & 0x40 and words:
        udh, words = words[:words[0] + 1], words[words[0] + 1:]
    text, unread = _decoded(words, coding, udh)
    report = esm & 0x3C == 0x04
    found_id, found_state = _ID.search(text), _STAT.search(text)
    return Delivered(
        sender=sender, to=to, text=text, report=report, unread=unread, part=_part(udh, extra),
        receipted=_plain(extra.get(RECEIPTED_ID, b"")) or (found_id.group(1) if report and found_id else ""),
        state=_STATES.get(int.from_bytes(extra.get(MESSAGE_STATE, b"")[:1]), "")
        or (found_state.group(1).upper() if report and found_state else ""))


def _decoded(words: bytes, coding: int, udh: bytes) -> tuple[str, str]:
    """Text by its data coding (5.2.19); the default alphabet comes as one character a byte."""
    if any(element in _NATIONAL for element in _elements(udh)):
        return words.hex(" ")[:1000], "national-shift"
    if coding & 0xFC == 0x08 or coding & 0x0C == 0x08:
        return words.decode("utf-16-be", "replace"), ""
    if coding == 3:
        return words.decode("latin-1"), ""
    if coding in (2, 4):
        return words.hex(" ")[:1000], "binary"
    return gsm.decode(bytes(code & 0x7F for code in words)), ""


def _elements(udh: bytes) -> list[int]:
    found, at = [], 1
    while at + 1 < len(udh):
        found.append(udh[at])
        at += 2 + udh[at + 1]
    return found


def _part(udh: bytes, extra: dict[int, bytes]) -> tuple[int, int, int] | None:
    if all(tag in extra for tag in _SAR):
        ref, of, number = (int.from_bytes(extra[tag][:2]) for tag in _SAR)
        return ref, of, number
    return concatenation(udh)


def _plain(value: bytes) -> str:
    return value.partition(b"\0")[0][:65].decode("ascii", "replace")


class _Reader:
    """Bytes from front to back; ValueError when there are too few."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, count: int) -> bytes:
        """So many bytes."""
        found = self._content[self._at:self._at + count]
        if len(found) < count:
            raise ValueError("the message is cut off")
        self._at += count
        return found

    def text(self, most: int) -> str:
        """Up to and without the next zero, which must come within `most` bytes."""
        end = self._content.find(b"\0", self._at, self._at + most)
        if end < 0:
            raise ValueError("a text without its end")
        found = self._content[self._at:end]
        self._at = end + 1
        return found.decode("ascii", "replace")

    def rest(self) -> dict[int, bytes]:
        """The optional parameters; what is cut off is left out."""
        found: dict[int, bytes] = {}
        while self._at + 4 <= len(self._content):
            tag, size = (int.from_bytes(self.take(2)) for _ in range(2))
            value = self._content[self._at:self._at + size]
            self._at += size
            if len(value) == size:
                found.setdefault(tag, value)
        return found
