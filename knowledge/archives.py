"""The inside of a zip of pages: bytes counted as they come, and pictures that stand beside a page. Writes nothing."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import unquote

from knowledge import pictures
from router.errors import TooLarge

MOST_BYTES = 20_000_000  #: of one upload, and of everything inside a zip
MOST_ITEMS = 20_000
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")

#: What stands at a place that a page names; None = nothing that may be shown.
Beside = Callable[[str], bytes | None]


class Archive:
    """One zip. Its directory may lie about sizes."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed, self._left = packed, MOST_BYTES
        self._pictures: dict[str, zipfile.ZipInfo] = {}
        self._read: dict[str, bytes] = {}
        self._files: list[tuple[str, zipfile.ZipInfo]] = []
        for entry in packed.infolist()[:MOST_ITEMS + 1]:
            name = entry.filename.replace("\\", "/")
            if entry.is_dir() or name.startswith("__MACOSX/") or posixpath.basename(name).startswith("."):
                continue
            if name.lower().endswith(ENDINGS):
                self._pictures.setdefault(_plain(name), entry)
            else:
                self._files.append((name, entry))

    def files(self) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        """Everything but pictures, in its order."""
        yield from self._files

    def left_over(self) -> Iterator[str]:
        """Pictures that no page showed."""
        return (entry.filename.replace("\\", "/") for place, entry in self._pictures.items() if place not in self._read)

    def content(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        """At most one byte more than `most`; TooLarge when all together is too much."""
        with self._packed.open(entry) as file:
            inner = file.read(min(self._left, most) + 1)
        self._left -= len(inner)
        if self._left < 0:
            raise TooLarge(f"unpacked, an import has at most {MOST_BYTES} bytes")
        return inner

    def beside(self, page: str) -> Beside:
        """Pictures as a page at this place names them: from its folder, or with / from the top; never from outside."""
        folder = posixpath.dirname(page)

        def look(target: str) -> bytes | None:
            path = unquote(unescape(target).partition("#")[0].partition("?")[0]).replace("\\", "/").strip()
            place = _plain(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))
            entry = self._pictures.get(place)
            if not path or entry is None or entry.flag_bits & 1:
                return None
            if place not in self._read:
                self._read[place] = self.content(entry, pictures.MOST_BYTES)
            return self._read[place]
        return look


def _plain(name: str) -> str:
    return posixpath.normpath(name).casefold()
