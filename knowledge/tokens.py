"""Text to the pieces that are compared: word stems, pairs of words, runs of letters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from router.rules.text import HALF_SPACE, fold

#: Of a question only so many characters are looked at; of an article so many.
QUERY_CHARS, ARTICLE_CHARS = 2_000, 20_000

_WORD = re.compile(f"[^\\W_]+(?:[{HALF_SPACE}'][^\\W_]+)*")
_APART = re.compile(f"[{HALF_SPACE}']")
_STEM_LETTERS = 3  #: a stem keeps at least so many
_VERB = re.compile("ن?می(..+(?:م|ی|د|ند))")  # «میدان», «میوه», «میراث» are none
# Plurals, comparatives, the indefinite and the ezafe yeh; longest first.
_FA_ENDINGS = ("هایشان", "هایمان", "هایتان", "یشان", "یمان", "یتان",
               "ترین", "هایی", "هایم", "هایت", "هایش", "های", "ها", "تر", "یی", "ی")
_EN_ENDINGS = (
    ("iness", "y"), ("ies", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""),
    ("'s", ""), ("s", ""),
)  # fmt: skip
_FA_STOP = """
    از به با در بر برای تا که را رو و یا هم این ان اون است هست بود شد شده می نمی من ما شما او تو ایا اگر
    پس ولی اما چه چی چیست چطور چگونه کجا کی لطفا سلام ببخشید خسته نباشید باشید ممنون تشکر یک یه هر همه
    خود باید شود کند کرد کن کنم کنید کنند دارد دارم دارید داره ها های هایی تر ترین ام ات اش ای اند
    تون مون شون تان مان شان
"""
# How people write as they speak, and how it is written in books; both as one word without half-spaces.
_SPOKEN = """
    میخوام خواهم  میخام خواهم  میخواد خواهد  میخاد خواهد  میخوایم خواهیم  میخوان خواهند  نمیخوام خواهم  میشه شود
    نمیشه شود  بشه شود  میکنه کند  نمیکنه کند  بکنه کند  میکنن کنند  کنین کنید  میدن دهند  میده دهد  نمیده دهد
    بدم دهم  بدین دهید  میگه گوید  میگن گویند  بگم گویم  بگین گویید  بگید گویید  میره رود  نمیره رود  برم روم
    میرم روم  بریم رویم  میاد آید  نمیاد آید  بیام آیم  میام آیم  میتونم توانم  نمیتونم توانم  میتونه تواند
    بتونم توانم  میتونین توانید  میدونم دانم  نمیدونم دانم  میدونین دانید  بذارم گذارم  میذارم گذارم
    چجوری چگونه  چطوری چگونه  واسه برای  خونه خانه  خونم خانه  اونجا آنجا  اونا آنها  اینا اینها  تموم تمام
    آروم آرام  جوون جوان  خیابون خیابان  میدون میدان  تلفون تلفن  تهرون تهران  مهمون مهمان  زمستون زمستان
    تابستون تابستان  دیگه دیگر  آخه آخر  اگه اگر
"""
_EN_STOP = """
    a an the of to in on at for from by with and or but if is are was were be been am do does did i me my
    we our you your he she it its they them this that these those what which how when where why who can
    could would should will please hi hello hey thanks thank so as not no have has had there s t m re ve
    ll d
"""
#: Words that say little about the matter, folded.
STOP_WORDS = frozenset(fold(_FA_STOP + _EN_STOP).split())
# What people say to be polite; it may stand alone.
_GREETINGS = """
    سلام سلامعلیکم علیک علیکم السلام درود بدرود خسته بخیر خیر خدا خداقوت خداحافظ خدافظ ممنون ممنونم تشکر متشکر متشکرم
    مرسی سپاس سپاسگزار سپاسگزارم سپاسگذارم سپاسگذار دمتون دمتان قربان خوبید خوبین خوبی خوبه
    hi hello hey hallo helo greetings good goodbye bye thanks thank thx welcome regards cheers salam salaam slm
    dorood mersi
"""
# What stands beside it and says something only when nothing polite is there.
_BESIDE = """
    حافظ قوت اقا خانم جناب سرکار محترم عزیز گرامی بزرگوار دوست دوستان همکار همکاران عرض ادب احترام احوال خوب تون تان مون
    خیلی بسیار فراوان گرم سوال سئوال پرسش داشتم خدمت نیک خوش
    morning afternoon evening day night sir madam dear everyone everybody all team folks friend friends again very much
    many lot nice best kind question
