"""Figures of dialogues, the flows pages and cases, each to whom it is due."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import create_engine

from agents.guard import digest
from router.errors import Conflict
from router.model import Address, Medium
from router.records import ContactState, Role
from storage.migrate import migrate
from storage.store import Where
from storage.tx import StoreTx
from tests.flow_lines import Unhurried
from tests.flow_people import Person, entries, town
from tests.house import agent, read


async def test_containment_is_what_stays_contained(tmp_path: Path) -> None:
    clock = Unhurried()
    clock.behind = timedelta(days=30)
    async with town(tmp_path, clock=clock) as house:
        async def contained(name: str) -> Person:
            someone = Person(house, Address(medium=Medium.WEBCHAT, value=name))
            for words in ("سلام", "شکایت", "خیر", "نه", "5", "رد"):
                await someone.says(words)
            assert (await someone.dialogue()).outcome == "contained", await someone.heard()
            return someone
        await contained("stays")
        back = await contained("comes-back")
        over = Person(house, Address(medium=Medium.WEBCHAT, value="over"))
        for words in ("سلام", "اپراتور"):
            await over.says(words)
        clock.passes(6 * 86_400)
        await back.says("باز هم نشد")
        clock.passes(9 * 86_400)
        await contained("young")
        counted = await read(house, lambda tx: tx.flows.counted(
            clock() - timedelta(days=40), clock() + timedelta(days=1), within=timedelta(days=7)))
        assert (counted.contained, counted.handed_over, counted.came_back, counted.unknown) == (3, 1, 1, 1)
        assert counted.started == 5 and counted.running + counted.dropped == 1
        # The same from the journal alone.
        told = await entries(house, "flow-started", "flow-ended")
        assert sum(e.name == "flow-started" for e in told) == counted.started
        assert sum(e.data.get("outcome") == "contained" for e in told) == counted.contained


async def _signed(house: Any, role: Role) -> dict[str, str]:
    someone = await agent(house, f"a{role.value}", role=role)
    cookie = secrets.token_urlsafe(20)
    await house.store.run(lambda tx: tx.accounts.open_session(
        digest(cookie), someone.id, "csrf", timedelta(days=1)))
    return {"Cookie": f"pishkhan={cookie}", "X-CSRF-Token": "csrf"}


async def test_pages_figures_and_cases_by_role(tmp_path: Path) -> None:
    async with town(tmp_path) as house, ClientSession() as web_client:
        someone = Person(house)
        for words in ("سلام", "شکایت", "بله", "چراغ کوچه خاموش است", "رد", "رد", "رد"):
            await someone.says(words)
        (case,) = await read(house, lambda tx: tx.cases.listed())
        chief, worker = await _signed(house, Role.SUPERVISOR), await _signed(house, Role.AGENT)

        async def get(path: str, headers: dict[str, str]) -> tuple[int, str]:
            async with web_client.get(f"{house.url}{path}", headers=headers, allow_redirects=False) as answer:
                return answer.status, await answer.text()
        assert (await get("/flows", {}))[0] == 303 and (await get("/flows", worker))[0] == 403
        status, page = await get("/flows?language=en", chief)
        assert status == 200 and "main-menu" in page and "All definitions are fine" in page and "Containment" in page
        assert 'dir="rtl"' in (await get("/flows?language=fa", chief))[1]
        status, page = await get("/flows/main-menu?language=en&in=en&medium=voice&say=4&say=1", chief)
        assert status == 200 and "Tell us your complaint" in page and "press four" in page
        status, page = await get("/flows/main-menu?medium=telegram&in=fa&say=<script>alert(1)</script>", chief)
        assert "<script>alert" not in page and "#press f:1.1.complaint" in page
        assert (await get("/flows/nothing", chief))[0] == 404
        assert (await get("/flows/main-menu?medium=fax", chief))[0] == 400
        assert (await get("/api/flows", worker))[0] == 403 and '"main-menu"' in (await get("/api/flows", chief))[1]
        assert '"started":1' in (await get("/api/flows/figures", chief))[1]
        assert (await get("/api/flows/figures?since=yesterday", chief))[0] == 400
        assert case.code in (await get("/api/cases?state=open", chief))[1]
        assert (await get("/api/cases?state=gone", chief))[0] == 400
        assert (await get(f"/api/cases/{case.code}", chief))[0] == 200
        assert (await get("/api/cases/123-456-7890", chief))[0] == 404

        async def move(state: str) -> int:
            async with web_client.post(f"{house.url}/api/cases/{case.code}/state", json={"state": state},
                                       headers=chief) as answer:
                return answer.status
        assert await move("in-progress") == 200 and await move("in-progress") == 409 and await move("x") == 400
        assert [e.data["state"] for e in await entries(house, "case-changed")] == ["in-progress"]
        await someone.says("بله")
        await someone.says("پیگیری")
        await someone.says(case.code)
        assert "در دست بررسی" in (await someone.heard())[-1] and "آذر" in (await someone.heard())[-1]
        stranger = Person(house, Address(medium=Medium.WEBCHAT, value="stranger"))
        for words in ("سلام", "پیگیری", case.code):
            await stranger.says(words)
        said = (await stranger.heard())[-1]
        assert "در دست بررسی" in said and "آذر" not in said, "a stranger with the code learns the state only"


def test_figures_and_cases_are_the_same_on_both_databases(tmp_path: Path, database: str) -> None:
    url = Where(folder=tmp_path, database=database).url
    migrate(url)
    engine = create_engine(url)
    began = datetime(2026, 11, 1, tzinfo=UTC)

    def at(days: float) -> StoreTx:
        return StoreTx(connection, began + timedelta(days=days))

    with engine.connect() as connection, connection.begin():
        def contained(tx: StoreTx, name: str) -> Any:
            address = tx.people.known(Address(medium=Medium.SMS, value=name), "fa")
            contact = tx.contacts.open(
                channel="town", medium="sms", thread_key=f"{name}-{tx.now}", customer=address.customer,
                address=address.id, state=ContactState.SELF_SERVICE, queue=None)
            dialogue = tx.flows.begin(contact=contact.id, customer=contact.customer, address=contact.address,
                                      channel="town", flow="main-menu", version="1")
            return tx.flows.change(dialogue, outcome="contained", reason="end", ended_at=tx.now)
        contained(at(0), "a")
        contained(at(0), "b")
        contained(at(6.9), "b")  # came back within seven days; and is itself not known yet
        contained(at(0), "c")
        contained(at(7.1), "c")  # too late to count; and not known yet
        counted = at(10).flows.counted(began - timedelta(days=1), began + timedelta(days=30), within=timedelta(days=7))
        assert (counted.started, counted.contained, counted.came_back, counted.unknown) == (5, 5, 1, 2)
        assert at(1).flows.counted(began, began + timedelta(days=1), within=timedelta(days=7), flow="x").started == 0
        tx = at(10)
        person = tx.people.known(Address(medium=Medium.SMS, value="a"), "fa").customer
        made = tx.cases.open(service="complaint", subject="چراغ", customer=person, contact=None, data={"a": [1]})
        assert tx.cases.by_code(made.code) == made and tx.cases.move(made, "done").state == "done"
        for state in ("waiting", "nonsense"):
            with pytest.raises(Conflict):
                tx.cases.move(tx.cases.get(made.id), state)
        with pytest.raises(Conflict):
            tx.cases.move(made, "in-progress")  # somebody else moved it since
        tx.flows.keep("main-menu", "1", {"main-menu": "x"})
        tx.flows.keep("main-menu", "1", {"main-menu": "y"})
        assert tx.flows.sources("main-menu", "1") == {"main-menu": "x"} and tx.flows.sources("main-menu", "2") == {}
    engine.dispose()
