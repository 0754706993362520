"""Pauses, posts that nobody holds, and what coordinators hear of between two lists."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, measure, message, rule, stored
from tests.factories import plan as document
from tests.services.delivering import Post, at, dropped, names, outbox, plan, reminded
from tracker.db.models import (
    Contact,
    FollowUp,
    Message,
    MessageItem,
    MessageState,
    Plan,
    QuotaReading,
    Reminder,
)
from tracker.domain.contacts import Role
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind, ReminderRules
from tracker.services.waiting import NAMED_LATELY

ONE, TWO = "ฝ่ายหนึ่ง", "ฝ่ายสอง"
JANUARY_31 = rule("on", dt.date(2022, 1, 31))
OFFICE = OfficeTime()
DAY = dt.timedelta(days=1)
WEDNESDAY = dt.date(2022, 1, 26)
"""Three working days before 31 January."""


@pytest.fixture
def agency(session: Session) -> Plan:
    """O1 of one division and O2 of another, due on 31 January."""
    measures = (measure("O1", lead=ONE, rules=[JANUARY_31]), measure("O2", lead=TWO, rules=[JANUARY_31]))
    return stored(session, document(*measures), office=OFFICE)


def person(session: Session, agency: Plan, name: str, *divisions: str, **more: object) -> Contact:
    return contact(session, agency.agency_id, name, divisions=divisions, email=f"{name}@x.example", **more)


def pause(each: Contact | Plan, first: dt.date | None, last: dt.date) -> None:
    each.paused_from, each.paused_until = first, last


# --- pauses


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (None, WEDNESDAY - DAY, True),
        (None, WEDNESDAY, False),
        (WEDNESDAY, WEDNESDAY, False),
        (WEDNESDAY - DAY, WEDNESDAY + DAY, False),
        (WEDNESDAY + DAY, WEDNESDAY + 2 * DAY, True),
    ],
    ids=["over", "last_day", "one_day", "within", "to_come"],
)
@pytest.mark.parametrize("what", ["contact", "plan"])
def test_nothing_is_planned_on_the_days_of_a_pause(
    session: Session, agency: Plan, what: str, first: dt.date | None, last: dt.date, told: bool
) -> None:
    roles = {"owner": 1, "supervisor": 2, "coordinator": 3}
    people = {role: person(session, agency, role, ONE, roles=[role]) for role in roles}
    for each in people.values() if what == "contact" else [agency]:
        pause(each, first, last)
    session.flush()

    plan(session, at("2022-01-26 09:00"))

    kinds = {each[1] for each in reminded(session)}
    assert kinds == ({"due-soon", "monthly", "summary", "coordinator"} if told else set())


def test_after_a_pause_what_is_still_of_use_is_owed(session: Session, agency: Plan) -> None:
    who = person(session, agency, "ก", ONE)
    pause(who, dt.date(2022, 1, 1), dt.date(2022, 1, 30))
    session.flush()

    for day in ("2022-01-03", "2022-01-26", "2022-01-31"):
        plan(session, at(f"{day} 09:00"))

    assert {each[1] for each in reminded(session)} == {"monthly", "due-soon"}
    assert set(session.scalars(select(Reminder.created_at))) == {at("2022-01-31 09:00")}


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    """An owner of both divisions; the message about 31 January is queued."""
    post = Post(sessions, at("2022-01-26 09:00"))
    with sessions.begin() as session:
        measures = (measure("O1", lead=ONE, rules=[JANUARY_31]), measure("O2", lead=TWO, rules=[JANUARY_31]))
        agency = stored(session, document(*measures), office=OFFICE)
        person(session, agency, "ก", ONE, TWO)
    post.plan([Kind.DUE_SOON])
    return post


@pytest.mark.parametrize("what", [Contact, Plan], ids=["contact", "plan"])
def test_what_is_queued_when_a_pause_begins_goes_out_after_it(
    post: Post, sessions: sessionmaker[Session], what: type[Contact] | type[Plan]
) -> None:
    with sessions.begin() as session:
        session.execute(update(what).values(paused_from=WEDNESDAY, paused_until=WEDNESDAY + DAY))

    during = [
        post.deliver().sent,
        post.tick(at("2022-01-26 10:00")).sent,
        post.tick(at("2022-01-27 09:00")).sent,
    ]
    after = post.tick(at("2022-01-28 09:00")).sent

    assert (during, after) == ([0, 0, 0], 1)
    with sessions() as session:
        assert dropped(session) == []
        states = [each[3] for each in outbox(session)]
        assert (states.count("cancelled"), states.count("sent"), len(states)) == (1, 1, 2)


def test_what_is_past_its_use_after_a_pause_is_dropped(post: Post, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        session.execute(update(Contact).values(paused_from=WEDNESDAY, paused_until=WEDNESDAY + 5 * DAY))

    post.deliver()
    sent = post.tick(at("2022-02-01 09:00")).sent

    with sessions() as session:
        assert len(dropped(session)) == 2
        assert (sent, names(session, Kind.MONTHLY)) == (1, ["ก"])


def test_a_message_to_a_shared_address_speaks_to_who_is_not_paused(
    post: Post, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        agency = session.scalars(select(Plan)).one()
        contact(session, agency.agency_id, "ข", divisions=[TWO], email="ก@x.example")
        session.execute(update(Contact).where(Contact.name == "ข").values(email="ก@x.example"))
    post.plan([Kind.DUE_SOON])
    with sessions.begin() as session:
        session.execute(update(Contact).where(Contact.name == "ก").values(paused_until=WEDNESDAY))

    post.deliver()

    (told,) = post.writer.digests
    assert told.recipient == "ข"
    assert told.plans[0].owner is not None
    assert [item.code for item in told.plans[0].owner.to_report] == ["O2"]


# --- posts


@pytest.mark.parametrize("role", list(Role))
def test_a_post_is_held_from_its_first_to_its_last_day(session: Session, agency: Plan, role: Role) -> None:
    day = dt.date(2022, 2, 7)
    kinds = {Role.OWNER: Kind.OVERDUE, Role.SUPERVISOR: Kind.ESCALATION, Role.COORDINATOR: Kind.COORDINATOR}
    spans = {"left": (None, day - DAY), "last": (None, day), "first": (day, None), "comes": (day + DAY, None)}
    for name, (valid_from, valid_until) in spans.items():
        person(session, agency, name, ONE, roles=[role], valid_from=valid_from, valid_until=valid_until)

    plan(session, at("2022-02-07 09:00"), kinds=[kinds[role]])

    assert names(session, kinds[role]) == ["first", "last"]


@pytest.mark.parametrize(
    ("holder", "told"),
    [
        ({}, False),
        ({"valid_until": dt.date(2022, 1, 9)}, True),
        ({"valid_until": dt.date(2022, 1, 10)}, False),
        ({"valid_from": dt.date(2022, 1, 11)}, True),
    ],
    ids=["held", "departed", "last_day", "not_yet"],
)
def test_the_coordinator_is_told_of_a_post_that_nobody_holds(
    session: Session, agency: Plan, holder: dict[str, dt.date], told: bool
) -> None:
    """Nothing is overdue and all else is well, but what is due this month has nobody to remind."""
    person(session, agency, "clerk", roles=["coordinator"])
    person(session, agency, "ก", ONE, **holder)
    person(session, agency, "ข", TWO)

    plan(session, at("2022-01-10 09:00"))

    assert names(session, Kind.COORDINATOR) == (["clerk"] if told else [])
    assert ("ก" in names(session, Kind.MONTHLY)) is not told


def test_a_vacant_post_with_nothing_due_this_month_waits(session: Session, agency: Plan) -> None:
    person(session, agency, "clerk", roles=["coordinator"])

    plan(session, at("2021-12-13 09:00"))
    in_december = names(session, Kind.COORDINATOR)
    plan(session, at("2022-01-10 09:00"))

    assert (in_december, names(session, Kind.COORDINATOR)) == ([], ["clerk"])


def test_a_division_that_leads_something_gets_no_notice_of_support(session: Session) -> None:
    measures = (
        measure("O1", lead=ONE, supporting=(TWO,), rules=[rule("monthly")]),
        measure("O2", lead=TWO, rules=[rule("monthly")]),
    )
    agency = stored(session, document(*measures), office=OFFICE)
    person(session, agency, "ข", TWO)

    for month in range(1, 10):
        plan(session, at(f"2022-0{month}-20 09:00"), kinds=[Kind.QUARTERLY])

    assert reminded(session) == []


# --- between two lists


def suspend(session: Session, name: str, day: dt.date, channel: str = "email") -> None:
    values = {f"{channel}_suspended": "no such mailbox", f"{channel}_suspended_on": day}
    session.execute(update(Contact).where(Contact.name == name).values(**values))


def alarm(session: Session, at: dt.datetime) -> None:
    session.add(
        QuotaReading(at=at, month=at.date().replace(day=1), quota=300, used=10, spent=5, alarm="It fell.")
    )
    session.flush()


@pytest.mark.parametrize(
    "happens",
    [
        lambda session: suspend(session, "ก", dt.date(2022, 1, 12)),
        lambda session: suspend(session, "ก", dt.date(2022, 1, 12), "line"),
        lambda session: alarm(session, at("2022-01-12 23:59")),
        lambda session: alarm(session, at("2022-01-12 00:00")),
    ],
    ids=["email", "line", "alarm_at_night", "alarm_at_midnight"],
)
@pytest.mark.parametrize(
    ("now", "owed"),
    [
        ("2022-01-11 23:59", False), ("2022-01-12 00:00", True), ("2022-01-14 10:00", True),
        ("2022-01-18 23:59", True), ("2022-01-19 00:00", False),
    ],
    ids=["before", "that_day", "two_days_later", "a_week_later", "no_longer"],
)  # fmt: skip
def test_coordinators_hear_within_a_week_of_what_went_wrong(
    session: Session, agency: Plan, happens: Callable[[Session], None], now: str, owed: bool
) -> None:
    person(session, agency, "clerk", roles=["coordinator"])
    person(session, agency, "ก", ONE)
    happens(session)

    plan(session, at(now), kinds=[Kind.COORDINATOR])

    assert (("clerk", "coordinator", "", "2565-01-13", 1) in reminded(session)) is owed


def test_what_goes_wrong_after_mondays_list_has_left_is_told_before_the_next(
    session: Session, agency: Plan
) -> None:
    person(session, agency, "clerk", roles=["coordinator"])
    person(session, agency, "ก", ONE)
    person(session, agency, "ข", TWO)
    suspend(session, "ข", dt.date(2022, 1, 3))
    plan(session, at("2022-01-10 09:00"), kinds=[Kind.COORDINATOR])
    suspend(session, "ก", dt.date(2022, 1, 10))

    plan(session, at("2022-01-10 10:00"), kinds=[Kind.COORDINATOR])

    assert [each[3] for each in reminded(session)] == ["2565-01-10", "2565-01-11"]


def test_an_address_that_was_mended_is_not_told_of(session: Session, agency: Plan) -> None:
    person(session, agency, "clerk", roles=["coordinator"])
    who = person(session, agency, "ก", ONE)
    person(session, agency, "ข", TWO)
    who.email_suspended_on = dt.date(2022, 1, 10)
    session.flush()

    plan(session, at("2022-01-10 10:00"), kinds=[Kind.COORDINATOR])

    assert reminded(session) == []


def test_coordinators_of_another_agency_hear_of_alarms_and_not_of_its_addresses(
    session: Session, agency: Plan
) -> None:
    other = stored(session, document(measure("O9"), agency="สำนักงานเขตอื่น"), office=OFFICE)
    person(session, agency, "ก", ONE)
    person(session, other, "ข", ONE)
    person(session, other, "clerk", roles=["coordinator"])
    suspend(session, "ก", dt.date(2022, 1, 5))
    plan(session, at("2022-01-05 10:00"), kinds=[Kind.COORDINATOR])
    quiet = reminded(session)
    alarm(session, at("2022-01-05 11:00"))

    plan(session, at("2022-01-05 12:00"), kinds=[Kind.COORDINATOR])

    assert (quiet, [each[3] for each in reminded(session)]) == ([], ["2565-01-06"])


# --- a due date that was named lately


def test_a_due_date_that_the_months_list_named_the_day_before_is_not_told_again(
    sessions: sessionmaker[Session],
) -> None:
    """Tuesday's list names what is due on Monday the 7th; Wednesday is three working days before that."""
    post = Post(sessions, at("2022-02-01 09:00"))
    with sessions.begin() as session:
        due = rule("on", dt.date(2022, 2, 7))
        agency = stored(session, document(measure("O1", rules=[due])), office=OFFICE)
        person(session, agency, "ก", ONE)

    sent = [post.tick(at(f"2022-02-{day:02} 09:05")).sent for day in (1, 2, 3, 4, 7)]

    with sessions() as session:
        assert {each[1] for each in reminded(session)} == {"monthly", "due-soon"}
        assert (sent, dropped(session)) == ([1, 0, 0, 0, 0], [NAMED_LATELY])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, False),
        ({"state": MessageState.UNKNOWN}, True),
        ({"on_date": dt.date(2022, 1, 20)}, True),
        ({"on_date": dt.date(2022, 1, 21)}, False),  # Fri 21, Mon 24, Tue 25, Wed 26: three working days
    ],
    ids=["lately", "may_not_have_arrived", "too_long_ago", "just_within"],
)
def test_only_a_message_that_went_out_within_days_counts(
    sessions: sessionmaker[Session], changes: dict[str, object], told: bool
) -> None:
    post = Post(sessions, at("2022-01-25 09:00"))
    with sessions.begin() as session:
        agency = stored(session, document(measure("O1", rules=[JANUARY_31])), office=OFFICE)
        person(session, agency, "ก", ONE)
    post.plan([Kind.MONTHLY])
    post.deliver()
    with sessions.begin() as session:
        session.execute(update(Message).values(channel="email", **changes))

    post.now = at("2022-01-26 09:00")
    post.plan([Kind.DUE_SOON])

    with sessions() as session:
        assert dropped(session) == ([] if told else [NAMED_LATELY])


