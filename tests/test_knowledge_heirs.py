"""Articles and work of who left: who goes on with them, by which rules, and who is told why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from knowledge import heirs
from router.events import AgentChanged
from storage.knowledge import ArticleState
from tests.house import agent, read, until
from tests.knowledge_town import CARD, Clock, Town, leaves, line_medium, town  # noqa: F401


async def article_of(t: Town, number: int, *, by: str = "lead") -> dict[str, Any]:
    found: dict[str, Any] = (await t.ok("GET", f"/api/articles/{number}", by=by))["article"]
    return found


async def given(t: Town, number: int, owner: str) -> dict[str, Any]:
    """The article, once it is somebody's."""
    async def there() -> dict[str, Any] | None:
        found = await article_of(t, number)
        return found if found["owner"] == t.people[owner].id else None
    made: dict[str, Any] = await until(there, what=f"an article of {owner}")
    return made


async def test_articles_of_who_left_go_on_with_others_by_the_same_rules(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, gap_days=5) as t:
        second, other = t.people["second"].id, t.people["other"].id
        shelf = (await t.ok("POST", "/api/knowledge/categories", {
            "name": "papers", "title_fa": "مدارک", "title_en": "Papers", "owner": other}, by="admin"))["category"]["id"]
        plain = (await t.ok("POST", "/api/knowledge/categories", {
            "name": "pools", "title_fa": "استخر", "title_en": "Pools"}, by="admin"))["category"]["id"]
        board = (await t.ok("POST", "/api/knowledge/categories", {
            "name": "board", "title_fa": "هیئت", "title_en": "Board", "least_role": "supervisor", "owner": other},
            by="admin"))["category"]["id"]
        soon = (clock() + timedelta(days=2)).isoformat()
        card = await t.write(**CARD, owner=second, category=shelf, review_at=soon)
        fa = await t.write(title="ساعت استخر", body="x", state="public", owner=second)
        en = await t.write(title="Pool hours", body="x", state="public", owner=t.people["agent"].id, twin=fa["id"])
        await t.write(title="بلیت استخر", state="public", owner=other, category=plain)
        fee = await t.write(title="بهای استخر", state="internal", owner=second, category=plain)
        inner = await t.write(title="صورت‌جلسه", state="internal", owner=second, category=board)
        used = await t.write(title="قبض آب", body="قبض آب را در سایت بپردازید", state="public", owner=second)
        old = await t.write(title="کهنه", state="public", owner=second)
        mine = await t.write(title="از آن دیگری", state="public", owner=t.people["agent"].id)
        await t.ok("POST", f"/api/articles/{old['id']}/archive", {"version": 1})
        for number in range(3):
            await t.answer(await t.say("قبض آب را کجا بپردازم", sender=f"+98912000010{number}"), by="agent",
                           article=used["id"])
        asked = (await t.ok("POST", f"/api/articles/{card['id']}/approvals", {
            "version": 1, "title": "گم شدن کارت"}, by="agent"))["approval"]
        clock.ahead += timedelta(days=3)
        await leaves(t, "second")

        found = await given(t, card["id"], "other")
        assert "Papers" in found["owner_why"]["en"] and "Second" in found["owner_why"]["en"]
        assert "مدارک" in found["owner_why"]["fa"] and "رفته است" in found["owner_why"]["fa"]
        assert found["review_at"] > clock().isoformat(), "a review whose day was over is due anew"
        assert "Pool hours" in (await given(t, fa["id"], "agent"))["owner_why"]["en"]
        assert "بلیت استخر" in (await given(t, fee["id"], "other"))["owner_why"]["fa"]
        # Whoever keeps the category does not see this one: it is nobody's whom it does not exist for.
        assert "administrator" in (await given(t, inner["id"], "admin"))["owner_why"]["en"]
        found = await given(t, used["id"], "agent")
        assert "3 of the last 3" in found["owner_why"]["en"] and "۳ تماس" in found["owner_why"]["fa"]
        assert found["review_at"] is None
        await given(t, old["id"], "admin")
        assert [(await article_of(t, each["id"]))["version"] for each in (mine, en)] == [1, 1]
        versions = (await t.ok("GET", f"/api/articles/{card['id']}/versions"))["versions"]
        assert "owner left" in versions[0]["told"]["en"] and "Keeps the category" in versions[0]["told"]["en"]
        assert "مسئولش رفت" in versions[0]["told"]["fa"] and "مدارک" in versions[0]["told"]["fa"]
        assert versions[0]["note"] == "" and versions[0]["version"] == 2
        told = {each.data["article"]: each.data for each in await read(t.house, lambda tx: tx.journal.after(0))
                if each.name == "article-given"}
        assert told[card["id"]] == {"article": card["id"], "task": None, "owner": other, "left": second,
                                    "rule": "category"}
        assert {told[each["id"]]["rule"] for each in (fa, fee)} == {"articles"} and len(told) == 6
        # Words that waited for approval still fit: an owner is no change of words.
        made = (await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}))["article"]
        assert made["title"] == "گم شدن کارت" and made["owner"] == other
        # A person's choice needs no reason of a rule; whoever left is no choice.
        path = f"/api/articles/{card['id']}"
        await t.refused(400, "POST", path, {"version": made["version"], "owner": second})
        await t.refused(400, "POST", "/api/articles", {"title": "x", "owner": second})
        await t.ok("POST", path, {"version": made["version"], "owner": t.people["lead"].id})
        assert (await article_of(t, card["id"]))["owner_why"] == {"en": "", "fa": ""}


