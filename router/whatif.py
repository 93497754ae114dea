"""A recorded day lived again as routing is set now and as a draft would have it, side by side. Opens nothing.

`lived` is a long computation: it belongs into a process of its own and says how far it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from router.core import Config, Core, Policy
from router.rules.jalali import from_gregorian
from router.rules.plan import DEFAULT
from router.simulation import picture
from router.simulation.figures import Fate, Outcome, figures
from router.simulation.history import History
from router.simulation.replay import WORDS, difference, replayed
from router.simulation.world import World

RECORDED, NOW, DRAFT = "recorded", "now", "draft"
LIVES = (RECORDED, NOW, DRAFT)
MOST_ROWS = 300  #: queues and segments that are told apart
STEP = 1000  #: events between two words about how far it is
_TITLES: Mapping[str, Mapping[str, str]] = {
    "en": {RECORDED: "as it was", NOW: "as set now", DRAFT: "as drafted"},
    "fa": {RECORDED: "آن‌گونه که بود", NOW: "با شیوهٔ کنونی", DRAFT: "با پیش‌نویس"}}
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
#: What this comparison adds to the notes of a replay.
_NOTES: Mapping[str, Mapping[str, str]] = {
    "rings": {"en": "steps that move a contact to another queue or medium are as they were; those that let "
                    "others take it are lived",
              "fa": "گام‌هایی که تماس را به صف یا رسانهٔ دیگر می‌برند همان‌اند که بودند؛ "
                    "گام‌هایی که آن را به دیگران می‌گشایند از نو اجرا می‌شوند"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How queues are served: policies by name, and which queue follows which; the others follow "default"."""

    policies: Mapping[str, Policy]
    groups: Mapping[str, str] = field(default_factory=dict)  #: name of a queue -> name of a policy
    priorities: Mapping[str, int] = field(default_factory=dict)

    def core(self, config: Config) -> Core:
        """A core that is set so."""
        queues = tuple(replace(queue, group=self._group(str(queue.id)), priority=self.priorities.get(str(queue.id), 0))
                       for queue in config.queues)
        return Core(replace(config, policies={**config.policies, **self.policies}, queues=queues))

    def _group(self, queue: str) -> str:
        name = self.groups.get(queue, DEFAULT)
        return name if name in self.policies else DEFAULT


def lived(history: History, start: datetime, end: datetime, now: Rules, draft: Rules,
          told: Callable[[float], None], *, seed: int = 1) -> dict[str, Any]:
    """JSON-able: what was, what the rules of now and the draft make of it, and the difference of these two. `told`
    hears the share that is done. HistoryError when nobody came or nobody was there."""
    found = replayed(history, start, end, seed=seed)
    outcomes = [found.recorded]
    for number, rules in enumerate((now, draft)):
        world = World(found.day, rules.policies.get(DEFAULT, Policy()), make=rules.core)
        for step, at in enumerate(world.steps()):
            if step % STEP == 0:
                told((number + min(1.0, at / found.day.end)) / 2)
        outcomes.append(world.outcome())
    told(1.0)
    each = [figures(outcome) for outcome in outcomes]
    notes = [{"code": code, "n": count, **{language: WORDS[language][code].format(n=count) for language in WORDS}}
             for code, count in found.notes]
    notes += [{"code": code, "n": 1, **words} for code, words in _NOTES.items()]
    return {"lives": [{"name": name, **row} for name, row in zip(LIVES, each, strict=True)], "notes": notes,
            "difference": difference(each[1], each[2]), "kept": kept(outcomes), "halves": halves(outcomes),
            "pictures": {language: _drawn(_title(start, language), outcomes, language) for language in _TITLES}}


def kept(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """By queue and segment, most contacts first: how many, the share answered within the promise, the mean wait of
    those answered, for each life."""
    rows: dict[tuple[str, str], dict[str, list[Fate]]] = defaultdict(lambda: {name: [] for name in LIVES})
    for name, outcome in zip(LIVES, outcomes, strict=True):
        for fate in outcome.fates:
            if fate.counts:
                rows[fate.queue, fate.segment][name].append(fate)
    ordered = sorted(rows.items(), key=lambda row: (-len(row[1][RECORDED]), row[0]))[:MOST_ROWS]
    return [{"queue": queue, "segment": segment, **{name: _told(fates) for name, fates in lives.items()}}
            for (queue, segment), lives in ordered]


def _told(fates: Sequence[Fate]) -> dict[str, Any]:
    waits = [fate.wait for fate in fates if fate.outcome == "answered"]
    return {"n": len(fates), "kept": round(sum(fate.kept for fate in fates) / len(fates), 4) if fates else None,
            "wait": round(sum(waits) / len(waits), 1) if waits else None}


def halves(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """By half hour: seconds since the day began, who came, and of each life the mean wait, the share kept, load."""
    return [{"from": slots[0]["from"], "arrived": slots[0]["arrived"],
             **{name: {key: round(slot[key], 4) for key in ("wait", "kept", "load")}
                for name, slot in zip(LIVES, slots, strict=True)}}
            for slots in zip(*(outcome.slots for outcome in outcomes), strict=True)]


def _title(start: datetime, language: str) -> str:
    day = start.date()
    year, month, number = from_gregorian(day) if language == "fa" else (day.year, day.month, day.day)
    text = f"{year}-{month:02}-{number:02}"
    return text.replace("-", "/").translate(_PERSIAN) if language == "fa" else text


def _drawn(title: str, outcomes: Sequence[Outcome], language: str) -> str:
    named = [replace(outcome, policy=_TITLES[language][name]) for name, outcome in zip(LIVES, outcomes, strict=True)]
    return picture.draw(title, "00:00", named, language=language)
