"""The names of reporting periods: months, quarters, halves, years and single days, read and written.

What is read comes out as the label under which a period is stored, always in the Buddhist era: ``2565-03``,
``2565-Q2``, ``2565-H1``, ``2565`` or ``2565-01-31``. What is written are the official names of such labels.
"""

import datetime as dt
import re

from tracker.errors import UnreadableDate
from tracker.thai.dates import BE_OFFSET, DateStyle, format_date, parse_date, parse_month
from tracker.thai.digits import Digits, in_digits, to_arabic
from tracker.thai.text import repair
from tracker.thai.years import parse_year

_YEAR = r"(?:(?:ของ)?\s*(?:ปีงบประมาณ|ปีงบ|ปี)\s*)?(?:พ\.?\s*ศ\.?\s*)?(\d{4}|\d{2})"
_QUARTER = re.compile(rf"ไตรมาส\s*(?:ที่)?\s*([1-4])\s*[/ ]\s*{_YEAR}")
_HALF = re.compile(rf"(?:รอบ\s*)?(?:6\s*เดือน|ครึ่งปี)\s*(แรก|หลัง)\s*[/ ]?\s*{_YEAR}")
_WHOLE_YEAR = re.compile(rf"(?:(?:รอบ\s*12\s*เดือน|สรุปทั้งปี)\s*/?\s*|ตลอด(?:ทั้ง)?)?{_YEAR}")
_LABEL = re.compile(r"(\d{4})[-/]?([QH])([1-4])", re.IGNORECASE)
_LABEL_YEAR_LAST = re.compile(r"([QH])([1-4])\s*[-/ ]\s*(\d{4})", re.IGNORECASE)
_HINT = (
    "write a month as 2565-03, a quarter as 2565-Q2, a half as 2565-H1, a year as 2565, a day as 2565-01-31."
)


def parse_period(text: str) -> str:
    """The stored label of the period that the text names; UnreadableDate when it names none."""
    plain = to_arabic(repair(text)).strip()
    if match := _LABEL.fullmatch(plain):
        return _part(text, parse_year(match[1]), match[2].upper(), int(match[3]))
    if match := _LABEL_YEAR_LAST.fullmatch(plain):
        return _part(text, parse_year(match[3]), match[1].upper(), int(match[2]))
    if match := _QUARTER.fullmatch(plain):
        return _part(text, parse_year(match[2]), "Q", int(match[1]))
    if match := _HALF.fullmatch(plain):
        return _part(text, parse_year(match[2]), "H", 1 if match[1] == "แรก" else 2)
    if match := _WHOLE_YEAR.fullmatch(plain):
        return str(parse_year(match[1]))
    return _month_or_day(text)


def format_period(label: str, *, digits: Digits) -> str:
    """The official name of a stored period; ``parse_period`` reads it back as the label."""
    year, _, part = label.partition("-")
    of_the_year = f"ปีงบประมาณ พ.ศ. {year}"
    if part.startswith("Q"):
        return in_digits(f"ไตรมาสที่ {part[1]} {of_the_year}", digits)
    if part.startswith("H"):
        return in_digits(f"รอบ 6 เดือน{'แรก' if part == 'H1' else 'หลัง'} {of_the_year}", digits)
    if not part:
        return in_digits(of_the_year, digits)
    month, _, day = part.partition("-")
    on = dt.date(int(year) - BE_OFFSET, int(month), int(day or 1))
    return format_date(on, style=DateStyle.LONG if day else DateStyle.LONG_MONTH, digits=digits)


def _month_or_day(text: str) -> str:
    try:
        year, month = parse_month(text)
    except UnreadableDate:
        pass
    else:
        return f"{year + BE_OFFSET}-{month:02}"
    try:
        day = parse_date(text)
    except UnreadableDate as error:
        raise UnreadableDate(text, _HINT) from error
    return f"{day.year + BE_OFFSET}-{day.month:02}-{day.day:02}"


def _part(text: str, year: int, kind: str, number: int) -> str:
    if kind == "H" and number > 2:
        raise UnreadableDate(text, f"a year has two halves, there is no H{number}.")
    return f"{year}-{kind}{number}"
