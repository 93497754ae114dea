"""What an import meets again: files that were renamed, files of names that many have, pictures beside pages."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from knowledge.reading import Item
from knowledge.reading import read as read_file
from router.errors import TooLarge
from tests.house import read
from tests.knowledge_town import Town, line_medium, town  # noqa: F401
from tests.test_knowledge_importing import GIF, PNG


def zipped(pages: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in pages.items():
            file.writestr(name, content)
    return made.getvalue()


async def titles(t: Town) -> list[str]:
    return sorted(each.title for each in await read(t.house, lambda tx: tx.knowledge.after(0)))


async def line(t: Town, name: str, text: str, query: str = "", **how: Any) -> dict[str, Any]:
    [found] = (await t.take_in(name, text.encode(), query, **how))["report"]
    return dict(found)


async def test_a_renamed_file_is_met_again(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await line(t, "card.md", "# گم شدن کارت\nپیش از هر چیز گزارش کنید.")
        assert made["outcome"] == "created" and made["why"] == ""
        other = "# گم شدن كارت\n\nپيش از هر چيز  گزارش كنيد."  # the same in other letters and spaces
        for query in ("?dry=1", ""):
            met = await line(t, "lost-card.md", other, query)
            assert met["article"] == made["article"] and "card.md" in met["why"] and "card.md" in met["why_fa"], met
        # By its new name it is known from now on.
        assert (await line(t, "lost-card.md", other))["why"] == ""
        changed = await line(t, "lost-card.md", "# گم شدن کارت\nبه دفتر بروید.")
        assert (changed["outcome"], changed["article"]) == ("changed", made["article"])
        assert (await line(t, "lost-card.md", "# گم شدن کارت\nبه دفتر بروید."))["outcome"] == "same"
        # Somebody changed it here since: the file is still what it was.
        await t.ok("POST", f"/api/articles/{made['article']}", {"version": (await t.ok(
            "GET", f"/api/articles/{made['article']}"))["article"]["version"], "body": "به دفتر یا سامانه"})
        again = await line(t, "third.md", "# گم شدن کارت\nبه دفتر بروید.")
        assert (again["outcome"], again["article"]) == ("changed", made["article"]) and "lost-card.md" in again["why"]
        assert await titles(t) == ["گم شدن کارت"]
        # The same words under another title, or the same title over other words, are something else.
        assert (await line(t, "fourth.md", "# کارت تازه\nبه دفتر بروید."))["outcome"] == "created"
        assert (await line(t, "fifth.md", "# گم شدن کارت\nهیچ"))["outcome"] == "created"
        # What people wrote here is no import, whatever it says.
        await t.write(title="دست‌نوشته", body="متن")
        assert (await line(t, "sixth.md", "# دست‌نوشته\nمتن"))["outcome"] == "created"


async def test_a_renamed_table_and_a_renamed_zip(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        rows = "key,title,body\n1,آب,متن آب\n2,برق,متن برق\n"
        assert (await t.take_in("a.csv", rows.encode()))["counts"]["created"] == 2
        assert (await t.take_in("b.csv", rows.replace("1,آب", "7,آب").encode()))["counts"]["same"] == 2
        pages: dict[str, str | bytes] = {"x/one.md": "# یک\nمتن", "x/two.html": "<h1>دو</h1><p>متن"}
        assert (await t.take_in("november.zip", zipped(pages)))["counts"]["created"] == 2
        done = await t.take_in("december.zip", zipped(pages))
        assert done["counts"]["same"] == 2 and all("november.zip/x/" in each["why"] for each in done["report"])
        assert (await t.take_in("december.zip", zipped(pages)))["report"][0]["why"] == ""


async def test_a_name_that_goes_on_bringing_something_keeps_it(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        old: dict[str, str | bytes] = {"a.md": "# الف\nمتن"}
        await t.take_in("z.zip", zipped(old))
        # The same page twice: one article. Its copy does not take it from the page that still brings it.
        twice = zipped({"copy.md": "# الف\nمتن", "a.md": "# الف\nمتن"})
        for query in ("?dry=1", "", ""):
            assert (await t.take_in("z.zip", twice, query))["counts"] == {
                "created": 0, "changed": 0, "same": 2, "refused": 0}
        new = zipped({"n.md": "# نو\nمتن", "m.md": "# نو\nمتن"})
        for query in ("?dry=1", ""):
            assert (await t.take_in("y.zip", new, query))["counts"] == {
                "created": 1, "changed": 0, "same": 1, "refused": 0}
        # A page of the old words and another of its name: nothing is lost, both are there.
        moved = zipped({"b.md": "# الف\nمتن", "a.md": "# الف\nمتن تازه"})
        assert (await t.take_in("z.zip", moved))["counts"] == {"created": 1, "changed": 1, "same": 0, "refused": 0}
        assert await titles(t) == ["الف", "الف", "نو"]


async def test_what_is_kept_from_somebody_is_not_told_by_its_words(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        await t.ok("POST", "/api/knowledge/categories", {"name": "board", "title_fa": "b", "title_en": "b",
                                                         "least_role": "admin"}, by="admin")
        await t.take_in("secret.csv", "key,title,body\nk,راز,متن\n".encode(), by="admin")
        shelf = (await t.ok("GET", "/api/knowledge/categories", by="admin"))["categories"][0]["id"]
        [hidden] = await read(t.house, lambda tx: tx.knowledge.after(0))
        await t.ok("POST", f"/api/articles/{hidden.id}", {"version": 1, "category": shelf}, by="admin")
        found = await line(t, "mine.csv", "key,title,body\nq,راز,متن\n")
        assert found["outcome"] == "created" and found["article"] != hidden.id and "secret" not in str(found)


@pytest.mark.parametrize(("name", "general"), [
    ("index.md", True), ("README (2).txt", True), ("Readme-1.html", True), ("untitled 3.md", True), ("۱۲.md", True),
    ("index - Copy.md", True), ("faq/index.html", True), ("فهرست.md", True), ("بدون‌عنوان.md", False),
    ("card.md", False), ("covid19.md", False), ("indexes.md", False), ("1" * 180 + "x.md", False)])
def test_names_that_many_files_have(name: str, general: bool) -> None:
    found: list[Item] = read_file("z.zip", zipped({name: "# a\nb"})) if "/" in name else read_file(name, b"# a\nb")
    assert [each.general for each in found] == [general]


async def test_two_files_of_one_general_name_do_not_meet(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        water = await line(t, "index.md", "# آب\nمتن آب")
        power = await line(t, "index.md", "# برق\nمتن برق")
        assert power["outcome"] == "created" and power["article"] != water["article"] and power["was"] == ""
        # Each is met again: by its title with other words, by its words under another title.
        for text, wanted, outcome in (("# آب\nمتن تازه", water, "changed"), ("# برق\nمتن برق", power, "same"),
                                      ("# برق\nمتن دیگر", power, "changed"), ("# آب شهر\nمتن تازه", water, "changed"),
                                      ("# آب شهر\nمتن تازه", water, "same")):
            found = await line(t, "index.md", text)
            assert (found["outcome"], found["article"]) == (outcome, wanted["article"]), text
        # Tables of such a name that count from 1, and pages of two zips.
        for name, n in (("آب ۱", 1), ("گاز", 2)):
            done = await t.take_in("data.csv", f"id,title,body\n1,{name},متن {n}\n".encode())
            assert done["counts"]["created"] == 1
        for name in ("یک", "دو"):
            done = await t.take_in("docs.zip", zipped({"index.md": f"# {name}\nمتن {name}"}))
            assert done["counts"]["created"] == 1
        # A page that names its key is known by it.
        assert (await line(t, "readme.md", "---\nkey: k1\n---\n# الف\nمتن"))["outcome"] == "created"
        assert (await line(t, "readme.md", "---\nkey: k1\n---\n# ب\nدیگر"))["outcome"] == "changed"


PAGES = {
    "html": ("a/page.html", '<h1>T</h1><p>See <img class=x alt="the plan" src="img/plan.png"> here</p>'),
    "html, bare": ("a/page.html", "<h1>T</h1><p>See <img src=img/plan.png alt='the plan'> here</p>"),
    "html, from the top": ("a/page.html", "<h1>T</h1><p>See <img src='/a/img/plan.png?v=2' alt='the plan'/> here</p>"),
    "html, upwards and escaped": (
        "a/b/page.html", '<h1>T</h1><p>See <img src="../img/pl%61n.PNG" alt="the plan"> here'),
    "markdown": ("a/page.md", '# T\nSee ![the plan](img/plan.png "now") here'),
    "markdown, in angles": ("a/page.md", "# T\nSee ![the plan](<./img/plan.png>) here"),
    "markdown, as a tag": ("a/page.md", '# T\nSee <img width=9 src="img/plan.png" alt="the plan"/> here'),
    "markdown, by name": ("a/page.md", "# T\nSee ![the plan][p] here\n\n[p]: img/plan.png"),
    "a cell of html": ("a/page.csv", 'title,body\nT,"<p>See <img src=\'img/plan.png\' alt=\'the plan\'> here</p>"'),
}


@pytest.mark.parametrize("label", PAGES)
def test_a_picture_beside_a_page_is_taken(label: str) -> None:
    name, text = PAGES[label]
    [item] = read_file("z.zip", zipped({name: text, "a/img/plan.png": PNG}))
    assert item.fault == "" and item.fields["body"] == "See ![the plan](picture:0) here"
    assert [each.content for each in item.pictures.values()] == [PNG]


def test_what_is_no_picture_beside_a_page_leaves_its_words() -> None:
    page = "<h1>T</h1>" + "".join(f"<p><img alt='w{n}' src='{where}'></p>" for n, where in enumerate((
        "none.png", "../../etc/passwd", "lie.png", "https://e.org/a.png", "draw.svg", "//e.org/a.png", "big.png", "")))
    found = read_file("z.zip", zipped({"p.html": page, "lie.png": b"MZ" + b"x" * 99, "draw.svg": "<svg/>",
                                       "big.png": PNG + b"\0" * 2_000_001, "other.gif": GIF}))
    item, drawn, other = found
    assert item.fields["body"].split() == ["w0", "w1", "w2", "![w3](https://e.org/a.png)", "w4", "w5", "w6", "w7"]
    assert not item.pictures and drawn.fault.startswith("only CSV") and other.fault == "no page shows this picture"


def test_pictures_beside_pages_are_bounded() -> None:
    many = "".join(f"<img alt=a src='{n}.gif'>" for n in range(60))
    files: dict[str, str | bytes] = {f"{n}.gif": GIF + bytes([n]) for n in range(60)}
    [item] = [each for each in read_file("z.zip", zipped({"p.html": f"<h1>T</h1>{many}", **files})) if not each.fault]
    assert len(item.pictures) == 40
    # Five megabytes with its page; one that two pages show is counted once.
    files = {f"{n}.png": PNG + bytes([n]) * 1_900_000 for n in range(3)}
    big = "<h1>T</h1>" + "".join(f"<img alt=a src='{n}.png'>" for n in range(3))
    assert "at most 5000000 bytes" in read_file("z.zip", zipped({"p.html": big, **files}))[0].fault
    both = {f"{n}.html": "<h1>T</h1><img alt=a src=0.png>" for n in range(30)}
    assert not any(each.fault for each in read_file("z.zip", zipped({**both, "0.png": files["0.png"]})))
    files = {f"{n}.png": PNG + bytes([n]) * 1_900_000 for n in range(12)}
    with pytest.raises(TooLarge):
        read_file("z.zip", zipped({**{f"{n}.html": f"<h1>T</h1><img alt=a src={n}.png>" for n in range(12)}, **files}))


async def test_pictures_beside_a_page_are_files_of_its_article(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        pages: dict[str, str | bytes] = {"faq/tax.html": "<h1>Tax</h1><p>See <img src='form.png' alt='the form'></p>",
                                         "faq/form.png": PNG}
        [made] = (await t.take_in("docs.zip", zipped(pages), "?state=public"))["report"]
        [file] = (await t.ok("GET", f"/api/articles/{made['article']}/files"))["files"]
        body = (await t.ok("GET", f"/api/articles/{made['article']}"))["article"]["body"]
        assert body == f"See ![the form](file:{file['id']})" and file["media_type"] == "image/png"
        assert (await t.take_in("docs.zip", zipped(pages)))["counts"]["same"] == 1
        met = (await t.take_in("other.zip", zipped(pages)))["report"][0]
        assert met["outcome"] == "same" and met["article"] == made["article"] and "docs.zip" in met["why"]
        async with t.http["nobody"].get(f"/help/files/{file['id']}") as answer:
            assert answer.status == 200 and await answer.read() == PNG
