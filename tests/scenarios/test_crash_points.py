"""A worker is killed with SIGKILL at each point of a delivery and started again; real servers count.

By LINE each person gets each message exactly once; by e-mail at most one repeat, with the same Message-ID,
and the row says so. On SQLite and on PostgreSQL.
"""

import datetime as dt
import os
import signal
from collections import Counter

import pytest
from sqlalchemy import URL, select

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.line import FakeLine
from tests.fakes.smtp import FakeSmtp
from tests.scenarios.dying import POINTS
from tests.scenarios.test_kill import RESTART, Machine, ended, message_ids
from tracker.app import App
from tracker.db.models import Attempt, Message, MessageState
from tracker.services.outcomes import TWICE

PEOPLE = 3
ACCEPTED = "after the provider accepted, before its answer was read"
"""The server itself kills the worker at this point."""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


@pytest.fixture
def channel() -> str:
    """By what the three owners are reached."""
    return "email"


@pytest.fixture
def machine(app: App, database: URL, line: FakeLine, smtp: FakeSmtp, channel: str) -> Machine:
    """Three owners whom the channel reaches, to each of whom something is owed."""
    with app.sessions.begin() as session:
        measures = [
            measure(f"O{n}", lead=f"ฝ่าย{n}", rules=[rule("on", dt.date(2022, 1, 31))]) for n in range(PEOPLE)
        ]
        agency = stored(session, document(*measures), office=app.office).agency_id
        for n in range(PEOPLE):
            address = {"line": {"line_id": line_id(n)}, "email": {"email": f"{n}@x.example"}}
            contact(session, agency, f"owner {n}", divisions=[f"ฝ่าย{n}"], **address.get(channel, {}))
    return Machine(app, database, line, smtp)


def killed_at(machine: Machine, point: str, line: FakeLine, smtp: FakeSmtp) -> None:
    """Run ``tracker tick`` until it dies at the point."""
    program = ["-m", "tests.scenarios.dying", point] if point in POINTS else None
    process = machine.start_program(program, "tick", "--really-send")
    if point == ACCEPTED:
        line.on_delivery = smtp.on_message = lambda _taken: os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    line.on_delivery = smtp.on_message = lambda _taken: None
    assert process.returncode == -signal.SIGKILL


def restart(machine: Machine) -> None:
    """Started again by cron: at once, and after the lease."""
    for _ in range(3):
        process = machine.start_program(None, "tick", "--really-send")
        assert ended(process)[0] == 0
        machine.now += RESTART


def rows(machine: Machine) -> list[Message]:
    with machine.app.sessions() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


CASES = [
    *((channel, point) for channel in ("line", "email") for point in (*POINTS, ACCEPTED)),
    *(("file", point) for point in POINTS),
]


@pytest.mark.parametrize(("channel", "point"), CASES)
def test_killed_at_a_point_of_a_delivery(
    machine: Machine, line: FakeLine, smtp: FakeSmtp, channel: str, point: str
) -> None:
    killed_at(machine, point, line, smtp)
    left_behind = Counter(each.state for each in rows(machine))
    restart(machine)

    assert sum(left_behind[state] for state in (MessageState.SENT, MessageState.FAILED)) == 0
    assert [each.state for each in rows(machine)] == [MessageState.SENT] * PEOPLE
    {"line": check_line, "email": check_mail, "file": check_files}[channel](machine, line, smtp)
    check_attempts(machine)


def check_line(machine: Machine, line: FakeLine, _smtp: FakeSmtp) -> None:
    assert Counter(each.to for each in line.delivered) == {line_id(n): 1 for n in range(PEOPLE)}
    assert {each.retry_key for each in line.delivered} == {each.key for each in rows(machine)}


def check_mail(machine: Machine, _line: FakeLine, smtp: FakeSmtp) -> None:
    mailboxes = message_ids(smtp)
    assert sorted(mailboxes) == [f"{n}@x.example" for n in range(PEOPLE)]
    assert all(len(set(ids)) == 1 for ids in mailboxes.values())
    assert max(len(ids) for ids in mailboxes.values()) <= 2
    repeated = {address for address, ids in mailboxes.items() if len(ids) == 2}
    said = {each.address for each in rows(machine) if each.error == TWICE}
    assert repeated <= said
    assert len(said) <= 1


def check_files(machine: Machine, _line: FakeLine, _smtp: FakeSmtp) -> None:
    assert len(list((machine.app.folder / "outbox").glob("*.eml"))) == PEOPLE


def check_attempts(machine: Machine) -> None:
    """Every message ends with an attempt that sent it; one that nobody tells of is on record too."""
    with machine.app.sessions() as session:
        last = {each.message_id: each for each in session.scalars(select(Attempt).order_by(Attempt.number))}
        assert {each.outcome for each in last.values()} == {MessageState.SENT}
        assert set(last) == set(session.scalars(select(Message.id)))


def test_the_repeat_of_an_e_mail_is_the_same_letter_byte_for_byte(
    machine: Machine, line: FakeLine, smtp: FakeSmtp
) -> None:
    killed_at(machine, ACCEPTED, line, smtp)
    restart(machine)

    letters = Counter((received.recipients[0], received.content) for received in smtp.messages)
    assert sorted(letters.values()) == [1] * (PEOPLE - 1) + [2]
    assert len({address for address, _ in letters}) == PEOPLE
