"""Reads mail in a limited process of its own, so that no mail can stop the desk or reach its secrets."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from channels.email import frames
from channels.email.parse import Arrival, quarantined
from router.model import Said

log = logging.getLogger("pishkhan.email")

_ROOT = str(Path(__file__).resolve().parents[2])
# Isolated (-I): neither the environment nor the working directory decides what is imported.
_CODE = ("import sys; sys.path.insert(0, sys.argv[1]); from channels.email.worker import main; "
         "main(int(sys.argv[2]), int(sys.argv[3]))")
_MAILS = 2_000  # after so many mails a fresh process: what libraries leak stays small


class _Died(Exception):
    """The reader process ended or overran while it had a mail."""


class Reader:
    """One reader process, started when needed, replaced when a mail overran it."""

    def __init__(self, *, max_bytes: int = 30_000_000, wall_seconds: float = 15.0, cpu_seconds: int = 10,
                 memory: int = 1_000_000_000) -> None:
        self.max_bytes, self.wall_seconds, self.cpu_seconds, self.memory = max_bytes, wall_seconds, cpu_seconds, memory
        self.starts = 0  #: processes started so far
        self._process: Process | None = None
        self._mails = 0
        self._lock = asyncio.Lock()

    @property
    def pid(self) -> int:
        """The reader's process id, 0 when none runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    async def read(self, raw: bytes, arrival: Arrival) -> Said:
        """The mail as the house understands it; quarantined with the reason when reading it overran a limit."""
        if len(raw) > self.max_bytes:
            return await asyncio.to_thread(quarantined, raw, arrival, f"larger than {self.max_bytes} bytes")
        async with self._lock:
            reason = ""
            for _ in range(2):  # the first time somebody else may have killed it
                began = time.perf_counter()
                try:
                    return await self._ask(raw, arrival)
                except (_Died, ValueError) as error:
                    reason = str(error)
                    log.warning("mail reader replaced: %s digest=%s bytes=%d ms=%d", reason, _short(raw), len(raw),
                                (time.perf_counter() - began) * 1000)
                    await self.close()
                if reason == _TOO_LONG:
                    break
        return await asyncio.to_thread(quarantined, raw, arrival, f"could not be read: {reason}")

    async def _ask(self, raw: bytes, arrival: Arrival) -> Said:
        process = await self._running()
        assert process.stdin is not None and process.stdout is not None
        try:
            async with asyncio.timeout(self.wall_seconds):
                process.stdin.write(frames.request(raw, arrival))
                process.stdin.write(raw)
                await process.stdin.drain()
                meta, body = frames.LENGTH.unpack(await process.stdout.readexactly(frames.LENGTH.size))
                if meta > frames.MAX_JSON or body > 2 * self.max_bytes:
                    raise _Died("its answer is larger than it may be")
                found = await process.stdout.readexactly(meta)
                files = await process.stdout.readexactly(body)
        except TimeoutError:
            raise _Died(_TOO_LONG) from None
        except (asyncio.IncompleteReadError, ConnectionError, BrokenPipeError):
            raise _Died(await self._why(process)) from None
        self._mails += 1
        return frames.said(found, files, raw, arrival)

    async def _running(self) -> Process:
        if self._process is not None and (self._process.returncode is not None or self._mails >= _MAILS):
            await self.close()
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-c", _CODE, _ROOT, str(self.memory), str(self.cpu_seconds), stdin=PIPE,
                stdout=PIPE, stderr=DEVNULL, cwd="/", env={"LC_ALL": "C.UTF-8"}, start_new_session=True, limit=1 << 20)
            self._mails = 0
            self.starts += 1
        return self._process

    async def _why(self, process: Process) -> str:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await process.wait()
        status = process.returncode
        if status is not None and status < 0:
            return _TOO_LONG if -status in (24, 30) else f"its reader was ended by signal {-status}"
        return "its reader ended (out of memory, or a fault)"

    async def close(self) -> None:
        """End the process and wait for it."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.communicate()


_TOO_LONG = "it took too long"


def _short(raw: bytes) -> str:
    return hashlib.sha256(raw[:100_000]).hexdigest()[:12]
