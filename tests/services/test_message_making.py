"""One message to a contact and day: what is merged, what waits, who shares, and how many a month allows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from uuid import RFC_4122, UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.services.delivering import at, outbox, plan
from tracker.db.models import Contact, Message, MessageState, Plan, Reminder
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind, ReminderRules
from tracker.services.routing import Addresses, Routing

ONE, TWO = "ฝ่ายหนึ่ง", "ฝ่ายสอง"
MAIL = "office@x.example"
BOTH = Routing(configured=frozenset({"line", "email", "file"}))
NO_LINE = Routing(configured=frozenset({"email", "file"}))
NO_EMAIL = Routing(configured=frozenset({"line", "file"}))
EMAIL_FIRST = Routing(order=("email", "line", "file"), configured=BOTH.configured)
MONDAY = at("2022-01-31 09:00")
"""On this day two things are owed: the January list, and that a follow-up is due on 1 February."""


@pytest.fixture
def agency(session: Session) -> Plan:
    """Two divisions with something due on 31 January and on 1 February."""
    days = [rule("on", dt.date(2022, 1, 31)), rule("on", dt.date(2022, 2, 1))]
    measures = (measure("O1", lead=ONE, rules=days), measure("O2", lead=TWO, rules=days))
    return stored(session, document(*measures), office=OfficeTime())


def someone(session: Session, agency: Plan, name: str = "ก", division: str = ONE, **more: object) -> Contact:
    return contact(session, agency.agency_id, name, divisions=[division], **{"email": MAIL, **more})


def sent(
    session: Session, who: Contact, kind: Kind, day: dt.date, state: MessageState = MessageState.SENT
) -> None:
    """A message of this kind to the contact's mailbox, as it stands afterwards."""
    facts = {"channel": "email", "intended_channel": "email", "address": MAIL, "on_date": day, "number": 1}
    times = dict.fromkeys(("created_at", "next_attempt_at", "useful_until"), MONDAY)
    session.add(Message(key=f"{kind} {day}", contact_id=who.id, kind=kind, state=state, **facts, **times))
    session.flush()


def end(session: Session, state: MessageState) -> None:
    session.execute(update(Message).values(state=state))


def carried(session: Session) -> list[list[str]]:
    """The kinds in each message, the oldest message first."""
    rows = session.execute(select(Reminder.message_id, Reminder.kind).distinct())
    kinds: dict[int | None, list[str]] = defaultdict(list)
    for message_id, kind in rows:
        kinds[message_id].append(kind.value)
    return [
        sorted(kinds[message_id]) for message_id in session.scalars(select(Message.id).order_by(Message.id))
    ]


def test_what_is_owed_to_a_contact_is_one_message_named_for_the_weightiest(
    session: Session, agency: Plan
) -> None:
    someone(session, agency, roles=["owner", "supervisor"])

    planned = plan(session, MONDAY)

    assert planned.messages == 1
    assert outbox(session) == [("ก", "due-soon", "2022-01-31", "queued")]
    assert carried(session) == [["due-soon", "monthly", "summary"]]


def test_a_message_is_of_use_as_long_as_anything_in_it(session: Session, agency: Plan) -> None:
    someone(session, agency)

    plan(session, MONDAY)

    # due-soon: to the end of 1 February at the latest; the January list only to the end of January
    assert session.scalars(select(Message.useful_until)).one() == at("2022-02-02 00:00")


@pytest.mark.parametrize(
    "kinds", [(Kind.MONTHLY, Kind.DUE_SOON), (Kind.DUE_SOON, Kind.MONTHLY)], ids=["grows", "keeps_its_weight"]
)
def test_what_comes_due_later_joins_the_message_that_still_waits(
    session: Session, agency: Plan, kinds: Sequence[Kind]
) -> None:
    someone(session, agency)

    made = [plan(session, MONDAY, kinds=[kind]).messages for kind in kinds]

    assert made == [1, 0]
    assert outbox(session) == [("ก", "due-soon", "2022-01-31", "queued")]
    assert carried(session) == [["due-soon", "monthly"]]


