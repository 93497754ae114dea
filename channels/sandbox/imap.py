"""A small IMAP server with one mailbox in memory, on loopback: as much of RFC 3501 and IDLE as a reader of mail needs.

It can misbehave on demand: say goodbye, drop connections, hang, renumber, forget IDLE.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\([^)]*\))|(\S+)')
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r?\n$")
_PARTIAL = re.compile(rb"<(\d+)\.(\d+)>")


@dataclass(slots=True, kw_only=True)
class Stored:
    """One mail in the mailbox."""

    uid: int
    raw: bytes
    day: date
    flags: set[str] = field(default_factory=set)


class FakeImap:
    """`await start()`, then `put(raw)`. `mails` is the truth of the mailbox."""

    def __init__(self, username: str, password: str, *, idle: bool = True) -> None:
        self.username, self.password, self.idle = username, password, idle
        self.mails: list[Stored] = []
        self.validity = 1
        self.next_uid = 1
        self.broken: dict[int, str] = {}  #: UIDs whose content is refused ("no") or ends the connection ("drop")
        self.hang = False  #: answer nothing any more
        self.logins = 0  #: tries to log in, good and bad
        self.port = 0
        self._server: asyncio.Server | None = None
        self._sessions: set[_Session] = set()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Drop everybody and listen no more."""
        if self._server is not None:
            self._server.close()
            self.drop()
            await self._server.wait_closed()
            self._server = None
            await asyncio.gather(*(session.ended.wait() for session in list(self._sessions)))
            await asyncio.sleep(0)  # their sockets are closed in the next turn of the loop

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, reader, writer)
        self._sessions.add(session)
        try:
            await session.run()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass  # the client went, or wrote a line of a megabyte
        finally:
            writer.close()
            self._sessions.discard(session)
            session.ended.set()

    @property
    def connected(self) -> int:
        """How many clients are there now."""
        return len(self._sessions)

    @property
    def idling(self) -> int:
        """How many of them wait in IDLE."""
        return sum(bool(session.idle_tag) for session in self._sessions)

    def put(self, raw: bytes, *, seen: bool = False, day: date | None = None) -> int:
        """A mail arrives; whoever idles is told. Returns its UID."""
        flags = {"\\Seen"} if seen else set()
        mail = Stored(uid=self.next_uid, raw=raw, day=day or datetime.now(UTC).date(), flags=flags)
        self.next_uid += 1
        self.mails.append(mail)
        for session in self._sessions:
            if session.idle_tag:
                session.news()
        return mail.uid

    def renumber(self) -> None:
        """As if the mailbox had been made anew: other UIDVALIDITY, UIDs from 1. Clients are dropped."""
        self.validity += 1
        for uid, mail in enumerate(self.mails, 1):
            mail.uid = uid
        self.next_uid = len(self.mails) + 1
        self.drop()

    def goodbye(self) -> None:
        """`* BYE`, and the connections end."""
        for session in list(self._sessions):
            session.tell("* BYE the server is going down")
            session.writer.close()

    def drop(self) -> None:
        """Connections end without a word."""
        for session in list(self._sessions):
            session.writer.transport.abort()


