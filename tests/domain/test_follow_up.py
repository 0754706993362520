"""The states of a follow-up: every state, every action, with and without a second pair of eyes."""

import datetime as dt
from itertools import product

import pytest

from tracker.domain.follow_up import (
    NEEDS_REASON,
    RESTARTS_REMINDERS,
    Action,
    Status,
    days_overdue,
    next_status,
)
from tracker.errors import NotAllowed

ALLOWED = {
    # status, action: after it without and with verification
    ("open", "submit"): ("submitted", "submitted"),
    ("open", "done"): ("done", "submitted"),
    ("open", "waive"): ("waived", "waived"),
    ("open", "postpone"): ("open", "open"),
    ("submitted", "done"): ("done", "done"),
    ("submitted", "waive"): ("waived", "waived"),
    ("submitted", "return"): ("open", "open"),
    ("done", "reopen"): ("open", "open"),
    ("waived", "reopen"): ("open", "open"),
}
REFUSED = sorted(set(product(Status, Action)) - {(Status(s), Action(a)) for s, a in ALLOWED})


@pytest.mark.parametrize(("before", "action"), list(ALLOWED))
def test_allowed_action_leads_to(before: str, action: str) -> None:
    after = tuple(
        next_status(Status(before), Action(action), verify=verify, what="O24 2565-Q1")
        for verify in (False, True)
    )

    assert after == ALLOWED[before, action]


@pytest.mark.parametrize("verify", [False, True], ids=["plain", "verify"])
@pytest.mark.parametrize(("before", "action"), REFUSED)
def test_other_action_is_refused(before: Status, action: Action, verify: bool) -> None:
    with pytest.raises(NotAllowed, match=f"^O24 2565-Q1 is {before}; only what is .*Nothing was changed"):
        next_status(before, action, verify=verify, what="O24 2565-Q1")


def test_table_is_complete() -> None:
    assert len(ALLOWED) + len(REFUSED) == len(Status) * len(Action)


def test_reasons_are_needed_for_what_is_not_progress() -> None:
    assert {Action.WAIVE, Action.RETURN, Action.REOPEN, Action.POSTPONE} == NEEDS_REASON


def test_reminders_start_again_for_what_is_open_again() -> None:
    assert {Action.RETURN, Action.REOPEN, Action.POSTPONE} == RESTARTS_REMINDERS


@pytest.mark.parametrize(
    ("due_on", "as_of", "days"),
    [
        (dt.date(2022, 1, 31), dt.date(2022, 1, 30), 0),
        (dt.date(2022, 1, 31), dt.date(2022, 1, 31), 0),
        (dt.date(2022, 1, 31), dt.date(2022, 2, 1), 1),
        (dt.date(2028, 2, 28), dt.date(2028, 3, 1), 2),  # over the leap day
    ],
    ids=["before", "due_date", "day_after", "leap_day"],
)
def test_days_overdue_are_calendar_days(due_on: dt.date, as_of: dt.date, days: int) -> None:
    assert days_overdue(due_on, as_of) == days
