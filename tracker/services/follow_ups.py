"""Marking follow-ups done, submitted, waived, returned, reopened, postponed: all of a request, or nothing."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import DueMove, Evidence, FollowUp, Measure
from tracker.domain.fiscal import date_label
from tracker.domain.follow_up import (
    NEEDS_REASON,
    RESTARTS_REMINDERS,
    TRANSITIONS,
    Action,
    Status,
    next_status,
)
from tracker.errors import InputError, NotAllowed, UnreadableFile
from tracker.services.history import record

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


class SeveralPeriods(NotAllowed):
    """The request fits several follow-ups of a measure; a person has to choose."""

    def __init__(self, code: str, action: Action, periods: Sequence[str]) -> None:
        self.code, self.periods = code, tuple(periods)
        super().__init__(
            f"{code} has several periods that can be given '{action}': {', '.join(periods)}. "
            "Nothing was changed; name one with --period."
        )


FAR = dt.timedelta(days=731)
"""No due date is moved further into the future: a year typed in a wrong form is."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A link, or a file with the SHA-256 of its content."""

    kind: str
    location: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a person wants done to follow-ups.

    ``on`` is the day from which it counts (done, submitted, waived); ``due_on`` the new due date of a
    postponement. Dates are Gregorian.
    """

    action: Action
    on: dt.date
    note: str = ""
    reason: str = ""
    due_on: dt.date | None = None
    proofs: tuple[Proof, ...] = field(default=())


def read_proof(text: str) -> Proof:
    """Evidence as a person names it: a link that begins with http, or the path of a file, which is hashed."""
    if _LINK.fullmatch(text.strip()):
        return Proof("link", text.strip(), "")
    path = Path(text)
    try:
        with path.open("rb") as file:
            return Proof("file", str(path), hashlib.file_digest(file, "sha256").hexdigest())
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else "it cannot be read"
        raise UnreadableFile(text, f"{reason}; evidence is a file or a link that begins with http.") from None


def choose(
    session: Session,
    measures: Sequence[Measure],
    action: Action,
    *,
    today: dt.date,
    periods: Mapping[str, str],
) -> list[FollowUp]:
    """The follow-up of each measure that an action means, locked until the transaction ends.

    With a period (by code) that one; otherwise the only one the action may be given to, among those that
    have begun and count. Raises SeveralPeriods when there are more, NotAllowed when there is none.
    """
    rows = session.scalars(
        select(FollowUp)
        .where(FollowUp.measure_id.in_([measure.id for measure in measures]))
        .order_by(FollowUp.scheduled_on, FollowUp.period)
        .with_for_update()
    )
    by_measure: dict[int, list[FollowUp]] = {measure.id: [] for measure in measures}
    for row in rows:
        by_measure[row.measure_id].append(row)
    return [
        _of_period(measure, by_measure[measure.id], periods[measure.code])
        if measure.code in periods
        else _only_candidate(measure, by_measure[measure.id], action, today)
        for measure in measures
    ]


def apply(
    session: Session,
    follow_up: FollowUp,
    change: Change,
    *,
    what: str,
    verify: bool,
    actor: str,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Carry out one change and write it into the history; ``what`` names the follow-up in an error."""
    _check(follow_up, change, what=what, today=today)
    before = _state(follow_up)
    follow_up.status = next_status(follow_up.status, change.action, verify=verify, what=what)
    _set_days(follow_up, change)
    if change.action is Action.POSTPONE:
        _move(session, follow_up, change, today=today)
    if change.action in RESTARTS_REMINDERS:
        follow_up.series += 1
    if change.note:
        follow_up.result = change.note
    for proof in change.proofs:
        session.add(
            Evidence(
                follow_up_id=follow_up.id,
                kind=proof.kind,
                location=proof.location,
                sha256=proof.sha256,
                added_at=now,
                added_by=actor,
            )
        )
    after = _state(follow_up) | _said(change)
    record(
        session, change.action.value, actor=actor, now=now, follow_up=follow_up, before=before, after=after
    )


def _of_period(measure: Measure, rows: Sequence[FollowUp], period: str) -> FollowUp:
    for row in rows:
        if row.period == period:
            return row
    has = ", ".join(row.period for row in rows) or "none"
    raise InputError(f"{measure.code} has no follow-up for {period}; it has {has}. Nothing was changed.")


def _only_candidate(measure: Measure, rows: Sequence[FollowUp], action: Action, today: dt.date) -> FollowUp:
    fitting = [row for row in rows if row.status in TRANSITIONS[action].sources and not row.before_tracking]
    begun = [row for row in fitting if row.starts_on <= today]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise SeveralPeriods(measure.code, action, [row.period for row in begun])
    if fitting:
        first, begins_on = fitting[0], date_label(fitting[0].starts_on)
        raise NotAllowed(
            f"{measure.code}: no open period has begun; {first.period} begins on {begins_on}. "
            f"Nothing was changed; to mark it all the same, give --period {first.period}."
        )
    early = [row.period for row in rows if row.status in TRANSITIONS[action].sources]
    if early:
        raise NotAllowed(
            f"{measure.code}: what is open was due before tracking began: {', '.join(early)}. "
            "Nothing was changed; to mark it all the same, name one with --period."
        )
    states = ", ".join(sorted({row.status.value for row in rows})) or "without follow-ups"
    raise NotAllowed(f"{measure.code}: nothing can be given '{action}'; it is {states}. Nothing was changed.")


def _check(follow_up: FollowUp, change: Change, *, what: str, today: dt.date) -> None:
    if change.action in NEEDS_REASON and not change.reason.strip():
        raise InputError(f"'{change.action}' needs a reason: give --reason TEXT. Nothing was changed.")
    if change.on > today:
        raise InputError(
            f"{date_label(change.on)} lies in the future; today is {date_label(today)}. Nothing was changed."
        )
    if change.action is Action.POSTPONE and (change.due_on is None or change.due_on <= follow_up.due_on):
        due_on = date_label(follow_up.due_on)
        raise InputError(f"{what} is due on {due_on}; a later date is needed. Nothing was changed.")
    if change.due_on and change.due_on > today + FAR:
        raise InputError(
            f"{date_label(change.due_on)} is over two years away; is the year right? Nothing was changed."
        )


def _set_days(follow_up: FollowUp, change: Change) -> None:
    if follow_up.status is Status.OPEN:
        follow_up.submitted_on = follow_up.closed_on = None
    elif follow_up.status is Status.SUBMITTED:
        follow_up.submitted_on = change.on
    else:
        follow_up.closed_on = change.on


def _move(session: Session, follow_up: FollowUp, change: Change, *, today: dt.date) -> None:
    assert change.due_on is not None
    session.add(
        DueMove(
            follow_up_id=follow_up.id,
            moved_on=today,
            from_on=follow_up.due_on,
            to_on=change.due_on,
            reason=change.reason,
        )
    )
    follow_up.due_on = change.due_on
    follow_up.before_tracking = follow_up.before_tracking and change.due_on < today


def _state(follow_up: FollowUp) -> dict[str, Any]:
    return {"status": follow_up.status.value, "due_on": follow_up.due_on.isoformat()}


def _said(change: Change) -> dict[str, Any]:
    said: dict[str, Any] = {"on": change.on.isoformat()}
    if change.note:
        said["note"] = change.note
    if change.reason:
        said["reason"] = change.reason
    if change.proofs:
        said["evidence"] = [proof.location for proof in change.proofs]
    return said