async def test_work_on_articles_of_who_left_goes_to_others(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database, lead="other") as t:
        theirs = await t.write(title="کارت ملی", state="public", owner=t.people["agent"].id)
        moved = await t.write(title="گذرنامه", state="public", owner=t.people["agent"].id)
        nobodys = await t.write(title="شناسنامه", state="public", by="second", owner=None)
        tasks = {}
        for each in (theirs, moved, nobodys):
            tasks[each["id"]] = (await t.ok("POST", f"/api/articles/{each['id']}/flags", {"words": "نادرست"},
                                            by="lead"))["task"]
        assert tasks[nobodys["id"]]["owner"] == t.people["second"].id
        await t.ok("POST", f"/api/articles/{moved['id']}", {"version": 1, "owner": t.people["lead"].id})
        await leaves(t, "agent")

        async def work(by: str, *wanted: int) -> list[dict[str, Any]]:
            async def there() -> list[dict[str, Any]] | None:
                found: list[dict[str, Any]] = (await t.ok("GET", "/api/knowledge/tasks", by=by))["tasks"]
                return found if {each["article"] for each in found} == set(wanted) else None
            made: list[dict[str, Any]] = await until(there, what=f"the work of {by}")
            return made
        [kept] = await work("lead", moved["id"])
        assert kept["why"]["en"].startswith("Owns the article.") and "Agent" in kept["why"]["en"]
        [task] = await work("other", theirs["id"])
        assert "مسئول خود مطلب" in task["why"]["fa"] and (await article_of(t, theirs["id"]))["owner_why"]["en"]
        await leaves(t, "second")
        await work("other", theirs["id"], nobodys["id"])
        assert (await article_of(t, nobodys["id"]))["owner"] is None
        # What is said to be wrong later comes to somebody, too, though its writer left and nobody owns it.
        await t.ok("POST", f"/api/articles/{nobodys['id']}/flags", {"words": "هنوز نادرست"}, by="lead")

        async def two() -> bool:
            found = (await t.ok("GET", "/api/knowledge/tasks", by="other"))["tasks"]
            return [each["article"] for each in found].count(nobodys["id"]) == 2
        await until(two, what="the new work has somebody")
        done = await t.ok("POST", f"/api/knowledge/tasks/{task['id']}/settle",
                          {"state": "refused", "words": "درست است"}, by="other")
        assert done["task"]["state"] == "refused"
        given_ones = [each.data for each in await read(t.house, lambda tx: tx.journal.after(0))
                      if each.name == "article-given" and each.data["task"] is not None]
        assert [each["rule"] for each in given_ones] == ["owner", "owner", "lead", "lead"]
        assert given_ones[0]["left"] == t.people["agent"].id


async def test_a_start_finds_owners_for_many_articles(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        gone = await agent(t.house, "gone", ready=False)

        def left(tx: Any) -> None:
            for number in range(heirs.AT_ONCE + 3):
                tx.knowledge.add(title=f"مطلب {number}", body="", language="fa", state=ArticleState.DRAFT,
                                 author=gone.id)
            tx.desk.set_agent(gone.id, active=False)
            tx.emit(AgentChanged(agent=gone.id, profile=True), actor="test")
        await t.house.store.run(left)

        async def given_out() -> bool:
            found = await read(t.house, lambda tx: tx.knowledge.after(0, limit=500))
            return {each.owner for each in found} == {t.people["admin"].id}
        await until(given_out, what="every article has an owner")
        names = await t.names()
        assert names.count("article-given") == heirs.AT_ONCE + 3
