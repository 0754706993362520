"""What is owed: each kind, to whom, from when and until when; and that planning writes each thing once."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import contact, follow_up, measure, message, rule, stored
from tests.factories import plan as document
from tests.services.delivering import at, dropped, names, outbox, plan, reminded
from tracker.db.models import (
    Contact,
    ContactDivision,
    ContactRole,
    Division,
    FollowUp,
    Message,
    Plan,
    Reminder,
)
from tracker.domain.contacts import Role
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import Kind, ReminderRules
from tracker.services.follow_ups import Change, apply
from tracker.services.waiting import PAST_USE

ONE, TWO = "ฝ่ายหนึ่ง", "ฝ่ายสอง"
JANUARY_31 = rule("on", dt.date(2022, 1, 31))  # a Monday
OFFICE = OfficeTime()


@pytest.fixture
def imported(session: Session) -> Callable[..., Plan]:
    """Brings a plan of these measures, its contacts being added by the test."""
    return lambda *measures, **options: stored(session, document(*measures), office=OFFICE, **options)


def owner(session: Session, agency: Plan, name: str, *divisions: str, **more: object) -> Contact:
    return contact(session, agency.agency_id, name, divisions=divisions, email=f"{name}@x.example", **more)


def set_aside(session: Session, code: str, action: Action, **more: object) -> None:
    change = Change(action, dt.date(2022, 1, 1), reason="because", **more)
    now = at("2022-01-01 12:00")
    apply(
        session, follow_up(session, code), change, what=code, verify=False, actor="test", now=now,
        today=dt.date(2022, 1, 1),
    )  # fmt: skip
    session.flush()


# --- monthly


@pytest.mark.parametrize(
    ("now", "owed"),
    [
        ("2022-01-03 08:59", []),  # Monday, the first working day of January
        ("2022-01-03 09:00", ["whole", "ก"]),
        ("2022-01-15 03:00", ["whole", "ก"]),
        ("2022-01-31 23:59", ["whole", "ก"]),
    ],
    ids=["before_nine", "first_working_day", "a_weekend_later", "last_minute"],
)
def test_monthly_goes_to_the_owners_of_a_division_that_has_something_due(
    session: Session, imported: Callable[..., Plan], now: str, owed: list[str]
) -> None:
    agency = imported(
        measure("O1", lead=ONE, rules=[JANUARY_31]),
        measure("O2", lead=TWO, rules=[rule("on", dt.date(2022, 3, 1))]),
    )
    owner(session, agency, "ก", ONE)
    owner(session, agency, "ข", TWO)
    owner(session, agency, "whole")
    owner(session, agency, "clerk", ONE, roles=["coordinator"])
    owner(session, agency, "head", ONE, roles=["supervisor"])

    plan(session, at(now))

    assert names(session, Kind.MONTHLY) == owed


def test_monthly_is_of_no_use_after_the_month(session: Session, imported: Callable[..., Plan]) -> None:
    owner(session, imported(measure(rules=[JANUARY_31])), "ก", ONE)

    plan(session, at("2022-01-31 23:59"))

    assert session.scalars(select(Reminder.useful_until).where(Reminder.kind == Kind.MONTHLY)).one() == at(
        "2022-02-01 00:00"
    )


def test_monthly_names_what_is_overdue_from_months_before(
    session: Session, imported: Callable[..., Plan]
) -> None:
    owner(session, imported(measure(rules=[JANUARY_31])), "ก", ONE)

    plan(session, at("2022-06-01 09:00"))

    assert reminded(session, Kind.MONTHLY) == [("ก", "monthly", "", "2565-06", 1)]


@pytest.mark.parametrize("action", [Action.DONE, Action.WAIVE, Action.SUBMIT])
def test_monthly_is_not_owed_for_what_is_closed_or_reported(
    session: Session, imported: Callable[..., Plan], action: Action
) -> None:
    agency = imported(
        measure("O1", lead=ONE, rules=[JANUARY_31]), measure("O2", lead=TWO, rules=[JANUARY_31])
    )
    owner(session, agency, "ก", ONE)
    owner(session, agency, "ข", TWO)
    set_aside(session, "O1", action)

    plan(session, at("2022-01-03 09:00"))

    assert names(session, Kind.MONTHLY) == ["ข"]


def test_monthly_once_for_an_owner_of_several_divisions(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(
        measure("O1", lead=ONE, rules=[JANUARY_31]), measure("O2", lead=TWO, rules=[JANUARY_31])
    )
    owner(session, agency, "both", ONE, TWO)

    plan(session, at("2022-01-03 09:00"))

    assert names(session, Kind.MONTHLY) == ["both"]


def test_a_measure_without_a_lead_reminds_the_owners_of_the_whole_agency(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(
        measure("O1", lead="", rules=[JANUARY_31]), measure("O2", lead=ONE, rules=[rule("yearly")])
    )
    owner(session, agency, "ก", ONE)
    owner(session, agency, "whole")

    plan(session, at("2022-01-03 09:00"))

    assert names(session, Kind.MONTHLY) == ["whole"]


@pytest.mark.parametrize(
    ("now", "track_from", "plans", "owed"),
    [
        # before the year: tracking begins on Friday, 1 October
        ("2021-09-20 14:00", None, {"2021-09-30 12:00": 0, "2021-10-01 08:59": 0, "2021-10-01 09:00": 1}, 1),
        # in the middle of January: from the next nine o'clock, once
        ("2022-01-12 14:00", None, {"2022-01-12 15:00": 0, "2022-01-13 08:59": 0, "2022-01-13 09:00": 1}, 1),
        # on the last day of January, a Monday: in February
        ("2022-01-31 14:00", None, {"2022-01-31 15:00": 0, "2022-02-01 09:00": 1, "2022-03-01 09:00": 1}, 1),
        # tracked from the year's first day although it comes in January
        ("2022-01-12 14:00", dt.date(2021, 10, 1), {"2022-01-13 09:00": 1, "2022-02-01 09:00": 1}, 1),
        # tracked only from March on
        ("2022-01-12 14:00", dt.date(2022, 3, 1), {"2022-02-01 09:00": 0, "2022-03-01 09:00": 1}, 1),
    ],
    ids=["before_the_year", "mid_month", "last_day_of_a_month", "tracked_from_before", "tracked_from_later"],
)  # fmt: skip
def test_at_the_start_of_tracking_owners_hear_once_what_awaits_them(
    session: Session, imported: Callable[..., Plan], now: str, track_from: dt.date | None,
    plans: dict[str, int], owed: int,
) -> None:  # fmt: skip
    agency = imported(measure(rules=[rule("yearly")]), now=at(now), track_from=track_from)
    owner(session, agency, "ก", ONE)

    for instant, so_far in plans.items():
        plan(session, at(instant), kinds=[Kind.MONTHLY])
        assert len(names(session, Kind.MONTHLY)) == so_far, instant
    assert len(names(session, Kind.MONTHLY)) == owed


# --- quarterly


@pytest.mark.parametrize(
    ("now", "owed"),
    [
        ("2021-11-30 12:00", []),
        ("2021-12-01 08:59", []),
        ("2021-12-01 09:00", ["ก"]),
        ("2021-12-31 23:59", ["ก"]),
        ("2022-01-03 09:00", []),
        ("2022-03-01 09:00", ["ก", "ข"]),  # the half closes with the second quarter
        ("2022-09-01 09:00", ["ก", "ข", "ค"]),  # and the year with the fourth
    ],
    ids=["november", "before_nine", "first_quarter", "last_minute", "over", "half", "year"],
)
def test_quarterly_tells_owners_what_closes(
    session: Session, imported: Callable[..., Plan], now: str, owed: list[str]
) -> None:
    rules = {"ก": "quarterly", "ข": "half-yearly", "ค": "yearly", "ง": "monthly"}
    agency = imported(
        *(
            measure(f"O{n}", lead=f"ฝ่าย{name}", rules=[rule(cadence)])
            for n, (name, cadence) in enumerate(rules.items())
        )
    )
    for name in rules:
        owner(session, agency, name, f"ฝ่าย{name}")

    plan(session, at(now))

    assert names(session, Kind.QUARTERLY) == owed


def test_a_division_that_only_supports_is_told_once_a_quarter(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(measure("O1", lead=ONE, supporting=(TWO,), rules=[rule("monthly")]))
    owner(session, agency, "leads", ONE)
    owner(session, agency, "helps", TWO)
    contact(session, agency.agency_id, "other", divisions=["ฝ่ายสาม"], email="o@x.example")

    for day in ("2021-11-15", "2021-12-01", "2021-12-20", "2022-01-15", "2022-03-01", "2022-03-31"):
        plan(session, at(f"{day} 09:00"), kinds=[Kind.QUARTERLY])

    assert reminded(session) == [
        ("helps", "quarterly", "", "2565-Q1", 1),
        ("helps", "quarterly", "", "2565-Q2", 1),
    ]


def test_all_divisions_support_means_those_that_exist_that_day(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(measure("O1", lead=ONE, supporting="all"))
    contact(session, agency.agency_id, "new", divisions=["ฝ่ายใหม่"], email="n@x.example")

    plan(session, at("2021-12-01 09:00"))

    assert names(session, Kind.QUARTERLY) == ["new"]


# --- due soon and overdue


@pytest.mark.parametrize(
    ("now", "owed"),
    [
        ("2022-01-26 08:59", 0),
        ("2022-01-26 09:00", 1),  # Thursday 27, Friday 28, Monday 31: three working days
        ("2022-01-30 03:00", 1),
        ("2022-01-31 23:59", 1),
        ("2022-02-01 00:00", 0),
    ],
    ids=["before_nine", "three_working_days_before", "weekend", "due_day", "too_late"],
)
def test_due_soon_is_owed_three_working_days_before(
    session: Session, imported: Callable[..., Plan], now: str, owed: int
) -> None:
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)

    plan(session, at(now))

    assert reminded(session, Kind.DUE_SOON) == [("ก", "due-soon", "O1", "2565-01-31", 1)] * owed


def test_due_soon_counts_working_days_of_the_office(session: Session, imported: Callable[..., Plan]) -> None:
    office = OfficeTime(working=WorkingDays(frozenset({dt.date(2022, 1, 27), dt.date(2022, 1, 28)})))
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)

    plan(session, at("2022-01-24 08:59"), office=office, kinds=[Kind.DUE_SOON])
    before = reminded(session)
    plan(session, at("2022-01-25 09:00"), office=office, kinds=[Kind.DUE_SOON])  # 26 and 31, then 1 February

    assert before == []
    assert len(reminded(session)) == 1


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        ("2022-02-01 12:00", []),
        ("2022-02-07 08:59", []),
        ("2022-02-07 09:00", [1]),
        ("2022-02-11 12:00", [1]),
        ("2022-02-14 08:59", [1]),
        ("2022-02-14 09:00", [2]),
        ("2022-02-27 12:00", [3]),
        ("2022-02-28 09:00", [4]),
        ("2022-03-07 08:59", [4]),
        ("2022-03-07 09:00", []),
    ],
    ids=[
        "first_day", "monday_before_nine", "monday", "later_that_week", "next_before_nine", "second",
        "third_on_sunday", "fourth", "fourth_to_its_end", "no_fifth",
    ],
)  # fmt: skip
def test_overdue_is_owed_on_mondays_for_four_weeks(
    session: Session, imported: Callable[..., Plan], now: str, steps: list[int]
) -> None:
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)

    plan(session, at(now))

    assert reminded(session, Kind.OVERDUE) == [("ก", "overdue", "O1", "2565-01-31", step) for step in steps]


@pytest.mark.parametrize(
    ("now", "owed"), [("2022-02-07 12:00", 0), ("2022-02-08 08:59", 0), ("2022-02-08 09:00", 1)]
)
def test_overdue_waits_for_the_next_working_day_when_monday_is_off(
    session: Session, imported: Callable[..., Plan], now: str, owed: int
) -> None:
    office = OfficeTime(working=WorkingDays(frozenset({dt.date(2022, 2, 7)})))
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)

    plan(session, at(now), office=office)

    assert len(reminded(session, Kind.OVERDUE)) == owed


def test_overdue_step_by_step_is_each_once(session: Session, imported: Callable[..., Plan]) -> None:
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)

    for days in range(60):
        plan(session, at("2022-02-01 12:00") + dt.timedelta(days=days), kinds=[Kind.OVERDUE])

    assert [each[4] for each in reminded(session)] == [1, 2, 3, 4]


def test_a_postponed_follow_up_starts_a_new_series(session: Session, imported: Callable[..., Plan]) -> None:
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)
    plan(session, at("2022-02-07 09:00"), kinds=[Kind.OVERDUE, Kind.DUE_SOON])
    set_aside(session, "O1", Action.POSTPONE, due_on=dt.date(2022, 2, 28))

    for day in ("2022-02-14", "2022-02-23", "2022-03-07"):
        plan(session, at(f"{day} 09:00"), kinds=[Kind.OVERDUE, Kind.DUE_SOON])

    rows = session.execute(select(Reminder.kind, Reminder.step, Reminder.series).order_by(Reminder.id))
    assert rows.all() == [(Kind.OVERDUE, 1, 1), (Kind.DUE_SOON, 1, 2), (Kind.OVERDUE, 1, 2)]


def test_owner_reminders_stop_when_it_is_submitted(session: Session, imported: Callable[..., Plan]) -> None:
    agency = imported(measure("O1", rules=[JANUARY_31]), measure("O2", rules=[JANUARY_31]))
    owner(session, agency, "ก", ONE)
    set_aside(session, "O1", Action.SUBMIT)

    plan(session, at("2022-01-26 09:00"))
    plan(session, at("2022-02-07 09:00"))

    assert {each[2] for each in reminded(session, Kind.DUE_SOON, Kind.OVERDUE)} == {"O2"}


# --- summary


def test_summary_goes_to_supervisors_of_what_is_theirs(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(measure("O1", lead=ONE), measure("O2", lead=TWO))
    owner(session, agency, "head of one", ONE, roles=["supervisor"])
    owner(session, agency, "director", roles=["supervisor"])
    owner(session, agency, "deputy", ONE, TWO, roles=["supervisor"], rank=2)
    owner(session, agency, "director with a division", "ฝ่ายสาม", roles=["supervisor"], rank=3)
    owner(session, agency, "head of nothing", "ฝ่ายสาม", roles=["supervisor"])
    owner(session, agency, "owner", ONE)

    plan(session, at("2022-01-03 09:00"))

    assert names(session, Kind.SUMMARY) == ["deputy", "director", "director with a division", "head of one"]


@pytest.mark.parametrize(
    ("now", "owed"), [("2022-01-03 08:59", 0), ("2022-01-03 09:00", 1), ("2022-01-31 12:00", 1)]
)
def test_summary_is_owed_from_the_first_working_day_to_the_months_end(
    session: Session, imported: Callable[..., Plan], now: str, owed: int
) -> None:
    owner(session, imported(), "director", roles=["supervisor"])

    plan(session, at(now), kinds=[Kind.SUMMARY])

    rows = session.execute(select(Reminder.period, Reminder.useful_until)).all()
    assert rows == [("2565-01", at("2022-02-01 00:00"))] * owed


# --- coordinator


@pytest.mark.parametrize(
    ("now", "owed"),
    [
        ("2022-02-01 12:00", []),  # overdue since today, but the week's list is past
        ("2022-02-07 08:59", []),
        ("2022-02-07 09:00", ["2565-02-07"]),
        ("2022-02-13 12:00", ["2565-02-07"]),
        ("2022-02-14 09:00", ["2565-02-14"]),
    ],
    ids=["between_two_lists", "before_nine", "monday", "late", "next_week"],
)
def test_coordinator_is_told_on_mondays_who_has_not_answered(
    session: Session, imported: Callable[..., Plan], now: str, owed: list[str]
) -> None:
    agency = imported(measure("O1", rules=[JANUARY_31]))
    owner(session, agency, "clerk", roles=["coordinator"])
    owner(session, agency, "ก", ONE)

    plan(session, at(now))

    assert [each[3] for each in reminded(session, Kind.COORDINATOR)] == owed


def test_coordinator_list_is_of_use_until_the_next(session: Session, imported: Callable[..., Plan]) -> None:
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "clerk", roles=["coordinator"])

    plan(session, at("2022-02-10 12:00"))

    assert session.scalars(select(Reminder.useful_until)).one() == at("2022-02-14 09:00")


def test_coordinator_hears_of_what_waits_to_be_verified(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(measure("O1", rules=[JANUARY_31]))
    owner(session, agency, "clerk", roles=["coordinator"])
    owner(session, agency, "ก", ONE)
    plan(session, at("2022-01-03 09:00"))
    quiet = names(session, Kind.COORDINATOR)
    set_aside(session, "O1", Action.SUBMIT)
    session.execute(FollowUp.__table__.update().values(status=Status.SUBMITTED))

    plan(session, at("2022-01-10 09:00"))

    assert (quiet, names(session, Kind.COORDINATOR)) == ([], ["clerk"])


def test_coordinator_hears_of_an_address_that_failed(session: Session, imported: Callable[..., Plan]) -> None:
    agency = imported()
    owner(session, agency, "clerk", roles=["coordinator"])
    owner(session, agency, "ก", ONE).email_suspended = "no such mailbox"
    session.flush()

    plan(session, at("2021-10-06 12:00"))

    assert names(session, Kind.COORDINATOR) == ["clerk"]


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (["failed"], True), (["unknown"], True), (["expired"], True), (["retry"], False),
        (["cancelled"], False), (["failed", "sent"], False), (["sent", "failed"], True),
        (["failed", "queued"], True), (["unknown", "retry"], True), ([], False),
    ],
    ids=lambda each: "-".join(each) or "none" if isinstance(each, list) else None,
)  # fmt: skip
def test_coordinator_hears_of_a_message_that_was_lost_and_not_made_up_for(
    session: Session, imported: Callable[..., Plan], states: list[str], told: bool
) -> None:
    agency = imported()
    owner(session, agency, "clerk", roles=["coordinator"])
    head = owner(session, agency, "ก", ONE)
    for state in states:
        message(session, head, dt.date(2021, 10, 5), state, "email")

    plan(session, at("2021-10-06 12:00"))

    assert names(session, Kind.COORDINATOR) == (["clerk"] if told else [])


@pytest.mark.parametrize(
    ("now", "lists"),
    [
        ("2021-10-05 09:00", ["2564-10-04"]),
        ("2021-10-11 09:00", ["2564-10-11"]),
        ("2021-10-18 09:00", ["2564-10-18"]),
        ("2021-10-25 09:00", []),
    ],
)
def test_a_lost_message_makes_a_list_for_a_fortnight(
    session: Session, imported: Callable[..., Plan], now: str, lists: list[str]
) -> None:
    """Lost on a Monday when that day's list could have left, it makes that one or those of the next weeks."""
    agency = imported()
    owner(session, agency, "clerk", roles=["coordinator"])
    head = owner(session, agency, "ก", ONE)
    plan(session, at("2021-10-04 09:00"))
    message(session, head, dt.date(2021, 10, 4), "unknown", "email")

    plan(session, at(now))

    assert [each[3] for each in reminded(session, Kind.COORDINATOR)] == lists


