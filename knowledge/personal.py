"""Finds what is somebody's own in a text - names, numbers, addresses - so that it can be taken out. Pure; linear time.

It proposes; a person decides. Rather one too many than one too few: what it marks wrongly costs a click.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from router.rules import codes

LONGEST = 200_000  #: characters looked at
_GAP = r"[ \-_./()\u00a0\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
_NUMBER = re.compile(rf"(?<![\w+])(?:\+{_GAP}?|)\d(?:{_GAP}{{0,3}}\d){{6,27}}(?!\w)")
_IBAN = re.compile(rf"(?<!\w)IR(?:{_GAP}{{0,3}}\d){{24}}(?!\d)", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
#: "name [at] host [dot] com", in brackets of any kind; without brackets only where both words are written out.
_AT, _DOT = r"[ ]?[\[({<][ ]?(?:at|ات|اد)[ ]?[\])}>][ ]?", r"[ ]?[\[({<][ ]?(?:dot|دات|نقطه)[ ]?[\])}>][ ]?"
_MAIL_IN_WORDS = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:(?:@|{_AT})[\w-]{{1,63}}(?:(?:\.|{_DOT}|[ ]dot[ ])[\w-]{{1,63}}){{1,5}}"
    r"|[ ]at[ ][\w-]{1,63}(?:[ ]dot[ ][\w-]{1,63}){1,5})", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z]\w{3,31}")
_PLATE = re.compile(
    r"(?<!\d)\d{2}[ \u200c]?[ابپتثجدزژسشصطعفقکگلمنوهی][ \u200c]?\d{3}(?:[ -]{0,3}(?:ایران)?[ -]{0,3}\d{2})?(?!\d)")
_PASSPORT = re.compile(r"(?<!\w)[A-Z]\d{8}(?!\w)")
_MONEY = re.compile(
    r"[ \u200c]{0,2}(?:هزار|میلیون|میلیارد|ریال|تومان|تومن|rials?|tomans?|usd|dollars?|euros?)\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:(?:شماره|کد|شناسه)[ \u200c]{1,2}(?:ی[ ])?"
    r"(?:پیگیری|رهگیری|پرونده|قرارداد|اشتراک|مشتری|قبض|نامه|درخواست|پرداخت|ارجاع)"
    r"|(?:reference|tracking|ticket|case|contract|account|customer|subscription)(?: (?:no|number|code|id))?\.?)"
    r"[ \u200c]{0,2}(?:[:#=]|من|ام|is|است)?[ \u200c]{0,2}#?([A-Za-z]{0,6}[-/]?\d[\dA-Za-z/-]{2,30})", re.IGNORECASE)
_POSTAL = re.compile(
    rf"کد[ \u200c]?پستی[ \u200c:]{{0,4}}(\d(?:{_GAP}{{0,2}}\d){{9}})"
    r"|(?:post(?:al)?[ -]?code|zip)[ :]{1,3}([A-Z0-9][A-Z0-9 -]{3,9})", re.IGNORECASE)
_POSTAL_UK = re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?[ ]\d(?!(?:GB|MB|TB)\b)[ABD-HJLNP-UW-Z]{2}(?!\w)", re.ASCII)
_DATE = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"
_BORN = re.compile(
    rf"(?:متولد|تاریخ تولد|زاده|born(?: on)?|date of birth|dob)[ :]{{1,3}}(?:من |is )?({_DATE}|\d{{4}})", re.IGNORECASE)

_FA = r"[آ-یء-ئ\u064b-\u0652\u200c]{2,20}"
_NAME_FA = re.compile(
    r"(?:(?<![آ-ی])(?:آقای|خانم|سرکار(?: خانم)?|جناب(?: آقای)?|آقا|دکتر|مهندس|حاج(?: آقا| خانم)?)[ ]"
    r"|(?:نام من|اسم من|اسمم|نامم|نام و نام خانوادگی|نام خانوادگی|اینجانب|بنده|امضا|ارادتمند(?: شما)?|دوستدار شما"
    r"|با (?:تقدیم )?(?:احترام|تشکر|سپاس)(?: فراوان| بسیار)?(?: و (?:احترام|تشکر|سپاس))?"
    r"|(?:نام|اسم)(?: کوچک)? (?:پدر|مادر|همسر|شوهر|پسر|دختر|برادر|خواهر|فرزند|همسایه|مستأجر|موجر)"
    r"(?:م|ش|مان|شان|\u200cام|\u200cاش| من| او| ایشان)?)"
    rf"[ :،,.!\n]{{1,4}}(?:آقای |خانم )?)({_FA}(?:[ ]{_FA}){{0,2}})")
_SELF_FA = re.compile(rf"(?<![آ-ی])من[ ]({_FA}(?:[ ]{_FA}){{1,2}}?)[ ](?:هستم|ام)(?![آ-ی])")
#: «سلام، علی رضایی هستم»: at the start of a sentence or behind a greeting; every word must be able to be a name.
_GREETED_FA = re.compile(
    r"(?:^|\n|[.!؟?،؛:][ ]{1,2}|(?<![آ-ی])(?:سلام|درود|بخیر|نباشید|علیکم|احترام|ادب)[ ،,.!]{1,3})"
    rf"({_FA}(?:[ ]{_FA}){{1,2}}?)[ ]هستم(?![آ-ی])")
_BIG = r"[A-Z][a-zA-Z'’-]{1,20}"
_NAME_EN = re.compile(
    r"\b(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam)\.?[ ]"
    r"|(?:[Mm]y name is|[Nn]ame[ ]?:|[Rr]egards,?|[Ss]incerely,?|[Tt]hanks,?|[Cc]heers,?"
    r"|(?:[Hh]is|[Hh]er|[Tt]heir) name is"
    r"|[Mm]y (?:son|daughter|child|husband|wife|partner|father|mother|brother|sister|friend|boss|landlord|tenant"
    r"|neighbou?r|colleague),?)[ \n]{1,2}(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?[ ])?)"
    rf"({_BIG}(?:[ ]{_BIG}){{0,2}})|\b(?:I am|I'm|I’m|[Tt]his is)[ ]({_BIG}(?:[ ]{_BIG}){{1,2}})")
_WORDS_OF_NOBODY = """
    محترم گرامی عزیز که را از به در با و یا این آن است هست نیست بود شد باید نمی می چه چرا چطور کجا هستم دارم خواستم
    می‌خواهم لطفا سلام مدیر مسئول شهردار کارشناس همکار رئیس وکیل منشی آقا خانم آقایان برای هم تا اما ولی پس یک دو سه
    خود خودم خودش خودتان شما من ما او ایشان شان نیز هنوز چون وقتی بعد قبل زیرا همین همان هر هیچ خیلی بسیار فراوان
    سپاس تشکر ممنون متشکرم احترام درباره دربارهٔ بابت جهت طبق مورد شده کرده نشده نکرده نبود بودند هستند نیستند هستیم
    بودم شدم شدند گفت گفتم گفتند گفته نگفت فرمود فرمودند آمد آمدم آمدند رفت رفتم رفتند زد زدم زدند زنگ تماس داد دادم
    دادند نداد کرد کردم کردند نکرد خواست خواستند خواهد خواهند دید دیدم دیدند نوشت نوشتم نوشتند فرستاد فرستادند گرفت
    گرفتم گرفتند آورد آوردند برد بردند پرسید پرسیدند خرید فروخت ماند نشست ایستاد رسید رسیدند دارد دارند داشت داشتم
    داشتند ندارد نداشت صبر ساکن اهل متولد فرزند همسایه همسایه‌ام پدر مادر همسر شماره کد تلفن موبایل همراه آدرس نشانی
    ایمیل ساعت روز شب دیروز امروز فردا هفته ماه سال پاسخ جواب قبض پرونده درخواست شکایت خیابان کوچه کوی بلوار بزرگراه
    اتوبان میدان چهارراه پلاک شهرک محله مجتمع ساختمان بلوک واحد طبقه منزل خانه اداره شرکت بانک شعبه
