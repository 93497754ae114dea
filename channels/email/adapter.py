"""The e-mail channel: follows a mailbox, hands mail to an SMTP server, checks both."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from channels.email import smtp
from channels.email.child import Reader
from channels.email.compose import compose
from channels.email.imap import Connection, Lost
from channels.email.mailbox import Mailbox
from channels.email.oauth import Tokens
from channels.email.settings import Settings
from channels.email.tls import Denied
from router.errors import InvalidMessage, Misconfigured, NotFound, SendError
from router.model import Finding, Health, Limits, Medium, Outbound, Part, Sent
from router.ports import Wire
from router.routes import Route
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]

_SENDING = 4  #: connections to the SMTP server at once
_TEXT_CHARS = 500_000


class Adapter:
    """One mailbox. Fulfils `router.ports.Channel`."""

    medium = Medium.EMAIL

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name = name
        self.settings = settings
        self.wire = wire
        # In base64 a file grows by a third and something.
        self.limits = Limits(text_chars=_TEXT_CHARS, attachment_bytes=settings.send_bytes * 7 // 10, html=True,
                             several=True, one_thread=False, copies=settings.copies, own=settings.own)
        self.tokens = Tokens(settings)
        self.reader = Reader(max_bytes=settings.max_bytes)
        self._slots = asyncio.Semaphore(_SENDING)

    def routes(self) -> Sequence[Route]:
        """None: mail comes by IMAP."""
        return ()

    async def run(self) -> None:
        """Take mail in until cancelled."""
        try:
            lacking = _lacking(self.settings)
            if lacking:
                await self._rest("misconfigured", lacking[0].en, lacking[0].fa)
            if not self.settings.imap_host:
                await self._rest("ok", "sends only", "فقط ارسال")
            await Mailbox(self.name, self.settings, self.wire, self.reader, self.tokens).run()
        finally:
            await self.reader.close()

    async def _rest(self, code: str, en: str, fa: str) -> None:
        self.wire.report(Health(code=code, en=en, fa=fa, since=self.wire.clock()))
        await asyncio.Event().wait()

    async def send(self, out: Outbound) -> Sent:
        """Hand one message over. Raises a SendError."""
        if 0 in out.parts_done:
            return Sent(detail="was handed over before")
        if not self.settings.smtp_host or not self.settings.own:
            raise Misconfigured("smtp_host or from_address is not set", provider_code="smtp-host")
        files = []
        for each in out.attachments:
            try:
                files.append((each, await self.wire.blobs.read(each.digest)))
            except NotFound:
                raise InvalidMessage("an attached file is not there any more", provider_code="file") from None
        letter = await asyncio.to_thread(compose, out, self.settings, files, self.wire.clock(), self.wire.ours())
        async with self._slots:
            detail = await smtp.deliver(letter, self.settings, self.tokens)
        return Sent(parts=(Part(index=0, external_id=letter.message_id),), detail=detail)

    async def check(self) -> Sequence[Finding]:
        """Settings, IMAP login and folder, SMTP login. Changes nothing and sends nothing."""
        settings, found = self.settings, _lacking(self.settings)
        if settings.imap_host and settings.secret:
            found += [await self._check_imap(), *_in_clear("imap", settings.imap_tls, settings.imap_host)]
        return [*found, await self._check_smtp(), *_in_clear("smtp", settings.smtp_tls, settings.smtp_host)]

    async def _check_imap(self) -> Finding:
        connection = Connection(self.settings, self.tokens)
        try:
            await connection.open(examine=True)
            return Finding(check="imap-login", ok=True, en="the IMAP server lets us in and the folder is there",
                           fa="ورود به سرور IMAP درست است و پوشه هست")
        except Denied as refusal:
            return Finding(check=refusal.check, ok=False, en=refusal.en, fa=refusal.fa)
        except Lost as loss:
            return Finding(check="imap-connection", ok=False, en=f"no connection to the IMAP server ({loss})",
                           fa=f"اتصال به سرور IMAP برقرار نشد ({loss})")
        finally:
            await connection.close()

    async def _check_smtp(self) -> Finding:
        if not self.settings.smtp_host:
            return Finding(check="smtp-host", ok=False, en="smtp_host is not set: nothing is sent",
                           fa="smtp_host تنظیم نشده است: هیچ نامه‌ای فرستاده نمی‌شود")
        try:
            await smtp.probe(self.settings, self.tokens)
        except SendError as error:
            return Finding(check="smtp-login", ok=False, en=f"{error.en} ({error.detail})",
                           fa=f"{error.fa} ({error.detail})")
        return Finding(check="smtp-login", ok=True, en="the SMTP server lets us in", fa="ورود به سرور SMTP درست است")


def _lacking(settings: Settings) -> list[Finding]:
    """What nothing works without."""
    found = []
    if not settings.own:
        found.append(Finding(check="from-address", ok=False, en="from_address is not set",
                             fa="from_address تنظیم نشده است"))
    if settings.imap_host and not settings.secret and settings.oauth_token_url:
        found.append(Finding(check="oauth", ok=False, en="oauth_refresh_token is not set: no mail is fetched",
                             fa="oauth_refresh_token تنظیم نشده است: نامه‌ای دریافت نمی‌شود"))
    elif settings.imap_host and not settings.secret:
        found.append(Finding(check="password", ok=False, en="password is not set: no mail is fetched",
                             fa="گذرواژه تنظیم نشده است: نامه‌ای دریافت نمی‌شود"))
    return found


def _in_clear(which: str, tls: str, host: str) -> list[Finding]:
    if tls != "none" or host in ("127.0.0.1", "::1", "localhost"):
        return []
    return [Finding(check=f"{which}-tls", ok=False, en=f"{which}_tls is none: password and mail travel in clear",
                    fa=f"تنظیم {which}_tls برابر none است: گذرواژه و نامه‌ها رمز نمی‌شوند")]