# --- when nothing is sent at all


def test_nothing_before_the_first_hour_of_sending_of_a_new_plan(
    session: Session, imported: Callable[..., Plan]
) -> None:
    """Imported on Friday at 14:00 with much overdue: nothing until Monday at nine."""
    agency = imported(
        measure("O1", rules=[rule("monthly")]), now=at("2022-02-11 14:00"), track_from=dt.date(2021, 10, 1)
    )
    owner(session, agency, "ก", ONE)
    owner(session, agency, "clerk", roles=["coordinator", "supervisor"])

    early = [
        plan(session, at(day)).reminders
        for day in ("2022-02-11 15:00", "2022-02-13 12:00", "2022-02-14 08:59")
    ]
    then = plan(session, at("2022-02-14 09:00"))

    assert early == [0, 0, 0]
    assert then.messages == 2


def test_nothing_for_what_fell_due_before_the_tracking(
    session: Session, imported: Callable[..., Plan]
) -> None:
    days = [dt.date(2022, 1, 31), dt.date(2022, 2, 28)]
    agency = imported(measure("O1", rules=[rule("on", day) for day in days]), now=at("2022-02-04 14:00"))
    owner(session, agency, "ก", ONE)
    owner(session, agency, "clerk", roles=["coordinator"])

    plan(session, at("2022-02-07 09:00"))
    plan(session, at("2022-02-23 09:00"))

    assert reminded(session) == [
        ("ก", "due-soon", "O1", "2565-02-28", 1),
        ("ก", "monthly", "", "2565-02", 1),
    ] or reminded(session) == [
        ("ก", "monthly", "", "2565-02", 1),
        ("ก", "due-soon", "O1", "2565-02-28", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "owed"),
    [
        ("2022-11-28 12:00", True),  # 59 days after 30 September
        ("2022-11-29 12:00", True),
        ("2022-11-30 12:00", False),
    ],
    ids=["day_59", "day_60", "day_61"],
)
def test_a_plan_is_reminded_of_for_sixty_days_after_its_year(
    session: Session, imported: Callable[..., Plan], now: str, owed: bool
) -> None:
    agency = imported(measure("O1", rules=[rule("yearly")]))
    owner(session, agency, "ก", ONE)
    owner(session, agency, "clerk", roles=["coordinator", "supervisor"])

    planned = plan(session, at(now))

    assert bool(planned.reminders) is owed


