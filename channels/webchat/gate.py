"""Who may come in: origin, visitor token, rate. Decides nothing about messages."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from channels.webchat.identity import Identity, read
from channels.webchat.pace import Pace
from channels.webchat.protocol import SUBPROTOCOL
from channels.webchat.tokens import KEY_BYTES, VISITOR_BYTES, Sealer, bytes64, text64
from router.errors import Forged, TooMany
from router.ports import Wire
from router.web import PEER

TOKEN_LIFE = timedelta(days=180)  #: a visitor who comes back within it keeps the conversation
KEY_MARK = "signing-key"


def origin_of(url: str) -> str:
    """scheme://host[:port] of an address; "" when it is none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") and parts.netloc else ""


class Gate:
    """Checks requests of widgets. The signing key is kept with the channel's marks."""

    def __init__(self, name: str, wire: Wire, allowed_origins: tuple[str, ...], per_minute: int,
                 identity_secret: str = "") -> None:
        self._name = name
        self._wire = wire
        self._identity_secret = identity_secret
        self._any = "*" in allowed_origins
        self._origins = {origin_of(each) for each in (*allowed_origins, wire.base_url)} - {""}
        self._pace = Pace(per_minute)
        self._sealer: Sealer | None = None
        self._making = asyncio.Lock()

    async def sealer(self) -> Sealer:
        """The channel's seal; its key is made at the very first start."""
        async with self._making:
            if self._sealer is None:
                kept = await self._wire.reads.mark(self._name, KEY_MARK)
                if not kept:
                    kept = text64(secrets.token_bytes(KEY_BYTES))
                    await self._wire.reads.set_mark(self._name, KEY_MARK, kept)
                self._sealer = Sealer(key=bytes64(kept), channel=self._name)
            return self._sealer

    async def agree(self) -> None:
        """Several processes at their first start may each have made a key: the one that was kept is everybody's."""
        await self.sealer()
        kept = await self._wire.reads.mark(self._name, KEY_MARK)
        self._sealer = Sealer(key=bytes64(kept), channel=self._name)

    async def origin(self, request: web.Request) -> str:
        """The request's origin when widgets may stand there. Raises Forged."""
        given = request.headers.get("Origin", "")
        if self._any and given:
            return given
        if given.lower() in self._origins:
            return given
        await self._refuse(request, "bad-origin")
        raise Forged("this site is not among the channel's allowed_origins")

    async def visitor(self, request: web.Request) -> str:
        """The visitor of a request: `Authorization: Visitor <token>`, or the token as second WebSocket subprotocol
        (a browser can set no header there, and an address would stand in access logs). Raises Forged."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Visitor":
            offered = [each.strip() for each in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
            token = offered[1] if len(offered) == 2 and offered[0] == SUBPROTOCOL else ""
        found = await self.known(token)
        if not found:
            await self._refuse(request, "bad-token")
            raise Forged("the visitor token is missing, forged or too old")
        return found

    async def known(self, token: str) -> str:
        """The visitor of a token, "" when it is not valid."""
        return (await self.sealer()).visitor(token, self._wire.clock(), TOKEN_LIFE)

    def identity(self, token: str) -> Identity | None:
        """The person of the host site's token; None when there is none or it is not valid (any more)."""
        return read(token, self._identity_secret, channel=self._name, now=self._wire.clock())

    async def signed_in(self, request: web.Request, token: str) -> str:
        """The visitor who is signed in at the host site: the same on every device. Raises Forged."""
        identity = self.identity(token)
        if identity is None:
            await self._refuse(request, "bad-identity")
            raise Forged("the identity token is forged, too old or for another channel")
        return "u" + (await self.sealer()).person(identity.subject)

    async def newcomer(self) -> str:
        """A fresh visitor id."""
        return "v" + text64(secrets.token_bytes(VISITOR_BYTES))

    async def token(self, visitor: str) -> str:
        """The visitor's token, as of now."""
        return (await self.sealer()).token(visitor, self._wire.clock())

    def hurry(self, request: web.Request) -> None:
        """Count one request of this address. Raises TooMany."""
        wait = self._pace.wait(request.get(PEER, ""), time.monotonic())
        if wait:
            raise TooMany("too many requests from this address", retry_after=timedelta(seconds=wait))

    async def _refuse(self, request: web.Request, reason: str) -> None:
        # Refusals are journalled; a flood of them must not flood the journal.
        self.hurry(request)
        await self._wire.refused(reason)
