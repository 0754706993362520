"""Claims of several messages, the record of every attempt, order and pace, and when a channel is given up."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.channel import AnnouncingChannel
from tests.services.delivering import Post, at, only_message
from tracker.channels.base import ChannelDown, Outgoing
from tracker.db.models import Attempt, Contact, Message, MessageState, MessageText
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import TURN, Kind
from tracker.errors import DeliveryError, OutcomeUnknown
from tracker.services.claiming import BATCH
from tracker.services.outbox import deliver_some
from tracker.services.outcomes import TWICE
from tracker.services.recovery import LEASE, STOPPED, recover

NOW = at("2022-01-26 09:00")
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    """An agency with something due on 31 January; no contacts yet."""
    with sessions.begin() as session:
        day = rule("on", dt.date(2022, 1, 31))
        stored(session, document(measure("O1", lead="ฝ่ายหนึ่ง", rules=[day])), office=OfficeTime())
    return Post(sessions, NOW)


def add(post: Post, number: int, **addresses: str) -> None:
    """Owners with a message each that waits; by LINE where nothing else is given."""
    with post.sessions.begin() as session:
        for n in range(number):
            given = addresses or {"line_id": line_id(n)}
            given = {name: text.format(n) for name, text in given.items()}
            contact(session, 1, f"owner {n}", divisions=["ฝ่ายหนึ่ง"], **given)
    post.plan([Kind.MONTHLY])


def states(post: Post) -> list[str]:
    with post.sessions() as session:
        return [each.value for each in session.scalars(select(Message.state).order_by(Message.id))]


def attempts(post: Post) -> list[tuple[int, str, str, str]]:
    with post.sessions() as session:
        rows = session.scalars(select(Attempt).order_by(Attempt.message_id, Attempt.number))
        return [(each.number, each.channel, each.outcome.value, each.remark) for each in rows]


# --- claims


@pytest.mark.parametrize(
    ("addresses", "channel"),
    [({"line_id": f"U{'{:032x}'}"}, "line"), ({"email": "{}@x.example"}, "email")],
    ids=["line", "email"],
)
def test_several_are_claimed_together(post: Post, addresses: dict[str, str], channel: str) -> None:
    add(post, BATCH + 5, **addresses)
    under_way: list[int] = []
    post.channels[channel].on_send = lambda _message: under_way.append(states(post).count("sending"))

    first = deliver_some(post.delivery, post.moment, set())
    post.deliver()

    assert len(first) == max(under_way) == BATCH
    with post.sessions() as session:
        began = session.execute(select(Message.first_attempt_at, Message.lease_until).distinct()).all()
    assert {row.first_attempt_at for row in began} == {NOW}
    assert states(post) == ["sent"] * (BATCH + 5)


def test_each_e_mail_is_on_record_before_the_next_leaves_and_one_at_a_time_is_begun(post: Post) -> None:
    add(post, 5, email="{}@x.example")
    seen: list[tuple[int, int]] = []

    def look(_message: object) -> None:
        with post.sessions() as session:
            begun = session.scalars(select(Message.id).where(Message.begun_at.is_not(None))).all()
        seen.append((states(post).count("sent"), len(begun)))

    post.email.on_send = look
    post.deliver()

    assert seen == [(n, n + 1) for n in range(5)]


@pytest.fixture
def announcing(post: Post) -> AnnouncingChannel:
    post.email = post.channels["email"] = AnnouncingChannel()
    return post.email


def test_an_e_mail_is_announced_before_it_is_begun_and_sent_after(
    post: Post, announcing: AnnouncingChannel
) -> None:
    add(post, 3, email="{}@x.example")
    begun: list[int] = []

    def look(_message: object) -> None:
        with post.sessions() as session:
            begun.append(len(session.scalars(select(Message.id).where(Message.begun_at.is_not(None))).all()))

    announcing.on_announce = announcing.on_send = look
    post.deliver()

    assert begun == [0, 1, 1, 2, 2, 3]
    assert [id(each) for each in announcing.announced] == [id(each) for each in announcing.sent]


def test_an_e_mail_that_was_only_announced_when_the_program_ended_is_not_in_doubt(
    post: Post, announcing: AnnouncingChannel
) -> None:
    add(post, 2, email="{}@x.example")

    def stop(message: Outgoing) -> None:
        if message.address[0] == "1":
            raise KeyboardInterrupt

    announcing.on_announce = stop
    with pytest.raises(KeyboardInterrupt):
        post.deliver()
    post.now += LEASE + MINUTE
    announcing.on_announce = lambda _message: None
    post.deliver()

    with post.sessions() as session:
        assert session.execute(select(Message.unsure, Message.error).order_by(Message.id)).all() == [
            (1, TWICE),
            (0, ""),
        ]


def test_what_goes_wrong_while_announcing_is_told_by_sending(
    post: Post, announcing: AnnouncingChannel
) -> None:
    add(post, 2, email="{}@x.example")

    def broken(_message: object) -> None:
        raise RuntimeError

    announcing.on_announce = broken
    post.deliver()

    assert states(post) == ["sent", "sent"]


def test_of_a_claim_left_behind_only_the_e_mail_that_was_begun_is_in_doubt(post: Post) -> None:
    add(post, 4, email="{}@x.example")

    def stop(message: Outgoing) -> None:
        if message.address[0] == "1":
            raise KeyboardInterrupt

    post.email.on_send = stop
    with pytest.raises(KeyboardInterrupt):
        post.deliver()
    assert states(post) == ["sent", "sending", "sending", "sending"]
    post.email.on_send = lambda _message: None
    post.now += LEASE + MINUTE

    post.deliver()

    with post.sessions() as session:
        rows = session.execute(select(Message.unsure, Message.error, Message.attempts).order_by(Message.id))
        assert [tuple(row) for row in rows] == [(0, "", 1), (1, TWICE, 2), (0, "", 1), (0, "", 1)]
    assert [each.address[0] for each in post.email.sent] == ["0", "2", "3", "1"]


def test_an_e_mail_whose_claim_another_worker_took_over_is_not_sent(
    post: Post, announcing: AnnouncingChannel
) -> None:
    add(post, 2, email="{}@x.example")

    def another_worker(message: Outgoing) -> None:
        post.email.on_send = lambda _message: None
        with post.sessions.begin() as session:
            recover(session, post.now + LEASE + MINUTE)

    post.email.on_send = another_worker
    deliver_some(post.delivery, post.moment, set())

    assert [each.address[0] for each in announcing.announced] == ["0", "1"]
    assert [each.address[0] for each in post.email.sent] == ["0"]
    assert states(post) == ["sent", "queued"]


def test_when_the_hours_of_sending_end_the_rest_of_a_claim_is_given_back_untouched(post: Post) -> None:
    add(post, 5)
    post.now = at("2022-01-26 16:29")

    def closing_time(_message: object) -> None:
        post.now = at("2022-01-26 16:30")

    post.line.on_send = closing_time
    post.deliver()

    assert len(post.line.sent) == 1
    assert states(post) == ["sent", *["queued"] * 4]
    with post.sessions() as session:
        rest = session.scalars(select(Message).where(Message.state == MessageState.QUEUED))
        assert {(each.attempts, each.rendered_at, each.lease_until) for each in rest} == {(0, None, None)}
    assert len(attempts(post)) == 1


def test_a_slow_provider_does_not_outlast_the_lease(post: Post) -> None:
    add(post, 5)

    def slowly(_message: object) -> None:
        post.now += LEASE / 4

    post.line.on_send = slowly
    deliver_some(post.delivery, post.moment, set())

    assert states(post) == ["sent", "sent", *["queued"] * 3]


def test_a_channel_that_is_down_is_tried_once_and_the_rest_of_the_claim_given_back(post: Post) -> None:
    add(post, 4)
    post.line.fail(ChannelDown("no token"))

    post.deliver()

    assert len(post.line.tried) == 1
    assert states(post) == ["retry", "queued", "queued", "queued"]


def test_the_weightiest_leaves_first_and_then_the_oldest(post: Post) -> None:
    add(post, 4, email="{}@x.example")
    kinds = [Kind.COORDINATOR, Kind.MONTHLY, Kind.ESCALATION, Kind.MONTHLY]
    with post.sessions.begin() as session:
        for message, kind in zip(session.scalars(select(Message).order_by(Message.id)), kinds, strict=True):
            message.kind, message.turn = kind, TURN[kind]

    post.deliver()

    assert [each.address[0] for each in post.email.sent] == ["2", "1", "3", "0"]


# --- pace


def test_no_more_than_so_many_leave_in_a_minute_all_workers_together(post: Post) -> None:
    add(post, 7)
    post.per_minute = {"line": 3}

    sent = []
    for seconds in (0, 1, 59, 60, 119, 120, 180):
        post.now = NOW + dt.timedelta(seconds=seconds)
        sent.append(post.deliver().sent)

    assert sent == [3, 0, 0, 3, 0, 1, 0]


def test_a_worker_that_can_wait_paces_itself_to_the_end(post: Post) -> None:
    add(post, 7)
    post.per_minute = {"line": 3}

    def wait(seconds: float) -> bool:
        post.now += dt.timedelta(seconds=seconds)
        return True

    post.wait = wait
    done = post.deliver()

    assert done.sent == 7
    assert post.line.times[-1] - post.line.times[0] >= 2 * MINUTE


# --- the record


def test_every_attempt_is_on_record(post: Post) -> None:
    add(post, 1, email="{}@x.example")
    post.email.fail(DeliveryError("451 busy"), OutcomeUnknown("no answer"))

    for _ in range(3):
        post.deliver()
        post.now += 5 * MINUTE

    assert attempts(post) == [
        (1, "email", "retry", "451 busy"),
        (2, "email", "retry", "no answer"),
        (3, "email", "sent", TWICE),
    ]
    assert only_message(post.sessions).error == TWICE


def test_an_attempt_of_a_worker_that_died_is_on_record_too(post: Post) -> None:
    add(post, 1)
    with post.sessions.begin() as session:
        message = session.scalars(select(Message)).one()
        message.state, message.attempts, message.lease_until = MessageState.SENDING, 1, NOW
        message.first_attempt_at = message.begun_at = NOW - LEASE

    post.now = NOW + dt.timedelta(seconds=1)
    post.deliver()

    assert attempts(post) == [(1, "line", "unknown", STOPPED), (2, "line", "sent", "")]


# --- whose fault, and when to give up


def test_a_refusal_that_is_the_message_s_fault_suspends_no_address(post: Post) -> None:
    add(post, 1, line_id=line_id(), email="a@x.example")
    post.line.fail(DeliveryError("too large", permanent=True, blames_address=False))

    post.deliver()

    assert [each.channel for each in post.email.sent] == ["email"]
    with post.sessions() as session:
        who = session.scalars(select(Contact)).one()
        assert (who.line_suspended, who.line_suspended_on) == ("", None)


def test_a_suspension_names_its_reason_and_its_day(post: Post) -> None:
    add(post, 1, email="a@x.example")
    post.email.fail(DeliveryError("550 no such mailbox", permanent=True))

    post.deliver()

    with post.sessions() as session:
        who = session.scalars(select(Contact)).one()
        assert (who.email_suspended, who.email_suspended_on) == ("550 no such mailbox", dt.date(2022, 1, 26))


def test_a_channel_that_takes_nothing_for_a_day_is_given_up_for_the_next(post: Post) -> None:
    add(post, 1, line_id=line_id(), email="a@x.example")
    post.line.fail(*[ChannelDown("token refused")] * 20)

    while post.now < NOW + 2 * DAY and not post.email.sent:
        post.deliver()
        post.now += 30 * MINUTE

    assert [each.channel for each in post.email.sent] == ["email"]
    assert post.email.times[0] - NOW >= DAY
    message = only_message(post.sessions)
    assert message.error == "line could not be used: token refused"
    with post.sessions() as session:
        assert session.scalars(select(MessageText.html)).one() != ""


def test_what_may_have_arrived_is_not_given_to_another_channel(post: Post) -> None:
    add(post, 1, line_id=line_id(), email="a@x.example")
    post.line.fail(*[OutcomeUnknown("no answer")] * 60)

    while post.now < NOW + 2 * DAY:
        post.deliver()
        post.now += 30 * MINUTE

    assert post.email.sent == []
    assert states(post) == ["unknown"]
