"""Escalation: which supervisor is asked about what has been overdue for long, when, and what it then says."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, follow_up, measure, rule, stored
from tests.factories import plan as document
from tests.services.delivering import Post, at, dropped, outbox, plan, reminded
from tracker.db.models import (
    Contact,
    ContactRole,
    Division,
    FollowUp,
    Message,
    MessageItem,
    Plan,
    Reminder,
)
from tracker.domain.follow_up import Action
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import Kind, ReminderRules
from tracker.services.follow_ups import Change, apply
from tracker.services.waiting import PAST_USE

ONE, TWO = "ฝ่ายหนึ่ง", "ฝ่ายสอง"
JANUARY_31 = rule(
    "on", dt.date(2022, 1, 31)
)  # a Monday; 7 days later 7 February, 21: 21 February, 45: 17 March
OFFICE = OfficeTime()
DAY = dt.timedelta(days=1)


@pytest.fixture
def agency(session: Session) -> Plan:
    """O1 of one division and O2 of another, due on 31 January."""
    measures = (
        measure("O1", lead=ONE, rules=[JANUARY_31]),
        measure("O2", lead=TWO, rules=[JANUARY_31]),
    )
    return stored(session, document(*measures), office=OFFICE)


def supervisor(session: Session, agency: Plan, name: str, *divisions: str, **more: object) -> Contact:
    return contact(
        session, agency.agency_id, name, divisions=divisions, roles=["supervisor"],
        email=f"{name}@x.example", **more,
    )  # fmt: skip


def ladder(session: Session, agency: Plan) -> None:
    supervisor(session, agency, "head", ONE)
    supervisor(session, agency, "deputy", ONE, TWO, rank=2)
    supervisor(session, agency, "director")


def asked(session: Session, now: str) -> list[tuple[str, str, int]]:
    """Whom planning at an instant asks, of which item, by which step."""
    plan(session, at(now), kinds=[Kind.ESCALATION])
    return [(name, code, step) for name, _, code, _, step in reminded(session, Kind.ESCALATION)]


def put_off(session: Session, code: str, to: dt.date) -> None:
    change = Change(Action.POSTPONE, dt.date(2022, 2, 8), reason="because", due_on=to)
    apply(
        session, follow_up(session, code), change, what=code, verify=False, actor="test",
        today=dt.date(2022, 2, 8), now=at("2022-02-08 12:00"),
    )  # fmt: skip


# --- when, and to whom


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        ("2022-02-07 08:59", []),
        ("2022-02-07 09:00", [1]),
        ("2022-02-21 08:59", [1]),
        ("2022-02-21 09:00", [1, 2]),
        ("2022-03-09 08:59", [1, 2]),  # the first was of use for thirty days from 7 February on
        ("2022-03-09 09:00", [2]),
        ("2022-03-17 08:59", [2]),
        ("2022-03-17 09:00", [2, 3]),
        ("2022-03-23 09:00", [3]),
        ("2022-04-16 08:59", [3]),
        ("2022-04-16 09:00", []),
    ],
    ids=[
        "day_7_before_nine", "day_7", "day_21_before_nine", "day_21", "first_to_its_end", "first_is_over",
        "day_45_before_nine", "day_45", "second_is_over", "third_to_its_end", "third_is_over",
    ],
)  # fmt: skip
def test_each_step_is_owed_from_its_number_of_days_for_thirty_days(
    session: Session, agency: Plan, now: str, steps: list[int]
) -> None:
    ladder(session, agency)

    ranks = {1: "head", 2: "deputy", 3: "director"}
    assert [each for each in asked(session, now) if each[1] == "O1"] == [
        (ranks[step], "O1", step) for step in steps
    ]


def test_days_are_counted_by_the_calendar_whatever_the_office_works(session: Session, agency: Plan) -> None:
    """7 February is off: it is owed that day, and may leave on the next working one."""
    office = OfficeTime(working=WorkingDays(frozenset({dt.date(2022, 2, 7)})))
    ladder(session, agency)

    plan(session, at("2022-02-07 09:00"), office=office, kinds=[Kind.ESCALATION])

    assert [each[4] for each in reminded(session)] == [1, 1]


@pytest.mark.parametrize(
    ("there", "step_1", "step_2", "step_3"),
    [
        ({"head", "deputy", "director"}, "head", "deputy", "director"),
        ({"deputy", "director"}, "deputy", "deputy", "director"),
        ({"head", "director"}, "head", "director", "director"),
        ({"director"}, "director", "director", "director"),
        ({"head"}, "head", None, None),
        ({"head", "deputy"}, "head", "deputy", None),
        (set(), None, None, None),
    ],
    ids=[
        "all", "no_head", "no_deputy", "director_alone", "head_alone", "no_director", "nobody",
    ],
)  # fmt: skip
@pytest.mark.parametrize("away", ["vacant", "departed", "not_yet", "paused"])
def test_a_rank_without_a_holder_falls_to_the_next(
    session: Session, agency: Plan, there: set[str], step_1: str, step_2: str, step_3: str, away: str
) -> None:
    ladder(session, agency)
    for each in session.scalars(select(Contact)):
        if each.name not in there:
            be_away(session, each, away, dt.date(2022, 3, 17))

    found = [each for each in asked(session, "2022-02-21 09:00") if each[1] == "O1"]
    found += [each for each in asked(session, "2022-03-17 09:00") if each[1] == "O1" and each not in found]

    expected = {1: step_1, 2: step_2, 3: step_3}
    assert {step: name for name, _, step in found} == {
        step: name for step, name in expected.items() if name is not None
    }


def be_away(session: Session, who: Contact, how: str, until: dt.date) -> None:
    if how == "vacant":
        session.execute(delete(ContactRole).where(ContactRole.contact_id == who.id))
    elif how == "departed":
        who.valid_until = dt.date(2022, 2, 20)
    elif how == "not_yet":
        who.valid_from = until + DAY
    else:
        who.paused_from, who.paused_until = dt.date(2022, 2, 21), until
    session.flush()


def test_the_ladder_of_each_division_is_its_own(session: Session, agency: Plan) -> None:
    supervisor(session, agency, "head of one", ONE)
    supervisor(session, agency, "deputy of all", rank=2)
    supervisor(session, agency, "director with a division", "ฝ่ายสาม", rank=3)

    assert sorted(asked(session, "2022-03-17 09:00")) == [
        ("deputy of all", "O1", 2),
        ("deputy of all", "O2", 2),
        ("director with a division", "O1", 3),
        ("director with a division", "O2", 3),
    ]


def test_all_holders_of_a_rank_are_asked(session: Session, agency: Plan) -> None:
    for name in ("head", "other head"):
        supervisor(session, agency, name, ONE)
    supervisor(session, agency, "deputy", rank=2)

    assert [each for each in asked(session, "2022-02-07 09:00") if each[1] == "O1"] == [
        ("head", "O1", 1),
        ("other head", "O1", 1),
    ]


def test_an_item_without_a_lead_is_for_those_who_answer_for_all(session: Session, agency: Plan) -> None:
    ladder(session, agency)
    session.execute(update(FollowUp).values(lead_division_id=None))

    assert {each[0] for each in asked(session, "2022-02-21 09:00")} == {"director"}


def test_supervisors_of_another_agency_are_not_asked(session: Session, agency: Plan) -> None:
    other = stored(
        session, document(measure("O9", rules=[rule("yearly")]), agency="สำนักงานเขตอื่น"), office=OFFICE
    )
    supervisor(session, agency, "deputy", rank=2)
    supervisor(session, other, "other", rank=1)

    assert {each[0] for each in asked(session, "2022-02-07 09:00")} == {"deputy"}


def test_owners_go_on_being_reminded(session: Session, agency: Plan) -> None:
    ladder(session, agency)
    contact(session, agency.agency_id, "ก", divisions=[ONE], email="one@x.example")

    plan(session, at("2022-02-21 09:00"))

    assert ("ก", "overdue", "O1", "2565-01-31", 3) in reminded(session, Kind.OVERDUE)


@pytest.mark.parametrize("action", [Action.DONE, Action.WAIVE, Action.SUBMIT])
def test_what_was_answered_is_not_escalated(session: Session, agency: Plan, action: Action) -> None:
    ladder(session, agency)
    change = Change(action, dt.date(2022, 2, 1), reason="because")
    apply(
        session, follow_up(session, "O1"), change, what="O1", verify=False, actor="test",
        today=dt.date(2022, 2, 1), now=at("2022-02-01 12:00"),
    )  # fmt: skip

    assert {each[1] for each in asked(session, "2022-02-21 09:00")} == {"O2"}


def test_a_postponed_item_climbs_the_ladder_anew(session: Session, agency: Plan) -> None:
    supervisor(session, agency, "head", ONE)
    asked(session, "2022-02-07 09:00")
    put_off(session, "O1", dt.date(2022, 2, 28))

    for day in ("2022-02-21", "2022-03-06", "2022-03-07"):
        asked(session, f"{day} 09:00")

    rows = session.execute(select(Reminder.step, Reminder.series, Reminder.created_at).order_by(Reminder.id))
    assert rows.all() == [(1, 1, at("2022-02-07 09:00")), (1, 2, at("2022-03-07 09:00"))]


def test_a_year_of_planning_writes_each_step_once(session: Session, agency: Plan) -> None:
    ladder(session, agency)

    for days in range(100):
        plan(session, at("2022-01-31 12:00") + days * DAY, kinds=[Kind.ESCALATION])

    assert sorted(reminded(session, Kind.ESCALATION)) == [
        ("deputy", "escalation", "O1", "2565-01-31", 2),
        ("deputy", "escalation", "O2", "2565-01-31", 1),
        ("deputy", "escalation", "O2", "2565-01-31", 2),
        ("director", "escalation", "O1", "2565-01-31", 3),
        ("director", "escalation", "O2", "2565-01-31", 3),
        ("head", "escalation", "O1", "2565-01-31", 1),
    ]


def test_a_machine_that_was_off_tells_what_is_still_of_use(session: Session, agency: Plan) -> None:
    ladder(session, agency)

    assert [each[2] for each in asked(session, "2022-03-12 10:00") if each[1] == "O1"] == [2]


def test_the_office_sets_the_days(session: Session, agency: Plan) -> None:
    ladder(session, agency)
    rules = ReminderRules(escalation_days=(3, 5, 10), escalation_use_days=2)

    for days in range(20):
        plan(session, at("2022-02-01 12:00") + days * DAY, rules=rules, kinds=[Kind.ESCALATION])

    of_one = [
        each for each in session.scalars(select(Reminder).order_by(Reminder.id)) if each.follow_up_id == 1
    ]
    assert [(each.step, each.created_at, each.useful_until) for each in of_one] == [
        (1, at("2022-02-03 12:00"), at("2022-02-05 09:00")),
        (2, at("2022-02-05 12:00"), at("2022-02-07 09:00")),
        (3, at("2022-02-10 12:00"), at("2022-02-12 09:00")),
    ]


def test_what_no_message_could_carry_in_its_time_is_dropped(session: Session, agency: Plan) -> None:
    contact(session, agency.agency_id, "head", divisions=[ONE], roles=["supervisor"])
    asked(session, "2022-02-07 09:00")
    session.execute(update(Reminder).values(message_id=None))
    session.execute(delete(Message))

    asked(session, "2022-03-09 09:00")

    assert dropped(session) == [PAST_USE]


# --- checked again before it is sent


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    return Post(sessions, at("2022-02-07 09:00"))


@pytest.fixture
def escalated(sessions: sessionmaker[Session], post: Post) -> Post:
    """A head of division and a deputy; the head is about to be told of O1, seven days overdue."""
    with sessions.begin() as session:
        plan = stored(
            session,
            document(
                measure("O1", lead=ONE, rules=[JANUARY_31]), measure("O2", lead=TWO, rules=[JANUARY_31])
            ),
            office=OFFICE,
        )
        supervisor(session, plan, "head", ONE)
        supervisor(session, plan, "deputy", ONE, rank=2)
    post.plan([Kind.ESCALATION])
    return post


def done(session: Session) -> None:
    change = Change(Action.DONE, dt.date(2022, 2, 7))
    apply(
        session, follow_up(session, "O1"), change, what="O1", verify=False, actor="test",
        today=dt.date(2022, 2, 7), now=at("2022-02-07 09:00"),
    )  # fmt: skip


def another_lead(session: Session) -> None:
    two = session.scalars(select(Division.id).where(Division.name == TWO)).one()
    session.execute(update(FollowUp).values(lead_division_id=two))


def another_rank(session: Session) -> None:
    head = session.scalars(select(Contact.id).where(Contact.name == "head")).one()
    session.execute(update(ContactRole).where(ContactRole.contact_id == head).values(rank=3))


def departs(session: Session) -> None:
    session.execute(update(Contact).where(Contact.name == "head").values(valid_until=dt.date(2022, 2, 6)))


def no_supervisor(session: Session) -> None:
    session.execute(delete(ContactRole))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (done, "it is done by now"),
        (lambda session: put_off(session, "O1", dt.date(2022, 3, 1)), "its due date was moved"),
        (another_lead, "another supervisor is asked now"),
        (another_rank, "another supervisor is asked now"),
        (departs, "the contact is not in office"),
        (no_supervisor, "the contact has another role now"),
    ],
    ids=["done", "moved", "reassigned", "rank", "departed", "role"],
)
def test_what_is_not_asked_any_more_is_not_sent(
    escalated: Post, sessions: sessionmaker[Session], happens: Callable[[Session], None], reason: str
) -> None:
    with sessions.begin() as session:
        happens(session)

    assert escalated.deliver().cancelled == 1
    with sessions() as session:
        assert dropped(session) == [reason]


def test_when_the_head_departs_the_deputy_is_asked_instead(
    escalated: Post, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        departs(session)

    escalated.plan([Kind.ESCALATION])
    escalated.deliver()

    assert [each.address for each in escalated.email.sent] == ["deputy@x.example"]


def test_the_message_names_what_reached_which_number_of_days(
    escalated: Post, sessions: sessionmaker[Session]
) -> None:
    escalated.now = at("2022-02-09 10:00")  # two days later

    escalated.deliver()

    (told,) = escalated.writer.digests
    part = told.plans[0].escalation
    assert part is not None
    assert told.plans[0].supervisor is None
    assert (part.rank, part.divisions, part.overdue) == (1, (ONE,), 1)
    assert [(each.item.code, each.item.lead, each.after_days, each.reached_on) for each in part.items] == [
        ("O1", ONE, 7, dt.date(2022, 2, 7))
    ]
    assert part.items[0].item.days_overdue == 9
    with sessions() as session:
        assert session.scalars(select(MessageItem.follow_up_id)).all() == [1]
        assert outbox(session) == [("head", "escalation", "2022-02-07", "sent")] or outbox(session) == [
            ("head", "escalation", "2022-02-09", "sent")
        ]


def test_an_item_that_reached_two_steps_stands_once_under_the_greater(
    post: Post, sessions: sessionmaker[Session]
) -> None:
    """There is a director alone, and the machine was off from the first step to the second."""
    with sessions.begin() as session:
        days = [rule("on", dt.date(2022, 1, 31)), rule("on", dt.date(2022, 2, 11))]
        agency = stored(session, document(measure("O1", lead=ONE, rules=days)), office=OFFICE)
        supervisor(session, agency, "director")

    post.tick(at("2022-02-21 09:00"))

    (told,) = post.writer.digests
    part = told.plans[0].escalation
    assert part is not None
    assert [(each.item.period, each.after_days) for each in part.items] == [
        ("2565-01-31", 21),
        ("2565-02-11", 7),
    ]
    assert (part.rank, part.divisions, part.overdue) == (3, (), 2)


def test_owners_are_told_truly_whether_a_superior_was_informed(
    escalated: Post, sessions: sessionmaker[Session]
) -> None:
    """On Monday the 7th the head is told after the owner is; the week after, the owner hears of it."""
    with sessions.begin() as session:
        agency = session.scalars(select(Plan.agency_id)).one()
        contact(session, agency, "ก", divisions=[ONE], email="one@x.example")
        contact(session, agency, "ข", divisions=[TWO], email="two@x.example")
        session.execute(update(Message).values(next_attempt_at=at("2022-02-08 09:00")))
    said: dict[str, list[bool | None]] = {"ก": [], "ข": []}

    for day in ("2022-02-07", "2022-02-08", "2022-02-14"):
        escalated.writer.digests.clear()
        escalated.tick(at(f"{day} 09:30"))
        for digest in escalated.writer.digests:
            if (owner := digest.plans[0].owner) is not None:
                said[digest.recipient].append(owner.informed)

    assert said == {"ก": [False, True], "ข": [False, False]}
