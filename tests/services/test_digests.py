"""What a message says is decided just before its first attempt; what is not owed by then falls out."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, follow_up, line_id, measure, message, rule, stored
from tests.factories import plan as document
from tests.services.delivering import Post, at, dropped, items, only_message, outbox, stored_body
from tracker.db.models import (
    Contact,
    ContactDivision,
    ContactRole,
    Division,
    FollowUp,
    Message,
    MessageItem,
    MessageState,
    Plan,
    QuotaReading,
    Reminder,
)
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError
from tracker.reports.digest import CalendarDoubt, Digest, Paused, Person, QuarterStanding, QuotaAlarm
from tracker.services.coordinator_part import coordinator_part
from tracker.services.follow_ups import Change, apply
from tracker.services.line_ledger import people_left
from tracker.services.routing import Routing

ONE, TWO = "ฝ่ายหนึ่ง", "ฝ่ายสอง"
JANUARY_31 = rule("on", dt.date(2022, 1, 31))
WEDNESDAY = at("2022-01-26 09:00")


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    return Post(sessions, WEDNESDAY)


@pytest.fixture
def agency(sessions: sessionmaker[Session]) -> int:
    """O1 of one division and O2 of another, due on 31 January; an owner of the first."""
    with sessions.begin() as session:
        measures = (
            measure("O1", lead=ONE, rules=[JANUARY_31]),
            measure("O2", lead=TWO, rules=[JANUARY_31]),
            measure("O3", lead=ONE, rules=[rule("on", dt.date(2022, 3, 31))]),
        )
        number = stored(session, document(*measures), office=OfficeTime()).agency_id
        contact(session, number, "ก", divisions=[ONE], email="one@x.example", line_id=line_id())
        return number


def act(session: Session, code: str, action: Action, **more: object) -> None:
    change = Change(action, dt.date(2022, 1, 26), reason="because", **more)
    apply(
        session, follow_up(session, code), change, what=code, verify=False, actor="test", now=WEDNESDAY,
        today=dt.date(2022, 1, 26),
    )  # fmt: skip


def only_digest(post: Post) -> Digest:
    (digest,) = post.writer.digests
    return digest


def codes(post: Post) -> list[str]:
    return [item.code for item in items(only_digest(post))]


# --- what falls out


def postponed(session: Session) -> None:
    act(session, "O1", Action.POSTPONE, due_on=dt.date(2022, 3, 1))


def reassigned(session: Session) -> None:
    two = session.scalars(select(Division.id).where(Division.name == TWO)).one()
    session.execute(update(FollowUp).values(lead_division_id=two))


def departed(session: Session) -> None:
    session.execute(update(Contact).values(valid_until=dt.date(2022, 1, 25)))


def of_another_role(session: Session) -> None:
    session.execute(delete(ContactRole))


def of_another_division(session: Session) -> None:
    two = session.scalars(select(Division.id).where(Division.name == TWO)).one()
    session.execute(update(ContactDivision).values(division_id=two))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda session: act(session, "O1", Action.DONE), "it is done by now"),
        (lambda session: act(session, "O1", Action.WAIVE), "it is waived by now"),
        (lambda session: act(session, "O1", Action.SUBMIT), "it is submitted by now"),
        (postponed, "its due date was moved"),
        (reassigned, "another division leads it now"),
        (departed, "the contact is not in office"),
        (of_another_role, "the contact has another role now"),
        (of_another_division, "another division leads it now"),
    ],
    ids=["done", "waived", "submitted", "postponed", "reassigned", "departed", "role", "division"],
)
@pytest.mark.usefixtures("agency")
def test_what_is_not_owed_any_more_is_not_sent(
    post: Post, sessions: sessionmaker[Session], happens: Callable[[Session], None], reason: str
) -> None:
    post.plan([Kind.DUE_SOON])
    with sessions.begin() as session:
        happens(session)

    delivered = post.deliver()

    assert (delivered.cancelled, delivered.sent) == (1, 0)
    with sessions() as session:
        assert dropped(session) == [reason]
        assert outbox(session) == [("ก", "due-soon", "2022-01-26", "cancelled")]
        message = session.scalars(select(Message)).one()
        assert message.error == "Nothing in it was owed any more."
    assert stored_body(sessions) == ""
    assert [each.tried for each in post.channels.values()] == [[], [], []]


@pytest.mark.usefixtures("agency")
def test_the_rest_of_a_message_goes_out(post: Post, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        session.execute(delete(ContactDivision))  # the whole agency: O1 and O2
    post.plan([Kind.DUE_SOON])
    with sessions.begin() as session:
        act(session, "O1", Action.DONE)

    post.deliver()

    assert codes(post) == ["O2"]
    with sessions() as session:
        assert dropped(session) == ["it is done by now"]
        named = session.scalars(
            select(FollowUp.period).join(MessageItem, MessageItem.follow_up_id == FollowUp.id)
        )
        assert named.all() == ["2565-01-31"]
        assert outbox(session) == [("ก", "due-soon", "2022-01-26", "sent")]


@pytest.mark.usefixtures("agency")
def test_an_empty_monthly_list_is_not_sent(post: Post, sessions: sessionmaker[Session]) -> None:
    post.plan([Kind.MONTHLY])
    with sessions.begin() as session:
        act(session, "O1", Action.DONE)

    assert post.deliver().cancelled == 1
    with sessions() as session:
        assert dropped(session) == ["nothing left to report"]


def test_an_empty_list_does_not_turn_into_a_notice_of_support(
    post: Post, sessions: sessionmaker[Session]
) -> None:
    """The division supports another's measure, but what it was owed is done."""
    with sessions.begin() as session:
        measures = (
            measure("O1", lead=ONE, rules=[JANUARY_31]), measure("O2", lead=TWO, supporting=(ONE,)),
            measure("O3", lead=TWO, supporting="all"),
        )  # fmt: skip
        agency = stored(session, document(*measures), office=OfficeTime())
        contact(session, agency.agency_id, "ก", divisions=[ONE], email="one@x.example")
    post.plan([Kind.MONTHLY])
    with sessions.begin() as session:
        act(session, "O1", Action.DONE)

    assert post.deliver().cancelled == 1