"""
_OF_THE_DAY, _YOURS = "وقت اوقات صبح ظهر عصر شب روز حال", ("", "ت", "تون", "تان")
# The first halves of "don't" and the like; the second ones are stop words.
_DENIED = "don doesn didn isn aren wasn weren won couldn wouldn shouldn hasn haven hadn"


def _stems_of(text: str) -> frozenset[str]:
    return frozenset(stem(each) for each in fold(text).split())


def words(text: str) -> list[str]:
    """The stems of a text in order, stop words included. A word written with half-spaces gives itself joined and its
    parts, so that all three ways of writing it meet."""
    return _stems(_cut(fold(text, half_space=HALF_SPACE)))


def _cut(folded: str) -> list[str]:
    found: list[str] = _WORD.findall(folded)
    return found


def _stems(cut: Iterable[str]) -> list[str]:
    found: list[str] = []
    for word in cut:
        parts = word.split(HALF_SPACE)
        if len(parts) > 1:
            found.append(stem("".join(parts)))
        found += [stem(part) for part in parts]
    return found


def telling(stems: Iterable[str]) -> list[str]:
    """Without stop words; when nothing else is there, as it was."""
    stems = list(stems)
    return [each for each in stems if each not in STOP_WORDS] or stems


def _matter(cut: Iterable[str]) -> tuple[str, ...]:
    """Different stems of what is neither a stop word nor said to be polite."""
    found, beside, polite = [], [], False
    for word in cut:
        parts = [stem(part) for part in _APART.split(word)]
        polite = polite or not _POLITE.isdisjoint(parts)
        beside += [part for part in parts if part in _ASIDE]
        if left := [part for part in parts if part not in _QUIET]:
            found += [stem(word.replace(HALF_SPACE, "")), *left]
    return tuple(dict.fromkeys(found if polite else found + beside))


def _pairs_of(text: str) -> dict[str, str]:
    found = fold(text).split()
    return dict(zip(found[::2], found[1::2], strict=True))


_BOOKISH = _pairs_of(_SPOKEN)


def stem(word: str) -> str:
    """A folded word without its commonest endings, spoken Persian as it is written; light, so that different words
    rarely meet."""
    if word.isascii():
        return _stem_en(word)
    word = _BOOKISH.get(word, word)
    verb = _VERB.fullmatch(word)
    if verb:
        word = verb.group(1)
    if not word.endswith(_FA_ENDINGS):
        return word
    for ending in _FA_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_LETTERS:
            return word[: -len(ending)]
    return word


# Whose it is, as people say and write it, also before «را»; longest first. What must be left at least, and how likely
# it is then meant: one letter ends many other words.
_OWNED = (("شونو", 2, 0.95), ("تونو", 2, 0.95), ("مونو", 2, 0.95), ("شون", 2, 0.95), ("تون", 2, 0.95), ("مون", 2, 0.95),
          ("شان", 3, 0.95), ("تان", 3, 0.95), ("مان", 3, 0.95), ("مو", 3, 0.9), ("تو", 3, 0.9), ("شو", 3, 0.9),
          ("م", 3, 0.8), ("ش", 3, 0.8), ("ت", 4, 0.8))
_WHOLE = frozenset(("سازمان", "ساختمان", "گفتمان", "درمان", "دودمان", "قهرمان", "پریشان"))


def owned(word: str) -> Iterator[tuple[str, float]]:
    """What a stem that nobody used may be without its possessive («قبضتون», «کتاباشون», «قبضم»), and how likely, 0..1.
    Only for words that are not known: «سازمان» is nobody's. «باستون» is «باستان» as people say it, not theirs."""
    if word.endswith("ون") and len(word) > _STEM_LETTERS:
        yield f"{word[:-2]}ان", 0.95
    for ending, least, like in () if word in _WHOLE else _OWNED:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            for bare in dict.fromkeys((rest, stem(rest), rest.removesuffix("ا"))):
                if len(bare) >= least and bare not in STOP_WORDS:
                    yield bare, like


def _stem_en(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or word.isdigit():
        return word.removesuffix("'s")
    for ending, instead in _EN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_LETTERS:
            word = word[: -len(ending)] + instead
            break
    # "stopped" and "stop", "charge" and "charging" meet.
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == "e" else word


_POLITE = _stems_of(_GREETINGS)
_ASIDE = _stems_of(_BESIDE + " ".join(noun + ending for noun in _OF_THE_DAY.split() for ending in _YOURS))
_LITTLE = _stems_of(_FA_STOP + _EN_STOP + _DENIED)
_QUIET = _LITTLE | _POLITE | _ASIDE


def content(text: str) -> set[str]:
    """Different stems of a text that are no stop words."""
    return set(words(text)) - _LITTLE


def spaced(text: str) -> str:
    """The folded text with a space around it and in place of each half-space: what runs of letters are cut from."""
    return _framed(fold(text, half_space=HALF_SPACE))


def _framed(folded: str) -> str:
    return f" {folded.replace(HALF_SPACE, ' ')} "


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question cut into its pieces once, for everything that compares it."""

    stems: tuple[str, ...]
    written: tuple[str, ...]  #: folded words with their endings, half-spaces closed
    asked: tuple[str, ...]  #: different stems that tell something
    spaced: str  #: what runs of letters are cut from
    also: Mapping[str, tuple[tuple[str, float], ...]]  #: stem -> synonyms of it and what they count, 0..1
    matter: tuple[str, ...]  #: stems that are left of it without stop words and greetings


def read(text: str) -> Question:
    """The beginning of a question, in pieces."""
    folded = fold(text[:QUERY_CHARS], half_space=HALF_SPACE)
    cut = _cut(folded)
    stems = _stems(cut)
    return Question(stems=tuple(stems), written=tuple(word.replace(HALF_SPACE, "") for word in cut),
                    asked=tuple(telling(dict.fromkeys(stems))), spaced=_framed(folded), also={}, matter=_matter(cut))
