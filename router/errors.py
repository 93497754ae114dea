"""Every error the house raises on purpose, typed by what its catcher should do next."""

from __future__ import annotations

from datetime import timedelta


class PishkhanError(Exception):
    """Root of the house's own errors. `code` is stable and machine-readable."""

    code = "error"
    status = 500

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(message or self.code)
        self.message = message or self.code
        self.field = field


class BadRequest(PishkhanError):
    """The caller's input is wrong; the message says what and how to mend it."""

    code, status = "bad_request", 400


class Unauthorized(PishkhanError):
    """Nobody is signed in."""

    code, status = "unauthorized", 401


class Forged(PishkhanError):
    """A signature, secret, origin or CSRF token does not match. Nothing was stored as a message."""

    code, status = "forged", 403


class Forbidden(PishkhanError):
    """Signed in, but not allowed to do this."""

    code, status = "forbidden", 403


class NotFound(PishkhanError):
    """No such thing, or not for this caller."""

    code, status = "not_found", 404


class Conflict(PishkhanError):
    """Somebody else was first, or the state does not allow it. A normal answer, not a fault."""

    code, status = "conflict", 409


class TooLarge(PishkhanError):
    """Bigger than the stated limit."""

    code, status = "too_large", 413


class TooMany(PishkhanError):
    """Asked too often; `retry_after` says when to come back."""

    code, status = "too_many", 429

    def __init__(self, message: str = "", *, retry_after: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(PishkhanError):
    """The store cannot commit now (busy, disk full, shutting down). The caller must try again."""

    code, status = "unavailable", 503


class SendError(PishkhanError):
    """A message could not be sent. Subclasses say what to do next; `en` and `fa` are for an operator."""

    code = "send_error"
    en = "The message could not be sent."
    fa = "پیام فرستاده نشد."

    def __init__(self, detail: str = "", *, provider_code: str = "", part: int | None = None,
                 parts: tuple[tuple[int, str], ...] = ()) -> None:
        super().__init__(detail or self.en)
        self.detail = detail  #: technical, without any citizen's words or address
        self.provider_code = provider_code
        self.part = part  #: index of the part that failed
        self.parts = parts  #: (index, external id) of parts that the provider did take


class Unreachable(SendError):
    """Certainly not sent; try again later by the retry schedule."""

    code = "unreachable"
    en = "The provider cannot be reached; the message waits and will be tried again."
    fa = "سرویس‌دهنده در دسترس نیست؛ پیام در صف می‌ماند و دوباره فرستاده می‌شود."


class Throttled(SendError):
    """Certainly not sent; the provider says when to try again."""

    code = "throttled"
    en = "The provider asked us to slow down; the message waits."
    fa = "سرویس‌دهنده خواست آهسته‌تر بفرستیم؛ پیام در صف می‌ماند."

    def __init__(self, detail: str = "", *, retry_after: timedelta, provider_code: str = "",
                 parts: tuple[tuple[int, str], ...] = ()) -> None:
        super().__init__(detail, provider_code=provider_code, parts=parts)
        self.retry_after = retry_after


class Refused(SendError):
    """The provider will not take this message, now or later."""

    code = "refused"
    en = "The provider refused this message."
    fa = "سرویس‌دهنده این پیام را نپذیرفت."


class OptedOut(SendError):
    """The citizen blocked us or asked for no more messages here."""

    code = "opted_out"
    en = "The citizen does not accept messages on this channel any more."
    fa = "شهروند دیگر روی این کانال پیام نمی‌پذیرد."


class Suppressed(SendError):
    """The address does not exist any more, or its owner complained; a person or the citizen's next word lifts it."""

    code = "suppressed"
    en = "Not sent: mail to this address came back for good, or its owner called our mail unwanted."
    fa = "فرستاده نشد: نامه‌های این نشانی برای همیشه برگشته‌اند، یا صاحب آن نامهٔ ما را ناخواسته شمرده است."


class Misconfigured(SendError):
    """The channel's settings or credentials are wrong; nothing on it will go until a person mends them."""

    code = "misconfigured"
    en = "The channel's settings or credentials are wrong."
    fa = "تنظیمات یا گذرواژهٔ کانال نادرست است."


class InvalidMessage(SendError):
    """This message can never go here (too long, a file of a forbidden kind)."""

    code = "invalid_message"
    en = "This message cannot be sent on this channel."
    fa = "این پیام را نمی‌توان روی این کانال فرستاد."


class Looping(SendError):
    """The same words went to this citizen too often, or a machine answers; nothing more goes by itself."""

    code = "looping"
    en = "Stopped: the same message went to this address again and again, or a machine answers there."
    fa = "متوقف شد: همین پیام پی‌درپی به این نشانی رفته، یا آن سو دستگاهی پاسخ می‌دهد."


class Capped(SendError):
    """A cap or the day's budget is reached; with `retry_after` it waits until then, without it has failed."""

    code = "capped"
    en = "Held back: the channel's limit or budget for today is reached."
    fa = "نگه داشته شد: سقف یا بودجهٔ امروز این کانال پر شده است."

    def __init__(self, detail: str = "", *, retry_after: timedelta | None = None, scope: str = "day") -> None:
        super().__init__(detail, provider_code=f"cap-{scope}")
        self.retry_after, self.scope = retry_after, scope


class Doubtful(SendError):
    """It may have been sent. Becomes `uncertain`; never resent without a person's word."""

    code = "doubtful"
    en = "The connection broke while sending; the message may or may not have arrived."
    fa = "هنگام فرستادن ارتباط قطع شد؛ شاید رسیده باشد و شاید نه."
