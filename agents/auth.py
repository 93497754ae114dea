"""Signing in and out: a password becomes a session. Throttled, the same work for every login, outcomes journaled."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from agents.given import Given
from agents.guard import Signed, digest
from agents.passwords import Passwords
from agents.throttle import Throttle
from router.errors import PishkhanError
from router.events import SignedIn
from router.model import AgentId
from storage.tx import StoreTx

LIFETIME = timedelta(hours=12)
TOKEN_MARK = "pshk_"  #: so that a leaked token is recognised as one


class Refused(PishkhanError):
    """Not signed in; `code` is `wrong` or `inactive`."""

    status = 401

    def __init__(self, code: str) -> None:
        super().__init__("the login or the password is wrong" if code == "wrong" else "this account is closed")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new session: its cookie exists only here."""

    agent: AgentId
    cookie: str


class Auth:
    """Sessions and API tokens."""

    def __init__(self, given: Given, passwords: Passwords) -> None:
        self._given, self._passwords = given, passwords
        self._throttle = Throttle(given.clock)

    async def sign_in(self, login: str, password: str, address: str) -> Opened:
        """A session for the right password. Refused for a wrong one, TooMany after too many of them."""
        login = login.strip().lower()[:100]
        self._throttle.claim(login, address)
        found = await self._given.store.snapshot(lambda tx: tx.accounts.password(login))
        agent, known, active = found or (None, "", False)
        right = await self._passwords.check(known, password)
        if agent is None or not right or not active:
            code = "inactive" if right else "wrong"
            await self._given.store.run(lambda tx: _tell(tx, agent, code))
            raise Refused(code)
        better = await self._passwords.hash(password) if self._passwords.outdated(known) else ""
        cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)

        def unit(tx: StoreTx) -> None:
            if better:
                tx.accounts.rehash(agent, better)
            tx.accounts.open_session(digest(cookie), agent, csrf, LIFETIME)
            _tell(tx, agent, "in")
        await self._given.store.run(unit)
        self._throttle.forgive(login, address)
        return Opened(agent=agent, cookie=cookie)

    async def sign_out(self, signed: Signed) -> None:
        """End this session; its live sockets end with it."""
        def unit(tx: StoreTx) -> None:
            tx.accounts.close_session(signed.digest)
            _tell(tx, signed.agent.id, "out")
        await self._given.store.run(unit)


def new_token() -> str:
    """An API token; only its digest is kept."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


def _tell(tx: StoreTx, agent: AgentId | None, outcome: str) -> None:
    tx.emit(SignedIn(agent=agent, outcome=outcome), actor="router" if agent is None else f"agent:{agent}")
