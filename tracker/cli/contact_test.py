"""tracker contact test: does a contact get messages?"""

from dataclasses import asdict

import click

from tracker.app import REHEARSAL, App
from tracker.cli.contact_changes import which_contact
from tracker.cli.context import actor, echo, echo_json, json_option, with_app
from tracker.cli.group import Failure
from tracker.cli.sending import really_option
from tracker.db.models import MessageState
from tracker.services.contact_changes import find_contact
from tracker.services.greetings import Greeted, greet
from tracker.services.history import record
from tracker.services.measures import find_agency


@click.command("test")
@which_contact
@click.option("--channel", type=click.Choice(["line", "email"]), help="Only by this one. [default: each]")
@really_option
@json_option
@with_app(writes=True)
def test(
    app: App,
    name: str,
    which: tuple[str, ...],
    agency: str | None,
    channel: str | None,
    really_send: bool,
    as_json: bool,
) -> None:
    """Send a contact a greeting, at once, at each of its addresses, and say what became of it.

    A LINE message costs as much as any other. Exit status 1 when one was not taken.

    Example: tracker contact test "หัวหน้าฝ่ายโยธา"
    """
    with app.sessions.begin() as session:
        contact = find_contact(session, find_agency(session, agency).id, name, which)
        after = {"contact": contact.name, "channel": channel or "each"}
        record(session, "contact greeted", actor=actor(), now=app.clock(), after=after)
        contact_id = contact.id
    greeted = greet(app.delivery(really_send=really_send), app.moment, contact_id, only=channel or "")
    if as_json:
        echo_json([asdict(each) for each in greeted])
    else:
        for each in greeted:
            echo(_told(each))
        if app.mode == REHEARSAL and not really_send:
            echo(f"This is a rehearsal: see the folder {app.folder / app.settings.outbox_folder}.")
    missed = [f"tracker outbox show {each.number}" for each in greeted if each.state is not MessageState.SENT]
    if missed:
        raise Failure(f"{name} was not reached by every channel; see: {', '.join(missed)}")


def _told(each: Greeted) -> str:
    way = f"{each.channel} ({each.address})"
    if each.state is MessageState.SENT:
        return f"Greeted by {way}; it was taken as message {each.number}. Ask whether it arrived."
    if each.state is MessageState.RETRY:
        return f"Not yet by {way}: {each.remark.rstrip('.')}. It will be tried again."
    return f"Not by {way}: {each.remark}"