@pytest.mark.parametrize(
    "state",
    [MessageState.SENT, MessageState.SENDING, MessageState.RETRY, MessageState.FAILED, MessageState.UNKNOWN],
)
def test_a_second_thing_owed_the_same_day_waits_for_the_next(
    session: Session, agency: Plan, state: MessageState
) -> None:
    someone(session, agency)
    plan(session, MONDAY, kinds=[Kind.MONTHLY])
    end(session, state)

    same_day = plan(session, MONDAY + dt.timedelta(hours=5), kinds=[Kind.DUE_SOON])
    end(session, MessageState.SENT)
    next_day = plan(session, MONDAY + dt.timedelta(days=1), kinds=[Kind.DUE_SOON])

    assert (same_day.reminders, same_day.messages, next_day.messages) == (2, 0, 1)
    assert [each[2] for each in outbox(session)] == ["2022-01-31", "2022-02-01"]


@pytest.mark.parametrize("state", [MessageState.SENDING, MessageState.RETRY])
def test_nothing_new_while_a_message_is_under_way(
    session: Session, agency: Plan, state: MessageState
) -> None:
    someone(session, agency)
    plan(session, at("2022-01-28 09:00"), kinds=[Kind.MONTHLY])
    end(session, state)

    waits = plan(session, MONDAY, kinds=[Kind.DUE_SOON])

    assert (waits.reminders, waits.messages) == (2, 0)


@pytest.mark.parametrize("state", [MessageState.CANCELLED, MessageState.EXPIRED])
def test_a_message_that_never_left_does_not_use_up_the_day(
    session: Session, agency: Plan, state: MessageState
) -> None:
    someone(session, agency)
    plan(session, MONDAY, kinds=[Kind.MONTHLY])
    end(session, state)

    assert plan(session, MONDAY, kinds=[Kind.DUE_SOON]).messages == 1
    numbers = session.execute(select(Message.on_date, Message.number).order_by(Message.id)).all()
    assert numbers == [(dt.date(2022, 1, 31), 1), (dt.date(2022, 1, 31), 2)]


def test_yesterdays_queued_message_is_brought_forward_and_takes_in_the_new(
    session: Session, agency: Plan
) -> None:
    someone(session, agency)
    plan(session, at("2022-01-28 16:29"), kinds=[Kind.MONTHLY])  # Friday

    made = plan(session, MONDAY, kinds=[Kind.DUE_SOON])

    assert made.messages == 0
    assert outbox(session) == [("ก", "due-soon", "2022-01-31", "queued")]
    assert carried(session) == [["due-soon", "monthly"]]


@pytest.mark.parametrize(
    ("now", "messages"),
    [
        ("2022-01-31 08:59", 0),
        ("2022-01-31 09:00", 1),
        ("2022-01-31 16:29", 1),
        ("2022-01-31 16:30", 0),
        ("2022-01-30 10:00", 0),
        ("2022-01-27 17:30", 0),
    ],
    ids=["before_nine", "nine", "last_minute", "evening", "sunday", "half_past_ten_utc"],
)
def test_new_messages_are_made_from_nine_until_sending_ends(
    session: Session, agency: Plan, now: str, messages: int
) -> None:
    someone(session, agency)
    plan(session, at("2022-01-28 09:00"), kinds=[])

    made = plan(session, at(now), kinds=[Kind.MONTHLY])

    assert (made.reminders, made.messages) == (1, messages)
    assert len(outbox(session)) == messages


def test_what_is_owed_on_a_day_off_joins_what_is_still_queued(session: Session, agency: Plan) -> None:
    """Saturday's notice goes with Friday's message for the one, and waits for Monday for the other."""
    someone(session, agency, "ก", ONE)
    plan(session, at("2022-01-28 16:29"), kinds=[Kind.MONTHLY])
    someone(session, agency, "ข", TWO, email="other@x.example")

    made = plan(session, at("2022-01-29 10:00"))
    on_saturday = outbox(session)
    monday = plan(session, MONDAY)

    assert (made.messages, monday.messages) == (0, 1)
    assert on_saturday == [("ก", "due-soon", "2022-01-29", "queued")]
    assert carried(session) == [["due-soon", "monthly"], ["due-soon", "monthly"]]


# --- the same address


def test_contacts_with_the_same_address_get_one_message(session: Session, agency: Plan) -> None:
    someone(session, agency, "ก", ONE)
    someone(session, agency, "ข", TWO, email=MAIL.upper())
    someone(session, agency, "ค", TWO, email="other@x.example")

    planned = plan(session, MONDAY)

    assert planned.messages == 2
    assert [each[0] for each in outbox(session)] == ["ก", "ค"]
    assert session.scalars(select(Reminder).where(Reminder.message_id.is_(None))).all() == []


