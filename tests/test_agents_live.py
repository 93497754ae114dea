"""The live protocol: apply(old snapshot, changes) equals a fresh snapshot, for everybody, after each action and cut."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents import contacts, fanout, offers, peers, projector, replies, sockets, state
from agents.projector import count, everything, standing
from agents.scene import Scene
from router.errors import BadRequest, Conflict, Forbidden, NotFound
from router.model import DeliveryState, Health, Receipt, SignalKind
from router.records import ContactState, Role, Timer
from tests.agents_front import LIMITS, MEDIA, Client, Desk, Watcher, fronted, until
from tests.house import closed_with

KINDS = ("me", "contact", "message", "agent", "queue", "channel", "alarms")


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        yield made


def whole(state: dict[str, Any]) -> dict[str, Any]:
    return {kind: state.get(kind, {}) for kind in KINDS}


async def pictured(desk: Desk) -> dict[str, Any]:
    """What a process that starts now would see in the database."""
    live = desk.front.live

    def read(tx: Any) -> Scene:
        all = everything(tx)
        made = Scene({name: medium.value for name, medium in MEDIA.items()})
        made.online = set(live.scene.online)
        targets = {int(queue.id): queue.target_seconds for queue in all.queues.values()}
        made.load(all, count(tx, live.scene.tally.day, targets, until=all.seq), desk.lights,
                  standing(tx, live.scene.tally.day, until=all.seq))
        return made
    return (await desk.read(read)).picture()


async def agree(desk: Desk, people: dict[str, tuple[Client, Watcher]], open: list[int], what: str = "") -> None:
    """Everybody's state, put together from changes, equals a fresh snapshot."""
    head = await desk.read(lambda tx: tx.journal.head())
    await until(lambda: desk.front.live.scene.seq >= head, what="the picture catches up")
    assert desk.front.live.scene.picture() == await pictured(desk), what
    for name, (client, watcher) in people.items():
        await watcher.reach(head)
        for _ in range(20):
            fresh = await client.live(open=open)
            assert fresh.seq >= head
            await fresh.close()
            different = [kind for kind in KINDS if whole(watcher.state)[kind] != whole(fresh.state)[kind]]
            if different != ["agent"]:
                break
            # Who is online is told without a journal position: it may still be on its way to either.
            await watcher.hear()
        for kind in different:
            assert whole(watcher.state)[kind] == whole(fresh.state)[kind], (what, name, kind)


async def test_every_action_as_everybody_sees_it(tmp_path: Path, database: str) -> None:
    async with fronted(tmp_path, database=database) as desk:
        await every_action(desk)


