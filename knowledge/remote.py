"""The command line's import into a desk that runs: by its API, because a desk alone writes its database. Prints only
through `say`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from knowledge.command import Say, apart, content_of, printed, told
from router.errors import PishkhanError

PATIENCE = aiohttp.ClientTimeout(total=600, sock_connect=10)
_PROBE = aiohttp.ClientTimeout(total=5, sock_connect=2)
TOKEN = "PISHKHAN_TOKEN"


async def runs(url: str) -> bool:
    """Whether a desk answers there."""
    try:
        async with aiohttp.ClientSession(timeout=_PROBE) as http, http.get(f"{url}/healthz") as answer:
            found = await answer.json(content_type=None)
            return isinstance(found, dict) and found.get("alive") is True
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
        return False


async def take_in(url: str, token: str, files: Sequence[Path], *, login: str, state: str, dry: bool, as_json: bool,
                  say: Say) -> int:
    """A line for each item; 1 when one was refused, or nothing could be done, which is said with what to do."""
    try:
        if not token:
            raise PishkhanError(
                f"a desk runs at {url}, and it alone writes its database. Make a token of a supervisor there (Admin, "
                f"Tokens) and call again with it in the environment as {TOKEN}; or use {url}/knowledge#import; or "
                "stop the desk")
        if login:
            raise PishkhanError("beside a running desk articles belong to whoever owns the token; leave --by out")
        apart(files)
        async with aiohttp.ClientSession(timeout=PATIENCE, headers={"Authorization": f"Bearer {token}"}) as http:
            return await _each(http, url, files, f"?state={state}{'&dry=1' if dry else ''}", as_json, say)
    except PishkhanError as error:
        return printed(error, as_json=as_json, say=say)


async def _each(http: aiohttp.ClientSession, url: str, files: Sequence[Path], query: str, as_json: bool,
                say: Say) -> int:
    refused = False
    for path in files:
        content = content_of(path)
        headers = {"X-File-Name": quote(path.name), "Content-Type": "application/octet-stream"}
        try:
            async with http.post(f"{url}/api/knowledge/import{query}", data=content, headers=headers) as answer:
                found: Any = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            raise PishkhanError(f"{path}: the desk's answer did not come ({type(error).__name__}); some items may be "
                                "in. Import again: nothing is doubled") from None
        if answer.status in (401, 403):
            raise PishkhanError(f"the desk does not take this token ({answer.status}): it must be a supervisor's, "
                                "and not withdrawn")
        if answer.status != 200:
            raise PishkhanError(f"{path}: {found.get('error', {}).get('message', answer.reason)}")
        for line in found["report"]:
            refused |= line["outcome"] == "refused"
            say(json.dumps(line, ensure_ascii=False) if as_json else told(line))
    return int(refused)
