"""Customers and their addresses."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from storage.tables.fields import json, key, ref, string, when


class Customers(SQLModel, table=True):
    """Persons and organisations."""

    __tablename__ = "customers"
    id: int | None = key()
    name: str = string()
    segment: str = string("ordinary")
    language: str = string()
    note: str = string()
    created_at: datetime = when(null=False)
    data: dict[str, Any] = json()


class Addresses(SQLModel, table=True):
    """Where a customer is reached; one row per medium and value."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("medium", "value", name="one_address"),)
    id: int | None = key()
    medium: str = string()
    value: str = string()
    name: str = string()
    customer_id: int = ref("customers.id", null=False)
    opted_out_at: datetime | None = when()
    verified_at: datetime | None = when()
    suppressed: str = string()
    created_at: datetime = when(null=False)
