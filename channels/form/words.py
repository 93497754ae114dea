"""What the form says, in Persian and English. Words only."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "fa": {
        "name": "نام", "email": "رایانامه", "mobile": "شمارهٔ همراه", "subject": "موضوع", "topic": "دربارهٔ",
        "text": "پیام شما", "files": "پیوست", "send": "فرستادن", "choose": "انتخاب کنید", "optional": "اختیاری",
        "either": "رایانامه یا شمارهٔ همراه را بنویسید تا بتوانیم پاسخ دهیم.", "empty": "این بخش را پر کنید.",
        "long": "این نوشته بلندتر از اندازه است.", "no-email": "این نشانی رایانامه درست نیست.",
        "no-mobile": "این شمارهٔ همراه درست نیست؛ مانند ۰۹۱۲۱۲۳۴۵۶۷.", "no-topic": "یکی از گزینه‌ها را انتخاب کنید.",
        "many-files": "شمار پیوست‌ها بیش از اندازه است.", "large-file": "یکی از پیوست‌ها بزرگ‌تر از اندازه است.",
        "no-file": "این نوع پیوست پذیرفته نمی‌شود.", "early": "لطفاً یک بار دیگر «فرستادن» را بزنید.",
        "late": "این برگه کهنه شده بود؛ نوشتهٔ شما مانده است، دوباره بفرستید.",
        "files-again": "پیوست‌ها را دوباره انتخاب کنید.", "wrong": "چند بخش نیاز به درست کردن دارد.",
        "thanks": "پیام شما رسید.", "reference": "شمارهٔ پیگیری", "track": "پیگیری و پاسخ‌ها",
        "keep": "این نشانی را نگه دارید؛ پاسخ ما همین‌جا هم دیده می‌شود.", "you": "شما", "us": "ما",
        "more": "افزودن به پیام", "waiting": "در نوبت پاسخ", "active": "در دست بررسی", "closed": "پایان یافته",
        "trap": "این بخش را خالی بگذارید",
    },
    "en": {
        "name": "Name", "email": "E-mail", "mobile": "Mobile number", "subject": "Subject", "topic": "About",
        "text": "Your message", "files": "Attachments", "send": "Send", "choose": "Please choose",
        "optional": "optional",
        "either": "Give an e-mail address or a mobile number, so that we can answer.", "empty": "Please fill this in.",
        "long": "This is too long.", "no-email": "This is not an e-mail address.",
        "no-mobile": "This is not a mobile number; like 09121234567.", "no-topic": "Please choose one of these.",
        "many-files": "These are too many files.", "large-file": "One of the files is too large.",
        "no-file": "Files of this kind are not taken.", "early": "Please press Send once more.",
        "late": "This form had become old; your words are still here, send them again.",
        "files-again": "Please choose the files again.", "wrong": "Some fields need your attention.",
        "thanks": "We have your message.", "reference": "Reference", "track": "Follow up and answers",
        "keep": "Keep this address; our answer can be seen here as well.", "you": "You", "us": "We",
        "more": "Add to your message", "waiting": "waiting for an answer", "active": "being worked on",
        "closed": "finished", "trap": "Leave this field empty",
    },
}
