"""Subjects of mail compared: what stands before them in many languages is no part of them. Pure."""

from __future__ import annotations

import re

from router.rules.text import fold

_LONGEST = 500
_REPLY = re.compile(
    r"\s{0,9}(?:re|aw|antw|antwort|sv|vs|odp|ynt|yanıt|rif|res|ref|ответ|отв|پاسخ|جواب|در ?پاسخ ?به|رد|回复|答复|回覆)"
    r"\s{0,3}(?:\[\d{1,3}\]|\(\d{1,3}\)|\^?\d{1,3})?\s{0,3}[:：]", re.IGNORECASE)
_FORWARD = re.compile(
    r"\s{0,9}(?:fwd?|wg|tr|rv|i|ilt|enc|vb|пересл|fs|ارسال|هدایت|بازارسال|ارجاع|إعادة توجيه|转发|轉寄)"
    r"\s{0,3}(?:\[\d{1,3}\])?\s{0,3}[:：]", re.IGNORECASE)
_OURS = re.compile(r"\[#[^\[\]]{1,60}\]")
_TAG = re.compile(r"\s{0,9}\[(?:external|ext|خارجی|spam|\*+spam\*+)\]", re.IGNORECASE)


def answers(subject: str) -> bool:
    """Whether it says that this is an answer; a forward is none, also when an answer was passed on."""
    subject = subject[:_LONGEST]
    for _ in range(3):
        subject = _TAG.sub("", subject, count=1)
    return bool(_REPLY.match(subject))


def base(subject: str) -> str:
    """What it is about, folded, without prefixes and our own mark; "" when nothing is left."""
    subject = _OURS.sub(" ", subject[:_LONGEST])
    for _ in range(10):
        shorter = _TAG.sub("", subject, count=1) if _TAG.match(subject) else subject
        found = _REPLY.match(shorter) or _FORWARD.match(shorter)
        shorter = shorter[found.end():] if found else shorter
        if shorter == subject:
            break
        subject = shorter
    return " ".join(fold(subject).split())