def test_next_years_plan_waits_for_its_year(session: Session) -> None:
    agency = stored(session, document(measure(fiscal_year=2566), fiscal_year=2566), office=OFFICE)
    owner(session, agency, "ก", ONE)

    before = plan(session, at("2022-09-30 12:00")).reminders
    after = plan(session, at("2022-10-03 09:00")).reminders

    assert (before, after) == (0, 1)


# --- contacts


def test_contacts_get_what_is_owed_only_while_they_are_in_office(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(measure("O1", rules=[JANUARY_31]))
    day = dt.date(2022, 1, 3)
    one = dt.timedelta(days=1)
    owner(session, agency, "left", ONE, valid_until=day - one)
    owner(session, agency, "last day", ONE, valid_until=day)
    owner(session, agency, "first day", ONE, valid_from=day)
    owner(session, agency, "coming", ONE, valid_from=day + one)

    plan(session, at("2022-01-03 09:00"))
    at_first = names(session, Kind.MONTHLY)
    plan(session, at("2022-01-04 09:00"))

    assert at_first == ["first day", "last day"]
    assert names(session, Kind.MONTHLY) == ["coming", "first day", "last day"]


def test_midnight_belongs_to_bangkok(session: Session, imported: Callable[..., Plan]) -> None:
    """17:30 UTC is tomorrow in the office: whoever begins tomorrow is in office."""
    agency = imported(measure("O1", rules=[JANUARY_31]))
    owner(session, agency, "ก", ONE, valid_from=dt.date(2022, 1, 6))

    plan(session, dt.datetime(2022, 1, 5, 16, 30, tzinfo=dt.UTC))
    before = names(session, Kind.MONTHLY)
    plan(session, dt.datetime(2022, 1, 5, 17, 30, tzinfo=dt.UTC))

    assert (before, names(session, Kind.MONTHLY)) == ([], ["ก"])


def test_a_new_owner_gets_the_months_list_too(session: Session, imported: Callable[..., Plan]) -> None:
    agency = imported(measure("O1", rules=[JANUARY_31]))
    owner(session, agency, "old", ONE)
    plan(session, at("2022-01-03 09:00"))

    owner(session, agency, "new", ONE)
    plan(session, at("2022-01-12 12:00"))

    assert names(session, Kind.MONTHLY) == ["new", "old"]


def test_contacts_of_another_agency_hear_nothing(session: Session, imported: Callable[..., Plan]) -> None:
    agency = imported(measure("O1", rules=[JANUARY_31]))
    other = stored(session, document(measure("O9"), agency="สำนักงานเขตอื่น"), office=OFFICE)
    owner(session, agency, "ก", ONE)
    for role in ("owner", "coordinator", "supervisor"):
        owner(session, other, f"other {role}", roles=[role])

    plan(session, at("2022-01-26 09:00"), kinds=[Kind.DUE_SOON])

    assert reminded(session) == [("ก", "due-soon", "O1", "2565-01-31", 1)]


def test_another_role_ends_a_contacts_reminders(session: Session, imported: Callable[..., Plan]) -> None:
    who = owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)
    plan(session, at("2022-01-03 09:00"))
    session.delete(session.get_one(ContactRole, (who.id, Role.OWNER)))
    session.flush()

    plan(session, at("2022-01-26 09:00"))

    assert [each[1] for each in reminded(session)] == ["monthly"]


