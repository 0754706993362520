"""To whom something is owed, by which route, and in which message it goes: a table for one transaction.

``Routing`` decides once for each kind of contact (which addresses, which own order of channels, owed
something that LINE is kept for or not), not for each contact; everything else is a statement over sets.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy import Column as Field
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.base import UtcDateTime
from tracker.db.models import Contact
from tracker.db.prepared import TODAY, any_of
from tracker.domain.reminders import TURN, Kind
from tracker.services.routing import ADDRESSED, EMAIL, LINE, Routing, own_order
from tracker.services.waiting import WAITING

_TABLES = MetaData()

OWED = Table(
    "owed",
    _TABLES,
    Field("contact_id", Integer, primary_key=True, autoincrement=False),
    Field("turn", Integer),
    Field("allowed", Integer),
    Field("useful_until", UtcDateTime),
    Field("channel", String),
    Field("intended_channel", String),
    Field("address", String),
    Field("identity", String),
    Field("bearer_id", Integer),
    Field("message_id", Integer),
    Field("waits", Boolean),
    prefixes=["TEMPORARY"],
)
"""One row for each contact: the turn of the weightiest that is owed, how many messages a month any of it
allows, until when any of it is of use, and the route. Rows of one ``identity`` reach the same address: they
go into the message ``message_id`` that is there, or into a new one, which the contact ``bearer_id`` bears."""

_ROUTES = Table(
    "routes",
    _TABLES,
    Field("has_email", Boolean, primary_key=True),
    Field("has_line", Boolean, primary_key=True),
    Field("for_line", Boolean, primary_key=True),
    Field("channels", String, primary_key=True),
    Field("channel", String),
    Field("intended_channel", String),
    Field("reached", String),
    prefixes=["TEMPORARY"],
)
"""What ``Routing`` decided: the channel for every contact of a kind, and by which address it is reached."""


MADE = Table(
    "made",
    _TABLES,
    Field("bearer_id", Integer, primary_key=True, autoincrement=False),
    Field("id", Integer),
    prefixes=["TEMPORARY"],
)
"""The messages made just now: in a table by themselves PostgreSQL knows how many they are."""


def make_tables(session: Session) -> None:
    """Make the tables, empty; ``drop_tables``, or the transaction's end, removes them."""
    _TABLES.create_all(session.connection(), checkfirst=False)


def drop_tables(session: Session) -> None:
    """Remove the tables before the transaction's end, so that they can be made again."""
    _TABLES.drop_all(session.connection(), checkfirst=False)


def write_owed(
    session: Session, routing: Routing, *, allowances: Mapping[Kind, int], facts: Mapping[str, Any]
) -> None:
    """Fill the table from what is waiting, by the ``facts`` this asks for.

    Who is paused, or has no channel, is left out.
    """
    connection = session.connection()
    routes = list(_routes(connection.scalars(_own_channels()).all(), routing))
    if routes:
        connection.execute(insert(_ROUTES), routes)
    allowed = {_allowed(kind): number for kind, number in allowances.items()}
    connection.execute(_insert(), {**facts, **allowed, "line_kinds": list(routing.line_kinds)})


def identity(
    reached: ColumnElement[str], address: ColumnElement[str], person: ColumnElement[int]
) -> ColumnElement[str]:
    """What is equal for all that reaches the same address; without an address, each person's own file."""
    own = case((reached.in_(ADDRESSED), func.lower(address)), else_=cast(person, String))
    # An expression has no type on SQLite, and what has none is looked for without an index.
    return cast(reached.concat(" ").concat(own), String)


def _routes(own_channels: Collection[str], routing: Routing) -> Iterator[Mapping[str, object]]:
    """The route of every kind of contact that has one."""
    either = (True, False)
    for channels, has_email, has_line, for_line in product(own_channels, either, either, either):
        reachable = [channel for channel, has in ((EMAIL, has_email), (LINE, has_line)) if has]
        kinds = routing.line_kinds if for_line else ()
        chosen = routing.choose(reachable, kinds, own=own_order(channels))
        if chosen is not None:
            yield {
                "has_email": has_email,
                "has_line": has_line,
                "for_line": for_line,
                "channels": channels,
                "channel": chosen.channel,
                "intended_channel": chosen.intended,
                "reached": chosen.reached,
            }


def _allowed(kind: Kind) -> str:
    return f"allowed_{kind.name}"


@cache
def _own_channels() -> Select[str]:
    return select(Contact.channels).join(WAITING, WAITING.c.contact_id == Contact.id).distinct()


@cache
def _insert() -> Insert:
    """Everyone for whom something waits, by the address that may be used."""
    allowed = {kind: bindparam(_allowed(kind), type_=Integer()) for kind in Kind}
    kind = WAITING.c.kind
    owed = (
        select(
            WAITING.c.contact_id,
            func.min(case(TURN, value=kind)).label("turn"),
            func.max(case(allowed, value=kind)).label("allowed"),
            func.max(WAITING.c.useful_until).label("useful_until"),
            func.max(case((kind.in_(any_of("line_kinds")), 1), else_=0)).label("for_line"),
        )
        .where(WAITING.c.dropped == "")
        .group_by(WAITING.c.contact_id)
        .subquery()
    )
    email = case((Contact.email_suspended == "", Contact.email), else_="")
    line_id = case((Contact.line_suspended == "", Contact.line_id), else_="")
    route = and_(
        _ROUTES.c.channels == Contact.channels,
        _ROUTES.c.has_email == (email != ""),
        _ROUTES.c.has_line == (line_id != ""),
        _ROUTES.c.for_line == (owed.c.for_line == 1),
    )
    reached = _ROUTES.c.reached
    address = case((reached == EMAIL, email), (reached == LINE, line_id), else_=Contact.name)
    row: dict[str, ColumnElement[Any]] = {
        "contact_id": owed.c.contact_id,
        "turn": owed.c.turn,
        "allowed": owed.c.allowed,
        "useful_until": owed.c.useful_until,
        "channel": _ROUTES.c.channel,
        "intended_channel": _ROUTES.c.intended_channel,
        "address": address,
        "identity": identity(reached, address, owed.c.contact_id),
        "bearer_id": owed.c.contact_id,
    }
    people = (
        select(*row.values())
        .join_from(owed, Contact, Contact.id == owed.c.contact_id)
        .join(_ROUTES, route)
        .where(~queries.is_paused(Contact, TODAY))
    )
    return insert(OWED).from_select(list(row), people)
