"""A small town as a scenario, for tests: three channels, three skills, two kinds of citizens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from router.simulation.reading import parse
from router.simulation.scenario import Scenario


def town(*, agents: int = 20, hours: int = 4, load: float = 1.0) -> dict[str, Any]:
    """A new table each time; a scale of 20 agents is well staffed, `load` multiplies demand."""
    scale = agents / 20 * load
    seconds = hours * 3600
    mixes = {"skill_mix": {"cards": 0.3, "loans": 0.7}, "segment_mix": {"vip": 0.2, "ordinary": 0.8}}
    return {
        "title": "A town", "horizon_s": seconds, "drain_s": 3600, "open_at": "8:00", "capacity_points": 6,
        "channels": {
            "voice": {"points": 6, "work": {"dist": "lognormal", "mean_s": 200, "cv": 1.0}, "wrap_mean_s": 20,
                      "offer_timeout_s": 20, "accept_mean_s": 3, "no_answer_p": 0.02},
            "chat": {"points": 2, "work": {"dist": "exp", "mean_s": 300}, "wrap_mean_s": 0, "offer_timeout_s": 30,
                     "accept_mean_s": 5},
            "email": {"points": 3, "work": {"dist": "const", "mean_s": 240}, "offer_timeout_s": 60,
                      "accept_mean_s": 8}},
        "concurrency_rate": [1.0, 0.775, 0.617],
        "segments": {"vip": {"weight": 5}, "ordinary": {"weight": 1}},
        "targets_s": {"voice": {"vip": 15, "ordinary": 30}, "chat": {"vip": 30, "ordinary": 60},
                      "email": {"vip": 1800, "ordinary": 7200}},
        "patience_s": {"voice": {"vip": 400, "ordinary": 300}, "chat": 240, "email": None},
        "skills": ["cards", "loans", "english"], "proficiency_speed": {"2": 0.9, "3": 1.0, "4": 1.08},
        "agent_sigma": 0.08, "sticky": {"p": 0.25, "speedup": 1.1}, "lunch_s": 1800, "break_s": 600,
        "no_answer_away_s": 60,
        "demand": [
            {"channel": "voice", "per_hour_mean": 40 * scale, "profile": [1.0] * 8, **mixes},
            {"channel": "chat", "per_hour_mean": 30 * scale, "profile": [1.0] * 8, **mixes},
            {"channel": "email", "per_hour_mean": 15 * scale, "profile": [2.0, 1.0], **mixes}],
        "agent_groups": [
            {"name": "calls", "n": agents * 2 // 5, "channels": ["voice"],
             "skills": {"cards": 4, "loans": 3, "english": 3}, "shifts": [[0, seconds]]},
            {"name": "loans", "n": agents * 2 // 5, "channels": ["chat", "email"], "skills": {"loans": 4, "cards": 2},
             "shifts": [[0, seconds]]},
            {"name": "all", "n": agents - agents * 4 // 5, "channels": ["voice", "chat", "email"],
             "skills": {"cards": 3, "loans": 3, "english": 4}, "shifts": [[0, seconds]]}],
    }


def scenario(change: Callable[[dict[str, Any]], Any] = lambda table: None, **size: Any) -> Scenario:
    """The town as it is read, after a change of its table."""
    table = town(**size)
    change(table)
    return parse(json.dumps(table))
