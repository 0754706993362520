"""Small makers of what tests need: values of a plan document, and rows stored as the program stores them.

Nothing here is random and nothing is shared: what a test cares about it names, the rest has a plain default.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.base import Base
from tracker.db.models import (
    Agency,
    Contact,
    ContactDivision,
    Division,
    FollowUp,
    Measure,
    Message,
    MessageState,
    Plan,
)
from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.domain.contacts import Role
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.plans import model
from tracker.services.contacts import ContactEntry, store_contacts
from tracker.services.divisions import DivisionBook
from tracker.services.plan_import import import_plan
from tracker.thai.text import folded_key

AGENCY = "สำนักงานเขตสมมุติ"
IMPORTED_AT = dt.datetime(2021, 9, 20, 7, 0, tzinfo=dt.UTC)
"""Monday, 14:00 in Bangkok, before FY2565 begins: everything in it is tracked."""


def rule(cadence: str = "quarterly", on: dt.date | None = None, origin: str = "text") -> Rule:
    """A rule of a cadence, ``rule("on", day)`` for a single day."""
    return Rule(Cadence(cadence), on, "", RuleOrigin(origin))


def measure(
    code: str = "O1",
    *,
    lead: str = "ฝ่ายหนึ่ง",
    supporting: tuple[str, ...] | str = (),
    rules: Sequence[Rule] = (rule("quarterly"),),
    fiscal_year: int = 2565,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    title: str = "",
) -> model.Measure:
    """A measure that runs through the whole of ``fiscal_year`` unless told otherwise."""
    year = FiscalYear(fiscal_year)
    return model.Measure(
        code=code,
        title=title or f"มาตรการ {code}",
        instrument=model.Instrument({"I": "IIT", "E": "EIT"}.get(code[0], "OIT")),
        indicator=None,
        score=None,
        score_table_score=None,
        analysis=(),
        weaknesses=(),
        actions=(),
        follow_up=(),
        timeline="",
        starts_on=starts_on or year.starts_on,
        ends_on=ends_on or year.ends_on,
        lead=lead,
        supporting="all" if supporting == "all" else tuple(supporting),
        rules=tuple(rules),
        source_lines=(1, 1),
    )


def plan(*measures: model.Measure, fiscal_year: int = 2565, agency: str = AGENCY) -> model.Plan:
    """A plan document of these measures; of one plain measure when none is given."""
    year = FiscalYear(fiscal_year)
    return model.Plan(
        agency=agency,
        fiscal_year=fiscal_year,
        assessed_year=fiscal_year - 1,
        starts_on=year.starts_on,
        ends_on=year.ends_on,
        source=model.Source(f"plan-{fiscal_year}.txt", "0" * 64),
        indicators=(),
        measures=measures or (measure(fiscal_year=fiscal_year),),
        absent=(),
        warnings=(),
    )


def stored(
    session: Session,
    document: model.Plan,
    *,
    office: OfficeTime,
    now: dt.datetime = IMPORTED_AT,
    track_from: dt.date | None = None,
    report_days: int = 5,
    catalogue: Mapping[str, tuple[str, ...]] | None = None,
) -> Plan:
    """The plan in the database, brought there by the import."""
    imported = import_plan(
        session,
        document,
        office=office,
        report_days=report_days,
        catalogue=catalogue or {},
        actor="test",
        now=now,
        track_from=track_from,
    )
    return session.get_one(Plan, imported.plan_id)


def agency(session: Session, name: str = AGENCY) -> Agency:
    """The agency of this name, added if there is none."""
    found = session.scalar(select(Agency).where(Agency.name == name))
    if found is None:
        found = Agency(name=name)
        session.add(found)
        session.flush()
    return found


def division(session: Session, agency_id: int, name: str, *aliases: str) -> Division:
    """A new division of an agency."""
    return DivisionBook(session, agency_id).add(name, aliases)


def contact(
    session: Session,
    agency_id: int,
    name: str = "ผู้รับ",
    *,
    roles: Sequence[str] = ("owner",),
    divisions: Sequence[str] = (),
    email: str = "",
    line_id: str = "",
    phone: str = "",
    rank: int | None = None,
    language: str = "th",
    valid_from: dt.date | None = None,
    valid_until: dt.date | None = None,
) -> Contact:
    """A contact, stored as ``tracker contact add`` stores it; divisions that are not there are added."""
    book = DivisionBook(session, agency_id)
    entry = ContactEntry(
        name=name,
        divisions=tuple(divisions),
        email=email,
        line_id=line_id,
        phone=phone,
        roles=tuple(Role(role) for role in roles),
        rank=rank,
        language=language,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    store_contacts(session, agency_id, [entry], book)
    wanted = {book.find(each).id for each in divisions}
    for candidate in session.scalars(
        select(Contact).where(Contact.agency_id == agency_id).order_by(Contact.id)
    ):
        own = set(
            session.scalars(
                select(ContactDivision.division_id).where(ContactDivision.contact_id == candidate.id)
            )
        )
        if folded_key(candidate.name) == folded_key(name) and own == wanted:
            return candidate
    raise LookupError(name)


def message(
    session: Session, owner: Contact, on: dt.date, state: str = "sent", channel: str = "line", **more: Any
) -> Message:
    """A message to a contact on a day, the next of that day, of which nothing but its row is there."""
    moment = dt.datetime.combine(on, dt.time(2, 0), dt.UTC)
    own = (Message.contact_id == owner.id, Message.on_date == on)
    values: dict[str, Any] = {
        "key": str(uuid4()), "number": 1 + (session.scalar(select(func.count()).where(*own)) or 0),
        "kind": Kind.MONTHLY, "intended_channel": channel, "address": "a", "created_at": moment,
        "useful_until": moment + dt.timedelta(days=30), "next_attempt_at": moment,
    }  # fmt: skip
    made = Message(
        contact_id=owner.id, on_date=on, state=MessageState(state), channel=channel, **values | more
    )
    session.add(made)
    session.flush()
    return made


def line_id(number: int = 1, kind: str = "U") -> str:
    """A LINE id of the right form, another for each number."""
    return f"{kind}{number:032x}"


def follow_up(session: Session, code: str = "O1", period: str | None = None) -> FollowUp:
    """The stored follow-up of a measure and period; without a period its first."""
    query = (
        select(FollowUp)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .where(Measure.code == code)
        .order_by(FollowUp.scheduled_on, FollowUp.period)
    )
    if period is not None:
        query = query.where(FollowUp.period == period)
    found = session.scalars(query).first()
    if found is None:
        raise LookupError(f"{code} {period}")
    return found


def row_counts(session: Session) -> dict[str, int]:
    """How many rows each table holds, to show that nothing was added or lost."""
    tables = Base.metadata.sorted_tables
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
