"""Making a plan's follow-ups: the program against the quickest bare way into the same table and indexes.

Both begin with measures and rules and an empty table, and both end with the commit.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import product

from sqlalchemy import Engine, text

from bench.measure import Figure, call, compare
from bench.office import DIVISIONS, PERIODS, REPORT_DAYS, SMALL, Office, build_plan, make
from tracker.db.session import writing
from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import WorkingDays
from tracker.domain.schedule import slots
from tracker.services.schedule import COLUMNS

TARGET = 0.5
NAMES = ", ".join(COLUMNS)
_INSERT_SELECT = """
    INSERT INTO follow_ups ({names})
    SELECT 1, measures.id, measures.lead_division_id, 2565, slot.period, 'monthly',
           slot.starts_on, slot.scheduled_on, slot.due_on, false
    FROM measures JOIN rules ON rules.measure_id = measures.id
    CROSS JOIN (VALUES {slots}) AS slot (period, starts_on, scheduled_on, due_on)
"""

Row = tuple[object, ...]


def run(office: Office, *, repeat: int) -> list[Figure]:
    """On SQLite against ``executemany``; on PostgreSQL against COPY and against a bare INSERT … SELECT."""
    engine = office.engine()
    build_plan(engine, office.follow_ups)
    floors: dict[str, Callable[[], None]] = {"executemany": lambda: _executemany(engine, office)}
    if engine.dialect.name == "postgresql":
        floors = {"COPY": lambda: _copy(engine, office), "INSERT … SELECT": lambda: _insert(engine)}
    figures = [
        compare(
            f"making follow-ups, {engine.dialect.name}, against {way}",
            lambda floor=floor: _rate(engine, office, floor),
            lambda: _rate(engine, office, lambda: _program(engine)),
            repeat=repeat,
            target=TARGET,
            unit="rows/s",
        )
        for way, floor in floors.items()
    ]
    engine.dispose()
    return figures


def _rate(engine: Engine, office: Office, fill: Callable[[], None]) -> float:
    """Rows a second of a way to fill the table, which is emptied before."""
    empty = "TRUNCATE follow_ups CASCADE" if engine.dialect.name == "postgresql" else "DELETE FROM follow_ups"
    with writing(engine).begin() as session:
        session.execute(text(empty))
    seconds = call(fill) / 1000
    with engine.connect() as connection:
        made: int = connection.execute(text("SELECT count(*) FROM follow_ups")).scalar_one()
    if made != office.follow_ups:
        raise AssertionError(f"{made} follow-ups were made, not {office.follow_ups}")
    return made / seconds


def _program(engine: Engine) -> None:
    with writing(engine).begin() as session:
        make(session)


def _executemany(engine: Engine, office: Office) -> None:
    with writing(engine).begin() as session:
        cursor = session.connection().connection.cursor()
        cursor.executemany(f"INSERT INTO follow_ups ({NAMES}) VALUES (?,?,?,?,?,?,?,?,?,?)", _rows(office))


def _copy(engine: Engine, office: Office) -> None:
    with writing(engine).begin() as session:
        cursor = session.connection().connection.cursor()
        with cursor.copy(f"COPY follow_ups ({NAMES}) FROM STDIN") as copy:
            for row in _rows(office):
                copy.write_row(row)


def _insert(engine: Engine) -> None:
    values = ", ".join(
        f"('{period}', date '{starts_on}', date '{scheduled_on}', date '{due_on}')"
        for period, starts_on, scheduled_on, due_on in _slots()
    )
    with writing(engine).begin() as session:
        session.execute(text(_INSERT_SELECT.format(names=NAMES, slots=values)))


def _rows(office: Office) -> Iterator[Row]:
    """The same rows as the program makes, as plain values."""
    small = SMALL // PERIODS
    for measure, slot in product(range(1, office.follow_ups // PERIODS + 1), _slots()):
        lead = DIVISIONS if measure <= small else measure % (DIVISIONS - 1) + 1
        period, *days = slot
        yield (1, measure, lead, 2565, period, "monthly", *days, 0)


def _slots() -> list[tuple[str, str, str, str]]:
    year = slots(FiscalYear(2565), dates=(), working=WorkingDays(), report_days=REPORT_DAYS)
    return [
        (slot.period, *(day.isoformat() for day in (slot.starts_on, slot.scheduled_on, slot.due_on)))
        for slot in year
        if slot.cadence is Cadence.MONTHLY and slot.starts_on <= dt.date(2022, 7, 31)
    ]
