"""The words that every dialogue understands at any point, in Persian, English and Finglish. Pure; decides nothing."""

from __future__ import annotations

from router.rules.text import fold


def _set(*words: str) -> frozenset[str]:
    return frozenset(fold(word, half_space=" ") for word in words)


YES = _set(
    "بله",
    "بلی",
    "آره",
    "اره",
    "آری",
    "باشه",
    "باشد",
    "حتما",
    "درسته",
    "موافقم",
    "اوکی",
    "yes",
    "y",
    "yeah",
    "yep",
    "ok",
    "okay",
    "sure",
    "bale",
    "baleh",
    "are",
    "areh",
    "bashe",
    "1",
    "👍",
    "✅",
    "یک",
)
NO = _set(
    "خیر",
    "نه",
    "نخیر",
    "نه خیر",
    "نه ممنون",
    "موافق نیستم",
    "no",
    "n",
    "nope",
    "na",
    "nah",
    "kheyr",
    "kheir",
    "nakheyr",
    "2",
    "👎",
    "❌",
    "دو",
)
SKIP = _set("-", "رد", "رد کن", "بعدی", "ندارم", "نمی‌خواهم", "skip", "none", "next", "nadaram", "rad")
BACK = _set(
    "بازگشت",
    "برگشت",
    "برگرد",
    "قبلی",
    "مرحله قبل",
    "back",
    "previous",
    "bargasht",
    "bazgasht",
    "bargard",
    "ghabli",
    "/back",
    "*",
)
AGAIN = _set(
    "از اول",
    "از نو",
    "شروع",
    "شروع دوباره",
    "دوباره",
    "منو",
    "منوی اصلی",
    "start",
    "start again",
    "restart",
    "start over",
    "menu",
    "main menu",
    "az aval",
    "az avval",
    "az no",
    "shoroo",
    "shoru",
    "/start",
    "/menu",
    "**",
)
HUMAN = _set(
    "اپراتور",
    "کارشناس",
    "انسان",
    "آدم",
    "پشتیبان",
    "پشتیبانی",
    "همکار شما",
    "human",
    "operator",
    "agent",
    "person",
    "representative",
    "real person",
    "apertor",
    "aperator",
    "operater",
    "ensan",
    "adam",
    "karshenas",
    "poshtiban",
    "poshtibani",
    "/human",
    "/operator",
)
PERSIAN = _set("فارسی", "farsi", "persian", "parsi", "/fa")
ENGLISH = _set("انگلیسی", "english", "engilisi", "ingilisi", "/en")

def command(words: str) -> str:
    """ "back", "again", "human", "fa", "en", or "" when it is no command. Only the whole message counts, so that an
    answer that mentions a person is still an answer."""
    if len(words) > 60:
        return ""
    plain = fold(words, half_space=" ").strip(" .!?،")
    for name, known in (("back", BACK), ("again", AGAIN), ("human", HUMAN), ("fa", PERSIAN), ("en", ENGLISH)):
        if plain in known:
            return name
    return ""


def wants_person(words: str) -> bool:
    """Whether somebody who was to choose asks for a person in a sentence."""
    padded = f" {fold(words[:200], half_space=' ')} "
    return any(f" {each} " in padded for each in HUMAN if len(each) > 3)


#: Words of Persian written in Latin letters that no English sentence has.
_FINGLISH = frozenset(
    [
        "salam",
        "salaam",
        "mikham",
        "mikhaam",
        "mikhastam",
        "lotfan",
        "mamnoon",
        "mamnun",
        "khaste",
        "chetor",
        "chetori",
        "chera",
        "kojast",
        "kojaye",
        "baraye",
        "hastam",
        "nist",
        "daram",
        "nadaram",
        "shoma",
        "shomare",
        "darkhast",
        "peygiri",
        "ghabz",
        "khoobi",
        "merci",
        "sobh",
        "bekheyr",
        "mishe",
        "nemishe",
        "konam",
        "konid",
        "kardam",
        "hast",
        "bood",
        "agha",
        "khanom",
        "man",
        "ro",
        "bale",
        "kheyr",
        "apertor",
        "karshenas",
        "ensan",
        "bargasht",
        "shekayat",
        "hoviat",
        "mikonam",
    ]
)


def language(text: str, scripted: str) -> str:
    """ "fa" for Persian in Latin letters, else what the script says (`scripted`)."""
    if scripted == "en" and _FINGLISH & set(fold(text[:500]).replace(",", " ").replace(".", " ").split()):
        return "fa"
    return scripted
