"""What goes with an item that a person wrote down or carried: who, under which register, until when. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """On a `Said` or a `Receipt` that an agent recorded."""

    actor: str  #: for the journal, "agent:3"
    register: str = ""  #: unit whose register numbers it; "" = none
    until: datetime | None = None  #: a call back promised for then; the contact waits until shortly before
    step: str = ""  #: of a letter's way: posted, delivered, returned
    detail: str = ""
