"""Which reminders are owed at an instant.

The question is never "what falls on today?" but "what has come due by now and is still of use?", so a machine
that was off for a week owes each thing once. This module answers for the calendar alone, as windows of dates;
which follow-ups and contacts lie in a window is the database's to say (``services/reminders.py``).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import (
    MONTHS_OF,
    date_label,
    first_of_month,
    last_of_month,
    month_label,
    next_month,
)
from tracker.domain.office_time import OfficeTime

ONE_DAY = dt.timedelta(days=1)
ONE_WEEK = dt.timedelta(weeks=1)
NOTICE_DAYS = 7
LOSS_DAYS = 14
"""For so long after its last try coordinators hear of a message that was lost: in one to three lists."""
NO_LIMIT = 1000
"""More than a message a day."""


class Kind(StrEnum):
    """Why a contact gets a message, the weightiest first."""

    ESCALATION = "escalation"
    OVERDUE = "overdue"
    DUE_SOON = "due-soon"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SUMMARY = "summary"
    COORDINATOR = "coordinator"
    GREETING = "greeting"


WEIGHT = {kind: len(Kind) - place for place, kind in enumerate(Kind)}
"""A message that carries several kinds is named for the one of the greatest weight."""

TURN = {kind: place for place, kind in enumerate(Kind)}
"""Which message leaves first when many wait: that of the smallest number."""

REMINDERS = frozenset(Kind) - {Kind.GREETING}
"""The kinds that are owed by the calendar; a greeting is sent when somebody asks for it."""

OWNER_KINDS = frozenset({Kind.MONTHLY, Kind.QUARTERLY, Kind.DUE_SOON, Kind.OVERDUE})


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """What an office may change about its reminders.

    ``due_soon_days`` are working days before the due date; ``overdue_weekday`` counts from Monday = 0;
    ``overdue_weeks`` is the most weekly reminders one overdue follow-up causes; ``monthly_cap`` the most
    messages a contact gets in a month; ``years_end_days`` how long a plan is reminded of after its year.
    ``escalation_days`` are the days overdue at which supervisors of rank 1, 2 and 3 are told, each of use for
    ``escalation_use_days``.
    """

    due_soon_days: int = 3
    overdue_weekday: int = 0
    overdue_weeks: int = 4
    monthly_cap: int = 6
    years_end_days: int = 60
    escalation_days: tuple[int, ...] = (7, 21, 45)
    escalation_use_days: int = 30


@dataclass(frozen=True, slots=True)
class PlanWindow:
    """Something owed once for a plan and period, from now until ``useful_until`` (UTC).

    ``first`` and ``last`` bound, both included, the month or the day the period is about.
    """

    kind: Kind
    period: str
    first: dt.date
    last: dt.date
    useful_until: dt.datetime


@dataclass(frozen=True, slots=True)
class FollowUpWindow:
    """A step owed once for each open follow-up whose due date lies in ``first`` … ``last``, both included.

    Its use ends at ``useful_until`` (UTC).
    """

    kind: Kind
    step: int
    first: dt.date
    last: dt.date
    useful_until: dt.datetime


def monthly(now: dt.datetime, office: OfficeTime, kind: Kind = Kind.MONTHLY) -> PlanWindow | None:
    """The monthly reminder, or another of ``kind`` with the same dates, if it is owed at ``now``.

    Owed from the first working day of the month until the month's end.
    """
    today = office.today(now)
    if now < office.reminding(office.first_working_day(today)):
        return None
    end = office.starts(next_month(today))
    return PlanWindow(kind, month_label(today), first_of_month(today), last_of_month(today), end)


def quarterly(now: dt.datetime, office: OfficeTime) -> PlanWindow | None:
    """The notice that a quarter closes, owed during its last month."""
    today = office.today(now)
    quarters = office.fiscal_year(today).periods(Cadence.QUARTERLY)
    closing = [quarter for quarter in quarters if quarter.ends_on == last_of_month(today)]
    window = monthly(now, office, Kind.QUARTERLY)
    if not closing or window is None:
        return None
    return PlanWindow(Kind.QUARTERLY, closing[0].label, window.first, window.last, window.useful_until)


def coordinator(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> PlanWindow:
    """The coordinators' weekly list: the last one that came due, of use until the next."""
    slot = _week_slot(now, office, rules)
    day = office.working.on_or_after(slot)
    until = office.reminding(office.working.on_or_after(slot + ONE_WEEK))
    return PlanWindow(Kind.COORDINATOR, date_label(slot), first_of_month(day), last_of_month(day), until)


def notices(now: dt.datetime, office: OfficeTime) -> Iterator[PlanWindow]:
    """What coordinators should hear of between two lists: a window for each of the last days, of use a week.

    ``first`` and ``last`` are the day on which it happened. The period is the day after: on the day of the
    weekly list, what happens after that has left would otherwise be taken for told.
    """
    today = office.today(now)
    for age in range(NOTICE_DAYS):
        day = today - ONE_DAY * age
        until = office.starts(day + ONE_DAY * NOTICE_DAYS)
        yield PlanWindow(Kind.COORDINATOR, date_label(day + ONE_DAY), day, day, until)


