"""The month's reminders: what the owning divisions have to report, and what falls due within days."""

import datetime as dt

from tracker.app import App
from tracker.domain.reminders import Kind
from tracker.services.tick import plan_owed


def run(app: App, *, now: dt.datetime) -> None:
    """Write down the monthly and due-soon reminders that are owed at ``now``."""
    plan_owed(app.delivery(), app.moment(now), frozenset({Kind.MONTHLY, Kind.DUE_SOON}))
