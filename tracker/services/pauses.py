"""Pausing a contact or a plan: for some days nothing is sent to it, or about it.

Only the days are kept here; planning and delivery ask ``queries.is_paused``.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import Contact, Plan
from tracker.domain.fiscal import date_label
from tracker.errors import InputError, NotAllowed
from tracker.services.history import record


@dataclass(frozen=True, slots=True)
class Pause:
    """The days, both included, on which nothing is sent; ``first`` None is unbounded."""

    first: dt.date | None
    last: dt.date
    reason: str

    @classmethod
    def of(cls, target: Any) -> "Pause | None":
        """That of a contact, a plan or a row with its columns; also one that is over or to come."""
        if target.paused_until is None:
            return None
        return cls(target.paused_from, target.paused_until, target.pause_reason)

    def __str__(self) -> str:
        first = f"from {date_label(self.first)} " if self.first else ""
        return f"{first}until {date_label(self.last)}: {self.reason}"

    def is_over(self, today: dt.date) -> bool:
        """Whether its last day has passed."""
        return self.last < today

    def as_json(self) -> dict[str, str | None]:
        """For scripts and for the history."""
        first = self.first.isoformat() if self.first else None
        return {"from": first, "until": self.last.isoformat(), "reason": self.reason}


def pause(
    session: Session, target: Contact | Plan, wanted: Pause, *, actor: str, now: dt.datetime, today: dt.date
) -> None:
    """Send nothing on the days of ``wanted``, instead of any pause there was; InputError if it is over."""
    if wanted.is_over(today):
        raise InputError(f"A pause until {date_label(wanted.last)} is over already. Nothing was changed.")
    if wanted.first and wanted.last < wanted.first:
        raise InputError("The pause ends before it begins. Nothing was changed.")
    if not wanted.reason.strip():
        raise InputError("A pause needs a reason; it is kept in the history. Nothing was changed.")
    before = Pause.of(target)
    target.paused_from, target.paused_until = wanted.first, wanted.last
    target.pause_reason = wanted.reason
    _record(session, target, "paused", before, wanted, actor=actor, now=now)


def resume(
    session: Session, target: Contact | Plan, name: str, *, actor: str, now: dt.datetime, today: dt.date
) -> None:
    """End the pause that is under way or to come; NotAllowed, naming it, when there is none."""
    before = Pause.of(target)
    if before is None or before.is_over(today):
        raise NotAllowed(f"{name} is not paused. Nothing was changed.")
    target.paused_from, target.paused_until, target.pause_reason = None, None, ""
    _record(session, target, "resumed", before, None, actor=actor, now=now)


def _record(
    session: Session,
    target: Contact | Plan,
    what: str,
    before: Pause | None,
    after: Pause | None,
    *,
    actor: str,
    now: dt.datetime,
) -> None:
    is_plan = isinstance(target, Plan)
    whose = {} if is_plan else {"contact": target.id}
    record(
        session,
        f"{'plan' if is_plan else 'contact'} {what}",
        actor=actor,
        now=now,
        plan_id=target.id if is_plan else None,
        before=whose | (before.as_json() if before else {}),
        after=whose | (after.as_json() if after else {}),
    )
