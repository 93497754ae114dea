"""Speaks text on this machine: espeak-ng makes it, sox brings it to what a telephone carries (8 kHz, mono, 16 bit).

Knows no call. Words reach the programs by standard input, never as arguments.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from router.errors import Unavailable

#: Longest text spoken in one go, characters; longer ones are cut.
LONGEST = 2_000
_SECONDS = 20.0


class Synthesiser:
    """espeak-ng and sox, two at a time, with a small memory of what was spoken lately."""

    def __init__(self, *, keep_bytes: int = 20_000_000, words_a_minute: int = 150) -> None:
        self._speed = str(words_a_minute)
        self._kept: dict[tuple[str, str], bytes] = {}
        self._keep_bytes = keep_bytes
        self._turns = asyncio.Semaphore(2)

    @staticmethod
    def missing() -> list[str]:
        """The programs that this machine lacks."""
        return [name for name in ("espeak-ng", "sox") if shutil.which(name) is None]

    async def wav(self, text: str, language: str) -> bytes:
        """The text as a WAV file. Raises Unavailable when the programs are missing or fail."""
        key = (text[:LONGEST], "fa" if language.startswith("fa") else "en")
        if key not in self._kept:
            async with self._turns:
                self._kept[key] = await self._make(*key)
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._keep_bytes:
                del self._kept[next(iter(self._kept))]
        return self._kept[key]

    async def _make(self, text: str, voice: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="pishkhan-speech-") as folder:
            spoken, phone = Path(folder, "spoken.wav"), Path(folder, "phone.wav")
            await _run(["espeak-ng", "-v", voice, "-s", self._speed, "--stdin", "-w", str(spoken)], text.encode())
            await _run(["sox", str(spoken), "-r", "8000", "-c", "1", "-b", "16", str(phone)], b"")
            return await asyncio.to_thread(phone.read_bytes)


async def _run(command: list[str], given: bytes) -> None:
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet)
    except OSError as error:
        raise Unavailable(f"{command[0]} cannot be started: {error.strerror}") from None
    try:
        await asyncio.wait_for(process.communicate(given), _SECONDS)
    except TimeoutError:
        raise Unavailable(f"{command[0]} took longer than {_SECONDS:.0f} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise Unavailable(f"{command[0]} failed with status {process.returncode}")
