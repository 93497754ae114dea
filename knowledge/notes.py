"""What the house itself did to make a version, kept as a kind and what is said in it; told in both languages where a
page is made. What a person wrote beside it is none of this module's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge import owners
from router.rules.text import digits_fa, isolate
from storage.tx import StoreTx

_PLACE_CHARS = 200
_WORDS = {
    "restored": ("Restored from version {version}", "برگشته از نسخهٔ {version}"),
    "approved": ("Approved by {by}", "با تأیید {by}"),
    "gap": ("With gap {gap}", "همراه کمبود {gap}"),
    "scheduled": ("As scheduled", "طبق زمان‌بندی"),
    "imported": ("Imported: {place}", "وارد شده از پرونده: {place}"),
    "pictures": ("With its pictures", "همراه تصویرهایش"),
    "reread": ("Read again: it is right", "بازخوانی شد؛ درست است"),
    "heir": ("Its owner left; somebody else keeps it. {why}", "مسئولش رفت؛ به دیگری رسید. {why}"),
}


def restored(version: int) -> dict[str, Any]:
    """An earlier version's words again."""
    return {"kind": "restored", "version": version}


def approved(by: int) -> dict[str, Any]:
    """Somebody said yes to them."""
    return {"kind": "approved", "by": by}


def with_gap(gap: int) -> dict[str, Any]:
    """It went to another owner with the gap that it was written for."""
    return {"kind": "gap", "gap": gap}


def imported(place: str) -> dict[str, Any]:
    """Its words stood in a file."""
    return {"kind": "imported", "place": place[:_PLACE_CHARS]}


def heir(why: Mapping[str, Any]) -> dict[str, Any]:
    """Its owner left, and by which rule another was found."""
    return {"kind": "heir", "why": dict(why)}


SCHEDULED, PICTURES, REREAD = ({"kind": kind} for kind in ("scheduled", "pictures", "reread"))


def told(tx: StoreTx, own: Mapping[str, Any]) -> dict[str, str]:
    """In English and Persian; empty where a person alone made the version."""
    en, fa = _WORDS.get(own.get("kind", ""), ("", ""))
    said: dict[str, tuple[str, str]] = {
        name: (str(own[name]), digits_fa(str(own[name]))) for name in ("version", "gap") if name in own}
    if "by" in own:
        said["by"] = (isolate(owners.name_of(tx, own["by"])),) * 2
    if "place" in own:
        said["place"] = (isolate(own["place"]),) * 2
    if "why" in own:
        why = owners.told(tx, own["why"])
        said["why"] = (why["en"], why["fa"])
    return {"en": en.format(**{name: each[0] for name, each in said.items()}).strip(),
            "fa": fa.format(**{name: each[1] for name, each in said.items()}).strip()}
