"""Somebody else's staffing figures: pyworkforce (Erlang C) and ciw (a queue simulator), in an environment of their own
because they bring ortools and pandas. `python -m tests.servers.oracles install` makes it; the pins are in oracles.txt.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.servers.environments import Environment

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Environment(name="the staffing oracles", folder=ROOT / ".venv-oracles",
                          pins=Path(__file__).with_suffix(".txt"))

_ERLANG = """
import json, sys
from pyworkforce.queuing import ErlangC
asked = json.load(sys.stdin)
found = ErlangC(**asked["load"]).required_positions(service_level=asked["within"], max_occupancy=asked["max_occupancy"])
print(json.dumps(found))
"""

_QUEUE = """
import json, sys
import ciw
asked = json.load(sys.stdin)
patience = asked["patience"]
network = ciw.create_network(
    arrival_distributions=[ciw.dists.Exponential(asked["rate"])],
    service_distributions=[ciw.dists.Exponential(1 / asked["handling"])],
    number_of_servers=[asked["agents"]],
    **({"reneging_time_distributions": [ciw.dists.Exponential(1 / patience)]} if patience else {}))
waits, within, gone, count = 0.0, 0, 0, 0
for seed in range(asked["runs"]):
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(asked["seconds"])
    for row in simulation.get_all_records():
        if row.arrival_date > asked["seconds"] / 10:
            count += 1
            reneged = row.record_type == "renege"
            waits += row.exit_date - row.arrival_date if reneged else row.waiting_time
            gone += reneged
            within += (not reneged) and row.waiting_time <= asked["target"]
print(json.dumps({"count": count, "wait": waits / count, "within": within / count, "abandons": gone / count}))
"""


def erlang(*, transactions: float, handling: float, target: float, interval: float, shrinkage: float, within: float,
           max_occupancy: float = 1.0) -> dict[str, Any]:
    """What pyworkforce says; times in minutes as it wants them."""
    return _ask(_ERLANG, {"load": {"transactions": transactions, "aht": handling, "asa": target, "interval": interval,
                                   "shrinkage": shrinkage}, "within": within, "max_occupancy": max_occupancy})


def queue(**asked: Any) -> dict[str, Any]:
    """What a queue of `agents` servers does in ciw: rate, handling, patience (None = never), target, seconds, runs."""
    return _ask(_QUEUE, asked)


def _ask(script: str, asked: dict[str, Any]) -> dict[str, Any]:
    assert ENVIRONMENT.installed(), "the oracles are not installed: python -m tests.servers.oracles install"
    done = subprocess.run([str(ENVIRONMENT.python), "-c", script], input=json.dumps(asked), capture_output=True,
                          text=True, check=False, timeout=300, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python -m tests.servers.oracles install")
    ENVIRONMENT.install()
