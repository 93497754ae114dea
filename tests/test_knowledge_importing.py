"""What imports bear - encodings, delimiters, broken pages, pictures within pages, ten thousand rows - and the command
line beside a desk that runs."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from agents.guard import digest
from channels import registry
from knowledge.hypertext import from_html
from knowledge.reading import read as read_file
from knowledge.remote import TOKEN, runs
from router.errors import TooLarge
from router.records import Role
from tests import fake
from tests.house import free_port, read
from tests.knowledge_town import town

ROWS = "کلید,عنوان,متن\nk1,گم شدن کارت,پیش از هر چیز گزارش کنید\nk2,ژتون غذا,چهار برگه"
PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG" * 30_000).decode()
#: How a file may come, and what its two rows are.
FILES = {
    "utf-8": ROWS.encode(), "with its mark": "\ufeff".encode() + ROWS.encode(), "utf-16": ROWS.encode("utf-16"),
    "semicolons": ROWS.replace(",", ";").encode(), "tabs": ROWS.replace(",", "\t").encode(),
    "excel names it": ("sep=;\r\n" + ROWS.replace(",", ";").replace("\n", "\r\n")).encode(),
    "windows": ROWS.replace("\n", "\r\n").encode(), "old mac": ROWS.replace("\n", "\r").encode(),
    "windows-1256": ROWS.replace("ی", "ي").replace("ک", "ك").encode("cp1256"),
    "quoted": ROWS.replace("پیش از هر چیز گزارش کنید", '"پیش از هر چیز گزارش کنید"').encode(),
    "empty lines": ("\n" + ROWS.replace("\n", "\n,,\n\n")).lstrip("\n").encode(),
}


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


@pytest.mark.parametrize("label", FILES)
def test_a_table_however_it_comes(label: str) -> None:
    items = read_file("a.csv", FILES[label])
    assert [(each.fault, each.fields) for each in items] == [
        ("", {"key": "k1", "title": "گم شدن کارت", "body": "پیش از هر چیز گزارش کنید"}),
        ("", {"key": "k2", "title": "ژتون غذا", "body": "چهار برگه"})]


def test_a_few_broken_bytes_break_only_themselves() -> None:
    items = read_file("a.csv", ROWS.encode().replace("گزارش".encode(), b"\xff\xda" + "گزارش".encode()) + b"\xd9")
    assert items[1].fields["title"] == "ژتون غذا" and "گزارش کنید" in items[0].fields["body"]
    arabic = read_file("a.csv", "title,body\nسؤال,كيف أدفع ضريبة السيارة".encode("cp1256"))
    assert arabic[0].fields["body"] == "كيف أدفع ضريبة السيارة", "Arabic stays Arabic"


def test_ten_thousand_rows_and_what_is_too_many() -> None:
    began = time.process_time()
    items = read_file("a.csv", ("title;body\n" + "".join(f"عنوان {n};متن {n}\n" for n in range(10_000))).encode())
    assert len(items) == 10_000 and items[-1].place == "a.csv:10001" and time.process_time() - began < 2
    with pytest.raises(TooLarge):
        read_file("a.csv", b"title\n" + b"x\n" * 20_001)


PAGES = {
    "never closed": ("<h1>Tax<p>Pay <b>here<ul><li>one<li>two", ("Tax", "Pay here\n\n- one\n- two")),
    "closed twice": ("<h1>Tax</h1></h1></div></p>Pay</b>", ("Tax", "Pay**")),
    "scripts": ("<title>Tax</title><script>alert('<p>x</p>')</script><p onclick=alert(1)>Pay<style>p{}</style>"
                "<a href='javascript:alert(1)'>here</a><SCRIPT SRC=//evil></SCRIPT >", ("Tax", "Payhere")),
    "a picture within": (f'<title>Tax</title><p>See <img alt="the form" src="{PICTURE}"> below',
                         ("Tax", "See the form below")),
    "a picture elsewhere": ('<title>Tax</title><img src="https://e.org/a.png" alt="plan [1]">',
                            ("Tax", "![plan 1](https://e.org/a.png)")),
    "no words for it": (f"<title>Tax</title>a<img src='{PICTURE}'>b", ("Tax", "ab")),
}


@pytest.mark.parametrize("label", PAGES)
def test_a_page_however_broken(label: str) -> None:
    source, (title, body) = PAGES[label]
    found = from_html(source)
    assert found[0] == title and found[1].replace(" \n", "\n").rstrip("*").rstrip() == body.rstrip("*").rstrip()
    assert "alert" not in found[1] and "base64" not in found[1]


@pytest.mark.parametrize("piece", ["<img ", "<img src=data:", '<img src="data:,', "![](data:", "![a](data:x", "<img>"])
def test_pictures_that_never_end_take_linear_time(piece: str) -> None:
    began = time.process_time()
    from_html(piece * (900_000 // len(piece)))
    read_file("a.md", (piece * (900_000 // len(piece))).encode())
    assert time.process_time() - began < 6


PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
                       "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def uri(content: bytes, kind: str = "image/png", *, wrapped: bool = False) -> str:
    text = base64.b64encode(content).decode()
    return f"data:{kind};base64," + ("\r\n ".join(text[n:n + 40] for n in range(0, len(text), 40)) if wrapped else text)


WITHIN = {
    "html": ("a.html", f'<title>Tax</title><p>See <img alt="the form" src="{uri(PNG)}"> below', "![the form]({})"),
    "src first": ("a.html", f"<title>Tax</title>See <img src='{uri(PNG)}' alt='the form'> below", "![the form]({})"),
    "no quotes": ("a.html", f"<title>Tax</title>See <img src={uri(PNG)} alt=x> below", "![x]({})"),
    "wrapped": ("a.html", f'<title>Tax</title>See <IMG SRC = "{uri(PNG, wrapped=True)}">', "![]({})"),
    "escaped": ("a.html", f'<title>Tax</title>See <img src="{uri(PNG).replace("=", "%3D").replace("+", "%2b")}">',
                "![]({})"),
    "called otherwise": ("a.html", f'<title>Tax</title>See <img src="{uri(PNG, "text/html")}">', "![]({})"),
    "markdown": ("a.md", f"# Tax\nSee ![the form]({uri(PNG)}) below", "![the form]({})"),
    "titled": ("a.md", f'# Tax\nSee ![the form]({uri(PNG)} "a title") below', "![the form]({})"),
    "named below": ("a.md", f"# Tax\nSee ![][image1] below\n\n[image1]: <{uri(PNG)}>", "![]({})"),
    "named as its words": ("a.md", f"# Tax\nSee ![Form][] below\n\n[form]: {uri(PNG)}", "![Form]({})"),
    "cell": ("a.csv", f"title,body\nTax,See ![the form]({uri(PNG)})", "![the form]({})"),
}


@pytest.mark.parametrize("label", WITHIN)
def test_pictures_within_are_taken_out(label: str) -> None:
    name, source, place = WITHIN[label]
    [item] = read_file(name, source.encode())
    assert not item.fault and place.format("picture:0") in item.fields["body"], item.fields
    assert "base64" not in item.fields["body"] and item.fields["body"].startswith("See")
    assert [(each.media_type, each.content) for each in item.pictures.values()] == [("image/png", PNG)]


LEFT_OUT = {
    "svg": uri(b"<svg onload='alert(1)'/>", "image/svg+xml"), "svg called png": uri(b"<svg onload='alert(1)'/>"),
    "html called png": uri(b"<script>alert(1)</script>"), "only the beginning": uri(PNG[:8]), "no bytes": uri(b""),
    "no base64": "data:image/png;base64,%%%%", "not encoded": "data:image/png,abc", "nothing": "data:",
    "too large": uri(PNG + b"x" * 2_000_001), "riff that is a sound": uri(b"RIFF\x24\x00\x00\x00WAVEfmt " + b"x" * 50),
}


@pytest.mark.parametrize("label", LEFT_OUT)
def test_what_is_no_picture_leaves_its_words(label: str) -> None:
    for name, source in (("a.html", f'<title>Tax</title><p>See <img alt="the form" src="{LEFT_OUT[label]}"> below'),
                         ("a.md", f"# Tax\nSee ![the form]({LEFT_OUT[label]}) below")):
        [item] = read_file(name, source.encode())
        assert not item.pictures and item.fields.get("body") == "See the form below", (name, item)


def test_pictures_are_bounded_in_number_and_size() -> None:
    many = "".join(f"![{n}]({uri(PNG + bytes([n]))})\n" for n in range(60))
    [item] = read_file("a.md", f"# Tax\n{many}".encode())
    assert len(item.pictures) == 40
    twice = f"![a]({uri(GIF, 'image/gif')}) ![b]({uri(GIF)})"
    [item] = read_file("a.md", f"# Tax\n{twice}".encode())
    assert len(item.pictures) == 1 and item.fields["body"] == "![a](picture:0) ![b](picture:0)"
    big = uri(PNG + b"x" * 1_500_000)
    [item] = read_file("a.md", f"# Tax\n![a]({big})".encode())
    assert len(item.pictures) == 1, "a picture is no part of the page's size"
    [item] = read_file("a.md", ("# Tax\n" + "x" * 1_000_001).encode())
    assert "at most" in item.fault
    [item] = read_file("a.md", f"# Tax\n![a]({big})![a]({big})![a]({big})".encode())
    assert "at most" in item.fault


async def test_imported_pictures_are_files_of_the_article_and_shown(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        page = f"# Tax\nSee ![the form]({uri(PNG)}) and ![no]({LEFT_OUT['svg']}) below".encode()
        tried = await t.take_in("a.md", page, "?dry=1&state=public")
        assert tried["report"][0]["pictures"] == 1
        assert await read(t.house, lambda tx: tx.knowledge.after(0)) == []
        made = (await t.take_in("a.md", page, "?state=public"))["report"][0]
        article = (await t.ok("GET", f"/api/articles/{made['article']}"))["article"]
        [file] = (await t.ok("GET", f"/api/articles/{made['article']}/files"))["files"]
        assert article["body"] == f"See ![the form](file:{file['id']}) and no below" and article["state"] == "public"
        assert file["picture"] and file["media_type"] == "image/png" and file["name"].endswith(".png")
        shown = (await t.ask("GET", f"/help/{made['article']}", by="nobody"))[1]
        assert f'<img src="/help/files/{file["id"]}" alt="the form"' in shown
        async with t.http["nobody"].get(f"/help/files/{file['id']}") as answer:
            assert answer.status == 200 and await answer.read() == PNG and answer.content_type == "image/png"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        # Again: nothing is doubled; another picture comes beside.
        assert (await t.take_in("a.md", page))["counts"]["same"] == 1
        assert (await t.take_in("a.md", page, "?dry=1"))["counts"]["same"] == 1
        more = page + f"\n![second]({uri(GIF, 'image/gif')})".encode()
        assert (await t.take_in("a.md", more, "?dry=1"))["counts"]["changed"] == 1
        assert (await t.take_in("a.md", more))["counts"]["changed"] == 1
        files = (await t.ok("GET", f"/api/articles/{made['article']}/files"))["files"]
        assert [each["media_type"] for each in files] == ["image/png", "image/gif"]
        article = (await t.ok("GET", f"/api/articles/{made['article']}"))["article"]
        assert article["body"].endswith(f"![second](file:{files[1]['id']})")
        assert f"(file:{files[0]['id']})" in article["body"] and (await t.take_in("a.md", more))["counts"]["same"] == 1


def test_pictures_within_markdown_leave_their_words() -> None:
    [item] = read_file("a.md", f"# Tax\nSee ![the form]({PICTURE}) below and ![x](https://e.org/a.png)".encode())
    assert item.fields["body"] == "See the form below and ![x](https://e.org/a.png)"
    [row] = read_file("a.csv", f"title,body\nTax,See ![the form]({PICTURE})".encode())
    assert row.fields["body"] == "See the form"


async def test_a_cell_that_is_too_long_is_refused_alone(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        table = f"title,body\nlong,{'x' * 200_000}\nshort,y\n".encode()
        report = (await t.take_in("a.csv", table, "?dry=1"))["report"]
        assert [each["outcome"] for each in report] == ["refused", "created"] and "body" in report[0]["why"]


async def test_ten_thousand_rows_go_in_beside_other_work(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        table = ("title;body\n" + "".join(f"عنوان {n};متن {n}\n" for n in range(10_000))).encode()
        task = asyncio.create_task(t.take_in("a.csv", table, "?dry=1"))
        answered = 0
        while not task.done():
            await t.ok("GET", "/api/articles?limit=1")
            answered += 1
        assert (await task)["counts"] == {"created": 10_000, "changed": 0, "same": 0, "refused": 0}
        assert answered >= 3, "others get their turn"
        kept = await t.take_in("b.csv", ("title;body\n" + "".join(f"t {n};x\n" for n in range(300))).encode(),
                               "?state=internal")
        assert kept["counts"]["created"] == 300
        assert len(await read(t.house, lambda tx: tx.knowledge.after(0, limit=500))) == 300


async def command(tmp_path: Path, port: int, *more: str) -> int:
    """`run.py knowledge import a.csv` beside a desk at a port."""
    import run
    (tmp_path / "a.csv").write_text("title,body\nLost card,Come\n,nothing\n", encoding="utf-8")
    (tmp_path / "config.toml").write_text(f'[server]\nport = {port}\n[storage]\nfolder = "data"\n', encoding="utf-8")
    return await asyncio.to_thread(run.main, ["--config", str(tmp_path / "config.toml"), "knowledge", "import",
                                              str(tmp_path / "a.csv"), *more])


async def test_beside_a_running_desk_it_goes_through_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                              capsys: pytest.CaptureFixture[str]) -> None:
    async with town(tmp_path) as t:
        port = urlsplit(t.house.url).port
        assert port and await runs(t.house.url) and not await runs(f"http://127.0.0.1:{free_port()}")
        monkeypatch.delenv(TOKEN, raising=False)

        async def ran(*more: str) -> tuple[int, str]:
            status = await command(tmp_path, port, *more)
            return status, capsys.readouterr().out
        status, said = await ran()
        assert status == 1 and "a desk runs at" in said and TOKEN in said and "/knowledge#import" in said
        assert await read(t.house, lambda tx: tx.knowledge.after(0)) == [], "nothing was written behind its back"

        def tokens(tx: Any) -> None:
            for name in ("agent", "lead"):
                role = Role.AGENT if name == "agent" else Role.SUPERVISOR
                tx.accounts.add_token(t.people[name].id, "import", role, digest(f"import-{name}"))
        await t.house.store.run(tokens)
        for wrong in ("nonsense", "import-agent"):
            monkeypatch.setenv(TOKEN, wrong)
            status, said = await ran()
            assert status == 1 and "does not take this token" in said and wrong not in said
        monkeypatch.setenv(TOKEN, "import-lead")
        status, said = await ran("--by", "boss")
        assert status == 1 and "leave --by out" in said
        status, said = await ran("--dry")
        assert said.split("\n")[0] == "+ a.csv:2: Lost card" and status == 1
        status, said = await ran("--state", "public")
        assert said.split("\n")[:2] == ["+ a.csv:2: Lost card -> 1", "! a.csv:3: : it has no title"] and status == 1
        made = await read(t.house, lambda tx: tx.knowledge.get(1))
        assert made.author == t.people["lead"].id and made.state == "public"
        status, said = await ran("--json")
        assert '"outcome": "same"' in said and '"outcome": "refused"' in said
        assert await t.found("Lost card") == [1], "the desk knows of it at once"
