"""Two fiscal years worked out by hand, day by day, against the tables of days off that come with the program.

2565 is the year of the bundled plan, 2571 has a leap day. A report is due on the fifth working day after its
period; the comments count these days: ``1 2 3`` are days of the month, a day in brackets is off.
"""

import datetime as dt
from pathlib import Path

import pytest

from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.schedule import slots
from tracker.services.days_off import read_days_off

TABLES = Path(__file__).parents[2] / "config" / "days-off"
WORKING = WorkingDays(read_days_off([TABLES / "2565.csv", TABLES / "2571.csv"]))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# period: its last day, the day its report is due
BY_HAND_2565 = {
    "2564-10": ("2021-10-31", "2021-11-05"),  # Sunday; Mon 1 2 3 4 5
    "2564-11": ("2021-11-30", "2021-12-08"),  # Tuesday; Wed 1 2 3, Mon (6) 7 8
    "2564-12": ("2021-12-31", "2022-01-10"),  # Friday, off; Mon (3) 4 5 6 7, Mon 10
    "2565-01": ("2022-01-31", "2022-02-07"),  # Monday; Tue 1 2 3 4, Mon 7
    "2565-02": ("2022-02-28", "2022-03-07"),  # Monday, no leap year; Tue 1 2 3 4, Mon 7
    "2565-03": ("2022-03-31", "2022-04-08"),  # Thursday; Fri 1, Mon 4 5 (6) 7 8
    "2565-04": ("2022-04-30", "2022-05-09"),  # Saturday; Mon 2 3 (4) 5 6, Mon 9
    "2565-05": ("2022-05-31", "2022-06-08"),  # Tuesday; Wed 1 2 (3), Mon 6 7 8
    "2565-06": ("2022-06-30", "2022-07-07"),  # Thursday; Fri 1, Mon 4 5 6 7
    "2565-07": ("2022-07-31", "2022-08-05"),  # Sunday; Mon 1 2 3 4 5
    "2565-08": ("2022-08-31", "2022-09-07"),  # Wednesday; Thu 1 2, Mon 5 6 7
    "2565-09": ("2022-09-30", "2022-10-07"),  # Friday; Mon 3 4 5 6 7
    "2565-Q1": ("2021-12-31", "2022-01-10"),  # as December
    "2565-Q2": ("2022-03-31", "2022-04-08"),  # as March
    "2565-Q3": ("2022-06-30", "2022-07-07"),  # as June
    "2565-Q4": ("2022-09-30", "2022-10-07"),  # as September
    "2565-H1": ("2022-03-31", "2022-04-08"),
    "2565-H2": ("2022-09-30", "2022-10-07"),
    "2565": ("2022-09-30", "2022-10-07"),
}

BY_HAND_2571 = {
    "2570-10": ("2027-10-31", "2027-11-05"),  # Sunday; Mon 1 2 3 4 5
    "2570-11": ("2027-11-30", "2027-12-08"),  # Tuesday; Wed 1 2 3, Mon (6) 7 8
    "2570-12": ("2027-12-31", "2028-01-10"),  # Friday, off; Mon (3) 4 5 6 7, Mon 10
    "2571-01": ("2028-01-31", "2028-02-07"),  # Monday; Tue 1 2 3 4, Mon 7
    "2571-02": ("2028-02-29", "2028-03-07"),  # Tuesday, the leap day; Wed 1 2 3, Mon 6 7
    "2571-03": ("2028-03-31", "2028-04-10"),  # Friday; Mon 3 4 5 (6) 7, Mon 10
    "2571-04": ("2028-04-30", "2028-05-09"),  # Sunday; Mon 1 2 3 (4) 5, Mon (8) 9
    "2571-05": ("2028-05-31", "2028-06-08"),  # Wednesday; Thu 1 2, Mon (5) 6 7 8
    "2571-06": ("2028-06-30", "2028-07-11"),  # Friday; Mon 3 4 5 (6) (7), Mon 10 11
    "2571-07": ("2028-07-31", "2028-08-07"),  # Monday; Tue 1 2 3 4, Mon 7
    "2571-08": ("2028-08-31", "2028-09-07"),  # Thursday; Fri 1, Mon 4 5 6 7
    "2571-09": ("2028-09-30", "2028-10-06"),  # Saturday; Mon 2 3 4 5 6
    "2571-Q1": ("2027-12-31", "2028-01-10"),  # as December
    "2571-Q2": ("2028-03-31", "2028-04-10"),  # as March
    "2571-Q3": ("2028-06-30", "2028-07-11"),  # as June
    "2571-Q4": ("2028-09-30", "2028-10-06"),  # as September
    "2571-H1": ("2028-03-31", "2028-04-10"),
    "2571-H2": ("2028-09-30", "2028-10-06"),
    "2571": ("2028-09-30", "2028-10-06"),
}


