"""Why each reminder of a measure was or was not sent: what is written, and what the rules say of the rest.

When a step comes due is the domain's to say (``domain/reminders.py``), what became of a written reminder is
on record, and what comes is what the future writes when it is played (``services/future.py``); here all are
put side by side, with the rule that decided.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from tracker.db import queries
from tracker.db.models import (
    Contact,
    ContactDivision,
    ContactRole,
    DueMove,
    FollowUp,
    Measure,
    Plan,
    Reminder,
)
from tracker.domain.fiscal import last_of_month, next_month
from tracker.domain.follow_up import Status
from tracker.domain.reminders import Kind, Step, steps_of
from tracker.errors import UnknownName
from tracker.reports.when import said_day, said_instant
from tracker.reports.why import Fate, Line, Story
from tracker.services.delivery import Delivery
from tracker.services.digests import ROLE_OF
from tracker.services.foretold import foretold
from tracker.services.future import played
from tracker.services.ladder import is_asked
from tracker.services.moment import Moment
from tracker.services.place import lead_of
from tracker.services.reach import absence, obstacle
from tracker.services.routing import Routing
from tracker.services.written import Written

ONE_DAY = dt.timedelta(days=1)


def explain(
    source: sessionmaker[Session],
    measure_id: int,
    *,
    moment: Moment,
    delivery: Delivery,
    periods: Collection[str] = (),
    everything: bool = False,
) -> list[Story]:
    """The story of each follow-up of a measure, by due date.

    Without ``periods``, and unless ``everything`` is asked for, of those that have begun or fall due by the
    end of next month. What comes is told for as long, or to the last step of what was asked for; it is what
    ``delivery`` would send if nobody answered anything.
    """
    with source() as session:
        measure = session.get_one(Measure, measure_id)
        plan = session.get_one(Plan, measure.plan_id)
        soon = last_of_month(next_month(moment.today))
        rows = _chosen(session, measure, moment, periods, None if everything else soon)
        still = [each for each in rows if _may_come(each)]
        until = moment.office.starts(soon + ONE_DAY)
        if periods or everything:
            until = max([until, *(_last_step(each, moment) for each in still)])
        coming: dict[int, list[Line]] = {}
        if still:
            with played(source, delivery, moment=moment, agency_id=plan.agency_id, until=until) as future:
                coming = {each.id: foretold(future, each.id) for each in still}
        teller = _Teller(session, plan, measure, moment, delivery.routing, coming, until)
        return [teller.story(each) for each in rows]


def _chosen(
    session: Session, measure: Measure, moment: Moment, periods: Collection[str], soon: dt.date | None
) -> Sequence[FollowUp]:
    """The follow-ups of these periods; without any, those begun or due by a day, or all."""
    own = [FollowUp.measure_id == measure.id, *([FollowUp.period.in_(periods)] if periods else [])]
    if soon and not periods:
        own.append((FollowUp.starts_on <= moment.today) | (FollowUp.due_on <= soon))
    rows = session.scalars(select(FollowUp).where(*own).order_by(FollowUp.due_on, FollowUp.period)).all()
    if periods and not rows:
        known = session.scalars(select(FollowUp.period).where(FollowUp.measure_id == measure.id))
        raise UnknownName("period", ", ".join(periods), known, where=measure.code)
    return rows


def _may_come(follow_up: FollowUp) -> bool:
    return follow_up.status is Status.OPEN and not follow_up.before_tracking


def _last_step(follow_up: FollowUp, moment: Moment) -> dt.datetime:
    """The end of the day on which its last step can leave."""
    last = steps_of(follow_up.due_on, moment.office, moment.rules)[-1].owed_from
    return moment.office.next_gathering(last) + ONE_DAY


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells of one measure's follow-ups."""

    session: Session
    plan: Plan
    measure: Measure
    moment: Moment
    routing: Routing
    coming: Mapping[int, Collection[Line]]
    until: dt.datetime

    def story(self, follow_up: FollowUp) -> Story:
        written = Written(self.session, self.moment, self.routing)
        lines = [*written.reminders(follow_up), *written.lists(follow_up)]
        lines += _joined(self._unwritten(follow_up))
        lines += (self._foretold(follow_up, line) for line in self.coming.get(follow_up.id, ()))
        return Story(
            follow_up.period,
            follow_up.due_on,
            follow_up.status,
            follow_up.before_tracking,
            tuple(self._notes(follow_up)),
            tuple(sorted(lines, key=lambda line: line.at)),
        )

    @property
    def _lead(self) -> str:
        return lead_of(self.session, self.measure)

    def _notes(self, follow_up: FollowUp) -> Iterator[str]:
        """What holds for the follow-up as a whole."""
        today = self.moment.today
        if follow_up.before_tracking:
            began = said_day(self.plan.tracked_from)
            yield f"It was due before tracking began on {began}: it causes no reminder and counts nowhere."
            return
        if follow_up.status is not Status.OPEN:
            yield f"It {self._ended(follow_up)}: its owners are not reminded any more."
            return
        if reason := obstacle(self.plan, self.moment):
            yield f"Now {reason}."
        if not self._is_held(Kind.OVERDUE, today):
            vacancy = self._vacancy(Kind.OVERDUE, today)
            yield f"Today {vacancy}; name one with: tracker contact add"
        weekly = [each for each in self._steps(follow_up) if each.kind is Kind.OVERDUE]
        if weekly and weekly[-1].useful_until <= self.moment.now:
            yield (
                f"Its {len(weekly)} weekly reminders are over: now it stands in the monthly list, and "
                "supervisors are asked by escalation."
            )

    def _ended(self, follow_up: FollowUp) -> str:
        """The state that ended the reminders, and its day where it is on record."""
        day = follow_up.closed_on or follow_up.submitted_on
        return f"was {follow_up.status} on {said_day(day)}" if day else f"is {follow_up.status}"

    def _steps(self, follow_up: FollowUp) -> list[Step]:
        return steps_of(follow_up.due_on, self.moment.office, self.moment.rules)

    def _unwritten(self, follow_up: FollowUp) -> Iterator[Line]:
        """The steps of the present series that nothing is or will be written of, though they come due."""
        if follow_up.before_tracking:
            return
        known = self.session.execute(
            select(Reminder.kind, Reminder.step).where(
                Reminder.follow_up_id == follow_up.id, Reminder.series == follow_up.series
            )
        )
        written: set[tuple[str, tuple[int, ...]]] = {(row.kind.value, (row.step,)) for row in known}
        written |= {(line.kind, line.steps) for line in self.coming.get(follow_up.id, ())}
        for step in self._steps(follow_up):
            if (step.kind.value, (step.number,)) in written:
                continue
            if step.useful_until <= self.moment.now:
                yield _line(step, Fate.NOT_SENT, self._why_missed(follow_up, step))
            elif follow_up.status is not Status.OPEN or step.owed_from >= self.until:
                continue
            elif reason := self._kept_from(step, max(self.moment.now, step.owed_from)):
                yield _line(step, self._fate_of_kept(step), reason)

    def _fate_of_kept(self, step: Step) -> Fate:
        """What is of use beyond the days that were looked at may still come."""
        if step.owed_from <= self.moment.now:
            return Fate.WAITING
        return Fate.COMING if step.useful_until > self.until else Fate.NOT_SENT

    def _why_missed(self, follow_up: FollowUp, step: Step) -> str:
        """The first rule that kept a step from being written while it was of use."""
        office, plan = self.moment.office, self.plan
        came_due = office.today(step.owed_from)
        ended_on = follow_up.submitted_on or follow_up.closed_on
        if ended_on and ended_on <= office.today(step.useful_until):
            return f"it {self._ended(follow_up)}"
        if plan.sends_from >= step.useful_until:
            return f"nothing was sent for the plan before {said_instant(plan.sends_from, office)}"
        moves = select(DueMove.moved_on).where(DueMove.follow_up_id == follow_up.id)
        moved_on = self.session.scalar(moves.order_by(DueMove.id.desc()).limit(1))
        if moved_on and moved_on >= came_due:
            return f"its due date became this one only on {said_day(moved_on)}"
        if follow_up.series > 1:
            return "it was given back or reopened, and its reminders began anew only after that"
        unseen = f"the program did not look from then until {said_instant(step.useful_until, office)}"
        return self._kept_from(step, step.owed_from) or unseen

    def _kept_from(self, step: Step, instant: dt.datetime) -> str:
        """What keeps a step from being written at an instant; "" when nothing does."""
        then = replace(self.moment, now=instant)
        if reason := obstacle(self.plan, then):
            return reason
        if self._is_held(step.kind, then.today, step.number):
            return ""
        return f"{self._vacancy(step.kind, then.today)} on {said_day(then.today)}"

    def _foretold(self, follow_up: FollowUp, line: Line) -> Line:
        """A line to come; what would be sent at once is owed already."""
        if line.at > self.moment.now or line.fate is not Fate.COMING:
            return line
        at = self._owed_since(follow_up, line)
        reason = "owed, and written when the program looks next: tracker tick"
        return replace(line, at=at, fate=Fate.WAITING, reason=reason, channel="")

    def _owed_since(self, follow_up: FollowUp, line: Line) -> dt.datetime:
        """When something that is owed came due; a list does with its month."""
        office = self.moment.office
        month = office.reminding(office.first_working_day(self.moment.today))
        steps = (each for each in self._steps(follow_up) if (each.number,) == line.steps)
        since = (each.owed_from for each in steps if each.kind == line.kind)
        return min(line.at, next(since, month))

    def _is_held(self, kind: Kind, day: dt.date, step: int = 1) -> bool:
        """Whether anybody would be told on a day: by role, division, rank and presence."""
        people = queries.contacts_with(ROLE_OF[kind], day).subquery()
        if kind is Kind.ESCALATION:
            told = is_asked(people, step, day)
        else:
            told = or_(people.c.division_id.is_(None), people.c.division_id == FollowUp.lead_division_id)
        someone = (
            select(people.c.contact_id)
            .join(FollowUp, FollowUp.measure_id == self.measure.id)
            .where(people.c.agency_id == self.plan.agency_id, told)
            .limit(1)
        )
        return self.session.scalar(someone) is not None

    def _vacancy(self, kind: Kind, day: dt.date) -> str:
        """Why nobody is told on a day: the post is vacant, or those who hold it are away."""
        role = ROLE_OF[kind]
        own = ContactDivision.division_id
        rows = self.session.scalars(
            select(Contact)
            .join(ContactRole, and_(ContactRole.contact_id == Contact.id, ContactRole.role == role))
            .outerjoin(ContactDivision, ContactDivision.contact_id == Contact.id)
            .where(Contact.agency_id == self.plan.agency_id)
            .where(or_(own.is_(None), own == self.measure.lead_division_id))
            .order_by(Contact.id)
            .distinct()
        )
        away = [reason for each in rows if (reason := absence(each, day))]
        names = f" ({'; '.join(away)})" if away else ""
        return f"nobody is {role} for {self._lead}{names}"


def _line(step: Step, fate: Fate, reason: str) -> Line:
    return Line(step.owed_from, step.kind.value, (step.number,), (), fate, reason)


def _joined(lines: Iterator[Line]) -> list[Line]:
    """Steps that were not sent for one reason stand on one line, that of the first."""
    kept: dict[tuple[object, ...], Line] = {}
    for line in lines:
        key = (line.kind, line.fate, line.reason)
        known = kept.get(key)
        kept[key] = replace(known, steps=known.steps + line.steps) if known else line
    return list(kept.values())
