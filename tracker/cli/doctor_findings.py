"""What ``tracker doctor`` finds in the database: contacts, pauses, messages, and whether anybody plans.

Who is there for which division is ``doctor_divisions``'s.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from tracker.app import REHEARSAL, App
from tracker.cli.context import office_clock, plural, shown_date
from tracker.db import queries
from tracker.db.models import (
    Agency,
    Contact,
    ContactRole,
    FollowUp,
    Message,
    MessageState,
    Meta,
    Plan,
)
from tracker.domain.follow_up import Status
from tracker.services.channel_rests import resting
from tracker.services.line_quota import SPARED
from tracker.services.pauses import Pause

OK, WARNING, PROBLEM = "ok", "warning", "problem"
PATIENCE = dt.timedelta(hours=1)
"""Of sending time: so long nothing may have looked for what is owed."""

KEEPS_FAILING = 3
"""So many tries in vain are worth a word."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``ok``, a ``warning``, or a ``problem`` that keeps reminders from going out."""

    subject: str
    state: str
    text: str


def office_findings(session: Session, app: App) -> Iterator[Finding]:
    """Everything about people, pauses and messages."""
    if session.scalar(select(func.count()).select_from(Plan)) == 0:
        yield Finding("plan", WARNING, "none is loaded yet: tracker plan import FILE")
    yield from _unreachable(session, app)
    yield from _pauses(session, app)
    yield from _messages(session, app)
    yield from _planning(session, app)


def receiving(session: Session, today: dt.date) -> list[Contact]:
    """The contacts in office that receive something, in the order they were added."""
    has_role = exists().where(ContactRole.contact_id == Contact.id)
    query = select(Contact).where(queries.is_valid(today), has_role).order_by(Contact.id)
    return list(session.scalars(query))


def _unreachable(session: Session, app: App) -> Iterator[Finding]:
    for contact in receiving(session, app.today):
        suspended = (
            ("email", "--email ADDRESS", contact.email_suspended, contact.email_suspended_on),
            ("line", "--line ID", contact.line_suspended, contact.line_suspended_on),
        )
        for channel, option, reason, day in suspended:
            if reason:
                since = f" since {shown_date(day)}" if day else ""
                text = f"{contact.name}: nothing is sent to the {channel} address any more{since}: {reason}"
                advice = f"Correct it: tracker contact edit NAME {option}"
                yield Finding("contacts", WARNING, f"{text} | {advice}")
        if not contact.email and not contact.line_id:
            text = f"{contact.name} has no address; the messages lie in the folder outbox"
            yield Finding("contacts", WARNING, text)


def _pauses(session: Session, app: App) -> Iterator[Finding]:
    contacts = select(Contact).where(Contact.paused_until >= app.today).order_by(Contact.id)
    plans = select(Plan, Agency.name).join(Agency).where(Plan.paused_until >= app.today).order_by(Plan.id)
    for contact in session.scalars(contacts):
        text = f"{contact.name} is paused {Pause.of(contact)} | End it: tracker contact resume NAME"
        yield Finding("pauses", WARNING, text)
    for plan, name in session.execute(plans):
        text = f"{name}, fiscal year {plan.fiscal_year}, is paused {Pause.of(plan)}"
        yield Finding("pauses", WARNING, f"{text} | End it: tracker plan resume")


def _messages(session: Session, app: App) -> Iterator[Finding]:
    for state in (MessageState.FAILED, MessageState.UNKNOWN):
        number = session.scalar(select(func.count()).where(Message.state == state)) or 0
        if number:
            text = f"{plural(number, 'message')} {state}; see: tracker outbox list --status {state}"
            yield Finding("outbox", WARNING, f"{text}, then retry or cancel")
    for rest in resting(session, app.clock()):
        text = f"{rest.channel} is left alone until {office_clock(app, rest.until)}: {rest.reason}"
        yield Finding("outbox", WARNING, f"{text} | Once that is mended: tracker outbox retry NUMBER")
    lost = (Message.state == MessageState.SENDING, Message.lease_until < app.clock())
    number = session.scalar(select(func.count()).where(*lost)) or 0
    if number:
        text = f"{plural(number, 'message')} left while being sent; the next 'tracker tick' takes that up"
        yield Finding("outbox", WARNING, text)
    spared = (queries.is_state(MessageState.QUEUED), Message.error.startswith(SPARED))
    number = session.scalar(select(func.count()).where(*spared)) or 0
    if number:
        text = f"{plural(number, 'message')} held back: LINE's quota is too small, and no e-mail is known"
        yield Finding("outbox", WARNING, f"{text} | See: tracker outbox list --status queued")
    failing = select(Message.error).where(
        Message.state == MessageState.RETRY, Message.attempts >= KEEPS_FAILING
    )
    reasons = session.scalars(failing.order_by(Message.id.desc())).all()
    if reasons:
        text = f"{plural(len(reasons), 'message')} tried in vain again and again, the newest: {reasons[0]}"
        yield Finding("outbox", WARNING, f"{text} | See: tracker outbox list --status retry")


def _planning(session: Session, app: App) -> Iterator[Finding]:
    """Whether anybody looked for what is owed since sending hours began, where something can be."""
    planned = session.scalar(select(Meta.value).where(Meta.key == "planned_at"))
    begins = session.scalar(select(Plan.sends_from).where(_can_owe(app)).order_by(Plan.sends_from).limit(1))
    if begins is None:
        return
    last = max(begins, dt.datetime.fromisoformat(planned)) if planned else begins
    office, now = app.office, app.clock()
    if office.next_sending(office.next_sending(last) + PATIENCE) + PATIENCE > now:
        if planned:
            yield Finding("planning", OK, f"last {office_clock(app, planned)}")
        return
    since = f"since {office_clock(app, planned)}" if planned else "yet"
    # A rehearsal need not run, and a clock that was set by hand proves nothing about the past hour.
    state = WARNING if app.mode == REHEARSAL or app.clock_is_set else PROBLEM
    yield Finding("planning", state, f"nobody has planned {since}: is 'tracker run' or cron running?")


def _can_owe(app: App) -> ColumnElement[bool]:
    """Whether a plan is of this time, not paused, and has something open."""
    oldest_end = app.today - dt.timedelta(days=app.rules.years_end_days)
    is_open = exists().where(FollowUp.plan_id == Plan.id, queries.is_status(Status.OPEN), queries.tracked())
    in_time = and_(Plan.starts_on <= app.today, Plan.ends_on >= oldest_end)
    return and_(in_time, is_open, ~queries.is_paused(Plan, app.today))
