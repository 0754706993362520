"""The forms that Thai offices write dates and periods in: each one is read, or refused, and written.

The table follows the project's notes on dates, numbers and digits, form by form. Spans of days and open ends
are words of plan documents; ``plans.timeline`` reads them.
"""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.fiscal import FiscalYear
from tracker.errors import UnreadableDate
from tracker.plans.timeline import read_span, span_of
from tracker.thai.dates import (
    DateStyle,
    format_date,
    format_month_range,
    parse_date,
    parse_month,
    parse_month_range,
)
from tracker.thai.digits import Digits
from tracker.thai.forms import format_amount, format_share, format_time
from tracker.thai.periods import format_period, parse_period
from tracker.thai.years import parse_year

Y2565 = FiscalYear(2565)
years = st.integers(2443, 2641)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("1 ตุลาคม 2564", dt.date(2021, 10, 1), id="letters"),
        pytest.param("๑ ต.ค. ๖๔", dt.date(2021, 10, 1), id="tables"),
        pytest.param("๓1 ม.ค. 6๕", dt.date(2022, 1, 31), id="both_digits_in_one_cell"),
        pytest.param("31/1/65", dt.date(2022, 1, 31), id="two_digit_year_is_buddhist"),
        pytest.param("31 ม.ค. 22", dt.date(1979, 1, 31), id="two_digits_are_2522"),  # 2522 - 543
        pytest.param("2400-01-01", dt.date(1857, 1, 1), id="first_buddhist_year"),
        pytest.param("2199-12-31", dt.date(2199, 12, 31), id="last_year_of_the_common_era"),
        pytest.param("1900-01-01", dt.date(1900, 1, 1), id="first_year_of_the_common_era"),
        pytest.param("29/2/2571", dt.date(2028, 2, 29), id="leap_day"),
        pytest.param("29 กุมภาพันธ์ พ.ศ. 2571", dt.date(2028, 2, 29), id="leap_day_in_words"),
        pytest.param("1/10/2564", dt.date(2021, 10, 1), id="day_first"),
        pytest.param("1/31/2021", dt.date(2021, 1, 31), id="month_first_where_no_doubt_is_left"),
        pytest.param("วันที่ 31 เดือนมกราคม พ.ศ. 2565", dt.date(2022, 1, 31), id="with_day_and_month_named"),
        pytest.param("วันที่ ๓๑ มกราคม พุทธศักราช ๒๕๖๕", dt.date(2022, 1, 31), id="solemn_name_of_the_era"),
        pytest.param("31-ม.ค.-65", dt.date(2022, 1, 31), id="as_a_spreadsheet_shows_it"),
        pytest.param("31-Jan-2022", dt.date(2022, 1, 31), id="as_an_english_spreadsheet_shows_it"),
        pytest.param("ภายในวันที่ 31 มกราคม 2565", dt.date(2022, 1, 31), id="deadline"),
        pytest.param("ภายในเดือนมีนาคม 2566", dt.date(2023, 3, 31), id="deadline_of_a_month"),
        pytest.param("ภายในเดือน ก.พ. ๗๑", dt.date(2028, 2, 29), id="deadline_of_a_leap_february"),
        pytest.param("สิ้นเดือนมีนาคม 2566", dt.date(2023, 3, 31), id="end_of_a_month"),
    ],
)
def test_date_is_read(text: str, day: dt.date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("1/10/2021", "it could be 2021-10-01 or 2021-01-10", id="day_or_month_first"),
        pytest.param("31/1/2300", "BE 2300 (CE 1757) or CE 2300 (BE 2843)", id="year_of_either_era"),
        pytest.param("31-Jan-22", "BE 2522 (CE 1979) or CE 2022", id="short_year_after_an_english_month"),
        pytest.param("29/2/2569", "has 28 days, there is no 29", id="no_leap_day"),  # 2026
        pytest.param("มีนาคม 2566", "write it like 31 ม.ค. 2565", id="month_is_no_date"),
        pytest.param("ภายในเดือนมีนาคม", "write it like 31 ม.ค. 2565", id="deadline_without_year"),
        pytest.param("สิ้น 31 ม.ค. 65", "write it like 31 ม.ค. 2565", id="end_of_a_day"),
        pytest.param("ต่อเนื่อง", "write it like 31 ม.ค. 2565", id="open_end"),
    ],
)
def test_date_in_doubt_is_refused(text: str, said: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_date(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("ต.ค. ๖๔", (2021, 10)),
        ("ตุลาคม 2564", (2021, 10)),
        ("ประจำเดือนมีนาคม 2566", (2023, 3)),
        ("รอบเดือน มี.ค. 66", (2023, 3)),
        ("ภายในเดือนมีนาคม 2566", (2023, 3)),
        ("มี.ค.-66", (2023, 3)),
        ("3-2566", (2023, 3)),
        ("03/2023", (2023, 3)),
    ],
)
def test_month_alone_is_read(text: str, month: tuple[int, int]) -> None:
    assert parse_month(text) == month


