"""Asks another system over HTTP for a dialogue: only configured ones, their real address, bounded in time and size.

The name is resolved once, every address is judged, and the connection goes to one that was judged: a name server that
answers differently a moment later changes nothing. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult

from desk.flows.render import filled_names
from router.rules.text import clean

log = logging.getLogger("pishkhan.flows")
_DEEPEST = 8  #: names in the path to a value
_LONGEST = 500  #: characters of a value that is taken
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Endpoint(Protocol):
    """What the settings say of a system."""

    @property
    def base_url(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def private(self) -> bool: ...
    @property
    def seconds(self) -> float: ...
    @property
    def max_bytes(self) -> int: ...


class Barred(Exception):
    """The address is none that may be asked."""


def allowed(address: str, *, private: bool) -> bool:
    """Whether an address may be connected to: a public one, or with `private` one inside a network of ours. Never a
    multicast, unspecified or link-local address (cloud metadata lives there)."""
    try:
        found: Any = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if found.version == 6:
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return allowed(str(inner), private=private)
    odd = found.is_multicast or found.is_unspecified or found.is_link_local
    if odd or (found.is_reserved and (found.version == 4 or not found.is_private)):
        return False
    return bool(found.is_global) or (private and (found.is_private or found.is_loopback))


class _Judged(AbstractResolver):
    """Resolves a name to addresses that may be asked; Barred when one of them may not."""

    def __init__(self, *, private: bool) -> None:
        self._private = private

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
                      ) -> list[ResolveResult]:
        """Every address is judged: one bad one among good ones means that somebody is playing with the name."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [each[4][0] for each in found]
        if not addresses or not all(allowed(str(each), private=self._private) for each in addresses):
            raise Barred(host)
        kind, _, proto, _, address = found[0]
        return [ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=proto,
                              flags=socket.AI_NUMERICHOST)]

    async def close(self) -> None:
        """Nothing is held."""


async def fetch(endpoint: Endpoint, request: Mapping[str, Any], *, key: str) -> dict[str, Any] | None:
    """The values that the step takes, or None when there is no usable answer, for whatever reason. `key` names this
    request for a system that knows Idempotency-Key."""
    url = f"{endpoint.base_url}/{address(str(request['path']), request['values'])}".rstrip("/")
    headers = {"Accept": "application/json", "Idempotency-Key": key}
    if endpoint.token:
        headers["Authorization"] = f"Bearer {endpoint.token}"
    host = urlsplit(url).hostname or ""
    if _is_number(host) and not allowed(host, private=endpoint.private):
        log.warning("flow call refused: the address is not allowed")
        return None
    post = request["method"] == "POST"
    body = orjson.dumps(request["send"]) if post else None
    if body is not None:
        headers["Content-Type"] = "application/json"
    connector = aiohttp.TCPConnector(resolver=_Judged(private=endpoint.private), use_dns_cache=False, limit=1)
    timeout = aiohttp.ClientTimeout(total=endpoint.seconds)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False,
                                         cookie_jar=aiohttp.DummyCookieJar()) as session:
            query = None if post else {name: _plain(value) for name, value in request["send"].items()}
            async with session.request(str(request["method"]), url, params=query, data=body, headers=headers,
                                       allow_redirects=False) as answer:
                if not 200 <= answer.status < 300:
                    log.info("flow call answered status=%d", answer.status)
                    return None
                content = await answer.content.read(endpoint.max_bytes + 1)
                while len(content) <= endpoint.max_bytes and (more := await answer.content.read(
                        endpoint.max_bytes + 1 - len(content))):
                    content += more
                return taken(content, request["take"]) if len(content) <= endpoint.max_bytes else None
    except (aiohttp.ClientError, TimeoutError, OSError, Barred, ValueError) as error:
        log.info("flow call failed: %s", type(error).__name__)
        return None


def address(path: str, values: Mapping[str, Any]) -> str:
    """The path with its variables, each one escaped so that it stays one piece of the path."""
    for name in filled_names(path):
        path = path.replace(f"{{{name}}}", quote(_plain(values.get(name)), safe="").replace(".", "%2E"))
    return path.lstrip("/")


def taken(content: bytes, take: Mapping[str, str]) -> dict[str, Any] | None:
    """The wanted values of a JSON answer, by dotted paths; None when it is no JSON object."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    return {name: _at(found, path) for name, path in take.items()}


def _at(value: Any, path: str) -> Any:
    for part in path.split(".")[:_DEEPEST]:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    if isinstance(value, bool | int | float) or value is None:
        return value
    return clean(str(value), limit=_LONGEST) if isinstance(value, str) else None


def _plain(value: Any) -> str:
    return "" if value is None else str(value)[:_LONGEST]


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
