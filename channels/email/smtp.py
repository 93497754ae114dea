"""Hands one mail to the SMTP server and says what to do next when that fails. Knows nothing of what is in it."""

from __future__ import annotations

import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from channels.email.compose import Letter
from channels.email.oauth import Tokens
from channels.email.settings import Settings
from channels.email.tls import Denied, tls_context
from router.errors import (
    Doubtful,
    InvalidMessage,
    Misconfigured,
    Refused,
    SendError,
    Suppressed,
    Throttled,
    Unreachable,
)
from router.rules.suppression import GONE

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"<?[^\s<>]{1,80}@[^\s<>]{1,200}>?")
_SLOW_DOWN = timedelta(minutes=2)


async def deliver(letter: Letter, settings: Settings, tokens: Tokens | None = None) -> str:
    """Hand it over; the server's last word. Raises a SendError that says what to do next. A copy that the server does
    not take holds nothing up; how many there were stands in the answer."""
    if len(letter.raw) > settings.send_bytes:
        raise InvalidMessage(f"larger than {settings.send_bytes} bytes", provider_code="size")
    async with _session(settings, tokens) as client:
        with _answers("MAIL FROM"):
            options = [f"size={len(letter.raw)}"] if client.supports_extension("size") else []
            await client.mail(letter.sender, options=options)
        with _answers("RCPT TO"):
            await client.rcpt(letter.to)
        refused = 0
        for each in letter.copies:
            try:
                await client.rcpt(each)
            except SMTPRecipientRefused:
                refused += 1
            except SMTPException as error:
                raise Unreachable(f"RCPT TO ({type(error).__name__})") from None
        try:
            with _answers("DATA"):
                answer = await client.data(letter.raw)
        except Unreachable as error:
            if error.provider_code not in ("", "protocol"):
                raise  # the server said that it did not take it
            raise Doubtful("the connection broke while the mail was handed over", provider_code="lost") from None
    copies = f"; {refused} of {len(letter.copies)} copies refused" if refused else ""
    return _clean(answer.message) + copies


async def probe(settings: Settings, tokens: Tokens | None = None) -> None:
    """Connect and log in, nothing more. Raises a SendError."""
    async with _session(settings, tokens):
        pass


@contextlib.asynccontextmanager
async def _session(settings: Settings, tokens: Tokens | None) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection with TLS and login as the settings want them."""
    host, port = settings.smtp
    try:
        context = tls_context(settings)
    except Denied as refusal:
        raise Misconfigured(refusal.en, provider_code=refusal.check) from None
    client = aiosmtplib.SMTP(
        hostname=host, port=port, use_tls=settings.smtp_tls == "tls", start_tls=settings.smtp_tls == "starttls",
        tls_context=context, timeout=settings.timeout_seconds)
    try:
        with _answers("connection"):
            await client.connect()
        await _login_as(client, settings, tokens)
        yield client
    finally:
        # What was said is said; how the connection ends changes nothing.
        with contextlib.suppress(SMTPException, OSError):
            await client.quit(timeout=2)
        client.close()


async def _login_as(client: aiosmtplib.SMTP, settings: Settings, tokens: Tokens | None) -> None:
    user = settings.smtp_username or settings.username or settings.from_address
    password = str(settings.smtp_password or settings.password)
    if user == "-" or not (settings.oauth_token_url or password):
        return
    if not settings.oauth_token_url or settings.smtp_password:
        with _answers("login"):
            await client.login(user, password)
        return
    tokens = tokens or Tokens(settings)
    try:
        token = await tokens.get()
    except Denied as refusal:
        raise Misconfigured(refusal.en, provider_code=refusal.check) from None
    except OSError as error:
        raise Unreachable(str(error), provider_code="oauth") from None
    try:
        with _answers("login"):
            await client.auth_xoauth2(user, token)
    except SendError as error:
        if tokens.drop(token):
            raise Unreachable("the access token was withdrawn", provider_code="oauth") from None
        raise error
    tokens.took(token)


@contextlib.contextmanager
def _answers(stage: str) -> Iterator[None]:
    """Turn what the library raises into what to do next."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise Misconfigured("the SMTP server's certificate is not valid for this name; see ca_file",
                            provider_code="certificate") from None
    except ssl.SSLError:
        raise Misconfigured("TLS with the SMTP server fails; see smtp_tls and smtp_port", provider_code="tls") from None
    except SMTPAuthenticationError as error:
        raise _login(error) from None
    except (SMTPConnectError, SMTPTimeoutError, SMTPServerDisconnected, OSError) as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise Misconfigured("the SMTP server's certificate is not valid", provider_code="certificate") from None
        raise Unreachable(f"no connection at {stage} ({type(error).__name__})") from None
    except SMTPResponseException as error:
        raise judged(stage, error.code, error.message) from None
    except SMTPNotSupported:
        raise Misconfigured(f"the SMTP server does not offer what the settings want ({stage})",
                            provider_code="not-offered") from None
    except SMTPException as error:
        kind = Misconfigured if stage in ("connection", "login") else Unreachable
        raise kind(f"{stage} ({type(error).__name__})", provider_code="protocol") from None


def _login(error: SMTPAuthenticationError) -> SendError:
    if 400 <= error.code < 500:
        return Unreachable("the SMTP server takes no login now", provider_code=str(error.code))
    return Misconfigured("the SMTP server refuses username or password", provider_code=str(error.code))


def judged(stage: str, code: int, message: str) -> SendError:
    """What an answer means for this mail (RFC 5321 section 4.2.2, RFC 3463)."""
    found = _ENHANCED.search(message)
    exact = found.group(1) if found else ""
    detail = f"{stage}: {code} {_clean(message)}"
    provider_code = exact or str(code)
    if 400 <= code < 500:
        if code == 421 or exact in ("4.7.0", "4.7.1", "4.7.28", "4.3.2", "4.4.5"):
            return Throttled(detail, retry_after=_SLOW_DOWN, provider_code=provider_code)
        return Unreachable(detail, provider_code=provider_code)
    if code in (530, 534, 535, 538) or "relay" in message.lower():
        return Misconfigured(detail, provider_code=provider_code)
    if code == 552 or exact in ("5.3.4", "5.2.3") or exact.startswith("5.6."):
        return InvalidMessage(detail, provider_code=provider_code)
    if stage == "RCPT TO" and exact in GONE:
        return Suppressed(detail, provider_code=provider_code)
    if stage == "MAIL FROM":
        return Misconfigured(detail, provider_code=provider_code)
    return Refused(detail, provider_code=provider_code)


def _clean(message: str) -> str:
    """The server's words without anybody's address."""
    return " ".join(_ADDRESS.sub("<address>", message).split())[:300]
