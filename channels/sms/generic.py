"""A provider that the settings describe: where its fields are, how it is asked, what its answers mean. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from channels.lenient import read_json
from channels.sms import compose, parse
from channels.sms.parse import Arrival
from channels.sms.provider import Incoming, Request, receipts, same
from channels.sms.settings import Settings
from router.model import Item, Outbound, Sent


class Generic:
    """See `Provider`."""

    methods = ("GET", "POST")
    needed = ("send_url",)
    answer_type = "text/plain"

    def refusal(self, incoming: Incoming, settings: Settings, channel: str) -> str:
        """The secret in the query or a header, or an HMAC of the body; for a report the seal of its own delivery."""
        query = parse.fields(incoming.query)
        shown, number = query.get(settings.secret_field, b""), parse.number_of(query)
        if incoming.report and number is not None and same(shown, compose.seal(settings, channel, number)):
            return ""
        if settings.check == "query":
            return "" if same(shown, settings.webhook_secret) else "bad-secret"
        header = incoming.headers.get(settings.secret_header.lower(), "")
        if settings.check == "header":
            return "" if same(header, settings.webhook_secret) else "bad-secret"
        signed = incoming.body if incoming.method == "POST" else incoming.query.encode()
        right = hmac.new(settings.webhook_secret.encode(), signed, hashlib.sha256).hexdigest()
        return "" if same(header.lower().removeprefix("sha256="), right) else "bad-signature"

    def inbound(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """Every message in the request."""
        return [parse.generic_said(record, _kept(record, incoming.body), arrival)
                for record in _records(incoming, arrival.settings)]

    def reports(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """Every report in the request."""
        return receipts([parse.generic_receipt(record, _kept(record, incoming.body), arrival)
                         for record in _records(incoming, arrival.settings)])

    def request(self, out: Outbound, text: str, settings: Settings, base_url: str) -> Request:
        """JSON, form or query, as the settings say."""
        body = compose.generic_body(out, text, settings, base_url)
        headers = dict(compose.headers(out, settings))
        if settings.request == "json":
            return Request(url=settings.send_url, method=settings.method, data=orjson.dumps(body),
                           headers={"Content-Type": "application/json", **headers})
        plain = [(name, word) for name, word in body.items() if isinstance(word, str)]
        if settings.request == "query":
            return Request(url=settings.send_url, method=settings.method, params=plain, headers=headers)
        return Request(url=settings.send_url, method=settings.method, data=urlencode(plain).encode(),
                       headers={"Content-Type": "application/x-www-form-urlencoded", **headers})

    def answer(self, status: int, body: bytes, retry_after: str, settings: Settings) -> Sent:
        """See `compose.generic_answer`."""
        return compose.generic_answer(status, parse.json_of(body), retry_after, settings)

    def probe(self, settings: Settings) -> Request | None:
        """Nobody knows one."""
        return None

    def probed(self, status: int, body: bytes, settings: Settings) -> None:
        """Never asked."""


def _records(incoming: Incoming, settings: Settings) -> list[Mapping[str, Any]]:
    if incoming.method == "GET" or incoming.media_type == "application/x-www-form-urlencoded":
        text = incoming.query if incoming.method == "GET" else incoming.body.decode("utf-8", "replace")
        pairs = {name: value.decode("utf-8", "replace") for name, value in parse.fields(text).items()}
        pairs.pop(settings.secret_field, None)
        return [pairs]
    return parse.records(read_json(incoming.body), settings.items)


def _kept(record: Mapping[str, Any], body: bytes) -> bytes:
    """The record as it may be stored; the whole body when it cannot be written as JSON again (depth, surrogates)."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        return body
