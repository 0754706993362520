"""Working days, sending hours, and the day it is in Bangkok."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.services.days_off import read_days_off

TABLES = Path(__file__).parents[2] / "config" / "days-off"
ONE_DAY = dt.timedelta(days=1)

days = st.dates(dt.date(2021, 10, 1), dt.date(2022, 9, 30))
some_days_off = st.frozensets(days, max_size=60)


@pytest.fixture
def working() -> WorkingDays:
    """The working days of FY2565 as the office's table has them."""
    return WorkingDays(read_days_off([TABLES / "2565.csv"]))


def bangkok(day: int, hour: int, minute: int = 0, *, month: int = 1) -> dt.datetime:
    """An instant of 2022 by the clock on the wall in Bangkok."""
    zone = dt.timezone(dt.timedelta(hours=7))
    return dt.datetime(2022, month, day, hour, minute, tzinfo=zone)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 1) -> dt.datetime:
    return dt.datetime(2022, month, day, hour, minute, tzinfo=dt.UTC)


# April 2022: Fri 1 · Wed 6 Chakri Day · Wed 13, Thu 14, Fri 15 Songkran · Mon 18 the next working day


@pytest.mark.parametrize(
    ("day", "includes"),
    [
        (dt.date(2022, 4, 5), True),
        (dt.date(2022, 4, 6), False),
        (dt.date(2022, 4, 9), False),
        (dt.date(2022, 4, 12), True),
        (dt.date(2022, 4, 13), False),
        (dt.date(2022, 4, 15), False),
        (dt.date(2022, 4, 17), False),
        (dt.date(2022, 4, 18), True),
    ],
    ids=["tuesday", "chakri", "saturday", "before", "songkran", "third_day", "sunday", "after"],
)
def test_working_days_around_songkran(working: WorkingDays, day: dt.date, includes: bool) -> None:
    assert working.includes(day) is includes


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (dt.date(2022, 3, 31), 5, dt.date(2022, 4, 8)),  # 1, 4, 5, 7, 8: the 6th is off
        (dt.date(2022, 4, 12), 1, dt.date(2022, 4, 18)),  # 13-15 off, 16-17 weekend
        (dt.date(2022, 4, 8), 5, dt.date(2022, 4, 20)),  # 11, 12, 18, 19, 20
        (dt.date(2022, 4, 16), 0, dt.date(2022, 4, 16)),  # none is the day itself
    ],
    ids=["over_chakri", "over_songkran", "five_over_songkran", "zero"],
)
def test_nth_working_day_after(working: WorkingDays, day: dt.date, count: int, expected: dt.date) -> None:
    assert working.after(day, count) == expected


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (dt.date(2022, 4, 18), 1, dt.date(2022, 4, 12)),
        (dt.date(2022, 4, 20), 3, dt.date(2022, 4, 12)),  # 19, 18, 12
        (dt.date(2022, 4, 16), 0, dt.date(2022, 4, 16)),
    ],
    ids=["over_songkran", "three_over_songkran", "zero"],
)
def test_nth_working_day_before(working: WorkingDays, day: dt.date, count: int, expected: dt.date) -> None:
    assert working.before(day, count) == expected


@given(day=days, days_off=some_days_off)
def test_moved_day_is_the_nearest_working_day(day: dt.date, days_off: frozenset[dt.date]) -> None:
    working = WorkingDays(days_off)

    later, earlier = working.on_or_after(day), working.on_or_before(day)

    assert working.includes(later)
    assert working.includes(earlier)
    between = [earlier + ONE_DAY * n for n in range((later - earlier).days + 1)]
    assert [each for each in between if working.includes(each)] == sorted({earlier, later})


@given(day=days, count=st.integers(1, 20), days_off=some_days_off)
def test_after_and_before_count_working_days(day: dt.date, count: int, days_off: frozenset[dt.date]) -> None:
    working = WorkingDays(days_off)

    later, earlier = working.after(day, count), working.before(day, count)

    after = [day + ONE_DAY * n for n in range(1, (later - day).days + 1)]
    before = [day - ONE_DAY * n for n in range(1, (day - earlier).days + 1)]
    assert sum(working.includes(each) for each in after) == count
    assert sum(working.includes(each) for each in before) == count
    assert working.includes(later)
    assert working.includes(earlier)


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (utc(3, 16, 59), dt.date(2022, 1, 3)),
        (utc(3, 17, 0), dt.date(2022, 1, 4)),
        (utc(3, 17, 30), dt.date(2022, 1, 4)),
        (bangkok(4, 23, 59), dt.date(2022, 1, 4)),
    ],
    ids=["last_minute", "midnight_in_bangkok", "tomorrow_in_bangkok", "given_in_bangkok"],
)
def test_today_is_bangkoks_day(office: OfficeTime, now: dt.datetime, today: dt.date) -> None:
    assert office.today(now) == today


