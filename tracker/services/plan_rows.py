"""The rows a plan's measures are kept in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker.db.models import Measure, MeasureRule, MeasureSupport
from tracker.plans import model
from tracker.services.divisions import DivisionBook


def add_measures(
    session: Session, plan_id: int, measures: Sequence[tuple[int, model.Measure]], book: DivisionBook
) -> Mapping[str, int]:
    """Store measures, each with its position in the document, and what hangs on them; their ids by code."""
    if not measures:
        return {}
    rows = [
        {"plan_id": plan_id, "position": position, **measure_values(measure, book)}
        for position, measure in measures
    ]
    session.execute(insert(Measure), rows)
    stored = session.execute(select(Measure.code, Measure.id).where(Measure.plan_id == plan_id)).all()
    ids = {row.code: row.id for row in stored}
    add_rules_and_support(session, [(ids[measure.code], measure) for _, measure in measures], book)
    return ids


def add_rules_and_support(
    session: Session, measures: Sequence[tuple[int, model.Measure]], book: DivisionBook
) -> None:
    """Store the rules and the supporting divisions of measures that are stored already, by id."""
    rules = [row for measure_id, measure in measures for row in _rule_rows(measure_id, measure)]
    if rules:
        session.execute(insert(MeasureRule), rules)
    supports = [row for measure_id, measure in measures for row in _support_rows(measure_id, measure, book)]
    if supports:
        session.execute(insert(MeasureSupport), supports)


def replace_measure(session: Session, stored: Measure, measure: model.Measure, book: DivisionBook) -> None:
    """Make a stored measure say what the document says now; it keeps its id and its history."""
    for name, value in measure_values(measure, book).items():
        setattr(stored, name, value)
    for table in (MeasureRule, MeasureSupport):
        session.execute(delete(table).where(table.measure_id == stored.id))
    add_rules_and_support(session, [(stored.id, measure)], book)


def measure_values(measure: model.Measure, book: DivisionBook) -> dict[str, Any]:
    """The columns of a measure that come from the document."""
    return {
        "code": measure.code,
        "title": measure.title,
        "instrument": measure.instrument.value,
        "indicator": measure.indicator,
        "score": measure.score,
        "score_table_score": measure.score_table_score,
        "analysis": list(measure.analysis),
        "weaknesses": list(measure.weaknesses),
        "actions": list(measure.actions),
        "follow_up": list(measure.follow_up),
        "timeline": measure.timeline,
        "starts_on": measure.starts_on,
        "ends_on": measure.ends_on,
        "lead": measure.lead,
        "supporting": [] if measure.supporting == "all" else list(measure.supporting),
        "lead_division_id": book.find_or_add(measure.lead).id if measure.lead else None,
        "supports_all": measure.supporting == "all",
        "first_line": measure.source_lines[0],
        "last_line": measure.source_lines[1],
    }


def _rule_rows(measure_id: int, measure: model.Measure) -> Iterator[dict[str, Any]]:
    for position, rule in enumerate(measure.rules, start=1):
        yield {
            "measure_id": measure_id,
            "position": position,
            "cadence": rule.cadence,
            "on_date": rule.on,
            "phrase": rule.phrase,
            "origin": rule.origin,
        }


def _support_rows(measure_id: int, measure: model.Measure, book: DivisionBook) -> Iterator[dict[str, Any]]:
    named = () if measure.supporting == "all" else measure.supporting
    ids = dict.fromkeys(book.find_or_add(name).id for name in named)
    for position, division_id in enumerate(ids, start=1):
        yield {"measure_id": measure_id, "division_id": division_id, "position": position}
