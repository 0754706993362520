"""Four workers, as processes of their own, on 2,000 messages: none goes twice, none is left."""

import datetime as dt
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import URL, String, cast, insert, literal, select

from tests.factories import line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.line import FakeLine
from tests.fakes.smtp import FakeSmtp
from tests.scenarios.test_kill import MONDAY, Machine, ended
from tracker.app import App
from tracker.db.models import Attempt, Contact, Message, MessageState, MessageText
from tracker.domain.reminders import TURN, Kind

BY_LINE, BY_MAIL, WORKERS = 1_600, 400, 4
OF_USE = MONDAY + dt.timedelta(days=7)


def address_of(number: int) -> str:
    return line_id(number) if number < BY_LINE else f"{number}@x.example"


def contact_row(number: int, agency_id: int) -> dict[str, object]:
    by_line = number < BY_LINE
    return {
        "id": number + 1,
        "agency_id": agency_id,
        "name": f"owner {number}",
        "line_id": address_of(number) if by_line else "",
        "email": "" if by_line else address_of(number),
        **dict.fromkeys(("phone", "email_suspended", "line_suspended"), ""),
        "language": "th",
    }


def message_row(number: int) -> dict[str, object]:
    """A message that waits, its text stored."""
    channel = "line" if number < BY_LINE else "email"
    return {
        "key": str(UUID(int=number + 1, version=4)),
        "contact_id": number + 1,
        "on_date": MONDAY.date(),
        "number": 1,
        "kind": Kind.MONTHLY,
        "turn": TURN[Kind.MONTHLY],
        "channel": channel,
        "intended_channel": channel,
        "address": address_of(number),
        "state": MessageState.QUEUED,
        "created_at": MONDAY,
        "useful_until": OF_USE,
        "next_attempt_at": MONDAY,
        "subject": "ITA",
        "rendered_at": MONDAY,
        **dict.fromkeys(("attempts", "unsure"), 0),
        **dict.fromkeys(("reference", "error"), ""),
    }


@pytest.fixture
def machine(app: App, database: URL, line: FakeLine, smtp: FakeSmtp) -> Machine:
    with app.sessions.begin() as session:
        plan = document(measure("O1", rules=[rule("yearly")]))
        agency_id = stored(session, plan, office=app.office).agency_id
        numbers = range(BY_LINE + BY_MAIL)
        session.execute(insert(Contact), [contact_row(number, agency_id) for number in numbers])
        session.execute(insert(Message), [message_row(number) for number in numbers])
        texts = select(Message.id, literal("ข้อความ ") + cast(Message.id, String), *[literal("")] * 3)
        columns = ("message_id", "body", "html", "flex", "calendar")
        session.execute(insert(MessageText).from_select(columns, texts))
    return Machine(app, database, line, smtp)


def test_four_workers_send_two_thousand_messages_once_each(
    machine: Machine, line: FakeLine, smtp: FakeSmtp
) -> None:
    workers = [machine.start("tick", "--really-send") for _ in range(WORKERS)]

    assert [ended(worker)[0] for worker in workers] == [0] * WORKERS

    assert machine.states() == {"sent": BY_LINE + BY_MAIL}
    assert Counter(each.to for each in line.delivered) == {line_id(n): 1 for n in range(BY_LINE)}
    mailboxes = Counter(each.recipients[0] for each in smtp.messages)
    assert mailboxes == {f"{n}@x.example": 1 for n in range(BY_LINE, BY_LINE + BY_MAIL)}
    with machine.app.sessions() as session:
        tries = session.execute(select(Attempt.number, Attempt.outcome)).all()
    assert Counter(tries) == {(1, MessageState.SENT): BY_LINE + BY_MAIL}
