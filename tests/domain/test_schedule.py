"""When a report is due: working days after a period, or the date itself.

Whole years are worked out in ``test_calendar_by_hand``.
"""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import WorkingDays
from tracker.domain.schedule import Slot, slots
from tracker.services.days_off import read_days_off

TABLES = Path(__file__).parents[2] / "config" / "days-off"
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def working() -> WorkingDays:
    return WorkingDays(read_days_off([TABLES / "2565.csv", TABLES / "2566.csv"]))


@pytest.mark.parametrize(
    ("on", "due_on"),
    [
        (dt.date(2022, 1, 31), dt.date(2022, 1, 31)),
        (dt.date(2022, 4, 30), dt.date(2022, 4, 29)),
        (dt.date(2022, 4, 15), dt.date(2022, 4, 12)),
        (dt.date(2022, 5, 16), dt.date(2022, 5, 12)),  # Mon off, weekend, Fri 13 off
    ],
    ids=["deadline_of_O24", "saturday", "songkran", "after_a_long_weekend"],
)
def test_date_is_due_on_itself_or_the_working_day_before(
    working: WorkingDays, on: dt.date, due_on: dt.date
) -> None:
    made = slots(FiscalYear(2565), dates=[on], working=working, report_days=5)

    label = f"{on.year + 543}-{on.month:02}-{on.day:02}"
    assert made[-1] == Slot(Cadence.ON, on, label, dt.date(2021, 10, 1), on, due_on)


def test_each_date_makes_one_slot_in_order(working: WorkingDays) -> None:
    dates = [dt.date(2022, 3, 31), dt.date(2022, 1, 31), dt.date(2022, 3, 31)]

    made = slots(FiscalYear(2565), dates=dates, working=working, report_days=5)

    single = [each.period for each in made if each.cadence is Cadence.ON]
    assert single == ["2565-01-31", "2565-03-31"]


@given(
    year=st.integers(2560, 2580),
    report_days=st.integers(0, 20),
    days_off=st.frozensets(st.dates(dt.date(2017, 1, 1), dt.date(2037, 12, 31)), max_size=40),
)
def test_due_date_lies_the_given_working_days_after_the_period(
    year: int, report_days: int, days_off: frozenset[dt.date]
) -> None:
    working = WorkingDays(days_off)

    for slot in slots(FiscalYear(year), dates=[], working=working, report_days=report_days):
        after = [
            slot.scheduled_on + ONE_DAY * n for n in range(1, (slot.due_on - slot.scheduled_on).days + 1)
        ]
        assert sum(working.includes(day) for day in after) == report_days
        assert report_days == 0 or working.includes(slot.due_on)


@pytest.mark.parametrize(
    ("cadence", "on"),
    [(Cadence.ON, None), (Cadence.MONTHLY, dt.date(2022, 1, 31))],
    ids=["on_without_date", "monthly_with_date"],
)
def test_rule_and_its_date_belong_together(cadence: Cadence, on: dt.date | None) -> None:
    with pytest.raises(ValueError, match="when, and only when"):
        Rule(cadence, on)


def test_rule_defaults_to_the_documents_words() -> None:
    assert Rule(Cadence.MONTHLY) == Rule(Cadence.MONTHLY, on=None, phrase="", origin=RuleOrigin.TEXT)
