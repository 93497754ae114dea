"""What the telephone says, in Persian and English, with numbers as words. Pure; decides nothing.

Speech engines differ in how they read figures, above all in Persian: numbers are therefore written out.
"""

from __future__ import annotations

from collections.abc import Mapping

from router.records import Line
from router.rules.text import digits_latin

_FA_ONES = ("صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "سیزده",
            "چهارده", "پانزده", "شانزده", "هفده", "هجده", "نوزده")  # fmt: skip
_FA_TENS = ("", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود")
_FA_HUNDREDS = ("", "صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد")
_EN_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_FA_AND = " و "
#: Beyond this, figures are left as figures: nobody waits behind so many.
LARGEST = 999_999

PHRASES: Mapping[str, tuple[str, str]] = {  # key -> (fa, en)
    "unclear": ("متوجه نشدم.", "Sorry, I did not get that."),
    "to-agent": ("شما را به کارشناس وصل می‌کنم.", "I will connect you with an agent."),
    "queued": ("درخواست شما ثبت شد؛ لطفاً روی خط بمانید.", "You are in the queue; please stay on the line."),
    "hold": ("لطفاً روی خط بمانید.", "Please stay on the line."),
    "next": ("شما نفر بعدی هستید.", "You are next."),
    "place": ("شما نفر {place} صف هستید.", "You are number {place} in the queue."),
    "soon": ("زمان انتظار کمتر از یک دقیقه است.", "The wait is less than one minute."),
    "about": ("زمان انتظار حدود {high} دقیقه است.", "The wait is about {high} minutes."),
    "about-one": ("زمان انتظار حدود یک دقیقه است.", "The wait is about one minute."),
    "between": ("زمان انتظار بین {low} تا {high} دقیقه است.", "The wait is between {low} and {high} minutes."),
    "nobody": ("اکنون همهٔ کارشناسان در حال گفت‌وگو هستند.", "All agents are busy at the moment."),
    "options": ("برای آنکه با شما تماس بگیریم عدد یک، و برای گذاشتن پیام صوتی عدد دو را فشار دهید.",
                "To be called back, press one. To leave a voice message, press two."),
    "option-callback": ("برای آنکه با شما تماس بگیریم عدد یک را فشار دهید.", "To be called back, press one."),
    "option-voicemail": ("برای گذاشتن پیام صوتی عدد دو را فشار دهید.", "To leave a voice message, press two."),
    "connecting": ("شما را به کارشناس وصل می‌کنم؛ لطفاً منتظر بمانید.", "I am connecting you now; please hold."),
    "on-hold": ("لطفاً پشت خط بمانید؛ کارشناس به‌زودی ادامه می‌دهد.",
                "Please hold the line; the agent will be right back."),
    "take": ("تماسی از پیشخوان دارید. برای پاسخ دادن عدد یک را فشار دهید.",
             "A call from the front desk. To take it, press one."),
    "consent": ("این گفت‌وگو برای بهتر شدن خدمت ضبط می‌شود. اگر نمی‌خواهید، عدد صفر را فشار دهید.",
                "This call is recorded to improve our service. If you do not want that, press zero."),
    "unrecorded": ("گفت‌وگوی شما ضبط نمی‌شود.", "Your call is not recorded."),
    "closed": ("اکنون ساعت کاری نیست. نوبت شما می‌ماند.", "We are closed now. You keep your place."),
    "agent-missed": ("پوزش می‌خواهیم؛ کارشناس پاسخ نداد. نوبت شما محفوظ است.",
                     "We are sorry; the agent did not answer. You keep your place."),
    "agent-reads": ("کارشناس با شماست و پاسخ او برای شما خوانده می‌شود. برای گفتن پیام، عدد دو را فشار دهید.",
                    "An agent is with you; the answers will be read to you. To say something, press two."),
    "record": ("پس از شنیدن بوق پیام خود را بگویید و در پایان کلید مربع را فشار دهید.",
               "After the tone, leave your message, then press the hash key."),
    "recorded": ("پیام شما ثبت شد.", "Your message has been recorded."),
    "not-recorded": ("پیامی شنیده نشد.", "No message was heard."),
    "which-number": ("شمارهٔ تلفن خود را وارد کنید و در پایان کلید مربع را فشار دهید.",
                     "Enter your telephone number, then press the hash key."),
    "bad-number": ("این شماره درست نیست.", "This is not a valid number."),
    "will-call": ("با شمارهٔ {number} با شما تماس می‌گیریم. نوبت شما محفوظ است.",
                  "We will call you back at {number}. You keep your place."),
    "said": ("پیام صوتی، {seconds} ثانیه", "Voice message, {seconds} seconds"),
    "goodbye": ("از تماس شما سپاسگزاریم. خدانگهدار.", "Thank you for calling. Goodbye."),
    "trouble": ("پوزش می‌خواهیم؛ لطفاً چند لحظه روی خط بمانید.", "We are sorry; please stay on the line for a moment."),
}  # fmt: skip


def phrase(key: str, language: str, **values: str) -> str:
    """One sentence of ours."""
    return PHRASES[key][0 if language == "fa" else 1].format(**values)


def number(n: int, language: str) -> str:
    """A cardinal as words, 0 to LARGEST; other numbers as figures."""
    if not 0 <= n <= LARGEST:
        return str(n)
    return _fa(n) if language == "fa" else _en(n)


def ordinal(n: int, language: str) -> str:
    """The place in a line as it is said: Persian ordinal; English keeps the cardinal ("number three")."""
    if language != "fa":
        return number(n, language)
    if n == 1:
        return "اول"
    words = number(n, language)
    head, gap, last = words.rpartition(" ")
    return f"{head}{gap}{_FA_ORDINAL_ENDS.get(last, f'{last}م')}"


#: "سه" becomes "سوم"; "سی" takes an alef before the ending, written with a half-space.
_FA_ORDINAL_ENDS = {"سه": "سوم", "سی": "سی‌ام"}


def spelled(digits: str, language: str) -> str:
    """A telephone number as it is dictated: digit by digit, the plus sign left out, a pause after each third digit."""
    words = [number(int(d), language) for d in digits_latin(digits) if d.isdigit()]
    groups = [" ".join(words[i : i + 3]) for i in range(0, len(words), 3)]
    return ("، " if language == "fa" else ", ").join(groups)


def _fa(n: int) -> str:
    if n < 20:
        return _FA_ONES[n]
    if n < 100:
        return _FA_TENS[n // 10] + (_FA_AND + _FA_ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return _FA_HUNDREDS[n // 100] + (_FA_AND + _fa(n % 100) if n % 100 else "")
    thousands = "هزار" if n < 2000 else f"{_fa(n // 1000)} هزار"
    return thousands + (_FA_AND + _fa(n % 1000) if n % 1000 else "")


def _en(n: int) -> str:
    if n < 20:
        return _EN_ONES[n]
    if n < 100:
        return _EN_TENS[n // 10] + (f"-{_EN_ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{_EN_ONES[n // 100]} hundred" + (f" and {_en(n % 100)}" if n % 100 else "")
    return f"{_en(n // 1000)} thousand" + (f" {_en(n % 1000)}" if n % 1000 else "")


def standing(line: Line, language: str) -> tuple[str, ...]:
    """How the caller stands in the queue: place, honest wait when one is known, and whether anybody is free.
    Nothing is said that is not known."""
    if not line.open:
        return (phrase("closed", language),)
    if line.place <= 0:
        return ()
    said = [phrase("next", language) if line.place == 1
            else phrase("place", language, place=ordinal(line.place, language))]
    if wait := _wait(line.wait_low, line.wait_high, language):
        said.append(wait)
    elif line.ready_agents == 0:
        said.append(phrase("nobody", language))
    return tuple(said)


def _wait(low_seconds: int, high_seconds: int, language: str) -> str:
    if high_seconds <= 0:
        return ""
    if high_seconds < 60:
        return phrase("soon", language)
    low, high = max(1, -(-low_seconds // 60)), -(-high_seconds // 60)  # rounded up: never promise less than is known
    if high == 1:
        return phrase("about-one", language)
    if low >= high:
        return phrase("about", language, high=number(high, language))
    return phrase("between", language, low=number(low, language), high=number(high, language))
