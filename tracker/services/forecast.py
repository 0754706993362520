"""What will be sent in the days to come, message by message."""

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from tracker.db.models import Plan
from tracker.reports.forecast import Forecast
from tracker.services.delivery import Delivery
from tracker.services.forecast_reading import Reading
from tracker.services.future import played
from tracker.services.moment import Moment

ONE_DAY = dt.timedelta(days=1)


def forecast(
    source: sessionmaker[Session],
    delivery: Delivery,
    *,
    moment: Moment,
    agency_id: int,
    first: dt.date,
    last: dt.date,
    plan_id: int | None = None,
) -> Forecast:
    """What goes out to an agency from ``first`` to ``last`` (both included), seen from ``moment``.

    With a ``plan_id`` only what is said of that plan. ``delivery`` is the one that will send; nothing leaves
    by it, and nothing is written where it writes.
    """
    office = moment.office
    told_of = Plan.id == plan_id if plan_id else Plan.agency_id == agency_id
    until = office.starts(last + ONE_DAY)
    with played(source, delivery, moment=moment, agency_id=agency_id, until=until) as future:
        sent = {key: at for key, at in future.sent.items() if at >= office.starts(first)}
        with future.copy() as session:
            reading = Reading(session, office, future.people, diverted=delivery.routing.divert)
            return Forecast(tuple(reading.messages(sent, told_of)), future.quotas)
