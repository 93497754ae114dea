"""The settings of an SMS channel. Says what is allowed; reads no file and no environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from settings import Secret

DIALECTS = ("kannel", "generic", "twilio", "kavenegar", "smpp")
CODINGS = ("auto", "ucs2")
CHECKS = ("query", "header", "hmac")
LOGINS = ("bearer", "basic", "fields")
REQUESTS = ("json", "form", "query")
METHODS = ("POST", "GET", "PUT")
ERRORS = ("unreachable", "throttled", "refused", "opted_out", "misconfigured", "invalid_message", "doubtful")
#: Whole messages, folded, that stop or start what we send. Operators answer some of them as well.
#: Words that answer a question as well ("end", "yes", "قطع") are not among them; a desk may add them.
STOP = ("stop", "stopall", "unsubscribe", "لغو", "لغو عضویت", "لغو اشتراک", "توقف")
START = ("start", "unstop", "subscribe", "شروع", "عضویت")

#: Our name of a field -> the provider's, dots for nesting ("data.from").
INBOUND = {"from": "from", "to": "to", "text": "text", "id": "id", "ts": "ts"}
REPORT = {"id": "id", "status": "status", "ts": "ts"}
SEND = {"to": "to", "from": "from", "text": "text"}
#: The provider's word (lower case) -> ours.
STATES = {
    "accepted": "sent", "queued": "sent", "buffered": "sent", "sent": "sent", "delivered": "delivered", "read": "read",
    "failed": "failed", "undelivered": "failed", "rejected": "failed", "expired": "failed",
}


_NONE = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One SMS channel. The field comments are the reference; `docs/channels/sms.md` says how to set it up."""

    dialect: str = "kannel"  #: "kannel", "twilio", "kavenegar", "smpp", or "generic": fields mapped below
    send_url: str = ""  #: where messages are handed over, e.g. "http://127.0.0.1:13013/cgi-bin/sendsms"
    username: str = ""
    password: Secret = _NONE  #: the gateway's password or API key
    webhook_secret: Secret = _NONE  #: what the gateway must show us; none = everything is refused
    account: str = ""  #: twilio: the account's sid (AC...)
    api_base: str = ""  #: twilio, kavenegar: another address than the provider's own
    sender: str = ""  #: our own number or short code; "" = the gateway's
    coding: str = "auto"  #: "auto": GSM-7 where the text allows it; "ucs2": always UCS-2
    max_parts: int = 8  #: a text that needs more is refused, never cut
    country: str = "98"  #: country code of numbers written the national way
    national_digits: int = 10  #: digits of a national number after the leading 0
    mobile_prefix: str = "9"  #: how a mobile number written without the 0 begins; "" = any
    zone: str = "UTC"  #: zone of provider timestamps that state none; Kannel's are UTC
    connect_seconds: float = 5.0
    answer_seconds: float = 15.0
    probe_seconds: float = 60.0  #: how often Kannel is asked whether it would take a message; 0 = never

    stop_words: tuple[str, ...] = STOP  #: a message that is one of these: we send no more to this number
    start_words: tuple[str, ...] = START  #: ... and these: we do again
    confirm_stop: bool = True  #: answer a stop or start word once
    keywords: Mapping[str, str] = field(default_factory=dict)  #: first word, or "3000:" for our number -> queue
    join_seconds: int = 600  #: parts of a longer message wait so long for the others
    part_cost: float = 0.0  #: what one part costs, in `currency`; shown to whoever writes
    currency: str = ""
    budget_day: float = 0.0  #: so much money a day; then nothing goes until the next. 0 = no stop
    cap_day: int = 0  #: parts a day; 0 = no cap, here and below
    cap_address_day: int = 0  #: parts a day to one number
    cap_prefix_day: Mapping[str, int] = field(default_factory=dict)  #: parts a day to numbers that begin so: "+98912"

    host: str = ""  #: smpp: the message centre
    port: int = 2775
    system_type: str = ""
    tls: bool = False  #: smpp: encrypt the session; the centre's certificate is checked
    ca_file: str = ""  #: smpp: certificates to trust instead of the system's

    check: str = "query"  #: generic: where the secret comes, "query", "header" or "hmac" (HMAC-SHA256 of the body, hex)
    secret_field: str = "secret"  #: name of the query parameter; always used by Kannel
    secret_header: str = "X-Webhook-Secret"  #: name of the header with the secret or the signature
    items: str = ""  #: generic: where in the JSON the list of messages is; "" = the body itself
    inbound: Mapping[str, str] = field(default_factory=lambda: dict(INBOUND))
    report: Mapping[str, str] = field(default_factory=lambda: dict(REPORT))
    states: Mapping[str, str] = field(default_factory=lambda: dict(STATES))
    method: str = "POST"  #: generic: how messages are handed over
    request: str = "json"  #: generic: "json", "form" or "query"
    send: Mapping[str, str] = field(default_factory=lambda: dict(SEND))  #: also: "key", "report_url"; dots for nesting
    send_extra: Mapping[str, str] = field(default_factory=dict)  #: fields sent as they stand
    login: str = "bearer"  #: "bearer": password as token; "basic"; "fields": `username` and `password` in the body
    answer_id: str = "id"  #: where in the answer the provider's id is; "" = it gives none
    answer_code: str = ""  #: generic: where in the answer the provider's own code is
    answer_ok: tuple[str, ...] = ()  #: generic: codes that mean "taken"; () = the HTTP status decides
    answer_errors: Mapping[str, str] = field(default_factory=dict)  #: generic: code -> refused, throttled ...
    idempotent: bool = False  #: the provider honours Idempotency-Key: a doubtful message may be sent again

    def __post_init__(self) -> None:
        for name, value, known in (("dialect", self.dialect, DIALECTS), ("coding", self.coding, CODINGS),
                                   ("check", self.check, CHECKS), ("login", self.login, LOGINS),
                                   ("request", self.request, REQUESTS), ("method", self.method, METHODS)):
            if value not in known:
                raise ValueError(f"{name}: {value!r} is not one of {', '.join(known)}")
        url = urlsplit(self.send_url)
        if self.send_url and (url.scheme not in ("http", "https") or not url.netloc):
            raise ValueError("send_url: must begin with http:// or https://")
        if not 1 <= self.max_parts <= 255:
            raise ValueError("max_parts: 1 to 255")
        if not (self.country.isascii() and self.country.isdigit() and len(self.country) <= 3):
            raise ValueError("country: the country code as digits, without +")
        if not 5 <= self.national_digits <= 14:
            raise ValueError("national_digits: 5 to 14")
        if self.connect_seconds <= 0 or self.answer_seconds <= 0 or self.probe_seconds < 0:
            raise ValueError("connect_seconds and answer_seconds must be more than 0, probe_seconds not less")
        if ((self.tls or self.ca_file) and self.dialect != "smpp") or (self.ca_file and not self.tls):
            raise ValueError("tls belongs to smpp, and ca_file to tls; other dialects have https:// addresses")
        self._mapping()
        self._money()
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"zone: {self.zone!r} is no time zone, e.g. Asia/Tehran") from None

    def _money(self) -> None:
        if min(self.part_cost, self.budget_day, self.cap_day, self.cap_address_day, *self.cap_prefix_day.values()) < 0:
            raise ValueError("part_cost, budget_day and caps must not be less than 0")
        if self.budget_day and not self.part_cost:
            raise ValueError("budget_day: needs part_cost, else nothing is ever spent")
        if not 10 <= self.join_seconds <= 86_400 or not 0 < self.port < 65_536:
            raise ValueError("join_seconds must be 10 to 86400, port 1 to 65535")
        wrong = sorted(set(self.answer_errors.values()) - set(ERRORS))
        if wrong:
            raise ValueError(f"answer_errors: {wrong[0]!r} is not one of {', '.join(ERRORS)}")
        for name, url in (("api_base", self.api_base),):
            if url and (urlsplit(url).scheme not in ("http", "https") or url.endswith("/")):
                raise ValueError(f"{name}: must begin with http:// or https:// and not end with '/'")

    def _mapping(self) -> None:
        for name, table, known in (("inbound", self.inbound, INBOUND), ("report", self.report, REPORT),
                                   ("send", self.send, {*SEND, "key", "report_url"})):
            unknown = sorted(set(table) - set(known))
            if unknown:
                raise ValueError(f"{name}: {unknown[0]!r} is not one of {', '.join(sorted(known))}")
        wrong = sorted(set(self.states.values()) - {"sent", "delivered", "read", "failed"})
        if wrong:
            raise ValueError(f"states: {wrong[0]!r} is not one of sent, delivered, read, failed")
        for name, table, needed in (("inbound", self.inbound, ("from", "text")), ("send", self.send, ("to", "text"))):
            for each in needed:
                if not table.get(each):
                    raise ValueError(f"{name}: must name the provider's field for {each!r}")
