"""Liveness, readiness and metrics, as a machine sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from router.errors import Unavailable
from router.model import Health
from tests.agents_front import Desk, fronted


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        yield made


async def metrics(desk: Desk) -> dict[tuple[str, Any], float]:
    status, text = await desk.client().get("/metrics")
    assert status == 200
    families = list(text_string_to_metric_families(text.decode()))
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families for sample in family.samples}


async def test_alive_and_ready(desk: Desk) -> None:
    near, far = desk.client(), desk.client(headers={"X-Forwarded-For": "192.0.2.1"})
    assert (await far.get("/healthz")) == (200, {"alive": True, "version": "0"})
    desk.lights["mail"] = Health(code="down")
    assert (await near.get("/readyz")) == (200, {"ready": True, "database": True,
                                                 "channels": {"line": "ok", "mail": "down", "phone": "ok"}})
    assert (await far.get("/readyz")) == (200, {"ready": True, "database": True})


async def test_not_ready_when_nothing_can_be_committed(desk: Desk) -> None:
    async def broken(unit: Any, *, name: str = "") -> Any:
        raise Unavailable("disk full")
    works = desk.store.run
    desk.store.run = broken  # type: ignore[method-assign]
    assert (await desk.client().get("/readyz"))[0] == 503
    desk.store.run = works  # type: ignore[method-assign]
    assert (await desk.client().get("/readyz"))[0] == 503, "a stranger cannot make it write all the time"


async def test_metrics_count_what_there_is(desk: Desk) -> None:
    sara = await desk.agent("sara")
    contact = await desk.held(sara)
    await desk.say("reza")
    await sara.ok(f"/api/contacts/{contact}/reply", {"key": "k", "text": "x"})
    watcher = await sara.live()
    desk.lights["mail"] = Health(code="down")
    found = await metrics(desk)
    assert found["pishkhan_contacts", (("state", "active"),)] == 1
    assert found["pishkhan_contacts", (("state", "waiting"),)] == 1
    assert found["pishkhan_contacts", (("state", "closed"),)] == 0
    assert found["pishkhan_deliveries", (("state", "pending"),)] == 1
    assert found["pishkhan_live_sockets", ()] == 1
    assert found["pishkhan_journal_head", ()] == await desk.read(lambda tx: tx.journal.head())
    assert found["pishkhan_channel_ok", (("channel", "mail"), ("code", "down"))] == 0
    assert found["pishkhan_channel_ok", (("channel", "line"), ("code", "ok"))] == 1
    replies = (("method", "POST"), ("route", "/api/contacts/{id}/reply"), ("status", "200"))
    assert found["pishkhan_request_seconds_count", replies] == 1
    assert found["pishkhan_store_units_total", ()] == desk.store.writer.units
    assert found["pishkhan_store_commits_total", ()] > 5
    await watcher.close()


async def test_strangers_cannot_grow_the_metrics(desk: Desk) -> None:
    client = desk.client()
    before = len(await metrics(desk))
    for number in range(30):
        await client.get(f"/nothing/{number}")
        await client.get(f"/static/{number}")
        await client.call(f"METHOD{number}", "/healthz")
    after = await metrics(desk)
    routes = {dict(labels).get("route") for _, labels in after if "route" in dict(labels)}
    assert not any("nothing" in str(route) for route in routes)
    assert len(after) - before < 90
