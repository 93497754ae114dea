"""What the telephone says: numbers as words, places, honest waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice import words
from tests.voicing import line

FA = [(0, "صفر"), (1, "یک"), (7, "هفت"), (10, "ده"), (11, "یازده"), (19, "نوزده"), (20, "بیست"), (21, "بیست و یک"),
      (30, "سی"), (99, "نود و نه"), (100, "صد"), (101, "صد و یک"), (110, "صد و ده"), (215, "دویست و پانزده"),
      (342, "سیصد و چهل و دو"), (999, "نهصد و نود و نه"), (1000, "هزار"), (1001, "هزار و یک"), (1400, "هزار و چهارصد"),
      (2026, "دو هزار و بیست و شش"), (12345, "دوازده هزار و سیصد و چهل و پنج"), (100000, "صد هزار"), (-1, "-1")]
EN = [(0, "zero"), (13, "thirteen"), (40, "forty"), (42, "forty-two"), (100, "one hundred"),
      (342, "three hundred and forty-two"), (1001, "one thousand one"), (2026, "two thousand twenty-six"),
      (1_000_000, "1000000")]
ORDINALS = [(1, "اول"), (2, "دوم"), (3, "سوم"), (4, "چهارم"), (5, "پنجم"), (10, "دهم"), (11, "یازدهم"), (20, "بیستم"),
            (21, "بیست و یکم"), (23, "بیست و سوم"), (30, "سی‌ام"), (33, "سی و سوم"), (100, "صدم"), (130, "صد و سی‌ام")]


@pytest.mark.parametrize(("n", "said"), FA)
def test_persian(n: int, said: str) -> None:
    assert words.number(n, "fa") == said


@pytest.mark.parametrize(("n", "said"), EN)
def test_english(n: int, said: str) -> None:
    assert words.number(n, "en") == said


@pytest.mark.parametrize(("n", "said"), ORDINALS)
def test_persian_ordinals(n: int, said: str) -> None:
    assert words.ordinal(n, "fa") == said


@given(st.integers(0, words.LARGEST), st.integers(0, words.LARGEST))
def test_different_numbers_sound_different(a: int, b: int) -> None:
    for language in ("fa", "en"):
        assert (words.number(a, language) == words.number(b, language)) == (a == b)


def test_a_telephone_number_is_dictated() -> None:
    assert words.spelled("+989121", "fa") == "نه هشت نه، یک دو یک"
    assert words.spelled("۰۹۱۲", "en") == "zero nine one, two"


STANDING = [
    ("next, nothing known, somebody free", {"place": 1, "ready": 1}, ["شما نفر بعدی هستید."]),
    ("next, nobody free", {"place": 1}, ["شما نفر بعدی هستید.", "اکنون همهٔ کارشناسان در حال گفت‌وگو هستند."]),
    ("third, two to five minutes", {"place": 3, "low": 120, "high": 300},
     ["شما نفر سوم صف هستید.", "زمان انتظار بین دو تا پنج دقیقه است."]),
    ("low is never below a minute when high is above", {"place": 2, "low": 0, "high": 180},
     ["شما نفر دوم صف هستید.", "زمان انتظار بین یک تا سه دقیقه است."]),
    ("seconds round up", {"place": 2, "low": 61, "high": 121},
     ["شما نفر دوم صف هستید.", "زمان انتظار بین دو تا سه دقیقه است."]),
    ("one point", {"place": 2, "low": 240, "high": 240},
     ["شما نفر دوم صف هستید.", "زمان انتظار حدود چهار دقیقه است."]),
    ("a minute", {"place": 1, "low": 0, "high": 60}, ["شما نفر بعدی هستید.", "زمان انتظار حدود یک دقیقه است."]),
    ("less", {"place": 1, "high": 59}, ["شما نفر بعدی هستید.", "زمان انتظار کمتر از یک دقیقه است."]),
    ("not waiting", {"place": 0, "high": 100}, []),
]


@pytest.mark.parametrize(("stands", "said"), [case[1:] for case in STANDING], ids=[case[0] for case in STANDING])
def test_standing(stands: dict[str, int], said: list[str]) -> None:
    assert list(words.standing(line(**stands), "fa")) == said


def test_english_standing() -> None:
    said = words.standing(line(place=12, low=120, high=300), "en")
    assert said == ("You are number twelve in the queue.", "The wait is between two and five minutes.")


def test_every_phrase_has_both_languages_and_the_same_values() -> None:
    import string
    for key, (fa, en) in words.PHRASES.items():
        def holes(text: str) -> set[str | None]:
            return {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert fa and en and holes(fa) == holes(en), key
        assert "ي" not in fa and "ك" not in fa
        assert not any(c.isdigit() for c in fa + en), "figures are read differently by every speech engine"
