"""The register of letters: one row for each number, unique in its unit and year."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from storage.tables.fields import key, ref, string, when


class Registrations(SQLModel, table=True):
    """Numbers of letters, in and out, without gaps within a unit and a Jalali year."""

    __tablename__ = "registrations"
    __table_args__ = (UniqueConstraint("unit", "year", "number", name="one_registration"),)
    id: int | None = key()
    unit: str = string()
    year: int = 0
    number: int = 0
    way: str = string()
    contact_id: int | None = ref("contacts.id")
    actor: str = string()
    at: datetime = when(null=False)