@pytest.mark.parametrize("dash", ["-", " - ", "–", " – ", "—", " — ", "ถึง", " ถึง ", " ถึงเดือน"])
def test_range_of_months_is_read_with_any_dash(dash: str) -> None:
    october_to_march = (dt.date(2021, 10, 1), dt.date(2022, 3, 31))

    assert parse_month_range(f"ต.ค.64{dash}มี.ค.65") == october_to_march
    assert parse_month_range(f"ตุลาคม{dash}มีนาคม ๒๕๖๕") == october_to_march


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("ต.ค. – มี.ค. ๖๖", dt.date(2022, 10, 1), dt.date(2023, 3, 31)),  # October before March
        ("มี.ค. – ต.ค. ๖๖", dt.date(2023, 3, 1), dt.date(2023, 10, 31)),  # already runs forward
        ("ก.พ. – ก.พ. ๗๑", dt.date(2028, 2, 1), dt.date(2028, 2, 29)),  # one month, of a leap year
    ],
)
def test_range_with_the_year_at_its_end_is_the_shortest_forward(
    text: str, first: dt.date, last: dt.date
) -> None:
    assert parse_month_range(text) == (first, last)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("1 ต.ค. 64 - 30 ก.ย. 65", dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
        ("๑ – ๓๑ มกราคม ๒๕๖๕", dt.date(2022, 1, 1), dt.date(2022, 1, 31)),
        ("1/10/2564 ถึง 31/12/2564", dt.date(2021, 10, 1), dt.date(2021, 12, 31)),
        ("ตลอดปีงบประมาณ", dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
        ("ปีงบประมาณ พ.ศ. ๒๕๖๕", dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
        ("รอบ 12 เดือน", dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
        ("สรุปทั้งปี", dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
        ("รอบ 6 เดือนแรก", dt.date(2021, 10, 1), dt.date(2022, 3, 31)),
        ("รอบ 6 เดือนหลัง", dt.date(2022, 4, 1), dt.date(2022, 9, 30)),
        ("ไตรมาสที่ 1", dt.date(2021, 10, 1), dt.date(2021, 12, 31)),
        ("ภายในเดือนมีนาคม 2565", dt.date(2021, 10, 1), dt.date(2022, 3, 31)),
        ("มีนาคม 2565", dt.date(2022, 3, 1), dt.date(2022, 3, 31)),
        ("ต.ค. 64 เป็นต้นไป", dt.date(2021, 10, 1), dt.date(2022, 9, 30)),
    ],
)
def test_span_of_a_document_is_read(words: str, first: dt.date, last: dt.date) -> None:
    assert span_of(words, Y2565) == (first, last)


def test_open_end_is_the_end_of_the_year_and_said() -> None:
    span = read_span("ต่อเนื่อง", Y2565)

    assert (span.starts_on, span.ends_on, span.kind) == (Y2565.starts_on, Y2565.ends_on, "span-open")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ไตรมาสที่ ๑/๒๕๖๕", "2565-Q1"),
        ("ไตรมาสที่ 1 ของปีงบประมาณ พ.ศ. 2565", "2565-Q1"),
        ("Q1/2565", "2565-Q1"),
        ("q4 2022", "2565-Q4"),
        ("2565/Q3", "2565-Q3"),
        ("รอบ 6 เดือนแรก ปีงบประมาณ พ.ศ. 2565", "2565-H1"),
        ("รอบ ๖ เดือนหลัง/๒๕๖๕", "2565-H2"),
        ("ครึ่งปีหลัง 2565", "2565-H2"),
        ("H1/2565", "2565-H1"),
        ("รอบ 12 เดือน ปีงบประมาณ พ.ศ. 2565", "2565"),
        ("สรุปทั้งปี 2565", "2565"),
        ("ตลอดปีงบประมาณ พ.ศ. ๒๕๖๕", "2565"),
        ("ตลอดทั้งปีงบประมาณ 2565", "2565"),
        ("ปีงบ 65", "2565"),
        ("รอบเดือนมีนาคม 2565", "2565-03"),
    ],
)
def test_period_is_read(text: str, label: str) -> None:
    assert parse_period(text) == label


@pytest.mark.parametrize(
    "text", ["รอบ 3 เดือน 2565", "ไตรมาส 1", "รอบ 12 เดือน", "/2565", "Q5/2565", "H3/2565", "Q1/65", "ต่อเนื่อง"]
)
def test_period_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDate):
        parse_period(text)


