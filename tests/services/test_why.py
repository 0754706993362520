"""Why a reminder was or was not sent: a situation, and the sentence that a clerk reads."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, follow_up, measure, rule, stored
from tests.factories import plan as document
from tests.services.delivering import Post, at
from tracker.db.models import Contact, ContactRole, FollowUp, Measure, Message, MessageState, Plan, Reminder
from tracker.db.session import reading
from tracker.domain.follow_up import Action
from tracker.domain.office_time import OfficeTime
from tracker.errors import DeliveryError, UnknownName
from tracker.reports.why import Fate, Line, Story
from tracker.services.follow_ups import Change, apply
from tracker.services.place import place_of
from tracker.services.routing import Routing
from tracker.services.why import explain

OFFICE = OfficeTime()
JANUARY_31 = rule("on", dt.date(2022, 1, 31))
"""A Monday: told of as near from Wednesday the 26th, as overdue from Monday, 7 February."""
NEAR, LATE, SECOND = at("2022-01-26 09:00"), at("2022-02-07 09:00"), at("2022-02-14 09:00")
ONE, TWO = "ฝ่ายหนึ่ง", "ฝ่ายสอง"


class Office:
    """One measure, the owner of its lead, and the machine that sends."""

    def __init__(self, engine: Engine, sessions: sessionmaker[Session]) -> None:
        self.engine = engine
        self.post = Post(sessions, NEAR)
        self.sessions = sessions
        with sessions.begin() as session:
            first = measure("O1", lead=ONE, supporting=(TWO,), rules=[JANUARY_31])
            plan = stored(session, document(first), office=OFFICE, track_from=dt.date(2022, 1, 1))
            self.agency = plan.agency_id
            contact(session, self.agency, "owner", divisions=[ONE], email="a@x.example")

    def tick(self, *instants: str) -> None:
        for each in instants:
            self.post.tick(at(each))

    def act(self, action: Action, day: dt.date, due_on: dt.date | None = None) -> None:
        with self.sessions.begin() as session:
            change = Change(action, day, reason="because", due_on=due_on)
            now = OFFICE.at(day, dt.time(8))
            row = follow_up(session, "O1")
            apply(session, row, change, what="O1", verify=False, actor="t", today=day, now=now)

    def change(self, table: type, **values: object) -> None:
        with self.sessions.begin() as session:
            session.execute(update(table).values(**values))

    def story(self, now: str, **asked: bool) -> Story:
        self.post.now = at(now)
        with self.sessions() as session:
            number = session.scalars(select(Measure.id)).one()
        source = reading(self.engine)
        (found,) = explain(source, number, moment=self.post.moment(), delivery=self.post.delivery, **asked)
        return found


@pytest.fixture
def an_office(engine: Engine, sessions: sessionmaker[Session]) -> Office:
    return Office(engine, sessions)


def of_kind(story: Story, kind: str) -> list[Line]:
    return [line for line in story.lines if line.kind == kind]


def told(story: Story, kind: str) -> list[tuple[tuple[int, ...], str, str]]:
    """Of a kind: the steps, the outcome and the reason."""
    return [(line.steps, line.fate.value, line.reason) for line in of_kind(story, kind)]


# --- what was sent, and what comes


def test_sent_and_coming_reminders_stand_in_order_of_time(an_office: Office) -> None:
    an_office.tick("2022-01-26 09:00", "2022-02-07 09:00")

    story = an_office.story("2022-02-08 10:00")
    lines = [line for line in story.lines if line.kind != "escalation"]

    coming = "by e-mail to a@x.example, if it is still open then"
    assert [(f"{line.at:%m-%d}", line.kind, line.steps, line.fate, line.contacts) for line in lines] == [
        ("01-26", "due-soon", (1,), Fate.SENT, ("owner",)),
        ("02-07", "overdue", (1,), Fate.SENT, ("owner",)),
        ("02-14", "overdue", (2,), Fate.COMING, ("owner",)),
        ("02-21", "overdue", (3,), Fate.COMING, ("owner",)),
        ("02-28", "overdue", (4,), Fate.COMING, ("owner",)),
        ("03-01", "monthly", (), Fate.COMING, ("owner",)),
    ]
    assert [line.reason for line in lines] == [
        "by e-mail to a@x.example, message 1",
        "by e-mail to a@x.example, message 2",
        *[coming] * 4,
    ]
    assert [(line.message, line.state) for line in lines[:3]] == [(1, "sent"), (2, "sent"), (None, "")]
    assert story.notes == ()


def test_a_list_that_named_it_counts(an_office: Office) -> None:
    an_office.tick("2022-01-04 09:00")

    story = an_office.story("2022-01-05 10:00")

    (line,) = of_kind(story, "monthly")[:1]
    assert (line.fate, line.contacts, line.message) == (Fate.SENT, ("owner",), 1)
    assert line.reason == "by e-mail to a@x.example, message 1"


def test_what_comes_is_what_is_then_sent(an_office: Office) -> None:
    """Each coming line becomes a sent one at its instant, as long as nothing changes."""
    with an_office.sessions.begin() as session:
        contact(session, an_office.agency, "director", roles=["supervisor"], email="d@x.example")
    coming = [line for line in an_office.story("2022-01-05 10:00", everything=True).lines if line.steps]

    for line in coming:
        an_office.post.tick(line.at)

    sent = [line for line in an_office.story("2022-03-18 10:00").lines if line.steps]
    assert len(coming) == 8
    assert {(line.kind, line.steps, line.contacts, line.at) for line in sent} == {
        (line.kind, line.steps, line.contacts, line.at) for line in coming
    }
    assert {line.fate for line in sent} == {Fate.SENT}


def test_what_another_message_names_first_is_not_promised(an_office: Office) -> None:
    """The month's list of 1 February names what falls due on Monday the 7th, a day before it is near."""
    an_office.change(FollowUp, due_on=dt.date(2022, 2, 7))

    story = an_office.story("2022-01-20 10:00")

    (line,) = of_kind(story, "monthly")
    assert (f"{line.at:%m-%d}", line.fate) == ("02-01", Fate.COMING)
    named = "a message of the days before will have named its due date"
    assert told(story, "due-soon") == [((1,), "not sent", named)]