@pytest.mark.usefixtures("agency")
def test_what_is_past_its_use_in_a_late_message_falls_out(
    post: Post, sessions: sessionmaker[Session]
) -> None:
    """January's list waited in a message that took in February's."""
    post.now = at("2022-01-31 16:29")
    post.plan([Kind.MONTHLY])
    post.now = at("2022-02-07 09:05")
    post.plan([Kind.OVERDUE])

    post.deliver()

    with sessions() as session:
        assert dropped(session) == ["past its use"]
        assert outbox(session) == [("ก", "overdue", "2022-02-07", "sent")]
    assert only_digest(post).kinds == {Kind.OVERDUE}


@pytest.mark.usefixtures("agency")
def test_a_quarters_notice_falls_out_when_what_closes_is_done(
    post: Post, sessions: sessionmaker[Session]
) -> None:
    """The division still has something overdue, but that is not what the notice is for."""
    with sessions.begin() as session:
        session.execute(
            update(FollowUp).values(cadence="quarterly").where(FollowUp.scheduled_on == dt.date(2022, 3, 31))
        )
    post.now = at("2022-03-01 09:00")
    post.plan([Kind.QUARTERLY])
    with sessions.begin() as session:
        act(session, "O3", Action.DONE)

    assert post.deliver().cancelled == 1


# --- the present state


@pytest.mark.usefixtures("agency")
def test_the_state_just_before_the_first_attempt_is_told(post: Post, sessions: sessionmaker[Session]) -> None:
    """Planned for O1 alone; when it is sent, what was moved to this month is there too."""
    post.plan([Kind.MONTHLY])
    with sessions.begin() as session:
        session.execute(
            update(FollowUp)
            .where(FollowUp.due_on == dt.date(2022, 3, 31))
            .values(due_on=dt.date(2022, 1, 28))
        )

    post.deliver()

    assert codes(post) == ["O3", "O1"]


