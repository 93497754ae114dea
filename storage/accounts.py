"""Passwords, sessions and API tokens. Only hashes are kept; checking them is the caller's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from router.model import AgentId
from router.records import Role
from storage.tables import Agents, Sessions, Tokens

_A: Any = Agents.__table__  # type: ignore[attr-defined]
_S: Any = Sessions.__table__  # type: ignore[attr-defined]
_T: Any = Tokens.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser."""

    agent: AgentId
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An API token: acts as its agent, with at most its own role."""

    id: int
    agent: AgentId
    role: Role
    used_at: datetime | None


class Accounts:
    """Who may sign in, and who has."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def password(self, login: str) -> tuple[AgentId, str, bool] | None:
        """An agent's id, password hash, and whether they are active."""
        row = self._db.execute(select(_A.c.id, _A.c.password_hash, _A.c.active).where(_A.c.login == login)).first()
        return None if row is None else (AgentId(row.id), row.password_hash, bool(row.active))

    def set_password(self, agent: AgentId, password_hash: str) -> None:
        """A new password ends every session of the agent."""
        self._db.execute(update(_A).where(_A.c.id == agent).values(password_hash=password_hash))
        self._db.execute(delete(_S).where(_S.c.agent_id == agent))

    def rehash(self, agent: AgentId, password_hash: str) -> None:
        """The same password under new parameters; sessions stay."""
        self._db.execute(update(_A).where(_A.c.id == agent).values(password_hash=password_hash))

    def open_session(self, digest: str, agent: AgentId, csrf: str, lifetime: timedelta) -> None:
        """Remember a signed-in browser by the hash of its cookie; sweeps those that ended."""
        self._db.execute(delete(_S).where(_S.c.expires_at < self._now))
        self._db.execute(insert(_S).values(digest=digest, agent_id=agent, csrf=csrf, created_at=self._now,
                                           seen_at=self._now, expires_at=self._now + lifetime))

    def session(self, digest: str) -> Session | None:
        """The session of a cookie, if it is not over and its agent is active."""
        row = self._db.execute(select(_S).join(_A, _A.c.id == _S.c.agent_id).where(
            _S.c.digest == digest, _S.c.expires_at > self._now, _A.c.active)).first()
        return None if row is None else Session(agent=AgentId(row.agent_id), csrf=row.csrf, expires_at=row.expires_at)

    def close_session(self, digest: str) -> None:
        """Sign out."""
        self._db.execute(delete(_S).where(_S.c.digest == digest))

    def close_sessions(self, agent: AgentId) -> None:
        """Sign an agent out everywhere."""
        self._db.execute(delete(_S).where(_S.c.agent_id == agent))

    def add_token(self, agent: AgentId, name: str, role: Role, digest: str) -> int:
        """Keep a new API token by its hash."""
        made: int = self._db.execute(insert(_T).values(
            agent_id=agent, name=name, role=role.value, digest=digest, created_at=self._now,
        ).returning(_T.c.id)).scalar_one()
        return made

    def token(self, digest: str) -> Token | None:
        """The token with this hash, if it is not revoked and its agent is active."""
        row = self._db.execute(select(_T).join(_A, _A.c.id == _T.c.agent_id).where(
            _T.c.digest == digest, _T.c.revoked_at.is_(None), _A.c.active)).first()
        if row is None:
            return None
        return Token(id=row.id, agent=AgentId(row.agent_id), role=Role(row.role), used_at=row.used_at)

    def used(self, token: int) -> None:
        """Remember that a token was used just now."""
        self._db.execute(update(_T).where(_T.c.id == token).values(used_at=self._now))

    def tokens(self) -> list[dict[str, Any]]:
        """All tokens that are not revoked, without their hashes."""
        rows = self._db.execute(select(_T.c.id, _T.c.agent_id, _T.c.name, _T.c.role, _T.c.created_at, _T.c.used_at)
                                .where(_T.c.revoked_at.is_(None)).order_by(_T.c.id))
        return [dict(row._mapping) for row in rows]

    def revoke(self, token: int) -> bool:
        """End a token; False when there is no such live token."""
        return bool(self._db.execute(update(_T).where(_T.c.id == token, _T.c.revoked_at.is_(None))
                                     .values(revoked_at=self._now)).rowcount)
