"""The house's reasons in words, Persian and English, and the facts behind them. Pure; wording only, no decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents import explained, wordings
from router.errors import SendError
from router.rules import notices

Words = dict[str, str]  #: {"en": ..., "fa": ...}

WAITING: Mapping[str, Words] = {
    "nobody-ready": {"en": "No colleague who can take it is ready.",
                     "fa": "هیچ‌یک از همکارانی که می‌توانند بپذیرند آماده نیستند."},
    "declined-by-all": {"en": "Every ready colleague has declined it or let it pass; they are asked again shortly.",
                        "fa": "همهٔ همکاران آماده آن را رد کرده‌اند یا بی‌پاسخ گذاشته‌اند؛ به‌زودی دوباره پرسیده می‌شود."},
    "all-busy": {"en": "Every ready colleague who can take it has their hands full; the first with room is asked.",
                 "fa": "دست همهٔ همکاران آماده‌ای که می‌توانند بپذیرند پر است؛ نخستین کسی که جا داشته باشد پرسیده می‌شود."},
    "queued": {"en": "In line.", "fa": "در نوبت است."},
    "not-waiting": {"en": "It does not wait.", "fa": "در انتظار نیست."},
    **wordings.WAITING,
}
_MORE: Words = {"en": "From {at} on more colleagues may take it.",
                "fa": "از {at} همکاران بیشتری می‌توانند آن را بپذیرند."}
RULES: Mapping[str, Words] = {
    "last-agent": {"en": "The colleague who had this contact last is free.",
                   "fa": "همکاری که آخرین بار این تماس را داشت آزاد است."},
    "longest-idle": {"en": "Of the ready and able colleagues with the emptiest desk, the one idle longest.",
                     "fa": "از میان همکاران آماده و توانا با خلوت‌ترین میز، آن که بیش از همه بیکار مانده است."},
    "direct": {"en": "A colleague handed it over.", "fa": "همکاری آن را سپرده است."},
    **wordings.RULES,
}
TERMS: Mapping[str, Words] = {
    "trigger": {"en": "Decided when", "fa": "هنگام تصمیم"},
    "queue": {"en": "Queue", "fa": "صف"},
    "skills": {"en": "Skills asked for", "fa": "مهارت‌های لازم"},
    "priority": {"en": "Priority", "fa": "اولویت"},
    "waited_seconds": {"en": "Had waited (seconds)", "fa": "زمان انتظار (ثانیه)"},
    "candidates": {"en": "Colleagues who could", "fa": "شمار همکارانی که می‌توانستند"},
    "load": {"en": "Points in use before", "fa": "بار پیش از این تماس"},
    "cost": {"en": "Points it costs", "fa": "بار این تماس"},
    "capacity": {"en": "Points at most", "fa": "ظرفیت"},
    "idle_seconds": {"en": "Had been idle (seconds)", "fa": "زمان بیکاری (ثانیه)"},
    "excluded": {"en": "Left out because they declined", "fa": "کنار گذاشته‌شدگان به‌خاطر رد کردن"},
    "ahead": {"en": "Before it in the queue", "fa": "پیش از آن در صف"},
    "able": {"en": "Colleagues with the skills", "fa": "همکاران دارای مهارت"},
    "ready": {"en": "Of them ready", "fa": "از آن‌ها آماده"},
    "declined": {"en": "Of them declined it", "fa": "از آن‌ها رد کرده"},
    "busy": {"en": "Of them have no room", "fa": "از آن‌ها بی‌ظرفیت"},
    "by": {"en": "Handed over by", "fa": "سپارنده"},
    "code": {"en": "What holds it up", "fa": "علت ماندن"},
    "rule": {"en": "Rule", "fa": "قاعده"},
    **wordings.TERMS,
}
_ERRORS: tuple[type[SendError], ...] = (SendError, *SendError.__subclasses__())
DELIVERIES: Mapping[str, Words] = {
    **{kind.code: {"en": kind.en, "fa": kind.fa} for kind in _ERRORS},
    "bounced": {"en": "The citizen's mail system returned the message.",
                "fa": "سامانهٔ رایانامهٔ شهروند پیام را برگرداند."},
    "delayed": {"en": "The citizen's mail system has not taken the message yet and goes on trying.",
                "fa": "سامانهٔ رایانامهٔ شهروند هنوز پیام را نگرفته و تلاش ادامه دارد."},
    "reported": {"en": "The provider reports that the message did not arrive.",
                 "fa": "سرویس‌دهنده می‌گوید پیام نرسیده است."},
    "complaint": {"en": "It arrived, and its reader called it unwanted. Nothing more is sent there.",
                  "fa": "رسید، و خواننده‌اش آن را ناخواسته شمرد. دیگر چیزی به آنجا فرستاده نمی‌شود."},
    "copy-bounced": {"en": "The answer arrived; a copy of it came back.",
                     "fa": "پاسخ رسید؛ یکی از رونوشت‌های آن برگشت."},
    "given-up": {"en": "A colleague decided not to try again.", "fa": "همکاری تصمیم گرفت دیگر تلاش نشود."},
}
_NOTHING: Words = {"en": "", "fa": ""}


def delivery(error: str) -> Words:
    """What a delivery's error means."""
    if not error:
        return _NOTHING
    return DELIVERIES.get(error) or {"en": f"The message did not go ({error}).", "fa": f"پیام نرفت ({error})."}


def offer(why: Mapping[str, Any]) -> Words:
    """Why somebody was asked, in one sentence."""
    if why.get("en") or why.get("fa"):
        return {"en": str(why.get("en", "")), "fa": str(why.get("fa", ""))}
    rule = str(why.get("rule", ""))
    if not rule:
        return _NOTHING
    return RULES.get(rule) or {"en": f"By the rule {rule}.", "fa": f"بر پایهٔ قاعدهٔ {rule}."}


def stands(code: str, more: datetime | None, zone: str) -> Words:
    """Why a contact waits, and from when on more colleagues may take it (None = no more will), in the desk's zone."""
    words = WAITING[code]
    if more is None:
        return words
    return {language: f"{said} {_MORE[language].format(at=notices.moment(more, language, zone))}"
            for language, said in words.items()}


def waiting(why: Mapping[str, Any]) -> Words:
    """Why a contact waits, in one sentence; `why` is the router's own explanation."""
    return WAITING.get(str(why.get("code", "")), _NOTHING)


def terms(why: Mapping[str, Any], names: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Every fact that took part in a decision, with its name in words; `text` is its value in words, where the bare
    value says little. `names` are agents'."""
    given = why.get("terms")
    if isinstance(given, list):
        return given
    made = []
    for code, value in why.items():
        if code in ("en", "fa") or code in explained.HIDDEN or value is None or value in ("", [], (), {}):
            continue  # what says nothing is left out
        term = {"code": code, "value": value, **TERMS.get(code, {"en": code, "fa": code})}
        words = _value(code, value, names or {})
        made.append(term if words is None else {**term, "text": words})
    return made


def _value(code: str, value: Any, names: Mapping[int, str]) -> Words | None:
    known = {"code": WAITING, "rule": RULES}.get(code, {}).get(str(value))
    return known or explained.text(code, value, names)