@pytest.mark.usefixtures("agency")
def test_a_retry_sends_the_stored_text_unchanged(post: Post, sessions: sessionmaker[Session]) -> None:
    post.email.fail(DeliveryError("busy"))
    post.plan([Kind.DUE_SOON])
    post.deliver()
    with sessions.begin() as session:
        act(session, "O1", Action.DONE)

    post.now += dt.timedelta(hours=1)
    post.deliver()

    assert len(post.writer.digests) == 1
    assert post.email.tried[0] == post.email.tried[1]
    assert "O1" in post.email.sent[0].text


@pytest.mark.usefixtures("agency")
def test_what_reached_nobody_is_made_anew_on_another_day(post: Post, sessions: sessionmaker[Session]) -> None:
    """Nobody is told tomorrow that something is near which was done today."""
    post.email.fail(DeliveryError("busy"))
    post.plan([Kind.DUE_SOON])
    post.deliver()
    with sessions.begin() as session:
        act(session, "O1", Action.DONE)

    post.now += dt.timedelta(days=1)
    post.deliver()

    assert post.email.sent == []
    assert only_message(sessions).state is MessageState.CANCELLED


def test_two_contacts_behind_one_address_are_told_of_both_divisions(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "ข", divisions=[TWO], email="ONE@x.example")

    post.plan([Kind.DUE_SOON])
    post.deliver()

    assert codes(post) == ["O1", "O2"]
    assert len(post.email.sent) == 1


