"""How articles live in a running house: who may what, versions, merging, approval, schedule, translation, files, links,
tasks."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from knowledge import notes
from tests import fake, files
from tests.house import read, until
from tests.knowledge_town import town


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


class Clock:
    """Real time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


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
        await t.refused(403, "POST", f"{path}/schedule", {"version": 1, "publish_at": None})
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 1}))["approval"]
        await t.refused(403, "POST", f"/api/knowledge/approvals/{asked['id']}/approve", {})
        done = (await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}, by="second"))["article"]
        assert done["state"] == "public"
        await t.refused(403, "POST", path, {"version": 2, "body": "unseen"}, by="admin")
        await t.ok("POST", path, {"version": 2, "keywords": ["k"]}, by="admin")
        other = await t.write(title="y", by="agent")
        await t.ok("POST", f"/api/articles/{other['id']}", {"version": 1, "state": "internal"})


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


async def test_versions_are_kept_compared_and_restored(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await t.write(title="یک", body="الف\nب")
        path = f"/api/articles/{made['id']}"
        await t.ok("POST", path, {"version": 1, "body": "الف\nپ", "note": "بهتر"})
        await t.ok("POST", path, {"version": 2, "state": "internal"})
        kept = (await t.ok("GET", f"{path}/versions"))["versions"]
        assert [(each["version"], each["state"], each["note"]) for each in kept] == [
            (3, "internal", ""), (2, "draft", "بهتر"), (1, "draft", "")]
        diff = await t.ok("GET", f"{path}/diff?from=1&to=2")
        assert diff["body"] == [{"kind": "same", "lines": ["الف"]}, {"kind": "gone", "lines": ["ب"]},
                                {"kind": "new", "lines": ["پ"]}]
        back = (await t.ok("POST", f"{path}/restore", {"version": 3, "restore": 1}))["article"]
        assert back["body"] == "الف\nب" and back["state"] == "internal" and back["version"] == 4
        await t.refused(404, "POST", f"{path}/restore", {"version": 4, "restore": 9})
        await t.refused(409, "POST", f"{path}/restore", {"version": 3, "restore": 1})
        for query in ("from=x&to=1", "from=1", "from=-1&to=2"):
            await t.refused(400, "GET", f"{path}/diff?{query}")


async def test_two_editors_and_the_merge(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        made = await t.write(title="x", body="a\nb\nc")
        path = f"/api/articles/{made['id']}"
        await t.ok("POST", path, {"version": 1, "body": "A\nb\nc"}, by="second")
        await t.refused(409, "POST", path, {"version": 1, "body": "a\nb\nC"})
        both = await t.ok("POST", f"{path}/merge", {"version": 1, "title": "x", "body": "a\nb\nC"})
        assert both["body"] == "A\nb\nC" and both["conflicts"] == 0 and both["article"]["version"] == 2
        clash = await t.ok("POST", f"{path}/merge", {"version": 1, "title": "mine", "body": "Z\nb\nc"})
        assert clash["conflicts"] == 1 and "<<<<<<<\nZ\n=======\nA\n>>>>>>>" in clash["body"]
        assert clash["title"] == "mine"


async def test_a_translation_falls_behind_and_catches_up(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        fa = await t.write(title="کارت ملی", body="متن", state="public")
        en = await t.write(title="Card", body="text", twin=fa["id"], state="public")

        async def behind() -> tuple[bool, bool]:
            shown = [await t.ok("GET", f"/api/articles/{each['id']}") for each in (fa, en)]
            return shown[0]["article"]["behind"], shown[1]["article"]["behind"]
        assert await behind() == (False, False)
        await t.ok("POST", f"/api/articles/{fa['id']}", {"version": 1, "keywords": ["x"]})
        assert await behind() == (False, False), "only words make a translation fall behind"
        await t.ok("POST", f"/api/articles/{fa['id']}", {"version": 2, "body": "متن تازه"})
        assert await behind() == (False, True)
        await t.ok("POST", f"/api/articles/{en['id']}", {"version": 1, "body": "new text", "in_step": True})
        assert await behind() == (False, False)
        await t.refused(400, "POST", "/api/articles", {"title": "Second", "twin": en["id"]})
        third = await t.write(title="سوم")
        await t.refused(409, "POST", f"/api/articles/{third['id']}", {"version": 1, "twin": en["id"]})
        await t.ok("POST", f"/api/articles/{fa['id']}", {"version": 3, "twin": None})
        assert (await t.ok("GET", f"/api/articles/{en['id']}"))["article"]["twin"] is None
        status, page = await t.ask("GET", f"/help/{en['id']}?language=en", by="nobody")
        assert status == 200 and 'rel="alternate"' not in page


async def test_shelves_are_seen_by_role_and_skill(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = {}
        for name, fields in (("open", {}), ("building", {"skills": ["building"]}), ("board",
                                                                                    {"least_role": "supervisor"}),
                             ("staff", {"public": False})):
            made[name] = (await t.ok("POST", "/api/knowledge/categories", {
                "name": name, "title_fa": name, "title_en": name, **fields}, by="admin"))["category"]
        await t.refused(409, "POST", "/api/knowledge/categories", {"name": "open", "title_fa": "x", "title_en": "x"},
                        by="admin")
        ids = {name: (await t.write(title=f"پروانه {name}", body="پروانه", state="public", category=each["id"]))["id"]
               for name, each in made.items()}
        await t.house.store.run(lambda tx: tx.desk.set_agent(t.people["other"].id, skills={"building": 2}))
        seen = {}
        for by in ("agent", "other", "lead"):
            listed = (await t.ok("GET", "/api/articles", by=by))["articles"]
            seen[by] = {name for name, number in ids.items() if number in [each["id"] for each in listed]}
            shelves = (await t.ok("GET", "/api/knowledge/categories", by=by))["categories"]
            assert {each["name"] for each in shelves} == seen[by]
        assert seen == {"agent": {"open", "staff"}, "other": {"open", "staff", "building"}, "lead": set(ids)}
        await t.refused(404, "GET", f"/api/articles/{ids['board']}", by="agent")
        await until(lambda: t.found("پروانه open"), what="the index")
        contact = await t.say("پروانه building چه شد؟")
        shown = (await t.ok("GET", f"/api/contacts/{contact}/suggestions", by="agent"))["suggestions"]
        assert {each["article"] for each in shown} <= {ids["open"], ids["staff"]}
        help_page = (await t.ask("GET", "/help?language=fa", by="nobody"))[1]
        assert "پروانه open" in help_page and "پروانه staff" not in help_page and "پروانه board" not in help_page
        assert (await t.ask("GET", f"/help/{ids['staff']}", by="nobody"))[0] == 404
        changed = (await t.ok("POST", f"/api/knowledge/categories/{made['open']['id']}",
                              {"version": 1, "title_en": "Open"}, by="admin"))["category"]
        assert changed["title_en"] == "Open" and changed["version"] == 2
        await t.refused(409, "POST", f"/api/knowledge/categories/{made['open']['id']}", {"version": 1, "position": 3},
                        by="admin")
        for wrong in ({"name": "Bad Name", "title_fa": "x", "title_en": "x"}, {"name": "n"}, {"x": 1},
                      {"name": "n", "title_fa": "x", "title_en": "x", "least_role": "king"}):
            await t.refused(400, "POST", "/api/knowledge/categories", wrong, by="admin")


async def test_files_are_kept_and_shown_only_where_they_may_be(tmp_path: Path) -> None:
    png = files.png(2, 1)
    async with town(tmp_path) as t:
        made = await t.write(title="x", state="public")
        path = f"/api/articles/{made['id']}/files"
        names = {"X-File-Name": "%D8%B9%DA%A9%D8%B3%20%3Cx%3E.png", "Content-Type": "image/png"}
        file = (await t.ok("POST", path, data=png, headers=names))["file"]
        assert file["name"] == "عکس <x>.png" and file["picture"]
        page = (await t.ok("POST", path, data=b"<script>alert(1)</script>", headers={
            "X-File-Name": "a.html", "Content-Type": "text/html"}))["file"]
        await t.refused(403, "POST", path, data=png, headers=names, by="agent")
        await t.refused(400, "POST", path, data=b"", headers=names)
        await t.refused(413, "POST", path, data=io.BytesIO(b"x" * 10_000_001), headers=names)
        assert (await t.ask("GET", f"/help/files/{file['id']}", by="nobody"))[0] == 404, "not shown yet"
        await t.ok("POST", f"/api/articles/{made['id']}", {"version": 1,
            "body": f"![عکس](file:{file['id']})\n[متن](file:{page['id']})"})
        async with t.http["nobody"].get(f"/help/files/{file['id']}") as answer:
            assert answer.status == 200 and await answer.read() == png and answer.content_type == "image/png"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        async with t.http["nobody"].get(f"/help/files/{page['id']}") as answer:
            assert answer.content_type == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment")
        text = (await t.ask("GET", f"/help/{made['id']}", by="nobody"))[1]
        assert f'<img src="/help/files/{file["id"]}" alt="عکس"' in text
        await t.ok("POST", f"/api/articles/{made['id']}/archive", {"version": 2})
        assert (await t.ask("GET", f"/help/files/{file['id']}", by="nobody"))[0] == 404
        assert (await t.ask("GET", f"/knowledge/files/{file['id']}", by="agent"))[0] == 404
        assert (await t.ask("GET", f"/knowledge/files/{file['id']}"))[0] == 200


async def test_a_changed_service_marks_what_depends_on_it(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await t.write(title="کارت ملی", body="متن", state="public")
        links = [{"kind": "service", "target": "card", "title": "کارت", "url": "/services/card"},
                 {"kind": "fault", "target": "7", "title": "", "url": ""}]
        assert len((await t.ok("POST", f"/api/articles/{made['id']}/links", {"links": links}))["links"]) == 2
        for wrong in ([{"kind": "king", "target": "x"}], [{"kind": "page", "target": "x",
                                                           "url": "javascript:alert(1)"}],
                      [{"kind": "page", "target": "x", "url": "//evil.example"}], "x", [3], [{"kind": "page"}] * 51):
            await t.refused(400, "POST", f"/api/articles/{made['id']}/links", {"links": wrong})
        await t.refused(403, "POST", f"/api/articles/{made['id']}/links", {"links": []}, by="agent")
        from router.events import ObjectChanged
        await t.house.store.run(lambda tx: tx.emit(ObjectChanged(kind="service", target="card"), actor="desk"))

        async def marked() -> list[str]:
            return (await t.ok("GET", f"/api/articles/{made['id']}"))["article"]["tasks"]
        await until(marked, what="the mark of the journal's word")
        assert await marked() == ["stale"]
        assert (await t.ok("POST", "/api/knowledge/changed", {"kind": "service", "target": "card"}))["tasks"] == []
        assert len((await t.ok("POST", "/api/knowledge/changed", {"kind": "fault", "target": "none"}))["tasks"]) == 0
        [task] = (await t.ok("GET", "/api/knowledge/tasks"))["tasks"]
        assert task["owner"] == t.people["lead"].id and task["kind"] == "stale"
        await t.refused(409, "POST", f"/api/knowledge/tasks/{task['id']}/settle", {"state": "done"})
        await t.ok("POST", f"/api/articles/{made['id']}", {"version": 1, "body": "متن تازه"})
        await t.ok("POST", f"/api/knowledge/tasks/{task['id']}/settle", {"state": "done"})
        assert await marked() == []


async def test_two_people_set_links_at_once(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await t.write(title="x", state="public")
        path = f"/api/articles/{made['id']}/links"
        service, fault = {"kind": "service", "target": "card", "title": "کارت"}, {"kind": "fault", "target": "7"}
        await t.ok("POST", path, {"add": [service]})
        both = (await t.ok("POST", path, {"add": [fault]}, by="second"))["links"]
        assert {(each["kind"], each["target"]) for each in both} == {("service", "card"), ("fault", "7")}
        again = (await t.ok("POST", path, {"add": [{**service, "title": "کارت ملی"}], "remove": [fault]}))["links"]
        assert [(each["target"], each["title"]) for each in again] == [("card", "کارت ملی")]
        many = [{"kind": "page", "target": str(n)} for n in range(50)]
        assert (await t.refused(409, "POST", path, {"add": many}))["field"] == "links"
        for wrong in ({}, {"links": [], "add": []}, {"add": "x"}, {"remove": [{"kind": "king", "target": "x"}]}):
            await t.refused(400, "POST", path, wrong)
        assert (await t.ok("POST", path, {"links": []}))["links"] == []


async def test_notes_of_the_house_are_told_in_both_languages(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        made = await t.write(title="x", body="one", state="public")
        path = f"/api/articles/{made['id']}"
        await t.ok("POST", path, {"version": 1, "body": "two", "note": "restored by me"})
        await t.ok("POST", f"{path}/restore", {"version": 2, "restore": 1})
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 3, "body": "three"}, by="agent"))["approval"]
        await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {})
        kept = (await t.ok("GET", f"{path}/versions"))["versions"]
        assert [each["told"]["fa"] for each in kept[1:]] == ["برگشته از نسخهٔ ۱", "restored by me", ""]
        assert kept[0]["told"]["fa"].startswith("با تأیید ") and kept[0]["told"]["en"].startswith("Approved by ")
    for note in ("as scheduled", "imported", "with its pictures", "with gap 3", "read again",
                 "its owner left; given by rule: admin"):
        assert notes.told(note)["fa"] != note and not any(each.isascii() and each.isalpha() for each in
                                                          notes.told(note)["fa"])


async def test_files_that_citizens_do_not_get_are_named(tmp_path: Path) -> None:
    png = files.png(2, 1)
    async with town(tmp_path) as t:
        draft, shown = await t.write(title="x"), await t.write(title="y", state="public")
        names = {"X-File-Name": "map.png", "Content-Type": "image/png"}
        one = (await t.ok("POST", f"/api/articles/{draft['id']}/files", data=png, headers=names))["file"]["id"]
        own = (await t.ok("POST", f"/api/articles/{shown['id']}/files", data=png, headers=names))["file"]["id"]

        async def unseen() -> list[str]:
            found: list[str] = (await t.ok("GET", f"/api/articles/{shown['id']}"))["article"]["unseen"]
            return found
        body = f"![a](file:{one}) ![b](file:{own}) ![c](file:999)"
        await t.ok("POST", f"/api/articles/{shown['id']}", {"version": 1, "body": body})
        assert await unseen() == ["map.png", "file:999"]
        assert (await t.ask("GET", f"/help/files/{one}", by="nobody"))[0] == 404
        await t.ok("POST", f"/api/articles/{draft['id']}", {"version": 1, "body": f"![a](file:{one})",
                                                             "state": "public"})
        assert await unseen() == ["file:999"]
        assert (await t.ask("GET", f"/help/files/{one}", by="nobody"))[0] == 200


async def test_an_article_said_to_be_wrong_is_its_owners_task(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await t.write(title="x", state="public", owner=t.people["agent"].id)
        path = f"/api/articles/{made['id']}/flags"
        contact = await t.say("سلام، این درست نیست")
        task = (await t.ok("POST", path, {"words": "تعرفه کهنه است", "contact": contact}, by="other"))["task"]
        await t.refused(400, "POST", path, {"words": ""}, by="other")
        await t.refused(404, "POST", path, {"words": "x", "contact": 99}, by="other")
        assert (await t.ok("GET", "/api/knowledge/tasks", by="other"))["tasks"] == []
        assert [each["id"] for each in (await t.ok("GET", "/api/knowledge/tasks", by="agent"))["tasks"]] == [task["id"]]
        settle = f"/api/knowledge/tasks/{task['id']}/settle"
        await t.refused(403, "POST", settle, {"state": "refused", "words": "x"}, by="other")
        await t.refused(400, "POST", settle, {"state": "refused"}, by="agent")
        await t.ok("POST", settle, {"state": "refused", "words": "درست است"}, by="agent")
        await t.refused(409, "POST", settle, {"state": "refused", "words": "x"}, by="agent")
        assert (await t.names()).count("article-task-changed") == 2


async def test_the_list_and_the_search_find_what_is_asked_for(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        shelf = (await t.ok("POST", "/api/knowledge/categories", {
            "name": "papers", "title_fa": "مدارک", "title_en": "Papers"}, by="admin"))["category"]["id"]
        mine = await t.write(by="agent", title="کارت ملی گم شده", body="پیش‌نویس")
        theirs = await t.write(by="other", title="کارت ملی گم شده", body="پیش‌نویس دیگری")
        inner = await t.write(title="کارت ملی گم شده", body="درونی", state="internal", category=shelf)
        public = await t.write(title="کارت ملی گم شده", body="همگانی", state="public")
        english = await t.write(title="Lost national card", body="card", twin=public["id"], state="public")
        await t.ok("POST", f"/api/articles/{public['id']}", {"version": 1, "body": "همگانی تازه"})
        await t.ok("POST", f"/api/articles/{inner['id']}/flags", {"words": "نادرست"}, by="agent")

        async def listed(query: str, by: str = "agent") -> set[int]:
            return {each["id"] for each in (await t.ok("GET", f"/api/articles?{query}", by=by))["articles"]}
        number = {each["id"] for each in (mine, inner, public, english)}
        assert await listed("limit=50") == number, "one's own drafts, not those of others"
        assert await listed(f"owner={t.people['agent'].id}") == {mine["id"]}
        assert await listed("behind=1") == {english["id"]} and await listed("flagged=1") == {inner["id"]}
        first = await t.ok("GET", "/api/articles?limit=2", by="agent")
        rest = await t.ok("GET", f"/api/articles?limit=2&before={first['next']}", by="agent")
        assert {each["id"] for each in first["articles"] + rest["articles"]} == number and rest["next"] is None

        async def there() -> bool:
            return len(await listed("q=کارت ملی گم شده", by="lead")) == 4
        await until(there, what="the index")
        asked = "q=کارت ملی گم شده"
        assert await listed(asked) == number - {english["id"]} and theirs["id"] not in number
        assert await listed(f"{asked}&state=draft") == {mine["id"]}
        assert await listed(f"{asked}&state=internal") == {inner["id"]} == await listed(f"{asked}&category={shelf}")
        assert await listed(f"{asked}&owner={t.people['agent'].id}") == {mine["id"]}
        assert await listed(f"{asked}&flagged=1&limit=1") == {inner["id"]}
        [shown] = (await t.ok("GET", f"/api/articles?{asked}&flagged=1", by="agent"))["articles"]
        assert shown["tasks"] == ["wrong"]


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


async def test_an_article_removed_while_it_is_open(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        made = await t.write(title="کارت ملی", body="کارت ملی گم شده", state="public")
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say("کارت ملی من گم شده است")
        shown = (await t.ok("GET", f"/api/contacts/{contact}/suggestions", by="agent"))["suggestions"]
        assert [each["article"] for each in shown] == [made["id"]]
        await t.ok("POST", f"/api/articles/{made['id']}/archive", {"version": 1})
        error = await t.refused(409, "POST", f"/api/contacts/{contact}/suggestions/{made['id']}/used", {}, by="agent")
        assert "taken out of use" in error["message"]
        assert (await t.ok("GET", f"/api/contacts/{contact}/suggestions", by="agent"))["suggestions"] == []


async def test_words_of_an_article_that_is_not_what_it_was_are_not_sent(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        card = await t.write(title="کارت ملی", body="کارت ملی گم شده", state="public")
        secret = await t.write(title="درونی", body="تنها برای همکاران", state="internal")
        contact = await t.say("کارت ملی من گم شده است")
        await t.ok("POST", f"/api/contacts/{contact}/take", by="agent")
        keys = iter(range(100))

        async def reply(status: int, **fields: Any) -> str:
            got, answer = await t.ask("POST", f"/api/contacts/{contact}/reply",
                                      {"key": f"k{next(keys)}", "text": "کارت ملی گم شده", **fields}, by="agent")
            assert got == status, answer
            if status != 200:
                assert answer["error"]["field"] == "suggestion" and "nothing was sent" in answer["error"]["message"]
            return str(answer.get("error", {}).get("message", ""))

        async def sent() -> int:
            return len([each for each in await read(t.house, lambda tx: tx.messages.of(contact))
                        if each.direction == "out" and each.kind == "reply"])
        path = f"/api/articles/{card['id']}"
        await reply(200, suggestion=card["id"], suggestion_version=1)
        await reply(200, suggestion=secret["id"], suggestion_version=1)
        await t.ok("POST", path, {"version": 1, "keywords": ["x"]})
        await reply(200, suggestion=card["id"], suggestion_version=1)  # its words are the same
        await t.ok("POST", path, {"version": 2, "body": "کارت ملی گم شده را باطل کنید"})
        assert "newer words" in await reply(409, suggestion=card["id"], suggestion_version=2)
        await reply(200, suggestion=card["id"], suggestion_version=3)  # the newer ones were taken
        await t.ok("POST", path, {"version": 3, "state": "internal"})
        assert "colleagues only" in await reply(409, suggestion=card["id"], suggestion_version=3)
        await t.ok("POST", f"{path}/archive", {"version": 4})
        assert "out of use" in await reply(409, suggestion=card["id"], suggestion_version=4)
        await reply(409, suggestion=card["id"])  # also for programs that name no version
        assert await sent() == 4
        await reply(200)  # as one's own words
        assert await sent() == 5
        await t.refused(404, "GET", path, by="agent")


def hostile() -> list[Any]:
    return ["", "x" * 100_000, "ا", "🙂" * 500, "\u202eevil\u202d", "<script>alert(1)</script>",
            "'; DROP TABLE articles;--",
            "(a+)+$" * 100, "\x00\x1b", "[x](javascript:alert(1))", "| " * 5_000, "![" * 5_000, "**" * 9_000]


async def test_previews_bear_anything(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        for words in hostile():
            status, answer = await t.ask("POST", "/api/knowledge/preview", {"body": words})
            assert status == (400 if len(words) > 50_000 else 200)
            if status == 200:
                assert "<script" not in answer["html"] and "<a" not in answer["html"]
