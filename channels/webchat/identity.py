"""Who the host site says is signed in: a short-lived token it signs with a shared secret. PURE but for the library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from channels.webchat.about import addresses
from router.model import Address
from router.rules.text import clean

LONGEST = 4000  #: characters of a token
LIFE = timedelta(hours=24)  #: a token may not promise more


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person known to the host site. `subject` is its own unchanging id for them."""

    subject: str
    name: str = ""
    vouched: tuple[Address, ...] = ()


def read(token: str, secret: str, *, channel: str, now: datetime) -> Identity | None:
    """The person of a token (JWT, HS256; RFC 7519: `sub`, `exp` at most a day ahead, `aud` the channel's name when it
    is there; `name`, `email`, `phone_number`, of which those marked `..._verified: false` prove nothing).
    None when it is forged, broken, too old or for somebody else."""
    if not secret or not token or len(token) > LONGEST:
        return None
    try:
        # The library would ask its own clock.
        claims: dict[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options={
            "require": ["sub", "exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False,
            "verify_aud": False})
    except (jwt.InvalidTokenError, RecursionError):
        return None
    ends, subject, audience = claims["exp"], claims["sub"], claims.get("aud", channel)
    if not isinstance(ends, int | float) or not now.timestamp() < ends <= (now + LIFE).timestamp():
        return None
    if not isinstance(subject, str) or not 0 < len(subject) <= 200 or audience not in (channel, [channel]):
        return None
    said = {name: claims.get(claim) for name, claim in (("email", "email"), ("phone", "phone_number"))
            if claims.get(f"{claim}_verified") is not False}
    name = claims.get("name")
    return Identity(subject=subject, name=clean(name, limit=80) if isinstance(name, str) else "",
                    vouched=addresses(email=said.get("email"), phone=said.get("phone")))
