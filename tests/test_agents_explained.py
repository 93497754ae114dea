"""The router's terms in words: what reads like a number and is none, and steps that bring nobody."""

from __future__ import annotations

import pytest

from agents import explained


@pytest.mark.parametrize("code", ["keep", "overflow"])
def test_either_or_is_said_as_such(code: str) -> None:
    assert explained.text(code, 1, {}) == {"en": "yes", "fa": "بله"}
    assert explained.text(code, 0, {}) == {"en": "no", "fa": "خیر"}
    assert explained.text("lack", 1, {}) is None  # a count stays one
    assert explained.text("overflow", [{"step": 1}], {}) is None


def test_only_steps_that_bring_somebody_are_named() -> None:
    steps = [{"in_ms": 60_000, "adds": 0}, {"in_ms": 120_000, "adds": 1}, {"in_ms": 300_000, "adds": 12}]
    assert explained.text("rings", steps, {}) == {
        "en": "in 2 min 1 more colleague; in 5 min 12 more colleagues",
        "fa": "تا ۲ دقیقه دیگر ۱ همکار بیشتر؛ تا ۵ دقیقه دیگر ۱۲ همکار بیشتر"}
    assert explained.text("rings", steps[:1], {}) == {
        "en": "none that more colleagues could serve", "fa": "هیچ گامی که همکار بیشتری بیاورد"}
    assert explained.text("rings", [], {}) is None
