"""What a forecast holds and leaves alone: real ticks, played where nothing remains."""

import datetime as dt

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import agency as named_agency
from tests.factories import contact, follow_up, line_id, measure, message, rule, stored
from tests.factories import plan as document
from tests.services.delivering import Post, at, looked
from tracker.db.models import Contact, LineAudience, Plan, QuotaReading
from tracker.db.session import reading
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError
from tracker.reports.forecast import Forecast, MonthsQuota, Totals
from tracker.services.follow_ups import Change, apply
from tracker.services.forecast import forecast
from tracker.services.reach import why_nothing
from tracker.services.routing import Routing

OFFICE = OfficeTime()
NOW = at("2022-02-01 08:00")
"""Tuesday, the first working day of February, an hour before its reminders are owed."""
FIRST, LAST = dt.date(2022, 2, 1), dt.date(2022, 2, 28)
OTHER = "สำนักงานเขตอื่น"

FEBRUARY = [
    ("02-01 09:00", "owner", "email", ["monthly"]),
    ("02-14 09:00", "owner", "email", ["overdue"]),
    ("02-21 09:00", "owner", "email", ["overdue"]),
    ("02-28 09:00", "owner", "email", ["overdue"]),
]
"""January's report is due on Monday the 7th: told of on the 1st, near enough, and each Monday after."""


def an_office(
    sessions: sessionmaker[Session],
    *,
    email: str = "a@x.example",
    line: str = "",
    tracked: str = "2022-02-01",
) -> int:
    """An agency with one monthly measure and the owner of its division; by default January is to report."""
    with sessions.begin() as session:
        plan = stored(
            session,
            document(measure("O1", rules=[rule("monthly")])),
            office=OFFICE,
            track_from=dt.date.fromisoformat(tracked),
        )
        contact(session, plan.agency_id, "owner", divisions=["ฝ่ายหนึ่ง"], email=email, line_id=line)
        looked(session, NOW)
        return plan.agency_id


def foreseen(
    post: Post, agency_id: int, *, first: dt.date = FIRST, last: dt.date = LAST, plan_id: int | None = None
) -> Forecast:
    return forecast(
        post.sessions,
        post.delivery,
        moment=post.moment(),
        agency_id=agency_id,
        first=first,
        last=last,
        plan_id=plan_id,
    )


def told(found: Forecast) -> list[tuple[str, str, str, list[str]]]:
    """Day and hour in Bangkok, contact, channel, kinds."""
    return [
        (f"{each.at.astimezone(OFFICE.zone):%m-%d %H:%M}", each.contact, each.channel, [*each.kinds])
        for each in found.messages
    ]


def test_forecast_of_a_month_is_what_ticks_then_send(sessions: sessionmaker[Session]) -> None:
    agency_id = an_office(sessions)
    post = Post(sessions, NOW)

    assert told(foreseen(post, agency_id)) == FEBRUARY

    for day in range(1, 29):
        post.tick(at(f"2022-02-{day:02} 09:00"))
    assert [f"{OFFICE.today(each):%m-%d}" for each in post.email.times] == [each[0][:5] for each in FEBRUARY]


def test_forecast_changes_nothing(sessions: sessionmaker[Session], engine: Engine) -> None:
    agency_id = an_office(sessions)
    post = Post(reading(engine), NOW)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    found = foreseen(post, agency_id)

    assert len(found.messages) == len(FEBRUARY)
    assert {each.split()[0] for each in asked} <= {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in asked
    assert (post.email.tried, post.line.tried, post.file.tried) == ([], [], [])


def test_forecast_waits_for_no_writer(sessions: sessionmaker[Session], engine: Engine) -> None:
    agency_id = an_office(sessions)
    post = Post(reading(engine), NOW)

    with sessions() as other:
        other.add(Contact(agency_id=agency_id, name="half-way"))
        other.flush()
        assert told(foreseen(post, agency_id)) == FEBRUARY


def test_forecast_leaves_out_what_was_sent(sessions: sessionmaker[Session]) -> None:
    agency_id = an_office(sessions)
    post = Post(sessions, at("2022-02-01 09:00"))
    post.tick()

    assert len(post.email.sent) == 1
    assert told(foreseen(post, agency_id)) == FEBRUARY[1:]


def test_forecast_from_a_later_day_shows_that_day_on(sessions: sessionmaker[Session]) -> None:
    agency_id = an_office(sessions)

    found = foreseen(Post(sessions, NOW), agency_id, first=dt.date(2022, 2, 14), last=dt.date(2022, 2, 21))

    assert told(found) == FEBRUARY[1:3]


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.DONE, Action.WAIVE])
def test_forecast_does_not_ask_again_for_what_is_answered(
    sessions: sessionmaker[Session], action: Action
) -> None:
    """What is left is the one message with which tracking starts."""
    agency_id = an_office(sessions)
    with sessions.begin() as session:
        january = follow_up(session, "O1", "2565-01")
        change = Change(action, FIRST, reason="because")
        apply(session, january, change, what="O1", verify=False, actor="t", today=FIRST, now=NOW)

    assert told(foreseen(Post(sessions, NOW), agency_id)) == FEBRUARY[:1]


