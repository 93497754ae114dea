"""The same call in JSON, for one's own telephone system: an Asterisk or FreeSWITCH dialplan posts what happened and
gets the next verbs. Steps, words and rules are those of the carrier's documents; only the spelling differs."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import orjson
from aiohttp import web

from channels.voice import flow, parse
from channels.voice.flow import Script
from channels.voice.parse import Hook, Place
from channels.voice.settings import Settings
from channels.voice.steps import Steps
from channels.voice.talks import Report, Step
from channels.voice.twiml import Verb
from channels.voice.voicing import Voicing
from router.errors import BadRequest, Forged, Unavailable
from router.ports import Wire
from router.routes import Access, Route
from router.web import json_answer

log = logging.getLogger("pishkhan.voice")

HEADER = "X-Pishkhan-Signature"
MAX_BYTES = 16 * 1024
#: Our fields -> those of the form that the carrier's dialect posts; one reader serves both.
_FIELDS: Mapping[str, str] = {
    "call": "CallSid", "from": "From", "to": "To", "parent": "ParentCallSid", "keys": "Digits", "status": "CallStatus",
    "dialled": "DialCallStatus", "speech": "SpeechResult"}
_RECORDING: Mapping[str, str] = {"url": "RecordingUrl", "id": "RecordingSid", "seconds": "RecordingDuration"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def signature(secret: str, url: str, body: bytes) -> str:
    """What stands in the header: HMAC-SHA256 over the address as it was given, a line feed and the body, in hex."""
    return hmac.new(secret.encode(), url.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def read(body: bytes) -> list[tuple[str, str]]:
    """A JSON event as the pairs of a form. BadRequest when it is none.

        {"call": "1763752840.17", "from": "+989121234567", "to": "100", "keys": "1",
         "recording": {"url": "https://pbx.example/rec/17.wav", "id": "17", "seconds": 12}}
    """
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("the body is not valid JSON") from None
    if not isinstance(data, dict):
        raise BadRequest("an event is a JSON object")
    nested = data.get("recording")
    recording = nested if isinstance(nested, dict) else {}
    pairs = [(name, data.get(ours)) for ours, name in _FIELDS.items()]
    pairs += [(name, recording.get(ours)) for ours, name in _RECORDING.items()]
    return [(name, str(value)) for name, value in pairs if isinstance(value, str | int) and value != ""]


def verbs(document: Sequence[Verb]) -> list[dict[str, Any]]:
    """The document as JSON: each verb by its name in lower case; what is empty is left out."""
    return [_plain(verb) for verb in document]


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"verb": type(value).__name__.lower()}
    for field in fields(value):
        each = getattr(value, field.name)
        if isinstance(each, tuple):
            each = [_plain(inner) for inner in each]
        elif is_dataclass(each):
            each = _plain(each)
        if each not in ("", 0, []):
            found[field.name] = each
    return found


class Dialplan:
    """The JSON routes of one channel, under `json/`."""

    def __init__(self, name: str, settings: Settings, script: Script, steps: Callable[[Script], Steps],
                 voicing: Voicing, wire: Wire, language: str) -> None:
        self._name, self._settings, self._wire, self._language = name, settings, wire, language
        self._script = replace(script, base=f"{script.base}/json")
        self._steps, self._voicing = steps(self._script), voicing

    def routes(self) -> list[Route]:
        """None where no secret is set: a dialplan that nobody may use is not there."""
        if not self._settings.dialplan_secret:
            return []
        return [*(self._route(step, self._answering(step, act), says)
                  for step, (act, says) in self._steps.documents().items()),
                *(self._route(step, self._noting(act), says) for step, (act, says) in self._steps.reports().items())]

    def _route(self, step: str, handler: Handler, says: str) -> Route:
        return Route(method="POST", path=f"/channels/{self._name}/json/{step}", handler=handler, access=Access.SIGNED,
                     summary=f"Dialplan: {says}", max_bytes=MAX_BYTES, errors=(400, 403, 413))

    def _answering(self, step: str, act: Step) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            hook, place = await self._checked(request)
            try:
                document: Sequence[Verb] = await act(hook, place)
            except Unavailable:
                log.warning("voice channel=%s call=%s step=%s held: cannot commit now", self._name, hook.sid, step)
                document = flow.trouble(self._script, step, replace(place, keys=hook.keys or place.keys))
            return json_answer({"verbs": verbs(await self._voicing.spoken(*document))})
        return answer

    def _noting(self, act: Report) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            await act(*await self._checked(request))
            return web.Response(status=204)
        return answer

    async def _checked(self, request: web.Request) -> tuple[Hook, Place]:
        raw = await request.read()
        ours = signature(self._settings.dialplan_secret, f"{self._wire.base_url}{request.raw_path}", raw)
        shown = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(ours.encode(), shown):
            await self._wire.refused("bad-signature")
            raise Forged("the signature does not match")
        return (parse.hook(read(raw), raw, self._settings.country, self._settings.national_digits),
                parse.place(request.query, self._language))