@pytest.mark.parametrize("text", ["ปีงบประมาณ พ.ศ. ๒๕๖๕", "ตลอดปีงบประมาณ 2565", "ปีงบ 65", "พุทธศักราช 2565"])
def test_year_is_read(text: str) -> None:
    assert parse_year(text) == 2565


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("2564-10", "ตุลาคม ๒๕๖๔"),
        ("2565-Q2", "ไตรมาสที่ ๒ ปีงบประมาณ พ.ศ. ๒๕๖๕"),
        ("2565-H1", "รอบ ๖ เดือนแรก ปีงบประมาณ พ.ศ. ๒๕๖๕"),
        ("2565-H2", "รอบ ๖ เดือนหลัง ปีงบประมาณ พ.ศ. ๒๕๖๕"),
        ("2565", "ปีงบประมาณ พ.ศ. ๒๕๖๕"),
        ("2565-01-31", "๓๑ มกราคม ๒๕๖๕"),
    ],
)
def test_period_is_written_officially(label: str, written: str) -> None:
    assert format_period(label, digits=Digits.THAI) == written


@given(year=years, digits=st.sampled_from(Digits))
def test_written_period_is_read_as_the_period(year: int, digits: Digits) -> None:
    for period in FiscalYear(year).all_periods():
        assert parse_period(format_period(period.label, digits=digits)) == period.label


@pytest.mark.parametrize(
    ("style", "digits", "written"),
    [
        (DateStyle.LONG, Digits.THAI, "๒๙ กุมภาพันธ์ ๒๕๗๑"),
        (DateStyle.SHORT, Digits.THAI, "๒๙ ก.พ. ๗๑"),
        (DateStyle.SHORT, Digits.ARABIC, "29 ก.พ. 71"),
        (DateStyle.MONTH, Digits.THAI, "ก.พ. ๗๑"),
        (DateStyle.LONG_MONTH, Digits.ARABIC, "กุมภาพันธ์ 2571"),
    ],
)
def test_leap_day_is_written(style: DateStyle, digits: Digits, written: str) -> None:
    assert format_date(dt.date(2028, 2, 29), style=style, digits=digits) == written


@pytest.mark.parametrize(
    ("style", "digits", "written"),
    [
        (DateStyle.MONTH, Digits.THAI, "ต.ค. ๖๔ – มี.ค. ๖๕"),
        (DateStyle.LONG_MONTH, Digits.ARABIC, "ตุลาคม 2564 – มีนาคม 2565"),
    ],
)
def test_range_of_months_is_written_and_read_back(style: DateStyle, digits: Digits, written: str) -> None:
    half = (dt.date(2021, 10, 1), dt.date(2022, 3, 31))

    assert format_month_range(*half, style=style, digits=digits) == written
    assert parse_month_range(written) == half


@pytest.mark.parametrize(
    ("baht", "written"),
    [(1234567, "1,234,567.00 บาท"), (Decimal("0.5"), "0.50 บาท"), (Decimal("999.999"), "1,000.00 บาท")],
)
def test_amount_is_written_to_the_satang(baht: Decimal | int, written: str) -> None:
    assert format_amount(baht, digits=Digits.ARABIC) == written


@pytest.mark.parametrize(
    ("percent", "written"),
    [(75, "ร้อยละ ๗๕"), (100, "ร้อยละ ๑๐๐"), (Decimal("75.50"), "ร้อยละ ๗๕.๕"), (0, "ร้อยละ ๐")],
)
def test_share_is_written_without_idle_decimals(percent: Decimal | int, written: str) -> None:
    assert format_share(percent, digits=Digits.THAI) == written


def test_time_is_written_with_a_dot() -> None:
    assert format_time(dt.time(9, 0), digits=Digits.THAI) == "๐๙.๐๐ น."
    assert format_time(dt.time(16, 30), digits=Digits.ARABIC) == "16.30 น."
