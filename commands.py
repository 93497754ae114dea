"""The command line's work on a configured desk: doctor, user, migrate. Prints only through `say`."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import orjson

from agents import users
from channels.registry import kind
from house import House, utc_now
from knowledge import remote
from knowledge.command import take_in
from router.errors import BadRequest, PishkhanError
from router.model import Finding, Health
from router.ports import Accepted, Wire
from settings import Settings, SettingsError
from storage.lines import Lines
from storage.migrate import Shape, migrate, shape
from storage.store import SqlStore, Where

Say = Callable[[str], None]


def run(command: str, settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """One of the commands; returns the exit status."""
    where = Where(folder=Path(settings.storage.folder), database=settings.storage.database)
    if command == "migrate":
        return _migrate(where, given.json, say)
    if command == "doctor":
        return asyncio.run(_doctor(settings, where, given.json, say))
    if command == "knowledge":
        return asyncio.run(_knowledge(settings, where, given, say))
    return asyncio.run(_user(where, given, say))


async def _knowledge(settings: Settings, where: Where, given: argparse.Namespace, say: Say) -> int:
    host = settings.server.host if settings.server.host not in ("0.0.0.0", "::", "") else "127.0.0.1"
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.server.port}"
    if await remote.runs(url):
        return await remote.take_in(url, os.environ.get(remote.TOKEN, ""), given.files, login=given.by,
                                    state=given.state, dry=given.dry, as_json=given.json, say=say)
    where.folder.mkdir(parents=True, exist_ok=True)
    if shape(where.url) is Shape.EMPTY:
        migrate(where.url)
    store = SqlStore(where, utc_now, lambda entries: None)
    store.start()
    try:
        return await take_in(store, given.files, login=given.by, state=given.state, dry=given.dry,
                             four_eyes=settings.knowledge.four_eyes, as_json=given.json, say=say)
    finally:
        await store.close()


def _migrate(where: Where, as_json: bool, say: Say) -> int:
    where.folder.mkdir(parents=True, exist_ok=True)
    if shape(where.url) is Shape.NEWER:
        raise SettingsError("the database was made by a newer version of Pishkhan")
    steps = migrate(where.url)
    if as_json:
        say(orjson.dumps({"steps": steps}).decode())
    else:
        say(f"steps taken: {', '.join(steps)}" if steps else "the database is already of this version")
    return 0


async def _user(where: Where, given: argparse.Namespace, say: Say) -> int:
    where.folder.mkdir(parents=True, exist_ok=True)
    if shape(where.url) is Shape.EMPTY:
        migrate(where.url)
    store = SqlStore(where, utc_now, lambda entries: None)
    store.start()
    try:
        if given.action == "list":
            say(users.shown(await users.listed(store), as_json=given.json))
            return 0
        if not given.login:
            raise BadRequest("name the login: run.py user add LOGIN")
        if given.action == "add":
            _, password = await users.add(store, given.login, name=given.name, role=given.role)
        else:
            password = await users.set_password(store, given.login)
        say(orjson.dumps({"login": given.login, "password": password}).decode() if given.json
            else f"The password of «{given.login}» is «{password}». It is shown only now.")
        return 0
    except PishkhanError as error:
        say(orjson.dumps({"error": {"code": error.code, "message": error.message}}).decode() if given.json
            else f"not done: {error.message}")
        return 1
    finally:
        await store.close()


async def _doctor(settings: Settings, where: Where, as_json: bool, say: Say) -> int:
    """Every check of the database and of every channel; 1 when one of them is not well."""
    where.folder.mkdir(parents=True, exist_ok=True)
    findings: list[tuple[str, Finding]] = [("storage", _database(where))]
    if findings[0][1].ok:
        migrate(where.url)
        store = SqlStore(where, utc_now, lambda entries: None)
        store.start()
        try:
            for name, (common, own) in settings.channels.items():
                if common.enabled:
                    for finding in await _channel(settings, store, name, common.medium, common, own):
                        findings.append((name, finding))
        finally:
            await store.close()
    for place, finding in findings:
        if as_json:
            say(orjson.dumps({"where": place, "check": finding.check, "ok": finding.ok, "en": finding.en,
                              "fa": finding.fa}).decode())
        else:
            say(f"{'ok  ' if finding.ok else 'BAD '} {place}: {finding.check}: {finding.en}")
    return 0 if all(finding.ok for _, finding in findings) else 1


async def _channel(
    settings: Settings, store: SqlStore, name: str, medium: str, common: object, own: object
) -> list[Finding]:
    house = House(settings)
    wire = Wire(accept=_refuse, reads=Lines(store), blobs=store.blobs, bus=house.bus, clock=utc_now,
                report=_ignore, refused=_forget, base_url=house.url, zone=settings.desk.timezone)
    try:
        channel = kind(medium).adapter(name, own, common, wire)  # type: ignore[arg-type]
        async with asyncio.timeout(30):
            return list(await channel.check())
    except TimeoutError:
        return [Finding(check="time", ok=False, en="no answer within 30 seconds", fa="در ۳۰ ثانیه پاسخی نیامد")]
    except PishkhanError as error:
        return [Finding(check="check", ok=False, en=error.message, fa=error.message)]


def _database(where: Where) -> Finding:
    try:
        stands = shape(where.url)
    except Exception as error:  # whatever the database driver says, the doctor's answer is a line, not a traceback
        return Finding(check="database", ok=False, en=f"cannot be opened ({type(error).__name__})",
                       fa="پایگاه داده باز نمی‌شود")
    texts = {
        Shape.EMPTY: (True, "empty; it is made at the first start", "خالی است و در نخستین اجرا ساخته می‌شود"),
        Shape.CURRENT: (True, "is of this version", "هم‌نسخه است"),
        Shape.OLDER: (False, "is older; run `run.py migrate`", "قدیمی است؛ فرمان migrate را اجرا کنید"),
        Shape.NEWER: (False, "is newer than this program", "از این برنامه جدیدتر است"),
    }
    ok, en, fa = texts[stands]
    return Finding(check="database", ok=ok, en=en, fa=fa)


async def _refuse(item: object) -> Accepted:
    raise PishkhanError("a check must not take anything in")


async def _forget(reason: str) -> None:
    """A check records nothing."""


def _ignore(health: Health) -> None:
    """A check lights no lamp."""
