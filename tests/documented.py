"""What the code offers and docs/ must describe, found by looking at the code. Reads; starts nothing."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def channel_settings() -> Iterator[tuple[str, type]]:
    """(folder, its Settings) for every medium that has an adapter."""
    for adapter in sorted((ROOT / "channels").glob("*/adapter.py")):
        module = importlib.import_module(f"channels.{adapter.parent.name}.adapter")
        if hasattr(module, "Settings"):
            yield adapter.parent.name, module.Settings
