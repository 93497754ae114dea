"""Why an article was suggested, in words for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge.suggest import Suggestion
from router.rules.text import digits_fa, isolate

_WORDS = 6  #: named at most


def kept(found: Suggestion[int]) -> dict[str, Any]:
    """The reason as it is stored with the suggestion: every part of the score, and the words that matched."""
    return {"text": round(found.text, 4), "lessons": round(found.lessons, 4), "alike": round(found.alike, 4),
            "meaning": round(found.meaning, 4), "confidence": round(found.confidence, 4),
            "words": list(found.words[:_WORDS]), "contacts": found.contacts,
            "learned": found.learned, "read_as": found.read_as,
            "shown": found.outcome.shown if found.outcome else 0,
            "resolved": found.outcome.resolved if found.outcome else 0}


def told(why: Mapping[str, Any]) -> dict[str, str]:
    """The same in English and Persian."""
    en, fa = [], []
    if why.get("read_as"):
        en.append(f"Read as: {isolate(why['read_as'])}.")
        fa.append(f"این‌گونه خوانده شد: {isolate(why['read_as'])}.")
    if why["words"]:
        en.append(f"Words that match: {', '.join(map(isolate, why['words']))}.")
        fa.append(f"واژه‌های مشترک: {'، '.join(map(isolate, why['words']))}.")
    if why["contacts"]:
        en.append(f"It resolved {why['contacts']} of the contacts most like this one, {why['learned']} in all.")
        fa.append(f"پاسخ {why['contacts']} تماس از شبیه‌ترین تماس‌ها بوده است؛ روی هم {why['learned']} تماس.")
    elif why["lessons"] > why["text"]:
        en.append(f"It resolved {why['learned']} contacts about matters like this.")
        fa.append(f"پاسخ {why['learned']} تماس دربارهٔ موضوع‌های مانند این بوده است.")
    if why.get("meaning", 0.0) > max(why["text"], why["lessons"]):
        en.append("It is near in meaning to what was asked.")
        fa.append("معنای آن به پرسش نزدیک است.")
    if why.get("shown"):
        en.append(f"Of {why['shown']} contacts it was shown for, {why['resolved']} were resolved.")
        fa.append(f"از {why['shown']} تماسی که برایشان نشان داده شد، {why['resolved']} تماس حل شد.")
    if not en:
        en.append("Its spelling is near to what was asked.")
        fa.append("نوشتار آن به پرسش نزدیک است.")
    return {"en": " ".join(en), "fa": digits_fa(" ".join(fa))}
