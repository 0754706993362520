"""Which process plans, when several run on one database: the one that has the planner's lease.

All deliver. A planner that dies is followed by another when its lease is over; one that is stopped gives the
lease back. Planning twice would be harmless (each reminder has its unique key), only wasteful.
"""

import datetime as dt
import logging

from sqlalchemy.exc import SQLAlchemyError

from tracker.app import App
from tracker.services import leases
from tracker.services.tick import plan_owed

log = logging.getLogger(__name__)

NAME = "planner"
LOOKS = 3
"""The lease lasts for so many looks, so that a late one does not lose it."""


class Planner:
    """This process's part in the planning."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.holder = leases.holder_name()
        self.lasts = dt.timedelta(minutes=LOOKS * app.settings.look_every)
        self._plans = False
        self._other = ""

    def start(self, now: dt.datetime) -> None:
        """Plan everything that is owed, whoever has the lease: it may be held by this machine's dead past."""
        if not self.look(now):
            self._plan(now)

    def look(self, now: dt.datetime) -> bool:
        """Take the planner's lease, or renew it; whether this process plans.

        Who newly has it first plans everything that is owed: the planner before may have died between two
        checks.
        """
        with self.app.sessions.begin() as session:
            before = leases.holder_of(session, NAME)
            has = leases.take(session, NAME, holder=self.holder, now=now, lasts=self.lasts)
        if has and not self._plans:
            after = f", after {before}" if before else ""
            log.info("%s plans from now on%s", self.holder, after)
            self._plan(now)
        elif not has and before != self._other:
            log.info("%s plans; this process delivers", before)
        self._plans, self._other = has, "" if has else before
        return has

    def _plan(self, now: dt.datetime) -> None:
        planned = plan_owed(self.app.delivery(), self.app.moment(now))
        log.info("%d reminders written in %d new messages", planned.reminders, planned.messages)

    def resign(self) -> None:
        """Give the lease back, so that another process need not wait for its end."""
        try:
            with self.app.sessions.begin() as session:
                leases.give_back(session, NAME, holder=self.holder)
        except SQLAlchemyError:
            log.warning(
                "the planner's lease could not be given back; it ends in %s at the latest", self.lasts
            )
        self._plans = False
