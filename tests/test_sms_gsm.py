"""Lengths and cuts of text messages: a table of cases, a property, and vectors made with an independent codec."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms import gsm

VECTORS = Path(__file__).resolve().parents[2] / "shared" / "data" / "sms" / "vectors.json"

CASES = [
    ("empty", "", "gsm7", [0]),
    ("160 Latin letters are one message", "a" * 160, "gsm7", [160]),
    ("161 are two, with room for the header", "a" * 161, "gsm7", [153, 8]),
    ("a euro sign is two septets", "€", "gsm7", [2]),
    ("an escape pair is not cut", "a" * 152 + "€" + "a" * 20, "gsm7", [152, 22]),
    ("70 Persian letters are one message", "س" * 70, "ucs2", [70]),
    ("71 are two", "س" * 71, "ucs2", [67, 4]),
    ("252 Persian letters are four", "س" * 252, "ucs2", [67, 67, 67, 51]),
    ("a half-space makes it UCS-2", "a\u200cb", "ucs2", [3]),
    ("a surrogate pair is not cut", "س" * 66 + "😀" + "س" * 10, "ucs2", [66, 12]),
    ("a backtick is not in the alphabet, a paragraph sign is", "`", "ucs2", [1]),
    ("paragraph sign", "§", "gsm7", [1]),
    ("the escape itself is no character", "\x1b", "ucs2", [1]),
    ("form feed is in the extension", "\f", "gsm7", [2]),
]


@pytest.mark.parametrize(("text", "kind", "parts"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_lengths(text: str, kind: str, parts: list[int]) -> None:
    found = gsm.alphabet(text)
    assert found.name == kind
    assert [sum(gsm.cost(char, found) for char in part) for part in gsm.split(text)] == parts
    assert gsm.units(text) == sum(parts)


def test_packing_as_published() -> None:
    assert gsm.pack(gsm.septets("hello")).hex() == "e8329bfd06"
    assert gsm.pack(gsm.septets("hellohello")).hex() == "e8329bfd4697d9ec37"
    assert gsm.decode(gsm.unpack(bytes.fromhex("e8329bfd4697d9ec37"), 10)) == "hellohello"


def test_a_foreign_character_has_no_septets() -> None:
    with pytest.raises(ValueError, match="outside"):
        gsm.septets("سلام")


def test_against_reference_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    if not VECTORS.exists():
        with capsys.disabled():
            print("\nNo reference vectors in ../shared/data/sms beside the project: only the table above was checked.")
        return
    vectors: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    assert len(vectors) > 20
    for vector in vectors:
        text = vector["text"]
        kind = gsm.alphabet(text)
        assert (kind is gsm.GSM7) == vector["gsm7"], text
        assert [sum(gsm.cost(c, kind) for c in part) for part in gsm.split(text)] == vector["parts"], text
        if vector["gsm7"]:
            codes = gsm.septets(text)
            assert codes.hex() == vector["septets_hex"], text
            assert len(codes) == vector["septets"] == gsm.units(text)
            assert gsm.pack(codes).hex() == vector["packed_hex"], text
            assert gsm.decode(gsm.unpack(gsm.pack(codes), len(codes))) == text
        else:
            assert gsm.units(text) == vector["ucs2_units"], text


LETTERS = st.one_of(st.sampled_from(gsm.BASIC + "€{}[]^\\~|😀سلام\u200c"), st.characters())
WORDS = st.text(alphabet=LETTERS, max_size=500)


@settings(deadline=None)
@given(WORDS)
def test_parts_are_the_whole_and_fit(text: str) -> None:
    kind, parts = gsm.alphabet(text), gsm.split(text)
    assert "".join(parts) == text
    room = kind.single if len(parts) == 1 else kind.part
    for part in parts:
        assert sum(gsm.cost(char, kind) for char in part) <= room
    # No part could have taken the first character of the next: the split is the shortest.
    for part, after in itertools.pairwise(parts):
        assert sum(gsm.cost(char, kind) for char in part + after[0]) > kind.part


@settings(deadline=None)
@given(st.text(alphabet=[c for c in gsm.BASIC + "€{}[]^\\~|\f" if c != "\x1b"], max_size=200))
def test_septets_come_back(text: str) -> None:
    codes = gsm.septets(text)
    assert gsm.decode(gsm.unpack(gsm.pack(codes), len(codes))) == text


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_octets_decode(octets: bytes, count: int) -> None:
    assert len(gsm.decode(gsm.unpack(octets, count))) <= count
