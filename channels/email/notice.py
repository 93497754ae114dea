"""Notices what the IMAP library throws away: mail that the server announces while another command runs."""

from __future__ import annotations

from typing import Any


class Notice:
    """`news`: more mail was announced since this was last set to False (RFC 3501 section 7.3.1).

    A server says EXISTS once, with whatever command is under way, and not again when IDLE begins. The library ignores
    it there, so a mail that came between the search and IDLE would wait until IDLE is renewed.
    """

    def __init__(self) -> None:
        self.news = False

    def watch(self, protocol: Any) -> None:
        """Listen to every untagged line of a connection."""
        inner = protocol._untagged_response

        def heard(line: bytes) -> Any:
            if bytes(line).rstrip().upper().endswith(b" EXISTS"):
                self.news = True
            return inner(line)
        protocol._untagged_response = heard


def answer_refusals(protocol: Any) -> None:
    """A server explains why it takes no XOAUTH2 token and waits for an empty answer, which the library never gives."""
    inner = protocol._continuation

    def explained(line: bytes) -> None:
        pending = protocol.pending_sync_command
        if pending is not None and pending.name == "AUTHENTICATE":
            protocol.transport.write(b"\r\n")
        else:
            inner(line)
    protocol._continuation = explained
