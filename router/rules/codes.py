"""References that people can dictate: nine digits and a check digit (Damm, 2004), shown in groups of three and four.

The check digit finds every single wrong digit and every swap of neighbours, in Persian and Latin digits alike.
"""

from __future__ import annotations

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2), (7, 0, 9, 2, 1, 5, 4, 8, 6, 3), (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6), (6, 1, 2, 3, 0, 4, 5, 9, 7, 8), (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4), (8, 9, 4, 5, 3, 6, 2, 0, 1, 7), (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
SPACE = 10**9  #: how many references there are
_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩")}


def reference(number: int) -> str:
    """The reference of a number below SPACE, e.g. 482913557 -> "482-913-5573"."""
    digits = f"{number:09d}"
    whole = digits + str(_check(digits))
    return f"{whole[:3]}-{whole[3:6]}-{whole[6:]}"


def read(text: str) -> str | None:
    """The canonical reference in what a person typed or said; None when it is not one."""
    digits = "".join(c for c in text.translate(_DIGITS)[:40] if c.isascii() and c.isdigit())
    if len(digits) != 10 or _check(digits) != 0:
        return None
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _check(digits: str) -> int:
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state
