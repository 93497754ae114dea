"""The marks of an article's body: a table of pieces and their HTML, and that nothing else ever becomes HTML."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.markup import as_html, as_text
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
}
TEXT = {
    "marks go": ("# عنوان\n- **یک**", "عنوان\n- یک"),
    "links stay readable": ("[دفتر](https://x.example/a)", "دفتر: https://x.example/a"),
}


@pytest.mark.parametrize("label", HTML)
def test_html(label: str) -> None:
    body, wanted = HTML[label]
    assert as_html(body).replace(' dir="auto"', "") == wanted
    assert as_html(body).count(' dir="auto"') == len(re.findall("<(?:p|h[234]|ul|ol)[ >]", as_html(body)))


@pytest.mark.parametrize("label", TEXT)
def test_text(label: str) -> None:
    body, wanted = TEXT[label]
    assert as_text(body) == wanted


_TAG = re.compile(r'</?(?:p|h[234]|ul|ol|li|strong|br)(?: dir="auto")?>|</a>|'
                  r'<a href="https?://[^"<>\s]*" rel="noopener nofollow">')


@given(body=st.text(max_size=300) | st.text(alphabet="[]()*#-1. \nhttps:/<>\"'&a", max_size=300))
def test_only_our_own_tags_come_out(body: str) -> None:
    assert not set("<>") & set(_TAG.sub("", as_html(body)))
    as_text(body)


SLOW = {"brackets": "[" * 50_000, "links": "[a](http://" * 5_000, "stars": "*" * 50_000, "strong": "**a" * 16_000,
        "lines": "\n" * 50_000, "hashes": "# " * 25_000, "nested": "[a" * 25_000 + "](" * 100}  # fmt: skip


@pytest.mark.parametrize("label", SLOW)
def test_the_longest_body_takes_no_time(label: str) -> None:
    began = time.process_time()
    as_html(SLOW[label])
    as_text(SLOW[label])
    assert time.process_time() - began < 1.0


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
