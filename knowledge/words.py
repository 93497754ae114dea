"""Words of the pages that the server writes, in both languages; the same keys in each."""

from __future__ import annotations

HELP = {
    "fa": {
        "help": "راهنما", "search": "جست‌وجو", "ask": "پرسش خود را بنویسید", "newest": "تازه‌ترین‌ها", "found": "یافته‌ها",
        "nothing": "پاسخی مطمئن برای این پرسش پیدا نشد. واژه‌های دیگری بنویسید یا با ما تماس بگیرید.",
        "empty": "هنوز مطلبی منتشر نشده است.", "back": "همهٔ راهنما", "changed": "آخرین تغییر", "other": "English",
        "skip": "رفتن به متن", "categories": "موضوع‌ها", "everything": "همه", "did_it_help": "آیا این مطلب کمک کرد؟",
        "yes": "بله", "no": "نه", "words": "اگر می‌خواهید، بنویسید چه کم داشت (نام و شماره ننویسید)", "send": "فرستادن",
        "thanks_yes": "سپاس؛ خوشحالیم که کمک کرد.", "thanks_no": "سپاس؛ آن را بهتر می‌کنیم.", "print": "چاپ",
        "more": "مطلب‌های قدیمی‌تر", "first": "تازه‌ترین‌ها از آغاز", "no_more": "مطلب قدیمی‌تری نیست.",
        "404": "این صفحه پیدا نشد",
        "404 text": "شاید این مطلب برداشته شده باشد یا نشانی درست نباشد. پرسش خود را در بالا بنویسید.",
        "400": "این درخواست خوانده نشد", "400 text": "چیزی در نشانی یا فرم درست نیست. پرسش خود را در بالا بنویسید.",
        "429": "کمی صبر کنید", "429 text": "پرسش‌ها پشت سر هم بیش از اندازه شد. {n} ثانیهٔ دیگر دوباره بکوشید.",
        "fault": "این کار انجام نشد", "fault text": "صفحه را از راهنما دوباره باز کنید یا پرسش خود را در بالا بنویسید.",
        "in_other": "این مطلب به انگلیسی", "suggestions": "پیشنهادها",
    },
    "en": {
        "help": "Help", "search": "Search", "ask": "Write your question", "newest": "Newest", "found": "Found",
        "nothing": "Nothing is sure to answer this question. Try other words, or contact us.",
        "empty": "Nothing is published yet.", "back": "All help", "changed": "Last change", "other": "فارسی",
        "skip": "Skip to the text", "categories": "Topics", "everything": "All", "did_it_help": "Did this help?",
        "yes": "Yes", "no": "No", "words": "If you like, say what was missing (no names or numbers)", "send": "Send",
        "thanks_yes": "Thank you; we are glad it helped.", "thanks_no": "Thank you; we will make it better.",
        "more": "Older articles", "first": "Back to the newest", "no_more": "There is nothing older.",
        "404": "This page was not found",
        "404 text": "The article may be gone, or the address is wrong. Write your question above.",
        "400": "This request could not be read",
        "400 text": "Something in the address or the form is wrong. Write your question above.",
        "429": "Please wait a little", "429 text": "Too many questions at once. Try again in {n} seconds.",
        "fault": "This could not be done", "fault text": "Open the page again from help, or write your question above.",
        "print": "Print", "in_other": "This article in Persian", "suggestions": "Suggestions",
    },
}

DESK = {
    "fa": {"title": "دانش", "loading": "در حال بازشدن…",
           "no_script": "این بخش به جاوااسکریپت نیاز دارد؛ آن را در مرورگر روشن کنید."},
    "en": {"title": "Knowledge", "loading": "Opening…",
           "no_script": "This part needs JavaScript; please switch it on in the browser."},
}
