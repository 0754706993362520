"""The ladder of supervisors: who is asked about a follow-up that has been overdue for long.

Step k asks the first rank from k on that has a holder for the lead division on the day. A post that is
vacant, or whose holder departed or is paused, falls to the next rank. The rows of supervisors are those of
``queries.contacts_with``.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from tracker.db import queries
from tracker.db.models import FollowUp
from tracker.domain.contacts import DIRECTOR, Role


def oversees(supervisors: Any) -> ColumnElement[bool]:
    """Whether a supervisor answers for a follow-up's lead; directors, and who has no division, for all."""
    return or_(
        supervisors.c.rank == DIRECTOR,
        supervisors.c.division_id.is_(None),
        FollowUp.lead_division_id == supervisors.c.division_id,
    )


def is_asked(supervisors: Any, step: Any, today: queries.Day) -> ColumnElement[bool]:
    """Whether a supervisor is the one whom ``step`` of a follow-up's escalation asks on ``today``."""
    nearer = queries.contacts_with(Role.SUPERVISOR, today).subquery("nearer")
    before = exists().where(
        nearer.c.agency_id == supervisors.c.agency_id,
        nearer.c.rank >= step,
        nearer.c.rank < supervisors.c.rank,
        oversees(nearer),
    )
    return and_(supervisors.c.rank >= step, oversees(supervisors), ~before)
