"""Bringing an amended document over a plan that is followed up already.

What was reported, evidenced or told to anybody stays as it is. Only untouched follow-ups of periods that have
not ended follow a changed rule; a measure that was left out is retired when it has a history, else deleted.
"""

import datetime as dt
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import (
    DueMove,
    Event,
    Evidence,
    FollowUp,
    Measure,
    MeasureRule,
    MeasureSupport,
    MessageItem,
    Plan,
    Reminder,
)
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.plans import model
from tracker.plans.compare import PlanDifference
from tracker.services.divisions import DivisionBook
from tracker.services.history import record
from tracker.services.plan_rows import add_measures, replace_measure
from tracker.services.planning_turn import take_planning_turn
from tracker.services.schedule import asked_for, make_follow_ups


@dataclass(frozen=True, slots=True)
class Amended:
    """What an amended document did to the follow-ups: how many were made, dropped untouched, and ended."""

    made: int
    dropped: int
    ended: int
    retired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who amends, when, and by which calendar."""

    actor: str
    now: dt.datetime
    office: OfficeTime
    report_days: int

    @property
    def today(self) -> dt.date:
        """The office's day."""
        return self.office.today(self.now)


def amend_plan(
    session: Session,
    plan: Plan,
    document: model.Plan,
    difference: PlanDifference,
    *,
    book: DivisionBook,
    hand: Hand,
) -> Amended:
    """Make the stored plan say what the document says, and its follow-ups follow."""
    take_planning_turn(session)
    _set_facts(plan, document)
    stored = {each.code: each for each in session.scalars(select(Measure).where(Measure.plan_id == plan.id))}
    retired = _remove(session, [stored[measure.code] for measure in difference.removed], hand)
    positions = {measure.code: place for place, measure in enumerate(document.measures, start=1)}
    returning = [measure for measure in difference.added if measure.code in stored]
    new = [(positions[measure.code], measure) for measure in difference.added if measure.code not in stored]
    add_measures(session, plan.id, new, book)
    for measure in [*returning, *(change.after for change in difference.changed)]:
        replace_measure(session, stored[measure.code], measure, book)
        stored[measure.code].retired_on = None
    for code, position in positions.items():
        if code in stored:
            stored[code].position = position
    session.flush()
    _follow_leads(session, plan)
    ended, dropped = _end_what_is_not_asked_for(session, plan, hand)
    made = make_follow_ups(
        session, plan, office=hand.office, report_days=hand.report_days, counts_from=hand.today
    )
    after = {
        "source": document.source.name,
        "added": [measure.code for measure in difference.added],
        "changed": [change.after.code for change in difference.changed],
        "removed": [measure.code for measure in difference.removed],
    }
    record(session, "plan amended", actor=hand.actor, now=hand.now, plan_id=plan.id, after=after)
    return Amended(made, dropped, ended, tuple(retired))


def _set_facts(plan: Plan, document: model.Plan) -> None:
    plan.assessed_year = document.assessed_year
    plan.starts_on, plan.ends_on = document.starts_on, document.ends_on
    plan.source_name, plan.source_sha256 = document.source.name, document.source.sha256
    plan.indicators = [asdict(each) for each in document.indicators]
    plan.absent = [asdict(each) for each in document.absent]
    plan.warnings = [asdict(each) for each in document.warnings]


def _remove(session: Session, measures: list[Measure], hand: Hand) -> list[str]:
    """Retire measures with a history, delete the others; the codes of the retired."""
    retired = []
    for measure in measures:
        rows = select(FollowUp.id).where(FollowUp.measure_id == measure.id)
        if session.scalar(select(exists(rows.where(or_(_worked_on(), _told()))))):
            measure.retired_on = hand.today
            retired.append(measure.code)
            continue
        for table in (FollowUp, MeasureRule, MeasureSupport):
            session.execute(delete(table).where(table.measure_id == measure.id))
        session.delete(measure)
    session.flush()
    return retired


def _follow_leads(session: Session, plan: Plan) -> None:
    """Open follow-ups go with their measure to another lead division."""
    lead = select(Measure.lead_division_id).where(Measure.id == FollowUp.measure_id).scalar_subquery()
    session.execute(
        update(FollowUp)
        .where(FollowUp.plan_id == plan.id, queries.is_status(Status.OPEN))
        .where(FollowUp.lead_division_id.is_distinct_from(lead))
        .values(lead_division_id=lead)
        .execution_options(synchronize_session=False)
    )


def _end_what_is_not_asked_for(session: Session, plan: Plan, hand: Hand) -> tuple[int, int]:
    """End the open follow-ups of retired measures, and of coming periods that no rule asks for any more.

    What nobody was told of is deleted; the rest is waived, with the reason in the history. What a person has
    worked on stays open, unless its measure is retired.
    """
    asked = asked_for(session, plan, office=hand.office, report_days=hand.report_days).subquery()
    still = exists().where(asked.c.measure_id == FollowUp.measure_id, asked.c.period == FollowUp.period)
    retired = select(Measure.id).where(Measure.plan_id == plan.id, Measure.retired_on.is_not(None))
    unasked = and_(~still, FollowUp.scheduled_on >= hand.today, ~_worked_on())
    obsolete = (
        FollowUp.plan_id == plan.id,
        queries.is_status(Status.OPEN),
        or_(FollowUp.measure_id.in_(retired), unasked),
    )
    ended = session.scalars(select(FollowUp).where(*obsolete, or_(_worked_on(), _told()))).all()
    for follow_up in ended:
        _waive(session, follow_up, f"{plan.source_name} does not ask for it", hand)
    session.flush()
    ids = session.scalars(select(FollowUp.id).where(*obsolete)).all()
    session.execute(delete(FollowUp).where(*obsolete).execution_options(synchronize_session=False))
    return len(ended), len(ids)


def _waive(session: Session, follow_up: FollowUp, reason: str, hand: Hand) -> None:
    before = {"status": follow_up.status.value}
    follow_up.status, follow_up.closed_on = Status.WAIVED, hand.today
    after = {"status": Status.WAIVED.value, "reason": reason}
    record(session, "waive", actor=hand.actor, now=hand.now, follow_up=follow_up, before=before, after=after)


def _worked_on() -> ColumnElement[bool]:
    """Whether a person has done anything to a follow-up: a state, evidence, a move, a line of history."""
    traces = (exists().where(table.follow_up_id == FollowUp.id) for table in (Evidence, DueMove, Event))
    return or_(FollowUp.status != Status.OPEN, *traces)


def _told() -> ColumnElement[bool]:
    """Whether a reminder or a message was about a follow-up."""
    return or_(*(exists().where(table.follow_up_id == FollowUp.id) for table in (Reminder, MessageItem)))
