"""What a colleague forwards is the citizen's mail, and nobody else writes in a citizen's name."""

from __future__ import annotations

import pytest

from tests.mailed import read

VOUCHED = b"Authentication-Results: mx.city.example; dkim=pass header.d=city.example; dmarc=pass\r\n"
COLLEAGUE = (b"From: Reza <reza@city.example>\r\nTo: desk@city.example\r\nSubject: Fwd: water\r\n"
             b"Message-ID: <f@city.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
FORWARDS = {
    "gmail-fa": ("لطفاً رسیدگی کنید\n\n---------- پیام هدایت‌شده ---------\nاز: علی <ali@citizen.example>\n"
                 "تاریخ: شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۰:۱۵\nموضوع: قطعی آب\nبه: Reza <reza@city.example>\n\nآب قطع است."),
    "gmail": ("Please see\n\n---------- Forwarded message ---------\nFrom: Ali <ali@citizen.example>\n"
              "Date: Sat, Nov 21, 2026 at 10:15\nSubject: قطعی آب\nTo: <reza@city.example>\n\nآب قطع است."),
    "outlook": ("FYI\n\n________________________________\nFrom: Ali [mailto:ali@citizen.example]\nSent: Saturday, "
                "November 21, 2026 10:15 AM\nTo: Reza\nSubject: قطعی آب\n\nآب قطع است."),
    "apple": ("Begin forwarded message:\n\nFrom: Ali <ali@citizen.example>\nSubject: قطعی آب\nDate: 21 November 2026\n"
              "To: reza@city.example\n\nآب قطع است.")}


@pytest.mark.parametrize("name", FORWARDS)
def test_a_colleagues_forward_is_the_citizens_mail(name: str) -> None:
    said = read(VOUCHED + COLLEAGUE + FORWARDS[name].encode(), colleagues=("@city.example",),
                authority="mx.city.example")
    assert said.sender.value == "ali@citizen.example" and said.subject == "قطعی آب"
    assert said.new_text == "آب قطع است." and FORWARDS[name].splitlines()[0] in said.text, "nothing is lost"
    assert said.data["forwarded"]["by"] == "reza@city.example"


def test_an_attached_mail_is_the_citizens_with_its_thread_and_files() -> None:
    inner = (b"From: ali@citizen.example\r\nSubject: q\r\nMessage-ID: <q@citizen.example>\r\n"
             b"In-Reply-To: <z@x.example>\r\n\r\nHello\r\n")
    raw = VOUCHED + COLLEAGUE.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b") + (
        b"--b\r\n\r\nfor you\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n")
    said = read(raw, colleagues=("reza@city.example",), authority="mx.city.example")
    assert (said.sender.value, said.text.strip()) == ("ali@citizen.example", "Hello")
    assert said.thread.references == ("z@x.example",)
    assert said.ids == ("q@citizen.example", "f@city.example") and said.data["forwarded"]["note"] == "for you"


@pytest.mark.parametrize(("top", "colleagues", "authority"), [
    (b"", ("@city.example",), "mx.city.example"),
    (VOUCHED, ("@city.example",), ""), (VOUCHED, (), "mx.city.example"),
    (VOUCHED.replace(b"mx.city", b"mx.evil"), ("@city.example",), "mx.city.example"),
    (b"Authentication-Results: mx.city.example; dmarc=fail\r\n" + VOUCHED, ("@city.example",), "mx.city.example"),
    (VOUCHED.replace(b"header.d=city.example; dmarc=pass", b"header.d=evil.example"), ("@city.example",),
     "mx.city.example")])
def test_nobody_else_writes_in_the_name_of_a_citizen(top: bytes, colleagues: tuple[str, ...], authority: str) -> None:
    said = read(top + COLLEAGUE + FORWARDS["gmail"].encode(), colleagues=colleagues, authority=authority)
    assert said.sender.value == "reza@city.example" and "forwarded" not in said.data
