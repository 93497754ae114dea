"""Who may write and who may publish: drafts, words that wait for approval, four eyes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from house import utc_now
from tests.house import read
from tests.knowledge_town import line_medium, town  # noqa: F401


async def test_agents_write_drafts_and_supervisors_publish(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        draft = await t.write(by="agent", title="پیش‌نویس من")
        path = f"/api/articles/{draft['id']}"
        assert draft["state"] == "draft" and draft["owner"] == t.people["agent"].id
        await t.ok("POST", path, {"version": 1, "body": "متن"}, by="agent")
        await t.refused(403, "POST", path, {"version": 2, "state": "public"}, by="agent")
        await t.refused(404, "GET", path, by="other")
        await t.refused(404, "POST", path, {"version": 2, "body": "x"}, by="other")
        mine = await t.ok("GET", "/api/articles?state=draft", by="agent")
        assert [each["id"] for each in mine["articles"]] == [draft["id"]]
        assert (await t.ok("GET", "/api/articles?state=draft", by="other"))["articles"] == []
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 2, "note": "لطفا"}, by="agent"))["approval"]
        assert (await t.ok("GET", "/api/knowledge/approvals", by="other"))["approvals"] == []
        await t.refused(403, "POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}, by="agent")
        made = (await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}))["article"]
        assert made["state"] == "public" and made["version"] == 3
        await t.refused(409, "POST", f"/api/knowledge/approvals/{asked['id']}/approve", {})
        await t.refused(403, "POST", path, {"version": 3, "body": "ویرایش"}, by="agent")
        better = (await t.ok("POST", f"{path}/approvals", {"version": 3, "body": "بهتر"}, by="other"))["approval"]
        shown = (await t.ok("GET", "/api/knowledge/approvals"))["approvals"][0]
        assert [piece["kind"] for piece in shown["pieces"]] == ["gone", "new"]
        await t.refused(400, "POST", f"/api/knowledge/approvals/{better['id']}/refuse", {"words": " "})
        await t.ok("POST", f"/api/knowledge/approvals/{better['id']}/refuse", {"words": "نه"})
        assert (await read(t.house, lambda tx: tx.knowledge.get(draft["id"]))).body == "متن"
        assert (await t.names()).count("approval-changed") == 4


async def test_approved_words_meet_a_changed_article(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        made = await t.write(title="x", body="one\ntwo\nthree", state="public")
        path = f"/api/articles/{made['id']}"
        first = (await t.ok("POST", f"{path}/approvals", {"version": 1, "body": "one\ntwo\nTHREE"},
                            by="agent"))["approval"]
        second = (await t.ok("POST", f"{path}/approvals", {"version": 1, "body": "uno\ntwo\nthree"},
                             by="other"))["approval"]
        await t.ok("POST", path, {"version": 1, "body": "ONE\ntwo\nthree"})
        both = (await t.ok("POST", f"/api/knowledge/approvals/{first['id']}/approve", {}))["article"]
        assert both["body"] == "ONE\ntwo\nTHREE", "changes of different lines are put together"
        await t.refused(409, "POST", f"/api/knowledge/approvals/{second['id']}/approve", {})
        assert len((await t.ok("GET", "/api/knowledge/approvals"))["approvals"]) == 1, "it waits, nothing is lost"


async def test_words_are_approved_where_the_article_stands(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        inner = await t.write(title="درونی", body="داخلی ۱۲۳", state="internal", keywords=["یک"])
        path = f"/api/articles/{inner['id']}"
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 1, "body": "داخلی ۱۲۴"}, by="agent"))["approval"]
        assert asked["wanted"] == "internal" and asked["keywords"] is None
        await t.ok("POST", path, {"version": 1, "keywords": ["دو"]})
        made = (await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}))["article"]
        assert (made["state"], made["body"], made["keywords"]) == ("internal", "داخلی ۱۲۴", ["دو"])
        # Better words of a public article that was withdrawn meanwhile do not bring it back.
        public = await t.write(title="همگانی", body="متن", state="public")
        path = f"/api/articles/{public['id']}"
        body = {"version": 1, "body": "متن بهتر", "keywords": ["سه"], "state": "public"}
        asked = (await t.ok("POST", f"{path}/approvals", body, by="agent"))["approval"]
        await t.ok("POST", path, {"version": 1, "state": "internal"})
        [shown] = (await t.ok("GET", "/api/knowledge/approvals"))["approvals"]
        assert shown["article_state"] == "internal" and shown["wanted"] == "public"
        made = (await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}))["article"]
        assert (made["state"], made["body"], made["keywords"]) == ("internal", "متن بهتر", ["سه"])
        # What was archived stays archived.
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 3, "body": "باز هم"}, by="agent"))["approval"]
        await t.ok("POST", f"{path}/archive", {"version": 3})
        error = await t.refused(409, "POST", f"/api/knowledge/approvals/{asked['id']}/approve", {})
        assert error["field"] == "archived"
        assert (await read(t.house, lambda tx: tx.knowledge.get(public["id"]))).state == "archived"
        await t.refused(409, "POST", f"{path}/approvals", {"version": 4, "body": "x"})
        soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        await t.refused(400, "POST", f"/api/articles/{inner['id']}/approvals", {
            "version": 3, "state": "internal", "publish_at": soon}, by="agent")
        await t.refused(400, "POST", f"/api/articles/{inner['id']}/approvals", {
            "version": 3, "publish_at": "2020-01-01T00:00:00Z", "state": "public"}, by="agent")
        asked = (await t.ok("POST", f"/api/articles/{inner['id']}/approvals", {
            "version": 3, "publish_at": soon, "state": "public"}, by="agent"))["approval"]
        made = (await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}))["article"]
        assert made["state"] == "internal" and made["publish_state"] == "public"


async def test_who_asked_reads_the_answer(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await t.write(title="x", body="one", state="public")
        path = f"/api/articles/{made['id']}/approvals"
        first = (await t.ok("POST", path, {"version": 1, "title": "y", "body": "two", "note": "see"},
                            by="agent"))["approval"]
        await t.ok("POST", path, {"version": 1, "body": "three"}, by="other")
        decided = "/api/knowledge/approvals?state=decided"
        assert (await t.ok("GET", decided, by="agent"))["approvals"] == []
        await t.ok("POST", f"/api/knowledge/approvals/{first['id']}/refuse", {"words": "چون نادرست است"})
        [mine] = (await t.ok("GET", decided, by="agent"))["approvals"]
        assert (mine["answer"], mine["state"], mine["body"], mine["note"]) == (
            "چون نادرست است", "refused", "two", "see")
        assert mine["decided_by"] == t.people["lead"].id and mine["title_pieces"][0] == {"kind": "gone", "lines": ["x"]}
        assert (await t.ok("GET", decided, by="other"))["approvals"] == []
        assert (await t.ok("GET", decided))["approvals"] == [], "one's own, for supervisors too"
        await t.refused(400, "GET", "/api/knowledge/approvals?state=all")


async def test_four_eyes(tmp_path: Path) -> None:
    async with town(tmp_path, four_eyes=True) as t:
        await t.refused(403, "POST", "/api/articles", {"title": "x", "state": "public"})
        made = await t.write(title="x")
        path = f"/api/articles/{made['id']}"
        await t.refused(403, "POST", path, {"version": 1, "state": "public"})
        for state in ("internal", "public"):
            await t.refused(403, "POST", f"{path}/schedule", {
                "version": 1, "publish_at": (utc_now() + timedelta(days=2)).isoformat(), "state": state})
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 1}))["approval"]
        await t.refused(403, "POST", f"/api/knowledge/approvals/{asked['id']}/approve", {})
        done = (await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}, by="second"))["article"]
        assert done["state"] == "public"
        await t.refused(403, "POST", path, {"version": 2, "body": "unseen"}, by="admin")
        await t.ok("POST", path, {"version": 2, "keywords": ["k"]}, by="admin")
        other = await t.write(title="y", by="agent")
        await t.ok("POST", f"/api/articles/{other['id']}", {"version": 1, "state": "internal"})
