"""Prints a table of figures with medians and the ratio to a limit."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: several runs of one thing. `better` is "more" or "less"."""

    name: str
    unit: str
    runs: tuple[float, ...]
    limit: bool = False  #: what the others are compared with

    @property
    def median(self) -> float:
        """The middle run."""
        return statistics.median(self.runs)


def show(title: str, rows: Sequence[Row], write: Callable[[str], None]) -> None:
    """The rows under a title; ratios against the row that is the limit."""
    limit = next((row.median for row in rows if row.limit), None)
    write(f"\n{title}")
    for row in rows:
        low, high = min(row.runs), max(row.runs)
        ratio = f"{row.median / limit:8.2f} x limit" if limit else ""
        write(f"  {row.name:<46}{row.median:>10.1f} {row.unit:<6} ({low:.1f} .. {high:.1f}){ratio}")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
