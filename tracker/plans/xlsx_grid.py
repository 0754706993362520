"""An Excel workbook to a table for each sheet, read row by row so that memory does not grow with the file.

Texts are taken as they are, numbers as a person sees them, dates in words of the Buddhist era: people type
Buddhist years into date cells, which are then more than five hundred years in the future.
"""

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from tracker.errors import InputError
from tracker.plans.archives import DAMAGE
from tracker.plans.grid import MOST_CELLS, MOST_COLUMNS, Progress, Row, Table
from tracker.plans.spans import Reach
from tracker.thai.dates import BE_OFFSET, DateStyle, format_date
from tracker.thai.digits import Digits

_FIRST_BUDDHIST_YEAR = 2400
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_DAMAGED = "is an Excel workbook that is damaged; open it in Excel, save it and import that."
_PIECE = 1 << 16
_MOST_EMPTY = 100_000
_TOLD_EVERY = 100


def xlsx_tables(content: bytes, progress: Progress | None = None) -> Iterator[Table]:
    """The workbook's sheets in order; the archive has been checked before."""
    file = io.BytesIO(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on styles and extensions that it passes over
        sheets = _sheets(file)
        reader = _Reader(progress, sum(sheet.max_row or 0 for sheet in sheets))
        for sheet in sheets:
            yield Table(
                f"sheet {sheet.title}",
                reader.rows(sheet, _merged(content, sheet)),
                is_hidden=sheet.sheet_state != "visible",
            )
    if progress is not None:
        progress(reader.read, reader.read)


def _sheets(file: io.BytesIO) -> list[Any]:
    try:
        return list(load_workbook(file, read_only=True, data_only=True).worksheets)
    except DAMAGE as problem:
        raise InputError(_DAMAGED) from problem


def _whole(rows: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from rows
    except DAMAGE as problem:
        raise InputError(_DAMAGED) from problem


class _Reader:
    """Reads rows and counts them over all sheets."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.read = 0
        self._progress = progress
        self._total = total
        self._cells = 0

    def rows(self, sheet: Any, merged: dict[int, list[Reach]]) -> Iterator[Row]:
        """The rows of a sheet with their numbers; where empty ones go on and on the sheet is at its end."""
        sheet.reset_dimensions()  # a sheet may say that it is a million rows long, or one
        reaching: list[Reach] = []
        empty = 0
        for number, cells in enumerate(_whole(sheet.iter_rows()), start=1):
            self._tell()
            reaching = [each for each in reaching if each.last >= number] + merged.get(number, [])
            row = self._row(number, cells)
            for each in reaching:
                each.mark(row)
            empty = 0 if any(row.cells) else empty + 1
            if empty > _MOST_EMPTY:
                return
            yield row

    def _row(self, number: int, cells: Any) -> Row:
        row = Row(number, [])
        for place, cell in enumerate(cells):
            value = cell.value
            if value is None or value == "":
                continue
            if place >= MOST_COLUMNS:
                where = f"{get_column_letter(place + 1)}{number}"
                raise InputError(
                    f"the cell {where} lies outside of any plan: more than {MOST_COLUMNS} columns."
                )
            row.cells += [""] * (place + 1 - len(row.cells))
            row.cells[place] = _text(value, cell, row)
            self._cells += 1
        if self._cells > MOST_CELLS:
            raise InputError(f"it has more than {MOST_CELLS:,} cells, which no plan has.")
        return row

    def _tell(self) -> None:
        self.read += 1
        if self._progress is not None and self.read % _TOLD_EVERY == 0:
            self._progress(self.read, max(self._total, self.read))


def _text(value: object, cell: Any, row: Row) -> str:
    """The value as a person reads it in the cell."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return _day(value, f"{get_column_letter(cell.column)}{row.number}", row)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        is_share = "%" in str(cell.number_format)
        number = round(value * 100 if is_share else value, 6)
        return str(int(number)) if number == int(number) else repr(number)
    return str(value)


def _day(day: dt.date, where: str, row: Row) -> str:
    if day.year < _FIRST_BUDDHIST_YEAR:
        return format_date(day, style=DateStyle.LONG, digits=Digits.ARABIC)
    printed = f"{day.day}/{day.month}/{day.year}"
    try:
        meant = day.replace(year=day.year - BE_OFFSET)
    except ValueError:
        row.doubts.append(f"The cell {where} holds {printed}, a day that the year {day.year} does not have.")
        return printed
    row.doubts.append(f"The cell {where} holds the year {day.year} as a date; {meant.isoformat()} is taken.")
    return format_date(meant, style=DateStyle.LONG, digits=Digits.ARABIC)


def _merged(content: bytes, sheet: Any) -> dict[int, list[Reach]]:
    """The merged ranges of a sheet by their first row; openpyxl leaves them out where it reads row by row."""
    found: dict[int, list[Reach]] = {}
    part = getattr(sheet, "_worksheet_path", "")
    with ZipFile(io.BytesIO(content)) as archive, archive.open(part) as file:
        before = b""
        while piece := file.read(_PIECE):
            for reference in _MERGED.findall(before + piece):
                left, top, right, bottom = (each or 1 for each in range_boundaries(reference.decode()))
                found.setdefault(top, []).append(Reach(left - 1, min(right, MOST_COLUMNS) - 1, top, bottom))
            before = (before + piece)[-64:]
            before = before[before.rfind(b"<") :] if b"<" in before else b""
    return found
