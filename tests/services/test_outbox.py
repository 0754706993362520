"""Delivering one message after the other: what becomes of each, and what a person can read about it."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.channel import FakeChannel
from tests.services.delivering import Post, at, only_message, outbox, stored_body
from tracker.channels.base import ChannelDown
from tracker.db.models import Contact, Message, MessageState, MessageText, Reminder
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import Kind
from tracker.errors import ConfigError, DeliveryError, OutcomeUnknown
from tracker.services.channel_rests import begin_rest
from tracker.services.outbox import deliver_all, deliver_some
from tracker.services.outbox_desk import Decision, retry_messages
from tracker.services.recovery import LEASE
from tracker.services.routing import Routing

ONE = "ฝ่ายหนึ่ง"
JANUARY_31 = rule("on", dt.date(2022, 1, 31))
WEDNESDAY = at("2022-01-26 09:00")
MINUTE = dt.timedelta(minutes=1)
REFUSED = DeliveryError("no such mailbox", permanent=True)


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    """An agency with something due on 31 January; no contacts yet."""
    with sessions.begin() as session:
        stored(session, document(measure("O1", lead=ONE, rules=[JANUARY_31])), office=OfficeTime())
    return Post(sessions, WEDNESDAY)


def add(post: Post, *names: str, kind: Kind = Kind.DUE_SOON, **addresses: str) -> None:
    """Owners with a message each that waits; a monthly one goes by LINE if they have it."""
    with post.sessions.begin() as session:
        for name in names:
            given = addresses or {"email": f"{name}@x.example"}
            contact(session, 1, name, divisions=[ONE], **given)
    post.plan([kind])


def states(post: Post) -> dict[str, str]:
    with post.sessions() as session:
        return {each[0]: each[3] for each in outbox(session)}


def test_a_message_is_sent_once_and_stays_on_record(post: Post) -> None:
    add(post, "a")

    first, second = post.deliver(), post.deliver()

    assert (first.sent, second.sent) == (1, 0)
    (sent,) = post.email.sent
    message = only_message(post.sessions)
    assert message.state is MessageState.SENT
    assert (message.sent_at, message.attempts, message.reference, message.error) == (
        WEDNESDAY,
        1,
        "email-1",
        "",
    )
    assert (sent.key, sent.address, sent.recipient) == (message.key, "a@x.example", "a")
    assert (sent.subject, sent.text) == (message.subject, stored_body(post.sessions))
    assert sent.created_at == message.rendered_at == WEDNESDAY
    assert message.lease_until is None


def test_the_claim_and_the_text_are_committed_before_anything_leaves(post: Post) -> None:
    add(post, "a")
    seen: list[tuple[object, ...]] = []

    def look(_message: object) -> None:
        stored_now = only_message(post.sessions)  # a second writer: no transaction may be open around a send
        is_written = stored_body(post.sessions) != ""
        seen.append((stored_now.state, is_written, stored_now.attempts, stored_now.lease_until))

    post.email.on_send = look
    post.deliver()

    assert seen == [(MessageState.SENDING, True, 1, WEDNESDAY + LEASE)]


# --- outcomes


def test_a_transient_error_is_tried_again_later_with_the_same_key_and_text(post: Post) -> None:
    add(post, "a")
    post.email.fail(DeliveryError("451 busy"))

    first = post.deliver()
    waiting = only_message(post.sessions)
    post.now = WEDNESDAY + MINUTE - dt.timedelta(seconds=1)
    too_early = post.deliver()
    post.now = WEDNESDAY + MINUTE
    second = post.deliver()

    assert (first.retry, too_early.sent, second.sent) == (1, 0, 1)
    assert (waiting.state, waiting.error) == (MessageState.RETRY, "451 busy")
    assert post.email.tried[0] == post.email.tried[1]
    message = only_message(post.sessions)
    assert (message.attempts, message.error) == (2, "")


def test_back_off_doubles_to_two_hours_with_jitter_taking_off_up_to_half(post: Post) -> None:
    add(post, "a")
    waits = []
    for jitter in (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0):
        post.jitter = jitter
        post.email.fail(DeliveryError("busy"))
        tried_at = post.now
        post.deliver()
        post.now = only_message(post.sessions).next_attempt_at
        waits.append((post.now - tried_at) / MINUTE)

    assert waits == [1, 2, 2, 8, 16, 32, 64, 120, 120]


def test_the_providers_wish_to_be_left_alone_is_heeded(post: Post) -> None:
    add(post, "a")
    post.email.fail(DeliveryError("slow down", retry_after=600))

    post.deliver()

    assert only_message(post.sessions).next_attempt_at == WEDNESDAY + 10 * MINUTE


def test_a_permanent_error_suspends_the_address_and_goes_no_further(post: Post) -> None:
    add(post, "a", "b")
    post.email.fail(REFUSED)

    delivered = post.deliver()

    assert (delivered.failed, delivered.sent) == (1, 1)
    assert states(post) == {"a": "failed", "b": "sent"}
    with post.sessions() as session:
        assert session.scalars(select(Contact.email_suspended).order_by(Contact.id)).all() == [
            "no such mailbox",
            "",
        ]
    assert post.tick(at("2022-02-07 09:05")).sent == 2  # a's next message goes into a file
    assert [each.recipient for each in post.file.sent] == ["a"]


def test_an_address_is_suspended_for_all_who_have_it(post: Post) -> None:
    add(post, "a", email="x@x.example")
    add(post, "b", email="X@x.example")
    post.email.fail(REFUSED)

    post.deliver()
    post.plan([Kind.DUE_SOON])
    post.deliver()

    assert len(post.email.tried) == 1
    with post.sessions() as session:
        assert set(session.scalars(select(Contact.email_suspended))) == {"no such mailbox"}


def test_a_refused_line_message_goes_by_email_with_the_reason_kept(post: Post) -> None:
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id(), email="a@x.example")
    post.line.fail(DeliveryError("LINE answered 400", permanent=True))

    delivered = post.deliver()

    message = only_message(post.sessions)
    assert (delivered.retry, delivered.sent) == (1, 1)
    assert [each.channel for each in post.email.sent] == ["email"]
    assert post.email.sent[0].key == post.line.tried[0].key
    assert (message.channel, message.intended_channel, message.address) == ("email", "line", "a@x.example")
    assert (message.state, message.error) == (MessageState.SENT, "line could not be used: LINE answered 400")
    with post.sessions() as session:
        who = session.scalars(select(Contact)).one()
        assert (who.line_suspended, who.email_suspended) == ("LINE answered 400", "")


def test_the_reason_of_the_fallback_outlives_a_busy_mail_server(post: Post) -> None:
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id(), email="a@x.example")
    post.line.fail(DeliveryError("blocked", permanent=True))
    post.email.fail(DeliveryError("busy"))

    post.deliver()
    in_between = only_message(post.sessions).error
    post.now += MINUTE
    post.deliver()

    assert in_between == "line could not be used: blocked | then: busy"
    assert only_message(post.sessions).error == "line could not be used: blocked"


def test_when_every_channel_refuses_it_has_failed(post: Post) -> None:
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id(), email="a@x.example")
    post.line.fail(DeliveryError("blocked", permanent=True))
    post.email.fail(REFUSED)

    post.deliver()

    message = only_message(post.sessions)
    assert message.state is MessageState.FAILED
    assert "blocked" in message.error
    assert "no such mailbox" in message.error
    with post.sessions() as session:
        who = session.scalars(select(Contact)).one()
        assert (who.line_suspended, who.email_suspended) == ("blocked", "no such mailbox")
    assert post.deliver().sent == 0


def test_the_fallback_uses_no_channel_that_is_not_set_up(post: Post) -> None:
    post.routing = Routing(configured=frozenset({"line", "file"}))
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id(), email="a@x.example")
    post.line.fail(DeliveryError("blocked", permanent=True))

    assert post.deliver().failed == 1
    assert post.email.tried == []


def test_a_fallback_waits_where_its_address_has_had_a_message_that_day(post: Post) -> None:
    add(post, "a", kind=Kind.MONTHLY, email="b@x.example")
    add(post, "b", kind=Kind.MONTHLY, line_id=line_id(), email="B@x.example")
    post.line.fail(DeliveryError("LINE answered 400", permanent=True))

    post.deliver()
    that_day = [each.address for each in post.email.sent]
    post.tick(WEDNESDAY + dt.timedelta(days=1))

    assert that_day == ["b@x.example"]
    assert [each.recipient for each in post.email.sent] == ["a", "b"]


def test_others_behind_a_refused_address_are_reached_at_their_own(post: Post) -> None:
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id())
    add(post, "b", kind=Kind.MONTHLY, line_id=line_id(), email="b@x.example")
    post.line.fail(DeliveryError("blocked", permanent=True))

    post.deliver()
    post.plan([Kind.MONTHLY])
    post.deliver()

    assert [each.address for each in post.email.sent] == ["b@x.example"]


def test_a_channel_that_is_down_is_left_alone_and_the_others_go_on(post: Post) -> None:
    add(post, "a", "b", "c")
    add(post, "d", line_id=line_id(4))
    post.email.fail(ChannelDown("the mail server takes no connections"))

    delivered = post.deliver()

    assert (delivered.retry, delivered.sent) == (1, 1)
    assert len(post.email.tried) == 1
    assert states(post) == {"a": "retry", "b": "queued", "c": "queued", "d": "sent"}

    post.now += 5 * MINUTE
    assert post.deliver().sent == 3
    assert len(post.email.sent) == 3


def test_a_refused_login_is_not_hammered_by_the_other_messages(post: Post) -> None:
    """The provider's pause is for the account: mail servers lock it after a few wrong logins."""
    add(post, *"abc")
    post.email.fail(*[ChannelDown("535 wrong password", retry_after=3600)] * 9)

    for minutes in range(0, 120, 5):
        post.now = WEDNESDAY + minutes * MINUTE
        post.deliver()

    assert len(post.email.tried) == 2


