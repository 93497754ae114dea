"""Dialogues around the talk itself: hand-over, time, versions, knowledge, surveys, figures, pages, cases."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from house import House
from router.events import ArticleChanged, ContactChanged
from router.model import Address, Medium, SignalKind
from router.records import ContactState, Direction
from settings import SettingsError
from storage.knowledge import ArticleState
from tests.flow_lines import Unhurried
from tests.flow_people import Person, entries, town
from tests.house import configured, read, until


async def test_a_person_gets_everything_gathered(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        someone = Person(house)
        for words in ("سلام", "شکایت", "بله", "چراغ کوچه خاموش است", "اپراتور"):
            told = await someone.says(words)
        contact = await someone.contact()
        assert contact.state is ContactState.WAITING and told.line.contact.state is ContactState.WAITING
        messages = await read(house, lambda tx: tx.messages.of(contact.id))
        (note,) = [m for m in messages if m.direction is Direction.NOTE]
        assert "شکایت خود را در چند جمله بگویید.: چراغ کوچه خاموش است" in note.text
        assert note.data["values"]["complaint"] == "چراغ کوچه خاموش است" and note.data["reason"] == "asked"
        assert next(m.text for m in messages if m.direction is Direction.IN) == "سلام"
        (ended,) = await entries(house, "flow-ended")
        assert ended.data["outcome"] == "handed-over" and ended.data["reason"] == "asked"
        assert contact.reference in (await someone.heard())[-1].translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))
        # A person is in charge now: the dialogue says nothing more.
        before = len(await someone.heard())
        await someone.says("1")
        assert len(await someone.heard()) == before


async def test_the_same_word_twice_counts_once_and_is_answered_the_same(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        someone = Person(house)
        await someone.says("سلام")
        first = await someone.says("شکایت", id="same")
        again = await someone.says("شکایت", id="same")
        assert again.fate == "duplicate" and again.told == first.told and "موافقید" in first.told.texts[0]
        assert len(await someone.heard()) == 2


async def test_two_at_once_are_taken_one_after_the_other(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        someone = Person(house)
        await someone.says("سلام")
        await asyncio.gather(*(someone.says("شکایت", id=f"x{n}", waits=False) for n in range(8)))
        dialogue = await someone.dialogue()
        assert dialogue.outcome == "" or dialogue.reason == "not-understood"
        assert len(await entries(house, "flow-started")) == 1


async def test_a_restart_in_the_middle_goes_on(tmp_path: Path) -> None:
    clock = Unhurried()
    async with town(tmp_path, clock=clock) as house:
        someone = Person(house)
        for words in ("سلام", "شکایت", "بله"):
            await someone.says(words)
    async with town(tmp_path, clock=clock) as house:
        someone.house = house
        await someone.says("چراغ کوچه خاموش است")
        assert "چه روزی" in (await someone.heard())[-1] and len(await entries(house, "flow-started")) == 1


async def test_a_changed_definition_leaves_running_dialogues_alone_or_takes_them_over(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    source = """[flow]
name = "permit"
title = { fa = "پروانه", en = "Permit" }
UPGRADE

[steps.which]
kind = "ask"
answer = "text"
save = "which"
text = { fa = "کدام پروانه؟", en = "Which permit?" }
next = "LATER"

