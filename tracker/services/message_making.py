"""Gathering what is owed: one message to a contact and day, carrying everything that waits for it.

Contacts who are reached at the same address share a message. A contact whose last message is still under
way, who already got today's, or who has had as many as a month allows, waits: the reminders stay owed.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from tracker.db.models import Contact, Message, MessageState, Reminder
from tracker.domain.fiscal import first_of_month
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind, weightiest
from tracker.services.routing import Addresses, Route, Routing

UNDER_WAY = (MessageState.SENDING, MessageState.RETRY)
LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
NOT_RECEIVED = (MessageState.CANCELLED, MessageState.EXPIRED)


@dataclass(slots=True)
class _Bundle:
    """What waits for one address: the route, the contacts behind it, and why."""

    route: Route
    contacts: list[int] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)
    useful_until: dt.datetime = LONG_AGO


def make_messages(
    session: Session,
    *,
    now: dt.datetime,
    office: OfficeTime,
    routing: Routing,
    cap: int,
    kinds: Collection[Kind],
) -> int:
    """Put the waiting reminders of these kinds into messages of today; how many messages are new."""
    today = office.today(now)
    _bring_forward(session, today)
    # Not IN (…): its parameter expands, which the statement over many rows in _attach cannot do.
    of_kinds = or_(*(Reminder.kind == kind for kind in sorted(kinds)))
    waiting = and_(Reminder.message_id.is_(None), Reminder.dropped == "", of_kinds)
    bundles = _bundles(session, waiting, routing)
    if not bundles:
        return 0
    open_today = _open_today(session, today)
    held = _held(session, today) | _capped(session, today, cap)
    new, joining = [], []
    for bundle in bundles:
        known_as: list[int | tuple[str, str]] = [bundle.route.identity, *bundle.contacts]
        queued = next((open_today[each] for each in known_as if each in open_today), None)
        if queued is not None:
            joining.append((queued, bundle))
        elif not held.intersection(known_as):
            new.append(bundle)
    ids = _insert(session, new, now=now, today=today)
    _attach(session, waiting, [*zip(ids, new, strict=True), *joining])
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


def _bundles(session: Session, waiting: ColumnElement[bool], routing: Routing) -> list[_Bundle]:
    rows = session.execute(
        select(Reminder.contact_id, Reminder.kind, func.max(Reminder.useful_until).label("useful_until"))
        .where(waiting)
        .group_by(Reminder.contact_id, Reminder.kind)
        .order_by(Reminder.contact_id)
    ).all()
    kinds: dict[int, set[Kind]] = defaultdict(set)
    until: dict[int, dt.datetime] = {}
    for row in rows:
        kinds[row.contact_id].add(row.kind)
        until[row.contact_id] = max(row.useful_until, until.get(row.contact_id, row.useful_until))
    found: dict[tuple[str, str], _Bundle] = {}
    for contact in _addresses(session, waiting):
        route = routing.route(contact, kinds[contact.contact_id])
        if route is None:
            continue
        bundle = found.setdefault(route.identity, _Bundle(route))
        bundle.contacts.append(contact.contact_id)
        bundle.kinds |= kinds[contact.contact_id]
        bundle.useful_until = max(bundle.useful_until, until[contact.contact_id])
    return list(found.values())


def _addresses(session: Session, waiting: ColumnElement[bool]) -> Iterable[Addresses]:
    rows = session.execute(
        select(
            Contact.id,
            Contact.name,
            Contact.email,
            Contact.line_id,
            Contact.email_suspended,
            Contact.line_suspended,
        )
        .where(Contact.id.in_(select(Reminder.contact_id).where(waiting)))
        .order_by(Contact.id)
    )
    for row in rows:
        email, line_id = (
            ("" if row.email_suspended else row.email),
            ("" if row.line_suspended else row.line_id),
        )
        yield Addresses(row.id, row.name, email, line_id)


def _open_today(session: Session, today: dt.date) -> dict[int | tuple[str, str], int]:
    """Today's messages that can still take something in, by contact and by address.

    They are locked until the transaction ends, so that none is claimed while it is being filled.
    """
    rows = session.execute(
        select(Message.id, Message.contact_id, Message.intended_channel, Message.address)
        .where(Message.on_date == today, Message.state == MessageState.QUEUED)
        .with_for_update()
    )
    found: dict[int | tuple[str, str], int] = {}
    for row in rows:
        found[row.contact_id] = found[(row.intended_channel, row.address.casefold())] = row.id
    return found


def _held(session: Session, today: dt.date) -> set[int | tuple[str, str]]:
    """The contacts, and the addresses, that must wait: today's message is gone, or one is under way."""
    rows = session.execute(
        select(Message.contact_id, Message.intended_channel, Message.address).where(
            or_(Message.on_date == today, Message.state.in_(UNDER_WAY)),
            Message.state.not_in([MessageState.QUEUED, *NOT_RECEIVED]),
        )
    )
    held: set[int | tuple[str, str]] = set()
    for row in rows:
        held |= {row.contact_id, (row.intended_channel, row.address.casefold())}
    return held


