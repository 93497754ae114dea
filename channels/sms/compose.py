"""An outgoing text message as the gateway wants it, and what the gateway's answer means. Pure: sends nothing itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels.sms import gsm
from channels.sms.parse import at, word
from channels.sms.settings import Settings
from router.errors import Doubtful, InvalidMessage, Misconfigured, OptedOut, Refused, SendError, Throttled, Unreachable
from router.model import ORDERS, DeliveryId, Outbound, Part, Sent
from router.rules.text import clean, digits_fa

#: All five kinds of report: delivered 1, failed 2, buffered 4, taken 8, rejected 16.
DLR_MASK = "31"
WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)


def text_of(out: Outbound, settings: Settings) -> str:
    """The words to send; choices become numbered lines. InvalidMessage when it can never go as a text message."""
    if out.kind in ORDERS:
        raise InvalidMessage("a text message cannot connect or end a call", provider_code="kind")
    if out.attachments:
        raise InvalidMessage("a text message carries no files", provider_code="attachments")
    text = words_of(out)
    if not text:
        raise InvalidMessage("the message is empty", provider_code="empty")
    parts = parts_of(text, settings)
    if parts > settings.max_parts:
        raise InvalidMessage(f"the text needs {parts} parts; at most {settings.max_parts} go", provider_code="length")
    return text


def words_of(out: Outbound) -> str:
    """The words alone, with choices as numbered lines."""
    lines = [clean(out.text).strip()]
    for number, button in enumerate(out.buttons, 1):
        shown = digits_fa(str(number)) if out.language == "fa" else str(number)
        lines.append(f"{shown}) {clean(button.label, limit=200)}")
    return "\n".join(line for line in lines if line)


def parts_of(text: str, settings: Settings) -> int:
    """How many parts the network will make of it with this channel's coding."""
    return len(gsm.split(text, gsm.UCS2 if settings.coding == "ucs2" else None))


def seal(settings: Settings, channel: str, delivery: DeliveryId) -> str:
    """What a report on this delivery must show. Made from the secret, so that the secret itself is not handed out,
    and of hex digits only: Kannel reads %-escapes in a dlr-url as its own codes."""
    words = f"{channel}:{delivery}".encode()
    return hmac.new(settings.webhook_secret.encode(), words, hashlib.sha256).hexdigest()[:40]


def report_url(settings: Settings, base_url: str, channel: str, delivery: DeliveryId) -> str:
    """Where the provider reports what became of a delivery; "" without a secret, as nobody would be believed there."""
    if not settings.webhook_secret:
        return ""
    return (f"{base_url}/channels/{channel}/delivery?delivery={delivery}"
            f"&{settings.secret_field}={seal(settings, channel, delivery)}")


def kannel_query(out: Outbound, text: str, settings: Settings, base_url: str) -> list[tuple[str, str]]:
    """Parameters of Kannel's sendsms. Kannel itself cuts a long text into parts and reports once for all."""
    ucs2 = settings.coding == "ucs2" or gsm.alphabet(text) is gsm.UCS2
    query = [("username", settings.username), ("password", str(settings.password)), ("to", out.to.value),
             ("text", text), ("charset", "UTF-8"), ("coding", "2" if ucs2 else "0")]
    if settings.sender:
        query.insert(2, ("from", settings.sender))
    url = report_url(settings, base_url, out.channel, out.delivery)
    if url:
        query += [("dlr-mask", DLR_MASK), ("dlr-url", f"{url}&status=%d&ts=%t")]
    return query


def kannel_answer(status: int, body: str) -> Sent:
    """Sent, or the SendError for Kannel's answer (user guide, "SMS push reply")."""
    words = " ".join(body.split())[:80]
    if 200 <= status < 300:
        if words.startswith(("0:", "Sent")):
            return Sent(detail="accepted")
        if words.startswith("3:"):
            return Sent(detail="queued at the gateway; no network connection now")
        raise Doubtful("the gateway's answer was not understood", provider_code=str(status))
    if status == 400:
        raise InvalidMessage(words, provider_code="400")
    raise rest(status, words, None)


