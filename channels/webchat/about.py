"""What visitors say of themselves, as addresses. PURE; proves nothing."""

from __future__ import annotations

import re

from router.model import Address, Medium
from router.rules.phone import canonical
from router.rules.text import clean

EMAIL_CHARS = 254  # RFC 5321, 4.5.3.1.3
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def email(value: object) -> str:
    """The address in lower case; "" when it is none."""
    text = clean(value, limit=EMAIL_CHARS + 1).strip().lower() if isinstance(value, str) else ""
    return text if len(text) <= EMAIL_CHARS and _EMAIL.fullmatch(text) else ""


def phone(value: object) -> str:
    """The number as +E.164, Persian digits and the national way of writing taken; "" when it is none."""
    number = canonical(value) if isinstance(value, str) else ""
    return number if _PHONE.fullmatch(number) else ""


def addresses(*, email: object, phone: object) -> tuple[Address, ...]:
    """Where these reach: mail, and both ways of a telephone."""
    found = [Address(medium=Medium.EMAIL, value=mail)] if (mail := _email(email)) else []
    if number := _phone(phone):
        found += [Address(medium=Medium.SMS, value=number), Address(medium=Medium.VOICE, value=number)]
    return tuple(found)


_email, _phone = email, phone
