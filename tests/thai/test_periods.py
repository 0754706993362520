"""Names of reporting periods, as people and documents write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.fiscal import FiscalYear, date_label
from tracker.errors import UnreadableDate
from tracker.thai.periods import parse_period
from tracker.thai.units import bare_name

READ = {
    # months
    "2565-03": "2565-03",
    "2022-03": "2565-03",
    "มี.ค. 65": "2565-03",
    "มี.ค.65": "2565-03",
    "มีนาคม ๒๕๖๕": "2565-03",
    "มีนาคม พ.ศ. 2565": "2565-03",
    "๒๕๖๕-๐๓": "2565-03",
    # quarters
    "2565-Q2": "2565-Q2",
    "2565-q2": "2565-Q2",
    "2565Q2": "2565-Q2",
    "๒๕๖๕-Q๒": "2565-Q2",
    "2022-Q2": "2565-Q2",
    "ไตรมาส 2/2565": "2565-Q2",
    "ไตรมาสที่ ๒/๒๕๖๕": "2565-Q2",
    "ไตรมาสที่ 2 ปีงบประมาณ พ.ศ. 2565": "2565-Q2",
    "ไตรมาส 1/65": "2565-Q1",
    # halves
    "2565-H1": "2565-H1",
    "2565-h2": "2565-H2",
    "รอบ 6 เดือนแรก 2565": "2565-H1",
    "รอบ ๖ เดือนหลัง ของปีงบประมาณ พ.ศ. ๒๕๖๕": "2565-H2",
    "6 เดือนแรก/2565": "2565-H1",
    # years
    "2565": "2565",
    "๒๕๖๕": "2565",
    "65": "2565",
    "2022": "2565",
    "ปีงบประมาณ พ.ศ. ๒๕๖๕": "2565",
    "ปี 2565": "2565",
    # days
    "2565-01-31": "2565-01-31",
    "2022-01-31": "2565-01-31",
    "๓๑ ม.ค. ๖๕": "2565-01-31",
    "31 มกราคม 2565": "2565-01-31",
    "31/1/2565": "2565-01-31",
    " 2571-02-29 ": "2571-02-29",
}


@pytest.mark.parametrize(("text", "label"), READ.items(), ids=list(READ))
def test_period_is_read(text: str, label: str) -> None:
    assert parse_period(text) == label


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", "Q2", "ไตรมาส 2", "2565-Q5", "2565-Q0", "2565-H3", "2565-H4", "2565-13", "2565-00"),
        *("2565-02-29", "31 ก.พ. 65", "ไตรมาส 5/2565", "1999999", "3500", "2300", "รอบ 6 เดือน 2565"),
        *("2565-Q2 และ 2565-Q3", "\0", "2565-", "-Q1"),
    ],
)
def test_what_names_no_period_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_period(text)
    assert repr(text) in str(refused.value) or text.strip() in str(refused.value)


def test_third_half_says_why() -> None:
    with pytest.raises(UnreadableDate, match="a year has two halves, there is no H3"):
        parse_period("2565-H3")


@given(year=st.integers(2443, 2641), start_month=st.integers(1, 12))
def test_every_label_of_a_year_reads_as_itself(year: int, start_month: int) -> None:
    for period in FiscalYear(year, start_month).all_periods():
        assert parse_period(period.label) == period.label


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2098, 12, 31)))
def test_label_of_a_day_reads_as_itself_in_either_era(day: dt.date) -> None:
    assert parse_period(date_label(day)) == date_label(day)
    assert parse_period(day.isoformat()) == date_label(day)


@given(text=st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        label = parse_period(text)
    except UnreadableDate:
        return
    assert parse_period(label) == label


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ฝ่ายปกครอง", "ปกครอง"),
        ("ฝ่าย ปกครอง", "ปกครอง"),
        ("ปกครอง", "ปกครอง"),
        ("ฝ่าย", "ฝ่าย"),
        ("ฝ่าย ", "ฝ่าย "),
        ("", ""),
    ],
)
def test_bare_name_of_a_division(name: str, bare: str) -> None:
    assert bare_name(name) == bare
