"""What is overdue: weekly to its owners and the coordinators; to the supervisors monthly, and by its age."""

import datetime as dt

from tracker.app import App
from tracker.domain.reminders import Kind
from tracker.services.tick import plan_owed


def run(app: App, *, now: dt.datetime) -> None:
    """Write down the overdue reminders, escalations, coordinators' lists and summaries owed at ``now``."""
    kinds = frozenset({Kind.OVERDUE, Kind.ESCALATION, Kind.COORDINATOR, Kind.SUMMARY})
    plan_owed(app.delivery(), app.moment(now), kinds)
