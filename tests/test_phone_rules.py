"""One citizen, one spelling of the number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.rules.phone import LONGEST, canonical

CASES = [
    ("E.164", "+989121234567", "+989121234567"),
    ("with 00", "00989121234567", "+989121234567"),
    ("national", "09121234567", "+989121234567"),
    ("national without the 0", "9121234567", "+989121234567"),
    ("country code without +", "989121234567", "+989121234567"),
    ("Persian digits", "۰۹۱۲۱۲۳۴۵۶۷", "+989121234567"),
    ("Arabic digits", "٠٩١٢١٢٣٤٥٦٧", "+989121234567"),
    ("three scripts in one number", "+98 ٩12 ۱۲۳ 4567", "+989121234567"),
    ("brackets, dashes and direction marks", "\u200e(0912) 123-45\u201167\u200f", "+989121234567"),
    ("+98 and the national 0", "+980912 123 4567", "+989121234567"),
    ("a foreign number", "+4915112345678", "+4915112345678"),
    ("land line", "02188776655", "+982188776655"),
    ("short code", "3000", "3000"),
    ("service line", "30004554", "30004554"),
    ("service line of ten digits", "3000123456", "3000123456"),
    ("long service line", "50004000123456", "50004000123456"),
    ("operator's name", "IRANCELL", "IRANCELL"),
    ("plus and too short", "+98", "+98"),
    ("country code beginning with 0", "+0912", "+0912"),
    ("empty", "", ""),
    ("NUL and a lone surrogate", "0912\x001234\ud800567", "+989121234567"),
]


@pytest.mark.parametrize(("raw", "number"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_table(raw: str, number: str) -> None:
    assert canonical(raw) == number


def test_another_country() -> None:
    assert canonical("0151 12345678", country="49", national=11) == "+4915112345678"
    assert canonical("415-867-5309", country="1", national=10, mobile="") == "+14158675309"


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_bounded_and_settled(raw: str) -> None:
    once = canonical(raw)
    assert len(once) <= LONGEST + 3
    assert canonical(once) == once
    assert not re.search(r"[\s\x00\u200e\u200f]", once)


@settings(deadline=None)
@given(st.from_regex(r"0?9[0-9]{9}", fullmatch=True))
def test_every_spelling_of_a_mobile_is_one(number: str) -> None:
    core = number[-10:]
    spellings = {"0" + core, core, "98" + core, "+98" + core, "0098" + core, "+98 0" + core}
    assert {canonical(spelling) for spelling in spellings} == {"+98" + core}