def _capped(session: Session, today: dt.date, cap: int) -> set[int | tuple[str, str]]:
    """The contacts who have had as many messages this month as allowed; escalations do not count."""
    rows = session.scalars(
        select(Message.contact_id).where(
            Message.on_date >= first_of_month(today),
            Message.on_date <= today,
            Message.kind != Kind.ESCALATION,
            Message.state.not_in(NOT_RECEIVED),
        )
    )
    return {contact_id for contact_id, number in Counter(rows).items() if number >= cap}


def _insert(session: Session, bundles: list[_Bundle], *, now: dt.datetime, today: dt.date) -> list[int]:
    if not bundles:
        return []
    numbers = _next_numbers(session, [bundle.contacts[0] for bundle in bundles], today)
    rows = [
        {
            "key": str(uuid4()),
            "contact_id": bundle.contacts[0],
            "on_date": today,
            "number": numbers.get(bundle.contacts[0], 1),
            "kind": weightiest(bundle.kinds),
            "channel": bundle.route.channel,
            "intended_channel": bundle.route.intended,
            "address": bundle.route.address,
            "state": MessageState.QUEUED,
            "created_at": now,
            "useful_until": bundle.useful_until,
            "next_attempt_at": now,
        }
        for bundle in bundles
    ]
    session.execute(insert(Message), rows)
    ids = dict(
        session.execute(select(Message.key, Message.id).where(Message.created_at == now)).all()
    )
    return [ids[str(row["key"])] for row in rows]


def _next_numbers(session: Session, contacts: list[int], today: dt.date) -> dict[int, int]:
    """Where today's message was cancelled or expired, the number of the one that takes its place."""
    used = session.execute(
        select(Message.contact_id, func.max(Message.number) + 1)
        .where(Message.on_date == today)
        .group_by(Message.contact_id)
    )
    return dict(used.all())


def _attach(session: Session, waiting: ColumnElement[bool], carried: Iterable[tuple[int, _Bundle]]) -> None:
    rows = [
        {"carrier": message_id, "carried_contact": contact_id}
        for message_id, bundle in carried
        for contact_id in bundle.contacts
    ]
    if rows:
        of_contact = update(Reminder).where(waiting, Reminder.contact_id == bindparam("carried_contact"))
        session.connection().execute(of_contact.values(message_id=bindparam("carrier")), rows)


def _weigh(session: Session, joining: Iterable[tuple[int, _Bundle]]) -> None:
    """A queued message that took something in is named for the weightiest, and is of use as long as any."""
    for message_id, bundle in joining:
        message = session.get_one(Message, message_id)
        message.kind = weightiest({message.kind, *bundle.kinds})
        message.useful_until = max(message.useful_until, bundle.useful_until)
