"""The outcome ledger step by step, for articles that agents used and for those that a dialogue told; and what it is
for: an article's rank and its report, against comparable contacts without it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from router.events import ArticleChanged
from router.model import Address, Medium
from router.records import ContactState
from storage.knowledge import ArticleState
from tests import fake, flow_people
from tests.flow_people import Person
from tests.house import read, until
from tests.knowledge_town import Town, town

CARD = {"title": "گم شدن کارت ملی", "body": "برای کارت ملی گم شده با شناسنامه به دفتر پیشخوان بروید.",
        "state": "public"}
ASKED = "کارت ملی من گم شده چه کنم"


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


class Clock:
    """Real time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


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


# --- a dialogue that answers from knowledge

HOURS = "ساعت کار"


async def asks(house: Any, someone: Person, *more: str) -> int:
    """A citizen asks the dialogue and says something about the answer; the article's number."""
    def put(tx: Any) -> int:
        if tx.knowledge.after(0, limit=1):
            return 1
        for title, body in ((HOURS, "ادارهٔ ما از ساعت هشت تا پانزده باز است."),
                            ("پرداخت قبض آب", "قبض آب را در درگاه بپردازید."), ("گذرنامه", "با شناسنامه بیایید.")):
            made = tx.knowledge.add(title=title, body=body, language="fa", state=ArticleState.PUBLIC)
            tx.emit(ArticleChanged(article=made.id), actor="test")
        return 1
    article: int = await house.store.run(put)
    await house.library.ready.wait()

    async def found() -> bool:
        return bool(await house.library.suggest(HOURS, states={ArticleState.PUBLIC}))
    await until(found, what="the index")
    for words in ("سلام", "پرسش", "ساعت کار اداره چیست؟"):
        await someone.says(words)

    async def answered() -> bool:
        return "کمکتان" in (await someone.heard())[-1]
    await until(answered, what="an answer from knowledge")
    for words in more:
        await someone.says(words)
    return article


async def steps_of(house: Any, article: int) -> dict[str, int]:
    found: dict[str, int] = (await read(house, lambda tx: tx.knowledge.outcomes.steps([article]))).get(article, {})
    return {name: count for name, count in found.items() if count}


async def settled(house: Any, contact: int) -> Any:
    return await until(lambda: read(house, lambda tx: tx.knowledge.outcomes.matter(contact)), what="the matter")


async def test_what_a_dialogue_told_counts_though_no_agent_used_it(tmp_path: Path) -> None:
    async with flow_people.town(tmp_path) as house:
        glad = Person(house)
        article = await asks(house, glad, "بله")

        async def counted() -> bool:
            return await steps_of(house, article) == {"shown": 1, "used": 1, "sent": 1, "yes": 1}
        await until(counted, what="the citizen's yes")
        contact = await glad.contact()
        [row] = await read(house, lambda tx: tx.knowledge.shown(contact.id))
        assert row.used_by is None and row.kept == 1 and row.said == "yes"

        for words in ("نه", "۵", "ممنون"):
            await glad.says(words)
        assert (await glad.contact()).state is ContactState.CLOSED
        matter = await settled(house, contact.id)
        assert matter.used and matter.article == article and matter.disposition == "self-service"
        [lesson] = await read(house, lambda tx: tx.knowledge.lessons(contact=contact.id))
        assert lesson.article == article and "ساعت کار اداره" in lesson.question
        assert await read(house, lambda tx: tx.knowledge.gaps.listed()) == [], "answered: nothing is missing"

        async def learned() -> bool:
            best = await house.library.suggest("ساعت کار اداره چیست؟", states={ArticleState.PUBLIC})
            return best[0].learned == 1
        await until(learned, what="the engine has learned from the dialogue")


async def test_who_says_no_to_a_dialogue_was_not_helped_whatever_follows(tmp_path: Path) -> None:
    async with flow_people.town(tmp_path) as house:
        sad = Person(house, Address(medium=Medium.WEBCHAT, value="sad"))
        article = await asks(house, sad, "خیر")

        async def counted() -> bool:
            return (await steps_of(house, article)).get("no") == 1
        await until(counted, what="the citizen's no")
        await sad.says("بله")
        contact = await sad.contact()
        assert contact.state is ContactState.WAITING, "a person goes on"

        def close(tx: Any) -> None:
            from router.events import ContactChanged
            tx.contacts.change(tx.contacts.get(contact.id), state=ContactState.CLOSED, closed_at=tx.now,
                               disposition="resolved")
            tx.emit(ContactChanged(about=contact.id, was="waiting", state="closed", disposition="resolved"),
                    actor="test")
        await house.store.run(close)
        matter = await settled(house, contact.id)
        assert not matter.used and matter.fit == "weak"
        assert await read(house, lambda tx: tx.knowledge.lessons(contact=contact.id)) == []
        tallies = await read(house, lambda tx: tx.knowledge.outcomes.compared(tx.now + timedelta(days=1)))
        assert (tallies[article, True].contacts, tallies[article, True].resolved) == (1, 0)
        [gap] = await read(house, lambda tx: tx.knowledge.gaps.listed())
        assert gap.asked == 1, "a question with an answer that did not help is a gap"


async def test_a_form_that_is_filled_in_is_no_gap(tmp_path: Path) -> None:
    async with flow_people.town(tmp_path) as house:
        someone = Person(house)
        for words in ("سلام", "شکایت", "بله", "چراغ کوچه خاموش است", "دیروز", "رد", "۰۹۱۲۳۴۵۶۷۸۹", "نه", "۵", "ممنون"):
            await someone.says(words)

        async def over() -> bool:
            return (await someone.contact()).state is ContactState.CLOSED
        await until(over, what="the end")
        await settled(house, (await someone.contact()).id)
        assert await read(house, lambda tx: tx.knowledge.gaps.listed()) == []


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
