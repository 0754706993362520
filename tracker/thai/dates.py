"""Dates of the Buddhist era: written for people, read from what people and documents write.

Outside this package a date is Gregorian. Reading tolerates spaces, missing dots and either kind of digits,
and refuses what could mean two days. The names of the months live in ``months``, years in ``years``.
"""

import datetime as dt
import re
from calendar import monthrange
from enum import StrEnum

from tracker.errors import UnreadableDate
from tracker.thai.digits import Digits, in_digits, to_arabic
from tracker.thai.months import LONG_NAMES, MONTH_NAME, SHORT_NAMES, is_english, month_number
from tracker.thai.text import repair
from tracker.thai.years import BE_OFFSET, YEAR, gregorian_year, is_buddhist, parse_year, year_readings

__all__ = [
    "BE_OFFSET",
    "DateStyle",
    "format_date",
    "format_month_range",
    "month_span",
    "parse_date",
    "parse_month",
    "parse_month_range",
    "parse_year",
]

_DASH = r"\s*(?:-|–|—|ถึง(?:\s*เดือน)?)\s*"
_GAP = r"\s*,?\s*"

_DATE_IN_WORDS = re.compile(
    rf"(?P<day>\d{{1,2}})\s*(?P<dash>-?)\s*(?:เดือน\s*)?(?P<name>{MONTH_NAME})(?:(?P=dash)|{_GAP}){YEAR}",
    re.IGNORECASE,
)
_MONTH_IN_WORDS = re.compile(rf"(?:เดือน\s*)?(?P<name>{MONTH_NAME})(?:-|{_GAP}){YEAR}", re.IGNORECASE)
_MONTH_RANGE = re.compile(
    rf"(?:เดือน\s*)?(?P<first_name>{MONTH_NAME}){_GAP}"
    rf"(?:{YEAR.replace('?P<', '?P<first_')})?{_DASH}(?P<name>{MONTH_NAME}){_GAP}{YEAR}",
    re.IGNORECASE,
)

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_NUMBERED_MONTH = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})|(?P<month2>\d{1,2})[-/](?P<year2>\d{4})")
_BY_A_MONTH = re.compile(r"^(?:ภายใน(?:สิ้น)?|สิ้น)\s*")
_BEFORE_A_DATE = re.compile(r"^(?:ภายใน)?\s*(?:(?:ใน)?วันที่)?\s*")
_BEFORE_A_MONTH = re.compile(r"^(?:ภายใน|ประจำ|รอบ)?(?:สิ้น)?\s*")


class DateStyle(StrEnum):
    """How a date is written: ``1 ตุลาคม 2564``, ``1 ต.ค. 64``, ``ต.ค. 64`` or ``ตุลาคม 2564``."""

    LONG = "long"
    SHORT = "short"
    MONTH = "month"
    LONG_MONTH = "long-month"


def format_date(day: dt.date, *, style: DateStyle, digits: Digits) -> str:
    """The date in the Buddhist era; ``parse_date`` reads the two styles that have a day back."""
    year = day.year + BE_OFFSET
    if style in (DateStyle.LONG, DateStyle.LONG_MONTH):
        month = f"{LONG_NAMES[day.month - 1]} {year}"
    else:
        month = f"{SHORT_NAMES[day.month - 1]} {year % 100:02}"
    with_day = style in (DateStyle.LONG, DateStyle.SHORT)
    return in_digits(f"{day.day} {month}" if with_day else month, digits)


def parse_date(text: str) -> dt.date:
    """The Gregorian date that the text means; UnreadableDate when it means none, or could mean two.

    A deadline that names a month alone ("by March 2566") is the month's last day.
    """
    plain = _BEFORE_A_DATE.sub("", _plain(text))
    if match := _YEAR_FIRST.fullmatch(plain):
        year, _, month, day = match.groups()
        return _date(text, gregorian_year(year), int(month), int(day))
    if match := _YEAR_LAST.fullmatch(plain):
        return _day_first(text, *match.group(1, 3, 4, 2))
    if match := _DATE_IN_WORDS.fullmatch(plain):
        _refuse_short_year_in_english(text, match)
        year = gregorian_year(match["year"], era=match["era"])
        return _date(text, year, month_number(match["name"]), int(match["day"]))
    deadline, is_one = _BY_A_MONTH.subn("", _plain(text))
    if is_one and _MONTH_IN_WORDS.fullmatch(deadline):
        return month_span(*parse_month(deadline))[1]
    raise UnreadableDate(text, "write it like 31 ม.ค. 2565, 31/1/2565 or 2022-01-31.")


