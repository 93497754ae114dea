"""Who may import whom, what is pure, and that the core does not know its media."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.architecture.source import Module, called, dotted, imports

PARTS = frozenset({"settings", "router", "storage", "channels", "agents", "knowledge", "desk"})
#: The composition root: the command line and what it puts together. Only these know every part.
ROOTS = frozenset({"run", "house", "commands", "demo", "bench"})

#: Who may import whom, by top-level name. Everybody may import itself.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(ROOTS, PARTS | ROOTS),
    "settings": frozenset(),
    "router": frozenset(),
    "channels": frozenset({"router", "settings"}),
    "storage": frozenset({"router"}),
    "agents": frozenset({"router", "storage"}),
    "knowledge": frozenset({"router", "storage"}),
    "desk": frozenset({"router", "storage"}),
}
HOUSE = frozenset(MAY_IMPORT) | {"tests"}

#: All that a channel may know of the configuration; the rest of it is the composition root's business.
CHANNELS_FROM_SETTINGS = frozenset({"Secret", "ChannelSettings"})

PURE_CORE = frozenset({
    "byhand", "limits", "core", "model", "records", "events", "errors", "ports", "routes", "units", "rules"})
#: The engine of dialogues: definitions, checks, walks.
PURE_FLOWS = ("desk", "flows")
PURE_CHANNEL_MODULES = frozenset({"parse", "compose", "menu", "gsm", "twiml", "signature", "quotes"})

#: The standard library's value modules: no clock, no chance, no outside world.
VALUE_MODULES = frozenset({
    "__future__", "abc", "base64", "bisect", "calendar", "collections", "contextlib", "dataclasses", "datetime",
    "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "hmac", "html", "ipaddress",
    "itertools", "json", "math", "numbers", "operator", "re", "statistics", "string", "struct", "textwrap", "types",
    "typing", "unicodedata", "zoneinfo",
})
OUTSIDE_WORLD = frozenset({
    "aiohttp", "aioimaplib", "aiosmtplib", "aiosqlite", "asyncio", "concurrent", "ftplib", "glob", "httpx", "imaplib",
    "logging", "multiprocessing", "os", "pathlib", "psycopg", "random", "requests", "secrets", "select", "shutil",
    "signal", "smtplib", "socket", "sqlalchemy", "sqlite3", "sqlmodel", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "uuid",
})
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})


def table_of_imports(modules: Iterable[Module]) -> Iterator[str]:
    """Nobody imports what the table does not allow."""
    for module in modules:
        if not module.tested:
            continue
        top = module.parts[0]
        for each in imports(module):
            if each.top not in HOUSE or each.top == top:
                continue
            if each.top not in MAY_IMPORT.get(top, frozenset()):
                yield module.fault(each.node, f"{top} must not import {each.top}; see docs/architecture.md")
            elif top == "channels" and each.top == "settings" and (
                    not each.names or not set(each.names) <= CHANNELS_FROM_SETTINGS):
                wanted = ", ".join(sorted(CHANNELS_FROM_SETTINGS))
                yield module.fault(each.node, f"channels take only {wanted} from settings, by name")


def channels_apart(modules: Iterable[Module]) -> Iterator[str]:
    """A channel is one folder: media know neither each other nor the sandbox."""
    modules = list(modules)
    folders = {module.parts[1] for module in modules if module.parts[0] == "channels" and len(module.parts) > 2}
    for module in modules:
        if module.parts[0] != "channels" or len(module.parts) < 3 or module.parts[1] == "sandbox":
            continue
        for each in imports(module):
            for name in [each.module, *(f"{each.module}.{taken}" for taken in each.names)]:
                parts = name.split(".")
                if parts[0] == "channels" and len(parts) > 1 and parts[1] in folders - {module.parts[1]}:
                    yield module.fault(each.node, f"channels.{module.parts[1]} must not import channels.{parts[1]}")
                    break


def pure_kind(module: Module) -> str:
    """ "core" (only value modules), "declared" (no outside world), or "" for a module that may do things."""
    parts = module.parts
    if parts[0] == "router" and len(parts) > 1 and parts[1] in PURE_CORE:
        return "core"
    if (parts[0] == "channels" and parts[-1] in PURE_CHANNEL_MODULES) or parts[:2] == PURE_FLOWS:
        return "declared"
    first = (ast.get_docstring(module.tree) or "").split("\n\n")[0]
    return "declared" if module.tested and re.search(r"\bpure\b", first, re.IGNORECASE) else ""


def purity(modules: Iterable[Module]) -> Iterator[str]:
    """Pure modules (by place, or because their docstring says so) import no outside world and ask no clock."""
    for module in modules:
        kind = pure_kind(module)
        if not kind:
            continue
        for each in imports(module):
            if each.top in HOUSE:
                piece = (each.module.split(".") + list(each.names))[1] if each.top == "router" else ""
                if each.top == "router" and piece not in PURE_CORE:
                    yield module.fault(each.node, f"pure code must not import router.{piece}, which is not pure")
            elif each.top in OUTSIDE_WORLD or (kind == "core" and each.top not in VALUE_MODULES):
                yield module.fault(each.node, f"pure code must not import {each.top}")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = called(node)
                if (name.split(".")[-1] in CLOCK_CALLS and "." in name) or name in {"open", "input"}:
                    yield module.fault(node, f"pure code must not call {name}(); take the value as an argument")
            elif isinstance(node, ast.Global):
                yield module.fault(node, "pure code keeps no global state")


def frozen_values(modules: Iterable[Module]) -> Iterator[str]:
    """What travels is frozen, slotted and keyword-only."""
    for module in modules:
        # Rules may keep a picture that changes; what passes between parts may not.
        if pure_kind(module) != "core" or module.parts[1] == "rules":
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for mark in node.decorator_list:
                if not dotted(mark.func if isinstance(mark, ast.Call) else mark).endswith("dataclass"):
                    continue
                said = {word.arg for word in mark.keywords if isinstance(word.value, ast.Constant) and word.value.value
                        } if isinstance(mark, ast.Call) else set()
                if lacking := {"frozen", "slots", "kw_only"} - said:
                    yield module.fault(node, f"dataclass {node.name} lacks {', '.join(sorted(lacking))}")


def cycles(modules: Iterable[Module]) -> Iterator[str]:
    """No module imports itself around corners (imports for types only do not count)."""
    known = {module.name: module for module in modules if module.tested}
    edges: dict[str, list[str]] = {}
    for name, module in known.items():
        targets = [f"{each.module}.{taken}" if f"{each.module}.{taken}" in known else each.module
                   for each in imports(module) if not each.typing_only for taken in (each.names or ("",))]
        edges[name] = sorted({target for target in targets if target in known and target != name})
    done: set[str] = set()
    for start in sorted(edges):
        if cycle := _cycle(start, edges, done):
            yield f"{known[cycle[0]].path}:1: imports itself: {' -> '.join(cycle)}"


def _cycle(start: str, edges: Mapping[str, Sequence[str]], done: set[str]) -> list[str]:
    path: list[str] = []
    stack: list[tuple[str, int]] = [(start, 0)]
    while stack:
        name, turn = stack.pop()
        if turn == 0:
            if name in done:
                continue
            path.append(name)
        if turn == len(edges[name]):
            done.add(path.pop())
            continue
        stack.append((name, turn + 1))
        following = edges[name][turn]
        if following in path:
            return [*path[path.index(following):], following]
        if following not in done:
            stack.append((following, 0))
    return []


def medium_blind_core(modules: Iterable[Module]) -> Iterator[str]:
    """The core never asks which medium it is; what differs is data (`Limits`). A table by medium is data."""
    for module in modules:
        if module.parts[0] != "router":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Compare):
                sides = [each for side in (node.left, *node.comparators)
                         for each in (side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])]
            elif isinstance(node, ast.MatchValue):
                sides = [node.value]
            else:
                continue
            if any(re.search(r"\bMedium\.[A-Z]+$", dotted(side)) for side in sides):
                yield module.fault(node, "the core compares with a Medium; put the difference into Limits")
            elif any(dotted(side).split(".")[-1] == "medium" for side in sides) and any(
                    isinstance(side, ast.Constant) and isinstance(side.value, str) and side.value for side in sides):
                yield module.fault(node, "the core compares a medium with a text; put the difference into Limits")


def rows_stay_in_storage(modules: Iterable[Module]) -> Iterator[str]:
    """Nobody but storage knows tables or a database driver."""
    for module in modules:
        if not module.tested or module.parts[0] in {"storage", "bench"}:
            continue
        for each in imports(module):
            taken = {each.module, *(f"{each.module}.{name}" for name in each.names)}
            if each.top in {"sqlmodel", "sqlalchemy", "sqlite3", "aiosqlite", "psycopg"} or "storage.tables" in taken:
                yield module.fault(each.node, f"{each.module} outside storage/; ask storage for frozen values")
