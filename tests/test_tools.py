"""make and the scripts behind it: what they say on a machine that lacks something, and that CI's verdict is honest."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from run import parser

ROOT = Path(__file__).parent.parent


def run(command: list[str], cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run it, output and errors together."""
    kept = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "PYTHON", "CI"}}
    return subprocess.run(command, cwd=cwd, env=kept | environ, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, check=False)


def test_make_alone_lists_every_target() -> None:
    said = run(["make"], ROOT).stdout
    listed = re.findall(r"^  make (\S+) +(.+)$", said, re.MULTILINE)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [name for name, _ in listed] == targets
    assert {"run", "demo", "test", "check", "bench", "clean", "lock"} <= set(targets)


def test_make_calls_only_commands_that_there_are() -> None:
    called = set(re.findall(r"run\.py (\w+)", (ROOT / "Makefile").read_text()))
    inner = [each.choices for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    assert called <= set(inner[0])


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A clone's set-up script on a PATH without any Python."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup.sh", tmp_path / "tools")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "bin").mkdir()
    for name in ("bash", "dirname", "rm", "cmp", "cp", "mkdir"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def _python(folder: Path, *lacking: str) -> None:
    """A python3 on the PATH that lacks some modules, like Debian's without python3-venv."""
    blocked = folder / "blocked"
    blocked.mkdir()
    for name in lacking:
        (blocked / f"{name}.py").write_text("raise ImportError('not here')\n")
    script = folder / "bin" / "python3"
    script.write_text(f'#!{shutil.which("bash")}\nPYTHONPATH={blocked} exec {sys.executable} "$@"\n')
    script.chmod(0o755)


def setup(bare: Path) -> subprocess.CompletedProcess[str]:
    """The set-up of that clone."""
    return run([str(bare / "tools" / "setup.sh"), "requirements.txt"], bare, PATH=str(bare / "bin"))


def test_no_python_is_said_plainly(bare: Path) -> None:
    done = setup(bare)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stdout
    assert not (bare / ".venv").exists()


def test_an_old_python_is_not_taken(bare: Path) -> None:
    old = bare / "bin" / "python3"
    old.write_text(f"#!{shutil.which('bash')}\nexit 1  # what `sys.exit(sys.version_info < (3, 11))` answers\n")
    old.chmod(0o755)
    assert "Python 3.11 or newer is needed" in setup(bare).stdout


def test_a_python_that_cannot_make_environments_is_said_plainly(bare: Path) -> None:
    _python(bare, "ensurepip", "pip")
    done = setup(bare)
    assert done.returncode == 1
    assert "ensurepip is missing" in done.stdout
    assert "apt install python3-venv" in done.stdout


def test_an_environment_is_made_once_and_again_when_the_file_changes(bare: Path) -> None:
    _python(bare)
    first, second = setup(bare), setup(bare)
    assert first.returncode == 0, first.stdout
    assert "Making .venv" in first.stdout
    assert "Installing requirements.txt" in first.stdout
    assert second.stdout == ""
    (bare / "requirements.txt").write_text("# changed\n")
    third = setup(bare)
    assert third.returncode == 0, third.stdout
    assert "Installing" in third.stdout
    assert "Making" not in third.stdout


@pytest.mark.parametrize(("recipe", "status", "last"), [
    ("echo '5 passed in 3s'", 0, "5 passed in 3s"),
    ("echo '1 failed, 3 passed in 2s'; exit 1", 2, "1 failed, 3 passed in 2s"),
    ("echo 'no tests ran in 0.1s'; exit 5", 2, "no tests ran in 0.1s"),
    ("echo 'no tests ran in 0.1s'", 5, "no tests ran in 0.1s"),
    ("echo '2 errors in 1s'", 5, "2 errors in 1s"),
    ("true", 5, "pytest did not get to its closing line"),
    ("read word; echo \"1 passed $$word in CI=$$CI\"", 0, "1 passed  in CI=true"),
])
def test_the_verdict_of_continuous_integration_is_honest(tmp_path: Path, recipe: str, status: int, last: str) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text(f"test:\n\t@{recipe}\n")
    done = run([str(tmp_path / ".ci" / "run")], tmp_path)
    assert done.stdout.splitlines()[-1] == last
    assert done.returncode == status
