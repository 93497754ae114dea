"""People who sign in, for the command line and the first start. Writes accounts; shows nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson

from agents import passwords, views
from agents.given import Cost
from agents.passwords import Passwords
from router.errors import BadRequest, Conflict, NotFound
from router.events import AgentChanged, SignedIn
from router.records import Agent, Role
from storage.store import SqlStore
from storage.tx import StoreTx

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


def login_of(text: str) -> str:
    """A login in its one spelling; BadRequest when it is none."""
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise BadRequest("a login has 2 to 40 of the characters a-z 0-9 . _ -", field="login")
    return login


async def first_admin(store: SqlStore, cost: Cost | None = None) -> str | None:
    """Where nobody can set anything up yet: the password of a new administrator `admin`; None otherwise."""
    def missing(tx: StoreTx) -> bool:
        return not any(agent.role is Role.ADMIN for agent in tx.desk.agents())
    if not await store.snapshot(missing):
        return None
    password = passwords.invented()
    hashed = await Passwords(cost or Cost()).hash(password)

    def unit(tx: StoreTx) -> bool:
        if not missing(tx):
            return False
        create(tx, "admin", "مدیر سامانه", Role.ADMIN, hashed, by="router", skills={})
        return True
    return password if await store.run(unit) else None


async def add(store: SqlStore, login: str, *, name: str = "", role: str = "agent", password: str = "",
              cost: Cost | None = None) -> tuple[Agent, str]:
    """A new agent and their password (invented when none is given)."""
    login = login_of(login)
    chosen = passwords.fit(password, login) if password else passwords.invented()
    hashed = await Passwords(cost or Cost()).hash(chosen)
    made = await store.run(lambda tx: create(tx, login, name or login, Role(role), hashed, by="command-line"))
    return made, chosen


async def set_password(store: SqlStore, login: str, *, password: str = "", cost: Cost | None = None) -> str:
    """A new password (invented when none is given); every session of the agent ends."""
    login = login_of(login)
    chosen = passwords.fit(password, login) if password else passwords.invented()
    hashed = await Passwords(cost or Cost()).hash(chosen)

    def unit(tx: StoreTx) -> None:
        found = tx.accounts.password(login)
        if found is None:
            raise NotFound(f"there is nobody with the login {login!r}")
        change_password(tx, found[0], hashed, by="command-line")
    await store.run(unit)
    return chosen


async def listed(store: SqlStore) -> list[dict[str, Any]]:
    """Everybody, as the API shows them."""
    return [views.agent_file(agent) for agent in await store.snapshot(lambda tx: tx.desk.agents())]


def shown(people: Sequence[dict[str, Any]], *, as_json: bool) -> str:
    """A list for a terminal: one line each, or JSON."""
    if as_json:
        return orjson.dumps(people, option=orjson.OPT_INDENT_2).decode()
    return "\n".join(f"{each['id']:>4}  {each['login']:<20} {each['role']:<11} "
                     f"{'' if each['active'] else 'closed '}{each['name']}" for each in people)


def create(tx: StoreTx, login: str, name: str, role: Role, hashed: str, *, by: str, **fields: Any) -> Agent:
    """Add an agent and tell the journal. Conflict when the login is taken."""
    if tx.accounts.password(login) is not None:
        raise Conflict(f"the login {login!r} is taken")
    made = tx.desk.add_agent(login, name, role, hashed, **fields)
    tx.emit(AgentChanged(agent=made.id, state=made.state.value, profile=True), actor=by)
    return made


def change_password(tx: StoreTx, agent: Any, hashed: str, *, by: str) -> None:
    """Set it, end every session, tell the journal."""
    tx.accounts.set_password(agent, hashed)
    tx.emit(SignedIn(agent=agent, outcome="password-changed"), actor=by)
