"""The router's explanation of a contact in sentences, Persian and English: who could take it and when, what lacks, what
comes later, how long it takes. Pure; wording only, no decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Words = dict[str, str]  #: {"en": ..., "fa": ...}
_PERSIAN = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
_STATES: Mapping[str, Words] = {
    "ready": {"en": "ready", "fa": "آماده"}, "away": {"en": "away", "fa": "غایب"},
    "wrap-up": {"en": "finishing work", "fa": "در حال جمع‌بندی"}, "offline": {"en": "not here", "fa": "خارج"}}
_ORDERS: Mapping[str, Words] = {
    "promise": {"en": "who can still be answered in time comes first", "fa": "نخست آنان که هنوز به‌موقع پاسخ می‌گیرند"},
    "fifo": {"en": "oldest first", "fa": "نخست قدیمی‌ترین"}}
_BASES: Mapping[str, Words] = {
    "learned": {"en": "from what came true before", "fa": "از روی آنچه پیش‌تر درست درآمد"},
    "formula": {"en": "reckoned; too little is known yet", "fa": "محاسبه‌شده؛ هنوز دانسته‌ها کم است"}}
_MEDIUM = {"en": "somebody who takes this medium", "fa": "کسی که این رسانه را بپذیرد"}
_TOGETHER = {"en": "all of it in one person", "fa": "همهٔ آن در یک نفر"}
_YES, _NO = {"en": "yes", "fa": "بله"}, {"en": "no", "fa": "خیر"}
_FLAGS = frozenset({"keep", "overflow"})  #: terms of a score that are either or
#: What explains nothing to people: they see the contact itself.
HIDDEN = frozenset({"state", "contact", "agent", "attempt", "kept_by", "held_until"})


def text(code: str, value: Any, names: Mapping[int, str]) -> Words | None:
    """A value in words where the bare value says little; None where it speaks for itself. `names` are agents'."""
    made = _MADE.get(code)
    if code in _FLAGS and value in (0, 1):
        return _YES if value else _NO
    if made is None or not value:
        return None
    try:
        return made(value, names)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # an older decision holds this term in another shape


def _name(number: Any, names: Mapping[int, str]) -> str:
    return names.get(int(number), f"#{number}")


def _who(value: Iterable[Mapping[str, Any]], names: Mapping[int, str]) -> Words:
    parts: dict[str, list[str]] = {"en": [], "fa": []}
    for each in value:
        name, known = _name(each["agent"], names), each["state"]
        state = _STATES.get(known, {"en": known, "fa": known})
        load, most, lacks = each["load"], each["capacity"], each["lacks_points"]
        en = f"{name}: {state['en']}, {load} of {most} points in use"
        fa = f"{name}: {state['fa']}، {load} از {most} ظرفیت در کار"
        if lacks:
            en, fa = f"{en}, lacks {lacks} for it", f"{fa}، {lacks} کم دارد"
        parts["en"].append(en)
        parts["fa"].append(_digits(fa))
    return {"en": "; ".join(parts["en"]), "fa": "؛ ".join(parts["fa"])}


def _rings(value: Iterable[Mapping[str, Any]], names: Mapping[int, str]) -> Words:
    value = [each for each in value if each["adds"]]
    if not value:
        return {"en": "none that more colleagues could serve", "fa": "هیچ گامی که همکار بیشتری بیاورد"}
    en = (f"in {_minutes(each['in_ms'], 'en')} {each['adds']} more colleague{'s' if each['adds'] > 1 else ''}"
          for each in value)
    fa = (f"تا {_minutes(each['in_ms'], 'fa')} دیگر {each['adds']} همکار بیشتر" for each in value)
    return {"en": "; ".join(en), "fa": _digits("؛ ".join(fa))}


def _minutes(milliseconds: int, language: str) -> str:
    seconds = round(milliseconds / 1000)
    if seconds < 60:
        return f"{seconds} s" if language == "en" else f"{seconds} ثانیه"
    return f"{round(seconds / 60)} min" if language == "en" else f"{round(seconds / 60)} دقیقه"


def _wait(value: Mapping[str, Any], names: Mapping[int, str]) -> Words:
    if value["basis"] == "none":
        return {"en": "nothing can honestly be said", "fa": "چیزی را نمی‌توان با اطمینان گفت"}
    low, high, basis = _minutes(1000 * value["low"], "en"), _minutes(1000 * value["high"], "en"), _BASES[value["basis"]]
    en = f"{low} to {high} ({basis['en']}"
    fa = f"{_minutes(1000 * value['low'], 'fa')} تا {_minutes(1000 * value['high'], 'fa')} ({basis['fa']}"
    if value.get("coverage") is not None:
        share = round(100 * value["coverage"])
        en, fa = f"{en}; {share} % of {value['record']} held", f"{fa}؛ {share}٪ از {value['record']} درست بود"
    if value.get("own"):
        en = f"{en}; of those before it {value['own']} by their own patience"
        fa = f"{fa}؛ {value['own']} نفر از پیشینیان با شکیبایی خودشان"
    return {"en": f"{en})", "fa": _digits(f"{fa})")}


def _missing(value: Iterable[str], names: Mapping[int, str]) -> Words:
    given = [{"medium": _MEDIUM, "combination": _TOGETHER}.get(each, {"en": each, "fa": each}) for each in value]
    return {"en": ", ".join(each["en"] for each in given), "fa": "، ".join(each["fa"] for each in given)}


def _levels(value: Mapping[str, int], names: Mapping[int, str]) -> Words:
    made = [f"{skill} {level}" for skill, level in value.items()]
    return {"en": ", ".join(made), "fa": _digits("، ".join(made))}


def _place(value: Any, names: Mapping[int, str]) -> Words:
    order = _ORDERS.get(value["order"], {"en": value["order"], "fa": value["order"]})
    return {"en": f"{value['ahead']} before it, {value['on_duty']} on duty who may take it ({order['en']})",
            "fa": _digits(f"{value['ahead']} نفر پیش از آن، {value['on_duty']} همکار سر کار که می‌توانند بپذیرند "
                          f"({order['fa']})")}


def _people(value: Any, names: Mapping[int, str]) -> Words:
    numbers = value if isinstance(value, list | tuple) else [value]
    made = [_name(each, names) for each in numbers]
    return {"en": ", ".join(made), "fa": "، ".join(made)}


def _span(value: Any, names: Mapping[int, str]) -> Words:
    return {"en": _minutes(int(value), "en"), "fa": _digits(_minutes(int(value), "fa"))}


def _digits(words: str) -> str:
    return words.translate(_PERSIAN)


_MADE: Mapping[str, Callable[[Any, Mapping[int, str]], Words]] = {
    "who": _who, "rings": _rings, "wait": _wait, "missing": _missing, "skills": _levels, "prefers": _levels,
    "place": _place, "excluded": _people, "held_for": _people, "waited_ms": _span, "target_ms": _span,
    "patience_ms": _span}
