"""What the house remembers about its channels: pauses, exchanges with providers, what was spent, parts that wait."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from storage.columns import Key
from storage.tables.fields import key, string, when


class Pauses(SQLModel, table=True):
    """Channels on which nothing goes out until a person says so."""

    __tablename__ = "pauses"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    since: datetime = when(null=False)
    actor: str = string()
    reason: str = string()


class Exchanges(SQLModel, table=True):
    """Requests to and from providers, redacted; kept for a week."""

    __tablename__ = "exchanges"
    __table_args__ = (Index("exchanges_channel", "channel", "id"),)
    id: int | None = key()
    channel: str = string()
    at: datetime = when(null=False, index=True)
    way: str = string()
    method: str = string()
    path: str = string()
    status: int = 0
    millis: int = 0
    asked: str = string()
    answered: str = string()
    outcome: str = string()


class Spent(SQLModel, table=True):
    """How many parts went out on a day, for the whole channel and by recipient and prefix."""

    __tablename__ = "spent"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    day: str = Field(sa_column=Column(Text, primary_key=True))
    scope: str = Field(sa_column=Column(Text, primary_key=True))
    parts: int = 0


class Pieces(SQLModel, table=True):
    """Parts of a longer inbound message that wait for the others."""

    __tablename__ = "pieces"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    whole: str = Field(sa_column=Column(Text, primary_key=True))
    number: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    external_id: str = string()
    arrived_at: datetime = when(null=False, index=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