def test_another_division_brings_a_contact_other_reminders(
    session: Session, imported: Callable[..., Plan]
) -> None:
    agency = imported(
        measure("O1", lead=ONE, rules=[JANUARY_31]), measure("O2", lead=TWO, rules=[JANUARY_31])
    )
    who = owner(session, agency, "ก", ONE)
    two = session.scalars(select(Division).where(Division.name == TWO)).one()
    session.execute(ContactDivision.__table__.update().values(division_id=two.id))
    assert who.id

    plan(session, at("2022-01-26 09:00"), kinds=[Kind.DUE_SOON])

    assert [each[2] for each in reminded(session)] == ["O2"]


# --- once


@pytest.mark.parametrize("later", [0, 1, 7, 31], ids=["at_once", "a_day", "a_week", "a_month"])
def test_planning_again_writes_only_what_came_due_since(
    session: Session, imported: Callable[..., Plan], later: int
) -> None:
    agency = imported(measure("O1", rules=[rule("monthly"), rule("quarterly"), JANUARY_31]))
    for role in ("owner", "coordinator", "supervisor"):
        owner(session, agency, role, roles=[role])
    first = at("2022-01-10 09:00")
    then = first + dt.timedelta(days=later)

    plan(session, first)
    plan(session, then)
    before = reminded(session)
    again = plan(session, then)

    assert (again.reminders, again.messages) == (0, 0)
    assert reminded(session) == before
    assert len(before) == len(set(before))


