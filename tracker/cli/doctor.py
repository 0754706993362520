"""tracker doctor: is everything in place? It looks and asks; it sends nothing."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.app import App
from tracker.cli.context import echo, echo_json, json_option, office_clock, plural, with_app
from tracker.cli.group import Failure
from tracker.db import migrate, queries
from tracker.db.models import Agency, Contact, ContactRole, Division, Measure, Message, MessageState, Plan
from tracker.domain.contacts import Role
from tracker.errors import TrackerError
from tracker.services import days_off

OK, WARNING, PROBLEM = "ok", "warning", "problem"
STUCK = (MessageState.FAILED, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``ok``, a ``warning``, or a ``problem`` that keeps reminders from going out."""

    subject: str
    state: str
    text: str


@click.command()
@json_option
@with_app(writes=False)
def doctor(app: App, as_json: bool) -> None:
    """Check settings, database, days off, mail server, LINE and contacts, without sending anything.

    Exit status 1 when there is a problem that keeps reminders from going out.

    Example: tracker doctor
    """
    findings = [*_database(app), *_days_off(app), *_channels(app)]
    with app.reading() as session:
        findings += [*_contacts(session, app), *_messages(session)]
    if as_json:
        echo_json([asdict(each) for each in findings])
    else:
        for each in findings:
            echo(f"{each.state:<8} {each.subject}: {each.text}")
    problems = sum(each.state == PROBLEM for each in findings)
    if problems:
        raise Failure(f"{plural(problems, 'problem')} found.")


def _database(app: App) -> Iterator[Finding]:
    yield Finding("database", OK, f"{migrate.shown(app.url)}, {app.mode}, schema {migrate.HEAD}")
    set_by_hand = " (set)" if app.clock_is_set else ""
    yield Finding("clock", OK, f"{office_clock(app, app.clock())} in {app.office.zone.key}{set_by_hand}")


def _days_off(app: App) -> Iterator[Finding]:
    year = app.office.fiscal_year(app.today).year
    for each in (year, year + 1):
        doubt = days_off.doubt(app.files.find, each)
        yield (
            Finding("days off", WARNING, str(doubt))
            if doubt
            else Finding("days off", OK, f"{each}: confirmed")
        )


def _channels(app: App) -> Iterator[Finding]:
    ready = app.routing(really_send=True).configured
    for name, missing in (
        ("email", "no mail server is set; e-mail goes into files"),
        ("line", "no token is set"),
    ):
        if name not in ready:
            yield Finding(name, WARNING if name == "email" else OK, missing)
        else:
            yield _asked(app, name)


def _asked(app: App, name: str) -> Finding:
    try:
        return Finding(name, OK, app.channel(name).probe())
    except TrackerError as error:
        return Finding(name, PROBLEM, str(error))


def _contacts(session: Session, app: App) -> Iterator[Finding]:
    if session.scalar(select(func.count()).select_from(Plan)) == 0:
        yield Finding("plan", WARNING, "none is loaded yet: tracker plan import FILE")
        return
    for agency in session.scalars(select(Agency).order_by(Agency.id)):
        vacant = _without_owner(session, agency.id, app)
        if vacant:
            yield Finding("contacts", WARNING, f"{agency.name}: nobody is reminded for {', '.join(vacant)}")
        for role in (Role.COORDINATOR, Role.SUPERVISOR):
            holders = queries.contacts_with(role, app.today).subquery()
            if not session.scalar(select(func.count()).where(holders.c.agency_id == agency.id)):
                yield Finding("contacts", WARNING, f"{agency.name}: there is no {role}")
    receiving = select(Contact).where(Contact.id.in_(select(ContactRole.contact_id))).order_by(Contact.id)
    for contact in session.scalars(receiving):
        for reason in filter(None, (contact.email_suspended, contact.line_suspended)):
            yield Finding(
                "contacts", WARNING, f"{contact.name}: nothing is sent to the address any more: {reason}"
            )
        if not contact.email and not contact.line_id:
            yield Finding(
                "contacts", WARNING, f"{contact.name} has no address; the messages lie in the folder outbox"
            )


def _without_owner(session: Session, agency_id: int, app: App) -> list[str]:
    owners = queries.contacts_with(Role.OWNER, app.today).subquery()
    own = select(owners.c.division_id).where(owners.c.agency_id == agency_id)
    if None in set(session.scalars(own)):
        return []
    leading = (
        select(Measure.lead_division_id)
        .join(Plan, Plan.id == Measure.plan_id)
        .where(Plan.agency_id == agency_id)
    )
    return list(
        session.scalars(
            select(Division.name)
            .where(Division.id.in_(leading), Division.id.not_in(own))
            .order_by(Division.id)
        )
    )


def _messages(session: Session) -> Iterator[Finding]:
    counts = session.execute(select(Message.state, func.count()).group_by(Message.state))
    for state, number in counts:
        if state in STUCK:
            yield Finding(
                "outbox",
                WARNING,
                f"{plural(number, 'message')} {state}; see: tracker outbox list --status {state}",
            )
