"""The moment at which something is done: the instant, and by which calendar and rules."""

import datetime as dt
from dataclasses import dataclass

from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import ReminderRules
from tracker.reports.digest import CalendarDoubt


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, the office's calendar, and its rules for reminders.

    ``doubts`` are about that calendar, for those who get the summary.
    """

    now: dt.datetime
    office: OfficeTime
    rules: ReminderRules
    doubts: tuple[CalendarDoubt, ...] = ()

    @property
    def today(self) -> dt.date:
        """The office's day."""
        return self.office.today(self.now)

    @property
    def soon(self) -> dt.date:
        """The last due date that is told of as near."""
        return self.office.working.after(self.today, self.rules.due_soon_days)