def test_naive_instant_is_refused(office: OfficeTime) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        office.today(dt.datetime(2022, 1, 3))  # noqa: DTZ001


def test_instants_come_out_in_utc(office: OfficeTime) -> None:
    day = dt.date(2022, 1, 4)

    assert office.starts(day) == utc(3, 17)
    assert office.reminding(day) == utc(4, 2)
    assert office.at(day, dt.time(16, 30)) == utc(4, 9, 30)
    assert {each.tzinfo for each in (office.starts(day), office.reminding(day))} == {dt.UTC}


# January 2022: Mon 3 is off in lieu of New Year's Day · Tue 4 is the first working day


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (bangkok(4, 8, 29), bangkok(4, 8, 30)),
        (bangkok(4, 8, 30), bangkok(4, 8, 30)),
        (bangkok(4, 12, 0), bangkok(4, 12, 0)),
        (bangkok(4, 16, 29), bangkok(4, 16, 29)),
        (bangkok(4, 16, 30), bangkok(5, 8, 30)),
        (bangkok(7, 16, 30), bangkok(10, 8, 30)),  # Friday evening: Monday
        (bangkok(8, 10, 0), bangkok(10, 8, 30)),
        (bangkok(3, 10, 0), bangkok(4, 8, 30)),
        (utc(3, 17, 30), bangkok(4, 8, 30)),  # half past midnight on the 4th
    ],
    ids=[
        "before_opening", "opening", "noon", "last_minute", "closing", "friday_evening", "saturday",
        "day_off", "night",
    ],
)  # fmt: skip
def test_sending_hours(working: WorkingDays, now: dt.datetime, expected: dt.datetime) -> None:
    office = OfficeTime(working=working)

    assert office.next_sending(now) == expected
    assert office.may_send(now) is (now == expected)
    assert office.may_send(expected)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (bangkok(4, 8, 59), bangkok(4, 9)),
        (bangkok(4, 9, 0), bangkok(5, 9)),
        (bangkok(7, 9, 0), bangkok(10, 9)),
        (bangkok(1, 0, 0), bangkok(4, 9)),
        (utc(3, 17, 30), bangkok(4, 9)),
    ],
    ids=["before_nine", "at_nine_it_is_the_next", "friday", "new_year", "tomorrow_in_bangkok"],
)
def test_next_hour_of_reminding(working: WorkingDays, now: dt.datetime, expected: dt.datetime) -> None:
    assert OfficeTime(working=working).next_reminding(now) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (bangkok(4, 8, 59), bangkok(4, 9)),
        (bangkok(4, 9, 0), bangkok(4, 9)),
        (bangkok(4, 16, 29), bangkok(4, 16, 29)),
        (bangkok(4, 16, 30), bangkok(5, 9)),
        (bangkok(7, 16, 30), bangkok(10, 9)),
        (bangkok(3, 10, 0), bangkok(4, 9)),
        (utc(3, 17, 30), bangkok(4, 9)),
    ],
    ids=["before_nine", "nine", "last_minute", "closing", "friday_evening", "day_off", "night"],
)
def test_hours_of_making_messages(working: WorkingDays, now: dt.datetime, expected: dt.datetime) -> None:
    office = OfficeTime(working=working)

    assert office.next_gathering(now) == expected
    assert office.may_gather(now) is (now == expected)
    assert office.may_gather(expected)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (dt.date(2022, 1, 20), dt.date(2022, 1, 4)),  # Sat, Sun, Monday in lieu
        (dt.date(2022, 2, 1), dt.date(2022, 2, 1)),  # a Tuesday
        (dt.date(2022, 5, 31), dt.date(2022, 5, 2)),  # the 1st is a Sunday
    ],
    ids=["new_year", "tuesday", "sunday"],
)
def test_first_working_day(working: WorkingDays, month: dt.date, expected: dt.date) -> None:
    assert OfficeTime(working=working).first_working_day(month) == expected


def test_fiscal_year_follows_the_setting() -> None:
    day = dt.date(2021, 11, 1)

    assert OfficeTime().fiscal_year(day) == FiscalYear(2565)
    assert OfficeTime(fiscal_start_month=1).fiscal_year(day) == FiscalYear(2564, 1)
