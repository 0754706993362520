"""The fiscal calendar: its years, halves, quarters and months, and their labels."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import (
    FiscalYear,
    date_label,
    first_of_month,
    last_of_month,
    month_label,
    next_month,
)

ONE_DAY = dt.timedelta(days=1)
REGULAR = [Cadence.MONTHLY, Cadence.QUARTERLY, Cadence.HALF_YEARLY, Cadence.YEARLY]

years = st.integers(2440, 2640)
start_months = st.integers(1, 12)
days = st.dates(dt.date(1900, 1, 1), dt.date(2098, 12, 31))


@given(year=years, start_month=start_months, cadence=st.sampled_from(REGULAR))
def test_periods_cover_the_year_without_gap_or_overlap(year: int, start_month: int, cadence: Cadence) -> None:
    fiscal_year = FiscalYear(year, start_month)

    periods = fiscal_year.periods(cadence)

    covered = [
        each.starts_on + ONE_DAY * n
        for each in periods
        for n in range((each.ends_on - each.starts_on).days + 1)
    ]
    length = (fiscal_year.ends_on - fiscal_year.starts_on).days + 1
    assert covered == [fiscal_year.starts_on + ONE_DAY * n for n in range(length)]
    assert length in (365, 366)


@given(year=years, start_month=start_months)
def test_periods_start_and_end_with_a_month(year: int, start_month: int) -> None:
    periods = list(FiscalYear(year, start_month).all_periods())

    assert len(periods) == 12 + 4 + 2 + 1
    assert len({each.label for each in periods}) == 19
    assert all(each.starts_on.day == 1 for each in periods)
    assert all((each.ends_on + ONE_DAY).day == 1 for each in periods)


@given(year=years, start_month=start_months)
def test_years_follow_each_other_without_gap(year: int, start_month: int) -> None:
    assert FiscalYear(year, start_month).ends_on + ONE_DAY == FiscalYear(year + 1, start_month).starts_on


@given(day=days, start_month=start_months)
def test_containing_finds_the_year_of_a_day(day: dt.date, start_month: int) -> None:
    year = FiscalYear.containing(day, start_month=start_month)

    assert year.starts_on <= day <= year.ends_on
    assert year.start_month == start_month


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (dt.date(2021, 9, 30), 2564),
        (dt.date(2021, 10, 1), 2565),
        (dt.date(2021, 12, 31), 2565),
        (dt.date(2022, 1, 1), 2565),
        (dt.date(2022, 9, 30), 2565),
        (dt.date(2022, 10, 1), 2566),
    ],
    ids=["last_day_before", "first_day", "end_of_december", "new_year", "last_day", "first_day_after"],
)
def test_containing_at_the_edges_of_fiscal_year_2565(day: dt.date, year: int) -> None:
    assert FiscalYear.containing(day) == FiscalYear(year)


@pytest.mark.parametrize(
    ("start_month", "starts_on", "ends_on"),
    [
        (10, dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
        (1, dt.date(2022, 1, 1), dt.date(2022, 12, 31)),
        (4, dt.date(2021, 4, 1), dt.date(2022, 3, 31)),
        (12, dt.date(2021, 12, 1), dt.date(2022, 11, 30)),
    ],
    ids=["october", "january_is_the_calendar_year", "april", "december"],
)
def test_start_month_of_fiscal_year_2565(start_month: int, starts_on: dt.date, ends_on: dt.date) -> None:
    year = FiscalYear(2565, start_month)

    assert (year.starts_on, year.ends_on) == (starts_on, ends_on)


def test_months_of_2565_are_labelled_by_calendar_month() -> None:
    assert [(each.label, each.ends_on) for each in FiscalYear(2565).periods(Cadence.MONTHLY)] == [
        ("2564-10", dt.date(2021, 10, 31)),
        ("2564-11", dt.date(2021, 11, 30)),
        ("2564-12", dt.date(2021, 12, 31)),
        ("2565-01", dt.date(2022, 1, 31)),
        ("2565-02", dt.date(2022, 2, 28)),
        ("2565-03", dt.date(2022, 3, 31)),
        ("2565-04", dt.date(2022, 4, 30)),
        ("2565-05", dt.date(2022, 5, 31)),
        ("2565-06", dt.date(2022, 6, 30)),
        ("2565-07", dt.date(2022, 7, 31)),
        ("2565-08", dt.date(2022, 8, 31)),
        ("2565-09", dt.date(2022, 9, 30)),
    ]


def test_longer_periods_of_2565_are_labelled_by_fiscal_year() -> None:
    longer = [each for each in FiscalYear(2565).all_periods() if each.cadence is not Cadence.MONTHLY]

    assert [(each.label, each.starts_on, each.ends_on) for each in longer] == [
        ("2565-Q1", dt.date(2021, 10, 1), dt.date(2021, 12, 31)),  # in the calendar year before
        ("2565-Q2", dt.date(2022, 1, 1), dt.date(2022, 3, 31)),
        ("2565-Q3", dt.date(2022, 4, 1), dt.date(2022, 6, 30)),
        ("2565-Q4", dt.date(2022, 7, 1), dt.date(2022, 9, 30)),
        ("2565-H1", dt.date(2021, 10, 1), dt.date(2022, 3, 31)),
        ("2565-H2", dt.date(2022, 4, 1), dt.date(2022, 9, 30)),
        ("2565", dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
    ]


def test_february_of_2571_ends_on_its_leap_day() -> None:
    months = {each.label: each for each in FiscalYear(2571).periods(Cadence.MONTHLY)}

    assert months["2571-02"].ends_on == dt.date(2028, 2, 29)  # 2571 - 543 = 2028, a leap year
    assert (FiscalYear(2571).ends_on - FiscalYear(2571).starts_on).days + 1 == 366


def test_rule_on_a_date_has_no_periods() -> None:
    with pytest.raises(KeyError):
        FiscalYear(2565).periods(Cadence.ON)


@pytest.mark.parametrize(
    ("day", "month", "date"),
    [
        (dt.date(2022, 1, 31), "2565-01", "2565-01-31"),
        (dt.date(2021, 10, 1), "2564-10", "2564-10-01"),
        (dt.date(2028, 2, 29), "2571-02", "2571-02-29"),
    ],
    ids=["deadline_of_O24", "first_day_of_fiscal_year", "leap_day"],
)
def test_labels_are_in_the_buddhist_era(day: dt.date, month: str, date: str) -> None:
    assert (month_label(day), date_label(day)) == (month, date)


@given(day=days)
def test_month_around_a_day(day: dt.date) -> None:
    first, last = first_of_month(day), last_of_month(day)

    assert first <= day <= last
    assert (first.day, first.month, last.month) == (1, day.month, day.month)
    assert next_month(day) == last + ONE_DAY
    assert next_month(day).day == 1
