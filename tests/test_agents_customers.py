"""What a customer counts for, over HTTP: who may say it, what is refused, who hears of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from router.model import Address, Said, Thread
from router.records import Role
from tests.agents_front import MEDIA, Desk, fronted


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        yield made


async def changes(desk: Desk) -> list[Any]:
    return [each for each in await desk.read(lambda tx: tx.journal.after(0, limit=10_000))
            if each.name == "customer-changed"]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
async def test_supervisors_say_what_a_customer_counts_for(desk: Desk, role: Role) -> None:
    boss = await desk.agent("boss", role=role)
    number = await desk.say()
    customer = (await desk.contact(number)).customer
    status, answer = await boss.post(f"/api/customers/{customer}", {"segment": "organisation"})
    assert status == 200 and answer["customer"]["segment"] == "organisation"
    assert (await desk.contact(number)).segment == "organisation"
    assert ("contact-edited", {"fields": ["segment"]}) in await desk.story(number)
    [entry] = await changes(desk)
    assert entry.actor == f"agent:{boss.agent}"
    assert (entry.data["was_segment"], entry.data["segment"]) == ("ordinary", "organisation")
    assert (await boss.post(f"/api/customers/{customer}", {"segment": "organisation"}))[0] == 200
    assert len(await changes(desk)) == 1, "the same again is no news"


async def test_agents_may_not(desk: Desk) -> None:
    sara = await desk.agent("sara")
    contact = await desk.held(sara)
    customer = (await desk.contact(contact)).customer
    assert (await sara.post(f"/api/customers/{customer}", {"segment": "vip"}))[0] == 403
    assert (await desk.contact(contact)).segment == "ordinary" and await changes(desk) == []


@pytest.mark.parametrize("body", [{"segment": "royal"}, {"segment": ""}, {"segment": 3}, {"segment": None}, {},
                                  {"segment": "v" * 1000}, {"segment": ["vip"]}])
async def test_what_is_no_segment_is_refused_with_the_field(desk: Desk, body: dict[str, Any]) -> None:
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    customer = (await desk.contact(await desk.say())).customer
    status, answer = await boss.post(f"/api/customers/{customer}", body)
    assert status == 400 and answer["error"]["code"] == "bad_request" and answer["error"]["field"] == "segment"
    assert await changes(desk) == []


async def test_nobodys_file_and_a_file_that_was_joined(desk: Desk) -> None:
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    gone = (await desk.contact(await desk.say("ali"))).customer
    kept = (await desk.contact(await desk.say("reza"))).customer
    await desk.store.run(lambda tx: tx.people.join(gone, kept))
    assert (await boss.post("/api/customers/999", {"segment": "vip"}))[0] == 404
    assert (await boss.post(f"/api/customers/{gone}", {"segment": "vip"}))[0] == 409
    assert (await boss.post(f"/api/customers/{kept}", {"segment": "vip"}))[0] == 200


def proved(number: str) -> Any:
    """Ali's provider vouches for the address that Reza writes from: one person."""
    at = datetime.now(UTC)
    return Said(channel="line", external_id=f"proof-{number}", text="من همانم", at=at, thread=Thread(key="ali"),
                sender=Address(medium=MEDIA["line"], value="ali"),
                vouched=(Address(medium=MEDIA["line"], value="reza"),))


@pytest.mark.parametrize(("by_hand", "wins"), [
    ([], "ordinary"),
    ([("ali", "potential")], "potential"),
    ([("reza", "vip")], "vip"),
    ([("reza", "organisation"), ("ali", "ordinary")], "ordinary"),
    ([("ali", "vip"), ("reza", "ordinary"), ("reza", "potential")], "potential"),
    ([("reza", "vip"), ("ali", "organisation"), ("reza", "vip")], "organisation"),  # the same again is nothing new
])
@pytest.mark.parametrize("order", [("ali", "reza"), ("reza", "ali")])
async def test_of_two_files_what_a_person_said_last_counts(desk: Desk, order: tuple[str, str], wins: str,
                                                          by_hand: list[tuple[str, str]]) -> None:
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    numbers = {name: await desk.say(name) for name in order}
    files = {name: (await desk.contact(number)).customer for name, number in numbers.items()}
    for name, segment in by_hand:
        await boss.ok(f"/api/customers/{files[name]}", {"segment": segment})
    was = {name: (await desk.contact(number)).segment for name, number in numbers.items()}
    await desk.intake(proved("1"))
    kept, gone = files[order[0]], files[order[1]]
    for number in numbers.values():
        found = await desk.contact(number)
        assert (found.customer, found.segment) == (kept, wins), "contacts that wait follow at once"
    assert (await desk.read(lambda tx: tx.people.customer(kept))).segment == wins
    [joined] = [each for each in await desk.read(lambda tx: tx.journal.after(0, limit=10_000))
                if each.name == "customers-joined"]
    assert joined.data == {"customer": kept, "gone": gone, "segment": wins}
    news = [each for each in await changes(desk) if each.actor.startswith("channel:")]
    assert [(each.data["was_segment"], each.data["segment"]) for each in news] == (
        [(was[order[0]], wins)] if was[order[0]] != wins else [])


async def test_where_nobody_said_anything_the_more_important_counts_and_what_stands_alone_stays(desk: Desk) -> None:
    older, newer = await desk.say("reza"), await desk.say("ali")

    def units(tx: Any) -> None:
        tx.people.change(tx.contacts.get(newer).customer, segment="organisation")  # as an import sets it
        tx.contacts.change(tx.contacts.get(newer), segment="organisation")
        tx.contacts.change(tx.contacts.get(older), segment="potential")  # said of this contact alone
    await desk.store.run(units)
    await desk.intake(proved("1"))
    found = [await desk.contact(number) for number in (older, newer)]
    assert [each.segment for each in found] == ["potential", "organisation"]
    assert (await desk.read(lambda tx: tx.people.customer(found[0].customer))).segment == "organisation"
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    assert (await boss.ok(f"/api/customers/{found[0].customer}", {"segment": "vip"}))["customer"]["segment"] == "vip"
