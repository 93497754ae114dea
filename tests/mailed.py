"""A mail to the desk of a town: the head that any of them has, and `read`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from channels.email.parse import Arrival, parse
from router.model import Said

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
TOP = (b"From: Sara <sara@citizen.example>\r\nTo: desk@city.example\r\nSubject: s\r\n"
       b"Message-ID: <1@citizen.example>\r\nDate: Sun, 22 Nov 2026 11:00:00 +0330\r\nMIME-Version: 1.0\r\n")


def read(raw: bytes, **more: Any) -> Said:
    """What the desk makes of it."""
    return parse(raw, Arrival(channel="town", now=NOW, own=("desk@city.example",), **more))
