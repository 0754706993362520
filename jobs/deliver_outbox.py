"""Delivering what was written down."""

import datetime as dt

from tracker.app import App
from tracker.services.outbox import deliver_all


def run(app: App, *, now: dt.datetime) -> None:
    """Deliver what is ready. Each message is stamped with its own moment, ``now`` being that of the start."""
    deliver_all(app.delivery(), app.moment)
