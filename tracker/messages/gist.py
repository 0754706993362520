"""What a digest amounts to: why it comes today, and its facts added up over all its plans.

Subject, first sentence and the short LINE text speak of the whole message; they are written from this.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from tracker.domain.reminders import Kind
from tracker.reports.digest import CoordinatorPart, Digest, Escalated, Item, OwnerPart, Person, SupportPart
from tracker.reports.summary import OverdueItem, Summary, TrendPoint

T = TypeVar("T")
LAST_STAGE = 5
TREND_DAYS = dt.timedelta(days=14)
"""A younger trend point tells nothing yet: on the first of a month, yesterday is a month's end too."""


class Reason(StrEnum):
    """Why a message comes today, the weightiest first: the kinds, and two with a wording of their own."""

    ESCALATION = "escalation"
    OVERDUE = "overdue"
    DUE_SOON = "due-soon"
    START = "start"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SUMMARY = "summary"
    COORDINATOR = "coordinator"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Gist:
    """The facts of all plans of one digest together.

    ``divisions`` are those the reason speaks of; empty means the whole agency. ``listed`` holds the owner's
    items, each once: the overdue ones, then the others by due date. ``stage`` is how long the oldest of the
    overdue ones has waited, in weeks begun: 1 to 4, and 5 for longer; 0 where none is overdue. ``informed``
    is whether supervisors were told of one of them (False: not yet; None: there is nobody to tell).
    ``escalated`` holds the supervisor's items, the oldest first, ``crossed`` the numbers of days they reached
    and ``rank`` the supervisor's. ``year_total`` is 0 but at the start of tracking. ``ask`` names each
    coordinator once, with the agency.
    """

    reason: Reason
    years: tuple[int, ...]
    agencies: tuple[str, ...]
    divisions: tuple[str, ...]
    owners: tuple[OwnerPart, ...]
    overdue: tuple[Item, ...]
    stage: int
    informed: bool | None
    to_report: tuple[Item, ...]
    due_soon: tuple[Item, ...]
    closing: tuple[Item, ...]
    listed: tuple[Item, ...]
    year_total: int
    next_on: dt.date | None
    next_count: int
    escalated: tuple[Escalated, ...]
    crossed: tuple[int, ...]
    rank: int
    summaries: tuple[Summary, ...]
    oldest: tuple[OverdueItem, ...]
    coordinators: tuple[CoordinatorPart, ...]
    supports: tuple[SupportPart, ...]
    ask: tuple[tuple[str, Person], ...]


def gist_of(digest: Digest) -> Gist:
    """The digest's facts added up."""
    plans = digest.plans
    owners = tuple(plan.owner for plan in plans if plan.owner)
    summaries = tuple(plan.supervisor.summary for plan in plans if plan.supervisor)
    oldest = chain(*(summary.oldest for summary in summaries))
    escalations = [plan.escalation for plan in plans if plan.escalation]
    escalated = tuple(sorted(chain(*(each.items for each in escalations)), key=lambda it: it.item.due_on))
    reason = _reason(digest)
    next_on = min((owner.next_on for owner in owners if owner.next_on), default=None)
    overdue = _by_date(owner.overdue for owner in owners)
    to_report = _by_date(owner.to_report for owner in owners)
    due_soon = _by_date(owner.due_soon for owner in owners)
    closing = _by_date(owner.closing for owner in owners)
    return Gist(
        reason=reason,
        years=_distinct(plan.fiscal_year for plan in plans),
        agencies=_distinct(plan.agency for plan in plans),
        divisions=_divisions(digest, reason),
        owners=owners,
        overdue=overdue,
        stage=_stage(overdue),
        informed=_informed(owners),
        to_report=to_report,
        due_soon=due_soon,
        closing=closing,
        listed=_distinct((*overdue, *_by_date((to_report, due_soon, closing)))),
        year_total=sum(owner.year_total or 0 for owner in owners),
        next_on=next_on,
        next_count=sum(owner.next_count for owner in owners if owner.next_on == next_on),
        escalated=escalated,
        crossed=tuple(sorted({each.after_days for each in escalated})),
        rank=max((each.rank for each in escalations), default=0),
        summaries=summaries,
        oldest=tuple(sorted(oldest, key=lambda item: -item.days_overdue)),
        coordinators=tuple(plan.coordinator for plan in plans if plan.coordinator),
        supports=tuple(plan.support for plan in plans if plan.support),
        ask=_ask(digest),
    )


