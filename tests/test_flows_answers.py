"""What citizens' words mean as answers: one table a kind, and the condition language."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.flows import answers, days, expr, words
from desk.flows.model import Answer, Carries, Heard, Option, Step
from router.rules import codes
from router.rules.text import digits_fa

TODAY = date(2026, 11, 22)  # Sunday, 1 Azar 1405
HERE = Carries(today=TODAY.isoformat())
OPTIONS = (
    Option(id="water", label={"fa": "آب و فاضلاب", "en": "water"}, words=("ab",)),
    Option(id="light", label={"fa": "روشنایی", "en": "street light"}, words=("چراغ", "cheragh")),
    Option(id="waste", label={"fa": "پسماند", "en": "waste"}),
)


def read(answer: Answer, text: str, language: str = "fa", **fields: Any) -> Any:
    found = answers.read(Step(id="x", kind="ask", answer=answer, **fields), Heard(kind="words", text=text), language,
                         HERE)
    return None if found is None else found.value


@pytest.mark.parametrize(("text", "day"), [
    ("1405/9/1", "2026-11-22"), ("۱۴۰۵/۹/۱", "2026-11-22"), ("١٤٠٥-٠٩-٠١", "2026-11-22"), ("۱ آذر ۱۴۰۵", "2026-11-22"),
    ("یکم آذر", "2026-11-22"), ("1 آذر ماه", "2026-11-22"), ("1 azar 1405", "2026-11-22"), ("۳۰ آبان", "2027-11-21"),
    ("فردا", "2026-11-23"), ("Farda", "2026-11-23"), ("tomorrow", "2026-11-23"), ("پس‌فردا", "2026-11-24"),
    ("ديروز", "2026-11-21"), ("شنبه", "2026-11-28"), ("یک‌شنبه", "2026-11-29"), ("friday", "2026-11-27"),
    ("2026-11-22", "2026-11-22"), ("22 November 2026", "2026-11-22"), ("Nov 22, 2026", "2026-11-22"),
    ("22/11/2026", "2026-11-22"), ("14050901", "2026-11-22"), ("050901", "2026-11-22"), ("5/9/1", "2026-11-22"),
    ("1/9/1405", "2026-11-22"), ("30 اسفند 1403", "2025-03-20"), ("بیست و دوم بهمن", "2027-02-11"),
    ("1370/1/1", "1991-03-21"), ("70/1/1", "1991-03-21"),
    ("30 اسفند 1404", None), ("1405/13/1", None), ("31/31/31", None), ("", None), ("کی؟", None), ("1405/9", None),
    ("9999/99/99", None), ("۱ خرما ۱۴۰۵", None), ("0/0/0", None), ("2026-02-30", None),
])
def test_days(text: str, day: str | None) -> None:
    found = days.read(text, TODAY)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(("text", "value"), [
    ("09121234567", "+989121234567"), ("۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567"), ("+98 912-123-4567", "+989121234567"),
    ("00989121234567", "+989121234567"), ("9121234567", "+989121234567"), ("02188776655", None), ("0912123456", None),
    ("091212345678", None), ("علی", None), ("", None),
])
def test_mobiles(text: str, value: str | None) -> None:
    assert read(Answer.MOBILE, text) == value


@pytest.mark.parametrize(("text", "value"), [
    ("0499370899", "0499370899"), ("۰۴۹۹۳۷۰۸۹۹", "0499370899"), ("499370899", "0499370899"),
    ("049-937089-9", "0499370899"), ("0084575948", "0084575948"), ("84575948", "0084575948"),
    ("0499370898", None), ("1111111111", None), ("0000000000", None), ("12345", None), ("04993708991", None),
    ("abc", None), ("", None),
])
def test_national_ids(text: str, value: str | None) -> None:
    assert read(Answer.NATIONAL_ID, text) == value


@pytest.mark.parametrize(("text", "value"), [
    ("12", 12), ("۱۲", 12), ("١٢", 12), ("12,000", 12000), ("۱۲٬۰۰۰", 12000), ("12.5", 12.5), ("۱۲٫۵", 12.5),
    ("-3", -3), ("0", 0), ("", None), ("ده", None), ("1e9", None), ("12 13", None), ("9" * 30, None), ("nan", None),
])
def test_numbers(text: str, value: float | None) -> None:
    assert read(Answer.NUMBER, text) == value


@pytest.mark.parametrize(("text", "value"), [
    ("1", "water"), ("۲", "light"), ("3.", "waste"), ("گزینه ۲", "light"), ("اول", "water"), ("do", None),
    ("دو", "light"), ("second", "light"), ("آب و فاضلاب", "water"), ("WATER", "water"), ("ab", "water"),
    ("چراغ کوچه خاموش است", "light"), ("the street light is broken", "light"), ("4", None), ("0", None),
    ("water and waste", None), ("چیزی", None), ("", None),
])
def test_choices(text: str, value: str | None) -> None:
    assert read(Answer.CHOICE, text, options=OPTIONS) == value


@pytest.mark.parametrize(("text", "value"), [
    ("بله", True), ("آره", True), ("بَله!", True), ("Yes", True), ("bale", True), ("۱", True), ("👍", True),
    ("خیر", False), ("نه.", False), ("no", False), ("2", False), ("kheyr", False), ("شاید", None), ("", None),
    ("yes but no", None),
])
def test_yes_and_no(text: str, value: bool | None) -> None:
    assert read(Answer.YES_NO, text) is value


def test_text_files_places_and_codes() -> None:
    assert read(Answer.TEXT, "  سلام\x00 ") == "سلام"
    assert read(Answer.TEXT, "...") is None and read(Answer.TEXT, "😀") is None
    assert read(Answer.TEXT, "ab", least=5) is None and len(read(Answer.TEXT, "x" * 100_000)) == answers.LONGEST
    assert read(Answer.LOCATION, "خیابان آزادی") == "خیابان آزادی" and read(Answer.LOCATION, "ab") is None
    code = codes.reference(482_913_557)
    assert read(Answer.CODE, digits_fa(code)) == code and read(Answer.CODE, code[:-1] + "x") is None
    assert read(Answer.NUMBER, "رد", optional=True) is None  # understood as nothing, not misunderstood
    step = Step(id="x", kind="ask", answer=Answer.FILE, types=("image/",))
    photo = Heard(kind="words", files=(("a.jpg", "image/jpeg"), ("b.exe", "application/x-msdownload")))
    found = answers.read(step, photo, "fa", HERE)
    assert found is not None and found.value == ["a.jpg"]
    assert answers.read(step, Heard(kind="words", files=(("b.exe", "application/x"),)), "fa", HERE) is None
    place = answers.read(Step(id="x", kind="ask", answer=Answer.LOCATION),
                         Heard(kind="words", location=(35.7, 51.4)), "fa", HERE)
    assert place is not None and place.value == {"latitude": 35.7, "longitude": 51.4}
    assert answers.read(Step(id="x", kind="ask", answer=Answer.LOCATION),
                        Heard(kind="words", location=(95.0, 0.0)), "fa", HERE) is None


@pytest.mark.parametrize(("text", "command"), [
    ("بازگشت", "back"), ("bargasht", "back"), ("از اول", "again"), ("az aval", "again"), ("/start", "again"),
    ("اپراتور", "human"), ("apertor", "human"), ("operator", "human"), ("ensan", "human"), ("English", "en"),
    ("فارسی", "fa"), ("کارشناس شما دیر آمد", ""), ("start the car", ""), ("", ""), ("x" * 10_000, ""),
])
def test_commands_are_whole_messages(text: str, command: str) -> None:
    assert words.command(text) == command


@pytest.mark.parametrize(("source", "values", "value"), [
    ("a == 'x'", {"a": "X"}, True), ("a == 'ي'", {"a": "ی"}, True), ("a > 3 and not b", {"a": 4}, True),
    ("a in ['x', \"y\"]", {"a": "y"}, True), ("'x' in a", {"a": ["x"]}, True), ("a < 3", {"a": "2"}, False),
    ("a == none", {}, True), ("has(a) or open('q')", {}, True), ("length(a) >= 2", {"a": ["1", "2"]}, True),
    ("(a == 1 or b == 2) and c != 3", {"a": 1, "c": 3}, False), ("a == true", {"a": True}, True),
])
def test_conditions(source: str, values: dict[str, Any], value: bool) -> None:
    assert bool(expr.value(expr.parse(source), values, lambda queue: queue == "q")) is value


@pytest.mark.parametrize("source", [
    "", "a ==", "a b", "(a", "a == __import__('os')", "a.b", "f(a)", "open(q)", "'", "not", "a == 'x' 'y'", "[a]",
    "(" * 40 + "a" + ")" * 40, "a" * 501, "lambda: 1", "a if b else c", "has('x')",
])
def test_what_is_no_condition(source: str) -> None:
    with pytest.raises(expr.BadExpression):
        expr.parse(source)


@given(st.text(max_size=300))
def test_no_text_breaks_a_reader(text: str) -> None:
    for kind in Answer:
        read(kind, text, options=OPTIONS if kind is Answer.CHOICE else ())
    words.command(text)
    words.wants_person(text)
    try:
        parsed = expr.parse(text)
    except expr.BadExpression:
        return
    expr.value(parsed, {}, lambda queue: False)


@given(st.integers(0, 10**9 - 1))
def test_a_wrong_digit_of_a_national_id_is_found(number: int) -> None:
    body = f"{number:09d}"
    rest = sum(int(digit) * (10 - at) for at, digit in enumerate(body)) % 11
    whole = body + str(rest if rest < 2 else 11 - rest)
    if len(set(whole)) > 1 and not whole.startswith("000"):
        assert answers.national_id(whole) == whole
        wrong = whole[:9] + str((int(whole[9]) + 1) % 10)
        assert answers.national_id(wrong) == ""
