"""The states of a follow-up and what may be done in each.

    open ──submit──▶ submitted ──accept──▶ done
     │ ▲──return────────┘                    │
     ├──done─────────────────────────────────┤
     ├──waive──▶ waived                      │
     ▲──reopen─────┴─────────────────────────┘

Due and overdue are no states: they follow from the state, the due date and the clock.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from tracker.errors import NotAllowed


class Status(StrEnum):
    """The stored state of a follow-up."""

    OPEN = "open"
    SUBMITTED = "submitted"
    DONE = "done"
    WAIVED = "waived"


class Action(StrEnum):
    """What a person may do to a follow-up."""

    SUBMIT = "submit"
    DONE = "done"
    WAIVE = "waive"
    RETURN = "return"
    REOPEN = "reopen"
    POSTPONE = "postpone"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states an action may start and where it leads (None: it stays where it is)."""

    sources: frozenset[Status]
    target: Status | None


TRANSITIONS = {
    Action.SUBMIT: Transition(frozenset({Status.OPEN}), Status.SUBMITTED),
    Action.DONE: Transition(frozenset({Status.OPEN, Status.SUBMITTED}), Status.DONE),
    Action.WAIVE: Transition(frozenset({Status.OPEN, Status.SUBMITTED}), Status.WAIVED),
    Action.RETURN: Transition(frozenset({Status.SUBMITTED}), Status.OPEN),
    Action.REOPEN: Transition(frozenset({Status.DONE, Status.WAIVED}), Status.OPEN),
    Action.POSTPONE: Transition(frozenset({Status.OPEN}), None),
}
NEEDS_REASON = frozenset({Action.WAIVE, Action.RETURN, Action.REOPEN, Action.POSTPONE})
RESTARTS_REMINDERS = frozenset({Action.RETURN, Action.REOPEN, Action.POSTPONE})
"""Actions after which the reminders of a follow-up begin again, as a new series."""


def next_status(status: Status, action: Action, *, verify: bool, what: str) -> Status:
    """The state after ``action``; NotAllowed names ``what`` when the state does not permit it.

    With ``verify`` the office uses a second pair of eyes: an owner's ``done`` is then only submitted, and
    ``done`` of what was submitted accepts it.
    """
    transition = TRANSITIONS[action]
    if status not in transition.sources:
        allowed = " or ".join(sorted(transition.sources))
        raise NotAllowed(
            f"{what} is {status}; only what is {allowed} can be given '{action}'. Nothing was changed."
        )
    if action is Action.DONE and verify and status is Status.OPEN:
        return Status.SUBMITTED
    return transition.target or status


def days_overdue(due_on: dt.date, as_of: dt.date) -> int:
    """Calendar days since ``due_on``; 0 on the day itself and before."""
    return max(0, (as_of - due_on).days)
