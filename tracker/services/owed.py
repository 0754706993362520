"""Who waits for a message, by which route, and in which message it goes: a table for one transaction.

``Routing`` decides once for each kind of contact (which addresses, which own order of channels, owed what),
not for each contact; everything else is a statement over sets.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Delete,
    Insert,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Update,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import Column as Field
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.base import UtcDateTime
from tracker.db.models import Contact, Reminder
from tracker.db.prepared import TODAY
from tracker.domain.reminders import TURN, Kind
from tracker.services.routing import ADDRESSED, EMAIL, LINE, Routing, own_order

OWED = Table(
    "owed",
    MetaData(),
    Field("contact_id", Integer, primary_key=True),
    Field("kinds", Integer),
    Field("turn", Integer),
    Field("allowed", Integer),
    Field("useful_until", UtcDateTime),
    Field("name", String),
    Field("channels", String),
    Field("email", String),
    Field("line_id", String),
    Field("channel", String),
    Field("intended_channel", String),
    Field("address", String),
    Field("identity", String),
    Field("message_id", Integer),
    Field("waits", Boolean),
    prefixes=["TEMPORARY"],
)
"""One row for each contact: the kinds that are owed, as bits; the turn of the weightiest, how many messages a
month any of it allows, until when any of it is of use; the addresses that may be used, and the route. Rows of
one ``identity`` reach the same address."""

_OF_PEOPLE = (
    "contact_id",
    "kinds",
    "turn",
    "allowed",
    "useful_until",
    "name",
    "channels",
    "email",
    "line_id",
)


def write_owed(
    session: Session,
    waiting: Callable[[], ColumnElement[bool]],
    routing: Routing,
    *,
    allowances: Mapping[Kind, int],
    facts: Mapping[str, Any],
) -> None:
    """Make the table and fill it from the reminders that are ``waiting``, by the ``facts`` this asks for.

    Who is paused, or has no channel, is left out. The transaction's end, or ``drop_owed``, removes it.
    """
    connection = session.connection()
    OWED.create(connection)
    allowed = {_allowed(kind): number for kind, number in allowances.items()}
    connection.execute(_insert_people(waiting), {**facts, **allowed})
    routes = [route for shape in connection.execute(_shapes()) for route in _route(shape, routing)]
    if routes:
        connection.execute(_set_route(), routes)
    connection.execute(_leave_out_unreachable())


def drop_owed(session: Session) -> None:
    """Remove the table before the transaction's end, so that it can be made again."""
    OWED.drop(session.connection())


def identity(
    reached: ColumnElement[str], address: ColumnElement[str], person: ColumnElement[int]
) -> ColumnElement[str]:
    """What is equal for all that reaches the same address; without an address, each person's own file."""
    # Not ``in_``: a statement for many parameters at once can hold no list.
    addressed = or_(*(reached == channel for channel in ADDRESSED))
    own = case((addressed, func.lower(address)), else_=cast(person, String))
    # An expression has no type on SQLite, and what has none is looked for without an index.
    return cast(reached.concat(" ").concat(own), String)


def _allowed(kind: Kind) -> str:
    return f"allowed_{kind.name}"


@cache
def _insert_people(waiting: Callable[[], ColumnElement[bool]]) -> Insert:
    """Everyone for whom something waits, with the addresses that may be used."""
    bit = case({kind: 1 << turn for kind, turn in TURN.items()}, value=Reminder.kind)
    turn = case(TURN, value=Reminder.kind)
    allowed = {kind: bindparam(_allowed(kind), type_=Integer()) for kind in Kind}
    owed = (
        select(
            Reminder.contact_id,
            cast(func.sum(bit.distinct()), Integer).label("kinds"),
            func.min(turn).label("turn"),
            func.max(case(allowed, value=Reminder.kind)).label("allowed"),
            func.max(Reminder.useful_until).label("useful_until"),
        )
        .where(waiting())
        .group_by(Reminder.contact_id)
        .subquery()
    )
    people = (
        select(
            *owed.columns,
            Contact.name,
            Contact.channels,
            case((Contact.email_suspended == "", Contact.email), else_=""),
            case((Contact.line_suspended == "", Contact.line_id), else_=""),
        )
        .join(Contact, Contact.id == owed.c.contact_id)
        .where(~queries.is_paused(Contact, TODAY))
    )
    return insert(OWED).from_select(_OF_PEOPLE, people)


def _shape() -> tuple[ColumnElement[Any], ...]:
    """All that decides on a contact's route."""
    return OWED.c.email != "", OWED.c.line_id != "", OWED.c.channels, OWED.c.kinds


_SHAPE = ("has_email", "has_line", "own_channels", "owed_kinds")


@cache
def _shapes() -> Select[Any]:
    return select(*(each.label(name) for each, name in zip(_shape(), _SHAPE, strict=True))).distinct()


def _route(shape: Row[Any], routing: Routing) -> Iterator[Mapping[str, Any]]:
    reachable = [channel for channel, has in ((EMAIL, shape.has_email), (LINE, shape.has_line)) if has]
    kinds = [kind for kind, turn in TURN.items() if shape.owed_kinds >> turn & 1]
    chosen = routing.choose(reachable, kinds, own=own_order(shape.own_channels))
    if chosen is not None:
        route = {"by_channel": chosen.channel, "by_intended": chosen.intended, "reached": chosen.reached}
        yield {**shape._mapping, **route}


@cache
def _set_route() -> Update:
    """Give all contacts of a shape their channel and address."""
    same = (each == bindparam(name, type_=each.type) for each, name in zip(_shape(), _SHAPE, strict=True))
    reached = bindparam("reached", type_=String())
    address = case((reached == EMAIL, OWED.c.email), (reached == LINE, OWED.c.line_id), else_=OWED.c.name)
    return (
        update(OWED)
        .where(*same)
        .values(
            channel=bindparam("by_channel"),
            intended_channel=bindparam("by_intended"),
            address=address,
            identity=identity(reached, address, OWED.c.contact_id),
        )
    )


@cache
def _leave_out_unreachable() -> Delete:
    return delete(OWED).where(OWED.c.channel.is_(None))
