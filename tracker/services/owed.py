"""Who waits for a message, by which route, and in which message it goes: a table for one transaction.

``Routing`` decides once for each kind of contact (which addresses, which own order of channels, owed what),
not for each contact; everything else is a statement over sets.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    column,
    false,
    func,
    insert,
    select,
    true,
    values,
)
from sqlalchemy import Column as Field
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.base import UtcDateTime
from tracker.db.models import Contact, Reminder
from tracker.domain.reminders import TURN, Kind
from tracker.services.routing import ADDRESSED, EMAIL, LINE, Routing, own_order

OWED = Table(
    "owed",
    MetaData(),
    Field("contact_id", Integer, primary_key=True),
    Field("turn", Integer),
    Field("allowed", Integer),
    Field("useful_until", UtcDateTime),
    Field("channel", String),
    Field("intended_channel", String),
    Field("address", String),
    Field("identity", String),
    Field("message_id", Integer),
    Field("waits", Boolean),
    prefixes=["TEMPORARY"],
)
"""One row for each contact: the turn of the weightiest that is owed, how many messages a month any of it
allows, until when any of it is of use, and the route. Rows of one ``identity`` reach the same address."""

_SHAPE = ("has_email", "has_line", "channels", "kinds")
_COLUMNS = [each.name for each in OWED.columns if each.name not in ("message_id", "waits")]


def write_owed(
    session: Session,
    waiting: ColumnElement[bool],
    routing: Routing,
    *,
    allowances: Mapping[Kind, int],
    today: dt.date,
) -> None:
    """Make the table and fill it from the reminders that are ``waiting``.

    Who is paused, or has no channel, is left out. The transaction's end, or ``drop_owed``, removes it.
    """
    OWED.create(session.connection())
    people = _people(waiting, allowances, today)
    routes = _routes(session, people, routing)
    if routes is not None:
        session.execute(insert(OWED).from_select(_COLUMNS, _routed(people, routes)))


def drop_owed(session: Session) -> None:
    """Remove the table before the transaction's end, so that it can be made again."""
    OWED.drop(session.connection())


def identity(
    reached: ColumnElement[str], address: ColumnElement[str], person: ColumnElement[int]
) -> ColumnElement[str]:
    """What is equal for all that reaches the same address; without an address, each person's own file."""
    own = case((reached.in_(ADDRESSED), func.lower(address)), else_=cast(person, String))
    # An expression has no type on SQLite, and what has none is looked for without an index.
    return cast(reached.concat(" ").concat(own), String)


def _people(waiting: ColumnElement[bool], allowances: Mapping[Kind, int], today: dt.date) -> CTE:
    """Everyone for whom something waits, with the addresses that may be used and the kinds, as bits."""
    bit = case({kind: 1 << turn for kind, turn in TURN.items()}, value=Reminder.kind)
    turn = case(TURN, value=Reminder.kind)
    owed = (
        select(
            Reminder.contact_id,
            cast(func.sum(bit.distinct()), Integer).label("kinds"),
            func.min(turn).label("turn"),
            func.max(case(dict(allowances), value=Reminder.kind)).label("allowed"),
            func.max(Reminder.useful_until).label("useful_until"),
        )
        .where(waiting)
        .group_by(Reminder.contact_id)
        .subquery()
    )
    email = case((Contact.email_suspended == "", Contact.email), else_="")
    line = case((Contact.line_suspended == "", Contact.line_id), else_="")
    return (
        select(
            *owed.columns,
            *(Contact.name, Contact.channels, email.label("email"), line.label("line_id")),
            case((email != "", true()), else_=false()).label("has_email"),
            case((line != "", true()), else_=false()).label("has_line"),
        )
        .join(Contact, Contact.id == owed.c.contact_id)
        .where(~queries.is_paused(Contact, today))
        .cte("people")
    )


def _routes(session: Session, people: CTE, routing: Routing) -> CTE | None:
    """The route of each shape that occurs; None when nobody can be reached."""
    shapes = session.execute(select(*(people.c[name] for name in _SHAPE)).distinct()).all()
    routes = [(*shape, *route) for shape in shapes for route in _route(shape, routing)]
    if not routes:
        return None
    names = (*_SHAPE, "channel", "intended_channel", "reached")
    types = (*(people.c[name].type for name in _SHAPE), String(), String(), String())
    columns = (column(name, kind) for name, kind in zip(names, types, strict=True))
    return values(*columns, name="routes").data(routes).cte("routes")


def _route(shape: Row[bool, bool, str, int], routing: Routing) -> Iterator[tuple[str, str, str]]:
    reachable = [channel for channel, has in ((EMAIL, shape.has_email), (LINE, shape.has_line)) if has]
    kinds = [kind for kind, turn in TURN.items() if shape.kinds >> turn & 1]
    chosen = routing.choose(reachable, kinds, own=own_order(shape.channels))
    if chosen is not None:
        yield chosen.channel, chosen.intended, chosen.reached


def _routed(people: CTE, routes: CTE) -> Select[*tuple[Any, ...]]:
    reached = routes.c.reached
    address = case(
        (reached == EMAIL, people.c.email), (reached == LINE, people.c.line_id), else_=people.c.name
    )
    return select(
        people.c.contact_id,
        people.c.turn,
        people.c.allowed,
        people.c.useful_until,
        routes.c.channel,
        routes.c.intended_channel,
        address,
        identity(reached, address, people.c.contact_id),
    ).join_from(people, routes, and_(*(people.c[name] == routes.c[name] for name in _SHAPE)))
