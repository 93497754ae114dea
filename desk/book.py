"""The definitions of the house: read at the start, checked, linked, and kept by version for dialogues under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from desk.flows import checker, link
from desk.flows.model import Definition, Fault, Program
from storage.tx import StoreTx

SHIPPED = Path(__file__).parent / "flows" / "shipped"
FILES = 200  #: definitions of one folder
_KEPT = 200


def sources(folder: Path) -> dict[str, str]:
    """The definitions of a folder by file name."""
    found = sorted(folder.glob("*.toml"))[:FILES] if folder.is_dir() else []
    return {path.name: path.read_text(encoding="utf-8", errors="replace") for path in found}


class Book:
    """All definitions. A file of the house's own folder stands for a shipped one of the same flow name."""

    def __init__(self, folder: Path | None = None, *, queues: Sequence[str] = (),
                 endpoints: Sequence[str] = ()) -> None:
        shipped, faults = checker.check(sources(SHIPPED), queues=queues, endpoints=endpoints)
        own: dict[str, Definition] = {}
        if folder is not None:
            own, faults = checker.check(sources(folder), queues=queues, endpoints=endpoints, known=shipped)
        self.definitions: Mapping[str, Definition] = {**shipped, **own}
        self.faults: Sequence[Fault] = faults
        self.own = frozenset(own)
        self._programs: dict[str, Program] = {}
        self._pinned: dict[tuple[str, str], Program | None] = {}

    def sound(self, name: str) -> bool:
        """Whether a flow is there and nothing of the house's own files has a serious fault."""
        return name in self.definitions and not any(fault.serious for fault in self.faults)

    def program(self, name: str) -> Program:
        """The newest version. KeyError when there is no such flow."""
        if name not in self._programs:
            self._programs[name] = link.program(name, self.definitions)
        return self._programs[name]

    def sources_of(self, program: Program) -> dict[str, str]:
        """What a version consists of."""
        return {part: self.definitions[part].source for part in program.parts}

    def pinned(self, tx: StoreTx, name: str, version: str) -> Program | None:
        """The version a dialogue began with; None when it is gone or this release cannot read it any more."""
        if name in self.definitions and self.program(name).version == version:
            return self.program(name)
        if (name, version) not in self._pinned:
            while len(self._pinned) >= _KEPT:
                del self._pinned[next(iter(self._pinned))]
            self._pinned[name, version] = _linked(name, tx.flows.sources(name, version))
        return self._pinned[name, version]


def _linked(name: str, kept: Mapping[str, str]) -> Program | None:
    made, faults = checker.check(dict(kept))
    if name not in made or any(fault.serious for fault in faults):
        return None
    return link.program(name, made)