async def every_action(desk: Desk) -> None:
    """The longest walk: each action once, looked at by an agent, a colleague, a specialist and a supervisor."""
    sara, omid = await desk.agent("sara", phone="200"), await desk.agent("omid")
    town = await desk.agent("town", skills={"town": 2}, ready=False)
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    people = {name: (client, await client.live(open=[1, 2, 3])) for name, client in
              {"sara": sara, "omid": omid, "town": town, "boss": boss}.items()}
    await desk.store.run(lambda tx: tx.messages.upload(sara.agent, _file()))
    until_time = (desk.clock() + timedelta(hours=1)).isoformat()

    async def step(what: str, doing: Awaitable[Any]) -> Any:
        done = await doing
        await agree(desk, people, [1, 2, 3], what)
        return done

    assert await step("a citizen writes", desk.say("ali", name="علی")) == 1
    offer = await step("an offer", desk.offer(1, sara))
    await step("declined", sara.ok(f"/api/offers/{offer}/decline"))
    await step("may be asked again", desk.store.run(
        lambda tx: desk.dispatch.handlers()["reoffer"](tx, Timer(kind="reoffer", subject=1, due_at=tx.now))))
    offer = await step("offered again", desk.offer(1, omid))
    await step("accepted", omid.ok(f"/api/offers/{offer}/accept"))
    sent = await step("reply", omid.ok("/api/contacts/1/reply", {"key": "a", "text": "سلام", "suggestion": 4}))
    delivery = sent["message"]["delivery"]["id"]
    await step("delivered", desk.intake(Receipt(channel="line", external_id="r1", part_id="", delivery=delivery,
                                                state=DeliveryState.DELIVERED, at=desk.clock())))
    await step("note", omid.ok("/api/contacts/1/note", {"key": "n", "text": "یادداشت"}))
    await step("the citizen again", desk.say("ali", "باز هم"))
    await step("finish", omid.ok("/api/contacts/1/finish"))
    await step("a word in wrap-up", desk.say("ali", "یک چیز دیگر"))
    await step("snooze", omid.ok("/api/contacts/1/snooze", {"until": until_time}))
    await step("woken by the citizen", desk.say("ali", "هستید؟"))
    await step("take", sara.ok("/api/contacts/1/take"))
    await step("to the town queue", sara.ok("/api/contacts/1/transfer", {"queue": "town", "note": "ببینید"}))
    await step("ready", town.ok("/api/me/state", {"state": "ready"}))
    offer = await step("offered in town", desk.offer(1, town))
    await step("accepted in town", town.ok(f"/api/offers/{offer}/accept"))
    await step("handed over", town.ok("/api/contacts/1/transfer", {"agent": boss.agent}))
    await step("gone offline with an offer", boss.ok("/api/me/state", {"state": "offline"}))
    await step("taken by the supervisor", boss.ok("/api/contacts/1/take"))
    await step("closed", boss.ok("/api/contacts/1/close", {"disposition": "resolved", "note": "تمام"}))
    await step("a note on a closed contact", boss.ok("/api/contacts/1/note", {"key": "n", "text": "بعداً"}))
    await step("reopened", boss.ok("/api/contacts/1/reopen"))
    await step("closed again", boss.ok("/api/contacts/1/close", {"disposition": "resolved"}))
    await step("the citizen reopens", desk.say("ali", "حل نشد"))
    await step("the citizen leaves", desk.leave("ali"))
    call = await step("a call", desk.say("989", channel="phone"))
    offer = await step("the call is offered", desk.offer(call, sara))
    await step("the call is answered", sara.ok(f"/api/offers/{offer}/accept"))
    await step("hangup", sara.ok(f"/api/contacts/{call}/hangup"))
    await step("they hung up", desk.leave("989", channel="phone"))
    await step("away", sara.ok("/api/me/state", {"state": "away", "reason": "lunch"}))
    await step("language", sara.ok("/api/me/language", {"language": "en"}))
    await step("a failed message", desk.store.run(lambda tx: _failed(tx, delivery)))
    await step("self-service", desk.leave("caller", channel="phone", kind=SignalKind.OPEN))
    assert {name for name, (_, w) in people.items() if "3" in w.state["contact"]} == {"boss"}
    await step("asks for a person", desk.leave("caller", channel="phone", kind=SignalKind.ENQUEUE))


def _file() -> Any:
    from router.model import Attachment
    return Attachment(name="x", media_type="text/plain", size=1, digest="0" * 64)


def _failed(tx: Any, delivery: int) -> None:
    from router.events import DeliveryChanged
    made = tx.outbox.give_up(delivery) if tx.outbox.get(delivery).state == "failed" else tx.outbox.get(delivery)
    tx.emit(DeliveryChanged(about=made.contact, delivery=made.id, message=made.message, state=made.state.value),
            actor="outbox")


