"""Runs every measurement and prints the tables: `make bench`, or `python -m bench --quick`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from pathlib import Path

from bench import assignments, chats, ingest, reads, retrieval


def main() -> None:
    """Measure in a temporary folder on this disk."""
    options = argparse.ArgumentParser(prog="python -m bench", description="Measure the promises on this machine.")
    options.add_argument("--quick", action="store_true", help="fewer of everything, to see that it works")
    options.add_argument("--port", type=int, default=18080)
    options.add_argument("--sets", type=Path, help="folder of retrieval sets (*.jsonl.gz) to score")
    options.add_argument("--postgres", default="", metavar="ADDRESS",
                         help="a PostgreSQL server on which databases may be made and dropped: assignments there too")
    given = options.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; load "
          f"{os.getloadavg()[0]:.1f}. Medians; ratios against the limit of the same run.")
    retrieval.run(print, sets=given.sets, sizes=(2_000,) if given.quick else (2_000, 100_000),
                  most=100 if given.quick else 10_000)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        folder = Path(place)
        asyncio.run(reads.run(folder, print, reads=100 if given.quick else 1000))
        asyncio.run(assignments.run(folder, print, contacts=500 if given.quick else 4000, agents=200,
                                    waiting=5000 if given.quick else 100_000, server=given.postgres))
        asyncio.run(ingest.run(folder, given.port, print, messages=500 if given.quick else 4000,
                               rounds=1 if given.quick else 3))
        asyncio.run(chats.run(folder, given.port, print, chats=50 if given.quick else 1000,
                              samples=30 if given.quick else 300))


if __name__ == "__main__":
    main()
