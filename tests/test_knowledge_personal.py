"""What is somebody's own in a text: tables in both languages, places that fit, hostile texts in linear time."""

from __future__ import annotations

import itertools
import time

import pytest

from knowledge.personal import find, luhn, masked, national

TABLE = [
    ("سلام من علی رضایی هستم", [("name", "علی رضایی")]),
    ("سلام علی رضایی هستم قبض آب را چگونه بپردازم", [("name", "علی رضایی")]),
    ("سلام وقت بخیر، مريم سادات حسینی هستم از رشت", [("name", "مريم سادات حسینی")]),
    ("علی رضایی هستم", [("name", "علی رضایی")]),
    ("کارتم گم شد. مینا پارسا هستم", [("name", "مینا پارسا")]),
    ("سلام مشتری قدیمی هستم. سلام، منتظر پاسخ هستم. سلام دنبال کار هستم", []),
    ("سلام ساکن تهران هستم؛ سلام خیلی ناراحت هستم. سلام من در اداره هستم", []),
    ("سلام مشترک گاز هستم، بازنشسته کشوری هستم، مستأجر هستم", []),
    ("آقای محمدی گفتند صبر کنم", [("name", "محمدی")]),
    ("همسایه‌ام آقای رضا کریمی طبقه دوم است", [("name", "رضا کریمی"), ("address", "طبقه دوم")]),
    ("دکتر حسینی گفت و خانم رستمی می‌گوید", [("name", "حسینی"), ("name", "رستمی")]),
    ("آقای رضایی رفته‌اند", [("name", "رضایی")]),
    ("با سپاس\nعلی محمدزاده", [("name", "علی محمدزاده")]),
    ("با تشکر و احترام\n\nعلی رضایی\nتهران", [("name", "علی رضایی")]),
    ("با سپاس فراوان،\nمینا", [("name", "مینا")]),
    ("ارادتمند شما\nرضا کریمی", [("name", "رضا کریمی")]),
    ("با تقدیم احترام؛ با تشکر از پاسخ شما. با تشکر فراوان", []),
    ("نام پدرم حسین است", [("name", "حسین")]),
    ("اسم همسرم مریم کریمی است و نام پدر: علی", [("name", "مریم کریمی"), ("name", "علی")]),
    ("نام پدر را بنویسید؛ نام فرزند شما چیست؟", []),
    ("ali.rezaei [at] gmail [dot] com، m@x(dot)ir", [("email", "ali.rezaei [at] gmail [dot] com"),
                                                   ("email", "m@x(dot)ir")]),
    ("ali at gmail dot com", [("email", "ali at gmail dot com")]),
    ("we meet at home. Thanks", []),
    ("London NW1 6XE or SW1A 1AA, a phone with A5 2GB", [("postal-code", "NW1 6XE"), ("postal-code", "SW1A 1AA")]),
    ("my son David Brown and my neighbour Mrs. Parker called", [("name", "David Brown"), ("name", "Parker")]),
    ("آقای محترم لطفا کمک کنید", []),
    ("با احترام، سارا احمدی", [("name", "سارا احمدی")]),
    ("شماره‌ام ۰۹۱۲۱۲۳۴۵۶۷ است", [("mobile", "۰۹۱۲۱۲۳۴۵۶۷")]),
    ("زنگ بزنید: +98 912 123 45 67", [("mobile", "+98 912 123 45 67")]),
    ("٠٩١٢-١٢٣-٤٥٦٧", [("mobile", "٠٩١٢-١٢٣-٤٥٦٧")]),
    ("تلفن 021-88776655", [("phone", "021-88776655")]),
    ("کد ملی ۰۰۱۳۵۴۲۴۱۹", [("national-id", "۰۰۱۳۵۴۲۴۱۹")]),
    ("کارت 6037991234567893", [("card", "6037991234567893")]),
    ("شبا IR06 2960 0000 0010 0324 2000 01", [("iban", "IR06 2960 0000 0010 0324 2000 01")]),
    ("به ali.r@mail.example.ir بنویسید", [("email", "ali.r@mail.example.ir")]),
    ("در تلگرام @ali_reza هستم", [("username", "@ali_reza")]),
    ("کد پیگیری: AB-12345", [("reference", "AB-12345")]),
    ("شماره پرونده من 98765", [("reference", "98765")]),
    ("کد پستی ۱۹۹۵۷۵۵۶۱۳", [("postal-code", "۱۹۹۵۷۵۵۶۱۳")]),
    ("خیابان ولیعصر، کوچه بهار، پلاک ۱۲ واحد ۳ زندگی می‌کنم", [("address",
                                                                "خیابان ولیعصر، کوچه بهار، پلاک ۱۲ واحد ۳")]),
    ("متولد ۱۳۶۵/۰۲/۱۴", [("birth", "۱۳۶۵/۰۲/۱۴")]),
    ("پلاک خودرو ۱۲ب۳۴۵ ایران ۶۷", [("plate", "۱۲ب۳۴۵ ایران ۶۷")]),
    ("مبلغ 12500000 ریال در تاریخ 1402/05/12 ساعت ۱۲", []),
    ("هزینه ۱۲٬۵۰۰٬۰۰۰ ریال", []),
    ("برای تعویض کارت ملی با شناسنامه به دفتر پیشخوان بروید.", []),
    ("My name is John Smith and", [("name", "John Smith")]),
    ("I am Mary Jane", [("name", "Mary Jane")]),
    ("Dear Mr. Brown, thanks", [("name", "Brown")]),
    ("I am Waiting for you", []),
    ("I live at 12 Green Lane, Flat 3.", [("address", "12 Green Lane, Flat 3")]),
    ("call +44 20 7946 0958 today", [("phone", "+44 20 7946 0958")]),
    ("ticket number 44-1029", [("reference", "44-1029")]),
    ("passport A12345678", [("passport", "A12345678")]),
    ("date of birth: 1986-05-04", [("birth", "1986-05-04")]),
    ("The fee is 1500000 rials, open 8-16, law 1394.", []),
]


