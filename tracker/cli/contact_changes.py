"""tracker contact edit, remove, pause, resume: what is done to one contact."""

from collections.abc import Callable

import click

from tracker.app import App
from tracker.cli.contact import COLUMN_NAMES, agency_option, channels_option, tell_news, tell_unused_ranks
from tracker.cli.context import actor, echo, plural, reason_option, shown_date, with_app
from tracker.errors import InputError
from tracker.services import pauses
from tracker.services.contact_changes import Edited, edit_contact, find_contact, remove_contact
from tracker.services.contact_erasing import Erased, erase_contact
from tracker.services.divisions import DivisionBook
from tracker.services.measures import find_agency
from tracker.services.outbox_desk import unsent
from tracker.services.pauses import Pause
from tracker.thai.dates import parse_date


def which_contact(command: Callable[..., None]) -> Callable[..., None]:
    """The name, and what tells several of one name apart."""
    for option in (
        agency_option,
        click.option(
            "--division",
            "which",
            multiple=True,
            metavar="NAME",
            help='Whose, if several have the name; "" is the whole agency\'s.',
        ),
        click.argument("name"),
    ):
        command = option(command)
    return command


@click.command()
@which_contact
@click.option("--name", "new_name", metavar="NAME", help="The name from now on.")
@click.option("--divisions", metavar="LIST", help='What it answers for, separated by ";"; "" is all.')
@click.option("--email", metavar="ADDRESS", help="Given again, a refused address is tried again.")
@click.option("--line", "line_id", metavar="ID", help="LINE user, group or room id; the same holds.")
@click.option("--phone", metavar="NUMBER")
@click.option("--roles", metavar="LIST", help="Some of owner,coordinator,supervisor.")
@click.option("--rank", metavar="1-3", help="Of a supervisor: 1 head of division, 2 deputy, 3 director.")
@click.option("--language", type=click.Choice(["th", "en"]))
@click.option("--from", "valid_from", metavar="DATE", help="First day in office.")
@click.option("--until", "valid_until", metavar="DATE", help="Last day in office.")
@channels_option
@with_app(writes=True)
def edit(
    app: App,
    name: str,
    which: tuple[str, ...],
    agency: str | None,
    new_name: str | None,
    divisions: str | None,
    **texts: str | None,
) -> None:
    """Change a contact; what is not named stays, and "" clears a value.

    An address that is given is used from now on, also one that was refused before.

    Example: tracker contact edit "หัวหน้าฝ่ายโยธา" --email yotha@example.go.th --channels email,line
    """
    given = {"name": new_name, "division": divisions, **texts}
    changes = {column: text for column, text in given.items() if text is not None}
    if not changes:
        raise InputError("Nothing to change was named; see: tracker contact edit --help")
    with app.sessions.begin() as session:
        owner = find_agency(session, agency)
        contact = find_contact(session, owner.id, name, which)
        book = DivisionBook(session, owner.id, app.catalogue)
        try:
            done = edit_contact(session, contact, changes, book, actor=actor(), now=app.clock())
        except InputError as error:
            raise InputError(f"{error} Nothing was changed.") from None
        missed = unsent(session, contact, app.clock()) if done.trusted else []
    _tell_edited(contact.name, done)
    for number in missed:
        echo(f"Message {number} did not arrive before; to have it sent now: tracker outbox retry {number}")
    tell_news(book)


@click.command()
@which_contact
@click.option("--on", metavar="DATE", help="The last day in office. [default: today]")
@click.option("--erase", is_flag=True, help="Erase the person's data for good, also in stored messages.")
@with_app(writes=True)
def remove(
    app: App, name: str, which: tuple[str, ...], agency: str | None, on: str | None, erase: bool
) -> None:
    """End a contact's post; one that never received anything is deleted.

    With --erase name, addresses and telephone number are erased, here and in the stored messages; what was
    sent of them cannot be called back. The history stays.

    Example: tracker contact remove "หัวหน้าฝ่ายโยธา" --on "30 ก.ย. 2570"
    """
    if erase and on:
        raise click.UsageError("--erase ends the post today; --on cannot be given with it.")
    last = parse_date(on) if on else None
    with app.sessions.begin() as session:
        contact = find_contact(session, find_agency(session, agency).id, name, which)
        shown, by, now, today = contact.name, actor(), app.clock(), app.today
        if erase:
            erased = erase_contact(session, contact, actor=by, now=now, today=today)
        else:
            last = remove_contact(session, contact, on=last, actor=by, now=now, today=today)
    if erase:
        _tell_erased(shown, erased)
    elif last is None:
        echo(f"{shown}: deleted; nothing had been sent or was owed.")
    else:
        echo(f"{shown}: in office until {shown_date(last)}, and gets nothing after that day.")


@click.command()
@which_contact
@click.option("--until", required=True, metavar="DATE", help="The last day of the pause.")
@click.option("--from", "first", metavar="DATE", help="Its first day. [default: today]")
@reason_option
@with_app(writes=True)
def pause(
    app: App,
    name: str,
    which: tuple[str, ...],
    agency: str | None,
    until: str,
    first: str | None,
    reason: str,
) -> None:
    """Send a contact nothing for some days, the first and the last included.

    Example: tracker contact pause "หัวหน้าฝ่ายโยธา" --until "30 เม.ย. 2570" --reason "ลาศึกษาต่อ"
    """
    wanted = Pause(parse_date(first) if first else app.today, parse_date(until), reason)
    with app.sessions.begin() as session:
        contact = find_contact(session, find_agency(session, agency).id, name, which)
        pauses.pause(session, contact, wanted, actor=actor(), now=app.clock(), today=app.today)
    echo(f"{contact.name}: paused {wanted}")
    echo("What is still of use after that goes out then.")


@click.command()
@which_contact
@with_app(writes=True)
def resume(app: App, name: str, which: tuple[str, ...], agency: str | None) -> None:
    """End a contact's pause now.

    Example: tracker contact resume "หัวหน้าฝ่ายโยธา"
    """
    with app.sessions.begin() as session:
        contact = find_contact(session, find_agency(session, agency).id, name, which)
        pauses.resume(session, contact, contact.name, actor=actor(), now=app.clock(), today=app.today)
    echo(f"{contact.name}: not paused any more.")


def _tell_edited(name: str, done: Edited) -> None:
    changed = ", ".join(COLUMN_NAMES.get(column, column) for column in done.changed)
    echo(f"{name}: changed {changed}." if changed else f"{name}: as it was.")
    for column in done.trusted:
        echo(f"The address for {COLUMN_NAMES[column]} is used again.")
    if done.rank_unused:
        tell_unused_ranks([name])


def _tell_erased(name: str, erased: Erased) -> None:
    what = "deleted" if erased.deleted else "erased, and the post ended"
    echo(f"{name}: {what}; {plural(erased.messages, 'stored message')} changed.")
    if erased.kept:
        echo(f"Left in messages, because it may mean others as well: {', '.join(erased.kept)}.")
    echo(
        "What was sent cannot be called back: copies lie in mailboxes and in LINE, and may lie in the folder "
        "outbox and in back-ups."
    )