def generic_body(out: Outbound, text: str, settings: Settings, base_url: str) -> dict[str, Any]:
    """The JSON object for a provider whose field names the settings map."""
    values = {"to": out.to.value, "from": settings.sender, "text": text, "key": out.key,
              "report_url": report_url(settings, base_url, out.channel, out.delivery)}
    body: dict[str, Any] = {}
    for ours, theirs in settings.send.items():
        if theirs and values[ours]:
            _put(body, theirs, values[ours])
    if settings.login == "fields":
        body |= {"username": settings.username, "password": str(settings.password)}
    for theirs, word_ in settings.send_extra.items():
        _put(body, theirs, word_)
    return body


def _put(body: dict[str, Any], path: str, value: str) -> None:
    """Set a field at a dotted path; a number in the path makes a list of one ("messages.0.to"). A form or query has no
    depth: there the whole path is the field's name only when it has no dot."""
    steps = path.split(".")
    place: Any = body
    for step, following in zip(steps, [*steps[1:], ""], strict=True):
        made: Any = value if not following else [] if following.isdigit() else {}
        if isinstance(place, list):
            if not place:
                place.append(made)
            place = place[0]
        else:
            place = place.setdefault(step, made)


def generic_answer(status: int, answer: Any, retry_after: str, settings: Settings) -> Sent:
    """Sent with the provider's own id, or the SendError for its answer. `answer` is None when it was no JSON."""
    stated = clean(word(at(answer, settings.answer_code)), limit=40) if settings.answer_code else ""
    code = stated or str(status)
    if stated and stated in settings.answer_errors:
        raise named(settings.answer_errors[stated], code, wait(retry_after))
    if 200 <= status < 300 and settings.answer_ok and stated not in settings.answer_ok:
        raise Refused("the provider answered with a code that is not among its good ones", provider_code=code)
    if 200 <= status < 300:
        found = clean(word(at(answer, settings.answer_id)), limit=200) if settings.answer_id else ""
        if settings.answer_id and not found:
            raise doubtful(settings, "the provider's answer had no message id", code)
        return Sent(parts=(Part(index=0, external_id=found),) if found else ())
    if status in (400, 413, 422):
        raise InvalidMessage("the provider finds the message invalid", provider_code=code)
    if status in (406, 410, 451):
        raise Refused("the provider will not take this message", provider_code=code)
    raise rest(status, "", wait(retry_after), settings)


def named(kind: str, code: str, after: timedelta | None) -> SendError:
    """The error that the settings' `answer_errors` names."""
    if kind == Throttled.code:
        return Throttled(retry_after=after or WAIT, provider_code=code)
    kinds = (Unreachable, Refused, OptedOut, Misconfigured, InvalidMessage, Doubtful)
    return next(each for each in kinds if each.code == kind)(provider_code=code)


def rest(status: int, words: str, after: timedelta | None, settings: Settings | None = None) -> SendError:
    """The answers that mean the same in every dialect."""
    code = str(status)
    if status == 429 or (status == 503 and after is not None):
        return Throttled(words or "too many messages", retry_after=after or WAIT, provider_code=code)
    if status == 503:
        return Unreachable(words or "the gateway takes nothing now", provider_code=code)
    if status >= 500 or status == 408:
        return doubtful(settings, f"the gateway answered {status}", code)
    # 401, 402, 403, 404, 405, 3xx: login, credit or address. No later message would fare better.
    return Misconfigured(words or f"the gateway answered {status}", provider_code=code)


def doubtful(settings: Settings | None, detail: str, code: str = "") -> Doubtful | Unreachable:
    """The error for "it may have gone": with a provider that honours Idempotency-Key it may simply be sent again."""
    if settings is not None and settings.idempotent and settings.dialect != "kannel":
        return Unreachable(detail, provider_code=code)
    return Doubtful(detail, provider_code=code)


def wait(retry_after: str) -> timedelta | None:
    """Retry-After in seconds, at most an hour; None when absent or a date (then our own schedule is as good)."""
    plain = retry_after.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 9):
        return None
    return min(timedelta(seconds=int(plain)), LONGEST_WAIT)


def headers(out: Outbound, settings: Settings) -> Mapping[str, str]:
    """Headers of a generic request: our stable key, and the login where it goes in a header."""
    found = {"Idempotency-Key": out.key}
    if settings.login == "bearer" and settings.password:
        found["Authorization"] = f"Bearer {settings.password}"
    elif settings.login == "basic":
        pair = f"{settings.username}:{settings.password}".encode()
        found["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return found
