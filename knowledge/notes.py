"""The notes that the house itself writes to versions, in both languages; what people wrote stays as it is. Pure."""

from __future__ import annotations

import re

from router.rules.text import digits_fa

_OWN = (
    (r"restored from version (\d+)", "Restored from version {}", "برگشته از نسخهٔ {}"),
    (r"approved by (.+)", "Approved by {}", "با تأیید {}"),
    (r"with gap (\d+)", "With gap {}", "همراه کمبود {}"),
    (r"as scheduled", "As scheduled", "طبق زمان‌بندی"),
    (r"imported", "Imported", "وارد شده از پرونده"),
    (r"with its pictures", "With its pictures", "همراه تصویرهایش"),
    (r"read again", "Read again: it is right", "بازخوانی شد؛ درست است"),
    (r"its owner left; given by rule: .+", "Its owner left; somebody else keeps it", "مسئولش رفت؛ به دیگری رسید"),
)
_KNOWN = tuple((re.compile(pattern), en, fa) for pattern, en, fa in _OWN)


def told(note: str) -> dict[str, str]:
    """A version's note in English and Persian."""
    for pattern, en, fa in _KNOWN:
        found = pattern.fullmatch(note)
        if found:
            parts = found.groups()
            persian = [digits_fa(each) if each.isdigit() else each for each in parts]  # a name keeps its own digits
            return {"en": en.format(*parts), "fa": fa.format(*persian)}
    return {"en": note, "fa": note}