def test_what_a_pause_holds_back_comes_after_it(an_office: Office) -> None:
    an_office.change(FollowUp, due_on=dt.date(2022, 2, 25))
    paused_plan(an_office)

    (line,) = of_kind(an_office.story("2022-01-21 10:00"), "monthly")

    assert (f"{line.at:%m-%d}", line.fate) == ("02-07", Fate.COMING)


def test_what_is_of_use_after_the_days_that_are_told_of_may_still_come(an_office: Office) -> None:
    """The third escalation, of 17 March, is of use until 16 April, and the pause ends before."""
    with an_office.sessions.begin() as session:
        contact(session, an_office.agency, "director", roles=["supervisor"], email="d@x.example")
    pause = {"paused_from": dt.date(2022, 2, 20), "paused_until": dt.date(2022, 4, 4), "pause_reason": "move"}
    an_office.change(Plan, **pause)

    story = an_office.story("2022-02-21 10:00")

    reason = "plan 2565 is paused until Mon 4 Apr 2565 (move)"
    assert told(story, "escalation")[-1] == ((3,), "coming", reason)
    assert told(story, "overdue")[-1] == ((4,), "not sent", reason)


def test_a_list_that_is_queued_is_told_of_once(an_office: Office) -> None:
    an_office.change(FollowUp, due_on=dt.date(2022, 2, 25))
    an_office.post.now = at("2022-02-01 09:00")
    an_office.post.plan()

    lines = of_kind(an_office.story("2022-02-01 09:01"), "monthly")

    assert [(f"{line.at:%m-%d}", line.fate) for line in lines] == [
        ("02-01", Fate.WAITING), ("03-01", Fate.COMING),
    ]  # fmt: skip


def test_a_list_for_several_at_one_address_names_them(an_office: Office) -> None:
    with an_office.sessions.begin() as session:
        contact(session, an_office.agency, "second", divisions=[ONE], email="a@x.example")
    an_office.change(FollowUp, due_on=dt.date(2022, 2, 25))

    coming = of_kind(an_office.story("2022-01-20 10:00"), "monthly")[0]
    an_office.tick("2022-02-01 09:00")
    sent = of_kind(an_office.story("2022-02-02 10:00"), "monthly")[0]

    assert coming.contacts == sent.contacts == ("owner", "second")


def test_what_the_next_look_will_let_go_does_not_wait(an_office: Office) -> None:
    an_office.change(FollowUp, due_on=dt.date(2022, 2, 7))
    an_office.tick("2022-02-01 09:00")

    named = "a message of the days before will have named its due date"
    assert told(an_office.story("2022-02-02 09:30"), "due-soon") == [((1,), "not sent", named)]


