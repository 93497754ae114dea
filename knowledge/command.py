"""The command line's import of articles into a desk that is stopped. Prints only through `say`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from knowledge import importing, reading
from router.errors import BadRequest, PishkhanError
from router.records import Agent, Role
from storage.knowledge import ArticleState
from storage.store import SqlStore
from storage.tx import StoreTx

Say = Callable[[str], None]
_MARKS = {"created": "+", "changed": "~", "same": "=", "refused": "!"}


async def take_in(store: SqlStore, files: Sequence[Path], *, login: str, state: str, dry: bool, four_eyes: bool,
                  as_json: bool, say: Say) -> int:
    """A line for each item; 1 when one was refused."""
    refused = False
    try:
        apart(files)
        agent = await store.snapshot(lambda tx: _author(tx, login))
        for path in files:
            items = reading.read(path.name, content_of(path))
            report = await importing.run(store, agent, items, state=ArticleState(state), category=None, dry=dry,
                                         four_eyes=four_eyes)
            for line in report:
                refused |= line["outcome"] == "refused"
                say(json.dumps(line, ensure_ascii=False) if as_json else told(line))
    except PishkhanError as error:
        return printed(error, as_json=as_json, say=say)
    return int(refused)


def apart(files: Sequence[Path]) -> None:
    """BadRequest when two files of one call have one name: an article is known by it, and one would replace another."""
    twice = next((name for name, times in Counter(path.name for path in files).items() if times > 1), "")
    if twice:
        raise BadRequest(f"two files are called {twice}: put them into a zip, where their folders tell them apart")


def content_of(path: Path) -> bytes:
    """A file's bytes; BadRequest says why it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadRequest(f"{path}: cannot be read: {error.strerror}") from None


def printed(error: PishkhanError, *, as_json: bool, say: Say) -> int:
    """Say why nothing more was done; the exit status."""
    say(json.dumps({"error": {"code": error.code, "message": error.message}}) if as_json
        else f"not done: {error.message}")
    return 1


def told(line: dict[str, Any]) -> str:
    """A line of the report."""
    number = f" -> {line['article']}" if line["article"] else ""
    why = f": {line['why']}" if line["why"] else f" ({line['pictures']} pictures)" if line["pictures"] else ""
    return f"{_MARKS[line['outcome']]} {line['place']}: {line['title']}{number}{why}"


def _author(tx: StoreTx, login: str) -> Agent:
    """Whoever is named, else the first administrator."""
    people = [each for each in tx.desk.agents() if each.active]
    found = next((each for each in people if (each.login == login if login else each.role is Role.ADMIN)), None)
    if found is None:
        raise BadRequest(f"there is nobody with the login {login!r}" if login else "there is no administrator yet")
    return found