async def test_changes_of_set_up_as_everybody_sees_them(desk: Desk) -> None:
    admin = await desk.agent("admin", role=Role.ADMIN)
    sara = await desk.agent("sara")
    await desk.say("ali")
    await desk.say("reza", queue="town")
    held = await desk.held(sara, "mina")
    client, watcher = sara, await sara.live(open=[1, 2, held])
    people = {"sara": (client, watcher), "admin": (admin, await admin.live(open=[1]))}

    async def step(what: str, path: str, body: Any) -> Any:
        done = await admin.ok(path, body)
        await agree(desk, {"sara": people["sara"]}, [1, 2, held], what)
        await agree(desk, {"admin": people["admin"]}, [1], what)
        return done

    assert "2" not in watcher.state["contact"]
    await step("a new skill", f"/api/agents/{sara.agent}", {"skills": {"town": 1}})
    assert "2" in watcher.state["contact"] and any(m["contact"] == 2 for m in watcher.state["message"].values())
    await step("skills gone", f"/api/agents/{sara.agent}", {"skills": {}})
    assert "2" not in watcher.state["contact"]
    await step("a new name", f"/api/agents/{sara.agent}", {"public_name": "سارا", "capacity": 3})
    await step("a supervisor now", f"/api/agents/{sara.agent}", {"role": "supervisor"})
    await step("an agent again", f"/api/agents/{sara.agent}", {"role": "agent"})
    await step("a new agent", "/api/agents", {"login": "nika", "password": "correct horse battery"})
    await step("the agent leaves", "/api/agents/3", {"active": False})
    await step("a new queue", "/api/queues", {"name": "water", "title_fa": "آب", "title_en": "Water"})
    await step("a queue asks for a skill", "/api/queues/1", {"skills": ["general"], "target_seconds": 10})
    assert "1" not in watcher.state["contact"] and str(held) in watcher.state["contact"]


async def test_lights_and_presence_are_told_though_no_journal_knows_them(desk: Desk) -> None:
    sara, omid = await desk.agent("sara"), await desk.agent("omid")
    watcher = await sara.live()
    assert watcher.state["agent"][str(omid.agent)]["online"] is False
    other = await omid.live()
    await watcher.until(lambda: watcher.state["agent"][str(omid.agent)]["online"], what="omid is here")
    seq = watcher.seq
    await watcher.close()
    await other.close()
    await until(lambda: omid.agent not in desk.front.live.scene.online, what="omid went")
    desk.lights["mail"] = Health(code="down", en="no connection", fa="قطع")
    desk.front.live.nudge()
    again = await sara.live(hello=False)
    again.state, again.seq = watcher.state, watcher.seq
    await again.hello(seq)
    assert again.words[0]["op"] == "changes", "nothing is in the journal, and still it is told"
    assert again.state["agent"][str(omid.agent)]["online"] is False
    assert again.state["channel"]["mail"]["code"] == "down"
    await agree(desk, {"sara": (sara, again)}, [])


async def test_hello_answers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sara = await desk.agent("sara")
    await desk.say("ali")
    watcher = await sara.live()
    assert watcher.words[0]["op"] == "snapshot" and watcher.state["message"] == {}
    await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
    await watcher.hello(watcher.seq)
    assert watcher.words[-1]["op"] == "changes" and watcher.words[-1]["prev"] == watcher.words[-1]["seq"]
    await watcher.hello(10**9)
    assert watcher.words[-1]["op"] == "snapshot", "a position from another database"
    monkeypatch.setattr(fanout, "LONGEST_GAP", 2)
    await watcher.hello(1)
    assert watcher.words[-1]["op"] == "snapshot", "too long ago"


async def test_open_and_shut(desk: Desk) -> None:
    sara = await desk.agent("sara")
    contact = await desk.held(sara)
    hidden = await desk.say("reza", queue="town")
    watcher = await sara.live()
    await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
    await watcher.say(op="open", contact=contact)
    word = await watcher.hear()
    assert word["op"] == "changes" and word["prev"] == word["seq"] and len(word["put"]["message"]) == 1
    for wrong in (hidden, 999, -1, "x", None):
        await watcher.say(op="open", contact=wrong)
        assert (await watcher.hear())["op"] == "error"
    await sara.ok(f"/api/contacts/{contact}/reply", {"key": "k", "text": "پاسخ"})
    await watcher.until(lambda: len(watcher.state["message"]) == 2, what="the reply")
    await watcher.say(op="shut", contact=contact)
    await sara.ok(f"/api/contacts/{contact}/reply", {"key": "k2", "text": "پاسخ"})
    await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
    assert len(watcher.state["message"]) == 2, "no longer looked at"


