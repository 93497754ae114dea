"""Gaps as owned work with a draft: who gets one and why, days, giving away, leaving, what the draft holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from knowledge import clusters, gaps
from router.events import AgentChanged
from router.records import Role
from tests.house import agent, read, until
from tests.knowledge_town import CARD, Clock, Town, leaves, line_medium, town  # noqa: F401

POOL = "ساعت کار استخر شهرداری چند است"


async def listed(t: Town, *, by: str = "lead", query: str = "") -> list[dict[str, Any]]:
    """The gaps as somebody sees them."""
    found: list[dict[str, Any]] = (await t.ok("GET", f"/api/knowledge/gaps{query}", by=by))["gaps"]
    return found


async def owned(t: Town, owner: str, rule: str) -> dict[str, Any]:
    """The only gap, once it is somebody's by a rule."""
    async def there() -> dict[str, Any] | None:
        found = await listed(t)
        return found[0] if found and (found[0]["owner"], found[0]["rule"]) == (t.people[owner].id, rule) else None
    made: dict[str, Any] = await until(there, what=f"a gap of {owner} by {rule}")
    return made


async def test_who_worked_the_queue_gets_the_gap_and_its_draft(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        for number in range(3):
            await t.answer(await t.say(f"قبض آب {'abc'[number]} را کجا پرداخت کنم", sender=f"+98912000010{number}"),
                           by="other", close="spam")
        contact = await t.say(f"{POOL}؟ من علی رضایی هستم 09121234567")
        await t.answer(contact, by="agent", text="هر روز از ۸ تا ۱۶، آقای رضایی. با 09351234567 تماس بگیرید.")
        gap = await owned(t, "other", "queue")
        assert gap["state"] == "open" and not gap["overdue"] and gap["due_at"] > gap["first_at"]
        assert "3" in gap["why"]["en"] and "۳" in gap["why"]["fa"] and "صف" in gap["why"]["fa"]
        mine = await t.ok("GET", "/api/knowledge/tasks", by="other")
        assert [each["id"] for each in mine["gaps"]] == [gap["id"]] and mine["counts"] == {
            "tasks": 0, "gaps": 1, "overdue": 0}
        assert (await t.ok("GET", "/api/knowledge/tasks", by="agent"))["gaps"] == []
        assert (await t.ok("GET", "/api/knowledge/tasks?all=1"))["counts"]["gaps"] == 1
        assert await listed(t, query=f"?owner={t.people['agent'].id}") == []
        draft = (await t.ok("GET", f"/api/knowledge/gaps/{gap['id']}", by="other"))["draft"]
        assert "از ۸ تا ۱۶" in draft["body"] and POOL in draft["body"] and draft["answers"] == 1
        assert "رضایی" not in draft["body"] and "0935" not in draft["body"] and draft["removed"] >= 2
        made = await t.ok("POST", f"/api/knowledge/gaps/{gap['id']}/draft", {"version": gap["version"]}, by="other")
        assert made["gap"]["state"] == "owned" and made["gap"]["rule"] == "queue"
        article = (await t.ok("GET", f"/api/articles/{made['article']}", by="other"))["article"]
        assert article["body"] == draft["body"] and article["state"] == "draft"
        assert article["owner"] == t.people["other"].id


async def test_a_draft_stands_with_its_gap_and_proposes_what_to_take_out(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        office, mobile = "+98 21 8877 6655", "09351234567"
        for number, words in enumerate(("Good day,  dear sir.\n\nCall our office at {office} or 😀 {mobile}.",
                                        "Ask at the counter, or call {office}.")):
            asked = ("When does the city pool open? My name is John Carter", "city pool: when does it open")[number]
            contact = await t.say(asked, sender=f"+4479000000{number}0")
            await t.answer(contact, by="agent", text=words.format(office=office, mobile=mobile))
        gap = (await until(lambda: listed_when(t, 2), what="two questions"))[0]
        path = f"/api/knowledge/gaps/{gap['id']}"
        got = await t.ok("GET", path, by="agent")
        draft, body = got["draft"], got["draft"]["body"]
        assert gap["article"] is None and gap["state"] == "open", "nobody has written anything"
        assert draft["language"] == gap["language"] == "en" and len(got["examples"]) == 2
        assert body.startswith("## Questions\n- ") and "## What colleagues answered\n- " in body
        assert draft["answers"] == 2
        assert "Carter" not in str(got) and "[name]" in body, "nothing personal of a question is kept"
        assert office not in body and mobile not in body and draft["removed"] == 3
        assert [(each["kind"], each["text"]) for each in draft["finds"]] in (
            [("phone", office), ("phone", office), ("mobile", mobile)],
            [("phone", office), ("mobile", mobile), ("phone", office)])
        for each in draft["finds"]:
            assert body[each["start"]:each["end"]] == each["mark"] and each["kept"] is False
        for bad in ("x", [3], ["x"] * 501):
            await t.refused(400, "POST", f"{path}/draft", {"version": gap["version"], "kept": bad}, by="agent")
        made = await t.ok("POST", f"{path}/draft", {"version": gap["version"], "kept": [office]}, by="agent")
        written = (await t.ok("GET", f"/api/articles/{made['article']}", by="agent"))["article"]
        assert written["language"] == "en" and written["title"] == gap["title"]
        assert "- Good day, dear sir. Call our office at +98 21 8877 6655 or 😀 [mobile]." in written["body"]
        assert written["body"].count(office) == 2 and mobile not in written["body"]


async def test_answers_stand_in_the_draft_only_for_those_who_may_read_the_contact(tmp_path: Path) -> None:
    secret = {"general": {"title_fa": "عمومی", "title_en": "General"},
              "tax": {"title_fa": "مالیات", "title_en": "Tax", "skills": ["tax"]}}
    async with town(tmp_path, queues=secret) as t:
        contact = await t.say(POOL)
        await t.answer(contact, text="هر روز از ۸ تا ۱۶")
        gap = await owned(t, "lead", "queue")

        def move(tx: Any) -> None:
            found = tx.contacts.get(contact)
            tx.contacts.change(found, queue=tx.desk.queue_named("tax").id)
        await t.house.store.run(move)
        path = f"/api/knowledge/gaps/{gap['id']}"
        assert (await t.ok("GET", path, by="lead"))["draft"]["answers"] == 1
        other = (await t.ok("GET", path, by="other"))["draft"]
        assert other["answers"] == 0 and "از ۸" not in other["body"]


async def test_the_nearest_article_and_its_category_name_the_owner(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        shelf = (await t.ok("POST", "/api/knowledge/categories", {"name": "papers", "title_fa": "مدارک",
                                                                  "title_en": "Papers"}, by="admin"))["category"]
        card = await t.write(**CARD, owner=t.people["second"].id, category=shelf["id"])
        pool = await t.write(title="استخر", body="x", owner=t.people["agent"].id)

        async def gather(near: int | None, words: str, source: int) -> None:
            await t.house.store.run(lambda tx: gaps._gather(
                tx, t.house.known.rules, "help", source, words, fit="weak", names=[], near=near))
        await gather(None, "کارت ملی فرزندم گم شده است", 1)
        gap = await owned(t, "admin", "admin")
        assert "first administrator" in gap["why"]["en"]
        # Asked again, nearer to somebody: whoever had it only because nobody was nearer hands over.
        await gather(card["id"], "کارت ملی گم شده فرزندم", 2)
        gap = await owned(t, "second", "articles")
        assert "گم شدن کارت ملی" in gap["why"]["fa"]
        await gather(pool["id"], "فرزندم کارت ملی گم شده", 3)
        await gather(pool["id"], "گم شده کارت ملی فرزندم", 4)
        assert (await owned(t, "second", "articles"))["asked"] == 4, "what is known better once stays"
        await t.ok("POST", f"/api/knowledge/categories/{shelf['id']}", {"version": 1, "owner": t.people["other"].id},
                   by="admin")
        await leaves(t, "second")
        gap = await owned(t, "other", "category")
        assert "Papers" in gap["why"]["en"] and "Second" in gap["why"]["en"], "who left is named"
        assert "مدارک" in gap["why"]["fa"]
        await t.refused(400, "POST", f"/api/knowledge/categories/{shelf['id']}", {"version": 2, "owner": 999},
                        by="admin")


async def test_whoever_keeps_the_knowledge_gets_what_nobody_is_nearer_to(tmp_path: Path) -> None:
    async with town(tmp_path, lead="second", gap_days=3) as t:
        await t.ask("GET", "/help", by="nobody", params={"q": POOL})
        gap = await owned(t, "second", "lead")
        assert "مسئول دانش" in gap["why"]["fa"]
        await leaves(t, "second")
        gap = await owned(t, "admin", "admin")
        # Whoever leaves takes the last owner's work along only until somebody else is found; twice is once.
        events = [name for name in await t.names() if name == "gap-changed"]
        await t.house.store.run(lambda tx: tx.emit(
            AgentChanged(agent=t.people["agent"].id, profile=True), actor="test"))
        await t.ok("GET", "/api/knowledge/gaps")
        assert [name for name in await t.names() if name == "gap-changed"] == events


async def test_taking_giving_and_giving_back(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        await t.answer(await t.say(POOL), by="lead")
        gap = await owned(t, "lead", "queue")
        path = f"/api/knowledge/gaps/{gap['id']}"

        async def change(by: str, **fields: Any) -> dict[str, Any]:
            now = (await t.ok("GET", path))["gap"]["version"]
            made: dict[str, Any] = (await t.ok("POST", path, {"version": now, **fields}, by=by))["gap"]
            return made
        version = {"version": gap["version"]}
        # While nobody has begun anybody may take it; to settle or give it one must have it.
        await t.refused(403, "POST", path, {**version, "state": "done"}, by="agent")
        await t.refused(403, "POST", path, {**version, "owner": t.people["other"].id}, by="agent")
        await t.refused(403, "POST", path, {**version, "due_at": "2030-01-01T00:00:00+00:00"}, by="agent")
        taken = await change("agent", owner=t.people["agent"].id)
        assert (taken["state"], taken["rule"], taken["owner"]) == ("owned", "taken", t.people["agent"].id)
        await t.refused(403, "POST", path, {"version": taken["version"], "owner": t.people["other"].id}, by="other")
        drafted = await t.ok("POST", f"{path}/draft", {"version": taken["version"]}, by="agent")
        given = await change("lead", owner=t.people["other"].id)
        assert given["rule"] == "given" and "Lead" in given["why"]["en"] and given["state"] == "owned"
        moved = (await t.ok("GET", f"/api/articles/{drafted['article']}", by="other"))["article"]
        assert moved["owner"] == t.people["other"].id, "the draft goes with the work"
        back = await change("other", owner=None)
        assert (back["owner"], back["rule"], back["state"]) == (t.people["lead"].id, "queue", "open")
        again = await change("lead", owner=None)
        assert (again["owner"], again["rule"]) == (t.people["admin"].id, "admin"), "not to who has just given it back"
        for bad in ({"owner": 999}, {"owner": True}, {"owner": "x"}, {"due_at": "2001-01-01T00:00:00+00:00"},
                    {"due_at": None}, {}):
            status, _ = await t.ask("POST", path, {"version": again["version"], **bad})
            assert status in (400, 404), bad
        await leaves(t, "second")
        await t.refused(400, "POST", path, {"version": again["version"], "owner": t.people["second"].id})


async def test_days_that_are_over_are_counted_and_set_anew_for_the_next_owner(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, gap_days=5) as t:
        await t.answer(await t.say(POOL), by="lead")
        gap = await owned(t, "lead", "queue")
        clock.ahead += timedelta(days=6)
        [late] = await listed(t)
        assert late["overdue"] and (await t.ok("GET", "/api/knowledge/tasks"))["counts"]["overdue"] == 1
        path = f"/api/knowledge/gaps/{gap['id']}"
        given = (await t.ok("POST", path, {"version": gap["version"], "owner": t.people["other"].id}))["gap"]
        assert not given["overdue"]
        day = (clock() + timedelta(days=2)).isoformat()
        set_ = (await t.ok("POST", path, {"version": given["version"], "due_at": day}))["gap"]
        assert set_["due_at"][:10] == day[:10] and set_["owner"] == t.people["other"].id
        done = (await t.ok("POST", path, {"version": set_["version"], "state": "done"}, by="other"))["gap"]
        clock.ahead += timedelta(days=9)
        assert not done["overdue"] and (await t.ok("GET", "/api/knowledge/tasks?all=1"))["counts"]["gaps"] == 0
        await t.answer(await t.say("ساعت کار استخر شهرداری", sender="+989120000777"), by="agent")
        [again] = await until(lambda: listed(t), what="the gap is open again")
        assert again["owner"] == t.people["other"].id and again["state"] == "open" and not again["overdue"]


async def test_a_gap_that_grew_meanwhile_is_a_conflict_and_names_the_clearest_question(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        await t.answer(await t.say("ساعت کار استخر شهرداری من علی رضایی هستم 09121234567"), by="lead")
        gap = await owned(t, "lead", "queue")
        assert "[" in gap["title"]
        for number in range(2):
            await t.answer(await t.say("ساعت کار استخر شهرداری؟", sender=f"+98912000030{number}"), by="lead")
        [grown] = await until(lambda: listed_when(t, 3), what="three questions")
        assert grown["title"] == "ساعت کار استخر شهرداری؟"
        await t.refused(409, "POST", f"/api/knowledge/gaps/{gap['id']}", {"version": gap["version"], "note": "x"})


async def listed_when(t: Town, asked: int) -> list[dict[str, Any]] | None:
    found = await listed(t)
    return found if found and found[0]["asked"] == asked else None


async def test_a_start_finds_owners_for_what_has_none(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        def orphans(tx: Any) -> None:
            for number in range(gaps.AT_ONCE + 3):
                tx.knowledge.gaps.add(f"پرسش {number}", "fa", {"x": 1.0}, due_at=tx.now)
        await t.house.store.run(orphans)
        new = await agent(t.house, "new", role=Role.SUPERVISOR, ready=False)
        await t.ok("POST", f"/api/agents/{new.id}", {"name": "New"}, by="admin")

        async def provided() -> bool:
            return await read(t.house, lambda tx: tx.knowledge.gaps.burden()) == {
                t.people["admin"].id: gaps.AT_ONCE + 3}
        await until(provided, what="every gap has an owner")


def test_the_clearest_question_is_short_whole_and_like_the_others() -> None:
    texts = ["سلام وقت بخیر خسته نباشید من می‌خواستم بدانم که ساعت کار استخر شهرداری در روزهای تعطیل رسمی چند است ممنون",
             "ساعت کار استخر [نام]", "ساعت کار استخر", "استخر"]
    weights: dict[str, float] = {}
    for count, text in enumerate(texts):
        weights = clusters.grown(weights, count, clusters.stems(text))
    assert clusters.clearest(texts, weights) == "ساعت کار استخر"
    assert clusters.clearest(["؟", ""], {}) == "؟", "of equals the first"
