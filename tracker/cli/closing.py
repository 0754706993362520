"""tracker done, submit, return, waive, reopen, postpone: what a coordinator does to follow-ups."""

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import click
from sqlalchemy.orm import Session

from tracker.app import App
from tracker.cli.context import (
    actor,
    by_option,
    chosen_plan,
    echo,
    plan_options,
    reason_option,
    shown_date,
    with_app,
)
from tracker.db.models import FollowUp, Measure
from tracker.domain.follow_up import Action, Status
from tracker.errors import InputError
from tracker.services.follow_ups import Change, SeveralPeriods, apply, choose, read_proof
from tracker.services.measures import find_measures

SAID = {
    Action.SUBMIT: "submitted",
    Action.DONE: "done",
    Action.WAIVE: "waived",
    Action.RETURN: "returned, and open again",
    Action.REOPEN: "open again",
    Action.POSTPONE: "postponed",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed: the codes, and where given the period, the day, the texts and the plan."""

    codes: tuple[str, ...]
    period: str | None
    agency: str | None
    fiscal_year: str | None
    by: str | None
    on: str | None = None
    note: str = ""
    reason: str = ""
    until: str | None = None
    evidence: tuple[str, ...] = field(default=())


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    codes = click.argument("codes", nargs=-1, required=True, metavar="CODE...")
    period = click.option("--period", metavar="PERIOD", help="Which one: 2565-03, 2565-Q2, 2565-01-31 …")
    return codes(period(by_option(plan_options(with_app(writes=True)(command)))))


@click.command()
@click.option("--note", metavar="TEXT", default="", help="What was done; it is kept with the follow-up.")
@click.option("--evidence", multiple=True, metavar="FILE-OR-LINK", help="What shows it; repeatable.")
@click.option("--on", metavar="DATE", help="The day it was done. [default: today]")
@_shared
def done(app: App, **typed: object) -> None:
    """Mark follow-ups as done: one code or several, or - to read them from standard input.

    Without --period the open one whose period has begun is meant; if there are several, you are asked.

    Example: tracker done O24 --evidence https://example.go.th/o24 --note "เผยแพร่แล้ว"
    """
    _carry_out(app, Action.DONE, Request(**typed))  # type: ignore[arg-type]


@click.command()
@click.option("--note", metavar="TEXT", default="", help="What was done; it is kept with the follow-up.")
@click.option("--evidence", multiple=True, metavar="FILE-OR-LINK", help="What shows it; repeatable.")
@click.option("--on", metavar="DATE", help="The day it was reported. [default: today]")
@_shared
def submit(app: App, **typed: object) -> None:
    """Report follow-ups as done on behalf of their owner; 'tracker done' then accepts them.

    Example: tracker submit O24 --by ฝ่ายการคลัง
    """
    _carry_out(app, Action.SUBMIT, Request(**typed))  # type: ignore[arg-type]


@click.command("return")
@reason_option
@_shared
def return_(app: App, **typed: object) -> None:
    """Give submitted follow-ups back to their owners: they are open again.

    Example: tracker return O24 --reason "ขาดหลักฐาน"
    """
    _carry_out(app, Action.RETURN, Request(**typed))  # type: ignore[arg-type]


@click.command()
@reason_option
@_shared
def waive(app: App, **typed: object) -> None:
    """End follow-ups that need not be reported.

    Example: tracker waive I17 --period 2565-Q1 --reason "ยกเลิกกิจกรรม"
    """
    _carry_out(app, Action.WAIVE, Request(**typed))  # type: ignore[arg-type]


@click.command()
@reason_option
@_shared
def reopen(app: App, **typed: object) -> None:
    """Open follow-ups again that were done or waived.

    Example: tracker reopen O24 --reason "ลงผิดข้อ"
    """
    _carry_out(app, Action.REOPEN, Request(**typed))  # type: ignore[arg-type]


@click.command()
@click.option("--until", metavar="DATE", required=True, help="The new due date.")
@reason_option
@_shared
def postpone(app: App, **typed: object) -> None:
    """Move the due date of follow-ups; their reminders start again.

    Example: tracker postpone O24 --until 2022-02-28 --reason "รอข้อมูลจากสำนักการคลัง"
    """
    _carry_out(app, Action.POSTPONE, Request(**typed))  # type: ignore[arg-type]


def _carry_out(app: App, action: Action, request: Request) -> None:
    """All of the codes, or none: the first that cannot be changed undoes the others."""
    codes = _codes(request.codes)
    change = Change(
        action=action,
        on=_day(request.on) if request.on else app.today,
        note=request.note,
        reason=request.reason,
        due_on=_day(request.until) if request.until else None,
        proofs=tuple(read_proof(text) for text in request.evidence),
    )
    who = actor(request.by)
    lines = []
    with app.sessions.begin() as session:
        plan = chosen_plan(app, session, request.agency, request.fiscal_year)
        measures = find_measures(session, plan, codes)
        period = _period(request.period) if request.period else None
        periods = {measure.code: period for measure in measures} if period else {}
        for measure, follow_up in zip(
            measures, _choose(app, session, measures, action, periods), strict=True
        ):
            what = f"{measure.code} {follow_up.period}"
            apply(
                session, follow_up, change, what=what, verify=app.settings.verify,
                actor=who, today=app.today, now=app.clock(),
            )  # fmt: skip
            lines.append(_line(measure, follow_up, change))
    for line in lines:
        echo(line)
    if len(lines) > 1:
        echo(f"{len(lines)} follow-ups.")


def _day(text: str) -> dt.date:
    from tracker.thai.dates import parse_date  # noqa: PLC0415  its patterns take 10 ms of every start

    return parse_date(text)


def _period(text: str) -> str:
    from tracker.thai.periods import parse_period  # noqa: PLC0415  the same

    return parse_period(text)


def _choose(
    app: App, session: Session, measures: Sequence[Measure], action: Action, periods: dict[str, str]
) -> list[FollowUp]:
    """The follow-ups meant; a person at a terminal is asked where there are several."""
    while True:
        try:
            return choose(session, measures, action, today=app.today, periods=periods)
        except SeveralPeriods as several:
            if not (sys.stdin and sys.stdin.isatty()):
                raise
            choice = click.Choice(several.periods)
            first = several.periods[0]
            periods[several.code] = click.prompt(f"{several.code}: which period", type=choice, default=first)


def _codes(typed: Sequence[str]) -> list[str]:
    if list(typed) != ["-"]:
        return list(typed)
    codes = _decoded(sys.stdin.buffer.read() if sys.stdin else b"").replace(",", " ").split()
    if not codes:
        raise InputError("Standard input held no code. Nothing was changed.")
    return codes


def _decoded(typed: bytes) -> str:
    """The text of standard input: UTF-8, with or without BOM, or Thai Windows, whatever the console says."""
    try:
        return typed.decode("utf-8-sig")
    except UnicodeDecodeError:
        return typed.decode("cp874", errors="replace")


def _line(measure: Measure, follow_up: FollowUp, change: Change) -> str:
    said = SAID[change.action]
    if change.action is Action.DONE and follow_up.status is Status.SUBMITTED:
        said = "submitted; 'tracker done' by a second person accepts it"
    if change.action is Action.POSTPONE:
        said = f"postponed to {shown_date(follow_up.due_on)}"
    return f"{measure.code} {follow_up.period}: {said}. {measure.title}"
