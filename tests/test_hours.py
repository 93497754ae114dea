"""Working hours: definitions read and refused, and every answer against an oracle that steps through the minutes."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.rules import jalali
from router.rules.hours import DAY, Calendar, Hours, HoursError, Span, always, read

TEHRAN = {"zone": "Asia/Tehran", "iran": True,
          "week": {"شنبه": ["08:00-12:00", "13:00-16:30"], "یک‌شنبه": "08:00-16:30", "دوشنبه": "08:00-16:30",
                   "سه شنبه": "08:00-16:30", "wednesday": "۰۸:۰۰-۱۶:۳۰", "پنج‌شنبه": "08:00-12:30", "جمعه": []},
          "holidays": [{"date": "1405-09-03", "fa": "شهادت", "en": "Mourning"},
                       {"date": "2026-11-27", "open": "09:00-11:00", "en": "Friday worked"}]}


def at(text: str, zone: str = "Asia/Tehran") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def local(moment: datetime | None) -> str:
    return "never" if moment is None else moment.strftime("%a %m-%d %H:%M")


@pytest.mark.parametrize(("moment", "is_open", "opening", "closing"), [
    ("2026-11-21T07:59", False, "Sat 11-21 08:00", "Sat 11-21 07:59"),
    ("2026-11-21T08:00", True, "Sat 11-21 08:00", "Sat 11-21 12:00"),
    ("2026-11-21T12:00", False, "Sat 11-21 13:00", "Sat 11-21 12:00"),  # two spans: closed at noon
    ("2026-11-21T16:30", False, "Sun 11-22 08:00", "Sat 11-21 16:30"),
    ("2026-11-23T17:00", False, "Wed 11-25 08:00", "Mon 11-23 17:00"),  # 3 Azar is a holiday, given in Jalali
    ("2026-11-26T13:00", False, "Fri 11-27 09:00", "Thu 11-26 13:00"),  # half Thursday, a Friday worked
    ("2027-03-18T13:00", False, "Thu 03-25 08:00", "Thu 03-18 13:00"),  # 29 Esfand to 4 Farvardin are closed
])
def test_the_iranian_week(moment: str, is_open: bool, opening: str, closing: str) -> None:
    hours = Hours(read(TEHRAN))
    assert hours.is_open(at(moment)) is is_open
    assert (local(hours.next_opening(at(moment))), local(hours.next_closing(at(moment)))) == (opening, closing)


def test_working_time_leaves_out_nights_fridays_and_holidays() -> None:
    hours = Hours(read(TEHRAN))
    # Thursday 12:00 to Saturday 09:00: half an hour, two hours of the Friday worked, one hour
    assert hours.working(at("2026-11-26T12:00"), at("2026-11-28T09:00")) == timedelta(hours=3.5)
    assert hours.working(at("2026-11-28T09:00"), at("2026-11-26T12:00")) == -timedelta(hours=3.5)
    assert local(hours.after(at("2026-11-26T12:00"), timedelta(hours=3.5))) == "Sat 11-28 09:00"
    assert local(hours.after(at("2026-11-26T12:00"), timedelta(minutes=30))) == "Thu 11-26 12:30"  # no later


def test_answer_by_is_a_clock_time_that_somebody_is_there() -> None:
    hours = Hours(read(TEHRAN))
    assert local(hours.answer_by(at("2026-11-21T15:52"), timedelta(hours=4))) == "Sun 11-22 11:30"
    assert local(hours.answer_by(at("2026-11-21T12:22"), timedelta(hours=3, minutes=27))) == "Sat 11-21 16:30"
    assert local(hours.answer_by(at("2026-11-26T12:22"), timedelta(hours=1))) == "Fri 11-27 10:00"
    assert Hours(read({"week": {}})).answer_by(at("2026-11-26T12:22"), timedelta(hours=1)) is None


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    hours = Hours(read({"week": {"thursday": "22:00-06:00", "friday": "22:00-06:00"}, "holidays": ["2026-11-27"]}))
    assert hours.is_open(at("2026-11-27T03:00"))  # Thursday's night, though Friday is a holiday
    assert not hours.is_open(at("2026-11-27T23:00"))
    assert local(hours.next_closing(at("2026-11-26T23:00"))) == "Fri 11-27 06:00"


def test_open_day_and_night_never_closes_and_an_empty_week_never_opens() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    day_and_night, never = Hours(always()), Hours(read({"week": {}, "holidays": ["1405-01-01"]}))
    assert day_and_night.next_closing(now) is None and day_and_night.next_opening(now) == now
    assert day_and_night.working(now, now + timedelta(days=400)) == timedelta(days=400)
    assert day_and_night.after(now, timedelta(days=4000)) == now + timedelta(days=4000)
    assert never.next_opening(now) is None and never.after(now, timedelta(seconds=1)) is None
    assert never.next_closing(now) == now and never.after(now, timedelta()) == now
    some_day = Hours(read({"zone": "UTC", "week": {}, "holidays": [{"date": "2031-01-05", "open": "08:00-09:00"}]}))
    assert local(some_day.next_opening(now)) == "Sun 01-05 08:00"
    assert some_day.after(now, timedelta(hours=1)) == datetime(2031, 1, 5, 9, tzinfo=UTC)
    assert some_day.after(now, timedelta(hours=1, microseconds=1)) is None


@pytest.mark.parametrize(("zone", "day", "span", "hours"), [
    ("Europe/Berlin", date(2026, 3, 29), "00:00-06:00", 5),  # 02:00 -> 03:00
    ("Europe/Berlin", date(2026, 3, 29), "02:15-02:45", 0),  # does not exist
    ("Europe/Berlin", date(2026, 3, 29), "02:30-04:00", 1),  # opens at the jump
    ("Europe/Berlin", date(2026, 10, 25), "00:00-06:00", 7),
    ("Europe/Berlin", date(2026, 10, 25), "02:30-03:30", 2),  # from the first half past two
    ("Asia/Tehran", date(2022, 3, 22), "00:00-02:00", 1),  # Iran's last summer time began at midnight
    ("Asia/Tehran", date(2022, 9, 21), "22:00-24:00", 3),  # and ended at midnight
    ("Pacific/Apia", date(2011, 12, 30), "00:00-24:00", 0),  # a day that Samoa left out
])
def test_clocks_that_are_set(zone: str, day: date, span: str, hours: float) -> None:
    calendar = Hours(read({"zone": zone, "week": {}, "holidays": [{"date": day.isoformat(), "open": span}]}))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert calendar.working(noon - timedelta(days=3), noon + timedelta(days=3)) == timedelta(hours=hours)


@pytest.mark.parametrize(("table", "faults"), [
    ({"zone": "Tehran"}, {"zone": "no time zone"}),
    ({"zone": "../../etc/passwd"}, {"zone": "no time zone"}),
    ({"weeks": {}}, {"weeks": "is not known"}),
    ([], {"calendar": "must be a table"}),
    ({"week": {"caturday": "8-9"}}, {"week.caturday": "no weekday"}),
    ({"week": {"شنبه": "8:00", "saturday": "08:00-09:00"}, "iran": 1},
     {"week.شنبه": "no span", "week.saturday": "given twice", "iran": "true or false"}),
    ({"week": {"monday": "08:00-25:00"}}, {"week.monday": "no clock"}),
    ({"week": {"monday": "08:61-09:00"}}, {"week.monday": "no clock"}),
    ({"week": {"monday": "24:00-09:00"}}, {"week.monday": "no clock"}),
    ({"week": {"monday": "08:00-08:00"}}, {"week.monday": "same time"}),
    ({"week": {"monday": ["08:00-12:00", "11:59-13:00"]}}, {"week.monday": "08:00-12:00 and 11:59-13:00 overlap"}),
    ({"week": {"monday": "22:00-06:00", "tuesday": "05:00-08:00"}}, {"week": "monday reaches into the hours of tues"}),
    ({"week": {"sunday": "22:00-06:00", "monday": "05:00-08:00"}}, {"week": "sunday reaches into the hours of monday"}),
    ({"week": {"monday": [8, 9]}}, {"week.monday": "list of such spans"}),
    ({"week": {"monday": ["08:00-08:01"] * 25}}, {"week.monday": "more than 24"}),
    ({"holidays": ["1405-12-30", "1403-12-30", "2026-02-30", "soon", {}, 7,
                   {"date": "1405-01-01", "every": "01-01"}]},
     {"holidays[1].date": "no day 30", "holidays[3].date": "out of range|must be in|day", "holidays[4].date": "no date",
      "holidays[5]": "either", "holidays[6]": "must be a date", "holidays[7]": "either"}),
    ({"holidays": [{"date": "1405-01-05", "until": "1405-01-01"}]}, {"holidays[1].until": "within 60 days"}),
    ({"holidays": [{"date": "1405-01-05", "until": "1499-01-01"}]}, {"holidays[1].until": "within 60 days"}),
    ({"holidays": [{"every": "12-31"}, {"every": "13-01"}, {"date": "1405-01-01", "reason": "x"}]},
     {"holidays[1].every": "no month", "holidays[2].every": "no month", "holidays[3].reason": "is not known"}),
])
def test_a_bad_definition_is_refused_with_every_fault(table: object, faults: dict[str, str]) -> None:
    with pytest.raises(HoursError) as refused:
        read(table)
    found = dict(refused.value.faults)
    assert set(found) == set(faults)
    for place, words in faults.items():
        assert any(word in found[place] for word in words.split("|")), found[place]


@given(st.dates(date(1850, 1, 1), date(2200, 1, 1)))
def test_jalali_dates_as_an_independent_library_has_them(day: date) -> None:
    other = jdatetime.date.fromgregorian(date=day)
    if 1300 <= other.year <= 1402 or 1404 <= other.year <= 1500:  # where its arithmetic rule and the calendar agree
        assert jalali.from_gregorian(day) == (other.year, other.month, other.day)
    assert jalali.to_gregorian(*jalali.from_gregorian(day)) == day


@pytest.mark.parametrize(("written", "day"), [
    ((1403, 12, 30), date(2025, 3, 20)), ((1404, 1, 1), date(2025, 3, 21)), ((1405, 8, 30), date(2026, 11, 21)),
    ((1408, 12, 30), date(2030, 3, 20)), ((1357, 11, 22), date(1979, 2, 11)), ((1399, 12, 30), date(2021, 3, 20))])
def test_known_jalali_days(written: tuple[int, int, int], day: date) -> None:
    assert jalali.to_gregorian(*written) == day


# --- the oracle

ZONES = ["UTC", "Asia/Tehran", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"]
#: Days around which clocks were set, and days that are nothing special.
DAYS = [date(2022, 3, 22), date(2022, 9, 21), date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5),
        date(2026, 10, 4), date(2026, 11, 20), date(2026, 3, 8),
        date(2026, 11, 1), date(2026, 2, 15), date(2026, 3, 22),
        date(2025, 3, 20)]

_minute = st.integers(0, 24 * 4).map(lambda quarter: quarter * 900)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(_minute, max_size=6)))
    found = [Span(start=a, end=b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    if draw(st.integers(0, 4)) == 0:  # a night, which may overlap the next morning: days of their own can do that
        begin = max([s.end for s in found], default=20 * 3600)
        if begin < DAY:
            found.append(Span(start=begin, end=DAY + draw(st.integers(1, 40)) * 900))
    return tuple(found)


def stepping(calendar: Calendar, day: date) -> list[tuple[datetime, bool]]:
    """Every minute of three days, open or not: a span is open from the first minute that the clock shows its start."""
    zone = ZoneInfo(calendar.zone)
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=4)
    minutes = [begin + timedelta(minutes=n) for n in range(8 * 1440)]
    shown = [m.astimezone(zone).replace(tzinfo=None) for m in minutes]
    first: dict[datetime, int] = {}

    def reached(wall: datetime) -> int:
        if wall not in first:
            first[wall] = next((i for i, clock in enumerate(shown) if clock >= wall), len(minutes))
        return first[wall]

    opened = [False] * len(minutes)
    for offset in range(-3, 4):
        each = day + timedelta(days=offset)
        midnight = datetime.fromordinal(each.toordinal())
        for span in calendar.spans(each):
            low, high = (reached(midnight + timedelta(seconds=second)) for second in (span.start, span.end))
            for index in range(low, high):
                opened[index] = True
    middle = [i for i, m in enumerate(minutes) if abs(m - begin - timedelta(days=4, hours=12)) <= timedelta(hours=30)]
    return [(minutes[i], opened[i]) for i in middle]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from(DAYS), st.lists(spans(), min_size=7, max_size=7),
       st.dictionaries(st.integers(-2, 2), spans(), max_size=2),
       st.dictionaries(st.integers(-2, 2), spans(), max_size=1), st.data())
def test_every_answer_is_the_one_that_stepping_through_the_minutes_gives(
    zone: str, day: date, week: list[tuple[Span, ...]], dates: dict[int, tuple[Span, ...]],
    yearly: dict[int, tuple[Span, ...]], data: st.DataObject,
) -> None:
    calendar = Calendar(zone=zone, week=tuple(week), dates={day + timedelta(days=n): s for n, s in dates.items()},
                        yearly={jalali.from_gregorian(day + timedelta(days=n))[1:]: s for n, s in yearly.items()})
    hours, steps = Hours(calendar), stepping(calendar, day)
    assert [hours.is_open(m) for m, _ in steps] == [is_open for _, is_open in steps]
    low, high = sorted(data.draw(st.lists(st.integers(0, len(steps) - 1), min_size=2, max_size=2)))
    begin, end = steps[low][0], steps[high][0]
    worked = sum(is_open for _, is_open in steps[low:high])
    assert hours.working(begin, end) == timedelta(minutes=worked)
    # Compared and reckoned in UTC: in the hour that a clock shows twice, local times are neither equal nor in order.
    for found, wanted in ((hours.next_opening(begin), True), (hours.next_closing(begin), False)):
        answer = None if found is None else found.astimezone(UTC)
        stepped = next((m for m, is_open in steps[low:] if is_open is wanted), None)
        assert answer == stepped if stepped is not None else answer is None or answer > steps[-1][0]
    if worked:
        reached = hours.after(begin, timedelta(minutes=worked))
        assert reached is not None and reached <= end and hours.working(begin, reached) == timedelta(minutes=worked)
        before = reached.astimezone(UTC) - timedelta(seconds=1)
        assert hours.working(begin, before) == timedelta(minutes=worked, seconds=-1)


def test_years_of_working_time_take_no_time() -> None:
    hours = Hours(read(TEHRAN))
    begin = time.process_time()
    reached = hours.after(at("2020-01-01T00:00"), timedelta(hours=30_000))
    assert reached is not None and hours.working(at("2020-01-01T00:00"), reached) == timedelta(hours=30_000)
    assert time.process_time() - begin < 1.0
    begin = time.process_time()
    for number in range(10_000):
        hours.after(at("2026-01-01T00:00") + timedelta(minutes=37 * number), timedelta(hours=16))
    assert time.process_time() - begin < 2.0


def test_odd_moments_are_refused() -> None:
    hours = Hours(always())
    for odd in (datetime(1800, 1, 1, tzinfo=UTC), datetime(2500, 1, 1, tzinfo=UTC),
                datetime.fromisoformat("2026-01-01")):
        with pytest.raises(ValueError, match=r"between|aware"):
            hours.is_open(odd)
    with pytest.raises(ValueError, match="negative"):
        hours.after(datetime(2026, 1, 1, tzinfo=UTC), -timedelta(seconds=1))
