"""The standing of a plan added up by plain Python over plain values, to compare the SQL with.

Written from the design, section 3 (``--as-of``) and section 6 (``list``, ``summary``), not from the queries.
"""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import AGENCY, measure, plan, rule, stored
from tracker.db.models import Division, DueMove, FollowUp, Measure
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.reports.listing import ListedFollowUp, ListFilter
from tracker.reports.summary import DivisionStanding, OverdueItem, Summary, TrendPoint

TODAY = dt.date(2022, 6, 15)
TRACKED_FROM = dt.date(2021, 11, 15)
ENDS_ON = dt.date(2022, 9, 30)
LEADS = ("ฝ่ายหนึ่ง", "ฝ่ายสอง", "")


@dataclass(frozen=True)
class Life:
    """What happened to one follow-up; ``moves`` are (day of the move, new due date), in order."""

    status: Status = Status.OPEN
    submitted_on: dt.date | None = None
    closed_on: dt.date | None = None
    moves: tuple[tuple[dt.date, dt.date], ...] = ()
    before_tracking: bool = False


@dataclass(frozen=True)
class Known:
    """One follow-up as the reference knows it; ``due`` holds the due dates it had, from which day on."""

    id: int
    measure_id: int
    code: str
    position: int
    period: str
    lead: str
    scheduled_on: dt.date
    due: tuple[tuple[dt.date, dt.date], ...]
    life: Life

    def status_on(self, day: dt.date) -> Status:
        if self.life.closed_on and self.life.closed_on <= day:
            return self.life.status
        if self.life.submitted_on and self.life.submitted_on <= day:
            return Status.SUBMITTED
        return Status.OPEN

    def due_on(self, day: dt.date) -> dt.date:
        return [due for since, due in self.due if since <= day][-1]

    def is_overdue(self, day: dt.date) -> bool:
        late = self.status_on(day) is Status.OPEN and self.due_on(day) < day
        return late and not self.life.before_tracking

    def days_overdue(self, day: dt.date) -> int:
        return (day - self.due_on(day)).days if self.is_overdue(day) else 0


def store_lives(session: Session, lives: list[Life], *, office: OfficeTime) -> tuple[int, list[Known]]:
    """A plan of four quarters for each of LEADS, with these lives in turn; its id, and what is known."""
    measures = [measure(f"O{n}", lead=lead, rules=[rule("quarterly")]) for n, lead in enumerate(LEADS, 1)]
    kept = stored(session, plan(*measures), office=office, track_from=TRACKED_FROM)
    names = {each.id: each.name for each in session.scalars(select(Division))}
    rows = session.execute(
        select(FollowUp, Measure)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .order_by(Measure.position, FollowUp.period)
    )
    known = []
    for (row, of), life in zip(rows.all(), lives, strict=True):
        due = [(dt.date.min, row.due_on)]
        for moved_on, to_on in life.moves:
            session.add(
                DueMove(follow_up_id=row.id, moved_on=moved_on, from_on=due[-1][1], to_on=to_on, reason="รอ")
            )
            due.append((moved_on, to_on))
        row.status, row.submitted_on, row.closed_on = life.status, life.submitted_on, life.closed_on
        row.due_on, row.before_tracking = due[-1][1], life.before_tracking
        known.append(
            Known(
                id=row.id,
                measure_id=of.id,
                code=of.code,
                position=of.position,
                period=row.period,
                lead=names.get(row.lead_division_id or 0, ""),
                scheduled_on=row.scheduled_on,
                due=tuple(due),
                life=life,
            )
        )
        session.flush()
    return kept.id, known


def expected_list(
    known: list[Known], wanted: ListFilter, day: dt.date, divisions: dict[str, int]
) -> list[ListedFollowUp]:
    """The lines that the filter lets through as of a day, in the order of the list."""
    lines = sorted(known, key=lambda each: (each.due_on(day), each.position, each.period))
    kept = [
        ListedFollowUp(
            follow_up_id=each.id,
            measure_id=each.measure_id,
            code=each.code,
            title=f"มาตรการ {each.code}",
            period=each.period,
            status=each.status_on(day),
            scheduled_on=each.scheduled_on,
            due_on=each.due_on(day),
            days_overdue=each.days_overdue(day),
            before_tracking=each.life.before_tracking,
            lead=each.lead,
        )
        for each in lines
        if (not wanted.divisions or divisions.get(each.lead) in wanted.divisions)
        and (wanted.status is None or each.status_on(day) is wanted.status)
        and (not wanted.codes or each.code in wanted.codes)
        and (not wanted.periods or each.period in wanted.periods)
        and (wanted.due_from is None or each.due_on(day) >= wanted.due_from)
        and (wanted.due_to is None or each.due_on(day) <= wanted.due_to)
        and (not wanted.overdue or each.is_overdue(day))
    ]
    return kept[: wanted.limit]


def expected_summary(known: list[Known], day: dt.date) -> Summary:
    """The summary as of a day of the follow-ups given."""
    counted = [each for each in known if not each.life.before_tracking]
    due = [each for each in counted if each.scheduled_on <= day]
    on_time = [
        each
        for each in due
        if each.status_on(day) is Status.DONE
        and each.life.closed_on is not None
        and each.life.closed_on <= each.due_on(day)
    ]
    late = sorted(
        (each for each in counted if each.is_overdue(day)),
        key=lambda each: (each.due_on(day), each.position, each.period),
    )
    ages = [each.days_overdue(day) for each in late]
    standings = [_standing(lead, counted, day) for lead in {each.lead for each in counted}]
    return Summary(
        as_of=day,
        agency=AGENCY,
        fiscal_year=2565,
        total=len(counted),
        **_by_status(counted, day),
        overdue=len(late),
        due=len(due),
        on_time_rate=round(len(on_time) / len(due), 4) if due else None,
        by_division=tuple(
            sorted(standings, key=lambda each: (-each.overdue, -each.oldest_days, each.division))
        ),
        aging={
            "1-7": sum(1 <= age <= 7 for age in ages),
            "8-30": sum(8 <= age <= 30 for age in ages),
            "31-90": sum(31 <= age <= 90 for age in ages),
            "90+": sum(age > 90 for age in ages),
        },
        oldest=tuple(
            OverdueItem(
                each.code,
                f"มาตรการ {each.code}",
                each.period,
                each.lead,
                each.due_on(day),
                each.days_overdue(day),
            )
            for each in late[:10]
        ),
        trend=tuple(
            TrendPoint(
                end,
                sum(each.is_overdue(end) for each in counted),
                sum(each.status_on(end) is Status.DONE for each in counted),
            )
            for end in [*_month_ends(TRACKED_FROM, min(ENDS_ON, day - dt.timedelta(days=1))), day]
        ),
    )


def _by_status(counted: list[Known], day: dt.date) -> dict[str, int]:
    return {status.value: sum(each.status_on(day) is status for each in counted) for status in Status}


def _standing(lead: str, counted: list[Known], day: dt.date) -> DivisionStanding:
    own = [each for each in counted if each.lead == lead]
    return DivisionStanding(
        division=lead,
        total=len(own),
        **_by_status(own, day),
        overdue=sum(each.is_overdue(day) for each in own),
        oldest_days=max((each.days_overdue(day) for each in own), default=0),
    )


def _month_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.day == monthrange(day.year, day.month)[1]]
