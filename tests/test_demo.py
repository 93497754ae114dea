"""The demo empties only a folder that it made itself; whatever cannot begin says so before it begins."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

import run
from demo.town import emptied


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    assert not emptied(tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "dear"


def test_an_old_town_is_emptied_and_an_empty_or_new_folder_taken(tmp_path: Path) -> None:
    place = tmp_path / "town"
    assert emptied(place)
    (place / "pishkhan.db").write_text("old")
    assert emptied(place) and not (place / "pishkhan.db").exists()


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                     command: str) -> None:
    config = tmp_path / "config.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config.write_text(f'[server]\nport = {port}\n[storage]\nfolder = "{tmp_path / "data"}"\n', encoding="utf-8")
        asked = ["--port", str(port), "--folder", str(tmp_path / "town")] if command == "demo" else []
        assert run.main(["--config", str(config), command, *asked]) == 2
    assert f"127.0.0.1:{port}: Address already in use" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"], "nothing was begun"
