"""Folding, cleaning and directions of text: tables of labelled cases, and properties that hold for any text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.rules.text import (
    CLEAN_CHARS,
    HALF_SPACE,
    clean,
    digits_fa,
    digits_latin,
    direction,
    fold,
    isolate,
    language,
)

ANY = st.text(alphabet=st.characters(), max_size=200)  # surrogates included
PERSIAN = st.text(alphabet="اآأبپتيیئكکگةهۀ\u200c\u200d\u00acـَّٔۀ ۱2٣\u202e\u200fABcc.؟\n\x00\ud800", max_size=80)

SAME = {
    "arabic yeh": ("علي", "علی"),
    "alef maksura": ("موسى", "موسی"),
    "arabic kaf": ("كتاب", "کتاب"),
    "teh marbuta": ("اداره", "ادارة"),
    "heh with yeh above": ("خانۀ ما", "خانه ما"),
    "heh with hamza mark": ("خانهٔ ما", "خانه ما"),
    "heh goal and doachashmee": ("ہمھ", "همه"),
    "alef with hamza and madda": ("أ إ آ ٱ", "ا ا ا ا"),
    "waw and yeh with hamza": ("مؤثر پائیز", "موثر پاییز"),
    "lone hamza": ("املاء", "املا"),
    "vowels and shadda": ("مُحَمَّد", "محمد"),
    "superscript alef": ("رحمٰن", "رحمن"),
    "tatweel": ("ســـلام", "سلام"),
    "half-space joins": ("می‌خواهم", "میخواهم"),
    "not-sign as half-space": ("می\u00acخواهم", "می‌خواهم"),
    "zero-width space and joiner": ("می\u200bخو\u200dاهم", "می‌خواهم"),
    "soft hyphen and BOM": ("\ufeffpass\u00adword", "password"),
    "presentation forms": ("\ufedb\ufe98\ufe8e\ufe8f", "کتاب"),
    "ligature": ("\ufdf2", "الله"),
    "persian and arabic digits": ("۱۴۰۴ ٢٣", "1404 23"),
    "full-width and mathematical": ("ＡＢＣ１ 𝐚", "abc1 a"),
    "direction marks": ("\u200fکد\u202a AB12\u202c", "کد ab12"),
    "isolates": ("\u2068کد\u2069", "کد"),
    "persian letter held": ("سلااااام خیلیییی", "سلام خیلی"),
    "latin letter held": ("coooool", "cool"),
    "case": ("IBAN Straße", "iban strasse"),
    "accents": ("Café", "cafe"),
    "white space": (" a\t\n\u00a0b\u3000 ", "a b"),
    "controls": ("a\x00b", "a b"),
    "persian punctuation": ("چه؟ «بله»، ٪", 'چه? "بله", %'),
    "decimal separators": ("۱٫۵ ۱٬۰۰۰", "1.5 1,000"),
}
APART = {
    "digits repeat and stay": ("1000", "10"),
    "double letters stay": ("ممنون", "منون"),
    "english doubles stay": ("book", "bok"),
    "different letters": ("گل", "کل"),
    "space is not joined": ("می خواهم", "میخواهم"),
}


@pytest.mark.parametrize("label", SAME)
def test_writings_of_the_same_fold_to_the_same(label: str) -> None:
    one, other = SAME[label]
    assert fold(one) == fold(other)


@pytest.mark.parametrize("label", APART)
def test_different_words_stay_different(label: str) -> None:
    one, other = APART[label]
    assert fold(one) != fold(other)


def test_half_space_can_join_part_or_stay() -> None:
    assert fold("زمین‌لرزه") == "زمینلرزه"
    assert fold("زمین‌لرزه", half_space=" ") == "زمین لرزه"
    assert fold("\u200cزمین\u200c\u00acلرزه \u200cها\u200c", half_space=HALF_SPACE) == "زمین‌لرزه ها"


@pytest.mark.parametrize("half_space", ["", " ", HALF_SPACE])
@given(text=ANY | PERSIAN)
def test_folding_is_idempotent_and_never_raises(half_space: str, text: str) -> None:
    once = fold(text, half_space=half_space)
    assert fold(once, half_space=half_space) == once
    assert once == once.strip()
    once.encode("utf-8")


def test_every_single_character_folds_to_a_fixed_point() -> None:
    wrong = []
    for code in range(0x110000):
        once = fold(f"a{chr(code)}b", half_space=HALF_SPACE)
        if fold(once, half_space=HALF_SPACE) != once:
            wrong.append(hex(code))
    assert wrong == []


@given(text=ANY)
def test_folding_does_not_care_about_normal_form_of_accents(text: str) -> None:
    # Canonical equivalents differ in order of marks only where marks are kept (Indic): compare Latin and Arabic.
    plain = "".join(c for c in text if c < "\u0530" or "\u0620" <= c <= "\u06ff")
    assert fold(unicodedata.normalize("NFD", plain)) == fold(unicodedata.normalize("NFC", plain))


SLOW = {
    "letters": "آ" * 200_000,
    "held letters": "سسسس" * 50_000,
    "half-spaces": "ا\u200c" * 100_000,
    "half-spaces alone": "\u200c " * 100_000,
    "marks": "ا" + "\u0651" * 200_000,
    "words": "ab1" * 70_000,
    "lines": "\r\n\x00" * 70_000,
    "embeddings": "\u202e\u2066" * 100_000,
    "odd planes": "".join(chr(0x10000 + n) for n in range(200_000)),
}


@pytest.mark.parametrize("label", SLOW)
def test_two_hundred_thousand_characters_take_well_under_a_second(label: str) -> None:
    text = SLOW[label]
    for function in (fold, clean, direction, language, isolate, digits_fa, digits_latin):
        began = time.process_time()
        function(text)
        assert time.process_time() - began < 1.0, function.__name__


def test_digits() -> None:
    assert digits_fa("کد 12٣۴ a") == "کد ۱۲۳۴ a"
    assert digits_latin("کد ۱۲٣4 a") == "کد 1234 a"


CLEANED = {
    "nul": ("a\x00b", "ab"),
    "newline and tab stay": ("a\tb\nc", "a\tb\nc"),
    "line ends": ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
    "lone surrogates": ("a\ud800b\udfff", "ab"),
    "noncharacters": ("a\uffff\ufdd0b\U0001ffff", "ab"),
    "escape and delete": ("\x1b[31mred\x7f\x9b", "[31mred"),
    "emoji and half-space stay": ("👩\u200d💻 می‌خواهم", "👩\u200d💻 می‌خواهم"),
}


@pytest.mark.parametrize("label", CLEANED)
def test_cleaning(label: str) -> None:
    before, after = CLEANED[label]
    assert clean(before) == after


@given(text=ANY)
def test_clean_text_is_storable_bounded_and_stays_clean(text: str) -> None:
    once = clean(text, limit=50)
    assert clean(once, limit=50) == once and len(once) <= 50
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in once)
    once.encode("utf-8")


def test_clean_bounds_by_default() -> None:
    assert len(clean("x" * (CLEAN_CHARS + 1))) == CLEAN_CHARS


DIRECTIONS = {
    "persian": ("سلام، روز بخیر", "rtl"),
    "english": ("Hello there", "ltr"),
    "persian that starts in latin": ("API سامانه شما کار نمی‌کند", "rtl"),
    "a link inside persian": ("نشانی https://example.org/a/b/c این است", "rtl"),
    "tie goes to the first word": ("سلام hello", "rtl"),
    "hebrew": ("שלום עולם", "rtl"),
    "digits only": ("۱۲۳", "ltr"),
    "empty": ("", "ltr"),
}


@pytest.mark.parametrize("label", DIRECTIONS)
def test_direction(label: str) -> None:
    text, way = DIRECTIONS[label]
    assert direction(text) == way


def test_direction_default() -> None:
    assert direction("42 !", default="rtl") == "rtl"


LANGUAGES = {
    "persian": ("کارت ملی من گم شده", "fa"),
    "english": ("my card is lost", "en"),
    "mostly persian": ("رمز اپلیکیشن mobile bank را فراموش کردم", "fa"),
    "mostly english": ("how do I get a کارت ملی", "en"),
    "accented": ("Žluťoučký kůň", "en"),
    "cyrillic": ("привет", ""),
    "digits and signs": ("12 + 3 👍", ""),
    "empty": ("", ""),
}


@pytest.mark.parametrize("label", LANGUAGES)
def test_language(label: str) -> None:
    text, tongue = LANGUAGES[label]
    assert language(text) == tongue


def test_isolating_keeps_the_words_and_lets_nothing_out() -> None:
    assert isolate("علی") == "\u2068علی\u2069"
    assert isolate("a\u202eevil\u2069\u202c") == "\u2068aevil\u2069"
    assert isolate("a\n\nb") == "\u2068a\u2069\n\n\u2068b\u2069"
    assert isolate("") == ""


@given(text=ANY)
def test_isolates_are_balanced_in_every_line(text: str) -> None:
    for line in isolate(text).split("\n"):
        assert line.count("\u2068") == line.count("\u2069") == (1 if line else 0)
        assert not any(c in line for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c")


@given(text=ANY)
def test_nothing_raises(text: str) -> None:
    for function in (digits_fa, digits_latin, direction, language, isolate, clean):
        function(text)
