"""A rehearsal copy of a database: the same records, marked so that it sends nothing for real by itself."""

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Select, Table, delete, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from tracker.db import migrate
from tracker.db.base import Base
from tracker.db.models import Meta
from tracker.db.session import make_engine, writing
from tracker.errors import NotAllowed

BATCH = 5_000


def copy_for_rehearsal(source: sessionmaker[Session], file: Path, *, now: dt.datetime) -> int:
    """Copy every row into a new SQLite file and mark it a rehearsal; how many rows there were.

    NotAllowed when the file exists. A copy that fails half-way leaves no file.
    """
    if file.exists():
        raise NotAllowed(f"{file} exists already; name a new file for the rehearsal.")
    engine = make_engine(URL.create("sqlite", database=str(file)))
    try:
        migrate.upgrade(engine)
        with snapshot(source) as old, writing(engine).begin() as new:
            rows = sum(copy_rows(select(table), table, old, new) for table in Base.metadata.sorted_tables)
            new.execute(delete(Meta).where(Meta.key == "mode"))
            new.add(Meta(key="mode", value="rehearsal"))
            new.execute(update(Meta).where(Meta.key == "created_at").values(value=now.isoformat()))
    except BaseException:
        engine.dispose()
        file.unlink(missing_ok=True)
        raise
    engine.dispose()
    return rows


def snapshot(source: sessionmaker[Session]) -> Session:
    """A session that sees one state of the database throughout, whatever is written meanwhile."""
    session = source()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session


def copy_rows(rows: Select[Any], table: Table, old: Session, new: Session) -> int:
    """Put these rows of one database into a table of another, a batch at a time; how many there were."""
    number = 0
    for batch in old.execute(rows).mappings().partitions(BATCH):
        new.execute(insert(table), [dict(row) for row in batch])
        number += len(batch)
    return number