def test_forecast_before_tracking_starts_with_the_plans_first_hour(sessions: sessionmaker[Session]) -> None:
    """The first working day of the year at nine: what awaits the division."""
    agency_id = an_office(sessions, tracked="2021-10-01")

    found = foreseen(
        Post(sessions, at("2021-09-21 10:00")),
        agency_id,
        first=dt.date(2021, 9, 21),
        last=dt.date(2021, 10, 31),
    )

    assert told(found) == [("10-01 09:00", "owner", "email", ["monthly"])]


def test_forecast_ends_with_the_last_plans_reminders(sessions: sessionmaker[Session]) -> None:
    """Sixty days after 30 September the year is not spoken of any more, however long the span."""
    agency_id = an_office(sessions)
    post = Post(sessions, at("2022-10-31 10:00"))

    found = foreseen(post, agency_id, first=dt.date(2022, 10, 31), last=dt.date(2999, 1, 1))

    assert found.messages
    assert max(each.on for each in found.messages) <= dt.date(2022, 11, 29)


def test_forecast_tries_again_what_waits(sessions: sessionmaker[Session]) -> None:
    agency_id = an_office(sessions)
    post = Post(sessions, at("2022-02-01 09:00"))
    post.email.fail(DeliveryError("busy", retry_after=3600))
    post.tick()
    post.now = at("2022-02-01 09:01")

    assert told(foreseen(post, agency_id))[0] == ("02-01 10:00", "owner", "email", ["monthly"])


def test_forecast_for_who_begins_goes_out_at_the_hour_of_reminding(sessions: sessionmaker[Session]) -> None:
    agency_id = an_office(sessions)
    with sessions.begin() as session:
        contact(
            session, agency_id, "newcomer", divisions=["ฝ่ายหนึ่ง"], email="n@x.example",
            valid_from=dt.date(2022, 2, 16),
        )  # fmt: skip

    found = foreseen(Post(sessions, NOW), agency_id)

    theirs = [each for each in told(found) if each[1] == "newcomer"]
    assert theirs[0] == ("02-16 09:00", "newcomer", "email", ["overdue", "monthly"])


def test_forecast_counts_people_reached_by_line(sessions: sessionmaker[Session]) -> None:
    agency_id = an_office(sessions, email="", line=line_id(1, "C"))
    post = Post(sessions, NOW)

    unasked = foreseen(post, agency_id)
    with sessions.begin() as session:
        session.add(LineAudience(address=line_id(1, "C"), people=12, counted_at=NOW))
        session.add(QuotaReading(at=NOW, month=FIRST, quota=300, used=200, spent=0, alarm=""))
    asked = foreseen(post, agency_id)

    assert Totals.of(unasked.messages) == Totals(4, {"line": 4}, 4, False)
    assert unasked.messages[0].as_json()["cost_is_known"] is False
    assert asked.months() == [(FIRST, Totals(4, {"line": 4}, 48, True), MonthsQuota(300, 200, NOW))]


def test_forecast_takes_off_what_was_sent_since_the_quota_was_read(sessions: sessionmaker[Session]) -> None:
    agency_id = an_office(sessions, line=line_id(1))
    post = Post(sessions, NOW)
    with sessions.begin() as session:
        session.add(QuotaReading(at=NOW, month=FIRST, quota=300, used=200, spent=0, alarm=""))
        message(session, session.scalars(select(Contact)).first(), FIRST, cost=40)

    assert foreseen(post, agency_id).quotas[FIRST] == MonthsQuota(300, 240, NOW)


def test_forecast_sends_by_email_what_lines_quota_does_not_reach(sessions: sessionmaker[Session]) -> None:
    """Two people may still be reached in February, and they are kept; in March as many as ever."""
    agency_id = an_office(sessions, line=line_id(1))
    post = Post(sessions, NOW, reserve=2)
    with sessions.begin() as session:
        session.add(QuotaReading(at=NOW, month=FIRST, quota=300, used=298, spent=0, alarm=""))

    monthly = [
        (each.on.month, each.channel, bool(each.remark))
        for each in foreseen(post, agency_id, last=dt.date(2022, 3, 31)).messages
        if Kind.MONTHLY in each.kinds
    ]

    assert monthly == [(2, "email", True), (3, "line", False)]


