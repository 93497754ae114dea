"""What is set for routing, as one value: what follows from it when queues are merged."""

from __future__ import annotations

from router.model import QueueId
from router.records import Queue
from router.rules.plan import Plan, taking


def queue(number: int, name: str, *, into: int | None = None, steps: tuple[dict[str, object], ...] = ()) -> Queue:
    return Queue(id=QueueId(number), name=name, title_fa=name, title_en=name, overflow=steps,
                 merged_into=None if into is None else QueueId(into))


def test_rings_lead_to_the_queue_that_others_were_merged_into() -> None:
    gas = queue(1, "gas", steps=({"after": 60, "queues": ["old", "water"]}, {"after": 90, "queues": ["older"]}))
    plan = Plan(queues={each.id: each for each in (
        gas, queue(2, "old", into=4), queue(3, "older", into=2), queue(4, "new"), queue(5, "water"))})
    assert [ring.queues for ring in plan.rings(gas)] == [(4, 5), (4,)]


def test_queues_that_were_merged_in_a_circle_end_nowhere_and_soon() -> None:
    found = {each.id: each for each in (queue(1, "a", into=2), queue(2, "b", into=1))}
    assert taking(found[QueueId(1)], found.get) is not None
    assert taking(queue(3, "c", into=9), found.get) is None and taking(None, found.get) is None
