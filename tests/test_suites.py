"""A missing server is a failure where it could be installed, and is named where it could not."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import suites

ROOT = Path(__file__).parent.parent

TESTS = """
import pytest

@pytest.fixture
def server():
    raise RuntimeError("a fixture was made although its server is missing")

@pytest.mark.kannel
def test_gateway(server): ...

def test_plain(): ...
"""

PLUGIN = """
from tests import suites
from tests.suites import *
suites._PLACES = "/nowhere"
suites.strict = lambda environ={environ}: {strict}
"""


def _run(folder: Path, strict: bool) -> subprocess.CompletedProcess[str]:
    (folder / "test_planted.py").write_text(TESTS)
    (folder / "planted.py").write_text(PLUGIN.format(environ="{}", strict=strict))
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "planted", "-c", str(ROOT / "pyproject.toml"),
         "--rootdir", str(folder), str(folder / "test_planted.py")],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PYTEST_ADDOPTS": ""})


def test_fails_where_the_server_could_be_installed(tmp_path: Path) -> None:
    run = _run(tmp_path, strict=True)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "needs kannel, and this machine lacks bearerbox, smsbox" in run.stdout
    assert "apt-get install kannel kannel-extras" in run.stdout
    assert "a fixture was made" not in run.stdout
    assert "1 passed" in run.stdout


def test_is_left_out_and_named_elsewhere(tmp_path: Path) -> None:
    run = _run(tmp_path, strict=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "LEFT OUT" in run.stdout
    assert "kannel: 1 tests" in run.stdout
    assert "1 passed, 1 deselected" in run.stdout


@pytest.mark.parametrize("value", ["true", "1", "yes", "TRUE"])
def test_continuous_integration_is_strict(value: str) -> None:
    assert suites.strict({"CI": value})


def test_every_suite_is_a_registered_mark() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    marks = table["tool"]["pytest"]["ini_options"]["markers"]
    assert marks == [f"{name}: {suite.says}" for name, suite in suites.SUITES.items()]


def test_each_suite_says_how_to_get_it() -> None:
    for name, suite in suites.SUITES.items():
        assert suite.get, name
        assert suite.commands or suite.modules or suite.files, name


def test_a_command_that_is_nowhere_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception, match="make servers"):
        suites.command("no-such-server|nor-this")
    assert suites.command("no-such-server|sh").endswith("/sh")
