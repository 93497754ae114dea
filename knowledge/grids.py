"""Tables of an imported page as rows of our own marks; one that only lays out a page gives its pieces. Pure; linear."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.markup import CELLS

DEEPEST = 8  #: tables within tables; what is deeper flows as text, so that nobody makes us read it again and again
_SPAN = re.compile(r"""\bcolspan\s{0,5}=\s{0,5}["']?(\d{1,3})""", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_BOLD = re.compile(r"\*\*[^*]+\*\*")
_MARK = re.compile(r"(?:#{1,3}|[-•])[ \t]+")


class Grid:
    """One table while it is read. `start` is where its open cell begins in what is written."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.start: int | None = None
        self.inner = False  #: whether a table stands within it: then it lays out a page
        self._heads: list[bool] = []
        self._span = 1

    def row(self) -> None:
        """A row begins."""
        self.rows.append([])
        self._heads.append(True)

    def open(self, place: int, inner: str, *, head: bool) -> None:
        """A cell begins at a place."""
        if not self.rows:
            self.row()
        found = _SPAN.search(inner)
        self.start, self._span = place, min(CELLS, max(1, int(found[1]))) if found else 1
        self._heads[-1] = self._heads[-1] and head

    def close(self, content: str) -> None:
        """The open cell is complete."""
        self.start = None
        self.rows[-1] += [content] + [""] * (self._span - 1)

    def written(self) -> str:
        """Rows, with a rule under the head; of a table that lays out a page the pieces, one below the other."""
        rows = [(row, head) for row, head in zip(self.rows, self._heads, strict=True) if any(map(str.strip, row))]
        if self.inner or all(len(row) < 2 for row, _ in rows):
            return "\n\n" + "\n\n".join(cell for row, _ in rows for cell in row) + "\n\n"
        cells = [[flat(cell) for cell in row] for row, _ in rows]
        bold = all(not cell or _BOLD.fullmatch(cell) for cell in cells[0])  # how Word writes a head
        if bold and len(rows) > 1:
            cells[0] = [cell.strip("*") for cell in cells[0]]
        lines = [row_of(row) for row in cells]
        if len(rows) > 1 and (rows[0][1] or bold):
            lines.insert(1, "|" + "---|" * len(rows[0][0]))
        return "\n\n" + "\n".join(lines) + "\n\n"


def flat(cell: str) -> str:
    """What stands in a cell, in one line."""
    lines = (line.strip() for line in cell.split("\n"))
    return _SPACE.sub(" ", " ".join("• " + line[2:] if line.startswith("- ") else _MARK.sub("", line, count=1)
                                    if line.startswith("#") else line for line in lines if line)).strip()


def row_of(cells: Sequence[str]) -> str:
    """Cells as a row; a bar within one stays within it."""
    return "| " + " | ".join(cell.replace("\\|", "|").replace("|", "\\|") for cell in cells) + " |"
