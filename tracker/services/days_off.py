"""The days on which an office is closed: one table a fiscal year, which the office edits.

The tables are files ``days-off/<fiscal year BE>.csv`` with the columns ``date`` (Gregorian, ISO), ``name``
and ``confirmed``. A year without one is seeded from the ``holidays`` package, unconfirmed: it knows no
special days, and vouches for days after the moon to 2025 only.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import WEEKEND
from tracker.errors import UnreadableFile

FOLDER = "days-off"
COLUMNS = ("date", "name", "confirmed")
_TABLE = re.compile(r"[0-9]{4}\.csv", re.IGNORECASE)
FIRST_YEAR_BE = 2400
"""A year from here on is one of the Buddhist era, which these tables do not use."""
NO_GOVERNMENT_HOLIDAY = ("แรงงาน", "เด็ก")
"""Labour Day and Children's Day, which the package lists and offices do not keep."""


def is_table(name: str) -> bool:
    """Whether a file of this name is a table; an editor leaves others beside it, such as .~lock.2570.csv#."""
    return _TABLE.fullmatch(name) is not None


def read_days_off(paths: Iterable[Path]) -> frozenset[dt.date]:
    """All days off of these tables; UnreadableFile names the line that cannot be read."""
    return frozenset(day for path in paths for day in _read(path))


def seeded_table(year: FiscalYear) -> str:
    """The text of a table for a fiscal year, as far as the ``holidays`` package knows it."""
    import holidays  # noqa: PLC0415  slow to import, needed for a new year alone

    categories = (holidays.PUBLIC, holidays.GOVERNMENT)
    calendar_years = range(year.starts_on.year, year.ends_on.year + 1)
    known = holidays.country_holidays("TH", years=calendar_years, categories=categories, language="th")
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for day, name in sorted(known.items()):
        kept = not any(word in name for word in NO_GOVERNMENT_HOLIDAY)
        if kept and year.starts_on <= day <= year.ends_on and day.weekday() not in WEEKEND:
            table.writerow([day.isoformat(), name, "no"])
    return out.getvalue()


def unconfirmed(path: Path) -> int:
    """How many days of a table nobody has confirmed yet."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for row in csv.DictReader(file) if (row.get("confirmed") or "").strip().lower() != "yes")


def _read(path: Path) -> Iterator[dt.date]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            columns, rows = table.fieldnames or (), [(table.line_num, row) for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            path, f"the days off cannot be read as CSV in UTF-8 ({type(error).__name__})."
        ) from None
    if "date" not in columns:
        raise UnreadableFile(path, f"has no column 'date'. Columns: {', '.join(COLUMNS)}.")
    for number, row in rows:
        if text := (row["date"] or "").strip():
            yield _day(path, number, text)


def _day(path: Path, line: int, text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year >= FIRST_YEAR_BE:
        raise UnreadableFile(path, f"line {line}: {text!r} is no Gregorian date; write it like 2027-04-13.")
    return day
