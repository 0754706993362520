"""What a person decides about messages: from each state, by each channel, within and past what is safe."""

import datetime as dt
import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import agency, contact, line_id, measure, plan, stored
from tests.services.delivering import Post, at, stored_body
from tracker.db.models import Contact, Event, Message, MessageState, Reminder
from tracker.domain.office_time import OfficeTime
from tracker.errors import DeliveryError, NotAllowed, OutcomeUnknown, TrackerError, UnknownName
from tracker.reports.outbox import OutboxFilter, left_out, listed_messages, tries
from tracker.services.outbox_desk import (
    CANNOT_DOUBLE,
    MAY_DOUBLE,
    NEW_FOR_LINE,
    Decision,
    cancel_messages,
    retry_messages,
)

DAY = "2022-01-04"
MORNING = at(f"{DAY} 09:05")
LATER = at(f"{DAY} 13:00")


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    """An office with one owner, reached by e-mail, to whom the month's digest is owed."""
    return _post(sessions, email="a@example.go.th")


def _post(sessions: sessionmaker[Session], **addresses: str) -> Post:
    office = OfficeTime()
    with sessions.begin() as session:
        stored(session, plan(measure("O1"), measure("O2")), office=office)
        contact(session, agency(session).id, "ก", divisions=["ฝ่ายหนึ่ง"], **addresses)
    return Post(sessions, MORNING, office)


def put(post: Post, state: MessageState, **values: object) -> None:
    """Leave the one message in a state."""
    with post.sessions.begin() as session:
        message = session.scalars(select(Message)).one()
        message.state = state
        for name, value in values.items():
            setattr(message, name, value)


def only(post: Post) -> Message:
    with post.sessions() as session:
        return session.scalars(select(Message)).one()


def retry(post: Post, *numbers: int, now: dt.datetime = LATER, really: bool = False) -> dict[int, list[str]]:
    post.now = now
    decision = Decision("ผู้ทดสอบ", now, "ลองใหม่")
    with post.sessions.begin() as session:
        return retry_messages(session, numbers or (1,), decision, really_send=really)


def cancel(post: Post, *numbers: int) -> None:
    with post.sessions.begin() as session:
        cancel_messages(session, numbers or (1,), Decision("ผู้ทดสอบ", LATER, "โทรแล้ว"))


def dropped(post: Post) -> set[str]:
    with post.sessions() as session:
        return set(session.scalars(select(Reminder.dropped)))


IS_SENDING = "Message 1 is just being sent; look again in a few minutes. Nothing was changed."
WAITS = "Message 1 waits for its turn; the next 'tracker tick' sends it. Nothing was changed."