def test_one_message_to_an_address_although_line_was_meant_for_one_of_them(
    session: Session, agency: Plan
) -> None:
    """Without LINE set up both are reached in the same mailbox."""
    someone(session, agency, "ก", ONE, line_id=line_id(1))
    someone(session, agency, "ข", TWO)

    planned = plan(session, MONDAY, routing=Routing(configured=frozenset({"email", "file"})))

    assert planned.messages == 1


def test_who_joins_a_line_message_takes_nobody_along(session: Session, agency: Plan) -> None:
    """ก has LINE, ข does not; they share a mailbox. What ข gets must not vanish in ก's LINE message."""
    someone(session, agency, "ก", ONE, line_id=line_id(1))
    plan(session, MONDAY, routing=BOTH, kinds=[Kind.MONTHLY])
    someone(session, agency, "ข", TWO)

    plan(session, MONDAY, routing=BOTH, kinds=[Kind.DUE_SOON])

    rows = session.execute(select(Message.channel, Contact.name).join(Contact).order_by(Message.id)).all()
    assert rows == [("line", "ก"), ("email", "ข")]
    owners = session.execute(
        select(Reminder.contact_id, Message.contact_id).join(Message, Message.id == Reminder.message_id)
    )
    assert all(own == carrier for own, carrier in owners)


def test_a_shared_address_gets_one_message_a_day_whoever_it_is_for(session: Session, agency: Plan) -> None:
    someone(session, agency, "ก", ONE)
    plan(session, MONDAY)
    end(session, MessageState.SENT)
    someone(session, agency, "ข", TWO)

    later = plan(session, MONDAY + dt.timedelta(hours=2))

    assert (later.reminders, later.messages) == (3, 0)


def test_two_contacts_without_an_address_do_not_share(session: Session, agency: Plan) -> None:
    someone(session, agency, "หัวหน้าฝ่าย", ONE, email="")
    someone(session, agency, "หัวหน้าฝ่าย", TWO, email="")

    assert plan(session, MONDAY).messages == 2
    assert session.scalars(select(Message.channel).distinct()).all() == ["file"]


# --- how many a month


def daily(session: Session, first: dt.datetime, days: int, **options: object) -> int:
    """Plan every day, each message being sent; something new is owed on each day."""
    made = 0
    for number in range(days):
        made += plan(session, first + dt.timedelta(days=number), **options).messages
        end(session, MessageState.SENT)
    return made


def busy(session: Session) -> Plan:
    """Something falls due on each working day of January and February 2022."""
    days = [dt.date(2022, 1, 3) + dt.timedelta(days=n) for n in range(56)]
    working = [day for day in days if day.weekday() < 5]
    return stored(
        session, document(measure("O1", lead=ONE, rules=[rule("on", day) for day in working])),
        office=OfficeTime(),
    )  # fmt: skip


def test_a_contact_gets_at_most_six_messages_a_month(session: Session) -> None:
    agency = busy(session)
    someone(session, agency)

    january = daily(session, at("2022-01-03 09:00"), 29)
    february = daily(session, at("2022-02-01 09:00"), 28)

    assert (january, february) == (6, 6)


def test_the_cap_is_the_offices_and_counts_a_shared_address(session: Session) -> None:
    agency = busy(session)
    someone(session, agency, "ก", ONE)
    first = daily(session, at("2022-01-03 09:00"), 2, rules=ReminderRules(monthly_cap=3))
    session.execute(update(Contact).values(valid_until=dt.date(2022, 1, 4)))
    someone(session, agency, "ข", ONE)

    rest = daily(session, at("2022-01-05 09:00"), 20, rules=ReminderRules(monthly_cap=3))

    # Monday the 3rd and, for ข, the 5th: the month's list; the 10th: what is overdue. Due dates keep room.
    assert (first, rest) == (1, 2)


@pytest.mark.parametrize(
    ("kinds", "messages"),
    [
        ([Kind.MONTHLY] * 5, 1),
        ([Kind.MONTHLY] * 6, 0),
        ([Kind.MONTHLY] * 5 + [Kind.ESCALATION] * 3, 1),
        ([Kind.MONTHLY] * 5 + [Kind.GREETING] * 3, 1),
    ],
    ids=["five", "six", "escalations_do_not_count", "greetings_do_not_count"],
)
def test_what_counts_towards_the_month(
    session: Session, agency: Plan, kinds: Sequence[Kind], messages: int
) -> None:
    who = someone(session, agency)
    for day, kind in enumerate(kinds, 1):
        sent(session, who, kind, dt.date(2022, 1, day))

    assert plan(session, MONDAY).messages == messages


