"""Visitor tokens, file tickets and upload ids, sealed with the channel's key. PURE: time comes as an argument."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

KEY_BYTES = 32
VISITOR_BYTES = 16  #: 128 bits: nobody guesses another visitor's id
TOKEN_CHARS = 200  #: longer is no token of ours
UPLOAD_CHARS = 1200
UPLOAD_LIFE = timedelta(days=2)
DAY = 86_400


def text64(raw: bytes) -> str:
    """Base64url without padding: safe in a URL, a header and a WebSocket subprotocol."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def bytes64(text: str) -> bytes:
    """Back again. Raises ValueError."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What an upload id stands for: a file that one visitor put into the blob store."""

    nonce: str
    digest: str
    name: str
    media_type: str
    size: int  #: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to read one file until a day ends, as it stands in a URL."""

    visitor: str
    until: int  #: day number since 1970
    seal: str

    def query(self) -> str:
        """The URL's query string."""
        return f"v={self.visitor}&u={self.until}&s={self.seal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """Seals and opens. The channel's name is part of every seal, so two channels never take each other's tokens."""

    key: bytes
    channel: str

    def _mac(self, *parts: str) -> str:
        text = "\n".join((self.channel, *parts)).encode()
        return text64(hmac.digest(self.key, text, hashlib.sha256))

    def _same(self, given: str, *parts: str) -> bool:
        return hmac.compare_digest(given.encode(), self._mac(*parts).encode())

    def token(self, visitor: str, now: datetime) -> str:
        """The visitor's token: id, time of issue, seal."""
        issued = f"{int(now.timestamp()):x}"
        return f"{visitor}.{issued}.{self._mac('visitor', visitor, issued)}"

    def person(self, subject: str) -> str:
        """An id for the host site's id of a person: always the same, and nobody can make it up."""
        return self._mac("person", subject)[:22]

    def visitor(self, token: str, now: datetime, life: timedelta) -> str:
        """The visitor a token belongs to; "" when it is forged, broken or older than `life`."""
        parts = token.split(".") if len(token) <= TOKEN_CHARS and token.isascii() else []
        if len(parts) != 3 or not self._same(parts[2], "visitor", parts[0], parts[1]):
            return ""
        age = now.timestamp() - int(parts[1], 16)
        return parts[0] if age <= life.total_seconds() else ""

    def ticket(self, visitor: str, digest: str, now: datetime) -> Ticket:
        """A ticket for one file. It is the same all day long, so that equal messages stay equal."""
        until = int(now.timestamp()) // DAY + 2
        return Ticket(visitor=visitor, until=until, seal=self._mac("file", visitor, digest, str(until)))

    def admits(self, ticket: Ticket, digest: str, now: datetime) -> bool:
        """Whether a ticket from a URL opens this file now."""
        if int(now.timestamp()) // DAY > ticket.until:
            return False
        return self._same(ticket.seal, "file", ticket.visitor, digest, str(ticket.until))

    def upload(self, visitor: str, stored: Stored, now: datetime) -> str:
        """An upload id: only this visitor can use it, for `UPLOAD_LIFE`."""
        until = int((now + UPLOAD_LIFE).timestamp())
        row = [stored.nonce, stored.digest, stored.name, stored.media_type, stored.size, until]
        body = text64(orjson.dumps(row))
        return f"{body}.{self._mac('upload', visitor, body)}"

    def stored(self, visitor: str, upload: str, now: datetime) -> Stored | None:
        """What an upload id stands for; None when it is forged, too old or another visitor's."""
        body, dot, seal = upload.partition(".")
        if not dot or len(upload) > UPLOAD_CHARS or not upload.isascii():
            return None
        if not self._same(seal, "upload", visitor, body):
            return None
        nonce, digest, name, media_type, size, until = orjson.loads(bytes64(body))
        if now.timestamp() > until:
            return None
        return Stored(nonce=nonce, digest=digest, name=name, media_type=media_type, size=size)
