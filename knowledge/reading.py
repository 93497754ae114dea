"""Files of an import - CSV, Markdown, HTML, a zip of them - as plain items. Bounded; nothing is written."""

from __future__ import annotations

import csv
import io
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.archives import MOST_BYTES, MOST_ITEMS, Archive, Beside
from knowledge.hypertext import from_html, unescaped
from knowledge.markdown import first_heading, from_markdown, unwrapped
from knowledge.pictures import Album, Picture
from router.errors import BadRequest, TooLarge
from router.rules.text import clean, fold

MOST_FILE = 1_000_000  #: bytes of one page, its pictures apart
WITH_PICTURES = 5 * MOST_FILE
csv.field_size_limit(MOST_BYTES)  #: a cell that is too long is refused with its row, not with all that follow
_FEW_BROKEN = 4  #: of so many letters that are not Latin one may be broken; in another encoding nearly all are
_PERSIAN = str.maketrans("يك", "یک")
#: Header cells by the field they fill; folded to lower case.
COLUMNS = {
    "key": ("key", "id", "code", "کلید", "شناسه"),
    "title": ("title", "question", "subject", "عنوان", "پرسش", "سؤال", "سوال"),
    "body": ("body", "answer", "text", "content", "متن", "پاسخ"), "language": ("language", "lang", "locale", "زبان"),
    "keywords": ("keywords", "tags", "کلیدواژه", "کلیدواژه‌ها", "برچسب"), "category": ("category", "دسته", "دسته‌بندی"),
    "state": ("state", "status", "وضعیت"),
}
#: Names of files that say nothing of what is in them, folded; what copies and downloads add to one.
_GENERAL = frozenset((
    "index", "readme", "default", "home", "main", "page", "untitled", "document", "doc", "new", "file", "article",
    "articles", "data", "export", "content", "contents", "text", "sheet", "book", "download", "copy", "faq", "help",
    "فهرست", "بدون عنوان", "صفحه", "سند", "متن", "مطلب", "مطالب", "خانه", "پرونده", "جدید"))
_COPY = re.compile(r"(?:[\s_()\d-]|copy|کپی)+$")
_HTML = re.compile(r"</?(?:p|br|div|span|ul|ol|li|table|h[1-6]|a|b|i|u|em|strong|img|font|pre)(?:\s[^<>]{0,2000})?/?>",
                   re.IGNORECASE)
_BLOCK = re.compile(r"<(?:p|br|div|ul|ol|li|table|h[1-6]|pre)[\s/>]", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6});", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article to be, or why it cannot be one. `place` is where it stood: file and line."""

    place: str
    fields: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    source: str = ""  #: the file that its key is to be known with: other files count their rows from 1, too
    pictures: Mapping[int, Picture] = field(default_factory=dict)  #: that stood within its body, by their number there
    general: bool = False  #: its key says little (`index.md`): another file may bear the same


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


def _file(name: str, content: bytes, *, inside: bool, within: str = "", beside: Beside | None = None,
          ) -> Iterator[Item]:
    ending = posixpath.splitext(name)[1].lower()
    if ending == ".zip" and not inside:
        yield from _zip(name, content)
    elif ending in (".csv", ".tsv"):
        yield from _csv(name, content, "\t" if ending == ".tsv" else "", within, beside)
    elif ending in (".md", ".markdown", ".txt", ".html", ".htm"):
        yield _page(name, content, ending, within, beside)
    elif inside:
        yield Item(place=name, fault="only CSV, Markdown and HTML files are read")
    else:
        raise BadRequest("name a file that ends in .csv, .tsv, .md, .txt, .html or .zip", field="name")


