"""How long a measure runs: the words of the timeline and the span of days they mean."""

import datetime as dt

from tracker.domain.fiscal import FiscalYear
from tracker.plans import phrases
from tracker.plans.cells import flowing
from tracker.thai.dates import DATE_IN_WORDS, parse_date, parse_month_range
from tracker.thai.digits import to_arabic


def split_timeline(text: str) -> tuple[str, str]:
    """The timeline's words at the head of a follow-up column, as printed, and the rest of the column."""
    found = phrases.TIMELINE.match(to_arabic(text))
    if found is None:
        return "", text
    start, end = found.span("words")
    return flowing(text[start:end]), text[found.end() :]


def span_of(timeline: str, year: FiscalYear) -> tuple[dt.date, dt.date]:
    """The first and last day that the timeline names; the whole fiscal year where it names none."""
    plain = to_arabic(timeline)
    days = [parse_date(found[0]) for found in DATE_IN_WORDS.finditer(plain)]
    if len(days) == 2 and days[0] <= days[1]:
        return days[0], days[1]
    found = phrases.MONTH_SPAN.search("".join(plain.split()))
    if found is None:
        return year.starts_on, year.ends_on
    return month_range(found["words"], year, has_year=found["year"] is not None)


def month_range(words: str, year: FiscalYear, *, has_year: bool) -> tuple[dt.date, dt.date]:
    """The days of a range of months. Without a printed year the range ends within the fiscal year."""
    if has_year:
        return parse_month_range(words)
    first, last = parse_month_range(f"{words} {year.year}")
    return (first, last) if last <= year.ends_on else parse_month_range(f"{words} {year.year - 1}")