def test_who_has_no_usable_address_is_not_promised_anything(an_office: Office) -> None:
    an_office.change(Contact, email_suspended="The mailbox does not exist.")
    an_office.post.routing = Routing(order=("email",), configured=frozenset({"email"}))

    fates = {line.fate for line in an_office.story("2022-01-20 10:00").lines if line.kind != "escalation"}

    assert fates == {Fate.NOT_SENT}


def test_what_comes_is_told_to_the_end_of_next_month(an_office: Office) -> None:
    days = [an_office.story(f"2022-{day} 10:00").lines[-1].at for day in ("01-20", "02-20")]

    assert [f"{each:%m-%d}" for each in days] == ["02-28", "03-17"]


# --- what waits, and for what


def refused(office: Office) -> None:
    office.post.email.fail(DeliveryError("busy"))
    office.tick("2022-01-26 09:00")


def queued_at_the_end(office: Office) -> None:
    office.post.now = at("2022-01-26 16:29")
    office.post.plan()


def six_this_month(office: Office) -> None:
    with office.sessions.begin() as session:
        session.add_all(_message(session, number, day=number + 2) for number in range(1, 7))
    office.tick("2022-01-26 09:00")


def _message(session: Session, number: int, day: int = 26) -> Message:
    """Another message of this month that went to the owner."""
    sent_at = at(f"2022-01-{day:02} 09:00")
    return Message(
        key=f"earlier {number}", contact_id=session.scalars(select(Contact.id)).first(),
        on_date=dt.date(2022, 1, day), number=9, kind="monthly", channel="email", intended_channel="email",
        address="a@x.example", state=MessageState.SENT, created_at=sent_at, useful_until=sent_at,
        next_attempt_at=sent_at, sent_at=sent_at,
    )  # fmt: skip


def suspended(office: Office) -> None:
    office.change(Contact, email_suspended="The mailbox does not exist.")
    office.post.routing = office.post.routing.__class__(order=("email",), configured=frozenset({"email"}))
    office.tick("2022-01-26 09:00")


def paused_contact(office: Office) -> None:
    office.post.plan()
    with office.sessions.begin() as session:
        session.execute(update(Reminder).values(message_id=None))
        session.execute(delete(Message))
    office.change(Contact, paused_until=dt.date(2022, 1, 28), pause_reason="on leave")


def written_by_night(office: Office) -> None:
    office.tick("2022-01-26 20:00")


