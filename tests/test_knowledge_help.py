"""The public help centre over HTTP: silence when not sure, embeds by origin, limits, feedback, sitemap, words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
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
