"""The follow-ups of a plan as a list: one line each, filtered, as they stood on a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, exists, select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Division, Evidence, FollowUp, Measure, MeasureSupport
from tracker.domain.follow_up import Status, days_overdue

BATCH = 1000
"""So many lines are held in memory at a time, however long the list."""


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which follow-ups to show; what is None or empty filters nothing.

    Due dates include both ends; ``limit`` keeps the first so many.
    """

    divisions: tuple[int, ...] = ()
    status: Status | None = None
    codes: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    due_from: dt.date | None = None
    due_to: dt.date | None = None
    overdue: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ListedFollowUp:
    """One follow-up as a list shows it; ``days_overdue`` are calendar days, 0 unless open and past due."""

    follow_up_id: int
    measure_id: int
    code: str
    title: str
    period: str
    status: Status
    scheduled_on: dt.date
    due_on: dt.date
    days_overdue: int
    before_tracking: bool
    lead: str


def follow_up_list(
    session: Session, plan_id: int, wanted: ListFilter, *, today: dt.date, as_of: dt.date | None = None
) -> list[ListedFollowUp]:
    """The follow-ups of a plan, by due date and then in the document's order.

    With ``as_of``, as they stood at the end of that day; what was loaded later counts as existing.
    """
    return list(each_follow_up(session, plan_id, wanted, today=today, as_of=as_of))


def each_follow_up(
    session: Session, plan_id: int, wanted: ListFilter, *, today: dt.date, as_of: dt.date | None = None
) -> Iterator[ListedFollowUp]:
    """The same, one after the other: of a long list only a part is held in memory."""
    day = as_of or today
    leads = division_names(session, plan_id)
    query = _query(plan_id, wanted, day=day, past=as_of is not None and as_of < today)
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        yield _listed(row, leads, day)


def division_names(session: Session, plan_id: int) -> dict[int | None, str]:
    """The divisions that lead a follow-up of a plan, by id; no division has no name."""
    leads = exists().where(FollowUp.lead_division_id == Division.id, FollowUp.plan_id == plan_id)
    rows = session.execute(select(Division.id, Division.name).where(leads))
    return {None: "", **{row.id: row.name for row in rows}}


def as_json(session: Session, plan_id: int, listed: Iterable[ListedFollowUp]) -> Iterator[dict[str, Any]]:
    """The lines with the stable keys that scripts rely on, dates in ISO form."""
    lines = iter(listed)
    while batch := list(islice(lines, BATCH)):
        yield from _batch_as_json(session, batch)


def _batch_as_json(session: Session, batch: Sequence[ListedFollowUp]) -> Iterator[dict[str, Any]]:
    supporting = _supporting(session, {each.measure_id for each in batch})
    evidence = _evidence(session, [each.follow_up_id for each in batch])
    for each in batch:
        yield {
            "code": each.code,
            "title": each.title,
            "period": each.period,
            "status": each.status.value,
            "scheduled_on": each.scheduled_on.isoformat(),
            "due_on": each.due_on.isoformat(),
            "days_overdue": each.days_overdue,
            "before_tracking": each.before_tracking,
            "lead": each.lead,
            "supporting": supporting.get(each.measure_id, []),
            "evidence": evidence.get(each.follow_up_id, []),
        }


def _query(plan_id: int, wanted: ListFilter, *, day: dt.date, past: bool) -> Any:
    status = queries.status_on(day) if past else FollowUp.status
    due_on: ColumnElement[dt.date] = queries.due_on(day) if past else FollowUp.due_on.expression
    columns = select(
        FollowUp.id,
        FollowUp.measure_id,
        Measure.code,
        Measure.title,
        FollowUp.period,
        status.label("status"),
        FollowUp.scheduled_on,
        due_on.label("due_on"),
        FollowUp.before_tracking,
        FollowUp.lead_division_id,
    )
    query = columns.join(Measure, Measure.id == FollowUp.measure_id).where(FollowUp.plan_id == plan_id)
    for condition in _conditions(plan_id, wanted, status=status, due_on=due_on, day=day, past=past):
        query = query.where(condition)
    return query.order_by(due_on, Measure.position, FollowUp.period).limit(wanted.limit)


def _conditions(
    plan_id: int, wanted: ListFilter, *, status: Any, due_on: Any, day: dt.date, past: bool
) -> Iterator[ColumnElement[bool]]:
    if wanted.divisions:
        yield FollowUp.lead_division_id.in_(wanted.divisions)
    if wanted.status is not None:
        yield status == wanted.status if past else queries.is_status(wanted.status)
    if wanted.codes:  # the plan again, on the measure: by plan and code its index finds it
        yield and_(Measure.plan_id == plan_id, Measure.code.in_(wanted.codes))
    if wanted.periods:
        yield FollowUp.period.in_(wanted.periods)
    if wanted.due_from is not None:
        yield due_on >= wanted.due_from
    if wanted.due_to is not None:
        yield due_on <= wanted.due_to
    if wanted.overdue:
        yield queries.tracked()
        yield due_on < day
        yield status == Status.OPEN if past else queries.is_status(Status.OPEN)


def _listed(row: Row[Any], leads: dict[int | None, str], day: dt.date) -> ListedFollowUp:
    late = days_overdue(row.due_on, day) if row.status == Status.OPEN and not row.before_tracking else 0
    return ListedFollowUp(
        follow_up_id=row.id,
        measure_id=row.measure_id,
        code=row.code,
        title=row.title,
        period=row.period,
        status=Status(row.status),
        scheduled_on=row.scheduled_on,
        due_on=row.due_on,
        days_overdue=late,
        before_tracking=row.before_tracking,
        lead=leads[row.lead_division_id],
    )


def _supporting(session: Session, measure_ids: Collection[int]) -> dict[int, list[str] | Literal["all"]]:
    everyone = select(Measure.id).where(Measure.id.in_(measure_ids), Measure.supports_all)
    found: dict[int, list[str] | Literal["all"]] = dict.fromkeys(session.scalars(everyone), "all")
    named = (
        select(MeasureSupport.measure_id, Division.name)
        .join(Division, Division.id == MeasureSupport.division_id)
        .where(MeasureSupport.measure_id.in_(measure_ids))
        .order_by(MeasureSupport.measure_id, MeasureSupport.position)
    )
    for measure_id, name in session.execute(named):
        names = found.setdefault(measure_id, [])
        if isinstance(names, list):
            names.append(name)
    return found


def _evidence(session: Session, follow_up_ids: Collection[int]) -> dict[int, list[dict[str, str]]]:
    query = (
        select(Evidence.follow_up_id, Evidence.kind, Evidence.location, Evidence.sha256)
        .where(Evidence.follow_up_id.in_(follow_up_ids))
        .order_by(Evidence.id)
    )
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in session.execute(query):
        found[row.follow_up_id].append({"kind": row.kind, "location": row.location, "sha256": row.sha256})
    return found
