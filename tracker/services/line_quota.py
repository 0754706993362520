"""What LINE may still cost this month: the provider's figures are read, spent by, and watched.

LINE is paid per person reached (https://developers.line.biz/en/docs/messaging-api/pricing/). The quota is
read before a run and kept; between two readings our own messages are counted. What is kept in reserve is for
escalations alone. Every other channel costs nothing and is not looked at here.
"""

import datetime as dt
import logging
from collections.abc import Collection
from functools import cached_property

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.channels.base import Metered, Quota
from tracker.db.models import READY, LineAudience, Message, QuotaReading
from tracker.db.queries import is_state
from tracker.domain.fiscal import first_of_month
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError, TrackerError
from tracker.services.delivery import Delivery
from tracker.services.line_ledger import newest_reading, people_left, sent_by_others, spent_in_month
from tracker.services.moment import Moment
from tracker.services.routing import LINE

log = logging.getLogger(__name__)

READ_EVERY = dt.timedelta(minutes=10)
COUNT_EVERY = dt.timedelta(days=7)
SUDDEN = 0.1
"""A part of the month's quota: so much gone that none of our messages used is worth an alarm."""

SPARED = "LINE was spared: "
"""How the reason begins for which a message takes another channel than LINE."""

PURSE_LOCK = 7_355_608
"""One worker at a time may look what is left and take from it."""


class Purse:
    """What one transaction may spend on LINE; looked up when it is first asked for."""

    def __init__(self, session: Session, moment: Moment, *, reserve: int) -> None:
        self._session, self._moment, self._reserve = session, moment, reserve
        self._taken = 0

    @cached_property
    def left(self) -> int | None:
        """How many people may still be reached this month; None is without limit, or not known."""
        reading = newest_reading(self._session, self._moment.today)
        if reading is None or reading.quota is None:
            return None
        if self._session.get_bind().dialect.name == "postgresql":  # SQLite's writers are alone anyway
            self._session.execute(select(func.pg_advisory_xact_lock(PURSE_LOCK)))
        return people_left(self._session, self._moment.today)

    def allows(self, message: Message) -> bool:
        """Whether the message may go by LINE: all but escalations leave the reserve alone."""
        if self.left is None:
            return True
        kept = 0 if message.kind is Kind.ESCALATION else self._reserve
        return self.left - self._taken - self._more(message) >= kept

    def reason(self, message: Message) -> str:
        """Why it may not, for a person."""
        left, cost = max(0, (self.left or 0) - self._taken), self._cost(message)
        kept = "" if message.kind is Kind.ESCALATION else f", {self._reserve} are kept for escalations"
        return f"{SPARED}{left} messages are left this month{kept}, and this one costs {cost}."

    def take(self, message: Message) -> int:
        """What the message costs, from now on taken off what is left."""
        if self.left is not None:
            self._taken += self._more(message)
        return self._cost(message)

    def _more(self, message: Message) -> int:
        """What it costs beyond its earlier try, which is taken off what is left already."""
        return self._cost(message) - (message.cost or 0)

    def _cost(self, message: Message) -> int:
        return cost_of(self._session, message.address)


def cost_of(session: Session, address: str) -> int:
    """The people whom a push to the address reaches; 1 where that was never learnt."""
    if address.startswith("U"):
        return 1
    return session.scalar(select(LineAudience.people).where(LineAudience.address == address)) or 1


def refresh(delivery: Delivery, moment: Moment) -> None:
    """Ask LINE before a run what is left, and how large the groups are that will get something.

    Nothing is asked when nothing waits for LINE or when it was asked minutes ago. A question that fails stops
    nothing: what cannot be paid, LINE refuses by itself.
    """
    with delivery.sessions() as session:
        waits = and_(is_state(*READY), Message.channel == LINE)
        newest = newest_reading(session, moment.today)
        fresh = newest is not None and dt.timedelta() <= moment.now - newest.at < READ_EVERY
        if delivery.routing.divert or session.scalar(select(Message.id).where(waits).limit(1)) is None:
            return
        groups = _uncounted(session, moment.now)
    try:
        channel = delivery.channel(LINE)
        if isinstance(channel, Metered):
            if not fresh:
                store_reading(delivery, channel.quota(), moment)
            _count(delivery, channel, groups, moment.now)
    except TrackerError as error:
        log.warning("LINE's quota could not be read: %s", error)


def store_reading(delivery: Delivery, quota: Quota, moment: Moment) -> None:
    """Write down what LINE said, with an alarm when the quota fell or much of it is gone without us."""
    with delivery.sessions.begin() as session:
        before = session.scalar(select(QuotaReading).order_by(QuotaReading.id.desc()).limit(1))
        spent = spent_in_month(session, moment.today)
        reading = QuotaReading(
            at=moment.now,
            month=first_of_month(moment.today),
            quota=quota.limit,
            used=quota.used,
            spent=spent,
            alarm="",
        )
        reading.alarm = _alarm(before, reading) if before else ""
        session.add(reading)
    if reading.alarm:
        log.warning("%s", reading.alarm)


def note_spent(session: Session, moment: Moment) -> None:
    """LINE has refused for want of quota: nothing is left, whatever it said before."""
    reading = newest_reading(session, moment.today)
    spent = spent_in_month(session, moment.today)
    limit = reading.quota if reading and reading.quota is not None else spent
    month = first_of_month(moment.today)
    session.add(
        QuotaReading(at=moment.now, month=month, quota=limit, used=max(limit, spent), spent=spent, alarm="")
    )
    session.flush()


def _alarm(before: QuotaReading, now: QuotaReading) -> str:
    if now.quota is not None and (before.quota is None or now.quota < before.quota):
        fell = "without limit" if before.quota is None else str(before.quota)
        return f"LINE's monthly quota fell from {fell} to {now.quota}: check the plan of the account."
    if now.quota is None or now.month != before.month:
        return ""
    others = sent_by_others(before, now)
    if others > now.quota * SUDDEN:
        return (
            f"{others} LINE messages of this month's {now.quota} are gone since {before.at:%Y-%m-%d %H:%M} "
            "UTC that this program did not send: somebody else sends from the account."
        )
    return ""


def _uncounted(session: Session, now: dt.datetime) -> list[str]:
    """Groups and rooms that something waits for and whose members were not counted lately."""
    old = or_(LineAudience.address.is_(None), LineAudience.counted_at <= now - COUNT_EVERY)
    query = select(Message.address).outerjoin(LineAudience, LineAudience.address == Message.address)
    query = query.where(is_state(*READY), Message.channel == LINE, ~Message.address.startswith("U"), old)
    return list(session.scalars(query.distinct()))


def _count(delivery: Delivery, channel: Metered, groups: Collection[str], now: dt.datetime) -> None:
    for address in groups:
        try:
            people = channel.people(address)
        except DeliveryError as error:
            log.warning("the members of a LINE group could not be counted: %s", error)
            continue
        with delivery.sessions.begin() as session:
            session.merge(LineAudience(address=address, people=people, counted_at=now))
