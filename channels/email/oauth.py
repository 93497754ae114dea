"""Signs in with OAuth 2.0 where a provider takes no passwords: a refresh token becomes short-lived access tokens.

RFC 6749 section 6 at the provider's token endpoint; the token then goes to IMAP and SMTP as XOAUTH2. The refresh token
comes from the environment and is never written down; one that the provider replaces lives until the process ends.
"""

from __future__ import annotations

import asyncio
import time

import aiohttp

from channels.email.settings import Settings
from channels.email.tls import Denied

_EARLY = 60.0  #: seconds before its end a token is replaced
_TIMEOUT = aiohttp.ClientTimeout(total=20)
_MAX_BYTES = 100_000
#: What a person has to mend; everything else may pass by itself (RFC 6749 section 5.2).
_FINAL = {
    "invalid_grant": ("the refresh token is no longer valid: sign in anew and set OAUTH_REFRESH_TOKEN",
                      "رمز refresh دیگر معتبر نیست: دوباره وارد شوید و OAUTH_REFRESH_TOKEN را تنظیم کنید"),
    "invalid_client": ("the provider does not know oauth_client_id, or its secret is wrong",
                       "سرویس‌دهنده oauth_client_id را نمی‌شناسد یا رمز آن نادرست است"),
    "unauthorized_client": ("this application may not do that; see oauth_client_id and oauth_scope",
                            "این برنامه اجازهٔ این کار را ندارد؛ oauth_client_id و oauth_scope را ببینید"),
    "invalid_scope": ("the provider does not know this oauth_scope", "سرویس‌دهنده این oauth_scope را نمی‌شناسد"),
}


class Tokens:
    """The access token of one mailbox, fetched when needed, one request at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._refresh = str(settings.oauth_refresh_token)
        self._token, self._until, self._taken = "", 0.0, ""
        self._lock = asyncio.Lock()

    def took(self, token: str) -> None:
        """The server let us in with this one."""
        self._taken = token

    def drop(self, token: str) -> bool:
        """The server did not take this one: fetch another next time. True when it took the same one before, so that
        another may do."""
        if token == self._token:
            self._until = 0.0
        return bool(token) and token == self._taken

    async def get(self) -> str:
        """A token that is valid now. OSError when the endpoint cannot be reached, Denied when a person must act."""
        async with self._lock:
            if time.monotonic() >= self._until:
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        asked = {"grant_type": "refresh_token", "refresh_token": self._refresh,
                 "client_id": self._settings.oauth_client_id}
        if self._settings.oauth_client_secret:
            asked["client_secret"] = str(self._settings.oauth_client_secret)
        if self._settings.oauth_scope:
            asked["scope"] = self._settings.oauth_scope
        try:
            async with (aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                        session.post(self._settings.oauth_token_url, data=asked, allow_redirects=False) as answer):
                told = await answer.json(content_type=None) if (answer.content_length or 0) <= _MAX_BYTES else {}
        except (aiohttp.ClientError, TimeoutError, ValueError, UnicodeError) as error:
            raise OSError(f"the token endpoint does not answer ({type(error).__name__})") from None
        told = told if isinstance(told, dict) else {}
        token, lasts = told.get("access_token"), told.get("expires_in", 3600)
        if isinstance(token, str) and token.isascii() and 0 < len(token) < 20_000:
            self._token = token
            seconds = float(lasts) if isinstance(lasts, int | float | str) and str(lasts).isdigit() else 3600.0
            self._until = time.monotonic() + max(0.0, seconds - _EARLY)
            if isinstance(told.get("refresh_token"), str):
                self._refresh = told["refresh_token"]
            return
        words = _FINAL.get(str(told.get("error", "")))
        if words is None:
            raise OSError("the token endpoint gave no token")
        raise Denied("oauth", *words)
