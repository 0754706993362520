"""How long a measure runs: the words of the timeline and the span of days they mean."""

import datetime as dt
import re
from dataclasses import dataclass

from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import FiscalYear
from tracker.errors import UnreadableDate
from tracker.plans import phrases
from tracker.plans.cells import flowing
from tracker.thai.dates import month_span, parse_date, parse_month_range
from tracker.thai.digits import to_arabic
from tracker.thai.months import MONTH_NAME, month_number
from tracker.thai.years import BE_OFFSET, gregorian_year

_LONGEST_TIMELINE = 300
_MONTH = re.compile(MONTH_NAME, re.IGNORECASE)
_YEAR_OF_DAY = re.compile(r"\d{2,4}$")


@dataclass(frozen=True, slots=True)
class Span:
    """The days a measure runs, why they are doubtful ("" when they are not), and the code of that warning."""

    starts_on: dt.date
    ends_on: dt.date
    doubt: str = ""
    kind: str = ""


def split_timeline(text: str) -> tuple[str, str]:
    """The timeline's words at the head of a follow-up column, as printed, and the rest of the column."""
    found = phrases.TIMELINE.match(to_arabic(text[:_LONGEST_TIMELINE]))
    if found is None:
        return "", text
    start, end = found.span("words")
    return flowing(text[start:end]), text[found.end() :]


def read_span(timeline: str, year: FiscalYear) -> Span:
    """The days that the timeline names; the whole fiscal year, with a doubt, where it names none that can be.

    An open end is the end of the fiscal year; a deadline without a beginning runs from its first day.
    """
    try:
        first, last = span_of(timeline, year)
    except UnreadableDate as problem:
        return Span(year.starts_on, year.ends_on, f"{problem} The whole year is taken.", "span-unreadable")
    plain = _squeezed(timeline)
    named = _named_span(plain, year)
    if named is None and plain and not phrases.WHOLE_YEAR.search(plain):
        is_open = phrases.OPEN_END.search(plain)
        what, kind = ("names no end", "span-open") if is_open else ("names no span", "span-unreadable")
        return Span(first, last, f"{timeline!r} {what}, the whole year is taken.", kind)
    if named is not None and phrases.OPEN_END.search(plain) and last == year.ends_on:
        return Span(first, last, f"{timeline!r} names no end, the end of the year is taken.", "span-open")
    if last < year.starts_on or first > year.ends_on:
        text = f"{timeline!r} lies outside the fiscal year {year.year}."
        return Span(first, last, text, "span-outside")
    return Span(first, last)


def span_of(timeline: str, year: FiscalYear) -> tuple[dt.date, dt.date]:
    """The first and last day that the timeline names; the whole fiscal year where it names none."""
    named = _named_span(_squeezed(timeline), year)
    if named is None:
        return year.starts_on, year.ends_on
    if named[0] > named[1]:
        raise UnreadableDate(timeline, "the last day lies before the first.")
    return named


def month_range(words: str, year: FiscalYear, *, has_year: bool) -> tuple[dt.date, dt.date]:
    """The days of a range of months. Without a printed year the range ends within the fiscal year."""
    if has_year:
        return parse_month_range(words)
    first, last = parse_month_range(f"{words} {year.year}")
    return (first, last) if last <= year.ends_on else parse_month_range(f"{words} {year.year - 1}")


def day_in(words: str, year: FiscalYear) -> dt.date:
    """The day that words without spaces name; one without a year lies in the fiscal year."""
    month = _MONTH.search(words)
    if month is None or _YEAR_OF_DAY.search(words[month.end() :]):
        return parse_date(words)
    return parse_date(f"{words} {year_of_month(month_number(month[0]), year) + BE_OFFSET}")


def year_of_month(month: int, year: FiscalYear) -> int:
    """The Gregorian year in which the fiscal year has that month."""
    return year.starts_on.year if month >= year.starts_on.month else year.ends_on.year


def fiscal_year_named(digits: str | None, year: FiscalYear) -> FiscalYear:
    """The fiscal year of a printed number, else the plan's."""
    return FiscalYear(gregorian_year(digits) + BE_OFFSET) if digits else year


def _squeezed(timeline: str) -> str:
    return "".join(to_arabic(timeline).split())


def _named_span(plain: str, year: FiscalYear) -> tuple[dt.date, dt.date] | None:
    for pattern, days in _SPANS:
        if found := pattern.search(plain):
            first, last = days(found, year)
            is_open = phrases.OPEN_END.search(plain, found.end()) is not None
            return first, max(last, year.ends_on) if is_open else last
    return None


def _days(found: re.Match[str], year: FiscalYear) -> tuple[dt.date, dt.date]:
    last = day_in(found["last"], year)
    first = found["first"]
    if first.isdecimal():
        return parse_date(f"{first}/{last.month}/{last.year + BE_OFFSET}"), last
    return day_in(first, year), last


def _months(found: re.Match[str], year: FiscalYear) -> tuple[dt.date, dt.date]:
    return month_range(found["words"], year, has_year=found["year"] is not None)


def _quarters(found: re.Match[str], year: FiscalYear) -> tuple[dt.date, dt.date]:
    named = fiscal_year_named(found["year"], year)
    quarters = named.periods(Cadence.QUARTERLY)
    last = quarters[int(found["last"] or found["first"]) - 1].ends_on
    return named.starts_on if found["by"] else quarters[int(found["first"]) - 1].starts_on, last


def _half(found: re.Match[str], year: FiscalYear) -> tuple[dt.date, dt.date]:
    halves = fiscal_year_named(found["year"], year).periods(Cadence.HALF_YEARLY)
    half = halves[0] if found["half"] == phrases.FIRST_OF_TWO else halves[1]
    return half.starts_on, half.ends_on


def _day(found: re.Match[str], year: FiscalYear) -> tuple[dt.date, dt.date]:
    day = day_in(found["date"], year)
    return (min(year.starts_on, day) if found["by"] else day), day


def _month(found: re.Match[str], year: FiscalYear) -> tuple[dt.date, dt.date]:
    month = month_number(found["name"])
    named = gregorian_year(found["year"], era=found["era"]) if found["year"] else year_of_month(month, year)
    first, last = month_span(named, month)
    return (min(year.starts_on, first) if found["by"] else first), last


def _whole(found: re.Match[str], year: FiscalYear) -> tuple[dt.date, dt.date]:
    named = fiscal_year_named(found["year"], year)
    return named.starts_on, named.ends_on


_SPANS = (
    (phrases.DAYS, _days),
    (phrases.MONTH_SPAN, _months),
    (phrases.QUARTERS, _quarters),
    (phrases.HALF_ALONE, _half),
    (phrases.DAY, _day),
    (phrases.MONTH, _month),
    (phrases.NAMED_YEAR, _whole),
)
