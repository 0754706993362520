"""The machine that runs the program: its clock, its jobs, and the ways in which it can be stopped.

A *point* is passed at each statement, at each end of a transaction, at each look at the clock, at each text
and each send. What is armed strikes at a point: the process dies, a job fails, another process looks.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, sessionmaker

from jobs import deliver_outbox
from jobs.schedule import table
from tests.fakes.channel import Crash
from tests.scenarios.simulator_broken import Broken
from tests.scenarios.simulator_channels import SeededChannel
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import ReminderRules
from tracker.messages.rendered import Rendered
from tracker.reports.digest import Digest
from tracker.services.delivery import Delivery
from tracker.services.digests import items_of
from tracker.services.moment import Moment
from tracker.services.routing import Routing
from tracker.services.tick import tick

RULES = ReminderRules()
ROUTING = Routing(configured=frozenset({"line", "email", "file"}))


@dataclass
class Armed:
    """Something that happens once, at the n-th point from now on; where no transaction is open, if asked."""

    points: int
    strike: Callable[[], None]
    between: bool = False


@dataclass(frozen=True)
class Written:
    """A text and what was behind it."""

    digest: Digest
    items: tuple[int, ...]
    at: dt.datetime


class Machine:
    """``truth`` is the time of the world; the machine's clock is off by ``skew``."""

    def __init__(self, sessions: sessionmaker[Session], truth: dt.datetime, office: OfficeTime) -> None:
        self.truth, self.office = truth, office
        self.skew = dt.timedelta()
        self.channels: dict[str, SeededChannel] = {}
        self.armed: Armed | None = None
        self.texts: list[Written] = []
        self.on_text: Callable[[Digest], None] = lambda digest: None
        self.seconds_a_send = 1
        self.waited: Callable[[], None] = lambda: None
        self.doors = Doors(sessions, self.point)
        self.delivery = Delivery(
            self.doors.sessions,
            self,  # type: ignore[arg-type]
            lambda name: self.channels[name],
            ROUTING,
            jitter=lambda: 0.0,
            wait=self._wait,
            pause=self._wait,
        )

    @property
    def now(self) -> dt.datetime:
        return self.truth + self.skew

    def moment(self, now: dt.datetime | None = None) -> Moment:
        self.point()
        return Moment(now or self.now, self.office, RULES)

    def look(self, how: str) -> bool:
        """As cron does ("tick"), or as the scheduler does, job after job ("run").

        Between the hours the scheduler only delivers ("deliver"). Whether all ended well.
        """
        app: Any = AppOf(self)
        jobs = {
            "tick": [lambda: tick(self.delivery, self.moment)],
            "run": [partial(job.run, app, now=self.now) for job in table(15)],
            "deliver": [partial(deliver_outbox.run, app, now=self.now)],
        }[how]
        ended = [_ends(job) for job in jobs]
        return all(ended)

    def point(self) -> None:
        armed = self.armed
        if armed is None or (armed.between and self.doors.open):
            return
        armed.points -= 1
        if armed.points <= 0:
            self.armed = None
            armed.strike()

    def render(self, digest: Digest, *, channel: str) -> Rendered:
        """The words: a number that tells which digest it was, and the codes."""
        self.point()
        self.on_text(digest)
        self.texts.append(Written(digest, tuple(items_of(digest)), self.now))
        text = f"{len(self.texts) - 1} {digest.recipient}"
        return Rendered(f"{channel} {digest.today}", text, "")

    def text_of(self, body: str) -> Written:
        return self.texts[int(body.split()[0])]

    def _wait(self, _seconds: float) -> bool:
        """Twenty seconds at a time: many waits would only be slow."""
        self.truth += dt.timedelta(seconds=20)
        self.waited()
        return True


@dataclass
class AppOf:
    """As much of the application as the jobs use."""

    machine: Machine

    def delivery(self) -> Delivery:
        return self.machine.delivery

    def moment(self, now: dt.datetime | None = None) -> Moment:
        return self.machine.moment(now)


class Doors:
    """The program's own way to the database, with a point at each statement and at each end of a transaction.

    ``open`` counts the transactions under way.
    """

    def __init__(self, sessions: sessionmaker[Session], point: Callable[[], None]) -> None:
        self.open = 0
        engine: Engine = sessions.kw["bind"].execution_options()  # the others' transactions pass no points
        self.sessions = sessionmaker(engine, expire_on_commit=False)

        def begins(_connection: Connection) -> None:
            point()
            self.open += 1

        def ends(_connection: Connection) -> None:
            self.open -= 1

        def commits(connection: Connection) -> None:
            point()
            ends(connection)

        # The first of the listeners: the one after it begins SQLite's transaction.
        event.listen(engine, "begin", begins, insert=True)
        event.listen(engine, "before_cursor_execute", lambda *_facts: point())
        event.listen(engine, "commit", commits)
        event.listen(engine, "rollback", ends)


def _ends(job: Callable[[], object]) -> bool:
    """Whether the job ended well; of one that failed the scheduler goes on to the next."""
    try:
        job()
    except Broken:
        raise
    except Exception:  # noqa: BLE001  as the scheduler does
        return False
    return True


def die() -> None:
    """The process ends here."""
    raise Crash


def fail() -> None:
    """The job fails here."""
    raise RuntimeError("half-way")
