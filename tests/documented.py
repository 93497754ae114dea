"""What the code offers and docs/ must describe, found by looking at the code. Reads; starts nothing."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

_ROW = re.compile(r"^\| *`([^`]+)` *\|(.*)\|\s*$", re.MULTILINE)


def channel_settings() -> Iterator[tuple[str, str, type]]:
    """(medium, the folder that serves it, its Settings) for every medium whose adapter is there."""
    registry = importlib.import_module("channels.registry")
    for medium, module in registry._MODULES.items():
        if (ROOT / (module.replace(".", "/") + ".py")).exists():
            yield medium.value, module.split(".")[1], registry.kind(medium.value).settings


def section(page: Path, title: str) -> str:
    """The part of a page under `## title`, up to the next heading of that level."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"{page.relative_to(ROOT)} has no section '## {title}'"
    return found[1]


def rows(text: str) -> dict[str, list[str]]:
    """Table rows whose first cell is one `word`: the word, and the other cells."""
    return {name: [cell.strip() for cell in re.split(r"(?<!\\)\|", rest)] for name, rest in _ROW.findall(text)}


def default_of(spec: Field[Any]) -> Any:
    """A field's default; MISSING when it is needed."""
    if spec.default is not MISSING:
        return spec.default
    return spec.default_factory() if spec.default_factory is not MISSING else MISSING


def names_of(kind: type) -> list[str]:
    """Field names of a dataclass."""
    return [spec.name for spec in fields(kind)]
