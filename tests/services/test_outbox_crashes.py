"""A crash at any instruction: nothing is lost, LINE and files are reached once, e-mail twice at most."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.channel import Crash, FakeChannel
from tests.services.delivering import Post, at, only_message, stored_body
from tracker.db.models import Attempt, Message, MessageState
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError
from tracker.services import outbox, preparing
from tracker.services.outcomes import TWICE
from tracker.services.recovery import LEASE, recover
from tracker.services.routing import Routing

WEDNESDAY = at("2022-01-26 09:00")
ADDRESSES = {
    "line": {"line_id": line_id()},
    "email": {"email": "a@x.example"},
    "file": {"email": "a@x.example"},
}
CHANNELS = list(ADDRESSES)


@pytest.fixture
def post(sessions: sessionmaker[Session], request: pytest.FixtureRequest) -> Post:
    """One message that waits, for the channel the test is called with."""
    name = request.getfixturevalue("channel") if "channel" in request.fixturenames else "email"
    with sessions.begin() as session:
        agency = stored(
            session, document(measure(rules=[rule("on", dt.date(2022, 1, 31))])), office=OfficeTime()
        )
        contact(session, agency.agency_id, "a", **ADDRESSES[name])
    post = Post(sessions, WEDNESDAY, routing=Routing(configured=frozenset({name, "file"})))
    post.plan([Kind.DUE_SOON])
    return post


def crash(post: Post) -> None:
    with pytest.raises(Crash):
        post.deliver()


def in_the_middle_of_the_text(post: Post, _channel: FakeChannel, patch: pytest.MonkeyPatch) -> None:
    def render(*_args: object, **_options: object) -> None:
        raise Crash

    patch.setattr(post.writer, "render", render)


def before_the_claim_is_committed(_post: Post, _channel: FakeChannel, patch: pytest.MonkeyPatch) -> None:
    prepare = preparing._prepare

    def prepared(*args: object) -> None:
        prepare(*args)  # type: ignore[arg-type]
        raise Crash

    patch.setattr(preparing, "_prepare", prepared)


def before_sending(_post: Post, channel: FakeChannel, _patch: pytest.MonkeyPatch) -> None:
    channel.fail(Crash())


def after_sending(_post: Post, channel: FakeChannel, _patch: pytest.MonkeyPatch) -> None:
    channel.fail(Crash(), accepts=True)


def while_recording(_post: Post, _channel: FakeChannel, patch: pytest.MonkeyPatch) -> None:
    write = outbox.record

    def recorded(*args: object, **options: object) -> list[MessageState]:
        if states := write(*args, **options):  # type: ignore[arg-type]
            raise Crash
        return states

    patch.setattr(outbox, "record", recorded)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("point", [in_the_middle_of_the_text, before_the_claim_is_committed])
def test_a_crash_before_the_claim_is_committed_leaves_the_message_as_it_was(
    post: Post, channel: str, point: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = only_message(post.sessions)
    with monkeypatch.context() as patch:
        point(post, post.channels[channel], patch)
        crash(post)
    after, text_after = only_message(post.sessions), stored_body(post.sessions)

    delivered = post.deliver()

    assert (after.state, after.attempts, text_after) == (before.state, 0, "")
    assert delivered.sent == 1
    assert len(post.channels[channel].tried) == 1


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("point", "sent_before"), [(before_sending, 0), (after_sending, 1), (while_recording, 1)]
)
def test_after_a_crash_around_the_sending_the_same_is_repeated_once_the_lease_is_over(
    post: Post, channel: str, point: Callable[..., None], sent_before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = post.channels[channel]
    with monkeypatch.context() as patch:
        point(post, to, patch)
        crash(post)
    claimed = only_message(post.sessions)
    assert (claimed.state, stored_body(post.sessions) != "") == (MessageState.SENDING, True)
    assert len(to.sent) == sent_before

    post.now = WEDNESDAY + LEASE
    within_the_lease = post.deliver().sent
    post.now += dt.timedelta(seconds=1)
    after_it = post.deliver().sent

    assert (within_the_lease, after_it) == (0, 1)
    assert len(to.sent) == sent_before + 1
    assert len({(each.key, each.subject, each.text, each.html, each.created_at) for each in to.tried}) == 1
    assert len(to.received) == (1 if channel != "email" else sent_before + 1)
    assert only_message(post.sessions).state is MessageState.SENT


@pytest.mark.parametrize("channel", CHANNELS)
def test_however_often_it_crashes(post: Post, channel: str) -> None:
    to = post.channels[channel]
    to.fail(*[Crash()] * 5, accepts=True)
    crashes = 0
    for _ in range(8):
        try:
            post.deliver()
        except Crash:
            crashes += 1
        post.now += LEASE + dt.timedelta(minutes=1)

    message = only_message(post.sessions)
    if channel == "email":
        assert (crashes, message.state) == (2, MessageState.UNKNOWN)
        assert len(to.received) == 2
        assert message.error == "The program stopped while this was being sent."
    else:
        assert (crashes, message.state) == (5, MessageState.SENT)
        assert len(to.received) == 1


def test_an_unknown_email_is_never_sent_again_by_itself(post: Post) -> None:
    post.email.fail(Crash(), Crash(), accepts=True)
    for _ in range(2):
        crash(post)
        post.now += LEASE + dt.timedelta(minutes=1)

    for days in range(5):
        post.now += dt.timedelta(days=days)
        post.tick()

    with post.sessions() as session:
        first = session.scalars(select(Message).order_by(Message.id)).first()
    assert first is not None
    assert first.state is MessageState.UNKNOWN
    assert [each.key for each in post.email.sent].count(first.key) == 2


@pytest.mark.parametrize("channel", ["line"])
def test_line_is_not_repeated_when_its_key_may_be_forgotten(post: Post, channel: str) -> None:
    post.line.fail(Crash(), accepts=True)
    crash(post)

    post.now += dt.timedelta(hours=24)
    delivered = post.deliver()

    assert delivered.sent == 0
    assert only_message(post.sessions).state is MessageState.UNKNOWN
    assert len(post.channels[channel].sent) == 1


def test_recovery_takes_up_what_is_lost_and_nothing_else(post: Post) -> None:
    post.email.fail(Crash())
    crash(post)
    with post.sessions.begin() as session:
        recover(session, WEDNESDAY + LEASE)
        within = session.scalars(select(Message.state)).one()
    with post.sessions.begin() as session:
        recover(session, WEDNESDAY + LEASE + dt.timedelta(seconds=1))

    message = only_message(post.sessions)
    assert within is MessageState.SENDING
    assert (message.state, message.unsure, message.lease_until) == (MessageState.RETRY, 1, None)
    assert message.next_attempt_at == WEDNESDAY + LEASE + dt.timedelta(seconds=1)


def test_a_worker_that_lost_its_claim_changes_nothing_any_more(post: Post) -> None:
    """It took so long that another worker sent the message; what it has to say now comes too late."""
    post.email.fail(DeliveryError("451 after half an hour"))

    def another_worker(_message: object) -> None:
        post.email.on_send = lambda message: None
        post.now += LEASE + dt.timedelta(minutes=15)
        slow, post.email._faults = post.email._faults, []
        assert post.deliver().sent == 1
        post.email._faults = slow

    post.email.on_send = another_worker
    post.deliver()

    message = only_message(post.sessions)
    assert (message.state, message.attempts, message.error) == (MessageState.SENT, 2, TWICE)


def test_a_slow_worker_whose_message_nobody_took_over_records_that_it_was_sent(post: Post) -> None:
    """Its lease ran out, but the message is not sent a second time if it is known to have gone."""

    def swept(_message: object) -> None:
        with post.sessions.begin() as session:
            recover(session, WEDNESDAY + LEASE + dt.timedelta(minutes=1))

    post.email.on_send = swept
    post.deliver()
    post.now += dt.timedelta(hours=1)
    post.deliver()

    assert len(post.email.sent) == 1
    assert only_message(post.sessions).state is MessageState.SENT


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_to_the_database_that_ends_while_sending_is_replaced(post: Post, engine: Engine) -> None:
    """As after a restart of PostgreSQL: what has left is recorded on another one, and nothing twice."""
    with post.sessions.begin() as session:
        contact(session, 1, "b", email="b@x.example")
    post.plan([Kind.DUE_SOON])
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    waits: list[float] = []

    def restarted(_message: object) -> None:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))

    post.email.on_send = restarted
    post.pause = waits.append
    done = post.deliver()

    assert (done.sent, len(post.email.sent), len(waits)) == (2, 2, 1)
    with post.sessions() as session:
        assert session.execute(select(Message.state, Message.unsure)).all() == [(MessageState.SENT, 0)] * 2
        assert session.scalars(select(Attempt.outcome)).all() == [MessageState.SENT] * 2


def test_a_crash_while_planning_leaves_nothing_behind(
    post: Post, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    def halfway(*_args: object, **_options: object) -> None:
        raise Crash

    with sessions.begin() as session:
        session.execute(update(Message).values(state=MessageState.SENT))
    post.now = at("2022-02-07 09:00")
    with monkeypatch.context() as patch:
        patch.setattr("tracker.services.settling._attach", halfway)
        with pytest.raises(Crash):
            post.plan()
    with sessions() as session:
        left = len(session.scalars(select(Message)).all())

    planned = post.plan()

    assert left == 1
    assert (planned.reminders, planned.messages) == (2, 1)
