"""What citizens say in surveys, as evidence of its own about articles: late, changed, twice, beside a direct word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from knowledge import ledger, reports
from knowledge.outcome import Outcome, proven
from router.events import ContactChanged, SurveyAnswered
from router.model import Address, ContactId, Medium
from router.records import ContactState
from tests import fake
from tests.flow_people import Person
from tests.flow_people import town as flow_town
from tests.house import read, until
from tests.knowledge_town import Clock, Town, town

CARD = {"title": "گم شدن کارت ملی", "body": "اگر کارت ملی گم شد به دفتر پیشخوان بروید.", "state": "public"}
ASKED = "کارت ملی من گم شده چه کنم"


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def answers(t: Town, contact: int, score: int, scale: str = "five") -> None:
    """A citizen answers the survey; the ledger has it."""
    def say(tx: Any) -> int:
        tx.emit(SurveyAnswered(about=ContactId(contact), dialogue=1, score=score, scale=scale), actor="flow")
        return int(tx.journal.head())
    head = await t.house.store.run(say)

    async def followed() -> bool:
        return bool(await read(t.house, lambda tx: tx.knowledge.outcomes.matter(contact).rated == (
            float(score) if scale == "yes-no" else (score - 1) / 4)))
    await until(followed, what=f"the answer of {contact} after {head}")


async def asks(t: Town, number: int, article: int | None, *more: int) -> int:
    """A contact that was shown the article, perhaps with it and others in its answer, closed as resolved."""
    contact = await t.say(ASKED, sender=f"+9891200004{number:02}")
    await t.ok("GET", f"/api/contacts/{contact}/suggestions")
    for other in more:
        await t.ok("POST", f"/api/contacts/{contact}/suggestions/{other}/used", {})
    await t.answer(contact, article=article)
    return contact


async def figures(t: Town, article: int) -> Any:
    return (await read(t.house, lambda tx: reports.outcomes(tx, 2)))[article]


async def test_surveys_count_for_the_articles_that_were_used(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, return_days=2) as t:
        card, other = await t.write(**CARD), await t.write(title="کارت ملی هوشمند", body="x", state="public")
        await until(lambda: t.found("کارت ملی"), what="the index")
        contacts = [await asks(t, number, card["id"] if number < 5 else None) for number in range(8)]
        both = await asks(t, 8, card["id"], other["id"])
        for contact, score in zip(contacts, (5, 4, 3, 1, 5, 1, 2, 5), strict=True):
            await answers(t, contact, score)
        await answers(t, both, 1, "yes-no")
        # Nothing counts before the days are over in which the citizen may come back.
        assert (await read(t.house, lambda tx: reports.outcomes(tx, 2))) == {}
        # What the citizen said of the article itself outweighs the survey about the whole contact.
        await t.ok("POST", f"/api/contacts/{contacts[4]}/suggestions/{card['id']}/said", {"helped": False})
        clock.ahead = timedelta(days=3)
        told = await figures(t, card["id"])
        assert (told.rated, told.liked) == (3.5, 2.5), "two content, one not; 3 says neither; half of the shared one"
        shared = await figures(t, other["id"])
        assert (shared.rated, shared.liked) == (0.5, 0.5)
        liked = (await t.ok("GET", f"/api/articles/{card['id']}/outcomes"))["outcomes"]["liked"]
        assert (liked["with"]["count"], liked["with"]["of"]) == (3, 4)
        assert (liked["without"]["count"], liked["without"]["of"]) == (1, 3) and liked["verdict"] == "few"
        report = await t.ok("GET", "/api/knowledge/report")
        assert next(row for row in report["articles"] if row["article"] == card["id"])["liked"] == liked
        # Changed: the last word counts. The same again, and read again after a crash: nothing is counted twice.
        await answers(t, contacts[3], 5)
        assert ((await figures(t, card["id"])).rated, (await figures(t, card["id"])).liked) == (3.5, 3.5)
        rated = (await t.names()).count("matter-rated")
        entries = await read(t.house, lambda tx: [e for e in tx.journal.after(0) if e.name == "survey-answered"])
        for entry in entries:
            await t.house.store.run(lambda tx, e=entry: ledger.rate(tx, e))
        assert ((await figures(t, card["id"])).rated, (await figures(t, card["id"])).liked) == (3.5, 3.5)
        assert (await t.names()).count("matter-rated") == rated
        # Late: long after the days are over it still counts.
        clock.ahead = timedelta(days=90)
        await answers(t, contacts[2], 2)
        assert ((await figures(t, card["id"])).rated, (await figures(t, card["id"])).liked) == (4.5, 3.5)


async def test_an_answer_before_the_contact_is_settled_and_broken_ones(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database, return_days=2) as t:
        card = await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say(ASKED)
        await t.answer(contact, article=card["id"], close="")
        for score, scale in ((9, "five"), (0, "five"), (3, "yes-no"), (4, "five")):
            await t.house.store.run(lambda tx, s=score, k=scale: tx.emit(
                SurveyAnswered(about=ContactId(contact), dialogue=1, score=s, scale=k), actor="flow"))
        await t.close(contact)
        matter = await read(t.house, lambda tx: tx.knowledge.outcomes.matter(contact))
        assert matter.rated == 0.75
        assert "matter-rated" in await t.names()
        # Reopened, answered and closed again: what was said stays until something else is said.
        await t.ok("POST", f"/api/contacts/{contact}/reopen")
        await t.close(contact)
        assert (await read(t.house, lambda tx: tx.knowledge.outcomes.matter(contact))).rated == 0.75


async def test_a_real_survey_after_a_colleagues_work(tmp_path: Path) -> None:
    async with flow_town(tmp_path, flow="", survey="survey") as house:
        # What happened before the ledger began to follow is history.
        await until(lambda: read(house, lambda tx: tx.marks.get("knowledge", "followed")), what="the ledger follows")
        someone = Person(house, Address(medium=Medium.WEBCHAT, value="v1"))
        await someone.says(ASKED)
        number = (await someone.contact()).id

        def close(tx: Any) -> None:
            tx.contacts.change(tx.contacts.get(number), state=ContactState.CLOSED, closed_at=tx.now,
                               answered_at=tx.now, disposition="resolved")
            tx.emit(ContactChanged(about=number, was="active", state="closed", disposition="resolved"), actor="agent:1")
        await house.store.run(close)

        async def asked() -> bool:
            return any("چه نمره‌ای" in words for words in await someone.heard())
        await until(asked, what="the survey")
        await someone.says("۴")

        async def kept() -> bool:
            matter = await read(house, lambda tx: tx.knowledge.outcomes.matter(number))
            return matter is not None and matter.rated == 0.75
        await until(kept, what="the answer in the ledger")


@pytest.mark.parametrize(("rated", "liked", "usually", "low", "high"), [
    (0, 0, 0.5, 1.0, 1.0), (1, 1, 0.5, 1.0, 1.01), (200, 200, 0.5, 1.05, 1.15), (200, 0, 0.5, 0.85, 0.95),
    (200, 180, 0.9, 1.0, 1.0), (10, 50, 0.5, 1.0, 1.1), (-5, -5, 0.5, 1.0, 1.0)])
def test_surveys_sway_the_rank_within_bounds(rated: float, liked: float, usually: float, low: float,
                                             high: float) -> None:
    found = Outcome(shown=100, resolved=50, usual=0.5, rated=rated, liked=liked, usually_liked=usually)
    assert low - 1e-9 <= proven({1: found}, 1) <= high + 1e-9


def test_a_survey_counts_less_than_a_closed_contact() -> None:
    """As many contacts: what is said in surveys moves a rank by less than what became of the contacts."""
    by_closing = proven({1: Outcome(shown=40, resolved=40, usual=0.5)}, 1)
    by_survey = proven({1: Outcome(shown=40, resolved=20, usual=0.5, rated=40, liked=40)}, 1)
    neither = proven({1: Outcome(shown=40, resolved=20, usual=0.5)}, 1)
    assert neither == 1.0 < by_survey < by_closing
