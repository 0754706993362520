"""The fiscal calendar: years, halves, quarters and months, with their Buddhist-era labels.

Years are Buddhist Era (BE = CE + 543), dates Gregorian. Every period is counted from the first day of its
fiscal year, never from the period before it, so nothing drifts over short months.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.domain.cadence import Cadence

BUDDHIST_ERA = 543
MONTHS_OF = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.HALF_YEARLY: 6, Cadence.YEARLY: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of whole days, both ends included, and the label it is stored under."""

    label: str
    cadence: Cadence
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """Fiscal year ``year`` (BE), from the first of ``start_month`` on, twelve months long.

    With a start month after January the year begins in the calendar year before the one it is named for:
    FY2565 runs from 1 October 2021 to 30 September 2022.
    """

    year: int
    start_month: int = 10

    @classmethod
    def containing(cls, day: dt.date, *, start_month: int = 10) -> "FiscalYear":
        """The fiscal year in which ``day`` lies."""
        ahead = start_month > 1 and day.month >= start_month
        return cls(day.year + BUDDHIST_ERA + ahead, start_month)

    @property
    def starts_on(self) -> dt.date:
        """First day of the fiscal year."""
        return self._month_start(0)

    @property
    def ends_on(self) -> dt.date:
        """Last day of the fiscal year."""
        return self._month_start(12) - dt.timedelta(days=1)

    def periods(self, cadence: Cadence) -> tuple[Period, ...]:
        """The year's periods of a cadence, in order: they cover it without gap or overlap.

        A rule ``on DATE`` has no periods; asking for them is an error of the caller (KeyError).
        """
        length = MONTHS_OF[cadence]
        return tuple(self._period(cadence, first, length) for first in range(0, 12, length))

    def all_periods(self) -> Iterator[Period]:
        """Months, quarters, halves and the year, in this order."""
        for cadence in MONTHS_OF:
            yield from self.periods(cadence)

    def _period(self, cadence: Cadence, first: int, length: int) -> Period:
        starts_on = self._month_start(first)
        ends_on = self._month_start(first + length) - dt.timedelta(days=1)
        return Period(self._label(cadence, first // length, starts_on), cadence, starts_on, ends_on)

    def _label(self, cadence: Cadence, index: int, starts_on: dt.date) -> str:
        if cadence is Cadence.MONTHLY:
            return month_label(starts_on)
        if cadence is Cadence.YEARLY:
            return str(self.year)
        return f"{self.year}-{'Q' if cadence is Cadence.QUARTERLY else 'H'}{index + 1}"

    def _month_start(self, offset: int) -> dt.date:
        year = self.year - BUDDHIST_ERA - (self.start_month > 1)
        months = year * 12 + self.start_month - 1 + offset
        return dt.date(months // 12, months % 12 + 1, 1)


def month_label(day: dt.date) -> str:
    """The label of the calendar month of ``day``: ``2565-03`` for any day of March 2022."""
    return f"{day.year + BUDDHIST_ERA}-{day.month:02}"


def date_label(day: dt.date) -> str:
    """The label of a single day: ``2565-01-31`` for 31 January 2022."""
    return f"{month_label(day)}-{day.day:02}"


def first_of_month(day: dt.date) -> dt.date:
    """The first day of the month of ``day``."""
    return day.replace(day=1)


def last_of_month(day: dt.date) -> dt.date:
    """The last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after that of ``day``."""
    return last_of_month(day) + dt.timedelta(days=1)
