"""The real program, killed while a real server makes it wait, and started again.

The database is a rehearsal whose clock is set, so that the tests work on any day; with --really-send its
messages leave by LINE and e-mail, to stand-ins on this machine.
"""

import datetime as dt
import email
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import URL, func, select

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.line import FakeLine
from tests.fakes.smtp import HANG, FakeSmtp
from tests.services.delivering import at
from tracker.app import App
from tracker.db.models import Message, MessageState, Reminder

ROOT = Path(__file__).parents[2]
MONDAY = at("2022-01-31 09:05")
RESTART = dt.timedelta(minutes=16)  # a little after the lease
WAIT_SECONDS = 60.0
BY_LINE = 3
"""What LINE knows again is begun together; of e-mail one at a time is."""

MAIN = "from tracker.cli import main; main()"


class Machine:
    """Starts the program in the office's folder, with its clock at an instant."""

    def __init__(self, app: App, database: URL, line: FakeLine, smtp: FakeSmtp) -> None:
        self.app = app
        self.now = MONDAY
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TRACKER_DB": database.render_as_string(hide_password=False),
            "TRACKER_LINE_API": line.url,
            "TRACKER_LINE_TOKEN": "long-lived-token",
            "TRACKER_SMTP_HOST": smtp.host,
            "TRACKER_SMTP_PORT": str(smtp.port),
        }
        config = app.folder / "config" / "tracker.toml"
        config.parent.mkdir()
        config.write_text('[email]\nsecurity = "none"\nfrom = "ita@x.example"\n', encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return self.start_program(["-c", MAIN], *arguments)

    def start_program(self, program: list[str] | None, *arguments: str) -> subprocess.Popen[str]:
        """Python with these arguments; without any, the command line."""
        environ = {**self.environ, "TRACKER_NOW": self.now.isoformat()}
        command = [sys.executable, *(program or ["-c", MAIN]), *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.app.folder, env=environ, **pipes)  # type: ignore[call-overload,no-any-return]

    def states(self) -> Counter[str]:
        with self.app.sessions() as session:
            return Counter(state.value for state in session.scalars(select(Message.state)))

    def begun(self) -> int:
        """How many messages are being handed over, or were when the program died."""
        under_way = (Message.state == MessageState.SENDING, Message.begun_at.is_not(None))
        with self.app.sessions() as session:
            return session.scalar(select(func.count()).where(*under_way)) or 0


@pytest.fixture
def machine(app: App, database: URL, line: FakeLine, smtp: FakeSmtp) -> Machine:
    """Three owners with LINE, three with e-mail, to each of whom something is owed."""
    with app.sessions.begin() as session:
        measures = [
            measure(f"O{n}", lead=f"ฝ่าย{n}", rules=[rule("on", dt.date(2022, 1, 31))]) for n in range(6)
        ]
        agency = stored(session, document(*measures), office=app.office).agency_id
        for n in range(6):
            address = {"line_id": line_id(n)} if n % 2 else {"email": f"{n}@x.example"}
            contact(session, agency, f"owner {n}", divisions=[f"ฝ่าย{n}"], **address)
    return Machine(app, database, line, smtp)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def more_arrived(line: FakeLine, smtp: FakeSmtp, than: int) -> bool:
    return len(line.delivered) + len(smtp.messages) > than


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=WAIT_SECONDS)
    return process.returncode, errors


def message_ids(smtp: FakeSmtp) -> dict[str, list[str]]:
    """The Message-IDs that each mailbox got."""
    found: dict[str, list[str]] = {}
    for received in smtp.messages:
        found.setdefault(received.recipients[0], []).append(
            email.message_from_bytes(received.content)["Message-ID"]
        )
    return found


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_while_the_servers_wait_nothing_is_lost_and_line_doubles_nothing(
    machine: Machine, line: FakeLine, smtp: FakeSmtp
) -> None:
    line.fail_next("delay", times=1, seconds=10)
    smtp.fail("END", HANG, times=3)

    for _ in range(
        4
    ):  # LINE once, and the mail server for each mailbox, has taken a message and not answered
        arrived = partial(more_arrived, line, smtp, len(line.delivered) + len(smtp.messages))
        process = machine.start("tick", "--really-send")
        wait_for(arrived, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert machine.begun() <= BY_LINE
        machine.now += RESTART
    for _ in range(3):
        process = machine.start("tick", "--really-send")
        assert ended(process)[0] == 0
        machine.now += RESTART

    assert machine.states() == {"sent": 6}
    assert sorted(each.to for each in line.delivered) == [line_id(n) for n in (1, 3, 5)]
    assert len({each.retry_key for each in line.delivered}) == 3
    mailboxes = message_ids(smtp)
    assert sorted(mailboxes) == ["0@x.example", "2@x.example", "4@x.example"]
    assert max(len(each) for each in mailboxes.values()) <= 2
    assert all(len(set(each)) == 1 for each in mailboxes.values())
    with machine.app.sessions() as session:
        assert session.scalar(select(func.count()).where(Reminder.message_id.is_(None))) == 0


def test_sigterm_ends_the_scheduler_after_the_message_under_way(
    machine: Machine, line: FakeLine, smtp: FakeSmtp
) -> None:
    line.fail_next("delay", times=1, seconds=1.5)
    process = machine.start("run", "--really-send")
    wait_for(lambda: bool(line.delivered), process)

    process.send_signal(signal.SIGTERM)
    code, errors = ended(process)

    assert (code, "Traceback" in errors) == (0, False)
    assert machine.states()["sending"] == 0
    assert machine.states()["sent"] == len(line.delivered) + len(smtp.messages)
    assert machine.states()["queued"] > 0

    machine.now += dt.timedelta(minutes=1)
    again = machine.start("run", "--really-send")
    wait_for(lambda: machine.states() == {"sent": 6}, again)
    again.send_signal(signal.SIGTERM)

    code, errors = ended(again)
    assert (code, "Traceback" in errors) == (0, False)
    assert (len(line.delivered), len(smtp.messages)) == (3, 3)


def test_the_command_run_stops_on_sigterm_and_catches_up_at_the_next_start(machine: Machine) -> None:
    """Without --really-send it writes files."""
    for now, messages in ((MONDAY, 6), (MONDAY, 6), (at("2022-02-07 09:05"), 12)):
        machine.now = now
        process = machine.start("run")
        assert process.stderr is not None
        assert any("started:" in said for said in process.stderr)
        assert machine.states() == {"sent": messages}
        process.send_signal(signal.SIGTERM)
        code, errors = ended(process)
        assert (code, "Traceback" in errors) == (0, False)

    assert len(list((machine.app.folder / "outbox").glob("*.eml"))) == 12


def test_two_ticks_at_once_in_two_processes_send_each_message_once(
    machine: Machine, line: FakeLine, smtp: FakeSmtp
) -> None:
    both = [machine.start("tick", "--really-send") for _ in range(2)]

    assert [ended(process)[0] for process in both] == [0, 0]
    assert machine.states() == {"sent": 6}
    assert (len(line.delivered), len(smtp.messages)) == (3, 3)
