"""Other ways to read a question that was found in no article: Persian in Latin letters, the wrong keyboard. Pure."""

from __future__ import annotations


def others(question: str) -> list[str]:
    """Readings worth a try, the likeliest first."""
    return []


def is_better(confidence: float, before: float) -> bool:
    """Whether another reading found so much more that it is what was meant."""
    return confidence > before
