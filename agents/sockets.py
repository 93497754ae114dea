"""The console's WebSocket: commands in, words out. Every command states its access; a bad one never ends the socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from agents import fanout
from agents.given import Given
from agents.guard import SIGNED, Signed
from agents.live import Live
from agents.peers import ENDED, MOST_OPEN, Peer
from agents.sight import at_least
from router.errors import BadRequest, Forbidden, PishkhanError
from router.model import ContactId
from router.records import ContactState, Role
from router.routes import Access, Route

BEAT = 20.0  #: seconds of silence after which we say that we are here
SLOWEST = 30.0  #: seconds in which a frame must be taken by the other side
LARGEST = 16_384  #: bytes of a command
PER_SECOND, BURST = 10.0, 60.0  #: commands of one socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a client may say."""

    access: Access
    run: Callable[[Peer, Signed, Mapping[str, Any]], Awaitable[None]]


class Sockets:
    """Serves `GET /api/live`."""

    def __init__(self, given: Given, live: Live, *, beat: float = BEAT) -> None:
        self._given, self._live, self._beat = given, live, beat
        self.commands: Mapping[str, Command] = {
            "hello": Command(access=Access.AGENT, run=self._hello),
            "open": Command(access=Access.AGENT, run=self._open),
            "shut": Command(access=Access.AGENT, run=self._shut),
            "typing": Command(access=Access.AGENT, run=self._typing),
        }

    def routes(self) -> list[Route]:
        """One."""
        return [Route(method="GET", path="/api/live", handler=self.serve, access=Access.AGENT, socket=True,
                      summary="The live console (WebSocket); see docs/console.md")]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """From the handshake to the close."""
        signed = request[SIGNED]
        peer = await self._live.join(signed.agent.id, signed.digest, signed.expires_at,
                                     at_most=Role.ADMIN if signed.csrf else signed.agent.role)
        # Deflate would cost 100 KiB a socket and triple the time of a fan-out.
        socket = web.WebSocketResponse(heartbeat=25.0, compress=False, max_msg_size=LARGEST)
        try:
            await socket.prepare(request)
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write(request, socket, peer))
                await self._listen(socket, peer, signed)
                writer.cancel()
        finally:
            self._live.leave(peer)
        return socket

    async def _write(self, request: web.Request, socket: web.WebSocketResponse, peer: Peer) -> None:
        try:
            while True:
                frame = await peer.take(self._patience(peer))
                if peer.close is None and self._expired(peer):
                    peer.end(ENDED, "the session has ended")
                if peer.close is not None:
                    code, reason = peer.close
                    await socket.close(code=code, message=reason.encode())
                    return
                async with asyncio.timeout(SLOWEST):
                    await socket.send_frame(frame or self._nothing(peer), WSMsgType.TEXT)
        except (TimeoutError, ConnectionResetError):
            # It takes nothing any more: without this the reader would wait for the system to notice.
            if request.transport is not None:
                request.transport.abort()

    def _patience(self, peer: Peer) -> float:
        if peer.expires_at is None:
            return self._beat
        left = (peer.expires_at - self._given.clock()).total_seconds()
        return max(0.0, min(self._beat, left))

    def _expired(self, peer: Peer) -> bool:
        return peer.expires_at is not None and peer.expires_at <= self._given.clock()

    def _nothing(self, peer: Peer) -> bytes:
        """When there is nothing to say: where the journal stands, so that a resume stays short, or a beat."""
        now = self._live.scene.seq
        if peer.caught_up and peer.told < now:
            before, peer.told = peer.told, now
            return fanout.frame(before, now, {}, {})
        return b'{"op":"beat"}'

    async def _listen(self, socket: web.WebSocketResponse, peer: Peer, signed: Signed) -> None:
        loop = asyncio.get_running_loop()
        allowance, at = BURST, loop.time()
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                peer.end(WSCloseCode.UNSUPPORTED_DATA, "only text is understood here")
                continue
            now = loop.time()
            allowance, at = min(BURST, allowance + (now - at) * PER_SECOND) - 1, now
            if allowance < 0:
                peer.end(WSCloseCode.POLICY_VIOLATION, "too many commands")
                continue
            try:
                await self._obey(peer, signed, message.data)
            except PishkhanError as error:
                peer.say({"op": "error", "code": error.code, "message": error.message})

    async def _obey(self, peer: Peer, signed: Signed, text: str) -> None:
        try:
            word = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise BadRequest("a command is a JSON object") from None
        command = self.commands.get(str(word.get("op"))) if isinstance(word, dict) else None
        if command is None:
            raise BadRequest(f"the commands are {', '.join(self.commands)}")
        await command.run(peer, signed, word)

    async def _hello(self, peer: Peer, signed: Signed, word: Mapping[str, Any]) -> None:
        after, opened = word.get("after"), word.get("open") or []
        if not (after is None or _is_number(after)):
            raise BadRequest("after must be a journal position or null")
        if not isinstance(opened, list) or len(opened) > MOST_OPEN or not all(_is_number(each) for each in opened):
            raise BadRequest(f"open must be a list of at most {MOST_OPEN} contacts")
        await self._live.hello(peer, after, opened)

    async def _open(self, peer: Peer, signed: Signed, word: Mapping[str, Any]) -> None:
        contact = _contact(word)
        if len(peer.open | {contact}) > MOST_OPEN:
            raise BadRequest(f"at most {MOST_OPEN} contacts are open at once")
        if peer.live:
            await self._live.open(peer, contact)

    async def _shut(self, peer: Peer, signed: Signed, word: Mapping[str, Any]) -> None:
        contact = _contact(word)
        peer.open.discard(contact)
        peer.hidden.discard(contact)

    async def _typing(self, peer: Peer, signed: Signed, word: Mapping[str, Any]) -> None:
        """Only who works on it types to the citizen; nothing is stored."""
        contact = _contact(word)
        card = self._live.scene.cards.get(contact)
        if card is None or card.contact.state is not ContactState.ACTIVE:
            return
        if card.contact.agent != peer.agent and not at_least(signed.agent, Role.SUPERVISOR):
            raise Forbidden("this contact is not yours")
        self._given.bus.whisper("typing", ContactId(contact), {"who": f"agent:{peer.agent}"})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _contact(word: Mapping[str, Any]) -> int:
    contact = word.get("contact")
    if not isinstance(contact, int) or not _is_number(contact):
        raise BadRequest("contact must be a number")
    return contact
