"""tracker demo: the whole story on the bundled plan, in a scratch folder; nothing leaves the machine."""

import datetime as dt
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
from sqlalchemy import select

from tracker.app import App, initialise
from tracker.cli.context import echo, echo_table, shown_date
from tracker.cli.listing import print_summary
from tracker.config import example, shipped
from tracker.db.models import Contact, FollowUp, Measure, Message, MessageText, Plan
from tracker.domain.cadence import Cadence
from tracker.domain.follow_up import Action, Status
from tracker.errors import NotAllowed
from tracker.plans import model
from tracker.plans.reader import read_plan, with_default_cadence
from tracker.reports.standing import plan_summary
from tracker.reports.tables import Column
from tracker.services.contact_files import read_contacts
from tracker.services.contacts import store_contacts
from tracker.services.divisions import DivisionBook
from tracker.services.follow_ups import Change, apply
from tracker.services.plan_import import Imported, import_plan
from tracker.services.tick import tick

PLAN, CONTACTS = "huai-khwang-2565.txt", "demo-contacts.csv"
MADE_ON, FIRST, LAST = dt.date(2021, 9, 20), dt.date(2021, 10, 1), dt.date(2022, 2, 15)
SHOWN_ON = dt.date(2022, 2, 1)
NEVER_ANSWERED = {"O24", "I7", "O9", "O32"}
"""In the story everything is answered two days before it is due; these four items never are."""


@dataclass(slots=True)
class _Story:
    """The demonstration's application, and the hands of its clock."""

    folder: Path
    instant: dt.datetime
    app: App
    messages: int = 0
    answers: int = 0

    def turn_to(self, day: dt.date) -> None:
        """Five past nine on a day, office time."""
        self.instant = self.app.office.at(day, dt.time(9, 5))


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to play it. [default: a new scratch folder]"
)
def demo(folder: Path | None) -> None:
    """Tell the whole story on the bundled plan: import, reminders, answers, overdue summary.

    It plays 1 October to 15 February of fiscal year 2565 on a rehearsal clock, in a folder of its own.
    Nothing leaves this machine.

    Example: tracker demo
    """
    place = folder or Path(tempfile.mkdtemp(prefix="tracker-demo-"))
    story = _begin(place)
    try:
        document, imported = _import(story)
        _tell_import(story, document, imported)
        _play(story)
        _tell_year(story)
        _tell_message(story)
        _tell_summary(story)
        _tell_end(story)
    finally:
        story.app.close()


def _begin(folder: Path) -> _Story:
    if (folder / "tracker.db").exists():
        raise NotAllowed(f"{folder} holds a tracker.db already; name an empty folder.")
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "tracker.toml").write_text(example(), encoding="utf-8", newline="\n")
    for name in (PLAN, CONTACTS):
        (folder / name).write_bytes((shipped() / "plans" / name).read_bytes())
    app = App.open({}, folder)
    story = _Story(folder, app.office.at(MADE_ON, dt.time(14, 0)), app)
    story.app = replace(app, clock=lambda: story.instant, clock_is_set=True)
    initialise(story.app, rehearsal=True)
    return story


def _import(story: _Story) -> tuple[model.Plan, Imported]:
    app = story.app
    document = with_default_cadence(read_plan(story.folder / PLAN), Cadence.QUARTERLY)
    with app.sessions.begin() as session:
        imported = import_plan(
            session, document, office=app.office, report_days=app.settings.report_days,
            catalogue=app.catalogue, actor="demo", now=app.clock(),
        )  # fmt: skip
        agency_id = session.get_one(Plan, imported.plan_id).agency_id
        book = DivisionBook(session, agency_id, app.catalogue)
        store_contacts(session, agency_id, read_contacts(story.folder / CONTACTS), book)
    return document, imported


def _play(story: _Story) -> None:
    """Every working day at five past nine: what cron would do; then the answers of the day."""
    for day in _days(FIRST, LAST):
        story.turn_to(day)
        story.messages += tick(story.app.delivery(), story.app.moment).delivered.sent
        _answer(story, day)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for number in range((last - first).days + 1):
        yield first + dt.timedelta(days=number)


