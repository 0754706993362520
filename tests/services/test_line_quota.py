"""What LINE may cost: read before a run, counted in between, a reserve kept, the rest by e-mail, an alarm."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.channel import FakeChannel
from tests.services.delivering import Post, at
from tracker.channels.base import ChannelDown, Outgoing, Quota, QuotaSpent, Receipt
from tracker.db.models import (
    Contact,
    FollowUp,
    LineAudience,
    Message,
    MessageState,
    MessageText,
    QuotaReading,
)
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError, OutcomeUnknown
from tracker.services.line_quota import people_left
from tracker.services.routing import LINE

NOW = at("2022-01-26 09:00")
TODAY = dt.date(2022, 1, 26)
DAY = dt.timedelta(days=1)
GROUP = line_id(7, "C")


class MeteredLine(FakeChannel):
    """LINE with a quota: ``used`` grows by what it sends, and beyond the limit it refuses."""

    def __init__(self, limit: int | None, used: int = 0) -> None:
        super().__init__(LINE, repeats_safely=True)
        self.limit, self.used = limit, used
        self.asked = 0
        self.groups = {GROUP: 12}

    def quota(self) -> Quota:
        self.asked += 1
        return Quota(self.limit, self.used)

    def people(self, address: str) -> int:
        return self.groups.get(address, 1)

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        cost = self.people(message.address)
        if self.limit is not None and self.used + cost > self.limit:
            raise QuotaSpent("used up")
        receipt = super().send(message, now=now)
        self.used += cost
        return receipt


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    """An agency with something due on 31 January; no contacts yet."""
    with sessions.begin() as session:
        day = rule("on", dt.date(2022, 1, 31))
        stored(session, document(measure("O1", lead="ฝ่ายหนึ่ง", rules=[day])), office=OfficeTime())
    return Post(sessions, NOW)


def metered(post: Post, limit: int | None, used: int = 0) -> MeteredLine:
    post.line = post.channels[LINE] = MeteredLine(limit, used)
    return post.line


def add(post: Post, number: int, *, email: bool = True, address: str = "") -> None:
    """Owners with LINE, to each of whom the month's reminder is owed."""
    with post.sessions.begin() as session:
        for n in range(number):
            mail = f"{n}@x.example" if email else ""
            contact(session, 1, f"owner {n}", divisions=["ฝ่ายหนึ่ง"], email=mail, line_id=address or line_id(n))
    post.plan([Kind.MONTHLY])


def by_channel(post: Post) -> dict[str, int]:
    return {name: len(channel.sent) for name, channel in post.channels.items() if channel.sent}


def remarks(post: Post) -> set[str]:
    with post.sessions() as session:
        return set(session.scalars(select(Message.error).where(Message.error != "")))


def readings(post: Post) -> list[tuple[int | None, int, int, str]]:
    with post.sessions() as session:
        rows = session.scalars(select(QuotaReading).order_by(QuotaReading.id))
        return [(each.quota, each.used, each.spent, each.alarm) for each in rows]


@pytest.mark.parametrize(
    ("limit", "used", "reserve", "expected"),
    [
        (None, 900, 30, {"line": 5}),
        (300, 0, 30, {"line": 5}),
        (300, 267, 30, {"line": 3, "email": 2}),
        (300, 270, 30, {"email": 5}),
        (300, 298, 0, {"line": 2, "email": 3}),
        (0, 0, 0, {"email": 5}),
    ],
    ids=["no_limit", "plenty", "reserve_reached_midway", "only_the_reserve_left", "no_reserve", "nothing"],
)
def test_what_the_quota_does_not_reach_goes_by_email(
    post: Post, limit: int | None, used: int, reserve: int, expected: dict[str, int]
) -> None:
    post.reserve = reserve
    line = metered(post, limit, used)
    add(post, 5)

    done = post.deliver()

    assert by_channel(post) == expected
    assert done.sent == 5
    assert line.limit is None or line.used <= max(line.limit - reserve, used)
    with post.sessions() as session:
        costs = session.execute(select(Message.channel, Message.cost).distinct()).all()
    assert {tuple(row) for row in costs} == {(name, 1 if name == LINE else None) for name in expected}


def test_the_reason_of_the_other_channel_is_on_record(post: Post) -> None:
    post.reserve = 30
    metered(post, 300, 270)
    add(post, 1)

    post.deliver()

    kept = "30 are kept for escalations"
    assert remarks(post) == {
        f"LINE was spared: 30 messages are left this month, {kept}, and this one costs 1."
    }
    with post.sessions() as session:
        message = session.scalars(select(Message)).one()
        assert (message.channel, message.intended_channel) == ("email", "line")
        assert session.get_one(MessageText, message.id).html != ""


def test_an_escalation_may_use_the_reserve(post: Post) -> None:
    post.reserve = 30
    line = metered(post, 300, 299)
    escalated(post)

    post.deliver()

    assert [each.address for each in line.sent] == [line_id(9)]
    assert by_channel(post) == {"line": 1, "email": 1}


def test_what_an_escalation_was_made_with_has_no_claim_on_the_reserve_without_it(post: Post) -> None:
    post.reserve = 30
    line = metered(post, 300, 299)
    escalated(post)
    with post.sessions.begin() as session:
        session.execute(update(FollowUp).values(status="submitted", submitted_on=post.moment().today))

    post.deliver()

    assert line.sent == []
    with post.sessions() as session:
        left = session.scalars(select(Message).where(Message.state == MessageState.SENT)).all()
        assert {each.kind for each in left} <= {Kind.SUMMARY, Kind.COORDINATOR}


