"""The real servers behind the stories' channels: Dovecot and an SMTP server, Kannel, Telemelya, a SIP endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from channels.sandbox.bridge import Bridge, SipMedia
from channels.sandbox.mail import FakeMail
from channels.sandbox.telegram import TOKEN as POLLED
from channels.sandbox.telegram import FakeBotApi
from house import utc_now
from tests.house import until
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.kannel import Kannel
from tests.servers.sip import Baresip, Sipp, baresip, sipp
from tests.servers.telemelya import TOKEN, Telemelya
from tests.test_sms_kannel import heard, ucs2
from tests.voicing import TOKEN as CARRIER


class Mail:
    """Mail comes out of a real Dovecot; answers are taken by a real SMTP server."""

    name = "town-mail"
    secrets: Mapping[str, str] = {"PISHKHAN_TOWN_MAIL_PASSWORD": PASSWORD}
    address = USER

    def __init__(self) -> None:
        self.dovecot = Dovecot()
        self.sink = FakeMail(USER, PASSWORD)

    async def start(self, folder: Path) -> Mapping[str, Any]:
        await asyncio.to_thread(self.dovecot.start)
        await self.sink.start_smtp()
        return {"medium": "email", "from_address": USER, "imap_host": "127.0.0.1", "imap_port": self.dovecot.tls_port,
                "ca_file": self.dovecot.ca_file, "smtp_host": "127.0.0.1", "smtp_port": self.sink.smtp_port,
                "smtp_tls": "none", "acknowledge": True}

    async def join(self, house: Any) -> None:
        """Mail is fetched."""

    async def stop(self) -> None:
        await self.sink.stop_smtp()
        await asyncio.to_thread(self.dovecot.stop)

    def letter(self, sender: str, subject: str, text: str = "", **headers: str) -> EmailMessage:
        """A mail of a citizen to the desk."""
        mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=900))
        mail["From"], mail["To"], mail["Subject"] = sender, USER, subject
        mail["Date"], mail["Message-ID"] = format_datetime(utc_now()), make_msgid(domain="citizen.example")
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        if text:
            mail.set_content(text)
        return mail

    def writes(self, mail: EmailMessage) -> None:
        """It arrives in the mailbox."""
        self.dovecot.drop(mail.as_bytes())

    @property
    def received(self) -> list[EmailMessage]:
        """What was handed to the SMTP server, in order."""
        return [message_from_bytes(each.raw, policy=policy.default) for each in self.sink.sent]  # type: ignore[misc]

    async def nth(self, count: int) -> EmailMessage:
        """The mail with this number, as soon as the SMTP server has it."""
        return (await until(lambda: self.received[count - 1:], seconds=40, what=f"mail {count} is handed over"))[0]


class Sms:
    """Kannel, a real gateway, with its fake message centre as the citizens' telephones."""

    name = "town-sms"
    secrets: Mapping[str, str] = {"PISHKHAN_TOWN_SMS_PASSWORD": "pw", "PISHKHAN_TOWN_SMS_WEBHOOK_SECRET": "s3cret"}

    async def start(self, folder: Path) -> Mapping[str, Any]:
        self.kannel = Kannel(folder, inbound="", secret="s3cret")
        self._printed: list[Path] = []
        return {"medium": "sms", "send_url": self.kannel.send_url, "username": "app", "sender": "3000",
                "probe_seconds": 1.0}

    async def join(self, house: Any) -> None:
        self.kannel.inbound = f"{house.url}/channels/{self.name}/inbound"
        await self.kannel.start()

    async def stop(self) -> None:
        await self.kannel.stop()

    async def says(self, number: str, text: str) -> None:
        """A telephone sends this, and stays in the network."""
        kind, body = ("text", text) if text.isascii() else ("ucs2", ucs2(text))
        self._printed.append(await self.kannel.phone(f"{number} 3000 {kind} {body}"))

    def received(self, number: str) -> list[str]:
        """What the telephone got, part by part; a part of a long message begins with "number/count: "."""
        found = []
        for path in self._printed:
            for line in path.read_bytes().decode("latin-1").split("Got message ")[1:]:
                if part := _part(line, number):
                    found.append(part)
        return found


def _part(line: str, number: str) -> str:
    about = re.match(rf"\d+: <3000 {re.escape(number)} (.*?)>\n", line, re.DOTALL)
    if about is None:
        return ""
    plain, long = re.fullmatch(r"text (.*)", about[1], re.DOTALL), re.match(
        r"udh %05%00%03(?:%[0-9a-fA-F]{2}|.)%0(\d)%0(\d) data (.*)", about[1], re.DOTALL)
    if plain:
        return plain[1].encode("latin-1").decode()
    if long:
        return f"{long[2]}/{long[1]}: {heard(long[3])}"
    return heard(about[1].removeprefix("ucs-2 "))


class Chat:
    """The widget; its server is the house."""

    name = "town-chat"
    secrets: Mapping[str, str] = {}

    async def start(self, folder: Path) -> Mapping[str, Any]:
        return {"medium": "webchat", "requests_per_minute": 60_000, "messages_per_minute": 60_000}

    async def join(self, house: Any) -> None:
        self._channel = house.channels[self.name]

    async def stop(self) -> None:
        """Nothing runs."""

    def cut(self) -> None:
        """Every visitor's connection breaks this instant."""
        for link in list(self._channel._links):
            link._cut()