WAITING = [
    (refused, "2022-01-26 09:00", "in message 1, tried once, again from Wed 26 Jan 2565 09:01 (busy)"),
    (
        queued_at_the_end, "2022-01-26 17:00",
        "in message 1, outside the hours of sending until Thu 27 Jan 2565 08:30",
    ),
    (
        six_this_month, "2022-01-26 09:05",
        "owner has had 6 messages this month, as many as are allowed; from Tue 1 Feb 2565 on if it is still "
        "of use",
    ),
    (suspended, "2022-01-26 09:05", "owner has no usable address: The mailbox does not exist."),
    (paused_contact, "2022-01-26 09:05", "owner is paused until Fri 28 Jan 2565 (on leave)"),
    (written_by_night, "2022-01-27 06:00", "put into a message from Thu 27 Jan 2565 08:30"),
    (lambda office: None, "2022-01-26 09:05", "owed, and written when the program looks next: tracker tick"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("happens", "now", "reason"),
    WAITING,
    ids=["retry", "after_hours", "six_this_month", "suspended", "paused", "by_night", "not_looked_yet"],
)
def test_a_waiting_reminder_names_the_rule_that_holds_it(
    an_office: Office, happens: Callable[[Office], None], now: str, reason: str
) -> None:
    happens(an_office)

    assert told(an_office.story(now), "due-soon") == [((1,), "waiting", reason)]


def test_one_message_a_day_holds_back_what_comes_due_later_that_day(an_office: Office) -> None:
    with an_office.sessions.begin() as session:
        session.add(_message(session, 1))
        session.flush()
        number = session.scalars(select(Message.id)).one()
    an_office.tick("2022-01-26 09:00")

    reason = f"message {number} went today, and one a day is the most: from Thu 27 Jan 2565"
    assert told(an_office.story("2022-01-26 09:05"), "due-soon") == [((1,), "waiting", reason)]


# --- what was not sent, and why


def done_before(office: Office) -> None:
    office.act(Action.DONE, dt.date(2022, 1, 20))


def moved_away(office: Office) -> None:
    office.act(Action.POSTPONE, dt.date(2022, 2, 20), due_on=dt.date(2022, 2, 22))


def nobody(office: Office) -> None:
    office.change(Contact, valid_until=dt.date(2022, 1, 10))


def not_before_march(office: Office) -> None:
    office.change(Plan, sends_from=at("2022-03-07 09:00"))


def paused_plan(office: Office) -> None:
    office.change(
        Plan, paused_from=dt.date(2022, 1, 20), paused_until=dt.date(2022, 2, 4), pause_reason="move"
    )


NOT_SENT = [
    (done_before, "it was done on Thu 20 Jan 2565"),
    (moved_away, "its due date became this one only on Sun 20 Feb 2565"),
    (
        nobody,
        "nobody is owner for ฝ่ายหนึ่ง (owner is in office until Mon 10 Jan 2565) on Wed 26 Jan 2565",
    ),
    (not_before_march, "nothing was sent for the plan before Mon 7 Mar 2565 09:00"),
    (paused_plan, "plan 2565 is paused until Fri 4 Feb 2565 (move)"),
    (lambda office: None, "the program did not look from then until Tue 1 Feb 2565 00:00"),
]


@pytest.mark.parametrize(
    ("happens", "reason"),
    NOT_SENT,
    ids=["done", "moved", "nobody", "sends_later", "plan_paused", "machine_was_off"],
)
def test_a_reminder_that_was_never_owed_names_the_rule(
    an_office: Office, happens: Callable[[Office], None], reason: str
) -> None:
    happens(an_office)

    assert told(an_office.story("2022-03-02 10:00"), "due-soon") == [((1,), "not sent", reason)]


def test_steps_that_were_not_sent_for_one_reason_stand_on_one_line(an_office: Office) -> None:
    an_office.act(Action.DONE, dt.date(2022, 1, 20))

    story = an_office.story("2022-03-30 10:00")

    assert told(story, "overdue") == [((1, 2, 3, 4), "not sent", "it was done on Thu 20 Jan 2565")]
    assert story.notes == ("It was done on Thu 20 Jan 2565: its owners are not reminded any more.",)


def test_a_dropped_reminder_keeps_the_reason_that_was_stored(an_office: Office) -> None:
    an_office.post.now = at("2022-01-26 16:29")
    an_office.post.plan()
    an_office.act(Action.SUBMIT, dt.date(2022, 1, 27))
    an_office.post.now = at("2022-01-27 09:00")
    an_office.post.deliver()

    assert told(an_office.story("2022-01-27 09:05"), "due-soon") == [
        ((1,), "not sent", "it is submitted by now")
    ]


@pytest.mark.parametrize(
    ("state", "fate", "reason"),
    [
        (MessageState.FAILED, "not sent", "message 1 failed (no such mailbox)"),
        (MessageState.EXPIRED, "not sent", "message 1 expired before it could leave (no such mailbox)"),
        (MessageState.CANCELLED, "not sent", "message 1 was called off (no such mailbox)"),
        (
            MessageState.UNKNOWN,
            "waiting",
            "message 1 may have arrived; a person has to decide: tracker outbox show 1 (no such mailbox)",
        ),
    ],
)
def test_a_message_that_did_not_arrive_says_so(
    an_office: Office, state: MessageState, fate: str, reason: str
) -> None:
    an_office.tick("2022-01-26 09:00")
    an_office.change(Message, state=state, error="no such mailbox")

    assert told(an_office.story("2022-01-26 10:00"), "due-soon") == [((1,), fate, reason)]


# --- what holds for the whole follow-up


def test_what_was_due_before_tracking_is_told_once(an_office: Office) -> None:
    with an_office.sessions.begin() as session:
        follow_up(session, "O1").before_tracking = True

    story = an_office.story("2022-02-08 10:00")

    assert story.lines == ()
    assert story.notes == (
        "It was due before tracking began on Sat 1 Jan 2565: it causes no reminder and counts nowhere.",
    )


def test_after_the_weekly_reminders_the_list_and_escalation_are_left(an_office: Office) -> None:
    story = an_office.story("2022-03-10 10:00")

    assert story.notes == (
        "Its 4 weekly reminders are over: now it stands in the monthly list, and supervisors are asked by "
        "escalation.",
    )


def test_a_plan_out_of_reach_and_a_vacant_division_are_named(an_office: Office) -> None:
    an_office.change(Contact, valid_until=dt.date(2022, 1, 10))

    assert an_office.story("2022-12-20 10:00").notes[:2] == (
        "Now fiscal year 2565 ended on Fri 30 Sep 2565, and reminders go on for 60 days after.",
        "Today nobody is owner for ฝ่ายหนึ่ง (owner is in office until Mon 10 Jan 2565); name one with: "
        "tracker contact add",
    )


PLACES = [
    ({"divisions": [ONE]}, "who is owner for ฝ่ายหนึ่ง."),
    ({}, "who is owner for the whole agency."),
    (
        {"divisions": [TWO]},
        "who is owner for ฝ่ายสอง; that only supports this measure, ฝ่ายหนึ่ง leads, and its people are "
        "reminded.",
    ),
    (
        {"divisions": ["ฝ่ายสาม"]},
        "who is owner for ฝ่ายสาม; that has no part in this measure, ฝ่ายหนึ่ง leads, and its people are "
        "reminded.",
    ),
    (
        {"roles": ["coordinator"], "valid_until": dt.date(2022, 1, 10)},
        "who is coordinator for the whole agency (who is in office until Mon 10 Jan 2565); the reminders "
        "before and after the due date go to owners.",
    ),
]


@pytest.mark.parametrize(
    ("who", "sentence"), PLACES, ids=["owner", "whole_agency", "supports", "no_part", "other_role"]
)
def test_a_contacts_place_is_said_in_a_sentence(
    an_office: Office, who: dict[str, object], sentence: str
) -> None:
    with an_office.sessions.begin() as session:
        person = contact(session, an_office.agency, "who", email="w@x.example", **who)  # type: ignore[arg-type]
        first = session.scalars(select(Measure)).one()
        assert place_of(session, first, person, today=dt.date(2022, 2, 1)) == sentence


def test_a_vacant_rank_is_told_of(an_office: Office) -> None:
    """The rows are written here: a director who was asked at the first step."""
    with an_office.sessions.begin() as session:
        director = contact(session, an_office.agency, "director", roles=["supervisor"], email="d@x.example")
        message = _message(session, 1)
        message.contact_id, message.address = director.id, "d@x.example"
        session.add(message)
        session.flush()
        row = follow_up(session, "O1")
        session.add(
            Reminder(
                kind="escalation", plan_id=row.plan_id, follow_up_id=row.id, period=row.period,
                step=1, series=1, contact_id=director.id, message_id=message.id,
                created_at=LATE, useful_until=SECOND,
            )
        )  # fmt: skip
        assert session.get_one(ContactRole, (director.id, "supervisor")).rank == 3

    (line,) = [each for each in of_kind(an_office.story("2022-02-08 10:00"), "escalation") if each.message]
    assert line.reason == (
        f"by e-mail to d@x.example, message {line.message}; rank 1 was vacant, so it fell to rank 3"
    )


def test_coming_escalations_name_whom_each_step_asks(an_office: Office) -> None:
    """Seven, 21 and 45 days after 31 January; the deputy's post is vacant, so the director is asked."""
    with an_office.sessions.begin() as session:
        contact(session, an_office.agency, "head", divisions=[ONE], roles=["supervisor"], email="h@x.example")
        contact(session, an_office.agency, "director", roles=["supervisor"], email="d@x.example")

    lines = of_kind(an_office.story("2022-01-20 10:00", everything=True), "escalation")

    assert [(f"{line.at:%m-%d}", line.steps, line.contacts, line.fate) for line in lines] == [
        ("02-07", (1,), ("head",), Fate.COMING),
        ("02-21", (2,), ("director",), Fate.COMING),
        ("03-17", (3,), ("director",), Fate.COMING),
    ]


def test_follow_ups_that_have_not_begun_are_left_out_unless_asked_for(
    engine: Engine, sessions: sessionmaker[Session]
) -> None:
    post = Post(sessions, at("2021-10-05 10:00"))
    with sessions.begin() as session:
        stored(session, document(measure("O1", rules=[rule("quarterly")])), office=OFFICE)
    with sessions() as session:
        first = session.scalars(select(Measure.id)).one()

    def periods(**wanted: object) -> list[str]:
        source = reading(engine)
        found = explain(source, first, moment=post.moment(), delivery=post.delivery, **wanted)  # type: ignore[arg-type]
        return [each.period for each in found]

    assert periods() == ["2565-Q1"]
    assert periods(everything=True) == ["2565-Q1", "2565-Q2", "2565-Q3", "2565-Q4"]
    assert periods(periods=["2565-Q3"]) == ["2565-Q3"]
    with pytest.raises(UnknownName, match="2565-Q1"):
        periods(periods=["2565-01"])
