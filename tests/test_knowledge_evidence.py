"""What became of articles, in a running house: the ledger, who came back, gaps, drafts out of contacts, routing."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge import clusters, ledger, reports, tally
from knowledge.guide import Guide
from tests.house import read, until
from tests.knowledge_town import Clock, Town, line_medium, town  # noqa: F401

CARD = {"title": "گم شدن کارت ملی", "body": "برای کارت ملی گم شده با شناسنامه به دفتر پیشخوان بروید.",
        "state": "public"}


async def shown(t: Town, contact: int) -> list[Any]:
    found: list[Any] = (await t.ok("GET", f"/api/contacts/{contact}/suggestions"))["suggestions"]
    return found


async def test_every_step_is_written_down(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        card = await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say("کارت ملی من گم شده چه کنم")
        path = f"/api/contacts/{contact}/suggestions/{card['id']}"
        assert not (await t.ok("POST", f"{path}/opened", {}))["opened"], "it was not shown yet"
        await t.refused(404, "POST", f"{path}/said", {"helped": True})
        await shown(t, contact)
        assert (await t.ok("POST", f"{path}/opened", {}))["opened"]
        assert not (await t.ok("POST", f"{path}/opened", {}))["opened"]
        await t.answer(contact, article=card["id"], text="برای کارت ملی گم شده به دفتر بروید", close="")
        here = f"/api/contacts/{contact}/suggestions"
        assert (await t.ok("GET", here))["used"] == [{"article": card["id"], "title": CARD["title"], "said": ""}]
        await t.ok("POST", f"{path}/said", {"helped": True})
        assert [each["said"] for each in (await t.ok("GET", here))["used"]] == ["yes"]
        await t.close(contact)

        async def sent() -> Any:
            return (await read(t.house, lambda tx: tx.knowledge.shown(contact)))[0].sent_at
        await until(sent, what="the sent article")
        [row] = await read(t.house, lambda tx: tx.knowledge.shown(contact))
        assert row.said == "yes" and row.kept is not None and 0.5 < row.kept < 1
        outcomes = (await t.ok("GET", f"/api/articles/{card['id']}/outcomes"))["outcomes"]
        assert outcomes["steps"] == {"shown": 1, "opened": 1, "used": 1, "sent": 1, "edited": 1, "yes": 1, "no": 0}
        assert outcomes["open"] == 1 and outcomes["resolved"]["with"]["of"] == 0, "the days are not over"
        matter = await read(t.house, lambda tx: tx.knowledge.outcomes.matter(contact))
        assert matter.article == card["id"] and matter.used and matter.fit == "sure"
        events = await t.names()
        assert events.count("article-outcome") == 3 and events.count("matter-settled") == 1
        journal = await read(t.house, lambda tx: tx.journal.after(0))
        assert not any("کارت" in str(each.data) for each in journal)


async def test_who_comes_back_on_the_same_matter_was_not_helped(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, return_days=5) as t:
        card, tax = await t.write(**CARD), await t.write(title="عوارض خودرو", body="عوارض خودرو را بپردازید",
                                                         state="public")
        await until(lambda: t.found("عوارض خودرو"), what="the index")
        # One is helped, one comes back on the same matter in a new contact, one comes back about something else.
        firsts = {}
        for number, article in ((1, card), (2, card), (3, card)):
            contact = await t.say("کارت ملی من گم شده چه کنم", sender=f"+98912000000{number}")
            await shown(t, contact)
            await t.answer(contact, article=article["id"], text=CARD["body"])
            firsts[number] = contact
        clock.ahead = timedelta(days=4)
        for number, words, article in ((2, "هنوز کارت ملی گم شده دارم", card), (3, "عوارض خودرو چقدر است", tax)):
            # After the hours of reopening a new contact begins.
            contact = await t.say(words, sender=f"+98912000000{number}")
            assert contact != firsts[number]
            await shown(t, contact)
            await t.answer(contact, article=article["id"])
        back = {number: (await read(t.house, lambda tx, c=contact: tx.knowledge.outcomes.matter(c))).returned_at
                for number, contact in firsts.items()}
        assert back[1] is None and back[2] is not None and back[3] is None
        assert (await t.names()).count("matter-returned") == 1
        clock.ahead = timedelta(days=6)
        outcomes = (await t.ok("GET", f"/api/articles/{card['id']}/outcomes"))["outcomes"]
        assert outcomes["resolved"]["with"] | {"low": 0, "high": 0} == {"count": 2, "of": 3, "low": 0, "high": 0}
        assert outcomes["returned"]["with"]["count"] == 1 and outcomes["open"] == 1
        assert outcomes["resolved"]["verdict"] == "few"


async def test_a_reopened_contact_that_needed_another_answer_came_back(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        card = await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contacts = [await t.say("کارت ملی من گم شده", sender=f"+98912000001{n}") for n in (1, 2)]
        for contact in contacts:
            await t.answer(contact, article=card["id"], text=CARD["body"])
        for number, contact in enumerate(contacts, 1):
            assert await t.say("ممنون" if number == 1 else "باز هم نشد", sender=f"+98912000001{number}") == contact
        await t.ok("POST", f"/api/contacts/{contacts[0]}/take")
        await t.close(contacts[0])
        await t.answer(contacts[1], article=card["id"], text="با شناسنامه به دفتر پیشخوان")
        back = [(await read(t.house, lambda tx,
                            c=contact: tx.knowledge.outcomes.matter(c))).returned_at for contact in contacts]
        assert back[0] is None and back[1] is not None


async def test_the_report_compares_with_contacts_without_the_article(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, return_days=2) as t:
        shelf = (await t.ok("POST", "/api/knowledge/categories", {
            "name": "papers", "title_fa": "مدارک", "title_en": "Papers"}, by="admin"))["category"]
        card = await t.write(**CARD, category=shelf["id"])
        await until(lambda: t.found("کارت ملی"), what="the index")
        for number in range(8):
            contact = await t.say("کارت ملی من گم شده چه کنم", sender=f"+9891200001{number:02}")
            await shown(t, contact)
            await t.answer(contact, article=card["id"] if number < 5 else None,
                           close="resolved" if number < 5 else "no-answer")
        clock.ahead = timedelta(days=3)
        report = await t.ok("GET", "/api/knowledge/report")
        [row] = report["articles"]
        assert row["resolved"]["with"]["of"] == 5 and row["resolved"]["with"]["count"] == 5
        assert row["resolved"]["without"] == {"count": 0, "of": 3, "low": 0.0, "high": 0.562}
        assert row["resolved"]["verdict"] == "more" or row["resolved"]["with"]["low"] < 0.562
        [category] = report["categories"]
        assert category["resolved"]["with"]["of"] == 5 and category["resolved"]["without"]["of"] == 3
        told = (await read(t.house, lambda tx: reports.outcomes(tx, 2)))[card["id"]]
        assert (told.shown, told.resolved) == (5, 5) and 0 < told.usual < 0.6
        await t.refused(403, "GET", "/api/knowledge/report", by="agent")


async def test_looking_at_what_is_over_changes_no_evidence(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, return_days=2) as t:
        card = await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say("کارت ملی من گم شده چه کنم")
        await shown(t, contact)
        await t.answer(contact)
        rows = await read(t.house, lambda tx: tx.knowledge.shown(contact))
        clock.ahead = timedelta(days=3)
        newer = await t.write(title="کارت ملی گم شده: چه کنم", body="کارت ملی من گم شده چه کنم", state="public")

        async def both() -> bool:
            return len(await t.found("کارت ملی من گم شده چه کنم")) == 2
        await until(both, what="the newer article")
        assert [each["article"] for each in await shown(t, contact)] == [newer["id"], card["id"]]
        assert await read(t.house, lambda tx: tx.knowledge.shown(contact)) == rows
        path = f"/api/contacts/{contact}/suggestions/{card['id']}"
        assert not (await t.ok("POST", f"{path}/opened", {}))["opened"]
        assert "is over" in (await t.refused(409, "POST", f"{path}/used", {}))["message"]
        assert (await t.names()).count("articles-suggested") == 1 and "suggestion-used" not in await t.names()

        # A row from after the end, however it came there, is no evidence either.
        await t.house.store.run(lambda tx: tx.knowledge.show(contact, [(newer["id"], 1.0, {}), (card["id"], 0.5, {})]))
        both_ways = await read(t.house, lambda tx: tx.knowledge.outcomes.compared(clock()))
        assert set(both_ways) == {(card["id"], False)} and both_ways[card["id"], False].contacts == 1


@pytest.mark.parametrize(("count", "of", "low", "high"), [(0, 0, 0, 1), (0, 10, 0, 0.278), (5, 10, 0.237, 0.763),
                                                          (10, 10, 0.722, 1), (90, 100, 0.826, 0.945)])
def test_intervals_are_wilsons(count: int, of: int, low: float, high: float) -> None:
    share = tally.wilson(count, of)
    assert share.low == pytest.approx(low, abs=1e-3) and share.high == pytest.approx(high, abs=1e-3)


async def test_questions_without_an_answer_become_owned_work(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        asked = ["ساعت کار استخر شهرداری چند است", "استخر شهرداری چه ساعت کار می‌کند؟ من علی رضایی هستم 09121234567",
                 "ساعت کار استخر شهرداری را بگویید"]
        for number, words in enumerate(asked):
            contact = await t.say(words, sender=f"+9891200002{number:02}")
            await t.answer(contact)
        spam = await t.say("استخر شهرداری ساعت کار تبلیغ", sender="+989120000299")
        await t.answer(spam, close="spam")
        helped = await t.say("کارت ملی گم شده دارم", sender="+989120000298")
        await t.answer(helped, article=1)
        for _ in range(2):
            await t.ask("GET", "/help", by="nobody", params={"q": "استخر شهرداری ساعت کار"})
        [gap] = (await t.ok("GET", "/api/knowledge/gaps", by="agent"))["gaps"]
        assert gap["asked"] == 4 and gap["state"] == "open"
        got = await t.ok("GET", f"/api/knowledge/gaps/{gap['id']}", by="agent")
        words = " ".join(each["words"] for each in got["examples"])
        assert "[شماره همراه]" in words and "رضایی" not in words and "0912" not in words
        assert {each["source"] for each in got["examples"]} == {"contact", "help"}
        path = f"/api/knowledge/gaps/{gap['id']}"
        await t.refused(403, "POST", path, {"version": gap["version"], "state": "ignored"}, by="agent")
        await t.refused(409, "POST", path, {"version": 0, "owner": t.people["agent"].id}, by="agent")
        owned = (await t.ok("POST", path, {"version": gap["version"], "owner": t.people["agent"].id},
                            by="agent"))["gap"]
        assert owned["state"] == "owned"
        await t.refused(403, "POST", path, {"version": owned["version"], "state": "done"}, by="other")
        drafted = await t.ok("POST", f"{path}/draft", {"version": owned["version"]}, by="agent")
        article = (await t.ok("GET", f"/api/articles/{drafted['article']}", by="agent"))["article"]
        assert article["state"] == "draft" and "استخر" in article["body"] and "رضایی" not in article["body"]
        await t.refused(409, "POST", f"{path}/draft", {"version": drafted["gap"]["version"]}, by="agent")
        done = (await t.ok("POST", path, {"version": drafted["gap"]["version"], "state": "done"}, by="agent"))["gap"]
        assert done["state"] == "done" and (await t.ok("GET", "/api/knowledge/gaps"))["gaps"] == []
        contact = await t.say("ساعت کار استخر شهرداری چیست", sender="+989120000297")
        await t.answer(contact)
        [again] = (await t.ok("GET", "/api/knowledge/gaps"))["gaps"]
        assert again["id"] == gap["id"] and again["state"] == "open", "asked again: it is not done"


def test_clusters_gather_what_is_alike_and_stay_small() -> None:
    kept: dict[int, dict[str, float]] = {}
    counts: dict[int, int] = {}
    texts = ["ساعت کار استخر", "استخر ساعت کارش چنده", "هزینه پروانه ساختمان", "پروانه ساختمان هزینه دارد",
             "tax bill late fee",
             "late fee of my tax bill"]
    found = []
    for text in texts:
        asked = clusters.stems(text)
        which = clusters.nearest(asked, kept.items())
        which = len(kept) if which is None else which
        kept[which] = clusters.grown(kept.get(which, {}), counts.get(which, 0), asked)
        counts[which] = counts.get(which, 0) + 1
        found.append(which)
    assert found == [0, 0, 1, 1, 2, 2]
    big: dict[str, float] = {}
    for number in range(200):
        big = clusters.grown(big, number, frozenset(f"w{number}{n}" for n in range(20)))
    assert len(big) <= 40
    assert clusters.stems("🙂 ۱۲۳ و از") == frozenset() or len(clusters.stems("🙂 ۱۲۳ و از")) <= 2


async def test_a_draft_out_of_a_contact_keeps_nothing_personal(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        contact = await t.say("سلام من علی رضایی هستم، 09121234567. برای تمدید پروانه چه کنم؟ کد پیگیری: AB-12345")
        await t.refused(409, "GET", f"/api/contacts/{contact}/draft", by="lead")
        await t.answer(contact, text="به دفتر خیابان بهار پلاک ۳ بروید.", by="lead")
        draft = await t.ok("GET", f"/api/contacts/{contact}/draft")
        kinds = {each["kind"] for each in draft["body_finds"]}
        assert kinds == {"name", "mobile", "reference", "address"} and "## پاسخ" in draft["body"]
        assert len((await t.ok("GET", "/api/articles?state=draft"))["articles"]) == 0, "nothing is stored"
        path = f"/api/contacts/{contact}/article"
        error = await t.refused(400, "POST", path, {"title": "تمدید پروانه", "body": draft["body"]})
        assert error["field"] == "kept" and "mobile" in error["message"]
        body = draft["body"]
        for each in sorted(draft["body_finds"], key=lambda each: -each["start"]):
            if each["kind"] != "address":
                body = body[:each["start"]] + each["mark"] + body[each["end"]:]
        await t.refused(400, "POST", path, {"title": "تمدید پروانه", "body": body})
        kept = [each["text"] for each in draft["body_finds"] if each["kind"] == "address"]
        made = (await t.ok("POST", path, {"title": "تمدید پروانه", "body": body, "kept": kept}))["article"]
        assert made["state"] == "draft" and "0912" not in made["body"] and kept[0] in made["body"]
        assert (await read(t.house, lambda tx: tx.knowledge.get(made["id"]))).source == contact
        await t.refused(400, "POST", path, {"title": "x", "body": "y", "state": "public"})
        await t.refused(400, "POST", path, {"title": "x", "body": "y", "kept": [3]})
        await t.refused(404, "GET", "/api/contacts/999/draft")
        # What a person makes of it is looked at again, and not stored either.
        again = await t.ok("POST", f"/api/contacts/{contact}/draft", {
            "title": "تمدید", "body": "بروید به دفتر. تلفن 09351112233", "language": "fa"})
        assert [each["text"] for each in again["body_finds"]] == ["09351112233"] and again["title_finds"] == []
        assert again["body"][again["body_finds"][0]["start"]:] == "09351112233"
        await t.refused(400, "POST", f"/api/contacts/{contact}/draft", {"title": "x", "body": "y" * 50_001})
        await t.refused(404, "POST", "/api/contacts/999/draft", {"title": "x", "body": "y"})
        assert len((await t.ok("GET", "/api/articles?state=draft"))["articles"]) == 1


QUEUES = {name: {"title_fa": name, "title_en": name} for name in ("general", "water", "tax")}


async def test_routing_is_proposed_recorded_automatic_when_allowed_and_taken_back(tmp_path: Path,
                                                                                  database: str) -> None:
    async with town(tmp_path, database, queues=QUEUES) as t:
        async def queue_of(contact: int) -> str:
            return await read(t.house, lambda tx: tx.desk.queue(tx.contacts.get(contact).queue).name)
        for number in range(6):
            water = number % 2 == 0
            contact = await t.say("لوله آب خیابان ما ترکیده است" if water else "قبض عوارض خودرو را چگونه بپردازم",
                                  sender=f"+9891200003{number:02}")
            await t.ok("POST", f"/api/contacts/{contact}/transfer", {"queue": 2 if water else 3})
            await t.answer(contact)
        contact = await t.say("آب لوله ترکیده خیابان", sender="+989120000401")
        found = (await t.ok("GET", f"/api/contacts/{contact}/routing"))["routing"]
        assert found["proposed"]["queue"]["value"] == "water" and found["proposed"]["queue"]["contacts"] == 3
        assert found["applied"] == {} and await queue_of(contact) == "general", "off by default"
        await t.refused(409, "POST", f"/api/contacts/{contact}/routing/undo", {})
        for wrong in ({"queue": 0.2}, {"queue": 2}, {"queue": True}, {"disposition": 0.9}, {"queue": "x"}):
            await t.refused(400, "POST", "/api/knowledge/routing", wrong, by="admin")
        await t.refused(403, "POST", "/api/knowledge/routing", {"queue": 0.6})
        await t.ok("POST", "/api/knowledge/routing", {"queue": 0.6}, by="admin")
        moved = await t.say("لوله آب خیابان ما ترکیده", sender="+989120000402")

        async def there() -> bool:
            return await queue_of(moved) == "water"
        await until(there, what="the automatic route")
        hint = (await t.ok("GET", f"/api/contacts/{moved}/routing"))["routing"]
        assert hint["applied"] == {"queue": {"was": "general", "now": "water"}}
        assert (await t.ok("POST", f"/api/contacts/{moved}/routing/undo", {}))["undone"] == ["queue"]
        assert await queue_of(moved) == "general"
        await t.refused(409, "POST", f"/api/contacts/{moved}/routing/undo", {})
        vague = await t.say("سلام خسته نباشید", sender="+989120000403")
        assert (await t.ok("GET", f"/api/contacts/{vague}/routing"))["routing"]["proposed"] == {}
        await t.answer(moved)
        record = (await t.ok("GET", "/api/knowledge/routing"))["record"]["queue"][0]
        assert record["of"] >= 1 and record["right"] <= record["of"]
        names = await t.names()
        assert "routing-suggested" in names and names.count("routing-undone") == 1 and "knowledge-set" in names
        await t.ok("POST", "/api/knowledge/routing", {"queue": None}, by="admin")
        assert (await t.ok("GET", "/api/knowledge/routing"))["thresholds"] == {}


def test_a_guide_is_bounded_and_quick() -> None:
    guide = Guide()
    for number in range(26_000):
        guide.learn(number, f"word{number % 50} thing{number % 7} item{number}", {"queue": f"q{number % 7}"})
    assert len(guide) <= 25_000
    began = time.process_time()
    for number in range(20):
        assert guide.propose(f"word{number} thing{number % 7}")["queue"].value == f"q{number % 7}"
    assert (time.process_time() - began) / 20 < 0.1
    guide.learn(25_999, "completely different words", {"queue": "other"})
    assert guide.propose("completely different words")["queue"].value == "other"
    assert guide.propose("") == {} and guide.propose("x" * 100_000) == {}


async def test_the_ledger_reads_on_after_a_restart(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        contact = await t.say("ساعت کار استخر شهرداری چند است")
        await t.answer(contact)
        first = await read(t.house, lambda tx: int(tx.marks.get("knowledge", "followed")))
        assert first > 0
    async with town(tmp_path / "again") as t:
        # A closed contact that nobody followed: the mark stands before it.
        contact = await t.say("ساعت کار استخر شهرداری چند است")
        await t.answer(contact)

        async def followed() -> bool:
            return await read(t.house, lambda tx: int(tx.marks.get("knowledge", "followed")) >= tx.journal.head() - 5)
        await until(followed, what="the mark")

        def forget(tx: Any) -> None:
            from sqlalchemy import text
            tx.marks.set("knowledge", "followed", "1")
            tx.connection.execute(text("DELETE FROM matters"))
        await t.house.store.run(forget)
        again = ledger.Ledger(t.house.known, t.house.bus)
        again._read = await t.house.store.run(ledger._begin)
        await again._page()
        assert (await read(t.house, lambda tx: tx.knowledge.outcomes.matter(contact))) is not None
        assert (await t.ok("GET", "/api/knowledge/gaps"))["gaps"][0]["asked"] == 1, "not counted twice"


async def test_old_evidence_is_forgotten(tmp_path: Path, database: str) -> None:
    clock = Clock()
    async with town(tmp_path, database, clock=clock, keep_days=30) as t:
        card = await t.write(**CARD)
        await until(lambda: t.found("کارت ملی"), what="the index")
        contact = await t.say("کارت ملی من گم شده")
        await shown(t, contact)
        await t.answer(contact, article=card["id"])
        await t.house.store.run(lambda tx: tx.knowledge.outcomes.feedback(card["id"], 1, helped=True, words="",
                                                                          language="fa"))
        assert await t.house.store.run(lambda tx: ledger.sweep(tx, timedelta(days=30))) == 0
        clock.ahead = timedelta(days=40)
        gone = await t.house.store.run(lambda tx: ledger.sweep(tx, timedelta(days=30)))
        assert gone >= 3 and await read(t.house, lambda tx: tx.knowledge.shown(contact)) == []
        assert await read(t.house, lambda tx: tx.knowledge.outcomes.said(card["id"])) == []


def packed(files: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return kept.getvalue()


async def test_imports_report_every_item_and_double_nothing(tmp_path: Path, database: str) -> None:
    table = ("\ufeffکلید,عنوان,متن,برچسب,دسته\nk1,گم شدن کارت,متن یک,\"کارت، المثنی\",مدارک\nk2,تمدید,متن دو,,\n"
             "k2,دوباره,x,,\nk3,,بی‌عنوان,,\nk4,x,y,,هیچ\n").encode()
    async with town(tmp_path, database) as t:
        await t.ok("POST", "/api/knowledge/categories", {"name": "papers", "title_fa": "مدارک", "title_en": "Papers"},
                   by="admin")
        dry = await t.take_in("a.csv", table, "?dry=1&state=public")
        assert dry["counts"] == {"created": 2, "changed": 0, "same": 0, "refused": 3}
        assert (await t.ok("GET", "/api/articles"))["articles"] == []
        done = await t.take_in("a.csv", table, "?state=public")
        assert [(each["place"], each["outcome"]) for each in done["report"]] == [
            ("a.csv:2", "created"), ("a.csv:3", "created"), ("a.csv:4", "refused"), ("a.csv:5",
                                                                                     "refused"), ("a.csv:6", "refused")]
        assert "twice" in done["report"][2]["why"] and "category" in done["report"][4]["why"]
        again = await t.take_in("a.csv", table.replace("متن دو".encode(), "متن سه".encode()), "?state=public")
        assert again["counts"] == {"created": 0, "changed": 1, "same": 1, "refused": 3}
        first = (await t.ok("GET", f"/api/articles/{done['report'][0]['article']}"))["article"]
        assert first["keywords"] == ["کارت", "المثنی"] and first["state"] == "public" and first["category"] == 1
        pages = packed({
            "a.md": b"---\ntitle: Lost card\nlanguage: en\n---\n## How\n- come", "c.exe": b"MZ", "__MACOSX/x.md": b"no",
            "sub/b.html": b"<html><title>Tax</title><body><h1>Tax</h1><p>Pay <b>here</b><script>alert(1)</script>"})
        report = (await t.take_in("pages.zip", pages))["report"]
        assert [(each["place"], each["outcome"]) for each in report] == [
            ("a.md", "created"), ("c.exe", "refused"), ("sub/b.html", "created")]
        tax = (await t.ok("GET", f"/api/articles/{report[2]['article']}"))["article"]
        assert tax["title"] == "Tax" and tax["body"] == "Pay **here**" and tax["state"] == "draft"
        await t.refused(403, "POST", "/api/knowledge/import", by="agent", data=b"x")


BOMB = packed({f"f{n}.md": b"0" * 5_000_000 for n in range(6)})


@pytest.mark.parametrize(("name", "content", "status"), [
    ("a.zip", b"PK\x03\x04broken", 400), ("a.zip", b"", 400), ("a.zip", BOMB, 413), ("a.exe", b"MZ", 400), ("", b"x",
                                                                                                            400),
    ("a.csv", b"nothing,here\n1,2", 400), ("a.csv", b"\x00\xff\xfe" * 100, 400), ("../../a.md", b"# x\ny", 200),
    ("a.csv", b"title\n" + b'"' + b"x" * 200_000, 200), ("a.html", b"<div>" * 150_000, 200), ("a.md", b"\xff\xfe\x00",
                                                                                              200),
    ("a.csv", b"title,body\n" + b"x,y\n" * 20_001, 413)])
async def test_hostile_imports(tmp_path: Path, name: str, content: bytes, status: int) -> None:
    async with town(tmp_path) as t:
        got, answer = await t.ask("POST", "/api/knowledge/import?dry=1", data=io.BytesIO(content),
                                  headers={"X-File-Name": name})
        assert got == status, answer


def test_the_command_line_takes_articles_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import run
    (tmp_path / "config.toml").write_text('[storage]\nfolder = "data"\n')
    (tmp_path / "a.csv").write_text("title,body\nLost card,Come\n,nothing\n")
    given = ["--config", str(tmp_path / "config.toml")]
    assert run.main([*given, "knowledge", "import", str(tmp_path / "a.csv")]) == 1
    assert "there is no administrator yet" in capsys.readouterr().out
    assert run.main([*given, "user", "add", "boss", "--role", "admin"]) == 0
    capsys.readouterr()
    assert run.main([*given, "knowledge", "import", str(tmp_path / "a.csv"), "--state", "public"]) == 1
    assert capsys.readouterr().out.split("\n")[:2] == [
        "+ a.csv:2: Lost card -> 1", "! a.csv:3: : it has no title"]
    assert run.main([*given, "knowledge", "import", str(tmp_path / "a.csv"), "--dry", "--json"]) == 1
    assert '"outcome": "same"' in capsys.readouterr().out
    assert run.main([*given, "knowledge", "import", str(tmp_path / "none.csv")]) == 1
    assert "cannot be read" in capsys.readouterr().out
