"""Passwords: what is a good one, and argon2id in a thread. Keeps nothing."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from agents.given import Cost
from router.errors import BadRequest, TooMany

SHORTEST, LONGEST = 10, 200  #: characters; the upper bound also bounds the work
AT_ONCE = 2  #: checks that run together: each takes the memory of `Cost`
MOST_WAITING = 30
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  #: nothing that is mistaken for another when read aloud


def invented() -> str:
    """A new password of 80 bits that people can copy from a screen."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def fit(password: str, login: str) -> str:
    """The password, when it may be used; BadRequest says what is wrong with it."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest(f"a password has {SHORTEST} to {LONGEST} characters", field="password")
    if (login and login.casefold() in password.casefold()) or len(set(password)) < 5:
        raise BadRequest("this password is too easy to guess", field="password")
    return password


class Passwords:
    """Hashes and checks, a few at a time. A check costs the same whether there is such a login or not."""

    def __init__(self, cost: Cost) -> None:
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.kibibytes, parallelism=cost.lanes)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        """A new salted hash."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, known: str | None, password: str) -> bool:
        """Whether it is the password. TooMany when too many checks wait."""
        if self._waiting >= MOST_WAITING:
            raise TooMany("too many people sign in at once")
        self._waiting += 1
        try:
            async with self._turn:
                right = await asyncio.to_thread(self._verify, known or self._nobody, password)
        finally:
            self._waiting -= 1
        return right and bool(known)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, known: str) -> bool:
        """Whether the hash was made at another cost."""
        return self._hasher.check_needs_rehash(known)
