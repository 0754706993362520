"""A made-up office: one plan of fiscal year 2565, as large as asked for, on a day in its fifth month.

Fifty divisions lead ten follow-ups a measure, of the months October to July. The last division is small and
has always 400; the others share the rest. Every tenth measure is late with all that fell due, the others have
reported everything: each of these has one open follow-up that has begun, so that ``done CODE`` means it.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Engine,
    Integer,
    String,
    case,
    cast,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from tracker.config import example
from tracker.db import migrate
from tracker.db.models import Agency, Division, Event, Evidence, FollowUp, Measure, MeasureRule, Meta, Plan
from tracker.db.session import make_engine, parse_url, writing
from tracker.domain.cadence import Cadence, RuleOrigin
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.services.schedule import make_follow_ups

NOW = "2022-02-15T10:00:00+07:00"
TODAY = dt.date(2022, 2, 15)
PERIODS = 10
DIVISIONS = 50
SMALL = 400
"""The follow-ups of the small division."""

SMALL_DIVISION = f"ฝ่ายที่ {DIVISIONS}"
LARGE_DIVISION = "ฝ่ายที่ 1"
REPORT_DAYS = 5
_TEXT = "ประชาสัมพันธ์ช่องทางการรับรู้ข้อมูลข่าวสารของหน่วยงานให้ผู้รับบริการและผู้มีส่วนได้ส่วนเสียทราบอย่างทั่วถึง"


@dataclass(frozen=True, slots=True)
class Office:
    """A database that is made up, and how much it holds."""

    url: str
    follow_ups: int

    def engine(self) -> Engine:
        """The program's own engine on it."""
        return make_engine(parse_url(self.url))


def build_file(folder: Path, follow_ups: int) -> Office:
    """An SQLite office in a folder of its own, with the settings file that ``tracker init`` writes."""
    config = folder / "config" / "tracker.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(example(), encoding="utf-8")
    office = Office(str(folder / "tracker.db"), follow_ups)
    build(office)
    return office


def build(office: Office) -> None:
    """Make everything: the plan, its follow-ups, their history and evidence."""
    engine = office.engine()
    build_plan(engine, office.follow_ups)
    with writing(engine).begin() as session:
        make(session)
        _report(session)
    settle(engine)
    engine.dispose()


def build_plan(engine: Engine, follow_ups: int) -> None:
    """The plan with its measures and rules, without follow-ups."""
    migrate.upgrade(engine)
    with writing(engine).begin() as session:
        session.add(Meta(key="mode", value="rehearsal"))
        session.add(Agency(id=1, name="สำนักงานเขตตัวอย่าง"))
        session.flush()
        session.add_all(_divisions())
        session.add(_plan())
        session.flush()
        _add_measures(session, follow_ups // PERIODS)
    settle(engine)


def make(session: Session) -> int:
    """The follow-ups of the plan, made by the program."""
    plan = session.get_one(Plan, 1)
    return make_follow_ups(session, plan, office=OfficeTime(), report_days=REPORT_DAYS)


def _divisions() -> list[Division]:
    return [
        Division(id=number, agency_id=1, name=f"ฝ่ายที่ {number}", aliases=[])
        for number in range(1, DIVISIONS + 1)
    ]


def _plan() -> Plan:
    return Plan(
        id=1,
        agency_id=1,
        fiscal_year=2565,
        assessed_year=2564,
        starts_on=dt.date(2021, 10, 1),
        ends_on=dt.date(2022, 9, 30),
        tracked_from=dt.date(2021, 10, 1),
        sends_from=dt.datetime(2021, 10, 1, 2, tzinfo=dt.UTC),
        source_name="made up",
        source_sha256="",
        indicators=[],
        absent=[],
        warnings=[],
    )


def numbers(last: int) -> CTE:
    """The numbers from 1 to ``last``."""
    first = select(literal(1, Integer).label("n")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.n + 1).where(first.c.n < last))


def _add_measures(session: Session, count: int) -> None:
    source = numbers(count)
    n = source.c.n
    lead = case((n <= SMALL // PERIODS, DIVISIONS), else_=n % (DIVISIONS - 1) + 1)
    values: dict[str, Any] = {
        "id": n,
        "plan_id": 1,
        "position": n,
        "code": literal("I").concat(cast(n, String)),
        "title": literal(f"{_TEXT} ข้อ ").concat(cast(n, String)),
        "instrument": "IIT",
        "analysis": [_TEXT],
        "weaknesses": [_TEXT],
        "actions": [_TEXT] * 2,
        "follow_up": [_TEXT],
        "timeline": "ต.ค. 64 - ก.ค. 65",
        "starts_on": dt.date(2021, 10, 1),
        "ends_on": dt.date(2022, 7, 31),
        "lead": literal("ฝ่ายที่ ").concat(cast(lead, String)),
        "supporting": [],
        "lead_division_id": lead,
        "supports_all": False,
        "first_line": n,
        "last_line": n,
    }
    insert_select(session, Measure, values, source)
    rule = {
        "measure_id": n,
        "position": 1,
        "cadence": Cadence.MONTHLY,
        "phrase": "รายงานทุกเดือน",
        "origin": RuleOrigin.TEXT,
    }
    insert_select(session, MeasureRule, rule, source)


def insert_select(
    session: Session, table: Any, values: dict[str, Any], source: Any, *conditions: ColumnElement[bool]
) -> None:
    """Fill columns of a table from a source of rows, each value an expression or the same for all rows."""
    columns = [
        value if isinstance(value, ColumnElement) else literal(value, getattr(table, name).type)
        for name, value in values.items()
    ]
    rows = select(*columns).select_from(source).where(*conditions)
    session.execute(insert(table).from_select(list(values), rows))


def _report(session: Session) -> None:
    """What fell due is done, but for every tenth measure; with its history, and evidence for every fourth."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.measure_id % 10 != 0, FollowUp.due_on < TODAY)
        .values(status=Status.DONE, closed_on=FollowUp.scheduled_on, result="เผยแพร่แล้ว")
        .execution_options(synchronize_session=False)
    )
    done = FollowUp.status == Status.DONE
    noon = dt.datetime(2022, 2, 1, 5, tzinfo=dt.UTC)
    event = {
        "at": noon,
        "actor": "coordinator",
        "what": "done",
        "plan_id": literal(1),
        "measure_id": FollowUp.measure_id.expression,
        "follow_up_id": FollowUp.id.expression,
        "before": {"status": "open"},
        "after": {"status": "done"},
    }
    insert_select(session, Event, event, FollowUp, done)
    proof = {
        "follow_up_id": FollowUp.id.expression,
        "kind": "link",
        "location": literal("https://example.go.th/").concat(cast(FollowUp.id, String)),
        "sha256": "",
        "added_at": noon,
        "added_by": "coordinator",
    }
    insert_select(session, Evidence, proof, FollowUp, done, FollowUp.measure_id % 4 == 0)


def settle(engine: Engine) -> None:
    """Nothing of the building is left to be done while something is measured."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
