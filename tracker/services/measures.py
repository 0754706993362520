"""Finding plans and measures by what a person types."""

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Agency, Measure, Plan
from tracker.errors import NotAllowed, UnknownName
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key

_MISREAD_O = re.compile(r"(?:0|OIT)(\d{1,2})")


def find_plan(session: Session, *, today: dt.date, agency: str | None, fiscal_year: int | None) -> Plan:
    """The plan asked for; by default the only one, else the one whose fiscal year contains ``today``.

    NotAllowed when several remain, naming them; UnknownName when none does.
    """
    rows = session.execute(
        select(Plan, Agency.name).join(Agency).order_by(Agency.name, Plan.fiscal_year)
    )
    plans = rows.all()
    if not plans:
        raise NotAllowed("No plan is loaded yet. Load one with: tracker plan import FILE")
    chosen = [(plan, name) for plan, name in plans if fiscal_year in (None, plan.fiscal_year)]
    if agency is not None:
        key = folded_key(agency)
        exact = [(plan, name) for plan, name in chosen if folded_key(name) == key]
        chosen = exact or [(plan, name) for plan, name in chosen if key in folded_key(name)]
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
    key = folded_key(name or "")
    chosen = [each for each in agencies if folded_key(each.name) == key] if name else list(agencies)
    chosen = chosen or [each for each in agencies if key in folded_key(each.name)]
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
    known = {each.code: each for each in session.scalars(select(Measure).where(Measure.plan_id == plan.id))}
    found = {}
    for code in codes:
        plain = to_arabic(code).strip().upper()
        match = _MISREAD_O.fullmatch(plain)
        measure = known.get(plain) or (known.get(f"O{int(match[1])}") if match else None)
        if measure is None:
            raise UnknownName("code", code, known, where=f"the plan {plan.fiscal_year}")
        found[measure.code] = measure
    return list(found.values())
