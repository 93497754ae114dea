"""Tells what kind of file a scan is, by its first bytes. Pure; believes neither names nor declared types."""

from __future__ import annotations

import re
from collections.abc import Mapping

from router.rules.text import clean

#: kind -> (media type, ending of the name)
KINDS: Mapping[str, tuple[str, str]] = {
    "pdf": ("application/pdf", ".pdf"), "jpeg": ("image/jpeg", ".jpg"), "png": ("image/png", ".png"),
    "tiff": ("image/tiff", ".tif"), "webp": ("image/webp", ".webp"), "gif": ("image/gif", ".gif"),
}
_FIRST: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("pdf", re.compile(rb"%PDF-\d")), ("jpeg", re.compile(rb"\xff\xd8\xff")),
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("tiff", re.compile(rb"II\*\x00|MM\x00\*")), ("webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("gif", re.compile(rb"GIF8[79]a")),
)
_ENDINGS = {"pdf": ("pdf",), "jpeg": ("jpg", "jpeg"), "png": ("png",), "tiff": ("tif", "tiff"), "webp": ("webp",),
            "gif": ("gif",)}


def kind(content: bytes) -> str:
    """One of KINDS, or "" for anything else."""
    return next((name for name, first in _FIRST if first.match(content[:16])), "")


def name(given: str, found: str, number: int) -> str:
    """A harmless file name: the given one without folders and controls, with the ending that its kind has."""
    last = re.split(r"[\\/]", clean(given, limit=300).replace("\n", " "))[-1].strip(" .")[:120]
    if not last:
        last = f"scan-{number}"
    if last.rpartition(".")[2].lower() not in _ENDINGS[found] or "." not in last:
        last += KINDS[found][1]
    return last