def test_a_due_date_named_while_it_waits_is_not_told_after_a_pause(session: Session) -> None:
    """It waits behind yesterday's list, which then goes out and names it."""
    agency = stored(session, document(measure("O1", rules=[rule("on", dt.date(2022, 2, 2))])), office=OFFICE)
    who = person(session, agency, "ก", ONE)
    yesterday = message(session, who, dt.date(2022, 1, 27), "retry", "email")
    named = MessageItem(message_id=yesterday.id, follow_up_id=session.scalars(select(FollowUp.id)).one())
    carried = Reminder(
        kind=Kind.MONTHLY, plan_id=agency.id, period="2565-01", step=1, series=1, contact_id=who.id,
        message_id=yesterday.id, created_at=yesterday.created_at, useful_until=yesterday.useful_until,
    )  # fmt: skip
    session.add_all([named, carried])
    session.flush()
    plan(session, at("2022-01-28 09:00"), kinds=[Kind.DUE_SOON])
    yesterday.state, who.paused_until = MessageState.SENT, dt.date(2022, 2, 1)
    session.flush()

    plan(session, at("2022-01-28 10:00"), kinds=[Kind.DUE_SOON])
    plan(session, at("2022-02-02 09:00"), kinds=[Kind.DUE_SOON])

    assert [each.on_date for each in session.scalars(select(Message))] == [dt.date(2022, 1, 27)]
    assert dropped(session) == [NAMED_LATELY]


# --- the month's number


def test_due_dates_leave_the_weekly_reminders_their_place(sessions: sessionmaker[Session]) -> None:
    """With four messages a month, due dates between the Mondays give way to them."""
    post = Post(sessions, at("2022-03-01 09:00"), rules=ReminderRules(monthly_cap=4))
    days = [dt.date(2022, 2, 25), dt.date(2022, 3, 17), dt.date(2022, 3, 24), dt.date(2022, 3, 31)]
    with sessions.begin() as session:
        agency = stored(
            session, document(measure("O1", rules=[rule("on", day) for day in days])), office=OFFICE
        )
        person(session, agency, "ก", ONE)

    sent = []
    for day in range(1, 32):
        post.now = at(f"2022-03-{day:02} 09:05")
        with sessions.begin() as session:
            plan(session, post.now, rules=post.rules)
        if post.deliver().sent:
            sent.append(day)

    # Tuesday 1: the month's list; Mondays 7, 14, 21 tell of what is overdue, and 28 has no place left
    assert sent == [1, 7, 14, 21]