async def test_what_is_said_while_a_contact_is_being_opened_is_told(desk: Desk) -> None:
    sara = await desk.agent("sara")
    contact = await desk.say()
    watcher = await sara.live()
    await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
    works, go, waiting = desk.store.snapshot, asyncio.Event(), asyncio.Event()

    async def slow(unit: Any) -> Any:
        if getattr(unit, "func", None) is projector.changes:
            waiting.set()
            await go.wait()
        return await works(unit)
    desk.store.snapshot = slow  # type: ignore[method-assign]
    await desk.say("somebody else")
    await waiting.wait()
    await watcher.say(op="open", contact=contact)
    await watcher.until(lambda: len(watcher.state["message"]) == 1, what="the messages so far")
    await desk.say("ali", "و یک چیز دیگر")
    go.set()
    await watcher.until(lambda: len(watcher.state["message"]) == 2, what="what was said meanwhile")


async def test_messages_are_taken_back_when_a_contact_leaves_sight(desk: Desk) -> None:
    sara, boss = await desk.agent("sara"), await desk.agent("boss", role=Role.SUPERVISOR)
    contact = await desk.say()
    watcher = await sara.live(open=[contact])
    await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
    assert len(watcher.state["message"]) == 1
    await boss.ok(f"/api/contacts/{contact}/transfer", {"queue": "town"})
    await watcher.until(lambda: not watcher.state["contact"], what="the contact is gone")
    assert watcher.state["message"] == {}
    seq = watcher.seq
    await desk.say("ali", "محرمانه")
    await watcher.reach(seq + 1)
    assert watcher.state["message"] == {}
    again = await sara.live(after=seq, open=[contact])
    assert not again.state.get("message"), "nor by coming back"


async def test_typing_passes(desk: Desk) -> None:
    sara, boss = await desk.agent("sara"), await desk.agent("boss", role=Role.SUPERVISOR)
    contact, omid = await desk.held(sara), await desk.agent("omid")
    mine, theirs, other = await sara.live(open=[contact]), await boss.live(open=[contact]), await omid.live()
    await desk.leave("ali", kind=SignalKind.TYPING)
    for watcher in (mine, theirs):
        await watcher.until(lambda watcher=watcher: watcher.words[-1] == {
            "op": "typing", "contact": contact, "who": "customer"}, what="the citizen types")
    await desk.leave("ali", kind=SignalKind.TYPING, value="می‌خواستم بپرسم")
    await mine.until(lambda: mine.words[-1].get("text") == "می‌خواستم بپرسم",
                     what="the words, where a channel shows them")
    await mine.say(op="typing", contact=contact)
    await theirs.until(lambda: theirs.words[-1].get("who") == f"agent:{sara.agent}", what="sara types")
    await other.say(op="typing", contact=contact)
    await other.until(lambda: other.words[-1]["op"] == "error", what="not hers")
    assert not any(word["op"] == "typing" for word in other.words)
    assert [word["who"] for word in mine.words if word["op"] == "typing"] == ["customer"] * 2, "no echo"


async def test_bad_commands_do_not_end_the_socket(desk: Desk) -> None:
    watcher = await (await desk.agent("sara")).live()
    for text in ("", "[]", "{", '{"op":"fly"}', '{"op":"hello","after":"x"}', '{"op":"hello","open":[true]}',
                 '{"op":"hello","open":' + str(list(range(99))) + "}"):
        await watcher.socket.send_str(text)
        assert (await watcher.hear())["op"] == "error", text
    await watcher.hello()
    assert watcher.words[-1]["op"] == "snapshot"


async def test_every_command_states_its_access(desk: Desk) -> None:
    from router.routes import Access
    from tests.agents_front import s
    assert s is not None
    made = sockets.Sockets.__new__(sockets.Sockets)
    sockets.Sockets.__init__(made, desk.front.live._given, desk.front.live)
    assert {name: command.access for name, command in made.commands.items()} == dict.fromkeys(
        ("hello", "open", "shut", "typing"), Access.AGENT)


async def test_too_many_commands_and_too_many_sockets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sara = await desk.agent("sara")
    watcher = await sara.live()
    monkeypatch.setattr(sockets, "BURST", 3.0)
    chatty = await sara.live()
    for _ in range(20):
        await chatty.say(op="shut", contact=1)
    assert await closed_with(chatty.socket) == 1008
    monkeypatch.setattr("agents.live.MOST_OF_ONE", 1)
    from aiohttp import WSServerHandshakeError
    with pytest.raises(WSServerHandshakeError) as refused:
        await sara.live()
    assert refused.value.status == 429
    assert watcher.socket.closed is False


