"""Other ways to read a question that was found in no article: Persian in Latin letters, the wrong keyboard. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice, product

_CHARS = 300  #: of a question that is read otherwise
_BETTER = 0.15  #: so much surer another reading must be
_WAYS = 600  #: spellings tried for one word
_WORDS = 12

# The Persian standard keyboard (ISIRI 9147) over the American one, key by key; older ones have «ئ» for «پ».
_EN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,\\"
_FA_KEYS = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپوژ"
_TO_FA = {ord(en): fa for en, fa in zip(_EN_KEYS, _FA_KEYS, strict=True)} | {
    ord("H"): "آ", ord("C"): "ژ", ord("?"): "؟", ord("`"): "پ"}
# Arabic keyboards, and Persian ones of another make, write other letters on the same keys.
_TO_EN = {ord(fa): en for en, fa in zip(_EN_KEYS, _FA_KEYS, strict=True)} | {
    ord("ي"): "d", ord("ك"): ";", ord("ئ"): "m", ord("آ"): "h", ord("؟"): "?"}

# Latin spellings of Persian sounds, longest first; each with its writings, the commonest first.
_SOUNDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sh", ("ش",)), ("ch", ("چ",)), ("kh", ("خ",)), ("gh", ("ق", "غ")), ("zh", ("ژ",)), ("oo", ("و",)), ("ou", ("و",)),
    ("ee", ("ی",)), ("ei", ("ی",)), ("ey", ("ی",)), ("ay", ("ای", "ی")), ("aa", ("ا",)), ("ts", ("ت",)),
    ("a", ("", "ا")), ("e", ("",)), ("o", ("", "و")), ("i", ("ی",)), ("u", ("و", "")), ("y", ("ی",)),
    ("b", ("ب",)), ("p", ("پ",)), ("t", ("ت", "ط")), ("s", ("س", "ص", "ث")), ("j", ("ج",)), ("h", ("ه", "ح")),
    ("d", ("د",)), ("z", ("ز", "ذ", "ض", "ظ")), ("r", ("ر",)), ("f", ("ف",)), ("q", ("ق", "غ")), ("k", ("ک",)),
    ("g", ("گ",)), ("l", ("ل",)), ("m", ("م",)), ("n", ("ن",)), ("v", ("و",)), ("w", ("و",)), ("x", ("خ", "کس")),
    ("c", ("ک", "س")), ("'", ("ع", "")), ("3", ("ع",)), ("7", ("ح",)),
)  # fmt: skip
_START = {"a": ("ا", "ع", "آ"), "e": ("ا", "ع"), "o": ("ا", "ع"), "aa": ("آ",), "i": ("ای",), "u": ("او",),
          "oo": ("او",)}
_END = {"e": ("ه", ""), "eh": ("ه",), "a": ("ا", "ه"), "o": ("و",)}
_SOUND_OF = dict(_SOUNDS)
_LATIN = re.compile(r"[a-z'37]+")
_PERSIAN = re.compile("[\u0620-\u064a\u066e-\u06d3]")


def others(question: str, known: Callable[[str], bool]) -> list[str]:
    """Readings worth a try, the likeliest first. `known` says whether a word is used at all: of the many ways to write
    a Latin spelling in Persian the first that people use is taken."""
    text = question[:_CHARS].strip()
    found = []
    if _PERSIAN.search(text):
        found.append(text.translate(_TO_EN))
    elif _LATIN.search(text.lower()):
        found += [persian(text.lower(), known), text.translate(_TO_FA), text.lower().translate(_TO_FA)]
    return [each for each in dict.fromkeys(found) if each and each != text]


def is_better(confidence: float, before: float) -> bool:
    """Whether another reading found so much more that it is what was meant."""
    return confidence >= before + _BETTER


def persian(text: str, known: Callable[[str], bool]) -> str:
    """Latin spelling as Persian writing, word by word; "" when no word of it is one that people use."""
    written, any_known = [], False
    for word in text.split()[:_WORDS]:
        ways = spellings(word)
        used = [way for way in ways if known(way)]
        any_known = any_known or bool(used)
        written += used[:1] or ways[:1]
    return " ".join(written) if any_known else ""


def spellings(word: str) -> list[str]:
    """How a Latin spelling may be written in Persian, the likeliest first; at most some hundreds."""
    sounds = _sounds(word[:20])
    choices = [_writings(sound, at, len(sounds)) for at, sound in enumerate(sounds)]
    every = islice(product(*[range(len(choice)) for choice in choices]), _WAYS)
    ranked = sorted(every, key=lambda way: (sum(way), way))
    made = ("".join(choice[at] for choice, at in zip(choices, way, strict=True)) for way in ranked)
    return [each for each in dict.fromkeys(made) if each]


def _sounds(word: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(word):
        size = next((size for size in (2, 1) if word[at : at + size] in _SOUND_OF), 0)
        sound = word[at : at + size]
        if size == 1 and found and found[-1] == sound and sound not in "aeiou":
            size = 1  # a doubled consonant is written once
        elif size:
            found.append(sound)
        at += size or 1
    return found


def _writings(sound: str, at: int, sounds: int) -> tuple[str, ...]:
    if at == 0 and sound in _START:
        return _START[sound]
    if at == sounds - 1 and sound in _END:
        return _END[sound]
    return _SOUND_OF[sound]