def test_a_message_made_while_the_login_is_refused_waits_too(post: Post) -> None:
    add(post, "a")
    post.email.fail(ChannelDown("535 wrong password", retry_after=3600))
    post.deliver()

    post.now = WEDNESDAY + 20 * MINUTE
    add(post, "b")
    post.deliver()
    tried_meanwhile = len(post.email.tried)
    with post.sessions() as session:
        waiting = session.scalars(select(Message.next_attempt_at)).all()
    post.now = WEDNESDAY + 60 * MINUTE
    post.deliver()

    assert tried_meanwhile == 1
    assert waiting == [WEDNESDAY + 60 * MINUTE] * 2
    assert states(post) == {"a": "sent", "b": "sent"}


def test_a_person_who_has_mended_the_login_ends_the_wait(post: Post) -> None:
    add(post, "a", "b")
    post.email.fail(ChannelDown("535 wrong password", retry_after=3600))
    post.deliver()
    post.now += MINUTE

    with post.sessions.begin() as session:
        number = session.scalars(select(Message.id).order_by(Message.id)).first() or 0
        retry_messages(session, [number], Decision("a clerk", post.now))
    post.deliver()
    add(post, "c")
    post.deliver()

    assert states(post) == {"a": "sent", "b": "sent", "c": "sent"}


