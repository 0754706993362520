"""Adding up a plan's standing on a day, in SQL."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Agency, Division, DueMove, FollowUp, Plan
from tracker.db.prepared import PLAN, any_of
from tracker.domain.fiscal import last_of_month, next_month
from tracker.domain.follow_up import Status
from tracker.reports.listing import ListFilter, division_names, follow_up_list
from tracker.reports.summary import AGING, DivisionStanding, OverdueItem, Summary, TrendPoint, age_group

OLDEST = 10
DAY, DIVISIONS = bindparam("day", type_=Date()), any_of("of_divisions")


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which follow-ups are added up: those of ``some`` divisions, or all; and whether any was ever moved."""

    some: bool
    moved: bool

    def conditions(self) -> list[ColumnElement[bool]]:
        own = [FollowUp.lead_division_id.in_(DIVISIONS)] if self.some else []
        return [FollowUp.plan_id == PLAN, queries.tracked(), *own]

    def due_on(self, day: queries.Day) -> Any:
        return queries.due_on(day) if self.moved else FollowUp.due_on


def plan_summary(
    session: Session,
    plan_id: int,
    *,
    today: dt.date,
    as_of: dt.date | None = None,
    divisions: Sequence[int] = (),
) -> Summary:
    """The standing of a plan, or of some of its lead divisions, at the end of ``as_of`` (today when None)."""
    day = as_of or today
    facts = {"of_plan": plan_id, "of_divisions": list(divisions), "day": day}
    scope = _Scope(bool(divisions), _was_moved(session, plan_id))
    plan = session.execute(_plan(), facts).one()
    counts = session.execute(_counts(scope, past=day < today), facts).all()
    late = (
        session.execute(_overdue_on(scope), facts).all()
        if day < today
        else overdue_counts(session, plan_id, day, divisions)
    )
    standings = _standings(counts, late, division_names(session, plan_id), day)
    due, on_time = sum(row.due for row in counts), sum(row.on_time for row in counts)
    return Summary(
        as_of=day,
        agency=plan.name,
        fiscal_year=plan.fiscal_year,
        **{name: sum(getattr(each, name) for each in standings) for name in COUNTED},
        due=due,
        on_time_rate=round(on_time / due, 4) if due else None,
        by_division=standings,
        aging=_aging(late, day),
        oldest=_oldest(session, plan_id, divisions, today=today, as_of=as_of),
        trend=_trend(session, scope, facts, _trend_days(plan.tracked_from, plan.ends_on, day)),
    )


def counts_on(
    session: Session, plan_id: int, day: dt.date, divisions: Sequence[int] = ()
) -> tuple[int, int, int]:
    """How many follow-ups had come due, were done and were overdue at the end of a past day."""
    facts = {"of_plan": plan_id, "of_divisions": list(divisions), "day": day}
    scope = _Scope(bool(divisions), _was_moved(session, plan_id))
    counts = session.execute(_counts(scope, past=True), facts).all()
    late = session.execute(_overdue_on(scope), facts)
    return sum(row.due for row in counts), sum(row.done for row in counts), sum(row.number for row in late)


COUNTED = ("total", "done", "submitted", "open", "waived", "overdue")


def overdue_counts(
    session: Session, plan_id: int, today: dt.date, divisions: Sequence[int] = ()
) -> Sequence[Any]:
    """The present overdue ``number`` by ``division_id`` and ``due_on``, from the index of open rows alone.

    One division after the other, so that of each only what is overdue is read and not all that is open.
    """
    facts = {"of_plan": plan_id, "of_divisions": list(divisions), "day": today}
    return session.execute(_overdue(some=bool(divisions)), facts).all()


@cache
def _overdue(*, some: bool) -> Any:
    own = FollowUp.lead_division_id
    if some:
        return _overdue_rows().where(own.in_(DIVISIONS))
    of_agency = select(Division.id).join(Plan, Plan.agency_id == Division.agency_id).where(Plan.id == PLAN)
    return _overdue_rows().where(own.in_(of_agency)).union_all(_overdue_rows().where(own.is_(None)))


def _overdue_rows() -> Select[int | None, dt.date, int]:
    lead, due_on = FollowUp.lead_division_id, FollowUp.due_on
    query = select(lead.label("division_id"), due_on.label("due_on"), func.count().label("number"))
    query = query.where(FollowUp.plan_id == PLAN, queries.is_status(Status.OPEN), due_on < DAY)
    return query.where(queries.tracked()).group_by(lead, due_on)


@cache
def _plan() -> Select[*tuple[Any, ...]]:
    columns = (Plan.fiscal_year, Plan.tracked_from, Plan.ends_on, Agency.name)
    return select(*columns).join(Agency, Agency.id == Plan.agency_id).where(Plan.id == PLAN)