def _zip(zipped: str, content: bytes) -> Iterator[Item]:
    """Its pages; pictures that stand beside them come with them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            archive = Archive(packed)
            for name, entry in archive.files():
                if entry.flag_bits & 1:
                    yield Item(place=name, fault="it is encrypted")
                    continue
                inner = archive.content(entry, WITH_PICTURES)
                yield from _file(name[-200:], inner, inside=True, within=f"{zipped}/", beside=archive.beside(name))
            for name in archive.left_over():
                yield Item(place=name[-200:], fault="no page shows this picture")
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


def _csv(name: str, content: bytes, delimiter: str, within: str, beside: Beside | None) -> Iterator[Item]:
    album = Album(beside)
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
                fields = _worded({name: cell.strip() for name, cell in zip(head, row, strict=False) if name}, album)
                body = fields.get("body", "")
                yield Item(place=f"{name}:{number}", fields=fields, pictures=album.of(body),
                           fault=album.fault(body, WITH_PICTURES), source=within + name,
                           general=_general(name) and fields.get("key", "").isdigit())
    except csv.Error as error:
        yield Item(place=name, fault=f"the rest cannot be read: {error}")


def _worded(fields: dict[str, str], album: Album) -> dict[str, str]:
    """A row whose answer may be HTML, as help desks give theirs away."""
    body = fields.get("body", "")
    body = album.out_of_html(body) if "<" in body else body
    if _HTML.search(body):
        body = body if _BLOCK.search(body) else body.replace("\n", "<br>")
        fields["body"] = from_html(body, whole=False)[1]
    elif _ENTITY.search(body):
        fields["body"] = unescaped(body).replace("\u00a0", " ")
    if _ENTITY.search(fields.get("title", "")):
        fields["title"] = unescaped(fields["title"]).replace("\u00a0", " ")
    return fields


def _head(cells: Sequence[str]) -> list[str]:
    known = {word: name for name, words in COLUMNS.items() for word in words}
    return [known.get(cell.strip().lower(), "") for cell in cells[:100]]


def _general(name: str) -> bool:
    """Whether a file is called what many are called, `index.md` or `README (2).txt`."""
    stem = _COPY.sub("", fold(posixpath.splitext(posixpath.basename(name))[0]))
    return not stem or stem in _GENERAL


def _page(name: str, content: bytes, ending: str, within: str, beside: Beside | None) -> Item:
    album, markup = Album(beside), ending in (".html", ".htm")
    text = decoded(content[:WITH_PICTURES + 1])
    text = text if markup else album.out_of_marks(text)
    text = text if ending == ".txt" else album.out_of_html(text)
    if len(content) > WITH_PICTURES or len(text.encode()) > MOST_FILE:
        return Item(place=name, fault=f"a page has at most {MOST_FILE} bytes, and {WITH_PICTURES} with its pictures")
    fields, source, named = {"key": within + name}, "", True
    if markup:
        title, body = from_html(text)
    else:
        more, text = _front(text)
        fields |= more
        named = "key" not in more
        source = within + name if more.get("key", "").isdigit() else ""
        body = unwrapped(text).strip() if ending == ".txt" else from_markdown(text)
        first, rest = first_heading(body)
        title = fields.get("title") or first
        body = rest if first and first == title else body
    stem = posixpath.splitext(posixpath.basename(name))[0]
    body = body.strip()
    return Item(place=name, fields={**fields, "title": title.strip() or stem, "body": body}, pictures=album.of(body),
                fault=album.fault(body, WITH_PICTURES), source=source, general=named and _general(name))


def _front(text: str) -> tuple[dict[str, str], str]:
    """`--- key: value ---` before a Markdown page."""
    if not text.startswith("---\n"):
        return {}, text
    front, found, rest = text[4:].partition("\n---\n")
    if not found or len(front) > 5_000:
        return {}, text
    known = {word: name for name, words in COLUMNS.items() for word in words}
    made: dict[str, str] = {}
    name = ""
    for line in front.split("\n"):
        if line.lstrip().startswith("- "):  # one of a list
            value = line.lstrip()[2:].strip().strip("\"'")
            if name:
                made[name] = f"{made[name]},{value}".lstrip(",")
            continue
        key, _, value = line.partition(":")
        name, value = known.get(key.strip().lower(), ""), value.strip()
        if name and value.startswith("[") and value.endswith("]"):
            made[name] = ",".join(each.strip().strip("\"'") for each in value[1:-1].split(","))
        elif name:
            made[name] = value.strip("\"'")
    return made, rest
