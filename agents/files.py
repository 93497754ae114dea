"""Files and citizens' HTML for the console: only to who may read the message, never able to run or load anything."""

from __future__ import annotations

import asyncio
import base64
import re
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import web

from agents import markup
from agents.asks import number_of
from agents.given import Given
from agents.guard import who
from agents.holding import readable
from router.errors import NotFound
from router.model import Attachment, MessageId
from router.records import Agent, Message
from router.routes import Access, Route
from storage.tx import StoreTx

#: For bytes that came from outside: nothing may run or load, and the page may not use our origin.
CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"
#: For a citizen's HTML in its frame: words, colours and the images within the message.
HTML_CSP = ("default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'")
#: Types a browser shows without running anything in them.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
#: Types we name truthfully in a download; everything else is bytes.
_KNOWN = PICTURES | {"application/pdf", "text/plain", "audio/mpeg", "audio/ogg", "audio/wav", "video/mp4",
                     "application/zip"}
MOST_PICTURES = 5_000_000  #: bytes of images put into one message's HTML
_BEFORE = ('<!doctype html><html><head><meta charset="utf-8"><base target="_blank">'
           "<style>body{margin:0;font:14px/1.7 Vazirmatn,sans-serif;overflow-wrap:anywhere}"
           'img{max-width:100%;height:auto}pre{white-space:pre-wrap}</style></head><body dir="auto">')
_AFTER = "</body></html>"


class Files:
    """One method a kind of file."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        get = partial(Route, method="GET", access=Access.AGENT)
        return [
            get(path="/messages/{id}/html", handler=self.html, csp=HTML_CSP, frame=True,
                summary="A citizen's HTML for a sandboxed frame"),
            get(path="/attachments/{id}", handler=self.attachment, csp=CSP, summary="A stored file"),
        ]

    async def html(self, request: web.Request) -> web.Response:
        """Sanitised again, with the message's own images inside it."""
        agent, number = who(request), MessageId(number_of(request))
        message = await self._given.store.snapshot(lambda tx: readable_message(tx, agent, number))
        if not message.html:
            raise NotFound("this message has no formatted text")
        pictures = await self._pictures(message)
        body = await asyncio.to_thread(markup.shown, message.html, pictures, message.text)
        return web.Response(text=_BEFORE + body + _AFTER, content_type="text/html")

    async def _pictures(self, message: Message) -> dict[str, str]:
        found: dict[str, str] = {}
        left = MOST_PICTURES
        for file in message.attachments:
            if file.inline_id and file.media_type in PICTURES and file.size <= left:
                left -= file.size
                content = await self._given.store.blobs.read(file.digest)
                found[file.inline_id] = f"data:{file.media_type};base64,{base64.b64encode(content).decode()}"
        return found

    async def attachment(self, request: web.Request) -> web.Response:
        """The bytes; only plain images are shown in place."""
        agent, number = who(request), number_of(request)

        def read(tx: StoreTx) -> Attachment:
            file, message = tx.messages.attachment(number)
            if message is None:
                raise NotFound(f"there is no attachment {number}")
            readable_message(tx, agent, message)
            return file
        file = await self._given.store.snapshot(read)
        return attached(await self._given.store.blobs.read(file.digest), file.name, file.media_type)


def readable_message(tx: StoreTx, agent: Agent, number: MessageId) -> Message:
    """The message, when its contact may be read."""
    message = tx.messages.get(number)
    readable(tx, agent, message.contact)
    return message


def attached(content: bytes, name: str, media_type: str) -> web.Response:
    """A download, or a plain image; its type is only stated when it is harmless."""
    kind = media_type if media_type in _KNOWN else "application/octet-stream"
    headers = {"Content-Disposition": disposition(name, inline=kind in PICTURES),
               "Cache-Control": "private, max-age=3600"}
    charset: Any = "utf-8" if kind == "text/plain" else None
    return web.Response(body=content, content_type=kind, charset=charset, headers=headers)


def disposition(name: str, *, inline: bool) -> str:
    """Content-Disposition with any name: RFC 6266, the Unicode name encoded by RFC 5987."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_.") or "file"
    way = "inline" if inline else "attachment"
    return f"{way}; filename=\"{plain[-100:]}\"; filename*=UTF-8''{quote(name, safe='')}"
