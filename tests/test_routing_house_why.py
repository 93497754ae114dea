"""Why it waits and why this agent got it, on a running house: the router's own word, in both languages, by the API."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from agents import explained, reading, reasons
from agents.guard import digest
from channels import registry
from router.records import Role
from tests import fake
from tests.house import agent, until
from tests.routing_house import Clock, accept, desk_of, held_by, say, says_why


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def why(house: Any, boss: Any, number: int) -> list[dict[str, Any]]:
    """What `GET /api/contacts/{id}/why` answers."""
    told = house.dispatch.explain(number)
    found = await house.store.snapshot(lambda tx: reading.why(tx, boss, number, told))
    return list(found["decisions"])


def term(decision: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in decision["terms"] if each["code"] == code)
    return found


async def test_why_it_waits_who_could_take_it_who_comes_later_and_how_long(tmp_path: Path) -> None:
    queues = {"gas": {"skills": ["gas"], "levels": {"gas": 3}, "overflow": [{"after": 600, "relax": 2}]}}
    async with desk_of(tmp_path, queues=queues) as house:
        boss = await agent(house, "boss", role=Role.SUPERVISOR, ready=False)
        sara = await agent(house, "sara", name="سارا", skills={"gas": 4}, capacity=2)
        await agent(house, "weak", skills={"gas": 1})
        first, second = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)
        await accept(house, first)
        await until(lambda: house.dispatch.desk.place(second) == 1, what="the router knows it")
        [now] = await why(house, boss, second)
        assert house.dispatch.desk.waits.estimate(second, house.dispatch.ticks.now().ms).people == 1
        assert now["outcome"] == "waiting" and now["en"] == reasons.WAITING["all-busy"]["en"] and now["fa"]
        assert term(now, "code")["text"]["fa"] == reasons.WAITING["all-busy"]["fa"]
        who = term(now, "who")["text"]
        assert who["en"] == "سارا: ready, 2 of 2 points in use, lacks 2 for it"
        assert "۲ از ۲" in who["fa"]
        assert re.fullmatch(r"in (9|10) min 1 more colleague", term(now, "rings")["text"]["en"])
        assert "min (reckoned" in term(now, "wait")["text"]["en"]
        assert term(now, "skills")["text"]["fa"] == "gas ۳" and term(now, "able")["value"] == 1
        assert all(each["en"] and each["fa"] for each in now["terms"])
        [made] = await why(house, boss, first)
        assert made["agent"] == sara.id and made["outcome"] == "accepted" and made["en"] and made["fa"]
        assert {"rule", "candidates", "load", "cost", "policy"} <= {each["code"] for each in made["terms"]}
        assert term(made, "rule")["text"]["fa"] == reasons.RULES[term(made, "rule")["value"]]["fa"]


async def test_a_contacts_own_patience_enters_the_honest_wait_and_is_named(tmp_path: Path, database: str) -> None:
    async with desk_of(tmp_path, database) as house:
        boss = await agent(house, "boss", role=Role.SUPERVISOR, ready=False)
        sara = await agent(house, "sara", capacity=2)
        await house.store.run(lambda tx: tx.accounts.add_token(boss.id, "test", boss.role, digest("secret")))
        first = await say(house, 0)
        await held_by(house, first, sara)
        await accept(house, first)
        numbers = [await say(house, each) for each in range(1, 9)]
        last = numbers[-1]
        await until(lambda: house.dispatch.desk.place(last) == 8, what="the router knows them")

        def said() -> Any:
            return house.dispatch.desk.waits.estimate(last, house.dispatch.ticks.now().ms)

        def borne(own: int, patience: int | None) -> bool:
            known = house.dispatch.explain(last)
            return bool(known["wait"]["own"] == own and known["patience_ms"] == patience)
        before, order = said().middle, [house.dispatch.desk.place(each) for each in numbers]
        async with aiohttp.ClientSession(house.url, headers={"Authorization": "Bearer secret"}) as http:

            async def patience(number: int, value: Any, status: int = 200) -> None:
                async with http.post(f"/api/contacts/{number}/routing", json={"patience": value}) as answer:
                    assert answer.status == status, await answer.text()
            for bad in ("short", -1, 10**9, True, None):
                await patience(last, bad, 400)
            for number in numbers[:-1]:
                await patience(number, 20)
            await patience(last, 90)
            await until(lambda: borne(7, 90_000), what="the router knows what each bears")
            assert said().middle < before, "who will have given up stops standing ahead"
            assert [house.dispatch.desk.place(each) for each in numbers] == order, "nobody is passed"
            [now] = await why(house, boss, last)
            own = term(now, "patience_ms")
            assert own["value"] == 90_000 and own["en"] == "Its own patience" and "شکیبایی" in own["fa"]
            assert own["text"] == {"en": "2 min", "fa": "۲ دقیقه"}
            told = term(now, "wait")["text"]
            assert "of those before it 7 by their own patience" in told["en"] and "۷ نفر" in told["fa"]
            async with http.get(f"/api/contacts/{last}/why") as answer:
                [shown] = (await answer.json())["decisions"]
                assert term(shown, "patience_ms")["value"] == 90_000
            # Nobody's own any more: as it was.
            for number in numbers:
                await patience(number, 0)
            await until(lambda: borne(0, None), what="the medium's patience again")
            assert said().middle == pytest.approx(before, rel=0.01)
            [now] = await why(house, boss, last)
            assert "patience_ms" not in {each["code"] for each in now["terms"]}


async def test_what_nobody_has_is_named(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues={"gas": {"skills": ["gas"]}}) as house:
        boss = await agent(house, "boss", role=Role.SUPERVISOR, ready=False)
        number = await say(house)
        await says_why(house, number, "nobody-has-skills")
        [now] = await why(house, boss, number)
        assert now["en"] == reasons.WAITING["nobody-has-skills"]["en"]
        assert "gas" in term(now, "missing")["text"]["en"] and "gas" in term(now, "missing")["text"]["fa"]


async def test_times_run_on_while_nothing_happens(tmp_path: Path) -> None:
    """Quiet for 50 seconds: what is said about waiting is as of now, not as of the last that happened."""
    clock = Clock()
    steps = [{"after": 100, "queues": ["help"]}]
    async with desk_of(tmp_path, clock=clock, queues={"general": {"target_seconds": 3, "overflow": steps},
                                                      "help": {"skills": ["help"]}}) as house:
        boss = await agent(house, "boss", role=Role.SUPERVISOR, ready=False)
        number = await say(house)
        await says_why(house, number, "nobody-on-duty")
        before, core = house.dispatch.explain(number), house.dispatch.desk.core
        last = core.now
        clock.ahead += timedelta(seconds=50)
        after = house.dispatch.explain(number)
        assert after["waited_ms"] >= before["waited_ms"] + 50_000 and after["late"] and after["guarded"]
        assert after["due_at"] == before["due_at"] < last + 50_000
        assert after["rings"][0]["in_ms"] <= 50_000 < before["rings"][0]["in_ms"]
        [now] = await why(house, boss, number)
        assert term(now, "waited_ms")["value"] >= 50_000 and term(now, "late")["value"] is True


async def test_cards_say_why_in_the_routers_words(tmp_path: Path) -> None:
    """Closed, nobody with the skill, nobody at work, nobody ready, all busy: one after the other, live."""
    from router.events import AgentChanged, QueueChanged, RoutingChanged
    queues = {"gas": {"skills": ["gas"], "calendar": "never"}}
    async with desk_of(tmp_path, queues=queues, calendars={"never": {"week": {}}}) as house:
        number, second = await say(house, 1), await say(house, 2)

        async def card(code: str) -> None:
            def there() -> bool:
                shown = house.front.live.scene.shown["contact"].get(second)
                return shown is not None and shown.view["waiting_why"] == reasons.WAITING[code]
            await until(there, seconds=30, what=code)
        await card("closed")

        def opened(tx: Any) -> None:
            queue = tx.desk.set_queue(tx.desk.queue_named("gas").id, calendar="")
            tx.emit(QueueChanged(queue=queue.id), actor="test")
            tx.emit(RoutingChanged(what="calendar", which="never"), actor="test")
        await house.store.run(opened)
        await card("nobody-has-skills")
        sara = await agent(house, skills={"gas": 1}, capacity=2, ready=False)
        await card("nobody-on-duty")

        def stands(state: str) -> Any:
            def unit(tx: Any) -> None:
                tx.desk.set_agent(sara.id, state=state)
                tx.emit(AgentChanged(agent=sara.id, state=state), actor="test")
            return unit
        await house.store.run(stands("away"))
        await card("nobody-ready")
        await house.store.run(stands("ready"))  # there is room for one
        await held_by(house, number, sara)
        await card("all-busy")
        await says_why(house, second, "all-busy")


@pytest.mark.parametrize(("code", "value"), [
    ("who", [{"agent": 1}]), ("who", 7), ("rings", [{}]), ("wait", {"basis": "tea"}), ("place", 3),
    ("skills", ["gas"]), ("missing", 5), ("held_for", "x"), ("waited_ms", "long")])
def test_a_term_in_another_shape_is_shown_as_it_is(code: str, value: Any) -> None:
    assert explained.text(code, value, {}) is None
    [term] = reasons.terms({code: value})
    assert term["value"] == value and "text" not in term


def test_every_code_of_the_router_has_words() -> None:
    text = (Path(__file__).parent.parent / "docs" / "routing.md").read_text(encoding="utf-8")
    part = text[text.index("**Kept back.**"):text.index("## What is promised")]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    codes = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)} - {"code"}
    assert len(codes) >= 10
    for code in codes:
        assert reasons.WAITING[code]["en"] and reasons.WAITING[code]["fa"], code
