"""Bytes of any origin and label become clean text. PURE; never raises, whatever the label says."""

from __future__ import annotations

import codecs
import re

from router.rules.text import clean as tidy

#: Labels of the wild that Python does not know, or knows as something narrower than what senders mean
#: (the WHATWG encoding standard reads them the same way).
_ALIASES = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252",
    "ansi_x3.4-1968": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "unicode-1-1-utf-7": "utf-7",
    "x-mac-farsi": "mac_farsi", "x-mac-arabic": "mac_arabic", "macintosh": "mac_roman", "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic", "unicode-1-1-utf-8": "utf-8", "x-unicode-2-0-utf-8": "utf-8",
    "win-1256": "cp1256", "x-cp1256": "cp1256", "ms-arab": "cp1256", "utf8mb4": "utf-8", "big5-hkscs": "big5hkscs",
}
#: Only codecs that map bytes to text; never rot13, zlib, idna, punycode, unicode_escape, undefined, mbcs.
_TEXT_CODEC = re.compile(
    r"utf-?(7|8|8-sig|16|16-le|16-be|32|32-le|32-be)|ascii|iso8859-\d+|cp\d+|koi8-[rut]|mac[-_][a-z0-9]+|"
    r"gb2312|gbk|gb18030|hz|big5|big5hkscs|euc_\w+|shift_jis\w*|iso2022_\w+|johab|tis-620|ptcp154|kz1048"
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
#: Letters of Persian and Arabic in windows-1256.
_ARABIC_1256 = frozenset(b"\x81\x8d\x8e\x8f\x90\x98\x9a\xaa\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce"
                         b"\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe1\xe3\xe4\xe5\xe6\xec"
                         b"\xed\x9d\xa1\xbf")
_SAMPLE = 20_000


def codec(label: str) -> str:
    """Python's name of a text codec for a charset label, or "" when the label means nothing usable."""
    name = label.strip(" \t\r\n\"';").lower()[:60]
    name = name.removeprefix("charset=").strip(" \"'").split("*")[0]
    if "\0" in name:
        return ""
    name = _ALIASES.get(name, name)
    for candidate in (name, re.sub(r"^(cp|windows|ibm)[-_ ]", "cp", name)):
        try:
            found = codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
        if _TEXT_CODEC.fullmatch(found):
            return found
    return ""


def decode(data: bytes, label: str = "") -> str:
    """The text, with line feeds only and without NUL, surrogates and other controls.

    The label is believed unless the bytes speak against it: valid UTF-8 under a one-byte label is UTF-8, and
    letters that stand in runs as Persian does under a Latin label are windows-1256.
    """
    return clean(_decode(data, label))


def clean(text: str) -> str:
    """The house's `text.clean` for texts of any length; most need nothing, and one look tells."""
    return tidy(text, limit=len(text)) if _UNWANTED.search(text) else text


def _decode(data: bytes, label: str) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark):].decode(name, "replace")
    name = codec(label)
    if data.isascii() and name not in ("utf-7", "hz") and not name.startswith(("utf-16", "utf-32", "iso2022")):
        return data.decode("ascii")
    one_byte = not name or name.startswith(("cp12", "iso8859", "koi8", "mac", "cp874", "cp8", "cp4", "cp7", "ascii"))
    if one_byte or name in ("utf-8", "utf-8-sig"):
        if (text := _strict(data, "utf-8")) is not None:
            return text
        if not name or name in ("cp1252", "utf-8", "utf-8-sig", "cp1254"):
            return _guess(data, name)
    try:
        return data.decode(name, "replace")
    except (UnicodeError, ValueError):
        return _guess(data, "")


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _guess(data: bytes, name: str) -> str:
    """Not valid UTF-8: a damaged UTF-8, or windows-1256, or Western."""
    sample = data[:_SAMPLE]
    text = sample.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    good = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
    if good > damaged * 2:
        return data.decode("utf-8", "replace")
    runs = _HIGH_RUN.findall(sample)
    high = sum(map(len, runs))
    arabic = sum(byte in _ARABIC_1256 for run in runs for byte in run)
    # A Latin text has its accents one by one; Arabic letters come in words.
    if high and arabic >= 0.8 * high and high >= 2 * len(runs):
        return data.decode("cp1256", "replace")
    return data.decode("cp1254" if name == "cp1254" else "cp1252", "replace")
