"""The outcome ledger step by step, for articles that agents used; and what it is for: an article's rank and its
report, against comparable contacts without it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.house import read, until
from tests.knowledge_town import Clock, Town, line_medium, town  # noqa: F401

CARD = {"title": "گم شدن کارت ملی", "body": "برای کارت ملی گم شده با شناسنامه به دفتر پیشخوان بروید.",
        "state": "public"}
ASKED = "کارت ملی من گم شده چه کنم"

# --- one step after the other: what happens, and how the figures of the article stand afterwards

Step = Callable[[Town, int, str], Awaitable[Any]]


async def was_shown(t: Town, contact: int, path: str) -> None:
    await t.ok("GET", f"/api/contacts/{contact}/suggestions")


async def was_opened(t: Town, contact: int, path: str) -> None:
    await was_shown(t, contact, path)
    await t.ok("POST", f"{path}/opened", {})


async def was_sent(t: Town, contact: int, path: str) -> None:
    await was_shown(t, contact, path)
    await t.answer(contact, article=1, text=CARD["body"], close="")


async def was_edited(t: Town, contact: int, path: str) -> None:
    await was_shown(t, contact, path)
    await t.answer(contact, article=1, text="با شناسنامه به دفتر پیشخوان بروید. خانم ما هم هست.", close="")


async def said_yes(t: Town, contact: int, path: str) -> None:
    await was_sent(t, contact, path)
    await t.ok("POST", f"{path}/said", {"helped": True})


async def said_no(t: Town, contact: int, path: str) -> None:
    await was_sent(t, contact, path)
    await t.ok("POST", f"{path}/said", {"helped": False})


STEPS: dict[str, tuple[Step, dict[str, int]]] = {
    "shown": (was_shown, {"shown": 1}),
    "opened": (was_opened, {"shown": 1, "opened": 1}),
    "sent": (was_sent, {"shown": 1, "used": 1, "sent": 1}),
    "edited before sending": (was_edited, {"shown": 1, "used": 1, "sent": 1, "edited": 1}),
    "the citizen said yes": (said_yes, {"shown": 1, "used": 1, "sent": 1, "yes": 1}),
    "the citizen said no": (said_no, {"shown": 1, "used": 1, "sent": 1, "no": 1}),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_counted(tmp_path: Path, step: str) -> None:
    does, wanted = STEPS[step]
    async with town(tmp_path) as t:
        await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say(ASKED)
        await does(t, contact, f"/api/contacts/{contact}/suggestions/1")

        async def counted() -> bool:
            steps = (await t.ok("GET", "/api/articles/1/outcomes"))["outcomes"]["steps"]
            return {name: count for name, count in steps.items() if count} == wanted
        await until(counted, what=step)


@pytest.mark.parametrize(("how", "closed", "resolved", "returned"), [
    ("helped", 1, 1, 0), ("came back within the days", 1, 0, 1), ("came back later", 1, 1, 0),
    ("said that it did not help", 1, 0, 0), ("nobody was there", 1, 0, 0)])
async def test_closed_and_came_back(tmp_path: Path, how: str, closed: int, resolved: int, returned: int) -> None:
    clock = Clock()
    async with town(tmp_path, clock=clock, return_days=5) as t:
        await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say(ASKED)
        await was_sent(t, contact, "")
        if how == "said that it did not help":
            await t.ok("POST", f"/api/contacts/{contact}/suggestions/1/said", {"helped": False})
        await t.close(contact, "no-answer" if how == "nobody was there" else "resolved")
        if how.startswith("came back"):
            clock.ahead = timedelta(days=8 if how.endswith("later") else 4)
            again = await t.say("هنوز کارت ملی گم شده دارم")
            assert again != contact
            await t.answer(again, text="ببینیم")
            waits = (await t.ok("GET", "/api/articles/1/outcomes"))["outcomes"]["open"]
            assert waits <= 1
        clock.ahead += timedelta(days=6)
        matter = await read(t.house, lambda tx: tx.knowledge.outcomes.matter(contact))
        assert (matter.returned_at is not None) == bool(returned)
        outcomes = (await t.ok("GET", "/api/articles/1/outcomes"))["outcomes"]
        shares = {name: (outcomes[name]["with"]["count"], outcomes[name]["with"]["of"])
                  for name in ("resolved", "returned")}
        assert shares == {"resolved": (resolved, closed), "returned": (returned, closed)}
        lessons = await read(t.house, lambda tx: tx.knowledge.lessons(contact=contact))
        assert len(lessons) == (how not in ("said that it did not help", "nobody was there")), "what it taught"


# --- what was not made from an article

OTHER = {
    "quite other words": "نشانی ما میدان آزادی است و از شنبه تا چهارشنبه از ساعت هشت تا دو باز هستیم.",
    "stop words of it": "برای این که با او به آن هم از ما که تا بر در برای با به",
    "a word": "باشه",
}


@pytest.mark.parametrize("label", OTHER)
async def test_an_answer_of_other_words_was_not_made_from_its_article(tmp_path: Path, label: str) -> None:
    async with town(tmp_path) as t:
        card = await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say(ASKED)
        await t.ok("GET", f"/api/contacts/{contact}/suggestions")
        await t.ok("POST", f"/api/contacts/{contact}/suggestions/{card['id']}/used", {})
        await t.answer(contact, article=card["id"], text=OTHER[label])
        steps = (await t.ok("GET", f"/api/articles/{card['id']}/outcomes"))["outcomes"]["steps"]
        assert steps == {"shown": 1, "opened": 0, "used": 0, "sent": 0, "edited": 0, "yes": 0, "no": 0}
        assert await read(t.house, lambda tx: tx.knowledge.lessons()) == []
        assert not (await read(t.house, lambda tx: tx.knowledge.outcomes.matter(contact))).used
        [went] = [each for each in await read(t.house, lambda tx: tx.messages.of(contact)) if each.kind == "reply"]
        assert went.text == OTHER[label] and "suggestion" not in went.data
        told = [each.data["step"] for each in await read(t.house, lambda tx: tx.journal.of_contacts([contact]))
                if each.name == "article-outcome"]
        assert told == ["dropped"]


async def test_a_piece_of_a_long_article_is_made_from_it(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        rest = " ".join(f"بند{n}" for n in range(300))
        body = f"برای کارت ملی گم شده به دفتر پیشخوان بروید. {rest}"
        long = await t.write(title="آیین‌نامه", body=body, state="public")
        contact = await t.say(ASKED)
        await t.answer(contact, article=long["id"], text="سلام. برای کارت ملی گم شده به دفتر پیشخوان بروید.",
                       close="")
        # Later words of their own do not take back what went out.
        again = {"key": "k9", "text": "خواهش می‌کنم، روز خوش", "suggestion": long["id"]}
        await t.ok("POST", f"/api/contacts/{contact}/reply", again)
        await t.close(contact)
        assert [each.article for each in await read(t.house, lambda tx: tx.knowledge.lessons())] == [long["id"]]


async def test_words_of_a_version_before_are_made_from_it(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        card = await t.write(**CARD)
        contact = await t.say(ASKED)
        await t.ok("POST", f"/api/contacts/{contact}/take")
        await t.ok("POST", f"/api/articles/{card['id']}", {"version": 1, "body": "همه‌چیز اینترنتی است"})
        reply = {"key": "a", "text": CARD["body"], "suggestion": card["id"], "suggestion_version": 1}
        assert "newer words" in (await t.refused(409, "POST", f"/api/contacts/{contact}/reply", reply))["message"]
        await t.ok("POST", f"/api/contacts/{contact}/reply", {**reply, "text": "شنبه تماس بگیرید"})
        await t.ok("POST", f"/api/articles/{card['id']}/archive", {"version": 2})
        reply = {"key": "b", "text": CARD["body"], "suggestion": card["id"]}
        assert "out of use" in (await t.refused(409, "POST", f"/api/contacts/{contact}/reply", reply))["message"]


async def test_words_that_were_taken_out_again_were_not_used(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        card = await t.write(**CARD)
        contact = await t.say(ASKED)
        path = f"/api/contacts/{contact}/suggestions/{card['id']}/used"
        await t.ok("POST", path, {"how": "inserted"})
        for _ in range(2):
            assert await t.ok("POST", path, {"how": "dropped"}) == {"used": False}
        assert (await t.ok("GET", f"/api/contacts/{contact}/suggestions"))["used"] == []
        assert (await t.names()).count("article-outcome") == 1
        await t.answer(contact, article=card["id"])
        await t.ok("POST", path, {"how": "dropped"})
        assert [each.article for each in await read(t.house, lambda tx: tx.knowledge.lessons())] == [card["id"]]


# --- what it is for

async def test_rank_and_report_use_it_against_comparable_contacts(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, return_days=2) as t:
        same = {"body": "نشانی دفتر صدور کارت خبرنگاری و ساعت مراجعه", "state": "public"}
        poor = await t.write(title="دفتر کارت خبرنگاری", **same)
        good = await t.write(title="دفتر کارت خبرنگاری", **same)

        async def both() -> bool:
            return len(await t.found("دفتر کارت")) == 2
        await until(both, what="the index")

        async def order(sender: str) -> list[int]:
            contact = await t.say("دفتر کارت خبرنگاری کجاست", sender=sender)
            shown = (await t.ok("GET", f"/api/contacts/{contact}/suggestions"))["suggestions"]
            return [contact, *(each["article"] for each in shown)]
        assert (await order("+989120009999"))[1:] == [poor["id"], good["id"]], "equals go by number at first"
        for number in range(24):
            contact = (await order(f"+9891200010{number:02}"))[0]
            helps = number % 2 == 0
            await t.answer(contact, article=(good if helps else poor)["id"], close="resolved" if helps else "no-answer")
        clock.ahead = timedelta(days=3)
        t.house.library._weighed = float("-inf")  # what is due every minute is due now
        last = (await order("+989120002000"))[0]
        await t.answer(last, close="spam")

        async def turned() -> bool:
            return (await order("+989120002001"))[1:] == [good["id"], poor["id"]]
        await until(turned, what="what resolved more stands first")
        rows = {row["article"]: row for row in (await t.ok("GET", "/api/knowledge/report"))["articles"]}
        assert rows[good["id"]]["resolved"]["verdict"] == "more" and rows[poor["id"]]["resolved"]["verdict"] == "fewer"
        assert rows[good["id"]]["resolved"]["with"]["count"] == 12
        # The contacts with the one are those without the other: shown to both, used in one.
        assert rows[good["id"]]["resolved"]["without"]["of"] == 12 == rows[poor["id"]]["resolved"]["with"]["of"]
