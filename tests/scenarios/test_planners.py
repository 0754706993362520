"""Four schedulers on one PostgreSQL, in processes of their own: one plans, all deliver, and one is killed.

They run what ``tracker run --really-send`` runs, with two things changed so that a test need not wait: the
hands of their clock stand where a file says, and they look every second instead of every few minutes.
"""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL, func, select

from tests.factories import line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.line import FakeLine
from tests.services.delivering import at, looked
from tracker.app import App
from tracker.db.models import Lease, Message, MessageState, Reminder
from tracker.domain.contacts import Role
from tracker.services.contacts import ContactEntry, store_contacts
from tracker.services.divisions import DivisionBook

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

ROOT = Path(__file__).parents[2]
PROCESSES = 4
PEOPLE = 240
ANSWER_SECONDS = 0.02  # LINE takes its time, so that each process gets its share
WAIT_SECONDS = 120.0
QUIET = at("2022-02-01 08:55")  # nothing is owed yet
TUESDAY = at("2022-02-01 09:05")  # this month's reminders are, and that something is due on Friday
LEASE_HOLDS = at("2022-02-01 09:15")
NEXT_MONTH = at("2022-03-01 09:05")
PROGRAM = """
import datetime as dt, logging, os, sys
from dataclasses import replace
from pathlib import Path
from jobs import runner, schedule
from tracker.app import App

def table(look_every):
    return [replace(job, fields={"second": "*"}) for job in schedule.table(look_every)]

def clock():
    return dt.datetime.fromisoformat(Path("clock").read_text())

logging.basicConfig(level=logging.INFO, filename=sys.argv[1], format="%(message)s")
runner.table = table
app = App.open(os.environ, Path.cwd(), now=clock().isoformat())
app = replace(app, clock=clock, really_send=True)
runner.run_forever(app)
app.close()
"""


class Machines:
    """Four processes on one database, each with its log; their common clock can be moved."""

    def __init__(self, app: App, database: URL, line: FakeLine) -> None:
        self.app, self.line = app, line
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TRACKER_DB": database.render_as_string(hide_password=False),
            "TRACKER_LINE_API": line.url,
            "TRACKER_LINE_TOKEN": "long-lived-token",
        }
        self.running: dict[int, subprocess.Popen[bytes]] = {}
        self.numbers: dict[int, int] = {}

    def start(self) -> None:
        for number in range(PROCESSES):
            command = [sys.executable, "-c", PROGRAM, f"log-{number}"]
            process = subprocess.Popen(command, cwd=self.app.folder, env=self.environ)
            self.running[process.pid] = process
            self.numbers[process.pid] = number

    def set_clock(self, instant: dt.datetime) -> None:
        new = self.app.folder / "clock.new"
        new.write_text(instant.isoformat(), encoding="utf-8")
        new.replace(self.app.folder / "clock")

    def planner(self) -> int:
        """The process that has the planner's lease; 0 when none has."""
        with self.app.sessions() as session:
            holder = session.scalar(select(Lease.holder)) or ".0."
        return int(holder.split(".")[-2])

    def kill_planner(self) -> int:
        process = self.running.pop(self.planner())
        process.kill()
        process.wait()
        return process.pid

    def said(self, pattern: str) -> dict[int, int]:
        """How often the log of each running process says it."""
        logs = {pid: (self.app.folder / f"log-{number}") for pid, number in self.numbers.items()}
        return {
            pid: len(re.findall(pattern, logs[pid].read_text(encoding="utf-8"))) if logs[pid].exists() else 0
            for pid in self.running
        }

    def look(self) -> None:
        """Wait until each running process has looked twice: once at least it saw the clock as it is now."""
        before = self.said("deliver_outbox: end")
        wait_for(lambda: all(now >= before[pid] + 2 for pid, now in self.said("deliver_outbox: end").items()))

    def sent(self) -> int:
        with self.app.sessions() as session:
            query = select(func.count()).where(Message.state == MessageState.SENT)
            return session.scalar(query) or 0

    def stop(self) -> list[int]:
        for process in self.running.values():
            process.terminate()
        return [process.wait(timeout=WAIT_SECONDS) for process in self.running.values()]


@pytest.fixture
def machines(app: App, database: URL) -> Iterator[Machines]:
    with app.sessions.begin() as session:
        days = [rule("on", dt.date(2022, month, 4)) for month in (2, 3)]
        plan = document(measure("O1", lead="ฝ่ายหนึ่ง", rules=days))
        agency = stored(session, plan, office=app.office).agency_id
        owner = ContactEntry("owner", ("ฝ่ายหนึ่ง",), roles=(Role.OWNER,))
        people = [replace(owner, name=f"owner {n}", line_id=line_id(n)) for n in range(PEOPLE)]
        store_contacts(session, agency, people, DivisionBook(session, agency))
        looked(session, QUIET)
    with FakeLine(limit=None) as line:
        line.fail_next("delay", times=3 * PEOPLE, seconds=ANSWER_SECONDS)
        machines = Machines(app, database, line)
        yield machines
        for process in machines.running.values():
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_one_plans_all_deliver_and_another_follows_when_the_planner_is_killed(machines: Machines) -> None:
    machines.set_clock(QUIET)
    machines.start()
    wait_for(lambda: all(machines.said("started:").values()))
    first = machines.planner()
    assert {pid for pid, times in machines.said("plans from now on").items() if times} == {first}

    machines.set_clock(TUESDAY)
    wait_for(lambda: machines.sent() == PEOPLE)
    assert all(machines.said("message .* by line: sent").values())
    assert {pid for pid, times in machines.said("monthly_check: end").items() if times} == {first}

    assert machines.kill_planner() == first
    machines.set_clock(LEASE_HOLDS)
    machines.look()
    assert machines.planner() == first
    before = machines.said("message .* by line: sent")

    machines.set_clock(NEXT_MONTH)
    wait_for(lambda: machines.sent() == 2 * PEOPLE)
    second = machines.planner()
    assert second in machines.running
    assert machines.said(f"plans from now on, after .*[.]{first}[.]")[second] == 1
    assert all(now > before[pid] for pid, now in machines.said("message .* by line: sent").items())

    assert machines.stop() == [0, 0, 0]
    assert machines.planner() == 0
    assert set(Counter(each.to for each in machines.line.delivered).values()) == {2}
    assert len({each.retry_key for each in machines.line.delivered}) == 2 * PEOPLE
    with machines.app.sessions() as session:
        days = session.execute(select(Message.on_date, func.count()).group_by(Message.on_date)).all()
        assert session.scalar(select(func.count()).where(Reminder.message_id.is_(None))) == 0
    assert sorted(map(tuple, days)) == [(dt.date(2022, 2, 1), PEOPLE), (dt.date(2022, 3, 1), PEOPLE)]
