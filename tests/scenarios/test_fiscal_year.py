"""A whole fiscal year, day by day, with outages, crashes, double ticks and a changing office.

After each day: what the design says is owed is written down and nothing else; nobody is told of what is
closed; nothing leaves outside the hours of sending. At the end: nobody got two messages on a day or more than
six in a month besides escalations; everything that was owed went out once, or the reason stands beside it.
"""

import datetime as dt
import random
from collections import Counter, defaultdict

import pytest
from sqlalchemy import URL, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tests.fakes.channel import Crash
from tests.scenarios.oracle import Key, owed, written
from tests.services.delivering import Post
from tracker.channels.base import ChannelDown
from tracker.db.models import Contact, FollowUp, Message, MessageItem, MessageState, Plan, Reminder
from tracker.domain.fiscal import FiscalYear
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError, OutcomeUnknown
from tracker.services.follow_ups import Change, apply
from tracker.services.reminders import NAMED_LATELY

YEAR = FiscalYear(2565)
LAST = dt.date(2022, 12, 2)  # two days after the sixty in which the year is still spoken of
HALF_WAY = dt.date(2022, 4, 30)
"""As far as PostgreSQL plays; the second half of the year adds no other kind of day, and takes as long."""
DAYS_OFF = frozenset(
    {dt.date(2021, 12, 6), dt.date(2022, 1, 3), *(dt.date(2022, 4, n) for n in range(11, 16))}
)  # fmt: skip
OFFICE = OfficeTime(working=WorkingDays(DAYS_OFF))
DAY = dt.timedelta(days=1)
DIVISIONS = ["ฝ่ายปกครอง", "ฝ่ายทะเบียน", "ฝ่ายโยธา", "ฝ่ายการคลัง"]
HELPER = "ฝ่ายสนับสนุน"
CADENCES = ["monthly", "quarterly", "half-yearly", "yearly"]
FAULTS = [
    (lambda: DeliveryError("busy"), False),
    (lambda: DeliveryError("no such address", permanent=True), False),
    (lambda: ChannelDown("down"), False),
    (lambda: OutcomeUnknown("no answer"), True),
    (lambda: OutcomeUnknown("no answer"), False),
    (Crash, True),
    (Crash, False),
]


