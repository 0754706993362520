"""Changing a fiscal year's table of days off.

What a person added to the file stays: further columns, and remarks, each above the row it stood above.
"""

import csv
import datetime as dt
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tracker.services.days_off import COLUMNS, CONFIRMED, DayOff, all_rows, is_remark, read_table


@dataclass(slots=True)
class _Row:
    """A day's cells, and the rows without a day (remarks, empty lines) that stand above it."""

    on: dt.date
    cells: list[str]
    above: list[list[str]] = field(default_factory=list)


class DaysOffTable:
    """A table as its file holds it; its rows stand in the order of their days when it is written."""

    def __init__(self, path: Path) -> None:
        """The table in a file; UnreadableFile names the line that cannot be read."""
        read_table(path)
        self._above: list[list[str]] = []
        self._columns: list[str] = []
        self._rows: list[_Row] = []
        rest: list[list[str]] = []
        for _, cells in all_rows(path):
            if self._columns and (on := self._day(cells)):
                self._rows.append(_Row(on, cells, rest))
                rest = []
            elif self._columns or not cells or is_remark(cells):
                rest.append(cells)
            else:
                self._above, rest = rest, []
                self._columns = cells + [name for name in COLUMNS if name not in cells]
        self._below = rest

    def find(self, on: dt.date) -> DayOff | None:
        """What the table says of a day; None when the office is not closed then."""
        for row in self._rows:
            if row.on == on:
                return DayOff(on, self._cell(row.cells, "name"), self._is_confirmed(row))
        return None

    def add(self, day: DayOff) -> None:
        """Put a day in; it must not be there yet."""
        row = _Row(day.on, [])
        self._put(row, "date", day.on.isoformat())
        self._put(row, "name", day.name)
        self._put(row, "confirmed", CONFIRMED if day.confirmed else "no")
        self._rows.append(row)

    def remove(self, on: dt.date) -> None:
        """Take every row of a day out; the remarks above it stay, before what follows."""
        kept: list[_Row] = []
        waiting: list[list[str]] = []
        for row in self._rows:
            if row.on == on:
                waiting += row.above
            else:
                row.above, waiting = waiting + row.above, []
                kept.append(row)
        self._rows, self._below = kept, waiting + self._below

    def confirm(self, days: Collection[dt.date]) -> int:
        """Mark these days, or without any all of them, as confirmed; how many were not before."""
        meant = [row for row in self._rows if not days or row.on in days]
        changed = [row for row in meant if not self._is_confirmed(row)]
        for row in changed:
            self._put(row, "confirmed", CONFIRMED)
        return len(changed)

    def text(self) -> str:
        """The table as CSV."""
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        for cells in self._all():
            if is_remark(cells):
                out.write(",".join(cells) + "\n")
            else:
                table.writerow(cells)
        return out.getvalue()

    def _all(self) -> Iterator[list[str]]:
        yield from (*self._above, self._columns)
        for row in sorted(self._rows, key=lambda row: row.on):
            yield from (*row.above, row.cells)
        yield from self._below

    def _day(self, cells: list[str]) -> dt.date | None:
        text = "" if is_remark(cells) else self._cell(cells, "date")
        return dt.date.fromisoformat(text) if text else None

    def _is_confirmed(self, row: _Row) -> bool:
        return self._cell(row.cells, "confirmed").lower() == CONFIRMED

    def _cell(self, cells: list[str], column: str) -> str:
        place = self._columns.index(column)
        return cells[place].strip() if place < len(cells) else ""

    def _put(self, row: _Row, column: str, value: str) -> None:
        place = self._columns.index(column)
        row.cells += [""] * (place + 1 - len(row.cells))
        row.cells[place] = value
