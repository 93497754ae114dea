"""The manual channels: phone notes, faxes, letters and visits to the counter, recorded by agents. One adapter for all.

What comes in takes the same way as on every other channel; what goes out is carried by a person, who says so here.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.web_request import FileField

from channels.manual import parse, scans
from channels.manual.letters import Letter, render
from channels.manual.settings import Settings
from router.errors import BadRequest, InvalidMessage, NotFound, TooLarge
from router.model import ORDERS, Fate, Finding, Health, Limits, Medium, Outbound, OutKind, Sent, Upload
from router.ports import Accepted, Wire
from router.routes import Access, Route
from router.web import ACTOR, json_answer, json_body
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]

MEDIA = (Medium.PHONE, Medium.FAX, Medium.LETTER, Medium.COUNTER)
_TEXT = {"type": "string"}
_UPLOAD = {"type": "object", "required": ["content"], "additionalProperties": False,
           "properties": {"name": _TEXT, "media_type": _TEXT, "content": {"type": "string", "format": "byte"}}}
RECORD: Mapping[str, Any] = {
    "type": "object", "required": ["key"], "additionalProperties": False,
    "properties": {
        **{name: {"type": "string"} for name in parse.FIELDS},
        "direction": {"type": "string", "enum": list(parse.DIRECTIONS)},
        "uploads": {"type": "array", "items": _UPLOAD}}}
RECORDED: Mapping[str, Any] = {
    "type": "object", "required": ["fate", "contact", "reference", "message"],
    "properties": {"fate": _TEXT, "contact": {"type": ["integer", "null"]}, "reference": _TEXT,
                   "message": {"type": ["integer", "null"]}}}
DELIVERED: Mapping[str, Any] = {
    "type": "object", "required": ["delivery"], "additionalProperties": False,
    "properties": {"delivery": {"type": "integer"}, "state": {"type": "string", "enum": list(parse.STATES)},
                   "detail": _TEXT, "date": _TEXT}}


class Adapter:
    """One manual channel. Fulfils `router.ports.Channel`."""

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name, self.settings, self.wire = name, settings, wire
        self.medium = Medium(common.medium)
        self.limits = Limits(attachments=settings.scans, attachment_bytes=settings.scan_bytes,
                             register=settings.register)
        self._zone = ZoneInfo(settings.timezone)

    def routes(self) -> Sequence[Route]:
        """`record` takes a contact in; `delivered` confirms a reply that was carried by hand."""
        room = self.settings.total_bytes * 4 // 3 + 500_000  # base64 in JSON, and the words beside it
        return [
            Route(method="POST", path=f"/channels/{self.name}/record", handler=self._record, access=Access.AGENT,
                  summary="Record a contact by hand, with scans", body=RECORD, answer=RECORDED, max_bytes=room,
                  api=True, errors=(400, 413, 503)),
            Route(method="POST", path=f"/channels/{self.name}/delivered", handler=self._delivered, access=Access.AGENT,
                  summary="Say what became of a reply that goes by hand", body=DELIVERED, api=True,
                  answer={"type": "object", "properties": {"fate": _TEXT}}, errors=(400, 404, 503)),
            Route(method="GET", path=f"/channels/{self.name}/letter/{{delivery}}", handler=self._letter,
                  access=Access.AGENT, api=True, summary="A reply as a letter to print", errors=(404,))]

    async def _record(self, request: web.Request) -> web.Response:
        """Multipart (files in any field) or JSON ("uploads" with base64)."""
        if request.content_type == "multipart/form-data":
            fields, uploads = await self._multipart(request)
        else:
            fields, uploads = self._json(await json_body(request))
        if "key" not in fields and "Idempotency-Key" in request.headers:
            fields["key"] = request.headers["Idempotency-Key"]
        accepted = await self.record(fields, uploads, actor=request.get(ACTOR, ""))
        contact = accepted.line.contact if accepted.line else None
        return json_answer({"fate": accepted.fate.value, "contact": contact.id if contact else None,
                            "reference": contact.reference if contact else "", "message": accepted.message},
                           status=200 if accepted.fate is Fate.DUPLICATE else 201)

    async def record(self, fields: Mapping[str, object], uploads: Sequence[tuple[str, bytes]], *,
                     actor: str = "") -> Accepted:
        """Take a record in: fields of the form, files as (name, content). BadRequest and TooLarge say what is wrong;
        Unavailable means try again with the same key."""
        form = parse.form(fields)
        said = parse.said(form, self._scans(uploads), channel=self.name, medium=self.medium, settings=self.settings,
                          now=self.wire.clock(), actor=actor)
        return await self.wire.accept(said)

    async def _multipart(self, request: web.Request) -> tuple[dict[str, object], list[tuple[str, bytes]]]:
        fields: dict[str, object] = {}
        uploads: list[tuple[str, bytes]] = []
        try:
            posted = await request.post()
        except ValueError as error:
            raise BadRequest(f"the body is no multipart form: {error}") from None
        for name, value in posted.items():
            if isinstance(value, FileField):
                with value.file as file:
                    if content := await asyncio.to_thread(file.read):
                        uploads.append((value.filename, content))
            elif name in fields:
                raise BadRequest(f"the field {name!r} is there twice", field=name)
            elif name != "csrf":
                fields[name] = value
        return fields, uploads

    def _json(self, data: dict[str, Any]) -> tuple[dict[str, object], list[tuple[str, bytes]]]:
        given = data.pop("uploads", [])
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            raise BadRequest("the field 'uploads' must be a list of objects", field="uploads")
        if len(given) > self.settings.scans:
            raise BadRequest(f"at most {self.settings.scans} files go with one record", field="uploads")
        return data, [_decoded(number, each) for number, each in enumerate(given)]

    def _scans(self, given: Sequence[tuple[str, bytes]]) -> tuple[Upload, ...]:
        limits = self.settings
        if len(given) > limits.scans:
            raise BadRequest(f"at most {limits.scans} files go with one record", field="uploads")
        if sum(len(content) for _, content in given) > limits.total_bytes:
            raise TooLarge(f"the files of one record are at most {limits.total_bytes} bytes together", field="uploads")
        made = []
        for number, (name, content) in enumerate(given, 1):
            if len(content) > limits.scan_bytes:
                raise TooLarge(f"file {number} is larger than {limits.scan_bytes} bytes", field="uploads")
            kind = scans.kind(content)
            if kind not in limits.kinds:
                raise BadRequest(f"file {number} is not of a kind that is taken here ({', '.join(limits.kinds)})",
                                 field="uploads")
            made.append(Upload(name=scans.name(name, kind, number), media_type=scans.KINDS[kind][0], content=content))
        return tuple(made)

    async def _delivered(self, request: web.Request) -> web.Response:
        receipt = parse.handed_over(await json_body(request), channel=self.name, now=self.wire.clock(), zone=self._zone,
                                    actor=request.get(ACTOR, ""))
        accepted = await self.wire.accept(receipt)
        if accepted.fate is Fate.IGNORED:
            raise NotFound("this channel has no such delivery")
        return json_answer({"fate": accepted.fate.value})

    async def _letter(self, request: web.Request) -> web.Response:
        """The PDF that was made when the reply was given out; it never changes."""
        number = request.match_info["delivery"]
        digest = await self.wire.reads.mark(self.name, f"letter:{number}") if number.isdigit() else ""
        if not digest:
            raise NotFound("there is no such letter")
        return web.Response(body=await self.wire.blobs.read(digest), content_type="application/pdf", headers={
            "Content-Disposition": f'inline; filename="letter-{number}.pdf"', "X-Content-Type-Options": "nosniff"})

    async def run(self) -> None:
        """Nothing comes in by itself."""
        self.wire.report(Health(code="ok", en="Recorded and delivered by hand.", fa="ثبت و تحویل به‌دست کارشناس."))
        await asyncio.Event().wait()

    async def send(self, out: Outbound) -> Sent:
        """The reply waits for a person to carry it; `delivered` confirms it later."""
        if out.kind in ORDERS:
            raise InvalidMessage("there is no live call on a channel that is recorded by hand")
        if self.medium is Medium.LETTER and out.kind is OutKind.REPLY:
            page = await asyncio.to_thread(render, letter_of(out, self.wire.clock().astimezone(self._zone)),
                                           self.settings.letter)
            await self.wire.reads.set_mark(self.name, f"letter:{out.delivery}", await self.wire.blobs.put(page))
        return Sent(detail="by hand")

    async def check(self) -> Sequence[Finding]:
        """That the medium is one of those recorded by hand."""
        ok = self.medium in MEDIA
        return [Finding(check="manual-medium", ok=ok, en=f"Contacts by {self.medium.value} are recorded by hand.",
                        fa=f"تماس‌های رسانهٔ {self.medium.value} به‌دست کارشناس ثبت می‌شود.")]


def letter_of(out: Outbound, at: datetime) -> Letter:
    """What the letter says."""
    given = out.data.get("registered")
    number = f"{given['year']}/{given['number']}" if isinstance(given, Mapping) else ""
    return Letter(text=out.text, name=out.to.name, address=str(out.data.get("postal", "")), subject=out.subject,
                  number=number, reference=out.reference, agent=out.sender_name,
                  language="fa" if out.language == "fa" else "en", at=at)


def _decoded(number: int, upload: Mapping[str, Any]) -> tuple[str, bytes]:
    name, content = upload.get("name", ""), upload.get("content")
    if not isinstance(name, str) or not isinstance(content, str):
        raise BadRequest(f"file {number + 1} needs a 'name' and its 'content' in base64", field="uploads")
    try:
        return name, base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"the content of file {number + 1} is not valid base64", field="uploads") from None
