"""Bringing a plan document into the database: all of it, or nothing."""

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.models import Agency, FollowUp, Measure, Plan
from tracker.domain.fiscal import date_label
from tracker.domain.office_time import OfficeTime
from tracker.errors import InputError
from tracker.plans import model
from tracker.plans.compare import PlanDifference, compare
from tracker.services.divisions import Catalogue, DivisionBook
from tracker.services.history import record
from tracker.services.plan_amend import Amended, Hand, amend_plan
from tracker.services.plan_rows import add_measures
from tracker.services.schedule import make_follow_ups
from tracker.services.stored_plan import stored_plan


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``changed`` is False when the same plan was there already.

    ``difference`` and ``amended`` are filled when another version of the plan was there.

    ``sends_from`` is the UTC instant before which nothing is sent for the plan.
    """

    plan_id: int
    changed: bool
    measures: int
    follow_ups: int
    before_tracking: int
    new_divisions: tuple[str, ...]
    doubts: tuple[str, ...]
    tracked_from: dt.date
    sends_from: dt.datetime
    difference: PlanDifference | None = None
    amended: Amended | None = None


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
    """Store a plan with its follow-ups; the same plan again changes nothing, an amended one what differs.

    Nothing is sent for a new plan before the next hour of reminding. InputError when the plan has no measure,
    or a code twice.
    """
    _check(document, track_from)
    agency = _agency(session, document.agency)
    loaded = loaded_plan(session, document)
    book = DivisionBook(session, agency.id, catalogue)
    if loaded is not None:
        hand = Hand(actor, now, office, report_days)
        return _import_again(session, loaded, document, book=book, hand=hand)
    today = office.today(now)
    inside = document.starts_on <= today <= document.ends_on
    plan = _store(
        session,
        document,
        agency_id=agency.id,
        tracked_from=track_from or (today if inside else document.starts_on),
        sends_from=office.next_reminding(now),
    )
    add_measures(session, plan.id, list(enumerate(document.measures, start=1)), book)
    make_follow_ups(session, plan, office=office, report_days=report_days)
    result = _result(session, plan, changed=True, book=book)
    after = {"source": plan.source_name, "measures": result.measures, "follow_ups": result.follow_ups}
    record(session, "plan imported", actor=actor, now=now, plan_id=plan.id, after=after)
    return result


def loaded_plan(session: Session, document: model.Plan) -> Plan | None:
    """The stored plan of the document's agency and year, if there is one."""
    of_agency = select(Agency.id).where(Agency.name == document.agency).scalar_subquery()
    return session.scalar(
        select(Plan).where(Plan.agency_id == of_agency, Plan.fiscal_year == document.fiscal_year)
    )


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
            f"--track-from {date_label(track_from)} lies outside the plan's fiscal year, "
            f"{date_label(document.starts_on)} to {date_label(document.ends_on)}; nothing was imported."
        )


def _agency(session: Session, name: str) -> Agency:
    agency = session.scalar(select(Agency).where(Agency.name == name))
    if agency is None:
        agency = Agency(name=name)
        session.add(agency)
        session.flush()
    return agency


def _import_again(
    session: Session, loaded: Plan, document: model.Plan, *, book: DivisionBook, hand: Hand
) -> Imported:
    difference = compare(stored_plan(session, loaded.id), document)
    if not difference:
        return _result(session, loaded, changed=False, book=book)
    amended = amend_plan(session, loaded, document, difference, book=book, hand=hand)
    result = _result(session, loaded, changed=True, book=book)
    return replace(result, difference=difference, amended=amended)


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


def _result(session: Session, plan: Plan, *, changed: bool, book: DivisionBook) -> Imported:
    def count(*conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(FollowUp).where(*conditions)) or 0

    of_plan = FollowUp.plan_id == plan.id
    return Imported(
        plan_id=plan.id,
        changed=changed,
        measures=session.scalar(
            select(func.count()).where(Measure.plan_id == plan.id, Measure.retired_on.is_(None))
        )
        or 0,
        follow_ups=count(of_plan),
        before_tracking=count(of_plan, FollowUp.before_tracking),
        new_divisions=tuple(book.added),
        doubts=tuple(book.doubts),
        tracked_from=plan.tracked_from,
        sends_from=plan.sends_from,
    )
