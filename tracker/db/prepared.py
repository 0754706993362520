"""Statements that are built once: to build one costs many times what a small database takes to answer it.

Such a statement comes from a function under ``functools.cache``, whose arguments are choices of the program's
own and never data, settings or the time. Those are parameters with a name, given at each execution. The ones
that many statements share stand here.
"""

from sqlalchemy import BindParameter, Date, Integer, bindparam

from tracker.db.base import UtcDateTime

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
