"""A citizen on each medium's stand-in, all driven by the same words: `says`, `hears`, `presses`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any, Protocol

from channels.sandbox.mail import FakeMail
from channels.sandbox.sms import FakeGateway
from channels.sandbox.telegram import TOKEN, FakeBotApi
from channels.sandbox.webchat import Visitor
from router.rules.text import fold
from tests.house import running, until

PATIENCE = 25.0


class Unhurried:
    """The house's clock: some minutes late, and moved on before each word, because people take time to read."""

    def __init__(self) -> None:
        self.behind = timedelta(minutes=20)

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind

    def passes(self, seconds: float = 5) -> None:
        """So much time goes by."""
        self.behind -= timedelta(seconds=seconds)


class Citizen(Protocol):
    """One person on one medium."""

    house: Any

    async def says(self, words: str) -> None: ...

    async def heard(self) -> list[str]:
        """Everything said to the citizen so far."""
        ...


class Talk:
    """The ten lines: each word of the citizen, and what must come back after it."""

    def __init__(self, citizen: Citizen) -> None:
        self.citizen, self._seen = citizen, 0

    async def says(self, words: str, *expected: str) -> str:
        """Say it, and wait until everything expected was said since; returns what was said."""
        self.citizen.house.clock.passes()
        await self.citizen.says(words)
        return await self.hears(*expected)

    async def hears(self, *expected: str) -> str:
        """Wait until everything expected was said since the last look."""
        found = ""

        async def there() -> bool:
            nonlocal found
            said = await self.citizen.heard()
            found = "\n".join(said[self._seen:])
            return bool(said[self._seen:]) and all(fold(each) in fold(found) for each in expected)
        try:
            await until(there, seconds=PATIENCE, what=f"{expected}")
        except AssertionError:
            raise AssertionError(f"expected {expected}, heard {found!r}") from None
        self._seen = len(await self.citizen.heard())
        return found


class Chatter:
    """In the web chat."""

    def __init__(self, house: Any, visitor: Visitor) -> None:
        self.house, self.visitor = house, visitor

    async def says(self, words: str) -> None:
        """Typed, or pressed where a button says it."""
        for each in reversed(self.visitor.thread()):
            for button in each.get("buttons", ()):
                if fold(button["label"]) == fold(words) and not each["mine"]:
                    await self.visitor.choose(button["value"])
                    return
            if each.get("buttons"):
                break
        await self.visitor.say(words)

    async def heard(self) -> list[str]:
        """What the widget shows of us."""
        return list(self.visitor.answers)


class Texter:
    """By text message."""

    def __init__(self, house: Any, gateway: FakeGateway) -> None:
        self.house, self.gateway, self._count = house, gateway, 0

    async def says(self, words: str) -> None:
        """One message."""
        self._count += 1
        assert await self.gateway.say("09121234567", words, id=f"m{self._count}") == 200

    async def heard(self) -> list[str]:
        """What the gateway took for us."""
        return [taken.text for taken in self.gateway.sent]


class Messenger:
    """By Telegram."""

    def __init__(self, house: Any, server: FakeBotApi) -> None:
        self.house, self.server = house, server

    async def says(self, words: str) -> None:
        """Typed, or pressed where a button says it."""
        if self.server.sent:
            last = self.server.sent[-1]
            for row in (last.get("reply_markup") or {}).get("inline_keyboard", ()):
                for button in row:
                    if fold(button["text"]) == fold(words):
                        await self.server.press(77, last, button["callback_data"])
                        return
        await self.server.say(77, words)

    async def heard(self) -> list[str]:
        """What the bot sent."""
        return [message["text"] for message in self.server.sent]


class Writer:
    """By mail, answering the last letter."""

    def __init__(self, house: Any, mail: FakeMail) -> None:
        self.house, self.mail = house, mail

    async def says(self, words: str) -> None:
        """One letter."""
        letter = EmailMessage()
        letter["From"], letter["To"] = "Ali <ali@example.org>", "desk@city.example"
        letter["Subject"], letter["Message-ID"] = "درخواست", make_msgid(domain="example.org")
        if self.mail.sent:
            last = message_from_bytes(self.mail.sent[-1].raw, policy=policy.default)
            letter["In-Reply-To"] = letter["References"] = str(last["Message-ID"])
            letter.replace_header("To", str(last["Reply-To"] or last["From"]))
        letter.set_content(words)
        self.mail.deliver(letter.as_bytes())

    async def heard(self) -> list[str]:
        """The letters we sent, as text."""
        found = []
        for handed in self.mail.sent:
            letter = message_from_bytes(handed.raw, policy=policy.default)
            body = letter.get_body(preferencelist=("plain",))
            found.append(str(body.get_content()) if body is not None else "")
        return found


@contextlib.asynccontextmanager
async def citizen(medium: str, folder: Path, *, environ: Mapping[str, str] | None = None, house: Any = None,
                  flows: Path | None = None, **settings: Any) -> AsyncIterator[Citizen]:
    """A house with one channel "town" of the medium, its stand-in, and a citizen on it. `flows`: a folder of one's own,
    for mail."""
    common, clock = {"flow": "main-menu", **settings}, Unhurried()
    async with contextlib.AsyncExitStack() as stack:
        if medium == "webchat":
            own = {"medium": "webchat", "requests_per_minute": 60_000, "messages_per_minute": 60_000}
            there = await stack.enter_async_context(running(folder, {"town": own | common}, clock=clock))
            yield Chatter(there, await stack.enter_async_context(Visitor(there.url, "town")))
        elif medium == "sms":
            gateway = FakeGateway(secret="s3cret", retry_seconds=0.05)
            await gateway.start()
            stack.push_async_callback(gateway.stop)
            own = {"medium": "sms", "send_url": gateway.send_url, "username": "app", "sender": "3000"}
            there = await stack.enter_async_context(running(folder, {"town": own | common}, clock=clock, environ={
                "PISHKHAN_TOWN_PASSWORD": "pw", "PISHKHAN_TOWN_WEBHOOK_SECRET": "s3cret"}))
            gateway.inbound_url = f"{there.url}/channels/town/inbound"
            yield Texter(there, gateway)
        elif medium == "telegram":
            server = FakeBotApi(retry_seconds=0.05)
            await server.start()
            stack.push_async_callback(server.stop)
            own = {"medium": "telegram", "mode": "polling", "poll_seconds": 1, "api_base_url": server.api_base_url,
                   "file_base_url": server.file_base_url}
            there = await stack.enter_async_context(running(folder, {"town": own | common}, clock=clock, environ={
                "PISHKHAN_TOWN_TOKEN": TOKEN, "PISHKHAN_TOWN_WEBHOOK_SECRET": "hook-secret"}))
            yield Messenger(there, server)
        else:
            mail = FakeMail()
            await mail.start()
            stack.push_async_callback(mail.stop)
            there = await stack.enter_async_context(running(
                folder, {"town": mail.settings() | common}, clock=clock, flows={"folder": str(flows)} if flows else {},
                environ={"PISHKHAN_TOWN_PASSWORD": "sandbox", "PISHKHAN_TOWN_SMTP_PASSWORD": "sandbox"}))
            yield Writer(there, mail)
