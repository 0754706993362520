"""A task that one process has at a time, of all that share a database: taken for a while, and renewed.

A lease saves work and guards nothing: a process that is stopped in the middle may go on after its end. What
is done under it must be harmless when it is done twice.
"""

import datetime as dt
import os
import secrets
import socket
from typing import Any

from sqlalchemy import CursorResult, delete, or_, select
from sqlalchemy.orm import Session

from tracker.db.models import Lease
from tracker.db.upsert import inserting

BELIEVED = 2
"""A lease that ends later than so many times its length was taken by a clock that ran ahead: it is void."""


def holder_name() -> str:
    """A name for this process that no other has: the machine, the process id, and chance."""
    return f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(4)}"


def take(session: Session, name: str, *, holder: str, now: dt.datetime, lasts: dt.timedelta) -> bool:
    """Take a lease that is free, or over, or renew one's own; whether ``holder`` has it from now on.

    It then ends after ``lasts``, unless it is renewed before. Of two that take it at once one gets it.
    """
    values = {"holder": holder, "until": now + lasts}
    free = or_(Lease.holder == holder, Lease.until <= now, Lease.until > now + BELIEVED * lasts)
    statement = inserting(session.get_bind().dialect.name, Lease).values(name=name, **values)
    taken = statement.on_conflict_do_update(index_elements=[Lease.name], set_=values, where=free)
    return _rows(session, taken) == 1


def holder_of(session: Session, name: str) -> str:
    """Who took a lease last and did not give it back; "" when nobody."""
    return session.scalar(select(Lease.holder).where(Lease.name == name)) or ""


def give_back(session: Session, name: str, *, holder: str) -> None:
    """Free a lease at once, if ``holder`` still has it."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def _rows(session: Session, statement: Any) -> int:
    done: CursorResult[Any] = session.connection().execute(
        statement, execution_options={"preserve_rowcount": True}
    )
    return done.rowcount
