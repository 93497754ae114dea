"""The settings of a channel that people record by hand. Says what is allowed; reads no file and no environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from channels.manual.letters import template_of
from channels.manual.scans import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Phone notes, faxes, letters or counter visits. `docs/channels/manual.md` says how to use them."""

    country: str = "98"  #: country code of numbers written the national way
    national_digits: int = 10  #: digits of a national number after the leading 0
    mobile_prefix: str = "9"  #: how a mobile number written without the 0 begins; "" = any
    timezone: str = "Asia/Tehran"  #: of dates and times that people write
    scans: int = 20  #: files with one record
    scan_bytes: int = 20_000_000  #: one file at most
    total_bytes: int = 30_000_000  #: all files of one record at most
    kinds: tuple[str, ...] = tuple(KINDS)  #: kinds of file that are taken
    register: str = ""  #: unit whose register numbers what comes and goes here; "" = no numbers
    letter: Mapping[str, str] = field(default_factory=dict)  #: texts of a printed answer, "top.fa", "closing.en" ...
    promise_days: int = 60  #: how far ahead a call back may be promised

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"timezone: {self.timezone!r} is no time zone; write e.g. \"Asia/Tehran\"") from None
        if unknown := [kind for kind in self.kinds if kind not in KINDS]:
            raise ValueError(f"kinds: {unknown[0]!r} is unknown; known are {', '.join(KINDS)}")
        template_of(self.letter)
        if not re.fullmatch(r"[A-Za-z0-9-]{0,40}", self.register):
            raise ValueError("register: at most 40 letters, digits and '-'")
        if not 1 <= self.promise_days <= 400:
            raise ValueError("promise_days: 1 to 400")
        if not 0 <= self.scans <= 100 or not 1 <= self.scan_bytes <= self.total_bytes <= 40_000_000:
            raise ValueError("scans is 0 to 100; scan_bytes at most total_bytes; total_bytes at most 40000000")
