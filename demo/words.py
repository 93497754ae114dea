"""What the people of the demo town say, and what its desk knows. Invented; data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One citizen's matter: what they write first and, after an answer, what they add."""

    language: str
    subject: str
    lines: tuple[str, ...]
    key: str  #: which key they press on the telephone


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """An article of the desk."""

    language: str
    title: str
    body: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What a citizen answers the robot."""

    hello: str
    person: str
    question: str
    helped: str
    nothing_else: str
    rating: str


MENU = {
    "fa": Menu(hello="سلام", person="صحبت با کارشناس", question="پرسش", helped="بله", nothing_else="نه", rating="۵"),
    "en": Menu(hello="Hello", person="talk to a person", question="a question", helped="yes", nothing_else="no",
               rating="5"),
}

MATTERS: tuple[Matter, ...] = (
    Matter(
        language="fa",
        subject="زباله‌های کوچهٔ لاله",
        key="1",
        lines=(
            "سلام، سه روز است زباله‌های کوچهٔ لاله را نبرده‌اند. ساعت جمع‌آوری عوض شده؟",
            "خیلی ممنون، امشب بیرون می‌گذارم.",
        ),
    ),
    Matter(
        language="fa",
        subject="عوارض نوسازی",
        key="2",
        lines=("عوارض نوسازی خانه‌ام را دو بار پرداخت کرده‌ام. چطور پس بگیرم؟", "شمارهٔ پرونده ۱۲۳۴۵ است."),
    ),
    Matter(
        language="fa",
        subject="پروانهٔ ساختمان",
        key="3",
        lines=("برای تمدید پروانهٔ ساختمان چه مدارکی لازم است؟", "نقشه را هم باید بیاورم؟"),
    ),
    Matter(
        language="fa",
        subject="چراغ خیابان",
        key="1",
        lines=("چراغ سر خیابان بهار خاموش است و شب‌ها خیلی تاریک می‌شود.", "تیر شمارهٔ ۴۷ است."),
    ),
    Matter(
        language="fa",
        subject="کارت بلیت",
        key="2",
        lines=("سلام وقت بخیر. کارت بلیتم را گم کردم، موجودی‌اش منتقل می‌شود؟", "باشه، ممنون از راهنمایی‌تان."),
    ),
    Matter(
        language="fa",
        subject="نوبت تحویل مدارک",
        key="3",
        lines=("می‌خوام نوبت تحویل مدارک بگیرم، شنبه وقت دارید؟", "ساعت ده خوبه."),
    ),
    Matter(
        language="fa",
        subject="قبض آب",
        key="2",
        lines=("قبض آب این ماه سه برابر شده! لطفاً کنتور را بررسی کنید.", "نشتی نداریم، بررسی کردم."),
    ),
    Matter(
        language="fa",
        subject="آسفالت",
        key="1",
        lines=("چالهٔ بزرگی جلوی مدرسهٔ امید درست شده، برای بچه‌ها خطرناک است.", "سپاس از پیگیری شما."),
    ),
    Matter(
        language="fa",
        subject="کتابخانه",
        key="3",
        lines=("ساعت کار کتابخانهٔ مرکزی در ماه رمضان چگونه است؟", "جمعه‌ها هم باز است؟"),
    ),
    Matter(
        language="fa",
        subject="درخت خیابان",
        key="1",
        lines=("شاخهٔ درخت جلوی پلاک ۱۸ شکسته و روی سیم برق افتاده است.", "ممنون که سریع آمدید."),
    ),
    Matter(
        language="en",
        subject="Bin collection",
        key="1",
        lines=(
            "Hello, our bins on Tulip Lane were not emptied this week. Has the day changed?",
            "Thank you, that helps.",
        ),
    ),
    Matter(
        language="en",
        subject="Parking permit",
        key="2",
        lines=("How do I renew a resident parking permit for a new car?", "Do I need to come in person?"),
    ),
    Matter(
        language="en",
        subject="Paid twice",
        key="2",
        lines=(
            "I paid my property tax twice by mistake. How can I get the second payment back?",
            "The receipt number is 8841.",
        ),
    ),
    Matter(
        language="en",
        subject="Library hours",
        key="3",
        lines=("What are the opening hours of the central library on Fridays?", "Great, thanks!"),
    ),
    Matter(
        language="en",
        subject="Street light",
        key="1",
        lines=("The street light at the corner of Spring Street has been out for a week.", "It is pole number 47."),
    ),
    Matter(
        language="en",
        subject="Lost travel card",
        key="2",
        lines=(
            "I lost my travel card yesterday. Can the credit be moved to a new one?",
            "Thanks for the quick answer.",
        ),
    ),
)

LEAFLETS: tuple[Leaflet, ...] = (
    Leaflet(
        language="fa",
        title="ساعت جمع‌آوری زباله",
        keywords=("زباله", "پسماند", "جمع‌آوری"),
        body=(
            "زباله هر شب از ساعت ۲۱ تا ۲۴ جمع می‌شود، جز شب‌های جمعه. کیسه‌ها را پیش از ساعت ۲۱ جلوی در بگذارید. "
            "اگر دو شب پشت سر هم جمع نشد، نشانی کوچه را برای ما بنویسید تا همان روز پیگیری شود."
        ),
    ),
    Leaflet(
        language="fa",
        title="بازگرداندن پرداخت تکراری عوارض",
        keywords=("عوارض", "پرداخت دوباره", "بازپرداخت"),
        body=(
            "اگر عوارض را دو بار پرداخت کرده‌اید، تصویر هر دو رسید و شمارهٔ پرونده را بفرستید. مبلغ ظرف ده روز کاری به همان کارت برمی‌گردد."
        ),
    ),
    Leaflet(
        language="fa",
        title="مدارک تمدید پروانهٔ ساختمان",
        keywords=("پروانه", "ساختمان", "مدارک"),
        body=(
            "برای تمدید پروانه این مدارک لازم است: اصل پروانه، سند مالکیت، کارت ملی مالک، و گزارش مهندس ناظر. نقشه تنها وقتی لازم است که تغییری کرده باشد."
        ),
    ),
    Leaflet(
        language="fa",
        title="خرابی چراغ خیابان",
        keywords=("چراغ", "روشنایی", "خیابان"),
        body=(
            "شمارهٔ روی تیر چراغ و نام خیابان را بفرستید. خرابی تک‌چراغ تا سه روز و تاریکی کل خیابان همان شب رسیدگی می‌شود."
        ),
    ),
    Leaflet(
        language="fa",
        title="گم شدن کارت بلیت",
        keywords=("کارت بلیت", "گم‌شده", "موجودی"),
        body=("کارت بلیتی که به نام شما ثبت شده باشد در هر ایستگاه باطل می‌شود و موجودی آن به کارت تازه منتقل می‌شود."),
    ),
    Leaflet(
        language="fa",
        title="ساعت کار کتابخانهٔ مرکزی",
        keywords=("کتابخانه", "ساعت کار"),
        body=("کتابخانهٔ مرکزی شنبه تا پنجشنبه از ۸ تا ۲۰ و جمعه‌ها از ۹ تا ۱۳ باز است."),
    ),
    Leaflet(
        language="en",
        title="When bins are collected",
        keywords=("bins", "rubbish", "collection"),
        body=(
            "Bins are collected every night between 21:00 and 24:00, except on Thursday nights. Put bags out before 21:00. "
            "If they are missed twice in a row, tell us the street and we look into it the same day."
        ),
    ),
    Leaflet(
        language="en",
        title="Getting a double payment back",
        keywords=("tax", "paid twice", "refund"),
        body=(
            "Send both receipts and your file number. The second payment goes back to the same card within ten working days."
        ),
    ),
    Leaflet(
        language="en",
        title="Renewing a resident parking permit",
        keywords=("parking", "permit", "car"),
        body=(
            "Bring the new car's papers and proof of address to any district office, or send photos of both in this chat. "
            "The permit is moved to the new car at no cost."
        ),
    ),
    Leaflet(
        language="en",
        title="Reporting a broken street light",
        keywords=("street light", "lamp", "dark"),
        body=(
            "Tell us the number on the pole and the street. One lamp is mended within three days, a dark street the same night."
        ),
    ),
    Leaflet(
        language="en",
        title="Opening hours of the central library",
        keywords=("library", "hours"),
        body=("The central library is open from Saturday to Thursday 8 to 20, and on Fridays 9 to 13."),
    ),
)

NAMES = {
    "fa": (
        "مریم احمدی",
        "علی رضایی",
        "زهرا کریمی",
        "حسین محمدی",
        "فاطمه حسینی",
        "رضا موسوی",
        "نرگس صادقی",
        "امیر قاسمی",
    ),
    "en": ("Emma Clarke", "Daniel Reed", "Sofia Rossi", "James Miller", "Laura Novak", "Tom Becker"),
}
ANSWERS = {
    "fa": ("سلام، پیام شما را دیدم. همین حالا بررسی می‌کنم و نتیجه را همین‌جا می‌نویسم.",
           "سپاس از اطلاع شما. به واحد مربوط سپردم و تا فردا رسیدگی می‌شود."),
    "en": ("Hello, I have read your message. I am looking into it and will write the result here.",
           "Thank you for telling us. I passed it on; it will be dealt with by tomorrow."),
}
