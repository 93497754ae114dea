"""A house in a process of its own that is killed again and again, the providers and people around it, and the truth."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp

from agents import users
from agents.auth import new_token
from agents.given import Cost
from agents.guard import digest
from channels.sandbox.mail import FakeMail
from channels.sandbox.sms import FakeGateway
from channels.sandbox.telegram import FakeBotApi
from channels.sandbox.voice import FakeCarrier
from channels.sandbox.webchat import Visitor
from house import prepare, utc_now
from router.records import Role
from storage.store import SqlStore, Where
from tests.house import free_port

HERE = Path(__file__).resolve().parent.parent.parent
_QUIET = (aiohttp.ClientError, OSError, TimeoutError, AssertionError)


@dataclass(slots=True)
class Truth:
    """What was said and what was confirmed, as the outside saw it."""

    sms: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    telegram: list[str] = field(default_factory=list)
    chat_acked: set[str] = field(default_factory=set)
    chat_tried: set[str] = field(default_factory=set)
    replies: dict[str, int] = field(default_factory=dict)  #: text -> contact, of replies the API confirmed


class World:
    """`module` is what runs as the house: `run.py`, or one with a planted fault."""

    def __init__(self, folder: Path, seed: int, module: str = "run.py") -> None:
        self.folder, self.module = folder, module
        self.rng = random.Random(seed)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.truth = Truth()
        self.mail = FakeMail()
        # However long the house takes to come back, a gateway that gives up would look like a house that loses.
        self.gateway = FakeGateway(
            secret="s", inbound_url=f"{self.url}/channels/town-sms/inbound", tries=1_000_000, retry_seconds=0.1
        )
        self.bot = FakeBotApi()
        self.carrier = FakeCarrier(token="v", pace=0.02, hook_url=f"{self.url}/channels/town-line")
        self.visitors: list[Visitor] = []
        self.tokens: list[str] = []
        self._house: subprocess.Popen[bytes] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._count = 0

    async def start(self) -> None:
        """Providers, people and the configuration; the house itself is started by `raise_house`."""
        for provider in (self.mail, self.gateway, self.bot, self.carrier):
            await provider.start()
        where = Where(folder=self.folder / "data")
        prepare(where)
        store = SqlStore(where, utc_now, lambda entries: None)
        store.start()
        for login in ("robot-a", "robot-b"):
            made, _ = await users.add(
                store, login, password="a-long-password", cost=Cost(passes=1, kibibytes=64, lanes=1)
            )
            token = new_token()
            await store.run(
                lambda tx, made=made, token=token: tx.accounts.add_token(made.id, "k", Role.AGENT, digest(token))
            )
            self.tokens.append(token)
        await store.run(lambda tx: users.create(tx, "admin", "admin", Role.ADMIN, "", by="test"))
        await store.close()
        (self.folder / "config.toml").write_text(self._config(), encoding="utf-8")

    def _config(self) -> str:
        mail = "\n".join(f"{key} = {json.dumps(value)}" for key, value in self.mail.settings().items())
        return f"""
