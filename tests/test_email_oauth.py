"""Mailboxes that take no passwords: tokens from a real HTTP endpoint, IMAP by Dovecot, SMTP strictly."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import MISSING, AuthResult

from channels.email import smtp
from channels.email.child import Reader
from channels.email.mailbox import Mailbox
from channels.email.oauth import Tokens
from channels.email.settings import Settings
from channels.email.tls import Denied
from channels.sandbox.mail import FakeMail
from router.errors import Misconfigured, Unreachable
from settings import Secret
from tests.recorder import Recorder, until
from tests.servers.dovecot import USER, Dovecot

CONF = """introspection_mode = post
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""
EXTRA = """auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {conf}
}}
"""


class Provider:
    """A token endpoint and what a mail server asks it."""

    def __init__(self) -> None:
        self.port = 0
        self.issued: list[str] = []
        self.valid: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.answer: dict[str, Any] | None = None  #: given instead of a token
        self.lasts = 3600

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.answer is not None:
            return web.json_response(self.answer, status=400)
        if form.get("refresh_token") != "refresh-1" or form.get("client_id") != "desk":
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.issued.append(f"access-{len(self.issued) + 1}")
        self.valid.add(self.issued[-1])
        return web.json_response({"access_token": self.issued[-1], "expires_in": self.lasts, "token_type": "Bearer"})

    async def introspect(self, request: web.Request) -> web.Response:
        form = await request.post()
        fine = form.get("token") in self.valid
        return web.json_response({"active": fine, "username": USER if fine else ""})


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    app = web.Application()
    app.add_routes([web.post("/token", made.token), web.post("/introspect", made.introspect)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def settings(port: int, **more: Any) -> Settings:
    return Settings(**{"from_address": USER, "oauth_token_url": f"http://127.0.0.1:{port}/token",
                       "oauth_client_id": "desk", "oauth_refresh_token": Secret("refresh-1"), "timeout_seconds": 5.0,
                       **more})


async def test_a_token_is_fetched_once_and_again_when_it_ends_or_was_not_taken() -> None:
    async with provider() as server:
        tokens = Tokens(settings(server.port, oauth_client_secret=Secret("s"), oauth_scope="mail"))
        assert await asyncio.gather(*(tokens.get() for _ in range(5))) == ["access-1"] * 5
        assert server.asked == [{"grant_type": "refresh_token", "refresh_token": "refresh-1", "client_id": "desk",
                                 "client_secret": "s", "scope": "mail"}]
        assert tokens.drop("access-1") is False and await tokens.get() == "access-2"
        server.lasts = 30  # within the margin: no longer usable when it arrives
        tokens.took("access-2")
        assert tokens.drop("access-2") is True
        assert (await tokens.get(), await tokens.get()) == ("access-3", "access-4")


@pytest.mark.parametrize(("answer", "fault"), [
    ({"error": "invalid_grant"}, Denied), ({"error": "invalid_client"}, Denied), ({"error": "temporarily"}, OSError),
    ({"access_token": 5}, OSError), ({"access_token": "a\nb" * 9_000}, OSError), ({}, OSError)])
async def test_what_the_endpoint_refuses(answer: dict[str, Any], fault: type[Exception]) -> None:
    async with provider() as server:
        server.answer = answer
        with pytest.raises(fault):
            await Tokens(settings(server.port)).get()


async def test_an_endpoint_that_is_not_there_is_tried_again_later() -> None:
    with pytest.raises(OSError, match="token endpoint"):
        await Tokens(settings(9)).get()


@pytest.mark.dovecot
async def test_dovecot_lets_us_in_by_token_and_again_when_it_was_withdrawn() -> None:
    async with provider() as server:
        conf = readable(CONF.format(port=server.port))
        dovecot = Dovecot(extra=EXTRA.format(conf=conf))
        dovecot.start()
        try:
            house = Recorder()
            wanted = settings(server.port, imap_host="127.0.0.1", imap_port=dovecot.tls_port, ca_file=dovecot.ca_file,
                              login_retry_seconds=0.2)
            reader = Reader()
            async with asyncio.TaskGroup() as group:
                task = group.create_task(Mailbox("town", wanted, house.wire(), reader).run())
                try:
                    dovecot.drop(b"From: ali@citizen.example\r\nMessage-ID: <1@x.example>\r\nSubject: 1\r\n\r\nx\r\n")
                    await until(lambda: len(house.said) == 1)
                    server.valid.clear()
                    assert dovecot.kill_imap()
                    await until(lambda: len(server.issued) == 2)
                    dovecot.drop(b"From: ali@citizen.example\r\nMessage-ID: <2@x.example>\r\nSubject: 2\r\n\r\nx\r\n")
                    await until(lambda: len(house.said) == 2)
                    server.answer = {"error": "invalid_grant"}
                    server.valid.clear()
                    assert dovecot.kill_imap()
                    await until(lambda: house.lights[-1].code == "misconfigured")
                    assert "refresh" in house.lights[-1].en
                    server.answer = None
                    await until(lambda: house.lights[-1].code == "ok")
                finally:
                    task.cancel()
            await reader.close()
        finally:
            dovecot.stop()
            conf.unlink()


def readable(text: str) -> Path:
    """A file that Dovecot's user can read."""
    with tempfile.NamedTemporaryFile("w", suffix=".ext", delete=False) as file:
        file.write(text)
    path = Path(file.name)
    path.chmod(0o644)
    return path


class Strict(FakeMail):
    """Takes XOAUTH2 only, and explains a refusal as providers do."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(USER)
        self.provider = provider

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> Any:
        """RFC-less, as Google and Microsoft describe it."""
        said = base64.b64decode(args[1]).decode()
        user, bearer = said.split("\x01")[:2]
        if user == f"user={USER}" and bearer.removeprefix("auth=Bearer ") in self.provider.valid:
            return AuthResult(success=True, auth_data=USER.encode())
        explained = base64.b64encode(b'{"status":"400"}').decode()
        assert await server.challenge_auth(explained, encode_to_b64=False) in (b"", MISSING)
        return AuthResult(success=False, handled=False)


async def test_smtp_by_token() -> None:
    async with provider() as server:
        mail = Strict(server)
        await mail.start_smtp()
        try:
            wanted = settings(server.port, smtp_host="127.0.0.1", smtp_port=mail.smtp_port, smtp_tls="none")
            tokens = Tokens(wanted)
            await smtp.probe(wanted, tokens)
            server.valid.clear()
            with pytest.raises(Unreachable, match="withdrawn"):
                await smtp.probe(wanted, tokens)
            await smtp.probe(wanted, tokens)
            assert server.issued == ["access-1", "access-2"]
            server.answer = {"error": "invalid_grant"}
            with pytest.raises(Misconfigured, match="refresh token"):
                await smtp.probe(wanted, Tokens(wanted))
        finally:
            await mail.stop_smtp()
