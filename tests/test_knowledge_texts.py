"""Texts of articles: tables and files as HTML, HTML of imports as marks, what changed, changes put together."""

from __future__ import annotations

import random
import time

import pytest

from knowledge.hypertext import from_html
from knowledge.markup import as_html, as_text, files_of
from knowledge.merge import diff, kept, merge


def test_tables_files_and_pictures() -> None:
    made = as_html("| a | **b** |\n|---|:-:|\n| 1 | <i> |\n\n![x\"y](file:3) [words](file:4) ![far](https://x.org/a.png)")
    head = '<tr><th dir="auto">a</th><th dir="auto"><strong>b</strong></th></tr>'
    assert made.startswith(f'<div class="table"><table>{head}')
    assert "&lt;i&gt;" in made and '<img src="/help/files/3" alt="x&quot;y" loading="lazy">' in made
    assert '<a href="/help/files/4">words</a>' in made and "<img src=\"https" not in made
    assert as_html("![a](file:1)", "/knowledge/files/").startswith('<p dir="auto"><img src="/knowledge/files/1"')
    assert as_text("| a | b |\n|---|---|\n| 1 | [x](file:2) |") == "a · b\n1 · x"
    assert files_of("![a](file:1) [b](file:22) [c](https://file:3)") == {1, 22}


HTML = [
    ("<h1>T</h1><p>a <b>b</b></p><ul><li>x<li>y</ul>", ("T", "a **b**\n\n- x\n- y")),
    ("<title>T &amp; U</title><p>a<br>b", ("T & U", "a\nb")),
    ('<a href="https://x.org/?a=1&amp;b=2">go</a> <a href="javascript:alert(1)">no</a>', ("",
        "[go](https://x.org/?a=1&b=2) no")),
    ("<table><tr><th>a</th><td>b</td></tr></table>", ("", "| a | b |")),
    ("<ol><li>one</li><li>two</li></ol>", ("", "1. one\n2. two")),
    ("<script>alert(1)</script><style>p{}</style>words<!-- hidden -->", ("", "words")),
    ("a < b and <unfinished", ("", "a < b and <unfinished")),
]


@pytest.mark.parametrize(("source", "wanted"), HTML, ids=[source[:20] for source, _ in HTML])
def test_html_becomes_marks(source: str, wanted: tuple[str, str]) -> None:
    assert from_html(source) == wanted


@pytest.mark.parametrize("piece", ["<a", "<div>", "<!--", "<head", "<title>", "</title>", "<a href=x>", "<script>",
                                   "<li>",
                                   "<a href='x", "<td>", "&", "<h1>"])
def test_hostile_html_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    from_html(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 5


def test_what_changed_and_what_both_changed() -> None:
    rows = random.Random(7)
    for _ in range(300):
        old = [rows.choice("abc") for _ in range(rows.randint(0, 8))]
        new = list(old)
        for _ in range(rows.randint(0, 3)):
            new.insert(rows.randint(0, len(new)), rows.choice("xyz"))
        pieces = diff("\n".join(old), "\n".join(new))
        assert [line for each in pieces if each.kind != "gone" for line in each.lines] == "\n".join(new).split("\n")
        assert [line for each in pieces if each.kind != "new" for line in each.lines] == "\n".join(old).split("\n")
        assert merge("\n".join(old), "\n".join(new), "\n".join(old)).text == "\n".join(new)
        assert merge("\n".join(old), "\n".join(old), "\n".join(new)).text == "\n".join(new)
    assert merge("1\n2\n3", "1\nx\n3", "1\n2\n3\n4").text == "1\nx\n3\n4"
    assert merge("1\n2\n3", "1\nx\n3", "1\ny\n3").conflicts == 1
    began = time.process_time()
    diff("\n".join(map(str, range(25_000))), "\n".join(str(n * 7 % 25_013) for n in range(25_000)))
    assert time.process_time() - began < 3
    assert kept("a b c d", "a b") == 0.5 and kept("", "x") == 1.0
