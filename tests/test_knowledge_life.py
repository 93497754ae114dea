"""How articles live in a running house: versions, merging, translation, links, tasks."""

from __future__ import annotations

from pathlib import Path

from knowledge import notes
from tests.house import read, until
from tests.knowledge_town import Clock, line_medium, town  # noqa: F401


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


async def test_what_the_house_did_is_told_in_both_languages_and_what_people_wrote_stays(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        made = await t.write(title="x", body="one", state="public")
        path = f"/api/articles/{made['id']}"
        written = ("imported", "restored from version 1", "as scheduled")
        for version, note in enumerate(written, 1):
            await t.ok("POST", path, {"version": version, "body": f"body {version}", "note": note})
        await t.ok("POST", f"{path}/restore", {"version": 4, "restore": 1})
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 5, "body": "three", "note": "لطفا"},
                            by="agent"))["approval"]
        await t.ok("POST", f"/api/knowledge/approvals/{asked['id']}/approve", {})
        kept = (await t.ok("GET", f"{path}/versions"))["versions"]
        empty = {"en": "", "fa": ""}
        assert [(each["note"], each["told"]) for each in kept[1:]] == [
            ("", {"en": "Restored from version 1", "fa": "برگشته از نسخهٔ ۱"}),
            *((note, empty) for note in reversed(written)), ("", empty)]
        assert kept[0]["note"] == "لطفا", "who asked is heard, too"
        assert kept[0]["told"] == {"en": "Approved by \u2068Lead\u2069", "fa": "با تأیید \u2068Lead\u2069"}


async def test_each_kind_of_note_has_words_of_its_own(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        lead = t.people["lead"].id
        for own, en, fa in ((notes.SCHEDULED, "As scheduled", "طبق زمان‌بندی"),
                            (notes.PICTURES, "With its pictures", "همراه تصویرهایش"),
                            (notes.REREAD, "Read again: it is right", "بازخوانی شد؛ درست است"),
                            (notes.with_gap(3), "With gap 3", "همراه کمبود ۳"),
                            (notes.imported("{x}.md"), "Imported: \u2068{x}.md\u2069",
                             "وارد شده از پرونده: \u2068{x}.md\u2069"),
                            (notes.heir({"rule": "admin", "left": lead}),
                             "Its owner left; somebody else keeps it. Is the first administrator; nobody is nearer "
                             "to the matter. Before it was \u2068Lead\u2069's, who left.",
                             "مسئولش رفت؛ به دیگری رسید. نخستین مدیر است؛ کسی به موضوع نزدیک‌تر نیست. "
                             "پیش‌تر با \u2068Lead\u2069 بود که رفته است."),
                            ({}, "", "")):
            assert await read(t.house, lambda tx, own=own: notes.told(tx, own)) == {"en": en, "fa": fa}


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
