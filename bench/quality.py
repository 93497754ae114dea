"""How well a policy routes beside what most products do, on scenario files and on houses changed from them.

`python -m bench.quality SCENARIO.json ... --change as-it-is more shuffled --seeds 3`. Every figure is the policy's
against the baseline's (oldest first, longest idle agent) on the same days; where a goal is missed its column says so.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.variants import CHANGES, changed
from router.core import Policy
from router.simulation.draw import draw
from router.simulation.figures import figures
from router.simulation.policies import written
from router.simulation.reading import parse
from router.simulation.world import World

BASELINE = "fifo_longest_idle"
Rows = Sequence[Mapping[str, Any]]
#: figure -> (goal in words, whether it is met); `scarce` houses may be less even
GOALS: Mapping[str, Callable[[float], bool]] = {
    "miss": lambda value: value <= 0.72, "late": lambda value: value <= 0.70, "worst": lambda value: value <= 1.15,
    "gone": lambda value: value <= 0.05, "segment": lambda value: value >= -0.05,
    "medium": lambda value: value >= -1.5, "gini": lambda value: value <= 0.12, "broken": lambda value: not value,
}


def lived(table: Mapping[str, Any], policy: Policy, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The figures of those days."""
    scenario = parse(json.dumps(table))
    return [figures(World(draw(scenario, seed), policy).run()) for seed in seeds]


def compared(ours: Rows, theirs: Rows) -> dict[str, float]:
    """Ratios and differences of the means over days."""
    def ratio(key: str) -> float:
        base = fmean(each[key] for each in theirs)
        return fmean(each[key] for each in ours) / base if base else 1.0

    def worst(key: str) -> float:
        names = [name for name in ours[0][key] if all(each[key].get(name) is not None for each in (*ours, *theirs))]
        return min((fmean(each[key][name] for each in ours) - fmean(each[key][name] for each in theirs)
                    for name in names), default=0.0)

    return {"miss": ratio("w_miss_pct"), "late": ratio("w_lateness"), "worst": ratio("max_rel_wait"),
            "gone": fmean(each["aban_pct"] for each in ours) - fmean(each["aban_pct"] for each in theirs),
            "segment": worst("sla_by_seg"), "medium": worst("sla_by_chan"),
            "gini": fmean(each["occ_gini"] for each in ours),
            "sticky": fmean(each["sticky_hit_pct"] or 0.0 for each in ours),
            "broken": float(sum(each["violations"] for each in ours))}


def line(found: Mapping[str, float]) -> str:
    """One row; an exclamation mark where a goal is missed."""
    return "".join(f"{found[key]:>9.3f}{' ' if key not in GOALS or GOALS[key](found[key]) else '!'}" for key in found)


def run(files: Sequence[Path], changes: Sequence[str], seeds: Sequence[int], policies: Sequence[str],
        write: Callable[[str], None]) -> dict[str, float]:
    """Every policy in every house; answers each policy's mean ratio of missed promises."""
    means: dict[str, list[float]] = {each: [] for each in policies}
    for file in files:
        table = json.loads(file.read_text(encoding="utf-8"))
        for change in changes:
            house = changed(table, change, seeds[0])
            base = lived(house, written(BASELINE), seeds)
            for policy in policies:
                found = compared(lived(house, written(policy), seeds), base)
                if not means[policy] and policy == policies[0]:
                    write(f"{'':<46}" + "".join(f"{key:>9} " for key in found))
                means[policy].append(found["miss"])
                write(f"{file.stem[:18]:<19}{change:<13}{policy[:13]:<14}{line(found)}")
    made = {policy: fmean(each) for policy, each in means.items()}
    for policy, mean in made.items():
        write(f"{policy}: {mean:.3f} of the promises that the baseline breaks")
    return made


def main(given: Sequence[str] | None = None) -> None:
    """Measures what the command line names."""
    options = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    options.add_argument("files", nargs="+", type=Path, metavar="SCENARIO.json")
    options.add_argument("--change", nargs="+", choices=[*CHANGES, "all"], default=["as-it-is"])
    options.add_argument("--policy", nargs="+", default=["promise"])
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--seed", type=int, default=1, help="the first one")
    asked = options.parse_args(given)
    changes = list(CHANGES) if "all" in asked.change else asked.change
    run(asked.files, changes, range(asked.seed, asked.seed + asked.seeds), asked.policy, print)


if __name__ == "__main__":
    main()
