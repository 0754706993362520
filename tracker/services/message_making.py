"""Gathering what is owed: one message to a contact and day, carrying everything that waits for it.

Contacts who are reached at the same address share a message. A contact whose last message is still under
way, who already got today's, or who has had as many as a month allows, waits: the reminders stay owed. So
does what is for a paused contact, or of a paused plan.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from tracker.db import queries
from tracker.db.models import Contact, Message, MessageState, Reminder
from tracker.domain.fiscal import first_of_month
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import TURN, Kind, weightiest
from tracker.services.routing import Addresses, Identity, Route, Routing, identity

UNDER_WAY = (MessageState.SENDING, MessageState.RETRY)
NOT_RECEIVED = (MessageState.CANCELLED, MessageState.EXPIRED)

Known = int | Identity
"""What a message is known by: its contact, and the address it reaches."""


@dataclass(frozen=True, slots=True)
class _Owed:
    """What waits for one contact: by which route, and why."""

    contact_id: int
    route: Route
    kinds: frozenset[Kind]
    useful_until: dt.datetime

    @property
    def known_as(self) -> tuple[Known, Known]:
        return self.route.identity, self.contact_id


def make_messages(
    session: Session,
    *,
    now: dt.datetime,
    office: OfficeTime,
    routing: Routing,
    allowed: Mapping[Kind, int],
    kinds: Collection[Kind],
) -> int:
    """Put the waiting reminders of these kinds into messages of today; how many messages are new.

    ``allowed`` is fewer than how many messages of the month a contact must have had, by weightiest kind.
    """
    today = office.today(now)
    _bring_forward(session, today)
    # Not IN (…): its parameter expands, which the statement over many rows in _attach cannot do.
    of_kinds = or_(*(Reminder.kind == kind for kind in sorted(kinds)))
    waiting = and_(Reminder.message_id.is_(None), Reminder.dropped == "", of_kinds, ~queries.rests(today))
    everyone = list(_owed(session, waiting, routing))
    if not everyone:
        return 0
    queued = _queued(session)
    held, had = _held(session, today), _had(session, today)
    new: dict[Identity, list[_Owed]] = defaultdict(list)
    joining: list[tuple[int, _Owed]] = []
    for each in everyone:
        carrier = next((queued[name] for name in each.known_as if name in queued), None)
        if carrier is not None:
            joining.append((carrier, each))
        elif held.isdisjoint(each.known_as) and _may_get_one(each, had, allowed):
            new[each.route.identity].append(each)
    made = _insert(session, list(new.values()), now=now, today=today)
    _attach(session, waiting, [*made, *joining])
    _weigh(session, joining)
    return len(new)


def _bring_forward(session: Session, today: dt.date) -> None:
    """Messages of earlier days that nobody has begun to send become today's, and take in what is new."""
    other = aliased(Message)
    taken = select(other.id).where(
        other.contact_id == Message.contact_id, other.on_date == today, other.number == Message.number
    )
    session.execute(
        update(Message)
        .where(Message.state == MessageState.QUEUED, Message.on_date < today, ~taken.exists())
        .values(on_date=today)
        .execution_options(synchronize_session=False)
    )


def _owed(session: Session, waiting: ColumnElement[bool], routing: Routing) -> Iterator[_Owed]:
    rows = session.execute(
        select(Reminder.contact_id, Reminder.kind, func.max(Reminder.useful_until).label("useful_until"))
        .where(waiting)
        .group_by(Reminder.contact_id, Reminder.kind)
    )
    until: dict[int, dict[Kind, dt.datetime]] = defaultdict(dict)
    for row in rows:
        until[row.contact_id][row.kind] = row.useful_until
    for addresses in _addresses(session, waiting):
        kinds = until[addresses.contact_id]
        route = routing.route(addresses, kinds)
        if route is not None:
            yield _Owed(addresses.contact_id, route, frozenset(kinds), max(kinds.values()))


def _addresses(session: Session, waiting: ColumnElement[bool]) -> Iterator[Addresses]:
    columns = (Contact.id, Contact.name, Contact.email, Contact.line_id)
    rows = session.execute(
        select(*columns, Contact.email_suspended, Contact.line_suspended)
        .where(Contact.id.in_(select(Reminder.contact_id).where(waiting)))
        .order_by(Contact.id)
    )
    return (Addresses.usable(row) for row in rows)


