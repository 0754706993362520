"""tracker doctor: is everything in place? It looks and asks; it sends nothing."""

import os
from collections.abc import Iterator
from dataclasses import asdict

import click
from sqlalchemy import select

from tracker.app import App
from tracker.channels.base import Metered
from tracker.cli.context import echo, echo_json, json_option, office_clock, plural, with_app
from tracker.cli.doctor_addresses import address_findings
from tracker.cli.doctor_divisions import division_findings
from tracker.cli.doctor_findings import OK, PROBLEM, WARNING, Finding, office_findings, receiving
from tracker.cli.group import Failure
from tracker.db import migrate
from tracker.db.models import QuotaReading
from tracker.domain.fiscal import first_of_month
from tracker.errors import TrackerError
from tracker.services import days_off
from tracker.services.line_ledger import people_left


@click.command()
@click.option("--no-addresses", is_flag=True, help="Do not ask LINE and the mail server about each address.")
@json_option
@with_app(writes=False)
def doctor(app: App, no_addresses: bool, as_json: bool) -> None:
    """Check settings, database, days off, mail server, LINE and contacts, without sending anything.

    LINE and the mail server are asked about every address that something goes to, for at most a minute.
    Exit status 1 when there is a problem that keeps reminders from going out.

    Example: tracker doctor
    """
    answering: list[str] = []
    findings = [*_database(app), *_secrets(app), *_days_off(app), *_channels(app, answering)]
    with app.reading() as session:
        findings += division_findings(session, app.today)
        findings += office_findings(session, app)
        people = receiving(session, app.today)
    if not no_addresses:
        findings += address_findings(app, people, answering)
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


def _secrets(app: App) -> Iterator[Finding]:
    """Where each secret comes from; a file that others may read was refused when the settings were read."""
    for name in sorted(app.settings.secrets):
        path = os.environ.get(f"{name}_FILE", "")
        if not path:
            yield Finding("secrets", OK, f"{name} comes from the environment")
        elif os.name == "posix":
            yield Finding("secrets", OK, f"{name} comes from {path}, which only its owner may read")
        else:
            text = f"{name} comes from {path}; see to it that nobody else may read it"
            yield Finding("secrets", WARNING, text)


def _channels(app: App, answering: list[str]) -> Iterator[Finding]:
    """Whether each channel is ready; the names of those that answer go into ``answering``."""
    ready = app.routing(really_send=True).configured
    for name, missing in (
        ("email", "no mail server is set; e-mail goes into files"),
        ("line", "no token is set"),
    ):
        if name not in ready:
            yield Finding(name, WARNING if name == "email" else OK, missing)
            continue
        try:
            yield Finding(name, OK, app.channel(name).probe())
        except TrackerError as error:
            yield Finding(name, PROBLEM, str(error))
            continue
        answering.append(name)
        yield from _quota(app, name)


def _quota(app: App, name: str) -> Iterator[Finding]:
    """What is left of a paid channel's month, against the reserve, and the newest alarm."""
    channel, subject = app.channel(name), f"{name} quota"
    if not isinstance(channel, Metered):
        return
    reserve = app.settings.line_reserve
    try:
        quota = channel.quota()
    except TrackerError as error:
        yield Finding(subject, WARNING, f"could not be learnt: {error}")
    else:
        if quota.limit is None:
            yield Finding(subject, OK, f"no limit; {quota.used} used this month")
        else:
            with app.reading() as session:
                left = people_left(session, app.today, asked=quota) or 0
            spare = left > reserve
            kept = f"; {reserve} are kept for escalations" if left else ""
            text = f"{left} of {quota.limit} left this month{kept}"
            else_goes = "nothing else goes" if left else "nothing goes"
            advice = "" if spare else f", so that {else_goes} by LINE before the next"
            yield Finding(subject, OK if spare else WARNING, text + advice)
    yield from _alarm(app, subject)


def _alarm(app: App, subject: str) -> Iterator[Finding]:
    this_month = (QuotaReading.month == first_of_month(app.today), QuotaReading.alarm != "")
    newest = select(QuotaReading).where(*this_month).order_by(QuotaReading.id.desc()).limit(1)
    with app.reading() as session:
        reading = session.scalar(newest)
    if reading is not None:
        yield Finding(subject, WARNING, f"{office_clock(app, reading.at)}: {reading.alarm}")
