"""What the tests of planning and delivering share: a clock on the wall, delivery into fakes, short looks."""

import datetime as dt
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.fakes.channel import FakeChannel
from tracker.db.models import Contact, FollowUp, Measure, Message, MessageText, Meta, Reminder
from tracker.db.session import make_engine, parse_url, writing
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import REMINDERS, Kind, ReminderRules
from tracker.messages.rendered import Rendered
from tracker.reports.digest import CalendarDoubt, Digest
from tracker.services.delivery import Delivered, Delivery
from tracker.services.moment import Moment
from tracker.services.outbox import deliver_all
from tracker.services.reminders import Planned, plan_reminders
from tracker.services.routing import Routing

ALL = REMINDERS
RULES = ReminderRules()


def at(text: str) -> dt.datetime:
    """An instant in UTC, given as day and time in Bangkok: ``at("2022-01-04 09:00")``."""
    return (dt.datetime.fromisoformat(text + "+07:00")).astimezone(dt.UTC)


class PlainWriter:
    """Stands for the words: keeps the digests, and writes only what is needed to tell texts apart."""

    def __init__(self) -> None:
        self.digests: list[Digest] = []

    def render(self, digest: Digest, *, channel: str) -> Rendered:
        self.digests.append(digest)
        codes = [item.code for item in items(digest)]
        text = f"{digest.recipient}: {' '.join(sorted(digest.kinds))}: {' '.join(codes)}"
        return Rendered(f"{channel} {digest.today}", text, "" if channel == "line" else f"<p>{text}</p>")


def items(digest: Digest) -> list:
    owners = [plan.owner for plan in digest.plans if plan.owner]
    listed = (each for part in owners for each in (*part.overdue, *part.to_report, *part.closing))
    return list({each.follow_up_id: each for each in listed}.values())


@dataclass
class Post:
    """Everything that delivers, over fakes; the hands of its clock stand where ``now`` was put."""

    sessions: sessionmaker[Session]
    now: dt.datetime
    office: OfficeTime = field(default_factory=OfficeTime)
    rules: ReminderRules = RULES
    doubts: tuple[CalendarDoubt, ...] = ()
    routing: Routing = field(default_factory=lambda: Routing(configured=frozenset({"line", "email", "file"})))
    jitter: float = 0.0
    per_minute: dict[str, int] = field(default_factory=dict)
    reserve: int = 0
    wait: Callable[[float], bool] = lambda seconds: False
    pause: Callable[[float], object] = lambda seconds: None

    def __post_init__(self) -> None:
        self.writer = PlainWriter()
        self.line = FakeChannel("line", repeats_safely=True)
        self.email = FakeChannel("email")
        self.file = FakeChannel("file", repeats_safely=True)
        self.channels = {each.name: each for each in (self.line, self.email, self.file)}
        self.broken: dict[str, Exception] = {}

    @property
    def delivery(self) -> Delivery:
        return Delivery(
            self.sessions,
            self.writer,  # type: ignore[arg-type]
            self._channel,  # type: ignore[arg-type]
            self.routing,
            jitter=lambda: self.jitter,
            per_minute=self.per_minute,
            reserve=self.reserve,
            wait=self.wait,
            pause=self.pause,
        )

    def moment(self) -> Moment:
        return Moment(self.now, self.office, self.rules, self.doubts)

    def plan(self, kinds: Collection[Kind] = ALL) -> Planned:
        with self.sessions.begin() as session:
            return _plan(session, self.now, office=self.office, routing=self.routing, kinds=kinds)

    def deliver(self) -> Delivered:
        return deliver_all(self.delivery, self.moment)

    def tick(self, now: dt.datetime | None = None) -> Delivered:
        """Plan and deliver at an instant."""
        self.now = now or self.now
        self.plan()
        return self.deliver()

    def _channel(self, name: str) -> FakeChannel:
        if name in self.broken:
            raise self.broken[name]
        return self.channels[name]


def looked(session: Session, now: dt.datetime) -> None:
    """Somebody looked already: nothing of the day before is made up for."""
    session.execute(update(Meta).where(Meta.key == "gathered_at").values(value=now.isoformat()))


def plan(session: Session, now: dt.datetime, **settings: Any) -> Planned:
    """What ``tick`` plans where it looks all the time, in the test's own transaction."""
    looked(session, now)
    return _plan(session, now, **settings)


def _plan(
    session: Session,
    now: dt.datetime,
    *,
    office: OfficeTime | None = None,
    rules: ReminderRules = RULES,
    routing: Routing | None = None,
    kinds: Collection[Kind] = ALL,
) -> Planned:
    return plan_reminders(
        session,
        now=now,
        office=office or OfficeTime(),
        rules=rules,
        routing=routing or Routing(configured=frozenset({"line", "email", "file"})),
        kinds=kinds,
    )


def reminded(session: Session, *kinds: Kind) -> list[tuple[str, str, str, str, int]]:
    """Every reminder of these kinds: contact, kind, measure ("" for the plan), period, step; in order."""
    rows = session.execute(
        select(Contact.name, Reminder.kind, Measure.code, Reminder.period, Reminder.step)
        .join(Contact, Contact.id == Reminder.contact_id)
        .outerjoin(FollowUp, FollowUp.id == Reminder.follow_up_id)
        .outerjoin(Measure, Measure.id == FollowUp.measure_id)
        .order_by(Contact.id, Reminder.period, Reminder.step, Reminder.id)
    )
    found = [(row.name, row.kind.value, row.code or "", row.period, row.step) for row in rows]
    return [each for each in found if not kinds or each[1] in kinds]


def names(session: Session, kind: Kind) -> list[str]:
    """Who is reminded for this reason."""
    return sorted(each[0] for each in reminded(session, kind))


def outbox(session: Session) -> list[tuple[str, str, str, str]]:
    """Every message: contact, kind, day, state; the oldest first."""
    rows = session.execute(
        select(Contact.name, Message.kind, Message.on_date, Message.state)
        .join(Contact, Contact.id == Message.contact_id)
        .order_by(Message.id)
    )
    return [(row.name, row.kind.value, row.on_date.isoformat(), row.state.value) for row in rows]


def dropped(session: Session) -> list[str]:
    """Why reminders were not sent."""
    return list(session.scalars(select(Reminder.dropped).where(Reminder.dropped != "").order_by(Reminder.id)))


def only_message(sessions: sessionmaker[Session]) -> Message:
    with sessions() as session:
        return session.scalars(select(Message)).one()


def stored_body(sessions: sessionmaker[Session]) -> str:
    """What the only message says; "" while it has no text."""
    with sessions() as session:
        return session.scalars(select(MessageText.body)).one_or_none() or ""


def plan_when_told(url: str, instant: str) -> None:
    """For a process of its own: plans once a line comes in, and says how many reminders it wrote."""
    engine = make_engine(parse_url(url))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with writing(engine).begin() as session:
        print(plan(session, dt.datetime.fromisoformat(instant)).reminders)
    engine.dispose()
