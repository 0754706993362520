"""Bringing a plan document into the database: all of it, or nothing."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tracker.db.models import Agency, FollowUp, Measure, MeasureRule, MeasureSupport, Plan
from tracker.domain.office_time import OfficeTime
from tracker.errors import InputError, NotAllowed
from tracker.plans import model
from tracker.services.divisions import Catalogue, DivisionBook
from tracker.services.history import record
from tracker.services.schedule import make_follow_ups
from tracker.services.stored_plan import stored_plan


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``changed`` is False when the same plan was there already.

    ``sends_from`` is the UTC instant before which nothing is sent for the plan.
    """

    plan_id: int
    changed: bool
    measures: int
    follow_ups: int
    before_tracking: int
    new_divisions: tuple[str, ...]
    tracked_from: dt.date
    sends_from: dt.datetime


def import_plan(
    session: Session,
    document: model.Plan,
    *,
    office: OfficeTime,
    report_days: int,
    catalogue: Catalogue,
    actor: str,
    now: dt.datetime,
    track_from: dt.date | None = None,
) -> Imported:
    """Store a plan with its follow-ups; the same plan again changes nothing.

    Nothing is sent for a new plan before the next hour of reminding. NotAllowed when another version of the
    plan is loaded already; InputError when the plan has no measure, or a code twice.
    """
    _check(document, track_from)
    agency = _agency(session, document.agency)
    loaded = session.scalar(
        select(Plan).where(Plan.agency_id == agency.id, Plan.fiscal_year == document.fiscal_year)
    )
    if loaded is not None:
        _refuse_changes(session, loaded, document)
        return _result(session, loaded, changed=False, new_divisions=[])
    today = office.today(now)
    inside = document.starts_on <= today <= document.ends_on
    plan = _store(
        session,
        document,
        agency_id=agency.id,
        tracked_from=track_from or (today if inside else document.starts_on),
        sends_from=office.next_reminding(now),
    )
    book = DivisionBook(session, agency.id, catalogue)
    _store_measures(session, document, plan.id, book)
    make_follow_ups(session, plan, office=office, report_days=report_days)
    result = _result(session, plan, changed=True, new_divisions=book.added)
    after = {"source": plan.source_name, "measures": result.measures, "follow_ups": result.follow_ups}
    record(session, "plan imported", actor=actor, now=now, plan_id=plan.id, after=after)
    return result


def _check(document: model.Plan, track_from: dt.date | None) -> None:
    if not document.measures:
        raise InputError(f"{document.source.name} holds no measure; nothing was imported.")
    codes = [measure.code for measure in document.measures]
    twice = sorted({code for code in codes if codes.count(code) > 1}) if len(set(codes)) < len(codes) else []
    if twice:
        raise InputError(
            f"{document.source.name} has {', '.join(twice)} more than once; nothing was imported."
        )
    if track_from and not document.starts_on <= track_from <= document.ends_on:
        raise InputError(
            f"--track-from {track_from} lies outside the plan's fiscal year, "
            f"{document.starts_on} to {document.ends_on}; nothing was imported."
        )


def _agency(session: Session, name: str) -> Agency:
    agency = session.scalar(select(Agency).where(Agency.name == name))
    if agency is None:
        agency = Agency(name=name)
        session.add(agency)
        session.flush()
    return agency


def _refuse_changes(session: Session, loaded: Plan, document: model.Plan) -> None:
    stored = {measure.code: measure for measure in stored_plan(session, loaded.id).measures}
    coming = {measure.code: measure for measure in document.measures}
    differing = [code for code in {**stored, **coming} if not _same(stored.get(code), coming.get(code))]
    if differing:
        shown = ", ".join(differing[:8]) + (" …" if len(differing) > 8 else "")
        raise NotAllowed(
            f"{document.source.name} differs from the plan {loaded.fiscal_year} that is loaded already "
            f"(from {loaded.source_name}) in {len(differing)} measures: {shown}. Nothing was changed."
        )


def _same(stored: model.Measure | None, coming: model.Measure | None) -> bool:
    if stored is None or coming is None:
        return stored is coming
    return replace(stored, source_lines=(0, 0)) == replace(coming, source_lines=(0, 0))


def _store(
    session: Session, document: model.Plan, *, agency_id: int, tracked_from: dt.date, sends_from: dt.datetime
) -> Plan:
    plan = Plan(
        agency_id=agency_id,
        fiscal_year=document.fiscal_year,
        assessed_year=document.assessed_year,
        starts_on=document.starts_on,
        ends_on=document.ends_on,
        tracked_from=tracked_from,
        sends_from=sends_from,
        source_name=document.source.name,
        source_sha256=document.source.sha256,
        indicators=[asdict(each) for each in document.indicators],
        absent=[asdict(each) for each in document.absent],
        warnings=[asdict(each) for each in document.warnings],
    )
    session.add(plan)
    session.flush()
    return plan


def _store_measures(session: Session, document: model.Plan, plan_id: int, book: DivisionBook) -> None:
    rows = [_measure_row(plan_id, n, measure, book) for n, measure in enumerate(document.measures, start=1)]
    session.execute(insert(Measure), rows)
    ids = dict(session.execute(select(Measure.code, Measure.id).where(Measure.plan_id == plan_id)).all())
    rules = [row for measure in document.measures for row in _rule_rows(ids[measure.code], measure)]
    if rules:
        session.execute(insert(MeasureRule), rules)
    supports = [
        row for measure in document.measures for row in _support_rows(ids[measure.code], measure, book)
    ]
    if supports:
        session.execute(insert(MeasureSupport), supports)


def _measure_row(plan_id: int, position: int, measure: model.Measure, book: DivisionBook) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "position": position,
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


def _result(session: Session, plan: Plan, *, changed: bool, new_divisions: list[str]) -> Imported:
    def count(*conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(FollowUp).where(*conditions)) or 0

    of_plan = FollowUp.plan_id == plan.id
    return Imported(
        plan_id=plan.id,
        changed=changed,
        measures=session.scalar(select(func.count()).select_from(Measure).where(Measure.plan_id == plan.id))
        or 0,
        follow_ups=count(of_plan),
        before_tracking=count(of_plan, FollowUp.before_tracking),
        new_divisions=tuple(new_divisions),
        tracked_from=plan.tracked_from,
        sends_from=plan.sends_from,
    )
