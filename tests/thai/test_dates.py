import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import UnreadableDate
from tracker.thai.dates import (
    DateStyle,
    format_date,
    parse_date,
    parse_month,
    parse_month_range,
    parse_year,
)
from tracker.thai.digits import Digits

DAY = dt.date(2021, 10, 1)
END_OF_JANUARY = dt.date(2022, 1, 31)
dates_of_this_era = st.dates(dt.date(1957, 1, 1), dt.date(2056, 12, 31))  # BE 2500 to 2599


@pytest.mark.parametrize(
    ("style", "digits", "written"),
    [
        (DateStyle.LONG, Digits.THAI, "๑ ตุลาคม ๒๕๖๔"),
        (DateStyle.SHORT, Digits.ARABIC, "1 ต.ค. 64"),
        (DateStyle.MONTH, Digits.THAI, "ต.ค. ๖๔"),
        (DateStyle.LONG_MONTH, Digits.ARABIC, "ตุลาคม 2564"),
    ],
)
def test_format_date_writes_the_buddhist_era(style: DateStyle, digits: Digits, written: str) -> None:
    assert format_date(DAY, style=style, digits=digits) == written


def test_format_date_keeps_two_digits_of_the_year() -> None:
    assert format_date(dt.date(1962, 3, 5), style=DateStyle.SHORT, digits=Digits.ARABIC) == "5 มี.ค. 05"


@given(dates_of_this_era, st.sampled_from([DateStyle.LONG, DateStyle.SHORT]), st.sampled_from(Digits))
def test_a_printed_date_is_read_as_the_date(day: dt.date, style: DateStyle, digits: Digits) -> None:
    assert parse_date(format_date(day, style=style, digits=digits)) == day


@given(dates_of_this_era, st.sampled_from([DateStyle.MONTH, DateStyle.LONG_MONTH]), st.sampled_from(Digits))
def test_a_printed_month_is_read_as_the_month(day: dt.date, style: DateStyle, digits: Digits) -> None:
    assert parse_month(format_date(day, style=style, digits=digits)) == (day.year, day.month)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2022-01-31", id="iso"),
        pytest.param("2565-01-31", id="iso_buddhist"),
        pytest.param("๒๕๖๕-๐๑-๓๑", id="thai_digits"),
        pytest.param("๓๑ มกราคม ๒๕๖๕", id="long"),
        pytest.param("31 ม.ค. 65", id="short"),
        pytest.param("31มค65", id="no_dots_no_spaces"),
        pytest.param("๓๑ ม . ค . ๖๕", id="spaced_dots"),
        pytest.param("ภายในวันที่ ๓๑ มกราคม พ.ศ. ๒๕๖๕", id="in_a_phrase"),
        pytest.param("31 มกราคม ค.ศ. 2022", id="common_era_named"),
        pytest.param("31/1/2565", id="day_first"),
        pytest.param("31-1-65", id="dashes_two_digits"),
        pytest.param("31.01.2565", id="dots"),
        pytest.param("31/1/2022", id="day_that_is_no_month"),
        pytest.param("1/31/2022", id="month_first_beyond_doubt"),
        pytest.param("31 Jan 2022", id="english_short"),
        pytest.param("31 january 2565", id="english_long"),
    ],
)
def test_parse_date_reads_the_last_of_january(text: str) -> None:
    assert parse_date(text) == END_OF_JANUARY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2567-02-29", dt.date(2024, 2, 29), id="leap_day_by_the_gregorian_year"),
        pytest.param("29 ก.พ. 67", dt.date(2024, 2, 29), id="leap_day_in_words"),
        pytest.param("5/5/2021", dt.date(2021, 5, 5), id="both_orders_are_the_same_day"),
        pytest.param("1/10/2564", DAY, id="buddhist_year_is_day_first"),
        pytest.param("1 กันยายน 2564", dt.date(2021, 9, 1), id="september"),
    ],
)
def test_parse_date_reads_single_cases(text: str, expected: dt.date) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("1/10/2021", ["2021-10-01", "2021-01-10"], id="day_or_month_first"),
        pytest.param("2300-01-01", ["BE 2300 (CE 1757)", "CE 2300 (BE 2843)"], id="year_of_either_era"),
        pytest.param("31 Jan 22", ["BE 2522", "CE 2022"], id="short_year_after_an_english_month"),
        pytest.param("5-1-12", ["2512", "2505"], id="year_first_or_last"),
        pytest.param("2565-02-29", ["28", "29"], id="leap_day_of_the_buddhist_number_only"),
        pytest.param("31 เมษายน 2565", ["30", "31"], id="april_has_thirty"),
        pytest.param("1/31/2565", ["month 31"], id="month_first_in_buddhist_years"),
        pytest.param("0/1/2021", ["no 0"], id="day_zero"),
        pytest.param("13/0/2565", ["month 0"], id="month_zero"),
        pytest.param("31 มกราคม พ.ศ. 2022", ["2022"], id="era_contradicts_the_year"),
        pytest.param("tomorrow", ["31/1/2565"], id="no_date"),
        pytest.param("", ["2022-01-31"], id="empty"),
    ],
)
def test_parse_date_refuses_and_says_why(text: str, said: list[str]) -> None:
    with pytest.raises(UnreadableDate) as caught:
        parse_date(text)

    assert [part for part in said if part not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2565", 2565),
        ("๒๕๖๕", 2565),
        ("2022", 2565),
        ("65", 2565),
        ("พ.ศ. ๒๕๖๕", 2565),
        ("ปีงบประมาณ พ.ศ. 2565", 2565),
        ("ค.ศ. 2022", 2565),
        ("2400", 2400),
        ("1900", 2443),  # 1900 + 543
        ("2199", 2742),  # 2199 + 543
    ],
)
def test_parse_year_returns_the_buddhist_year(text: str, year: int) -> None:
    assert parse_year(text) == year


