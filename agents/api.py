"""What programs and the console read over HTTP, and uploads. Each answer stays within what its reader may see."""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from agents import reading
from agents.asks import number_of, query_number
from agents.given import Given
from agents.guard import who
from agents.holding import readable
from agents.schemas import MAYBE_TEXT, NUMBER, TEXT, many, obj, one_of, ref
from router.errors import BadRequest
from router.model import Attachment, ContactId, CustomerId
from router.records import Contact, ContactState
from router.routes import Access, Route
from router.rules import text as words_of
from router.web import json_answer

LARGEST_UPLOAD = 25_000_000  #: bytes; each channel's own limit is looked at when the file is sent
MOST_LISTED = 200
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_STATES = [state.value for state in ContactState]


class Api:
    """One method a read."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        get = partial(Route, method="GET", access=Access.AGENT, api=True)
        one = partial(get, errors=(404,))
        listing = {"state": many(one_of(ContactState)) | {"description": "one or more, separated by commas"},
                   "queue": NUMBER, "agent": NUMBER, "customer": NUMBER, "before": TEXT,
                   "limit": {"type": "integer", "minimum": 1, "maximum": MOST_LISTED}}
        return [
            get(path="/api/me", handler=self.me, summary="Who is signed in", answer=obj(me=ref("Me"))),
            get(path="/api/contacts", handler=self.contacts, summary="Contacts, newest first", query=listing,
                answer=obj(contacts=many(ref("Contact")), next=MAYBE_TEXT)),
            one(path="/api/contacts/{id}", handler=self.contact, summary="One contact",
                answer=obj(contact=ref("Contact"))),
            one(path="/api/contacts/{id}/messages", handler=self.messages, summary="A contact's messages, oldest first",
                answer=obj(messages=many(ref("Message")))),
            one(path="/api/contacts/{id}/why", handler=self.why, summary="Why a contact went where it is",
                answer=obj(contact=NUMBER, decisions=many(ref("Decision")))),
            one(path="/api/contacts/{id}/journal", handler=self.journal, summary="A contact's story, oldest first",
                answer=obj(entries=many(ref("Entry")))),
            one(path="/api/customers/{id}", handler=self.customer, summary="A customer file and the newest contacts",
                answer=obj(customer=ref("Customer"), contacts=many(ref("Contact")))),
            Route(method="POST", path="/api/uploads", handler=self.upload, access=Access.AGENT, api=True,
                  summary="Keep a file (the raw body) until a reply takes it", answer=ref("Upload"),
                  max_bytes=LARGEST_UPLOAD),
        ]

    async def me(self, request: web.Request) -> web.Response:
        """The signed-in agent."""
        agent = who(request)
        view = await self._given.store.snapshot(lambda tx: reading.me_view(tx, agent.id))
        return json_answer({"me": view | {"role": agent.role.value}})

    async def contacts(self, request: web.Request) -> web.Response:
        """A page of contacts."""
        agent = who(request)
        states = [each for given in request.query.getall("state", []) for each in given.split(",") if each]
        unknown = [each for each in states if each not in _STATES]
        if unknown:
            raise BadRequest(f"state must be one of {', '.join(_STATES)}", field="state")
        wanted: dict[str, Any] = {name: query_number(request, name) for name in ("queue", "agent", "customer")}
        before, limit = query_number(request, "before"), query_number(request, "limit", most=MOST_LISTED) or 50
        return json_answer(await self._given.store.snapshot(
            lambda tx: reading.listed(tx, agent, self._given.routing.plan, before=before, limit=limit, state=states,
                                      **wanted)))

    async def contact(self, request: web.Request) -> web.Response:
        """One contact."""
        agent, number = who(request), ContactId(number_of(request))

        def read(tx: Any) -> dict[str, Any]:
            found: Contact = readable(tx, agent, number)
            return {"contact": reading.contact_views(tx, [found], self._given.routing.plan)[0]}
        return json_answer(await self._given.store.snapshot(read))

    async def messages(self, request: web.Request) -> web.Response:
        """What was said."""
        agent, number = who(request), ContactId(number_of(request))
        return json_answer(await self._given.store.snapshot(lambda tx: reading.messages(tx, agent, number)))

    async def why(self, request: web.Request) -> web.Response:
        """Which decisions were made, and by what."""
        agent, number = who(request), ContactId(number_of(request))
        waiting = self._given.explain(number)
        return json_answer(await self._given.store.snapshot(lambda tx: reading.why(tx, agent, number, waiting)))

    async def journal(self, request: web.Request) -> web.Response:
        """What happened."""
        agent, number = who(request), ContactId(number_of(request))
        return json_answer(await self._given.store.snapshot(lambda tx: reading.journal(tx, agent, number)))

    async def customer(self, request: web.Request) -> web.Response:
        """A customer file."""
        agent, number = who(request), CustomerId(number_of(request))
        plan = self._given.routing.plan
        return json_answer(await self._given.store.snapshot(lambda tx: reading.customer(tx, agent, number, plan)))

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes are durable before their id is told."""
        agent, content = who(request), await request.read()
        if not content:
            raise BadRequest("the file is empty")
        file = Attachment(name=file_name(unquote(request.headers.get("X-File-Name", "")[:2000])),
                          media_type=media_type(request.headers.get("Content-Type", "")), size=len(content),
                          digest=await self._given.store.blobs.put(content))
        number = await self._given.store.run(lambda tx: tx.messages.upload(agent.id, file))
        return json_answer({"id": number, "name": file.name, "media_type": file.media_type, "size": file.size})


def file_name(text: str) -> str:
    """A name without folders and invisible characters; "file" when nothing is left."""
    name = re.split(r"[/\\]", words_of.clean(text))[-1]
    name = "".join(c for c in name if c.isprintable() or c == words_of.HALF_SPACE).strip(" .")
    if len(name) > 150:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:130]}.{ending[:15]}" if dot and stem else name[:150]
    return name or "file"


def media_type(text: str) -> str:
    """A media type in its short spelling; bytes when it is none."""
    found = text.split(";")[0].strip().lower()
    return found if _TYPE.fullmatch(found) else "application/octet-stream"