def _answer(story: _Story, day: dt.date) -> None:
    with story.app.sessions.begin() as session:
        rows = session.execute(
            select(FollowUp, Measure.code)
            .join(Measure, Measure.id == FollowUp.measure_id)
            .where(FollowUp.status == Status.OPEN, FollowUp.due_on <= day + dt.timedelta(days=2))
            .where(Measure.code.not_in(NEVER_ANSWERED))
        ).all()
        change = Change(Action.DONE, on=day, note="รายงานแล้ว")
        for follow_up, code in rows:
            apply(
                session,
                follow_up,
                change,
                what=code,
                verify=False,
                actor="demo",
                today=day,
                now=story.instant,
            )
        story.answers += len(rows)


def _tell_import(story: _Story, document: model.Plan, imported: Imported) -> None:
    echo(f"1. The plan. {story.folder / PLAN} is what an office publishes; it comes in as it is:")
    echo(f"   {document.agency}, fiscal year {document.fiscal_year}: {imported.measures} measures, "
         f"{imported.follow_ups} follow-ups to report in the year.")  # fmt: skip
    echo()
    chosen = [measure for measure in document.measures if measure.code in {"I1", "I7", "O11", "O15", "O24"}]
    columns = [Column("Code"), Column("Lead"), Column("Followed up"), Column("Measure")]
    rows = [[each.code, each.lead, _rules(each), each.title] for each in chosen]
    echo_table(columns, rows, indent="   ")
    echo()


def _rules(measure: model.Measure) -> str:
    return ", ".join(f"on {shown_date(rule.on)}" if rule.on else rule.cadence.value for rule in measure.rules)


def _tell_year(story: _Story) -> None:
    never = ", ".join(sorted(NEVER_ANSWERED))
    span = f"From {shown_date(FIRST)} to {shown_date(LAST)}"
    echo(f"2. The months. {span}, on a rehearsal clock, the office got {story.messages}")
    echo(f"   messages and answered {story.answers} follow-ups in time; {never} were never answered.")
    echo()
    with story.app.reading() as session:
        query = select(Contact.name, Message.intended_channel).join(Contact, Contact.id == Message.contact_id)
        counts = Counter(session.execute(query.order_by(Contact.id)).all())
    columns = [Column("Contact"), Column("By"), Column("Messages", align="right")]
    rows = [[name, channel, str(number)] for (name, channel), number in counts.items()]
    echo_table(columns, rows, indent="   ")
    echo()


def _tell_message(story: _Story) -> None:
    with story.app.reading() as session:
        rows = session.execute(
            select(Message, MessageText.body, Contact.name)
            .join(Contact, Contact.id == Message.contact_id)
            .join(MessageText, MessageText.message_id == Message.id)
            .where(Message.on_date == SHOWN_ON, Contact.name.contains("การคลัง"))
            .order_by(Message.intended_channel.desc())
        ).all()
    for letter, (message, body, name) in zip("ab", rows, strict=False):
        way = {"line": "in LINE, on the telephone", "email": "by e-mail"}[message.intended_channel]
        echo(f"3{letter}. What {name} read on {shown_date(SHOWN_ON)} {way}:")
        echo()
        if message.intended_channel == "email":
            echo(f"   │ {message.subject}")
            echo("   │")
        for line in body.splitlines():
            echo(f"   │ {line}".rstrip())
        echo()


def _tell_summary(story: _Story) -> None:
    story.turn_to(LAST)
    echo(f"4. The supervisors' summary on {shown_date(LAST)}:")
    echo()
    with story.app.reading() as session:
        plan_id = session.scalars(select(Plan.id)).one()
        print_summary(plan_summary(session, plan_id, today=LAST))
    echo()


def _tell_end(story: _Story) -> None:
    outbox = story.folder / story.app.settings.outbox_folder
    files = len(list(outbox.glob("*.eml")))
    echo(f"5. Everything is in {story.folder}:")
    echo("   tracker.db            the rehearsal database")
    echo("   config/tracker.toml   the settings, each explained")
    echo(f"   {PLAN}, {CONTACTS}   the plan and the contacts")
    echo(f"   outbox/               {files} messages as .eml (any mail program opens them) and .json")
    echo()
    echo("   Try next, in that folder:")
    echo(f"   cd {story.folder}")
    program = "tracker" if shutil.which("tracker") else str(Path(sys.argv[0]).absolute())
    for command in ("overdue", "show O24", "done O24 --note เผยแพร่แล้ว"):
        echo(f"   {program} {command} --now {LAST}T10:00+07:00")
