"""Simulated citizens: they write and call on every channel through the sandbox, and react to answers."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import aiohttp

from channels.sandbox.mail import FakeMail
from channels.sandbox.sms import FakeGateway
from channels.sandbox.telegram import FakeBotApi
from channels.sandbox.voice import FakeCarrier
from channels.sandbox.webchat import Visitor
from demo.words import MATTERS, MENU, NAMES, Matter
from house import utc_now

PATIENCE_SECONDS = 120.0  #: how long a citizen of the town waits for an answer before going away


class Crowd:
    """Citizens arrive one after the other; `gap` is the mean time between two of them, in seconds."""

    def __init__(self, url: str, mail: FakeMail, gateway: FakeGateway, bot: FakeBotApi, carrier: FakeCarrier, *,
                 seed: int = 1, gap: float = 6.0) -> None:
        self._url, self._mail, self._gateway, self._bot, self._carrier = url, mail, gateway, bot, carrier
        self._rng = random.Random(seed)
        self._gap = gap
        self._count = 0
        self._ways: list[Callable[[Matter, str], Awaitable[None]]] = [
            self._by_chat, self._by_sms, self._by_telegram, self._by_mail, self._by_telephone, self._by_form]

    async def run(self) -> None:
        """Until cancelled: the first come at once, one on each channel, then one after the other."""
        async with asyncio.TaskGroup() as group:
            for way in self._ways:
                group.create_task(self._visit(way))
                await asyncio.sleep(0.3)
            while True:
                await asyncio.sleep(self._rng.expovariate(1 / self._gap))
                if len(asyncio.all_tasks()) < 200:
                    group.create_task(self._visit(self._rng.choice(self._ways)))

    async def _visit(self, way: Callable[[Matter, str], Awaitable[None]]) -> None:
        self._count += 1
        matter = MATTERS[self._rng.randrange(len(MATTERS))]
        # A sandbox that is being stopped cuts its citizens off; the town goes on without them.
        with contextlib.suppress(OSError, TimeoutError, AssertionError, aiohttp.ClientError):
            await way(matter, self._rng.choice(NAMES[matter.language]))

    async def _until(self, count: Callable[[], int], more_than: int, seconds: float = PATIENCE_SECONDS) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            if count() > more_than:
                return True
            await asyncio.sleep(0.25)
        return False

    async def _think(self) -> None:
        await asyncio.sleep(self._rng.uniform(3, 8))

    async def _by_chat(self, matter: Matter, name: str) -> None:
        async with Visitor(self._url, "site-chat", language=matter.language) as visitor:
            await visitor.live()
            for line in matter.lines:
                heard = len(visitor.answers)
                await visitor.type()
                await visitor.say(line)
                if not await self._until(lambda: len(visitor.answers), heard):
                    return
                await self._think()

    async def _by_sms(self, matter: Matter, name: str) -> None:
        number = f"+98912{self._rng.randrange(10**7):07d}"
        for line in matter.lines:
            heard = self._texts_to(number)
            await self._gateway.say(number, line)
            if not await self._until(lambda: self._texts_to(number), heard):
                return
            await self._think()

    def _texts_to(self, number: str) -> int:
        return sum(1 for taken in self._gateway.sent if taken.to == number)

    async def _by_telegram(self, matter: Matter, name: str) -> None:
        """By the menu: some want a person at once, some ask the robot and say whether it helped."""
        chat = 10_000 + self._count
        menu = MENU[matter.language]
        before = (menu.hello, menu.person) if self._rng.random() < 0.6 else (menu.hello, menu.question)
        after = () if before[-1] == menu.person else (menu.helped, menu.nothing_else, menu.rating)
        for line in (*before, matter.lines[0], *after, *matter.lines[1:]):
            heard = self._bot_words_to(chat)
            await self._bot.say(chat, line, language=matter.language)
            if not await self._until(lambda: self._bot_words_to(chat), heard):
                return
            await self._think()

    def _bot_words_to(self, chat: int) -> int:
        return sum(1 for call in self._bot.calls
                   if call.method.lower() == "sendmessage" and str(call.values.get("chat_id")) == str(chat))

    async def _by_mail(self, matter: Matter, name: str) -> None:
        mail = EmailMessage()
        mail["From"] = f"{name} <citizen{self._count}@home.example>"
        mail["To"] = self._mail.address
        mail["Subject"] = matter.subject
        mail["Date"] = format_datetime(utc_now())
        mail["Message-ID"] = make_msgid(domain="home.example")
        mail.set_content("\n\n".join(matter.lines[:1]) + f"\n\n{name}\n")
        self._mail.deliver(mail.as_bytes())

    async def _by_form(self, matter: Matter, name: str) -> None:
        form = {"name": name, "email": f"citizen{self._count}@home.example", "subject": matter.subject,
                "text": matter.lines[0], "language": matter.language}
        async with aiohttp.ClientSession(self._url) as http:
            await http.post("/channels/site-form/messages", json=form)

    async def _by_telephone(self, matter: Matter, name: str) -> None:
        async with self._carrier.call(f"+98911{self._rng.randrange(10**7):07d}") as caller:
            await asyncio.sleep(2)
            caller.press(matter.key)
            await self._until(lambda: not caller.leg.live, 0, self._rng.uniform(40, PATIENCE_SECONDS))
