"""Kavenegar's REST dialect: the key in the path, a form out, forms with a secret in the address in. Pure.

Source: the provider's page "REST API" (methods sms/send and account/info, return codes, message states).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from channels.sms import compose, parse
from channels.sms.parse import Arrival
from channels.sms.provider import Incoming, Request, same
from channels.sms.settings import Settings
from router.errors import InvalidMessage, Misconfigured, OptedOut, Refused, SendError, Throttled, Unreachable
from router.model import DeliveryState, Item, Outbound, Part, Receipt, Sent
from router.rules.text import clean

#: States of a message. 14: the recipient has blocked this kind of sender at the operator.
STATES = {
    "1": DeliveryState.SENT, "2": DeliveryState.SENT, "4": DeliveryState.SENT, "5": DeliveryState.SENT,
    "6": DeliveryState.FAILED, "10": DeliveryState.DELIVERED, "11": DeliveryState.FAILED, "13": DeliveryState.FAILED,
    "14": DeliveryState.FAILED, "100": DeliveryState.FAILED,
}
BLOCKED = 14
_WRONG_SETTINGS = frozenset({401, 403, 404, 405, 407, 412, 416, 418, 426, 427, 428, 501})
_WRONG_MESSAGE = frozenset({400, 406, 411, 413, 414, 417, 419, 422})
_LIMITED = frozenset({429, 451})


class Kavenegar:
    """See `Provider`."""

    methods = ("GET", "POST")
    needed = ("password",)
    answer_type = "text/plain"

    def refusal(self, incoming: Incoming, settings: Settings, channel: str) -> str:
        """The secret in the address that is entered at the provider; it signs nothing."""
        shown = parse.fields(incoming.query).get(settings.secret_field, b"")
        return "" if same(shown, settings.webhook_secret) else "bad-secret"

    def inbound(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """messageid, from, to, message."""
        form = _form(incoming)
        return [parse.said(arrival, sender=form.get("from", ""), to=form.get("to", ""), text=form.get("message", ""),
                           stated=form.get("date", ""), own_id=form.get("messageid", ""), data={}, raw=_raw(form),
                           quarantine="" if "message" in form else "no-text")]

    def reports(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """messageid and status."""
        form = _form(incoming)
        number, status = clean(form.get("messageid", ""), limit=40), form.get("status", "")
        if status not in STATES or not number:
            return []
        return [Receipt(channel=arrival.channel, external_id=f"{number}-{status}", part_id=number,
                        state=STATES[status], at=arrival.now, detail=status, raw=_raw(form))]

    def request(self, out: Outbound, text: str, settings: Settings, base_url: str) -> Request:
        """`localid` is our own number of the message, by which it can be found again."""
        form = [("receptor", national(out.to.value, settings)), ("message", text), ("localid", str(out.delivery))]
        if settings.sender:
            form.append(("sender", settings.sender))
        return Request(url=_method(settings, "sms/send"), data=urlencode(form).encode(),
                       headers={"Content-Type": "application/x-www-form-urlencoded"})

    def answer(self, status: int, body: bytes, retry_after: str, settings: Settings) -> Sent:
        """`return.status` decides, and 200 has one entry with the message's id and state."""
        found = parse.json_of(body)
        code = parse.at(found, "return.status")
        if not isinstance(code, int) or isinstance(code, bool):
            if 200 <= status < 300:
                raise compose.doubtful(settings, "the answer was not understood", str(status))
            raise error(status, retry_after, settings)
        if code != 200:
            raise error(code, retry_after, settings)
        number = clean(parse.word(parse.at(found, "entries.0.messageid")), limit=40)
        if parse.at(found, "entries.0.status") == BLOCKED:
            raise OptedOut("the citizen blocked such messages at the operator", provider_code=str(BLOCKED))
        if not number:
            raise compose.doubtful(settings, "the answer had no message id", str(code))
        return Sent(parts=(Part(index=0, external_id=number),))

    def probe(self, settings: Settings) -> Request | None:
        """The account."""
        return Request(url=_method(settings, "account/info"), method="GET")

    def probed(self, status: int, body: bytes, settings: Settings) -> None:
        """Whether the key is taken."""
        code = parse.at(parse.json_of(body), "return.status")
        if code != 200:
            raise error(code if isinstance(code, int) else status, "", settings)


def error(code: int, retry_after: str, settings: Settings) -> SendError:
    """What to do next."""
    said = str(code)
    if code in _LIMITED:
        return Throttled("our address is limited for now", retry_after=compose.wait(retry_after) or compose.WAIT,
                         provider_code=said)
    if code == 409:
        return Unreachable("the provider cannot serve now", provider_code=said)
    if code in _WRONG_SETTINGS:
        return Misconfigured("the key, the sender, the address or the credit", provider_code=said)
    if code in _WRONG_MESSAGE:
        return InvalidMessage("the receiver or the text cannot be taken", provider_code=said)
    if 400 <= code < 500 or code >= 600:
        return Refused("the provider refused the message", provider_code=said)
    return compose.rest(code, "", compose.wait(retry_after), settings)


def national(number: str, settings: Settings) -> str:
    """As the provider writes numbers: 09121234567 at home, 00 and the country's code abroad."""
    own = f"+{settings.country}"
    return f"0{number.removeprefix(own)}" if number.startswith(own) else f"00{number.removeprefix('+')}"


def _form(incoming: Incoming) -> dict[str, str]:
    text = incoming.query if incoming.method == "GET" else incoming.body.decode("utf-8", "replace")
    return {name: value.decode("utf-8", "replace") for name, value in parse.fields(text).items()}


def _raw(form: dict[str, str]) -> bytes:
    known = ("messageid", "from", "to", "message", "status", "date")
    return urlencode([(name, form[name]) for name in known if name in form]).encode()


def _method(settings: Settings, method: str) -> str:
    base = settings.api_base or "https://api.kavenegar.com"
    return f"{base}/v1/{quote(settings.password, safe='')}/{method}.json"