class _Front:
    """Stands before Telemelya and does what Telegram itself does and Telemelya does not: it keeps the secret of
    setWebhook and brings it with every update."""

    def __init__(self, server: Telemelya) -> None:
        self._server, self._hook, self._secret = server, "", ""

    async def start(self) -> None:
        app = web.Application(client_max_size=60_000_000)
        app.router.add_post("/update", self._update)
        app.router.add_route("*", "/{path:.*}", self._api)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._session = aiohttp.ClientSession()
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _api(self, request: web.Request) -> web.Response:
        method, body = request.path.rpartition("/")[2], await request.read()
        headers = {"Content-Type": request.headers.get("Content-Type", "application/octet-stream")}
        if method == "setWebhook":
            form = dict(await request.post())
            self._hook, self._secret = str(form["url"]), str(form["secret_token"])
            body, headers = orjson.dumps({"url": f"{self.url}/update"}), {"Content-Type": "application/json"}
        url = f"{self._server.url}{request.path_qs}"
        async with self._session.request(request.method, url, data=body, headers=headers) as got:
            answer = await got.read()
            if method == "getWebhookInfo" and self._hook:
                answer = answer.replace(f"{self.url}/update".encode(), self._hook.encode())
            return web.Response(status=got.status, body=answer, content_type=got.content_type)

    async def _update(self, request: web.Request) -> web.Response:
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self._secret}
        async with self._session.post(self._hook, data=await request.read(), headers=headers) as got:
            return web.Response(status=got.status, body=await got.read())


class Webhook:
    """A Bot API server that somebody else wrote, and our webhook."""

    name = "town-bot"
    secrets: Mapping[str, str] = {"PISHKHAN_TOWN_BOT_TOKEN": TOKEN, "PISHKHAN_TOWN_BOT_WEBHOOK_SECRET": "hook-s3cret"}

    async def start(self, folder: Path) -> Mapping[str, Any]:
        self.server = Telemelya(folder)
        self._front = _Front(self.server)
        await self.server.start()
        await self._front.start()
        return {"medium": "telegram", "mode": "webhook", "api_base_url": f"{self._front.url}/bot",
                "file_base_url": f"{self._front.url}/file/bot", "answer_seconds": 10.0}

    async def join(self, house: Any) -> None:
        """The house registers its webhook by itself."""

    async def stop(self) -> None:
        await self._front.stop()
        await self.server.stop()

    async def says(self, chat: int, text: str) -> None:
        """A citizen writes; refused updates fail the test."""
        done = await self.server.inject(chat_id=chat, update_type="message", text=text)
        assert done["delivery"]["status_code"] == 200, done

    async def received(self, method: str) -> list[dict[str, Any]]:
        """What the server was asked to show."""
        return [each for each in await self.server.responses() if each["method"] == method]


class Polling:
    """Our strict Bot API server, asked for updates."""

    name = "town-poll"
    secrets: Mapping[str, str] = {"PISHKHAN_TOWN_POLL_TOKEN": POLLED}

    def __init__(self) -> None:
        self.server = FakeBotApi()

    async def start(self, folder: Path) -> Mapping[str, Any]:
        await self.server.start()
        return {"medium": "telegram", "mode": "polling", "poll_seconds": 1, "api_base_url": self.server.api_base_url,
                "file_base_url": self.server.file_base_url, "answer_seconds": 10.0}

    async def join(self, house: Any) -> None:
        """The house asks."""

    async def stop(self) -> None:
        await self.server.stop()


class Telephone:
    """sipp calls baresip, a real SIP endpoint, and a bridge turns that into webhooks as a carrier does."""

    name = "line"
    secrets: Mapping[str, str] = {"PISHKHAN_LINE_AUTH_TOKEN": CARRIER}

    def __init__(self, menu: Mapping[str, Any]) -> None:
        self._menu = menu
        self._stack = contextlib.AsyncExitStack()

    async def start(self, folder: Path) -> Mapping[str, Any]:
        self._folder = folder
        self._endpoint: Baresip = await self._stack.enter_async_context(baresip(folder))
        self.bridge = Bridge(control_port=self._endpoint.control_port, folder=self._endpoint.folder, token=CARRIER)
        await self.bridge.start()
        self._stack.push_async_callback(self.bridge.stop)
        return {"medium": "voice", "account_sid": "AC1", "api_base": self.bridge.api_base, "menu": self._menu,
                "wait_seconds": 2, "effort": 6}

    async def join(self, house: Any) -> None:
        self.bridge.hook_url = f"{house.url}/channels/{self.name}"

    async def stop(self) -> None:
        await self._stack.aclose()

    @contextlib.asynccontextmanager
    async def call(self, *steps: str) -> AsyncIterator[tuple[Sipp, SipMedia]]:
        """A caller with these steps, and the call as the bridge carries it."""
        async with sipp(self._folder, self._endpoint, list(steps)) as caller:
            media = await until(lambda: next((c for c in self.bridge.calls if c.call_id == caller.call_id), None),
                                seconds=40, what="the call is answered")
            yield caller, media

    @staticmethod
    async def hears(media: SipMedia, words: str) -> None:
        """Wait until the caller was told this to its end."""
        await until(lambda: any(words in each for each in media.spoken), seconds=60,
                    what=f"{words!r} is spoken; so far {media.spoken}, cut {media.cut}")
