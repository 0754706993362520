"""Statements that are built once: to build one costs many times what a small database takes to answer it.

Such a statement comes from a function under ``functools.cache``, whose arguments are choices of the program's
own and never data, settings or the time. Those are parameters with a name, given at each execution. The ones
that many statements share stand here.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import BindParameter, Date, Executable, Integer, Table, bindparam
from sqlalchemy.orm import Session

from tracker.db.base import Base, UtcDateTime

NOW = bindparam("now", type_=UtcDateTime())
"""The present instant."""

TODAY = bindparam("today", type_=Date())
"""The office's day."""

PLAN = bindparam("of_plan", type_=Integer())
"""The plan that is asked about, by its number."""

MESSAGE = bindparam("of_message", type_=Integer())
"""The message that is asked about, by its number."""


def any_of(name: str) -> BindParameter[object]:
    """A parameter that is a list, for ``column.in_``."""
    return bindparam(name, expanding=True)


def table_of(model: type[Base]) -> Table:
    """A table by itself, for statements on many rows that need none of the session's objects."""
    return cast(Table, model.__table__)


def rows_written(session: Session, statement: Executable, facts: Mapping[str, Any] | None = None) -> int:
    """Execute a statement past the objects that the session holds; how many rows it wrote.

    Python's driver for SQLite does not count the rows of a statement that begins with WITH.
    """
    done = session.connection().execute(statement, facts, execution_options={"preserve_rowcount": True})
    return done.rowcount
