"""What the house itself says to citizens, in Persian and English. Pure; nothing of the citizen's words is echoed."""

from __future__ import annotations

_LATIN = "0123456789"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_TO_PERSIAN = str.maketrans(_LATIN, _PERSIAN)

_TEXTS: dict[str, dict[str, str]] = {
    "acknowledge": {
        "fa": "پیام شما به {desk} رسید و در نوبت پاسخ است.\nشمارهٔ پیگیری: {reference}\n"
        "لطفاً در پیام‌های بعدی همین شماره را نگه دارید.",
        "en": "Your message has reached {desk} and is waiting for an answer.\nReference: {reference}\n"
        "Please keep this reference in further messages.",
    },
    "transcript": {
        "fa": "رونوشت گفت‌وگوی شما با {desk}، شمارهٔ پیگیری {reference}:",
        "en": "A copy of your conversation with {desk}, reference {reference}:",
    },
    "transcript-subject": {"fa": "رونوشت گفت‌وگو با {desk}", "en": "Your conversation with {desk}"},
    "stopped": {
        "fa": "از این پس به این نشانی پیام نمی‌فرستیم. برای دریافت دوباره «شروع» را بفرستید.",
        "en": "We will send no more messages to this address. To receive them again, send START.",
    },
    "started": {"fa": "از این پس دوباره به این نشانی پیام می‌فرستیم. برای توقف «لغو» را بفرستید.",
                "en": "You will receive our messages again. To stop them, send STOP."},
    "cut": {
        "fa": "پیام شما {size} مگابایت و بزرگ‌تر از اندازه‌ای بود که می‌توانیم بپذیریم. "
        "متن آن رسید، ولی شاید همهٔ پیوست‌ها نرسیده باشند. لطفاً پیوست‌ها را کوچک‌تر یا جداگانه دوباره بفرستید.",
        "en": "Your message had {size} MB, more than we can take in. Its words have arrived, but perhaps not every "
        "file. Please send the files again, smaller or one by one.",
    },
    "acknowledge-subject": {"fa": "پیام شما رسید", "en": "We have your message"},
}


def say(name: str, language: str, **values: str) -> str:
    """The text in a language; numbers inside values are shown in that language's digits."""
    text = _TEXTS[name]["fa" if language == "fa" else "en"]
    if language == "fa":
        values = {key: f"\u2068{value.translate(_TO_PERSIAN)}\u2069" for key, value in values.items()}
    return text.format_map(values)
