"""Cases: matters with a tracking code."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from storage.tables.fields import json, key, ref, string, when


class Cases(SQLModel, table=True):
    """One matter of a customer."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("code", name="one_case_code"),
        Index("cases_customer", "customer_id", "id"),
        Index("cases_state", "state", "id"),
    )
    id: int | None = key()
    code: str = string()
    service: str = string()
    subject: str = string()
    state: str = string()
    state_since: datetime = when(null=False)
    customer_id: int = ref("customers.id", null=False, index=False)
    contact_id: int | None = ref("contacts.id")
    data: dict[str, Any] = json()
    opened_at: datetime = when(null=False)
    version: int = 0
