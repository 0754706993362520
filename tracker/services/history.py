"""Writing the append-only history."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import Event, FollowUp


def record(
    session: Session,
    what: str,
    *,
    actor: str,
    now: dt.datetime,
    plan_id: int | None = None,
    follow_up: FollowUp | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one line: who did what at ``now``, and the values it changed from and to."""
    session.add(
        Event(
            at=now,
            actor=actor,
            what=what,
            plan_id=follow_up.plan_id if follow_up else plan_id,
            measure_id=follow_up.measure_id if follow_up else None,
            follow_up_id=follow_up.id if follow_up else None,
            before=before or {},
            after=after or {},
        )
    )
