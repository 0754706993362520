"""The days on which an office is closed: one table a fiscal year, which the office edits.

The tables are files ``days-off/<fiscal year BE>.csv`` with the columns ``date`` (Gregorian, ISO), ``name``
and ``confirmed``; a line that begins with ``#`` is a remark. A year without a table is seeded from the
``holidays`` package, unconfirmed: it knows no special days, and vouches for days after the moon to 2025 only.
Changing a table is ``days_off_table``'s.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import WEEKEND, OfficeTime
from tracker.errors import UnreadableFile

FOLDER = "days-off"
COLUMNS = ("date", "name", "confirmed")
CONFIRMED = "yes"
REMARK = "#"
_TABLE = re.compile(r"[0-9]{4}\.csv", re.IGNORECASE)
FIRST_YEAR_BE = 2400
"""A year from here on is one of the Buddhist era, which these tables do not use."""
NO_GOVERNMENT_HOLIDAY = ("แรงงาน", "เด็ก")
"""Labour Day and Children's Day, which the package lists and offices do not keep."""


@dataclass(frozen=True, slots=True)
class DayOff:
    """One day of a table. ``confirmed``: somebody compared it with what the Cabinet decided."""

    on: dt.date
    name: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a fiscal year's table cannot be relied on: ``unconfirmed`` days of ``days``, or no table at all."""

    year: int
    days: int = 0
    unconfirmed: int = 0

    @property
    def is_missing(self) -> bool:
        """Whether there is no table, or one without any day."""
        return self.days == 0

    def __str__(self) -> str:
        if self.is_missing:
            return f"there is no table for {self.year}; make one with: tracker days-off seed {self.year}"
        noun = "day" if self.days == 1 else "days"
        verb = "is" if self.unconfirmed == 1 else "are"
        return (
            f"{self.unconfirmed} of {self.days} {noun} of {self.year} {verb} not confirmed; "
            f"compare them with the Cabinet's list (tracker days-off list {self.year}), then: "
            f"tracker days-off confirm {self.year}"
        )


def is_table(name: str) -> bool:
    """Whether a file of this name is a table; an editor leaves others beside it, such as .~lock.2570.csv#."""
    return _TABLE.fullmatch(name) is not None


def table_name(year: int) -> str:
    """The name of a fiscal year's table among the files that an office may change."""
    return f"{FOLDER}/{year}.csv"


def read_days_off(paths: Iterable[Path]) -> frozenset[dt.date]:
    """All days off of these tables; UnreadableFile names the line that cannot be read."""
    return frozenset(each.on for path in paths for each in read_table(path))


def read_table(path: Path) -> list[DayOff]:
    """The days of one table, in its order; UnreadableFile names the line that cannot be read."""
    rows = [(line, cells) for line, cells in all_rows(path) if cells and not is_remark(cells)]
    columns = rows[0][1] if rows else []
    if "date" not in columns:
        raise UnreadableFile(path, f"has no column 'date'. Columns: {', '.join(COLUMNS)}.")
    found = []
    for line, cells in rows[1:]:
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        if text := row.get("date", ""):
            is_confirmed = row.get("confirmed", "").lower() == CONFIRMED
            found.append(DayOff(_day(path, line, text), row.get("name", ""), is_confirmed))
    return found


def all_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Every row of a table, remarks and empty lines too, with the numbers of their last lines."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file)
            return [(table.line_num, cells) for cells in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            path, f"the days off cannot be read as CSV in UTF-8 ({type(error).__name__})."
        ) from None


def is_remark(cells: list[str]) -> bool:
    """Whether a row is a remark for people."""
    return bool(cells) and cells[0].startswith(REMARK)


def seeded_days(year: FiscalYear) -> list[DayOff]:
    """The working days of a fiscal year that the ``holidays`` package knows as days off, unconfirmed."""
    import holidays  # noqa: PLC0415  slow to import, needed for a new year alone

    categories = (holidays.PUBLIC, holidays.GOVERNMENT)
    calendar_years = range(year.starts_on.year, year.ends_on.year + 1)
    known = holidays.country_holidays("TH", years=calendar_years, categories=categories, language="th")
    return [
        DayOff(day, name, confirmed=False)
        for day, name in sorted(known.items())
        if year.starts_on <= day <= year.ends_on
        and day.weekday() not in WEEKEND
        and not any(word in name for word in NO_GOVERNMENT_HOLIDAY)
    ]


def table_text(days: Iterable[DayOff]) -> str:
    """The text of a new table."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([each.on.isoformat(), each.name, CONFIRMED if each.confirmed else "no"] for each in days)
    return out.getvalue()


def write_table(path: Path, text: str) -> None:
    """Put the text of a table in its place, whole or not at all; with the mark by which Excel knows UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8-sig", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def doubt(find: Callable[[str], Path], year: int) -> Doubt | None:
    """Why the table of a fiscal year cannot be relied on; None when every day of it is confirmed.

    ``find`` gives the path of a file that an office may change; there may be none.
    """
    path = find(table_name(year))
    days = read_table(path) if path.is_file() else []
    unconfirmed = sum(not each.confirmed for each in days)
    return Doubt(year, len(days), unconfirmed) if unconfirmed or not days else None


def doubts(find: Callable[[str], Path], office: OfficeTime, *, today: dt.date) -> list[Doubt]:
    """What is doubtful about the table of the present fiscal year and, in its last quarter, of the next one.

    The last quarter of a year that begins in October begins on 1 July.
    """
    year = office.fiscal_year(today)
    looks_ahead = today >= year.periods(Cadence.QUARTERLY)[-1].starts_on
    found = (doubt(find, each) for each in range(year.year, year.year + 1 + looks_ahead))
    return [each for each in found if each]


def warnings(find: Callable[[str], Path], office: OfficeTime, *, today: dt.date) -> list[str]:
    """The ``doubts`` as sentences for a person."""
    return [f"Days off: {each}." for each in doubts(find, office, today=today)]


def _day(path: Path, line: int, text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year >= FIRST_YEAR_BE:
        raise UnreadableFile(path, f"line {line}: {text!r} is no Gregorian date; write it like 2027-04-13.")
    return day
