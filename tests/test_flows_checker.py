"""The checker names every fault with its line, step and key; each is shown by a file that has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.book import Book
from desk.flows import checker
from desk.flows.definition import read
from desk.trying import check, shipped

CASES = Path(__file__).parent / "cases" / "flows"

GOOD = """[flow]
name = "permit"
title = { fa = "پروانه", en = "Permit" }
start = "kind"
media = ["webchat", "sms", "voice"]

[steps.kind]
kind = "ask"
answer = "choice"
save = "which"
text = { fa = "کدام؟", en = "Which?" }
next = "more"

[[steps.kind.options]]
id = "building"
label = { fa = "ساختمان", en = "building" }

[steps.more]
kind = "branch"
cases = [{ when = 'which == "building"', to = "end" }]
otherwise = "over"

[steps.over]
kind = "hand-over"
"""


@pytest.mark.parametrize(("old", "new", "line", "place", "word"), [
    ('next = "more"', 'next = "mroe"', 12, "steps.kind.next", "no step 'mroe'"),
    ('start = "kind"', 'start = "x"', 4, "flow.start", "no step 'x'"),
    ('otherwise = "over"\n', "", 18, "steps.more", "'otherwise' is missing"),
    ('kind = "hand-over"', 'kind = "handover"', 24, "steps.over.kind", "did you mean 'hand-over'"),
    ('save = "which"', 'sav = "which"', 10, "steps.kind.sav", "did you mean 'save'"),
    ('{ fa = "کدام؟", en = "Which?" }', '{ fa = "کدام؟" }', 11, "steps.kind.text", "no words in 'en'"),
    ('"Which?"', f'"{"long " * 120}"', 11, "steps.kind.text.en", "sms carries 459"),
    ('which == "building"', 'wich == "building"', 20, "steps.more.cases[0].when", "nothing gives 'wich' a value"),
    ('which == "building"', 'which = "building"', 20, "steps.more.cases[0].when", "no expression"),
    ('"Which?"', '"Which, {who}?"', 11, "steps.kind.text.en", "nothing gives {who} a value"),
    ('to = "end" }]\notherwise = "over"', 'to = "more" }]\notherwise = "more"', 18, "steps.more", "circle"),
    ('to = "end" }]\notherwise = "over"', 'to = "kind" }]\notherwise = "kind"', 23, "steps.over", "no way leads here"),
    ('to = "end" }]\notherwise = "over"', 'to = "kind" }]\notherwise = "kind"', 7, "steps.kind", "to an end"),
    ('answer = "choice"', 'answer = "chioce"', 9, "steps.kind.answer", "did you mean 'choice'"),
    ('answer = "choice"', 'answer = "text"', 7, "steps.kind", "a choice has options"),
    ('id = "building"', 'id = "Building"', 15, "steps.kind.options[0].id", "lower-case"),
    ('media = ["webchat", "sms", "voice"]', "misses = 0", 5, "flow.misses", "from 1 to 10"),
    ('kind = "hand-over"', 'kind = "run"\nflow = "nothing"', 25, "steps.over.flow", "no flow 'nothing'"),
    ('kind = "hand-over"', 'kind = "run"\nflow = "permit"', 2, "flow.name", "runs itself"),
    ('kind = "hand-over"', 'kind = "hand-over"\nqueue = "nowhere"', 25, "steps.over.queue", "no queue"),
    ('kind = "hand-over"', 'kind = "call"\nendpoint = "x"\nvalues = { a = "b" }\nfailed = "end"', 25,
     "steps.over.endpoint", "no endpoint"),
    ('kind = "hand-over"', 'kind = "ask"\nanswer = "file"\nsave = "f"\ntext = { fa = "ف", en = "f" }', 25,
     "steps.over.answer", "branch on medium"),
    ('kind = "hand-over"', 'kind = "ask"\nanswer = "date"\nsave = "d"\nleast = "soon"\ntext = { fa = "ف", en = "f" }',
     27, "steps.over.least", "is no day"),
    ('kind = "hand-over"',
     'kind = "ask"\nanswer = "number"\nsave = "d"\nleast = 9\nmost = 1\ntext = { fa = "ف", en = "f" }', 27,
     "steps.over.least", "more than most"),
    ("[flow]", "[flow", 1, "", "not valid TOML"), ("[flow]", "[flows]", 1, "flows", "unknown table"),
    ('name = "permit"', 'name = "Permit"', 2, "flow.name", "lower-case"),
])
def test_a_fault_is_named(old: str, new: str, line: int, place: str, word: str) -> None:
    source = GOOD.replace(old, new, 1)
    assert source != GOOD
    _, faults = checker.check({"permit.toml": source}, queues=["general"], endpoints=["tax"])
    hits = [fault for fault in faults if fault.place == place and word in fault.message]
    assert hits and hits[0].line == line and hits[0].serious, faults


def test_the_good_one_is_good() -> None:
    assert checker.check({"permit.toml": GOOD}, queues=["general"], endpoints=["tax"])[1] == []


def test_shipped_flows_have_no_fault_and_no_warning() -> None:
    book = Book(queues=["general"], endpoints=["tax"])
    assert list(book.faults) == [] and set(book.definitions) == {
        "main-menu", "status", "complaint", "service-request", "answer", "consent", "survey"}


def test_a_branch_on_the_medium_makes_a_file_possible() -> None:
    text = GOOD.replace('which == "building"', 'medium == "webchat"').replace('to = "end"', 'to = "file"') + """