"""
_WORDS_OF_ROLES = """
    مشتری مشترک متقاضی دنبال منتظر پیگیر ناراحت نگران عصبانی ناراضی راضی معترض شاکی علاقمند علاقه‌مند بازنشسته دانشجو
    دانش‌آموز معلم کارمند کارگر راننده مستاجر مستأجر مالک صاحب خریدار فروشنده بیمار باردار معلول جانباز بیکار مجرد متاهل
    متأهل تازه قدیمی جدید آماده موافق مخالف مطمئن متوجه مایل قادر حاضر تنها سرپرست ایرانی افغان شهروند عضو بیمه طلبکار
    بدهکار مقیم درگیر گرفتار مشغول محتاج نیازمند داخل بیرون پشت نزدیک پیش دم سر زیر روی فقط الان اینجا آنجا همیشه شهر
"""
#: What people say that they are.
_ROLES = frozenset(_WORDS_OF_ROLES.split())
#: Words that follow a title or "I am" and are nobody's name.
_NOBODY = frozenset(_WORDS_OF_NOBODY.translate({0x6c0: "ه", 0x654: None}).split())
_VERB = re.compile(r"ن?می\u200c.+|.+\u200c(?:است|ام|اند|ایم|اید)")  #: «می‌گوید», «رفته‌اند»

_PLACE_FA = ("(?:خیابان|خ\\.|کوچه|کوی|بلوار|بزرگراه|اتوبان|میدان|چهارراه|بن[\u200c ]?بست|پلاک|شهرک|محله|مجتمع"
             "|ساختمان|بلوک|واحد|طبقه)")
_ADDRESS_FA = re.compile(rf"(?<![آ-ی]){_PLACE_FA}[ :\u200c]{{0,2}}[^\n.؟?!؛:]{{1,120}}")
_PART_FA = re.compile(rf"(?<![آ-ی]){_PLACE_FA}[ :\u200c]{{0,2}}(?:شماره[ ])?(?:\d{{1,5}}|{_FA}(?:[ ]\d{{1,4}})?)")
_STREET = "(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Square|Drive|Alley)"
_ADDRESS_EN = re.compile(
    rf"\b\d{{1,5}}[ ](?:{_BIG}[ ]){{1,3}}{_STREET}\b\.?(?:,? (?:Flat|Apartment|Apt|Unit|Floor|No)\.? ?\d{{1,4}})?"
    r"|\b(?:Flat|Apartment|Apt|Unit|No)\.? ?\d{1,4}\b", re.ASCII)

#: What stands where a find was: (Persian, English).
MARKS = {
    "name": ("[نام]", "[name]"), "mobile": ("[شماره همراه]", "[mobile]"), "phone": ("[تلفن]", "[phone]"),
    "national-id": ("[کد ملی]", "[national id]"), "card": ("[شماره کارت]", "[card]"), "iban": ("[شبا]", "[IBAN]"),
    "email": ("[رایانامه]", "[e-mail]"), "username": ("[شناسه کاربری]", "[username]"),
    "reference": ("[شماره پیگیری]", "[reference]"), "postal-code": ("[کد پستی]", "[postal code]"),
    "address": ("[نشانی]", "[address]"), "plate": ("[پلاک خودرو]", "[plate]"), "passport": ("[گذرنامه]", "[passport]"),
    "birth": ("[تاریخ تولد]", "[birth date]"), "number": ("[شماره]", "[number]"),
}
_ORDER = {kind: place for place, kind in enumerate(
    ("iban", "card", "postal-code", "national-id", "mobile", "email", "reference", "phone", "passport", "plate",
     "birth", "name", "username", "number", "address"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """One piece that may be somebody's own; `text[start:end]` is it."""

    kind: str
    start: int
    end: int
    text: str

    def mark(self, language: str) -> str:
        """What to write in its place."""
        return MARKS[self.kind][0 if language == "fa" else 1]


