"""What a contact has to do with a measure, in a sentence."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Contact, ContactDivision, ContactRole, Division, Measure, MeasureSupport
from tracker.domain.contacts import Role
from tracker.services.reach import absence


def place_of(session: Session, measure: Measure, contact: Contact, *, today: dt.date) -> str:
    """What a contact has to do with a measure: a sentence on its roles, divisions and days in office."""
    roles = session.scalars(select(ContactRole.role).where(ContactRole.contact_id == contact.id)).all()
    rows = session.execute(
        select(Division.id, Division.name)
        .join(ContactDivision, ContactDivision.division_id == Division.id)
        .where(ContactDivision.contact_id == contact.id)
        .order_by(Division.id)
    )
    own = {row.id: row.name for row in rows}
    said = f"{contact.name} is {' and '.join(sorted(roles)) or 'without a role'} for "
    said += ", ".join(own.values()) or "the whole agency"
    said += f" ({away})" if (away := absence(contact, today)) else ""
    if own and measure.lead_division_id not in own:
        said += (
            f"; {_help(session, measure, own)}{lead_of(session, measure)} leads, and its people are reminded"
        )
    elif Role.OWNER not in roles:
        said += "; the reminders before and after the due date go to owners"
    return f"{said}."


def _help(session: Session, measure: Measure, own: Collection[int]) -> str:
    helps = (MeasureSupport.measure_id == measure.id, MeasureSupport.division_id.in_(own))
    supports = measure.supports_all or session.scalar(
        select(MeasureSupport.measure_id).where(*helps).limit(1)
    )
    return "that only supports this measure, " if supports else "that has no part in this measure, "


def lead_of(session: Session, measure: Measure) -> str:
    """The division that leads a measure, by name."""
    if measure.lead_division_id is None:
        return "the whole agency"
    return session.get_one(Division, measure.lead_division_id).name