@pytest.mark.parametrize(("text", "wanted"), TABLE, ids=[text[:30] for text, _ in TABLE])
def test_what_is_found(text: str, wanted: list[tuple[str, str]]) -> None:
    found = find(text)
    assert [(each.kind, each.text) for each in found] == wanted
    assert all(text[each.start:each.end] == each.text for each in found)


def test_known_names_are_found_in_any_spelling_of_ye_and_kaf() -> None:
    found = find("كاظمي زنگ زد؛ خانم مینا هم بود", names=["کاظمی", "مینا پارسا"])
    assert [each.text for each in found] == ["كاظمي", "مینا"]


def test_finds_never_overlap_and_masking_leaves_nothing_behind() -> None:
    text = "من علی رضایی هستم، ۰۹۱۲۱۲۳۴۵۶۷، 0013542419، ali@x.ir، خیابان بهار پلاک ۳"
    found = find(text)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
    clean = masked(text)
    assert find(clean) == [] and "[شماره همراه]" in clean and "رضایی" not in clean
    assert masked("mail a@b.ir", "en") == "mail [e-mail]"


@pytest.mark.parametrize(("digits", "good"), [("0013542419", True), ("0013542418", False), ("1111111111", False)])
def test_national_ids(digits: str, good: bool) -> None:
    assert national(digits) is good


def test_card_numbers() -> None:
    assert luhn("6037991234567893") and not luhn("6037991234567894")


@pytest.mark.parametrize("piece", ["آقای ", "1-", "a.a@", "خیابان ", "@", "IR 1", "من علی ", "کد پستی ", "\u202e",
                                   "I am ", "a [at] b", "a at b dot ", "[at]", "با سپاس\n", "نام پدر ", "AB1 ",
                                   "می\u200c"])
def test_hostile_texts_take_linear_time(piece: str) -> None:
    began = time.process_time()
    find(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 3
