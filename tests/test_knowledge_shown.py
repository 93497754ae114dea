"""What of an article is shown to whom: shelves, files, lists and searches, words that must not be sent, previews."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from tests import files
from tests.house import read, until
from tests.knowledge_town import line_medium, town  # noqa: F401


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
