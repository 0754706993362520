"""Erasing a person, as the law on personal data asks: the name, addresses and telephone number.

They go out of the contact and out of the stored messages. What others share stays: the name of a post that
two hold or of a division, an address that others are reached at. The history, which is only ever added to,
holds no address and names a contact by its number.
"""

import datetime as dt
import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.db.models import (
    Agency,
    Attempt,
    Contact,
    ContactRole,
    Division,
    LineAudience,
    Message,
    MessageState,
    MessageText,
    Reminder,
)
from tracker.errors import NotAllowed
from tracker.services.contact_changes import delete_contact, has_received
from tracker.services.history import record
from tracker.services.outbox_desk import Decision, cancel_messages
from tracker.services.planning_turn import take_planning_turn

ERASED = "(erased)"
REASON = "the contact was erased"
SHORTEST = 4
"""A name of fewer letters stays in texts, where it may be a part of any word."""

_TEXTS = (MessageText.body, MessageText.html, MessageText.flex)
_FACTS = (Message.subject, Message.error, Message.address)
_UNSENT = (MessageState.QUEUED, MessageState.RETRY)


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing did: how many messages it changed, what others share and so stays, if the row is gone."""

    messages: int
    kept: tuple[str, ...]
    deleted: bool


def erase_contact(
    session: Session, contact: Contact, *, actor: str, now: dt.datetime, today: dt.date
) -> Erased:
    """Erase a person for good, ending the post; NotAllowed while a message is just being sent."""
    take_planning_turn(session)
    _call_off(session, contact, actor=actor, now=now)
    addresses = {"e-mail": contact.email, "LINE id": contact.line_id, "telephone": contact.phone}
    values = {kind: text for kind, text in ({"name": contact.name} | addresses).items() if text}
    own = {kind: text for kind, text in values.items() if not _is_shared(session, contact, text)}
    changed = _erase_in_messages(session, contact, own.values())
    if "LINE id" in own:
        session.execute(delete(LineAudience).where(LineAudience.address == contact.line_id))
    after = {"contact": contact.id, "messages": changed}
    record(session, "contact erased", actor=actor, now=now, after=after)
    is_gone = not has_received(session, contact)
    if is_gone:
        delete_contact(session, contact, actor=actor, now=now)
    else:
        session.execute(delete(ContactRole).where(ContactRole.contact_id == contact.id))
        _blank(contact, today)
        session.flush()
    return Erased(changed, tuple(kind for kind in values if kind not in own), deleted=is_gone)


def _call_off(session: Session, contact: Contact, *, actor: str, now: dt.datetime) -> None:
    """Cancel what would still go out; what it carries for others waits for a message of their own."""
    own = select(Message).where(Message.contact_id == contact.id)
    under_way = session.scalars(
        own.where(Message.state.in_([*_UNSENT, MessageState.SENDING])).with_for_update()
    ).all()
    sending = [message.id for message in under_way if message.state is MessageState.SENDING]
    if sending:
        raise NotAllowed(
            f"Message {sending[0]} is just being sent; try again in a few minutes. Nothing was changed."
        )
    numbers = [message.id for message in under_way]
    of_contact = Reminder.contact_id == contact.id
    _set(session, Reminder.message_id.in_(numbers), ~of_contact, message_id=None)
    cancel_messages(session, numbers, Decision(actor, now, REASON))
    _set(session, of_contact, Reminder.message_id.is_(None), Reminder.dropped == "", dropped=REASON)


def _set(session: Session, *which: ColumnElement[bool], **values: object) -> None:
    session.execute(_quiet(update(Reminder).where(*which).values(values)))


def _is_shared(session: Session, contact: Contact, text: str) -> bool:
    """Whether the text means somebody or something else as well, or may be a part of other words."""
    if len(text) < SHORTEST:
        return True
    columns = (Contact.name, Contact.email, Contact.line_id, Contact.phone)
    others = select(Contact.id).where(Contact.id != contact.id, _hold(columns, [text]))
    if session.scalar(others.limit(1)) is not None:
        return True
    divisions = session.scalars(select(Division).where(Division.agency_id == contact.agency_id))
    names = [name for each in divisions for name in (each.name, *each.aliases)]
    return any(text in name for name in (*names, *session.scalars(select(Agency.name))))


def _erase_in_messages(session: Session, contact: Contact, values: Iterable[str]) -> int:
    """Take the texts out of the agency's stored messages, and out of the record of the tries."""
    forms = sorted({form for text in values for form in _forms(text)}, key=len, reverse=True)
    if not forms:
        return 0
    colleagues = select(Contact.id).where(Contact.agency_id == contact.agency_id)
    of_agency = select(Message.id).where(Message.contact_id.in_(colleagues))
    texts = of_agency.outerjoin(MessageText, MessageText.message_id == Message.id)
    numbers = session.scalars(texts.where(_hold((*_FACTS, *_TEXTS), forms))).all()
    facts: dict[Any, Any] = {column: _without(column, forms) for column in _FACTS}
    session.execute(_quiet(update(Message).where(Message.id.in_(numbers)).values(facts)))
    # A calendar breaks its lines anywhere, so that a name may not be found in it.
    said: dict[Any, Any] = {column: _without(column, forms) for column in _TEXTS} | {MessageText.calendar: ""}
    session.execute(_quiet(update(MessageText).where(MessageText.message_id.in_(numbers)).values(said)))
    _clear_tries(session, of_agency, forms)
    return len(numbers)


def _clear_tries(session: Session, of_agency: Select[int], forms: list[str]) -> None:
    columns = (Attempt.address, Attempt.remark)
    cleared: dict[Any, Any] = {column: _without(column, forms) for column in columns}
    found = update(Attempt).where(Attempt.message_id.in_(of_agency), _hold(columns, forms))
    session.execute(_quiet(found.values(cleared)))


def _forms(text: str) -> Iterator[str]:
    """How a text may stand in a message: plain, in HTML by either habit, in JSON."""
    yield text
    yield html.escape(text)
    yield html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield json.dumps(text)[1:-1]


def _hold(columns: Iterable[InstrumentedAttribute[str]], forms: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(column.contains(form, autoescape=True) for column in columns for form in forms))


def _without(column: InstrumentedAttribute[str], forms: Iterable[str]) -> ColumnElement[str]:
    cleared: Any = column
    for form in forms:
        cleared = func.replace(cleared, form, ERASED)
    return cleared  # type: ignore[no-any-return]  # the column itself, or a function of it


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _blank(contact: Contact, today: dt.date) -> None:
    contact.name = f"{ERASED} {contact.id}"
    contact.email, contact.line_id, contact.phone, contact.channels = "", "", "", ""
    contact.email_suspended, contact.line_suspended, contact.pause_reason = "", "", ""
    contact.email_suspended_on, contact.line_suspended_on = None, None
    contact.paused_from, contact.paused_until = None, None
    contact.valid_until = min(contact.valid_until or today, today)
    if contact.valid_from and contact.valid_from > contact.valid_until:
        contact.valid_from = contact.valid_until
