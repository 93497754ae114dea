"""What the channel's light and its self-check say, in both languages. Says nothing about citizens. Pure."""

from __future__ import annotations

from router.model import Finding, Health

#: code -> (light, English, Persian); "{}" is filled with a technical detail.
LIGHTS = {
    "ok": ("ok", "ready", "آماده"),
    "no-token": ("misconfigured", "token is not set: nothing is taken in or sent",
                 "token تنظیم نشده است: پیامی گرفته یا فرستاده نمی‌شود"),
    "no-secret": ("misconfigured", "webhook_secret is not set: every update is refused",
                  "webhook_secret تنظیم نشده است: هیچ پیامی پذیرفته نمی‌شود"),
    "bad-token": ("misconfigured", "the server does not know this token", "سرویس‌دهنده این توکن را نمی‌شناسد"),
    "conflict": ("down", "another program reads this bot's updates with the same token; end it or use another bot",
                 "برنامهٔ دیگری با همین توکن پیام‌های ربات را می‌خواند؛ آن را ببندید یا ربات دیگری به کار ببرید"),
    "elsewhere": ("refused", "the bot's webhook now points elsewhere; another installation uses the same token",
                  "وب‌هوک ربات به نشانی دیگری رفته است؛ نصب دیگری با همین توکن کار می‌کند"),
    "deliveries": ("down", "the server cannot deliver updates to us: {}",
                   "سرویس‌دهنده نمی‌تواند پیام‌ها را به ما برساند: {}"),
    "refused-webhook": ("misconfigured", "the server refuses our webhook address: {}",
                        "سرویس‌دهنده نشانی وب‌هوک ما را نمی‌پذیرد: {}"),
    "throttled": ("down", "the server asked us to wait", "سرویس‌دهنده خواسته است صبر کنیم"),
    "unreachable": ("down", "the server cannot be reached ({})", "سرویس‌دهنده در دسترس نیست ({})"),
    "store": ("down", "our own store cannot commit now; updates wait at the server",
              "پایگاه دادهٔ خودمان اکنون ثبت نمی‌کند؛ پیام‌ها نزد سرویس‌دهنده می‌مانند"),
}

#: check -> (English, Persian) when it holds, then when it does not.
FINDINGS = {
    "token": (("token is set", "token تنظیم شده است"), LIGHTS["no-token"][1:]),
    "webhook-secret": (("webhook_secret is set", "webhook_secret تنظیم شده است"), LIGHTS["no-secret"][1:]),
    "get-me": (("the server knows the bot {}", "سرویس‌دهنده ربات {} را می‌شناسد"),
               ("the server did not answer for this token: {}", "سرویس‌دهنده برای این توکن پاسخ نداد: {}")),
    "webhook": (("updates are delivered to us; {} wait", "پیام‌ها به ما می‌رسند؛ {} در صف"),
                ("updates are not delivered to us: {}", "پیام‌ها به ما نمی‌رسند: {}")),
    "polling": (("no webhook stands in the way; {} updates wait", "وب‌هوکی سر راه نیست؛ {} پیام در صف"),
                ("a webhook is set; it is removed when polling begins: {}",
                 "وب‌هوک تنظیم شده است و هنگام شروع خواندن برداشته می‌شود: {}")),
}


def light(code: str, detail: str = "") -> Health:
    """The channel's light; the house stamps when it changed."""
    state, en, fa = LIGHTS[code]
    return Health(code=state, en=en.replace("{}", detail), fa=fa.replace("{}", detail))


def finding(check: str, ok: bool, detail: str = "") -> Finding:
    """One line of the self-check."""
    en, fa = FINDINGS[check][0 if ok else 1]
    return Finding(check=check, ok=ok, en=en.replace("{}", detail), fa=fa.replace("{}", detail))
