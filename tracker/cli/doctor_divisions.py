"""What ``tracker doctor`` finds about divisions: without owner or supervisor, or misspelt."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Subquery, select
from sqlalchemy.orm import Session

from tracker.cli.doctor_findings import WARNING, Finding
from tracker.db import queries
from tracker.db.models import Agency, Contact, ContactDivision, Division, Measure, MeasureSupport, Plan
from tracker.domain.contacts import DIRECTOR, Role
from tracker.services.divisions import likely_meant


def division_findings(session: Session, today: dt.date) -> Iterator[Finding]:
    """Of each agency: roles that nobody has, lead divisions without people, divisions without a part."""
    for agency in session.scalars(select(Agency).order_by(Agency.id)):
        owners = _holders(Role.OWNER, agency.id, today)
        if vacant := _without(session, agency.id, select(owners.c.division_id)):
            yield Finding("contacts", WARNING, f"{agency.name}: nobody is reminded for {', '.join(vacant)}")
        for role in (Role.COORDINATOR, Role.SUPERVISOR):
            if session.scalar(select(_holders(role, agency.id, today).c.contact_id).limit(1)) is None:
                yield Finding("contacts", WARNING, f"{agency.name}: there is no {role}")
            elif role is Role.SUPERVISOR:
                yield from _unseen(session, agency, today)
        yield from _partless(session, agency, today)


def _unseen(session: Session, agency: Agency, today: dt.date) -> Iterator[Finding]:
    """Lead divisions of which no supervisor hears; one of the highest rank hears of all."""
    supervisors = _holders(Role.SUPERVISOR, agency.id, today)
    if session.scalar(select(supervisors.c.contact_id).where(supervisors.c.rank == DIRECTOR).limit(1)):
        return
    if unseen := _without(session, agency.id, select(supervisors.c.division_id)):
        text = f"{agency.name}: no supervisor is told what is overdue in {', '.join(unseen)}"
        yield Finding("contacts", WARNING, text)


def _partless(session: Session, agency: Agency, today: dt.date) -> Iterator[Finding]:
    """Contacts of a division that no measure names, where it is nearly one that leads, or supports none.

    A measure that all divisions support names none of them.
    """
    measures = select(Measure.id).join(Plan).where(Plan.agency_id == agency.id)
    if session.scalar(measures.limit(1)) is None:
        return
    helped_by_all = session.scalar(measures.where(Measure.supports_all).limit(1)) is not None
    supporting = select(MeasureSupport.division_id)
    rows = session.execute(
        select(Division.name.label("division"), Contact.name.label("contact"))
        .join(ContactDivision, ContactDivision.division_id == Division.id)
        .join(Contact, Contact.id == ContactDivision.contact_id)
        .where(Division.agency_id == agency.id, queries.is_valid(today))
        .where(Division.id.not_in(_leading(agency.id)), Division.id.not_in(supporting))
        .order_by(Contact.id, Division.id)
    ).all()
    leading = _names(session, _leading(agency.id)) if rows else []
    for row in rows:
        meant = likely_meant(row.division, leading)
        if meant or not helped_by_all:
            hint = f"; is {meant} meant?" if meant else ""
            text = f"{row.contact}: the division {row.division} leads and supports nothing{hint}"
            advice = "Correct it: tracker contact edit NAME --divisions LIST"
            yield Finding("contacts", WARNING, f"{text} | {advice}")


def _holders(role: Role, agency_id: int, today: dt.date) -> Subquery:
    holders = queries.contacts_with(role, today).subquery()
    return select(holders).where(holders.c.agency_id == agency_id).subquery()


def _without(session: Session, agency_id: int, held: Select[Any]) -> list[str]:
    """The lead divisions that are none of these; none of them where one of these is the whole agency."""
    if None in (known := set(session.scalars(held))):
        return []
    return _names(session, _leading(agency_id).where(Measure.lead_division_id.not_in(known)))


def _leading(agency_id: int) -> Select[Any]:
    of_agency = select(Measure.lead_division_id).join(Plan).where(Plan.agency_id == agency_id)
    return of_agency.where(Measure.lead_division_id.is_not(None), Measure.retired_on.is_(None))


def _names(session: Session, ids: Select[Any]) -> list[str]:
    return list(session.scalars(select(Division.name).where(Division.id.in_(ids)).order_by(Division.id)))
