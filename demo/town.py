"""Builds and runs the demo town: sandbox providers, a house that talks to them, its people, its citizens."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents import users
from agents.auth import new_token
from agents.given import Cost
from agents.guard import digest
from agents.passwords import Passwords
from channels.registry import Media
from channels.sandbox.mail import FakeMail
from channels.sandbox.sms import FakeGateway
from channels.sandbox.telegram import FakeBotApi
from channels.sandbox.voice import FakeCarrier
from demo.colleagues import Colleague
from demo.crowd import Crowd
from demo.words import LEAFLETS
from house import House
from knowledge import articles
from router.records import Role
from settings import Settings, parse
from storage.knowledge import ArticleState
from storage.tx import StoreTx

COST = Cost(passes=1, kibibytes=8192, lanes=1)  #: a known password needs no costly hash
PASSWORD = "pishkhan-demo"  #: of everybody in the demo, which listens on loopback only
PEOPLE: tuple[dict[str, Any], ...] = (
    {"login": "admin", "name": "مدیر سامانه", "role": Role.ADMIN, "skills": {}},
    {"login": "mina", "name": "مینا سرپرست", "role": Role.SUPERVISOR, "skills": {}},
    {
        "login": "sara",
        "name": "سارا رستمی",
        "role": Role.AGENT,
        "skills": {"persian": 5, "english": 3},
        "phone": "+982112345601",
    },
    {
        "login": "john",
        "name": "John Baker",
        "role": Role.AGENT,
        "skills": {"english": 5},
        "language": "en",
        "phone": "+982112345602",
    },
    {
        "login": "reza",
        "name": "رضا مرادی",
        "role": Role.AGENT,
        "skills": {"persian": 4, "english": 2},
        "phone": "+982112345603",
    },
    {"login": "nasrin", "name": "نسرین کاظمی", "role": Role.AGENT, "skills": {"persian": 5}, "phone": "+982112345604"},
)
MARK = ".demo-town"  #: shows that a folder was made by the demo and may be emptied by the next
SIMULATED = ("reza", "nasrin")  #: colleagues who work by themselves


async def demo(port: int, folder: Path, *, keep: bool, write: Callable[[str], None]) -> int:
    """Until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if not keep and not await asyncio.to_thread(emptied, folder):
        write(f"{folder} was not made by the demo and is not empty; name another with --folder, or use --keep")
        return 2
    town = Town(port, folder)
    await town.start()
    write(f"""
  The demo town is at {town.url}

    console     {town.url}/console      sign in as sara or john (agents)
    board       {town.url}/board        sign in as mina (supervisor)
    admin       {town.url}/admin        sign in as admin
    the widget  {town.url}/channels/site-chat/demo
    the form    {town.url}/channels/site-form/form?language=fa
    help        {town.url}/help
    knowledge   {town.url}/knowledge    flows {town.url}/flows      sign in as admin

    password of everybody: {PASSWORD}

  Citizens write and call on every channel; on Telegram they meet the menu first; reza and nasrin answer some of
  them. Ctrl-C ends it.
""")
    for task in town.tasks:
        task.add_done_callback(lambda _: stop.set())  # a part of the town that breaks ends it, with a word
    await stop.wait()
    for task in town.tasks:
        if task.done() and not task.cancelled() and task.exception():
            write(f"a part of the town broke: {task.exception()!r}")
    await town.stop()
    return 0


