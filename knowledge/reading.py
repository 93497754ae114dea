"""Files of an import - CSV, Markdown, HTML, a zip of them - as plain items. Bounded; nothing is written."""

from __future__ import annotations

import csv
import io
import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.hypertext import from_html
from knowledge.pictures import Album, Picture
from router.errors import BadRequest, TooLarge
from router.rules.text import clean

MOST_BYTES = 20_000_000  #: of one upload, and of everything inside a zip
MOST_ITEMS = 20_000
MOST_FILE = 1_000_000  #: bytes of one page, its pictures apart
WITH_PICTURES = 5 * MOST_FILE
csv.field_size_limit(MOST_BYTES)  #: a cell that is too long is refused with its row, not with all that follow
_FEW_BROKEN = 4  #: of so many letters that are not Latin one may be broken; in another encoding nearly all are
_PERSIAN = str.maketrans("يك", "یک")
#: Header cells by the field they fill; folded to lower case.
COLUMNS = {
    "key": ("key", "id", "code", "کلید", "شناسه"),
    "title": ("title", "question", "subject", "عنوان", "پرسش", "سؤال", "سوال"),
    "body": ("body", "answer", "text", "content", "متن", "پاسخ"), "language": ("language", "lang", "زبان"),
    "keywords": ("keywords", "tags", "کلیدواژه", "کلیدواژه‌ها", "برچسب"), "category": ("category", "دسته", "دسته‌بندی"),
    "state": ("state", "status", "وضعیت"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article to be, or why it cannot be one. `place` is where it stood: file and line."""

    place: str
    fields: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    pictures: Mapping[int, Picture] = field(default_factory=dict)  #: that stood within its body, by their number there


def read(name: str, content: bytes) -> list[Item]:
    """Every item of a file by its ending; BadRequest when nothing of it can be read, TooLarge when it is too big."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"an import has at most {MOST_BYTES} bytes")
    items = []
    for item in _file(posixpath.basename(name.replace("\\", "/")) or "file", content, inside=False):
        items.append(item)
        if len(items) > MOST_ITEMS:
            raise TooLarge(f"an import has at most {MOST_ITEMS} items")
    return items


def _file(name: str, content: bytes, *, inside: bool) -> Iterator[Item]:
    ending = posixpath.splitext(name)[1].lower()
    if ending == ".zip" and not inside:
        yield from _zip(content)
    elif ending in (".csv", ".tsv"):
        yield from _csv(name, content, "\t" if ending == ".tsv" else "")
    elif ending in (".md", ".markdown", ".txt", ".html", ".htm"):
        yield _page(name, content, ending)
    elif inside:
        yield Item(place=name, fault="only CSV, Markdown and HTML files are read")
    else:
        raise BadRequest("name a file that ends in .csv, .tsv, .md, .txt, .html or .zip", field="name")


def _zip(content: bytes) -> Iterator[Item]:
    """The directory of a zip may lie about sizes, so bytes are counted as they come."""
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for entry in packed.infolist()[:MOST_ITEMS + 1]:
                name = entry.filename.replace("\\", "/")
                if entry.is_dir() or name.startswith("__MACOSX/") or posixpath.basename(name).startswith("."):
                    continue
                if entry.flag_bits & 1:
                    yield Item(place=name, fault="it is encrypted")
                    continue
                with packed.open(entry) as file:
                    inner = file.read(min(left, WITH_PICTURES) + 1)
                left -= len(inner)
                if left < 0:
                    raise TooLarge(f"unpacked, an import has at most {MOST_BYTES} bytes")
                yield from _file(name[-200:], inner, inside=True)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, ValueError, RuntimeError,
            OSError) as error:
        raise BadRequest(f"the zip file cannot be read ({type(error).__name__})", field="content") from None


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8 with or without its mark and with a few broken bytes, UTF-16 with its mark, else
    Windows-1256, which has no Persian ye and kaf of its own."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return clean(content.decode("utf-16", "replace"), limit=len(content))
    text = content.decode("utf-8-sig", "replace")
    broken, foreign = text.count("\ufffd"), sum(not each.isascii() for each in text)
    if broken * _FEW_BROKEN > foreign:
        text = content.decode("cp1256", "replace")
        text = text.translate(_PERSIAN) if any(each in text for each in "پچژگ") else text
    return clean(text, limit=len(content))


def _csv(name: str, content: bytes, delimiter: str) -> Iterator[Item]:
    album = Album()
    text = album.out_of_marks(decoded(content))
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep=") and len(first.strip().strip('"')) == 5:
        delimiter, text = first.strip().strip('"')[4], rest  # Excel names the delimiter so
        first = text.partition("\n")[0]
    delimiter = delimiter or max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        head = _head(next(rows, []))
        if "title" not in head:
            raise BadRequest("the first line names the columns; one of them is `title`", field="content")
        for number, row in enumerate(rows, 2):
            if any(cell.strip() for cell in row):
                fields = {name: cell.strip() for name, cell in zip(head, row, strict=False) if name}
                body = fields.get("body", "")
                yield Item(place=f"{name}:{number}", fields=fields, pictures=album.of(body), fault=album.fault(body))
    except csv.Error as error:
        yield Item(place=name, fault=f"the rest cannot be read: {error}")


def _head(cells: Sequence[str]) -> list[str]:
    known = {word: name for name, words in COLUMNS.items() for word in words}
    return [known.get(cell.strip().lower(), "") for cell in cells[:100]]


def _page(name: str, content: bytes, ending: str) -> Item:
    album, markup = Album(), ending in (".html", ".htm")
    text = decoded(content[:WITH_PICTURES + 1])
    text = album.out_of_html(text) if markup else album.out_of_marks(text)
    if len(content) > WITH_PICTURES or len(text.encode()) > MOST_FILE:
        return Item(place=name, fault=f"a page has at most {MOST_FILE} bytes, and {WITH_PICTURES} with its pictures")
    fields = {"key": name}
    if markup:
        title, body = from_html(text)
    else:
        more, text = _front(text)
        fields |= more
        first, _, rest = text.strip().partition("\n")
        headed = first.startswith("#")
        title = fields.get("title") or (first.lstrip("# ") if headed else "")
        body = rest if headed and first.lstrip("# ") == title else text
    stem = posixpath.splitext(posixpath.basename(name))[0]
    body = body.strip()
    return Item(place=name, fields={**fields, "title": title.strip() or stem, "body": body}, pictures=album.of(body),
                fault=album.fault(body))


def _front(text: str) -> tuple[dict[str, str], str]:
    """`--- key: value ---` before a Markdown page."""
    if not text.startswith("---\n"):
        return {}, text
    front, found, rest = text[4:].partition("\n---\n")
    if not found or len(front) > 5_000:
        return {}, text
    known = {word: name for name, words in COLUMNS.items() for word in words}
    pairs = (line.partition(":") for line in front.split("\n"))
    return {known[key.strip().lower()]: value.strip().strip("\"'")
            for key, _, value in pairs if key.strip().lower() in known}, rest
