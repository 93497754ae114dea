"""The house with one planted fault: it says that an item is taken before it is committed. The kill loop must notice."""

import asyncio
import sys

import run
from house import House
from router.model import Fate
from router.ports import Accepted

_real = House._build_core
_late: set[asyncio.Task[object]] = set()


def _build_core(self: House) -> None:
    _real(self)
    commit = self.intake

    async def acknowledge_first(item: object) -> Accepted:
        async def later() -> None:
            await asyncio.sleep(0.25)
            await commit(item)  # type: ignore[arg-type]
        task = asyncio.create_task(later())
        _late.add(task)
        task.add_done_callback(_late.discard)
        return Accepted(fate=Fate.NEW)
    self.intake = acknowledge_first  # type: ignore[assignment]


House._build_core = _build_core  # type: ignore[method-assign]
sys.exit(run.main())
