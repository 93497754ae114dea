"""The garbage collector while the router's picture is built. Knows nothing of routing."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Nothing of a hundred thousand new records is garbage, and looking for it takes a third of the time. The collector
    rests only while the loop does nothing else, and stays as it was found."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
