"""Puts read items into the house as articles: idempotent by key, a line of report for each. Decides nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from knowledge import articles, notes, permits, pictures, sight
from knowledge.pictures import Picture
from knowledge.reading import Item
from router.errors import PishkhanError
from router.records import Agent
from router.rules.text import clean, fold
from storage.knowledge import ArticleState
from storage.store import SqlStore
from storage.tx import StoreTx

KEY_CHARS = 200
#: How refusals begin, and what they are called in Persian.
_PERSIAN = (
    ("it has no title", "عنوان ندارد"), ("this key stands twice", "این کلید دو بار آمده است"),
    ("there is no category", "چنین دسته‌ای نیست"), ("only CSV", "تنها CSV، Markdown و HTML خوانده می‌شود"),
    ("a page has at most", "این صفحه بیش از اندازه بزرگ است"), ("it is encrypted", "رمزدار است"),
    ("the rest cannot be read", "بقیهٔ پرونده خوانده نمی‌شود"), ("who wrote the words", "کسی دیگر باید تأیید کند"),
    ("the field 'title'", "عنوان بیش از اندازه بلند است"), ("the field 'body'", "متن بیش از اندازه بلند است"),
    ("the field 'language'", "زبان fa یا en است"), ("the field 'state'", "وضعیت ناشناخته است"),
    ("a picture in it", "تصویری در آن بیش از اندازه بزرگ است: هر سو تا ۱۲٬۰۰۰ و در کل تا ۴۰ میلیون پیکسل"),
    ("keywords are", "کلیدواژه‌ها بیش از اندازه‌اند"),
)
#: Words of files, folded, by ours.
STATES = {
    "draft": ("پیش‌نویس", "unpublished", "pending", "در دست نوشتن"),
    "internal": ("درونی", "داخلی", "private", "ویژهٔ همکاران"),
    "public": ("همگانی", "عمومی", "منتشرشده", "منتشر شده", "published", "publish", "live"),
    "archived": ("بایگانی", "بایگانی‌شده", "بایگانی شده", "archive"),
}
TONGUES = {"fa": ("فارسی", "پارسی", "persian", "farsi", "per", "fas"), "en": ("انگلیسی", "english", "eng")}
_TWIG = re.compile(r"(?<=^(?:fa|en))[-_](?:[a-z]{4}[-_])?[a-z]{2}$")  #: of fa-IR and en_US
AT_ONCE = 50  #: items in one unit of work


async def run(store: SqlStore, agent: Agent, items: Sequence[Item], *, state: ArticleState, category: int | None,
              dry: bool, four_eyes: bool) -> list[dict[str, Any]]:
    """A line of report for each item; a unit of work holds so many that others get their turn."""
    seen: set[str] = set()
    report: list[dict[str, Any]] = []
    for at in range(0, len(items), AT_ONCE):
        def unit(tx: StoreTx, part: Sequence[Item] = items[at:at + AT_ONCE]) -> list[dict[str, Any]]:
            return put(tx, agent, part, state=state, category=category, dry=dry, four_eyes=four_eyes, seen=seen)
        if not dry:
            # Durable before anything names them.
            for picture in {each.digest: each for item in items[at:at + AT_ONCE] for each in item.pictures.values()
                            }.values():
                await store.blobs.put(picture.content)
        report += await (store.snapshot(unit) if dry else store.run(unit))
    return report


def put(tx: StoreTx, agent: Agent, items: Sequence[Item], *, state: ArticleState, category: int | None, dry: bool,
        four_eyes: bool, seen: set[str]) -> list[dict[str, Any]]:
    """One line for each: created, changed, same, or refused with why. `dry`: what would be. `seen`: keys so far."""
    shelves = {fold(name): each.id for each in tx.knowledge.life.categories()
               for name in (each.name, each.title_fa, each.title_en) if name}
    report = []
    for item in items:
        line: dict[str, Any] = {"place": item.place, "title": item.fields.get("title", "")[:80], "article": None,
                                "was": "", "pictures": len(item.pictures)}
        try:
            if item.fault:
                raise PishkhanError(item.fault)
            outcome, article, was = _one(tx, agent, item, state=state, category=category, dry=dry, four_eyes=four_eyes,
                                    seen=seen, shelves=shelves)
            anew = bool(was) and " ".join(was.split())[:80] != " ".join(line["title"].split())
            report.append(line | {"outcome": outcome, "article": article, "was": was[:80],
                                  "why": f"was: \u2068{was[:80]}\u2069" if anew else "",
                                  "why_fa": f"پیش‌تر: \u2068{was[:80]}\u2069" if anew else ""})
        except PishkhanError as error:
            persian = next((fa for begins, fa in _PERSIAN if error.message.startswith(begins)), "پذیرفته نشد")
            report.append(line | {"outcome": "refused", "why": error.message, "why_fa": persian})
    return report


def _one(tx: StoreTx, agent: Agent, item: Item, *, state: ArticleState, category: int | None, dry: bool,
         four_eyes: bool, seen: set[str], shelves: dict[str, int]) -> tuple[str, int | None, str]:
    """(outcome, article, the title that it had before)."""
    key = _key(item)
    if key in seen:
        raise PishkhanError("this key stands twice in the import")
    seen.add(key)
    given = _given(item, state)
    shelf = fold(item.fields.get("category", ""))
    if shelf and shelf not in shelves:
        raise PishkhanError(f"there is no category {item.fields['category'][:60]!r}")
    given["category"] = shelves.get(shelf, category)
    known = tx.knowledge.by_key(key)
    if known is None:
        if given["state"] in permits.LIVE:
            permits.publishes(agent, agent.id, four_eyes=four_eyes)
        return "created", None if dry else _created(tx, agent, item, given, key, four_eyes=four_eyes), ""
    files = {file.digest: file.id for file in tx.knowledge.life.files(known.id)}
    new = [each for each in item.pictures.values() if each.digest not in files][:max(0, pictures.MOST - len(files))]
    if "body" in given and not (new and not dry):
        given["body"] = pictures.placed(given["body"], _files(item, files))
    wanted: dict[str, Any] = {name: given[name] for name in ("title", "body", "keywords") if name in given}
    if given["category"] is not None:
        wanted["category"] = given["category"]
    changes = {name: value for name, value in wanted.items() if getattr(known, name) != value}
    if not changes and not new:
        return "same", known.id, ""
    granted = sight.rights(tx, agent)
    permits.editable(agent, permits.readable(agent, known, granted), granted, four_eyes=four_eyes)
    if not dry:
        if new:
            changes["body"] = pictures.placed(given["body"], _files(item, files | _added(tx, agent, known.id, new)))
        articles.change(tx, agent, known.id, known.version, changes, four_eyes=four_eyes,
                        own=notes.imported(item.place))
    return "changed", known.id, known.title


def _key(item: Item) -> str:
    """What an article is known by: rows with the file they stand in, as every table may count from 1."""
    named = item.fields.get("key") or f"title:{fold(item.fields.get('title', ''))}"
    key = " ".join(clean(f"{item.source}:{named}" if item.source else named).split())
    if len(key) <= KEY_CHARS:
        return key
    mark = hashlib.sha256(key.encode()).hexdigest()[:16]
    return f"{key[:KEY_CHARS - len(mark) - 1]}#{mark}"


def _given(item: Item, state: ArticleState) -> dict[str, Any]:
    data: dict[str, Any] = {name: item.fields[name] for name in ("title", "body", "language", "state")
                            if item.fields.get(name)}
    for name, known in (("state", STATES), ("language", TONGUES)):
        if name in data:
            data[name] = _word_of(data[name], known)
    data.setdefault("state", state.value)
    if "keywords" in item.fields:
        words = re.split(r"[,،;|]", item.fields["keywords"][:4_000])
        data["keywords"] = [word.strip() for word in words if word.strip()]
    given = articles.fields_of(data)
    if "title" not in given:
        raise PishkhanError("it has no title")
    return given


def _word_of(value: str, words: Mapping[str, Sequence[str]]) -> str:
    """Our word for what a file says; what nobody knows is refused by its own name."""
    said = _TWIG.sub("", fold(value)).replace(" ", "")
    return next((ours for ours, theirs in words.items()
                 if said in (ours, *(fold(each).replace(" ", "") for each in theirs))), value)


def _created(tx: StoreTx, agent: Agent, item: Item, given: dict[str, Any], key: str, *, four_eyes: bool) -> int:
    """A new article; its pictures are its files, so that they come once it is there."""
    body = given.get("body", "")
    made = articles.create(tx, agent, {**given, "body": pictures.placed(body, {})}, four_eyes=four_eyes, import_key=key,
                           own=notes.imported(item.place))
    if item.pictures:
        files = _added(tx, agent, made.id, list(item.pictures.values()))
        body = pictures.placed(body, _files(item, files))
        tx.knowledge.change(made.id, made.version, by=agent.id, body=body, own=notes.PICTURES)
    return made.id


def _added(tx: StoreTx, agent: Agent, article: int, some: Sequence[Picture]) -> dict[str, int]:
    """Files of an article, by what is in them."""
    return {each.digest: tx.knowledge.life.add_file(
        article, agent.id, name=each.name, media_type=each.media_type, size=len(each.content), digest=each.digest).id
        for each in some}


def _files(item: Item, files: dict[str, int]) -> dict[int, int]:
    return {number: files[each.digest] for number, each in item.pictures.items() if each.digest in files}
