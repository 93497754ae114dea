"""When an address gets no more messages because of what mail systems report about it. Pure."""

from __future__ import annotations

from router.model import Bounce

#: There is no such mailbox, or no such domain, or it was closed (RFC 3463). A full mailbox, a message too large or
#: refused for its content say nothing about the next one.
GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})


def why(bounce: Bounce) -> str:
    """ "complaint", "bounced", or "" when the address may still be written to."""
    if bounce.complaint:
        return "complaint"
    return "bounced" if bounce.permanent and bounce.code in GONE else ""
