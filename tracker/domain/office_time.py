"""When an office works: working days, sending hours, and the zone in which a day is a day."""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tracker.domain.fiscal import FiscalYear, first_of_month

ONE_DAY = dt.timedelta(days=1)
WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, as ``date.weekday()`` counts."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Mondays to Fridays, without the days off that the office keeps (Gregorian dates)."""

    days_off: frozenset[dt.date] = frozenset()

    def includes(self, day: dt.date) -> bool:
        """Whether the office works on ``day``."""
        return day.weekday() not in WEEKEND and day not in self.days_off

    def on_or_after(self, day: dt.date) -> dt.date:
        """``day`` itself when the office works then, otherwise the next day it does."""
        while not self.includes(day):
            day += ONE_DAY
        return day

    def on_or_before(self, day: dt.date) -> dt.date:
        """``day`` itself when the office works then, otherwise the last day before that it did."""
        while not self.includes(day):
            day -= ONE_DAY
        return day

    def after(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after ``day``; with 0, ``day`` itself."""
        for _ in range(count):
            day = self.on_or_after(day + ONE_DAY)
        return day

    def before(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day before ``day``; with 0, ``day`` itself."""
        for _ in range(count):
            day = self.on_or_before(day - ONE_DAY)
        return day


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """The office's clock on the wall: its zone, working days, hours of sending and fiscal year.

    ``opens`` and ``closes`` bound the sending of messages on working days, local time; ``reminds_at`` is the
    local time from which a day's reminders are owed, and from which a working day's messages are made.
    Instants go in and come out aware, in UTC.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Bangkok"))
    working: WorkingDays = WorkingDays()
    opens: dt.time = dt.time(8, 30)
    closes: dt.time = dt.time(16, 30)
    reminds_at: dt.time = dt.time(9, 0)
    fiscal_start_month: int = 10

    def today(self, now: dt.datetime) -> dt.date:
        """The office's calendar day at the instant ``now``; a naive instant is refused."""
        if now.tzinfo is None:
            raise ValueError(f"{now} carries no time zone")
        return now.astimezone(self.zone).date()

    def at(self, day: dt.date, time: dt.time) -> dt.datetime:
        """The instant, in UTC, of a local day and time."""
        return dt.datetime.combine(day, time, self.zone).astimezone(dt.UTC)

    def starts(self, day: dt.date) -> dt.datetime:
        """The instant, in UTC, at which the local day begins."""
        return self.at(day, dt.time.min)

    def reminding(self, day: dt.date) -> dt.datetime:
        """The instant, in UTC, from which the reminders of ``day`` are owed."""
        return self.at(day, self.reminds_at)

    def may_send(self, now: dt.datetime) -> bool:
        """Whether messages may leave at ``now``: a working day, within the hours of sending."""
        local = now.astimezone(self.zone)
        return self.working.includes(local.date()) and self.opens <= local.time() < self.closes

    def next_sending(self, now: dt.datetime) -> dt.datetime:
        """``now`` when messages may leave, otherwise the next instant, in UTC, at which they may."""
        if self.may_send(now):
            return now
        day = self.today(now)
        if now >= self.at(day, self.closes):
            day += ONE_DAY
        return self.at(self.working.on_or_after(day), self.opens)

    def next_reminding(self, now: dt.datetime) -> dt.datetime:
        """The first instant after ``now``, in UTC, at which a working day's reminders become owed."""
        day = self.today(now)
        if now >= self.reminding(day):
            day += ONE_DAY
        return self.reminding(self.working.on_or_after(day))

    def may_gather(self, now: dt.datetime) -> bool:
        """Whether what is owed may be put into new messages at ``now``.

        Only from a working day's hour of reminding until its hours of sending end: a message made before
        would leave without what that day owes, and hold that back for a day. ``catches_up`` is the exception.
        """
        local = now.astimezone(self.zone)
        return self.working.includes(local.date()) and self.reminds_at <= local.time() < self.closes

    def catches_up(self, now: dt.datetime, *, gathered: dt.datetime | None) -> bool:
        """Whether nothing was gathered on the working day before, because nobody looked in time.

        Then it is done as soon as messages may leave, with all that the new day owes; ``gathered`` is the
        instant at which it was last done.
        """
        before = self.working.before(self.today(now), 1)
        return self.may_send(now) and (gathered is None or gathered < self.reminding(before))

    def next_gathering(self, now: dt.datetime) -> dt.datetime:
        """``now`` when new messages may be made, otherwise the next instant, in UTC, at which they may."""
        return now if self.may_gather(now) else self.next_reminding(now)

    def first_working_day(self, month: dt.date) -> dt.date:
        """The first working day of the month of ``month``."""
        return self.working.on_or_after(first_of_month(month))

    def fiscal_year(self, day: dt.date) -> FiscalYear:
        """The fiscal year in which ``day`` lies."""
        return FiscalYear.containing(day, start_month=self.fiscal_start_month)