def test_a_login_that_was_not_mended_is_tried_once_for_all_that_waits(post: Post) -> None:
    add(post, "a", "b", "c")
    post.email.fail(*[ChannelDown("535 wrong password", retry_after=3600)] * 9)
    post.deliver()
    post.now += MINUTE

    with post.sessions.begin() as session:
        retry_messages(session, [1], Decision("a clerk", post.now))
    for _ in range(3):
        post.deliver()

    assert len(post.email.tried) == 2


def test_a_rest_that_a_wrong_clock_began_is_void(post: Post) -> None:
    post.now = WEDNESDAY + dt.timedelta(days=40)
    with post.sessions.begin() as session:
        begin_rest(session, "email", post.now + MINUTE, "535 wrong password")
    post.now = WEDNESDAY
    add(post, "a")

    post.deliver()

    assert states(post) == {"a": "sent"}


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ConfigError("E-mail cannot be used: set the sender."), "E-mail cannot be used: set the sender."),
        (TypeError("secret detail"), "The channel could not be opened (TypeError)."),
    ],
    ids=["settings", "bug"],
)
def test_a_channel_that_cannot_be_opened_stops_alone(post: Post, problem: Exception, said: str) -> None:
    add(post, "a", "b")
    add(post, "d", line_id=line_id(4))
    post.broken["email"] = problem

    delivered = post.deliver()

    assert (delivered.retry, delivered.sent) == (1, 1)
    with post.sessions() as session:
        message = session.scalars(select(Message).where(Message.state == MessageState.RETRY)).one()
        assert (message.error, message.unsure) == (said, 0)


