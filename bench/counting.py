"""Counting what is overdue by division, inside one process: the program's function against bare SQL."""

from typing import Any

from sqlalchemy.orm import Session

from bench.measure import Figure, call, compare
from bench.office import TODAY, Office
from tracker.db.session import reading
from tracker.reports.standing import overdue_counts, plan_summary

TARGET = 1.5
_COUNTS = """
    SELECT divisions.id, count(*)
    FROM divisions CROSS JOIN follow_ups
    WHERE follow_ups.lead_division_id = divisions.id AND follow_ups.plan_id = 1
    AND follow_ups.status = 'open' AND NOT follow_ups.before_tracking AND follow_ups.due_on < '{day}'
    GROUP BY divisions.id
"""
"""The quickest bare statement found: division by division, it reads only what is overdue."""


def run(office: Office, *, repeat: int) -> list[Figure]:
    """The counts alone, which have a target, and the whole summary, which shows far more, against them."""
    engine = office.engine()
    name = engine.dialect.name
    with reading(engine)() as session:
        cursor = session.connection().connection.cursor()
        query = _COUNTS.format(day=TODAY)
        figures = [
            compare(
                f"overdue counts by division, {name}",
                lambda: call(lambda: cursor.execute(query).fetchall()),
                lambda: call(lambda: overdue_counts(session, 1, TODAY)),
                repeat=repeat,
                target=TARGET,
            ),
            compare(
                f"all that 'summary' shows, {name}",
                lambda: call(lambda: cursor.execute(query).fetchall()),
                lambda: call(lambda: plan_summary(session, 1, today=TODAY)),
                repeat=max(repeat // 3, 1),
            ),
        ]
        _check(session, cursor.execute(query).fetchall())
    engine.dispose()
    return figures


def _check(session: Session, bare: list[Any]) -> None:
    """Both count the same."""
    rows = overdue_counts(session, 1, TODAY)
    if sum(row.number for row in rows) != sum(number for _, number in bare):
        raise AssertionError("the floor counts something else than the program")
