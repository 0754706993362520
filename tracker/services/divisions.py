"""The divisions of an agency: finding them under any name they are printed with, and adding new ones."""

import csv
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Division
from tracker.errors import NotAllowed, UnknownName, UnreadableFile
from tracker.thai.text import folded_key, repair
from tracker.thai.units import bare_name

Catalogue = Mapping[str, tuple[str, ...]]
"""Usual divisions by name, with their aliases."""


def read_catalogue(path: Path) -> dict[str, tuple[str, ...]]:
    """The divisions of a CSV file with the columns ``name`` and ``aliases`` (separated by ``;``)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            columns, rows = table.fieldnames or (), list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(path, f"cannot be read as CSV in UTF-8 ({type(error).__name__}).") from None
    if "name" not in columns:
        raise UnreadableFile(path, "has no column 'name'.")
    named = ((repair(row["name"] or "").strip(), row.get("aliases") or "") for row in rows)
    return {name: _split(aliases) for name, aliases in named if name}


def likely_meant(name: str, names: Iterable[str]) -> str:
    """The other one of these names that a division's name is nearly spelt like; "" where none is."""
    by_bare = {bare_name(each): each for each in names}
    nearest = get_close_matches(bare_name(name), by_bare, n=1, cutoff=0.7)
    return by_bare[nearest[0]] if nearest and by_bare[nearest[0]] != name else ""


class DivisionBook:
    """The divisions of one agency, looked up by name or alias whatever the spelling of digits and spaces.

    ``added`` are the names of those that were made, ``doubts`` sentences about those that look misspelt.
    """

    def __init__(self, session: Session, agency_id: int, catalogue: Catalogue | None = None) -> None:
        self._session, self._agency_id = session, agency_id
        self._catalogue = catalogue or {}
        self.added: list[str] = []
        self.doubts: list[str] = []
        self._by_key: dict[str, Division] = {}
        own = select(Division).where(Division.agency_id == agency_id).order_by(Division.id)
        for division in session.scalars(own):
            self._learn(division)

    def find(self, name: str) -> Division:
        """The division of this name or alias; UnknownName offers the nearest."""
        division = self.known(name)
        if division is None:
            names = dict.fromkeys(division.name for division in self._by_key.values())
            raise UnknownName("division", name, names)
        return division

    def known(self, name: str) -> Division | None:
        """The division of this name; with the word for division in front it is the same one as without."""
        return self._by_key.get(folded_key(name)) or self._by_key.get(folded_key(bare_name(name)))

    def find_or_add(self, name: str) -> Division:
        """The division of this name or alias, made if there is none and then listed in ``added``."""
        usual, aliases = self._usual(name)
        free = [alias for alias in aliases if folded_key(alias) not in self._by_key]
        known = self.known(name) or self.known(usual)
        if known is None:
            self._doubt(usual)
        return known or self.add(usual, free)

    def add(self, name: str, aliases: Iterable[str] = ()) -> Division:
        """A new division; NotAllowed when the name or an alias already means one."""
        name = repair(name).strip()
        other = {repair(alias).strip() for alias in (*aliases, bare_name(name))} - {name, ""}
        for each in (name, *sorted(other)):
            if taken := self._by_key.get(folded_key(each)):
                raise NotAllowed(f"{each!r} already means the division {taken.name!r}. Nothing was added.")
        division = Division(agency_id=self._agency_id, name=name, aliases=sorted(other))
        self._session.add(division)
        self._session.flush()
        self._learn(division)
        self.added.append(name)
        return division

    def _doubt(self, name: str) -> None:
        meant = likely_meant(name, [*self._catalogue, *(each.name for each in self._by_key.values())])
        parts = [each.strip() for each in re.split("[,/]", name)]
        if len(parts) > 1 and all(map(self.known, parts)):
            self.doubts.append(f"{name} is new; if several are meant, write them with semicolons between.")
        elif meant:
            self.doubts.append(f"{name} is new; is {meant} meant?")

    def _usual(self, name: str) -> tuple[str, tuple[str, ...]]:
        key = folded_key(name)
        for usual, aliases in self._catalogue.items():
            if key in {folded_key(each) for each in (usual, *aliases)}:
                return usual, aliases
        return name, ()

    def _learn(self, division: Division) -> None:
        for each in (division.name, *division.aliases):
            self._by_key.setdefault(folded_key(each), division)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in repair(text).split(";") if part.strip())
