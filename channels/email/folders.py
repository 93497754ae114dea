"""Folders of an IMAP server: how their names are written on the wire, and what is known of a selected one. PURE."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A selected folder."""

    validity: int
    next_uid: int  #: 0 = the server did not say


def utf7(name: str) -> str:
    """A folder name as IMAP wants it: modified UTF-7 (RFC 3501 section 5.1.3)."""
    def shift(found: re.Match[str]) -> str:
        if found.group() == "&":
            return "&-"
        return "&" + base64.b64encode(found.group().encode("utf-16-be")).rstrip(b"=").decode().replace("/", ",") + "-"
    return re.sub(r"&|[^\x20-\x7e]+", shift, name)
