"""Puts read items into the house as articles: idempotent by key, a line of report for each. Decides nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge import articles, notes, permits, pictures, sight
from knowledge.pictures import Picture
from knowledge.reading import Item
from router.errors import PishkhanError
from router.records import Agent
from router.rules.text import clean, fold, isolate
from storage.knowledge import Article, ArticleState
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
    ("keywords are", "کلیدواژه‌ها بیش از اندازه‌اند"), ("no page shows", "هیچ صفحه‌ای این تصویر را نشان نمی‌دهد"),
)
#: Words of files, folded, by ours.
STATES = {
    "draft": ("پیش‌نویس", "unpublished", "pending", "در دست نوشتن"),
    "internal": ("درونی", "داخلی", "private", "ویژهٔ همکاران"),
    "public": ("همگانی", "عمومی", "منتشرشده", "منتشر شده", "published", "publish", "live"),
    "archived": ("بایگانی", "بایگانی‌شده", "بایگانی شده", "archive"),
}
TONGUES = {"fa": ("فارسی", "پارسی", "persian", "farsi", "per", "fas"), "en": ("انگلیسی", "english", "eng")}
_KEPT = re.compile(r"(?<=\])\((?:file|picture):\d{1,12}\)")
_TWIG = re.compile(r"(?<=^(?:fa|en))[-_](?:[a-z]{4}[-_])?[a-z]{2}$")  #: of fa-IR and en_US
AT_ONCE = 50  #: items in one unit of work


async def run(store: SqlStore, agent: Agent, items: Sequence[Item], *, state: ArticleState, category: int | None,
              dry: bool, four_eyes: bool) -> list[dict[str, Any]]:
    """A line of report for each item; a unit of work holds so many that others get their turn."""
    how = How(state=state, category=category, dry=dry, four_eyes=four_eyes)
    whole = Whole(plan={_key(item): _mark(item) for item in items if not item.fault})
    report: list[dict[str, Any]] = []
    for at in range(0, len(items), AT_ONCE):
        def unit(tx: StoreTx, part: Sequence[Item] = items[at:at + AT_ONCE]) -> list[dict[str, Any]]:
            return put(tx, agent, part, how, whole)
        if not dry:
            # Durable before anything names them.
            for picture in {each.digest: each for item in items[at:at + AT_ONCE] for each in item.pictures.values()
                            }.values():
                await store.blobs.put(picture.content)
        report += await (store.snapshot(unit) if dry else store.run(unit))
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What somebody wants of an import. `dry`: told what would be, nothing is stored."""

    state: ArticleState
    category: int | None = None
    dry: bool = False
    four_eyes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One import over all its units of work."""

    plan: Mapping[str, str]  #: the mark of what each key brings
    keys: set[str] = field(default_factory=set)  #: so far
    texts: dict[str, str] = field(default_factory=dict)  #: marks so far, and under which key


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    outcome: str  #: created, changed or same
    article: int | None = None
    was: str = ""  #: the title that it had before
    known_as: str = ""  #: the name that it came by before


def put(tx: StoreTx, agent: Agent, items: Sequence[Item], how: How, whole: Whole) -> list[dict[str, Any]]:
    """One line for each: created, changed, same, or refused with why."""
    shelves = {fold(name): each.id for each in tx.knowledge.life.categories()
               for name in (each.name, each.title_fa, each.title_en) if name}
    report = []
    for item in items:
        line: dict[str, Any] = {"place": item.place, "title": item.fields.get("title", "")[:80], "article": None,
                                "was": "", "pictures": len(item.pictures)}
        try:
            if item.fault:
                raise PishkhanError(item.fault)
            done = _one(tx, agent, item, how, whole, shelves)
            anew = bool(done.was) and " ".join(done.was.split())[:80] != " ".join(line["title"].split())
            said = [(f"was: {isolate(done.was[:80])}", f"پیش‌تر: {isolate(done.was[:80])}")] if anew else []
            if done.known_as:
                name = isolate(done.known_as[:80])
                said.append((f"came before as {name}", f"پیش‌تر با نام {name} آمده بود"))
            report.append(line | {"outcome": done.outcome, "article": done.article, "was": done.was[:80],
                                  "why": "; ".join(en for en, _ in said), "why_fa": "؛ ".join(fa for _, fa in said)})
        except PishkhanError as error:
            persian = next((fa for begins, fa in _PERSIAN if error.message.startswith(begins)), "پذیرفته نشد")
            report.append(line | {"outcome": "refused", "why": error.message, "why_fa": persian})
    return report


def _one(tx: StoreTx, agent: Agent, item: Item, how: How, whole: Whole, shelves: Mapping[str, int]) -> _Done:
    key, mark = _key(item), _mark(item)
    if key in whole.keys:
        raise PishkhanError("this key stands twice in the import")
    whole.keys.add(key)
    given = _given(item, how.state)
    shelf = fold(item.fields.get("category", ""))
    if shelf and shelf not in shelves:
        raise PishkhanError(f"there is no category {item.fields['category'][:60]!r}")
    given["category"] = shelves.get(shelf, how.category)
    known, key = _known(tx, item, key, given)
    before = ""
    if known is None:
        twice = whole.texts.get(mark)
        known = _met(tx, agent, mark, whole)
        if known is None and twice is not None:
            return _Done(outcome="same", known_as=twice)  # a try run stored nothing that could be met
        before = "" if known is None else known.import_key
    if known is None:
        if given["state"] in permits.LIVE:
            permits.publishes(agent, agent.id, four_eyes=how.four_eyes)
        made = None if how.dry else _created(tx, agent, item, given, key, mark, four_eyes=how.four_eyes)
        whole.texts.setdefault(mark, key)
        return _Done(outcome="created", article=made)
    done = _again(tx, agent, item, how, given, known)
    whole.texts.setdefault(mark, key)
    if not how.dry and before not in whole.plan:  # a name that goes on bringing it keeps it
        tx.knowledge.came(known.id, key, mark)
    return replace(done, known_as=before)


def _known(tx: StoreTx, item: Item, key: str, given: Mapping[str, Any]) -> tuple[Article | None, str]:
    """The article that came by this key before, and the key to know it by. A file whose name says little brings it only
    where title or text are still the same: otherwise it is another file of that name, known with its title."""
    found = tx.knowledge.by_key(key)
    if found is None or not item.general:
        return found, key
    text = _bare(given.get("body", ""))
    if fold(found.title) == fold(given["title"]) or (text and _bare(found.body) == text):
        return found, key
    key = _short(f"{key}:title:{fold(given['title'])}")
    return tx.knowledge.by_key(key), key


def _met(tx: StoreTx, agent: Agent, mark: str, whole: Whole) -> Article | None:
    """The article that brought the same title and text by another name, unless that name brings something else now."""
    found = tx.knowledge.by_mark(mark)
    if found is None or not permits.reads(agent, found, sight.rights(tx, agent)):
        return None
    return found if whole.plan.get(found.import_key, mark) == mark else None


def _again(tx: StoreTx, agent: Agent, item: Item, how: How, given: dict[str, Any], known: Article) -> _Done:
    """What came before, with what is new in it."""
    files = {file.digest: file.id for file in tx.knowledge.life.files(known.id)}
    new = [each for each in item.pictures.values() if each.digest not in files][:max(0, pictures.MOST - len(files))]
    if "body" in given and not (new and not how.dry):
        given["body"] = pictures.placed(given["body"], _files(item, files))
    wanted: dict[str, Any] = {name: given[name] for name in ("title", "body", "keywords") if name in given}
    if given["category"] is not None:
        wanted["category"] = given["category"]
    changes = {name: value for name, value in wanted.items() if getattr(known, name) != value}
    if not changes and not new:
        return _Done(outcome="same", article=known.id)
    granted = sight.rights(tx, agent)
    permits.editable(agent, permits.readable(agent, known, granted), granted, four_eyes=how.four_eyes)
    if not how.dry:
        if new:
            changes["body"] = pictures.placed(given["body"], _files(item, files | _added(tx, agent, known.id, new)))
        articles.change(tx, agent, known.id, known.version, changes, four_eyes=how.four_eyes,
                        own=notes.imported(item.place))
    return _Done(outcome="changed", article=known.id, was=known.title)


def _key(item: Item) -> str:
    """What an article is known by: rows with the file they stand in, as every table may count from 1."""
    named = item.fields.get("key") or f"title:{fold(item.fields.get('title', ''))}"
    return _short(f"{item.source}:{named}" if item.source else named)


def _short(name: str) -> str:
    key = " ".join(clean(name).split())
    if len(key) <= KEY_CHARS:
        return key
    mark = hashlib.sha256(key.encode()).hexdigest()[:16]
    return f"{key[:KEY_CHARS - len(mark) - 1]}#{mark}"


def _mark(item: Item) -> str:
    """What a title and a text are known by however they are spelled, with their pictures, language and category."""
    said = [fold(item.fields.get(name, "")) for name in ("title", "language", "category")]
    shown = sorted({each.digest for each in item.pictures.values()})
    return hashlib.sha256("\0".join([*said, _bare(item.fields.get("body", "")), *shown]).encode(
        "utf-8", "surrogatepass")).hexdigest()


def _bare(body: str) -> str:
    """A text for comparison: where its pictures are kept does not count."""
    return " ".join(fold(_KEPT.sub("", body)).split())


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


def _created(tx: StoreTx, agent: Agent, item: Item, given: dict[str, Any], key: str, mark: str, *,
             four_eyes: bool) -> int:
    """A new article; its pictures are its files, so that they come once it is there."""
    body = given.get("body", "")
    made = articles.create(tx, agent, {**given, "body": pictures.placed(body, {})}, four_eyes=four_eyes, import_key=key,
                           import_mark=mark, own=notes.imported(item.place))
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
