"""Reads a scenario file into typed values and names every fault by line and key. Draws nothing.

A key it does not know is a warning, not a fault: files may carry words for their readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from router.simulation import fitting, positions
from router.simulation.checks import Faults
from router.simulation.scenario import Demand, Extra, Group, Medium, Scenario, ScenarioError, Spread, Surge

LARGEST = 50_000_000  #: bytes of a scenario file


def load(path: Path) -> Scenario:
    """Read and check a file. ScenarioError names everything that is wrong."""
    try:
        if path.stat().st_size > LARGEST:
            raise ScenarioError(str(path), [(0, "", f"is larger than {LARGEST // 1_000_000} MB")])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioError(str(path), [(0, "", error.strerror or "cannot be read")]) from None
    except UnicodeDecodeError as error:
        raise ScenarioError(str(path), [(0, "", f"is not UTF-8 (byte {error.start})")]) from None
    return parse(text, str(path))


def parse(text: str, name: str = "scenario") -> Scenario:
    """The scenario of a JSON text. ScenarioError names everything that is wrong."""
    try:
        read = positions.read(text)
    except positions.Malformed as error:
        raise ScenarioError(name, [(error.line, "", error.what)]) from None
    faults = Faults(read.lines)
    for line, key in read.doubles:
        faults.found.append((line, key, "stands twice in the same object"))
    made = _scenario(faults, read.value)
    if made is not None and not faults.found:
        fitting.check(faults, made)
    if faults.found or made is None:
        raise ScenarioError(name, sorted(set(faults.found)))
    return replace(made, warnings=tuple(faults.warnings))


_KNOWN = (
    "id", "title", "horizon_s", "drain_s", "open_at", "capacity_points", "channels", "concurrency_rate", "segments",
    "targets_s", "patience_s", "skills", "proficiency_speed", "agent_sigma", "sticky", "overdispersion", "lunch_s",
    "break_s", "no_answer_away_s", "extra_skill", "surges", "absence", "demand", "agent_groups")


def _scenario(f: Faults, table: Any) -> Scenario | None:
    if not isinstance(table, dict):
        f.add("", "must be a JSON object")
        return None
    f.unknown("", table, _KNOWN)
    horizon = f.number(table, "", "horizon_s", low=1, high=31 * 86_400)
    capacity = int(f.number(table, "", "capacity_points", low=1, high=1000, whole=True))
    levels = f.mapping(table, "", "proficiency_speed")
    for level in levels:
        if not level.isdecimal() or not 1 <= int(level) <= 5:
            f.add(f"proficiency_speed.{level}", "is no level; 1 to 5 are")
    speeds = {int(k): f.number(levels, "proficiency_speed", k, low=0.01, high=100) for k in levels if k.isdecimal()}
    segments = {name: f.number(f.mapping(table["segments"], "segments", name), f"segments.{name}", "weight", low=0)
                for name in f.mapping(table, "", "segments")}
    media = _media(f, table, segments, capacity)
    sticky, spread = f.mapping(table, "", "sticky", needed=False), f.mapping(table, "", "overdispersion", needed=False)
    return Scenario(
        title=f.text(table, "", "title"), horizon=horizon, capacity=capacity, media=media, segments=segments,
        drain=f.number(table, "", "drain_s", default=3600, high=31 * 86_400),
        open_at=f.clock(table, "", "open_at"), level_speed=speeds, rates=_rates(f, table),
        agent_sigma=f.number(table, "", "agent_sigma", default=0, high=3),
        sticky=(f.number(sticky, "sticky", "p", default=0, high=1),
                f.number(sticky, "sticky", "speedup", default=1, low=0.01, high=100)),
        day_cv=f.number(spread, "overdispersion", "day_cv", default=0, high=3),
        slot_cv=f.number(spread, "overdispersion", "half_hour_cv", default=0, high=3),
        lunch=f.number(table, "", "lunch_s", default=1800), pause=f.number(table, "", "break_s", default=600),
        away_after_missed=f.number(table, "", "no_answer_away_s", default=60),
        extras=_extras(f, table), surges=_surges(f, table), absences=_absences(f, table),
        demand=_demand(f, table, media, segments), groups=_groups(f, table, media, speeds))


def _media(f: Faults, table: Mapping[str, Any], segments: Mapping[str, float], capacity: int) -> dict[str, Medium]:
    made: dict[str, Medium] = {}
    targets, patience = f.mapping(table, "", "targets_s"), f.mapping(table, "", "patience_s")
    channels = f.mapping(table, "", "channels")
    f.unknown("targets_s", targets, tuple(channels))
    f.unknown("patience_s", patience, tuple(channels))
    for name in channels:
        place, each = f"channels.{name}", f.mapping(table["channels"], "channels", name)
        f.unknown(place, each, ("points", "work", "wrap_mean_s", "offer_timeout_s", "accept_mean_s", "no_answer_p"))
        points = int(f.number(each, place, "points", low=1, high=1000, whole=True))
        if points > capacity > 0:
            f.add(f"{place}.points", f"{points} is more than capacity_points {capacity}: nobody could take one")
        made[name] = Medium(
            points=points, work=_spread(f, f.mapping(each, place, "work"), f"{place}.work"),
            wrap_mean=f.number(each, place, "wrap_mean_s", default=0),
            offer_timeout=f.number(each, place, "offer_timeout_s", low=0.001),
            accept_mean=f.number(each, place, "accept_mean_s"),
            no_answer=f.number(each, place, "no_answer_p", default=0, high=1),
            targets={s: f.number(f.mapping(targets, "targets_s", name), f"targets_s.{name}", s, low=0.001)
                     for s in segments},
            patience=_patience(f, patience, name, segments))
    return made


def _patience(f: Faults, patience: Mapping[str, Any], name: str, segments: Mapping[str, float]
              ) -> dict[str, float | None]:
    place = f"patience_s.{name}"
    if name not in patience:
        f.add("patience_s", f"{name} is missing; null means that nobody gives up")
        return {}
    given = patience[name]
    if isinstance(given, dict):
        return {s: None if s in given and not given[s] else f.number(given, place, s, low=0.001) for s in segments}
    return {s: None if not given else f.number(patience, "patience_s", name, low=0.001) for s in segments}


def _spread(f: Faults, table: Mapping[str, Any], place: str) -> Spread:
    f.unknown(place, table, ("dist", "mean_s", "cv"))
    dist = f.choice(table, place, "dist", ("lognormal", "exp", "const"))
    return Spread(dist=dist, mean=f.number(table, place, "mean_s", low=0.001),
                  cv=f.number(table, place, "cv", low=0, high=100) if table.get("dist", dist) == "lognormal" else 0.0)


def _rates(f: Faults, table: Mapping[str, Any]) -> tuple[float, ...]:
    rates = f.items(table, "", "concurrency_rate", needed=True)
    return tuple(f.value(x, f"concurrency_rate[{i}]", low=0.001, high=1) for i, x in enumerate(rates))


def _extras(f: Faults, table: Mapping[str, Any]) -> tuple[Extra, ...]:
    return tuple(Extra(skill=f.text(e, p, "skill", needed=True), share=f.number(e, p, "p", high=1),
                       skills=f.names(e, p, "skills"), channels=f.names(e, p, "channels"))
                 for p, e in f.tables(table, "", "extra_skill", ("skill", "p", "skills", "channels")))


def _surges(f: Faults, table: Mapping[str, Any]) -> tuple[Surge, ...]:
    made = []
    for p, e in f.tables(table, "", "surges", ("start_s", "end_s", "factor", "skills", "channels")):
        start, end = f.span(e, p, "start_s", "end_s")
        made.append(Surge(start=start, end=end, factor=f.number(e, p, "factor", high=1000),
                          skills=f.names(e, p, "skills"), channels=f.names(e, p, "channels")))
    return tuple(made)


def _absences(f: Faults, table: Mapping[str, Any]) -> tuple[tuple[float, float, float], ...]:
    return tuple((*f.span(e, p, "start_s", "end_s"), f.number(e, p, "share", high=1))
                 for p, e in f.tables(table, "", "absence", ("start_s", "end_s", "share")))


def _demand(f: Faults, table: Mapping[str, Any], media: Mapping[str, Medium], segments: Mapping[str, float]
            ) -> tuple[Demand, ...]:
    made = []
    keys = ("channel", "per_hour_mean", "profile", "skill_mix", "segment_mix", "segment_phases", "backlog_at_open")
    for p, e in f.tables(table, "", "demand", keys, needed=True):
        profile = [f.value(x, f"{p}.profile[{i}]") for i, x in enumerate(f.items(e, p, "profile", needed=True))]
        if profile and not sum(profile):
            f.add(f"{p}.profile", "adds up to nothing")
        phases = tuple((*f.span(ph, q, "start_s", "end_s"), f.mix(ph, q, "mix", segments))
                       for q, ph in f.tables(e, p, "segment_phases", ("start_s", "end_s", "mix")))
        made.append(Demand(channel=f.choice(e, p, "channel", tuple(media)), per_hour=f.number(e, p, "per_hour_mean"),
                           profile=tuple(profile), skills=f.mix(e, p, "skill_mix", None),
                           segments=f.mix(e, p, "segment_mix", segments), phases=phases, backlog=_backlog(f, e, p)))
    return tuple(made)


def _backlog(f: Faults, e: Mapping[str, Any], p: str) -> tuple[tuple[int, str], ...]:
    made = []
    for i, pair in enumerate(f.items(e, p, "backlog_at_open")):
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], str)
                and isinstance(pair[0], int) and 0 <= pair[0] <= 1_000_000):
            f.add(f"{p}.backlog_at_open[{i}]", "must be [how many, skill]")
        else:
            made.append((pair[0], pair[1]))
    return tuple(made)


def _groups(f: Faults, table: Mapping[str, Any], media: Mapping[str, Medium], speeds: Mapping[int, float]
            ) -> tuple[Group, ...]:
    made = []
    for p, e in f.tables(table, "", "agent_groups", ("name", "n", "channels", "skills", "shifts", "backup_after_s"),
                         needed=True):
        skills = f.mapping(e, p, "skills")
        for skill, level in skills.items():
            if type(level) not in (int, float) or level not in speeds:
                f.add(f"{p}.skills.{skill}", f"level {level!r} is not in proficiency_speed")
        shifts = []
        for i, pair in enumerate(f.items(e, p, "shifts", needed=True)):
            if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, int | float) for x in pair)
                    and 0 <= pair[0] < pair[1]):
                f.add(f"{p}.shifts[{i}]", "must be [from, to] in seconds, from before to")
            else:
                shifts.append((float(pair[0]), float(pair[1])))
        channels = f.items(e, p, "channels", needed=True)
        for i, channel in enumerate(channels):
            if not isinstance(channel, str) or channel not in media:
                f.add(f"{p}.channels[{i}]", f"{channel!r} is none of {', '.join(media)}")
        made.append(Group(name=f.text(e, p, "name") or p, count=int(f.number(e, p, "n", high=100_000, whole=True)),
                          channels=tuple(map(str, channels)), skills=dict(skills), shifts=tuple(shifts),
                          backup_after=f.number(e, p, "backup_after_s", default=0)))
    return tuple(made)
