"""The settings of an e-mail channel. Says what is allowed; reads no file and no environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.email.addresses import canonical
from settings import Secret

SECURITY = ("tls", "starttls", "none")
STARTS = ("unseen", "new", "all")
_IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}
_SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}
_NONE = Secret("")
_LOOPBACK = ("http://127.0.0.1:", "http://[::1]:", "http://localhost:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One mailbox. The field comments are the reference; `docs/channels/email.md` says how to set it up."""

    from_address: str = ""  #: the address we write from and citizens write to
    from_name: str = ""  #: shown beside it
    own_addresses: tuple[str, ...] = ()  #: further addresses that reach this mailbox; never answered
    username: str = ""  #: "" = from_address
    password: Secret = _NONE

    oauth_token_url: str = ""  #: token endpoint of a provider that takes no passwords; "" = password
    oauth_client_id: str = ""
    oauth_scope: str = ""
    oauth_client_secret: Secret = _NONE  #: not every provider has one
    oauth_refresh_token: Secret = _NONE

    imap_host: str = ""  #: "" = nothing is fetched
    imap_port: int = 0  #: 0 = 993 with tls, else 143
    imap_tls: str = "tls"  #: "tls", "starttls" or "none" (in clear)
    folder: str = "INBOX"
    start_from: str = "unseen"  #: first start: take "unseen" mail, only "new" mail, or "all"
    max_bytes: int = 25_000_000  #: of a larger mail only the beginning is kept, and the sender is told
    idle_seconds: int = 540  #: IDLE is renewed after so long; some routers forget quiet connections after ten minutes
    poll_seconds: float = 30.0  #: how often a server without IDLE is asked
    login_retry_seconds: float = 300.0  #: after a refused login, so that the server does not lock the account

    smtp_host: str = ""  #: "" = nothing is sent
    smtp_port: int = 0  #: 0 = 587 with starttls, 465 with tls, 25 with none
    smtp_tls: str = "starttls"
    smtp_username: str = ""  #: "" = username; "-" = the server wants no login
    smtp_password: Secret = _NONE  #: none = password
    send_bytes: int = 20_000_000  #: a larger mail is not handed over
    timeout_seconds: float = 30.0  #: how long a server may take for one answer

    ca_file: str = ""  #: certificates to trust instead of the system's
    message_host: str = ""  #: right half of our Message-IDs; "" = the domain of from_address
    plus_addressing: bool = False  #: replies go to desk+TOKEN@...; the server must deliver that here
    signatures: Mapping[str, str] = field(default_factory=dict)  #: "fa", "en", or "queue.fa": stands below answers
    colleagues: tuple[str, ...] = ()  #: "name@domain" or "@domain": their forwards are their first sender's mail
    authority: str = ""  #: how our mail server signs Authentication-Results; "" = no forward is attributed
    copies: int = 20  #: so many others may get a copy of an answer
    marker: bool = True  #: `[p:TOKEN]` at the end of each mail, for providers that rewrite Message-IDs

    def __post_init__(self) -> None:
        for name, value, known in (("imap_tls", self.imap_tls, SECURITY), ("smtp_tls", self.smtp_tls, SECURITY),
                                   ("start_from", self.start_from, STARTS)):
            if value not in known:
                raise ValueError(f"{name}: {value!r} is not one of {', '.join(known)}")
        for address in (self.from_address, *self.own_addresses):
            if address and not canonical(address):
                raise ValueError(f"from_address, own_addresses: {address!r} is no mail address")
        if bool(self.oauth_token_url) != bool(self.oauth_client_id):
            raise ValueError("oauth_token_url, oauth_client_id: set both or none")
        if self.oauth_token_url and not self.oauth_token_url.startswith(("https://", *_LOOPBACK)):
            raise ValueError("oauth_token_url: must begin with https://")
        for name, words in self.signatures.items():
            if name.rpartition(".")[2] not in ("fa", "en") or len(words) > 5_000:
                raise ValueError(f"signatures: {name!r} must end in fa or en, with at most 5000 characters")
        if not 0 <= self.copies <= 100:
            raise ValueError("copies: 0 to 100")
        if any(not 0 <= port <= 65_535 for port in (self.imap_port, self.smtp_port)):
            raise ValueError("imap_port, smtp_port: 0 to 65535")
        if not 10_000 <= self.max_bytes <= 100_000_000 or not 10_000 <= self.send_bytes <= 100_000_000:
            raise ValueError("max_bytes, send_bytes: 10000 to 100000000")
        if not 1 <= self.idle_seconds <= 1_700:
            raise ValueError("idle_seconds: 1 to 1700 (servers end IDLE after half an hour)")
        if min(self.poll_seconds, self.login_retry_seconds, self.timeout_seconds) <= 0:
            raise ValueError("poll_seconds, login_retry_seconds, timeout_seconds: more than 0")

    @property
    def secret(self) -> bool:
        """Whether there is anything to sign in with."""
        return bool(self.oauth_refresh_token if self.oauth_token_url else self.password)

    def signature(self, queue: str, language: str) -> str:
        """What stands below an answer of this queue in this language."""
        return self.signatures.get(f"{queue}.{language}", self.signatures.get(language, "")).strip()

    @property
    def own(self) -> tuple[str, ...]:
        """Every address of ours, canonical."""
        stated = (canonical(each) for each in (self.from_address, *self.own_addresses))
        return tuple(dict.fromkeys(each for each in stated if each))

    @property
    def host(self) -> str:
        """The right half of our Message-IDs."""
        return self.message_host or self.from_address.rpartition("@")[2] or "localhost"

    @property
    def imap(self) -> tuple[str, int]:
        """Where mail is fetched."""
        return self.imap_host, self.imap_port or _IMAP_PORTS[self.imap_tls]

    @property
    def smtp(self) -> tuple[str, int]:
        """Where mail is handed over."""
        return self.smtp_host, self.smtp_port or _SMTP_PORTS[self.smtp_tls]