def test_forecast_of_a_rehearsal_counts_for_the_channel_that_is_meant(
    sessions: sessionmaker[Session],
) -> None:
    agency_id = an_office(sessions, line=line_id(1))
    post = Post(sessions, NOW, routing=Routing(divert=True))

    found = foreseen(post, agency_id)

    assert {each.channel for each in found.messages} == {"file"}
    assert Totals.of(found.messages) == Totals(4, {"email": 3, "line": 1}, 1, True)


def test_forecast_names_all_who_share_a_message(sessions: sessionmaker[Session]) -> None:
    """Of two agencies, too: whoever reads one mailbox gets one message."""
    agency_id = an_office(sessions)
    with sessions.begin() as session:
        other = named_agency(session, OTHER).id
        contact(session, other, "elsewhere", email="A@x.example", divisions=["ฝ่ายหนึ่ง"])
        abroad = document(measure("O2", rules=[rule("monthly")]), agency=OTHER)
        stored(session, abroad, office=OFFICE, track_from=FIRST)
        contact(session, agency_id, "deputy", divisions=["ฝ่ายหนึ่ง"], email="a@x.example")

    own, others = foreseen(Post(sessions, NOW), agency_id), foreseen(Post(sessions, NOW), other)

    assert [(each.people, each.items) for each in own.messages] == [(("owner", "deputy"), ("O1",))] * 4
    assert [(each.people, each.items) for each in others.messages] == [(("owner", "elsewhere"), ("O2",))] * 4


def test_forecast_of_one_plan_leaves_out_the_others(sessions: sessionmaker[Session]) -> None:
    """In October both years are spoken of: the new one as its tracking starts, the old one as overdue."""
    agency_id = an_office(sessions)
    with sessions.begin() as session:
        next_year = document(measure("E9", fiscal_year=2566), fiscal_year=2566)
        plan_id = stored(session, next_year, office=OFFICE).id
    post, october = Post(sessions, at("2022-09-30 12:00")), dt.date(2022, 10, 31)

    both = foreseen(post, agency_id, first=dt.date(2022, 10, 1), last=october)
    one = foreseen(post, agency_id, first=dt.date(2022, 10, 1), last=october, plan_id=plan_id)

    assert {code for each in both.messages for code in each.items} == {"O1"}
    assert [(each.on, each.kinds, each.items) for each in one.messages] == [
        (dt.date(2022, 10, 3), (Kind.MONTHLY,), ())
    ]


SILENT = [
    ("nothing", "2022-02-01 10:00", "nothing comes due in these days"),
    (
        "no_contacts",
        "2022-02-01 10:00",
        "สำนักงานเขตสมมุติ has no contacts yet; load them with: tracker contact import FILE",
    ),
    ("all_done", "2022-02-01 10:00", "everything that is followed up is reported, done or waived"),
    ("nothing", "2021-09-21 10:00", "fiscal year 2565 begins on Fri 1 Oct 2564"),
    (
        "nothing",
        "2022-11-30 10:00",
        "fiscal year 2565 ended on Fri 30 Sep 2565, and reminders go on for 60 days after",
    ),
    ("sends_later", "2022-02-01 10:00", "nothing is sent for plan 2565 before Thu 3 Feb 2565 09:00"),
    ("paused", "2022-02-01 10:00", "plan 2565 is paused until Fri 11 Feb 2565 (election)"),
]


@pytest.mark.parametrize(
    ("situation", "now", "sentence"), SILENT, ids=[f"{each[0]}_{each[1][:7]}" for each in SILENT]
)
def test_an_empty_forecast_has_a_reason(
    sessions: sessionmaker[Session], situation: str, now: str, sentence: str
) -> None:
    agency_id = an_office(sessions)
    with sessions.begin() as session:
        plan = session.scalars(select(Plan)).one()
        match situation:
            case "no_contacts":
                for each in session.scalars(select(Contact)):
                    session.delete(each)
            case "all_done":
                for number in range(1, 10):
                    follow_up(session, "O1", f"2565-{number:02}").status = Status.DONE
            case "sends_later":
                plan.sends_from = at("2022-02-03 09:00")
            case "paused":
                plan.paused_from, plan.paused_until = dt.date(2022, 1, 30), dt.date(2022, 2, 11)
                plan.pause_reason = "election"

    with sessions() as session:
        assert why_nothing(session, agency_id, None, moment=Post(sessions, at(now)).moment()) == sentence