def _twins() -> dict[int, str]:
    digits = {first + n: str(n) for first in (0x660, 0x6F0) for n in range(10)}
    return digits | {ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک", ord("ة"): "ه", ord("ۀ"): "ه", ord("٫"): ".",
                     ord("ـ"): "\u200c", ord("\u00a0"): " ", ord("\u2009"): " ", ord("\t"): " "}


_SHADOW = _twins()


def find(text: str, names: Collection[str] = ()) -> list[Find]:
    """Every find in order, none over another. `names` are known ones: of the customer, of colleagues."""
    text = text[:LONGEST]
    shadow = text.translate(_SHADOW)  # one character for one, so that places stay the same
    found = [Find(kind=kind, start=start, end=end, text=text[start:end])
             for kind, start, end in _all(shadow, names) if end > start]
    found.sort(key=lambda each: (_ORDER[each.kind], -(each.end - each.start), each.start))
    taken = bytearray(len(text) + 1)
    kept = []
    for each in found:
        if not any(taken[each.start:each.end]):
            taken[each.start:each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def masked(text: str, language: str = "fa", names: Collection[str] = ()) -> str:
    """The text with a mark in place of every find."""
    made, at = [], 0
    for each in find(text, names):
        made += [text[at:each.start], each.mark(language)]
        at = each.end
    return "".join([*made, text[at:LONGEST]])


def _all(text: str, names: Collection[str]) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in (("iban", _IBAN), ("email", _MAIL), ("username", _HANDLE), ("plate", _PLATE),
                          ("passport", _PASSPORT)):
        yield from ((kind, *found.span()) for found in pattern.finditer(text))
    for kind, pattern in (("email", _MAIL_IN_WORDS), ("postal-code", _POSTAL_UK)):
        yield from ((kind, *found.span()) for found in pattern.finditer(text))
    for kind, pattern in (("reference", _REFERENCE), ("postal-code", _POSTAL), ("birth", _BORN)):
        for found in pattern.finditer(text):
            yield kind, *found.span(found.lastindex or 0)
    for found in _NUMBER.finditer(text):
        kind = number(found.group())
        if kind and not (kind in ("number", "phone") and _MONEY.match(text, found.end())):
            yield kind, *found.span()
    yield from _names(text, names)
    for found in _ADDRESS_EN.finditer(text):
        yield "address", *found.span()
    for found in _ADDRESS_FA.finditer(text):
        parts = list(_PART_FA.finditer(text, found.start(), found.end()))
        if parts:  # to the end of the last part: the rest of the sentence says something else
            yield "address", found.start(), parts[-1].end()


def number(written: str) -> str:
    """What a number of seven digits or more is by its shape and check digits; "" = nothing of a person."""
    digits = "".join(each for each in written if each.isdigit())
    plain = digits.removeprefix("00")
    if re.fullmatch(r"(?:0|98|0098)?9\d{9}", digits) or (written.startswith("+") and plain.startswith("989")):
        return "mobile"
    if len(digits) == 16 and luhn(digits):
        return "card"
    if len(digits) == 10:
        return "national-id" if national(digits) else "reference" if codes.read(digits) else "number"
    if (digits.startswith("0") and len(digits) == 11) or (written.startswith("+") and 8 <= len(digits) <= 15):
        return "phone"
    if re.fullmatch(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2}", written.strip()):
        return ""  # a date
    return "number"


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812)."""
    doubled = (int(each) * (2 - place % 2) for place, each in enumerate(digits))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def national(digits: str) -> bool:
    """Whether ten digits are an Iranian national id by their check digit."""
    if len(set(digits)) == 1:
        return False
    rest = sum(int(each) * (10 - place) for place, each in enumerate(digits[:9])) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest)


def _names(text: str, known: Collection[str]) -> Iterator[tuple[str, int, int]]:
    for pattern in (_NAME_FA, _SELF_FA, _NAME_EN):
        for found in pattern.finditer(text):
            start, end = found.span(found.lastindex or 1)
            words = list(re.finditer(r"[^ \n]+", text[start:end]))
            good = next((place for place, word in enumerate(words) if _of_nobody(word.group())), len(words))
            if good:
                yield "name", start, start + words[good - 1].end()
    for found in _GREETED_FA.finditer(text):
        words = list(re.finditer(r"[^ ]+", found[1]))
        last = max((place for place, word in enumerate(words) if _of_nobody(word.group())), default=-1)
        if len(words) - last > 2 and not any(word.group() in _ROLES for word in words):
            yield "name", found.start(1) + words[last + 1].start(), found.end(1)
    wanted = {part for name in list(known)[:50] for part in _parts(name.translate(_SHADOW)) if part not in _NOBODY}
    if wanted:
        longest = sorted(wanted, key=len, reverse=True)
        pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)")
        yield from (("name", *found.span()) for found in pattern.finditer(text))


def _of_nobody(word: str) -> bool:
    return word in _NOBODY or _VERB.fullmatch(word) is not None


def _parts(name: str) -> list[str]:
    return [part for part in (name.strip(), *name.split()) if len(part) >= 3 and not part.isdigit()]