def earlier(summary: Summary) -> TrendPoint | None:
    """The standing to compare with: the last that is at least ``TREND_DAYS`` old, if there is one."""
    points = [point for point in summary.trend if point.as_of <= summary.as_of - TREND_DAYS]
    return max(points, key=lambda point: point.as_of, default=None)


def _reason(digest: Digest) -> Reason:
    """The weightiest kind whose facts are still there; without one, what the digest does hold.

    Between the reminder and its sending things are done: a message must not speak of what it does not show.
    """
    owners = [plan.owner for plan in digest.plans if plan.owner]
    supervisors = [plan.supervisor for plan in digest.plans if plan.supervisor]
    wordings = (
        (Kind.ESCALATION, any(plan.escalation for plan in digest.plans), Reason.ESCALATION),
        (Kind.OVERDUE, any(part.overdue for part in owners), Reason.OVERDUE),
        (Kind.DUE_SOON, any(part.due_soon for part in owners), Reason.DUE_SOON),
        (Kind.MONTHLY, any(part.year_total for part in owners), Reason.START),
        (Kind.MONTHLY, any(part.to_report or part.overdue for part in owners), Reason.MONTHLY),
        (Kind.QUARTERLY, any(part.closing for part in owners), Reason.QUARTERLY),
        (Kind.SUMMARY, bool(supervisors), Reason.SUMMARY),
        (Kind.COORDINATOR, any(plan.coordinator for plan in digest.plans), Reason.COORDINATOR),
        (Kind.QUARTERLY, any(plan.support for plan in digest.plans), Reason.SUPPORT),
    )
    held = [(kind, reason) for kind, holds, reason in wordings if holds]
    owed = [reason for kind, reason in held if kind in digest.kinds]
    return next(chain(owed, (reason for _, reason in held)), Reason.MONTHLY)


def _stage(overdue: Sequence[Item]) -> int:
    days = max((item.days_overdue for item in overdue), default=0)
    return min(math.ceil(days / 7), LAST_STAGE)


def _informed(owners: Iterable[OwnerPart]) -> bool | None:
    told = {owner.informed for owner in owners if owner.overdue}
    return True if True in told else (False if False in told else None)


def _divisions(digest: Digest, reason: Reason) -> tuple[str, ...]:
    if reason is Reason.COORDINATOR:
        return ()
    if reason is Reason.ESCALATION:
        return _all_of(plan.escalation.divisions for plan in digest.plans if plan.escalation)
    if reason is Reason.SUMMARY:
        return _all_of(plan.supervisor.divisions for plan in digest.plans if plan.supervisor)
    if reason is Reason.SUPPORT:
        return _distinct(chain(*(plan.support.divisions for plan in digest.plans if plan.support)))
    return _distinct(chain(*(plan.owner.divisions for plan in digest.plans if plan.owner)))


def _all_of(divisions: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All of these; none where one of them is none, which stands for the whole agency."""
    each = list(divisions)
    return _distinct(chain(*each)) if all(each) else ()


def _ask(digest: Digest) -> tuple[tuple[str, Person], ...]:
    agencies: dict[Person, str] = {}
    for plan in digest.plans:
        for person in plan.ask:
            agencies.setdefault(person, plan.agency)
    return tuple((agency, person) for person, agency in agencies.items())


def _by_date(groups: Iterable[tuple[Item, ...]]) -> tuple[Item, ...]:
    return _distinct(sorted(chain(*groups), key=lambda item: item.due_on))


def _distinct(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
