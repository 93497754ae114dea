"""Kannel as a provider: GET with everything in the query, a secret in the address, a sealed address for reports. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels.sms import compose, parse
from channels.sms.parse import Arrival
from channels.sms.provider import Incoming, Request, receipts, same
from channels.sms.settings import Settings
from router.errors import InvalidMessage
from router.model import Item, Outbound, Sent


class Kannel:
    """See `Provider`."""

    methods = ("GET",)
    needed = ("send_url",)
    #: Kannel would send a body back to the citizen as a message: it stays empty.
    answer_type = "text/plain"

    def refusal(self, incoming: Incoming, settings: Settings, channel: str) -> str:
        """The secret, or for a report the seal of its own delivery."""
        query = parse.fields(incoming.query)
        shown, number = query.get(settings.secret_field, b""), parse.number_of(query)
        if incoming.report and number is not None and same(shown, compose.seal(settings, channel, number)):
            return ""
        return "" if same(shown, settings.webhook_secret) else "bad-secret"

    def inbound(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """One message a request."""
        return [parse.kannel_said(incoming.query, arrival)]

    def reports(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """One report a request."""
        return receipts([parse.kannel_receipt(incoming.query, arrival)])

    def request(self, out: Outbound, text: str, settings: Settings, base_url: str) -> Request:
        """GET: smsbox refuses a form POST ("Invalid content-type")."""
        return Request(url=settings.send_url, method="GET", params=compose.kannel_query(out, text, settings, base_url))

    def answer(self, status: int, body: bytes, retry_after: str, settings: Settings) -> Sent:
        """See `compose.kannel_answer`."""
        return compose.kannel_answer(status, body.decode("utf-8", "replace"))

    def probe(self, settings: Settings) -> Request | None:
        """A message without a receiver: refused for that when the login is right."""
        login = [("username", settings.username), ("password", str(settings.password)), ("text", "")]
        return Request(url=settings.send_url, method="GET", params=login)

    def probed(self, status: int, body: bytes, settings: Settings) -> None:
        """It misses the receiver, and nothing else."""
        try:
            self.answer(status, body, "", settings)
        except InvalidMessage:
            return
