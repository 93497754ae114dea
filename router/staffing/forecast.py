"""Reads a forecast (TOML, JSON or CSV) into rows and a goal, and names every fault by line and key. Reckons nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from router.rules.erlang import Goal, Load, StaffingError, check

LARGEST = 20_000_000  #: bytes
MOST_ROWS = 100_000
#: Column names as people write them; Persian ones for those who keep their sheets in Persian.
_NAMES: Mapping[str, str] = {
    "start": "start", "شروع": "start", "ساعت": "start", "calls": "calls", "contacts": "calls", "تعداد": "calls",
    "تماس": "calls", "تماسها": "calls", "handling": "handling", "aht": "handling", "رسیدگی": "handling",
    "زمانرسیدگی": "handling", "patience": "patience", "صبر": "patience", "queue": "queue", "صف": "queue",
    "minutes": "minutes", "دقیقه": "minutes"}
_NUMBERS = ("calls", "handling", "patience", "minutes")
_GOAL = ("target", "within", "max_occupancy", "max_abandons", "shrinkage")


class ForecastError(Exception):
    """The forecast cannot be used. `faults` are (line or 0, key, what)."""

    def __init__(self, name: str, faults: Sequence[tuple[int, str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{name}{f':{line}' if line else ''}: {f'{key}: ' if key else ''}{what}"
                                   for line, key, what in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One interval of one queue."""

    start: str
    queue: str
    minutes: float
    calls: float
    handling: float
    patience: float | None

    @property
    def load(self) -> Load:
        """As the formulas want it."""
        return Load(rate=self.calls / (60.0 * self.minutes), handling=self.handling, patience=self.patience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds where a row says nothing."""

    minutes: float = 30.0
    handling: float | None = None
    patience: float | None = None


def load(path: Path, goal: Goal, defaults: Defaults) -> tuple[list[Row], Goal]:
    """Rows and goal of a file; what it does not say comes from the arguments. ForecastError with every fault."""
    name = str(path)
    try:
        if path.stat().st_size > LARGEST:
            raise ForecastError(name, [(0, "", f"is larger than {LARGEST // 1_000_000} MB")])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ForecastError(name, [(0, "", error.strerror or "cannot be read")]) from None
    except UnicodeDecodeError as error:
        raise ForecastError(name, [(0, "", f"is not UTF-8 (byte {error.start})")]) from None
    return parse(text, path.suffix.lower(), goal, defaults, name)


def parse(text: str, kind: str, goal: Goal, defaults: Defaults, name: str = "forecast") -> tuple[list[Row], Goal]:
    """As `load`, of a text; `kind` is .toml, .json or .csv."""
    reader = _Reader(name)
    if kind == ".csv":
        reader.csv(text, defaults)
    elif kind in (".toml", ".json"):
        goal = reader.table(_parsed(text, kind, name), goal, defaults)
    else:
        raise ForecastError(name, [(0, "", f"{kind or 'no ending'} is not read; .toml, .json and .csv are")])
    if not reader.rows and not reader.faults:
        reader.faults.append((0, "rows", "there are none"))
    if reader.faults:
        raise ForecastError(name, reader.faults)
    return reader.rows, goal


def _parsed(text: str, kind: str, name: str) -> object:
    try:
        return tomllib.loads(text) if kind == ".toml" else json.loads(text)
    except json.JSONDecodeError as error:
        raise ForecastError(name, [(error.lineno, "", error.msg)]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        raise ForecastError(name, [(int(found[1]) if found else 0, "", str(error))]) from None


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[Row] = []
        self.faults: list[tuple[int, str, str]] = []

    def csv(self, text: str, defaults: Defaults) -> None:
        first = text.partition("\n")[0]
        lines = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
        try:
            head = [_NAMES.get(_plain(cell), "") for cell in next(lines, [])]
            if "calls" not in head:
                self.faults.append((1, "calls", "no such column; the first line names start, calls, handling ..."))
                return
            for cells in lines:
                if any(cell.strip() for cell in cells):
                    given = {n: c.strip() for n, c in zip(head, cells, strict=False) if n and c.strip()}
                    self.row(lines.line_num, "", given, defaults)
        except csv.Error as error:
            self.faults.append((lines.line_num, "", str(error)))

    def table(self, table: object, goal: Goal, defaults: Defaults) -> Goal:
        if isinstance(table, list):
            table = {"rows": table}
        if not isinstance(table, dict):
            self.faults.append((0, "", "must be a table or a list of rows"))
            return goal
        for key in table:
            if key not in ("goal", "rows", "minutes", "handling", "patience"):
                self.faults.append((0, key, "is not known; goal, rows, minutes, handling and patience are"))
        common = {key: value for key in ("minutes", "handling", "patience")
                  if (value := self.number(0, key, table.get(key))) is not None}
        rows = table.get("rows", [])
        if not isinstance(rows, list):
            self.faults.append((0, "rows", "must be a list"))
            rows = []
        for number, each in enumerate(rows):
            if isinstance(each, dict):
                self.row(0, f"rows[{number}].", {_NAMES.get(_plain(k), str(k)): v for k, v in each.items()},
                         replace(defaults, **common))
            else:
                self.faults.append((0, f"rows[{number}]", "must be a table"))
        return self.goal(table.get("goal", {}), goal)

    def goal(self, given: object, goal: Goal) -> Goal:
        if not isinstance(given, dict):
            self.faults.append((0, "goal", "must be a table"))
            return goal
        made: dict[str, float] = {}
        for key, value in given.items():
            if key not in _GOAL:
                self.faults.append((0, f"goal.{key}", f"is not known; {', '.join(_GOAL)} are"))
            elif (number := self.number(0, f"goal.{key}", value)) is not None:
                made[key] = number if key == "target" else number / 100.0
        return replace(goal, **made)

    def row(self, line: int, place: str, given: Mapping[str, Any], defaults: Defaults) -> None:
        if len(self.rows) >= MOST_ROWS:
            if len(self.rows) == MOST_ROWS and not self.faults:
                self.faults.append((line, place, f"there are more than {MOST_ROWS} rows"))
            return
        known = {field.name for field in fields(Row)}
        for key in given:
            if key not in known:
                self.faults.append((line, f"{place}{key}", f"is not known; {', '.join(sorted(known))} are"))
        values = {key: self.number(line, f"{place}{key}", given.get(key)) for key in _NUMBERS}
        if values["calls"] is None and "calls" not in given:
            self.faults.append((line, f"{place}calls", "is missing"))
        handling = values["handling"] if values["handling"] is not None else defaults.handling
        if handling is None and "handling" not in given:
            self.faults.append((line, f"{place}handling", "is missing; --handling gives one for all rows"))
        made = Row(start=str(given.get("start", "")), queue=str(given.get("queue", "")), calls=values["calls"] or 0.0,
                   handling=handling or 0.0, minutes=defaults.minutes if values["minutes"] is None
                   else values["minutes"], patience=values["patience"] if "patience" in given else defaults.patience)
        if made.minutes <= 0:
            self.faults.append((line, f"{place}minutes", "must be above 0"))
            return
        try:
            check(made.load, Goal(target=20.0))
        except StaffingError as error:
            self.faults.append((line, f"{place}{'calls' if error.key == 'rate' else error.key}", error.reason))
        self.rows.append(made)

    def number(self, line: int, key: str, value: object) -> float | None:
        if isinstance(value, str):
            text = "".join(str(ord(c) % 16) if "۰" <= c <= "۹" or "٠" <= c <= "٩" else c for c in value)
            text = text.replace("٫", ".").replace("٬", "").strip()
            value = float(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", text) else value
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return None if value is None else float(value)
        self.faults.append((line, key, f"{str(value)[:40]!r} is no number"))
        return None


def _plain(cell: object) -> str:
    return re.sub(r"[\s\u200c_-]", "", str(cell)).lower().replace("ي", "ی").replace("ك", "ک")
