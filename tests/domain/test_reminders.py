"""Which reminders are owed at an instant: tables of instants, and a year of hours."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.cadence import Cadence
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import (
    NO_LIMIT,
    OWNER_KINDS,
    WEIGHT,
    FollowUpWindow,
    Kind,
    PlanWindow,
    ReminderRules,
    allowances,
    closes_with_quarter,
    coordinator,
    due_soon,
    escalation,
    monthly,
    notices,
    overdue,
    quarterly,
    steps_of,
    weightiest,
)
from tracker.services.days_off import read_days_off

TABLES = Path(__file__).parents[2] / "config" / "days-off"
REAL = OfficeTime(working=WorkingDays(read_days_off(sorted(TABLES.glob("256[5-7].csv")))))
"""FY2565 to 2567. January 2022: Sat 1, Sun 2, Mon 3 off in lieu, Tue 4 the first working day."""
RULES = ReminderRules()
ONE_DAY = dt.timedelta(days=1)
ONE_HOUR = dt.timedelta(hours=1)

Windows = Callable[[dt.datetime, OfficeTime, ReminderRules], Iterator[FollowUpWindow]]


def at(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2022) -> dt.datetime:
    """An instant in UTC, given by the clock on the wall in Bangkok."""
    local = dt.datetime(year, month, day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    return local.astimezone(dt.UTC)


JANUARY = PlanWindow(Kind.MONTHLY, "2565-01", dt.date(2022, 1, 1), dt.date(2022, 1, 31), at(2, 1, 0))


@pytest.mark.parametrize(
    ("now", "owed"),
    [
        (at(1, 1, 0), None),
        (at(1, 3, 12), None),
        (at(1, 4, 8, 59), None),
        (at(1, 4, 9), JANUARY),
        (at(1, 8, 3), JANUARY),
        (at(1, 31, 23, 59), JANUARY),
        (at(2, 1, 0), None),
        (dt.datetime(2022, 1, 31, 17, 30, tzinfo=dt.UTC), None),  # half past midnight on 1 February
        (dt.datetime(2022, 1, 3, 17, 30, tzinfo=dt.UTC), None),  # the 4th, but not yet nine
    ],
    ids=[
        "new_year_saturday", "monday_holiday", "before_nine", "nine", "a_weekend_later", "last_minute",
        "next_month", "tomorrow_in_bangkok", "first_working_day_in_bangkok",
    ],
)  # fmt: skip
def test_monthly_is_owed_from_the_first_working_day_to_the_months_end(
    now: dt.datetime, owed: PlanWindow | None
) -> None:
    assert monthly(now, REAL) == owed


def test_monthly_dates_serve_another_kind() -> None:
    assert monthly(at(1, 4, 9), REAL, Kind.SUMMARY) == PlanWindow(
        Kind.SUMMARY, "2565-01", dt.date(2022, 1, 1), dt.date(2022, 1, 31), at(2, 1, 0)
    )


FIRST_QUARTER = PlanWindow(
    Kind.QUARTERLY, "2565-Q1", dt.date(2021, 12, 1), dt.date(2021, 12, 31), at(1, 1, 0)
)
LAST_QUARTER = PlanWindow(Kind.QUARTERLY, "2565-Q4", dt.date(2022, 9, 1), dt.date(2022, 9, 30), at(10, 1, 0))


@pytest.mark.parametrize(
    ("now", "owed"),
    [
        (at(11, 30, 23, 59, year=2021), None),
        (at(12, 1, 8, 59, year=2021), None),
        (at(12, 1, 9, year=2021), FIRST_QUARTER),
        (at(12, 31, 23, 59, year=2021), FIRST_QUARTER),
        (at(1, 4, 9), None),
        (at(2, 28, 12), None),
        (at(9, 1, 9), LAST_QUARTER),
        (at(10, 3, 9), None),
    ],
    ids=[
        "november", "before_nine", "first_working_day", "last_minute", "january", "february", "september",
        "october",
    ],
)  # fmt: skip
def test_quarterly_is_owed_in_the_last_month_of_a_quarter(now: dt.datetime, owed: PlanWindow | None) -> None:
    assert quarterly(now, REAL) == owed


def test_quarterly_follows_the_fiscal_year_of_the_office() -> None:
    office = OfficeTime(fiscal_start_month=2)  # quarters end in April, July, October, January

    assert quarterly(at(3, 15, 12), office) is None
    assert quarterly(at(4, 15, 12), office) == PlanWindow(
        Kind.QUARTERLY, "2566-Q1", dt.date(2022, 4, 1), dt.date(2022, 4, 30), at(5, 1, 0)
    )


@pytest.mark.parametrize(
    ("now", "slot", "until"),
    [
        (at(12, 27, 8, 59, year=2021), "2564-12-20", at(12, 27, 9, year=2021)),
        (at(12, 27, 9, year=2021), "2564-12-27", at(1, 4, 9)),
        (at(1, 3, 12), "2564-12-27", at(1, 4, 9)),  # Monday, but off
        (at(1, 4, 8, 59), "2564-12-27", at(1, 4, 9)),
        (at(1, 4, 9), "2565-01-03", at(1, 10, 9)),
        (at(1, 9, 12), "2565-01-03", at(1, 10, 9)),
        (at(1, 10, 9), "2565-01-10", at(1, 17, 9)),
        (dt.datetime(2022, 1, 9, 17, 30, tzinfo=dt.UTC), "2565-01-03", at(1, 10, 9)),
    ],
    ids=[
        "before_nine", "nine", "monday_holiday", "tuesday_before_nine", "tuesday_nine", "sunday",
        "next_monday", "monday_in_bangkok_before_nine",
    ],
)  # fmt: skip
def test_coordinators_list_is_owed_from_monday_to_the_next(
    now: dt.datetime, slot: str, until: dt.datetime
) -> None:
    window = coordinator(now, REAL, RULES)

    assert (window.kind, window.period, window.useful_until) == (Kind.COORDINATOR, slot, until)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        # Tuesday 5 April: Chakri Day on the 6th; three working days on is Mon 11
        (at(4, 5, 8, 59), [5, 6, 7, 8]),  # Monday's: 5, 7, 8
        (at(4, 5, 9), [5, 6, 7, 8, 9, 10, 11]),
        # Tuesday 12 April: Songkran from the 13th to the 15th; 18, 19, 20
        (at(4, 12, 9), [*range(12, 21)]),
        (at(4, 17, 9), [*range(17, 21)]),
        (dt.datetime(2022, 4, 17, 17, 30, tzinfo=dt.UTC), [18, 19, 20]),
    ],
    ids=["before_nine", "nine", "songkran", "sunday", "tomorrow_in_bangkok"],
)
def test_due_soon_reaches_three_working_days_ahead(now: dt.datetime, days: list[int]) -> None:
    assert list(due_soon(now, REAL, RULES)) == [
        FollowUpWindow(
            Kind.DUE_SOON, 1, dt.date(2022, 4, day), dt.date(2022, 4, day), at(4, day, 0) + ONE_DAY
        )
        for day in days
    ]


def test_overdue_steps_are_weeks_back_from_monday() -> None:
    until = at(1, 17, 9)

    assert list(overdue(at(1, 10, 9), REAL, RULES)) == [
        FollowUpWindow(Kind.OVERDUE, 1, dt.date(2022, 1, 3), dt.date(2022, 1, 9), until),
        FollowUpWindow(Kind.OVERDUE, 2, dt.date(2021, 12, 27), dt.date(2022, 1, 2), until),
        FollowUpWindow(Kind.OVERDUE, 3, dt.date(2021, 12, 20), dt.date(2021, 12, 26), until),
        FollowUpWindow(Kind.OVERDUE, 4, dt.date(2021, 12, 13), dt.date(2021, 12, 19), until),
    ]


def test_overdue_on_a_monday_off_waits_for_tuesday_and_stays_until_the_next_slot() -> None:
    before, after = at(1, 4, 8, 59), at(1, 4, 9)

    assert next(overdue(before, REAL, RULES)) == FollowUpWindow(
        Kind.OVERDUE, 1, dt.date(2021, 12, 20), dt.date(2021, 12, 26), after
    )
    assert next(overdue(after, REAL, RULES)) == FollowUpWindow(
        Kind.OVERDUE, 1, dt.date(2021, 12, 27), dt.date(2022, 1, 2), at(1, 10, 9)
    )


def test_overdue_keeps_to_the_offices_weekday_and_weeks() -> None:
    rules = ReminderRules(overdue_weekday=3, overdue_weeks=1)  # Thursday

    assert list(overdue(at(1, 6, 9), REAL, rules)) == [
        FollowUpWindow(Kind.OVERDUE, 1, dt.date(2021, 12, 30), dt.date(2022, 1, 5), at(1, 13, 9))
    ]
    assert list(overdue(at(1, 6, 9), REAL, ReminderRules(overdue_weeks=0))) == []


Spell = tuple[dt.datetime, dt.datetime]
"""The first instant at which something is owed, and the end of its use."""


def spells(
    windows: Windows, office: OfficeTime, rules: ReminderRules, hours: list[dt.datetime]
) -> dict[tuple[dt.date, int], Spell]:
    """By due date and step, when it is owed; fails where it is owed in more than one spell."""
    owed: dict[tuple[dt.date, int], list[tuple[int, dt.datetime]]] = defaultdict(list)
    for number, now in enumerate(hours):
        for window in windows(now, office, rules):
            assert now < window.useful_until
            for n in range((window.last - window.first).days + 1):
                owed[window.first + ONE_DAY * n, window.step].append((number, window.useful_until))
    for key, spell in owed.items():
        (first, until), numbers = spell[0], [number for number, _ in spell]
        assert numbers == list(range(first, first + len(spell))), key
        assert {end for _, end in spell} == {until}, key
    return {key: (hours[spell[0][0]], spell[0][1]) for key, spell in owed.items()}


def hours_of(first: dt.date, days: int, *, every: int = 1) -> list[dt.datetime]:
    start = at(first.month, first.day, 0, year=first.year)
    return [start + ONE_HOUR * n for n in range(0, 24 * days, every)]


def check_overdue(office: OfficeTime, rules: ReminderRules, hours: list[dt.datetime]) -> None:
    """Each due date owes step k from the k-th weekly day after it until the next, and then nothing."""
    found = spells(overdue, office, rules, hours)
    day = office.today(hours[0]) + dt.timedelta(weeks=2)
    while day <= office.today(hours[-1]) - dt.timedelta(weeks=rules.overdue_weeks + 2):
        first_slot = day + dt.timedelta(days=(rules.overdue_weekday - day.weekday() - 1) % 7 + 1)
        days = [first_slot + dt.timedelta(weeks=k) for k in range(rules.overdue_weeks + 1)]
        owed = [office.reminding(office.working.on_or_after(each)) for each in days]
        steps = {step: spell for (due_on, step), spell in found.items() if due_on == day}
        assert steps == {k: (owed[k - 1], owed[k]) for k in range(1, rules.overdue_weeks + 1)}, day
        day += ONE_DAY


def check_due_soon(office: OfficeTime, rules: ReminderRules, hours: list[dt.datetime]) -> None:
    """Each due date owes one notice, from so many working days before until the date is over."""
    found = spells(due_soon, office, rules, hours)
    day = office.today(hours[0]) + dt.timedelta(weeks=3)
    while day <= office.today(hours[-1]) - dt.timedelta(weeks=2):
        since = office.reminding(office.working.before(day, rules.due_soon_days))
        assert found[day, 1] == (since, office.starts(day + ONE_DAY)), day
        day += ONE_DAY


def check_escalation(office: OfficeTime, rules: ReminderRules, hours: list[dt.datetime]) -> None:
    """Each due date owes step k from the day that makes it so many days overdue, for as many as set."""
    found = spells(escalation, office, rules, hours)
    use = dt.timedelta(days=rules.escalation_use_days)
    last = office.today(hours[-1]) - use - dt.timedelta(days=rules.escalation_days[-1] + 1)
    day = office.today(hours[0])
    while day <= last:
        for step, days in enumerate(rules.escalation_days, start=1):
            reached = day + dt.timedelta(days=days)
            assert found[day, step] == (office.reminding(reached), office.reminding(reached + use)), day
        day += ONE_DAY


def test_real_months_owe_each_due_date_each_escalation_once() -> None:
    check_escalation(REAL, RULES, hours_of(dt.date(2021, 11, 1), 90))


def test_escalation_keeps_to_the_offices_days() -> None:
    rules = ReminderRules(escalation_days=(1, 2, 5), escalation_use_days=3)

    check_escalation(REAL, rules, hours_of(dt.date(2022, 4, 1), 30))


def test_what_happened_lately_is_told_under_the_day_after_for_a_week() -> None:
    assert list(notices(at(4, 5, 0), REAL)) == [
        PlanWindow(Kind.COORDINATOR, label, day, day, at(day.month, day.day, 0) + dt.timedelta(days=7))
        for label, day in (
            ("2565-04-06", dt.date(2022, 4, 5)), ("2565-04-05", dt.date(2022, 4, 4)),
            ("2565-04-04", dt.date(2022, 4, 3)), ("2565-04-03", dt.date(2022, 4, 2)),
            ("2565-04-02", dt.date(2022, 4, 1)), ("2565-04-01", dt.date(2022, 3, 31)),
            ("2565-03-31", dt.date(2022, 3, 30)),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "left"),
    [
        (dt.date(2022, 5, 1), 5),  # the 2nd is off, so that Tuesday counts; 9, 16, 23, 30
        (dt.date(2022, 8, 1), 4),  # a Monday itself: 8, 15, 22, 29 follow
        (dt.date(2022, 8, 29), 0),
        (dt.date(2022, 1, 3), 5),  # off, so that Tuesday the 4th counts; 10, 17, 24, 31
        (dt.date(2022, 1, 4), 4),
        (dt.date(2022, 10, 30), 1),
    ],
    ids=["may", "monday", "last_monday", "monday_off", "the_tuesday_after_it", "sunday"],
)
def test_light_messages_leave_room_for_the_weekly_days_to_come(day: dt.date, left: int) -> None:
    office = OfficeTime(working=WorkingDays(frozenset({dt.date(2022, 1, 3), dt.date(2022, 5, 2)})))

    allowed = allowances(day, office, ReminderRules(monthly_cap=9))

    assert allowed == {
        Kind.ESCALATION: NO_LIMIT, Kind.OVERDUE: 9, Kind.DUE_SOON: 9 - left, Kind.MONTHLY: 9,
        Kind.QUARTERLY: 9, Kind.SUMMARY: 9, Kind.COORDINATOR: 9 - left, Kind.GREETING: 9,
    }  # fmt: skip


def test_a_small_cap_still_allows_one_light_message() -> None:
    allowed = allowances(dt.date(2022, 8, 1), REAL, ReminderRules(monthly_cap=2))

    assert allowed[Kind.DUE_SOON] == allowed[Kind.COORDINATOR] == 1


@settings(max_examples=60, deadline=None)
@given(st.dates(dt.date(2022, 1, 1), dt.date(2022, 12, 1)), st.data())
def test_weekly_messages_have_a_place_whatever_light_ones_come(start: dt.date, data: st.DataObject) -> None:
    """From the first of a month on: whatever days bring due dates, each weekly day still gets its message."""
    day, had = start.replace(day=1), 1  # the month's list
    office = OfficeTime()
    while day.month == start.month:
        allowed = allowances(day, office, RULES)
        if day.weekday() == RULES.overdue_weekday:
            assert had < allowed[Kind.OVERDUE]
            had += 1
        elif had < allowed[Kind.DUE_SOON] and data.draw(st.booleans()):
            had += 1
        day += ONE_DAY


def test_real_year_owes_each_due_date_each_overdue_step_once() -> None:
    check_overdue(REAL, RULES, hours_of(dt.date(2021, 10, 1), 365))


def test_real_year_owes_each_due_date_one_notice_beforehand() -> None:
    check_due_soon(REAL, RULES, hours_of(dt.date(2021, 10, 1), 365))


FIRST_MONDAY = dt.date(2022, 1, 3)


@st.composite
def offices(draw: st.DrawFn) -> OfficeTime:
    """An office with up to two days off a week: seven in a row, which none has, would skip a weekly step."""
    off = set()
    for week in range(14):
        monday = FIRST_MONDAY + dt.timedelta(weeks=week - 1)
        for number in draw(st.sets(st.integers(0, 4), max_size=2)):
            off.add(monday + ONE_DAY * number)
    return OfficeTime(working=WorkingDays(frozenset(off)))


@settings(max_examples=20, deadline=None)
@given(office=offices(), weekday=st.integers(0, 4), weeks=st.integers(1, 5))
def test_any_office_owes_each_due_date_each_overdue_step_once(
    office: OfficeTime, weekday: int, weeks: int
) -> None:
    rules = ReminderRules(overdue_weekday=weekday, overdue_weeks=weeks)

    check_overdue(office, rules, hours_of(FIRST_MONDAY, 7 * 11, every=3))


@settings(max_examples=20, deadline=None)
@given(office=offices(), ahead=st.integers(1, 4))
def test_any_office_owes_each_due_date_one_notice_beforehand(office: OfficeTime, ahead: int) -> None:
    rules = ReminderRules(due_soon_days=ahead)

    check_due_soon(office, rules, hours_of(FIRST_MONDAY, 7 * 10, every=3))


def test_every_month_and_quarter_of_a_real_year_is_owed_in_one_spell() -> None:
    months: dict[str, list[dt.datetime]] = defaultdict(list)
    for now in hours_of(dt.date(2021, 10, 1), 365):
        for window in (monthly(now, REAL), quarterly(now, REAL)):
            if window is not None:
                months[window.period].append(now)
                assert window.first <= REAL.today(now) <= window.last
                assert now < window.useful_until

    assert len(months) == 12 + 4
    for owed in months.values():
        first = REAL.reminding(REAL.first_working_day(REAL.today(owed[0])))
        assert owed == [first + ONE_HOUR * n for n in range(len(owed))]


def test_message_is_named_for_its_weightiest_kind() -> None:
    assert weightiest({Kind.MONTHLY, Kind.ESCALATION, Kind.SUMMARY}) is Kind.ESCALATION
    assert weightiest({Kind.COORDINATOR, Kind.DUE_SOON}) is Kind.DUE_SOON
    assert sorted(Kind, key=lambda kind: -WEIGHT[kind]) == list(Kind)


@pytest.mark.parametrize(
    ("cadence", "closes"),
    [
        (Cadence.MONTHLY, False),
        (Cadence.QUARTERLY, True),
        (Cadence.HALF_YEARLY, True),
        (Cadence.YEARLY, True),
        (Cadence.ON, False),
    ],
)
def test_longer_periods_close_with_a_quarter(cadence: Cadence, closes: bool) -> None:
    assert closes_with_quarter(cadence) is closes


# --- all that one follow-up will owe


def test_steps_of_a_follow_up_stand_in_order_of_time() -> None:
    """Due on Monday, 31 January: near from Wednesday the 26th on, then every Monday after it."""
    steps = [each for each in steps_of(dt.date(2022, 1, 31), REAL, RULES) if each.kind in OWNER_KINDS]

    assert [(each.kind, each.number, REAL.today(each.owed_from).isoformat()) for each in steps] == [
        (Kind.DUE_SOON, 1, "2022-01-26"),
        (Kind.OVERDUE, 1, "2022-02-07"),
        (Kind.OVERDUE, 2, "2022-02-14"),
        (Kind.OVERDUE, 3, "2022-02-21"),
        (Kind.OVERDUE, 4, "2022-02-28"),
    ]
    assert all(each.owed_from == REAL.reminding(REAL.today(each.owed_from)) for each in steps)


@pytest.mark.parametrize("number", range(0, 400, 13))
def test_steps_begin_when_their_windows_first_hold_the_due_date(number: int) -> None:
    due_on = dt.date(2021, 10, 1) + dt.timedelta(days=number)
    before = dt.timedelta(minutes=1)

    def owed(now: dt.datetime) -> set[tuple[Kind, int]]:
        windows = [*due_soon(now, REAL, RULES), *overdue(now, REAL, RULES)]
        return {(each.kind, each.step) for each in windows if each.first <= due_on <= each.last}

    for step in steps_of(due_on, REAL, RULES):
        if step.kind in OWNER_KINDS:
            assert (step.kind, step.number) in owed(step.owed_from)
            assert (step.kind, step.number) not in owed(step.owed_from - before)
            assert (step.kind, step.number) not in owed(step.useful_until)
