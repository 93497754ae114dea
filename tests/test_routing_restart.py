"""The first picture after a restart: the collector of garbage rests only while it is built, and comes back."""

from __future__ import annotations

import gc

import pytest

from router.dispatch.collector import uncollected


def test_the_collector_comes_back_whatever_happens() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="no picture"), uncollected():
        raise ValueError("no picture")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
