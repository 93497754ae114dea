"""What articles depend on: found while one types, linked, and marked when it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge import targets
from tests.house import read, until
from tests.knowledge_town import Town, line_medium, town  # noqa: F401


async def offers(t: Town, q: str, kind: str = "article", *, by: str = "lead", **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await t.ok("GET", "/api/knowledge/targets", by=by,
                                              params={"kind": kind, "q": q, **more}))["targets"]
    return found


@pytest.mark.parametrize(("text", "number"), [
    ("12", 12), ("#۱۲", 12), ("/help/12", 12), ("/help/12?language=en", 12), ("/knowledge#article/12", 12),
    ("https://desk.example/knowledge#article/۱۲", 12), ("http://desk.example/help/12#top", 12),
    ("https://other.example/help/12", None), ("قبض 12", None), ("", None), ("https://[bad/help/12", None),
    ("/help/files/12", None), ("see /help/12", None), ("1" * 40, None), ("/help/" + "1" * 40, None), ("%_", None)])
def test_an_article_is_named_by_its_number_or_an_address_of_this_house(text: str, number: int | None) -> None:
    assert targets.number_in(text, {"desk.example"}) == number


async def test_articles_are_found_by_title_while_one_types(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        card = await t.write(title="گم شدن کارت ملّی", body="به دفتر بروید", state="public")
        book = await t.write(title="درخواست كتاب‌خانۀ مرکزی ۱۲۳", body="", state="internal")
        secret = await t.write(title="کارت پیش‌نویس", body="", by="other")
        english = await t.write(title="Lost 100% ID Card", body="", state="public")
        old = await t.write(title="کارت قدیمی", state="public")
        await t.ok("POST", f"/api/articles/{old['id']}/archive", {"version": 1})

        async def ids(q: str, **how: Any) -> list[int]:
            return [int(each["target"]) for each in await offers(t, q, **how)]
        for q in ("کار", "ملی گم", "كارت ملي", "شدن"):
            assert card["id"] in await ids(q) and old["id"] not in await ids(q), q
        for q in ("کتابخانه", "کتاب", "خانه ی مر", "كتابخانهٔ", "123", "١٢٣ مرکزی"):
            assert (await ids(q))[0] == book["id"], q
        assert (await ids("lost 10"))[0] == english["id"] and await ids("%%") == await ids("__") == []
        assert secret["id"] in await ids("کارت پیش") and secret["id"] not in await ids("کارت پیش", by="agent")
        assert secret["id"] in await ids("کارت پیش", by="other")
        [one] = await offers(t, f"{t.house.url}/knowledge#article/{book['id']}")
        assert one == {"kind": "article", "target": str(book["id"]), "title": book["title"], "language": "fa",
                       "state": "internal", "url": f"/knowledge#article/{book['id']}"}
        assert await ids(str(book["id"]), without=book["id"]) == [] == await ids(f"/help/{secret['id']}", by="agent")
        # Nothing that somebody puts in is more than words.
        for q in ("", "'; DROP TABLE articles; --", "x" * 20_000, "\\", "🙂", "((((", "\u202eکارت" * 50):
            await offers(t, q[:4_000])
        await t.refused(400, "GET", "/api/knowledge/targets?kind=king&q=x")
        await t.refused(401, "GET", "/api/knowledge/targets?kind=article&q=x", by="nobody")


async def test_what_is_known_here_is_offered(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await t.write(title="قبض", body="", state="public")
        hidden = await t.write(title="پیش‌نویس", by="other")
        await t.ok("POST", f"/api/articles/{made['id']}/links", {"add": [
            {"kind": "service", "target": "water-bill", "title": "قبض آب", "url": "/services/water"},
            {"kind": "fault", "target": "7", "title": "قطع آب"}]})
        await t.ok("POST", f"/api/articles/{hidden['id']}/links", {"add": [
            {"kind": "service", "target": "secret", "title": "نهان"}]}, by="other")
        contact = await t.say("قبض گاز")

        def opens(tx: Any) -> None:
            for service in ("gas-bill", "gas-bill", "water-bill", ""):
                tx.cases.open(service=service, subject="x", customer=tx.contacts.get(contact).customer,
                              contact=contact, data={})
        await t.house.store.run(opens)
        found = await offers(t, "", "service", by="agent")
        assert [(each["target"], each["title"], each["url"]) for each in found] == [
            ("water-bill", "قبض آب", "/services/water"), ("gas-bill", "", "")]
        assert [each["target"] for each in await offers(t, "gas", "service")] == ["gas-bill"]
        assert [each["target"] for each in await offers(t, "قبض اب", "service")] == ["water-bill"]
        assert [each["target"] for each in await offers(t, "قطع", "fault")] == ["7"]
        assert await offers(t, "", "warranty") == []


async def test_an_article_that_depends_on_another_is_marked_when_it_changes(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        fee = await t.write(title="تعرفه", body="صد", state="public")
        bill = await t.write(title="قبض", body="به تعرفه بنگرید", state="public", owner=t.people["agent"].id)
        draft = await t.write(title="پیش‌نویس", by="other")
        path = f"/api/articles/{bill['id']}/links"
        for wrong in ("x", "999", str(bill["id"]), ""):
            await t.refused(400, "POST", path, {"add": [{"kind": "article", "target": wrong}]})
        [link] = (await t.ok("POST", path, {"add": [
            {"kind": "article", "target": f"/help/{fee['id']}", "title": "نادرست", "url": "https://x.example"}]}))["links"]
        assert (link["target"], link["title"], link["state"], link["url"]) == (
            str(fee["id"]), "تعرفه", "public", f"/knowledge#article/{fee['id']}")
        # What somebody may not read has no title for them.
        await t.ok("POST", path, {"add": [{"kind": "article", "target": str(draft["id"])}]})
        seen = {each["target"]: each for each in (await t.ok("GET", path, by="agent"))["links"]}
        assert (seen[str(draft["id"])]["title"], seen[str(fee["id"])]["title"]) == ("", "تعرفه")

        async def tasks() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await t.ok("GET", "/api/knowledge/tasks", by="agent"))["tasks"]
            return found
        await t.ok("POST", f"/api/articles/{fee['id']}", {"version": 1, "keywords": ["نرخ"]})
        await t.ok("POST", f"/api/articles/{fee['id']}", {"version": 2, "body": "دویست"})
        [task] = await until(tasks, what="the mark")
        assert (task["kind"], task["article"], task["version"], task["words"]) == ("stale", bill["id"], 1, "")
        assert task["about"] == {"kind": "article", "target": str(fee["id"]), "title": "\u2068تعرفه\u2069"}
        await t.ok("POST", f"/api/articles/{bill['id']}", {"version": 1, "body": "تعرفه دویست است"})
        await t.ok("POST", f"/api/knowledge/tasks/{task['id']}/settle", {"state": "done"}, by="agent")
        await t.ok("POST", f"/api/articles/{fee['id']}/archive", {"version": 3})
        [again] = await until(tasks, what="the mark of the archived one")
        assert again["about"]["title"] == str(fee["id"]), "an archived title is not told to everybody"
        # The other article was changed meanwhile, and nothing depends on it.
        assert not await read(t.house, lambda tx: tx.knowledge.life.tasks(article=fee["id"]))
