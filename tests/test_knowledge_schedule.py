"""Days of articles in a running house: when their state changes by itself, when they are to be read again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from house import utc_now
from tests.house import read, until
from tests.knowledge_town import Clock, line_medium, town  # noqa: F401


async def test_a_publication_comes_by_itself(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock) as t:
        made, never = await t.write(title="جدول تعرفه"), await t.write(title="نه")
        at = (clock() + timedelta(minutes=2)).isoformat()
        for each in (made, never):
            done = await t.ok("POST", f"/api/articles/{each['id']}/schedule", {"version": 1, "publish_at": at})
            assert done["article"]["publish_state"] == "public"
        await t.ok("POST", f"/api/articles/{never['id']}/schedule", {"version": 2, "publish_at": None})
        for wrong in ((clock() - timedelta(1)).isoformat(), "2026-01-01", "soon",
                      (clock() + timedelta(999)).isoformat()):
            await t.refused(400, "POST", f"/api/articles/{never['id']}/schedule", {"version": 3, "publish_at": wrong})
        await t.refused(403, "POST", f"/api/articles/{never['id']}/schedule", {"version": 3, "publish_at": at},
                        by="agent")
        clock.ahead = timedelta(minutes=3)
        await t.write(title="ساعت جلو رفت")  # something happens: the clock of a test is looked at again

        async def public() -> bool:
            return (await read(t.house, lambda tx: tx.knowledge.get(made["id"]))).state.value == "public"
        await until(public, what="the publication")
        assert (await read(t.house, lambda tx: tx.knowledge.get(never["id"]))).state.value == "draft"


async def test_every_change_of_state_has_its_day(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock) as t:
        soon = (clock() + timedelta(minutes=2)).isoformat()

        async def scheduled(state: str, becomes: str) -> int:
            made = await t.write(title=f"مهلت {becomes}", body="متن", state=state)
            path = f"/api/articles/{made['id']}/schedule"
            done = await t.ok("POST", path, {"version": 1, "publish_at": soon, "state": becomes})
            assert (done["article"]["publish_state"], done["article"]["state"]) == (becomes, state)
            return int(made["id"])
        pairs = (("public", "archived"), ("public", "internal"), ("internal", "archived"), ("draft", "internal"))
        moved = {await scheduled(*pair): pair[1] for pair in pairs}
        back, other = await scheduled("public", "archived"), await t.write(title="نه", state="public")
        # One that is archived comes back in its season; what is not scheduled is not taken back as a new version.
        season = await t.write(title="برف‌روبی", state="internal")
        await t.ok("POST", f"/api/articles/{season['id']}/archive", {"version": 1})
        path = f"/api/articles/{season['id']}/schedule"
        assert (await t.ok("POST", path, {"version": 2, "publish_at": None}))["article"]["version"] == 2
        await t.refused(409, "POST", path, {"version": 1, "publish_at": None})
        await t.ok("POST", path, {"version": 2, "publish_at": soon, "state": "public"})
        moved[season["id"]] = "public"
        for wrong in ("public", "draft", "king"):
            await t.refused(400, "POST", f"/api/articles/{other['id']}/schedule", {
                "version": 1, "publish_at": soon, "state": wrong})
        listed = (await t.ok("GET", "/api/articles?scheduled=1"))["articles"]
        assert {each["id"] for each in listed} == {*moved, back}
        await t.ok("POST", f"/api/articles/{back}/schedule", {"version": 2, "publish_at": None})
        # What is to be done about one goes when nobody reads it any more.
        archived = next(number for number, state in moved.items() if state == "archived")
        review = (clock() + timedelta(seconds=1)).isoformat()
        await t.ok("POST", f"/api/articles/{archived}", {"version": 2, "review_at": review})
        clock.ahead = timedelta(minutes=3)
        await until(lambda: read(t.house, lambda tx: {number: tx.knowledge.get(number).state.value for number in moved}
                                 == moved), what="the states of their day")
        found = await read(t.house, lambda tx: tx.knowledge.get(back))
        assert (found.state.value, found.publish_at, found.publish_state) == ("public", None, "")
        assert (await t.ok("GET", "/api/articles?scheduled=1"))["articles"] == []
        assert not await read(t.house, lambda tx: tx.knowledge.life.reviews(archived, state="open"))
        told = (await t.ok("GET", f"/api/articles/{archived}/versions"))["versions"][0]
        assert told["told"]["fa"] == "طبق زمان‌بندی" and told["state"] == "archived"


async def test_words_that_wait_for_their_day_are_changed_by_who_may_publish_them(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        made = await t.write(title="تعرفه", body="درست", by="agent")
        path, day = f"/api/articles/{made['id']}", (utc_now() + timedelta(days=2)).isoformat()
        await t.ok("POST", path, {"version": 1, "body": "درست‌تر"}, by="agent")
        await t.ok("POST", f"{path}/schedule", {"version": 2, "publish_at": day, "state": "public"})
        assert not (await t.ok("GET", path, by="agent"))["article"]["editable"]
        await t.refused(403, "POST", path, {"version": 3, "body": "کسی ندیده است"}, by="agent")
        await t.refused(403, "POST", f"{path}/restore", {"version": 3, "restore": 1}, by="agent")
        await t.ok("POST", f"{path}/approvals", {"version": 3, "body": "دیده‌اند"}, by="agent")
        await t.ok("POST", path, {"version": 3, "body": "درست‌ترین"})
        await t.ok("POST", f"{path}/schedule", {"version": 4, "publish_at": None})
        await t.ok("POST", path, {"version": 5, "body": "باز پیش‌نویس من"}, by="agent")
    async with town(tmp_path / "eyes", four_eyes=True) as t:
        made = await t.write(title="تعرفه", body="درست", by="agent")
        path = f"/api/articles/{made['id']}"
        await t.ok("POST", f"{path}/schedule", {"version": 1, "publish_at": day, "state": "public"})
        await t.refused(403, "POST", path, {"version": 2, "body": "تنها من دیده‌ام"})
        assert (await t.ok("POST", f"{path}/schedule", {"version": 2, "publish_at": None}))["article"]["body"] == "درست"


async def test_overdue_reviews_are_listed(tmp_path: Path) -> None:
    clock = Clock()
    async with town(tmp_path, clock=clock, review_days=30) as t:
        old = await t.write(title="old")
        await t.write(title="later", review_at=(clock() + timedelta(days=90)).isoformat())
        assert (await t.ok("GET", "/api/articles?overdue=1"))["articles"] == []
        clock.ahead = timedelta(days=31)
        assert [each["id"] for each in (await t.ok("GET", "/api/articles?overdue=1"))["articles"]] == [old["id"]]


@pytest.mark.parametrize("days", [0, 30])
async def test_the_day_of_review_is_the_owners_work(tmp_path: Path, database: str, days: int) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, review_days=days) as t:
        day = (clock() + timedelta(days=2)).isoformat()
        read_it, moved, gone, left = [await t.write(
            title=f"مطلب {n}", state="public", review_at=day, owner=t.people["agent"].id) for n in range(4)]
        clock.ahead = timedelta(days=3)
        await t.write(title="ساعت جلو رفت", review_at=(clock() + timedelta(days=9)).isoformat())

        async def open_ones(count: int) -> list[dict[str, Any]] | None:
            found = (await t.ok("GET", "/api/knowledge/tasks", by="agent"))["tasks"]
            return found if len(found) == count else None
        tasks = await until(lambda: open_ones(4), what="the work of the sweep")
        assert {(each["kind"], each["due_at"][:19]) for each in tasks} == {("review", day[:19])}
        of = {each["article"]: each["id"] for each in tasks}
        assert (await t.ok("GET", f"/api/articles/{moved['id']}"))["article"]["tasks"] == [], "nothing is wrong in it"
        later = (clock() + timedelta(days=40)).isoformat()
        await t.ok("POST", f"/api/articles/{moved['id']}", {"version": 1, "keywords": ["x"]})
        assert await open_ones(4), "the day is the same"
        await t.ok("POST", f"/api/articles/{moved['id']}", {"version": 2, "review_at": later})
        await t.ok("POST", f"/api/articles/{gone['id']}/archive", {"version": 1})
        assert {each["article"] for each in await open_ones(2) or ()} == {read_it["id"], left["id"]}
        path = "/api/knowledge/tasks/{}/settle"
        await t.refused(403, "POST", path.format(of[read_it["id"]]), {"state": "done"}, by="other")
        await t.ok("POST", path.format(of[read_it["id"]]), {"state": "done"}, by="agent")
        await t.ok("POST", path.format(of[left["id"]]), {"state": "refused", "words": "می‌ماند"}, by="agent")
        assert await open_ones(0) == []
        now = (await t.ok("GET", f"/api/articles/{read_it['id']}"))["article"]
        assert (now["review_at"] or "")[:10] == ((clock() + timedelta(days=days)).isoformat()[:10] if days else "")
        clock.ahead = timedelta(days=5)
        before = await read(t.house, lambda tx: tx.timers.get("knowledge-sweep", 0).due_at)
        await t.write(title="باز جلو رفت", review_at=(clock() + timedelta(days=99)).isoformat())
        await until(lambda: read(t.house, lambda tx: tx.timers.get("knowledge-sweep", 0).due_at > before), what="sweep")
        assert await open_ones(0) == [], "once for each day"
