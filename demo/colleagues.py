"""Simulated colleagues who work through the desk's own HTTP API, so that a visitor to the demo is not alone."""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from typing import Any

import aiohttp

from demo.words import ANSWERS


class Colleague:
    """Ready, accepts what is offered, answers once or twice, closes. Leaves some work for the people who look."""

    def __init__(self, url: str, token: str, *, seed: int, diligence: float = 0.75) -> None:
        self._url, self._token = url, token
        self._rng = random.Random(seed)
        self._diligence = diligence

    async def run(self) -> None:
        """Until cancelled."""
        headers = {"Authorization": f"Bearer {self._token}"}
        async with aiohttp.ClientSession(self._url, headers=headers) as http:
            while True:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    await self._work(http)
                await asyncio.sleep(1)

    async def _work(self, http: aiohttp.ClientSession) -> None:
        async with http.ws_connect("/api/live", heartbeat=20) as socket:
            await socket.send_json({"op": "hello", "after": None, "open": []})
            mine = await self._ready(http)
            async with asyncio.TaskGroup() as group:
                async for frame in socket:
                    if frame.type is not aiohttp.WSMsgType.TEXT:
                        break
                    told = frame.json()
                    if told["op"] == "resync":
                        await socket.send_json({"op": "hello", "after": None, "open": []})
                    for contact in _contacts(told):
                        if contact.get("offer") and contact["offer"]["agent"] == mine:
                            group.create_task(self._serve(http, contact))

    async def _serve(self, http: aiohttp.ClientSession, contact: dict[str, Any]) -> None:
        await asyncio.sleep(self._rng.uniform(1, 5))
        if not await self._post(http, f"/api/offers/{contact['offer']['id']}/accept", {}):
            return
        number, language = contact["id"], "fa" if contact["language"] == "fa" else "en"
        for words in ANSWERS[language][: self._rng.choice((1, 2))]:
            await asyncio.sleep(self._rng.uniform(4, 12))
            await self._post(http, f"/api/contacts/{number}/reply", {"key": uuid.uuid4().hex, "text": words})
        await asyncio.sleep(self._rng.uniform(5, 15))
        if self._rng.random() < self._diligence:
            await self._post(http, f"/api/contacts/{number}/close", {"disposition": "resolved"})

    async def _ready(self, http: aiohttp.ClientSession) -> int:
        async with http.post("/api/me/state", json={"state": "ready"}) as answer:
            return int((await answer.json())["me"]["id"])

    async def _post(self, http: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> bool:
        async with http.post(path, json=body) as answer:
            return answer.status < 300


def _contacts(told: dict[str, Any]) -> list[dict[str, Any]]:
    shown = told.get("state") or told.get("put") or {}
    return [view for view in (shown.get("contact") or {}).values() if isinstance(view, dict)]
