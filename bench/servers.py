"""Starts what is measured in a process of its own: the house, and the limits it is compared with."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp

from bench import limits

HERE = Path(__file__).resolve().parent.parent


@contextlib.asynccontextmanager
async def process(arguments: list[str], url: str, *, environ: Mapping[str, str] | None = None) -> AsyncIterator[int]:
    """A Python process that answers at `url`; its pid. Ended by SIGTERM."""
    env = {**os.environ, "PYTHONPATH": str(HERE), **(environ or {})}
    child = subprocess.Popen([sys.executable, *arguments], env=env, cwd=HERE,  # noqa: ASYNC220
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await _answers(url, child)
        yield child.pid
    finally:
        child.terminate()
        await asyncio.to_thread(child.wait, 30)


async def _answers(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise RuntimeError(f"what is measured ended with status {child.returncode}")
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with http.get(url) as answer:
                    if answer.status < 500:
                        return
            await asyncio.sleep(0.05)
    raise RuntimeError("what is measured did not come up")


@contextlib.asynccontextmanager
async def house(
    folder: Path, port: int, config: str, environ: Mapping[str, str], *, batch: int = 0
) -> AsyncIterator[int]:
    """The product with this configuration. `batch` 1 gives every message a transaction of its own."""
    _configure(folder, f"[server]\nport = {port}\n{config}")
    start = ["-m", "bench.single"] if batch == 1 else ["run.py"]
    async with process([*start, "--config", str(folder / "config.toml")], f"http://127.0.0.1:{port}/healthz",
                       environ=environ) as pid:
        yield pid


def _configure(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


@contextlib.asynccontextmanager
async def limit(port: int) -> AsyncIterator[int]:
    """The bare handler and relay of `bench.limits`."""
    async with process(["-m", limits.__name__, str(port)], f"http://127.0.0.1:{port}/healthz") as pid:
        yield pid


def resident(pid: int) -> int:
    """Resident memory of a process in bytes (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no such process")
