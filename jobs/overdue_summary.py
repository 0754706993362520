"""What is overdue: weekly to its owners and the coordinators, monthly to the supervisors."""

import datetime as dt

from tracker.app import App
from tracker.domain.reminders import Kind
from tracker.services.tick import plan_owed


def run(app: App, *, now: dt.datetime) -> None:
    """Write down the overdue reminders, coordinators' lists and supervisors' summaries owed at ``now``."""
    plan_owed(app.delivery(), app.moment(now), frozenset({Kind.OVERDUE, Kind.COORDINATOR, Kind.SUMMARY}))