def test_support_is_told_beside_what_another_contact_at_the_address_leads(
    post: Post, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        leads = measure("O1", lead=ONE, supporting=(TWO,), rules=[rule("quarterly")])
        agency = stored(session, document(leads), office=OfficeTime()).agency_id
        contact(session, agency, "leads", divisions=[ONE], email="x@x.example")
        contact(session, agency, "helps", divisions=[TWO], email="x@x.example")
    post.now = at("2021-12-01 09:00")

    post.plan([Kind.QUARTERLY])
    post.deliver()

    (said,) = only_digest(post).plans
    assert said.owner is not None
    assert [item.period for item in said.owner.closing] == ["2565-Q1"]
    assert said.support is not None
    assert (said.support.divisions, said.support.leads) == ((TWO,), ((ONE, 1),))


def test_each_plan_of_a_contact_has_its_own_part(post: Post, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for name in ("สำนักงานเขตหนึ่ง", "สำนักงานเขตสอง"):
            agency = stored(
                session, document(measure("O1", rules=[JANUARY_31]), agency=name), office=OfficeTime()
            )
            contact(session, agency.agency_id, "ก", divisions=[ONE], email="x@x.example")

    post.plan([Kind.DUE_SOON])
    post.deliver()

    assert [plan.agency for plan in only_digest(post).plans] == ["สำนักงานเขตหนึ่ง", "สำนักงานเขตสอง"]
    assert len(post.email.sent) == 1


def test_the_coordinator_of_the_day_is_named(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "left", roles=["coordinator"], valid_until=dt.date(2022, 1, 25))
        contact(session, agency, "clerk", roles=["coordinator"], phone="0 2276 9600", email="c@x.example")

    post.plan([Kind.DUE_SOON])
    post.deliver()

    assert only_digest(post).plans[0].ask == (Person("clerk", "0 2276 9600", "c@x.example"),)


def test_a_letter_asks_those_divisions_that_lead_something(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "head", divisions=[TWO, "ฝ่ายที่สนับสนุน"], email="h@x.example")

    post.plan([Kind.MONTHLY])
    post.deliver()

    told = {digest.recipient: digest.plans[0].owner for digest in post.writer.digests}
    assert told["head"] is not None
    assert told["head"].divisions == (TWO,)


@pytest.mark.parametrize(
    ("now", "quarter"),
    [("2022-02-01 09:00", None), ("2022-01-03 09:00", "2565-Q1"), ("2022-10-03 09:00", "2565-Q4")],
    ids=["within", "after_the_first", "after_the_year"],
)
def test_the_summary_after_a_quarter_gives_its_standing(
    post: Post, sessions: sessionmaker[Session], agency: int, now: str, quarter: str | None
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "director", roles=["supervisor"], email="d@x.example")
        contact(session, agency, "head", divisions=[TWO], roles=["supervisor"], email="h@x.example")
    post.now = at(now)

    post.plan([Kind.SUMMARY])
    post.deliver()

    told = {digest.recipient: digest.plans[0].supervisor for digest in post.writer.digests}
    assert {name: part.quarter and part.quarter.label for name, part in told.items() if part} == {
        "director": quarter,
        "head": quarter,
    }
    assert [part.divisions for part in told.values() if part] == [(), (TWO,)]
    assert [part.summary.total for part in told.values() if part] == [3, 1]


def test_the_quarters_standing_is_that_of_its_last_day(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    """Told on 5 April: O1 was done in January, O2 overdue on 31 March and done since, O3 not late yet."""
    with sessions.begin() as session:
        contact(session, agency, "director", roles=["supervisor"], email="d@x.example")
        for code, day in (("O1", dt.date(2022, 1, 31)), ("O2", dt.date(2022, 4, 4))):
            change = Change(Action.DONE, day)
            apply(
                session, follow_up(session, code), change, what=code, verify=False, actor="test",
                now=at(f"{day} 12:00"), today=day,
            )  # fmt: skip
    post.now = at("2022-04-05 09:00")

    post.plan([Kind.SUMMARY])
    post.deliver()

    part = only_digest(post).plans[0].supervisor
    assert part is not None
    assert part.quarter == QuarterStanding("2565-Q2", due=3, done=1, overdue=1)
    assert (part.summary.done, part.summary.overdue) == (2, 1)


def test_the_summary_carries_the_doubts_about_the_calendar(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "director", roles=["supervisor"], email="d@x.example")
    post.doubts = (CalendarDoubt(2566, 0, 0),)

    post.plan([Kind.SUMMARY])
    post.deliver()

    part = only_digest(post).plans[0].supervisor
    assert part is not None
    assert part.doubts == (CalendarDoubt(2566, 0, 0),)


def quota(
    at: dt.datetime, month: dt.date, quota: int | None, used: int, spent: int, alarm: str = ""
) -> object:
    return QuotaReading(at=at, month=month, quota=quota, used=used, spent=spent, alarm=alarm)


JANUARY = dt.date(2022, 1, 1)


@pytest.mark.parametrize(
    ("readings", "sent", "left"),
    [
        ([], 5, None),
        ([(JANUARY, 300, 60, 0)], 0, (240, 300)),
        ([(JANUARY, 300, 60, 0)], 50, (190, 300)),
        ([(JANUARY, 300, 60, 50)], 50, (240, 300)),
        ([(JANUARY, 300, 20, 50)], 50, (250, 300)),
        ([(JANUARY, 500, 0, 0), (JANUARY, 300, 60, 50)], 50, (240, 300)),
        ([(JANUARY, 300, 310, 50)], 50, (0, 300)),
        ([(JANUARY, None, 60, 50)], 50, None),
        ([(dt.date(2021, 12, 1), 300, 60, 50)], 50, None),
    ],
    ids=["never_read", "read_just_now", "ours_since", "ours_before", "ours_greater", "newest", "overdrawn",
         "no_limit", "last_month"],
)  # fmt: skip
def test_the_coordinator_reads_what_line_has_left_as_it_is_counted_for_sending(
    post: Post, sessions: sessionmaker[Session], agency: int,
    readings: list[tuple[dt.date, int | None, int, int]], sent: int, left: tuple[int, int] | None,
) -> None:  # fmt: skip
    with sessions.begin() as session:
        clerk = contact(session, agency, "clerk", roles=["coordinator"], email="c@x.example")
        message(session, clerk, dt.date(2022, 1, 20), cost=sent)
        session.add_all(quota(WEDNESDAY, *each) for each in readings)

    post.plan([Kind.COORDINATOR])
    post.deliver()

    part = only_digest(post).plans[0].coordinator
    assert part is not None
    assert part.line_left == left
    with sessions() as session:
        assert people_left(session, dt.date(2022, 1, 26)) == (left and left[0])


def test_the_coordinator_reads_alarms_of_a_week_and_who_is_paused(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "clerk", roles=["coordinator"], email="c@x.example")
        away = contact(session, agency, "away", divisions=[TWO], email="a@x.example")
        away.paused_until, away.pause_reason = dt.date(2022, 1, 26), "on leave"
        back = contact(session, agency, "back", divisions=[TWO], email="b@x.example")
        back.paused_until = dt.date(2022, 1, 25)
        for day, limit, used, alarm in (
            ("18", 900, 0, ""), ("19", 800, 0, "too old"), ("20", 300, 60, "fell"),
            ("25", 300, 60, ""), ("26", 300, 95, "gone"),
        ):  # fmt: skip
            session.add(quota(at(f"2022-01-{day} 12:00"), JANUARY, limit, used, 0, alarm))
    post.now = at("2022-01-26 13:00")

    post.plan([Kind.COORDINATOR])
    post.deliver()

    part = only_digest(post).plans[0].coordinator
    assert part is not None
    assert part.alarms == (
        QuotaAlarm(300, 800, 0, since=dt.date(2022, 1, 19)),
        QuotaAlarm(300, 300, 35, since=dt.date(2022, 1, 25)),
    )
    assert part.paused == (Paused("away", dt.date(2022, 1, 26), "on leave"),)
    assert part.vacant == ()


def test_the_coordinator_reads_whose_last_message_that_was_tried_has_not_gone_out(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    day, before = dt.date(2022, 1, 25), dt.date(2022, 1, 24)
    with sessions.begin() as session:
        contact(session, agency, "clerk", roles=["coordinator"], email="c@x.example")
        for state in ("retry", "failed", "unknown", "expired", "sent", "queued", "cancelled"):
            one = contact(session, agency, state, divisions=[TWO], email=f"{state}@x.example")
            message(session, one, before, "failed", "email", error="before")
            message(session, one, day, state, "email", error="says the server")
        mended = contact(session, agency, "mended", divisions=[TWO], email="m@x.example")
        message(session, mended, day, "failed", "email")
        message(session, mended, day, "sent", "email")
        for name, when, kind in (
            ("old", dt.date(2022, 1, 11), Kind.MONTHLY),
            ("greeted", day, Kind.GREETING),
        ):
            one = contact(session, agency, name, divisions=[TWO], email=f"{name}@x.example")
            message(session, one, when, "failed", "email", kind=kind)
        refused = contact(session, agency, "refused", divisions=[TWO], email="r@x.example")
        refused.email_suspended = "no such mailbox"
        message(session, refused, day, "failed", "email")
        left = contact(session, agency, "left", divisions=[TWO], email="l@x.example", valid_until=before)
        message(session, left, before, "failed", "email")

    with sessions() as session:
        part = coordinator_part(
            session, session.scalars(select(Plan)).one(), today=dt.date(2022, 1, 26), office=OfficeTime()
        )

    assert part is not None
    assert [(each.name, each.state, each.channel, each.on, each.reason) for each in part.undelivered] == [
        *(
            (each, each, "email", day, "says the server")
            for each in ("retry", "failed", "unknown", "expired")
        ),
        *((each, "failed", "email", before, "before") for each in ("queued", "cancelled")),
    ]


def test_a_division_whose_only_owner_is_paused_stands_as_vacant(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "clerk", roles=["coordinator"], email="c@x.example")
        away = contact(session, agency, "away", divisions=[TWO], email="a@x.example")
        away.paused_until = dt.date(2022, 1, 26)

    post.plan([Kind.COORDINATOR])
    post.deliver()

    part = only_digest(post).plans[0].coordinator
    assert part is not None
    assert part.vacant == (TWO,)


def test_the_coordinator_reads_who_has_not_answered_and_what_waits(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "clerk", roles=["coordinator"], email="c@x.example")
        lost = contact(session, agency, "lost", divisions=[ONE], email="l@x.example")
        lost.email_suspended = "no such mailbox"
        act(session, "O2", Action.SUBMIT)
    post.now = at("2022-02-07 09:00")

    post.plan([Kind.COORDINATOR])
    post.deliver()

    part = only_digest(post).plans[0].coordinator
    assert part is not None
    assert [(each.division, each.overdue, each.oldest_days, each.owners) for each in part.silent] == [
        (ONE, 1, 7, ("ก", "lost"))
    ]
    assert [(item.code, item.days_overdue) for item in part.waiting] == [("O2", 0)]
    assert part.unreachable == ("lost: no such mailbox",)
    assert part.vacant == (TWO,)


def test_the_start_of_tracking_counts_what_awaits_this_year(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    post.now = at("2021-10-01 09:00")

    post.plan([Kind.MONTHLY])
    post.deliver()

    (said,) = only_digest(post).plans
    assert said.owner is not None
    assert (said.owner.year_total, said.owner.to_report, said.owner.next_on) == (2, (), dt.date(2022, 1, 31))
    assert agency


# --- addresses


@pytest.mark.usefixtures("agency")
def test_a_message_goes_to_the_address_of_the_day(post: Post, sessions: sessionmaker[Session]) -> None:
    post.plan([Kind.DUE_SOON])
    with sessions.begin() as session:
        session.execute(update(Contact).values(email="new@x.example"))

    post.deliver()

    assert [each.address for each in post.email.sent] == ["new@x.example"]
    assert only_message(sessions).address == "new@x.example"


def test_who_left_a_shared_address_gets_a_message_of_their_own(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "ข", divisions=[TWO], email="one@x.example")
    post.plan([Kind.DUE_SOON])
    with sessions.begin() as session:
        session.execute(update(Contact).where(Contact.name == "ข").values(email="two@x.example"))

    post.deliver()
    post.plan([Kind.DUE_SOON])
    post.deliver()

    assert [each.address for each in post.email.sent] == ["one@x.example", "two@x.example"]
    assert ["O1" in each.text for each in post.email.sent] == [True, False]
    with sessions() as session:
        assert session.scalars(select(Reminder).where(Reminder.message_id.is_(None))).all() == []


def test_who_shares_a_message_with_a_contact_that_lost_its_address_gets_one_of_their_own(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    post.routing = Routing(order=("email",), configured=frozenset({"email"}))
    with sessions.begin() as session:
        contact(session, agency, "ข", divisions=[TWO], email="one@x.example")
    post.plan([Kind.DUE_SOON])
    with sessions.begin() as session:
        session.execute(update(Contact).where(Contact.name != "ข").values(email=""))

    post.deliver()
    post.plan([Kind.DUE_SOON])
    post.deliver()

    assert [(each.recipient, each.address) for each in post.email.sent] == [("ข", "one@x.example")]


def test_who_moves_to_an_address_that_has_a_message_today_waits(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "ข", divisions=[TWO], email="two@x.example")
    post.plan([Kind.DUE_SOON])
    with sessions.begin() as session:
        session.execute(update(Contact).values(email="two@x.example"))

    post.deliver()
    today = [each.address for each in post.email.sent]
    post.tick(at("2022-01-27 09:00"))

    assert today == ["two@x.example"]
    assert [each.address for each in post.email.sent] == ["two@x.example", "two@x.example"]


def test_nobody_is_reminded_of_a_plan_without_open_follow_ups(
    post: Post, sessions: sessionmaker[Session], agency: int
) -> None:
    with sessions.begin() as session:
        session.execute(update(FollowUp).values(status=Status.DONE))
        plan = session.scalars(select(Plan)).one()
        assert plan.agency_id == agency

    for day in ("2022-01-03", "2022-01-26", "2022-02-07", "2022-03-01"):
        assert post.tick(at(f"{day} 09:05")).sent == 0


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [({"line_id": line_id()}, True), ({"line_id": line_id(), "email": "a@x.example"}, False)],
    ids=["line_alone", "e_mail_as_well"],
)
def test_by_line_the_whole_list_goes_to_who_has_no_mailbox_for_it(
    post: Post,
    sessions: sessionmaker[Session],
    agency: int,
    addresses: dict[str, str],
    expected: bool,
) -> None:
    with sessions.begin() as session:
        contact(session, agency, "owner", divisions=[TWO], **addresses)

    post.plan([Kind.DUE_SOON])
    post.deliver()

    found = {each.recipient: each.lists_all for each in post.writer.digests}
    assert found["owner"] is expected
