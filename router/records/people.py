"""Customers and where they are reached, as frozen records. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.model import AddressId, CustomerId, Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A person or organisation that contacts us."""

    id: CustomerId
    name: str
    segment: str = "ordinary"
    language: str = ""
    note: str = ""
    created_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddress:
    """An address that has a customer."""

    id: AddressId
    medium: Medium
    value: str
    name: str
    customer: CustomerId
    opted_out_at: datetime | None = None
    verified_at: datetime | None = None  #: when a provider or the host site proved whose it is
    suppressed: str = ""  #: why nothing is sent there any more: "bounced", "complaint"; "" = it may be written to