def weekly_day(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> dt.date:
    """The working day of the weekly reminders that came due last."""
    return office.working.on_or_after(_week_slot(now, office, rules))


def due_soon(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> Iterator[FollowUpWindow]:
    """What falls due within a few working days, a window a day; of use until the due date is over."""
    day = office.today(now)
    last = office.working.after(_reminding_day(now, office), rules.due_soon_days)
    while day <= last:
        yield FollowUpWindow(Kind.DUE_SOON, 1, day, day, office.starts(day + ONE_DAY))
        day += ONE_DAY


def overdue(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> Iterator[FollowUpWindow]:
    """The weekly steps of what is overdue: step k for what is in its k-th week, and no more than allowed."""
    slot = _week_slot(now, office, rules)
    until = office.reminding(office.working.on_or_after(slot + ONE_WEEK))
    for step in range(1, rules.overdue_weeks + 1):
        last = slot - ONE_DAY - ONE_WEEK * (step - 1)
        yield FollowUpWindow(Kind.OVERDUE, step, last - ONE_WEEK + ONE_DAY, last, until)


def escalation(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> Iterator[FollowUpWindow]:
    """The steps of what is long overdue, a window a due date: step k since its number of days was reached.

    The days are calendar days; a step is owed from the hour of reminding of the day that reaches them.
    """
    day = _reminding_day(now, office)
    for step, after_days in enumerate(rules.escalation_days, start=1):
        for age in range(rules.escalation_use_days):
            reached = day - ONE_DAY * age
            due_on = reached - ONE_DAY * after_days
            until = office.reminding(reached + ONE_DAY * rules.escalation_use_days)
            yield FollowUpWindow(Kind.ESCALATION, step, due_on, due_on, until)


STEPS = {Kind.DUE_SOON: due_soon, Kind.OVERDUE: overdue, Kind.ESCALATION: escalation}
"""Whatever is owed by the due date of a follow-up."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of one follow-up, while that is open: owed from an instant (UTC), and of use until another."""

    kind: Kind
    number: int
    owed_from: dt.datetime
    useful_until: dt.datetime


def steps_of(due_on: dt.date, office: OfficeTime, rules: ReminderRules) -> list[Step]:
    """All that a follow-up due on a day will owe, in order of time, if it stays open."""
    first = office.working.before(due_on, rules.due_soon_days) - ONE_WEEK
    last = due_on + ONE_WEEK * (rules.overdue_weeks + 2)
    last = max(last, due_on + ONE_DAY * (rules.escalation_days[-1] + 1))
    found: dict[tuple[Kind, int], Step] = {}
    for day in (first + ONE_DAY * number for number in range((last - first).days + 1)):
        now = office.reminding(day)
        for window in chain.from_iterable(owed(now, office, rules) for owed in STEPS.values()):
            if window.first <= due_on <= window.last:
                step = Step(window.kind, window.step, now, window.useful_until)
                found.setdefault((step.kind, step.number), step)
    return sorted(found.values(), key=lambda step: step.owed_from)


def allowances(today: dt.date, office: OfficeTime, rules: ReminderRules) -> dict[Kind, int]:
    """Fewer than how many messages a contact must have had this month to get one more, by kind.

    Escalations have no limit. What comes in between, due dates and coordinators' lists, leaves room for the
    weekly days still to come, so that the weekly reminders of what is overdue never lack a place.
    """
    kept = _weekly_days_left(today, office, rules)
    light = dict.fromkeys((Kind.DUE_SOON, Kind.COORDINATOR), max(1, rules.monthly_cap - kept))
    return dict.fromkeys(Kind, rules.monthly_cap) | light | {Kind.ESCALATION: NO_LIMIT}


def _weekly_days_left(today: dt.date, office: OfficeTime, rules: ReminderRules) -> int:
    """On how many days after ``today``, in its month, weekly reminders come due."""
    first = first_of_month(today) - ONE_WEEK
    number = (last_of_month(today) - first).days + 1
    dates = [first + ONE_DAY * each for each in range(number)]
    slots = {office.working.on_or_after(day) for day in dates if day.weekday() == rules.overdue_weekday}
    return sum(today < day <= dates[-1] for day in slots)


def weightiest(kinds: set[Kind]) -> Kind:
    """The kind a message is named for."""
    return max(kinds, key=WEIGHT.__getitem__)


def closes_with_quarter(cadence: Cadence) -> bool:
    """Whether periods of this cadence end with a quarter and are longer than a month."""
    return MONTHS_OF.get(cadence, 1) > 1


def _reminding_day(now: dt.datetime, office: OfficeTime) -> dt.date:
    """The last day whose hour of reminding has come."""
    today = office.today(now)
    return today if now >= office.reminding(today) else today - ONE_DAY


def _week_slot(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> dt.date:
    """The last weekly day whose reminders are owed: its own date, or the next working day's, has come."""
    day = _reminding_day(now, office)
    slot = day - dt.timedelta(days=(day.weekday() - rules.overdue_weekday) % 7)
    return slot if office.working.on_or_after(slot) <= day else slot - ONE_WEEK