async def test_a_slow_socket_starts_over_and_nobody_waits_for_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "MOST_FRAMES", 5)
    sara, boss = await desk.agent("sara"), await desk.agent("boss", role=Role.SUPERVISOR)
    slow, quick = await sara.live(), await boss.live()
    mine = next(peer for peer in desk.front.live.peers if peer.agent == sara.agent)
    mine.hold(mine.told)  # as a socket whose writer stands still
    for number in range(8):
        await desk.say(f"c{number}")
        await quick.reach(await desk.read(lambda tx: tx.journal.head()))
    await slow.until(lambda: [word["op"] for word in slow.words].count("snapshot") == 2, what="a new start")
    assert [word["op"] for word in slow.words].count("resync") == 1
    await agree(desk, {"sara": (sara, slow), "boss": (boss, quick)}, [])


async def test_beats(desk: Desk) -> None:
    sara = await desk.agent("sara")
    watcher = await sara.live()
    await watcher.until(lambda: watcher.words[-1]["op"] == "beat", what="a beat")
    await desk.say("reza", queue="town")
    await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
    told = [word for word in watcher.words if word["op"] == "changes"][-1]
    assert told["seq"] > told["prev"]


@pytest.mark.parametrize("how", ["sign-out", "password", "closed", "expired", "token"])
async def test_a_socket_ends_with_its_session(desk: Desk, how: str) -> None:
    admin = await desk.agent("admin", role=Role.ADMIN)
    sara = await desk.agent("sara")
    if how == "token":
        made = await admin.ok("/api/tokens", {"name": "robot", "role": "agent"})
        client = desk.client(headers={"Authorization": f"Bearer {made['token']}"}, agent=admin.agent)
    else:
        client = sara
    ending, staying = await client.live(), await admin.live()
    if how == "sign-out":
        await sara.http.post("/signout", data={"csrf": "c" * 32}, allow_redirects=False)
    elif how == "password":
        await admin.ok(f"/api/agents/{sara.agent}", {"password": "another long secret"})
    elif how == "closed":
        await admin.ok(f"/api/agents/{sara.agent}", {"active": False})
    elif how == "token":
        assert (await admin.call("DELETE", f"/api/tokens/{made['id']}"))[0] == 200
    else:
        peer = next(peer for peer in desk.front.live.peers if peer.agent == sara.agent)
        peer.expires_at = desk.clock()
    assert await closed_with(ending.socket) == 4401
    if how != "expired":
        await staying.hear()
    assert not staying.socket.closed


async def test_a_lost_bus_loses_nothing(desk: Desk) -> None:
    sara = await desk.agent("sara")
    watcher = await sara.live()
    listener = next(each for each in desk.bus._listeners if each.name == "console")
    for _ in range(1200):
        desk.bus.whisper("noise", 1, {})
    assert listener.lost
    await desk.say("ali")
    await agree(desk, {"sara": (sara, watcher)}, [])