def _was_moved(session: Session, plan_id: int) -> bool:
    return session.scalar(_a_move(), {"of_plan": plan_id}) is not None


@cache
def _a_move() -> Select[int]:
    """Asked of each move, of which there are few, and not of each follow-up."""
    of_move = select(FollowUp.plan_id).where(FollowUp.id == DueMove.follow_up_id).scalar_subquery()
    return select(DueMove.id).where(of_move == PLAN).limit(1)


@cache
def _counts(scope: _Scope, *, past: bool) -> Select[*tuple[Any, ...]]:
    status = queries.status_on(DAY) if past else FollowUp.status
    in_time = and_(
        status == Status.DONE, FollowUp.scheduled_on <= DAY, FollowUp.closed_on <= scope.due_on(DAY)
    )
    query = select(
        FollowUp.lead_division_id.label("division_id"),
        func.count().label("total"),
        *(_count(status == each).label(each.value) for each in Status),
        _count(FollowUp.scheduled_on <= DAY).label("due"),
        _count(in_time).label("on_time"),
    ).where(*scope.conditions())
    return query.group_by(FollowUp.lead_division_id)


@cache
def _overdue_on(scope: _Scope) -> Select[*tuple[Any, ...]]:
    """What was overdue at the end of a past day, by division and due date."""
    due_on = scope.due_on(DAY)
    is_open = queries.status_on(DAY) == Status.OPEN
    query = select(
        FollowUp.lead_division_id.label("division_id"), due_on.label("due_on"), func.count().label("number")
    ).where(*scope.conditions(), is_open, due_on < DAY)
    return query.group_by(FollowUp.lead_division_id, due_on)


def _standings(
    counts: Sequence[Any], late: Sequence[Row[Any]], names: dict[int | None, str], day: dt.date
) -> tuple[DivisionStanding, ...]:
    overdue: Counter[int | None] = Counter()
    oldest: dict[int | None, int] = {}
    for row in late:
        overdue[row.division_id] += row.number
        oldest[row.division_id] = max(oldest.get(row.division_id, 0), (day - row.due_on).days)
    standings = [
        DivisionStanding(
            division=names[row.division_id],
            total=row.total,
            done=row.done,
            submitted=row.submitted,
            open=row.open,
            waived=row.waived,
            overdue=overdue[row.division_id],
            oldest_days=oldest.get(row.division_id, 0),
        )
        for row in counts
    ]
    return tuple(sorted(standings, key=lambda each: (-each.overdue, -each.oldest_days, each.division)))


def _aging(late: Iterable[Row[Any]], day: dt.date) -> dict[str, int]:
    aging = {name: 0 for name, _, _ in AGING}
    for row in late:
        aging[age_group((day - row.due_on).days)] += row.number
    return aging


def _oldest(
    session: Session, plan_id: int, divisions: Sequence[int], *, today: dt.date, as_of: dt.date | None
) -> tuple[OverdueItem, ...]:
    wanted = ListFilter(overdue=True, divisions=tuple(divisions), limit=OLDEST)
    return tuple(
        OverdueItem(each.code, each.title, each.period, each.lead, each.due_on, each.days_overdue)
        for each in follow_up_list(session, plan_id, wanted, today=today, as_of=as_of)
    )


def _trend(
    session: Session, scope: _Scope, facts: Mapping[str, Any], days: Sequence[dt.date]
) -> tuple[TrendPoint, ...]:
    on_days = {f"day_{n}": day for n, day in enumerate(days)}
    row = tuple(session.execute(_points(scope, len(days)), {**facts, **on_days}).one())
    return tuple(TrendPoint(day, row[2 * n], row[2 * n + 1]) for n, day in enumerate(days))


@cache
def _points(scope: _Scope, number: int) -> Select[*tuple[Any, ...]]:
    """What was overdue and what was done at the end of so many days: of a year's months, at most."""
    columns: list[ColumnElement[int]] = []
    for day in (bindparam(f"day_{n}", type_=Date()) for n in range(number)):
        status = queries.status_on(day)
        columns.append(_count(and_(status == Status.OPEN, scope.due_on(day) < day)))
        columns.append(_count(status == Status.DONE))
    return select(*columns).where(*scope.conditions())


def _trend_days(start: dt.date, last: dt.date, day: dt.date) -> list[dt.date]:
    """The ends of the months from ``start`` to ``last``, as far as they lie before ``day``, and ``day``."""
    days = []
    end = last_of_month(start)
    while end <= last and end < day:
        days.append(end)
        end = last_of_month(next_month(end))
    return [*days, day]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
