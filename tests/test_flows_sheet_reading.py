"""Which words of a mail answer which of its questions, wherever in the letter they stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.flows import sheet

ASKED = {1: ["Which service?", "– water and sewage", "– waste"], 2: ["The applicant's national id?"],
         3: ["Which day suits you?"]}


def quoted(*lines: str) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize(("text", "expected"), [
    ("1) water\n2) 0499370899\n3) tomorrow", {1: "water", 2: "0499370899", 3: "tomorrow"}),
    ("۱- آب\n۲- ۰۴۹۹۳۷۰۸۹۹\n۳- فردا", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹", 3: "فردا"}),
    ("۱ـ آب\n٢) ٠٤٩٩٣٧٠٨٩٩", {1: "آب", 2: "٠٤٩٩٣٧٠٨٩٩"}),
    ("1. water\n\n3. tomorrow", {1: "water", 3: "tomorrow"}),
    ("(1) water\n[2] 0499370899", {1: "water", 2: "0499370899"}),
    ("پاسخ ۱: آب\nپاسخ ۲: ۰۴۹۹۳۷۰۸۹۹", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹"}),
    ("Question 2: 0499370899", {2: "0499370899"}),
    ("3) tomorrow\n1) water", {3: "tomorrow", 1: "water"}),
    ("1) water 2) 0499370899 3) tomorrow", {1: "water", 2: "0499370899", 3: "tomorrow"}),
    ("۱) آب، ۳) فردا", {1: "آب", 3: "فردا"}),
    ("سلام\nپاسخ‌ها:\n۱) آب\n۲)۰۴۹۹۳۷۰۸۹۹", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹"}),
    ("1-0499370899\n2-0499370899", {1: "0499370899", 2: "0499370899"}),
    ("1) Which service? water\n2) The applicant's national id? 0499370899", {1: "water", 2: "0499370899"}),
    ("1) Which service?\nwater\n\n2) The applicant's national id?\n0499370899\n\nAli", {1: "water", 2: "0499370899"}),
    ("\u200f۱) آب\n\u202b۲) ۰۴۹۹۳۷۰۸۹۹", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹"}),
    ("1)\nwater\nand more\n2) 0499370899", {1: "water\nand more", 2: "0499370899"}),
])
def test_numbered_answers(text: str, expected: dict[int, str]) -> None:
    assert sheet.read(text, text, ASKED).numbered == expected


@pytest.mark.parametrize("text", ["2.5", "1405/9/1", "1-9-1405", "water", "12) x", "0499370899", "2 homes", "1:30",
                                  "four 1) years ago", ""])
def test_what_is_no_number_of_a_question(text: str) -> None:
    assert sheet.read(text, text, ASKED).numbered == {}


def test_answers_between_the_quoted_questions() -> None:
    whole = quoted(
        "Good morning", "", "On 2026-11-22 the desk wrote:", "> 1) Which service?", ">    – water and sewage", "water",
        "> 2) The applicant's national id?", ">", "", "0499370899", "", "> 3) Which day suits you?", "tomorrow", "",
        "-- ", "Ali", "0912 000 0000")
    fresh = quoted("Good morning", "", "water", "", "0499370899", "", "tomorrow")
    assert sheet.read(fresh, whole, ASKED).numbered == {1: "water", 2: "0499370899", 3: "tomorrow"}
    assert sheet.read("۱- آب", f"۱- آب\n{whole}", ASKED).numbered == {1: "آب"}, "numbers in the new text come first"


def test_answers_in_an_old_message_without_quotation_marks() -> None:
    whole = quoted("See below, please", "", "From: desk@city.example", "Sent: today", "", "Please put the number",
                   "", "1) Which service? water", "   – water and sewage", "   – waste", "",
                   "2) The applicant's national id?", "0499370899", "", "3) Which day suits you?", "", "[p:abc]")
    assert sheet.read("See below, please", whole, ASKED).numbered == {1: "water", 2: "0499370899"}


def test_a_reply_of_any_size_is_read_in_no_time() -> None:
    for text in ("1) " * 300_000, "1) x\n" * 200_000, "> 1) x\n" * 200_000, "1-" * 400_000, "(" * 900_000):
        began = time.process_time()
        sheet.read(text, text, ASKED)
        assert time.process_time() - began < 2


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="123۱۲۳).-: >\nآبwater–", max_size=200), st.text(alphabet="12) >\nab", max_size=200))
def test_only_what_was_written_is_an_answer(text: str, whole: str) -> None:
    for number, words in sheet.read(text, whole, ASKED).numbered.items():
        assert number in ASKED
        assert all(line.strip() in text + "\n" + whole for line in words.split("\n"))
