"""The house keeps its own rules, and every rule can fail."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import CHECKS, Module
from tests.architecture.manners import BROAD_EXCEPT, FILE_LINES, LOOSE_TASKS
from tests.architecture.planted import ALLOWED, REFUSED
from tests.architecture.structure import HOUSE

ROOT = Path(__file__).parent.parent
Check = Callable[[Iterable[Module]], Iterable[str]]


def _modules() -> list[Module]:
    found = list(ROOT.glob("*.py"))
    for top in HOUSE:
        found += (ROOT / top).rglob("*.py")
    return [Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in sorted(found)]


@pytest.fixture(scope="module")
def house() -> list[Module]:
    """Every module of the project, tests too."""
    return _modules()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_keeps(check: Check, house: list[Module]) -> None:
    faults = list(check(house))
    assert not faults, (check.__doc__ or "") + "\n" + "\n".join(faults)


def test_the_house_is_seen(house: list[Module]) -> None:
    names = {module.name for module in house}
    assert {"settings", "router", "router.ports", "storage", "tests.test_architecture"} <= names


def test_exceptions_name_places_that_exist(house: list[Module]) -> None:
    """An allow list must not outlive what it allows."""
    there = {module.path: module.source for module in house}
    for place in [*BROAD_EXCEPT, *LOOSE_TASKS]:
        path, function = place.split(":")
        assert f"def {function}(" in there.get(path, ""), place


def _planted(path: str, source: str) -> list[Module]:
    """`--- path` on a line of its own starts another file."""
    first, *more = re.split(r"^--- (.+)\n", source, flags=re.MULTILINE)
    pairs = [(path, first), *zip(more[::2], more[1::2], strict=True)]
    folders = [Module("channels/email/parse.py", ""), Module("channels/sms/adapter.py", "")]
    taken = {name for name, _ in pairs}
    return [Module(name, text) for name, text in pairs] + [each for each in folders if each.path not in taken]


@pytest.mark.parametrize(("name", "path", "source", "word"), REFUSED)
def test_a_planted_fault_is_found(name: str, path: str, source: str, word: str) -> None:
    check = next(check for check in CHECKS if check.__name__ == name)
    if name == "docstrings":
        faults = list(check([Module(path, source)]))
    else:
        faults = list(check(_planted(path, source)))
    assert [fault for fault in faults if word in fault], faults


@pytest.mark.parametrize(("name", "path", "source"), ALLOWED)
def test_what_is_allowed_passes(name: str, path: str, source: str) -> None:
    check = next(check for check in CHECKS if check.__name__ == name)
    assert list(check([Module(path, source)] if name == "docstrings" else _planted(path, source))) == []


def test_every_check_is_shown_to_fail_and_to_pass() -> None:
    names = {check.__name__ for check in CHECKS}
    assert {row[0] for row in REFUSED} == names
    assert {row[0] for row in ALLOWED} == names


#: Written in pieces, so that this file does not contain them.
PLACES = re.compile("|".join([
    "/ho" + r"me/[a-z]", "/Us" + "ers/[A-Za-z]", "/ro" + "ot/", "/wo" + r"rk/(main|shared|\.)", r"C:\\Us" + "ers",
]))
REGISTRIES = re.compile("|".join([
    "py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "crates" + r"\.io", "proxy" + r"\.golang",
    r"deb\.deb" + "ian", "index" + "-url", "find" + "-links",
]))


def faults_of_text(path: str, text: str) -> list[str]:
    """Places of a developer's machine and package registries, by line."""
    faults = []
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in (("a place on somebody's machine", PLACES), ("a package registry", REGISTRIES)):
            if found := pattern.search(line):
                faults.append(f"{path}:{number}: {what}: {found[0]}")
    return faults


def test_tracked_files_name_no_machine_and_no_registry() -> None:
    if not (ROOT / ".git").exists():
        tops = (*HOUSE, "docs", "tools")
        names = [path.relative_to(ROOT).as_posix() for top in tops for path in (ROOT / top).rglob("*")]
    else:
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
                               ).stdout.split("\0")
    faults = []
    for name in names:
        path = ROOT / name
        # Recorded mail is what somebody else wrote, and a test case must stay as it came.
        if not path.is_file() or name.startswith("tests/cases/") or "/vendor/" in name:
            continue
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            faults += faults_of_text(name, content.decode("utf-8", "replace"))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("line", [
    "x = '/ho" + "me/ali/data'", "see /ro" + "ot/notes", "http://py" + "pi.org/simple", "--index" + "-url=x",
    "registry.npm" + "js.org/preact",
])
def test_a_planted_place_is_found(line: str) -> None:
    assert faults_of_text("x", "fine\n" + line) != []
    assert faults_of_text("x", "a home page, /var/lib/pishkhan, a root cause") == []


def test_own_scripts_stay_small() -> None:
    """The console's modules are read like the Python ones."""
    scripts = [path for top in HOUSE for path in (ROOT / top).rglob("*.js") if "vendor" not in path.parts]
    long = [f"{path.relative_to(ROOT)}: {n} lines" for path in scripts
            if (n := path.read_text(encoding="utf-8").count("\n")) > FILE_LINES]
    assert not long, "\n".join(long)
