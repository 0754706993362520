"""The supervisors' view of a plan: how much is open, how old, whose, and whether it is getting better."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

AGING = (("1-7", 1, 7), ("8-30", 8, 30), ("31-90", 31, 90), ("90+", 91, None))
"""The ages, in calendar days since the due date, by which overdue follow-ups are counted."""


@dataclass(frozen=True, slots=True)
class DivisionStanding:
    """The follow-ups of one lead division; ``oldest_days`` is the age of its oldest overdue one, or 0."""

    division: str
    total: int
    done: int
    submitted: int
    open: int
    waived: int
    overdue: int
    oldest_days: int


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """One overdue follow-up."""

    code: str
    title: str
    period: str
    lead: str
    due_on: dt.date
    days_overdue: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """How many follow-ups were overdue, and how many done, at the end of a day."""

    as_of: dt.date
    overdue: int
    done: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A plan's standing on a day. Follow-ups from before the tracking began count nowhere.

    ``total`` = done + submitted + open + waived; overdue is a part of open; ``due`` counts what was scheduled
    up to the day; ``on_time_rate`` is what was done by its due date as a share of ``due``, None when nothing
    was due. ``oldest`` holds the oldest overdue ones first, ``trend`` the months' ends and the day itself.
    """

    as_of: dt.date
    agency: str
    fiscal_year: int
    total: int
    done: int
    submitted: int
    open: int
    waived: int
    overdue: int
    due: int
    on_time_rate: float | None
    by_division: tuple[DivisionStanding, ...]
    aging: dict[str, int]
    oldest: tuple[OverdueItem, ...]
    trend: tuple[TrendPoint, ...]

    def as_json(self) -> dict[str, Any]:
        """The summary as plain values, dates in ISO form."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def age_group(days: int) -> str:
    """The age group in which an overdue follow-up of ``days`` (1 or more) is counted."""
    return next(name for name, low, high in AGING if days >= low and (high is None or days <= high))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, dt.date) else value
