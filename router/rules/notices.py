"""What routing tells citizens by itself, in Persian and English: it takes longer, until when it is answered. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from router.rules import jalali

_TO_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_TEXTS: dict[str, dict[str, str]] = {
    "longer": {"fa": "پاسخ به شما بیش از معمول طول می‌کشد. نوبت شما سر جای خود است.",
               "en": "Answering you takes longer than usual. Your place is kept."},
    "unable": {"fa": "اکنون همکاری که بتواند به این موضوع پاسخ دهد نداریم. پیام شما نزد ماست، نوبتتان می‌ماند و سرپرست "
                     "خبر دارد.",
               "en": "Just now nobody here can answer this. We have your message, your place is kept, and a supervisor "
                     "knows."},
    "write": {"fa": "همین حالا کسی آزاد نیست. پیام شما نزد ماست و برایتان می‌نویسیم.",
              "en": "Nobody is free just now. We have your message and will write to you."},
    "callback": {"fa": "اگر می‌خواهید با شما تماس بگیریم، شمارهٔ تلفن خود را همین‌جا بنویسید. نوبت شما می‌ماند.",
                 "en": "If you would like us to call you, write your telephone number here. Your place is kept."},
    "will-call": {"fa": "با شمارهٔ {number} با شما تماس می‌گیریم. نوبت شما می‌ماند.",
                  "en": "We will call you at {number}. Your place is kept."},
    "closed": {"fa": "اکنون بیرون از ساعت کاری است. نوبت شما می‌ماند و در آغاز کار پاسخ می‌گیرید.",
               "en": "We are closed now. Your place is kept, and you are answered when we open."},
    "promise": {"fa": "تا {by} پاسخ می‌گیرید.", "en": "You will have an answer by {by}."},
    "renewed": {"fa": "پاسخ به شما دیرتر از آنچه گفته بودیم آماده می‌شود. تا {by} پاسخ می‌گیرید.",
                "en": "Your answer takes longer than we said. You will have it by {by}."},
}


def say(name: str, language: str, **values: str) -> str:
    """The text in a language."""
    return _TEXTS[name]["fa" if language == "fa" else "en"].format_map(values)


def number(value: str, language: str) -> str:
    """A telephone number, kept from left to right among other directions; in Persian with its digits."""
    return f"\u2066{value.translate(_TO_PERSIAN) if language == 'fa' else value}\u2069"


def moment(at: datetime, language: str, zone: str) -> str:
    """A moment as people say it: a Jalali date and Persian digits in Persian, kept whole among other directions."""
    local = at.astimezone(ZoneInfo(zone))
    if language != "fa":
        return f"{local.day} {local:%B %Y}, {local:%H:%M}"
    year, month, day = jalali.from_gregorian(local.date())
    text = f"{day} {jalali.MONTHS[month - 1]} {year}، ساعت {local:%H:%M}"
    return f"\u2068{text.translate(_TO_PERSIAN)}\u2069"