def test_a_machine_that_was_off_for_a_month_owes_each_thing_once_and_nothing_past_its_use(
    session: Session, imported: Callable[..., Plan]
) -> None:
    days = [dt.date(2022, 1, 31), dt.date(2022, 2, 14), dt.date(2022, 3, 4)]
    owner(session, imported(measure("O1", rules=[rule("on", day) for day in days])), "ก", ONE)

    planned = plan(session, at("2022-03-02 10:00"))

    # The weekly step of Monday 28 February: the fourth of what was due on 31 January, the second of 14
    # February; the earlier steps and February's list are of no use any more.
    assert sorted(reminded(session)) == [
        ("ก", "due-soon", "O1", "2565-03-04", 1),
        ("ก", "monthly", "", "2565-03", 1),
        ("ก", "overdue", "O1", "2565-01-31", 4),
        ("ก", "overdue", "O1", "2565-02-14", 2),
    ]
    assert (planned.reminders, planned.messages) == (4, 1)


def test_what_waited_too_long_is_dropped_with_the_reason(
    session: Session, imported: Callable[..., Plan]
) -> None:
    """The contact's message of the day is gone, and by tomorrow the follow-up is no longer due soon."""
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)
    plan(session, at("2022-01-31 09:00"), kinds=[Kind.MONTHLY])
    session.execute(Message.__table__.update().values(state="sent"))
    waits = plan(session, at("2022-01-31 10:00"), kinds=[Kind.DUE_SOON])

    plan(session, at("2022-02-01 09:00"), kinds=[Kind.DUE_SOON])

    assert (waits.reminders, waits.messages) == (1, 0)
    assert dropped(session) == [PAST_USE]
    assert len(outbox(session)) == 1