[steps.file]
kind = "ask"
answer = "file"
save = "file"
text = { fa = "عکس؟", en = "A picture?" }
"""
    assert checker.check({"permit.toml": text})[1] == []


def test_a_step_that_a_rule_leads_to_is_reached() -> None:
    text = GOOD + '\n[steps.kept]\nkind = "end"\n\n[migrate]\nold = "kept"\ngone = "nowhere"\n'
    faults = checker.check({"permit.toml": text})[1]
    assert [(fault.place, fault.line) for fault in faults] == [("migrate.gone", 31)]


def test_odd_files_are_faults_not_crashes(tmp_path: Path) -> None:
    for source in ("", "x", "[steps]", "steps = 3\n[flow]\nname='a'", "[flow]\nname = 'a'\n[steps]\nx = 1",
                   "[flow]\nname='a'\n[steps.b]\nkind=['say']", "[flow]\nname='a'\n[steps.b]\nkind='branch'\ncases=1\n",
                   "[[[[", "a = " + "[" * 5_000, "x" * 300_000, "[flow]\nname='a'\n[steps.b]\nkind='ask'\noptions=3"):
        _, faults = checker.check({"odd.toml": source})
        assert faults and all(fault.line >= 1 for fault in faults), source[:40]
    broken = tmp_path / "latin.toml"
    broken.write_bytes(b"\xff\xfe")
    said: list[str] = []
    assert check([broken, tmp_path / "none.toml"], said.append) == 1 and len(said) == 2


def test_two_files_of_one_name() -> None:
    _, faults = checker.check({"a.toml": GOOD, "b.toml": GOOD})
    assert [fault.file for fault in faults if "two files" in fault.message] == ["b.toml"]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.toml")), ids=lambda path: path.stem)
def test_cases_say_what_is_written_beside_them(path: Path) -> None:
    """`name.toml` has the faults of `name.txt`, word for word; with no such file it has none."""
    said: list[str] = []
    check([path], said.append)
    wanted = path.with_suffix(".txt")
    found = [line.removeprefix(f"{path}:") for line in said if line.startswith(str(path))]
    assert found == (wanted.read_text(encoding="utf-8").splitlines() if wanted.exists() else [])


def test_lines_are_found_in_nested_tables() -> None:
    definition, faults = read("x", GOOD)
    assert definition is not None and faults == [] and definition.lines["steps.kind.options[0].label"] == 16
    assert shipped().keys() >= {"main-menu"}