def test_what_a_clock_that_was_ahead_has_dated_counts_too(session: Session, agency: Plan) -> None:
    who = someone(session, agency)
    for day in range(6):
        sent(session, who, Kind.MONTHLY, dt.date(2022, 1, 31) - dt.timedelta(days=day))

    assert plan(session, at("2022-01-24 09:00")).messages == 0


def test_due_dates_keep_room_for_the_weekly_reminders(session: Session, agency: Plan) -> None:
    """On Friday the 28th one weekly day is left, Monday the 31st: five of six are for everything else."""
    who = someone(session, agency)
    for day in range(1, 6):
        sent(session, who, Kind.MONTHLY, dt.date(2022, 1, day))
    friday = at("2022-01-28 09:00")

    due_date = plan(session, friday, kinds=[Kind.DUE_SOON])
    with_the_months_list = plan(session, friday, kinds=[Kind.DUE_SOON, Kind.MONTHLY])

    assert (due_date.reminders, due_date.messages) == (2, 0)
    assert with_the_months_list.messages == 1
    assert carried(session)[-1] == ["due-soon", "monthly"]


# --- channels


@pytest.mark.parametrize(
    ("email", "line", "kinds", "routing", "expected"),
    [
        (MAIL, line_id(), [Kind.MONTHLY], BOTH, ("line", "line", line_id())),
        (MAIL, line_id(), [Kind.DUE_SOON], BOTH, ("email", "email", MAIL)),
        (MAIL, line_id(), [Kind.DUE_SOON, Kind.MONTHLY], BOTH, ("line", "line", line_id())),
        ("", line_id(), [Kind.DUE_SOON], BOTH, ("line", "line", line_id())),
        (MAIL, "", [Kind.MONTHLY], BOTH, ("email", "email", MAIL)),
        (MAIL, line_id(), [Kind.MONTHLY], NO_LINE, ("email", "line", MAIL)),
        (MAIL, line_id(), [Kind.DUE_SOON], NO_EMAIL, ("line", "email", line_id())),
        (MAIL, line_id(), [Kind.MONTHLY], Routing(), ("file", "line", line_id())),
        (MAIL, "", [Kind.MONTHLY], Routing(configured=BOTH.configured, divert=True), ("file", "email", MAIL)),
        (MAIL, line_id(), [Kind.MONTHLY], EMAIL_FIRST, ("email", "email", MAIL)),
        ("", "", [Kind.MONTHLY], BOTH, ("file", "file", "ก")),
    ],
    ids=[
        "monthly_by_line", "the_rest_by_email", "merged_by_line", "line_alone", "email_alone",
        "line_not_set_up", "email_not_set_up", "nothing_set_up", "rehearsal", "own_order", "no_address",
    ],
)  # fmt: skip
def test_the_first_usable_channel_is_taken(
    session: Session, agency: Plan, email: str, line: str, kinds: Sequence[Kind], routing: Routing,
    expected: tuple[str, str, str],
) -> None:  # fmt: skip
    someone(session, agency, email=email, line_id=line)

    plan(session, MONDAY, routing=routing, kinds=kinds)

    row = session.execute(select(Message.channel, Message.intended_channel, Message.address)).one()
    assert row == expected


def test_a_suspended_address_is_passed_over(session: Session, agency: Plan) -> None:
    who = someone(session, agency, line_id=line_id())
    who.line_suspended = "blocked"
    session.flush()

    plan(session, MONDAY, routing=BOTH, kinds=[Kind.MONTHLY])

    assert session.scalars(select(Message.channel)).all() == ["email"]


def test_without_any_channel_the_reminder_waits(session: Session, agency: Plan) -> None:
    someone(session, agency, "ก", email="")
    someone(session, agency, "ข", email="b@x.example")

    planned = plan(session, MONDAY, routing=Routing(order=("line", "email"), configured=BOTH.configured))

    assert [each[0] for each in outbox(session)] == ["ข"]
    assert planned.reminders == 6


