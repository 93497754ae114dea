"""The settings of a Telegram channel. Says what is allowed; reads no file and no environment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from settings import Secret

MODES = ("webhook", "polling")
#: messenger -> where its Bot API and its files are; the token follows.
SERVERS = {
    "telegram": ("https://api.telegram.org/bot", "https://api.telegram.org/file/bot"),
    "bale": ("https://tapi.bale.ai/bot", "https://tapi.bale.ai/file/bot"),
}
_NONE = Secret("")
#: What setWebhook allows as secret_token.
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One Telegram or Bale channel. The field comments are the reference; `docs/channels/telegram.md` is the guide."""

    token: Secret = _NONE  #: from @BotFather, "123456:ABC…"
    webhook_secret: Secret = _NONE  #: shown by the server with every update; none = the webhook refuses everything
    mode: str = "polling"  #: "polling" needs no public address; "webhook" is faster and spares a connection
    messenger: str = "telegram"  #: "telegram" or "bale"; the chat 77 of one is somebody else on the other
    api_base_url: str = ""  #: another server of this API, the token follows; "" = the messenger's own
    file_base_url: str = ""  #: the same for its files
    proxy: Secret = _NONE  #: http://user:password@host:port, where the server is not reached directly
    poll_seconds: int = 25  #: how long the server may hold a poll open
    watch_seconds: float = 60.0  #: webhook: how often the server is asked how deliveries go
    connect_seconds: float = 10.0
    answer_seconds: float = 20.0
    upload_seconds: float = 60.0  #: for a message with a file
    file_seconds: float = 30.0  #: for fetching one file
    max_file_bytes: int = 20_000_000  #: larger files are not fetched; the message is taken with a note

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"mode: {self.mode!r} is not one of {', '.join(MODES)}")
        if self.token and not _TOKEN.fullmatch(self.token):
            raise ValueError("token: must look like 123456:ABC-DEF, as the messenger gave it")
        if self.webhook_secret and not _SECRET.fullmatch(self.webhook_secret):
            raise ValueError("webhook_secret: 1 to 256 of the characters A-Z a-z 0-9 _ -")
        if self.messenger not in SERVERS:
            raise ValueError(f"messenger: {self.messenger!r} is not one of {', '.join(SERVERS)}")
        for name, value in (("api_base_url", self.api_base_url), ("file_base_url", self.file_base_url)):
            url = urlsplit(value)
            if value and (url.scheme not in ("http", "https") or not url.netloc):
                raise ValueError(f"{name}: must begin with http:// or https://")
            if "bale" in (url.hostname or "") and self.messenger != "bale":
                raise ValueError(f'{name}: for Bale set messenger = "bale"')
        if not 0 <= self.poll_seconds <= 50:
            raise ValueError("poll_seconds: 0 to 50")
        waits = (self.watch_seconds, self.connect_seconds, self.answer_seconds, self.upload_seconds, self.file_seconds)
        if min(waits) <= 0 or self.max_file_bytes < 0:
            raise ValueError("times must be more than 0 seconds, max_file_bytes not less than 0")

    @property
    def bot(self) -> str:
        """The bot's number, the part of the token that is no secret."""
        return self.token.partition(":")[0]

    @property
    def api_url(self) -> str:
        """Where the Bot API is; the token follows."""
        return self.api_base_url or SERVERS[self.messenger][0]

    @property
    def file_url(self) -> str:
        """Where files are; the token follows."""
        return self.file_base_url or SERVERS[self.messenger][1]
