"""Renaming a division, and removing one that nothing refers to: as a rule one that was misspelt."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.db.models import Contact, ContactDivision, Division, FollowUp, Measure, MeasureSupport
from tracker.errors import InputError, NotAllowed
from tracker.services.divisions import DivisionBook
from tracker.services.history import record
from tracker.thai.text import repair
from tracker.thai.units import bare_name


def rename_division(
    session: Session, book: DivisionBook, name: str, new: str, *, actor: str, now: dt.datetime
) -> Division:
    """Give a division another name; the old one stays an alias, for documents go on printing it.

    NotAllowed when the new name means another division.
    """
    division, wanted = book.find(name), repair(new).strip()
    if not wanted:
        raise InputError("The new name is empty. Nothing was changed.")
    taken = book.known(wanted)
    if taken is not None and taken is not division:
        raise NotAllowed(
            f"{wanted!r} already means the division {taken.name!r}. Nothing was changed; move what belongs "
            f"to {division.name} there, then: tracker division remove {division.name!r}"
        )
    before = {"name": division.name, "aliases": [*division.aliases]}
    if wanted != division.name:
        also = {*division.aliases, division.name, bare_name(wanted)}
        division.name, division.aliases = wanted, sorted(also - {wanted})
        after = {"name": division.name, "aliases": [*division.aliases]}
        record(session, "division renamed", actor=actor, now=now, before=before, after=after)
    return division


def remove_division(session: Session, division: Division, *, actor: str, now: dt.datetime) -> None:
    """Delete a division; NotAllowed, naming what refers to it, when anything does."""
    if uses := list(_uses(session, division)):
        raise NotAllowed(
            f"{division.name} cannot be removed: it {_listed(uses)}. Nothing was changed; a wrong name is "
            f"mended with: tracker division rename {division.name!r} --to NAME"
        )
    before = {"name": division.name, "aliases": [*division.aliases]}
    record(session, "division removed", actor=actor, now=now, before=before)
    session.delete(division)
    session.flush()


def _uses(session: Session, division: Division) -> Iterator[str]:
    """What refers to the division, each as the rest of a sentence about it."""

    def number(column: InstrumentedAttribute[int], refers: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count(column)).where(refers)) or 0

    for verb, noun, count in (
        ("leads", "measure", number(Measure.id, Measure.lead_division_id == division.id)),
        ("supports", "measure", number(MeasureSupport.measure_id, MeasureSupport.division_id == division.id)),
        ("has", "follow-up", number(FollowUp.id, FollowUp.lead_division_id == division.id)),
    ):
        if count:
            yield f"{verb} {count} {noun}{'' if count == 1 else 's'}"
    contacts = (
        select(Contact.name)
        .join(ContactDivision, ContactDivision.contact_id == Contact.id)
        .where(ContactDivision.division_id == division.id)
        .order_by(Contact.id)
    )
    if names := session.scalars(contacts).all():
        yield f"is answered for by {', '.join(names)}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
