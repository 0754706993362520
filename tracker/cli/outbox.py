"""tracker outbox: the messages, sent and waiting."""

from collections import defaultdict
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.app import App
from tracker.cli.context import (
    echo,
    echo_json,
    echo_json_list,
    echo_table,
    json_option,
    office_clock,
    with_app,
)
from tracker.cli.group import LazyGroup
from tracker.db.models import Contact, FollowUp, Measure, Message, MessageItem, MessageState, Reminder
from tracker.domain.reminders import WEIGHT
from tracker.errors import UnknownName
from tracker.reports.tables import Column

COMMANDS = {
    "list": ("tracker.cli.outbox:list_", "List messages, the newest last."),
    "show": ("tracker.cli.outbox:show", "Show one message as it was, or will be, sent."),
}
outbox = LazyGroup(name="outbox", commands_table=COMMANDS, help="List and show messages, sent and waiting.")


@click.command("list")
@click.option(
    "--status", type=click.Choice([each.value for each in MessageState]), help="Only with this status."
)
@json_option
@with_app(writes=False)
def list_(app: App, status: str | None, as_json: bool) -> None:
    """List messages, the newest last.

    Example: tracker outbox list --status failed
    """
    with app.reading() as session:
        messages = _messages(session, MessageState(status) if status else None)
    if as_json:
        echo_json_list(messages)
        return
    if not messages:
        echo("There are no messages." if not status else f"No message is {status}.")
        return
    columns = [
        Column("No.", align="right"),
        *map(Column, ("Made", "Kind", "To", "By", "Status", "Items", "Remark")),
    ]
    rows = [
        [
            str(each["id"]), office_clock(app, each["created_at"]), each["kind"], each["contact"],
            each["channel"], each["status"], _items(each["items"]), each["error"] or "",
        ]
        for each in messages
    ]  # fmt: skip
    echo_table(columns, rows)


@click.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@json_option
@with_app(writes=False)
def show(app: App, number: int, as_json: bool) -> None:
    """Show one message as it was, or will be, sent.

    Example: tracker outbox show 12
    """
    with app.reading() as session:
        found = _messages(session, None, number)
        if not found:
            known = [
                str(each)
                for each in session.scalars(select(Message.id).order_by(Message.id.desc()).limit(10))
            ]
            raise UnknownName("message", str(number), known)
        message = session.get_one(Message, number)
        facts = found[0] | {
            "subject": message.subject,
            "text": message.body,
            "html": message.html,
            "key": message.key,
        }
        dropped = session.scalars(
            select(Reminder.dropped).where(Reminder.message_id == number, Reminder.dropped != "").distinct()
        ).all()
    if as_json:
        echo_json(facts | {"dropped": list(dropped)})
        return
    way = f"by {facts['channel']} to {facts['contact']} ({facts['address']})"
    echo(f"Message {number}, {facts['kind']}, {facts['status']}; {way}")
    sent = office_clock(app, facts["sent_at"]) if facts["sent_at"] else "not yet"
    echo(f"Made {office_clock(app, facts['created_at'])}, sent {sent}, attempts {facts['attempts']}")
    for remark in (facts["error"], *(f"left out: {reason}" for reason in dropped)):
        if remark:
            echo(remark)
    echo()
    if not facts["text"]:
        echo("Its text is made just before it is sent.")
        return
    echo(facts["subject"])
    for line in facts["text"].splitlines():
        echo(line)


def _messages(
    session: Session, state: MessageState | None, number: int | None = None
) -> list[dict[str, Any]]:
    query = select(Message, Contact.name).join(Contact, Contact.id == Message.contact_id).order_by(Message.id)
    if state is not None:
        query = query.where(Message.state == state)
    if number is not None:
        query = query.where(Message.id == number)
    kinds: dict[int, set[Any]] = defaultdict(set)
    of_reminders = (
        select(Reminder.message_id, Reminder.kind).where(Reminder.message_id.is_not(None)).distinct()
    )
    for message_id, kind in session.execute(of_reminders):
        if message_id is not None:
            kinds[message_id].add(kind)
    items: dict[int, list[str]] = defaultdict(list)
    named = (
        select(MessageItem.message_id, Measure.code)
        .join(FollowUp, FollowUp.id == MessageItem.follow_up_id)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .order_by(Measure.position)
        .distinct()
        .add_columns(Measure.position)
    )
    for row in session.execute(named):
        items[row.message_id].append(row.code)
    return [
        _facts(message, name, kinds[message.id], items[message.id])
        for message, name in session.execute(query)
    ]


def _facts(message: Message, contact: str, kinds: set[Any], items: list[str]) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind.value,
        "kinds": [kind.value for kind in sorted(kinds, key=lambda each: -WEIGHT[each])],
        "contact": contact,
        "channel": message.channel,
        "intended_channel": message.intended_channel,
        "address": message.address,
        "status": message.state.value,
        "attempts": message.attempts,
        "created_at": message.created_at.isoformat(),
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "error": message.error or None,
        "items": list(dict.fromkeys(items)),
    }


def _items(codes: list[str]) -> str:
    return ", ".join(codes[:5]) + (f" and {len(codes) - 5} more" if len(codes) > 5 else "")