def _queued(session: Session) -> dict[Known, int]:
    """The messages that can still take something in, by what they are known by.

    They are locked until the transaction ends, so that none is claimed while it is being filled.
    """
    still_open = _known(Message.state == MessageState.QUEUED).with_for_update(of=Message)
    return {name: message_id for message_id, name in _names(session, still_open)}


def _held(session: Session, today: dt.date) -> set[Known]:
    """Who must wait: today's message is gone, or one is under way."""
    gone = _known(
        or_(Message.on_date == today, Message.state.in_(UNDER_WAY)),
        Message.state.not_in([MessageState.QUEUED, *NOT_RECEIVED]),
    )
    return {name for _, name in _names(session, gone)}


def _may_get_one(each: _Owed, had: Counter[Known], allowed: Mapping[Kind, int]) -> bool:
    return max(had[name] for name in each.known_as) < allowed[weightiest(set(each.kinds))]


def _had(session: Session, today: dt.date) -> Counter[Known]:
    """How many messages everyone has had this month; escalations do not count."""
    had = _known(
        Message.on_date.between(first_of_month(today), today),
        Message.kind != Kind.ESCALATION,
        Message.state.not_in(NOT_RECEIVED),
    )
    return Counter(name for _, name in _names(session, had))


def _known(*conditions: ColumnElement[bool]) -> Select[int, int, str, str, str]:
    """Messages with the contacts they carry something for; the carrier alone where there is nothing."""
    person = func.coalesce(Reminder.contact_id, Message.contact_id).label("person")
    columns = (Message.id, person, Message.channel, Message.intended_channel, Message.address)
    return select(*columns).outerjoin(Reminder, Reminder.message_id == Message.id).where(*conditions)


def _names(session: Session, known: Select[int, int, str, str, str]) -> set[tuple[int, Known]]:
    return {
        (row.id, name)
        for row in session.execute(known)
        for name in (row.person, identity(row.channel, row.intended_channel, row.address, row.person))
    }


def _insert(
    session: Session, bundles: list[list[_Owed]], *, now: dt.datetime, today: dt.date
) -> list[tuple[int, _Owed]]:
    """A message for each bundle, carried by its first contact; which message carries what."""
    if not bundles:
        return []
    numbers = _next_numbers(session, today)
    rows = [_row(bundle, numbers.get(bundle[0].contact_id, 1), now=now, today=today) for bundle in bundles]
    session.execute(insert(Message), rows)
    made_now = session.execute(select(Message.key, Message.id).where(Message.created_at == now))
    ids = dict(made_now.all())
    return [
        (ids[str(row["key"])], each) for row, bundle in zip(rows, bundles, strict=True) for each in bundle
    ]


def _row(bundle: list[_Owed], number: int, *, now: dt.datetime, today: dt.date) -> dict[str, object]:
    carrier = bundle[0]
    kind = weightiest({kind for each in bundle for kind in each.kinds})
    return {
        "key": str(uuid4()),
        "contact_id": carrier.contact_id,
        "on_date": today,
        "number": number,
        "kind": kind,
        "turn": TURN[kind],
        "channel": carrier.route.channel,
        "intended_channel": carrier.route.intended,
        "address": carrier.route.address,
        "state": MessageState.QUEUED,
        "created_at": now,
        "useful_until": max(each.useful_until for each in bundle),
        "next_attempt_at": now,
    }


def _next_numbers(session: Session, today: dt.date) -> dict[int, int]:
    """Where today's message was cancelled or expired, the number of the one that takes its place."""
    used = session.execute(
        select(Message.contact_id, func.max(Message.number) + 1)
        .where(Message.on_date == today)
        .group_by(Message.contact_id)
    )
    return dict(used.all())


def _attach(session: Session, waiting: ColumnElement[bool], carried: Iterable[tuple[int, _Owed]]) -> None:
    rows = [{"carrier": message_id, "carried_contact": each.contact_id} for message_id, each in carried]
    if rows:
        of_contact = update(Reminder).where(waiting, Reminder.contact_id == bindparam("carried_contact"))
        session.connection().execute(of_contact.values(message_id=bindparam("carrier")), rows)


def _weigh(session: Session, joining: Iterable[tuple[int, _Owed]]) -> None:
    """A queued message that took something in is named for the weightiest, and is of use as long as any."""
    for message_id, each in joining:
        message = session.get_one(Message, message_id)
        message.kind = weightiest({message.kind, *each.kinds})
        message.turn = TURN[message.kind]
        message.useful_until = max(message.useful_until, each.useful_until)
