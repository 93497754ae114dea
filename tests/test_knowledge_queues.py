"""Categories that belong to queues: who finds, reads and changes what stands there, by every role, at every door."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from knowledge import permits
from knowledge.answers import Answers
from router.model import AgentId, QueueId
from router.records import Agent, AgentState, Queue, Role
from tests import fake, files
from tests.house import read, until
from tests.knowledge_town import Town, town

QUEUES = {"general": {"title_fa": "عمومی", "title_en": "General"},
          "tax": {"title_fa": "مالیات", "title_en": "Tax", "skills": ["tax"]},
          "audit": {"title_fa": "حسابرسی", "title_en": "Audit", "skills": ["tax", "audit"]}}
STAFF = ("agent", "other", "second", "lead", "admin")
PNG = files.png(2, 1)


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


@dataclass
class Shelf:
    """What stands where: by name of the article."""

    town: Town
    ids: dict[str, int]
    shelves: dict[str, int]
    contact: int


@contextlib.asynccontextmanager
async def shelf(tmp_path: Path, database: str = "", **knowledge: Any) -> AsyncIterator[Shelf]:
    """`agent` works in tax, `other` does not. `own` and `mixed` belong to tax; `mixed` is for citizens too."""
    async with town(tmp_path, database, queues=QUEUES, **knowledge) as t:
        await t.house.store.run(lambda tx: tx.desk.set_agent(t.people["agent"].id, skills={"tax": 1}))
        shelves = {}
        for name, fields in (("own", {"public": False}), ("mixed", {}), ("edited", {"queues": [], "editors": ["tax"]})):
            body = {"name": name, "title_fa": name, "title_en": name, "queues": ["tax"], **fields}
            made = (await t.ok("POST", "/api/knowledge/categories", body, by="admin"))["category"]
            shelves[name] = made["id"]
        ids = {}
        for name, where, state in (("own", "own", "public"), ("inner", "mixed", "internal"),
                                   ("outer", "mixed", "public"), ("edited", "edited", "internal"),
                                   ("edited-outer", "edited", "public"), ("free", None, "internal")):
            made = await t.write(title=f"مالیات خودرو {name}", body=f"مالیات خودرو را اینجا بپردازید {name}",
                                 state=state, category=shelves.get(where or ""), by="second")
            ids[name] = made["id"]
        contact = await t.say("مالیات خودرو را کجا بپردازم")

        async def found() -> bool:
            return set(await t.found("مالیات خودرو")) >= set(ids.values())
        await until(found, what="the index")
        yield Shelf(town=t, ids=ids, shelves=shelves, contact=contact)


#: What each of those who work here may read.
READS = {"agent": {"own", "inner", "outer", "edited", "edited-outer", "free"},
         "other": {"outer", "edited", "edited-outer", "free"}}
EVERYTHING = READS["agent"]


async def test_every_door_shows_what_one_may_read_and_nothing_else(tmp_path: Path, database: str) -> None:
    async with shelf(tmp_path, database) as s:
        t, names = s.town, {number: name for name, number in s.ids.items()}
        files = {}
        for name, number in s.ids.items():
            files[name] = (await t.ok("POST", f"/api/articles/{number}/files", data=PNG, by="second", headers={
                "X-File-Name": "a.png", "Content-Type": "image/png"}))["file"]["id"]
            await t.ok("POST", f"/api/articles/{number}/flags", {"words": "x"}, by="lead")
        for by in STAFF:
            may = READS.get(by, EVERYTHING)
            listed = (await t.ok("GET", "/api/articles?limit=100", by=by))["articles"]
            assert {names[each["id"]] for each in listed} == may, by
            assert len((await t.ok("GET", "/api/articles?limit=2", by=by))["articles"]) == 2
            asked = (await t.ok("GET", "/api/articles", by=by, params={"q": "مالیات خودرو"}))["articles"]
            assert {names[each["id"]] for each in asked} == may, by
            shown = (await t.ok("GET", f"/api/contacts/{s.contact}/suggestions", by=by))["suggestions"]
            assert shown and {names[each["article"]] for each in shown} <= may, by
            assert len(shown) == min(5, len(may)), "what is kept from one takes no place"
            categories = (await t.ok("GET", "/api/knowledge/categories", by=by))["categories"]
            shelves = {each["name"]: each for each in categories}
            assert set(shelves) == ({"mixed", "edited"} if by == "other" else {"own", "mixed", "edited"})
            mixed = shelves["mixed"]
            assert (mixed["articles"], mixed["holds"]) == ((1, False) if by == "other" else (2, True))
            for name, number in s.ids.items():
                wanted = 200 if name in may else 404
                one = f"/api/articles/{number}"
                for door in (one, f"{one}/versions", f"{one}/diff?from=1&to=1", f"{one}/links", f"{one}/files",
                             f"{one}/outcomes", f"/knowledge/files/{files[name]}"):
                    assert (await t.ask("GET", door, by=by))[0] == wanted, (by, name, door)
                for door, body in ((f"{one}/merge", {"version": 1, "title": "x", "body": "y"}),
                                   (f"{one}/flags", {"words": "z"}),
                                   (f"/api/contacts/{s.contact}/suggestions/{number}/opened", {}),
                                   (f"/api/contacts/{s.contact}/suggestions/{number}/used", {})):
                    assert (await t.ask("POST", door, body, by=by))[0] == wanted, (by, name, door)
                if name not in may:
                    for door, body in ((one, {"version": 1, "body": "x"}), (f"{one}/approvals", {"version": 1}),
                                       (f"{one}/restore", {"version": 1, "restore": 1}),
                                       (f"{one}/links", {"links": []})):
                        assert (await t.ask("POST", door, body, by=by))[0] == 404, (by, name, door)


async def test_citizens_find_what_is_for_citizens_whatever_queue_it_belongs_to(tmp_path: Path, database: str) -> None:
    async with shelf(tmp_path, database) as s:
        t, open_ones = s.town, {s.ids["outer"], s.ids["edited-outer"]}
        for address in ("/help?language=fa", "/help?language=fa&q=مالیات خودرو", "/help/sitemap.xml",
                        "/help/search.json?language=fa&q=مالیات خودرو", "/help/embed.json?language=fa&q=مالیات خودرو"):
            status, page = await t.ask("GET", address, by="nobody")
            text = page if isinstance(page, str) else page.decode() if isinstance(page, bytes) else str(page)
            assert status == 200
            shown = {number for number in s.ids.values() if f"/help/{number}" in text}
            assert shown <= open_ones and (shown or "q=" in address), (address, shown)
        for name, number in s.ids.items():
            status, _ = await t.ask("GET", f"/help/{number}", by="nobody")
            assert status == (200 if number in open_ones else 404), name
        # A dialogue tells what the help pages show, and nothing that is public only for those who work here.
        told = Answers(t.house.store, t.house.library, "https://x")
        answer = await told("مالیات خودرو را اینجا بپردازید own", "fa")
        assert answer is None or answer["article"] in open_ones


async def test_agents_of_a_queue_change_the_words_of_its_internal_articles(tmp_path: Path, database: str) -> None:
    async with shelf(tmp_path, database) as s:
        t, path = s.town, f"/api/articles/{s.ids['edited']}"
        assert (await t.ok("GET", path, by="agent"))["article"]["editable"] is True
        assert (await t.ok("GET", path, by="other"))["article"]["editable"] is False
        made = (await t.ok("POST", path, {"version": 1, "body": "تازه", "keywords": ["عوارض"]}, by="agent"))["article"]
        assert made["state"] == "internal" and made["version"] == 2
        await t.ok("POST", f"{path}/files", data=PNG, by="agent", headers={"Content-Type": "image/png"})
        await t.ok("POST", f"{path}/links", {"links": []}, by="agent")
        await t.ok("POST", f"{path}/restore", {"version": 2, "restore": 1}, by="agent")
        for fields in ({"state": "public"}, {"category": None}, {"owner": t.people["agent"].id}, {"state": "archived"},
                       {"review_at": None}):
            await t.refused(403, "POST", path, {"version": 3, **fields}, by="agent")
        await t.refused(403, "POST", path, {"version": 3, "body": "x"}, by="other")
        outer = f"/api/articles/{s.ids['edited-outer']}"
        await t.refused(403, "POST", outer, {"version": 1, "body": "x"}, by="agent")
        await t.refused(403, "POST", f"/api/articles/{s.ids['inner']}", {"version": 1, "body": "x"}, by="agent")
        # Whoever leaves the queue's work may no more.
        await t.house.store.run(lambda tx: tx.desk.set_agent(t.people["agent"].id, skills={}))
        await t.refused(403, "POST", path, {"version": 3, "body": "x"}, by="agent")
        await t.refused(404, "GET", f"/api/articles/{s.ids['own']}", by="agent")


async def test_with_four_eyes_nobody_changes_what_is_published_alone(tmp_path: Path) -> None:
    async with town(tmp_path, queues=QUEUES, four_eyes=True) as t:
        await t.house.store.run(lambda tx: tx.desk.set_agent(t.people["agent"].id, skills={"tax": 1}))
        made = (await t.ok("POST", "/api/knowledge/categories", {
            "name": "a", "title_fa": "a", "title_en": "a", "editors": ["tax"]}, by="admin"))["category"]
        draft = await t.write(title="x", category=made["id"], by="lead")
        path = f"/api/articles/{draft['id']}"
        await t.ok("POST", path, {"version": 1, "state": "internal"}, by="second")
        assert (await t.ok("GET", path, by="agent"))["article"]["editable"] is False
        await t.refused(403, "POST", path, {"version": 2, "body": "x"}, by="agent")
        await t.ok("POST", f"{path}/approvals", {"version": 2, "body": "x"}, by="agent")


async def test_nothing_is_put_where_one_does_not_see(tmp_path: Path, database: str) -> None:
    async with shelf(tmp_path, database) as s:
        t = s.town
        for name in ("own", "mixed"):
            await t.refused(400, "POST", "/api/articles", {"title": "x", "category": s.shelves[name]}, by="other")
            await t.ok("POST", "/api/articles", {"title": "x", "category": s.shelves[name]}, by="agent")
        # An article that goes to such a category is gone for whoever asked for better words of it, and for its owner.
        path = f"/api/articles/{s.ids['free']}"
        asked = (await t.ok("POST", f"{path}/approvals", {"version": 1, "body": "y"}, by="other"))["approval"]
        await t.ok("POST", path, {"version": 1, "owner": t.people["other"].id}, by="lead")
        await t.ok("POST", f"{path}/flags", {"words": "نادرست"}, by="lead")
        assert len((await t.ok("GET", "/api/knowledge/tasks", by="other"))["tasks"]) == 1
        await t.ok("POST", path, {"version": 2, "category": s.shelves["own"]}, by="lead")
        assert (await t.ok("GET", "/api/knowledge/approvals", by="other"))["approvals"] == []
        work = await t.ok("GET", "/api/knowledge/tasks", by="other")
        assert work["tasks"] == [] and work["counts"]["tasks"] == 0
        await t.refused(404, "GET", path, by="other")
        assert [each["id"] for each in (await t.ok("GET", "/api/knowledge/approvals"))["approvals"]] == [asked["id"]]
        for bad in ({"queues": ["nowhere"]}, {"editors": ["nowhere"]}, {"queues": "tax"}, {"owner": "x"}):
            await t.refused(400, "POST", f"/api/knowledge/categories/{s.shelves['own']}", {"version": 1, **bad},
                            by="admin")
        await t.refused(403, "POST", f"/api/knowledge/categories/{s.shelves['own']}", {"version": 1, "queues": []})


async def test_a_supervisor_does_not_reach_an_administrators_category_by_import_or_approval(tmp_path: Path) -> None:
    async with town(tmp_path, queues=QUEUES) as t:
        board = (await t.ok("POST", "/api/knowledge/categories", {
            "name": "board", "title_fa": "b", "title_en": "b", "least_role": "admin"}, by="admin"))["category"]["id"]
        rows = "key,title,body,category\nk1,راز,متن,board\n".encode()
        assert (await t.take_in("a.csv", rows, by="admin"))["counts"]["created"] == 1
        changed = rows.replace("متن".encode(), b"x")
        for content in (changed, changed.replace(b",board", b",")):
            report = await t.take_in("a.csv", content, by="lead")
            assert report["counts"]["refused"] == 1 and report["counts"]["changed"] == 0
        [article] = await read(t.house, lambda tx: tx.knowledge.after(0))
        assert article.body == "متن" and article.category == board
        asked = (await t.ok("POST", f"/api/articles/{article.id}/approvals", {"version": 1, "body": "y"},
                            by="admin"))["approval"]
        await t.refused(404, "POST", f"/api/knowledge/approvals/{asked['id']}/approve", {}, by="lead")
        await t.refused(404, "POST", f"/api/articles/{article.id}/archive", {"version": 1}, by="lead")


async def test_an_answer_names_no_article_that_its_writer_may_not_read(tmp_path: Path, database: str) -> None:
    async with shelf(tmp_path, database) as s:
        t, keys = s.town, iter(range(100))
        theirs = await t.write(title="پیش‌نویس دیگری", by="second")
        never = await t.write(title="هرگز خوانده نشد", by="second")
        await t.ok("POST", f"/api/articles/{never['id']}/archive", {"version": 1})
        draft = await t.write(title="پیش‌نویس خودش", by="other")
        await t.ok("POST", f"/api/contacts/{s.contact}/take", by="other")

        async def reply(status: int, number: int, **fields: Any) -> str:
            got, answer = await t.ask("POST", f"/api/contacts/{s.contact}/reply", {
                "key": f"k{next(keys)}", "text": "بله", "suggestion": number, **fields}, by="other")
            assert got == status, answer
            if status == 409:
                assert answer["error"]["field"] == "suggestion"
            return str(answer.get("error", {}).get("message", "")).replace(str(number), "N")
        nothing = await reply(409, 9_999)
        assert "no article N that you may read" in nothing and "nothing was sent" in nothing
        for hidden in (s.ids["own"], s.ids["inner"], theirs["id"], never["id"]):
            assert await reply(409, hidden, suggestion_version=1) == await reply(409, hidden) == nothing, hidden
        assert "out of use" in await reply(409, draft["id"])  # their own, only nothing to send
        ledger = await read(t.house, lambda tx: tx.knowledge.shown(s.contact))
        assert not [each for each in ledger if each.used_at]
        assert "suggestion-used" not in await t.names()
        assert not [each for each in await read(t.house, lambda tx: tx.messages.of(s.contact))
                    if each.direction == "out" and each.kind == "reply"]
        await reply(200, s.ids["outer"], suggestion_version=1)
        # What is kept from them from now on looks the same, whatever they saw before.
        await t.ok("POST", f"/api/articles/{s.ids['outer']}", {"version": 1, "state": "internal"})
        assert await reply(409, s.ids["outer"], suggestion_version=1) == nothing


def queue(number: int, name: str, skills: tuple[str, ...] = (), **fields: Any) -> Queue:
    return Queue(id=QueueId(number), name=name, title_fa=name, title_en=name, skills=skills, **fields)


def test_whose_agent_one_is() -> None:
    queues = [queue(1, "all"), queue(2, "tax", ("tax",)), queue(3, "both", ("tax", "law")),
              queue(4, "closed", active=False), queue(5, "old", active=False, merged_into=QueueId(2)),
              queue(6, "lost", active=False, merged_into=QueueId(99))]

    def serves(**skills: int) -> frozenset[str]:
        return permits.serves(person(skills), queues)
    assert serves() == {"all"}
    assert serves(tax=1) == {"all", "tax", "old"}, "what was merged stands for what it went into"
    assert serves(tax=2, law=1) == {"all", "tax", "old", "both"}
    assert serves(tax=0) == {"all"}


def person(skills: dict[str, int]) -> Agent:
    now = datetime.now(UTC)
    return Agent(id=AgentId(1), login="a", name="a", public_name="a", role=Role.AGENT, state=AgentState.READY,
                 state_since=now, idle_since=now, skills=skills)
