"""When a rule is followed up: the day a period ends, and the day its report is due."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import FiscalYear, date_label
from tracker.domain.office_time import WorkingDays


@dataclass(frozen=True, slots=True)
class Slot:
    """One follow-up that a rule asks for, the same for every measure with this rule and year.

    ``scheduled_on`` is the last day of the period, or the date of a rule ``on DATE``; ``due_on`` is the day
    by which the report is expected. ``on`` is None except for ``on DATE``.
    """

    cadence: Cadence
    on: dt.date | None
    period: str
    starts_on: dt.date
    scheduled_on: dt.date
    due_on: dt.date


def slots(
    fiscal_year: FiscalYear, *, dates: Iterable[dt.date], working: WorkingDays, report_days: int
) -> list[Slot]:
    """Every slot of a fiscal year: all its periods, and one for each of ``dates``.

    A period's report is due on the ``report_days``-th working day after its end, since nobody can report a
    month before it is over. A date is due on itself, or on the working day before when the office is closed.
    """
    periods = [
        Slot(period.cadence, None, period.label, period.starts_on, period.ends_on, due_on)
        for period in fiscal_year.all_periods()
        for due_on in [working.after(period.ends_on, report_days)]
    ]
    single_days = [
        Slot(Cadence.ON, day, date_label(day), fiscal_year.starts_on, day, working.on_or_before(day))
        for day in sorted(set(dates))
    ]
    return periods + single_days
