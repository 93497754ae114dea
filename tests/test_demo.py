"""The demo empties only a folder that it made itself."""

from __future__ import annotations

from pathlib import Path

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
