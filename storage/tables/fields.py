"""Short words for columns, shared by the tables. No table here."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from storage.columns import Json, Key, Moment


def key() -> Any:
    """The autoincrementing primary key."""
    return Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))


def ref(target: str, *, null: bool = True, index: bool = True) -> Any:
    """A reference to another table."""
    return Field(default=None, sa_column=Column(Key, ForeignKey(target), nullable=null, index=index))


def when(*, null: bool = True, index: bool = False) -> Any:
    """A moment."""
    return Field(default=None, sa_column=Column(Moment, nullable=null, index=index))


def json() -> Any:
    """JSON that is never absent."""
    return Field(default=None, sa_column=Column(Json, nullable=False))


def string(default: str = "") -> Any:
    """Text that is never absent."""
    return Field(default=default, sa_column=Column(Text, nullable=False))