def emptied(folder: Path) -> bool:
    """Make room for a new town. False, and nothing is touched, when the folder holds anything but an old town."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            return False
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return True


class Town:
    """Everything that the demo runs."""

    def __init__(self, port: int, folder: Path, *, seed: int = 1, gap: float = 6.0) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.mail, self.gateway = FakeMail(), FakeGateway(secret="town-sms")
        self.bot, self.carrier = FakeBotApi(), FakeCarrier(token="town-voice", pace=1.0)
        self._port, self._folder, self._seed, self._gap = port, folder, seed, gap
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Providers, house, people, citizens - in this order."""
        for provider in (self.mail, self.gateway, self.bot, self.carrier):
            await provider.start()
        self.house = House(self._settings(), password_cost=COST)
        await self.house.start()
        self.gateway.inbound_url = f"{self.url}/channels/town-sms/inbound"
        self.carrier.hook_url = f"{self.url}/channels/town-line"
        tokens = await self._people()
        crowd = Crowd(self.url, self.mail, self.gateway, self.bot, self.carrier, seed=self._seed, gap=self._gap)
        workers = [Colleague(self.url, token, seed=self._seed + n) for n, token in enumerate(tokens)]
        self.tasks = [asyncio.create_task(crowd.run()), *(asyncio.create_task(w.run()) for w in workers)]

    async def stop(self) -> None:
        """Citizens first, then the house, then the providers."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.house.stop()
        for provider in (self.carrier, self.bot, self.gateway, self.mail):
            await provider.stop()

    def _settings(self) -> Settings:
        queue = {"accept_seconds": 40}
        table = {
            "server": {"port": self._port}, "storage": {"folder": str(self._folder)},
            "desk": {"name_fa": "پیشخوان شهر بهار", "name_en": "Bahar City Desk"},
            "queues": {
                "city": {"title_fa": "خدمات شهری", "title_en": "City services", "priority": 0, **queue},
                "finance": {"title_fa": "عوارض و پرداخت", "title_en": "Taxes and payments", "priority": 1, **queue},
                "english": {"title_fa": "انگلیسی", "title_en": "English desk", "skills": ["english"], **queue},
            },
            "channels": {
                "site-chat": {"medium": "webchat", "queue": "city", "priority": 1, "survey": "survey"},
                "site-form": {"medium": "form", "queue": "city", "failover": ["town-mail", "town-sms"],
                              "topics": {"عوارض و پرداخت": "finance", "کارهای دیگر": "city"}, "per_hour": 1000},
                "town-sms": {"medium": "sms", "queue": "city", "send_url": self.gateway.send_url, "username": "app",
                             "sender": "3000"},
                "town-telegram": {"medium": "telegram", "queue": "city", "api_base_url": self.bot.api_base_url,
                                  "file_base_url": self.bot.file_base_url, "priority": 1,
                                  "flow": "main-menu"},
                "town-mail": {**self.mail.settings(), "queue": "finance", "acknowledge": True, "effort": 3,
                              "imap_tls": "none"},
                "town-line": {"medium": "voice", "queue": "city", "effort": 6, "priority": 3, "account_sid": "AC1",
                              "api_base": self.carrier.api_base},
                "phone-notes": {"medium": "phone", "queue": "city"},
                "letters": {"medium": "letter", "queue": "city"},
                "fax": {"medium": "fax", "queue": "city"},
                "counter": {"medium": "counter", "queue": "city"},
            },
        }
        hidden = {
            "PISHKHAN_TOWN_SMS_PASSWORD": self.gateway.password, "PISHKHAN_TOWN_SMS_WEBHOOK_SECRET": "town-sms",
            "PISHKHAN_TOWN_TELEGRAM_TOKEN": self.bot.token, "PISHKHAN_TOWN_MAIL_PASSWORD": self.mail.password,
            "PISHKHAN_TOWN_LINE_AUTH_TOKEN": "town-voice", "PISHKHAN_SITE_FORM_FORM_SECRET": secrets.token_hex(24),
        }
        return parse(table, Media(), hidden)

    async def _people(self) -> list[str]:
        """Everybody of the town, once; returns fresh API tokens of the simulated colleagues."""
        known = {agent.login for agent in await self.house.store.snapshot(lambda tx: tx.desk.agents())}
        hashed = await Passwords(COST).hash(PASSWORD)
        tokens = [new_token() for _ in SIMULATED]

        def unit(tx: StoreTx) -> None:
            for person in PEOPLE:
                if person["login"] not in known:
                    users.create(tx, **person, hashed=hashed, by="settings")
            by_login = {agent.login: agent for agent in tx.desk.agents()}
            for leaflet in LEAFLETS if not known else ():
                articles.create(tx, by_login["mina"], {
                    "title": leaflet.title, "body": leaflet.body, "language": leaflet.language,
                    "state": ArticleState.PUBLIC, "keywords": leaflet.keywords})
            for login, token in zip(SIMULATED, tokens, strict=True):
                tx.accounts.add_token(by_login[login].id, "demo", Role.AGENT, digest(token))
        await self.house.store.run(unit)
        return tokens
