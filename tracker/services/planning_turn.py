"""Keeping those who delete apart from the planner: it writes of what it has found only at its end."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Meta


def take_planning_turn(session: Session) -> None:
    """Wait until no planner is at work, and keep them waiting until this transaction ends.

    To be called before anything is judged or locked. On SQLite whoever writes has that turn anyway.
    """
    session.execute(select(Meta.key).where(Meta.key == "planned_at").with_for_update())
