"""Every channel with a fake provider, set up alike in a running house, for the contract suite."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channels.sandbox.mail import FakeMail
from channels.sandbox.sms import FakeGateway
from channels.sandbox.sms_providers import FakeKavenegar, FakeTwilio
from channels.sandbox.telegram import TOKEN, FakeBotApi
from house import House
from router.events import MessageAdded
from router.model import OutKind
from router.records import Delivery, Direction
from tests.house import configured, read, running, until

SMS = {"invalid_message": "400", "misconfigured": "403", "unreachable": "503", "doubtful": "408", "cut": "777",
       "broken": "666", "failed-later": "002", "out-of-order": "181", "doubled": "111"}


@dataclass(slots=True)
class Bench:
    """One channel's provider. `ends` names a recipient for every way a hand-over can end."""

    name: str
    settings: dict[str, Any]
    secrets: dict[str, str]
    fake: Any
    ends: Mapping[str, str]
    webhook: bool = True  #: citizens' words come by requests to us
    signed: bool = True
    house: House = field(init=False)

    async def say(self, sender: str, text: str, id: str) -> int:
        """A citizen writes, once; the status of our answer (200 where nothing is answered)."""
        raise NotImplementedError

    async def forge(self) -> int:
        """Somebody else writes in the provider's name; the status."""
        raise NotImplementedError

    def went(self) -> int:
        """How many messages the provider has taken."""
        return len(self.fake.sent)

    async def ready(self) -> None:
        """Until the channel takes words."""


class Kannel(Bench):
    """The default SMS dialect."""

    async def say(self, sender: str, text: str, id: str) -> int:
        self.fake.inbound_url, self.fake.tries = f"{self.house.url}/channels/town/inbound", 1
        return int(await self.fake.say(sender, text, id=id))

    async def forge(self) -> int:
        self.fake.secret = "wrong"
        return await self.say("+989121234567", "x", "f1")


class Generic(Kannel):
    """A mapped JSON provider."""

    async def say(self, sender: str, text: str, id: str) -> int:
        self.fake.inbound_url, self.fake.tries = f"{self.house.url}/channels/town/inbound", 1
        return int(await self.fake.say_json(sender, text, id=id))


class Twilio(Bench):
    """Signed forms."""

    async def say(self, sender: str, text: str, id: str) -> int:
        self.fake.inbound_url = f"{self.house.url}/channels/town/inbound"
        return int(await self.fake.say(sender, text, sid=id))

    async def forge(self) -> int:
        self.fake.token = "wrong"
        return await self.say("+989121234567", "x", "f1")


class Kavenegar(Bench):
    """Forms with a secret in the address."""

    secret = "s3cret"

    async def say(self, sender: str, text: str, id: str) -> int:
        base = f"{self.house.url}/channels/town"
        self.fake.inbound_url = f"{base}/inbound?secret={self.secret}"
        self.fake.report_url = f"{base}/delivery?secret={self.secret}"
        return int(await self.fake.say(sender, text, number=id))

    async def forge(self) -> int:
        base = f"{self.house.url}/channels/town/inbound?secret=wrong"
        return int(await self.fake.post(base, {"messageid": "1", "from": "09121234567", "to": "1", "message": "x"}))


class Telegram(Bench):
    """Updates by webhook."""

    async def ready(self) -> None:
        await until(lambda: self.fake.hook.url)

    async def say(self, sender: str, text: str, id: str) -> int:
        message = self.fake.message(int(sender), sender={"id": int(sender), "is_bot": False, "first_name": "c"},
                                    text=text)
        return await self.update({"update_id": int(id, 36) % 10**9, "message": message | {"message_id": 5}})

    async def update(self, update: dict[str, Any], secret: str = "hook-secret") -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with self.fake._out.post(self.fake.hook.url, json=update, headers=headers) as got:
            return int(got.status)

    async def forge(self) -> int:
        return await self.update({"update_id": 1}, secret="wrong")


class Email(Bench):
    """A mailbox that we fetch from."""

    async def say(self, sender: str, text: str, id: str) -> int:
        self.fake.deliver((f"From: <{sender}>\r\nTo: desk@city.example\r\nSubject: s\r\n"
                           f"Message-ID: <{id}@x.example>\r\n"
                           f"Date: Mon, 02 Nov 2026 09:30:00 +0330\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
                           f"charset=utf-8\r\n\r\n{text}\r\n").encode())
        return 200


