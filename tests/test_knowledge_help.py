"""The public help centre over HTTP: silence when not sure, embeds by origin, limits, feedback, sitemap, words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels import registry
from knowledge.words import DESK, HELP
from tests import fake
from tests.house import read, until
from tests.knowledge_town import Town, town
from tests.test_console_static import faults_of_persian

CARD = {"title": "گم شدن کارت ملی", "body": "برای کارت ملی گم شده به دفتر بروید.", "state": "public"}
EDITOR = Path(__file__).parent.parent / "knowledge" / "static"


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def filled(t: Town) -> int:
    card = await t.write(**CARD)
    for title in ("تمدید گذرنامه", "پروانهٔ ساختمان", "عوارض خودرو"):
        await t.write(title=title, body="متن", state="public")
    await until(lambda: t.found("عوارض خودرو"), what="the index")
    return int(card["id"])


async def test_search_while_typing_is_silent_when_not_sure(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        card = await filled(t)
        for question, wanted in (("کارت ملی گم شده", 1), ("بلیت سینما برای فردا شب", 0), ("ک", 0), ("", 0), ("🙂", 0)):
            found = (await t.ok("GET", "/help/search.json", by="nobody", params={"q": question}))["found"]
            assert len(found) == wanted, question
        assert (await t.ok("GET", "/help/search.json?q=کارت+ملی+گم+شده", by="nobody"))["found"][0] == {
            "title": CARD["title"], "excerpt": CARD["body"], "language": "fa", "url": f"/help/{card}?language=fa"}
        for question in ("x" * 100_000, "<script>", "'; DROP TABLE", "(a+)+$", "\u202e", "%00"):
            status, _ = await t.ask("GET", "/help/search.json", by="nobody", params={"q": question[:6_000]})
            assert status == 200


async def test_embeds_answer_only_named_sites(tmp_path: Path) -> None:
    async with town(tmp_path, origins=("https://www.example.org",)) as t:
        card = await filled(t)
        path = "/help/embed.json?q=کارت+ملی+گم+شده"
        async with t.http["nobody"].get(path, headers={"Origin": "https://www.example.org"}) as answer:
            assert answer.status == 200 and answer.headers["Access-Control-Allow-Origin"] == "https://www.example.org"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert answer.headers["Vary"] == "Origin"
            assert (await answer.json())["found"][0]["url"] == f"{t.house.url}/help/{card}?language=fa"
        async with t.http["nobody"].get(path, headers={"Origin": "https://evil.example"}) as answer:
            assert answer.status == 403 and "Access-Control-Allow-Origin" not in answer.headers
        async with t.http["nobody"].get("/help/embed.js") as answer:
            assert answer.status == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_too_many_questions_are_told_to_wait(tmp_path: Path) -> None:
    async with town(tmp_path, questions_per_minute=3) as t:
        got = [(await t.ask("GET", "/help/search.json?q=abc", by="nobody"))[0] for _ in range(6)]
        assert got[:3] == [200] * 3 and 429 in got[3:]
        assert (await t.ask("GET", "/help", by="nobody"))[0] == 200, "reading is always possible"


async def test_feedback_is_kept_masked_and_limited(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        card = await filled(t)
        path = f"/help/{card}/feedback"
        status, page = await t.ask("POST", path, by="nobody", data={"helped": "no", "words": "x " * 600 + "<b>"})
        assert status == 200 and HELP["fa"]["thanks_no"] in page and "<b>" not in page
        await t.ask("POST", path, by="nobody", data={"helped": "yes", "words": "شماره من 09121234567"})
        for wrong in ({"helped": "maybe"}, {}):
            assert (await t.ask("POST", path, by="nobody", data=wrong))[0] == 400
        assert (await t.ask("POST", "/help/999/feedback", by="nobody", data={"helped": "yes"}))[0] in (404, 429)
        got = [(await t.ask("POST", path, by="nobody", data={"helped": "yes"}))[0] for _ in range(6)]
        assert 429 in got
        assert (await t.ask("POST", path, by="nobody", headers={"Sec-Fetch-Site": "cross-site"},
                            data={"helped": "yes"}))[0] == 403
        said = await read(t.house, lambda tx: tx.knowledge.outcomes.said(card))
        assert len(said[-1]["words"]) <= 500 and said[-2]["words"] == "شماره من [شماره همراه]"
        steps = (await t.ok("GET", f"/api/articles/{card}/outcomes"))["outcomes"]["steps"]
        assert steps["no"] == 1 and steps["yes"] >= 1


async def test_the_sitemap_names_public_articles_and_translations(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        fa = await t.write(**CARD)
        en = await t.write(title="Lost card", body="x", state="public", twin=fa["id"])
        await t.write(title="درونی", state="internal")
        async with t.http["nobody"].get("/help/sitemap.xml") as answer:
            tree = ElementTree.fromstring(await answer.text())
        space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
        assert {each.text for each in tree.iterfind(".//s:loc", space)} == {
            f"{t.house.url}/help/{each['id']}" for each in (fa, en)}
        assert len(tree.findall(".//x:link", space)) == 4
        robots = (await t.ask("GET", "/robots.txt", by="nobody"))[1]
        assert "Allow: /help" in robots and f"Sitemap: {t.house.url}/help/sitemap.xml" in robots
        assert '<meta name="robots" content="noindex">' in (await t.ask("GET", "/help?q=x", by="nobody"))[1]
        article = (await t.ask("GET", f"/help/{en['id']}?language=en", by="nobody"))[1]
        assert "noindex" not in article and f'hreflang="fa" href="{t.house.url}/help/{fa["id"]}"' in article


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(("asked", "status", "said"), [
    ("/help/99999", 404, "404"), ("/help/nonsense", 404, "404"), ("/help?category=99", 404, "404"),
    ("/help?category=x", 400, "400"), ("/help?before=-1", 400, "400"), ("/help/files/99", 404, "404")])
async def test_who_reads_gets_a_page_and_who_calls_gets_json(tmp_path: Path, asked: str, status: int, said: str,
                                                             ) -> None:
    async with town(tmp_path) as t:
        async with t.http["nobody"].get(asked) as answer:
            assert answer.status == status and "code" in (await answer.json())["error"]
        for language, other, given in (("fa", "en", {}), ("en", "fa", {"language": "en"})):
            async with t.http["nobody"].get(asked, headers=BROWSER, params=given) as answer:
                page = await answer.text()
                assert answer.status == status and answer.content_type == "text/html"
                assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}">' in page
            assert f"<h1>{HELP[language][said]}</h1>" in page and HELP[language][f"{said} text"] in page
            assert f'<p class="quiet" lang="{other}"' in page and HELP[other][f"{said} text"] in page
            assert 'type="search"' in page and "noindex" in page
        for asking, language in (("de, en-GB;q=0.8, fa;q=0.5", "en"), ("fa-IR,fa;q=0.9", "fa"), ("de", "fa")):
            async with t.http["nobody"].get(asked, headers=BROWSER | {"Accept-Language": asking}) as answer:
                assert f'<html lang="{language}"' in await answer.text(), asking


async def test_who_asks_too_often_is_told_on_a_page_when_to_come_back(tmp_path: Path) -> None:
    async with town(tmp_path, questions_per_minute=1) as t:
        card = await t.write(**CARD)
        for path in ("/help", "/help"):
            async with t.http["nobody"].get(path, params={"q": "<b>کارت", "language": "en"}, headers=BROWSER) as answer:
                page, last = await answer.text(), answer
        assert last.status == 429 and int(last.headers["Retry-After"]) > 0 and "Try again in" in page
        assert 'value="&lt;b&gt;کارت"' in page, "the question stays, as text"
        async with t.http["nobody"].get("/help/search.json?q=کارت", headers=BROWSER) as answer:
            assert answer.status == 429 and answer.content_type == "application/json"
        path = f"/help/{card['id']}/feedback"
        for data, status, said in (({"helped": "maybe"}, 400, "400"), ({"helped": "x" * 30_000}, 413, "fault")):
            async with t.http["nobody"].post(path, data=data, headers=BROWSER) as answer:
                assert answer.status == status and HELP["fa"][said] in await answer.text()
        async with t.http["nobody"].post(path, data={"helped": "yes"}, headers=BROWSER | {
                "Sec-Fetch-Site": "cross-site"}) as answer:
            assert answer.status == 403 and HELP["fa"]["fault text"] in await answer.text()


async def test_a_large_category_is_read_to_its_end(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        many = (await t.ok("POST", "/api/knowledge/categories", {"name": "many", "title_fa": "بزرگ",
                                                                "title_en": "Many"}, by="admin"))["category"]["id"]
        rows = "title,category,language\n" + "".join(f"t{n},many,{language}\n" for n in range(65)
                                                      for language in ("fa", "en"))
        for language in ("fa", "en"):
            content = "\n".join(line for line in rows.split("\n") if not line.startswith("t") or line.startswith(
                "title") or line.endswith(language))
            await t.take_in(f"{language}.csv", content.encode(), "?state=public")
        for language in ("fa", "en"):
            seen, pages, where = [], 0, f"/help?category={many}&language={language}"
            while where:
                page = (await t.ask("GET", where, by="nobody"))[1]
                seen += re.findall(r'<h2><a href="[^"]+">(t\d+)</a>', page)
                assert (HELP[language]["first"] in page) == (pages > 0)
                more = re.search(r'<a rel="next" href="([^"]+)">([^<]+)</a>', page)
                assert more is None or more[2] == HELP[language]["more"]
                where, pages = more[1].replace("&amp;", "&") if more else "", pages + 1
            assert pages == 3 and seen == [f"t{n}" for n in reversed(range(65))], language
        page = (await t.ask("GET", "/help/?before=1&language=en", by="nobody"))[1]
        assert HELP["en"]["no_more"] in page and HELP["en"]["first"] in page
        page = (await t.ask("GET", "/help?language=en", by="nobody"))[1]
        assert 'rel="next" href="/help?before=' in page, "without a category, too"


async def test_the_last_change_is_a_day_of_the_desk(tmp_path: Path) -> None:
    late = datetime(2026, 3, 20, 20, 45, tzinfo=UTC)  # a quarter past midnight in Tehran, and another year
    async with town(tmp_path, clock=lambda: late) as t:
        card = await t.write(**CARD)
        page = (await t.ask("GET", f"/help/{card['id']}?language=fa", by="nobody"))[1]
        assert '<time datetime="2026-03-21">۱۴۰۵/۰۱/۰۱</time>' in page
        page = (await t.ask("GET", f"/help/{card['id']}?language=en", by="nobody"))[1]
        assert '<time datetime="2026-03-21">2026-03-21</time>' in page


async def test_the_start_page_leads_to_help(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        for language in ("fa", "en"):
            page = (await t.ask("GET", f"/?language={language}", by="nobody"))[1]
            assert f'href="/help?language={language}"' in page and 'href="/knowledge"' in page


def editor_words(language: str) -> dict[str, str]:
    text = (EDITOR / "words.js").read_text(encoding="utf-8")
    part = text[text.index(f"\n  {language}: {{"):]
    return dict(re.findall(r'"([\w.\- ]+)": "([^"]*)"', part[:part.index("\n  },")]))


def test_both_languages_say_the_same_and_persian_is_persian() -> None:
    fa, en = editor_words("fa"), editor_words("en")
    assert set(fa) == set(en) and len(fa) > 150
    holes = [{key: sorted(re.findall(r"\{\w+\}", text)) for key, text in each.items()} for each in (fa, en)]
    assert holes[0] == holes[1]
    assert {key: set(each) for key, each in HELP.items()} == {"fa": set(HELP["en"]), "en": set(HELP["en"])}
    assert set(DESK["fa"]) == set(DESK["en"])
    names = re.compile("CSV|Markdown|HTML|zip")
    texts = {**fa, **{f"help {key}": text for key, text in HELP["fa"].items()}}
    assert {key: faults for key, text in texts.items()
            if (faults := faults_of_persian(names.sub("x", text)))} == {}


@pytest.mark.parametrize("script", sorted(EDITOR.glob("*.js")), ids=lambda path: path.name)
def test_scripts_ask_for_words_and_files_that_exist(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert text.startswith("// ")
    assert set(re.findall(r"""\bw\("([\w.\-]+)\"""", text)) <= set(editor_words("en"))
    agents = EDITOR.parent.parent / "agents" / "static"
    for name in re.findall(r'from "([^"]+)"', text):
        place = agents / name.removeprefix("/static/") if name.startswith("/static/") else EDITOR / name
        assert place.resolve().is_file(), name