@pytest.mark.parametrize(("year", "by_hand"), [(2565, BY_HAND_2565), (2571, BY_HAND_2571)])
def test_year_is_as_worked_out_by_hand(year: int, by_hand: dict[str, tuple[str, str]]) -> None:
    made = slots(FiscalYear(year), dates=[], working=WORKING, report_days=5)

    assert {each.period: (each.scheduled_on.isoformat(), each.due_on.isoformat()) for each in made} == by_hand


@pytest.mark.parametrize(
    ("year", "on", "due_on"),
    [
        pytest.param(2565, "2022-01-31", "2022-01-31", id="31_january_2565_a_monday"),
        pytest.param(2565, "2021-12-31", "2021-12-30", id="end_of_Q1_is_off"),
        pytest.param(2565, "2022-03-31", "2022-03-31", id="end_of_Q2_a_thursday"),
        pytest.param(2565, "2022-06-30", "2022-06-30", id="end_of_Q3_a_thursday"),
        pytest.param(2565, "2022-09-30", "2022-09-30", id="end_of_Q4_a_friday"),
        pytest.param(2565, "2021-10-22", "2021-10-20", id="regional_day_and_moved_day"),  # 21, 22 off
        pytest.param(2565, "2022-01-03", "2021-12-30", id="substitution_for_new_year"),  # Fri 31 off too
        pytest.param(2565, "2022-04-13", "2022-04-12", id="first_day_of_songkran"),
        pytest.param(2565, "2022-04-17", "2022-04-12", id="sunday_after_songkran"),  # Wed 13 to Sun 17
        pytest.param(2565, "2022-05-16", "2022-05-12", id="substitution_after_ploughing"),  # Fri 13 off
        pytest.param(2565, "2022-07-17", "2022-07-12", id="lent_and_a_special_day"),  # Wed 13 to Fri 15 off
        pytest.param(2565, "2022-07-31", "2022-07-27", id="birthday_and_a_special_day"),  # Thu 28, Fri 29 off
        pytest.param(2571, "2028-01-31", "2028-01-31", id="31_january_2571_a_monday"),
        pytest.param(2571, "2028-02-29", "2028-02-29", id="leap_day_a_tuesday"),
        pytest.param(2571, "2027-12-31", "2027-12-30", id="end_of_Q1_2571_is_off"),
        pytest.param(2571, "2028-03-31", "2028-03-31", id="end_of_Q2_2571_a_friday"),
        pytest.param(2571, "2028-06-30", "2028-06-30", id="end_of_Q3_2571_a_friday"),
        pytest.param(2571, "2028-09-30", "2028-09-29", id="end_of_Q4_2571_a_saturday"),
        pytest.param(
            2571, "2028-04-17", "2028-04-12", id="songkran_and_its_substitution"
        ),  # Thu 13 to Mon 17
        pytest.param(2571, "2028-06-05", "2028-06-02", id="substitution_for_a_saturday"),
        pytest.param(2571, "2028-08-14", "2028-08-11", id="substitution_for_mothers_day"),
    ],
)
def test_date_is_due_as_worked_out_by_hand(year: int, on: str, due_on: str) -> None:
    made = slots(FiscalYear(year), dates=[day(on)], working=WORKING, report_days=5)

    single = [each for each in made if each.cadence is Cadence.ON]
    assert [(each.scheduled_on, each.due_on) for each in single] == [(day(on), day(due_on))]


@pytest.mark.parametrize(
    ("month", "first"),
    [
        ("2021-10-15", "2021-10-01"),  # Friday, the first day of fiscal year 2565
        ("2022-01-31", "2022-01-04"),  # Sat 1, Sun 2, Mon (3), Tuesday
        ("2022-05-16", "2022-05-02"),  # Sun 1, Monday: Labour Day is no day off of offices
        ("2027-10-31", "2027-10-01"),  # Friday, the first day of fiscal year 2571
        ("2028-01-31", "2028-01-04"),  # Sat 1, Sun 2, Mon (3), Tuesday
        ("2028-02-29", "2028-02-01"),  # Tuesday
        ("2028-04-30", "2028-04-03"),  # Sat 1, Sun 2, Monday
    ],
)
def test_first_working_day_of_a_month_is_as_worked_out_by_hand(month: str, first: str) -> None:
    assert OfficeTime(working=WORKING).first_working_day(day(month)) == day(first)
