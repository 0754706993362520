"""Dates and period labels, as the templates print them.

Thai shows the Buddhist era, every other language the Gregorian calendar. Words such as "quarter" are the
templates' own; a label is only taken apart here.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tracker.domain.fiscal import BUDDHIST_ERA
from tracker.thai.dates import DateStyle, format_date
from tracker.thai.digits import Digits, in_digits
from tracker.thai.months import ENGLISH_NAMES

_LABEL = re.compile(
    r"(?P<year>[0-9]{4})(?:-Q(?P<quarter>[1-4])|-H(?P<half>[12])|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
)


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """A stored period label taken apart.

    ``kind`` is month, quarter, half, year or date, and "" for a label of no known shape. ``year`` is of the
    Buddhist era, ``number`` counts the quarter or half (else 0), ``day`` is the date or the month's first.
    """

    label: str
    kind: str
    year: int = 0
    number: int = 0
    day: dt.date | None = None


def period_facts(label: str) -> PeriodFacts:
    """The parts of a label such as ``2565-03``, ``2565-Q2``, ``2565-H1``, ``2565`` or ``2565-01-31``."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return PeriodFacts(label, "")
    year = int(match["year"])
    for kind in ("quarter", "half"):
        if match[kind]:
            return PeriodFacts(label, kind, year, int(match[kind]))
    if not match["month"]:
        return PeriodFacts(label, "year", year)
    try:
        day = dt.date(year - BUDDHIST_ERA, int(match["month"]), int(match["day"] or 1))
    except ValueError:
        return PeriodFacts(label, "")
    return PeriodFacts(label, "date" if match["day"] else "month", year, 0, day)


def date_filters(language: str) -> dict[str, Callable[..., str]]:
    """The filters ``long_date``, ``short_date`` and ``month`` of a language.

    Each takes a date and, if wanted, the digits to write with: "arabic" (as in tables) or "thai" (letters).
    """
    write = _thai_date if language == "th" else _english_date
    styles = {"long_date": DateStyle.LONG, "short_date": DateStyle.SHORT, "month": DateStyle.LONG_MONTH}
    return {name: partial(write, style=style) for name, style in styles.items()}


def with_digits(value: object, kind: str = "arabic") -> str:
    """The value with all its digits, Thai or Arabic, written in digits of the ``kind`` "thai" or "arabic"."""
    return in_digits(str(value), Digits(kind))


def _thai_date(day: dt.date, digits: str = "arabic", *, style: DateStyle) -> str:
    return format_date(day, style=style, digits=Digits(digits))


def _english_date(day: dt.date, digits: str = "arabic", *, style: DateStyle) -> str:
    name = ENGLISH_NAMES[day.month - 1]
    month = f"{name[:3] if style is DateStyle.SHORT else name} {day.year}"
    return with_digits(month if style is DateStyle.LONG_MONTH else f"{day.day} {month}", digits)
