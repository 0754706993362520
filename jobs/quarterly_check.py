"""The notice that a quarter, half or year closes."""

import datetime as dt

from tracker.app import App
from tracker.domain.reminders import Kind
from tracker.services.tick import plan_owed


def run(app: App, *, now: dt.datetime) -> None:
    """Write down the quarterly reminders that are owed at ``now``."""
    plan_owed(app.delivery(), app.moment(now), frozenset({Kind.QUARTERLY}))
