"""Several planners and several workers at once, in threads and in processes: nothing is doubled."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.services.delivering import Post, at, reminded
from tracker.db.models import Message, MessageState, Reminder
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.services.outbox import deliver_some

ROOT = Path(__file__).parents[2]
NOW = at("2022-01-31 09:00")
PEOPLE = 12


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    """Twelve owners, a division each; half of them have LINE too."""
    with sessions.begin() as session:
        measures = [
            measure(f"O{n}", lead=f"ฝ่าย{n}", rules=[rule("monthly"), rule("quarterly")])
            for n in range(PEOPLE)
        ]
        agency = stored(session, document(*measures), office=OfficeTime())
        for n in range(PEOPLE):
            ids = {"email": f"{n}@x.example", "line_id": line_id(n) if n % 2 else ""}
            contact(session, agency.agency_id, f"owner {n}", divisions=[f"ฝ่าย{n}"], **ids)
    return Post(sessions, NOW)


def together(number: int, act: Callable[[], Any]) -> list[Any]:
    """What ``number`` threads got that began at the same moment; a failure in one fails the test."""
    start, results, failures = threading.Barrier(number), list[Any](), list[BaseException]()

    def run() -> None:
        try:
            start.wait()
            results.append(act())
        except BaseException as error:  # noqa: BLE001  shown below
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return results


def test_planning_in_four_threads_at_once_writes_each_thing_once(post: Post) -> None:
    together(4, post.plan)

    with post.sessions() as session:
        written = reminded(session)
        assert len(written) == len(set(written)) > PEOPLE
        assert session.scalar(select(func.count()).select_from(Message)) == PEOPLE
        assert session.scalars(select(Reminder).where(Reminder.message_id.is_(None))).all() == []


def test_planning_in_two_processes_at_once_writes_each_thing_once(post: Post, database: URL) -> None:
    """On an SQLite file and on PostgreSQL."""
    call = f"plan_when_told({database.render_as_string(hide_password=False)!r}, {NOW.isoformat()!r})"
    command = [sys.executable, "-c", f"from tests.services.delivering import plan_when_told; {call}"]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    written = [int(process.communicate()[0]) for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    with post.sessions() as session:
        everything = reminded(session)
        assert len(everything) == len(set(everything)) == sum(written)
        assert session.scalar(select(func.count()).select_from(Message)) == PEOPLE
    assert sorted(written)[0] == 0


def test_four_workers_share_the_messages_and_double_none(post: Post) -> None:
    post.plan([Kind.MONTHLY])

    together(4, post.deliver)

    sent = Counter(each.key for channel in post.channels.values() for each in channel.sent)
    assert set(sent.values()) == {1}
    assert len(sent) == PEOPLE
    with post.sessions() as session:
        states = session.execute(select(Message.state, Message.attempts).distinct()).all()
    assert states == [(MessageState.SENT, 1)]


def test_one_message_is_claimed_by_one_of_two_workers(post: Post) -> None:
    post.plan([Kind.MONTHLY])
    with post.sessions.begin() as session:
        others = select(Message.id).order_by(Message.id).offset(1)
        for message in session.scalars(select(Message).where(Message.id.in_(others))):
            message.state = MessageState.SENT

    outcomes = together(2, lambda: deliver_some(post.delivery, post.moment, set()))

    assert sorted(outcomes, key=len) == [[], [MessageState.SENT]]
    assert len(post.email.tried) + len(post.line.tried) == 1


def test_planning_while_messages_go_out_loses_and_doubles_nothing(post: Post) -> None:
    """Whatever the order: a reminder is in a message that went out, or still waits for tomorrow's."""
    post.plan([Kind.MONTHLY])
    acts = iter([post.deliver, lambda: post.plan(), post.deliver, lambda: post.plan()])
    lock = threading.Lock()

    def act() -> object:
        with lock:
            mine = next(acts)
        return mine()

    together(4, act)

    sent = Counter(each.recipient for channel in post.channels.values() for each in channel.sent)
    assert set(sent.values()) == {1}
    with post.sessions() as session:
        written = reminded(session)
        assert len(written) == len(set(written))
        states = session.scalars(
            select(Message.state).join(Reminder, Reminder.message_id == Message.id).distinct()
        ).all()
    assert set(states) <= {MessageState.SENT, MessageState.QUEUED}


def test_two_ticks_at_once_send_each_message_once(post: Post) -> None:
    together(2, post.tick)
    together(2, post.tick)

    sent = [each.recipient for channel in post.channels.values() for each in channel.sent]
    assert sorted(sent) == sorted(f"owner {n}" for n in range(PEOPLE))