def escalated(post: Post) -> None:
    """An owner and the head of the division, on the first morning of the month a week after the due date."""
    post.now = at("2022-03-01 09:00")
    with post.sessions.begin() as session:
        contact(session, 1, "owner", divisions=["ฝ่ายหนึ่ง"], email="0@x.example", line_id=line_id(0))
        head = {"divisions": ["ฝ่ายหนึ่ง"], "roles": ["supervisor"], "email": "9@x.example"}
        contact(session, 1, "head", line_id=line_id(9), **head)
    post.plan([Kind.MONTHLY, Kind.ESCALATION, Kind.SUMMARY])


def test_without_another_channel_it_waits_and_goes_once_there_is_quota_again(post: Post) -> None:
    post.reserve = 30
    line = metered(post, 300, 280)
    add(post, 1, email=False)

    today = post.deliver()
    line.limit = 15_000  # the office buys more
    post.now = NOW + DAY
    tomorrow = post.deliver()

    assert (today.sent, tomorrow.sent) == (0, 1)
    assert len(line.sent) == 1


def test_a_group_costs_its_members(post: Post) -> None:
    line = metered(post, 300, 280)
    add(post, 1, address=GROUP)

    post.deliver()

    assert line.used == 292
    with post.sessions() as session:
        assert session.scalars(select(Message.cost)).all() == [12]
        assert session.get_one(LineAudience, GROUP).people == 12
        assert people_left(session, TODAY) == 8


def test_a_group_too_large_for_what_is_left_gets_its_message_by_email(post: Post) -> None:
    metered(post, 300, 290)
    add(post, 1, address=GROUP)

    post.deliver()

    assert by_channel(post) == {"email": 1}


def test_refused_for_want_of_quota_it_goes_by_email_and_suspends_nobody(post: Post) -> None:
    """LINE's own count had run behind: it said 5 were left."""
    line = metered(post, 300, 295)
    add(post, 3)
    line.on_send = lambda _message: setattr(line, "used", 300)

    post.deliver()

    assert by_channel(post) == {"line": 1, "email": 2}
    with post.sessions() as session:
        assert session.scalars(select(Contact.line_suspended).distinct()).all() == [""]
        assert people_left(session, TODAY) == 0
        assert set(session.scalars(select(Message.state))) == {MessageState.SENT}


def test_the_quota_is_asked_once_in_ten_minutes_and_only_for_line(post: Post) -> None:
    line = metered(post, 300)
    post.deliver()
    assert line.asked == 0
    add(post, 1)

    for minutes in (0, 9, 10):
        post.now = NOW + minutes * dt.timedelta(minutes=1)
        with post.sessions.begin() as session:
            session.scalars(select(Message)).one().state = MessageState.RETRY
        post.deliver()

    assert line.asked == 2


def test_what_we_send_between_two_readings_is_counted(post: Post) -> None:
    metered(post, 300, 100)
    add(post, 4)

    post.deliver()

    assert readings(post) == [(300, 100, 0, "")]
    with post.sessions() as session:
        assert people_left(session, TODAY) == 196


@pytest.mark.parametrize("error", [OutcomeUnknown("cut"), DeliveryError("busy")])
def test_what_waits_for_its_next_try_is_counted(post: Post, error: DeliveryError) -> None:
    """The first may have arrived, and both will leave as they are: others may not spend what they need."""
    line = metered(post, 2)
    line.fail(error)
    post.reserve = 1
    add(post, 1)
    post.deliver()
    add(post, 2)

    post.deliver()
    post.now += dt.timedelta(minutes=5)
    post.deliver()

    assert by_channel(post) == {"line": 1, "email": 1}
    with post.sessions() as session:
        assert people_left(session, TODAY) == 1


def test_what_was_tried_yesterday_needs_no_more_than_it_costs(post: Post) -> None:
    metered(post, 1).fail(DeliveryError("busy"))
    add(post, 1)
    post.deliver()

    post.tick(NOW + DAY)

    assert by_channel(post) == {"line": 1}


def test_a_question_that_fails_stops_nothing(post: Post) -> None:
    line = metered(post, 300)
    line.quota = lambda: (_ for _ in ()).throw(ChannelDown("no answer"))  # type: ignore[method-assign]
    add(post, 2)

    post.deliver()

    assert by_channel(post) == {"line": 2}


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        ((15_000, 200), (300, 200), "fell from 15000 to 300"),
        ((None, 200), (300, 200), "fell from without limit to 300"),
        ((300, 10), (300, 45), "35 LINE messages of this month's 300"),
        ((300, 10), (300, 20), ""),
        ((300, 10), (15_000, 10), ""),
    ],
    ids=["smaller_plan", "limit_imposed", "somebody_else_sends", "a_few", "larger_plan"],
)
def test_a_sudden_drop_raises_an_alarm(
    post: Post, before: tuple[int | None, int], now: tuple[int | None, int], says: str
) -> None:
    line = metered(post, *before)
    add(post, 1, email=False)
    line.fail(ChannelDown("busy"), ChannelDown("busy"))
    post.deliver()

    line.limit, line.used = now
    post.now = NOW + dt.timedelta(hours=1)
    post.deliver()

    assert says in readings(post)[-1][3]
    assert bool(says) == bool(readings(post)[-1][3])


def test_what_we_sent_ourselves_raises_none(post: Post) -> None:
    line = metered(post, 30)
    add(post, 10)
    post.deliver()
    line.used = 10
    with post.sessions.begin() as session:
        session.scalars(select(Message)).first().state = MessageState.RETRY  # type: ignore[union-attr]

    post.now = NOW + dt.timedelta(hours=1)
    post.deliver()

    assert [alarm for *_, alarm in readings(post)] == ["", ""]
