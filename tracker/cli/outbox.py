"""tracker outbox: the messages, sent and waiting, and what a person decides about them."""

from collections.abc import Sequence
from typing import Any

import click

from tracker.app import REHEARSAL, App
from tracker.cli.context import (
    actor,
    echo,
    echo_json,
    echo_json_list,
    echo_table,
    json_option,
    office_clock,
    plural,
    reason_option,
    with_app,
)
from tracker.cli.group import LazyGroup
from tracker.cli.outbox_words import standing
from tracker.cli.sending import really_option
from tracker.db.models import Attempt, Message, MessageState, MessageText
from tracker.reports.outbox import ListedMessage, OutboxFilter, left_out, listed_messages, tries
from tracker.reports.tables import Column
from tracker.services.outbox_desk import Decision, cancel_messages, no_message, retry_messages
from tracker.thai.dates import parse_date

COMMANDS = {
    "list": ("tracker.cli.outbox:list_", "List messages, the newest last."),
    "show": ("tracker.cli.outbox:show", "Show one message, and every try to send it."),
    "retry": ("tracker.cli.outbox:retry", "Have messages sent again that did not arrive."),
    "cancel": ("tracker.cli.outbox:cancel", "Call messages off that need not arrive."),
}
outbox = LazyGroup(name="outbox", commands_table=COMMANDS, help="Look after the messages, sent and waiting.")
NUMBER = click.IntRange(1, 2**31 - 1)
numbers_argument = click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True, type=NUMBER)


