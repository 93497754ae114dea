"""Somebody else's staffing figures: pyworkforce (Erlang C) and ciw (a queue simulator), in an environment of their own
because they bring ortools and pandas. `python -m tests.servers.oracles install` makes it; the pins are in oracles.txt.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-oracles"
PINS = Path(__file__).with_suffix(".txt")
PYTHON = FOLDER / "bin" / "python"
_STAMP = FOLDER / "installed"

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


def installed() -> bool:
    """Whether the environment holds exactly what oracles.txt pins."""
    wanted = hashlib.sha256(PINS.read_bytes()).hexdigest()
    return PYTHON.exists() and _STAMP.exists() and _STAMP.read_text(encoding="utf-8").strip() == wanted


def install() -> None:
    """Make the environment, once; again when the pins changed. Raises CalledProcessError when it cannot."""
    if installed():
        return
    sys.stderr.write("Installing the staffing oracles into .venv-oracles (once) ...\n")
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    made = subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=False)
    pip = [str(PYTHON), "-m", "pip"]
    if made.returncode:
        # Debian without python3-venv: the pip of our own environment can install into one that has none.
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(FOLDER)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    subprocess.run([*pip, "install", "-qq", "--disable-pip-version-check", "--no-input", "-r", str(PINS)], check=True)
    _STAMP.write_text(hashlib.sha256(PINS.read_bytes()).hexdigest(), encoding="utf-8")


def erlang(*, transactions: float, handling: float, target: float, interval: float, shrinkage: float, within: float,
           max_occupancy: float = 1.0) -> dict[str, Any]:
    """What pyworkforce says; times in minutes as it wants them."""
    return _ask(_ERLANG, {"load": {"transactions": transactions, "aht": handling, "asa": target, "interval": interval,
                                   "shrinkage": shrinkage}, "within": within, "max_occupancy": max_occupancy})


def queue(**asked: Any) -> dict[str, Any]:
    """What a queue of `agents` servers does in ciw: rate, handling, patience (None = never), target, seconds, runs."""
    return _ask(_QUEUE, asked)


def _ask(script: str, asked: dict[str, Any]) -> dict[str, Any]:
    assert installed(), "the oracles are not installed: python -m tests.servers.oracles install"
    done = subprocess.run([str(PYTHON), "-c", script], input=json.dumps(asked), capture_output=True, text=True,
                          check=False, timeout=300, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python -m tests.servers.oracles install")
    install()
