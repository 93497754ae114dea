"""New words told from the message that is answered, as the mail programs of Persian and English citizens write it."""

from __future__ import annotations

import pytest

from channels.email.quotes import new_text

NEW = "سلام، مدارک را فرستادم.\nلطفاً بررسی کنید."
OLD = "درخواست شما ثبت شد.\nشمارهٔ پیگیری ۱۲۳۴"
DESK = "پیشخوان شهر <desk@city.example>"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


HEAD_FA = "از: پیشخوان شهر <desk@city.example>\nارسال شده: شنبه، ۷ آذر ۱۴۰۵ ۱۰:۳۰\nبه: علی\nموضوع: پروانه\n\n"
HEAD_EN = "From: Desk <desk@city.example>\nSent: Saturday, November 28, 2026 10:30 AM\nTo: Ali\nSubject: RE: permit\n\n"
CLIENTS = {
    "gmail-fa": f"{NEW}\n\nدر تاریخ شنبه ۷ آذر ۱۴۰۵ ساعت ۱۰:۳۰، {DESK} نوشت:\n\n{quoted(OLD)}",
    "gmail-fa-folded": f"{NEW}\n\nدر تاریخ شنبه ۷ آذر ۱۴۰۵ ساعت ۱۰:۳۰ پیشخوان شهر <\n"
        f"desk@city.example> نوشت:\n\n{quoted(OLD)}",
    "gmail-fa-marks": f"{NEW}\n\n"
        f"\u202bدر شنبه, 28 نوامبر 2026 در 10:30 \u202aDesk\u202c <\u202adesk@city.example\u202c>"
        f" نوشت:\u202c\n{quoted(OLD)}",
    "gmail": f"{NEW}\n\nOn Sat, Nov 28, 2026 at 10:30 AM {DESK} wrote:\n\n{quoted(OLD)}",
    "gmail-unquoted": f"{NEW}\n\nOn Sat, Nov 28, 2026 at 10:30 AM {DESK} wrote:\n\n{OLD}",
    "outlook-fa": f"{NEW}\n\n________________________________\n{HEAD_FA}{OLD}",
    "outlook": f"{NEW}\n\n________________________________\n{HEAD_EN}{OLD}",
    "outlook-stars": f"{NEW}\n\n*From:* Desk <desk@city.example>\n"
        f"*Sent:* Saturday, November 28, 2026 10:30 AM\n*To:* Ali\n"
                     f"*Subject:* RE: permit\n\n{OLD}",
    "outlook-android": f"{NEW}\n\nGet Outlook for Android<https://aka.ms/x>\n"
        f"________________________________\n{HEAD_EN}{OLD}",
    "outlook-ios-fa": f"{NEW}\n\nدریافت Outlook برای iOS\n________________________________\n{HEAD_FA}{OLD}",
    "apple": f"{NEW}\n\nSent from my iPhone\n\n"
        f"> On Nov 28, 2026, at 10:30, Desk <desk@city.example> wrote:\n> \n{quoted(OLD)}",
    "apple-fa": f"{NEW}\n\nاز iPhone من ارسال شد\n\n> در ۷ آذر ۱۴۰۵، ساعت ۱۰:۳۰، {DESK} نوشت:\n>\n"
        f"{quoted(OLD)}",
    "apple-fa-2": f"{NEW}\n\nارسال‌شده از iPhone من\n\nدر ۷ آذر ۱۴۰۵، ساعت ۱۰:۳۰، {DESK} نوشت:\n\n"
        f"{quoted(OLD)}",
    "yahoo": f"{NEW}\n\n    On Saturday, November 28, 2026 at 10:30:00 AM GMT+3:30, {DESK} wrote:  \n \n"
        f" {OLD}",
    "yahoo-android": f"{NEW}\n\nSent from Yahoo Mail on Android \n \n"
        f"  On Sat, Nov 28, 2026 at 10:30, Desk<desk@city.example> wrote:   {OLD}",
    "yahoo-fa": f"{NEW}\n\nدر شنبه ۷ آذر ۱۴۰۵، ۱۰:۳۰:۰۰ (‎+۳:۳۰ گرینویچ)، {DESK} نوشت:\n\n{OLD}",
    "samsung": f"{NEW}\n\nSent from my Galaxy\n\n-------- Original message --------\n"
        f"From: Desk <desk@city.example>\nDate: "
               f"11/28/26 10:30 (GMT+03:30)\nTo: Ali\nSubject: permit\n\n{OLD}",
    "samsung-fa": f"{NEW}\n\nارسال‌شده از تلفن هوشمند Samsung Galaxy من.\n\n-------- پیام اصلی --------\n"
        f"از: {DESK}\nتاریخ: "
                  f"۱۴۰۵/۹/۷ ۱۰:۳۰ (GMT+03:30)\nبه: علی\nموضوع: پروانه\n\n{OLD}",
    "k-9": f"{NEW}\n\nOn 28 November 2026 10:30:00 GMT+03:30, Desk <desk@city.example> wrote:\n"
        f"{quoted(OLD)}\n\n-- \n"
           "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
    "k-9-fa": f"{NEW}\n\nدر ۲۸ نوامبر ۲۰۲۶ ۱۰:۳۰:۰۰، {DESK} نوشت:\n{quoted(OLD)}",
    "k-9-above": f"{NEW}\n\n-------- Original Message --------\nFrom: Desk <desk@city.example>\n"
        f"Sent: 28 November 2026\n"
                 f"To: Ali\nSubject: permit\n\n{OLD}",
    "roundcube": f"{NEW}\n\nOn 2026-11-28 10:30, Desk wrote:\n{quoted(OLD)}",
    "roundcube-fa": f"{NEW}\n\nدر تاریخ ۲۰۲۶-۱۱-۲۸ ۱۰:۳۰، پیشخوان شهر نوشت:\n{quoted(OLD)}",
    "roundcube-above": f"{quoted(OLD)}\n\n{NEW}",
    "thunderbird-fa": f"{NEW}\n\nدر ۲۸/۱۱/۲۰۲۶ ۱۰:۳۰، پیشخوان شهر نوشته است:\n{quoted(OLD)}",
    "zimbra-fa": f"{NEW}\n\n----- پیام اصلی -----\nاز: {DESK}\nبه: \"علی\" <ali@citizen.example>\n"
        f"ارسال شده: شنبه، ۷ آذر\n"
                 f"موضوع: پروانه\n\n{OLD}",
    "chmail": f"{NEW}\n\n-----پیام اصلی-----\nفرستنده: {DESK}\nگیرنده: علی\nتاریخ: ۱۴۰۵/۹/۷\n"
        f"موضوع: پروانه\n\n{OLD}",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_only_the_new_words_are_left(client: str) -> None:
    assert new_text(CLIENTS[client], sender="علی").strip() == NEW


@pytest.mark.parametrize("text", [
    "از: کرج\nبه: تهران\nتاریخ: فردا\nآیا بلیت هست؟", "مدیر نوشت:\nفردا بیایید.", "او گفت:\n- بله\n- خیر",
    "نام: علی\nموضوع: آب\nتاریخ: ۱۴۰۵/۹/۷\n"
        "شرح: قطع است.", "در تاریخ ۷ آذر آب قطع شد.", "ارسال شد؟ از دیروز منتظرم."])
def test_words_of_people_are_not_taken_for_quotes(text: str) -> None:
    assert new_text(text) == text


def test_answers_between_the_quoted_lines_stay_in_order() -> None:
    text = f"در تاریخ ۷ آذر ۱۴۰۵، {DESK} نوشت:\n> سؤال یک؟\nپاسخ یک\n> سؤال دو؟\nپاسخ دو"
    assert " ".join(new_text(text).split()) == "پاسخ یک پاسخ دو"
