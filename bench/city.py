"""Many made-up agencies in one database: each with a plan, ten divisions, and somebody who answers for each.

On the first working day of February 2022 every division has one measure's January to report, due on the 7th;
what else there is has been reported. Everyone has an e-mail address, every second LINE.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Engine, String, case, cast, literal, text
from sqlalchemy.orm import Session

from bench.office import insert_select, numbers, settle
from tracker.db import migrate
from tracker.db.models import (
    Agency,
    Contact,
    ContactDivision,
    ContactRole,
    Division,
    FollowUp,
    Measure,
    Meta,
    Plan,
)
from tracker.db.session import writing
from tracker.domain.cadence import Cadence
from tracker.domain.contacts import DIRECTOR, Role
from tracker.domain.follow_up import Status

DIVISIONS = 10
MORNING = dt.datetime(2022, 2, 1, 2, 0, tzinfo=dt.UTC)
"""09:00 in Bangkok, on a Tuesday."""

YEAR_STARTS, YEAR_ENDS = dt.date(2021, 10, 1), dt.date(2022, 9, 30)


def build(engine: Engine, agencies: int, *, measures: int = DIVISIONS, overseers: bool = False) -> None:
    """The agencies, with so many measures each; with ``overseers`` a director each too."""
    migrate.upgrade(engine)
    with writing(engine).begin() as session:
        session.add_all([Meta(key="mode", value="live"), Meta(key="planned_at", value="")])
        session.flush()
        _add_agencies(session, agencies)
        _add_measures(session, agencies * measures, measures)
        _add_follow_ups(session, agencies * measures, measures)
        _add_owners(session, agencies * DIVISIONS)
        if overseers:
            _add_overseers(session, agencies)
    settle(engine)


def empty(engine: Engine) -> None:
    """Take away what was planned and sent."""
    tables = ("message_items", "message_texts", "attempts", "reminders", "messages")
    with writing(engine).begin() as session:
        if engine.dialect.name == "postgresql":
            session.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))
            return
        for table in tables:
            session.execute(text(f"DELETE FROM {table}"))


def _add_agencies(session: Session, count: int) -> None:
    source = numbers(count)
    n = source.c.n
    insert_select(session, Agency, {"id": n, "name": _named("หน่วยงานที่ ", n)}, source)
    plan: dict[str, Any] = {
        "id": n,
        "agency_id": n,
        "fiscal_year": 2565,
        "assessed_year": 2564,
        "starts_on": YEAR_STARTS,
        "ends_on": YEAR_ENDS,
        "tracked_from": YEAR_STARTS,
        "sends_from": dt.datetime(2021, 10, 1, 2, tzinfo=dt.UTC),
        "source_name": "made up",
        "source_sha256": "",
        "indicators": [],
        "absent": [],
        "warnings": [],
    }
    insert_select(session, Plan, plan, source)
    source = numbers(count * DIVISIONS)
    n = source.c.n
    division = {"id": n, "agency_id": _group(n, DIVISIONS), "name": _named("ฝ่ายที่ ", n), "aliases": []}
    insert_select(session, Division, division, source)


def _division(n: Any, each: int) -> Any:
    """The division that leads the n-th measure: an agency's measures go round its divisions."""
    return (_group(n, each) - 1) * DIVISIONS + (n - 1) % each % DIVISIONS + 1


def _add_measures(session: Session, count: int, each: int) -> None:
    source = numbers(count)
    n = source.c.n
    position = (n - 1) % each + 1
    measure: dict[str, Any] = {
        "id": n,
        "plan_id": _group(n, each),
        "position": position,
        "code": _named("I", position),
        "title": _named("มาตรการที่ ", position),
        "instrument": "IIT",
        "analysis": [],
        "weaknesses": [],
        "actions": ["เผยแพร่ทางเว็บไซต์"],
        "follow_up": ["รายงานทุกเดือน"],
        "timeline": "ต.ค. 64 - ก.ย. 65",
        "starts_on": YEAR_STARTS,
        "ends_on": YEAR_ENDS,
        "lead": _named("ฝ่ายที่ ", _division(n, each)),
        "supporting": [],
        "lead_division_id": _division(n, each),
        "supports_all": False,
        "first_line": position,
        "last_line": position,
    }
    insert_select(session, Measure, measure, source)


def _add_follow_ups(session: Session, count: int, each: int) -> None:
    """January of every measure: an agency's first ten, one of each division, are open."""
    source = numbers(count)
    n = source.c.n
    is_open = (n - 1) % each < DIVISIONS
    follow_up: dict[str, Any] = {
        "plan_id": _group(n, each),
        "measure_id": n,
        "lead_division_id": _division(n, each),
        "fiscal_year": 2565,
        "period": "2565-01",
        "cadence": Cadence.MONTHLY,
        "starts_on": dt.date(2022, 1, 1),
        "scheduled_on": dt.date(2022, 1, 31),
        "due_on": dt.date(2022, 2, 7),
        "before_tracking": False,
        "status": case((is_open, literal(Status.OPEN.value)), else_=literal(Status.DONE.value)),
        "closed_on": case((~is_open, literal(dt.date(2022, 1, 31)))),
    }
    insert_select(session, FollowUp, follow_up, source)


def _add_owners(session: Session, count: int) -> None:
    source = numbers(count)
    n = source.c.n
    insert_select(session, Contact, _contact(n, _group(n, DIVISIONS), "หัวหน้าฝ่ายที่ "), source)
    insert_select(session, ContactDivision, {"contact_id": n, "division_id": n}, source)
    insert_select(session, ContactRole, {"contact_id": n, "role": Role.OWNER}, source)


def _add_overseers(session: Session, agencies: int) -> None:
    """After the owners: for each agency a director, who is its coordinator too."""
    source = numbers(agencies)
    n = source.c.n + agencies * DIVISIONS
    insert_select(session, Contact, _contact(n, source.c.n, "ผู้อำนวยการ "), source)
    for role, rank in ((Role.COORDINATOR, None), (Role.SUPERVISOR, DIRECTOR)):
        insert_select(session, ContactRole, {"contact_id": n, "role": role, "rank": rank}, source)


def _contact(n: Any, agency: Any, name: str) -> dict[str, Any]:
    line = literal("U" + "0" * 22).concat(cast(literal(10**9) + n, String))
    return {
        "id": n,
        "agency_id": agency,
        "name": _named(name, n),
        "email": cast(n, String).concat("@agency.go.th"),
        "line_id": case((n % 2 == 0, line), else_=literal("")),
        "phone": "02 123 4567",
        "language": "th",
        "email_suspended": "",
        "line_suspended": "",
    }


def _group(n: Any, size: int) -> Any:
    """To which group of ``size`` the n-th belongs, from 1."""
    return (n - 1) // size + 1


def _named(name: str, n: Any) -> Any:
    return literal(name).concat(cast(n, String))
