"""A contact centre on a virtual clock around the product's own router: scenarios, replay of a journal, staffing.

It may draw by chance and write pictures; it never touches a running desk. docs/simulation.md is the manual.
"""

from __future__ import annotations

from router.simulation.command import Question, simulate

__all__ = ["Question", "simulate"]
