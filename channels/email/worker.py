"""The reader process: takes raw mail on standard input, answers on standard output, and can do nothing else for long.

Started by `child.Reader` with an empty environment. The limits hold even if a library here were taken over by the
mail it reads: no more memory, processor time per mail, files or processes than stated.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
from typing import BinaryIO

from channels.email import frames
from channels.email.parse import parse


def main(memory: int, seconds: int) -> None:
    """Read mails until standard input ends. `memory` bytes of address space, `seconds` of processor time per mail."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but answers goes up the pipe
    limit(memory)
    while head := _exactly(source, frames.LENGTH.size):
        meta, size = frames.LENGTH.unpack(head)
        arrival = frames.arrival_of(_exactly(source, meta))
        raw = _exactly(source, size)
        _more_time(seconds)
        sink.write(frames.answer(parse(raw, arrival)))
        sink.flush()


def limit(memory: int) -> None:
    """Take away what reading mail does not need."""
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0),
                        (resource.RLIMIT_NOFILE, 16), (resource.RLIMIT_NPROC, 0)):
        with contextlib.suppress(ValueError, OSError):  # a harder limit than ours may stand already
            resource.setrlimit(kind, (value, value))


def _more_time(seconds: int) -> None:
    """From now on so much processor time; beyond it the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))


def _exactly(source: BinaryIO, size: int) -> bytes:
    found = source.read(size)
    if len(found) < size:
        raise SystemExit(0)
    return found
