"""tracker show: everything about one measure."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.app import App
from tracker.cli.context import (
    chosen_plan,
    echo,
    echo_json,
    echo_table,
    json_option,
    office_clock,
    plan_options,
    shown_date,
    with_app,
)
from tracker.cli.listing import print_follow_ups
from tracker.db.models import Contact, Event, FollowUp, Measure, Message, MessageItem
from tracker.plans import model
from tracker.plans.json_format import plan_to_json
from tracker.reports.listing import ListFilter, as_json, follow_up_list
from tracker.reports.tables import Column
from tracker.services.measures import find_measures
from tracker.services.stored_plan import stored_plan


@click.command()
@click.argument("code")
@json_option
@plan_options
@with_app(writes=False)
def show(app: App, code: str, as_json: bool, agency: str | None, fiscal_year: str | None) -> None:
    """Show a measure: what it is, its follow-ups, evidence, messages and history.

    Example: tracker show O24
    """
    with app.reading() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        measure = find_measures(session, plan, [code])[0]
        facts = _facts(app, session, measure)
        document = stored_plan(session, plan.id)
        listed = follow_up_list(session, plan.id, ListFilter(codes=(measure.code,)), today=app.today)
    if as_json:
        echo_json(facts)
        return
    _print_measure(next(each for each in document.measures if each.code == measure.code))
    print_follow_ups(listed)
    _print_rest(app, facts)


def _facts(app: App, session: Session, measure: Measure) -> dict[str, Any]:
    document = plan_to_json(stored_plan(session, measure.plan_id))
    listed = follow_up_list(session, measure.plan_id, ListFilter(codes=(measure.code,)), today=app.today)
    return {
        "measure": next(each for each in document["measures"] if each["code"] == measure.code),
        "follow_ups": list(as_json(session, measure.plan_id, listed)),
        "messages": _messages(session, measure),
        "history": _history(session, measure),
    }


def _messages(session: Session, measure: Measure) -> list[dict[str, Any]]:
    query = (
        select(Message.id, Message.on_date, Message.kind, Message.channel, Message.state, Contact.name)
        .join(MessageItem, MessageItem.message_id == Message.id)
        .join(FollowUp, FollowUp.id == MessageItem.follow_up_id)
        .join(Contact, Contact.id == Message.contact_id)
        .where(FollowUp.measure_id == measure.id)
        .distinct()
        .order_by(Message.id)
    )
    return [
        {
            "id": row.id,
            "on": row.on_date.isoformat(),
            "kind": row.kind.value,
            "channel": row.channel,
            "status": row.state.value,
            "contact": row.name,
        }
        for row in session.execute(query)
    ]


def _history(session: Session, measure: Measure) -> list[dict[str, Any]]:
    query = (
        select(Event.at, Event.actor, Event.what, FollowUp.period, Event.before, Event.after)
        .outerjoin(FollowUp, FollowUp.id == Event.follow_up_id)
        .where(Event.measure_id == measure.id)
        .order_by(Event.id)
    )
    return [
        {
            "at": row.at.isoformat(),
            "by": row.actor,
            "what": row.what,
            "period": row.period,
            "before": row.before,
            "after": row.after,
        }
        for row in session.execute(query)
    ]


def _print_measure(measure: model.Measure) -> None:
    echo(f"{measure.code}  {measure.title}")
    score = "no score" if measure.score is None else f"score {measure.score:g}"
    span = f"{shown_date(measure.starts_on)} to {shown_date(measure.ends_on)}"
    echo(f"{measure.instrument}, {score}; {span} ({measure.timeline})")
    supporting = "all divisions" if measure.supporting == "all" else ", ".join(measure.supporting) or "nobody"
    echo(f"Lead {measure.lead or '(none)'}, supported by {supporting}")
    echo()
    parts: list[tuple[str, Sequence[str]]] = [
        ("Analysis", measure.analysis),
        ("Weaknesses", measure.weaknesses),
        ("Actions", measure.actions),
        ("Follow-up", measure.follow_up),
    ]
    for title, bullets in parts:
        if bullets:
            echo(f"{title}:")
            for bullet in bullets:
                echo(f"  - {bullet}")
    rules = [f"on {shown_date(rule.on)}" if rule.on else rule.cadence.value for rule in measure.rules]
    echo(f"Followed up {', '.join(rules) or 'never'}")
    echo()


def _print_rest(app: App, facts: dict[str, Any]) -> None:
    for follow_up in facts["follow_ups"]:
        for each in follow_up["evidence"]:
            echo(f"Evidence of {follow_up['period']}: {each['location']}")
    if facts["messages"]:
        echo()
        columns = [Column("Message", align="right"), *map(Column, ("Day", "Kind", "To", "By", "Status"))]
        keys = ("kind", "contact", "channel", "status")
        rows = [
            [str(each["id"]), shown_date(dt.date.fromisoformat(each["on"])), *(each[key] for key in keys)]
            for each in facts["messages"]
        ]
        echo_table(columns, rows)
    if facts["history"]:
        echo()
        rows = [
            [
                office_clock(app, each["at"]),
                each["by"],
                f"{each['what']} {each['period'] or ''}".strip(),
                _said(each["after"]),
            ]
            for each in facts["history"]
        ]
        echo_table([Column("When"), Column("Who"), Column("What"), Column("Said")], rows)


def _said(after: dict[str, Any]) -> str:
    return "; ".join(str(after[key]) for key in ("reason", "note") if after.get(key))
