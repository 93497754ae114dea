"""Every action of the console: what it changes, what the journal says, who may, what is answered when it cannot be."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.model import DeliveryState, OutKind
from router.records import AgentState, ContactState, Role
from tests.agents_front import Client, Desk, fronted, until


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        yield made


@pytest.fixture
async def sara(desk: Desk) -> Client:
    return await desk.agent("sara", phone="200")


@pytest.fixture
async def boss(desk: Desk) -> Client:
    return await desk.agent("boss", role=Role.SUPERVISOR)


async def names(desk: Desk, contact: int) -> list[str]:
    return [name for name, _ in await desk.story(contact)]


async def test_accept(desk: Desk, sara: Client) -> None:
    contact = await desk.say()
    offer = await desk.offer(contact, sara)
    answer = await sara.ok(f"/api/offers/{offer}/accept")
    assert answer["contact"]["state"] == "active" and answer["contact"]["agent"] == sara.agent
    assert answer["contact"]["answered_at"] is not None and answer["contact"]["offer"] is None
    story = await desk.story(contact)
    assert [name for name, _ in story][-2:] == ["offer-ended", "contact-changed"]
    assert story[-1][1]["was"] == "offered" and story[-2][1]["outcome"] == "accepted"
    assert await desk.read(lambda tx: tx.timers.get("offer", offer)) is None
    assert (await sara.post(f"/api/offers/{offer}/accept"))[0] == 409
    assert (await sara.post(f"/api/offers/{offer}/decline"))[0] == 409


async def test_only_who_was_asked_accepts(desk: Desk, sara: Client, boss: Client) -> None:
    offer = await desk.offer(await desk.say(), sara)
    assert (await boss.post(f"/api/offers/{offer}/accept"))[0] == 404
    assert (await sara.post("/api/offers/999/accept"))[0] == 404


async def test_two_accepts_at_once_are_one(desk: Desk, sara: Client) -> None:
    offer = await desk.offer(await desk.say(), sara)
    answers = await asyncio.gather(*(sara.post(f"/api/offers/{offer}/accept") for _ in range(8)))
    assert sorted(status for status, _ in answers) == [200] + [409] * 7


async def test_a_given_away_contact_does_not_come_straight_back(tmp_path: Path) -> None:
    async with fronted(tmp_path, dispatch=True) as desk:
        sara = await desk.agent("sara")
        contact = await desk.say()

        async def offered_to(client: Client) -> Any:
            offer = await desk.read(lambda tx: tx.offers.live(contact))
            return offer if offer is not None and offer.agent == client.agent else None
        await sara.ok(f"/api/offers/{(await until(lambda: offered_to(sara), what='an offer')).id}/accept")
        await sara.ok(f"/api/contacts/{contact}/transfer", {"queue": 1})
        omid = await desk.agent("omid")
        await until(lambda: offered_to(omid), what="the next colleague is asked")
        outcomes = [outcome for _, outcome in await desk.read(lambda tx: tx.offers.of(contact))]
        assert outcomes == ["accepted", ""]


async def test_accepting_a_call_connects_the_agents_telephone(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara, channel="phone")
    found = [m for m in await desk.read(lambda tx: tx.messages.of(contact)) if m.delivery]
    assert [(m.delivery.kind, m.data["to"], m.direction) for m in found] == [(OutKind.CONNECT, "200", "system")]
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    other = await desk.held(boss, "reza", channel="phone")
    assert not [m for m in await desk.read(lambda tx: tx.messages.of(other)) if m.delivery], "no telephone, no call"


async def test_decline_keeps_the_place(desk: Desk, sara: Client) -> None:
    contact = await desk.say()
    before = await desk.contact(contact)
    offer = await desk.offer(contact, sara)
    assert (await sara.post(f"/api/offers/{offer}/decline", {"reason": "علی بداخلاق است"}))[0] == 400
    answer = await sara.ok(f"/api/offers/{offer}/decline", {"reason": "busy"})
    assert answer["contact"]["state"] == "waiting" and answer["contact"]["agent"] is None
    after = await desk.contact(contact)
    assert after.queued_at == before.queued_at and after.excluded == (sara.agent,)
    assert (await desk.read(lambda tx: tx.desk.agent(sara.agent))).state is AgentState.READY
    assert (await names(desk, contact))[-2:] == ["offer-ended", "contact-queued"]


async def test_reply_is_one_message_per_key(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    body = {"key": "k1", "text": "  درود بر شما  "}
    answers = await asyncio.gather(*(sara.post(f"/api/contacts/{contact}/reply", body) for _ in range(6)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["message"]["id"] for _, answer in answers}) == 1
    message = answers[0][1]["message"]
    assert message["text"] == "درود بر شما" and message["direction"] == "out" and message["author"] == "Sara"
    assert message["delivery"]["state"] == "pending" and message["kind"] == "reply"
    await sara.ok(f"/api/contacts/{contact}/reply", {"key": "k2", "text": "باز هم"})
    assert len(await desk.read(lambda tx: tx.messages.of(contact))) == 3
    other = await desk.held(sara, "reza")
    assert (await sara.post(f"/api/contacts/{other}/reply", body))[0] == 409


async def test_reply_stays_within_the_channels_limits(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    async def refused(body: dict[str, Any], field: str, words: str, number: int = contact) -> None:
        status, answer = await sara.post(f"/api/contacts/{number}/reply", {"key": "x", **body})
        assert status == 400 and answer["error"]["field"] == field and words in answer["error"]["message"], answer
    await refused({"text": "ا" * 301}, "text", "300")
    await refused({"text": "   "}, "text", "needs")
    await refused({"text": "x", "html": "<b>x</b>"}, "html", "plain text")
    await refused({"text": "x", "attachments": [999]}, "attachments", "999")
    await refused({"text": "x", "attachments": [1, 2, 3]}, "attachments", "2")
    await refused({"text": 5}, "text", "str")
    await refused({"text": "x", "key": ""}, "key", "key")
    status, big = await sara.post("/api/uploads", data=b"x" * 1001, headers={"Content-Type": "text/plain"})
    assert status == 200
    await refused({"text": "x", "attachments": [big["id"]]}, "attachments", "1000")
    call = await desk.held(sara, "reza", channel="phone")
    await refused({"text": "x", "attachments": [big["id"]]}, "attachments", "no files", number=call)
    assert len(await desk.read(lambda tx: tx.messages.of(contact))) == 1


async def test_reply_with_files_and_formatted_text(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara, "ali@example.org", channel="mail")
    status, upload = await sara.post("/api/uploads", data="سند".encode(), headers={
        "Content-Type": "text/plain; charset=utf-8", "X-File-Name": "..%2F%D8%B3%D9%86%D8%AF%E2%80%AE.txt"})
    assert status == 200 and upload == {"id": upload["id"], "name": "سند.txt", "media_type": "text/plain", "size": 6}
    answer = await sara.ok(f"/api/contacts/{contact}/reply", {
        "key": "k", "text": "پیوست شد", "html": "<p onclick=x()>پیوست <b>شد</b><script>x()</script></p>",
        "attachments": [upload["id"]]})
    assert answer["message"]["attachments"][0]["name"] == "سند.txt" and answer["message"]["has_html"]
    message = (await desk.read(lambda tx: tx.messages.many([answer["message"]["id"]])))[0]
    assert message.html == "<p>پیوست <b>شد</b></p>"
    again = await sara.post(f"/api/contacts/{contact}/reply", {"key": "k2", "text": "x", "attachments": [upload["id"]]})
    assert again[0] == 400, "an upload is used once"


async def test_an_upload_is_its_agents_own(desk: Desk, sara: Client, boss: Client) -> None:
    contact = await desk.held(boss)
    _, upload = await sara.post("/api/uploads", data=b"x")
    assert (await boss.post(f"/api/contacts/{contact}/reply",
                            {"key": "k", "text": "x", "attachments": [upload["id"]]}))[0] == 400


async def test_reply_needs_the_contact_in_hand(desk: Desk, sara: Client, boss: Client) -> None:
    contact = await desk.say()
    body = {"key": "k", "text": "x"}
    assert (await sara.post(f"/api/contacts/{contact}/reply", body))[0] == 403
    answer = await boss.ok(f"/api/contacts/{contact}/reply", body)
    assert answer["message"]["agent"] == boss.agent
    now = await desk.contact(contact)
    assert now.state is ContactState.ACTIVE and now.agent == boss.agent
    assert (await sara.post(f"/api/contacts/{contact}/reply", body))[0] == 403
    await boss.ok(f"/api/contacts/{contact}/finish")
    await boss.ok(f"/api/contacts/{contact}/reply", {"key": "k2", "text": "در جمع‌بندی هم می‌شود"})
    await boss.ok(f"/api/contacts/{contact}/close", {"disposition": "resolved"})
    status, answer = await boss.post(f"/api/contacts/{contact}/reply", {"key": "k3", "text": "x"})
    assert status == 409 and "closed" in answer["error"]["message"]


async def test_nothing_goes_to_who_opted_out(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    await desk.store.run(lambda tx: tx.people.opt_out(tx.people.address(contact), tx.now))
    status, answer = await sara.post(f"/api/contacts/{contact}/reply", {"key": "k", "text": "x"})
    assert status == 409 and "no more messages" in answer["error"]["message"]


async def test_note_once_per_key_and_on_closed_contacts(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    first = await sara.ok(f"/api/contacts/{contact}/note", {"key": "n", "text": "یادداشت"})
    again = await sara.ok(f"/api/contacts/{contact}/note", {"key": "n", "text": "یادداشت"})
    assert first == again and first["message"]["direction"] == "note" and first["message"]["delivery"] is None
    await sara.ok(f"/api/contacts/{contact}/close", {"disposition": "resolved", "note": "تمام"})
    await sara.ok(f"/api/contacts/{contact}/note", {"key": "n2", "text": "بعداً"})
    notes = [m.text for m in await desk.read(lambda tx: tx.messages.of(contact)) if m.direction == "note"]
    assert notes == ["یادداشت", "تمام", "بعداً"]


async def test_take(desk: Desk, sara: Client, boss: Client) -> None:
    contact = await desk.say()
    await sara.ok(f"/api/contacts/{contact}/take")
    assert (await desk.contact(contact)).agent == sara.agent
    assert (await sara.post(f"/api/contacts/{contact}/take"))[0] == 409
    omid = await desk.agent("omid")
    assert (await omid.post(f"/api/contacts/{contact}/take"))[0] == 409
    await boss.ok(f"/api/contacts/{contact}/take")
    now = await desk.contact(contact)
    assert now.agent == boss.agent and now.last_agent == sara.agent
    offered = await desk.say("reza")
    offer = await desk.offer(offered, sara)
    await sara.ok(f"/api/contacts/{offered}/take")
    assert [outcome for _, outcome in await desk.read(lambda tx: tx.offers.of(offered))] == ["accepted"]
    assert (await sara.post(f"/api/offers/{offer}/accept"))[0] == 409


async def test_what_one_may_not_see_is_not_there(desk: Desk, sara: Client) -> None:
    town = await desk.say("reza", queue="town")
    for what in ("take", "finish", "reopen"):
        assert (await sara.post(f"/api/contacts/{town}/{what}"))[0] == 404
    assert (await sara.get(f"/api/contacts/{town}"))[0] == 404
    skilled = await desk.agent("town", skills={"town": 3})
    await skilled.ok(f"/api/contacts/{town}/take")


async def test_transfer_to_a_queue_keeps_the_waiting_time(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    before = await desk.contact(contact)
    await sara.ok(f"/api/contacts/{contact}/transfer", {"queue": "town", "note": "از شهر بپرسید"})
    after = await desk.contact(contact)
    assert after.state is ContactState.WAITING and after.queue == 2 and after.queued_at == before.queued_at
    assert after.agent is None and after.last_agent == sara.agent
    assert after.excluded == (sara.agent,), "who gives it away is not asked again at once"
    assert await desk.read(lambda tx: tx.timers.get("reoffer", contact))
    story = await desk.story(contact)
    assert [name for name, _ in story][-3:] == ["message-added", "contact-changed", "contact-queued"]
    assert story[-1][1]["reason"] == "transfer"
    assert (await sara.post(f"/api/contacts/{contact}/transfer", {"queue": 1}))[0] == 403, "it is not hers any more"
    for wrong in ({"queue": 99}, {"queue": "nowhere"}, {}, {"queue": 1, "agent": 1}):
        held = await desk.held(sara, f"c{wrong}")
        assert (await sara.post(f"/api/contacts/{held}/transfer", wrong))[0] in (400, 404)


async def test_transfer_to_a_colleague_is_an_offer(desk: Desk, sara: Client, boss: Client) -> None:
    contact = await desk.held(sara)
    await sara.ok(f"/api/contacts/{contact}/transfer", {"agent": boss.agent})
    now = await desk.contact(contact)
    offer = await desk.read(lambda tx: tx.offers.live(contact))
    assert now.state is ContactState.OFFERED and now.agent == boss.agent and offer.why["rule"] == "direct"
    assert (await desk.read(lambda tx: tx.timers.get("offer", offer.id))).due_at == offer.expires_at
    await boss.ok(f"/api/offers/{offer.id}/decline")
    back = await desk.contact(contact)
    assert back.state is ContactState.WAITING and back.queue == 1
    assert set(back.excluded) == {sara.agent, boss.agent}
    held = await desk.held(sara, "reza")
    assert (await sara.post(f"/api/contacts/{held}/transfer", {"agent": sara.agent}))[0] == 400
    assert (await sara.post(f"/api/contacts/{held}/transfer", {"agent": 99}))[0] == 404
    await boss.ok("/api/me/state", {"state": "offline"})
    assert (await sara.post(f"/api/contacts/{held}/transfer", {"agent": boss.agent}))[0] == 409


async def test_supervisors_move_what_waits_and_what_is_offered(desk: Desk, sara: Client, boss: Client) -> None:
    contact = await desk.say()
    await boss.ok(f"/api/contacts/{contact}/transfer", {"queue": "town"})
    assert (await desk.contact(contact)).queue == 2
    await boss.ok(f"/api/contacts/{contact}/transfer", {"queue": 1})
    offer = await desk.offer(contact, sara)
    await boss.ok(f"/api/contacts/{contact}/transfer", {"queue": 2})
    assert (await sara.post(f"/api/offers/{offer}/accept"))[0] == 409
    assert (await desk.contact(contact)).state is ContactState.WAITING


async def test_finish_close_and_idle_since(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    idle = (await desk.read(lambda tx: tx.desk.agent(sara.agent))).idle_since
    await sara.ok(f"/api/contacts/{contact}/finish")
    assert (await desk.contact(contact)).state is ContactState.WRAP_UP
    assert (await desk.read(lambda tx: tx.desk.agent(sara.agent))).idle_since == idle, "wrap-up is work"
    status, answer = await sara.post(f"/api/contacts/{contact}/close", {"disposition": "great"})
    assert status == 400 and "resolved" in answer["error"]["message"]
    await sara.ok(f"/api/contacts/{contact}/close", {"disposition": "resolved"})
    closed = await desk.contact(contact)
    assert closed.closed_at and closed.agent is None and closed.last_agent == sara.agent
    assert closed.disposition == "resolved"
    assert (await desk.read(lambda tx: tx.desk.agent(sara.agent))).idle_since > idle
    assert (await sara.post(f"/api/contacts/{contact}/close", {"disposition": "resolved"}))[0] == 403
    assert (await sara.post(f"/api/contacts/{contact}/finish"))[0] == 403


async def test_snooze_and_wake(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    until = desk.clock() + timedelta(hours=2)
    answer = await sara.ok(f"/api/contacts/{contact}/snooze", {"until": until.isoformat()})
    assert answer["contact"]["state"] == "snoozed" and answer["contact"]["agent"] == sara.agent
    assert answer["contact"]["wake_at"][:19] == until.isoformat()[:19]
    assert not await desk.read(lambda tx: tx.contacts.held_by(sara.agent)), "it takes no capacity"
    await sara.ok(f"/api/contacts/{contact}/reopen")
    assert await desk.read(lambda tx: tx.timers.get("wake", contact)) is None
    for wrong in ("yesterday", "2020-01-01T00:00:00Z", (desk.clock() + timedelta(days=400)).isoformat(), "2027-01-01"):
        assert (await sara.post(f"/api/contacts/{contact}/snooze", {"until": wrong}))[0] == 400


async def test_reopen(desk: Desk, sara: Client, boss: Client) -> None:
    contact = await desk.held(sara)
    await sara.ok(f"/api/contacts/{contact}/close", {"disposition": "resolved"})
    await sara.ok(f"/api/contacts/{contact}/reopen")
    now = await desk.contact(contact)
    assert now.state is ContactState.ACTIVE and now.agent == sara.agent and now.closed_at is None
    assert (await sara.post(f"/api/contacts/{contact}/reopen"))[0] == 409
    await sara.ok(f"/api/contacts/{contact}/close", {"disposition": "resolved"})
    await desk.store.run(lambda tx: tx.contacts.open(
        channel="line", medium="webchat", thread_key="ali", customer=now.customer, address=now.address,
        state=ContactState.WAITING, queue=1))
    status, answer = await sara.post(f"/api/contacts/{contact}/reopen")
    assert status == 409 and "goes on in contact" in answer["error"]["message"]


async def test_hangup_once(desk: Desk, sara: Client) -> None:
    call = await desk.held(sara, channel="phone")
    await sara.ok(f"/api/contacts/{call}/hangup")
    await sara.ok(f"/api/contacts/{call}/hangup")
    kinds = [m.delivery.kind for m in await desk.read(lambda tx: tx.messages.of(call)) if m.delivery]
    assert kinds == [OutKind.CONNECT, OutKind.HANGUP]
    chat = await desk.held(sara, "reza")
    assert (await sara.post(f"/api/contacts/{chat}/hangup"))[0] == 409


async def test_on_hold_and_on(desk: Desk, sara: Client, boss: Client) -> None:
    call = await desk.held(sara, channel="phone")
    assert (await sara.ok(f"/api/contacts/{call}/hold"))["contact"]["data"]["on_hold"] == sara.agent
    await sara.ok(f"/api/contacts/{call}/hold")
    assert "on_hold" not in (await boss.ok(f"/api/contacts/{call}/resume"))["contact"]["data"], "who leads may as well"
    await sara.ok(f"/api/contacts/{call}/resume")
    found = [m for m in await desk.read(lambda tx: tx.messages.of(call)) if m.delivery]
    assert [m.delivery.kind for m in found] == [OutKind.CONNECT, OutKind.HOLD, OutKind.CONNECT]
    assert found[-1].data["to"] == "200" and (await names(desk, call)).count("contact-edited") == 2
    omid = await desk.agent("omid")
    assert (await omid.post(f"/api/contacts/{call}/hold"))[0] in (403, 404), "it is not theirs"
    other = await desk.held(omid, "989", channel="phone")
    assert (await omid.post(f"/api/contacts/{other}/hold"))[0] == 409, "no telephone"
    chat = await desk.held(sara, "reza")
    assert (await sara.post(f"/api/contacts/{chat}/hold"))[0] == 409
    await sara.ok(f"/api/contacts/{call}/finish")
    assert (await sara.post(f"/api/contacts/{call}/hold"))[0] == 409


async def test_deliveries_wait_for_a_persons_word(desk: Desk, sara: Client) -> None:
    contact = await desk.held(sara)
    sent = (await sara.ok(f"/api/contacts/{contact}/reply", {"key": "k", "text": "x"}))["message"]["delivery"]["id"]
    assert (await sara.post(f"/api/deliveries/{sent}/retry"))[0] == 409

    def uncertain(tx: Any) -> Any:
        return tx.outbox.fail(sent, state="uncertain", error="doubtful", detail="", due_at=None)
    await desk.store.run(uncertain)
    answer = await sara.ok(f"/api/deliveries/{sent}/retry")
    assert answer["message"]["delivery"]["state"] == "pending"
    await desk.store.run(uncertain)
    answer = await sara.ok(f"/api/deliveries/{sent}/give-up")
    assert answer["message"]["delivery"]["state"] == "failed" and answer["message"]["delivery"]["error"] == "given-up"
    assert answer["message"]["delivery"]["fa"]
    omid = await desk.agent("omid")
    assert (await omid.post(f"/api/deliveries/{sent}/retry"))[0] == 403
    await sara.ok(f"/api/contacts/{contact}/close", {"disposition": "resolved"})
    await sara.ok(f"/api/deliveries/{sent}/retry")
    assert (await desk.read(lambda tx: tx.outbox.get(sent))).state is DeliveryState.PENDING


async def test_states_of_an_agent(desk: Desk, sara: Client) -> None:
    first = await desk.read(lambda tx: tx.desk.agent(sara.agent))
    answer = await sara.ok("/api/me/state", {"state": "away", "reason": "lunch"})
    assert answer["me"]["state"] == "away" and answer["me"]["reason"] == "lunch" and answer["warning"] is None
    assert (await sara.post("/api/me/state", {"state": "away", "reason": "bored"}))[0] == 400
    assert (await sara.post("/api/me/state", {"state": "gone"}))[0] == 400
    await sara.ok("/api/me/state", {"state": "ready", "reason": "lunch"})
    again = await desk.read(lambda tx: tx.desk.agent(sara.agent))
    assert again.reason == "" and again.idle_since > first.idle_since
    head = await desk.read(lambda tx: tx.journal.head())
    await sara.ok("/api/me/state", {"state": "ready"})
    assert await desk.read(lambda tx: tx.journal.head()) == head, "nothing changed, nothing is told"


async def test_going_offline_keeps_what_is_held_and_returns_what_is_offered(desk: Desk, sara: Client) -> None:
    held = await desk.held(sara)
    offered = await desk.say("reza")
    offer = await desk.offer(offered, sara)
    answer = await sara.ok("/api/me/state", {"state": "offline"})
    assert answer["held"] == [held] and "1" in answer["warning"]["en"] and answer["warning"]["fa"]
    assert (await desk.contact(held)).agent == sara.agent
    back = await desk.contact(offered)
    assert back.state is ContactState.WAITING and back.excluded == () and back.agent is None
    assert (await sara.post(f"/api/offers/{offer}/accept"))[0] == 409
    assert await desk.read(lambda tx: tx.timers.get("offer", offer)) is None


async def test_language(desk: Desk, sara: Client) -> None:
    assert (await sara.ok("/api/me/language", {"language": "en"}))["me"]["language"] == "en"
    assert (await sara.post("/api/me/language", {"language": "de"}))[0] == 400


async def test_a_closed_account_gives_everything_back(desk: Desk, sara: Client) -> None:
    admin = await desk.agent("admin", role=Role.ADMIN)
    active, put_aside, offered = await desk.held(sara), await desk.held(sara, "b"), await desk.say("c")
    await sara.ok(f"/api/contacts/{put_aside}/snooze", {"until": (desk.clock() + timedelta(hours=1)).isoformat()})
    await desk.offer(offered, sara)
    await admin.ok(f"/api/agents/{sara.agent}", {"active": False})
    for contact in (active, put_aside, offered):
        now = await desk.contact(contact)
        assert now.state is ContactState.WAITING and now.agent is None, contact
    assert (await sara.get("/api/me"))[0] == 401
    assert (await admin.post(f"/api/agents/{admin.agent}", {"active": False}))[0] == 409
    assert (await admin.post(f"/api/agents/{admin.agent}", {"role": "agent"}))[0] == 409
