"""The carrier's REST interface: change a live call, ask how one stands, fetch a recording. Decides nothing.

Shapes: Twilio REST API 2010-04-01, Calls resource: POST {base}/Accounts/{sid}/Calls/{CallSid}.json with Twiml= or
Status=completed, basic authentication; an error is JSON {"code": 21220, "message": ..., "status": 400}.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from router.errors import Doubtful, Misconfigured, Refused, SendError, Throttled, Unreachable

#: The carrier's longest TwiML in a request (Twilio: 4,000 characters).
LONGEST_TWIML = 4_000
#: "Call is not in-progress": nobody is on the line any more.
NOT_IN_PROGRESS = frozenset({"20404", "21220"})
_ANSWER_BYTES = 100_000


class CallEnded(Refused):
    """The caller has hung up; nothing can be said or connected."""

    en = "The caller has hung up; this was not said. Call them back or answer on another channel."
    fa = "تماس‌گیرنده گوشی را گذاشته است؛ این پاسخ خوانده نشد. با او تماس بگیرید یا از راه دیگری پاسخ دهید."


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A fetched recording."""

    media_type: str
    content: bytes


class Carrier:
    """One account at the carrier."""

    def __init__(self, base: str, account: str, token: str, *, timeout: float = 10.0) -> None:
        self._base, self._account, self._token = base.rstrip("/"), account, token
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=5)
        self._session: aiohttp.ClientSession | None = None

    @property
    def ready(self) -> bool:
        """Whether the account is set at all."""
        return bool(self._account and self._token and self._base)

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def tell(self, call: str, twiml: str) -> None:
        """Interrupt the live call with this document. Raises a SendError; CallEnded when nobody is there."""
        await self._change(call, {"Twiml": twiml})

    async def end(self, call: str) -> None:
        """Hang up. Raises a SendError; CallEnded when it is over already."""
        await self._change(call, {"Status": "completed"})

    async def place(self, to: str, caller_id: str, twiml: str, status: str, seconds: int) -> str:
        """Make a new call that rings so many seconds, and run this document on it; `status` is asked when it ended.
        Returns its id. Raises a SendError."""
        data = await self._post("Calls.json", {"To": to, "From": caller_id, "Twiml": twiml, "StatusCallback": status,
                                               "Timeout": str(seconds)})
        return str(data.get("sid", ""))

    async def state(self, call: str) -> Mapping[str, Any]:
        """The call as the carrier sees it: "status", "from". Raises a SendError; CallEnded when it knows none."""
        return await self._ask("GET", f"{self._root}/Calls/{call}.json", None)

    async def account_state(self) -> Mapping[str, Any]:
        """The account itself, for a self-check."""
        return await self._ask("GET", f"{self._root}.json", None)

    async def recording(self, url: str, limit: int, patience: timedelta) -> Recording | None:
        """Fetch a recording from the carrier's own address, asking again while it is not ready. None when it is
        elsewhere, larger than `limit`, no sound, or not there within `patience`."""
        if not self.ready or _origin(url) != _origin(self._base):
            return None  # our credentials go to the carrier only, and the house fetches from nowhere else
        try:
            async with asyncio.timeout(patience.total_seconds()):
                while True:
                    ready, found = await self._fetch(url, limit)
                    if ready:
                        return found
                    await asyncio.sleep(0.4)
        except (TimeoutError, aiohttp.ClientError):
            return None

    async def _fetch(self, url: str, limit: int) -> tuple[bool, Recording | None]:
        """Whether that is the last word, and the recording if there is one."""
        async with self._http().get(url, allow_redirects=False) as response:
            if response.status in (404, 425, 503):
                return False, None
            if response.status != 200 or not response.content_type.startswith("audio/"):
                return True, None
            content = await response.content.read(limit + 1)
            while len(content) <= limit and (more := await response.content.read(limit + 1 - len(content))):
                content += more
            whole = len(content) <= limit
            return True, Recording(media_type=response.content_type, content=content) if whole else None

    @property
    def _root(self) -> str:
        return f"{self._base}/Accounts/{self._account}"

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            login = aiohttp.encode_basic_auth(self._account, self._token)
            self._session = aiohttp.ClientSession(headers={"Authorization": login}, timeout=self._timeout)
        return self._session

    async def _change(self, call: str, form: Mapping[str, str]) -> None:
        await self._post(f"Calls/{call}.json", form)

    async def _post(self, path: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        return await self._ask("POST", f"{self._root}/{path}", form)

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None) -> Mapping[str, Any]:
        if not self.ready:
            raise Misconfigured("account_sid or the auth token is not set")
        try:
            async with self._http().request(method, url, data=form, allow_redirects=False) as response:
                body = await response.content.read(_ANSWER_BYTES)
                return _answer(response.status, response.headers, body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreachable(type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Doubtful(type(error).__name__) from None


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
    """The JSON of a success; otherwise the SendError that the status stands for."""
    data = _json(body)
    if status < 300:
        if data is None:
            raise Doubtful("the carrier's answer is not JSON")
        return data
    code = str((data or {}).get("code", ""))
    raise _error(status, headers, code)


def _error(status: int, headers: Mapping[str, str], code: str) -> SendError:
    said = f"HTTP {status}" + (f", code {code}" if code else "")
    if status == 429:
        wait = headers.get("Retry-After", "")
        seconds = min(int(wait), 3600) if wait.isascii() and wait.isdigit() and len(wait) < 6 else 5
        return Throttled(said, retry_after=timedelta(seconds=max(1, seconds)), provider_code=code)
    if code in NOT_IN_PROGRESS or status == 404:
        return CallEnded(f"the caller has hung up ({said})", provider_code=code)
    if status in (401, 403):
        return Misconfigured(said, provider_code=code)
    if status == 503:
        return Unreachable(said, provider_code=code)
    if status >= 500:
        return Doubtful(said, provider_code=code)
    return Refused(said, provider_code=code)


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return data if isinstance(data, dict) else None


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()
