"""What every dialogue says by itself, in Persian and English. Pure; nothing of a citizen's words stands here."""

from __future__ import annotations

from collections.abc import Mapping

_FA, _EN = 0, 1
PHRASES: Mapping[str, tuple[str, str]] = {
    "miss-choice": ("متوجه نشدم. لطفاً یکی از گزینه‌ها را انتخاب کنید.", "Sorry, I did not get that. Please choose one."),
    "miss-text": ("لطفاً پاسخ را با کلمات بنویسید.", "Please answer in words."),
    "miss-number": (
        "این عدد پذیرفته نیست. لطفاً فقط عدد را بفرستید.",
        "That number cannot be used. Please send only the number.",
    ),
    "miss-mobile": (
        "این شمارهٔ همراه درست نیست؛ نمونه: ۰۹۱۲۱۲۳۴۵۶۷",
        "That is not a mobile number; for example 09121234567",
    ),
    "miss-national-id": (
        "این کد ملی درست نیست. ده رقم را دوباره بفرستید.",
        "That national id is not valid. Please send its ten digits again.",
    ),
    "miss-date": (
        "این تاریخ پذیرفته نیست؛ نمونه: ۱۴۰۵/۹/۱ یا «فردا»",
        "That date cannot be used; for example 2026-11-22 or tomorrow",
    ),
    "miss-file": ("لطفاً یک پرونده یا عکس بفرستید.", "Please send a file or a picture."),
    "miss-location": ("لطفاً مکان را بفرستید یا نشانی را بنویسید.", "Please share a location or write the address."),
    "miss-yes-no": ("لطفاً «بله» یا «خیر» را بفرستید.", "Please answer yes or no."),
    "miss-code": (
        "این شمارهٔ پیگیری درست نیست. ده رقم آن را دوباره بفرستید.",
        "That reference is not valid. Please send its ten digits again.",
    ),
    "too-long": ("پیام بسیار بلند است؛ لطفاً کوتاه‌تر بنویسید.", "That is too long; please write less."),
    "yes": ("بله", "Yes"),
    "no": ("خیر", "No"),
    "skip": ("رد کردن", "Skip"),
    "to-person": ("شما را به یک کارشناس می‌سپارم.", "I will hand you over to a person."),
    "queued": (
        "گفت‌وگوی شما به کارشناسان سپرده شد. شمارهٔ پیگیری: {reference}",
        "Your conversation is with our colleagues now. Reference: {reference}",
    ),
    "closed": (
        "اکنون بیرون از ساعت کاری است. پیام شما نگه داشته شد و در ساعت کاری پاسخ می‌گیرید. شمارهٔ پیگیری: {reference}",
        "We are closed now. Your message is kept and answered when we open. Reference: {reference}",
    ),
    "changed": (
        "راهنمای ما به‌روز شده است؛ با پوزش، از آغاز شروع می‌کنیم.",
        "Our menu has changed; sorry, let us begin again.",
    ),
    "closed-heard": ("اکنون بیرون از ساعت کاری است.", "We are closed now."),
    "remind": (
        "هنوز اینجا هستید؟ برای ادامه به پرسش زیر پاسخ دهید.",
        "Are you still there? To go on, please answer this.",
    ),
    "bye": (
        "چون پاسخی نرسید گفت‌وگو بسته شد. هر زمان بنویسید دوباره آغاز می‌کنیم.",
        "As there was no answer this conversation was closed. Write any time to begin again.",
    ),
    "helped": ("این پاسخ کمکتان کرد؟", "Did this help?"),
    "moment": ("یک لحظه لطفاً…", "One moment, please…"),
    "stale": ("آن پرسش پاسخ داده شده است.", "That question has been answered already."),
    "no-back": ("به عقب‌تر نمی‌شود برگشت.", "There is nothing to go back to."),
    "not-found": ("درخواستی با این شماره پیدا نشد.", "Nothing was found under this reference."),
    "status": ("درخواست {code}: {state}", "Request {code}: {state}"),
    "status-since": ("درخواست {code}: {state} (از {day})", "Request {code}: {state} (since {day})"),
    "state-open": ("ثبت شده و در نوبت بررسی است", "registered, waiting to be looked at"),
    "state-in-progress": ("در دست بررسی است", "being worked on"),
    "state-waiting": ("در انتظار پاسخ شماست", "waiting for your answer"),
    "state-done": ("انجام شده است", "done"),
    "state-rejected": ("پذیرفته نشده است", "not accepted"),
    "your-language": (
        "زبان خود را انتخاب کنید / Choose your language",
        "Choose your language / زبان خود را انتخاب کنید",
    ),
    "rate": ("از ۱ (بد) تا ۵ (عالی) چه نمره‌ای می‌دهید؟", "From 1 (poor) to 5 (excellent), how was it?"),
    "skip-hint": ("(برای رد شدن «رد» بفرستید.)", "(Send “skip” to leave this out.)"),
    "sheet": (
        "می‌توانید همه را در یک نامه پاسخ دهید؛ پیش از هر پاسخ شمارهٔ پرسش را بنویسید.",
        "You can answer all of these in one message; please put the number before each answer.",
    ),
    "sheet-rest": (
        "پاسخ‌های دیگرتان ثبت شد. این پرسش‌ها مانده است؛ پیش از هر پاسخ شمارهٔ آن را بنویسید.",
        "We have your other answers. These are still open; please put the number before each answer.",
    ),
    "may-skip": ("(می‌توانید پاسخ ندهید)", "(may be left out)"),
    "skip-keys": ("برای رد شدن چیزی وارد نکنید.", "To leave this out, enter nothing."),
    "key": ("برای {label}، کلید {key} را فشار دهید.", "For {label}, press {key}."),
    "hash": ("در پایان کلید مربع را فشار دهید.", "Then press the hash key."),
    "keys-always": (
        "برای کارشناس صفر و برای بازگشت ستاره را فشار دهید.",
        "For a person press zero; to go back press star.",
    ),
}
_KEYS = {
    "fa": ("صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}


def say(name: str, language: str, **values: str) -> str:
    """One sentence of ours."""
    text = PHRASES[name][_FA if language == "fa" else _EN]
    return text.format_map(values) if values else text


def key(number: int, language: str) -> str:
    """A key of the telephone as it is spoken."""
    return _KEYS["fa" if language == "fa" else "en"][number]