@pytest.mark.parametrize(
    ("deed", "state", "sentence"),
    [
        (retry, "sent", "Message 1 was sent already. Nothing was changed."),
        (retry, "queued", WAITS),
        (retry, "sending", IS_SENDING),
        (cancel, "sent", "Message 1 was sent already. Nothing was changed."),
        (cancel, "sending", IS_SENDING),
        (cancel, "cancelled", "Message 1 is cancelled already. Nothing was changed."),
        (cancel, "expired", "Message 1 is past its use and will not be sent. Nothing was changed."),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_some_states_cannot_be_changed(
    post: Post, deed: Callable[[Post], object], state: str, sentence: str
) -> None:
    post.tick()
    put(post, MessageState(state))

    with pytest.raises(NotAllowed) as refused:
        deed(post)

    assert str(refused.value) == sentence
    assert only(post).state.value == state


def test_failed_message_goes_with_its_text_to_the_corrected_address(post: Post) -> None:
    post.email.fail(DeliveryError("no such mailbox", permanent=True))
    post.tick()
    text = stored_body(post.sessions)
    assert only(post).state is MessageState.FAILED

    with pytest.raises(NotAllowed, match=r"ก has no address for email that was not refused"):
        retry(post)
    with post.sessions.begin() as session:
        person = session.scalars(select(Contact)).one()
        person.email, person.email_suspended = "new@example.go.th", ""
    said = retry(post)
    post.deliver()

    assert said == {1: ["It goes by email to new@example.go.th now."]}
    (sent,) = post.email.sent
    assert (sent.address, sent.text, sent.key) == ("new@example.go.th", text, only(post).key)
    assert only(post).state is MessageState.SENT


def test_unknown_email_may_arrive_twice_and_is_tried_again(post: Post) -> None:
    post.email.fail(OutcomeUnknown("cut off"), OutcomeUnknown("cut off"), accepts=True)
    post.tick()
    post.tick(at(f"{DAY} 12:00"))
    assert only(post).state is MessageState.UNKNOWN

    assert retry(post) == {1: [MAY_DOUBLE]}
    post.deliver()

    assert (only(post).state, len({each.key for each in post.email.sent})) == (MessageState.SENT, 1)
    with post.sessions() as session:
        found = [(each.number, each.outcome.value) for each in tries(session, 1)]
    assert found == [(1, "retry"), (2, "unknown"), (3, "sent")]


@pytest.mark.parametrize(
    ("hours", "said"), [(5, CANNOT_DOUBLE), (23, CANNOT_DOUBLE), (24, NEW_FOR_LINE), (30, NEW_FOR_LINE)]
)
def test_unknown_by_line_keeps_its_key_for_a_day(
    sessions: sessionmaker[Session], hours: int, said: str
) -> None:
    post = _post(sessions, line_id=line_id(1))
    post.line.fail(OutcomeUnknown("cut off"), accepts=True)
    post.tick()
    first, key = only(post).first_attempt_at, only(post).key
    put(post, MessageState.UNKNOWN)

    assert retry(post, now=MORNING + dt.timedelta(hours=hours)) == {1: [said]}

    # Within the day the first attempt still counts: a later repeat could otherwise be past LINE's memory.
    kept = (1, first) if said == CANNOT_DOUBLE else (0, None)
    assert (only(post).unsure, only(post).first_attempt_at, only(post).key) == (*kept, key)


def test_message_put_off_is_tried_now(post: Post) -> None:
    post.email.fail(DeliveryError("busy", retry_after=86_400))
    post.tick()

    assert retry(post) == {1: []}
    assert only(post).next_attempt_at == LATER
    post.deliver()

    assert only(post).state is MessageState.SENT


@pytest.mark.parametrize("state", ["failed", "unknown", "expired", "cancelled"])
def test_message_past_its_use_is_not_sent_again(post: Post, state: str) -> None:
    post.tick()
    put(post, MessageState(state), useful_until=LATER)

    with pytest.raises(NotAllowed, match="is past its use; what is owed by now goes out with a message"):
        retry(post)


def test_cancelled_message_carries_nothing_until_it_is_taken_back(post: Post) -> None:
    post.plan()
    cancel(post)

    assert only(post).error == "Cancelled: โทรแล้ว"
    assert dropped(post) == {"called off: โทรแล้ว"}
    assert post.tick().sent == 0
    with post.sessions() as session:
        assert left_out(session, 1) == ["called off: โทรแล้ว"]

    retry(post)
    post.deliver()
    assert dropped(post) == {""}
    assert (only(post).state, only(post).error, len(post.email.sent)) == (MessageState.SENT, "", 1)


def test_nothing_owed_is_not_taken_back(post: Post) -> None:
    post.plan()
    with post.sessions.begin() as session:
        for reminder in session.scalars(select(Reminder)):
            reminder.dropped = "done meanwhile"
    cancel(post)

    with pytest.raises(NotAllowed, match="Nothing in message 1 was owed any more"):
        retry(post)
    assert (only(post).state, dropped(post)) == (MessageState.CANCELLED, {"done meanwhile"})


def test_what_a_rehearsal_wrote_into_a_file_can_really_be_sent(post: Post) -> None:
    post.tick()
    put(post, MessageState.FAILED, channel="file", intended_channel="email")

    assert retry(post) == {1: []}
    assert only(post).channel == "file"
    put(post, MessageState.FAILED)
    assert retry(post, really=True) == {1: ["It goes by email to a@example.go.th now."]}

    assert (only(post).channel, only(post).address) == ("email", "a@example.go.th")


@pytest.mark.parametrize("deed", [retry, cancel], ids=["retry", "cancel"])
def test_all_or_nothing(post: Post, deed: Callable[..., object]) -> None:
    post.tick()
    put(post, MessageState.FAILED)

    with pytest.raises(NotAllowed, match="There is no message 7; the newest is 1"):
        deed(post, 1, 7)

    assert only(post).state is MessageState.FAILED
    with post.sessions() as session:
        assert session.scalars(select(Event).where(Event.what.startswith("message"))).all() == []


def test_what_waits_for_a_later_time_can_be_sent_now(post: Post) -> None:
    post.plan()
    put(post, MessageState.QUEUED, next_attempt_at=at(f"{DAY} 15:00"))

    assert retry(post) == {1: []}
    post.deliver()

    assert only(post).state is MessageState.SENT


def test_what_waits_for_its_turn_needs_no_retry(post: Post) -> None:
    post.plan()

    with pytest.raises(NotAllowed, match="waits for its turn"):
        retry(post)


def test_history_tells_who_decided_and_why(post: Post) -> None:
    post.tick()
    put(post, MessageState.UNKNOWN, unsure=2)
    retry(post, 1, 1)
    cancel(post)

    with post.sessions() as session:
        events = session.scalars(
            select(Event).where(Event.what.startswith("message")).order_by(Event.id)
        ).all()
    assert [(each.actor, each.what, each.before, each.after) for each in events] == [
        ("ผู้ทดสอบ", "message retried", {"message": 1, "status": "unknown"},
         {"message": 1, "status": "retry", "reason": "ลองใหม่"}),
        ("ผู้ทดสอบ", "message cancelled", {"message": 1, "status": "retry"},
         {"message": 1, "status": "cancelled", "reason": "โทรแล้ว"}),
    ]  # fmt: skip


def test_person_who_comes_between_waits_for_the_worker(post: Post) -> None:
    """A claim that is not committed yet is not overruled: the decision waits, and then refuses."""
    post.tick()
    put(post, MessageState.RETRY)
    refusals: list[str] = []

    def decide() -> None:
        try:
            cancel(post)
        except TrackerError as error:
            refusals.append(str(error))

    with post.sessions.begin() as session:
        claimed = session.scalars(select(Message).with_for_update()).one()
        claimed.state = MessageState.SENDING
        session.flush()
        person = threading.Thread(target=decide)
        person.start()
        person.join(0.3)
        assert person.is_alive()
    person.join(20)

    assert refusals == [IS_SENDING]
    assert only(post).state is MessageState.SENDING


# listing


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (OutboxFilter(), [1, 2]),
        (OutboxFilter(numbers=[2]), [2]),
        (OutboxFilter(state=MessageState.SENT), [1]),
        (OutboxFilter(channel="line"), [2]),
        (OutboxFilter(contact="ข"), [2]),
        (OutboxFilter(contact="ก", channel="line"), []),
        (OutboxFilter(newest=1), [2]),
        (OutboxFilter(newest=1, state=MessageState.SENT), [1]),
        (OutboxFilter(since=dt.date(2022, 1, 4)), [1, 2]),
        (OutboxFilter(since=dt.date(2022, 1, 5)), []),
    ],
    ids=["all", "number", "state", "channel", "contact", "two", "newest", "newest_of", "since", "none_since"],
)
def test_listing_holds_what_was_asked_for(post: Post, wanted: OutboxFilter, found: Sequence[int]) -> None:
    with post.sessions.begin() as session:
        contact(session, agency(session).id, "ข", divisions=["ฝ่ายหนึ่ง"], line_id=line_id(2))
    post.line.fail(DeliveryError("busy"))
    post.tick()

    with post.sessions() as session:
        listed = listed_messages(session, wanted)

    assert [each.id for each in listed] == found
    assert {(each.kinds, each.items) for each in listed} <= {(("due-soon", "monthly"), ("O1", "O2"))}


def test_listing_finds_who_shares_a_message(post: Post) -> None:
    with post.sessions.begin() as session:
        contact(session, agency(session).id, "ข", divisions=["ฝ่ายหนึ่ง"], email="a@example.go.th")
    post.tick()

    with post.sessions() as session:
        assert [each.id for each in listed_messages(session, OutboxFilter(contact="ข"))] == [1]
        with pytest.raises(UnknownName, match="No contact 'ค'"):
            listed_messages(session, OutboxFilter(contact="ค"))


def test_listing_one_message_reads_what_belongs_to_it_alone(post: Post) -> None:
    post.tick()
    read: list[str] = []
    with post.sessions() as session:
        engine = session.get_bind()

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            read.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        listed_messages(session, OutboxFilter(numbers=[1]))
        event.remove(engine, "before_cursor_execute", note)

    selects = [each for each in read if each.startswith("SELECT")]
    assert len(selects) == 3
    assert all("messages.id IN" in each for each in selects)
