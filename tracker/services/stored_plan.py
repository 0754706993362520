"""A plan in the database as the document values it came from: for export, and to see what changed."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Agency, Measure, MeasureRule, Plan
from tracker.domain.cadence import Rule
from tracker.plans import model


def stored_plan(session: Session, plan_id: int) -> model.Plan:
    """The plan as its document says it, with the rules it is followed up by; without what was retired."""
    plan = session.get_one(Plan, plan_id)
    return model.Plan(
        agency=session.get_one(Agency, plan.agency_id).name,
        fiscal_year=plan.fiscal_year,
        assessed_year=plan.assessed_year,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        source=model.Source(plan.source_name, plan.source_sha256),
        indicators=tuple(_indicator(each) for each in plan.indicators),
        measures=tuple(_measures(session, plan_id)),
        absent=tuple(model.AbsentItem(**each) for each in plan.absent),
        warnings=tuple(model.PlanWarning(**each) for each in plan.warnings),
    )


def _indicator(stored: dict[str, Any]) -> model.Indicator:
    return model.Indicator(**{**stored, "instrument": model.Instrument(stored["instrument"])})


def _measures(session: Session, plan_id: int) -> list[model.Measure]:
    own = select(Measure.id).where(Measure.plan_id == plan_id)
    rules: dict[int, list[Rule]] = defaultdict(list)
    for rule in session.scalars(
        select(MeasureRule).where(MeasureRule.measure_id.in_(own)).order_by(MeasureRule.position)
    ):
        rules[rule.measure_id].append(Rule(rule.cadence, rule.on_date, rule.phrase, rule.origin))
    in_force = (Measure.plan_id == plan_id, Measure.retired_on.is_(None))
    rows = session.scalars(select(Measure).where(*in_force).order_by(Measure.position))
    return [_measure(row, rules[row.id]) for row in rows]


def _measure(row: Measure, rules: list[Rule]) -> model.Measure:
    return model.Measure(
        code=row.code,
        title=row.title,
        instrument=model.Instrument(row.instrument),
        indicator=row.indicator,
        score=row.score,
        score_table_score=row.score_table_score,
        analysis=tuple(row.analysis),
        weaknesses=tuple(row.weaknesses),
        actions=tuple(row.actions),
        follow_up=tuple(row.follow_up),
        timeline=row.timeline,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        lead=row.lead,
        supporting="all" if row.supports_all else tuple(row.supporting),
        rules=tuple(rules),
        source_lines=(row.first_line, row.last_line),
    )
