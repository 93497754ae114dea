"""The words of the flows pages, in Persian and English. Pure; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "fa": {
        "flows": "گفت‌وگوها", "try": "آزمودن", "name": "نام", "title": "عنوان", "steps": "گام", "version": "نسخه",
        "channels": "کانال‌ها", "own": "از خودمان", "shipped": "همراه برنامه", "fine": "همهٔ تعریف‌ها درست‌اند.",
        "faults": "ایرادها", "fault": "ایراد", "warning": "هشدار", "figures": "سی روز گذشته", "console": "میز کار",
        "started": "آغازشده", "contained": "پایان‌یافته بدون کارشناس", "handed_over": "سپرده‌شده به کارشناس",
        "dropped": "رهاشده", "running": "در جریان", "came_back": "بازگشته در ۷ روز", "not_known_yet": "هنوز نامعلوم",
        "containment": "نگه‌داشت", "medium": "رسانه", "tongue": "زبان گفت‌وگو", "say": "بگویید", "send": "فرستادن",
        "again": "از نو", "over": "گفت‌وگو پایان یافت.", "closed": "بیرون از ساعت کاری", "other": "English",
        "gathered": "گردآوری‌شده", "here": "گام کنونی", "citizen": "شهروند", "desk": "میز", "note": "یادداشت",
        "skip": "رفتن به متن", "places": "بخش‌ها", "board": "تابلوی سرپرست", "knowledge": "دانش", "admin": "مدیریت",
        "medium.webchat": "گفت‌وگوی وب", "medium.telegram": "تلگرام", "medium.sms": "پیامک",
        "medium.email": "رایانامه", "medium.voice": "تماس تلفنی",
        "hint": "نمونه: \u2066#file a.jpg image/jpeg\u2069، \u2066#place 35.7 51.4\u2069، "
                "\u2066#silence\u2069، \u2066#late\u2069، \u2066#found\u2069 پاسخ",
    },
    "en": {
        "flows": "Flows", "try": "Try", "name": "Name", "title": "Title", "steps": "Steps", "version": "Version",
        "channels": "Channels", "own": "ours", "shipped": "shipped", "fine": "All definitions are fine.",
        "faults": "Faults", "fault": "fault", "warning": "warning", "figures": "The last 30 days", "console": "Console",
        "started": "Started", "contained": "Ended without a person", "handed_over": "Handed over", "dropped": "Dropped",
        "running": "Running",
        "came_back": "Came back in 7 days", "not_known_yet": "Not known yet",
        "containment": "Containment", "medium": "Medium", "tongue": "Language of the talk", "say": "Say",
        "send": "Send",
        "again": "Start again", "over": "The dialogue is over.", "closed": "Outside opening hours",
        "other": "فارسی",
        "gathered": "Gathered", "here": "Current step", "citizen": "Citizen", "desk": "Desk",
        "note": "Note",
        "skip": "Skip to the text", "places": "Places", "board": "Board", "knowledge": "Knowledge", "admin": "Admin",
        "medium.webchat": "Web chat", "medium.telegram": "Telegram", "medium.sms": "SMS",
        "medium.email": "E-mail", "medium.voice": "Call",
        "hint": "For example: #file a.jpg image/jpeg, #place 35.7 51.4, #silence, #late, #found an answer",
    },
}
