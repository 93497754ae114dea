"""`run.py inspect email`: one account per file, whatever is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from channels.email.inspect import inspect

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases" / "email" / "mail"
KEYS = {"file", "fate", "sender", "subject", "text", "new_text", "html", "attachments", "automatic", "bounce",
        "language", "external_id", "references", "quarantine"}


async def told(files: list[Path], *, as_json: bool = True) -> tuple[int, list[str]]:
    lines: list[str] = []
    status = await inspect([str(path) for path in files], as_json=as_json, write=lines.append)
    return status, lines


async def test_one_object_a_line() -> None:
    files = sorted(CASES.glob("*.eml"))
    status, lines = await told(files)
    assert status == 0 and len(lines) == len(files)
    for path, line in zip(files, lines, strict=True):
        seen, truth = json.loads(line), json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        assert set(seen) >= KEYS and "\n" not in line
        assert seen["fate"] == truth["fate"] and seen["text"] == truth["text"] and seen["file"] == str(path)
        assert seen["sender"]["address"] == truth["sender"]
        assert [list(each.values()) for each in seen["attachments"]] == truth["uploads"]


async def test_bounce_for_a_person_and_for_a_program() -> None:
    _, [line] = await told([CASES / "postfix-bounce.eml"])
    assert json.loads(line)["bounce"] == {
        "permanent": True, "recipient": "ali@gone.example", "code": "5.1.1",
        "reason": "550 5.1.1 <ali@gone.example>: Recipient address rejected: User unknown",
        "references": ["p.0123456789abcdef0123.reply-9@city.example"]}
    _, [text] = await told([CASES / "postfix-bounce.eml"], as_json=False)
    assert "fate        bounce" in text and "will not arrive: ali@gone.example 5.1.1" in text
    _, [reply] = await told([CASES / "gmail-fa-reply.eml"], as_json=False)
    assert "fate        continues" in reply and "مدارک را فرستادم" in reply and "with quotes" in reply


@pytest.mark.parametrize("content", [
    b"", b"\n", b"\0" * 1000, bytes(range(256)) * 40, b"From: \xff", "سلام".encode("utf-16")])
async def test_any_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(content)
    status, [line] = await told([path])
    assert status == 0 and json.loads(line)["fate"] == "quarantined" and json.loads(line)["quarantine"]


async def test_a_missing_file_is_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    status, lines = await told([tmp_path / "no.eml", tmp_path, CASES / "web-form.eml"])
    assert status == 1 and "error" in json.loads(lines[0]) and "error" in json.loads(lines[1])
    assert json.loads(lines[2])["fate"] == "new"


def test_from_the_command_line() -> None:
    done = subprocess.run([sys.executable, "run.py", "inspect", "email", "--json", str(CASES / "web-form.eml")],
                          cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["sender"] == {"address": "form@city.example", "name": "Web form"}
