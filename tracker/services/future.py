"""The days to come: planning and delivering, played forward on a copy in memory.

No rule of sending stands here. The clock of the copy jumps from one instant at which something can happen to
the next; channels that accept everything keep what they are given. It is assumed that nobody answers, that
nothing is moved and that the program runs all the time.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tracker.channels.base import Outgoing, Quota, Receipt
from tracker.db.models import READY, LineAudience, Message, Plan, QuotaReading, Reminder
from tracker.db.queries import is_state
from tracker.domain.fiscal import first_of_month
from tracker.messages.render import Renderer
from tracker.messages.rendered import Rendered
from tracker.reports.digest import Digest
from tracker.reports.forecast import MonthsQuota
from tracker.services.delivery import Delivery
from tracker.services.line_ledger import people_left
from tracker.services.memory_copy import memory_copy
from tracker.services.moment import Moment
from tracker.services.reminders import next_gathering
from tracker.services.routing import LINE
from tracker.services.tick import tick


@contextmanager
def played(
    source: sessionmaker[Session],
    delivery: Delivery,
    *,
    moment: Moment,
    agency_id: int,
    until: dt.datetime,
) -> Iterator["Future"]:
    """The future of an agency from ``moment`` to the instant ``until``; the copy is gone afterwards.

    ``delivery`` is the one that will send; nothing leaves by it, and nothing is written where it writes.
    """
    with source() as session:
        quotas = _quotas(session, moment.today)
    with memory_copy(source, agency_id) as copy:
        future = Future(copy, delivery, moment, quotas)
        future.play(until=until)
        yield future


class _NoWords(Renderer):
    """What a message says is not asked here, and finding the words is half the work."""

    def __init__(self) -> None:
        pass

    def render(self, digest: Digest, *, channel: str) -> Rendered:
        return Rendered("", "", "")


class Future:
    """The copy, the hands of its clock, and what left by its channels: the instant by the message's key.

    What was made in it has greater numbers than ``last_reminder`` and ``last_message``; ``unwritten`` are the
    messages that had no text yet.
    """

    def __init__(
        self,
        copy: sessionmaker[Session],
        delivery: Delivery,
        moment: Moment,
        quotas: dict[dt.date, MonthsQuota],
    ) -> None:
        self.moment = moment
        self.copy = copy
        self.sent: dict[str, dt.datetime] = {}
        self.reached: Counter[dt.date] = Counter()
        self.quotas = quotas
        self.routing = delivery.routing
        self._delivery = replace(
            delivery,
            sessions=copy,
            renderer=_NoWords(),
            channel=lambda name: _Accepting(name, self),
            stopping=lambda: False,
            jitter=lambda: 0.0,
            per_minute={},
        )
        with copy() as session:
            self.people = {row.address: row.people for row in session.scalars(select(LineAudience))}
            self._plans = [*session.scalars(select(Plan))]
            self.last_reminder = session.scalar(select(func.max(Reminder.id))) or 0
            self.last_message = session.scalar(select(func.max(Message.id))) or 0
            without_text = select(Message.id).where(is_state(*READY), Message.rendered_at.is_(None))
            self.unwritten = frozenset(session.scalars(without_text))

    def play(self, *, until: dt.datetime) -> None:
        """Do what the program would do from now until that instant, or until no plan is spoken of."""
        while self.moment.now < min(until, self._end()):
            tick(self._delivery, lambda: self.moment)
            self.moment = replace(self.moment, now=self._next())

    def quota(self) -> Quota:
        """LINE's quota as far as it is known: the month's own, else the last one's with nothing used."""
        month = first_of_month(self.moment.today)
        if not self.quotas:
            return Quota(None, self.reached[month])
        known = self.quotas.get(month) or replace(self.quotas[max(self.quotas)], used=0)
        return Quota(known.quota, known.used + self.reached[month])

    def _next(self) -> dt.datetime:
        """The next instant at which something can be sent, or a message be made, that could not before."""
        now, office = self.moment.now, self.moment.office
        with self.copy() as session:
            tries = session.scalars(select(Message.next_attempt_at).where(is_state(*READY)))
            instants = [office.next_sending(each) for each in tries]
            instants.append(next_gathering(session, now, office))
        instants += [office.next_reminding(now), *(each.sends_from for each in self._plans)]
        return min(each for each in instants if each > now)

    def _end(self) -> dt.datetime:
        """When the last plan's reminders end."""
        days = dt.timedelta(days=self.moment.rules.years_end_days + 1)
        ends = [self.moment.office.starts(each.ends_on + days) for each in self._plans]
        return max(ends, default=self.moment.now)


@dataclass(slots=True)
class _Accepting:
    """A channel that accepts everything and sends nothing."""

    name: str
    future: Future = field(repr=False)

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        self.future.sent[message.key] = now
        if self.name == LINE:
            self.future.reached[first_of_month(self.future.moment.today)] += self.people(message.address)
        return Receipt()

    def quota(self) -> Quota:
        return self.future.quota()

    def people(self, address: str) -> int:
        return self.future.people.get(address, 1)

    def probe(self) -> str:
        return ""

    def close(self) -> None:
        pass


def _quotas(session: Session, today: dt.date) -> dict[dt.date, MonthsQuota]:
    """What is known of each month, by its first day; the present one with what we sent since it was read."""
    readings = session.scalars(select(QuotaReading).order_by(QuotaReading.at, QuotaReading.id))
    quotas = {each.month: MonthsQuota(each.quota, each.used, each.at) for each in readings}
    month, left = first_of_month(today), people_left(session, today)
    if left is not None:
        limit = quotas[month].quota or 0
        quotas[month] = replace(quotas[month], used=limit - left)
    return quotas
