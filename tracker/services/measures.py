"""Finding plans, measures and contacts by what a person types."""

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Agency, Contact, Measure, Plan
from tracker.errors import NotAllowed, UnknownName
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key, repair

_MISREAD_O = re.compile(r"(?:0|OIT)(\d{1,2})")


def find_plan(session: Session, *, today: dt.date, agency: str | None, fiscal_year: int | None) -> Plan:
    """The plan asked for; by default the only one, else the one whose fiscal year contains ``today``.

    NotAllowed when several remain, naming them; UnknownName when none does.
    """
    rows = session.execute(select(Plan, Agency.name).join(Agency).order_by(Agency.name, Plan.fiscal_year))
    plans = rows.all()
    if not plans:
        raise NotAllowed("No plan is loaded yet. Load one with: tracker plan import FILE")
    chosen = [(plan, name) for plan, name in plans if fiscal_year in (None, plan.fiscal_year)]
    if agency is not None:
        meant = _meant(agency, {name for _, name in chosen})
        chosen = [(plan, name) for plan, name in chosen if name in meant]
    if not chosen:
        wanted = " ".join(str(part) for part in (agency, fiscal_year) if part)
        raise UnknownName("plan", wanted, [f"{name} {plan.fiscal_year}" for plan, name in plans])
    if len(chosen) > 1:
        present = [(plan, name) for plan, name in chosen if plan.starts_on <= today <= plan.ends_on]
        chosen = present if len(present) == 1 else chosen
    if len(chosen) > 1:
        names = "; ".join(f"{name} {plan.fiscal_year}" for plan, name in chosen[:10])
        raise NotAllowed(f"There are several plans: {names}. Name one with --agency and --fiscal-year.")
    return chosen[0][0]


def find_agency(session: Session, name: str | None) -> Agency:
    """The agency of this name, or of a part of it; without a name, the only one."""
    agencies = session.scalars(select(Agency).order_by(Agency.name)).all()
    if not agencies:
        raise NotAllowed("No agency is known yet. Load its plan first with: tracker plan import FILE")
    meant = _meant(name or "", {each.name for each in agencies})
    chosen = [each for each in agencies if each.name in meant]
    if not chosen:
        raise UnknownName("agency", name or "", [each.name for each in agencies])
    if len(chosen) > 1:
        names = "; ".join(each.name for each in chosen[:10])
        raise NotAllowed(f"There are several agencies: {names}. Name one with --agency.")
    return chosen[0]


def find_measures(session: Session, plan: Plan, codes: Sequence[str]) -> list[Measure]:
    """The measures of these codes, each once, in the order given; UnknownName names the nearest codes.

    ``o24``, ``O๒๔``, ``024`` and ``OIT24`` all mean O24.
    """
    readings = {code: _readings(code) for code in codes}
    asked = {reading for each in readings.values() for reading in each}
    of_plan = Measure.plan_id == plan.id
    rows = session.scalars(select(Measure).where(of_plan, Measure.code.in_(asked)))
    known = {each.code: each for each in rows}
    found = {}
    for code in codes:
        measure = next((known[each] for each in readings[code] if each in known), None)
        if measure is None:
            existing = session.scalars(select(Measure.code).where(of_plan).order_by(Measure.position))
            raise UnknownName("code", code, existing, where=f"the plan {plan.fiscal_year}")
        found[measure.code] = measure
    return list(found.values())


def find_contacts(session: Session, agency_id: int, name: str) -> list[Contact]:
    """The agency's contacts of this name, of which there may be one in each division."""
    own = select(Contact).where(Contact.agency_id == agency_id)
    contacts = session.scalars(own.order_by(Contact.id)).all()
    meant = _meant(name, {each.name for each in contacts})
    if not meant:
        raise UnknownName("contact", name, dict.fromkeys(each.name for each in contacts))
    return [each for each in contacts if each.name in meant]


def _meant(wanted: str, names: set[str]) -> set[str]:
    """The very name, else the one that is spelt a little differently, else those that hold all its letters.

    Marks count in a part: without them, เขตสี่ would be a part of เขตสอง.
    """
    key, part = folded_key(wanted), _letters(wanted)
    return (
        {name for name in names if _letters(name) == part}
        or {name for name in names if folded_key(name) == key}
        or {name for name in names if part in _letters(name)}
    )


def _letters(name: str) -> str:
    return to_arabic(repair(name)).replace(" ", "")


def _readings(code: str) -> list[str]:
    """What a typed code can mean, the likeliest first."""
    plain = to_arabic(code).strip().upper()
    match = _MISREAD_O.fullmatch(plain)
    return [plain, f"O{int(match[1])}"] if match else [plain]
