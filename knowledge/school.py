"""Learning in a process of its own that gives way to everything else, so that questions beside it wait for nobody. Must
not decide what is learned, nor when; without a process it says so and the caller learns by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import zipfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from knowledge.lessons import Lessons
from knowledge.material import Material, learned, packed, packed_lessons, unpacked, unpacked_lessons

log = logging.getLogger("pishkhan.knowledge")

APART = 500  #: fewer questions are learned faster than a process starts
_NICE = 15
_LONGEST = 1800.0  #: seconds that it may take
_ROOT = str(Path(__file__).resolve().parents[1])
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from knowledge.school import main; main()"


class NoSchool(Exception):
    """There is no process, or it ended; the message is for the operator."""


async def attend(material: Material[int], *, longest: float = _LONGEST) -> Lessons[int] | None:
    """The lessons of this material, None where there is nothing to tell apart; NoSchool."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _CODE, _ROOT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd="/",
            env={"LC_ALL": "C.UTF-8"}, start_new_session=True)
    except OSError as error:
        raise NoSchool(f"no process can be started ({type(error).__name__})") from None
    try:
        async with asyncio.timeout(longest):
            said, _ = await process.communicate(await asyncio.to_thread(packed, material))
        if process.returncode != 0:
            raise NoSchool(f"its process ended with {process.returncode}")
        return await asyncio.to_thread(unpacked_lessons, said)
    except TimeoutError:
        raise NoSchool("it took too long") from None
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise NoSchool(f"its answer cannot be read ({type(error).__name__})") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()


def main() -> None:
    """In the process: material comes in, lessons go out."""
    os.nice(_NICE)
    steps = learned(unpacked(sys.stdin.buffer.read()))
    while True:
        try:
            next(steps)
        except StopIteration as over:
            sys.stdout.buffer.write(packed_lessons(over.value))
            return