def test_only_the_kinds_asked_for_are_planned(session: Session, imported: Callable[..., Plan]) -> None:
    agency = imported(measure("O1", rules=[JANUARY_31]))
    owner(session, agency, "ก", ONE)
    owner(session, agency, "director", roles=["supervisor"])

    plan(session, at("2022-01-26 09:00"), kinds=[Kind.DUE_SOON, Kind.SUMMARY])

    assert sorted({each[1] for each in reminded(session)}) == ["due-soon", "summary"]


def test_the_office_changes_the_rules(session: Session, imported: Callable[..., Plan]) -> None:
    rules = ReminderRules(due_soon_days=1, overdue_weekday=2, overdue_weeks=1, years_end_days=0)
    owner(session, imported(measure("O1", rules=[JANUARY_31])), "ก", ONE)

    for day in ("2022-01-27", "2022-01-28", "2022-02-01", "2022-02-02", "2022-02-09"):
        plan(session, at(f"{day} 09:00"), rules=rules, kinds=[Kind.DUE_SOON, Kind.OVERDUE])
    created = session.execute(select(Reminder.kind, Reminder.created_at).order_by(Reminder.id)).all()

    assert created == [(Kind.DUE_SOON, at("2022-01-28 09:00")), (Kind.OVERDUE, at("2022-02-02 09:00"))]