@click.command("list")
@click.option(
    "--status", type=click.Choice([each.value for each in MessageState]), help="Only with this status."
)
@click.option("--contact", metavar="NAME", help="Only to contacts whose names contain this.")
@click.option("--since", metavar="DATE", help="Only of this day or later.")
@click.option(
    "--channel", type=click.Choice(["line", "email", "file", "console"]), help="Only by this channel."
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the newest N of these.")
@json_option
@with_app(writes=False)
def list_(
    app: App,
    status: str | None,
    contact: str | None,
    since: str | None,
    channel: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List messages, the newest last.

    Example: tracker outbox list --status failed
    """
    wanted = OutboxFilter(
        state=MessageState(status) if status else None,
        contact=contact,
        channel=channel,
        since=parse_date(since) if since else None,
        newest=limit,
    )
    with app.reading() as session:
        messages = listed_messages(session, wanted)
    if as_json:
        echo_json_list(each.as_json() for each in messages)
    elif messages:
        _print_list(app, messages)
    else:
        asked = status if status and wanted == OutboxFilter(state=wanted.state) else "like that"
        echo("There are no messages." if wanted == OutboxFilter() else f"No message is {asked}.")


@click.command()
@click.argument("number", type=NUMBER)
@json_option
@with_app(writes=False)
def show(app: App, number: int, as_json: bool) -> None:
    """Show one message as it was, or will be, sent; every try, and what can be done.

    Example: tracker outbox show 12
    """
    with app.reading() as session:
        found = listed_messages(session, OutboxFilter(numbers=[number]))
        if not found:
            raise no_message(session, number)
        message, text = session.get_one(Message, number), session.get(MessageText, number)
        attempts, dropped = tries(session, number), left_out(session, number)
    if as_json:
        said = {"text": text.body, "html": text.html} if text else {"text": "", "html": ""}
        texts = {"subject": message.subject, **said, "key": message.key}
        shown = [_attempt_as_json(each) for each in attempts]
        echo_json(found[0].as_json() | texts | {"dropped": dropped, "tries": shown})
        return
    _print_head(app, found[0], message, dropped)
    _print_tries(app, attempts)
    _print_text(message.subject, text)


@click.command()
@numbers_argument
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept in the history.")
@really_option
@json_option
@with_app(writes=True)
def retry(app: App, numbers: tuple[int, ...], reason: str, really_send: bool, as_json: bool) -> None:
    """Put messages back into the outbox: failed, unknown, cancelled, or put off to a later try.

    All of them go back or none. Nothing is sent at once: the next 'tracker tick' or 'tracker run' sends them,
    with the text that is stored. In a rehearsal, --really-send leads one from its file back to its address.

    Example: tracker outbox retry 12
    """
    decision = Decision(actor(), app.clock(), reason)
    really_send = really_send and app.mode == REHEARSAL
    with app.sessions.begin() as session:
        said = retry_messages(session, numbers, decision, really_send=really_send)
        found = listed_messages(session, OutboxFilter(numbers=numbers))
    if as_json:
        echo_json_list(each.as_json() | {"remarks": said[each.id]} for each in found)
        return
    for each in found:
        echo(" ".join((f"{each.id} to {each.contact}: waits to be sent again.", *said[each.id])))
    option = " --really-send" if really_send else ""
    echo(f"{'It goes' if len(found) == 1 else 'They go'} out with the next 'tracker tick{option}'.")


@click.command()
@numbers_argument
@reason_option
@json_option
@with_app(writes=True)
def cancel(app: App, numbers: tuple[int, ...], reason: str, as_json: bool) -> None:
    """Call messages off that wait, failed, or may have arrived; what they carried is not sent again.

    All of them are cancelled or none. 'tracker outbox retry' takes it back.

    Example: tracker outbox cancel 12 --reason "แจ้งทางโทรศัพท์แล้ว"
    """
    with app.sessions.begin() as session:
        cancel_messages(session, numbers, Decision(actor(), app.clock(), reason))
        found = listed_messages(session, OutboxFilter(numbers=numbers))
    if as_json:
        echo_json_list(each.as_json() for each in found)
        return
    for each in found:
        echo(f"{each.id} to {each.contact}: cancelled.")


def _print_list(app: App, messages: Sequence[ListedMessage]) -> None:
    titles = ("Made", "Kind", "To", "By", "Status", "Items", "Remark")
    rows = [
        [
            str(each.id), office_clock(app, each.created_at), each.kind, each.contact,
            each.channel, each.status, _items(each.items), each.error or "",
        ]
        for each in messages
    ]  # fmt: skip
    echo_table([Column("No.", align="right"), *map(Column, titles)], rows)


def _items(codes: Sequence[str]) -> str:
    return ", ".join(codes[:5]) + (f" and {len(codes) - 5} more" if len(codes) > 5 else "")


def _print_head(app: App, listed: ListedMessage, message: Message, dropped: Sequence[str]) -> None:
    way = f"by {listed.channel} to {listed.contact} ({listed.address})"
    echo(f"Message {listed.id}, {listed.kind}, {listed.status}; {way}")
    sent = office_clock(app, listed.sent_at) if listed.sent_at else "not yet"
    cost = "" if listed.cost is None else f", costs {plural(listed.cost, 'LINE message')}"
    made = office_clock(app, listed.created_at)
    echo(f"Made {made}, sent {sent}, attempts {listed.attempts}{cost}")
    echo(standing(message, office_clock(app, message.next_attempt_at), now=app.clock()))
    for remark in (listed.error, *(f"left out: {reason}" for reason in dropped)):
        if remark:
            echo(remark)


def _print_tries(app: App, attempts: Sequence[Attempt]) -> None:
    if not attempts:
        return
    echo()
    titles = ("When", "By", "To", "Outcome", "Request", "Remark")
    rows = [
        [
            str(each.number), office_clock(app, each.at), each.channel, each.address, each.outcome.value,
            _request(each), each.remark,
        ]
        for each in attempts
    ]  # fmt: skip
    echo_table([Column("Try", align="right"), *map(Column, titles)], rows)


def _request(attempt: Attempt) -> str:
    """The provider's name for the request; of a repeat, also the request that it had accepted before."""
    if not attempt.accepted_request_id:
        return attempt.request_id
    return f"{attempt.request_id} (accepted before: {attempt.accepted_request_id})".strip()


def _attempt_as_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": attempt.at.isoformat(),
        "channel": attempt.channel,
        "address": attempt.address,
        "outcome": attempt.outcome.value,
        "request_id": attempt.request_id,
        "accepted_request_id": attempt.accepted_request_id,
        "remark": attempt.remark,
    }


def _print_text(subject: str, text: MessageText | None) -> None:
    echo()
    if text is None:
        echo("Its text is made just before it is sent.")
        return
    echo(subject)
    for line in text.body.splitlines():
        echo(line)