@pytest.mark.parametrize("text", ["2200", "2399", "1899", "3000", "พ.ศ. 2022", "ค.ศ. 2565", "ค.ศ. 65"])
def test_parse_year_names_both_readings(text: str) -> None:
    with pytest.raises(UnreadableDate, match=r"BE \d{4} \(CE \d{4}\) or CE \d{4}"):
        parse_year(text)


@pytest.mark.parametrize("text", ["", "5", "256", "25655", "next year"])
def test_parse_year_refuses_what_is_no_year(text: str) -> None:
    with pytest.raises(UnreadableDate, match="write the year like 2565"):
        parse_year(text)


@pytest.mark.parametrize(
    "text", ["มี.ค. 65", "มีนาคม 2565", "เดือนมีนาคม ๒๕๖๕", "2565-03", "2022-03", "3/2565", "March 2022", "มีค65"]
)
def test_parse_month_reads_march(text: str) -> None:
    assert parse_month(text) == (2022, 3)


@pytest.mark.parametrize("text", ["2565-13", "มีนาคม", "Mar 22", "65-03", "0/2565"])
def test_parse_month_refuses(text: str) -> None:
    with pytest.raises(UnreadableDate):
        parse_month(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        pytest.param("ต.ค. ๖๔ - ก.ย. ๖๕", dt.date(2021, 10, 1), dt.date(2022, 9, 30), id="whole_year"),
        pytest.param("ตุลาคม ๒๕๖๔ – มีนาคม ๒๕๖๕", dt.date(2021, 10, 1), dt.date(2022, 3, 31), id="long"),
        pytest.param("ต.ค.64-มี.ค.65", dt.date(2021, 10, 1), dt.date(2022, 3, 31), id="no_spaces"),
        pytest.param("ต.ค. – มี.ค. ๖๖", dt.date(2022, 10, 1), dt.date(2023, 3, 31), id="year_at_the_end"),
        pytest.param("ม.ค. - ก.พ. 67", dt.date(2024, 1, 1), dt.date(2024, 2, 29), id="same_year_leap"),
        pytest.param(
            "เดือนเมษายน ถึงเดือนเมษายน 2565", dt.date(2022, 4, 1), dt.date(2022, 4, 30), id="one_month"
        ),
    ],
)
def test_parse_month_range_spans_whole_months(text: str, first: dt.date, last: dt.date) -> None:
    assert parse_month_range(text) == (first, last)


@pytest.mark.parametrize("text", ["ก.ย. 65 - ต.ค. 64", "ต.ค. - ก.ย.", "ต.ค. 64", "2564-10 - 2565-09"])
def test_parse_month_range_refuses(text: str) -> None:
    with pytest.raises(UnreadableDate):
        parse_month_range(text)