def test_an_unknown_outcome_of_an_email_is_repeated_once_and_then_left_to_a_person(post: Post) -> None:
    add(post, "a")
    post.email.fail(OutcomeUnknown("no answer"), OutcomeUnknown("no answer again"), accepts=True)

    outcomes = []
    for _ in range(4):
        delivered = post.deliver()
        outcomes.append((delivered.retry, delivered.unknown, delivered.sent))
        post.now += dt.timedelta(hours=1)

    message = only_message(post.sessions)
    assert outcomes == [(1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0)]
    assert (message.state, message.error) == (MessageState.UNKNOWN, "no answer again")
    assert [each.key for each in post.email.sent] == [message.key, message.key]


def test_a_sure_refusal_between_two_unknown_outcomes_does_not_use_up_the_repeat(post: Post) -> None:
    add(post, "a")
    post.email.fail(OutcomeUnknown("no answer"))
    post.email.fail(DeliveryError("busy"), DeliveryError("busy"))

    for _ in range(4):
        post.deliver()
        post.now += dt.timedelta(hours=1)

    assert only_message(post.sessions).state is MessageState.SENT
    assert len(post.email.tried) == 4


def test_an_unknown_outcome_of_line_is_repeated_with_the_same_key_for_a_day(post: Post) -> None:
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id())
    post.line.fail(*[OutcomeUnknown("500")] * 99, accepts=True)

    tried_at: list[dt.datetime] = []
    for minutes in range(0, 60 * 24 * 4, 30):  # from Wednesday to Sunday
        post.now = WEDNESDAY + minutes * MINUTE
        before = len(post.line.tried)
        post.deliver()
        tried_at += [post.now] * (len(post.line.tried) - before)

    assert only_message(post.sessions).state is MessageState.UNKNOWN
    assert len({each.key for each in post.line.tried}) == 1
    assert len(post.line.received) == 1
    assert len(tried_at) > 3
    assert tried_at[-1] - tried_at[0] < dt.timedelta(hours=24)


def test_line_is_not_repeated_after_a_weekend_that_outlasts_its_key(post: Post) -> None:
    """On Friday at 16:25 nothing came back; on Monday LINE would take the same key for a new message."""
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id())
    post.now = at("2022-01-28 16:29")
    post.line.fail(OutcomeUnknown("500"), accepts=True)

    friday = post.deliver()
    post.now = at("2022-01-31 08:30")
    monday = post.deliver()

    assert (friday.retry, monday.sent) == (1, 0)
    assert only_message(post.sessions).state is MessageState.UNKNOWN
    assert len(post.line.sent) == 1


