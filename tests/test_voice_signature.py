"""The carrier's signature: published vectors, an independent signer, and everything that must not pass."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from channels.voice.signature import algorithm_of, genuine, signature

VECTORS = json.loads((Path(__file__).parent / "cases/voice/signatures.json").read_text(encoding="utf-8"))
URL = "https://desk.example/channels/line/digits?l=fa&n=2"
FORM = [("CallSid", "CA1"), ("Digits", "1")]


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_published_vectors(case: dict[str, Any]) -> None:
    form = [tuple(pair) for pair in case["form"]]
    assert signature(case["token"], case["url"], form) == case["signature"]
    assert genuine(case["token"], case["url"], form, None, case["signature"])


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.text(min_size=1, max_size=40, alphabet="abcXYZ09"), st.lists(st.tuples(texts, texts), max_size=8),
       st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_an_independent_signer_agrees(token: str, form: list[tuple[str, str]], algorithm: str) -> None:
    signed = RequestValidator(token).compute_signature(URL, MultiDict(form), algorithm)
    assert genuine(token, URL, form, None, signed, settings=f"key=k1,algorithm={algorithm}")
    assert RequestValidator(token).validate(URL, MultiDict(form), signature(token, URL, form))


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5), st.data())
def test_any_change_is_noticed(form: list[tuple[str, str]], data: st.DataObject) -> None:
    signed = signature("token", URL, form)
    index = data.draw(st.integers(0, len(form) - 1))
    key, value = form[index]
    changed = [*form[:index], (key, value + "x"), *form[index + 1:]]
    assert not genuine("token", URL, changed, None, signed)
    assert not genuine("token", URL + "0", form, None, signed)
    assert not genuine("other", URL, form, None, signed)


def test_json_is_covered_by_its_digest() -> None:
    body = '{"سلام": 1}'
    digest = hashlib.sha256(body.encode()).hexdigest()
    url = f"https://desk.example/channels/line/status?bodySHA256={digest}"
    signed = RequestValidator("t").compute_signature(url, {})
    assert RequestValidator("t").validate(url, body, signed)
    assert genuine("t", url, [], body.encode(), signed)
    assert not genuine("t", url, [], body.encode() + b" ", signed)
    plain = "https://desk.example/channels/line/status"
    assert not genuine("t", plain, [], body.encode(), RequestValidator("t").compute_signature(plain, {}))


@pytest.mark.parametrize(("public", "signed"), [
    ("https://desk.example/x?y=1", "https://desk.example:443/x?y=1"), ("https://desk.example:443/x", "https://desk.example/x"),
    ("http://desk.example/x", "http://desk.example:80/x"), ("http://127.0.0.1:8080/x", "http://127.0.0.1/x"),
    ("http://[::1]:8080/x", "http://[::1]/x")])
def test_the_default_port_may_be_written_or_not(public: str, signed: str) -> None:
    assert genuine("t", public, FORM, None, signature("t", signed, FORM))


@pytest.mark.parametrize(("token", "given_signature", "settings"), [
    ("", signature("", URL, FORM), ""), ("t", "", ""), ("t", "x", ""), ("t", "\udc80é", ""),
    ("t", signature("t", URL, FORM), "algorithm=HMAC_MD5"),
    ("t", signature("t", URL, FORM), "algorithm=HMAC_SHA256")],
    ids=["no token is no open door", "no signature", "nonsense", "not ASCII", "unknown algorithm", "other algorithm"])
def test_refused(token: str, given_signature: str, settings: str) -> None:
    assert not genuine(token, URL, FORM, None, given_signature, settings=settings)


def test_the_algorithm_header() -> None:
    assert algorithm_of("") == algorithm_of("key=a") == "HMAC_SHA1"
    assert algorithm_of("key=a, algorithm=hmac_sha256") == "HMAC_SHA256"
    assert algorithm_of("algorithm=none") == ""