[steps.LATER]
kind = "ask"
answer = "text"
save = "why"
text = { fa = "WORDS", en = "Why?" }
"""

    def write(later: str, words: str, upgrade: str = "", more: str = "") -> None:
        (own / "permit.toml").write_text(source.replace("LATER", later).replace("WORDS", words)
                                         .replace("UPGRADE", upgrade) + more, encoding="utf-8")
    clock, flows = Unhurried(), {"folder": str(own)}
    write("why", "چرا؟")
    async with town(tmp_path, clock=clock, flow="permit", flows=flows) as house:
        people = [Person(house, Address(medium=Medium.WEBCHAT, value=f"visitor-{n}")) for n in range(3)]
        for each in people:
            await each.says("سلام")
        await people[1].says("ساختمان")
        await people[2].says("ساختمان")
    write("reason", "دلیل؟")
    async with town(tmp_path, clock=clock, flow="permit", flows=flows) as house:
        people[0].house = house
        await people[0].says("ساختمان")
        assert (await people[0].heard())[-1] == "چرا؟", "pinned: the words it began with"
    write("reason", "دلیل؟", 'upgrade = "now"', '\n[migrate]\nwhy = "reason"\n')
    async with town(tmp_path, clock=clock, flow="permit", flows=flows) as house:
        people[1].house = house
        await people[1].says("برای خانه")
        assert (await people[1].heard())[-1] == "دلیل؟", "the rule names the step"
        assert (await people[1].dialogue()).state["values"] == {"which": "ساختمان"}
    write("reason", "دلیل؟", 'upgrade = "now"')
    async with town(tmp_path, clock=clock, flow="permit", flows=flows) as house:
        people[2].house = house
        await people[2].says("برای خانه")
        assert "به‌روز شده" in (await people[2].heard())[-1] and "کدام پروانه" in (await people[2].heard())[-1]


async def test_a_reminder_and_then_the_end(tmp_path: Path) -> None:
    clock = Unhurried()
    async with town(tmp_path, clock=clock) as house:
        someone = Person(house)
        await someone.says("سلام")
        clock.passes(601)
        await Person(house, Address(medium=Medium.WEBCHAT, value="other")).says("سلام")  # the timers look again

        async def reminded() -> bool:
            return any("هنوز اینجا" in words for words in await someone.heard())
        await until(reminded, what="the reminder")
        clock.passes(3001)
        await Person(house, Address(medium=Medium.WEBCHAT, value="third")).says("سلام")

        async def closed() -> bool:
            return (await someone.contact()).state is ContactState.CLOSED
        await until(closed, what="the end")
        assert (await someone.dialogue()).reason == "time" and (await someone.contact()).disposition == "dropped"
        await someone.says("برگشتم، شکایت دارم")
        assert (await someone.contact()).state is ContactState.SELF_SERVICE
        assert "موافقید" in (await someone.heard())[-1], "and begins again, with what was just said"


async def test_who_leaves_drops_the_dialogue(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        someone = Person(house)
        opened = await someone.signals(SignalKind.OPEN)
        assert "خوش آمدید" in opened.told.texts[0]
        await someone.signals(SignalKind.LEFT)
        assert (await someone.dialogue()).outcome == "dropped"
        assert (await someone.contact()).state is ContactState.ABANDONED


async def test_robots_and_whoever_begins_too_often_get_people(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        machine = Person(house)
        await machine.says("out of office", automatic="auto-submitted")
        assert await read(house, lambda tx: tx.flows.newest(1)) is None
        often = Person(house, Address(medium=Medium.WEBCHAT, value="often"))
        for _ in range(21):
            await often.says("سلام")
            await often.signals(SignalKind.LEFT)
        assert (await often.contact()).state is ContactState.WAITING or len(await entries(house, "flow-started")) == 20


async def test_knowledge_answers_or_is_silent(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        def put(tx: Any) -> None:
            for title, body in (("ساعت کار", "ادارهٔ ما از ساعت هشت تا پانزده باز است."),
                                ("پرداخت قبض آب", "قبض آب را در درگاه بپردازید."), ("گذرنامه", "با شناسنامه بیایید.")):
                made = tx.knowledge.add(title=title, body=body, language="fa", state=ArticleState.PUBLIC)
                tx.emit(ArticleChanged(article=made.id), actor="test")
        await house.store.run(put)
        await house.library.ready.wait()
        someone = Person(house)
        await someone.says("سلام")
        await someone.says("پرسش")
        await someone.says("ساعت کار اداره چیست؟")

        async def asked() -> str:
            said = (await someone.heard())[-1]
            return said if "کمکتان" in said else ""
        said = await until(asked, what="an answer from knowledge")
        assert "/help/" in said and "هشت تا پانزده" in said
        await someone.says("بله")
        told = [(e.data["step"], e.data["value"]) for e in await entries(house, "article-outcome")]
        assert told == [("sent", 1.0), ("said", 1.0)] and len(await entries(house, "articles-suggested")) == 1
        other = Person(house, Address(medium=Medium.WEBCHAT, value="other"))
        for words in ("سلام", "پرسش", "قورباغهٔ بنفش پرنده"):
            await other.says(words)

        async def unsure() -> bool:
            return "مطمئنی" in (await other.heard())[-1]
        await until(unsure, what="silence")


async def test_outside_opening_hours_a_message_is_taken(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        def shut(tx: Any) -> None:
            tx.routing.put_calendar("never", {"week": {}})
            tx.desk.set_queue(tx.desk.queue_named("general").id, calendar="never")
        await house.store.run(shut)
        someone = Person(house)
        for words in ("سلام", "گفت‌وگو با کارشناس"):
            await someone.says(words)
        assert "بیرون از ساعت کاری" in (await someone.heard())[-1]
        await someone.says("لطفاً تماس بگیرید")
        contact = await someone.contact()
        notes = [m for m in await read(house, lambda tx: tx.messages.of(contact.id)) if m.direction is Direction.NOTE]
        assert contact.state is ContactState.WAITING and "لطفاً تماس بگیرید" in notes[0].text


async def test_a_colleague_who_takes_a_dialogue_over_ends_it(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        someone = Person(house)
        await someone.says("سلام")
        contact = await someone.contact()

        def take(tx: Any) -> None:
            was = tx.contacts.get(contact.id)
            taken = tx.contacts.change(was, state=ContactState.ACTIVE, answered_at=tx.now)
            tx.emit(ContactChanged(about=was.id, was=was.state.value, state=taken.state.value), actor="agent:1")
        await house.store.run(take)
        before = len(await someone.heard())
        await someone.says("شکایت")
        assert len(await someone.heard()) == before and (await someone.dialogue()).reason == "taken"


async def test_a_survey_after_a_colleagues_work_and_other_words_reopen(tmp_path: Path) -> None:
    async with town(tmp_path, flow="", survey="survey") as house:
        people = [Person(house, Address(medium=Medium.WEBCHAT, value=f"v{n}")) for n in range(2)]
        for each in people:
            await each.says("سلام")
            contact = await each.contact()

            def close(tx: Any, number: Any = contact.id) -> None:
                was = tx.contacts.get(number)
                tx.contacts.change(was, state=ContactState.CLOSED, closed_at=tx.now, answered_at=tx.now)
                tx.emit(ContactChanged(about=number, was="active", state="closed"), actor="agent:1")
            await house.store.run(close)

            async def asked(someone: Person = each) -> bool:
                return any("چه نمره‌ای" in words for words in await someone.heard())
            await until(asked, what="the survey")
        await people[0].says("۴")
        await people[0].says("رد")
        assert (await people[0].contact()).state is ContactState.CLOSED
        (answered,) = await entries(house, "survey-answered")
        assert answered.data["score"] == 4
        await people[1].says("هنوز درست نشده است!")
        assert (await people[1].contact()).state is ContactState.WAITING
        assert (await people[1].dialogue()).reason == "other-words"


def test_a_channel_whose_flow_is_not_there_does_not_start(tmp_path: Path) -> None:
    known = configured(tmp_path, {"town": {"medium": "webchat", "flow": "main-manu"}})

    async def start() -> None:
        await House(known).start()

    with pytest.raises(SettingsError, match="there is no flow 'main-manu'"):
        asyncio.run(start())