def test_what_line_surely_refused_for_days_still_has_its_day_of_repeats(post: Post) -> None:
    add(post, "a", kind=Kind.MONTHLY, line_id=line_id())
    post.line.fail(ChannelDown("the quota is used up"))
    post.deliver()
    post.now = at("2022-01-31 09:00")
    post.line.fail(OutcomeUnknown("500"), accepts=True)
    post.deliver()
    post.now += MINUTE * 10

    assert post.deliver().sent == 1
    assert len(post.line.received) == 1


def test_an_unexpected_failure_of_a_channel_stops_no_other_message(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    add(post, "a", "b")
    post.email.fail(RuntimeError("secret detail"))

    delivered = post.deliver()

    assert (delivered.retry, delivered.sent) == (1, 1)
    with post.sessions() as session:
        message = session.scalars(select(Message).where(Message.state == MessageState.RETRY)).one()
        assert (message.error, message.unsure) == ("The program failed while sending (RuntimeError).", 1)
    assert "unexpected" in caplog.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConfigError("templates/th/email.txt.j2 is faulty"), "templates/th/email.txt.j2 is faulty"),
        (RuntimeError("secret detail"), "(RuntimeError)"),
    ],
    ids=["template", "bug"],
)
def test_a_message_that_cannot_be_made_stops_no_other(post: Post, error: Exception, said: str) -> None:
    add(post, "a", "b")
    write, broken = post.writer.render, [error]

    def render(*args: object, **options: object) -> object:
        if broken:
            raise broken.pop()
        return write(*args, **options)  # type: ignore[arg-type]

    post.writer.render = render  # type: ignore[method-assign,assignment]
    delivered = post.deliver()
    with post.sessions() as session:
        message = session.scalars(select(Message).where(Message.state == MessageState.RETRY)).one()
        text = session.get(MessageText, message.id)
    post.now += MINUTE

    assert (delivered.retry, delivered.sent) == (1, 1)
    assert message.error == f"The message could not be made: {said}"
    assert (text, message.rendered_at) == (None, None)
    assert post.deliver().sent == 1
    assert states(post) == {"a": "sent", "b": "sent"}


# --- hours, use, and order


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2022-01-26 08:29", 0),
        ("2022-01-26 08:30", 1),
        ("2022-01-26 16:29", 1),
        ("2022-01-26 16:30", 0),
        ("2022-01-29 12:00", 0),
        ("2022-01-27 12:00", 0),
    ],
    ids=["before", "opens", "last_minute", "closed", "saturday", "day_off"],
)
def test_messages_leave_within_the_hours_of_sending_alone(post: Post, now: str, sent: int) -> None:
    post.office = OfficeTime(working=WorkingDays(frozenset({dt.date(2022, 1, 27)})))
    add(post, "a")
    with post.sessions.begin() as session:
        session.execute(update(Message).values(next_attempt_at=at("2022-01-26 00:00")))

    post.now = at(now)

    assert post.deliver().sent == sent


def test_delivery_stops_when_the_office_closes(post: Post) -> None:
    add(post, "a", "b", "c")
    post.now = at("2022-01-26 16:28")

    def a_minute_passes(_message: object) -> None:
        post.now += MINUTE

    post.email.on_send = a_minute_passes

    assert post.deliver().sent == 2
    assert states(post) == {"a": "sent", "b": "sent", "c": "queued"}


def test_delivery_ends_after_the_message_under_way_when_told_to_stop(post: Post) -> None:
    add(post, "a", "b")
    stopping: list[object] = []
    post.email.on_send = stopping.append
    delivery = replace(post.delivery, stopping=lambda: bool(stopping))

    assert deliver_all(delivery, post.moment).sent == 1
    assert states(post) == {"a": "sent", "b": "queued"}


