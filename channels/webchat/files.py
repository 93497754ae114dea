"""Files of a visitor: taken in before the message that carries them, handed out only from the visitor's own thread."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote, unquote

from aiohttp import web

from channels.webchat.gate import Gate
from channels.webchat.pace import Pace
from channels.webchat.protocol import clean
from channels.webchat.tokens import Stored, Ticket, text64
from channels.webchat.views import INLINE_IMAGES
from router.errors import BadRequest, Forged, NotFound, PishkhanError, TooMany
from router.model import Attachment
from router.ports import Wire
from router.web import error_answer, json_answer

UPLOADS_PER_MINUTE = 20
NAME_CHARS = 120
LOOK_BACK = 1000  #: messages searched for a file
#: Whatever the file says of itself: no script, no plug-in, no frame, no request of its own.
FILE_CSP = "default-src 'none'; sandbox"
#: Shown as what they are; everything else is bytes to be saved.
_AS_STATED = INLINE_IMAGES | {"application/pdf"}
#: What images begin with: a file that claims to be one and is not is refused.
_MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
}
#: Characters that turn the reading direction: they can make "gpj.exe" look like "exe.jpg".
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def open_to(origin: str) -> dict[str, str]:
    """Headers that let the widget on `origin` read the answer."""
    if not origin:
        return {"Vary": "Origin"}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", "Cross-Origin-Resource-Policy": "cross-origin"}


def across(gate: Gate, handler: Callable[[web.Request], Awaitable[web.Response]]) -> Handler:
    """A handler for requests from other sites: checks the origin first, and lets it read answers and errors."""

    async def answer(request: web.Request) -> web.StreamResponse:
        # A refusal is readable everywhere, or the widget could not tell a forbidden site from a broken line.
        origin = request.headers.get("Origin", "")
        try:
            await gate.origin(request)
            response = await handler(request)
        except PishkhanError as error:
            response = error_answer(error)
        response.headers.update(open_to(origin))
        return response

    return answer


class Files:
    """Uploads and downloads of one channel."""

    def __init__(self, name: str, wire: Wire, gate: Gate, types: tuple[str, ...]) -> None:
        self._name = name
        self._wire = wire
        self._gate = gate
        self._types = frozenset(types)
        self._pace = Pace(UPLOADS_PER_MINUTE)

    async def upload(self, request: web.Request) -> web.Response:
        """POST: the raw bytes, `Content-Type` and `X-File-Name` (percent-encoded). Answers {"upload", "digest"}."""
        visitor = await self._gate.visitor(request)
        wait = self._pace.wait(visitor, time.monotonic())
        if wait:
            raise TooMany("too many files in a minute")
        media_type = request.content_type
        if media_type not in self._types:
            raise BadRequest("files of this type are not taken here", field="type")
        content = await request.read()
        if not content:
            raise BadRequest("the file is empty", field="content")
        if not content.startswith(_MAGIC.get(media_type, (b"",))):
            raise BadRequest("the file is not what it claims to be", field="type")
        name = file_name(request.headers.get("X-File-Name", ""))
        stored = Stored(nonce=text64(secrets.token_bytes(12)), digest=await self._wire.blobs.put(content), name=name,
                        media_type=media_type, size=len(content))
        upload = (await self._gate.sealer()).upload(visitor, stored, self._wire.clock())
        return json_answer({"upload": upload, "digest": stored.digest})

    async def preflight(self, request: web.Request) -> web.Response:
        """OPTIONS: what a browser asks before it uploads from another site."""
        return web.Response(status=204, headers={
            "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "3600",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-File-Name",
        })

    async def file(self, request: web.Request) -> web.StreamResponse:
        """GET: one attachment of the visitor's thread. An <img> sends no header, so the right stands in the URL:
        a ticket for this one file and visitor, which ends within two days."""
        digest, query = request.match_info["digest"], request.query
        until = query.get("u", "")
        ticket = Ticket(visitor=query.get("v", ""), until=int(until) if until.isdecimal() and len(until) < 9 else 0,
                        seal=query.get("s", ""))
        if not (await self._gate.sealer()).admits(ticket, digest, self._wire.clock()):
            self._gate.hurry(request)
            await self._wire.refused("bad-ticket")
            raise Forged("the link is forged or too old; reload the conversation")
        attachment = await self._find(ticket.visitor, digest)
        content = await self._wire.blobs.read(digest)
        return web.Response(body=content, headers=_headers(attachment))

    async def _find(self, visitor: str, digest: str) -> Attachment:
        rows = await self._wire.reads.thread(self._name, visitor, limit=LOOK_BACK)
        for attachment in (each for row in reversed(rows) for each in row.attachments):
            if attachment.digest == digest:
                return attachment
        raise NotFound("no such file in this conversation")


def file_name(header: str) -> str:
    """A file's name without path and control characters, never empty."""
    name = clean(unquote(header[:1000], errors="replace")).replace("\\", "/").rsplit("/", 1)[-1].replace("\n", " ")
    return name.translate(_TURNS).strip(". ")[-NAME_CHARS:] or "file"


def _headers(attachment: Attachment) -> dict[str, str]:
    kind = attachment.media_type if attachment.media_type in _AS_STATED else "application/octet-stream"
    shown = "inline" if kind in INLINE_IMAGES else "attachment"
    return {
        "Content-Type": kind, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": FILE_CSP,
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "private, max-age=86400, immutable",
    }
