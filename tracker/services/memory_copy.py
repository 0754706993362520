"""A copy in memory of what concerns an agency: a place to play the future in, of which nothing remains."""

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import URL, ColumnElement, Engine, Select, Table, func, literal, or_, select
from sqlalchemy.orm import Session, sessionmaker

from tracker.db.base import Base
from tracker.db.models import Agency, Contact, Event, Evidence, MessageText
from tracker.db.session import make_engine, writing
from tracker.services.rehearsal import copy_rows, snapshot

LEFT_OUT = frozenset({Event.__tablename__, Evidence.__tablename__})
"""Tables that decide nothing about what is sent, and grow without end."""

TEXTS = frozenset({"body", "html", "flex", "calendar"})
"""What messages said; here it matters only that they were sent."""


@contextmanager
def memory_copy(source: sessionmaker[Session], agency_id: int) -> Iterator[sessionmaker[Session]]:
    """Transactions on a copy that is gone afterwards; the source is read in one transaction and not locked.

    It holds the agency, and every other that shares an address with it: their messages are shared too.
    """
    engine = make_engine(URL.create("sqlite", database=":memory:"))
    try:
        _let_point_nowhere(engine)
        Base.metadata.create_all(engine)
        with snapshot(source) as old, writing(engine).begin() as new:
            agencies = _sharing(old, agency_id)
            for table in Base.metadata.sorted_tables:
                if table.name not in LEFT_OUT:
                    copy_rows(_rows(table, agencies), table, old, new)
        yield writing(engine)
    finally:
        engine.dispose()


def _let_point_nowhere(engine: Engine) -> None:
    """An old message may have carried something for an agency that shares no address any more."""
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA foreign_keys = OFF")


def _sharing(session: Session, agency_id: int) -> set[int]:
    """The agency, those that have an address in common with it, with those again, and so on."""
    email, line_id = func.lower(Contact.email), func.lower(Contact.line_id)
    found: set[int] = set()
    new = {agency_id}
    while not new <= found:
        found |= new
        rows = session.execute(select(email, line_id).where(Contact.agency_id.in_(found))).all()
        emails, line_ids = {row[0] for row in rows} - {""}, {row[1] for row in rows} - {""}
        reached = or_(email.in_(emails), line_id.in_(line_ids))
        new = set(session.scalars(select(Contact.agency_id).where(reached)))
    return found


def _rows(table: Table, agencies: Collection[int]) -> Select[Any]:
    """A table's rows of these agencies, found by what they point to; all where they belong to none."""
    if table.name == Agency.__tablename__:
        return select(table).where(table.c.id.in_(agencies))
    columns: list[ColumnElement[Any]] = [*table.columns]
    if table.name == MessageText.__tablename__:
        columns = [literal("").label(each.name) if each.name in TEXTS else each for each in table.columns]
    for column in table.columns:
        for key in column.foreign_keys:
            if not column.nullable:
                owners = _rows(key.column.table, agencies).with_only_columns(key.column)
                return select(*columns).where(column.in_(owners))
    return select(*columns)
