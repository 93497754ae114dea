"""Files as other programs write them - Word, Confluence, wikis, editors, help desks - become what people can read."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from pathlib import Path

import pytest

from channels import registry
from knowledge.hypertext import from_html
from knowledge.markdown import from_markdown
from knowledge.markup import as_html
from knowledge.reading import read as read_file
from tests import fake
from tests.house import free_port, read
from tests.knowledge_town import town

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
                       "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

HTML = {
    "paragraphs in cells": (
        "<table><tbody><tr><th><p>Item</p></th><th><p>Price</p></th></tr>\n<tr><td><p>Pass<br>port</p></td>"
        "<td><p>10 | 20</p></td></tr></tbody></table><p>after</p>",
        "| Item | Price |\n|---|---|\n| Pass port | 10 \\| 20 |\n\nafter"),
    "a list in a cell": ("<table><tr><td>a</td><td><ul><li><p>x</p></li><li>y</li></ul></td></tr></table>",
                         "| a | • x • y |"),
    "a heading in a cell": ("<table><tr><td><h3>a</h3></td><td><b>b</b></td></tr></table>", "| a | **b** |"),
    "cells over columns": ("<table><tr><td colspan='2'>a</td><td>b</td></tr><tr><td>1</td><td>2</td><td>3</td></tr>"
                           "</table>", "| a | | b |\n| 1 | 2 | 3 |"),
    "a table that lays out": (
        "<table><tr><td>menu</td><td><p>one</p><p>two</p><table><tr><td>a</td><td>b</td></tr></table></td></tr>"
        "</table>", "menu\n\none\n\ntwo\n\n| a | b |"),
    "a box": ("<table><tr><td><p>one</p><p>two</p></td></tr></table>", "one\n\ntwo"),
    "never closed": ("<table><tr><td>a<td>b<tr><td>c<td>d", "| a | b |\n| c | d |"),
    "no table around": ("<td>a</td><td>b</td>", "| a | b |"),
    "paragraphs in items": ("<ol><li><p>a</p></li>\n<li><p>b</p><ul><li>c</li></ul></li><li><div>d</div></li></ol>",
                            "1. a\n2. b\n- c\n3. d"),
    "more than one in an item": ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "1. a\n\nb\n\n2. c"),
    "a list that begins later": ("<ol start='7'><li>a</li><li>b</li></ol>", "7. a\n8. b"),
    "Word's dots": ("<p class=MsoNormal>·<span>&nbsp;&nbsp; </span>a</p>\n<p class=MsoNormal>·&nbsp; b</p>",
                    "- a\n- b"),
    "lines that stay": ("<pre>a\n  b\n# c\n- d</pre>e", "a\nb\n\\# c\n\\- d\n\ne"),
    "links": ('<a href="tel:+98 21">a</a> <a href="mailto:a@b.ir">b</a> <a href="/c.html">c</a> '
              '<a href="https://e.org/a_(b)">d</a> <a href="javascript:x">e</a>',
              "[b](mailto:a@b.ir)".join(("[a](tel:+9821) ", " c [d](https://e.org/a_%28b%29) e"))),
    "a telephone": ('<a href="tel:+9821-123">a</a>', "[a](tel:+9821-123)"),
    "a telephone as people write it": ('<a href="tel:(۰۲۱) 137%2099">a</a>', "[a](tel:02113799)"),
    "Google's links": ('<a href="https://www.google.com/url?q=https://x.ir/a%3Fb%3D1&amp;sa=D">a</a>'
                       '<a href="https://www.google.com/url?q=javascript:alert(1)">b</a>'
                       f'<a href="https://www.google.com/url?{"a=1&amp;" * 60}">c</a>',
                       f"[a](https://x.ir/a?b=1)b[c](https://www.google.com/url?{'a=1&' * 60})"),
    "Word's heads": ("<table><tr><td><p><b>a<o:p></o:p></b></p></td><td><b>b</b></td></tr><tr><td>1</td><td>2</td></tr>"
                     "</table>", "| a | b |\n|---|---|\n| 1 | 2 |"),
    "links in links": ('<a href="https://a.ir">a<a href="https://b.ir">b</a></a>',
                       "[a](https://a.ir)[b](https://b.ir)"),
    "strong over lines": ("<b><p>a</p><p>b</p></b>c <b>d</b> <b> </b>", "a\n\nb\n\nc **d**"),
    "numbers that are no letters": ("a&#" + "1" * 5_000 + ";b &amp; &#1705;", "a�;b & ک"),
    "a letter that grows when small": ("İ" * 9 + "<script>x</script>a", "İ" * 9 + "a"),
}


@pytest.mark.parametrize("label", HTML)
def test_pages_of_other_programs(label: str) -> None:
    source, wanted = HTML[label]
    assert from_html(source) == ("", wanted)


MARKDOWN = {
    "broken lines": ("a b\nc d  \ne\\\nf\n\ng", "a b c d\ne\nf\n\ng"),
    "headings": ("# a #\n#### b\nc\n===\nd d\ne\n---\nf", "# a\n\n### b\n\n# c\n\n## d d e\n\nf"),
    "emphasis": ("*a* _b_ ***c*** __d__ **e** ~~f~~ a_b_c 2*3*4 *g\nh*", "a b **c** **d** **e** f a_b_c 2*3*4 g h"),
    "code": ("`a` ``b ` c`` `*d*` `&amp;`", "a b ` c *d* &amp;"),
    "a fence": ("```sh\n# a\n- b **c**\n\n1. d\n```\ne", "\\# a\n\\- b **c**\n\n\\1. d\n\ne"),
    "code by its indent": ("a\n\n    # b\n    c\n\nd", "a\n\n\\# b\nc\n\nd"),
    "a quote": ("> a\n> b\n>\n> - c", "a b\n\n- c"),
    "rules": ("a\n\n---\n\n* * *\n___\nb", "a\n\nb"),
    "items": ("+ a\n* b\n- [ ] c\n- [x] d", "- a\n- b\n- ☐ c\n- ☑ d"),
    "numbers": ("1. a\n1. b\n   - c\n\n   d\n\n1. e\n\nf\n\n1. g", "1. a\n2. b\n- c\n\nd\n\n3. e\n\nf\n\n1. g"),
    "a day that begins a paragraph": ("22. بهمن\n\nin\n22. of", "22. بهمن\n\nin 22. of"),
    "tables": ("a | b\n--|--\n1 | *2*\n\n| c | d |\n|:-|-:|\n| 3 \\| 4 | `5` |",
               "| a | b |\n|---|---|\n| 1 | 2 |\n\n| c | d |\n|---|---|\n| 3 \\| 4 | 5 |"),
    "a table in HTML": ("a\n\n<table>\n<tr><td>b</td>\n<td>c</td></tr>\n</table>\n\nd", "a\n\n| b | c |\n\nd"),
    "references": ("[a][1] [b][] [b] [c][none] [d]\n\n[1]: https://e.org/1 \"x\"\n[B]: <https://e.org/b>",
                   "[a](https://e.org/1) [b](https://e.org/b) [b](https://e.org/b) [c][none] [d]"),
    "addresses": ("<https://e.org> <a@b.ir> [a](tel:+9821) [b](c.md) [d](https://e.org/a_(b) \"t\") ![e](f.png)",
                  "[https://e.org](https://e.org) [a@b.ir](mailto:a@b.ir) [a](tel:+9821) b "
                  "[d](https://e.org/a_%28b%29) e"),
    "escapes": ("\\*a\\* \\_b\\_\n\n\\# c\n\n1\\. d", "*a* _b_\n\n\\# c\n\n\\1. d"),
    "entities": ("a &amp; b&nbsp;c &lt;d&gt; &zwnj;", "a & b c <d> \u200c"),
    "tags within": ("<b>a</b> <br>b <span dir=\"rtl\">c</span> <a href='https://e.org'>d</a> <!-- e\nf --> 1 < 2 <x>",
                    "**a** \nb c [d](https://e.org)  1 < 2 <x>"),
    "a picture of ours": ("![a](picture:3) [b](file:4)", "![a](picture:3) [b](file:4)"),
    "strong over lines": ("**a\nb**", "**a b**"),
}


@pytest.mark.parametrize("label", MARKDOWN)
def test_markdown_becomes_what_people_can_read(label: str) -> None:
    source, wanted = MARKDOWN[label]
    assert from_markdown(source) == wanted


def test_pictures_in_tags_keep_their_words_and_stand_above_the_title() -> None:
    page = ("<p align=center>\n<img src='https://e.org/logo.png' alt='our [logo]'>\n</p>\n\n# Tax\n\n"
            'See <IMG ALT="the form" src="form.png"/> and <img alt=this> and <img src=x.png> or `<img src=code>`')
    [item] = read_file("tax.md", page.encode())
    assert item.fields["title"] == "Tax"
    assert item.fields["body"] == "![our  logo](https://e.org/logo.png)\n\nSee the form and this and  or <img src=code>"


def test_what_markdown_became_is_taken_in_again_as_it_is() -> None:
    for source, _ in MARKDOWN.values():
        once = from_markdown(source)
        if "`" not in once and "\\" not in once and "*" not in once.replace("**", ""):
            assert as_html(from_markdown(once)).replace("<br>", " ") == as_html(once).replace("<br>", " ")


def fields(name: str, text: str) -> dict[str, str]:
    [item] = read_file(name, text.encode())
    assert not item.fault
    return item.fields


def test_what_stands_before_a_page() -> None:
    for listed in ("[قبض, 'پرداخت']", '["قبض", "پرداخت"]', "\n  - قبض\n  - پرداخت", "قبض,پرداخت"):
        found = fields("a.md", f"---\ntitle: عنوان\ntags: {listed}\nlanguage: fa\n---\n# عنوان\nمتن")
        assert found == {"key": "a.md", "title": "عنوان", "keywords": "قبض,پرداخت", "language": "fa", "body": "متن"}
    assert fields("b.md", "عنوان\n=====\nمتن")["title"] == "عنوان"


def test_plain_texts_keep_the_lines_that_somebody_made() -> None:
    wide = "a word and " * 6
    assert fields("a.txt", f"T\n\n{wide}\n{wide}\nend")["body"] == f"T\n\n{wide.strip()} {wide.strip()} end"
    assert fields("a.txt", "to\ngo\n*it*")["body"] == "to\ngo\n*it*"


CELLS = {
    "a page": ('<p>Go <a href="https://x.org">there</a></p><ul><li>One</li></ul>',
               "Go [there](https://x.org)\n\n- One"),
    "its heading stays": ("<h2>Head</h2><p>x</p>", "# Head\n\nx"),
    "lines without blocks": ("one <b>two</b>\n\nthree", "one **two**\n\nthree"),
    "entities": ("a &amp; b&nbsp;c", "a & b c"),
    "no HTML": ("1 < 2 & *it*", "1 < 2 & *it*"),
    "a picture": (f'see <img alt="p" src="data:image/png;base64,{base64.b64encode(PNG).decode()}">',
                  "see ![p](picture:0)"),
}


@pytest.mark.parametrize("label", CELLS)
def test_answers_in_html_of_a_table(label: str) -> None:
    source, wanted = CELLS[label]
    row = source.replace('"', '""')
    assert fields("a.csv", f'title,answer,locale\nA &amp; B,"{row}",fa-IR') == {
        "title": "A & B", "body": wanted, "language": "fa-IR"}


HOSTILE = {
    "links in links": ("html", '<a href="http://x">x', "</a>"), "strong": ("html", "<b>x", ""),
    "tables": ("html", "<table><tr><td>x", "</td></tr></table>"), "cells": ("html", "<td>x", ""),
    "items": ("html", "<ol><li><p>", ""), "lines": ("html", "<pre># x\n", ""), "signs": ("html", "<", ">"),
    "names": ("html", "<a<b ", ">"), "numbers": ("html", "&#11111111", ""), "comments": ("html", "<!--", ""),
    "quotes": ("md", "> ", ""), "code": ("md", "`a ``b ```c ", ""), "brackets": ("md", "[a](b(c)", ""),
    "definitions": ("md", "[a]: b\n[a][a]", ""), "emphasis": ("md", "_a *b **c ~~d ", ""), "bars": ("md", "|", ""),
    "rows": ("md", "a|b\n-|-\n", ""), "fences": ("md", "```\n", ""), "headings": ("md", "a\n=\n", ""),
    "tags": ("md", "<b <a x>", ""), "paragraph": ("md", "abc\n", ""), "rule": ("md", "-", "x"),
    "list": ("md", "1. a\n\n", ""),
    "tables in html": ("md", "<table>\n", ""), "mail": ("md", "<a@", ""), "blanks": ("md", "- " + " " * 98, ""),
    "rule of a row": ("md", "| a |\n|" + "-" * 93, "x|"), "front": ("md", "---\ntags: [a\n", ""),
    "answers": ("csv", "<a ", ">"), "answers of tables": ("csv", "<table><td>", ""), "text": ("txt", "a\n\n\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_files_take_linear_time(label: str) -> None:
    ending, piece, end = HOSTILE[label]

    def spent(size: int) -> float:
        many = size // len(piece + end) if ending == "html" and end.startswith("</") else size // len(piece)
        text = piece * many + (end * many if end.startswith("</") else end)
        content = ("title,body\na," + text.replace("\n", " ") if ending == "csv" else text).encode()
        took = []
        for _ in range(3):
            began = time.process_time()
            read_file(f"a.{ending}", content)
            took.append(time.process_time() - began)
        return sorted(took)[1]

    once, twice = spent(50_000), spent(100_000)
    assert twice < 1.0
    assert twice < 3 * once + 0.05, "twice the size, about twice the time"


@pytest.fixture
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


def zipped(**pages: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in pages.items():
            file.writestr(f"{name}.md", content)
    return made.getvalue()


async def test_files_that_count_from_one_do_not_replace_each_other(tmp_path: Path, line_medium: None) -> None:
    async with town(tmp_path) as t:
        def outcomes(done: dict[str, list[dict[str, str]]]) -> list[str]:
            return [each["outcome"] for each in done["report"]]
        water, power = "id,title,body\n1,قبض آب,متن آب\n", "id,title,body\n1,قبض برق,متن برق\n"
        assert outcomes(await t.take_in("water.csv", water.encode())) == ["created"]
        assert outcomes(await t.take_in("power.csv", power.encode())) == ["created"]
        assert outcomes(await t.take_in("water.csv", water.encode())) == ["same"]
        both = zipped(a="---\nid: 1\n---\n# یک\nمتن", b="---\nid: 1\n---\n# دو\nمتن")
        assert outcomes(await t.take_in("one.zip", both)) == ["created", "created"]
        assert outcomes(await t.take_in("two.zip", zipped(a="# سه\nمتن"))) == ["created"]
        assert outcomes(await t.take_in("one.zip", both)) == ["same", "same"]
        long = f"id,title\n{'x' * 250}1,a\n{'x' * 250}2,b\n"
        assert outcomes(await t.take_in("long.csv", long.encode())) == ["created", "created"]
        assert outcomes(await t.take_in("long.csv", long.encode())) == ["same", "same"]
        assert sorted(each.title for each in await read(t.house, lambda tx: tx.knowledge.after(0))) == sorted(
            ["قبض آب", "قبض برق", "یک", "دو", "سه", "a", "b"])


async def test_the_report_says_what_an_article_was_called(tmp_path: Path, line_medium: None) -> None:
    async with town(tmp_path) as t:
        await t.take_in("card.md", "# یک\nمتن".encode())
        for query in ("?dry=1", ""):
            [line] = (await t.take_in("card.md", "# دو\nمتن دیگر".encode(), query))["report"]
            assert line["outcome"] == "changed" and line["was"] == "یک"
            assert "یک" in line["why"] and "یک" in line["why_fa"]
        [line] = (await t.take_in("card.md", "# دو\nمتن سوم".encode()))["report"]
        assert line["outcome"] == "changed" and line["was"] == "دو" and line["why"] == "", "no news, no words"


async def test_a_try_refuses_what_the_import_would_refuse(tmp_path: Path, line_medium: None) -> None:
    async with town(tmp_path) as t:
        await t.ok("POST", "/api/knowledge/categories", {"name": "board", "title_fa": "b", "title_en": "b",
                                                         "least_role": "admin"}, by="admin")
        await t.take_in("a.csv", "key,title,category\nk,راز,board\n".encode(), by="admin")
        for query in ("?dry=1", ""):
            [line] = (await t.take_in("a.csv", "key,title\nk,دیگر\n".encode(), query))["report"]
            assert line["outcome"] == "refused" and "راز" not in str(line)


async def test_states_and_languages_in_words_of_people(tmp_path: Path, line_medium: None) -> None:
    rows = {("همگانی", "فارسی"): ("public", "fa"), ("عمومی", "انگلیسی"): ("public", "en"),
            ("درونی", "fa-IR"): ("internal", "fa"), ("داخلی", "en_US"): ("internal", "en"),
            ("پیش نویس", "Persian"): ("draft", "fa"), ("Published", "ENGLISH"): ("public", "en"),
            ("منتشر شده", "fa"): ("public", "fa"), ("draft", "پارسی"): ("draft", "fa")}
    async with town(tmp_path) as t:
        text = "عنوان;متن;وضعیت;زبان\n" + "".join(f"t{n};x;{state};{language}\n"
                                                  for n, (state, language) in enumerate(rows))
        done = await t.take_in("a.csv", text.encode())
        assert done["counts"]["created"] == len(rows), done["report"]
        made = {each.title: (each.state.value, each.language)
                for each in await read(t.house, lambda tx: tx.knowledge.after(0))}
        assert made == {f"t{n}": wanted for n, wanted in enumerate(rows.values())}
        done = await t.take_in("b.csv", b"title,state,language\na,nonsense,\nb,,klingon\n")
        assert [each["why_fa"] for each in done["report"]] == ["وضعیت ناشناخته است", "زبان fa یا en است"]


def test_the_command_line_refuses_two_files_of_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import run
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.md").write_text(f"# {folder}\nx", encoding="utf-8")
    config = tmp_path / "config.toml"
    config.write_text(f'[server]\nport = {free_port()}\n[storage]\nfolder = "{tmp_path / "data"}"\n', encoding="utf-8")
    assert run.main(["--config", str(config), "knowledge", "import", str(tmp_path / "a" / "index.md"),
                     str(tmp_path / "b" / "index.md")]) == 1
    assert "two files are called index.md" in capsys.readouterr().out