class Year:
    """The office, the machine it runs on, and everything that was seen."""

    def __init__(self, sessions: sessionmaker[Session], seed: int) -> None:
        self.random = random.Random(seed)
        self.post = Post(sessions, OFFICE.at(YEAR.starts_on, dt.time(9, 5)), office=OFFICE)
        self.expected: set[Key] = set()
        self.days_up: list[dt.date] = []
        self.newcomers = 0
        self.paused: dict[int | None, set[dt.date]] = defaultdict(set)
        """The days on which contacts got nothing; None: nobody did, the plan being paused."""
        with sessions.begin() as session:
            self._found(session)

    def _found(self, session: Session) -> None:
        measures = [
            measure(
                f"O{n}",
                lead=DIVISIONS[n % 4],
                rules=[rule(CADENCES[n % 4]), *([rule("on", self._some_day())] if n % 3 == 0 else [])],
                supporting=(HELPER,) if n == 5 else (),
            )
            for n in range(8)
        ]
        self.agency = stored(session, document(*measures), office=OFFICE).agency_id
        for n, name in enumerate([*DIVISIONS, HELPER]):
            ids = {"line_id": line_id(n)} if n % 2 else {}
            contact(session, self.agency, f"owner {n}", divisions=[name], email=f"{n}@x.example", **ids)
        contact(session, self.agency, "shares", divisions=[DIVISIONS[1]], email="0@x.example")
        contact(session, self.agency, "whole", email="w@x.example")
        boss = {"roles": ["supervisor"]}
        contact(session, self.agency, "head", divisions=[DIVISIONS[0]], email="h@x.example", **boss)
        contact(session, self.agency, "other head", divisions=DIVISIONS[1:3], line_id=line_id(98), **boss)
        contact(session, self.agency, "deputy", divisions=DIVISIONS, email="d@x.example", rank=2, **boss)
        contact(session, self.agency, "director", roles=["supervisor"], line_id=line_id(99))
        contact(
            session,
            self.agency,
            "clerk",
            roles=["coordinator", "owner"],
            divisions=[DIVISIONS[2]],
            email="c@x.example",
        )

    def _some_day(self) -> dt.date:
        return YEAR.starts_on + self.random.randrange(30, 330) * DAY

    # --- what happens

    def play(self, last: dt.date) -> None:
        day, down_until = YEAR.starts_on, YEAR.starts_on
        while day <= last:
            self._people_act(day)
            if self.random.random() < 0.04:
                down_until = day + self.random.randrange(1, 12) * DAY
            if OFFICE.working.includes(day) and day >= down_until:
                self._machine_works(day)
                self._check(day)
            day += DAY

    def _machine_works(self, day: dt.date) -> None:
        self.days_up.append(day)
        if self.random.random() < 0.15:
            make, accepts = self.random.choice(FAULTS)
            self.random.choice([self.post.line, self.post.email]).fail(make(), accepts=accepts)
        times = [dt.time(9, 5)]
        if self.random.random() < 0.2:
            times += self.random.choice([[dt.time(9, 5)], [dt.time(14, 0), dt.time(20, 0)]])
        for time in times:
            self._tick(OFFICE.at(day, time))

    def _tick(self, now: dt.datetime) -> None:
        told = len(self.post.writer.digests)
        self._run(now)
        with self.post.sessions() as session:
            for digest in self.post.writer.digests[told:]:
                for plan in digest.plans:
                    owner = plan.owner
                    named = [*owner.overdue, *owner.to_report, *owner.closing] if owner else []
                    named += [each.item for each in plan.escalation.items] if plan.escalation else []
                    status = select(FollowUp.status).where(
                        FollowUp.id.in_([item.follow_up_id for item in named])
                    )
                    assert set(session.scalars(status)) <= {Status.OPEN}

    def _run(self, now: dt.datetime) -> None:
        """After a crash the machine is started again, a little after the lease."""
        for restarts in range(10):
            with self.post.sessions() as session:
                self.expected |= owed(session, OFFICE.today(now), OFFICE.working)
            try:
                self.post.tick(now + restarts * dt.timedelta(minutes=20))
            except Crash:
                continue
            return

    def _people_act(self, day: dt.date) -> None:
        """Most is done before it is due, some late, some never; now and then something else happens."""
        with self.post.sessions.begin() as session:
            for each in session.scalars(
                select(FollowUp).where(FollowUp.due_on.between(day, day + 5 * DAY)).order_by(FollowUp.id)
            ):
                if each.status is Status.OPEN and self.random.random() < 0.2:
                    self._act(session, each, Action.DONE, day)
            if self.random.random() < 0.05:
                anything = session.scalars(
                    select(FollowUp).where(FollowUp.due_on < day).order_by(FollowUp.id)
                ).all()
                if anything:
                    self._surprise(session, self.random.choice(anything), day)
            if self.random.random() < 0.01:
                self._hand_over(session, day)
            if self.random.random() < 0.03:
                self._pause(session, day)

    def _hand_over(self, session: Session, day: dt.date) -> None:
        owners = select(Contact).where(Contact.name.like("owner%")).order_by(Contact.id)
        leaves = self.random.choice(session.scalars(owners).all())
        leaves.valid_until = leaves.valid_until or day
        self.newcomers += 1
        number, division = self.newcomers, DIVISIONS[self.newcomers % 4]
        contact(
            session, self.agency, f"owner new {number}", divisions=[division],
            email=f"new{number}@x.example", valid_from=day + 3 * DAY,
        )  # fmt: skip

    def _pause(self, session: Session, day: dt.date) -> None:
        """Somebody is away for a while, or the plan rests."""
        until = day + self.random.randrange(1, 15) * DAY
        contacts = session.scalars(select(Contact).order_by(Contact.id)).all()
        each = self.random.choice([*contacts, session.scalars(select(Plan)).one()])
        if each.paused_until is None or each.paused_until < day:
            each.paused_from, each.paused_until = day, until
            name = each.id if isinstance(each, Contact) else None
            self.paused[name] |= {day + n * DAY for n in range((until - day).days + 1)}

    def _surprise(self, session: Session, each: FollowUp, day: dt.date) -> None:
        if each.status is Status.OPEN:
            action = self.random.choice([Action.DONE, Action.WAIVE, Action.POSTPONE])
        else:
            action = Action.REOPEN
        self._act(session, each, action, day, day + self.random.randrange(1, 30) * DAY)

    def _act(
        self, session: Session, each: FollowUp, action: Action, day: dt.date, to: dt.date | None = None
    ) -> None:
        change = Change(action, day, reason="because", due_on=to)
        now = OFFICE.at(day, dt.time(8, 0))
        apply(session, each, change, what="it", verify=False, actor="test", today=day, now=now)

    # --- what must be true

    def _check(self, day: dt.date) -> None:
        with self.post.sessions() as session:
            keys = written(session)
            assert len(keys) == len(set(keys)), "a reminder twice"
            assert set(keys) == self.expected, f"{day}: owed and written differ"
        for channel in self.post.channels.values():
            assert all(OFFICE.may_send(moment) for moment in channel.times)

    def check_the_year(self) -> None:
        self._check_people()
        tried = self._days_of_messages()
        with self.post.sessions() as session:
            messages = {each.id: each for each in session.scalars(select(Message))}
            named = self._named(session)
            for reminder in session.scalars(select(Reminder)):
                message = messages.get(reminder.message_id or 0)
                if reminder.dropped == "":
                    assert message is not None, "forgotten"
                    assert message.state is not MessageState.QUEUED
                elif reminder.dropped == NAMED_LATELY:
                    assert reminder.kind is Kind.DUE_SOON
                    key = reminder.contact_id, reminder.follow_up_id
                    last = OFFICE.today(reminder.useful_until) - DAY
                    assert any(OFFICE.working.before(day, 3) <= last for day in named[key])
                elif reminder.message_id is None:
                    self._check_waited(reminder, tried[reminder.contact_id])

    def _named(self, session: Session) -> dict[tuple[int, int | None], set[dt.date]]:
        """On which days a message named a follow-up to a contact."""
        rows = session.execute(
            select(Reminder.contact_id, MessageItem.follow_up_id, Message.on_date)
            .join(Message, Message.id == Reminder.message_id)
            .join(MessageItem, MessageItem.message_id == Message.id)
            .where(Message.state == MessageState.SENT)
        )
        days: dict[tuple[int, int | None], set[dt.date]] = defaultdict(set)
        for row in rows:
            days[row.contact_id, row.follow_up_id].add(row.on_date)
        return days

    def _check_people(self) -> None:
        """By what arrived: one message to an address and day, six in a month; an e-mail at most twice.

        Of LINE the first counts: it knows a repeat by its key, which must not be older than a day.
        """
        with self.post.sessions() as session:
            kinds = dict(session.execute(select(Message.key, Message.kind)).all())
        for channel in (self.post.line, self.post.email):
            first: dict[str, tuple[str, dt.date]] = {}
            for message, moment in zip(channel.sent, channel.times, strict=True):
                day = OFFICE.today(moment)
                came, on = first.setdefault(message.key, (message.address, day))
                assert channel is self.post.email or (came, on) == (message.address, day)
            days = Counter(first.values())
            counted = [when for key, when in first.items() if kinds[key] is not Kind.ESCALATION]
            months = Counter((address, day.year, day.month) for address, day in counted)
            assert set(days.values()) == {1}
            assert max(months.values()) <= 6
        assert max(Counter(each.key for each in self.post.email.sent).values()) <= 2

    def _days_of_messages(self) -> dict[int, set[dt.date]]:
        with self.post.sessions() as session:
            rows = session.execute(
                select(Reminder.contact_id, Message.on_date, Message.first_attempt_at, Message.address)
                .join(Message, Message.id == Reminder.message_id)
                .where(Message.state.not_in([MessageState.CANCELLED, MessageState.EXPIRED]))
            ).all()
            addresses = session.execute(select(Contact.id, Contact.email, Contact.line_id)).all()
        days: dict[int | str, set[dt.date]] = defaultdict(set)
        for row in rows:
            began = OFFICE.today(row.first_attempt_at) if row.first_attempt_at else row.on_date
            under_way = {began + n * DAY for n in range((row.on_date - began).days + 1)}
            days[row.contact_id] |= under_way
            days[row.address] |= under_way
        return {row.id: days[row.id] | days[row.email] | days[row.line_id] for row in addresses}

    def _check_waited(self, reminder: Reminder, messages: set[dt.date]) -> None:
        """It never got into a message: each day it could have, there was one already, or six in the month."""
        first, end = (
            OFFICE.today(reminder.created_at),
            OFFICE.today(reminder.useful_until - dt.timedelta(seconds=1)),
        )
        for day in self.days_up:
            if first <= day <= end:
                this_month = [each for each in messages if (each.year, each.month) == (day.year, day.month)]
                away = day in self.paused[reminder.contact_id] | self.paused[None]
                assert away or day in messages or len(this_month) >= 6, (
                    reminder.kind,
                    reminder.contact_id,
                    day,
                )


SEEDS = [("sqlite", 1), ("sqlite", 2), ("sqlite", 3), ("postgresql", 4)]


@pytest.mark.parametrize(
    ("database", "seed"), SEEDS, indirect=["database"], ids=[f"{name}-{seed}" for name, seed in SEEDS]
)
def test_a_fiscal_year(sessions: sessionmaker[Session], database: URL, seed: int) -> None:
    year = Year(sessions, seed)

    year.play(LAST if database.get_backend_name() == "sqlite" else HALF_WAY)

    year.check_the_year()
    assert len(year.expected) > 100
    assert len(year.post.email.sent) > 50
    assert len(year.post.line.sent) > 3