async def test_a_restarted_process_bridges_the_gap_or_says_so(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        sara = await desk.agent("sara")
        first = await desk.say("ali")
        watcher = await sara.live(open=[first])
        await desk.say("ali", "دو")
        await desk.read(lambda tx: tx.journal.head())
        state, seq = watcher.state, watcher.seq
    async with fronted(tmp_path) as desk:
        client = await desk.session(sara.agent)
        await desk.say("reza")
        again = await client.live(hello=False)
        again.state, again.seq = state, seq
        await again.hello(seq, [first])
        assert again.words[-1]["op"] == "changes"
        await agree(desk, {"sara": (client, again)}, [first])


# --- random schedules

async def _some(desk: Desk, rng: random.Random, *states: str) -> int | None:
    found = await desk.read(lambda tx: tx.contacts.in_state(*(ContactState(state) for state in states)))
    return rng.choice(found).id if found else None


async def wander(desk: Desk, rng: random.Random, people: list[Client]) -> None:
    """One random thing that may happen; what the state does not allow is a normal answer."""
    sender = f"c{rng.randrange(12)}"
    dice = rng.randrange(13)
    if dice < 3:
        await desk.say(sender, queue=rng.choice(["", "", "town"]))
    elif dice == 3:
        await desk.leave(sender)
    elif dice == 4 and (waiting := await _some(desk, rng, "waiting")):
        with contextlib.suppress(Conflict):
            await desk.offer(waiting, rng.choice(people))
    else:
        contact = await _some(desk, rng, "waiting", "offered", "active", "wrap-up", "snoozed", "closed") or 1
        number, key, queue = rng.choice(people).agent, str(rng.random()), rng.choice([1, 2])
        to = rng.choice([None, rng.choice(people).agent])
        state_word = rng.choice(["ready", "ready", "away", "offline"])

        def unit(tx: Any) -> Any:
            me, now = tx.desk.agent(number), tx.contacts.get(contact)
            offer = tx.offers.live(contact)
            deeds = {
                5: lambda: offers.accept(tx, me, offer.id, limits=LIMITS) if offer else None,
                6: lambda: replies.reply(tx, me, contact, replies.Draft(key=key, text="x"), limits=LIMITS),
                7: lambda: contacts.transfer(tx, me, contact, queue=None if to else queue, to=to),
                8: lambda: contacts.close(tx, me, contact, "other", dispositions=["other"]),
                9: lambda: contacts.snooze(tx, me, contact, tx.now + timedelta(hours=1)),
                10: lambda: state.change(tx, me, state_word, "", reasons=()),
                11: lambda: contacts.reopen(tx, me, contact) if now.closed_at else contacts.take(
                    tx, me, contact, limits=LIMITS),
                12: lambda: offers.decline(tx, me, offer.id, "") if offer else contacts.finish(tx, me, contact),
            }
            return deeds.get(dice, lambda: None)()
        with contextlib.suppress(Conflict, Forbidden, NotFound, BadRequest):
            await desk.store.run(unit)


class Console:
    """A client whose line is cut now and then; it resumes after its last position."""

    def __init__(self, client: Client) -> None:
        self.client, self.watcher, self.open = client, None, []
        self.state: dict[str, Any] = {}
        self.seq: int | None = None

    async def dial(self) -> None:
        watcher = await self.client.live(hello=False)
        watcher.state, watcher.seq = self.state, self.seq or 0
        self.watcher = watcher
        watcher.open = list(self.open)
        await watcher.say(op="hello", after=self.seq, open=self.open)

    async def cut(self) -> None:
        if self.watcher is not None:
            self.state, self.seq = self.watcher.state, self.watcher.seq or None
            transport = self.watcher.socket._response.connection.transport
            transport.abort()
            await self.watcher.socket.close()
        self.watcher = None

    async def hear(self, rng: random.Random) -> None:
        """Some of what waits, perhaps none."""
        for _ in range(rng.randrange(4)):
            try:
                await self.watcher.hear(0.01)
            except TimeoutError:
                return


async def test_500_random_schedules_of_cuts_end_in_the_same_state(tmp_path: Path) -> None:
    rng = random.Random(20261121)
    async with fronted(tmp_path, beat=0.05) as desk:
        people = [await desk.agent("sara"), await desk.agent("omid", skills={"town": 1}),
                  await desk.agent("boss", role=Role.SUPERVISOR)]
        consoles = [Console(client) for client in people]
        resumed = 0
        for _schedule in range(500):
            console = rng.choice(consoles)
            for _ in range(rng.randrange(1, 4)):
                if console.watcher is None:
                    # What is opened stays known to the client only while it is open.
                    console.open = sorted(rng.sample(range(1, 13), 2))
                    console.state = {kind: {} if kind == "message" else views for kind, views in console.state.items()}
                    await console.dial()
                    resumed += console.seq is not None
                await wander(desk, rng, people)
                await console.hear(rng)
                if rng.random() < 0.5:
                    await console.cut()
            if console.watcher is None:
                console.state = {kind: {} if kind == "message" else views for kind, views in console.state.items()}
                await console.dial()
            heard = console.watcher
            await heard.until(lambda heard=heard: any(word["op"] != "beat" for word in heard.words), what="the answer")
            await agree(desk, {"it": (console.client, console.watcher)}, console.open, f"schedule {_schedule}")
        assert resumed > 200, "the schedules must resume, not start over"
        await asyncio.sleep(0)
