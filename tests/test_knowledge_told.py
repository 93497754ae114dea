"""The outcome ledger for articles that a dialogue told: what the citizen said, what it taught, what became a gap."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from router.events import ArticleChanged
from router.model import Address, Medium
from router.records import ContactState
from storage.knowledge import ArticleState
from tests import flow_people
from tests.flow_people import Person
from tests.house import read, until

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