class _Session:
    def __init__(self, server: FakeImap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.idle_tag = ""
        self.inside = self.selected = False
        self.ended = asyncio.Event()
        self.known = 0  # messages this client has been told of

    def news(self) -> None:
        """Tell of mail that came since the last answer, as servers do with every command."""
        if self.selected and len(self.server.mails) != self.known:
            self.known = len(self.server.mails)
            self.tell(f"* {self.known} EXISTS")

    def tell(self, line: str) -> None:
        if not self.server.hang:
            self.writer.write(line.encode() + b"\r\n")

    async def run(self) -> None:
        self.tell("* OK sandbox mailbox ready")
        while line := await self._line():
            if self.idle_tag:
                if line.strip().upper() == b"DONE":
                    self.tell(f"{self.idle_tag} OK idle ended")
                    self.idle_tag = ""
                continue
            tag, name, words = self._command(line)
            answer = self._answer(tag, name, words)
            self.news()
            if answer:
                self.tell(f"{tag} {answer}")
            await self.writer.drain()
            if name == "LOGOUT":
                return

    async def _line(self) -> bytes:
        line = await self.reader.readline()
        while found := _LITERAL.search(line):
            self.tell("+ go on")
            content = await self.reader.readexactly(int(found.group(1)))
            escaped = content.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            line = line[:found.start()] + b'"' + escaped + b'"' + await self.reader.readline()
        return line

    def _command(self, line: bytes) -> tuple[str, str, list[str]]:
        found = [re.sub(rb"\\(.)", rb"\1", a) if a else b or c for a, b, c in _WORD.findall(line.strip())]
        words = [each.decode("utf-8", "replace") for each in found]
        tag, name, rest = words[0] if words else "*", words[1].upper() if len(words) > 1 else "", words[2:]
        if name == "UID" and rest:
            return tag, f"UID {rest[0].upper()}", rest[1:]
        return tag, name, rest

    def _answer(self, tag: str, name: str, words: list[str]) -> str:
        """Everything a command says; returns its last line without the tag."""
        if name in ("CAPABILITY", "NOOP", "LOGOUT", "LOGIN"):
            return self._always(name, words)
        if not self.inside:
            return "NO log in first"
        if name in ("SELECT", "EXAMINE"):
            return self._select(words)
        if not self.selected:
            return "BAD no mailbox is selected"
        if name == "UID SEARCH":
            self.tell(" ".join(["* SEARCH", *(str(mail.uid) for mail in self._search([w.upper() for w in words]))]))
            return "OK done"
        if name == "UID FETCH" and len(words) > 1:
            return self._fetch(words[0], words[1].upper().encode())
        if name == "UID STORE" and len(words) > 2:
            for _, mail in self._among(words[0]):
                mail.flags |= set(words[2].strip("()").split())
            return "OK done"
        if name == "IDLE" and self.server.idle:
            self.idle_tag = tag
            self.tell("+ idling")
            return ""
        return "BAD this server does not know that"

    def _always(self, name: str, words: list[str]) -> str:
        if name == "CAPABILITY":
            self.tell("* CAPABILITY IMAP4rev1" + (" IDLE" if self.server.idle else ""))
        elif name == "LOGOUT":
            self.tell("* BYE")
        elif name == "LOGIN":
            self.server.logins += 1
            self.inside = words == [self.server.username, self.server.password]
            if not self.inside:
                return "NO [AUTHENTICATIONFAILED] wrong name or password"
        return "OK done"

    def _select(self, words: list[str]) -> str:
        if not words or words[0].upper() != "INBOX":
            return "NO there is no such mailbox"
        self.selected, self.known = True, len(self.server.mails)
        for line in (f"{self.known} EXISTS", "0 RECENT", r"FLAGS (\Seen)",
                     f"OK [UIDVALIDITY {self.server.validity}] UIDs valid",
                     f"OK [UIDNEXT {self.server.next_uid}] next UID"):
            self.tell(f"* {line}")
        return "OK [READ-WRITE] done"

    def _search(self, words: list[str]) -> list[Stored]:
        if words[:1] == ["CHARSET"]:
            words = words[2:]
        if words[:1] == ["OR"]:
            first = self._search(words[1:2])
            return first + [mail for mail in self._search(words[2:]) if mail not in first]
        mails = self.server.mails
        if words[:1] == ["UID"]:
            return [mail for _, mail in self._among(words[1])]
        if words[:1] == ["UNSEEN"]:
            return [mail for mail in mails if "\\Seen" not in mail.flags]
        if words[:1] == ["SINCE"]:
            day = datetime.strptime(words[1].title(), "%d-%b-%Y").replace(tzinfo=UTC).date()
            return [mail for mail in mails if mail.day >= day]
        return list(mails)

    def _among(self, names: str) -> Iterator[tuple[int, Stored]]:
        """Sequence number and mail of a UID set; `n:*` always includes the last (RFC 3501 section 6.4.8)."""
        top = self.server.mails[-1].uid if self.server.mails else 0
        ranges = []
        for each in names.split(","):
            low, _, high = each.partition(":")
            ends = [top if end == "*" else int(end) for end in (low, high or low) if end == "*" or end.isdigit()]
            if ends:
                ranges.append((min(ends), max(ends)))
        for number, mail in enumerate(self.server.mails, 1):
            if any(low <= mail.uid <= high for low, high in ranges):
                yield number, mail

    def _fetch(self, names: str, what: bytes) -> str:
        for number, mail in self._among(names):
            if b"BODY" in what and mail.uid in self.server.broken:
                if self.server.broken[mail.uid] == "drop":
                    self.writer.transport.abort()
                return "NO [SERVERBUG] this message is damaged"
            pieces: list[bytes] = [b"UID %d" % mail.uid]
            if b"RFC822.SIZE" in what:
                pieces.append(b"RFC822.SIZE %d" % len(mail.raw))
            if b"FLAGS" in what:
                pieces.append(b"FLAGS (%s)" % " ".join(sorted(mail.flags)).encode())
            if b"BODY" in what:
                label, content = b"BODY[]", mail.raw
                if b"[HEADER]" in what:
                    label, content = b"BODY[HEADER]", re.split(rb"\r?\n\r?\n", mail.raw, maxsplit=1)[0] + b"\r\n\r\n"
                if part := _PARTIAL.search(what):
                    first, count = int(part.group(1)), int(part.group(2))
                    label, content = label + b"<%d>" % first, content[first:first + count]
                pieces.append(b"%s {%d}\r\n%s" % (label, len(content), content))
            if not self.server.hang:
                with contextlib.suppress(ConnectionError):
                    self.writer.write(b"* %d FETCH (%s)\r\n" % (number, b" ".join(pieces)))
        return "OK done"