[server]
port = {self.port}
[desk]
presence_seconds = 600
[queues.general]
title_fa = "عمومی"
title_en = "General"
accept_seconds = 20
[channels.site-chat]
medium = "webchat"
messages_per_minute = 6000
requests_per_minute = 6000
[channels.town-sms]
medium = "sms"
send_url = "{self.gateway.send_url}"
username = "app"
sender = "3000"
[channels.town-telegram]
medium = "telegram"
api_base_url = "{self.bot.api_base_url}"
file_base_url = "{self.bot.file_base_url}"
[channels.town-mail]
{mail}
[channels.town-line]
medium = "voice"
account_sid = "AC1"
api_base = "{self.carrier.api_base}"
"""

    async def raise_house(self) -> None:
        """Start it and wait until it answers."""
        secrets = {"PISHKHAN_TOWN_SMS_PASSWORD": "pw", "PISHKHAN_TOWN_SMS_WEBHOOK_SECRET": "s",
                   "PISHKHAN_TOWN_TELEGRAM_TOKEN": self.bot.token, "PISHKHAN_TOWN_MAIL_PASSWORD": "sandbox",
                   "PISHKHAN_TOWN_LINE_AUTH_TOKEN": "v"}
        with (self.folder / "house.log").open("ab") as log:
            self._house = subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, str(HERE / self.module), "--config", str(self.folder / "config.toml")],
                env={**os.environ, **secrets, "PYTHONPATH": str(HERE)}, stdout=log, stderr=log, cwd=HERE)
        async with aiohttp.ClientSession() as http:
            for _ in range(2400):
                assert self._house.poll() is None, (self.folder / "house.log").read_text()[-3000:]
                with contextlib.suppress(*_QUIET):
                    async with http.get(f"{self.url}/healthz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)
        raise AssertionError("the house did not come up")

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody says goodbye."""
        assert self._house is not None
        self._house.send_signal(signal.SIGKILL)
        self._house.wait()

    def end(self) -> None:
        """SIGTERM, and wait."""
        if self._house is not None and self._house.poll() is None:
            self._house.terminate()
            self._house.wait(30)

    async def rest(self) -> None:
        """Citizens and robots say no more; the house still works."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Everything around the house."""
        await self.rest()
        for visitor in self.visitors:
            await visitor.__aexit__(None, None, None)
        for provider in (self.carrier, self.bot, self.gateway, self.mail):
            await provider.stop()

    def own(self, work: Any) -> None:
        """Run beside; nothing is left when the world stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- traffic

    async def traffic(self, seconds: float) -> None:
        """Citizens on all five channels for a while."""
        deadline = asyncio.get_running_loop().time() + seconds
        ways = (self._sms, self._telegram, self._letter, self._chat, self._call)
        while asyncio.get_running_loop().time() < deadline:
            self._count += 1
            self.rng.choice(ways)(f"word-{self._count}")
            await asyncio.sleep(self.rng.uniform(0.005, 0.06))

    def _sms(self, word: str) -> None:
        self.truth.sms.append(word)
        self.own(self.gateway.say(f"+98912000{5230 + self.rng.randrange(30):04d}", word))

    def _telegram(self, word: str) -> None:
        self.truth.telegram.append(word)
        self.own(self.bot.say(5000 + self.rng.randrange(20), word))

    def _letter(self, word: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = f"c{self.rng.randrange(30)}@home.example", self.mail.address
        mail["Subject"], mail["Message-ID"] = word, f"<{uuid.uuid4().hex}@home.example>"
        mail.set_content(word)
        self.truth.mail.append(word)
        self.mail.deliver(mail.as_bytes())

    def _chat(self, word: str) -> None:
        async def say() -> None:
            if len(self.visitors) < 6:
                visitor = Visitor(self.url, "site-chat")
                await visitor.__aenter__()
                self.visitors.append(visitor)
            self.truth.chat_tried.add(word)
            await self.rng.choice(self.visitors).say(word)
            self.truth.chat_acked.add(word)

        async def quietly() -> None:
            with contextlib.suppress(*_QUIET):
                await say()
        self.own(quietly())

    def _call(self, word: str) -> None:
        caller = self.carrier.ring(f"+98911000{self.rng.randrange(9999):04d}")

        async def dial() -> None:
            await asyncio.sleep(self.rng.uniform(0.2, 1.0))
            caller.press("1")
            await asyncio.sleep(self.rng.uniform(0.5, 3.0))
            caller.leave()
        self.own(dial())

    # --- the robots who answer

    async def robot(self, token: str) -> None:
        """Ready, accepts, answers every contact once, closes; the same idempotency key until it is confirmed."""
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            while True:
                with contextlib.suppress(*_QUIET):
                    await self._work(http)
                await asyncio.sleep(0.1)

    async def _work(self, http: aiohttp.ClientSession) -> None:
        status, told = await self._post(http, "/api/me/state", {"state": "ready"})
        if status != 200:
            return
        mine = told["me"]["id"]
        async with http.get(f"{self.url}/api/contacts", params={"agent": str(mine), "limit": "50"}) as answer:
            contacts = (await answer.json()).get("contacts", [])
        for contact in contacts:
            number = contact["id"]
            if contact["state"] == "offered" and contact.get("offer"):
                await self._post(http, f"/api/offers/{contact['offer']['id']}/accept", {})
            elif contact["state"] == "active":
                text = f"answer-{number}-{mine}"
                status, _ = await self._post(http, f"/api/contacts/{number}/reply", {"key": text, "text": text})
                if status == 200:
                    self.truth.replies[text] = number
                    await self._post(http, f"/api/contacts/{number}/close", {"disposition": "resolved"})
                elif status == 409:
                    await self._post(http, f"/api/contacts/{number}/close", {"disposition": "other"})
            elif contact["state"] == "wrap-up":
                await self._post(http, f"/api/contacts/{number}/close", {"disposition": "resolved"})

    async def _post(self, http: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        async with http.post(self.url + path, json=body) as answer:
            return answer.status, await answer.json()
