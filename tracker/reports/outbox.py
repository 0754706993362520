"""The messages as they are listed: each with what it carries, and what became of every try.

Reading costs what is shown: what belongs to the messages is fetched for those that were chosen.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from tracker.db.models import (
    Attempt,
    Contact,
    FollowUp,
    Measure,
    Message,
    MessageItem,
    MessageState,
    Reminder,
)
from tracker.domain.reminders import WEIGHT, Kind
from tracker.errors import UnknownName
from tracker.thai.text import folded_key


@dataclass(frozen=True, slots=True)
class OutboxFilter:
    """Which messages; None asks for all. ``since`` is an office day, ``newest`` how many at most."""

    numbers: Collection[int] | None = None
    state: MessageState | None = None
    contact: str | None = None
    channel: str | None = None
    since: dt.date | None = None
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message as scripts read it, in the order of its keys; ``kinds`` the weightiest first."""

    id: int
    kind: str
    kinds: tuple[str, ...]
    contact: str
    channel: str
    intended_channel: str
    address: str
    status: str
    attempts: int
    created_at: dt.datetime
    sent_at: dt.datetime | None
    error: str | None
    items: tuple[str, ...]
    cost: int | None
    reference: str

    def as_json(self) -> dict[str, Any]:
        """With instants as ISO text."""
        return asdict(self) | {
            "created_at": self.created_at.isoformat(),
            "sent_at": self.sent_at.isoformat() if self.sent_at else None,
        }


def listed_messages(session: Session, wanted: OutboxFilter) -> list[ListedMessage]:
    """The messages, the newest last; UnknownName when no contact has such a name."""
    chosen = _chosen(session, wanted)
    query = (
        select(Message, Contact.name)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.id.in_(chosen))
        .order_by(Message.id)
    )
    kinds, codes = _kinds(session, chosen), _codes(session, chosen)
    return [
        _listed(message, name, kinds[message.id], codes[message.id])
        for message, name in session.execute(query)
    ]


def tries(session: Session, number: int) -> list[Attempt]:
    """Every try to hand a message over, the first one first."""
    return list(session.scalars(select(Attempt).where(Attempt.message_id == number).order_by(Attempt.number)))


def left_out(session: Session, number: int) -> list[str]:
    """Why things that a message was to carry are not in it, each reason once."""
    reasons = select(Reminder.dropped).where(Reminder.message_id == number, Reminder.dropped != "").distinct()
    return sorted(session.scalars(reasons))


def _chosen(session: Session, wanted: OutboxFilter) -> Select[int]:
    query = select(Message.id)
    if wanted.numbers is not None:
        query = query.where(Message.id.in_(wanted.numbers))
    if wanted.state is not None:
        query = query.where(Message.state == wanted.state)
    if wanted.channel is not None:
        query = query.where(Message.channel == wanted.channel)
    if wanted.since is not None:
        query = query.where(Message.on_date >= wanted.since)
    if wanted.contact is not None:
        people = _people(session, wanted.contact)
        carrying = exists().where(Reminder.message_id == Message.id, Reminder.contact_id.in_(people))
        query = query.where(or_(Message.contact_id.in_(people), carrying))
    return query.order_by(Message.id.desc()).limit(wanted.newest) if wanted.newest else query


def _people(session: Session, name: str) -> list[int]:
    """The contacts whose names contain the text, however it is spelt."""
    names = session.execute(select(Contact.id, Contact.name).order_by(Contact.id)).all()
    found = [contact_id for contact_id, each in names if folded_key(name) in folded_key(each)]
    if not found:
        raise UnknownName("contact", name, dict.fromkeys(each for _, each in names))
    return found


def _kinds(session: Session, chosen: Select[int]) -> dict[int, set[Kind]]:
    found: dict[int, set[Kind]] = defaultdict(set)
    carried = select(Reminder.message_id, Reminder.kind).where(Reminder.message_id.in_(chosen)).distinct()
    for message_id, kind in session.execute(carried):
        if message_id is not None:
            found[message_id].add(kind)
    return found


def _codes(session: Session, chosen: Select[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    named = (
        select(MessageItem.message_id, Measure.code, Measure.position)
        .join(FollowUp, FollowUp.id == MessageItem.follow_up_id)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .where(MessageItem.message_id.in_(chosen))
        .order_by(Measure.position)
        .distinct()
    )
    for row in session.execute(named):
        found[row.message_id].append(row.code)
    return found


def _listed(message: Message, contact: str, kinds: Collection[Kind], codes: Sequence[str]) -> ListedMessage:
    return ListedMessage(
        id=message.id,
        kind=message.kind.value,
        kinds=tuple(kind.value for kind in sorted(kinds, key=lambda each: -WEIGHT[each])),
        contact=contact,
        channel=message.channel,
        intended_channel=message.intended_channel,
        address=message.address,
        status=message.state.value,
        attempts=message.attempts,
        created_at=message.created_at,
        sent_at=message.sent_at,
        error=message.error or None,
        items=tuple(dict.fromkeys(codes)),
        cost=message.cost,
        reference=message.reference,
    )
