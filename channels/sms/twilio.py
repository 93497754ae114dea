"""Twilio's messages, and whoever speaks its dialect: signed forms in, a form with basic auth out. Pure.

Sources: the provider's pages "Messages resource", "Validating signatures", "Error and warning dictionary".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlencode

from channels.sms import compose, parse
from channels.sms.parse import Arrival
from channels.sms.provider import Incoming, Request, same
from channels.sms.settings import Settings
from router.errors import InvalidMessage, Misconfigured, OptedOut, Refused, SendError, Throttled
from router.model import Address, DeliveryState, Item, Medium, Outbound, Part, Receipt, Sent, Signal, SignalKind
from router.rules.phone import canonical
from router.rules.text import clean

STATES = {
    "accepted": DeliveryState.SENT, "scheduled": DeliveryState.SENT, "queued": DeliveryState.SENT,
    "sending": DeliveryState.SENT, "sent": DeliveryState.SENT, "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ, "undelivered": DeliveryState.FAILED, "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}
STOPPED = 21610  #: the recipient wrote STOP to this sender
_FULL = frozenset({14107, 20429, 21611, 30001, 30022, 63018})  #: rate limits and full queues
_WRONG_SETTINGS = frozenset({10001, 20003, 20005, 20404, 21212, 21603, 21606, 21659, 21660, 21703, 21705, 30002, 30034})
_WRONG_MESSAGE = frozenset({21211, 21214, 21217, 21265, 21266, 21421, 21602, 21604, 21605, 21614, 21617, 21619, 21635})
_FIELDS = 200


class Twilio:
    """See `Provider`."""

    methods = ("POST",)
    needed = ("account", "password")
    answer_type = "text/xml"

    def refusal(self, incoming: Incoming, settings: Settings, channel: str) -> str:
        """X-Twilio-Signature: HMAC-SHA1 of the address and of every form field in the order of their names."""
        words = incoming.url + "".join(f"{name}{value}" for name, value in sorted(_form(incoming)))
        right = base64.b64encode(hmac.new(settings.password.encode(), words.encode("utf-8", "surrogateescape"),
                                          hashlib.sha1).digest()).decode()
        shown = incoming.headers.get("x-twilio-signature", "")
        return "" if same(shown, right) else "bad-signature"

    def inbound(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """One message. When the provider answered STOP or START itself it says so, and we do not answer again."""
        form = dict(_form(incoming))
        media = form.get("NumMedia", "")[:3]
        data = {"media": int(media)} if media.isascii() and media.isdigit() and int(media) else {}
        said = parse.said(
            arrival, sender=form.get("From", ""), to=form.get("To", ""), text=form.get("Body", ""), stated="",
            own_id=form.get("MessageSid", ""), data=data, raw=incoming.body,
            quarantine="" if "Body" in form and form.get("MessageSid") else "no-text")
        kind = {"STOP": SignalKind.OPT_OUT, "START": SignalKind.OPT_IN}.get(form.get("OptOutType", ""))
        if kind is None or said.quarantine:
            return [said]
        return [Signal(channel=arrival.channel, external_id=said.external_id, sender=said.sender, at=said.at, kind=kind,
                       value=said.text, language=said.language, raw=incoming.body)]

    def reports(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """A status callback; 21610 also says that the citizen wants no more."""
        form = dict(_form(incoming))
        sid, word = clean(form.get("MessageSid", ""), limit=100), form.get("MessageStatus", "")
        if word not in STATES or not (sid or arrival.delivery):
            return []
        code = form.get("ErrorCode", "")[:10]
        found: list[Item] = [Receipt(
            channel=arrival.channel, external_id=f"{sid}-{word}", part_id=sid, delivery=arrival.delivery,
            state=STATES[word], at=arrival.now, detail=clean(f"{word} {code}".strip()), raw=incoming.body)]
        to = canonical(form.get("To", ""), country=arrival.settings.country, national=arrival.settings.national_digits,
                       mobile=arrival.settings.mobile_prefix)
        if code == str(STOPPED) and to:
            found.append(Signal(channel=arrival.channel, external_id=f"{sid}-stop", at=arrival.now,
                                sender=Address(medium=Medium.SMS, value=to), kind=SignalKind.OPT_OUT,
                                raw=incoming.body))
        return found

    def request(self, out: Outbound, text: str, settings: Settings, base_url: str) -> Request:
        """The provider cuts long texts itself; `sender` may be a messaging service (MG...)."""
        sender = "MessagingServiceSid" if settings.sender.startswith("MG") else "From"
        callback = f"{base_url}/channels/{out.channel}/delivery?delivery={out.delivery}"
        form = [("To", out.to.value), (sender, settings.sender), ("Body", text), ("StatusCallback", callback)]
        return Request(url=f"{_account(settings)}/Messages.json", data=urlencode(form).encode(),
                       headers={"Content-Type": "application/x-www-form-urlencoded", **_login(settings)})

    def answer(self, status: int, body: bytes, retry_after: str, settings: Settings) -> Sent:
        """201 with the message's sid; otherwise a code of the dictionary decides."""
        found = parse.json_of(body)
        code = parse.at(found, "code")
        if 200 <= status < 300:
            sid = clean(parse.word(parse.at(found, "sid")), limit=100)
            if not sid:
                raise compose.doubtful(settings, "the answer had no message sid", str(status))
            return Sent(parts=(Part(index=0, external_id=sid),))
        raise error(status, code if isinstance(code, int) else 0, retry_after, settings)

    def probe(self, settings: Settings) -> Request | None:
        """The account itself."""
        return Request(url=f"{_account(settings)}.json", method="GET", headers=_login(settings))

    def probed(self, status: int, body: bytes, settings: Settings) -> None:
        """Whether it is ours."""
        if status != 200:
            code = parse.at(parse.json_of(body), "code")
            raise error(status, code if isinstance(code, int) else 0, "", settings)


def error(status: int, code: int, retry_after: str, settings: Settings) -> SendError:
    """What to do next, by the dictionary's code; without a known one by the HTTP status."""
    said, words = str(code or status), "the provider refused the message"
    if code == STOPPED:
        return OptedOut("the citizen wrote STOP to this number", provider_code=said)
    if status == 429 or code in _FULL:
        return Throttled("too many messages", retry_after=compose.wait(retry_after) or compose.WAIT, provider_code=said)
    if code in _WRONG_SETTINGS or status in (401, 403):
        return Misconfigured("the account, the login or the sender is wrong", provider_code=said)
    if code in _WRONG_MESSAGE:
        return InvalidMessage("the number or the text cannot be taken", provider_code=said)
    if 400 <= status < 500 and code:
        return Refused(words, provider_code=said)
    return compose.rest(status, words, compose.wait(retry_after), settings)


def _form(incoming: Incoming) -> list[tuple[str, str]]:
    text = incoming.body.decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS) if text.count("&") < _FIELDS else []


def _account(settings: Settings) -> str:
    return f"{settings.api_base or 'https://api.twilio.com'}/2010-04-01/Accounts/{quote(settings.account, safe='')}"


def _login(settings: Settings) -> dict[str, str]:
    pair = base64.b64encode(f"{settings.account}:{settings.password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
