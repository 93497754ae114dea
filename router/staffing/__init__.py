"""How many people it takes: by formula for one kind of work, by simulation with the router's own core for several.

It reads forecasts and prints; it never touches a running desk. docs/staffing.md is the manual.
"""

from __future__ import annotations

from router.staffing.command import Wish, staff

__all__ = ["Wish", "staff"]
