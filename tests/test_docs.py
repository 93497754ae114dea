"""The documentation is complete and true: settings, events, commands and routes are in it; links lead somewhere."""

from __future__ import annotations

import argparse
import importlib
import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from aiohttp import ClientSession

import settings as house
from channels.registry import Media
from router import events
from tests.documented import DOCS, ROOT, channel_settings, default_of, names_of, rows, section
from tests.house import running

SECTIONS = {
    "[server]": house.Server, "[storage]": house.Storage, "[desk]": house.Desk, "[queues.NAME]": house.QueueSettings,
    "[calendars.NAME]": house.CalendarSettings, "[policies.NAME]": house.PolicySettings,
    "[media.NAME]": house.MediumSettings, "[[targets]]": house.TargetSettings, "[routing]": house.RoutingSettings,
    "[channels.NAME]": house.ChannelSettings, "[knowledge]": house.KnowledgeSettings,
    "[flows]": house.FlowSettings,
}


def test_every_section_of_the_settings_is_looked_at() -> None:
    written = {title.strip("[]").removesuffix(".NAME") for title in SECTIONS}
    assert written == set(names_of(house.Settings))


@pytest.mark.parametrize("title", SECTIONS)
def test_every_setting_is_documented_with_its_default(title: str) -> None:
    table = rows(section(DOCS / "settings.md", title))
    assert list(table) == names_of(SECTIONS[title])
    for spec in fields(SECTIONS[title]):
        default, said = default_of(spec), table[spec.name][0]
        if default is MISSING:
            assert said == "needed", spec.name
        else:
            value = tomllib.loads(f"x = {said.strip('`')}")["x"]
            assert value == (list(default) if isinstance(default, tuple) else default), spec.name


@pytest.mark.parametrize("medium", [medium for medium, _, _ in channel_settings()])
def test_every_setting_of_a_medium_is_documented(medium: str) -> None:
    folder, kind = next((folder, kind) for each, folder, kind in channel_settings() if each == medium)
    page = DOCS / "channels" / f"{folder}.md"
    assert page.exists(), f"docs/channels/{folder}.md is missing"
    named = set(re.findall(r"`([a-z_]+)`", page.read_text(encoding="utf-8")))
    lacking = [name for name in names_of(kind) if name not in named]
    assert not lacking, f"docs/channels/{folder}.md does not name {', '.join(lacking)}"


def test_every_medium_is_named() -> None:
    said = rows(section(DOCS / "settings.md", "[channels.NAME]"))["medium"][1]
    assert set(re.findall(r"`([a-z]+)`", said)) == set(Media())


def test_every_event_is_documented_with_its_fields() -> None:
    table = rows((DOCS / "events.md").read_text(encoding="utf-8"))
    assert set(table) == set(events.registry())
    for name, kind in events.registry().items():
        documented = re.findall(r"`([a-z_]+)`", table[name][0])
        assert documented == [each for each in names_of(kind) if each != "about"], name


def _parser() -> argparse.ArgumentParser | None:
    if not (ROOT / "run.py").exists():
        return None
    run = importlib.import_module("run")
    makers = [value for name, value in vars(run).items() if "parser" in name and callable(value)]
    found = [maker() for maker in makers if getattr(maker, "__module__", "") == "run"]
    assert found, "run.py must have a function that makes its parser"
    parser = found[0]
    assert isinstance(parser, argparse.ArgumentParser)
    return parser


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                found[name] = inner
                found |= {f"{name} {deeper}": each for deeper, each in _commands(inner).items()}
    return found


def test_every_command_and_option_is_documented() -> None:
    parser = _parser()
    assert parser is not None, "run.py is missing"
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## `([^`]+)`$", text, re.MULTILINE)
    commands = _commands(parser)
    assert titles == list(commands)
    for name, inner in commands.items():
        part = section(DOCS / "commands.md", f"`{name}`")
        for action in inner._actions:
            words = [word for word in action.option_strings if word.startswith("--")] or [action.metavar or action.dest]
            if "--help" not in words and not isinstance(action, argparse._SubParsersAction):
                assert any(f"`{word}" in part for word in words), f"docs/commands.md, {name}: {words} is not described"


async def test_every_api_route_is_documented_and_every_documented_one_is_there(tmp_path: Path) -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    written = set(re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) ([^`?]+)`", text, re.MULTILINE))
    async with running(tmp_path) as desk, ClientSession() as session:
        served = {(route.method, route.resource.canonical) for route in desk.app.router.routes() if route.resource}
        async with session.get(f"{desk.url}/api/openapi.json") as answer:
            assert answer.status == 200
            described = (await answer.json())["paths"]
    listed = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert listed - written == set(), "not in docs/api.md"
    assert written - served == set(), "docs/api.md tells of calls that are not there"


async def test_every_metric_is_documented(tmp_path: Path) -> None:
    text = (DOCS / "operation.md").read_text(encoding="utf-8")
    async with running(tmp_path) as desk, ClientSession() as session, session.get(f"{desk.url}/metrics") as answer:
        assert answer.status == 200
        names = set(re.findall(r"^# TYPE (pishkhan_\w+) ", await answer.text(), re.MULTILINE))
    # The library adds a second series with the time at which a counter began.
    bare = {re.sub(r"_(total|created)$", "", name) for name in names}
    assert bare
    assert bare - set(re.findall(r"`(pishkhan_\w+)`", text)) == set()


PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("*/**/*.md")]
               if not any(part.startswith(".") for part in path.relative_to(ROOT).parts) and "tests" not in path.parts)


def _anchor(title: str) -> str:
    words = re.sub(r"[^\w\s-]", "", title.strip().lower())
    return re.sub(r"\s", "-", words)


def broken_links(page: Path) -> list[str]:
    """Relative links and pictures of a page that lead nowhere."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    faults = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists():
            faults.append(target)
        elif anchor and path.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            if anchor not in {_anchor(title) for title in titles}:
                faults.append(target)
    return faults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


_TOPS = "router|storage|channels|agents|knowledge|desk|bench|tests|docs|tools"
_FILE = re.compile(rf"`((?:{_TOPS})/[\w./-]+\.(?:py|sh|md|js|mjs))`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_pages_name_exist(page: Path) -> None:
    named = _FILE.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "other.md").write_text("# A Title, here\n")
    page.write_text("[a](none.md) [b](other.md) [c](other.md#a-title-here) [d](other.md#no) ![e](no.png) [f](#g)\n"
                    "```\n[h](in-code.md)\n```\n")
    assert broken_links(page) == ["none.md", "other.md#no", "no.png", "#g"]


def test_rows_of_a_table_are_read() -> None:
    assert rows("| key | x |\n|---|---|\n| `a` | `1` | word |\n| b | c |\n") == {"a": ["`1`", "word"]}
