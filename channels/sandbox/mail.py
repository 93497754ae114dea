"""A whole mail provider in one object, on loopback: a mailbox over IMAP and a server that takes mail over SMTP.

Nothing leaves the machine. What was handed over stands in `sent`; magic receivers make it misbehave.
"""

from __future__ import annotations

import asyncio
import logging
import re
import weakref
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels.sandbox.imap import FakeImap, Stored

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's; it names addresses

#: How the name before the @ begins decides what happens to a mail to it; any other is taken.
MAGIC = {
    "defer": "451 4.2.0: try later",
    "slow": "421 4.7.0: too many mails, then the connection ends",
    "nouser": "550 5.1.1: no such user",
    "relay": "554 5.7.1: relay access denied",
    "large": "552 5.3.4: too large",
    "spam": "554 5.7.1: refused after its content was read",
    "busy": "451 4.3.0: refused for now after its content was read",
    "drop": "taken, and the connection is cut before the answer",
    "cut": "the connection is cut before the content",
    "bounce": "taken, then reported as undeliverable to our mailbox",
    "away": "taken, then answered by a robot into our mailbox",
}
_RCPT = {"defer": "451 4.2.0 try later", "nouser": "550 5.1.1 <{}> no such user",
         "relay": "554 5.7.1 <{}>: Relay access denied", "large": "552 5.3.4 message too large",
         "slow": "421 4.7.0 too many mails"}
_DATA = {"spam": "554 5.7.1 refused by content filter", "busy": "451 4.3.0 try later"}
_IDENTITY = re.compile(rb"^message-id:[ \t\r\n]*(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A mail that was handed over."""

    sender: str
    to: tuple[str, ...]
    raw: bytes


class FakeMail:
    """`await start()`, then point a channel at `settings()`."""

    def __init__(self, address: str = "desk@city.example", password: str = "sandbox", *, idle: bool = True) -> None:
        self.address, self.password = address, password
        self.box = FakeImap(address, password, idle=idle)
        self.sent: list[Handed] = []
        self.smtp_port = 0
        self.refused = 0  #: receivers that were not taken
        self._smtp: asyncio.Server | None = None
        self._clients: weakref.WeakSet[Any] = weakref.WeakSet()

    @property
    def port(self) -> int:
        """The IMAP port."""
        return self.box.port

    @property
    def mails(self) -> list[Stored]:
        """What is in the mailbox."""
        return self.box.mails

    async def start(self, port: int = 0, *, smtp_port: int = 0) -> None:
        """Listen on loopback, on free ports unless told otherwise."""
        await self.box.start(port)
        await self.start_smtp(smtp_port)

    async def start_smtp(self, port: int = 0) -> None:
        """Only the server that takes mail."""
        loop = asyncio.get_running_loop()
        self._smtp = await loop.create_server(self._protocol, "127.0.0.1", port)
        self.smtp_port = self._smtp.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Both servers end."""
        await self.box.stop()
        await self.stop_smtp()

    async def stop_smtp(self) -> None:
        """Only the server that takes mail ends."""
        if self._smtp is not None:
            self._smtp.close()
            for client in list(self._clients):
                client.abort()
            await self._smtp.wait_closed()
            self._smtp = None
            await asyncio.sleep(0.01)  # aborted connections close their sockets in the next turns of the loop

    def settings(self) -> dict[str, Any]:
        """The channel's settings that lead here; the password belongs into the environment."""
        return {"medium": "email", "from_address": self.address, "imap_host": "127.0.0.1", "imap_port": self.port,
                "imap_tls": "none", "smtp_host": "127.0.0.1", "smtp_port": self.smtp_port, "smtp_tls": "none"}

    def deliver(self, raw: bytes, *, seen: bool = False, day: date | None = None) -> int:
        """A mail arrives in the mailbox; returns its UID."""
        return self.box.put(raw, seen=seen, day=day)

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="sandbox.example", enable_SMTPUTF8=True, authenticator=self._check,
                    auth_require_tls=False, data_size_limit=40_000_000, loop=asyncio.get_running_loop())

    def _check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            self.address.encode(), self.password.encode())
        return AuthResult(success=right, handled=False)

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str,
                          responses: list[str]) -> list[str]:
        """Remember who is connected, so that `stop` can end it."""
        self._clients.add(server.transport)
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str,
                          options: list[str]) -> str:
        """Take the receiver, or do what its name says."""
        magic = _magic(address)
        if magic == "cut":
            _cut(server)
            return "421 gone"
        if magic in _RCPT:
            self.refused += 1
            return _RCPT[magic].format(address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the content, or do what the receiver's name says."""
        magics = {_magic(each) for each in envelope.rcpt_tos}
        for magic in magics & _DATA.keys():
            return _DATA[magic]
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        self.sent.append(Handed(sender=envelope.mail_from or "", to=tuple(envelope.rcpt_tos), raw=raw))
        if "drop" in magics:
            _cut(server)
        for address in envelope.rcpt_tos:
            if _magic(address) in ("bounce", "away"):
                self.deliver(_reaction(_magic(address), address, envelope.mail_from or self.address, raw))
        return "250 2.0.0 taken"

    async def handle_exception(self, error: Exception) -> str:
        """A client that went away is no fault of ours."""
        return "451 4.3.0 the sandbox stumbled"


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


def _magic(address: str) -> str:
    local = address.partition("@")[0].lower()
    return next((name for name in MAGIC if local.startswith(name)), "")


def _reaction(kind: str, address: str, back: str, raw: bytes) -> bytes:
    """What a mail system, or a robot, writes back."""
    found = _IDENTITY.search(raw)
    identity = found.group(1).decode("ascii", "replace") if found else "<unknown@invalid>"
    top = (f"To: {back}\r\nDate: {format_datetime(datetime.now(UTC))}\r\nMIME-Version: 1.0\r\n"
           f"Message-ID: <{kind}.{identity.strip('<>')}>\r\n")
    if kind == "away":
        return (f"From: {address}\r\n{top}Subject: Automatic reply\r\nIn-Reply-To: {identity}\r\n"
                f"Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
                "I am away until Saturday.\r\n").encode()
    return (f"From: MAILER-DAEMON@sandbox.example\r\n{top}Subject: Undelivered Mail Returned to Sender\r\n"
            "Auto-Submitted: auto-replied\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=sandbox-report\r\n\r\n"
            "--sandbox-report\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
            "--sandbox-report\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; sandbox.example\r\n\r\n"
            f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
            "--sandbox-report\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {identity}\r\nTo: {address}\r\n\r\n--sandbox-report--\r\n").encode()