def test_what_is_past_its_use_expires_unsent(post: Post) -> None:
    add(post, "a", "b")
    post.email.fail(DeliveryError("busy"), DeliveryError("busy"))
    post.deliver()
    add(post, "c")

    post.now = at("2022-02-01 00:00")
    post.deliver()

    assert states(post) == {"a": "expired", "b": "expired", "c": "expired"}
    with post.sessions() as session:
        errors = session.scalars(select(Message.error).order_by(Message.id)).all()
    assert errors == ["busy", "busy", "It was past its use before it could be sent."]


def test_what_may_have_arrived_is_not_said_to_have_expired(post: Post) -> None:
    add(post, "a")
    post.email.fail(OutcomeUnknown("no answer"), accepts=True)
    post.deliver()

    post.now = at("2022-02-01 00:00")
    post.deliver()

    assert states(post) == {"a": "unknown"}


def test_the_oldest_goes_first(post: Post) -> None:
    add(post, "a")
    post.now += MINUTE
    add(post, "b")
    post.now += MINUTE

    post.deliver()

    assert [each.recipient for each in post.email.sent] == ["a", "b"]


def test_a_late_message_counts_for_the_day_it_leaves(post: Post) -> None:
    """Made on Friday as sending ends, sent on Monday at 8:30; what is owed at nine waits for Tuesday."""
    post.now = at("2022-01-28 16:29")
    add(post, "a")
    post.now = at("2022-01-31 08:30")
    early = post.deliver().sent

    at_nine = post.tick(at("2022-01-31 09:05")).sent
    tuesday = post.tick(at("2022-02-01 09:05")).sent

    assert (early, at_nine, tuesday) == (1, 0, 1)


def test_a_retry_counts_for_the_day_it_arrives(post: Post) -> None:
    post.now = at("2022-01-28 16:29")
    add(post, "a")
    post.email.fail(DeliveryError("busy"))
    post.deliver()
    post.now = at("2022-01-31 08:30")
    early = post.deliver().sent

    assert (early, post.tick(at("2022-01-31 09:05")).sent) == (1, 0)


# --- rehearsals


@pytest.mark.parametrize("state", ["queued", "retry", "sending"])
def test_a_rehearsal_sends_even_what_was_meant_for_real_into_files(post: Post, state: str) -> None:
    """A copy of a live database holds messages on their way to real addresses."""
    add(post, "a", "b")
    post.email.fail(DeliveryError("busy"))
    if state != "queued":
        post.deliver()
    with post.sessions.begin() as session:
        changed = {"state": state, "lease_until": WEDNESDAY} if state == "sending" else {"state": state}
        session.execute(update(Message).where(Message.state != MessageState.SENT).values(changed))
    real = len(post.email.tried)

    post.routing = replace(post.routing, divert=True)
    post.now += dt.timedelta(hours=2)
    post.deliver()

    assert len(post.email.tried) == real
    assert len(post.file.sent) == 2 - len(post.email.sent)


def test_a_rehearsal_that_really_sends_takes_the_real_channel(post: Post) -> None:
    post.routing = replace(post.routing, divert=True)
    add(post, "a")

    post.routing = replace(post.routing, divert=False)
    post.deliver()

    assert [each.address for each in post.email.sent] == ["a@x.example"]


# --- one at a time


def test_deliver_some_says_what_became_of_it_and_whether_there_was_more(post: Post) -> None:
    add(post, "a", "b")
    post.email.fail(DeliveryError("busy"))
    down: set[str] = set()

    outcomes = [deliver_some(post.delivery, post.moment, down) for _ in range(3)]

    assert outcomes == [[MessageState.RETRY, MessageState.SENT], [], []]
    assert down == set()


def test_nothing_is_sent_from_a_message_without_reminders(post: Post) -> None:
    add(post, "a")
    with post.sessions.begin() as session:
        session.execute(update(Reminder).values(message_id=None))

    assert post.deliver().cancelled == 1
    assert isinstance(post.email, FakeChannel)
    assert post.email.tried == []
