"""Queries with a name and more than one caller, or with a condition that is easily got wrong."""

import datetime as dt
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.db.models import (
    READY,
    Contact,
    ContactDivision,
    ContactRole,
    DueMove,
    FollowUp,
    Measure,
    Message,
    MessageState,
    Plan,
    Reminder,
)
from tracker.domain.contacts import Role
from tracker.domain.follow_up import Status
from tracker.domain.reminders import Kind


def is_status(status: Status) -> ColumnElement[bool]:
    """The stored status, compared with a literal: only so does SQLite use the partial index of open rows."""
    return FollowUp.status == literal_column(f"'{status.value}'")


def is_state(*states: MessageState) -> ColumnElement[bool]:
    """A message's state, compared with literals for the same reason: the partial indexes of the outbox.

    A part of what is ``READY`` is looked for among all of that.
    """
    literals: list[ColumnElement[MessageState]] = [literal_column(f"'{state.value}'") for state in states]
    is_one = Message.state == literals[0] if len(literals) == 1 else Message.state.in_(literals)
    return and_(is_state(*READY), is_one) if set(states) < set(READY) else is_one


Day = dt.date | BindParameter[dt.date]
"""A day, or the parameter of a prepared statement that stands for one."""


def status_on(as_of: Day) -> ColumnElement[Any]:
    """The status a follow-up had at the end of ``as_of``, from the days it was submitted and closed."""
    return case(
        (FollowUp.closed_on <= as_of, FollowUp.status),
        (FollowUp.submitted_on <= as_of, literal_column(f"'{Status.SUBMITTED}'", FollowUp.status.type)),
        else_=literal_column(f"'{Status.OPEN}'", FollowUp.status.type),
    )


def due_on(as_of: Day) -> ColumnElement[dt.date]:
    """The due date as it was at the end of ``as_of``: before the first move that came later."""
    before_later_move = (
        select(DueMove.from_on)
        .where(DueMove.follow_up_id == FollowUp.id, DueMove.moved_on > as_of)
        .order_by(DueMove.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(before_later_move, FollowUp.due_on)


def tracked() -> ColumnElement[bool]:
    """Follow-ups that count: not those due before the plan was tracked."""
    return FollowUp.before_tracking.is_(False)


def in_force(plan_id: Any) -> ColumnElement[bool]:
    """A plan's measures without those that an amended document left out."""
    return and_(Measure.plan_id == plan_id, Measure.retired_on.is_(None))


def contacts_with(role: Role, today: Day) -> Select[int, int, int | None, int | None]:
    """Who holds a role on ``today`` and is not paused: contact, agency, division (None: all) and rank."""
    return (
        select(
            Contact.id.label("contact_id"),
            Contact.agency_id.label("agency_id"),
            # None where the outer join finds no division
            cast(ColumnElement[int | None], ContactDivision.division_id).label("division_id"),
            ContactRole.rank.label("rank"),
        )
        .join(ContactRole, and_(ContactRole.contact_id == Contact.id, ContactRole.role == role))
        .outerjoin(ContactDivision, ContactDivision.contact_id == Contact.id)
        .where(is_valid(today), ~is_paused(Contact, today))
    )


def is_valid(today: Day) -> ColumnElement[bool]:
    """Whether a contact is in office on ``today``."""
    return and_(
        or_(Contact.valid_from.is_(None), Contact.valid_from <= today),
        or_(Contact.valid_until.is_(None), Contact.valid_until >= today),
    )


def is_paused(table: type[Contact] | type[Plan], today: Day) -> ColumnElement[bool]:
    """Whether a contact or a plan is paused on ``today``."""
    return and_(
        table.paused_until.is_not(None),
        table.paused_until >= today,
        or_(table.paused_from.is_(None), table.paused_from <= today),
    )


def waits() -> ColumnElement[bool]:
    """Whether a reminder waits for a message.

    The text stands in the statement: only so does SQLite use the partial index of what waits.
    """
    return and_(Reminder.message_id.is_(None), Reminder.dropped == literal("", literal_execute=True))


def rests(today: Day) -> ColumnElement[bool]:
    """Whether a reminder waits for the end of a pause: of its contact, or of its plan."""
    return or_(
        Reminder.contact_id.in_(select(Contact.id).where(is_paused(Contact, today))),
        Reminder.plan_id.in_(select(Plan.id).where(is_paused(Plan, today))),
    )


def never_arrived(*states: MessageState, since: Day, today: Day) -> Select[int]:
    """The last message of each contact in office that is sent or in one of ``states``, if it is not sent.

    What is in no such state is still on its way and makes up for nothing yet. Only messages made or last
    tried ``since`` a day; no greetings, and not what failed because its address was refused for good.
    """
    later = aliased(Message)
    settled = (MessageState.SENT, *states)
    made_up_for = exists().where(
        later.contact_id == Message.contact_id,
        later.id > Message.id,
        later.kind != Kind.GREETING,
        later.state.in_(settled),
    )
    by_mail = and_(Message.channel == "email", Contact.email_suspended != "")
    by_line = and_(Message.channel == "line", Contact.line_suspended != "")
    refused = and_(Message.state == MessageState.FAILED, or_(by_mail, by_line))
    return (
        select(Message.id)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.on_date >= since, Message.kind != Kind.GREETING, Message.state.in_(states))
        .where(is_valid(today), ~refused, ~made_up_for)
    )
