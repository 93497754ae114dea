"""What docs/operation.md tells an operator to do works, on a desk that goes on working."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from router.model import Upload
from tests import fake
from tests.house import read, running

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def _backup(source: Path, target: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "tools" / "backup.sh"), str(source), str(target), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHON": sys.executable})
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_a_backup_of_a_working_desk_starts_as_a_desk(tmp_path: Path) -> None:
    document = Upload(name="plan.pdf", media_type="application/pdf", content=b"%PDF a plan")
    line = {"line": {"medium": "sms"}}
    async with running(tmp_path, line) as house:
        await house.intake(fake.said("before", uploads=(document,)))
        stop = asyncio.Event()

        async def goes_on() -> int:
            count = 0
            while not stop.is_set():
                await house.intake(fake.said(f"meanwhile-{count}"))
                count += 1
            return count

        async with asyncio.TaskGroup() as group:
            busy = group.create_task(goes_on())
            status, said = await _backup(tmp_path / "data", tmp_path / "copy")
            stop.set()
        assert status == 0, said
        assert busy.result() > 0
        everything = await read(house, _messages)
    (tmp_path / "again").mkdir()
    (tmp_path / "copy").rename(tmp_path / "again" / "data")
    async with running(tmp_path / "again", line) as house:
        kept = await read(house, _messages)
        assert kept[0].external_id == "before"
        assert kept == everything[:len(kept)]
        assert await house.store.blobs.read(kept[0].attachments[0].digest) == document.content
        accepted = await house.intake(fake.said("before", uploads=(document,)))
        assert accepted.fate == "duplicate"


def _messages(tx: Any) -> Any:
    return list(tx.messages.of(1, limit=100_000))


async def test_a_backup_never_writes_over_another(tmp_path: Path) -> None:
    async with running(tmp_path):
        assert (await _backup(tmp_path / "data", tmp_path / "copy"))[0] == 0
        status, said = await _backup(tmp_path / "data", tmp_path / "copy")
        assert status != 0
        assert "exists" in said
        status, said = await _backup(tmp_path / "nowhere", tmp_path / "other")
        assert status != 0
        assert "there is no such database" in said
