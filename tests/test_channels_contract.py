"""One contract for every channel with a provider, against its fake, through a whole house. The table of what each
medium fulfils, and where, is channels/CONTRACT.md; that it is complete and true is tested here as well."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.registry import Media
from router.model import DeliveryState
from router.records import Delivery
from tests.benches import MAKERS, Bench, bench, reply, words
from tests.house import read, until

ROOT = Path(__file__).parent.parent
KINDS = sorted(MAKERS)
WEBHOOKS = [kind for kind in KINDS if kind != "email"]
SOMEBODY = {"telegram": "77", "email": "ali@citizen.example"}
STATES = {
    "invalid_message": (DeliveryState.FAILED, "invalid_message"), "refused": (DeliveryState.FAILED, "refused"),
    "opted_out": (DeliveryState.FAILED, "opted_out"), "misconfigured": (DeliveryState.PENDING, "misconfigured"),
    "unreachable": (DeliveryState.PENDING, "unreachable"), "doubtful": (DeliveryState.UNCERTAIN, "doubtful"),
    "cut": (DeliveryState.UNCERTAIN, "doubtful"), "broken": (DeliveryState.UNCERTAIN, "doubtful"),
}
REPORTED = {"failed-later": DeliveryState.FAILED, "out-of-order": DeliveryState.DELIVERED,
            "doubled": DeliveryState.DELIVERED}
#: Ways to end that a provider has. What is missing is exempt in CONTRACT.md, with the reason.
ENDS = {
    **{kind: set(STATES) | set(REPORTED) | {"throttled"} for kind in ("twilio", "kavenegar")},
    **{kind: (set(STATES) | set(REPORTED) | {"throttled"}) - {"refused", "opted_out"}
       for kind in ("kannel", "generic")},
    "telegram": {"invalid_message", "refused", "opted_out", "doubtful", "cut", "broken", "throttled"},
    "email": {"unreachable", "refused", "invalid_message", "misconfigured", "cut", "throttled"},
}


def somebody(kind: str) -> str:
    return SOMEBODY.get(kind, "+989121234567")


async def stands(made: Bench, delivery: Delivery) -> Delivery:
    return await read(made.house, lambda tx: tx.outbox.get(delivery.id))  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", KINDS)
async def test_the_same_word_twice_is_one_message(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as made:
        for _ in range(3):
            assert await made.say(somebody(kind), "سلام", "a1") == 200
        await until(lambda: words(made.house), seconds=20)
        assert await made.say(somebody(kind), "دوم", "a2") == 200

        async def both() -> bool:
            return len(await words(made.house)) == 2
        await until(both, seconds=20)
        assert sorted(await words(made.house)) == ["دوم", "سلام"]


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_acknowledged_that_cannot_be_committed(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as made:
        writer = made.house.store.writer
        usual, writer._limit = writer._limit, 0
        status = await made.say(somebody(kind), "سلام", "a1")
        assert status == (503 if made.webhook else 200)
        assert await words(made.house) == []
        writer._limit = usual
        if made.webhook:
            assert await made.say(somebody(kind), "سلام", "a1") == 200
        await until(lambda: words(made.house), seconds=30)
        assert await words(made.house) == ["سلام"]


@pytest.mark.parametrize("kind", WEBHOOKS)
async def test_a_forged_word_is_refused_and_journalled(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as made:
        assert await made.forge() == 403
        assert await words(made.house) == []
        events = await read(made.house, lambda tx: tx.journal.after(0))
        assert "request-refused" in {each.name for each in events}

        async def logged() -> Any:
            found = await read(made.house, lambda tx: tx.channels.exchanges("town"))
            return [each for _, each in found if each.way == "in" and each.status == 403]
        await until(logged)


@pytest.mark.parametrize("kind", [kind for kind in WEBHOOKS if kind != "telegram"])
async def test_without_a_secret_nobody_is_believed(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path, secrets=False) as made:
        made.fake.secret = ""
        if hasattr(made.fake, "token"):
            made.fake.token = ""
        assert await made.say(somebody(kind), "x", "a1") == 403
        await until(lambda: made.house.health["town"].code == "misconfigured")


@pytest.mark.parametrize(("kind", "end"), [(kind, end) for kind in KINDS for end in sorted(ENDS[kind] & set(STATES))])
async def test_every_end_of_a_hand_over(kind: str, end: str, tmp_path: Path) -> None:
    state, error = STATES[end]
    async with bench(kind, tmp_path) as made:
        assert await made.say(made.ends[end], "سلام", "a1") == 200
        delivery = await reply(made.house)

        async def there() -> bool:
            now = await stands(made, delivery)
            return now.error == error and now.state in (state, DeliveryState.SENDING)
        await until(there, seconds=20, what=f"{kind} {end}")
        if state is DeliveryState.UNCERTAIN:
            went = made.went()
            assert went <= 1
            await until(there)
            assert made.went() == went, "what may have gone was sent again"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "throttled" in ENDS[kind]])
async def test_the_providers_own_wait_is_kept(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as made:
        assert await made.say(made.ends["throttled"], "سلام", "a1") == 200
        delivery = await reply(made.house)

        async def waits() -> Any:
            now = await stands(made, delivery)
            return now if now.error == "throttled" and now.state is DeliveryState.PENDING else None
        now = await until(waits, seconds=20)
        assert now.due_at is not None
        left = now.due_at - made.house.clock()
        # Kannel's gateway does not say how long; a mail server neither: then it is our own, longer wait.
        assert timedelta(0) < left <= timedelta(seconds=2) or (kind in ("kannel", "email") and left > timedelta(0))


@pytest.mark.parametrize(("kind", "end"), [(kind, end) for kind in KINDS for end in sorted(ENDS[kind] & set(REPORTED))])
async def test_reports_only_move_forward(kind: str, end: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as made:
        assert await made.say(made.ends[end], "سلام", "a1") == 200
        delivery = await reply(made.house)

        async def there() -> bool:
            return (await stands(made, delivery)).state is REPORTED[end]
        await until(there, seconds=20)
        # Everything the provider says has been said: nothing moves back.
        pushed = made.fake.reports if hasattr(made.fake, "reports") else made.fake.pushed
        least = {"doubled": 4, "out-of-order": 2, "failed-later": 1}[end]
        await until(lambda: len(pushed) >= least)
        assert (await stands(made, delivery)).state is REPORTED[end]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "doubtful" in ENDS[kind]])
async def test_killed_while_handing_over_is_uncertain(kind: str, tmp_path: Path) -> None:
    """The process ends between the hand-over and its settling: the next one asks a person, and sends nothing."""
    async with bench(kind, tmp_path, answer_seconds=30.0) as made:
        assert await made.say(made.ends["doubtful"], "سلام", "a1") == 200
        delivery = await reply(made.house)
        await until(lambda: made.went() == 1, seconds=20)
        assert (await stands(made, delivery)).state is DeliveryState.SENDING
        outbox = next(task for task in made.house._tasks if task.get_name() == "outbox")
        outbox.cancel()  # as a kill would: nothing is settled
        from router import delivering
        await made.house.store.run(delivering.reconcile)  # what the next process does first
        now = await stands(made, delivery)
        assert (now.state, now.error) == (DeliveryState.UNCERTAIN, "doubtful")
        assert made.went() == 1


async def test_parts_that_went_do_not_go_again(tmp_path: Path) -> None:
    """Part 2 fails: part 1, which has its own id at the provider, is not sent once more."""
    async with bench("telegram", tmp_path) as made:
        assert await made.say("77", "سلام", "a1") == 200
        failing = iter([True])

        class Watched(list[dict[str, Any]]):
            """Makes the hand-over after the first fail, once."""

            def append(self, message: dict[str, Any]) -> None:
                super().append(message)
                if next(failing, False):
                    made.fake.fails.append(("sendMessage", 429, "Too Many Requests: retry after 1"))
        made.fake.sent = Watched()
        delivery = await reply(made.house, "a" * 4096 + "b" * 10)

        async def sent() -> bool:
            return (await stands(made, delivery)).state is DeliveryState.SENT
        await until(sent, seconds=20)
        assert [each["text"][0] for each in made.fake.sent] == ["a", "b"]


# --- the table

ITEMS = ("twice", "unavailable", "forged", "no-secret", "ends", "throttled", "reports", "parts", "broken", "time-out",
         "killed", "opt-out", "light", "log", "pause", "failover", "loop")


def _table() -> dict[str, dict[str, str]]:
    text = (ROOT / "channels" / "CONTRACT.md").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for title, body in re.findall(r"^## `([a-z, `]+)`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
        rows = dict(re.findall(r"^\| (?!item )([a-z-]+) \| (.+) \|$", body, re.MULTILINE))
        for medium in re.findall(r"[a-z]+", title):
            found[medium] = rows
    return found


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_table_knows_every_medium_and_every_item() -> None:
    table = _table()
    assert set(table) == set(Media())
    for medium, rows in table.items():
        assert [*rows] == [*ITEMS], medium


def test_what_is_done_is_tested_and_what_is_exempt_has_a_reason() -> None:
    known: dict[str, set[str]] = {}
    for medium, rows in _table().items():
        for item, words_ in rows.items():
            done, exempt = words_.startswith("done: "), words_.startswith("exempt because ")
            assert done or exempt, f"{medium} {item}"
            if exempt:
                assert len(words_) > 40, f"{medium} {item}: say why"
                continue
            named = re.findall(r"`([a-z_/]+\.py)::([a-z_]+)`", words_)
            assert named, f"{medium} {item}: name the test"
            for file, name in named:
                names = known.setdefault(file, _tests(ROOT / "tests" / file))
                assert name in names, f"{medium} {item}: there is no test {name} in {file}"