async def _kannel(dialect: str) -> Bench:
    fake = FakeGateway(secret="s3cret", retry_seconds=0.05)
    await fake.start()
    own = {"medium": "sms", "dialect": dialect, "username": "app", "sender": "3000", "answer_seconds": 1.0,
           "send_url": fake.send_url if dialect == "kannel" else fake.json_url}
    if dialect == "generic":
        own |= {"check": "header", "send": {"to": "to", "text": "text", "report_url": "report_url"}}
    secrets = {"PISHKHAN_TOWN_PASSWORD": "pw", "PISHKHAN_TOWN_WEBHOOK_SECRET": "s3cret"}
    ends = {name: f"+98912000{last:0>4}" for name, last in (SMS | ({"throttled": "429"})).items()}
    return (Kannel if dialect == "kannel" else Generic)("town", own, secrets, fake, ends)


async def _provider(dialect: str) -> Bench:
    fake = FakeTwilio() if dialect == "twilio" else FakeKavenegar()
    await fake.start()
    own = {"medium": "sms", "dialect": dialect, "api_base": fake.url, "answer_seconds": 1.0, "sender": "+15005550006"}
    if dialect == "twilio":
        own["account"] = FakeTwilio.account
    secrets = {"PISHKHAN_TOWN_PASSWORD": "pw", "PISHKHAN_TOWN_WEBHOOK_SECRET": "s3cret"}
    more = {"throttled": "429", "opted_out": "610", "refused": "420"}
    ends = {name: f"+98912000{last:0>4}" for name, last in (SMS | more).items()}
    return (Twilio if dialect == "twilio" else Kavenegar)("town", own, secrets, fake, ends)


async def _telegram() -> Bench:
    fake = FakeBotApi(retry_seconds=0.05)
    await fake.start()
    own = {"medium": "telegram", "mode": "webhook", "api_base_url": fake.api_base_url,
           "file_base_url": fake.file_base_url, "answer_seconds": 1.0}
    secrets = {"PISHKHAN_TOWN_TOKEN": TOKEN, "PISHKHAN_TOWN_WEBHOOK_SECRET": "hook-secret"}
    ends = {"invalid_message": "7413", "refused": "7400", "opted_out": "7403",
            "doubtful": "7408", "throttled": "7429", "cut": "7777",
            "broken": "7666"}
    return Telegram("town", own, secrets, fake, ends)


async def _email() -> Bench:
    fake = FakeMail()
    await fake.start()
    ends = {"unreachable": "defer@x.example", "throttled": "slow@x.example", "refused": "spam@x.example",
            "misconfigured": "relay@x.example", "invalid_message": "large@x.example", "cut": "drop@x.example"}
    secrets = {"PISHKHAN_TOWN_PASSWORD": fake.password}
    return Email("town", {**fake.settings(), "rate_per_second": 1000.0}, secrets, fake, ends, webhook=False,
                 signed=False)


MAKERS = {
    "kannel": lambda: _kannel("kannel"), "generic": lambda: _kannel("generic"), "twilio": lambda: _provider("twilio"),
    "kavenegar": lambda: _provider("kavenegar"), "telegram": _telegram, "email": _email}


@contextlib.asynccontextmanager
async def bench(kind: str, tmp_path: Path, *, secrets: bool = True, **more: Any) -> AsyncIterator[Bench]:
    """A house with this one channel, and its provider."""
    made = await MAKERS[kind]()
    try:
        async with running(tmp_path, {"town": {**made.settings, **more}}, environ=made.secrets if secrets else {}
                           ) as house:
            made.house = house
            if secrets:
                await made.ready()
            yield made
    finally:
        await made.fake.stop()


async def again(made: Bench, tmp_path: Path) -> House:
    """Another process on the same database; not started."""
    return House(configured(tmp_path, {"town": made.settings}, environ=made.secrets))


async def words(house: House) -> list[str]:
    """Everything citizens said."""
    contacts = await read(house, lambda tx: tx.contacts.listed(limit=200))
    return [each.text for contact in contacts for each in await read(
        house, lambda tx, c=contact: tx.messages.of(c.id)) if each.direction is Direction.IN]


async def reply(house: House, text: str = "پاسخ") -> Delivery:
    """An agent answers the newest contact."""
    contact = (await until(lambda: read(house, lambda tx: tx.contacts.listed()), seconds=20))[0]

    def unit(tx: Any) -> Any:
        message = tx.messages.add(contact.id, Direction.OUT, at=tx.now, text=text)
        delivery = tx.outbox.add(message, contact, OutKind.REPLY, key=f"reply:{message.id}")
        tx.emit(MessageAdded(about=contact.id, message=message.id, direction="out", delivery=delivery.id), actor="a")
        return delivery
    return await house.store.run(unit)  # type: ignore[no-any-return]