@pytest.mark.parametrize(
    ("own", "kinds", "expected"),
    [
        ("email", [Kind.MONTHLY], "email"),
        ("line;email", [Kind.MONTHLY], "line"),
        ("line;email", [Kind.DUE_SOON], "email"),
        ("file", [Kind.MONTHLY], "file"),
        ("", [Kind.MONTHLY], "line"),
    ],
    ids=["email_first", "line_first", "line_costs_money", "file", "the_offices"],
)
def test_a_contacts_own_order_of_channels_goes_before_the_offices(
    session: Session, agency: Plan, own: str, kinds: Sequence[Kind], expected: str
) -> None:
    who = someone(session, agency, line_id=line_id())
    other = someone(session, agency, "ข", TWO, email="b@x.example", line_id=line_id(2))
    who.channels = own
    session.flush()

    plan(session, MONDAY, routing=BOTH, kinds=kinds)

    channels = dict(session.execute(select(Message.contact_id, Message.channel)).all())
    assert channels[who.id] == expected
    assert channels[other.id] == ("line" if kinds == [Kind.MONTHLY] else "email")


def test_routes_of_many_contacts_are_those_that_routing_gives_each(session: Session, agency: Plan) -> None:
    """Every combination of addresses, suspensions and own orders; each with an address of its own."""
    orders = ("", "email", "line", "file;line")
    combinations = list(product(("", MAIL), ("", "U"), ("", "gone"), ("", "blocked"), orders))
    for n, (email, line, email_suspended, line_suspended, channels) in enumerate(combinations):
        who = someone(
            session, agency, f"owner {n}", email=f"{n}{email}" if email else "",
            line_id=line_id(n) if line else "",
        )  # fmt: skip
        who.email_suspended, who.line_suspended, who.channels = email_suspended, line_suspended, channels
    session.flush()

    plan(session, MONDAY, routing=NO_LINE, kinds=[Kind.MONTHLY])

    rows = session.execute(select(Message, Contact).join(Contact, Contact.id == Message.contact_id)).all()
    assert len(rows) == len(combinations)
    for message, who in rows:
        route = NO_LINE.route(Addresses.usable(who), [Kind.MONTHLY])
        assert route is not None
        found = (message.channel, message.intended_channel, message.address)
        assert found == (route.channel, route.intended, route.address), who.name


# --- who waits


def test_a_paused_contact_waits_and_then_gets_what_waited(session: Session, agency: Plan) -> None:
    who = someone(session, agency)
    someone(session, agency, "ข", TWO, email="b@x.example")
    who.paused_from, who.paused_until = dt.date(2022, 1, 31), dt.date(2022, 1, 31)
    session.flush()

    paused = plan(session, MONDAY)
    end(session, MessageState.SENT)
    after = plan(session, MONDAY + dt.timedelta(days=1), kinds=[Kind.DUE_SOON])

    assert (paused.messages, after.messages) == (1, 1)
    assert [each[0] for each in outbox(session)] == ["ข", "ก"]


@pytest.mark.parametrize(
    "state", [MessageState.QUEUED, MessageState.SENDING, MessageState.RETRY, MessageState.SENT]
)
def test_a_greeting_neither_holds_a_message_back_nor_takes_anything_in(
    session: Session, agency: Plan, state: MessageState
) -> None:
    sent(session, someone(session, agency), Kind.GREETING, MONDAY.date(), state)

    planned = plan(session, MONDAY)

    assert planned.messages == 1
    assert carried(session) == [[], ["due-soon", "monthly"]]


def test_an_address_gets_one_message_although_a_reminder_joined_another_of_its_contact(
    session: Session, agency: Plan
) -> None:
    """What is new for ก joins ก's own queued LINE message, although ข's mailbox is ก's too."""
    someone(session, agency, "ก", ONE, line_id=line_id(1))
    someone(session, agency, "ข", TWO)
    plan(session, MONDAY, routing=BOTH, kinds=[Kind.MONTHLY])

    made = plan(session, MONDAY, routing=BOTH, kinds=[Kind.DUE_SOON]).messages

    assert made == 0
    assert carried(session) == [["due-soon", "monthly"], ["due-soon", "monthly"]]


def test_keys_are_random_uuids_of_version_four(session: Session) -> None:
    measures = [measure(f"O{n}", lead=f"ฝ่าย{n}", rules=[rule("monthly")]) for n in range(40)]
    agency = stored(session, document(*measures), office=OfficeTime())
    for n in range(40):
        someone(session, agency, f"owner {n}", f"ฝ่าย{n}", email=f"{n}@x.example")

    plan(session, MONDAY)

    keys = session.scalars(select(Message.key)).all()
    assert len(set(keys)) == 40
    for key in keys:
        assert str(UUID(key)) == key
        assert (UUID(key).version, UUID(key).variant) == (4, RFC_4122)
