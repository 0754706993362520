"""Planning and delivering everything that is owed, once: what cron calls, and the scheduler at its start."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from tracker.domain.reminders import REMINDERS, Kind
from tracker.services.delivery import Delivered, Delivery
from tracker.services.moment import Moment
from tracker.services.outbox import deliver_all, waiting
from tracker.services.recovery import recover
from tracker.services.reminders import Planned, plan_reminders


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one pass did; ``waiting`` messages are left for later (sending hours, or another try)."""

    planned: Planned
    delivered: Delivered
    waiting: int


def plan_owed(delivery: Delivery, moment: Moment, kinds: Collection[Kind] = REMINDERS) -> Planned:
    """Write down what is owed at the moment, in one transaction."""
    with delivery.sessions.begin() as session:
        recover(session, moment.now)  # what is past its use no longer holds back what is owed now
        return plan_reminders(
            session,
            now=moment.now,
            office=moment.office,
            rules=moment.rules,
            routing=delivery.routing,
            kinds=kinds,
        )


def tick(delivery: Delivery, clock: Callable[[], Moment], kinds: Collection[Kind] = REMINDERS) -> Ticked:
    """Plan, then deliver. A second call right after it finds nothing to do."""
    planned = plan_owed(delivery, clock(), kinds)
    delivered = deliver_all(delivery, clock)
    with delivery.sessions() as session:
        return Ticked(planned, delivered, waiting(session))
