"""The only reader of the system clock. Everything else is told the time."""

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]
"""Answers the present instant, aware, in UTC."""


def system_clock() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def stopped_at(instant: dt.datetime) -> Clock:
    """A clock that always shows ``instant``; it refuses a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} carries no time zone")
    utc = instant.astimezone(dt.UTC)
    return lambda: utc
