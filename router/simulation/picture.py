"""Draws days as an SVG picture: who came, how long they waited, what was kept, how full the seats were, by half hour.
Figures in, text out; opens no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from router.simulation.figures import Outcome

WIDTH, PANEL, GAP, LEFT, RIGHT, TOP = 960, 170, 62, 76, 24, 96
_INK, _PALE, _BAR = "#1f2933", "#d9dee4", "#c9d6e4"
#: Told apart also by people who see fewer colours, and by their dashes.
_LINES = (("#1b6ca8", ""), ("#c2410c", "7 4"), ("#2f7d4f", "2 3"), ("#7c3aed", "9 3 2 3"), ("#8a6d00", "12 5"))
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"wait": "Mean wait of those answered (seconds)", "kept": "Answered within the promise (%)",
           "load": "Seats in use (%)", "arrived": "Contacts that came (each half hour)", "clock": "Time of day"},
    "fa": {"wait": "میانگین انتظار پاسخ‌گرفتگان (ثانیه)", "kept": "پاسخ در زمان وعده (٪)", "load": "ظرفیت در کار (٪)",
           "arrived": "تماس‌های رسیده (در هر نیم ساعت)", "clock": "ساعت روز"},
}
_DIGITS = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
_Slot = Mapping[str, float]


def draw(title: str, open_at: str, outcomes: Sequence[Outcome], *, language: str = "en") -> str:
    """One SVG document with four panels; a line for each policy."""
    words = _WORDS[language]
    panels: list[tuple[str, Callable[[_Slot], float | None], float]] = [
        ("arrived", lambda slot: slot["arrived"], 10.0),
        ("wait", lambda slot: slot["wait"] if slot["answered"] else None, 30.0),
        ("kept", lambda slot: 100 * slot["kept"] if slot["arrived"] else None, 0.0),
        ("load", lambda slot: 100 * slot["load"] if slot["staff"] > 0.01 else None, 100.0)]
    height = TOP + len(panels) * (PANEL + GAP)
    paper = _Paper(language, height)
    title = title if len(title) <= 140 else title[:139] + "…"
    paper.text(paper.start, 30, title, size=max(10, min(20, 1500 // max(1, len(title)))), anchor=paper.near, weight=600)
    _legend(paper, [outcome.policy for outcome in outcomes])
    for number, (name, value, least) in enumerate(panels):
        rows = [[value(slot) for slot in outcome.slots] for outcome in outcomes]
        top = TOP + number * (PANEL + GAP)
        most = max([least, *(v for row in rows for v in row if v is not None)])
        low = _floor(rows) if name == "kept" else 0.0
        axis = _Axis(top, low, 100.0 if name == "kept" else _round_up(most), len(rows[0]) if rows else 1)
        _frame(paper, axis, words[name], open_at)
        if name == "arrived":
            _bars(paper, axis, rows[0] if rows else [])
        else:
            for row, (colour, dash) in zip(rows, _LINES, strict=False):
                _line(paper, axis, row, colour, dash)
    paper.text(WIDTH / 2, height - 6, words["clock"], size=12, anchor="middle")
    return paper.document(title)


class _Axis:
    """Where a value of a half hour stands on the paper."""

    def __init__(self, top: float, low: float, high: float, count: int) -> None:
        self.top, self.low, self.high, self.count = top, low, high, max(1, count)
        self.step = (WIDTH - LEFT - RIGHT) / self.count

    def x(self, index: float) -> float:
        return LEFT + index * self.step

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.top + PANEL * (1.0 - share)


class _Paper:
    """The parts of the document."""

    def __init__(self, language: str, height: float) -> None:
        self.rtl, self.height = language == "fa", height
        self.language, self.parts = language, list[str]()
        self.start = WIDTH - RIGHT if self.rtl else LEFT
        #: SVG turns start and end around when the direction is right to left.
        self.near = "start"

    def number(self, value: float) -> str:
        text = f"{value:g}"
        return text.translate(_DIGITS) if self.rtl else text

    def text(self, x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", weight: int = 400,
             colour: str = _INK) -> None:
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}"'
            f' fill="{colour}">{escape(_clean(words))}</text>')

    def add(self, part: str) -> None:
        self.parts.append(part)

    def document(self, title: str) -> str:
        """Valid XML, with its title for those who hear it."""
        body = "\n".join(self.parts)
        direction = "rtl" if self.rtl else "ltr"
        return (f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" role="img"'
                f' viewBox="0 0 {WIDTH} {self.height:g}" width="{WIDTH}" height="{self.height:g}"'
                f' xml:lang="{self.language}" direction="{direction}"'
                f' font-family="Vazirmatn, DejaVu Sans, sans-serif">\n<title>{escape(_clean(title))}</title>\n'
                f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n')


def _legend(paper: _Paper, names: Sequence[str]) -> None:
    across = 0.0
    for name, (colour, dash) in zip(names, _LINES, strict=False):
        x = paper.start + (-across if paper.rtl else across)
        end = x - 34 if paper.rtl else x + 34
        paper.add(f'<line x1="{x:.1f}" y1="56" x2="{end:.1f}" y2="56" stroke="{colour}" stroke-width="3"'
                  f' stroke-dasharray="{dash or "none"}"/>')
        paper.text(end + (-8 if paper.rtl else 8), 60, name, size=13, anchor=paper.near)
        across += 70 + 8.2 * len(name)


def _frame(paper: _Paper, axis: _Axis, words: str, open_at: str) -> None:
    paper.text(paper.start, axis.top - 8, words, size=13, anchor=paper.near, weight=600)
    for part in range(5):
        value = axis.low + (axis.high - axis.low) * part / 4
        y = axis.y(value)
        paper.add(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{_PALE}"/>')
        paper.text(LEFT - 8, y + 4, paper.number(round(value, 1)), size=11, anchor="start" if paper.rtl else "end")
    hour, minute = (int(x) for x in open_at.split(":"))
    every = max(1, -(-axis.count // 16))
    every += every % 2 if axis.count > 16 else 0
    for index in range(0, axis.count + 1, every):
        at = hour * 60 + minute + index * 30
        clock = f"{at // 60 % 24:02}:{at % 60:02}"
        paper.text(axis.x(index), axis.top + PANEL + 16, clock.translate(_DIGITS) if paper.rtl else clock, size=11,
                   anchor="middle")


def _bars(paper: _Paper, axis: _Axis, row: Sequence[float | None]) -> None:
    for index, value in enumerate(row):
        if value:
            y = axis.y(value)
            paper.add(f'<rect x="{axis.x(index) + 2:.1f}" y="{y:.1f}" width="{max(1.0, axis.step - 4):.1f}"'
                      f' height="{axis.top + PANEL - y:.1f}" fill="{_BAR}"/>')


def _line(paper: _Paper, axis: _Axis, row: Sequence[float | None], colour: str, dash: str) -> None:
    path, pen = [], "M"
    for index, value in enumerate(row):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{axis.x(index + 0.5):.1f} {axis.y(value):.1f}")
        pen = "L"
    if path:
        paper.add(f'<path d="{" ".join(path)}" fill="none" stroke="{colour}" stroke-width="2.2"'
                  f' stroke-linejoin="round" stroke-linecap="round" stroke-dasharray="{dash or "none"}"/>')


def _floor(rows: Sequence[Sequence[float | None]]) -> float:
    """A promise that is kept nearly always is drawn from 50 or 80 % up, or nothing could be told apart."""
    least = min((v for row in rows for v in row if v is not None), default=0.0)
    return 80.0 if least >= 80 else 50.0 if least >= 50 else 0.0


def _round_up(value: float) -> float:
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next(size * step for step in (1, 2, 4, 6, 8, 10, 20) if size * step >= value)


def _clean(words: str) -> str:
    """Signs that no XML may hold are left out."""
    return "".join(c for c in words if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"
                                                       and not "\ud800" <= c <= "\udfff"))[:300]
