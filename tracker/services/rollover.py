"""Making next year's plan from this one: the chosen measures, new periods, and what was left unfinished."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import FollowUp, Measure, Plan
from tracker.domain.cadence import Rule, RuleOrigin
from tracker.domain.fiscal import FiscalYear
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.errors import InputError, NotAllowed
from tracker.plans import model
from tracker.services.divisions import Catalogue
from tracker.services.plan_import import Imported, import_plan
from tracker.services.stored_plan import stored_plan


@dataclass(frozen=True, slots=True)
class RolledOver:
    """What a rollover made. ``carried`` are the periods left open in the old year, by the measure's code."""

    imported: Imported
    document: model.Plan
    carried: Mapping[str, tuple[str, ...]]
    left_behind: tuple[str, ...]


def roll_over(
    session: Session,
    plan: Plan,
    year: int,
    *,
    codes: Collection[str],
    office: OfficeTime,
    report_days: int,
    catalogue: Catalogue,
    actor: str,
    now: dt.datetime,
) -> RolledOver:
    """Make the plan of fiscal year ``year`` (BE) from ``plan``; without codes, of all its measures.

    A measure with open follow-ups is linked to its origin, and keeps which periods were open. InputError when
    the year is not a later one; NotAllowed when it has a plan already.
    """
    if year <= plan.fiscal_year:
        raise InputError(
            f"The plan is of {plan.fiscal_year}; it can be rolled over to a later year, not {year}."
        )
    if session.scalar(select(Plan.id).where(Plan.agency_id == plan.agency_id, Plan.fiscal_year == year)):
        raise NotAllowed(f"There is a plan of {year} already. Nothing was changed.")
    old = stored_plan(session, plan.id)
    document = _document(old, FiscalYear(year, office.fiscal_start_month), codes)
    imported = import_plan(
        session,
        document,
        office=office,
        report_days=report_days,
        catalogue=catalogue,
        actor=actor,
        now=now,
    )
    taken = {measure.code for measure in document.measures}
    carried = _unfinished(session, plan)
    _link(session, plan, imported.plan_id, carried)
    left = tuple(measure.code for measure in old.measures if measure.code not in taken)
    return RolledOver(imported, document, {code: carried[code] for code in carried if code in taken}, left)


def _document(old: model.Plan, year: FiscalYear, codes: Collection[str]) -> model.Plan:
    measures = [measure for measure in old.measures if not codes or measure.code in codes]
    years = year.year - old.fiscal_year
    return replace(
        old,
        fiscal_year=year.year,
        assessed_year=old.assessed_year + years,
        starts_on=year.starts_on,
        ends_on=year.ends_on,
        source=replace(old.source, name=f"rollover of {old.fiscal_year}"),
        measures=tuple(_next(measure, years, year) for measure in measures),
        warnings=(),
    )


def _next(measure: model.Measure, years: int, year: FiscalYear) -> model.Measure:
    """The measure with its span and dates moved by whole years; the scores belong to the old assessment."""
    starts_on, ends_on = _later(measure.starts_on, years), _later(measure.ends_on, years)
    rules = tuple(
        replace(rule, on=_later(rule.on, years), origin=RuleOrigin.USER) if rule.on else rule
        for rule in measure.rules
    )
    return replace(
        measure,
        score=None,
        score_table_score=None,
        starts_on=max(starts_on, year.starts_on),
        ends_on=min(ends_on, year.ends_on),
        rules=_distinct(rules),
    )


def _distinct(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple({(rule.cadence, rule.on): rule for rule in rules}.values())


def _later(day: dt.date, years: int) -> dt.date:
    """The same day of the month, years later; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _unfinished(session: Session, plan: Plan) -> dict[str, tuple[str, ...]]:
    rows = session.execute(
        select(Measure.code, FollowUp.period)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .where(FollowUp.plan_id == plan.id, queries.tracked())
        .where(FollowUp.status.in_([Status.OPEN, Status.SUBMITTED]))
        .order_by(Measure.position, FollowUp.scheduled_on)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for code, period in rows:
        found[code].append(period)
    return {code: tuple(periods) for code, periods in found.items()}


def _link(session: Session, plan: Plan, new_plan_id: int, carried: Mapping[str, tuple[str, ...]]) -> None:
    """Link every measure that goes on to its origin, and say what was open there."""
    stored = session.execute(select(Measure.code, Measure.id).where(Measure.plan_id == plan.id)).all()
    origins = {row.code: row.id for row in stored}
    for measure in session.scalars(select(Measure).where(Measure.plan_id == new_plan_id)):
        measure.origin_id = origins.get(measure.code)
        if measure.code in carried:
            measure.carried = f"open in {plan.fiscal_year}: {', '.join(carried[measure.code])}"
