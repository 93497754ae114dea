"""Honest waiting time: a place and an interval, never a point, with the coverage it has reached. Pure.

`Estimator` is told what happens and learns; `interval` is the first guess where nobody tells it.
"""

from __future__ import annotations

from router.rules.wait.bearing import graded, own
from router.rules.wait.estimator import Estimator
from router.rules.wait.interval import interval
from router.rules.wait.kinds import SPOKEN, Estimate, Kind, Pace, brought, needed, ranked
from router.rules.wait.model import Record

__all__ = ["SPOKEN", "Estimate", "Estimator", "Kind", "Pace", "Record", "brought", "graded", "interval", "needed",
           "own", "ranked"]