def format_month_range(first: dt.date, last: dt.date, *, style: DateStyle, digits: Digits) -> str:
    """The months from that of ``first`` to that of ``last``, in a style without a day.

    ``parse_month_range`` reads it back. Both years are printed, so that nobody has to guess the first.
    """
    return " – ".join(format_date(day, style=style, digits=digits) for day in (first, last))


def parse_month(text: str) -> tuple[int, int]:
    """The Gregorian year and the month, 1 to 12, that the text means."""
    plain = _BEFORE_A_MONTH.sub("", _plain(text))
    if match := _MONTH_IN_WORDS.fullmatch(plain):
        _refuse_short_year_in_english(text, match)
        return gregorian_year(match["year"], era=match["era"]), month_number(match["name"])
    if match := _NUMBERED_MONTH.fullmatch(plain):
        month = int(match["month"] or match["month2"])
        if 1 <= month <= 12:
            return gregorian_year(match["year"] or match["year2"]), month
        raise UnreadableDate(text, f"there is no month {month}.")
    raise UnreadableDate(text, "write the month like มี.ค. 2565, 2565-03 or 2022-03.")


def parse_month_range(text: str) -> tuple[dt.date, dt.date]:
    """The first day of the first month and the last day of the last one.

    Without a year of its own the first month is the latest that makes the range run forward.
    """
    match = _MONTH_RANGE.fullmatch(_BEFORE_A_MONTH.sub("", _plain(text)))
    if match is None:
        raise UnreadableDate(text, "write the months like ต.ค. 64 - ก.ย. 65.")
    last_year, last_month = gregorian_year(match["year"], era=match["era"]), month_number(match["name"])
    first_month = month_number(match["first_name"])
    if match["first_year"]:
        first_year = gregorian_year(match["first_year"], era=match["first_era"])
    else:
        first_year = last_year if first_month <= last_month else last_year - 1
    if (first_year, first_month) > (last_year, last_month):
        raise UnreadableDate(text, "the last month lies before the first.")
    return dt.date(first_year, first_month, 1), month_span(last_year, last_month)[1]


def month_span(year: int, month: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a month of a Gregorian year."""
    return dt.date(year, month, 1), dt.date(year, month, monthrange(year, month)[1])


def _plain(text: str) -> str:
    return to_arabic(repair(text)).strip()


def _day_first(text: str, first: str, second: str, year: str, mark: str) -> dt.date:
    """Day before month, as Thai offices write; beside a year of the common era the month may stand first."""
    if len(year) == 2 and mark == "-" and int(year) <= 31:
        raise UnreadableDate(text, f"the year could be 25{year} or 25{first:0>2}; write it in full.")
    gregorian, day, month = gregorian_year(year), int(first), int(second)
    if is_buddhist(year) or day == month or not 1 <= day <= 12 or month < 1:
        return _date(text, gregorian, month, day)
    if month > 12:
        return _date(text, gregorian, day, month)
    either = f"{gregorian}-{month:02}-{day:02} or {gregorian}-{day:02}-{month:02}"
    raise UnreadableDate(text, f"it could be {either}; write it in one of these ways.")


def _refuse_short_year_in_english(text: str, match: re.Match[str]) -> None:
    if len(match["year"]) == 2 and not match["era"] and is_english(match["name"]):
        raise UnreadableDate(text, f"the year could be {year_readings(match['year'])}; write it in full.")


def _date(text: str, year: int, month: int, day: int) -> dt.date:
    if not 1 <= month <= 12:
        raise UnreadableDate(text, f"there is no month {month}; the day comes first, then the month.")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        where = f"{LONG_NAMES[month - 1]} {year + BE_OFFSET} ({year}-{month:02})"
        raise UnreadableDate(text, f"{where} has {last} days, there is no {day}.")
    return dt.date(year, month, day)
