"""The process that lives a recorded day again: a job on standard input, words about how far it is and the answer on
standard output. It only reads the database, gives way to everybody, and is ended when it takes too much."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from router import whatif
from router.core import Policy as CorePolicy
from router.records import Policy
from router.rules.plan import policy_of
from router.simulation.history import HistoryError
from storage.history import journal_at

MEMORY = 4 << 30  #: bytes of address space
SECONDS = 600  #: of the processor
GIVES_WAY = 15  #: so nice
#: How an error of a replay begins -> the code that pages have words for.
_CODES = {"nobody waited": "nobody-waited", "nobody was": "nobody-worked"}


def main() -> None:
    """One job, then the end."""
    for kind, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # a harder limit than ours may stand already
            resource.setrlimit(kind, (value, value))
    with contextlib.suppress(OSError):
        os.nice(GIVES_WAY)
    _say(answer(json.loads(sys.stdin.read())))


def answer(job: Mapping[str, Any]) -> dict[str, Any]:
    """`{"result"}`, or `{"error"}`: a code."""
    start, end = (datetime.fromisoformat(job[name]) for name in ("start", "end"))
    try:
        return {"result": whatif.lived(journal_at(job["url"])(start, end), start, end, rules_of(job, "now"),
                                       rules_of(job, "draft"), lambda share: _say({"share": round(share, 3)}))}
    except HistoryError as error:
        return {"error": next((code for words, code in _CODES.items() if str(error).startswith(words)), "unreadable")}
    except MemoryError:
        return {"error": "too-large"}


def rules_of(job: Mapping[str, Any], name: str) -> whatif.Rules:
    """One side of the comparison."""
    policies: dict[str, CorePolicy] = {
        each: policy_of(Policy(name=each, rule=rule, parameters=parameters))
        for each, (rule, parameters) in job[name].items()}
    return whatif.Rules(policies=policies, groups=job["groups"], priorities=job["priorities"])


def _say(word: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()
