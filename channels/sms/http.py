"""One request to a provider: sent at most once, bounded, and a redacted line of it in the exchange log."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

from channels.sms import compose
from channels.sms.provider import Request
from channels.sms.settings import Settings
from router.errors import Misconfigured, SendError, Unreachable
from router.ports import Wire
from router.rules.exchange import Exchange, path_of, shape

MAX_ANSWER = 64 * 1024


async def exchange(request: Request, settings: Settings, wire: Wire, channel: str) -> tuple[int, bytes, str]:
    """Status, body, Retry-After. Unreachable when it cannot have gone, Doubtful when it may have."""
    began, status, answer, media, outcome = time.perf_counter(), 0, b"", "", "ok"
    try:
        status, answer, after, media = await _once(request, settings)
        return status, answer, after
    except SendError as error:
        outcome = error.code
        raise
    finally:
        asked = shape(request.data or b"", request.headers.get("Content-Type", ""))
        names = "&".join(name for name, _ in request.params)
        wire.exchanged(Exchange(
            channel=channel, at=wire.clock(), way="out", method=request.method,
            path=path_of(f"{request.url}?{names}" if names else request.url), status=status,
            millis=int((time.perf_counter() - began) * 1000), asked=asked, answered=shape(answer, media),
            outcome=outcome if status < 400 else str(status)))


async def _once(request: Request, settings: Settings) -> tuple[int, bytes, str, str]:
    timeout = aiohttp.ClientTimeout(
        total=settings.connect_seconds + settings.answer_seconds, sock_connect=settings.connect_seconds)
    try:
        url = URL(request.url, encoded="%" in request.url)
        async with aiohttp.ClientSession(connector=_Once(force_close=True), timeout=timeout) as session, \
                session.request(request.method, url, allow_redirects=False, params=list(request.params) or None,
                                data=request.data, headers=dict(request.headers)) as got:
            body = bytearray()
            async for chunk in got.content.iter_chunked(MAX_ANSWER):
                body += chunk
                if len(body) >= MAX_ANSWER:
                    break
            return got.status, bytes(body), got.headers.get("Retry-After", ""), got.content_type
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        detail = f"no connection to the gateway ({type(error).__name__})"
        raise Unreachable(detail, provider_code="connect") from None
    except (aiohttp.InvalidURL, ValueError):
        raise Misconfigured("send_url is no address", provider_code="send-url") from None
    except (aiohttp.ClientError, TimeoutError) as error:
        detail = f"the connection broke after the message was written ({type(error).__name__})"
        raise compose.doubtful(settings, detail, "broken") from None


class _Once(aiohttp.TCPConnector):
    """Gives one connection and no second. aiohttp silently repeats a GET whose answer was cut off; the gateway would
    take the message twice."""

    given = False

    async def connect(self, *args: Any, **kwargs: Any) -> Connection:
        if self.given:
            raise aiohttp.ServerDisconnectedError
        connection = await super().connect(*args, **kwargs)
        self.given = True
        return connection
