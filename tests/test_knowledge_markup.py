"""The marks of an article's body: a table of pieces and their HTML, and that nothing else ever becomes HTML."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.markup import as_html, as_text, files_of
from knowledge.reasons import kept, told
from knowledge.suggest import Suggestion

HTML = {
    "paragraphs": ("یک\nدو\n\nسه", "<p>یک<br>دو</p>\n<p>سه</p>"),
    "headings": ("# یک\n### سه\n#### چهار", "<h2>یک</h2>\n<h4>سه</h4>\n<p>#### چهار</p>"),
    "lists": ("- a\n- b\n1. c\n۲) d", "<ul><li>a</li><li>b</li></ul>\n<ol><li>c</li><li>d</li></ol>"),
    "strong": ("**a** b**", "<p><strong>a</strong> b**</p>"),
    "link": ("[a](https://x.example/?a=1&b=2)",
             '<p><a href="https://x.example/?a=1&amp;b=2" rel="noopener nofollow">a</a></p>'),
    "no link to a script": ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
    "no quote in a link": ('[a](https://x"onclick=1)', "<p>[a](https://x&quot;onclick=1)</p>"),
    "tags are text": ("<b>&</b>", "<p>&lt;b&gt;&amp;&lt;/b&gt;</p>"),
    "empty": ("", ""),
    "numbers go on behind a text": ("1. a\n\nb\n\n2. c\n![d](file:3)\n۳. e",
                                    '<ol><li>a</li></ol>\n<p>b</p>\n<ol start="2"><li>c</li></ol>\n'
                                    '<p><img src="/help/files/3" alt="d" loading="lazy"></p>\n'
                                    '<ol start="3"><li>e</li></ol>'),
    "a number that begins a sentence": ("22. bahman", '<ol start="22"><li>bahman</li></ol>'),
    "blank lines within a list": ("1. a\n\n2. b\n- c\n\n\n- d",
                                  "<ol><li>a</li><li>b</li></ol>\n<ul><li>c</li><li>d</li></ul>"),
    "all ones are counted": ("1. a\n1. b\n1) c", "<ol><li>a</li><li>b</li><li>c</li></ol>"),
    "numbers that leap": ("1. a\n5. b\n6. c\n1. d", '<ol><li>a</li><li value="5">b</li><li>c</li>'
                                                    '<li value="1">d</li></ol>'),
    "mail and telephone": ("[a](mailto:a@b.ir) [b](tel:+98-21)", '<p><a href="mailto:a@b.ir">a</a> '
                                                                 '<a href="tel:+98-21">b</a></p>'),
    "no mark": ("\\# a\n\\1. b\n\\| c |\n\\- d \\- e\n\\ f", "<p># a<br>1. b<br>| c |<br>- d \\- e<br>\\ f</p>"),
    "a bar in a cell": ("| a \\| b | c |", '<div class="table"><table><tr><td dir="auto">a | b</td>'
                                          '<td dir="auto">c</td></tr></table></div>'),
}
TEXT = {
    "marks go": ("# عنوان\n- **یک**", "عنوان\n- یک"),
    "links stay readable": ("[دفتر](https://x.example/a)", "دفتر: https://x.example/a"),
    "mail and telephone": ("[دفتر](tel:+9821) [a@b.ir](mailto:a@b.ir)", "دفتر: +9821 a@b.ir"),
    "what is no mark": ("\\# a\n| a \\| b | c |\n|---|---|\n\\- d \\- e", "# a\na | b · c\n- d \\- e"),
}


@pytest.mark.parametrize("label", HTML)
def test_html(label: str) -> None:
    body, wanted = HTML[label]
    assert as_html(body).replace(' dir="auto"', "") == wanted.replace(' dir="auto"', "")
    assert as_html(body).count(' dir="auto"') == len(re.findall("<(?:p|h[234]|ul|ol|td)[ >]", as_html(body)))


@pytest.mark.parametrize("label", TEXT)
def test_text(label: str) -> None:
    body, wanted = TEXT[label]
    assert as_text(body) == wanted


_TAG = re.compile(r'</?(?:p|h[234]|ul|ol|li|strong|br)(?: (?:start|value)="\d{1,3}")?(?: dir="auto")?>|</a>|'
                  r'<a href="(?:mailto|tel):[^"<>\s]*">|'
                  r'<a href="https?://[^"<>\s]*" rel="noopener nofollow">')


@given(body=st.text(max_size=300) | st.text(alphabet="[]()*#-1. \nhttps:/<>\"'&a", max_size=300))
def test_only_our_own_tags_come_out(body: str) -> None:
    assert not set("<>") & set(_TAG.sub("", as_html(body)))
    as_text(body)


#: What a body of a length may be made of, at its worst.
SLOW = {
    "brackets": lambda n: "[" * n, "links": lambda n: "[a](http://" * (n // 11), "stars": lambda n: "*" * n,
    "strong": lambda n: "**a" * (n // 3), "lines": lambda n: "\n" * n, "hashes": lambda n: "# " * (n // 2),
    "nested": lambda n: "[a" * (n // 2) + "](" * 100, "rule": lambda n: "| a |\n|" + "-" * n + "x|",
    "rule of blanks": lambda n: "| a |\n| -" + " " * n + "x|", "rules": lambda n: "| a |\n" + "|-|\n" * (n // 4),
    "cells": lambda n: "|" * n, "cell bars": lambda n: "|" + "\\|" * (n // 2) + "|", "row": lambda n: "|" + "a" * n,
    "items": lambda n: "1. a\n" * (n // 5), "leaps": lambda n: "1. a\n\n9. b\n" * (n // 12),
    "blanks": lambda n: "1." + " " * n + "\n-" + "\t" * n, "number": lambda n: "1" * n,
    "open": lambda n: "![](https://" * (n // 12),
    "mail": lambda n: "[a](mailto:" + "a" * n, "telephone": lambda n: "[a](tel:+" + "1" * n, "back": lambda n: "\\" * n,
    "entities": lambda n: "&\"'<>" * (n // 5), "letters": lambda n: "آ" * n}  # fmt: skip


def spent(done: Callable[[], object]) -> float:
    """CPU seconds, the middle of three times."""
    took = []
    for _ in range(3):
        began = time.process_time()
        done()
        took.append(time.process_time() - began)
    return sorted(took)[1]


@pytest.mark.parametrize("label", SLOW)
@pytest.mark.parametrize("done", [as_html, as_text, files_of], ids=lambda each: each.__name__)
def test_the_longest_body_takes_no_time(label: str, done: Callable[[str], object]) -> None:
    short, long = SLOW[label](50_000), SLOW[label](100_000)
    once, twice = spent(lambda: done(short)), spent(lambda: done(long))
    assert twice < 0.5
    assert twice < 3 * once + 0.02, "twice the size, about twice the time"


def _found(**parts: object) -> Suggestion[int]:
    values = {"id": 1, "score": 0.5, "confidence": 0.8, "text": 0.5, "lessons": 0.0, "alike": 0.0, "words": (),
              "contacts": 0, "learned": 0} | parts
    return Suggestion(**values)  # type: ignore[arg-type]


REASONS = {
    "words": (_found(words=("کارت", "ملی")), "Words that match: \u2068کارت\u2069, \u2068ملی\u2069."),
    "contacts": (_found(contacts=3, learned=12), "It resolved 3 of the contacts most like this one, 12 in all."),
    "lessons": (_found(text=0.0, lessons=0.4, learned=9), "It resolved 9 contacts about matters like this."),
    "spelling": (_found(), "Its spelling is near to what was asked."),
}


@pytest.mark.parametrize("label", REASONS)
def test_reasons_are_told_in_both_languages(label: str) -> None:
    found, english = REASONS[label]
    words = told(kept(found))
    assert words["en"] == english
    assert words["fa"] and not any(c in words["fa"] for c in "0123456789")
